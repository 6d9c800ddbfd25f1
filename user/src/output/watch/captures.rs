// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The lines of events that a kernel sent: what is expected of `user/tests/fixtures/KIND.bin` is in
//! `KIND.txt` and `KIND.jsonl` beside it. With `BLESS=1` it is written instead of compared.

use super::{Style, Watch};
use crate::output::Stamp;
use jiff::Zoned;
use nlhello::monitor::{Event, Kind, Origin, What};
use nlhello::object::Names;
use nlhello::wire::{Message, Messages};
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
    addresses: Addr "addr-events",
    next_hops: Nexthop "nexthop-events",
    routes: Route "route-events",
    neighbours: Neigh "neigh-events",
    rules: Rule "rule-events",
    forwarding_entries: Fdb "fdb-events",
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
    let now = Stamp::of(
        wall.timestamp().into(),
        Duration::from_secs(3),
        wall.time_zone(),
    );
    let mut lines = Vec::new();
    for message in Messages::new(capture) {
        let event = event_of(kind, &message.unwrap());
        watch.event(&now, &event, &mut names).unwrap();
        lines.append(&mut watch.held);
    }
    String::from_utf8(lines).unwrap()
}

/// Returns what tells of events; its lines are taken before it writes them.
fn watch(json: bool) -> Watch {
    Watch {
        // To write there fails.
        out: OpenOptions::new().read(true).open("/dev/null").unwrap(),
        ..Watch::new(json, false, Style::Time, Some("blue".to_owned())).unwrap()
    }
}

fn event_of<'a>(kind: Kind, message: &Message<'a>) -> Event<'a> {
    let (header, payload) = (message.header(), message.payload());
    let (found, is_there) = match kind {
        Kind::Hello => (kind, true),
        _ => Kind::of_message(header.nlmsg_type, payload).unwrap(),
    };
    assert_eq!(found, kind);

    Event {
        kind,
        what: match is_there {
            true => What::New,
            false => What::Del,
        },
        object: payload,
        body: payload,
        old: None,
        origin: Origin::Event,
        by: header.nlmsg_pid,
    }
}
