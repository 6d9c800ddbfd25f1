// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The numbers of the hello family, as the fields that they go into have them, and their names.

use crate::netlink::{AttrFormat, AttrSpec, MessageSpec, Spec};
use crate::uapi;

pub(super) const HELLO: u16 = uapi::HELLO_CMD_HELLO as u16;

pub(super) const TEXT: u16 = uapi::HELLO_A_TEXT as u16;
pub(super) const DATA: u16 = uapi::HELLO_A_DATA as u16;
pub(super) const GREETING: u16 = uapi::HELLO_A_GREETING as u16;

/// What the client knows of the hello family.
pub static SPEC: Spec = Spec {
    protocol: uapi::NETLINK_USER as libc::c_int,
    unregistered_hint: "is hello.ko loaded?",
    messages: &[MessageSpec {
        nlmsg_type: HELLO,
        name: "HELLO_CMD_HELLO",
        header: 0,
        attrs: ATTRS,
    }],
};

static ATTRS: &[AttrSpec] = &[
    AttrSpec {
        nla_type: TEXT,
        name: "HELLO_A_TEXT",
        format: AttrFormat::String,
    },
    AttrSpec {
        nla_type: DATA,
        name: "HELLO_A_DATA",
        format: AttrFormat::Bytes,
    },
    AttrSpec {
        nla_type: GREETING,
        name: "HELLO_A_GREETING",
        format: AttrFormat::String,
    },
];
