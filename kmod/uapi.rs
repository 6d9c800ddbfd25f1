// SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note

//! The numbers of the wire contract, made by bindgen from `uapi/nlhello.h`: there they are
//! described, and there they are changed (`make uapi`).

#![allow(missing_docs, non_camel_case_types)]

pub const NETLINK_USER: u32 = 31;
pub const NLHELLO_GREETING: &[u8; 18] = b"Hello from kernel\0";
pub const NLHELLO_TEXT_MAX: u32 = 1024;
pub const NLHELLO_DATA_MAX: u32 = 65000;
pub const HELLO_CMD_HELLO: hello_cmd = 16;
pub type hello_cmd = u16;
pub const HELLO_A_UNSPEC: hello_attr = 0;
pub const HELLO_A_TEXT: hello_attr = 1;
pub const HELLO_A_DATA: hello_attr = 2;
pub const HELLO_A_GREETING: hello_attr = 3;
pub type hello_attr = u16;
