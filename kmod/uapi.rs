// SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note

//! The numbers of the wire contract, made by bindgen from `uapi/nlhello.h`: there they are
//! described, and there they are changed (`make uapi`).

#![allow(missing_docs, non_camel_case_types)]

pub const NETLINK_USER: u32 = 31;
pub const NLHELLO_GREETING: &[u8; 18] = b"Hello from kernel\0";
pub const NLHELLO_TEXT_MAX: u32 = 1024;
pub const NLHELLO_GREETING_MAX: u32 = 255;
pub const NLHELLO_DATA_MAX: u32 = 65000;
pub const NLHELLO_PEERS_MAX: u32 = 1024;
pub const HELLO_CMD_HELLO: hello_cmd = 16;
pub const HELLO_CMD_GET_PEER: hello_cmd = 17;
pub const HELLO_CMD_GET_STATS: hello_cmd = 18;
pub const HELLO_CMD_SET_GREETING: hello_cmd = 19;
pub const HELLO_CMD_HELLO_NTF: hello_cmd = 20;
pub type hello_cmd = u16;
pub const HELLO_A_UNSPEC: hello_attr = 0;
pub const HELLO_A_TEXT: hello_attr = 1;
pub const HELLO_A_DATA: hello_attr = 2;
pub const HELLO_A_GREETING: hello_attr = 3;
pub const HELLO_A_PORTID: hello_attr = 4;
pub const HELLO_A_MESSAGES: hello_attr = 5;
pub const HELLO_A_BYTES: hello_attr = 6;
pub const HELLO_A_LAST_NS: hello_attr = 7;
pub const HELLO_A_HELLOS: hello_attr = 8;
pub const HELLO_A_CLASSIC: hello_attr = 9;
pub const HELLO_A_REFUSED: hello_attr = 10;
pub const HELLO_A_DROPPED: hello_attr = 11;
pub const HELLO_A_PEERS: hello_attr = 12;
pub const HELLO_A_EVICTED: hello_attr = 13;
pub type hello_attr = u16;
pub const HELLO_GROUP_UNSPEC: hello_group = 0;
pub const HELLO_GROUP_EVENTS: hello_group = 1;
pub type hello_group = ::core::ffi::c_uint;
