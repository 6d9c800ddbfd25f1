// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Writing messages and attributes, padding included.

use super::{
    concat,
    Nlmsghdr,
    ALIGNTO,
    NLA_HDRLEN,
    NLMSG_HDRLEN, //
};

/// A place that bytes are appended to: a socket buffer, a slice, a vector.
pub trait Sink {
    /// Error of appending.
    type Error;

    /// Returns the error for a length that its field cannot count.
    fn too_long() -> Self::Error;

    /// Appends all of `bytes`, or nothing.
    ///
    /// # Errors
    ///
    /// When there is no room for them.
    fn append(&mut self, bytes: &[u8]) -> Result<(), Self::Error>;
}

/// Appends `header`, with `nlmsg_len` set to fit, and `payload`.
///
/// # Errors
///
/// When there is no room, or `nlmsg_len` cannot count the payload; a part may be written by then.
pub fn put_message<S: Sink>(
    sink: &mut S,
    header: Nlmsghdr,
    payload: &[u8],
) -> Result<(), S::Error> {
    let len = NLMSG_HDRLEN.saturating_add(payload.len());
    let nlmsg_len = u32::try_from(len).map_err(|_| S::too_long())?;
    let header = Nlmsghdr {
        nlmsg_len,
        ..header
    };

    sink.append(&header.to_bytes())?;
    put_padded(sink, payload)
}

/// Appends an attribute.
///
/// # Errors
///
/// When there is no room, or `nla_len` cannot count the value (more than
/// [`NLA_MAX_VALUE`](super::NLA_MAX_VALUE)); a part may be written by then.
#[inline]
pub fn put_attr<S: Sink>(sink: &mut S, nla_type: u16, value: &[u8]) -> Result<(), S::Error> {
    put_attr_header(sink, nla_type, value.len())?;
    put_padded(sink, value)
}

/// Appends a string attribute: `text` and the NUL that ends it.
///
/// # Errors
///
/// As [`put_attr`].
#[inline(always)] // A call would keep the place in the sink in memory, not in registers.
pub fn put_str<S: Sink>(sink: &mut S, nla_type: u16, text: &[u8]) -> Result<(), S::Error> {
    let len = text.len().saturating_add(1);

    put_attr_header(sink, nla_type, len)?;
    sink.append(text)?;
    // Each a copy of a length that is known here: cheaper than one of any length.
    match text.len() % ALIGNTO {
        0 => sink.append(&[0; 4]),
        1 => sink.append(&[0; 3]),
        2 => sink.append(&[0; 2]),
        _ => sink.append(&[0; 1]),
    }
}

/// Appends the header of an attribute, whose value of `value` bytes is to follow, and its padding.
///
/// # Errors
///
/// As [`put_attr`].
#[inline]
pub fn put_attr_header<S: Sink>(sink: &mut S, nla_type: u16, value: usize) -> Result<(), S::Error> {
    let len = NLA_HDRLEN.saturating_add(value);
    let nla_len = u16::try_from(len).map_err(|_| S::too_long())?;
    let header: [u8; NLA_HDRLEN] = concat([nla_len, nla_type].map(u16::to_ne_bytes));

    sink.append(&header)
}

fn put_padded<S: Sink>(sink: &mut S, bytes: &[u8]) -> Result<(), S::Error> {
    sink.append(bytes)?;
    sink.append(padding(bytes.len()))
}

/// Returns the zeroes that `len` bytes are padded with, 0 to 3 of them.
#[inline]
pub fn padding(len: usize) -> &'static [u8] {
    const ZEROES: [u8; ALIGNTO - 1] = [0; ALIGNTO - 1];

    ZEROES
        .get(..len.wrapping_neg() % ALIGNTO)
        .unwrap_or_default()
}
