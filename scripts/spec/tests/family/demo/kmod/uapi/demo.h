/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * Made by `make spec`: change what it is made of. A family with some of
 * everything.
 */
#ifndef _UAPI_LINUX_DEMO_H
#define _UAPI_LINUX_DEMO_H

/* The protocol: the third argument of socket(2). */
#define NETLINK_DEMO 29

/* Most bytes of text. */
#define DEMO_TEXT_MAX 100

#define DEMO_WORD "Hello"

/**
 * enum demo_color - colors
 */
enum demo_color {
	DEMO_COLOR_RED = 1,
	DEMO_COLOR_GREEN,
	DEMO_COLOR_BLUE,
};

/**
 * enum demo_sparse - sparse
 * @DEMO_SPARSE_MANY: any number of them.
 */
enum demo_sparse {
	DEMO_SPARSE_NONE,
	DEMO_SPARSE_MANY = 300,
};

/**
 * enum demo_far - far
 */
enum demo_far {
	DEMO_FAR_HERE = 300,
	DEMO_FAR_THERE,
};

/**
 * enum demo_rights - rights
 */
enum demo_rights {
	DEMO_RIGHTS_READ = 1,
	DEMO_RIGHTS_WRITE,
};

/**
 * enum demo_cmd - commands, as nlmsg_type, over generic netlink as cmd
 * @DEMO_CMD_PUT: takes everything. Request: DEMO_A_TEXT (required),
 *	DEMO_A_BYTES, DEMO_A_DIGEST, DEMO_A_IS_URGENT, DEMO_A_U8, DEMO_A_U16,
 *	DEMO_A_U32, DEMO_A_U64, DEMO_A_S8, DEMO_A_S16, DEMO_A_S32, DEMO_A_S64,
 *	DEMO_A_UINT, DEMO_A_SINT, DEMO_A_BE16, DEMO_A_BE32, DEMO_A_BE64,
 *	DEMO_A_SET, DEMO_A_BITS, DEMO_A_PART (required), DEMO_A_PARTS,
 *	DEMO_A_NAMES and DEMO_A_FEW; answer: the ACK alone.
 * @DEMO_CMD_GET: gives everything. Request: DEMO_A_TEXT; answer: DEMO_A_TEXT,
 *	DEMO_A_BYTES (optional), DEMO_A_DIGEST, DEMO_A_IS_URGENT (optional),
 *	DEMO_A_U8 (optional), DEMO_A_U16, DEMO_A_U32, DEMO_A_U64, DEMO_A_S8,
 *	DEMO_A_S16, DEMO_A_S32, DEMO_A_S64, DEMO_A_UINT, DEMO_A_SINT,
 *	DEMO_A_BE16, DEMO_A_BE32, DEMO_A_BE64, DEMO_A_SET, DEMO_A_BITS,
 *	DEMO_A_PART (optional), DEMO_A_PARTS, DEMO_A_NAMES (optional) and
 *	DEMO_A_FEW. With NLM_F_DUMP, all of them.
 * @DEMO_CMD_TOUCH: takes and gives nothing. Request: no attribute; answer: the
 *	ACK alone.
 * @DEMO_CMD_TOLD: a text was told. Notification to DEMO_GROUP_NEWS:
 *	DEMO_A_TEXT.
 * @DEMO_CMD_GOT: everything was given. Notification to DEMO_GROUP_SECRETS:
 *	DEMO_A_TEXT, DEMO_A_BYTES (optional), DEMO_A_DIGEST, DEMO_A_IS_URGENT
 *	(optional), DEMO_A_U8 (optional), DEMO_A_U16, DEMO_A_U32, DEMO_A_U64,
 *	DEMO_A_S8, DEMO_A_S16, DEMO_A_S32, DEMO_A_S64, DEMO_A_UINT,
 *	DEMO_A_SINT, DEMO_A_BE16, DEMO_A_BE32, DEMO_A_BE64, DEMO_A_SET,
 *	DEMO_A_BITS, DEMO_A_PART (optional), DEMO_A_PARTS, DEMO_A_NAMES
 *	(optional) and DEMO_A_FEW.
 */
enum demo_cmd {
	DEMO_CMD_PUT = 16,
	DEMO_CMD_GET,
	DEMO_CMD_TOUCH,
	DEMO_CMD_TOLD,
	DEMO_CMD_GOT,
};

/**
 * enum demo_a - attributes of demo, as nla_type
 * @DEMO_A_UNSPEC: never sent
 * @DEMO_A_TEXT: string, a text
 * @DEMO_A_BYTES: binary,
 * @DEMO_A_DIGEST: binary,
 * @DEMO_A_IS_URGENT: flag,
 * @DEMO_A_U8: u8,
 * @DEMO_A_U16: u16,
 * @DEMO_A_U32: u32,
 * @DEMO_A_U64: u64,
 * @DEMO_A_S8: s8,
 * @DEMO_A_S16: s16,
 * @DEMO_A_S32: s32,
 * @DEMO_A_S64: s64,
 * @DEMO_A_UINT: uint,
 * @DEMO_A_SINT: sint,
 * @DEMO_A_BE16: big-endian u16,
 * @DEMO_A_BE32: big-endian u32,
 * @DEMO_A_BE64: big-endian u64,
 * @DEMO_A_SET: bitfield32,
 * @DEMO_A_BITS: u32,
 * @DEMO_A_PART: nest of part,
 * @DEMO_A_PARTS: array of nests of part,
 * @DEMO_A_NAMES: string,
 * @DEMO_A_OLD: unused,
 * @DEMO_A_FEW: u16,
 */
enum demo_a {
	DEMO_A_UNSPEC,
	DEMO_A_TEXT,
	DEMO_A_BYTES,
	DEMO_A_DIGEST,
	DEMO_A_IS_URGENT,
	DEMO_A_U8,
	DEMO_A_U16,
	DEMO_A_U32,
	DEMO_A_U64,
	DEMO_A_S8,
	DEMO_A_S16,
	DEMO_A_S32,
	DEMO_A_S64,
	DEMO_A_UINT,
	DEMO_A_SINT,
	DEMO_A_BE16,
	DEMO_A_BE32,
	DEMO_A_BE64,
	DEMO_A_SET,
	DEMO_A_BITS,
	DEMO_A_PART,
	DEMO_A_PARTS,
	DEMO_A_NAMES,
	DEMO_A_OLD,
	DEMO_A_FEW = 40,
};

/**
 * enum demo_a_part - attributes of part, as nla_type
 * @DEMO_A_PART_UNSPEC: never sent
 * @DEMO_A_PART_ID: u32,
 * @DEMO_A_PART_NOTE: string,
 */
enum demo_a_part {
	DEMO_A_PART_UNSPEC,
	DEMO_A_PART_ID,
	DEMO_A_PART_NOTE,
};

/**
 * enum demo_group - multicast groups
 * @DEMO_GROUP_UNSPEC: none
 * @DEMO_GROUP_SECRETS: what not everybody is told.
 */
enum demo_group {
	DEMO_GROUP_UNSPEC,
	DEMO_GROUP_NEWS,
	DEMO_GROUP_SECRETS = 7,
};

#endif /* _UAPI_LINUX_DEMO_H */
