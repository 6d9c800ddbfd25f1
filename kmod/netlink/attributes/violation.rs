// SPDX-License-Identifier: GPL-2.0

//! Violations of a policy by the attributes of a request, and where.

use super::rule::{
    Breach,
    Rule,
    Shape, //
};
use crate::{
    netlink::{
        ffi::NlaPolicy,
        ExtAck, //
    },
    wire::{
        self,
        Attr, //
    },
};
use core::fmt;
use kernel::prelude::*;

/// Why a request is refused for its attributes.
pub(in crate::netlink) struct Violation<'a> {
    fault: Fault,
    /// Starts where the fault is. Of an attribute that is missing, the nest that it is missing from,
    /// and nothing where that is the request itself.
    place: &'a [u8],
}

/// A fault of an attribute.
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

    /// Returns the fault as one inside `nest`.
    pub(super) fn inside(self, nest: &Attr<'a>) -> Self {
        match self {
            Self {
                fault: Fault::Missing(_),
                place: [],
            } => Self::new(self.fault, nest.bytes()),
            _ => self,
        }
    }

    /// Reports it in `ext_ack`, and returns the error.
    pub(in crate::netlink) fn report_to(&self, ext_ack: &mut ExtAck<'a>) -> Error {
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

    /// Returns the policy of an attribute that is not as it has to be, if netlink has words for it.
    pub(in crate::netlink) fn policy(&self) -> Option<&'static NlaPolicy> {
        match self.fault {
            Fault::Wrong(rule, _) => rule.nla_policy(),
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
        let NlaPolicy { min, max, mask, .. } = self.limits;

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
}
