// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The lines of events that a kernel sent: what is expected of `user/tests/fixtures/KIND.bin` is in
//! `KIND.txt` and `KIND.jsonl` beside it. With `BLESS=1` it is written instead of compared.

use super::{compare, differences, trees, Difference, TimeStyle, Watch};
use crate::output::buffer::Buffer;
use crate::output::{Clock, Stamp};
use jiff::Zoned;
use nlhello::monitor::{Action, Event, Kind, Payload};
use nlhello::object::Names;
use nlhello::wire::{put_attr, Attrs, Message, Messages};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestRunner;
use serde_json::Value;
use std::fs::{self, OpenOptions};
use std::path::PathBuf;
use std::time::Duration;

/// The links that the captures are about.
const LINKS: &[(u32, &str)] = &[
    (1, "lo"),
    (60001, "va"),
    (60003, "d0"),
    (60004, "br0"),
    (60005, "p0"),
    (60006, "vx0"),
];

/// A test for each kind: its name, and its capture.
macro_rules! kinds {
    ($($test:ident: $kind:ident $capture:literal,)+) => {$(
        #[test]
        fn $test() {
            assert_lines(Kind::$kind, $capture);
        }
    )+};
}

kinds! {
    links: Link "link-events",
    kinds_of_links: Link "link-ip",
    addresses: Addr "addr-events",
    kinds_of_addresses: Addr "addr-ip",
    next_hops: Nexthop "nexthop-events",
    kinds_of_next_hops: Nexthop "nexthop-ip",
    routes: Route "route-events",
    kinds_of_routes: Route "route-ip",
    neighbours: Neigh "neigh-events",
    kinds_of_neighbours: Neigh "neigh-ip",
    rules: Rule "rule-events",
    kinds_of_rules: Rule "rule-ip",
    forwarding_entries: Fdb "fdb-events",
    kinds_of_forwarding_entries: Fdb "fdb-ip",
    labels_of_prefixes: AddrLabel "addrlabel",
    prefixes: Prefix "prefix",
    settings: Netconf "netconf",
    ids_of_namespaces: Nsid "nsid",
    options_of_advertisements: Nduseropt "nduseropt",
    addresses_of_groups: Maddr "maddr",
    who_listens_to_groups: Mdb "mdb",
    routes_to_groups: Mroute "mroute",
    qdiscs: Qdisc "qdisc",
    classes: Class "class",
    filters: Filter "filter",
    counters: Stats "stats",
    counters_of_hardware: Stats "stats-events",
    links_of_ipv6: Ifinfo6 "ifinfo6",
    hellos: Hello "hello",
}

/// Asserts that what is told of the messages of `capture` is what is expected.
fn assert_lines(kind: Kind, capture: &str) {
    let bytes = fs::read(path(capture, "bin")).unwrap();
    let json = lines(kind, &bytes, true);
    for line in json.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["kind"], kind.name());
        assert_eq!(line[kind.name()].get("unknown"), None);
    }

    assert_expected(&path(capture, "jsonl"), &json);
    assert_expected(&path(capture, "txt"), &lines(kind, &bytes, false));
}

fn path(capture: &str, extension: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "fixtures", capture]
        .iter()
        .collect::<PathBuf>()
        .with_extension(extension)
}

fn assert_expected(path: &PathBuf, lines: &str) {
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, lines).unwrap();
    }
    let expected = fs::read_to_string(path).unwrap();
    for (line, expected) in lines.lines().zip(expected.lines()) {
        assert_eq!(line, expected, "{}", path.display());
    }
    assert_eq!(lines.lines().count(), expected.lines().count());
}

/// Returns what is told of the messages of a capture, a line each.
fn lines(kind: Kind, capture: &[u8], json: bool) -> String {
    let (mut watch, mut names) = (watch(json), Names::new());
    for (index, name) in LINKS {
        names.learn(*index, name.as_bytes(), true);
    }
    let wall: Zoned = "2026-11-21T21:26:54.897123+01:00[+01:00]".parse().unwrap();
    watch.clock = Clock::new(watch.clock.style(), wall.time_zone().clone());
    let now = Stamp::of(wall.timestamp().into(), Duration::from_secs(3));
    let mut lines = Vec::new();
    for message in Messages::new(capture) {
        let message = message.unwrap();
        let object = Payload::new(kind, message.payload());
        let event = event_of(&message, &object);
        watch.event(&now, &event, &mut names).unwrap();
        lines.append(watch.out.text());
    }
    String::from_utf8(lines).unwrap()
}

/// Returns what tells of events; its lines are taken before it writes them.
fn watch(json: bool) -> Watch {
    Watch {
        // To write there fails.
        out: Buffer::new(OpenOptions::new().read(true).open("/dev/null").unwrap()),
        ..Watch::new(json, false, TimeStyle::Time, Some("blue".to_owned())).unwrap()
    }
}

fn event_of<'a>(message: &Message<'_>, object: &'a Payload<'a>) -> Event<'a> {
    let header = message.header();
    let (found, is_there) = match object.kind() {
        Kind::Hello => (Kind::Hello, true),
        _ => Kind::of_message(header.nlmsg_type, message.payload()).unwrap(),
    };
    assert_eq!(found, object.kind());
    let what = match is_there {
        true => Action::New,
        false => Action::Del,
    };
    Event::alone(what, object, header.nlmsg_pid)
}

/// Size of `struct ifinfomsg`, in bytes.
const IFINFOMSG: usize = 16;

/// Change of an attribute.
#[derive(Clone, Debug)]
enum Turn {
    Stays,
    Goes,
    /// A byte of the attribute is another.
    Byte(Index, u8),
    /// The attribute is that of another link.
    Other,
}

/// Differences of two links are found in the attributes that differ as well as in all of both.
#[test]
fn what_differs_is_found_in_the_attributes_that_differ() {
    let captures = ["link", "link-events"].map(|capture| fs::read(path(capture, "bin")).unwrap());
    let links: Vec<_> = { captures.iter() }
        .flat_map(|capture| Messages::new(capture))
        .map(|message| message.unwrap().payload())
        .collect();
    let turn = prop_oneof![
        12 => Just(Turn::Stays),
        1 => Just(Turn::Goes),
        1 => any::<(Index, u8)>().prop_map(|(at, byte)| Turn::Byte(at, byte)),
        1 => Just(Turn::Other),
    ];
    let any_change = (any::<[Index; 2]>(), vec(turn, 80), any::<bool>());
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    TestRunner::new(config)
        .run(&any_change, |([old, other], turns, has_flags)| {
            let [old, other] = [old, other].map(|which| *which.get(&links));
            assert_found(old, &changed(old, other, &turns, has_flags));
            Ok(())
        })
        .unwrap();
}

/// Returns `link` after these `turns` of its attributes, maybe with the flags of the `other`.
fn changed(link: &[u8], other: &[u8], turns: &[Turn], has_flags: bool) -> Vec<u8> {
    let mut changed = link[..IFINFOMSG].to_vec();
    if has_flags {
        changed[8..12].copy_from_slice(&other[8..12]);
    }
    let attrs = |link| Attrs::new(link).map_while(Result::ok);
    for (attr, turn) in attrs(&link[IFINFOMSG..]).zip(turns) {
        let mut value = attr.value().to_vec();
        match turn {
            Turn::Stays => {}
            Turn::Goes => continue,
            Turn::Byte(at, byte) => { value.iter_mut() }
                .nth(at.index(attr.bytes().len()))
                .into_iter()
                .for_each(|own| *own = *byte),
            Turn::Other => {
                let mut others = attrs(&other[IFINFOMSG..]);
                match others.find(|other| other.kind() == attr.kind()) {
                    Some(other) => value = other.value().to_vec(),
                    None => continue,
                }
            }
        }
        put_attr(&mut changed, attr.kind(), &value).unwrap();
    }
    changed
}

fn assert_found(old: &[u8], new: &[u8]) {
    let mut names = Names::new();
    let lines = |all: Vec<Difference>| {
        { all.into_iter() }
            .map(|Difference { path, old, new }| (path, old, new))
            .collect::<Vec<_>>()
    };
    let [old, new] = [old, new].map(|link| Payload::new(Kind::Link, link));
    for (old, new) in [(&old, &new), (&new, &old)] {
        let [whole, other] = trees(old, new, &mut names);
        let mut all = Vec::new();
        compare("", &whole, &other, &mut all);
        all.retain(|difference| difference.path != "ifindex");
        let mut found = differences(old, new, &mut names);
        found.retain(|difference| difference.path != "ifindex");
        assert_eq!(lines(found), lines(all));
    }
}
