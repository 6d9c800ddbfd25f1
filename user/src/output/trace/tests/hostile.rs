// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Bytes that nobody would send: they are shown, and nothing worse.

use super::{decoded, message, Decoder, TraceForm, ORIGIN};
use crate::output::buffer::{tests::text, Buffer};
use nlhello::wire::{put_attr, Messages};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, Index};
use serde_json::Value;

/// The protocols that are decoded, and one that is not.
const PROTOCOLS: &[i32] = &[0, 4, 6, 9, 12, 16, 31, 7];

/// Messages that a kernel sent, to be changed.
const CAPTURES: &[&[u8]] = &[
    include_bytes!("../../../../tests/fixtures/link.bin"),
    include_bytes!("../../../../tests/fixtures/route.bin"),
    include_bytes!("../../../../tests/fixtures/mdb.bin"),
    include_bytes!("../../../../tests/fixtures/nexthop.bin"),
    include_bytes!("../../../../tests/fixtures/filter.bin"),
    include_bytes!("../../../../tests/fixtures/nduseropt.bin"),
    include_bytes!("../../../../tests/fixtures/rule.bin"),
];

/// Most bytes of text for one that was received: a byte may be a flag with a long name, and the
/// attributes of the deepest nest are far in.
const GROWTH: usize = 100;

fn assert_shown(protocol: i32, datagram: &[u8]) {
    for form in [TraceForm::Text, TraceForm::Color] {
        let text = decoded(form, protocol, datagram);
        let is_safe =
            |c: char| c == '\n' || form == TraceForm::Color && c == '\x1b' || !c.is_control();
        assert!(text.chars().all(is_safe), "{text:?}");
        assert!(
            text.len() <= GROWTH * (datagram.len() + 16),
            "{}",
            text.len()
        );
    }
    for line in decoded(TraceForm::Json, protocol, datagram).lines() {
        let written: Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(written.is_object());
    }
}

proptest! {
    #[test]
    fn any_bytes_are_shown(
        protocol in select(PROTOCOLS),
        nlmsg_type in prop_oneof![0u16..130, 1000u16..1400],
        flags in any::<u16>(),
        payload in vec(any::<u8>(), 0..200),
    ) {
        assert_shown(protocol, &payload);
        assert_shown(protocol, &message(nlmsg_type, flags, &payload));
    }

    #[test]
    fn any_attributes_are_shown(
        protocol in select(PROTOCOLS),
        nlmsg_type in prop_oneof![0u16..130, 1000u16..1400],
        header in vec(any::<u8>(), 0..20),
        attrs in vec((0u16..40, vec(any::<u8>(), 0..40)), 0..12),
    ) {
        let mut payload = header;
        payload.resize(payload.len().next_multiple_of(4), 0);
        for (nla_type, value) in &attrs {
            put_attr(&mut payload, *nla_type, value).unwrap();
        }
        assert_shown(protocol, &message(nlmsg_type, 1, &payload));
    }

    #[test]
    fn changed_captures_are_shown(
        capture in select(CAPTURES),
        changes in vec((any::<Index>(), any::<u8>()), 1..8),
        len in any::<Index>(),
    ) {
        let mut bytes = capture.to_vec();
        for (index, byte) in changes {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(len.index(bytes.len()) + 1);
        assert_shown(0, &bytes);
    }
}

/// Shows all of `datagrams` by one decoder.
fn by_one(form: TraceForm, datagrams: &[Vec<u8>]) -> String {
    let mut decoder = Decoder::new(form);
    text(|out| {
        for datagram in datagrams {
            decoder.datagram(out, 0, ORIGIN, datagram).unwrap();
        }
    })
}

/// Shows each of `datagrams` by a decoder that only learned the names in those before it.
fn by_new_ones(form: TraceForm, datagrams: &[Vec<u8>]) -> String {
    let by_a_new_one = |out: &mut Buffer, count: usize| {
        let mut decoder = Decoder::new(form);
        let before = datagrams[..count].iter();
        for message in before.flat_map(|bytes| Messages::new(bytes).flatten()) {
            decoder.learn(0, &message);
        }
        decoder.datagram(out, 0, ORIGIN, &datagrams[count]).unwrap();
    };
    text(|out| (0..datagrams.len()).for_each(|count| by_a_new_one(out, count)))
}

proptest! {
    /// Messages that have most of their bytes in common, in any order.
    #[test]
    fn a_message_is_shown_as_if_it_were_the_first(
        capture in select(CAPTURES),
        changes in vec(vec((any::<Index>(), any::<u8>()), 0..4), 3..16),
        first in any::<Index>(),
        different in 1usize..4,
    ) {
        let messages: Vec<_> = Messages::new(capture).flatten().collect();
        let first = first.index(messages.len());
        let datagrams: Vec<_> = changes
            .iter()
            .zip(messages[first..].iter().take(different).cycle())
            .map(|(changes, message)| {
                let mut bytes = message.bytes().to_vec();
                for (index, byte) in changes {
                    let at = index.index(bytes.len());
                    bytes[at] = *byte;
                }
                bytes
            })
            .collect();
        for form in [TraceForm::Text, TraceForm::Json] {
            prop_assert_eq!(by_one(form, &datagrams), by_new_ones(form, &datagrams));
        }
    }
}

#[test]
fn the_options_of_a_link_are_shown_anew_if_it_is_of_another_kind() {
    let link = |kind: &[u8]| {
        let mut info = Vec::new();
        put_attr(&mut info, 1, kind).unwrap();
        let data = [[8, 0, 1, 0].as_slice(), &7u32.to_ne_bytes()].concat();
        put_attr(&mut info, 2, &data).unwrap();
        let mut payload = vec![0; 16];
        put_attr(&mut payload, 18, &info).unwrap();
        message(libc::RTM_NEWLINK, 0, &payload)
    };
    let datagrams: [_; 3] = [b"vxlan\0", b"vxlan\0", b"vxcan\0"].map(|kind| link(kind));
    for form in [TraceForm::Text, TraceForm::Json] {
        assert_eq!(by_one(form, &datagrams), by_new_ones(form, &datagrams));
    }
    let shown = by_one(TraceForm::Text, &datagrams);
    assert_eq!(shown.matches("IFLA_VXLAN_ID(1) 7").count(), 2, "{shown}");
}

#[test]
fn an_attribute_is_shown_anew_if_another_one_stands_beside_it_than_in_the_last_message() {
    let link = |beside: u16| {
        let mut payload = vec![0; 16];
        payload[4] = 7;
        put_attr(&mut payload, libc::IFLA_IFNAME, b"eth7\0\0\0\0").unwrap();
        put_attr(&mut payload, libc::IFLA_LINK, &7u32.to_ne_bytes()).unwrap();
        put_attr(&mut payload, beside, &0u32.to_ne_bytes()).unwrap();
        message(libc::RTM_NEWLINK, 0, &payload)
    };
    let datagrams = [libc::IFLA_GROUP, libc::IFLA_LINK_NETNSID, libc::IFLA_GROUP].map(link);
    let shown = by_one(TraceForm::Text, &datagrams);

    assert_eq!(shown, by_new_ones(TraceForm::Text, &datagrams));
    assert_eq!(shown.matches("IFLA_LINK(5) eth7(7)").count(), 2, "{shown}");
}

#[test]
fn nests_deeper_than_anything_are_bytes() {
    // A link that has a list of names that has a list of names, and so on.
    let mut attrs = Vec::new();
    for _ in 0..1000 {
        let inner = std::mem::take(&mut attrs);
        put_attr(&mut attrs, 52, &inner).unwrap();
    }
    let datagram = message(16, 0, &[vec![0; 16], attrs].concat());
    let text = decoded(TraceForm::Text, 0, &datagram);

    assert_eq!(text.matches("IFLA_PROP_LIST").count(), 17, "{text}");
    assert_shown(0, &datagram);
}

#[test]
fn a_row_of_nests_without_a_kind_takes_no_time() {
    let mut attrs = Vec::new();
    for _ in 0..15_000 {
        put_attr(&mut attrs, 2, b"").unwrap();
    }
    let mut payload = vec![0; 16];
    put_attr(&mut payload, 18, &attrs).unwrap();

    assert_shown(0, &message(16, 0, &payload));
}
