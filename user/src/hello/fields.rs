// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Reading answers.

use super::spec::{ATTR_PREFIX, SPEC};
use crate::netlink::{AttrSpec, Error};
use crate::wire::{self, Attr, Message};

/// The attributes of an answer, to be read by type.
///
/// Unknown ones are skipped: a newer module may say more.
pub(super) struct ReplyAttrs<'a> {
    op: &'static str,
    message: Message<'a>,
}

impl<'a> ReplyAttrs<'a> {
    /// Looks into `message`, which answers `op` and must be of type `nlmsg_type`.
    pub(super) fn new(
        op: &'static str,
        nlmsg_type: u16,
        message: &Message<'a>,
    ) -> Result<Self, Error> {
        if message.header().nlmsg_type != nlmsg_type {
            return Err(bad_reply(op, "it is of another type"));
        }
        Ok(Self {
            op,
            message: *message,
        })
    }

    /// Returns the value of the string `nla_type`, if it is there.
    pub(super) fn str_if_any(&self, nla_type: u16) -> Result<Option<&'a [u8]>, Error> {
        let attr = self.find(nla_type)?;

        attr.map(|attr| self.checked(attr.str())).transpose()
    }

    /// Returns the value of the bytes `nla_type`, if they are there.
    pub(super) fn bytes_if_any(&self, nla_type: u16) -> Result<Option<&'a [u8]>, Error> {
        Ok(self.find(nla_type)?.map(|attr| attr.value()))
    }

    /// Returns the value of the string `nla_type`.
    pub(super) fn str(&self, nla_type: u16) -> Result<&'a [u8], Error> {
        self.checked(self.get(nla_type)?.str())
    }

    /// Returns the value of the number `nla_type`.
    pub(super) fn u32(&self, nla_type: u16) -> Result<u32, Error> {
        self.checked(self.get(nla_type)?.u32())
    }

    /// Returns the value of the number `nla_type`.
    pub(super) fn u64(&self, nla_type: u16) -> Result<u64, Error> {
        self.checked(self.get(nla_type)?.u64())
    }

    fn get(&self, nla_type: u16) -> Result<Attr<'a>, Error> {
        self.find(nla_type)?
            .ok_or_else(|| bad_reply(self.op, format!("it has no {}", name(nla_type))))
    }

    fn find(&self, nla_type: u16) -> Result<Option<Attr<'a>>, Error> {
        for attr in self.message.attrs(0) {
            let attr = self.checked(attr)?;
            if attr.kind() == nla_type {
                return Ok(Some(attr));
            }
        }
        Ok(None)
    }

    fn checked<T>(&self, result: Result<T, wire::Error>) -> Result<T, Error> {
        result.map_err(|error| bad_reply(self.op, error.to_string()))
    }
}

/// Returns the error for a reply to `op` that makes no sense.
pub(super) fn bad_reply(op: &'static str, why: impl AsRef<str>) -> Error {
    Error::new(op, libc::EBADMSG).message(format!("malformed reply: {}", why.as_ref()))
}

/// Returns the error for a value of `nla_type` that its attribute cannot hold, in the words that the
/// kernel has for one beyond its `limit`.
pub(super) fn too_long(op: &'static str, nla_type: u16, limit: u32) -> Error {
    Error {
        attr: Some(name(nla_type).to_owned()),
        ..Error::new(op, libc::ERANGE).message(format!("too long (limit {limit})"))
    }
}

fn name(nla_type: u16) -> &'static str {
    let known = SPEC.messages.first().map_or(&[][..], |known| known.attrs);

    AttrSpec::find(known, nla_type).map_or("attribute", |attr| {
        attr.name.strip_prefix(ATTR_PREFIX).unwrap_or(attr.name)
    })
}
