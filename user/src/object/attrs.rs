// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The attributes of an object, by type.

use super::fields::{Fields, Nest, Value};
use crate::wire::{padding, Attr, Attrs, ALIGNTO};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How many types of attributes an index has places for.
const TYPES: usize = 128;

/// Where the attributes of an object are, those of types below 128.
///
/// The first of a type counts, as in `ip`.
#[derive(Clone, Debug)]
pub struct Index<'a> {
    bytes: &'a [u8],
    places: Places,
}

/// Where attributes are in a row of bytes, by type.
#[derive(Clone, Debug)]
pub struct Places {
    /// Where the attribute of a type begins, in words of [`ALIGNTO`], for those in `seen`.
    at: [u16; TYPES],
    /// A bit for each type.
    seen: u128,
    /// Whether something is not in `at`: another type, a type once more, bytes that are no attribute.
    more: bool,
}

impl Places {
    /// Finds the attributes in `bytes`.
    #[inline]
    pub fn new(bytes: &[u8]) -> Self {
        let mut places = Self {
            at: [0; TYPES],
            seen: 0,
            more: false,
        };
        for (at, attr) in with_places(bytes) {
            places.more |= attr.is_none_or(|attr| !places.note(attr.kind(), at));
        }
        places
    }

    /// Says whether there was a place for it.
    #[inline]
    fn note(&mut self, kind: u16, at: usize) -> bool {
        let place = self.at.get_mut(usize::from(kind));
        let place = place.filter(|_| self.seen >> kind & 1 == 0);
        let (Some(place), Ok(word)) = (place, u16::try_from(at / ALIGNTO)) else {
            return false;
        };
        *place = word;
        self.seen |= 1 << kind;
        true
    }

    /// Returns the attribute of type `kind` in `bytes`, those that the places were found in.
    #[inline]
    pub fn get<'a>(&self, kind: u16, bytes: &'a [u8]) -> Option<Attr<'a>> {
        let at = *self.at.get(usize::from(kind))?;

        match self.seen >> kind & 1 {
            0 => None,
            _ => Attr::from_bytes(bytes.get(ALIGNTO * usize::from(at)..)?).ok(),
        }
    }
}

impl<'a> Index<'a> {
    /// Finds the attributes in `bytes`.
    #[inline]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self::at(bytes, Places::new(bytes))
    }

    /// Returns the attributes in `bytes`, which are at these `places`.
    #[inline]
    pub fn at(bytes: &'a [u8], places: Places) -> Self {
        Self { bytes, places }
    }

    /// Returns the attribute of type `kind`.
    #[inline]
    pub fn get(&self, kind: u16) -> Option<Attr<'a>> {
        self.places.get(kind, self.bytes)
    }

    /// Returns what `read` makes of the attribute of type `kind`.
    #[inline]
    pub fn read<T>(&self, kind: u16, read: impl FnOnce(&'a [u8]) -> Option<T>) -> Option<T> {
        read(self.get(kind)?.value())
    }

    /// Returns the types of the attributes that differ from those of `other`, or are only in one of both, a bit for each;
    /// `None` where one has what is found by no type.
    pub fn differing(&self, other: &Self) -> Option<u128> {
        if self.places.more || other.places.more {
            return None;
        }
        let bytes = |of: &Self, kind| of.get(kind).map(|attr| attr.bytes());
        let both = bits(self.places.seen & other.places.seen)
            .filter(|kind| bytes(self, *kind) != bytes(other, *kind));
        Some(
            both.fold(self.places.seen ^ other.places.seen, |all, kind| {
                all | 1 << kind
            }),
        )
    }

    /// Appends the attributes of these `types`, a bit for each, in their order.
    pub fn put(&self, types: u128, out: &mut Vec<u8>) {
        for attr in bits(self.places.seen & types).filter_map(|kind| self.get(kind)) {
            out.extend_from_slice(attr.bytes());
            out.extend_from_slice(padding(attr.bytes().len()));
        }
    }

    /// Returns what hands out the attributes and knows which nobody asked for.
    #[inline]
    pub fn taker(&self) -> Taker<'_, 'a> {
        Taker {
            index: self,
            left: self.places.seen,
        }
    }
}

/// Hands out values; tells in the end what nobody could make sense of.
#[derive(Debug)]
pub struct Taker<'i, 'a> {
    index: &'i Index<'a>,
    left: u128,
}

impl<'a> Taker<'_, 'a> {
    /// Returns what `read` makes of the attribute of type `kind`; where that is nothing, the
    /// attribute stays unknown.
    #[inline]
    pub fn take<T>(&mut self, kind: u16, read: impl FnOnce(&'a [u8]) -> Option<T>) -> Option<T> {
        let value = self.index.read(kind, read)?;

        self.left &= !(1 << kind);
        Some(value)
    }

    /// Returns what `read` makes of the attribute of type `kind`, which stays to be taken.
    #[inline]
    pub fn peek<T>(&self, kind: u16, read: impl FnOnce(&'a [u8]) -> Option<T>) -> Option<T> {
        self.index.read(kind, read)
    }

    /// Says whether all was taken.
    #[inline]
    pub fn is_done(&self) -> bool {
        self.left == 0 && !self.index.places.more
    }

    /// Tells the attributes that were not taken, if there are any, as the array `unknown`.
    #[inline]
    pub fn finish(self, out: &mut dyn Fields) {
        if !self.is_done() {
            self.describe_unknown(out);
        }
    }

    #[cold]
    fn describe_unknown(self, out: &mut dyn Fields) {
        out.open("unknown", Nest::Array);
        for (at, attr) in with_places(self.index.bytes) {
            match attr {
                Some(attr) if self.is_taken(attr.kind(), at) => {}
                Some(attr) => unknown(out, Value::Number(attr.kind().into()), attr.value()),
                None => unknown(out, Value::Null, &self.index.bytes[at..]),
            }
        }
        out.close();
    }

    fn is_taken(&self, kind: u16, at: usize) -> bool {
        let place = self.index.places.at.get(usize::from(kind));

        place.is_some_and(|place| ALIGNTO * usize::from(*place) == at && self.left >> kind & 1 == 0)
    }
}

/// Tells an attribute that is not known.
fn unknown(out: &mut dyn Fields, kind: Value<'_>, value: &[u8]) {
    out.open_item(Nest::Object);
    out.field("type", kind);
    out.field("hex", Value::Bytes(value));
    out.close();
}

/// Returns the numbers of the bits that are set.
fn bits(mut set: u128) -> impl Iterator<Item = u16> {
    std::iter::from_fn(move || {
        let first = set.trailing_zeros() as u16;
        set &= set.wrapping_sub(1);
        (usize::from(first) < TYPES).then_some(first)
    })
}

/// Returns the attributes in `bytes`, each with where it begins; `None` is what is none.
#[inline]
fn with_places(bytes: &[u8]) -> impl Iterator<Item = (usize, Option<Attr<'_>>)> {
    let mut attrs = Attrs::new(bytes);

    std::iter::from_fn(move || {
        let at = bytes.len() - attrs.rest().len();
        attrs.next().map(|attr| (at, attr.ok()))
    })
}

/// Reads a value of one byte.
#[inline]
pub fn u8(value: &[u8]) -> Option<u8> {
    value.try_into().ok().map(u8::from_ne_bytes)
}

/// Reads a number of two bytes in host order.
#[inline]
pub fn u16(value: &[u8]) -> Option<u16> {
    value.try_into().ok().map(u16::from_ne_bytes)
}

/// Reads a number of four bytes in host order.
#[inline]
pub fn u32(value: &[u8]) -> Option<u32> {
    value.try_into().ok().map(u32::from_ne_bytes)
}

/// Reads `N` numbers of four bytes in host order.
#[inline]
pub fn u32s<const N: usize>(value: &[u8]) -> Option<[u32; N]> {
    if value.len() != 4 * N {
        return None;
    }
    let mut numbers = [0; N];
    for (number, bytes) in numbers.iter_mut().zip(value.chunks_exact(4)) {
        *number = u32(bytes)?;
    }
    Some(numbers)
}

/// Reads a number of eight bytes in host order.
#[inline]
pub fn u64(value: &[u8]) -> Option<u64> {
    value.try_into().ok().map(u64::from_ne_bytes)
}

/// Reads a number of one, two, four or eight bytes in host order.
pub fn uint(value: &[u8]) -> Option<u64> {
    match value.len() {
        1 => u8(value).map(u64::from),
        2 => u16(value).map(u64::from),
        4 => u32(value).map(u64::from),
        _ => u64(value),
    }
}

/// Reads a number of two bytes in network order.
#[inline]
pub fn be16(value: &[u8]) -> Option<u16> {
    value.try_into().ok().map(u16::from_be_bytes)
}

/// Reads a number of four bytes in network order.
#[inline]
pub fn be32(value: &[u8]) -> Option<u32> {
    value.try_into().ok().map(u32::from_be_bytes)
}

/// Reads a number of eight bytes in network order.
#[inline]
pub fn be64(value: &[u8]) -> Option<u64> {
    value.try_into().ok().map(u64::from_be_bytes)
}

/// Reads a signed number of four bytes in host order.
#[inline]
pub fn i32(value: &[u8]) -> Option<i32> {
    value.try_into().ok().map(i32::from_ne_bytes)
}

/// Reads a name: what is before its NUL.
#[inline]
pub fn name(value: &[u8]) -> Option<&[u8]> {
    value.split(|byte| *byte == 0).next()
}

/// Reads an address of 4 or 16 bytes.
#[inline]
pub fn ip(value: &[u8]) -> Option<IpAddr> {
    match value.len() {
        4 => <[u8; 4]>::try_from(value)
            .ok()
            .map(|v4| Ipv4Addr::from(v4).into()),
        _ => <[u8; 16]>::try_from(value)
            .ok()
            .map(|v6| Ipv6Addr::from(v6).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::with;

    /// Writes down what it is told.
    #[derive(Default)]
    struct Written(String);

    impl Fields for Written {
        fn field(&mut self, key: &str, value: Value<'_>) {
            self.0 += &format!("{key}={value:?} ");
        }

        fn item(&mut self, value: Value<'_>) {
            self.0 += &format!("{value:?} ");
        }

        fn open(&mut self, key: &str, _: Nest) {
            self.0 += &format!("{key}[");
        }

        fn open_item(&mut self, _: Nest) {
            self.0 += "{";
        }

        fn close(&mut self) {
            self.0 += "}";
        }
    }

    fn attrs(all: &[(u16, &[u8])]) -> Vec<u8> {
        with(&[], all)
    }

    /// Takes the types 1 and 2 as numbers of four bytes; returns them and what is told of the rest.
    fn taken(bytes: &[u8]) -> (Option<u32>, Option<u32>, String) {
        let index = Index::new(bytes);
        let mut taker = index.taker();
        let (one, two) = (taker.take(1, u32), taker.take(2, u32));
        let mut described = Written::default();
        taker.finish(&mut described);
        (one, two, described.0)
    }

    const ONE: [u8; 4] = 1u32.to_ne_bytes();

    #[test]
    fn what_is_taken_is_not_told_again() {
        let bytes = attrs(&[(2, &ONE), (1, &ONE)]);

        assert_eq!(taken(&bytes), (Some(1), Some(1), String::new()));
        assert_eq!(taken(b""), (None, None, String::new()));
    }

    #[test]
    fn what_nobody_takes_or_can_read_is_unknown() {
        for (unread, described) in [
            ((3, &b"ab"[..]), "type=Number(3) hex=Bytes([97, 98]) "),
            ((2, b"x"), "type=Number(2) hex=Bytes([120]) "),
            ((700, b""), "type=Number(700) hex=Bytes([]) "),
            ((1, b"y"), "type=Number(1) hex=Bytes([121]) "),
        ] {
            let bytes = attrs(&[(1, &ONE), unread]);
            assert_eq!(
                taken(&bytes),
                (Some(1), None, format!("unknown[{{{described}}}}}"))
            );
        }
    }

    #[test]
    fn bytes_that_are_no_attribute_are_told_and_end_the_row() {
        let mut bytes = attrs(&[(1, &ONE)]);
        bytes.extend([3, 0, 2, 0]);
        let described = "unknown[{type=Null hex=Bytes([3, 0, 2, 0]) }}";

        assert_eq!(taken(&bytes), (Some(1), None, described.to_owned()));
    }

    #[test]
    fn names_end_at_their_first_nul_or_at_the_end() {
        assert_eq!(name(b"eth0\0\0x"), Some(&b"eth0"[..]));
        assert_eq!(name(b"eth0"), Some(&b"eth0"[..]));
        assert_eq!(name(b""), Some(&b""[..]));
    }

    #[test]
    fn addresses_have_4_or_16_bytes() {
        assert_eq!(ip(&[127, 0, 0, 1]), "127.0.0.1".parse().ok());
        assert_eq!(ip(&[0; 16]), "::".parse().ok());
        assert_eq!(ip(&[0; 6]), None);
    }
}
