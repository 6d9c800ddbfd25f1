// SPDX-License-Identifier: GPL-2.0

//! The extended ACK: why a request was refused, and where.

use crate::wire::{
    Attr,
    NLMSG_HDRLEN, //
};
use core::{
    ffi::CStr,
    fmt::{
        self,
        Write, //
    },
    mem,
    ptr, //
};
use kernel::{
    bindings,
    prelude::*, //
};

/// Extended ACK: a message and an attribute, for the sender of a request, besides the errno.
///
/// It arrives where the sender has set `NETLINK_EXT_ACK`.
pub struct ExtAck<'a> {
    msg: Msg,
    bad_attr: Option<&'a [u8]>,
    miss_type: u16,
    miss_nest: Option<&'a [u8]>,
}

/// The text.
enum Msg {
    None,
    Fixed(&'static CStr),
    Formatted(Text),
}

impl<'a> ExtAck<'a> {
    /// Starts with nothing to say.
    pub(super) fn new() -> Self {
        Self {
            msg: Msg::None,
            bad_attr: None,
            miss_type: 0,
            miss_nest: None,
        }
    }

    /// Says whether there is nothing to say.
    pub(super) fn is_empty(&self) -> bool {
        matches!(self.msg, Msg::None) && self.miss_type == 0
    }

    /// Takes the text away.
    pub(super) fn take_msg(&mut self) -> ExtAck<'static> {
        ExtAck {
            msg: mem::replace(&mut self.msg, Msg::None),
            ..ExtAck::new()
        }
    }

    /// Says `msg`; on success it is a warning.
    pub fn set_msg(&mut self, msg: &'static CStr) {
        self.msg = Msg::Fixed(msg);
    }

    /// Refuses the request: says `msg`, and returns `error` for the handler to return.
    pub fn refuse(&mut self, error: Error, msg: &'static CStr) -> Error {
        *self = Self {
            msg: Msg::Fixed(msg),
            ..Self::new()
        };
        error
    }

    /// Refuses the request for `attr`: says `msg` and, if there is one, where `attr` stands.
    ///
    /// Views tell that: `ext_ack.refuse_attr(ENOENT, attrs.portid_attr(), c"no such peer")`.
    pub fn refuse_attr(
        &mut self,
        error: Error,
        attr: impl Into<Option<Attr<'a>>>,
        msg: &'static CStr,
    ) -> Error {
        self.refuse(error, msg);
        self.bad_attr = attr.into().map(|attr| attr.bytes());
        error
    }

    /// As [`ExtAck::refuse_attr`], with a formatted text; more than 79 bytes are cut off.
    pub fn refuse_attr_fmt(
        &mut self,
        error: Error,
        attr: impl Into<Option<Attr<'a>>>,
        msg: fmt::Arguments<'_>,
    ) -> Error {
        *self = Self {
            msg: Msg::Formatted(Text::new(msg)),
            bad_attr: attr.into().map(|attr| attr.bytes()),
            ..Self::new()
        };
        error
    }

    /// Refuses the request for the bytes that `place` starts with.
    pub(super) fn refuse_at(
        &mut self,
        error: Error,
        place: &'a [u8],
        msg: fmt::Arguments<'_>,
    ) -> Error {
        self.refuse_attr_fmt(error, None, msg);
        self.bad_attr = Some(place);
        error
    }

    /// Refuses the request because it lacks the attribute `nla_type`.
    pub fn refuse_missing(&mut self, nla_type: u16) -> Error {
        let error = self.refuse(EINVAL, c"required attribute is missing");
        self.miss_type = nla_type;
        error
    }

    /// Refuses the request because `nest`, an attribute of it, lacks the attribute `nla_type`.
    pub fn refuse_missing_in(&mut self, nest: impl Into<Option<Attr<'a>>>, nla_type: u16) -> Error {
        let error = self.refuse_missing(nla_type);
        self.miss_nest = nest.into().map(|nest| nest.bytes());
        error
    }

    /// Refuses the request because the nest that `place` starts with, if with any, lacks the
    /// attribute `nla_type`.
    pub(super) fn refuse_missing_at(&mut self, place: &'a [u8], nla_type: u16) -> Error {
        let error = self.refuse_missing(nla_type);
        self.miss_nest = (!place.is_empty()).then_some(place);
        error
    }

    /// Returns what `netlink_ack()` takes for the request `message`.
    ///
    /// The pointers in it are good as long as `self` and `message` are.
    pub(super) fn to_raw(&self, message: &[u8]) -> bindings::netlink_ext_ack {
        bindings::netlink_ext_ack {
            _msg: self.msg.as_ptr(),
            bad_attr: place_in(message, self.bad_attr),
            miss_type: self.miss_type,
            miss_nest: place_in(message, self.miss_nest),
            ..Default::default()
        }
    }

    /// Says the same in `raw`, but for where attributes of the request are.
    ///
    /// The pointer in it is good as long as `self` is.
    pub(super) fn write_to(&self, raw: &mut bindings::netlink_ext_ack) {
        raw._msg = self.msg.as_ptr();
        raw.miss_type = self.miss_type;
    }
}

/// Returns where `attr` starts, null unless that is in the payload of `message`: the core warns in
/// the log about any other place.
fn place_in(message: &[u8], attr: Option<&[u8]>) -> *const bindings::nlattr {
    let payload = message.get(NLMSG_HDRLEN..).unwrap_or_default();
    let place = attr.map_or(ptr::null(), <[u8]>::as_ptr);

    if payload.as_ptr_range().contains(&place) {
        place.cast()
    } else {
        ptr::null()
    }
}

impl Msg {
    fn as_ptr(&self) -> *const kernel::ffi::c_char {
        match self {
            Msg::None => ptr::null(),
            Msg::Fixed(text) => text.to_bytes_with_nul().as_ptr().cast(),
            Msg::Formatted(text) => text.bytes.as_ptr().cast(),
        }
    }
}

/// Size of a formatted text with its NUL, in bytes (`NETLINK_MAX_FMTMSG_LEN`).
const TEXT_SIZE: usize = 80;

/// A formatted text.
///
/// # Invariants
///
/// `len` is below [`TEXT_SIZE`], and `bytes` are zero from there on.
struct Text {
    bytes: [u8; TEXT_SIZE],
    len: usize,
}

impl Text {
    fn new(args: fmt::Arguments<'_>) -> Self {
        // INVARIANT: No byte is written yet.
        let mut text = Self {
            bytes: [0; TEXT_SIZE],
            len: 0,
        };

        // Text that does not fit is left out.
        let _ = text.write_fmt(args);
        text
    }
}

impl Write for Text {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        // The last byte stays zero.
        let room = TEXT_SIZE - 1 - self.len;
        let fits = part.as_bytes().get(..room).unwrap_or(part.as_bytes());

        for (place, byte) in self.bytes.iter_mut().skip(self.len).zip(fits) {
            *place = *byte;
        }
        // INVARIANT: At most `TEXT_SIZE - 1`; nothing is written beyond.
        self.len += fits.len();
        Ok(())
    }
}

#[cfg(nl_kunit)]
mod tests;
