/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The wire contract of nlhello, a raw netlink protocol.
 *
 * A request is a struct nlmsghdr with a command as nlmsg_type, then attributes
 * (struct nlattr). Integers are in host byte order, strings end in a NUL. A u64
 * is aligned to 4 bytes only, without an attribute for padding: copy it out
 * with memcpy(3). Attributes that a command does not know, and bytes after the
 * last one, are refused.
 *
 * Classic hello needs none of this: a message of type 0 without NLM_F_REQUEST
 * and NLM_F_ACK and with any payload is answered by one NLMSG_DONE message that
 * carries NLHELLO_GREETING and its NUL.
 */
#ifndef _UAPI_LINUX_NLHELLO_H
#define _UAPI_LINUX_NLHELLO_H

/* The protocol: the third argument of socket(2). */
#define NETLINK_USER 31

/* What the kernel says when nobody told it to say something else. */
#define NLHELLO_GREETING "Hello from kernel"

/* Most bytes of text, without its NUL. */
#define NLHELLO_TEXT_MAX 1024

/* Most bytes of greeting, without its NUL. */
#define NLHELLO_GREETING_MAX 255

/* Most bytes of data. */
#define NLHELLO_DATA_MAX 65000

/* Most peers that a network namespace remembers. */
#define NLHELLO_PEERS_MAX 1024

/**
 * enum hello_cmd - commands, as nlmsg_type, over generic netlink as cmd
 * @HELLO_CMD_HELLO: says hello. The answer brings the data back. Request:
 *	HELLO_A_TEXT and HELLO_A_DATA; answer: HELLO_A_GREETING and
 *	HELLO_A_DATA (optional).
 * @HELLO_CMD_GET_PEER: asks who has said hello: the peer of this portid, which
 *	is required, or, as a dump, all of them. Request: HELLO_A_PORTID
 *	(required); answer: HELLO_A_PORTID, HELLO_A_MESSAGES, HELLO_A_BYTES
 *	and HELLO_A_LAST_NS. With NLM_F_DUMP, all of them.
 * @HELLO_CMD_GET_STATS: asks for the counters of the network namespace.
 *	Request: no attribute; answer: HELLO_A_HELLOS, HELLO_A_CLASSIC,
 *	HELLO_A_REFUSED, HELLO_A_DROPPED, HELLO_A_PEERS and HELLO_A_EVICTED.
 * @HELLO_CMD_SET_GREETING: sets what the kernel says, the greeting, which is
 *	required, in the network namespace. Takes CAP_NET_ADMIN there. Classic
 *	hello stays as it is. Request: HELLO_A_GREETING (required); answer:
 *	the ACK alone.
 * @HELLO_CMD_HELLO_NTF: the peer of this portid has said hello, and text where
 *	it said something. Notification to HELLO_GROUP_EVENTS: HELLO_A_PORTID
 *	and HELLO_A_TEXT (optional).
 */
enum hello_cmd {
	HELLO_CMD_HELLO = 16,
	HELLO_CMD_GET_PEER,
	HELLO_CMD_GET_STATS,
	HELLO_CMD_SET_GREETING,
	HELLO_CMD_HELLO_NTF,
};

/**
 * enum hello_attr - the attributes of all commands, as nla_type
 * @HELLO_A_UNSPEC: never sent
 * @HELLO_A_TEXT: string, text of the client, without its NUL
 * @HELLO_A_DATA: binary, bytes, sent back as they came
 * @HELLO_A_GREETING: string, greeting of the kernel, without its NUL
 * @HELLO_A_PORTID: u32, port id of a peer
 * @HELLO_A_MESSAGES: u64, hellos of a peer
 * @HELLO_A_BYTES: u64, payload of all hellos of a peer, in bytes
 * @HELLO_A_LAST_NS: u64, time of the last hello, CLOCK_REALTIME in nanoseconds,
 *	to the tick of the kernel's timer (1 to 10 ms), the same until the
 *	clock is set
 * @HELLO_A_HELLOS: u64, hello messages that were answered
 * @HELLO_A_CLASSIC: u64, classic hellos that were answered
 * @HELLO_A_REFUSED: u64, requests that were refused
 * @HELLO_A_DROPPED: u64, broken headers, dropped with all behind them
 * @HELLO_A_PEERS: u32, peers that are remembered now
 * @HELLO_A_EVICTED: u64, peers that were forgotten to make room
 */
enum hello_attr {
	HELLO_A_UNSPEC,
	HELLO_A_TEXT,
	HELLO_A_DATA,
	HELLO_A_GREETING,
	HELLO_A_PORTID,
	HELLO_A_MESSAGES,
	HELLO_A_BYTES,
	HELLO_A_LAST_NS,
	HELLO_A_HELLOS,
	HELLO_A_CLASSIC,
	HELLO_A_REFUSED,
	HELLO_A_DROPPED,
	HELLO_A_PEERS,
	HELLO_A_EVICTED,
};

/**
 * enum hello_group - multicast groups
 * @HELLO_GROUP_UNSPEC: none
 * @HELLO_GROUP_EVENTS: HELLO_CMD_HELLO_NTF. To join takes CAP_NET_ADMIN in the
 *	network namespace.
 */
enum hello_group {
	HELLO_GROUP_UNSPEC,
	HELLO_GROUP_EVENTS,
};

#endif /* _UAPI_LINUX_NLHELLO_H */
