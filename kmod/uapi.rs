// SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note

//! The numbers of the wire contract, made of `uapi/hello.yaml` by `make spec`. `uapi/nlhello.h` has
//! the same for C.

/// The protocol: the third argument of `socket(2)`.
pub const NETLINK_USER: u32 = 31;
/// `greeting`: what the kernel says when nobody told it to say something else.
pub const NLHELLO_GREETING: &[u8; 18] = b"Hello from kernel\0";
/// `text-max`: most bytes of text, without its NUL.
pub const NLHELLO_TEXT_MAX: u32 = 1024;
/// `greeting-max`: most bytes of greeting, without its NUL.
pub const NLHELLO_GREETING_MAX: u32 = 255;
/// `data-max`: most bytes of data.
pub const NLHELLO_DATA_MAX: u32 = 65000;
/// `peers-max`: most peers that a network namespace remembers.
pub const NLHELLO_PEERS_MAX: u32 = 1024;
/// `hello`: says hello. The answer brings the data back.
pub const HELLO_CMD_HELLO: u16 = 16;
/// `get-peer`: asks who has said hello: the peer of this portid, which is required, or, as a dump,
/// all of them.
pub const HELLO_CMD_GET_PEER: u16 = 17;
/// `get-stats`: asks for the counters of the network namespace.
pub const HELLO_CMD_GET_STATS: u16 = 18;
/// `set-greeting`: sets what the kernel says, the greeting, which is required, in the network
/// namespace. Takes CAP_NET_ADMIN there. Classic hello stays as it is.
pub const HELLO_CMD_SET_GREETING: u16 = 19;
/// `hello-ntf`: the peer of this portid has said hello, and text where it said something.
pub const HELLO_CMD_HELLO_NTF: u16 = 20;
/// No attribute.
pub const HELLO_A_UNSPEC: u16 = 0;
/// `text` (string): text of the client, without its NUL.
pub const HELLO_A_TEXT: u16 = 1;
/// `data` (binary): bytes, sent back as they came.
pub const HELLO_A_DATA: u16 = 2;
/// `greeting` (string): greeting of the kernel, without its NUL.
pub const HELLO_A_GREETING: u16 = 3;
/// `portid` (u32): port id of a peer.
pub const HELLO_A_PORTID: u16 = 4;
/// `messages` (u64): hellos of a peer.
pub const HELLO_A_MESSAGES: u16 = 5;
/// `bytes` (u64): payload of all hellos of a peer, in bytes.
pub const HELLO_A_BYTES: u16 = 6;
/// `last-ns` (u64): time of the last hello, CLOCK_REALTIME in nanoseconds, to the tick of the
/// kernel's timer (1 to 10 ms), the same until the clock is set.
pub const HELLO_A_LAST_NS: u16 = 7;
/// `hellos` (u64): hello messages that were answered.
pub const HELLO_A_HELLOS: u16 = 8;
/// `classic` (u64): classic hellos that were answered.
pub const HELLO_A_CLASSIC: u16 = 9;
/// `refused` (u64): requests that were refused.
pub const HELLO_A_REFUSED: u16 = 10;
/// `dropped` (u64): broken headers, dropped with all behind them.
pub const HELLO_A_DROPPED: u16 = 11;
/// `peers` (u32): peers that are remembered now.
pub const HELLO_A_PEERS: u16 = 12;
/// `evicted` (u64): peers that were forgotten to make room.
pub const HELLO_A_EVICTED: u16 = 13;
/// No multicast group.
pub const HELLO_GROUP_UNSPEC: u32 = 0;
/// Multicast group `events`: HELLO_CMD_HELLO_NTF. To join takes CAP_NET_ADMIN in the network
/// namespace.
pub const HELLO_GROUP_EVENTS: u32 = 1;
