/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The wire contract of nlhello, a raw netlink protocol.
 *
 * A request is a struct nlmsghdr with a command as nlmsg_type, then attributes
 * (struct nlattr). Integers are in host byte order, strings end in a NUL.
 * Attributes that a command does not know, and bytes after the last one, are
 * refused.
 *
 * Classic hello needs none of this: a message of any type below 16
 * (NLMSG_MIN_TYPE) without NLM_F_REQUEST and NLM_F_ACK and with any payload is
 * answered by one NLMSG_DONE message that carries NLHELLO_GREETING and its NUL.
 */
#ifndef _UAPI_LINUX_NLHELLO_H
#define _UAPI_LINUX_NLHELLO_H

/* The protocol: the third argument of socket(2). */
#define NETLINK_USER 31

/* What the kernel says when nobody told it to say something else. */
#define NLHELLO_GREETING "Hello from kernel"

/* Most bytes of HELLO_A_TEXT, without its NUL. */
#define NLHELLO_TEXT_MAX 1024

/* Most bytes of HELLO_A_DATA. */
#define NLHELLO_DATA_MAX 65000

/**
 * enum hello_cmd - commands, as nlmsg_type
 * @HELLO_CMD_HELLO: says hello. The request may carry HELLO_A_TEXT and
 *	HELLO_A_DATA; the answer, of the same type, carries HELLO_A_GREETING
 *	and the HELLO_A_DATA of the request.
 */
enum hello_cmd {
	HELLO_CMD_HELLO = 16,
};

/**
 * enum hello_attr - attributes, as nla_type
 * @HELLO_A_UNSPEC: never sent
 * @HELLO_A_TEXT: string, what the client says
 * @HELLO_A_DATA: bytes, sent back as they came
 * @HELLO_A_GREETING: string, what the kernel says
 */
enum hello_attr {
	HELLO_A_UNSPEC,
	HELLO_A_TEXT,
	HELLO_A_DATA,
	HELLO_A_GREETING,
};

#endif /* _UAPI_LINUX_NLHELLO_H */
