// SPDX-License-Identifier: GPL-2.0

//! Rules for the attributes of a request.

use super::{
    kind::AttrKind,
    Occurrence, //
};
use crate::{
    netlink::ffi::{
        NlaPolicy,
        NlaPolicyForm, //
    },
    wire::{
        Attr,
        NLA_MAX_VALUE, //
    },
};
use core::{
    fmt,
    marker::PhantomData, //
};
use kernel::bindings;

/// Rule for an attribute of a request: what [`attributes!`](crate::attributes) makes of a
/// line.
#[doc(hidden)]
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    pub(super) nla_type: u16,
    /// Whether a row of attributes without it is wrong.
    pub(super) is_required: bool,
    pub(super) shape: Shape,
    /// Limits of the value, and how netlink reports them.
    pub(super) limits: NlaPolicy,
}

/// Form of a value in bytes.
#[doc(hidden)]
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// No bytes: it is there or not.
    Flag,
    /// Any.
    Binary,
    /// A string that ends in its only NUL, which its length does not count.
    NulString,
    /// A number from 0.
    Unsigned(Width, ByteOrder),
    /// A number in two's complement.
    Signed(Width),
    /// A `struct nla_bitfield32`.
    Bitfield32,
    /// A row of attributes that keep to a policy of their own.
    Nested(&'static [Rule]),
    /// A row of nests, each of attributes that keep to a policy of their own.
    Array(&'static [Rule]),
}

/// How an attribute is not as its rule says.
#[derive(Clone, Copy)]
pub(super) enum Breach {
    /// A nest is not marked as one.
    NoNest,
    /// A flag in the type says what is not so.
    Flag,
    /// The value has not as many bytes as it has to have.
    Size,
    /// The string has no NUL at its end, or one before it.
    NoString,
    /// The number, or the length, is below the lower limit.
    Below,
    /// The number, or the length, is above the upper limit.
    Above,
    /// A bit is set that the mask has not.
    Bits,
    /// A bit is set that the selector does not select.
    Unselected,
}

/// How many bytes a number has.
#[doc(hidden)]
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// A byte.
    One,
    /// Two.
    Two,
    /// Four.
    Four,
    /// Eight.
    Eight,
    /// Four or eight, as its sender likes.
    FourOrEight,
}

/// Byte order of a number.
#[doc(hidden)]
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ByteOrder {
    /// Byte order of the machine.
    Host,
    /// The most significant one; `NLA_F_NET_BYTEORDER` may say so, as the core does not ask for it.
    Big,
}

impl Width {
    /// Returns how many bits the widest number has.
    #[inline]
    const fn bits(self) -> u32 {
        match self {
            Width::One => 8,
            Width::Two => 16,
            Width::Four => 32,
            Width::Eight | Width::FourOrEight => 64,
        }
    }

    /// Returns the `NL_ATTR_TYPE_*` of such a number.
    #[inline]
    const fn unsigned_type(self) -> bindings::netlink_attribute_type {
        match self {
            Width::One => bindings::netlink_attribute_type_NL_ATTR_TYPE_U8,
            Width::Two => bindings::netlink_attribute_type_NL_ATTR_TYPE_U16,
            Width::Four => bindings::netlink_attribute_type_NL_ATTR_TYPE_U32,
            Width::Eight => bindings::netlink_attribute_type_NL_ATTR_TYPE_U64,
            Width::FourOrEight => bindings::netlink_attribute_type_NL_ATTR_TYPE_UINT,
        }
    }

    /// Returns the `NL_ATTR_TYPE_*` of such a number in two's complement.
    #[inline]
    const fn signed_type(self) -> bindings::netlink_attribute_type {
        match self {
            Width::One => bindings::netlink_attribute_type_NL_ATTR_TYPE_S8,
            Width::Two => bindings::netlink_attribute_type_NL_ATTR_TYPE_S16,
            Width::Four => bindings::netlink_attribute_type_NL_ATTR_TYPE_S32,
            Width::Eight => bindings::netlink_attribute_type_NL_ATTR_TYPE_S64,
            Width::FourOrEight => bindings::netlink_attribute_type_NL_ATTR_TYPE_SINT,
        }
    }

    /// Says whether a number may have `len` bytes.
    #[inline(always)]
    fn is_len(self, len: usize) -> bool {
        match self {
            Width::FourOrEight => len == 4 || len == 8,
            _ => len == self.bits() as usize / 8,
        }
    }
}

impl fmt::Display for Width {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Width::One => "1 byte",
            Width::Two => "2 bytes",
            Width::Four => "4 bytes",
            Width::Eight => "8 bytes",
            Width::FourOrEight => "4 or 8 bytes",
        })
    }
}

impl Shape {
    /// Returns the least and the greatest number, or length, that there is.
    #[inline]
    const fn limits(self) -> (u64, u64) {
        match self {
            Shape::Flag => (0, 0),
            Shape::Binary => (0, NLA_MAX_VALUE as u64),
            Shape::NulString => (0, NLA_MAX_VALUE as u64 - 1),
            Shape::Unsigned(width, _) => (0, u64::MAX >> (64 - width.bits())),
            Shape::Signed(width) => {
                let unused = 64 - width.bits();
                ((i64::MIN >> unused) as u64, (i64::MAX >> unused) as u64)
            }
            Shape::Bitfield32 | Shape::Nested(_) | Shape::Array(_) => (0, u64::MAX),
        }
    }

    /// Returns the `NL_ATTR_TYPE_*`; `INVALID` where netlink has none, as for a big-endian number.
    #[inline]
    const fn nl_attr_type(self) -> bindings::netlink_attribute_type {
        match self {
            Shape::Flag => bindings::netlink_attribute_type_NL_ATTR_TYPE_FLAG,
            Shape::Binary => bindings::netlink_attribute_type_NL_ATTR_TYPE_BINARY,
            Shape::NulString => bindings::netlink_attribute_type_NL_ATTR_TYPE_NUL_STRING,
            Shape::Unsigned(width, ByteOrder::Host) => width.unsigned_type(),
            Shape::Unsigned(_, ByteOrder::Big) => {
                bindings::netlink_attribute_type_NL_ATTR_TYPE_INVALID
            }
            Shape::Signed(width) => width.signed_type(),
            Shape::Bitfield32 => bindings::netlink_attribute_type_NL_ATTR_TYPE_BITFIELD32,
            Shape::Nested(_) => bindings::netlink_attribute_type_NL_ATTR_TYPE_NESTED,
            Shape::Array(_) => bindings::netlink_attribute_type_NL_ATTR_TYPE_NESTED_ARRAY,
        }
    }

    /// Says whether values have no bytes, so that there is nothing but whether it is there.
    #[inline]
    pub(super) const fn is_flag(self) -> bool {
        matches!(self, Shape::Flag)
    }
}

/// Makes a [`Rule`] for an attribute of kind `K`.
///
/// The kinds have the methods for limits, each those that make sense.
///
/// # Panics
///
/// When what is declared makes no sense. A `const` rule does not compile then.
#[doc(hidden)]
pub struct RuleBuilder<K> {
    rule: Rule,
    has_min: bool,
    has_max: bool,
    has_mask: bool,
    _kind: PhantomData<K>,
}

impl RuleBuilder<()> {
    /// Starts with an attribute that occurs as `O` says, and any value of its kind.
    #[inline]
    pub const fn of<O: Occurrence>(nla_type: u16) -> RuleBuilder<O::Kind> {
        let shape = <O::Kind as AttrKind>::SHAPE;
        let (min, max) = shape.limits();
        // Read here, so that it is checked in a set that no command takes, too.
        let _: bool = O::IS_MULTI;

        assert!(nla_type != 0, "attribute type is 0");
        assert!(nla_type <= NLA_TYPE_MAX, "attribute type has flag bits");
        RuleBuilder {
            rule: Rule {
                nla_type,
                is_required: O::IS_REQUIRED,
                shape,
                limits: NlaPolicy {
                    min,
                    max,
                    mask: u32::MAX,
                    nl_attr_type: shape.nl_attr_type() as u8,
                    form: NlaPolicyForm::Bare,
                },
            },
            has_min: false,
            has_max: false,
            has_mask: false,
            _kind: PhantomData,
        }
    }
}

/// The largest type of an attribute (`NLA_TYPE_MASK`): what is above are flags.
pub(in crate::netlink) const NLA_TYPE_MAX: u16 = 0x3fff;

impl<K: AttrKind> RuleBuilder<K> {
    /// Allows nothing below `min`.
    #[inline]
    pub(super) const fn at_least(mut self, min: u64) -> Self {
        assert!(!self.has_min, "two lower limits");
        self.rule.limits.min = min;
        self.has_min = true;
        self
    }

    /// Allows nothing above `max`.
    #[inline]
    pub(super) const fn at_most(mut self, max: u64) -> Self {
        assert!(!self.has_max, "two upper limits");
        self.rule.limits.max = max;
        self.has_max = true;
        self
    }

    /// Allows no length but those up to `max`, in bytes.
    #[inline]
    pub(super) const fn no_longer_than(self, max: u32) -> Self {
        let (_, longest) = K::SHAPE.limits();

        assert!(max as u64 <= longest, "limit is beyond what nla_len counts");
        self.at_most(max as u64)
    }

    /// Allows no bits but those of `mask`.
    #[inline]
    pub(super) const fn only_bits(mut self, mask: u32) -> Self {
        let (_, all) = K::SHAPE.limits();

        assert!(!self.has_mask, "two masks");
        assert!(mask != 0, "mask allows no bit");
        assert!(mask as u64 <= all, "mask has bits that no value has");
        self.rule.limits.mask = mask;
        self.has_mask = true;
        self
    }

    /// Returns the rule.
    #[inline]
    pub const fn build(mut self) -> Rule {
        let NlaPolicy { min, max, .. } = self.rule.limits;
        let is_any = match self.rule.shape {
            Shape::Signed(_) => min as i64 <= max as i64,
            _ => min <= max,
        };

        assert!(is_any, "lower limit is above the upper one");
        assert!(
            !self.has_mask || !(self.has_min || self.has_max),
            "a mask and another limit"
        );
        self.rule.limits.form = self.form();
        self.rule
    }

    /// Returns which limits there are.
    #[inline]
    const fn form(&self) -> NlaPolicyForm {
        let min = self.rule.limits.min;

        match self.rule.shape {
            Shape::Unsigned(..) if self.has_mask => NlaPolicyForm::Mask,
            Shape::Unsigned(..) => NlaPolicyForm::Range,
            Shape::Signed(_) => NlaPolicyForm::SignedRange,
            Shape::Bitfield32 => NlaPolicyForm::Bitfield32,
            Shape::Binary if min > 0 && self.has_max => NlaPolicyForm::LenRange,
            Shape::Binary if min > 0 => NlaPolicyForm::MinLen,
            Shape::Binary | Shape::NulString if self.has_max => NlaPolicyForm::MaxLen,
            _ => NlaPolicyForm::Bare,
        }
    }
}

impl Rule {
    /// Returns which attribute it is for.
    #[inline]
    pub(in crate::netlink) fn nla_type(&self) -> u16 {
        self.nla_type
    }

    /// Returns the policy of what is in the attribute, where that is a nest or an array of nests.
    #[inline]
    pub(in crate::netlink) const fn nested(&self) -> Option<&'static [Rule]> {
        match self.shape {
            Shape::Nested(policy) | Shape::Array(policy) => Some(policy),
            _ => None,
        }
    }

    /// Returns the limits of the value, also of one whose type netlink has no word for.
    #[inline]
    pub(in crate::netlink) fn limits(&self) -> &NlaPolicy {
        &self.limits
    }

    /// Returns its policy; `None` where netlink has no word for its type, as for a big-endian
    /// number.
    #[inline]
    pub(in crate::netlink) fn nla_policy(&self) -> Option<&NlaPolicy> {
        (self.limits.nl_attr_type != 0).then_some(&self.limits)
    }

    /// Says whether it is the rule for `attr`.
    #[inline(always)]
    pub fn is_for(&self, attr: &Attr<'_>) -> bool {
        self.nla_type == attr.kind()
    }

    /// Checks the flags and the value of `attr`, but for what a nest holds.
    #[inline(always)]
    pub(super) fn check(&self, attr: &Attr<'_>) -> Result<(), Breach> {
        let value = attr.value();

        self.check_flags(attr)?;
        match self.shape {
            Shape::Flag | Shape::Binary => self.check_limits(value.len() as u64),
            Shape::NulString => self.check_string(attr),
            Shape::Unsigned(width, order) => self.check_unsigned(value, width, order),
            Shape::Signed(width) => self.check_signed(value, width),
            Shape::Bitfield32 => self.check_bitfield32(value),
            Shape::Nested(_) | Shape::Array(_) => Ok(()),
        }
    }

    /// Checks that a nest, and nothing else, is marked as one, and as big-endian nothing that is
    /// not.
    #[inline(always)]
    fn check_flags(&self, attr: &Attr<'_>) -> Result<(), Breach> {
        let is_nest = matches!(self.shape, Shape::Nested(_) | Shape::Array(_));
        let may_be_big_endian = matches!(self.shape, Shape::Unsigned(_, ByteOrder::Big));

        if is_nest && !attr.is_nested() {
            return Err(Breach::NoNest);
        }
        match attr.is_nested() == is_nest && (may_be_big_endian || !attr.is_net_byteorder()) {
            true => Ok(()),
            false => Err(Breach::Flag),
        }
    }

    /// Checks a number, or a length.
    #[inline(always)]
    fn check_limits(&self, number: u64) -> Result<(), Breach> {
        if number < self.limits.min {
            return Err(Breach::Below);
        }
        match number <= self.limits.max {
            true => Ok(()),
            false => Err(Breach::Above),
        }
    }

    #[inline(always)]
    fn check_string(&self, attr: &Attr<'_>) -> Result<(), Breach> {
        match attr.str() {
            Ok(text) => self.check_limits(text.len() as u64),
            Err(_) => Err(Breach::NoString),
        }
    }

    #[inline(always)]
    fn check_unsigned(&self, value: &[u8], width: Width, order: ByteOrder) -> Result<(), Breach> {
        let number = unsigned(value, width, order).ok_or(Breach::Size)?;

        self.check_limits(number)?;
        match self.limits.form {
            NlaPolicyForm::Mask => self.check_mask(number),
            _ => Ok(()),
        }
    }

    /// Checks that `bits` has no bits but those of the mask.
    #[inline(always)]
    fn check_mask(&self, bits: u64) -> Result<(), Breach> {
        match bits & !u64::from(self.limits.mask) {
            0 => Ok(()),
            _ => Err(Breach::Bits),
        }
    }

    #[inline(always)]
    fn check_signed(&self, value: &[u8], width: Width) -> Result<(), Breach> {
        let number = signed(value, width).ok_or(Breach::Size)?;

        if number < self.limits.min as i64 {
            return Err(Breach::Below);
        }
        match number <= self.limits.max as i64 {
            true => Ok(()),
            false => Err(Breach::Above),
        }
    }

    /// Checks a `struct nla_bitfield32`: bits, and which of them say something.
    #[inline(always)]
    fn check_bitfield32(&self, bytes: &[u8]) -> Result<(), Breach> {
        let [v0, v1, v2, v3, s0, s1, s2, s3] = *bytes else {
            return Err(Breach::Size);
        };
        let value = u32::from_ne_bytes([v0, v1, v2, v3]);
        let selector = u32::from_ne_bytes([s0, s1, s2, s3]);

        self.check_mask((value | selector).into())?;
        match value & !selector {
            0 => Ok(()),
            _ => Err(Breach::Unselected),
        }
    }
}

/// Returns the number that `value` is.
#[inline(always)]
fn unsigned(value: &[u8], width: Width, order: ByteOrder) -> Option<u64> {
    if !width.is_len(value.len()) {
        return None;
    }
    if let ByteOrder::Big = order {
        let number = value
            .iter()
            .fold(0, |all, byte| all << 8 | u64::from(*byte));
        return Some(number);
    }
    match *value {
        [a] => Some(a.into()),
        [a, b] => Some(u16::from_ne_bytes([a, b]).into()),
        [a, b, c, d] => Some(u32::from_ne_bytes([a, b, c, d]).into()),
        [a, b, c, d, e, f, g, h] => Some(u64::from_ne_bytes([a, b, c, d, e, f, g, h])),
        _ => None,
    }
}

/// Returns the number in two's complement that `value` is.
#[inline(always)]
fn signed(value: &[u8], width: Width) -> Option<i64> {
    let number = unsigned(value, width, ByteOrder::Host)?;
    let unused = 64_usize.saturating_sub(8 * value.len());

    // The shift to the right fills in the sign.
    Some((number << unused) as i64 >> unused)
}

/// How deep nests may be in nests (`MAX_POLICY_RECURSION_DEPTH`): each takes stack.
pub(super) const MAX_DEPTH: usize = 10;

/// Returns `policy` for a nest in another.
///
/// # Panics
///
/// When the nests would be too deep then. A `const` policy does not compile then.
#[inline]
pub(super) const fn nested(policy: &'static [Rule]) -> &'static [Rule] {
    assert!(
        depth(policy) < MAX_DEPTH,
        "nests of the policy are too deep"
    );
    policy
}

/// Returns how deep the nests of `policy` are, 0 where there is none.
#[inline]
pub(super) const fn depth(policy: &[Rule]) -> usize {
    let mut rest = policy;
    let mut deepest = 0;

    // A `const fn` cannot use iterators.
    while let [rule, tail @ ..] = rest {
        if let Some(policy) = rule.nested() {
            let depth = 1 + depth(policy);
            if depth > deepest {
                deepest = depth;
            }
        }
        rest = tail;
    }
    deepest
}
