// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Attributes of requests and answers, one by one.

use super::Error;
use crate::wire::{self, put_attr, put_str, Attr, Attrs, Message, NLA_F_NESTED};

/// The attributes of an answer, or of a nest in it, to be read by type.
///
/// Unknown ones are skipped: a newer kernel may say more.
#[derive(Clone, Debug)]
pub struct ReplyAttrs<'a> {
    op: &'static str,
    attrs: Attrs<'a>,
}

impl<'a> ReplyAttrs<'a> {
    /// Looks into `message`, which answers `op` and has no fixed header.
    ///
    /// # Errors
    ///
    /// `EBADMSG` when its type is not `nlmsg_type`.
    pub fn new(op: &'static str, nlmsg_type: u16, message: &Message<'a>) -> Result<Self, Error> {
        match message.header().nlmsg_type == nlmsg_type {
            true => Ok(Self {
                op,
                attrs: message.attrs(0),
            }),
            false => Err(bad_reply(op, "it is of another type")),
        }
    }

    /// Looks into `nest`, one of these attributes.
    pub fn inside(&self, nest: &Attr<'a>) -> Self {
        Self {
            op: self.op,
            attrs: nest.nested(),
        }
    }

    /// Returns what `read` makes of the attribute `nla_type`, which has to be there.
    ///
    /// # Errors
    ///
    /// `EBADMSG` with its `name` when it is missing, or with what `read` says.
    pub fn get<T>(
        &self,
        nla_type: u16,
        name: &str,
        read: impl FnOnce(&Attr<'a>) -> Result<T, wire::Error>,
    ) -> Result<T, Error> {
        self.find(nla_type, read)?
            .ok_or_else(|| bad_reply(self.op, format!("it has no {name}")))
    }

    /// Returns what `read` makes of the attribute `nla_type`, if it is there.
    ///
    /// # Errors
    ///
    /// `EBADMSG` with what `read` says.
    pub fn find<T>(
        &self,
        nla_type: u16,
        read: impl FnOnce(&Attr<'a>) -> Result<T, wire::Error>,
    ) -> Result<Option<T>, Error> {
        match self.all(nla_type).next().transpose()? {
            Some(attr) => self.checked(read(&attr)).map(Some),
            None => Ok(None),
        }
    }

    /// Returns the attributes `nla_type`, in order, and in the end what is wrong with the row of attributes.
    pub fn all(
        &self,
        nla_type: u16,
    ) -> impl Iterator<Item = Result<Attr<'a>, Error>> + use<'_, 'a> {
        let attrs = self.attrs.clone().map(|attr| self.checked(attr));

        attrs.filter(move |attr| attr.as_ref().map_or(true, |attr| attr.kind() == nla_type))
    }

    /// Returns the items of `array`, one of these attributes, in order, and in the end what is wrong with it.
    pub fn items(
        &self,
        array: &Attr<'a>,
    ) -> impl Iterator<Item = Result<Attr<'a>, Error>> + use<'_, 'a> {
        array.nested().map(|item| self.checked(item))
    }

    /// Turns an error of the encoding into one of the answer.
    ///
    /// # Errors
    ///
    /// `EBADMSG` with what `result` says.
    pub fn checked<T>(&self, result: Result<T, wire::Error>) -> Result<T, Error> {
        result.map_err(|error| bad_reply(self.op, error.to_string()))
    }
}

/// Returns the error for a reply to `op` that makes no sense.
pub(crate) fn bad_reply(op: &'static str, why: impl AsRef<str>) -> Error {
    Error::new(op, libc::EBADMSG).message(format!("malformed reply: {}", why.as_ref()))
}

/// The attributes of a request, or of a nest in it, one after the other.
#[derive(Clone, Debug)]
pub struct RequestAttrs {
    op: &'static str,
    bytes: Vec<u8>,
}

impl RequestAttrs {
    /// Starts with none, to do `op`.
    pub fn new(op: &'static str) -> Self {
        Self {
            op,
            bytes: Vec::new(),
        }
    }

    /// Adds the attribute `nla_type` with `value`.
    ///
    /// # Errors
    ///
    /// `ERANGE`, in the words that the kernel has for one beyond its `limit`, when no attribute can hold
    /// the value.
    pub fn put(
        &mut self,
        nla_type: u16,
        name: &str,
        limit: u32,
        value: &[u8],
    ) -> Result<(), Error> {
        put_attr(&mut self.bytes, nla_type, value).map_err(|_| too_long(self.op, name, limit))
    }

    /// Adds the string `nla_type`; `text` has no NUL.
    ///
    /// # Errors
    ///
    /// As [`RequestAttrs::put`].
    pub fn put_str(
        &mut self,
        nla_type: u16,
        name: &str,
        limit: u32,
        text: &[u8],
    ) -> Result<(), Error> {
        put_str(&mut self.bytes, nla_type, text).map_err(|_| too_long(self.op, name, limit))
    }

    /// Adds the nest `nla_type` with what `fill` puts into it.
    ///
    /// # Errors
    ///
    /// `ERANGE` as [`RequestAttrs::put`], and errors of `fill`.
    pub fn put_nest(
        &mut self,
        nla_type: u16,
        name: &str,
        fill: impl FnOnce(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut nest = Self::new(self.op);
        fill(&mut nest)?;

        let limit = wire::NLA_MAX_VALUE as u32;
        self.put(nla_type | NLA_F_NESTED, name, limit, &nest.bytes)
    }

    /// Returns the bytes, the payload of a request.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// Returns the error for a value of the attribute `name` that no attribute can hold.
fn too_long(op: &'static str, name: &str, limit: u32) -> Error {
    Error {
        attr: Some(name.to_owned()),
        ..Error::new(op, libc::ERANGE).message(format!("too long (limit {limit})"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::netlink::Request;

    /// Returns the bytes of a message of type 16 with what `fill` puts into it.
    fn message(fill: impl FnOnce(&mut RequestAttrs) -> Result<(), Error>) -> Vec<u8> {
        let mut attrs = RequestAttrs::new("try");
        fill(&mut attrs).unwrap();

        let request = Request::new("try", 16, attrs.into_bytes()).unwrap();
        request.bytes().to_vec()
    }

    #[test]
    fn what_is_put_is_read_by_type() {
        let bytes = message(|attrs| {
            attrs.put_str(1, "TEXT", 9, b"Hi")?;
            attrs.put(2, "NUMBER", 4, &7u32.to_ne_bytes())?;
            attrs.put(2, "NUMBER", 4, &8u32.to_ne_bytes())?;
            attrs.put_nest(3, "NEST", |nest| nest.put_str(1, "TEXT", 9, b"in"))
        });
        let message = Message::from_bytes(&bytes).unwrap();
        let attrs = ReplyAttrs::new("try", 16, &message).unwrap();

        assert_eq!(attrs.get(1, "TEXT", Attr::str).unwrap(), b"Hi");
        assert_eq!(attrs.find(4, Attr::u32).unwrap(), None);
        let numbers: Vec<_> = attrs.all(2).map(|attr| attr.unwrap().u32()).collect();
        assert_eq!(numbers, [Ok(7), Ok(8)]);
        let nest = attrs.get(3, "NEST", |attr| Ok(attrs.inside(attr))).unwrap();
        assert_eq!(nest.get(1, "TEXT", Attr::str).unwrap(), b"in");
    }

    #[test]
    fn what_is_missing_or_of_another_size_is_malformed() {
        let bytes = message(|attrs| attrs.put(1, "NUMBER", 4, &[7]));
        let message = Message::from_bytes(&bytes).unwrap();
        let attrs = ReplyAttrs::new("try", 16, &message).unwrap();

        let missing = attrs.get(2, "TEXT", Attr::str).unwrap_err().to_string();
        assert_eq!(missing, "try: malformed reply: it has no TEXT (EBADMSG)");
        assert!(attrs.get(1, "NUMBER", Attr::u32).is_err());
        assert!(ReplyAttrs::new("try", 17, &message).is_err());
    }

    #[test]
    fn an_attribute_that_is_cut_off_is_malformed() {
        let mut bytes = message(|attrs| attrs.put(1, "BYTE", 1, &[7]));
        bytes[16] = 9;
        let message = Message::from_bytes(&bytes).unwrap();
        let attrs = ReplyAttrs::new("try", 16, &message).unwrap();

        assert!(attrs.find(1, Attr::u32).is_err());
    }
}
