// SPDX-License-Identifier: GPL-2.0

//! Payloads of messages, written as one expression from which their length follows.

use super::{
    skb::SkbWriter,
    Payload, //
};
use crate::wire::{
    self,
    nla_total_size,
    nla_total_size_str,
    Sink,
    NLA_F_NESTED, //
};
use kernel::prelude::*;

/// Makes an attribute whose value is `value`.
#[inline]
pub fn bytes(nla_type: u16, value: &[u8]) -> Bytes<'_> {
    Bytes { nla_type, value }
}

/// Makes a string attribute: `text` and the NUL that ends it.
#[inline]
pub fn str(nla_type: u16, text: &[u8]) -> Str<'_> {
    Str { nla_type, text }
}

/// Makes an attribute with a number of 4 bytes.
#[inline]
pub fn u32(nla_type: u16, value: u32) -> Integer<4> {
    Integer {
        nla_type,
        value: value.to_ne_bytes(),
    }
}

/// Makes an attribute with a number of 8 bytes.
#[inline]
pub fn u64(nla_type: u16, value: u64) -> Integer<8> {
    Integer {
        nla_type,
        value: value.to_ne_bytes(),
    }
}

/// Makes a nest: an attribute that holds `payload`.
#[inline]
pub fn nested<P: Payload>(nla_type: u16, payload: P) -> Nested<P> {
    Nested { nla_type, payload }
}

/// Makes bytes that are no attribute. Unless their length is a multiple of 4, nothing may follow.
#[inline]
pub fn raw(bytes: &[u8]) -> Raw<'_> {
    Raw(bytes)
}

/// An attribute with bytes, see [`bytes()`].
pub struct Bytes<'v> {
    nla_type: u16,
    value: &'v [u8],
}

impl Payload for Bytes<'_> {
    #[inline]
    fn size(&self) -> usize {
        nla_total_size(self.value.len())
    }

    #[inline]
    fn put(&self, writer: &mut SkbWriter) -> Result {
        wire::put_attr(writer, self.nla_type, self.value)
    }
}

/// An attribute with a string, see [`str()`].
pub struct Str<'v> {
    nla_type: u16,
    text: &'v [u8],
}

impl Payload for Str<'_> {
    #[inline]
    fn size(&self) -> usize {
        nla_total_size_str(self.text.len())
    }

    #[inline(always)] // As `wire::put_str`.
    fn put(&self, writer: &mut SkbWriter) -> Result {
        wire::put_str(writer, self.nla_type, self.text)
    }
}

/// An attribute with a number of `N` bytes, see [`u32()`] and [`u64()`].
pub struct Integer<const N: usize> {
    nla_type: u16,
    value: [u8; N],
}

impl<const N: usize> Payload for Integer<N> {
    #[inline]
    fn size(&self) -> usize {
        nla_total_size(N)
    }

    #[inline]
    fn put(&self, writer: &mut SkbWriter) -> Result {
        wire::put_attr(writer, self.nla_type, &self.value)
    }
}

/// An attribute with attributes, see [`nested()`].
pub struct Nested<P> {
    nla_type: u16,
    payload: P,
}

impl<P: Payload> Payload for Nested<P> {
    #[inline]
    fn size(&self) -> usize {
        nla_total_size(self.payload.size())
    }

    #[inline]
    fn put(&self, writer: &mut SkbWriter) -> Result {
        let len = self.payload.size();

        wire::put_attr_header(writer, self.nla_type | NLA_F_NESTED, len)?;
        self.payload.put(writer)?;
        writer.append(wire::padding(len))
    }
}

/// Bytes, see [`raw()`].
pub struct Raw<'v>(&'v [u8]);

impl Payload for Raw<'_> {
    #[inline]
    fn size(&self) -> usize {
        self.0.len()
    }

    #[inline]
    fn put(&self, writer: &mut SkbWriter) -> Result {
        writer.append(self.0)
    }
}

impl<P: Payload> Payload for Option<P> {
    #[inline]
    fn size(&self) -> usize {
        self.as_ref().map_or(0, P::size)
    }

    #[inline]
    fn put(&self, writer: &mut SkbWriter) -> Result {
        match self {
            Some(payload) => payload.put(writer),
            None => Ok(()),
        }
    }
}

/// Implements [`Payload`] for tuples, the longest first.
macro_rules! tuples {
    () => {
        impl Payload for () {
            #[inline]
            fn size(&self) -> usize {
                0
            }

            #[inline]
            fn put(&self, _writer: &mut SkbWriter) -> Result {
                Ok(())
            }
        }
    };
    ($first:ident $($rest:ident)*) => {
        impl<$first: Payload, $($rest: Payload),*> Payload for ($first, $($rest,)*) {
            #[inline]
            fn size(&self) -> usize {
                #[allow(non_snake_case)]
                let ($first, $($rest,)*) = self;

                $first.size()$(.saturating_add($rest.size()))*
            }

            #[inline]
            fn put(&self, writer: &mut SkbWriter) -> Result {
                #[allow(non_snake_case)]
                let ($first, $($rest,)*) = self;

                $first.put(writer)?;
                $($rest.put(writer)?;)*
                Ok(())
            }
        }

        tuples! { $($rest)* }
    };
}

tuples! { A B C D E F G H I J K L }

#[cfg(nl_kunit)]
mod tests;
