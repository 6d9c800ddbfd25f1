// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Objects that the words of a line ask for in a list.

use crate::{capture, messages};
use nlhello::kind::{Choice, Operand, Payload, Word};
use nlhello::monitor::Kind;
use nlhello::names::uapi::*;
use nlhello::object::Numbers;
use nlhello::rtnl::Link;
use nlhello::wire::put_attr;

/// Returns which objects of `kind` the words of `line` ask for in a list; links are said by their numbers.
fn chosen(kind: Kind, line: &str) -> Choice {
    let mut words = line.split_whitespace();
    let mut choice = Choice::default();
    while let Some(said) = words.next() {
        let numbers = Numbers::default();
        let read = |word: &Word, text: &str| word.argument()?.read(text, &numbers);
        let (word, operand) = match kind.word(said) {
            Some(word) if word.argument().is_none() => (word, Some(Operand::None)),
            Some(word) => (word, read(word, words.next().unwrap())),
            None => kind
                .bare_words()
                .find_map(|word| Some((word, Some(read(word, said)?))))
                .unwrap(),
        };
        choice.add(kind, word, operand.unwrap());
    }
    for linked in choice.linked() {
        let number = linked.name().unwrap().to_vec();
        linked.note(String::from_utf8(number).unwrap().parse().unwrap());
    }
    choice.add_usual(kind);
    choice
}

/// Returns `payload` with more attributes, each a type and a value.
fn with(payload: &[u8], attrs: &[(u16, &[u8])]) -> Vec<u8> {
    let mut longer = payload.to_vec();
    for (kind, value) in attrs {
        put_attr(&mut longer, *kind, value).unwrap();
    }
    longer
}

/// Asserts of each line whether an object of `kind` is one that it asks for.
fn assert_chosen(kind: Kind, payload: &[u8], lines: &[(&str, bool)]) {
    for (line, is_wanted) in lines {
        let is_so = chosen(kind, line).wants(&Payload::new(kind, payload));
        assert_eq!(is_so, *is_wanted, "{kind:?} {line}");
    }
}

#[test]
fn addresses_are_chosen_by_their_words() {
    let [v4, _, link_local] = messages("addr-ip");

    assert_chosen(
        Kind::Addr,
        &v4,
        &[
            ("", true),
            ("dev 70001 scope global to 10.1.0.0/16 proto 0", true),
            ("70001", true),
            ("dev 1", false),
            ("scope link", false),
            ("scope all", true),
            ("to 10.2.0.0/16", false),
            ("to any", true),
            ("within 10.1.0.0/16", true),
            ("proto 3", false),
            ("10.1.0.1", true),
            ("10.1.0.1/24", true),
            ("10.1.0.1/32", false),
            ("10.1.0.2", false),
            ("dynamic", true),
            ("permanent", false),
            ("-permanent", true),
            ("primary", true),
            ("secondary", false),
            ("tentative", false),
            ("-tentative", true),
            ("permanent dynamic", true),
        ],
    );
    assert_chosen(
        Kind::Addr,
        &link_local,
        &[
            ("permanent tentative", true),
            ("dynamic", false),
            ("-tentative", false),
            ("deprecated", false),
        ],
    );
}

#[test]
fn a_label_is_a_pattern_and_that_of_an_address_without_one_is_its_link() {
    let [v4, v6, link_local] = &messages("addr-ip");
    let link = [&[0; 4][..], &70003u32.to_ne_bytes(), &[0; 8]].concat();
    let link = [&link[..], &[7, 0, 3, 0, b'v', b'a', 0, 0]].concat();

    for (pattern, addr, is_wanted) in [
        ("va:x", &v4, true),
        ("va*", &v4, true),
        ("va", &v4, false),
        ("va", &link_local, true),
        ("v?", &link_local, true),
        ("vb", &link_local, false),
        ("va", &v6, false),
    ] {
        let choice = Choice::default().with(Kind::Addr, "label", pattern);
        let mut choice = choice.unwrap();
        choice.learn_link(&Link::from_payload(&link).unwrap());
        let is_so = choice.wants(&Payload::new(Kind::Addr, addr));
        assert_eq!(is_so, is_wanted, "{pattern}");
    }
}

#[test]
fn labels_are_chosen_by_prefix_link_and_number() {
    let [on_link, any] = messages("addrlabel");
    let lines = [
        ("", true),
        ("2001:db8::/32", true),
        ("prefix 2001:db8::/33", false),
        ("prefix any", true),
        ("::/0", false),
        ("dev 60001 label 99", true),
        ("dev 7", false),
        ("label 98", false),
    ];
    assert_chosen(Kind::AddrLabel, &on_link, &lines);
    assert_chosen(Kind::AddrLabel, &any, &[("::/0", true), ("dev 0", false)]);
}

#[test]
fn what_says_nothing_is_asked_for_by_its_state() {
    let [stale, ..] = messages::<3>("neigh-ip");
    let mut noarp = stale.clone();
    noarp[8] = libc::NUD_NOARP as u8;
    let mut learned = noarp.clone();
    learned[10] |= libc::NTF_EXT_LEARNED;
    let lines = [
        ("", false),
        ("nud noarp", true),
        ("nud all", true),
        ("nud stale", false),
        ("nud stale nud noarp", true),
    ];

    assert_chosen(Kind::Neigh, &stale, &[("", true), ("unused", true)]);
    assert_chosen(Kind::Neigh, &noarp, &lines);
    assert_chosen(Kind::Neigh, &learned, &[("", true)]);
}

#[test]
fn proxies_are_asked_for_and_have_no_state() {
    let [stale, _, proxied] = messages("neigh-ip");
    let lines = [("proxy", true), ("proxy nud none", true), ("", false)];

    assert_chosen(Kind::Neigh, &proxied, &lines);
    assert_chosen(Kind::Neigh, &stale, &[("proxy", false)]);
}

#[test]
fn a_neighbour_is_chosen_by_its_address_and_how_many_use_it() {
    let at = |used: u32| {
        let header = [2, 0, 0, 0, 7, 0, 0, 0, 4, 0, 0, 1];
        let cacheinfo = [&[0; 12][..], &used.to_ne_bytes()].concat();
        let dst = [192, 0, 2, 9];
        with(&header, &[(NDA_DST, &dst), (NDA_CACHEINFO, &cacheinfo)])
    };
    let lines = [
        ("192.0.2.9", true),
        ("192.0.2.8", false),
        ("to 192.0.2.0/24", true),
        ("to 2001:db8::/32", false),
        ("dev 7 unused", true),
        ("dev 8", false),
    ];

    assert_chosen(Kind::Neigh, &at(0), &lines);
    assert_chosen(Kind::Neigh, &at(1), &[("unused", false)]);
}

#[test]
fn entries_are_chosen_by_their_words() {
    let [bridge, vxlan, _] = messages("fdb-ip");
    let lines = [
        ("dev 70002 vlan 10 state static dynamic", true),
        ("static", true),
        ("brport 1", false),
        ("vlan 1", false),
        ("state permanent", false),
        ("state permanent static", true),
    ];

    let entry = with(&bridge, &[(NDA_VLAN, &10u16.to_ne_bytes())]);
    assert_chosen(Kind::Fdb, &entry, &lines);
    // An address of the link itself is not dynamic.
    assert_chosen(Kind::Fdb, &vxlan, &[("", true), ("dynamic", false)]);
}

#[test]
fn routes_are_chosen_by_their_words() {
    let [_, realms, multipath, _, cloned, ..] = messages::<7>("route-ip");

    assert_chosen(
        Kind::Route,
        &realms,
        &[
            ("", true),
            ("table main", true),
            ("table 7", false),
            ("table all", true),
            ("dev 70001", true),
            ("oif 1", false),
            ("scope global", true),
            ("scope link", false),
            ("type unicast", true),
            ("vrf 254", true),
            ("vrf 7", false),
            ("type local", false),
            ("via 10.1.0.2", true),
            ("via 10.1.0.0/24", true),
            ("via 10.1.0.3", false),
            ("root 192.0.0.0/16", true),
            ("root 192.0.4.0/25", false),
            ("root all", true),
            ("match 192.0.4.7", true),
            ("match 192.0.5.7", false),
            ("match any", false),
            ("default", false),
            ("metric 7", false),
            ("cache", false),
            ("cache table all", false),
        ],
    );
    // The route goes through the link of each next hop.
    let lines = [("dev 70001 table all", true), ("dev 7 table all", false)];
    assert_chosen(Kind::Route, &multipath, &lines);
    // A cloned route is none of a table.
    let lines = [("table all", false), ("cache table all", true)];
    assert_chosen(Kind::Route, &cloned, &lines);
}

#[test]
fn routes_of_labels_are_in_the_main_table_and_have_no_address() {
    let [.., labels, _] = messages::<7>("route-ip");
    let lines = [
        ("", true),
        ("table all", true),
        ("table main", true),
        ("table 100", false),
        ("root 0.0.0.0/0", false),
    ];
    assert_chosen(Kind::Route, &labels, &lines);
    for (family, is_wanted) in [(libc::AF_MPLS as u8, true), (libc::AF_INET as u8, false)] {
        let is_so = Choice::of_family(family).wants(&Payload::new(Kind::Route, &labels));
        assert_eq!(is_so, is_wanted, "{family}");
    }
}

#[test]
fn rules_are_chosen_by_their_words() {
    assert_chosen(
        Kind::Rule,
        &capture("rule-ip")[0],
        &[
            ("", true),
            ("pref 101", true),
            ("priority 1", false),
            ("table 7777", true),
            ("lookup 252", false),
            ("iif v0 oif nosuch0", true),
            ("dev v0", true),
            ("iif v", false),
            ("fwmark 16 proto 0", true),
            ("fwmark 0x10", true),
            ("fwmark 1", false),
            ("from 10.0.0.0/8", true),
            ("from 11.0.0.0/8", false),
            ("from all", true),
            ("to 10.0.0.0/8", false),
            ("within 10.0.0.0/8", true),
            ("not tos 0x10", true),
            ("tos 0", false),
            ("l3mdev", false),
        ],
    );
}

#[test]
fn next_hops_are_chosen_by_their_words() {
    let [gateway, .., group, fdb, _] = messages::<6>("nexthop-ip");

    for (line, wanted) in [
        ("", [true, true, true]),
        ("dev 70001", [true, false, false]),
        ("id 8", [true, false, false]),
        ("groups", [false, true, true]),
        ("fdb", [false, false, true]),
        ("proto 3", [false; 3]),
        ("via 10.1.0.77", [true, false, false]),
        ("10.1.0.0/24", [true, false, false]),
    ] {
        let choice = chosen(Kind::Nexthop, line);
        let is_wanted = [&gateway, &group, &fdb].map(|hop| is_in(&choice, hop));
        assert_eq!(is_wanted, wanted, "{line}");
    }
    let v4 = Choice::of_family(2);
    assert!(is_in(&v4, &gateway) && !is_in(&v4, &group));
}

fn is_in(choice: &Choice, hop: &[u8]) -> bool {
    choice.wants(&Payload::new(Kind::Nexthop, hop))
}
