// SPDX-License-Identifier: GPL-2.0

//! Attributes of a request, held to the command's policy.
//!
//! Strict from the first byte, as new families shall be: see "Strict checking" in
//! [`Documentation/userspace-api/netlink/intro.rst`](srctree/Documentation/userspace-api/netlink/intro.rst).

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
    max: u32,
    is_required: bool,
}

/// Types of values.
enum Kind {
    /// A string that ends in its only NUL.
    String,
    /// Any bytes.
    Bytes,
    /// A number of 4 bytes.
    U32,
}

impl Rule {
    /// A string of at most `max` bytes, its NUL not counted.
    pub const fn string(nla_type: u16, max: u32) -> Self {
        Self::new(nla_type, Kind::String, max)
    }

    /// At most `max` bytes of any value.
    pub const fn bytes(nla_type: u16, max: u32) -> Self {
        Self::new(nla_type, Kind::Bytes, max)
    }

    /// A number of 4 bytes.
    pub const fn u32(nla_type: u16) -> Self {
        Self::new(nla_type, Kind::U32, 4)
    }

    /// Makes a request without the attribute wrong.
    pub const fn required(self) -> Self {
        Self {
            is_required: true,
            ..self
        }
    }

    const fn new(nla_type: u16, kind: Kind, max: u32) -> Self {
        Self {
            nla_type,
            kind,
            max,
            is_required: false,
        }
    }

    /// Checks the value of `attr`.
    fn check<'a>(&self, attr: &Attr<'a>, ext_ack: &mut ExtAck<'a>) -> Result {
        let len = match self.kind {
            Kind::Bytes => attr.value().len(),
            Kind::U32 => attr
                .u32()
                .map(|_| 4)
                .map_err(|_| ext_ack.refuse_attr(EINVAL, attr, c"number does not have 4 bytes"))?,
            Kind::String => attr.str().map(<[u8]>::len).map_err(|_| {
                ext_ack.refuse_attr(EINVAL, attr, c"string does not end in its only NUL")
            })?,
        };

        if len > self.max as usize {
            return Err(ext_ack.refuse_attr_fmt(
                ERANGE,
                attr,
                format_args!("too long (limit {})", self.max),
            ));
        }
        Ok(())
    }
}

/// The attributes of a request.
///
/// # Invariants
///
/// The bytes are a row of attributes that keep to the command's policy.
pub struct Attributes<'a>(Attrs<'a>);

impl<'a> Attributes<'a> {
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

    /// Returns the attribute `nla_type`, if the request carries it.
    pub fn get(&self, nla_type: u16) -> Option<Attr<'a>> {
        find(self.0.clone(), nla_type)
    }
}

/// Reads the attributes that `bytes` are, if they keep to `policy`.
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

/// Checks the type and the value of `attr`.
fn check<'a>(attr: &Attr<'a>, policy: &[Rule], ext_ack: &mut ExtAck<'a>) -> Result {
    let Some(rule) = policy.iter().find(|rule| rule.nla_type == attr.kind()) else {
        return Err(ext_ack.refuse_attr(EINVAL, attr, c"unknown attribute"));
    };

    if attr.is_nested() || attr.is_net_byteorder() {
        return Err(ext_ack.refuse_attr(EINVAL, attr, c"unexpected flag in nla_type"));
    }
    rule.check(attr, ext_ack)
}

/// Checks that nothing is missing.
fn check_required(attrs: &Attrs<'_>, policy: &[Rule], ext_ack: &mut ExtAck<'_>) -> Result {
    policy
        .iter()
        .filter(|rule| rule.is_required)
        .find(|rule| find(attrs.clone(), rule.nla_type).is_none())
        .map_or(Ok(()), |rule| Err(ext_ack.refuse_missing(rule.nla_type)))
}

/// Returns the first attribute of type `nla_type`.
fn find<'a>(mut attrs: Attrs<'a>, nla_type: u16) -> Option<Attr<'a>> {
    attrs.find_map(|attr| attr.ok().filter(|attr| attr.kind() == nla_type))
}

#[cfg(nl_kunit)]
mod tests;
