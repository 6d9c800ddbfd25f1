// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Names the attribute of a request that the kernel refused.

use super::{ExtAck, Spec};
use crate::names::{self, AttrSet};
use crate::wire::{self, Message, NLA_HDRLEN, NLMSG_HDRLEN};

/// Deepest nest that is looked into: requests of a client have a handful.
const DEPTH: usize = 16;

/// Names the attribute of the message `request` that `ext_ack` is about.
pub(crate) fn blamed(spec: &Spec, request: &[u8], ext_ack: &ExtAck<'_>) -> Option<String> {
    let message = Message::from_bytes(request).ok()?;
    let known = spec.message(&message)?;
    let row = BlamedRow::of(&message, &known)?;

    row.missing(ext_ack).or_else(|| {
        let offset = ext_ack.offset?.try_into().ok()?;
        row.refused(offset, DEPTH)
    })
}

/// A row of attributes.
#[derive(Clone, Copy)]
struct BlamedRow<'m> {
    attrs: names::AttrRow<'m>,
    /// Where they are in the message.
    start: usize,
    /// Prefix that the names of the message's attributes share, which is left out.
    prefix: &'static str,
}

/// An attribute of a row.
struct AttrPlace<'m> {
    attr: wire::Attr<'m>,
    /// Where it is in the message.
    start: usize,
}

impl<'m> BlamedRow<'m> {
    fn of(message: &Message<'m>, known: &names::MessageInfo) -> Option<Self> {
        let start = NLMSG_HDRLEN + wire::align(known.header_size);

        Some(Self {
            attrs: names::AttrRow {
                bytes: message.bytes().get(start..)?,
                set: known.attrs,
                family: message.payload().first().copied().unwrap_or_default(),
                ip_protocol: None,
                outer: None,
            },
            start,
            prefix: known.attrs.prefix(),
        })
    }

    /// Names the innermost attribute that the byte at `offset` of the message belongs to.
    fn refused(&self, offset: usize, depth: usize) -> Option<String> {
        let place = self.find(offset)?;
        // The kernel points at headers: at that of a nest when it means the nest.
        let inner = match offset == place.start {
            true => None,
            false => self
                .inside(&place, depth)
                .and_then(|row| row.refused(offset, depth - 1)),
        };

        inner.or_else(|| Some(self.name(self.attrs.set, place.attr.kind())))
    }

    /// Names the attribute that is not in the row, or not in a nest of it.
    fn missing(&self, ext_ack: &ExtAck<'_>) -> Option<String> {
        let nla_type = ext_ack.miss_type?.try_into().ok()?;
        let set = match ext_ack.miss_nest {
            None => self.attrs.set,
            Some(offset) => self.nest_at(offset.try_into().ok()?, DEPTH),
        };

        Some(self.name(set, nla_type))
    }

    /// Returns what is known of the attributes in the innermost nest that the byte at `offset` of the
    /// message belongs to.
    fn nest_at(&self, offset: usize, depth: usize) -> AttrSet {
        let Some(place) = self.find(offset) else {
            return AttrSet::EMPTY;
        };
        let Some(inside) = self.inside(&place, depth) else {
            return AttrSet::EMPTY;
        };

        match offset == place.start || inside.find(offset).is_none() {
            true => inside.attrs.set,
            false => inside.nest_at(offset, depth - 1),
        }
    }

    fn find(&self, offset: usize) -> Option<AttrPlace<'m>> {
        self.places().find(|place| place.contains(offset))
    }

    fn places(&self) -> impl Iterator<Item = AttrPlace<'m>> {
        let mut attrs = self.attrs.attrs();
        let end = self.start + self.attrs.bytes.len();

        std::iter::from_fn(move || {
            let start = end - attrs.rest().len();
            let attr = attrs.next()?.ok()?;
            Some(AttrPlace { attr, start })
        })
    }

    /// Returns the attributes that the one at `place` holds.
    fn inside<'r>(&'r self, place: &AttrPlace<'m>, depth: usize) -> Option<BlamedRow<'r>> {
        let (header, set) = self.attrs.find(&place.attr)?.format.nest()?;
        if depth == 0 {
            return None;
        }

        Some(BlamedRow {
            attrs: names::AttrRow {
                bytes: place.attr.value().get(header..)?,
                set,
                family: self.attrs.family,
                ip_protocol: self.attrs.ip_protocol,
                outer: Some(&self.attrs),
            },
            start: place.start + NLA_HDRLEN + header,
            prefix: self.prefix,
        })
    }

    fn name(&self, set: AttrSet, nla_type: u16) -> String {
        match set.find(nla_type) {
            Some(attr) => {
                let name = attr.name.to_string();
                name.strip_prefix(self.prefix).unwrap_or(&name).to_owned()
            }
            None => format!("attribute {nla_type}"),
        }
    }
}

impl AttrPlace<'_> {
    fn contains(&self, offset: usize) -> bool {
        let end = self.start + wire::align(self.attr.bytes().len());

        (self.start..end).contains(&offset)
    }
}

#[cfg(test)]
mod tests;
