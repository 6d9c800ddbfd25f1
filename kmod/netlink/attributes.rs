// SPDX-License-Identifier: GPL-2.0

//! Attributes of a request, held to the command's policy.
//!
//! Strict from the first byte, as new families shall be: see "Strict checking" in
//! [`userspace-api/netlink/intro.rst`][intro].
//!
//! Nests are followed as deep as the policy goes, not as deep as a request goes.
//!
//! [intro]: srctree/Documentation/userspace-api/netlink/intro.rst

use super::ExtAck;
use crate::wire::{
    self,
    Attr,
    Attrs, //
};
use kernel::prelude::*;

/// What an attribute of a request has to be.
pub struct Rule {
    nla_type: u16,
    kind: Kind,
    is_required: bool,
}

/// Types of values.
enum Kind {
    /// A string that ends in its only NUL, of at most so many bytes without it.
    String(u32),
    /// At most so many bytes.
    Bytes(u32),
    /// A number of 4 bytes.
    U32,
    /// A row of attributes that keep to a policy of their own.
    Nested(&'static [Rule]),
}

impl Rule {
    /// A string of at most `max` bytes, its NUL not counted.
    pub const fn string(nla_type: u16, max: u32) -> Self {
        Self::new(nla_type, Kind::String(max))
    }

    /// At most `max` bytes of any value.
    pub const fn bytes(nla_type: u16, max: u32) -> Self {
        Self::new(nla_type, Kind::Bytes(max))
    }

    /// A number of 4 bytes.
    pub const fn u32(nla_type: u16) -> Self {
        Self::new(nla_type, Kind::U32)
    }

    /// A nest: a row of attributes that keep to `policy`, behind `NLA_F_NESTED`.
    ///
    /// # Panics
    ///
    /// When the nests are more than ten deep, or two rules of `policy` are for one attribute. A
    /// `const` policy does not compile then.
    pub const fn nested(nla_type: u16, policy: &'static [Rule]) -> Self {
        assert!(
            depth(policy) < MAX_DEPTH,
            "nests of the policy are too deep"
        );
        check_policy(policy);
        Self::new(nla_type, Kind::Nested(policy))
    }

    /// Makes a request, or a nest, without the attribute wrong.
    pub const fn required(self) -> Self {
        Self {
            is_required: true,
            ..self
        }
    }

    const fn new(nla_type: u16, kind: Kind) -> Self {
        assert!(nla_type != 0, "attribute type is 0");
        assert!(nla_type <= NLA_TYPE_MAX, "attribute type has flag bits");
        Self {
            nla_type,
            kind,
            is_required: false,
        }
    }

    /// Checks the flags and the value of `attr`.
    fn check<'a>(&self, attr: &Attr<'a>, ext_ack: &mut ExtAck<'a>) -> Result {
        self.check_flags(attr, ext_ack)?;
        match self.kind {
            Kind::String(max) => check_string(attr, max, ext_ack),
            Kind::Bytes(max) => check_len(attr, attr.value().len(), max, ext_ack),
            Kind::U32 => check_u32(attr, ext_ack),
            Kind::Nested(policy) => check_nest(attr, policy, ext_ack),
        }
    }

    /// Checks that a nest, and nothing else, is marked as one.
    #[inline]
    fn check_flags<'a>(&self, attr: &Attr<'a>, ext_ack: &mut ExtAck<'a>) -> Result {
        let is_nest = matches!(self.kind, Kind::Nested(_));

        if attr.is_nested() == is_nest && !attr.is_net_byteorder() {
            return Ok(());
        }
        let msg = match is_nest && !attr.is_nested() {
            true => c"NLA_F_NESTED is missing",
            false => c"unexpected flag in nla_type",
        };
        Err(ext_ack.refuse_attr(EINVAL, attr, msg))
    }
}

/// The largest type of an attribute (`NLA_TYPE_MASK`): what is above are flags.
const NLA_TYPE_MAX: u16 = 0x3fff;

/// Checks that no two rules are for one attribute.
///
/// # Panics
///
/// When two are. A `const` policy does not compile then.
pub(super) const fn check_policy(policy: &[Rule]) {
    let mut rest = policy;

    // A `const fn` cannot use iterators.
    while let [rule, tail @ ..] = rest {
        let mut others = tail;
        while let [other, tail @ ..] = others {
            assert!(
                other.nla_type != rule.nla_type,
                "two rules for one attribute"
            );
            others = tail;
        }
        rest = tail;
    }
}

/// How deep nests may be in nests (`MAX_POLICY_RECURSION_DEPTH`): each takes stack.
const MAX_DEPTH: usize = 10;

/// Returns how deep the nests of `policy` are, 0 where there is none.
const fn depth(policy: &[Rule]) -> usize {
    let mut rest = policy;
    let mut deepest = 0;

    // A `const fn` cannot use iterators.
    while let [rule, tail @ ..] = rest {
        if let Kind::Nested(policy) = rule.kind {
            let depth = 1 + depth(policy);
            if depth > deepest {
                deepest = depth;
            }
        }
        rest = tail;
    }
    deepest
}

/// The attributes of a request, or of a nest in it.
///
/// # Invariants
///
/// The bytes are a row of attributes that keep to the policy that the command has for it.
pub struct Attributes<'a>(Attrs<'a>);

impl<'a> Attributes<'a> {
    /// Holds no attribute.
    #[inline]
    pub(super) fn none() -> Self {
        // INVARIANT: None breaks a policy.
        Self(Attrs::new(&[]))
    }

    /// Returns the value of `nla_type`, if the request carries it.
    pub fn bytes(&self, nla_type: u16) -> Option<&'a [u8]> {
        self.get(nla_type).map(|attr| attr.value())
    }

    /// Returns the string of `nla_type` without its NUL, if the request carries it.
    pub fn str(&self, nla_type: u16) -> Option<&'a [u8]> {
        self.get(nla_type)?.str().ok()
    }

    /// Returns the number of `nla_type`, if the request carries it.
    pub fn u32(&self, nla_type: u16) -> Option<u32> {
        self.get(nla_type)?.u32().ok()
    }

    /// Returns the attributes of the nest `nla_type`, if the request carries it.
    pub fn nested(&self, nla_type: u16) -> Option<Self> {
        let attr = self.get(nla_type).filter(Attr::is_nested)?;

        // INVARIANT: A nest, and nothing else, carries the flag, and is held to a policy.
        Some(Self(attr.nested()))
    }

    /// Returns the attribute `nla_type`, if the request carries it.
    pub fn get(&self, nla_type: u16) -> Option<Attr<'a>> {
        find(self.0.clone(), nla_type)
    }
}

/// Reads the attributes that `bytes` are, if they keep to `policy`.
#[inline(always)] // Once where requests come in, and once for nests: see `check_nest`.
pub(super) fn parse<'a>(
    bytes: &'a [u8],
    policy: &[Rule],
    ext_ack: &mut ExtAck<'a>,
) -> Result<Attributes<'a>> {
    let all = Attrs::new(bytes);
    let mut attrs = all.clone();

    while let Some(attr) = next(&mut attrs, ext_ack)? {
        check(&attr, policy, ext_ack)?;
        if find(attrs.clone(), attr.kind()).is_some() {
            return Err(ext_ack.refuse_attr(EINVAL, &attr, c"attribute is given twice"));
        }
    }
    check_required(&all, policy, ext_ack)?;

    // INVARIANT: Every attribute was just held to the policy.
    Ok(Attributes(all))
}

/// Returns the next attribute, `None` at the end.
fn next<'a>(attrs: &mut Attrs<'a>, ext_ack: &mut ExtAck<'a>) -> Result<Option<Attr<'a>>> {
    let place = attrs.rest();

    attrs.next().transpose().map_err(|error| {
        let msg = match error {
            wire::Error::TrailingBytes => c"bytes after the last attribute",
            _ => c"nla_len does not fit the message",
        };
        ext_ack.refuse_at(EINVAL, place, msg)
    })
}

/// Checks `attr`.
fn check<'a>(attr: &Attr<'a>, policy: &[Rule], ext_ack: &mut ExtAck<'a>) -> Result {
    match policy.iter().find(|rule| rule.nla_type == attr.kind()) {
        Some(rule) => rule.check(attr, ext_ack),
        None => Err(ext_ack.refuse_attr(EINVAL, attr, c"unknown attribute")),
    }
}

/// Checks that nothing is missing.
fn check_required(attrs: &Attrs<'_>, policy: &[Rule], ext_ack: &mut ExtAck<'_>) -> Result {
    policy
        .iter()
        .filter(|rule| rule.is_required)
        .find(|rule| find(attrs.clone(), rule.nla_type).is_none())
        .map_or(Ok(()), |rule| Err(ext_ack.refuse_missing(rule.nla_type)))
}

/// Checks a string of at most `max` bytes.
fn check_string<'a>(attr: &Attr<'a>, max: u32, ext_ack: &mut ExtAck<'a>) -> Result {
    match attr.str() {
        Ok(text) => check_len(attr, text.len(), max, ext_ack),
        Err(_) => Err(ext_ack.refuse_attr(EINVAL, attr, c"string does not end in its only NUL")),
    }
}

/// Checks that the value of `attr`, which has `len` bytes that count, is not too long.
fn check_len<'a>(attr: &Attr<'a>, len: usize, max: u32, ext_ack: &mut ExtAck<'a>) -> Result {
    if len > max as usize {
        return Err(ext_ack.refuse_attr_fmt(ERANGE, attr, format_args!("too long (limit {max})")));
    }
    Ok(())
}

/// Checks a number of 4 bytes.
fn check_u32<'a>(attr: &Attr<'a>, ext_ack: &mut ExtAck<'a>) -> Result {
    attr.u32()
        .map(|_| ())
        .map_err(|_| ext_ack.refuse_attr(EINVAL, attr, c"number does not have 4 bytes"))
}

/// Checks the attributes that `nest` holds.
#[inline(never)] // As it calls itself, requests without nests would pay for it.
fn check_nest<'a>(nest: &Attr<'a>, policy: &[Rule], ext_ack: &mut ExtAck<'a>) -> Result {
    parse(nest.value(), policy, ext_ack)
        .map(|_| ())
        .inspect_err(|_| ext_ack.set_miss_nest(nest))
}

/// Returns the first attribute of type `nla_type`.
fn find<'a>(mut attrs: Attrs<'a>, nla_type: u16) -> Option<Attr<'a>> {
    attrs.find_map(|attr| attr.ok().filter(|attr| attr.kind() == nla_type))
}

#[cfg(nl_kunit)]
mod tests;
