// SPDX-License-Identifier: Apache-2.0 OR MIT

mod attributes;

use super::*;
use crate::rtnl::{Prefix, Route};

#[test]
fn no_message_is_about_two_kinds() {
    for nlmsg_type in 0..=u16::from(u8::MAX) {
        for family in 0..=u8::MAX {
            let about = |kind: &&Kind| kind.facts().is_emitted(nlmsg_type, family).is_some();
            let count = Kind::ALL.iter().filter(about).count();
            assert!(count < 2, "{nlmsg_type} {family}");
        }
    }
}

#[test]
fn kinds_that_are_kept_are_the_first_and_can_be_read() {
    let kept = Kind::ALL.iter().take_while(|kind| kind.is_kept());
    assert_eq!(
        kept.count(),
        Kind::ALL.iter().filter(|kind| kind.is_kept()).count()
    );
    for kind in Kind::ALL.iter().filter(|kind| kind.is_kept()) {
        let snapshot = kind.snapshot().unwrap();
        let dumps = (snapshot.dumps)(None);
        assert!(!dumps.is_empty() && snapshot.get != 0);
        assert!(dumps.iter().all(|dump| dump.len() >= kind.facts().header));
    }
}

#[test]
fn whatever_is_received_is_read_and_whatever_is_read_is_received() {
    for kind in Kind::ALL.iter().filter(|kind| kind.is_kept()) {
        let facts = kind.facts();
        let dumps = (kind.snapshot().unwrap().dumps)(None);
        let asked: Vec<_> = dumps.iter().map(|dump| dump[0]).collect();
        if let AddressFamilies::Only(families) = facts.families {
            let is_read = |family: &u8| asked.iter().any(|asked| [0, *family].contains(asked));
            assert!(families.iter().all(is_read), "{kind:?}");
        }
        let is_told = |family: &&u8| facts.families.has(**family);
        let named = asked.iter().filter(|family| **family != 0);
        assert_eq!(named.clone().filter(is_told).count(), named.count());
    }
}

#[test]
fn a_label_is_no_address() {
    // Of AF_MPLS, for label 100: `RTA_DST` has as many bytes as an address of IPv4.
    let route = [
        28, 20, 0, 0, 254, 4, 0, 1, 0, 0, 0, 0, 8, 0, 1, 0, 0, 6, 65, 0,
    ];
    let place = Kind::Route.facts().place;

    assert_eq!(place.prefix_of(&Payload::new(Kind::Route, &route)), None);
    assert_eq!(Route::from_payload(&route).unwrap().dst(), None);
    let any = Prefix::parse("0.0.0.0/0").unwrap();
    assert!(!any.holds(Route::from_payload(&route).unwrap().prefix()));
}

#[test]
fn what_is_usual_is_the_same_in_one_step_and_word_for_word() {
    // Families, tables, and all bits of states and flags.
    let values = [
        0, 1, 2, 4, 8, 10, 16, 28, 32, 64, 128, 129, 252, 253, 254, 255,
    ];
    // Bytes of the header that count: the family, the table, flags; both bytes of a state, flags.
    for (kind, places) in [(Kind::Route, [0, 4, 9]), (Kind::Neigh, [8, 9, 10])] {
        let mut choice = Choice::default();
        choice.add_usual(kind);
        let mut chosen = 0;
        for number in 0..1usize << 12 {
            let mut payload = [0; 12];
            for (at, shift) in places.into_iter().zip([0, 4, 8]) {
                payload[at] = values[number >> shift & 15];
            }
            let object = Payload::new(kind, &payload);
            let is_wanted = choice.is_as_asked(&object);
            assert_eq!(choice.wants(&object), is_wanted, "{payload:?}");
            chosen += u32::from(is_wanted);
        }
        assert!(chosen > 10 && chosen < 4086, "{kind:?}: {chosen}");
    }
}

#[test]
fn what_a_list_is_asked_for_is_put_into_its_request() {
    let choice = Choice::of_family(2);
    let choice = choice.with(Kind::Route, "proto", "kernel").unwrap();
    let choice = choice.with(Kind::Route, "table", "main").unwrap();
    let table = [8, 0, 15, 0, 254, 0, 0, 0];

    assert_eq!(choice.request(Kind::Route)[..6], [2, 0, 0, 0, 0, 2]);
    assert_eq!(choice.request(Kind::Route)[12..], table);
    assert_eq!(choice.request(Kind::Fdb)[0], libc::AF_BRIDGE as u8);
    assert_eq!(choice.request(Kind::Link)[0], 0);
    let nomaster = Choice::default().with(Kind::Link, "nomaster", "").unwrap();
    let no_link = [8, 0, 10, 0, 255, 255, 255, 255];
    assert_eq!(nomaster.request(Kind::Link)[16..], no_link);
}
