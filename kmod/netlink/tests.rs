// SPDX-License-Identifier: GPL-2.0

//! What the KUnit suites share.
//!
//! `make NL_KUNIT=y` builds the suites into the module, and a kernel with `CONFIG_KUNIT=y` that was
//! booted with `kunit.enable=1` runs them when it is loaded; no other module holds any of it.
//! `#[kunit_tests]` came after Linux 6.12, so there the suites do not build; what they test does.
//!
//! Suites stand in the `tests.rs` of what they test. A failed assertion ends the test without a
//! destructor, so a test that failed also leaks. Outside a suite's own module `assert!` would
//! panic: what is shared returns, and the tests assert.

mod wire;

use super::{
    errno::emsgsize,
    ExtAck, //
};
use crate::wire::{
    put_attr,
    Sink,
    NLMSG_HDRLEN, //
};
use core::ptr;
use kernel::{
    bindings,
    ffi::{
        c_char,
        c_int, //
    },
    prelude::*, //
};

impl Sink for KVec<u8> {
    type Error = Error;

    fn too_long() -> Error {
        emsgsize()
    }

    fn append(&mut self, bytes: &[u8]) -> Result {
        Ok(self.extend_from_slice(bytes, GFP_KERNEL)?)
    }
}

/// A message whose payload is this row of attributes; its header is zeroes.
pub(super) fn message(attrs: &[(u16, &[u8])]) -> Result<KVec<u8>> {
    message_of(&row(attrs)?)
}

/// A row of attributes.
pub(super) fn row(attrs: &[(u16, &[u8])]) -> Result<KVec<u8>> {
    let mut bytes = KVec::new();

    for (nla_type, value) in attrs {
        put_attr(&mut bytes, *nla_type, value)?;
    }
    Ok(bytes)
}

/// A message with this payload; its header is zeroes.
pub(super) fn message_of(payload: &[u8]) -> Result<KVec<u8>> {
    let mut bytes = KVec::from_elem(0, NLMSG_HDRLEN, GFP_KERNEL)?;

    bytes.append(payload)?;
    Ok(bytes)
}

/// An attribute whose header says `nla_len`, whatever `value` has.
pub(super) fn attr(nla_len: u16, nla_type: u16, value: &[u8]) -> Result<KVec<u8>> {
    let mut bytes = KVec::new();

    bytes.append(&nla_len.to_ne_bytes())?;
    bytes.append(&nla_type.to_ne_bytes())?;
    bytes.append(value)?;
    Ok(bytes)
}

/// Room for a text of the extended ACK and its NUL, in bytes.
const MSG_SIZE: usize = bindings::NETLINK_MAX_FMTMSG_LEN as usize;

/// What the sender of a request is told, as `netlink_ack()` reads it.
#[derive(PartialEq, Eq)]
pub(super) struct Told {
    errno: c_int,
    msg: [u8; MSG_SIZE],
    bad_attr: Option<usize>,
    miss_type: u16,
    miss_nest: Option<usize>,
}

impl Told {
    /// Success, and nothing to say.
    pub(super) fn nothing() -> Self {
        Self {
            errno: 0,
            msg: [0; MSG_SIZE],
            bad_attr: None,
            miss_type: 0,
            miss_nest: None,
        }
    }

    /// Success, and a text.
    pub(super) fn text(msg: &str) -> Self {
        let mut told = Self::nothing();

        for (place, byte) in told.msg.iter_mut().zip(msg.bytes()) {
            *place = byte;
        }
        told
    }

    /// An error and its text.
    pub(super) fn error(error: Error, msg: &str) -> Self {
        Self {
            errno: error.to_errno(),
            ..Self::text(msg)
        }
    }

    /// As it is, and the offending attribute is at `offset` of the message.
    pub(super) fn at(self, offset: usize) -> Self {
        Self {
            bad_attr: Some(offset),
            ..self
        }
    }

    /// As it is, and the attribute `miss_type` is missing.
    pub(super) fn missing(self, miss_type: u16) -> Self {
        Self { miss_type, ..self }
    }

    /// As it is, and what is missing is missing from the nest at `offset` of the message.
    pub(super) fn inside(self, offset: usize) -> Self {
        Self {
            miss_nest: Some(offset),
            ..self
        }
    }

    /// Reads what the sender of `message` is told.
    pub(super) fn read(result: Result, ext_ack: &ExtAck<'_>, message: &[u8]) -> Self {
        let raw = ext_ack.to_raw(message);
        let offset = |attr: *const bindings::nlattr| {
            let offset = attr.addr().wrapping_sub(message.as_ptr().addr());
            (!attr.is_null()).then_some(offset)
        };

        Self {
            errno: result.map_or_else(|error| error.to_errno(), |()| 0),
            // SAFETY: `ext_ack` is alive, and so is what it points to.
            msg: unsafe { text_at(raw._msg) },
            bad_attr: offset(raw.bad_attr),
            miss_type: raw.miss_type,
            miss_nest: offset(raw.miss_nest),
        }
    }
}

/// Reads a text up to its NUL; one that has none within its room fills all of it.
///
/// # Safety
///
/// `msg` must be null, or point to a NUL within [`MSG_SIZE`] bytes or to that many.
unsafe fn text_at(msg: *const c_char) -> [u8; MSG_SIZE] {
    let mut text = [0; MSG_SIZE];

    for (offset, place) in text.iter_mut().enumerate() {
        if msg.is_null() {
            break;
        }
        // SAFETY: By the caller's word it is inside; no NUL was seen yet.
        match unsafe { ptr::read(msg.add(offset)) } {
            0 => break,
            byte => *place = byte,
        }
    }
    text
}
