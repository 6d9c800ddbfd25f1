// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Kinds of objects: their names, their words, and what is said of the objects in captures.

mod views;
mod words;

use nlhello::kind::{Argument, Payload, Word};
use nlhello::monitor::Kind;
use nlhello::names::uapi::*;
use nlhello::wire::{put_attr, Messages};
use std::fs;

/// Says whether the argument of a `word` of this `kind` may stand alone.
fn is_bare(kind: Kind, word: &Word) -> bool {
    kind.bare_words().any(|bare| std::ptr::eq(bare, word))
}

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
    assert_eq!(found(RTM_NEWRULE, inet6), Some((Kind::Rule, true)));
    // Rules of multicast routing are no rules, and of actions no kind is told.
    assert_eq!(
        [128, 129].map(|family| found(RTM_NEWRULE, family)),
        [None; 2]
    );
    assert_eq!(found(RTM_NEWACTION, unspec), None);
    assert_eq!(Kind::of_message(RTM_NEWLINK, &[]), None);
}

/// Returns the lines of docs/words.md that tell of the words of `kind`.
fn documented(kind: Kind) -> String {
    let line = |word: &Word| {
        let mut names = word.names().to_vec();
        if is_bare(kind, word) {
            names.push("(alone)");
        }
        let argument = word.argument().map_or("", Argument::noun);
        let support = word
            .why_unreceived()
            .map_or(String::new(), |reason| format!("lists only: {reason}"));
        format!(
            "| {} | {} | {argument} | {support} |\n",
            kind.name(),
            names.join(", ")
        )
    };
    kind.words().iter().map(line).collect()
}

#[test]
fn the_docs_have_all_words_of_all_kinds() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/words.md");
    let docs = fs::read_to_string(path).unwrap();
    for lines in Kind::ALL.iter().map(|kind| documented(*kind)) {
        assert!(docs.contains(&lines), "docs/words.md lacks:\n{lines}");
    }
}

#[test]
fn a_message_that_says_no_more_of_a_link_than_its_name_is_of_none() {
    let link = |attrs: &[u16]| {
        let mut payload = vec![0; 16];
        for attr in attrs {
            put_attr(&mut payload, *attr, b"wlan\0").unwrap();
        }
        payload
    };
    let kind_of = |attrs: &[u16]| Kind::of_message(RTM_NEWLINK, &link(attrs));

    assert_eq!(kind_of(&[IFLA_IFNAME, IFLA_WIRELESS]), None);
    let whole = [IFLA_IFNAME, IFLA_TXQLEN, IFLA_OPERSTATE];
    assert_eq!(kind_of(&whole), Some((Kind::Link, true)));
}

#[test]
fn a_word_takes_an_argument_with_every_kind_or_with_none() {
    for kind in Kind::ALL {
        for word in kind.words() {
            let is_bare = is_bare(*kind, word);
            assert!(is_bare || !word.names().is_empty(), "{word:?}");
            assert!(!is_bare || word.argument().is_some(), "{word:?}");
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

/// Returns the messages of a capture.
fn capture(name: &str) -> Vec<Vec<u8>> {
    let bytes = fs::read(format!(
        "{}/tests/fixtures/{name}.bin",
        env!("CARGO_MANIFEST_DIR")
    ));
    let bytes = bytes.unwrap();
    let messages = Messages::new(&bytes);
    messages
        .map(|message| message.unwrap().payload().to_vec())
        .collect()
}

/// Returns the `N` messages of a capture.
fn messages<const N: usize>(name: &str) -> [Vec<u8>; N] {
    capture(name).try_into().unwrap()
}

#[test]
fn routes_to_groups_are_of_the_family_of_the_group() {
    let families: Vec<_> = capture("mroute")
        .iter()
        .map(|route| Payload::new(Kind::Mroute, route).family())
        .collect();

    assert!(families.contains(&Some(libc::AF_INET as u8)));
    assert!(families.contains(&Some(libc::AF_INET6 as u8)));
    assert_eq!(Payload::new(Kind::Mroute, b"").family(), None);
    let qdisc = &capture("qdisc")[0];
    assert_eq!(Payload::new(Kind::Qdisc, qdisc).family(), None);
}

#[test]
fn a_route_to_a_group_is_on_the_links_that_its_packets_come_in_and_go_out_by() {
    let routes = capture("mroute");
    let route = Payload::new(Kind::Mroute, &routes[0]);

    assert_eq!(route.link(), Some(60001));
    let links = [60001, 60003, 60004];
    assert_eq!(links.map(|link| route.is_on(link)), [true, true, false]);
}

#[test]
fn who_listens_to_a_group_is_on_the_bridge_and_on_the_port() {
    let entries = capture("mdb");
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
    let settings = capture("netconf");
    let links: Vec<_> = settings
        .iter()
        .map(|one| Payload::new(Kind::Netconf, one).link())
        .collect();

    assert!(links.contains(&Some(60001)) && links.contains(&None));
}

#[test]
fn filters_that_links_share_are_on_none() {
    let mut filter = capture("filter")[0].to_vec();
    assert_eq!(Payload::new(Kind::Filter, &filter).link(), Some(60001));
    filter[4..8].fill(0xff);
    assert_eq!(Payload::new(Kind::Filter, &filter).link(), None);
}
