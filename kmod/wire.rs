// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Netlink messages and attributes over byte slices.
//!
//! A datagram is a row of messages, a message is a `struct nlmsghdr` and a payload, and a payload is
//! (maybe a fixed header and) a row of attributes, each a `struct nlattr` and a value. Everything is
//! host-endian and padded to 4 bytes.
//!
//! This is `core` alone: no allocation, no `unsafe`, no panic whatever the bytes are. The kernel
//! module and the client compile the same files.
//!
//! C header: [`include/uapi/linux/netlink.h`](srctree/include/uapi/linux/netlink.h)

mod attr;
mod error;
mod message;
mod put;

pub use attr::{
    Attr,
    Attrs,
    NLA_F_NESTED, //
};
pub use error::Error;
pub use message::{
    Message,
    Messages,
    Nlmsghdr, //
};
pub use put::{
    padding,
    put_attr,
    put_attr_header,
    put_message,
    put_str,
    Sink, //
};

/// Alignment of messages and attributes (`NLMSG_ALIGNTO`, `NLA_ALIGNTO`), in bytes.
pub const ALIGNTO: usize = 4;

/// Size of `struct nlmsghdr` (`NLMSG_HDRLEN`), in bytes.
pub const NLMSG_HDRLEN: usize = 16;

/// Size of `struct nlattr` (`NLA_HDRLEN`), in bytes.
pub const NLA_HDRLEN: usize = 4;

/// First message type that belongs to a protocol; those below are netlink's own.
pub const NLMSG_MIN_TYPE: u16 = 0x10;

/// Control type: an ACK or a refusal.
pub const NLMSG_ERROR: u16 = 2;

/// Control type: the end of a dump, and classic hello's answer.
pub const NLMSG_DONE: u16 = 3;

/// Flag: the message is a request.
pub const NLM_F_REQUEST: u16 = 0x01;

/// Flag: the sender wants an ACK also for success.
pub const NLM_F_ACK: u16 = 0x04;

/// Flag: the sender wants to hear of the change that it makes.
pub const NLM_F_ECHO: u16 = 0x08;

/// Flag: the message is one of several, which `NLMSG_DONE` ends.
pub const NLM_F_MULTI: u16 = 0x02;

/// Flag: the table changed during the dump.
pub const NLM_F_DUMP_INTR: u16 = 0x10;

/// Flag: the dump has left out entries, as its request asked for.
pub const NLM_F_DUMP_FILTERED: u16 = 0x20;

/// Flags: the request is a dump, when both bits are set.
pub const NLM_F_DUMP: u16 = 0x300;

/// The largest value that `nla_len` can count, in bytes.
pub const NLA_MAX_VALUE: usize = u16::MAX as usize - NLA_HDRLEN;

/// Returns `len` rounded up to [`ALIGNTO`].
#[inline]
pub const fn align(len: usize) -> usize {
    len.saturating_add(ALIGNTO - 1) & !(ALIGNTO - 1)
}

/// Returns `parts`, of `P` bytes each, one behind the other, in `N` bytes.
#[inline]
fn concat<const N: usize, const P: usize>(parts: impl IntoIterator<Item = [u8; P]>) -> [u8; N] {
    let mut bytes = [0; N];

    for (place, part) in bytes.chunks_exact_mut(P).zip(parts) {
        place.copy_from_slice(&part);
    }
    bytes
}

/// Returns what is behind the first `len` bytes and their padding, which may be missing at the end.
#[inline]
fn after(bytes: &[u8], len: usize) -> &[u8] {
    bytes.get(align(len).min(bytes.len())..).unwrap_or_default()
}

/// Returns the room that a message with `payload` bytes takes, padding included (`NLMSG_SPACE()`).
#[inline]
pub const fn nlmsg_total_size(payload: usize) -> usize {
    align(NLMSG_HDRLEN.saturating_add(payload))
}

/// Returns the room that a string attribute takes, its NUL and padding included.
#[inline]
pub const fn nla_total_size_str(text: usize) -> usize {
    nla_total_size(text.saturating_add(1))
}

/// Returns the room that an attribute with `value` bytes takes, padding included
/// (`nla_total_size()`).
#[inline]
pub const fn nla_total_size(value: usize) -> usize {
    align(NLA_HDRLEN.saturating_add(value))
}
