// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Attributes: `struct nlattr` and what follows it.

use super::{
    after,
    Error,
    NLA_HDRLEN, //
};

/// Bit of `nla_type`: the value is a row of attributes.
pub const NLA_F_NESTED: u16 = 1 << 15;

/// Bit of `nla_type`: the value is big-endian.
const NLA_F_NET_BYTEORDER: u16 = 1 << 14;

/// An attribute: a type and a value.
///
/// # Invariants
///
/// `bytes` holds the header and the value, `nla_len` bytes in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attr<'a> {
    nla_type: u16,
    bytes: &'a [u8],
}

impl<'a> Attr<'a> {
    /// Reads the attribute at the start of `bytes`.
    ///
    /// # Errors
    ///
    /// [`Error::TrailingBytes`] when not even a header is there, [`Error::BadLength`] when `nla_len`
    /// is below [`NLA_HDRLEN`] or beyond the end of `bytes` (`nla_ok()`).
    #[inline]
    pub fn from_bytes(bytes: &'a [u8]) -> Result<Self, Error> {
        let (header, _) = bytes
            .split_first_chunk::<NLA_HDRLEN>()
            .ok_or(Error::TrailingBytes)?;
        let [nla_len @ .., _, _] = *header;
        let [_, _, nla_type @ ..] = *header;
        let len = usize::from(u16::from_ne_bytes(nla_len));
        if len < NLA_HDRLEN {
            return Err(Error::BadLength);
        }
        let bytes = bytes.get(..len).ok_or(Error::BadLength)?;

        // INVARIANT: `bytes` was just cut to `nla_len`, which covers the header.
        Ok(Self {
            nla_type: u16::from_ne_bytes(nla_type),
            bytes,
        })
    }

    /// Returns the type without its two flag bits (`nla_type()`).
    #[inline]
    pub fn kind(&self) -> u16 {
        self.nla_type & !(NLA_F_NESTED | NLA_F_NET_BYTEORDER)
    }

    /// Says whether the sender marked the value as nested (`NLA_F_NESTED`).
    #[inline]
    pub fn is_nested(&self) -> bool {
        self.nla_type & NLA_F_NESTED != 0
    }

    /// Says whether the sender marked the value as big-endian (`NLA_F_NET_BYTEORDER`).
    #[inline]
    pub fn is_net_byteorder(&self) -> bool {
        self.nla_type & NLA_F_NET_BYTEORDER != 0
    }

    /// Returns the header and the value as they came.
    #[inline]
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Returns the value, without the attribute's padding (`nla_data()`).
    #[inline]
    pub fn value(&self) -> &'a [u8] {
        self.bytes.get(NLA_HDRLEN..).unwrap_or_default()
    }

    /// Returns the attributes that the value holds.
    #[inline]
    pub fn nested(&self) -> Attrs<'a> {
        Attrs::new(self.value())
    }

    /// Returns the string without its NUL.
    ///
    /// # Errors
    ///
    /// [`Error::BadString`] unless the only NUL is the last byte.
    #[inline]
    pub fn str(&self) -> Result<&'a [u8], Error> {
        match self.value().split_last() {
            Some((0, text)) if !text.contains(&0) => Ok(text),
            _ => Err(Error::BadString),
        }
    }

    /// Returns the value as a `u32`.
    ///
    /// # Errors
    ///
    /// [`Error::BadSize`] unless it has 4 bytes.
    #[inline]
    pub fn u32(&self) -> Result<u32, Error> {
        self.array().map(u32::from_ne_bytes)
    }

    /// Returns the value as a `u64`.
    ///
    /// # Errors
    ///
    /// [`Error::BadSize`] unless it has 8 bytes.
    #[inline]
    pub fn u64(&self) -> Result<u64, Error> {
        self.array().map(u64::from_ne_bytes)
    }

    /// Returns the value as an array of bytes.
    ///
    /// # Errors
    ///
    /// [`Error::BadSize`] unless it has so many.
    #[inline]
    pub fn array<const N: usize>(&self) -> Result<[u8; N], Error> {
        self.value().try_into().map_err(|_| Error::BadSize)
    }
}

/// A row of attributes, in order.
///
/// A broken header says nothing of where the next attribute starts, so an error is the last item.
#[derive(Clone, Debug)]
pub struct Attrs<'a> {
    rest: &'a [u8],
}

impl<'a> Attrs<'a> {
    /// Starts at the first byte of `bytes`.
    #[inline]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Returns the bytes that no attribute was read from yet.
    #[inline]
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

impl<'a> Iterator for Attrs<'a> {
    type Item = Result<Attr<'a>, Error>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let attr = Attr::from_bytes(self.rest);
        self.rest = match &attr {
            Ok(attr) => after(self.rest, attr.bytes.len()),
            Err(_) => &[],
        };
        Some(attr)
    }
}
