// SPDX-License-Identifier: GPL-2.0

//! Kinds of attributes, for [`attributes!`](crate::attributes): those of the kernel's own
//! policies, see `struct nla_policy` in
//! [`include/net/netlink.h`](srctree/include/net/netlink.h).

use super::{
    check_entries,
    check_nest,
    rule::{
        self,
        ByteOrder,
        RuleBuilder,
        Shape,
        Width, //
    },
    AttributeSet,
    AttrsOfType,
    Checked,
    Occurrence, //
    ValidAttrs,
};
use crate::wire::{
    Attr,
    Attrs, //
};
use core::marker::PhantomData;

/// A kind of attribute.
pub trait AttrKind {
    /// Type that a view returns for the value.
    type Value<'a>;

    /// Form of the value in bytes.
    #[doc(hidden)]
    const SHAPE: Shape;

    /// Reads the value of an attribute.
    ///
    /// What is to be there and is not reads as 0, or as nothing. No handler sees that: a request
    /// without it is refused before.
    #[doc(hidden)]
    fn read(attr: Option<Attr<'_>>) -> Self::Value<'_>;

    /// Checks what is in `attr`, whose own flags are as they have to be.
    #[doc(hidden)]
    #[inline(always)]
    fn check_inside<'a>(_attr: &Attr<'a>) -> Checked<'a, ()> {
        Checked(Ok(()))
    }
}

impl<K: AttrKind> Occurrence for K {
    type Kind = K;
    type Output<'a> = K::Value<'a>;
    type Place<'a> = Option<Attr<'a>>;

    const IS_REQUIRED: bool = !K::SHAPE.is_flag();
    const IS_MULTI: bool = false;

    #[inline]
    fn value(mut attrs: AttrsOfType<'_>) -> Self::Output<'_> {
        K::read(attrs.next())
    }

    #[inline]
    fn place(mut attrs: AttrsOfType<'_>) -> Self::Place<'_> {
        attrs.next()
    }
}

impl<K: AttrKind> Occurrence for Option<K> {
    type Kind = K;
    type Output<'a> = Option<K::Value<'a>>;
    type Place<'a> = Option<Attr<'a>>;

    const IS_REQUIRED: bool = {
        assert!(!K::SHAPE.is_flag(), "a flag may be left out as it is");
        false
    };
    const IS_MULTI: bool = false;

    #[inline]
    fn value(mut attrs: AttrsOfType<'_>) -> Self::Output<'_> {
        attrs.next().map(|attr| K::read(Some(attr)))
    }

    #[inline]
    fn place(mut attrs: AttrsOfType<'_>) -> Self::Place<'_> {
        attrs.next()
    }
}

/// An attribute that may be there any number of times (`multi-attr`).
pub struct Multi<K>(PhantomData<K>);

impl<K: AttrKind> Occurrence for Multi<K> {
    type Kind = K;
    type Output<'a> = Repeated<'a, K>;
    type Place<'a> = AttrsOfType<'a>;

    const IS_REQUIRED: bool = false;
    const IS_MULTI: bool = {
        assert!(!K::SHAPE.is_flag(), "a flag is there or not, and not often");
        true
    };

    #[inline]
    fn value(attrs: AttrsOfType<'_>) -> Self::Output<'_> {
        Repeated {
            attrs,
            _kind: PhantomData,
        }
    }

    #[inline]
    fn place(attrs: AttrsOfType<'_>) -> Self::Place<'_> {
        attrs
    }
}

/// The values of an attribute that may be there any number of times, in order.
pub struct Repeated<'a, K> {
    attrs: AttrsOfType<'a>,
    _kind: PhantomData<K>,
}

impl<'a, K: AttrKind> Iterator for Repeated<'a, K> {
    type Item = K::Value<'a>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.attrs.next().map(|attr| K::read(Some(attr)))
    }
}

/// Returns the bytes of a value.
#[inline]
fn bytes(attr: Option<Attr<'_>>) -> &[u8] {
    attr.map_or(&[], |attr| attr.value())
}

/// An attribute without a value, whose presence means yes; it is always optional.
pub enum Flag {}

impl AttrKind for Flag {
    type Value<'a> = bool;

    const SHAPE: Shape = Shape::Flag;

    #[inline]
    fn read(attr: Option<Attr<'_>>) -> bool {
        attr.is_some()
    }
}

/// A string that ends in its only NUL, of which the value is what is before.
pub enum NulString {}

impl AttrKind for NulString {
    type Value<'a> = &'a [u8];

    const SHAPE: Shape = Shape::NulString;

    #[inline]
    fn read(attr: Option<Attr<'_>>) -> &[u8] {
        match bytes(attr) {
            [text @ .., _] => text,
            [] => &[],
        }
    }
}

impl RuleBuilder<NulString> {
    /// At most `len` bytes, the NUL not counted.
    #[inline]
    pub const fn max_len(self, len: u32) -> Self {
        self.no_longer_than(len)
    }
}

/// Any bytes.
pub enum Binary {}

impl AttrKind for Binary {
    type Value<'a> = &'a [u8];

    const SHAPE: Shape = Shape::Binary;

    #[inline]
    fn read(attr: Option<Attr<'_>>) -> &[u8] {
        bytes(attr)
    }
}

impl RuleBuilder<Binary> {
    /// At least `len` bytes.
    #[inline]
    pub const fn min_len(self, len: u32) -> Self {
        self.at_least(len as u64)
    }

    /// At most `len` bytes.
    #[inline]
    pub const fn max_len(self, len: u32) -> Self {
        self.no_longer_than(len)
    }

    /// Length of exactly `len` bytes.
    #[inline]
    pub const fn exact_len(self, len: u32) -> Self {
        self.min_len(len).max_len(len)
    }
}

/// Bits, and which of them say something (`struct nla_bitfield32`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bitfield32 {
    /// The bits; those that are set are selected.
    pub value: u32,
    /// Bits that are meant, whether set or cleared.
    pub selector: u32,
}

impl AttrKind for Bitfield32 {
    type Value<'a> = Self;

    const SHAPE: Shape = Shape::Bitfield32;

    #[inline]
    fn read(attr: Option<Attr<'_>>) -> Self {
        match *bytes(attr) {
            [v0, v1, v2, v3, s0, s1, s2, s3] => Self {
                value: u32::from_ne_bytes([v0, v1, v2, v3]),
                selector: u32::from_ne_bytes([s0, s1, s2, s3]),
            },
            _ => Self::default(),
        }
    }
}

impl RuleBuilder<Bitfield32> {
    /// No bits but those of `mask`.
    #[inline]
    pub const fn mask(self, mask: u32) -> Self {
        self.only_bits(mask)
    }
}

/// A nest: the attributes of the set `S`, behind `NLA_F_NESTED`.
pub struct NestOf<S>(PhantomData<S>);

impl<S: AttributeSet> AttrKind for NestOf<S> {
    type Value<'a> = S::View<'a>;

    const SHAPE: Shape = Shape::Nested(rule::nested(S::POLICY));

    #[inline]
    fn read(attr: Option<Attr<'_>>) -> S::View<'_> {
        ValidAttrs::<S>::view(bytes(attr))
    }

    #[inline(always)]
    fn check_inside<'a>(attr: &Attr<'a>) -> Checked<'a, ()> {
        Checked(check_nest::<S>(attr))
    }
}

/// An array of nests: a row of attributes of any type, each of which holds the attributes of the
/// set `S` (`NLA_NESTED_ARRAY`, and an `indexed-array` of nests in YNL). The array is behind
/// `NLA_F_NESTED`, its entries need not be.
pub struct ArrayOf<S>(PhantomData<S>);

impl<S: AttributeSet> AttrKind for ArrayOf<S> {
    type Value<'a> = Entries<'a, S>;

    const SHAPE: Shape = Shape::Array(rule::nested(S::POLICY));

    #[inline]
    fn read(attr: Option<Attr<'_>>) -> Entries<'_, S> {
        Entries {
            attrs: Attrs::new(bytes(attr)),
            _set: PhantomData,
        }
    }

    #[inline(always)]
    fn check_inside<'a>(attr: &Attr<'a>) -> Checked<'a, ()> {
        Checked(check_entries::<S>(attr))
    }
}

/// The entries of an array, in order.
pub struct Entries<'a, S> {
    attrs: Attrs<'a>,
    _set: PhantomData<S>,
}

impl<'a, S: AttributeSet> Iterator for Entries<'a, S> {
    type Item = S::View<'a>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.attrs.next()?.ok()?;

        Some(ValidAttrs::<S>::view(entry.value()))
    }
}

/// Declares kinds of numbers: name, type of the values, what bytes, and how to read them.
macro_rules! numbers {
    ($($(#[$doc:meta])* $kind:ident: $number:ty, $shape:expr, $from:expr;)*) => { $(
        $(#[$doc])*
        pub enum $kind {}

        impl AttrKind for $kind {
            type Value<'a> = $number;

            const SHAPE: Shape = $shape;

            #[inline]
            fn read(attr: Option<Attr<'_>>) -> $number {
                bytes(attr).try_into().map_or(0, $from)
            }
        }

        limits! { $kind: $number }
    )* };
}

/// Gives a kind of numbers its limits.
macro_rules! limits {
    ($kind:ident: $number:ty) => {
        impl RuleBuilder<$kind> {
            /// Least number: `min`.
            #[inline]
            pub const fn min(self, min: $number) -> Self {
                // Of a signed number, this fills in the sign.
                self.at_least(min as u64)
            }

            /// Greatest number: `max`.
            #[inline]
            pub const fn max(self, max: $number) -> Self {
                self.at_most(max as u64)
            }
        }
    };
}

/// Lets kinds of numbers be bits.
macro_rules! masks {
    ($($kind:ident)*) => { $(
        impl RuleBuilder<$kind> {
            /// No bits but those of `mask`, without any other limit.
            #[inline]
            pub const fn mask(self, mask: u32) -> Self {
                self.only_bits(mask)
            }
        }
    )* };
}

numbers! {
    /// A number of 1 byte.
    U8: u8, Shape::Unsigned(Width::One, ByteOrder::Host), u8::from_ne_bytes;
    /// A number of 2 bytes.
    U16: u16, Shape::Unsigned(Width::Two, ByteOrder::Host), u16::from_ne_bytes;
    /// A number of 4 bytes.
    U32: u32, Shape::Unsigned(Width::Four, ByteOrder::Host), u32::from_ne_bytes;
    /// A number of 8 bytes, which need not be aligned.
    U64: u64, Shape::Unsigned(Width::Eight, ByteOrder::Host), u64::from_ne_bytes;
    /// A big-endian number of 2 bytes.
    Be16: u16, Shape::Unsigned(Width::Two, ByteOrder::Big), u16::from_be_bytes;
    /// A big-endian number of 4 bytes.
    Be32: u32, Shape::Unsigned(Width::Four, ByteOrder::Big), u32::from_be_bytes;
    /// A big-endian number of 8 bytes.
    Be64: u64, Shape::Unsigned(Width::Eight, ByteOrder::Big), u64::from_be_bytes;
    /// A signed number of 1 byte.
    S8: i8, Shape::Signed(Width::One), i8::from_ne_bytes;
    /// A signed number of 2 bytes.
    S16: i16, Shape::Signed(Width::Two), i16::from_ne_bytes;
    /// A signed number of 4 bytes.
    S32: i32, Shape::Signed(Width::Four), i32::from_ne_bytes;
    /// A signed number of 8 bytes.
    S64: i64, Shape::Signed(Width::Eight), i64::from_ne_bytes;
}

masks! { U8 U16 U32 U64 Uint Be16 Be32 Be64 }

/// A number of 4 or 8 bytes, as its sender likes.
pub enum Uint {}

impl AttrKind for Uint {
    type Value<'a> = u64;

    const SHAPE: Shape = Shape::Unsigned(Width::FourOrEight, ByteOrder::Host);

    #[inline]
    fn read(attr: Option<Attr<'_>>) -> u64 {
        match bytes(attr).try_into() {
            Ok(value) => u32::from_ne_bytes(value).into(),
            Err(_) => U64::read(attr),
        }
    }
}

limits! { Uint: u64 }

/// A signed number of 4 or 8 bytes, as its sender likes.
pub enum Sint {}

impl AttrKind for Sint {
    type Value<'a> = i64;

    const SHAPE: Shape = Shape::Signed(Width::FourOrEight);

    #[inline]
    fn read(attr: Option<Attr<'_>>) -> i64 {
        match bytes(attr).try_into() {
            Ok(value) => i32::from_ne_bytes(value).into(),
            Err(_) => S64::read(attr),
        }
    }
}

limits! { Sint: i64 }

#[cfg(nl_kunit)]
mod tests;
