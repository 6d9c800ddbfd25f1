// SPDX-License-Identifier: GPL-2.0

//! Payloads of messages, written as one expression from which their length follows.

use super::{
    kind::Bitfield32,
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

/// Declares functions that make attributes with numbers.
macro_rules! integers {
    ($($(#[$doc:meta])* $name:ident: $number:ty, $len:literal, $to_bytes:ident;)*) => { $(
        $(#[$doc])*
        #[inline]
        pub fn $name(nla_type: u16, value: $number) -> Integer<$len> {
            Integer {
                nla_type,
                value: value.$to_bytes(),
            }
        }
    )* };
}

integers! {
    /// Makes an attribute with a number of 1 byte.
    u8: u8, 1, to_ne_bytes;
    /// Makes an attribute with a number of 2 bytes.
    u16: u16, 2, to_ne_bytes;
    /// Makes an attribute with a number of 4 bytes.
    u32: u32, 4, to_ne_bytes;
    /// Makes an attribute with a number of 8 bytes.
    u64: u64, 8, to_ne_bytes;
    /// Makes an attribute with a big-endian number of 2 bytes.
    be16: u16, 2, to_be_bytes;
    /// Makes an attribute with a big-endian number of 4 bytes.
    be32: u32, 4, to_be_bytes;
    /// Makes an attribute with a big-endian number of 8 bytes.
    be64: u64, 8, to_be_bytes;
    /// Makes an attribute with a signed number of 1 byte.
    s8: i8, 1, to_ne_bytes;
    /// Makes an attribute with a signed number of 2 bytes.
    s16: i16, 2, to_ne_bytes;
    /// Makes an attribute with a signed number of 4 bytes.
    s32: i32, 4, to_ne_bytes;
    /// Makes an attribute with a signed number of 8 bytes.
    s64: i64, 8, to_ne_bytes;
}

/// Makes an attribute with a number of 4 bytes, or of 8 where it needs them (`nla_put_uint()`).
#[inline]
pub fn uint(nla_type: u16, value: u64) -> Wide {
    match value.try_into() {
        Ok(value) => Wide::Four(u32(nla_type, value)),
        Err(_) => Wide::Eight(u64(nla_type, value)),
    }
}

/// Makes an attribute with a signed number of 4 bytes, or of 8 where it needs them
/// (`nla_put_sint()`).
#[inline]
pub fn sint(nla_type: u16, value: i64) -> Wide {
    match value.try_into() {
        Ok(value) => Wide::Four(s32(nla_type, value)),
        Err(_) => Wide::Eight(s64(nla_type, value)),
    }
}

/// Makes an attribute without a value, or nothing.
#[inline]
pub fn flag(nla_type: u16, is_set: bool) -> Option<Bytes<'static>> {
    is_set.then_some(bytes(nla_type, &[]))
}

/// Makes an attribute with bits, and which of them say something.
#[inline]
pub fn bitfield32(nla_type: u16, bits: Bitfield32) -> Integer<8> {
    let [v0, v1, v2, v3] = bits.value.to_ne_bytes();
    let [s0, s1, s2, s3] = bits.selector.to_ne_bytes();

    Integer {
        nla_type,
        value: [v0, v1, v2, v3, s0, s1, s2, s3],
    }
}

/// Makes a nest: an attribute that holds `payload`.
#[inline]
pub fn nested<P: Payload>(nla_type: u16, payload: P) -> Nested<P> {
    Nested { nla_type, payload }
}

/// Makes an array of nests (`NLA_NESTED_ARRAY`): an attribute that holds a nest for each of `items`, by
/// numbers from 1.
#[inline]
pub fn array<P: Payload>(nla_type: u16, items: &[P]) -> Array<'_, P> {
    Array { nla_type, items }
}

/// Makes what `payload` returns for each of `items`, one after the other.
#[inline]
pub fn each<I: Copy, P: Payload, F: Fn(I) -> P>(items: &[I], payload: F) -> Each<'_, I, F> {
    Each { items, payload }
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

/// An attribute with a number of `N` bytes, see [`u32()`] and those beside it.
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

/// An attribute with a number of 4 or 8 bytes, see [`uint()`] and [`sint()`].
pub enum Wide {
    /// A number of 4 bytes.
    Four(Integer<4>),
    /// A number of 8 bytes.
    Eight(Integer<8>),
}

impl Payload for Wide {
    #[inline]
    fn size(&self) -> usize {
        match self {
            Wide::Four(number) => number.size(),
            Wide::Eight(number) => number.size(),
        }
    }

    #[inline]
    fn put(&self, writer: &mut SkbWriter) -> Result {
        match self {
            Wide::Four(number) => number.put(writer),
            Wide::Eight(number) => number.put(writer),
        }
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
        put_nested(writer, self.nla_type, &self.payload)
    }
}

/// Appends a nest that holds `payload`.
fn put_nested(writer: &mut SkbWriter, nla_type: u16, payload: &impl Payload) -> Result {
    let len = payload.size();

    wire::put_attr_header(writer, nla_type | NLA_F_NESTED, len)?;
    payload.put(writer)?;
    writer.append(wire::padding(len))
}

/// An array of nests, see [`array()`].
pub struct Array<'v, P> {
    nla_type: u16,
    items: &'v [P],
}

impl<P: Payload> Payload for Array<'_, P> {
    fn size(&self) -> usize {
        nla_total_size(Nests(self.items).size())
    }

    fn put(&self, writer: &mut SkbWriter) -> Result {
        put_nested(writer, self.nla_type, &Nests(self.items))
    }
}

/// Nests by numbers from 1.
struct Nests<'v, P>(&'v [P]);

impl<P: Payload> Payload for Nests<'_, P> {
    fn size(&self) -> usize {
        let sizes = self.0.iter().map(|item| nla_total_size(item.size()));

        sizes.fold(0, usize::saturating_add)
    }

    fn put(&self, writer: &mut SkbWriter) -> Result {
        // More than `nla_type` can count have found no room before.
        (1_u16..)
            .zip(self.0)
            .try_for_each(|(number, item)| put_nested(writer, number, item))
    }
}

/// A payload for each of some items, see [`each()`].
pub struct Each<'v, I, F> {
    items: &'v [I],
    payload: F,
}

impl<I: Copy, P: Payload, F: Fn(I) -> P> Payload for Each<'_, I, F> {
    fn size(&self) -> usize {
        let sizes = self.items.iter().map(|item| (self.payload)(*item).size());

        sizes.fold(0, usize::saturating_add)
    }

    fn put(&self, writer: &mut SkbWriter) -> Result {
        let mut items = self.items.iter();

        items.try_for_each(|item| (self.payload)(*item).put(writer))
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

/// Value that is sent as a payload made of others: an answer by the names of its attributes.
pub trait ToPayload {
    /// Returns the payload that it is sent as.
    fn payload(&self) -> impl Payload;
}

impl<T: ToPayload> Payload for T {
    #[inline(always)] // So that the optimizer sees through `payload()`.
    fn size(&self) -> usize {
        self.payload().size()
    }

    #[inline(always)] // As `size`.
    fn put(&self, writer: &mut SkbWriter) -> Result {
        self.payload().put(writer)
    }
}

#[cfg(nl_kunit)]
mod tests;
