// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What of an object is kept and compared: its bytes without those that change by themselves.

use super::{Siblings, Snapshot};
use crate::wire::{padding, Attr, Attrs, NLA_F_NESTED, NLA_HDRLEN};
use std::ops::Range;

/// Where the index of the link is in `struct ifinfomsg`, `ifaddrmsg`, `ndmsg`, `tcmsg`.
pub(super) const LINK: Range<usize> = 4..8;

/// What is done with an attribute.
pub(crate) enum Part {
    /// It is kept.
    Keep,
    /// It is left out: it changes by itself, or tells of the message.
    Drop,
    /// Its value is a row of attributes, of which some are kept; what is asked is given the value, and the type of one.
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

/// The bytes of an object: its fixed header, and its attributes.
#[derive(Clone, Copy)]
pub(crate) struct Body<'b> {
    pub header: &'b [u8],
    pub attrs: &'b [u8],
}

impl<'b> Body<'b> {
    /// Returns the value of the first attribute of type `kind`.
    pub fn attr(&self, kind: u16) -> Option<&'b [u8]> {
        find(self.attrs, kind)
    }

    /// Returns the number that the first attribute of type `kind` holds, or 0.
    pub fn number(&self, kind: u16) -> u32 {
        number(self.attr(kind))
    }

    /// Returns the index of the link, where the header has it at the usual place, as a number.
    pub fn link(&self) -> u32 {
        number(Some(self.index()))
    }

    /// Returns the bytes of the index of the link, where the header has it at the usual place.
    pub fn index(&self) -> &'b [u8] {
        self.header.get(LINK).unwrap_or_default()
    }

    /// Appends the attributes of these `kinds`, in the order in which they are there.
    pub fn put(&self, kinds: &[u16], key: &mut Vec<u8>) {
        Attrs::new(self.attrs)
            .map_while(Result::ok)
            .filter(|attr| kinds.contains(&attr.kind()))
            .for_each(|attr| put_whole(&attr, key));
    }
}

fn number(bytes: Option<&[u8]>) -> u32 {
    bytes
        .and_then(|bytes| bytes.try_into().ok())
        .map_or(0, u32::from_ne_bytes)
}

/// Returns the index of the link of an object, where its header has it at the usual place.
pub(crate) fn link_in_header(object: &[u8]) -> Option<u32> {
    Some(number(Some(object.get(LINK)?)))
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
    /// Returns the parts of `bytes`; `None` where they are no object.
    pub fn body<'b>(&self, bytes: &'b [u8]) -> Option<Body<'b>> {
        let (header, attrs) = bytes.split_at_checked(self.header)?;
        Some(Body { header, attrs })
    }

    /// Puts what is kept of the object with this `payload` into `body`; says whether it is one at all.
    pub fn put_body(&self, payload: &[u8], body: &mut Vec<u8>) -> bool {
        body.clear();
        let Some(Body { header, attrs }) = self.body(payload) else {
            return false;
        };
        body.extend_from_slice(header);
        (self.settle)(body);
        put_parts(attrs, self.part, body);
        true
    }

    /// Appends what says which object it is that has this `body` to `key`.
    pub fn put_key(&self, body: &[u8], key: &mut Vec<u8>) {
        if let Some(body) = self.body(body) {
            (self.identity)(&body, key);
        }
    }

    /// Returns the index of the link below the object with this `body` of which is told with it whether it is up.
    pub fn below(&self, body: &[u8]) -> Option<u32> {
        (self.below)(&self.body(body)?)
    }

    /// Returns the number that people expect the object with this `body` to be in the order of.
    pub fn order_of(&self, body: &[u8]) -> u32 {
        self.body(body).map_or(0, |body| (self.order)(&body))
    }

    /// Returns where in `body` is what few others share: an address.
    pub fn own_of(&self, body: &[u8]) -> Range<usize> {
        let (Some(own), Some(parts)) = (self.own, self.body(body)) else {
            return 0..0;
        };
        let mut attrs = Attrs::new(parts.attrs);
        loop {
            let start = body.len() - attrs.rest().len() + NLA_HDRLEN;
            match attrs.next() {
                Some(Ok(attr)) if attr.kind() != own => {}
                Some(Ok(attr)) if matches!(attr.value().len(), 4 | 16) => {
                    return start..start + attr.value().len();
                }
                _ => return 0..0,
            }
        }
    }

    /// Returns what the object with this `body` shares with those that take its place without a word.
    pub fn rivals_of(&self, body: &[u8]) -> Option<Vec<u8>> {
        (self.rivals)(&self.body(body)?)
    }

    /// Says whether the kernel makes the object with this `payload` without a word.
    pub fn makes_in_silence(&self, payload: &[u8]) -> bool {
        self.body(payload)
            .is_some_and(|body| (self.is_untold)(&body))
    }

    /// Says whether other objects may come and go that are a part of the one with this `body`.
    pub fn is_group(&self, body: &[u8]) -> bool {
        self.of_siblings(body, |siblings| siblings.is_group)
    }

    /// Says whether an event of one more with this `payload` can be believed to be one more.
    pub fn is_appended(&self, payload: &[u8]) -> bool {
        self.of_siblings(payload, |siblings| siblings.is_appended)
    }

    /// Says whether others can have the identity of the object with this `payload`.
    pub fn has_siblings(&self, payload: &[u8]) -> bool {
        self.of_siblings(payload, |siblings| siblings.are_possible)
    }

    fn of_siblings(&self, bytes: &[u8], ask: fn(&Siblings) -> fn(&Body<'_>) -> bool) -> bool {
        let siblings = self.siblings.as_ref().zip(self.body(bytes));
        siblings.is_some_and(|(siblings, body)| ask(siblings)(&body))
    }

    /// Returns where a dump that goes on by counting counts the object with this `body`.
    pub fn leaf_of(&self, body: &[u8]) -> Option<Vec<u8>> {
        (self.siblings.as_ref()?.leaf)(&self.body(body)?)
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
