// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Payloads of messages that tell of objects, and what of them is kept and compared: the bytes without those that change by
//! themselves.

use super::{Siblings, Snapshot};
use crate::object::attrs::{u32, Index, Places};
use crate::object::{Fields, Names};
use crate::rtnl::Kind;
use crate::wire::{padding, Attr, Attrs, Error, NLA_F_NESTED, NLA_HDRLEN};
use std::cell::OnceCell;
use std::ops::Range;

/// Where the index of the link is in `struct ifinfomsg`, `ifaddrmsg`, `ndmsg`, `tcmsg`.
pub(super) const LINK: Range<usize> = 4..8;

/// Stands for a header of which a part is missing.
static NO_HEADER: [u8; 32] = [0; 32];

/// An object, as the payload of a message tells of it: a fixed header, and attributes. These are looked for when the first is
/// asked for, and then known.
#[derive(Clone, Debug)]
pub struct Payload<'a> {
    kind: Kind,
    bytes: &'a [u8],
    /// Size of the header, in bytes.
    header: usize,
    places: OnceCell<Places>,
}

impl PartialEq for Payload<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.bytes == other.bytes
    }
}

impl<'a> Payload<'a> {
    /// Returns the object of this `kind` that is told of by these `bytes`.
    #[inline]
    pub fn new(kind: Kind, bytes: &'a [u8]) -> Self {
        Self {
            kind,
            bytes,
            header: kind.facts().header,
            places: OnceCell::new(),
        }
    }

    /// Returns what the object is.
    #[inline]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns all bytes.
    #[inline]
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Tells all that is known of the object.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`] when it is shorter than its header.
    pub fn describe(&self, names: &mut Names, out: &mut dyn Fields) -> Result<(), Error> {
        (self.kind.facts().describe)(self, names, out)
    }

    /// Returns the index of the link that the object is on, or goes through, if it is one.
    pub fn link(&self) -> Option<u32> {
        (self.kind.facts().link)(self)
    }

    /// Returns the address family (`AF_*`) of the object; `None` for what is of no family, as links are.
    #[inline]
    pub fn family(&self) -> Option<u8> {
        (self.kind.facts().family)(*self.bytes.first()?)
    }

    /// Says whether the object is on the link with this index, or goes through it. Rules have names of links only, so none
    /// is.
    pub fn is_on(&self, index: u32) -> bool {
        match self.kind.facts().is_on {
            Some(is_on) => is_on(self, index),
            None => self.link() == Some(index),
        }
    }

    /// Says whether a part of the header is missing: it tells of no object.
    pub(crate) fn is_cut_off(&self) -> bool {
        self.bytes.len() < self.header
    }

    /// Returns the fixed header; zeroes where a part of it is missing.
    #[inline]
    pub(crate) fn header(&self) -> &'a [u8] {
        let header = self.bytes.get(..self.header);
        header.unwrap_or(&NO_HEADER[..self.header])
    }

    /// Returns the bytes of the attributes.
    #[inline]
    pub(crate) fn row(&self) -> &'a [u8] {
        self.bytes.get(self.header..).unwrap_or_default()
    }

    /// Looks for the attributes; of that there is one copy in the program, however many ask.
    #[inline(never)]
    fn places(&self) -> &Places {
        self.places.get_or_init(|| Places::new(self.row()))
    }

    /// Returns the attributes by type.
    pub(crate) fn attrs(&self) -> Index<'a> {
        Index::at(self.row(), self.places().clone())
    }

    /// Reads the fixed header, and returns it with the attributes by type.
    pub(crate) fn read<H>(
        &self,
        header: impl FnOnce(&[u8]) -> Option<H>,
    ) -> Result<(H, Index<'a>), Error> {
        let header = header(self.bytes).ok_or(Error::Truncated)?;
        Ok((header, self.attrs()))
    }

    /// Returns the value of the first attribute of type `kind`.
    pub(crate) fn attr(&self, kind: u16) -> Option<&'a [u8]> {
        let attr = self.places().get(kind, self.row());
        attr.map(|attr| attr.value())
    }

    /// Returns the number that the first attribute of type `kind` holds, or 0.
    pub(crate) fn number(&self, kind: u16) -> u32 {
        number(self.attr(kind))
    }

    /// Returns the index of the link, where the header has it at the usual place, or 0.
    pub(crate) fn link_in_header(&self) -> u32 {
        number(Some(self.link_bytes()))
    }

    /// Returns the bytes of the index of the link, where the header has it at the usual place.
    pub(crate) fn link_bytes(&self) -> &'a [u8] {
        self.header().get(LINK).unwrap_or_default()
    }

    /// Appends the attributes of these `kinds`, in the order in which they are there.
    pub(crate) fn put(&self, kinds: &[u16], key: &mut Vec<u8>) {
        Attrs::new(self.row())
            .map_while(Result::ok)
            .filter(|attr| kinds.contains(&attr.kind()))
            .for_each(|attr| put_whole(&attr, key));
    }
}

fn number(bytes: Option<&[u8]>) -> u32 {
    bytes.and_then(u32).unwrap_or_default()
}

/// Treatment of an attribute.
pub(crate) enum Part {
    /// The attribute is kept.
    Keep,
    /// The attribute is left out: it changes by itself, or is about the message.
    Drop,
    /// The value is a row of attributes, of which some are kept; the function is given the value, and the type of one.
    Nest(fn(&[u8], u16) -> Part),
}

impl Part {
    /// Leaves out what `is_volatile`.
    pub const fn drop_if(is_volatile: bool) -> Self {
        match is_volatile {
            true => Self::Drop,
            false => Self::Keep,
        }
    }
}

/// Returns the value of the first attribute of type `kind` in `attrs`.
pub(crate) fn find(attrs: &[u8], kind: u16) -> Option<&[u8]> {
    Attrs::new(attrs)
        .map_while(Result::ok)
        .find(|attr| attr.kind() == kind)
        .map(|attr| attr.value())
}

/// Returns a fixed header of `len` bytes that says no more than the family.
pub(crate) fn header(family: u8, len: usize) -> Vec<u8> {
    let mut header = vec![0; len];
    header[0] = family;
    header
}

impl Snapshot {
    /// Puts what is kept of the object into `body`; says whether it is one at all.
    pub fn put_body(&self, object: &Payload<'_>, body: &mut Vec<u8>) -> bool {
        body.clear();
        if object.is_cut_off() {
            return false;
        }
        body.extend_from_slice(object.header());
        (self.settle)(body);
        put_parts(object.row(), self.part, body);
        true
    }

    /// Returns where in an object without what changes by itself is what few others share: an address.
    pub fn own_of(&self, object: &Payload<'_>) -> Range<usize> {
        let Some(own) = self.own else {
            return 0..0;
        };
        let mut attrs = Attrs::new(object.row());
        loop {
            let start = object.bytes.len() - attrs.rest().len() + NLA_HDRLEN;
            match attrs.next() {
                Some(Ok(attr)) if attr.kind() != own => {}
                Some(Ok(attr)) if matches!(attr.value().len(), 4 | 16) => {
                    return start..start + attr.value().len();
                }
                _ => return 0..0,
            }
        }
    }
}

impl Payload<'_> {
    /// Says whether the kernel makes the object without a word.
    pub(crate) fn is_made_in_silence(&self) -> bool {
        let snapshot = self.kind.snapshot();
        !self.is_cut_off() && snapshot.is_some_and(|snapshot| (snapshot.is_untold)(self))
    }

    /// Says whether other objects may come and go that are a part of this one.
    pub(crate) fn is_group(&self) -> bool {
        self.siblings()
            .is_some_and(|siblings| (siblings.is_group)(self))
    }

    /// Says whether an event of one more like this can be believed to be one more.
    pub(crate) fn is_appended(&self) -> bool {
        self.siblings()
            .is_some_and(|siblings| (siblings.is_appended)(self))
    }

    /// Says whether others can have the identity of the object.
    pub(crate) fn has_siblings(&self) -> bool {
        self.siblings()
            .is_some_and(|siblings| (siblings.are_possible)(self))
    }

    /// Returns where a dump that goes on by counting counts the object.
    pub(crate) fn leaf(&self) -> Option<Vec<u8>> {
        (self.siblings()?.leaf)(self)
    }

    /// Returns what is so where several objects can have the identity of this one.
    fn siblings(&self) -> Option<&'static Siblings> {
        self.kind.snapshot()?.siblings.as_ref()
    }
}

fn put_parts(attrs: &[u8], part: fn(&[u8], u16) -> Part, body: &mut Vec<u8>) {
    for attr in Attrs::new(attrs).map_while(Result::ok) {
        match part(attrs, attr.kind()) {
            Part::Drop => {}
            Part::Keep => put_whole(&attr, body),
            Part::Nest(part) => put_nest(attr.kind(), body, |body| {
                put_parts(attr.value(), part, body);
            }),
        }
    }
}

fn put_whole(attr: &Attr<'_>, body: &mut Vec<u8>) {
    body.extend_from_slice(attr.bytes());
    body.extend_from_slice(padding(attr.bytes().len()));
}

/// Puts an attribute whose value `fill` appends: no more than it had.
fn put_nest(kind: u16, body: &mut Vec<u8>, fill: impl FnOnce(&mut Vec<u8>)) {
    let start = body.len();
    body.extend_from_slice(&[0; 4]);
    fill(body);
    let len = (body.len() - start) as u16;
    body[start..start + 2].copy_from_slice(&len.to_ne_bytes());
    body[start + 2..start + 4].copy_from_slice(&(kind | NLA_F_NESTED).to_ne_bytes());
}
