// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Which attribute of a request a refusal is about.

use super::{ExtAck, Spec};
use crate::names::{self, Set};
use crate::wire::{self, Message, NLA_HDRLEN, NLMSG_HDRLEN};

/// Deepest nest that is looked into: requests of a client have a handful.
const DEPTH: usize = 16;

/// Names the attribute of the message `request` that `ext_ack` is about.
pub(crate) fn blamed(spec: &Spec, request: &[u8], ext_ack: &ExtAck<'_>) -> Option<String> {
    let message = Message::from_bytes(request).ok()?;
    let known = spec.message(&message)?;
    let row = Row::of(&message, &known)?;

    row.missing(ext_ack).or_else(|| {
        let offset = ext_ack.offset?.try_into().ok()?;
        row.refused(offset, DEPTH)
    })
}

/// A row of attributes.
#[derive(Clone, Copy)]
struct Row<'m> {
    attrs: names::Row<'m>,
    /// Where they are in the message.
    start: usize,
    /// What the names of the message's attributes begin with, which is left out.
    prefix: &'static str,
}

/// An attribute of a row.
struct Place<'m> {
    attr: wire::Attr<'m>,
    /// Where it is in the message.
    start: usize,
}

impl<'m> Row<'m> {
    fn of(message: &Message<'m>, known: &names::Message) -> Option<Self> {
        let start = NLMSG_HDRLEN + wire::align(known.header_size);

        Some(Self {
            attrs: names::Row {
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
    fn nest_at(&self, offset: usize, depth: usize) -> Set {
        let Some(place) = self.find(offset) else {
            return Set::EMPTY;
        };
        let Some(inside) = self.inside(&place, depth) else {
            return Set::EMPTY;
        };

        match offset == place.start || inside.find(offset).is_none() {
            true => inside.attrs.set,
            false => inside.nest_at(offset, depth - 1),
        }
    }

    fn find(&self, offset: usize) -> Option<Place<'m>> {
        self.places().find(|place| place.contains(offset))
    }

    fn places(&self) -> impl Iterator<Item = Place<'m>> {
        let mut attrs = self.attrs.attrs();
        let end = self.start + self.attrs.bytes.len();

        std::iter::from_fn(move || {
            let start = end - attrs.rest().len();
            let attr = attrs.next()?.ok()?;
            Some(Place { attr, start })
        })
    }

    /// Returns the attributes that the one at `place` holds.
    fn inside<'r>(&'r self, place: &Place<'m>, depth: usize) -> Option<Row<'r>> {
        let (header, set) = self.attrs.find(&place.attr)?.format.nest()?;
        if depth == 0 {
            return None;
        }

        Some(Row {
            attrs: names::Row {
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

    fn name(&self, set: Set, nla_type: u16) -> String {
        match set.find(nla_type) {
            Some(attr) => {
                let name = attr.name.to_string();
                name.strip_prefix(self.prefix).unwrap_or(&name).to_owned()
            }
            None => format!("attribute {nla_type}"),
        }
    }
}

impl Place<'_> {
    fn contains(&self, offset: usize) -> bool {
        let end = self.start + wire::align(self.attr.bytes().len());

        (self.start..end).contains(&offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hello::SPEC;
    use crate::netlink::Request;
    use crate::rtnl::{
        self,
        change::{Kind, Link, Target, Verb},
    };
    use crate::wire::put_str;

    /// Returns what `ext_ack` blames in a hello with an empty text and an attribute 99.
    fn blamed_in_hello(ext_ack: ExtAck<'_>) -> Option<String> {
        let mut attrs = Vec::new();
        put_str(&mut attrs, 1, b"").unwrap();
        put_str(&mut attrs, 99, b"").unwrap();
        let request = Request::new("test", 16, attrs).unwrap();

        blamed(&SPEC, request.bytes(), &ext_ack)
    }

    fn at(offset: u32) -> ExtAck<'static> {
        ExtAck {
            offset: Some(offset),
            ..ExtAck::default()
        }
    }

    fn missing(miss_type: u32) -> ExtAck<'static> {
        ExtAck {
            miss_type: Some(miss_type),
            ..ExtAck::default()
        }
    }

    #[test]
    fn an_offset_blames_the_attribute_that_it_lies_in() {
        for (offset, name) in [
            (0, None),
            (15, None),
            (16, Some("TEXT")),
            (23, Some("TEXT")),
            (24, Some("attribute 99")),
            (32, None),
            (u32::MAX, None),
        ] {
            assert_eq!(blamed_in_hello(at(offset)).as_deref(), name, "{offset}");
        }
    }

    #[test]
    fn a_missing_type_blames_the_attribute_that_is_not_there() {
        assert_eq!(blamed_in_hello(missing(2)).as_deref(), Some("DATA"));
        assert_eq!(blamed_in_hello(missing(1 << 16)), None);
    }

    /// A request for a pair of links: where `what` is found in it, and its bytes.
    fn pair(what: &[u8]) -> (u32, Vec<u8>) {
        let link = Link {
            mtu: Some(1500),
            kind: Some(Kind::Veth {
                peer: Some(b"other"),
            }),
            ..Link::new(Target::Name(b"one"))
        };
        let request = link.request(Verb::Add).unwrap();
        let mut windows = request.bytes().windows(what.len());
        let at = windows.position(|bytes| bytes == what).unwrap();
        (at as u32, request.bytes().to_vec())
    }

    fn blamed_in_pair(what: &[u8], behind: u32) -> Option<String> {
        let (offset, request) = pair(what);

        blamed(&rtnl::SPEC, &request, &at(offset - behind))
    }

    #[test]
    fn an_offset_inside_nests_blames_the_innermost_attribute() {
        // Of each, the header is the four bytes before.
        assert_eq!(blamed_in_pair(b"one\0", 4).as_deref(), Some("IFNAME"));
        assert_eq!(blamed_in_pair(b"veth\0", 4).as_deref(), Some("INFO_KIND"));
        assert_eq!(blamed_in_pair(b"veth\0", 8).as_deref(), Some("LINKINFO"));
        assert_eq!(blamed_in_pair(b"other\0", 4).as_deref(), Some("IFNAME"));
        // Before the name is the header of a link, and before that the attribute that holds both.
        let peer = Some("VETH_INFO_PEER");
        assert_eq!(blamed_in_pair(b"other\0", 5).as_deref(), peer);
        assert_eq!(blamed_in_pair(b"other\0", 24).as_deref(), peer);
        assert_eq!(blamed_in_pair(b"other\0", 28).as_deref(), Some("INFO_DATA"));
    }

    #[test]
    fn what_is_missing_from_a_nest_has_the_name_that_it_has_there() {
        let (data, request) = pair(b"other\0");
        let missing_from = |nest: u32, miss_type| {
            let ext_ack = ExtAck {
                miss_nest: Some(nest),
                ..missing(miss_type)
            };
            blamed(&rtnl::SPEC, &request, &ext_ack)
        };

        assert_eq!(
            missing_from(data - 28, 1).as_deref(),
            Some("VETH_INFO_PEER")
        );
        assert_eq!(missing_from(data - 24, 4).as_deref(), Some("MTU"));
        assert_eq!(missing_from(data - 28, 7).as_deref(), Some("attribute 7"));
        assert_eq!(missing_from(0, 7).as_deref(), Some("attribute 7"));
    }
}
