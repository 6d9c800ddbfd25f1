// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The numbers of the hello family, as the fields that they go into have them, and their names.

use crate::netlink::{AttrFormat, AttrSpec, MessageSpec, Spec};
use crate::uapi;

pub(super) const HELLO: u16 = uapi::HELLO_CMD_HELLO;
pub(super) const GET_PEER: u16 = uapi::HELLO_CMD_GET_PEER;
pub(super) const GET_STATS: u16 = uapi::HELLO_CMD_GET_STATS;
pub(super) const SET_GREETING: u16 = uapi::HELLO_CMD_SET_GREETING;
pub(super) const HELLO_NTF: u16 = uapi::HELLO_CMD_HELLO_NTF;

pub(super) const TEXT: u16 = uapi::HELLO_A_TEXT;
pub(super) const DATA: u16 = uapi::HELLO_A_DATA;
pub(super) const GREETING: u16 = uapi::HELLO_A_GREETING;
pub(super) const PORTID: u16 = uapi::HELLO_A_PORTID;
pub(super) const MESSAGES: u16 = uapi::HELLO_A_MESSAGES;
pub(super) const BYTES: u16 = uapi::HELLO_A_BYTES;
pub(super) const LAST_NS: u16 = uapi::HELLO_A_LAST_NS;
pub(super) const HELLOS: u16 = uapi::HELLO_A_HELLOS;
pub(super) const CLASSIC: u16 = uapi::HELLO_A_CLASSIC;
pub(super) const REFUSED: u16 = uapi::HELLO_A_REFUSED;
pub(super) const DROPPED: u16 = uapi::HELLO_A_DROPPED;
pub(super) const PEERS: u16 = uapi::HELLO_A_PEERS;
pub(super) const EVICTED: u16 = uapi::HELLO_A_EVICTED;

pub(super) const EVENTS: u32 = uapi::HELLO_GROUP_EVENTS;

/// Prefix of the names of attributes.
pub(super) const ATTR_PREFIX: &str = "HELLO_A_";

/// Messages and attributes of the hello family.
pub static SPEC: Spec = Spec {
    protocol: uapi::NETLINK_USER as libc::c_int,
    unregistered_hint: "is hello.ko loaded?",
    messages: &[
        message(HELLO, "HELLO_CMD_HELLO"),
        MessageSpec {
            is_get: true,
            ..message(GET_PEER, "HELLO_CMD_GET_PEER")
        },
        message(GET_STATS, "HELLO_CMD_GET_STATS"),
        message(SET_GREETING, "HELLO_CMD_SET_GREETING"),
        message(HELLO_NTF, "HELLO_CMD_HELLO_NTF"),
    ],
};

static ATTRS: &[AttrSpec] = &[
    attr(TEXT, "HELLO_A_TEXT", AttrFormat::String),
    attr(DATA, "HELLO_A_DATA", AttrFormat::Bytes),
    attr(GREETING, "HELLO_A_GREETING", AttrFormat::String),
    attr(PORTID, "HELLO_A_PORTID", AttrFormat::U32),
    attr(MESSAGES, "HELLO_A_MESSAGES", AttrFormat::U64),
    attr(BYTES, "HELLO_A_BYTES", AttrFormat::U64),
    attr(LAST_NS, "HELLO_A_LAST_NS", AttrFormat::U64),
    attr(HELLOS, "HELLO_A_HELLOS", AttrFormat::U64),
    attr(CLASSIC, "HELLO_A_CLASSIC", AttrFormat::U64),
    attr(REFUSED, "HELLO_A_REFUSED", AttrFormat::U64),
    attr(DROPPED, "HELLO_A_DROPPED", AttrFormat::U64),
    attr(PEERS, "HELLO_A_PEERS", AttrFormat::U32),
    attr(EVICTED, "HELLO_A_EVICTED", AttrFormat::U64),
];

const fn message(nlmsg_type: u16, name: &'static str) -> MessageSpec {
    MessageSpec {
        nlmsg_type,
        name,
        header: 0,
        is_get: false,
        attr_prefix: ATTR_PREFIX,
        attrs: ATTRS,
    }
}

const fn attr(nla_type: u16, name: &'static str, format: AttrFormat) -> AttrSpec {
    AttrSpec {
        nla_type,
        name,
        format,
    }
}
