// SPDX-License-Identifier: GPL-2.0

//! What is wrong with the attributes of a request, and where.

use super::rule::{
    Breach,
    ByteOrder,
    Rule,
    Shape,
    Width, //
};
use crate::{
    netlink::{
        ffi::{
            NlaPolicy,
            NlaPolicyForm, //
        },
        ExtAck, //
    },
    wire::{
        self,
        Attr,
        NLA_MAX_VALUE, //
    },
};
use core::fmt;
use kernel::{
    bindings,
    prelude::*, //
};

/// Why a request is refused for its attributes.
pub(in crate::netlink) struct Violation<'a> {
    fault: Fault,
    /// Starts where the fault is. Of an attribute that is missing, the nest that it is missing from,
    /// and nothing where that is the request itself.
    place: &'a [u8],
}

/// What is wrong.
#[derive(Clone, Copy)]
pub(super) enum Fault {
    /// The bytes are no attribute.
    Broken(wire::Error),
    /// The attribute has no rule.
    Unknown,
    /// The attribute is there more than once.
    Twice,
    /// The attribute of this rule is not there.
    Missing(&'static Rule),
    /// The attribute is not as its rule says.
    Wrong(&'static Rule, Breach),
}

impl<'a> Violation<'a> {
    /// A fault that `place` starts with.
    #[inline(always)]
    pub(super) fn new(fault: Fault, place: &'a [u8]) -> Self {
        Self { fault, place }
    }

    /// The same as a fault in `nest`.
    pub(super) fn inside(self, nest: &Attr<'a>) -> Self {
        match self {
            Self {
                fault: Fault::Missing(_),
                place: [],
            } => Self::new(self.fault, nest.bytes()),
            _ => self,
        }
    }

    /// Tells `ext_ack` of it, and returns the error.
    pub(in crate::netlink) fn tell(&self, ext_ack: &mut ExtAck<'a>) -> Error {
        match self.fault {
            Fault::Missing(rule) => ext_ack.refuse_missing_at(self.place, rule.nla_type),
            _ => ext_ack.refuse_at(self.error(), self.place, format_args!("{self}")),
        }
    }

    fn error(&self) -> Error {
        match self.fault {
            Fault::Wrong(_, Breach::Below | Breach::Above) => ERANGE,
            _ => EINVAL,
        }
    }

    /// Returns the policy of an attribute that is not as it has to be, as far as netlink has words
    /// for it: it has none for a big-endian number.
    pub(in crate::netlink) fn policy(&self) -> Option<NlaPolicy> {
        match self.fault {
            Fault::Wrong(rule, _) => rule.policy(),
            _ => None,
        }
    }
}

impl fmt::Display for Violation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.fault {
            Fault::Broken(wire::Error::TrailingBytes) => {
                f.write_str("bytes after the last attribute")
            }
            Fault::Broken(_) => f.write_str("nla_len does not fit the message"),
            Fault::Unknown => f.write_str("unknown attribute"),
            Fault::Twice => f.write_str("attribute is given twice"),
            Fault::Missing(_) => f.write_str("required attribute is missing"),
            Fault::Wrong(rule, breach) => rule.explain(breach, f),
        }
    }
}

impl Rule {
    /// Says how a value breaks the rule.
    fn explain(&self, breach: Breach, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { min, max, mask, .. } = *self;

        match (breach, self.shape) {
            (Breach::NoNest, _) => f.write_str("NLA_F_NESTED is missing"),
            (Breach::Flag, _) => f.write_str("unexpected flag in nla_type"),
            (Breach::NoString, _) => f.write_str("string does not end in its only NUL"),
            (Breach::Size, Shape::Unsigned(width, _) | Shape::Signed(width)) => {
                write!(f, "number does not have {width}")
            }
            (Breach::Size, _) => f.write_str("bitfield does not have 8 bytes"),
            (Breach::Below, Shape::Unsigned(..)) => write!(f, "too small (at least {min})"),
            (Breach::Below, Shape::Signed(_)) => write!(f, "too small (at least {})", min as i64),
            (Breach::Below, _) => write!(f, "too short (at least {min})"),
            (Breach::Above, Shape::Unsigned(..)) => write!(f, "too large (limit {max})"),
            (Breach::Above, Shape::Signed(_)) => write!(f, "too large (limit {})", max as i64),
            (Breach::Above, _) => write!(f, "too long (limit {max})"),
            (Breach::Bits, _) => write!(f, "unknown bit (mask {mask:#x})"),
            (Breach::Unselected, _) => f.write_str("bit is set that is not selected"),
        }
    }

    /// Returns the policy as netlink tells it, see `netlink_policy_dump_write_attr()`.
    fn policy(&self) -> Option<NlaPolicy> {
        Some(NlaPolicy {
            min: self.min,
            max: self.max,
            mask: self.mask as u32,
            nl_attr_type: self.nl_attr_type()? as u8,
            form: self.form(),
        })
    }

    /// Returns the `NL_ATTR_TYPE_*`.
    fn nl_attr_type(&self) -> Option<bindings::netlink_attribute_type> {
        match self.shape {
            Shape::Flag => Some(bindings::netlink_attribute_type_NL_ATTR_TYPE_FLAG),
            Shape::Binary => Some(bindings::netlink_attribute_type_NL_ATTR_TYPE_BINARY),
            Shape::NulString => Some(bindings::netlink_attribute_type_NL_ATTR_TYPE_NUL_STRING),
            Shape::Unsigned(width, ByteOrder::Host) => Some(unsigned_type(width)),
            Shape::Unsigned(_, ByteOrder::Big) => None,
            Shape::Signed(width) => Some(signed_type(width)),
            Shape::Bitfield32 => Some(bindings::netlink_attribute_type_NL_ATTR_TYPE_BITFIELD32),
            Shape::Nested(_) => Some(bindings::netlink_attribute_type_NL_ATTR_TYPE_NESTED),
            Shape::Array(_) => Some(bindings::netlink_attribute_type_NL_ATTR_TYPE_NESTED_ARRAY),
        }
    }

    /// Returns the form that a `struct nla_policy` with the limits has.
    fn form(&self) -> NlaPolicyForm {
        match self.shape {
            Shape::Unsigned(..) if self.mask != u64::MAX => NlaPolicyForm::Mask,
            Shape::Unsigned(..) => NlaPolicyForm::Range,
            Shape::Signed(_) => NlaPolicyForm::SignedRange,
            Shape::Bitfield32 => NlaPolicyForm::Bitfield32,
            // Both limits of a length are an s16 there.
            Shape::Binary if self.min > 0 && self.max <= i16::MAX as u64 => NlaPolicyForm::LenRange,
            Shape::Binary if self.max < NLA_MAX_VALUE as u64 => NlaPolicyForm::MaxLen,
            Shape::NulString if self.max < NLA_MAX_VALUE as u64 - 1 => NlaPolicyForm::MaxLen,
            _ => NlaPolicyForm::Bare,
        }
    }
}

fn unsigned_type(width: Width) -> bindings::netlink_attribute_type {
    match width {
        Width::One => bindings::netlink_attribute_type_NL_ATTR_TYPE_U8,
        Width::Two => bindings::netlink_attribute_type_NL_ATTR_TYPE_U16,
        Width::Four => bindings::netlink_attribute_type_NL_ATTR_TYPE_U32,
        Width::Eight => bindings::netlink_attribute_type_NL_ATTR_TYPE_U64,
        Width::FourOrEight => bindings::netlink_attribute_type_NL_ATTR_TYPE_UINT,
    }
}

fn signed_type(width: Width) -> bindings::netlink_attribute_type {
    match width {
        Width::One => bindings::netlink_attribute_type_NL_ATTR_TYPE_S8,
        Width::Two => bindings::netlink_attribute_type_NL_ATTR_TYPE_S16,
        Width::Four => bindings::netlink_attribute_type_NL_ATTR_TYPE_S32,
        Width::Eight => bindings::netlink_attribute_type_NL_ATTR_TYPE_S64,
        Width::FourOrEight => bindings::netlink_attribute_type_NL_ATTR_TYPE_SINT,
    }
}
