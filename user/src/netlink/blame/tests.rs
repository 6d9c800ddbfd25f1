// SPDX-License-Identifier: Apache-2.0 OR MIT

use super::*;
use crate::hello::SPEC;
use crate::netlink::Request;
use crate::rtnl::{
    self,
    change::{LinkChange, LinkKind, Target, Verb},
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
    let link = LinkChange {
        mtu: Some(1500),
        kind: Some(LinkKind::Veth {
            peer: Some(b"other"),
        }),
        ..LinkChange::new(Target::Name(b"one"))
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
