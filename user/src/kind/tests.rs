// SPDX-License-Identifier: Apache-2.0 OR MIT

mod attributes;

use super::*;
use crate::names::uapi::*;
use crate::rtnl::{Prefix, Route};
use crate::wire::{put_attr, Messages};

#[test]
fn kinds_are_found_by_name_and_by_message() {
    for kind in Kind::ALL {
        assert_eq!(Kind::of_name(kind.name()), Some(*kind));
    }
    assert_eq!(Kind::of_name("links"), None);
    let found = |nlmsg_type, family: i32| Kind::of_message(nlmsg_type, &[family as u8]);

    let (unspec, bridge) = (libc::AF_UNSPEC, libc::AF_BRIDGE);
    let (inet, inet6) = (libc::AF_INET, libc::AF_INET6);
    assert_eq!(found(RTM_DELLINK, unspec), Some((Kind::Link, false)));
    assert_eq!(found(RTM_DELLINK, bridge), None);
    assert_eq!(found(RTM_NEWNEIGH, bridge), Some((Kind::Fdb, true)));
    assert_eq!(found(RTM_NEWROUTE, 128), Some((Kind::Mroute, true)));
    assert_eq!(found(RTM_NEWROUTE, inet), Some((Kind::Route, true)));
    assert_eq!(found(RTM_NEWLINK, inet6), Some((Kind::Ifinfo6, true)));
    assert_eq!(found(RTM_DELCHAIN, unspec), Some((Kind::Filter, false)));
    // Of actions no kind is told.
    assert_eq!(found(RTM_NEWACTION, unspec), None);
    assert_eq!(Kind::of_message(RTM_NEWLINK, &[]), None);
}

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
fn whatever_is_heard_of_is_read_and_whatever_is_read_is_heard_of() {
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

/// Returns the lines of docs/words.md that tell of the words of `kind`.
fn documented(kind: Kind) -> String {
    let line = |word: &Word| {
        let mut names = word.names().to_vec();
        if word.is_bare {
            names.push("(alone)");
        }
        let argument = word.argument().map_or("", Argument::noun);
        let heard = word
            .why_unreceived()
            .map_or(String::new(), |reason| format!("lists only: {reason}"));
        format!(
            "| {} | {} | {argument} | {heard} |\n",
            kind.name(),
            names.join(", ")
        )
    };
    kind.words().iter().map(line).collect()
}

#[test]
fn the_docs_have_all_words_of_all_kinds() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/words.md");
    let docs = std::fs::read_to_string(path).unwrap();
    for lines in Kind::ALL.iter().map(|kind| documented(*kind)) {
        assert!(docs.contains(&lines), "docs/words.md lacks:\n{lines}");
    }
}

#[test]
fn a_message_that_says_no_more_of_a_link_than_its_name_tells_of_none() {
    let link = |attrs: &[u16]| {
        let mut payload = vec![0; 16];
        for attr in attrs {
            put_attr(&mut payload, *attr, b"wlan\0").unwrap();
        }
        payload
    };
    let told = |attrs: &[u16]| Kind::of_message(RTM_NEWLINK, &link(attrs));

    assert_eq!(told(&[IFLA_IFNAME, IFLA_WIRELESS]), None);
    let whole = [IFLA_IFNAME, IFLA_TXQLEN, IFLA_OPERSTATE];
    assert_eq!(told(&whole), Some((Kind::Link, true)));
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
fn a_word_takes_an_argument_with_every_kind_or_with_none() {
    for kind in Kind::ALL {
        for word in kind.words() {
            assert!(word.is_bare || !word.names().is_empty(), "{word:?}");
            assert!(!word.is_bare || word.argument().is_some(), "{word:?}");
            let takes_one = word.argument().is_some();
            for name in word.names() {
                let others = Kind::ALL.iter().filter_map(|other| other.word(name));
                assert!(
                    { others }.all(|other| other.argument().is_some() == takes_one),
                    "{name}"
                );
            }
        }
    }
}

#[test]
fn a_word_of_a_kind_is_its_own_once() {
    for kind in Kind::ALL {
        let mut names: Vec<_> = kind.words().iter().flat_map(Word::names).collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count, "{kind:?}");
    }
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

/// Returns the payloads of a capture.
fn payloads(capture: &[u8]) -> Vec<&[u8]> {
    Messages::new(capture)
        .map(|message| message.unwrap().payload())
        .collect()
}

macro_rules! capture {
    ($name:literal) => {
        payloads(include_bytes!(concat!(
            "../../tests/fixtures/",
            $name,
            ".bin"
        )))
    };
}

#[test]
fn routes_to_groups_are_of_the_family_of_the_group() {
    let families: Vec<_> = capture!("mroute")
        .iter()
        .map(|route| Payload::new(Kind::Mroute, route).family())
        .collect();

    assert!(families.contains(&Some(libc::AF_INET as u8)));
    assert!(families.contains(&Some(libc::AF_INET6 as u8)));
    assert_eq!(Payload::new(Kind::Mroute, b"").family(), None);
    assert_eq!(
        Payload::new(Kind::Qdisc, capture!("qdisc")[0]).family(),
        None
    );
}

#[test]
fn a_route_to_a_group_is_on_the_links_that_its_packets_come_in_and_go_out_by() {
    let routes = capture!("mroute");

    assert_eq!(Payload::new(Kind::Mroute, routes[0]).link(), Some(60001));
    assert!(
        [60001, 60003].map(|link| Payload::new(Kind::Mroute, routes[0]).is_on(link)) == [true; 2]
    );
    assert!(!Payload::new(Kind::Mroute, routes[0]).is_on(60004));
}

#[test]
fn who_listens_to_a_group_is_on_the_bridge_and_on_the_port() {
    let entries = capture!("mdb");
    let on = |link| {
        entries
            .iter()
            .filter(|mdb| Payload::new(Kind::Mdb, mdb).is_on(link))
            .count()
    };

    // The VXLAN has two; of the bridge, three are its own.
    assert_eq!([60004, 60005, 60006, 60001].map(on), [17, 14, 2, 0]);
}

#[test]
fn settings_of_all_links_are_on_none() {
    let settings = capture!("netconf");
    let links: Vec<_> = settings
        .iter()
        .map(|one| Payload::new(Kind::Netconf, one).link())
        .collect();

    assert!(links.contains(&Some(60001)) && links.contains(&None));
}

#[test]
fn filters_that_links_share_are_on_none() {
    let mut filter = capture!("filter")[0].to_vec();
    assert_eq!(Payload::new(Kind::Filter, &filter).link(), Some(60001));
    filter[4..8].fill(0xff);
    assert_eq!(Payload::new(Kind::Filter, &filter).link(), None);
}
