// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Messages that a kernel sent (`user/tests/fixtures/`), for tests. What is told of each is in the `.jsonl` beside it, which
//! `user/src/output/watch/captures.rs` compares.

use super::Kind;
use crate::kind::Payload;
use crate::object::described::{assert_told_whatever_the_bytes, payloads, tree};
use serde_json::Value as Json;
use std::{fs, path::Path};

/// Returns the payloads of the messages in the capture of this name.
pub fn captured(name: &str) -> &'static [&'static [u8]] {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let bytes = fs::read(folder.join(name).with_extension("bin")).unwrap();

    payloads(bytes.leak())
}

/// Returns the payloads of the `N` messages in the capture of this name.
pub fn capture<const N: usize>(name: &str) -> [&'static [u8]; N] {
    captured(name).try_into().unwrap()
}

/// Returns `payload` with other bytes, each with its place.
pub fn changed(payload: &[u8], bytes: &[(usize, u8)]) -> Vec<u8> {
    let mut changed = payload.to_vec();
    bytes.iter().for_each(|(at, byte)| changed[*at] = *byte);
    changed
}

/// Returns what is told of the object of `kind` in `payload`; `None` where it is none.
pub fn described(kind: Kind, payload: &[u8]) -> Option<Json> {
    tree(|names, out| Payload::new(kind, payload).describe(names, out))
}

/// Asserts that what is told of the object of `kind` in `payload` is as `expected`, and may be more.
pub fn assert_has(kind: Kind, payload: &[u8], expected: Json) {
    let described = described(kind, payload).unwrap();
    assert!(
        has(&described, &expected),
        "{expected} is not in {described:#}"
    );
}

fn has(described: &Json, expected: &Json) -> bool {
    match (described, expected) {
        (Json::Object(described), Json::Object(expected)) => expected.iter().all(|(key, value)| {
            described
                .get(key)
                .is_some_and(|described| has(described, value))
        }),
        _ => described == expected,
    }
}

/// Asserts that nothing is told at `path` of the object of `kind` in `payload`.
pub fn assert_lacks(kind: Kind, payload: &[u8], path: &str) {
    let described = described(kind, payload).unwrap();
    assert_eq!(described.pointer(path), None, "{described:#}");
}

/// Captures of each kind.
const CAPTURES: &[(Kind, &[&str])] = &[
    (Kind::Link, &["link", "link-ip", "link-events"]),
    (Kind::Addr, &["addr", "addr-ip", "addr-events"]),
    (Kind::Nexthop, &["nexthop", "nexthop-ip", "nexthop-events"]),
    (Kind::Route, &["route", "route-ip", "route-events"]),
    (Kind::Neigh, &["neigh", "neigh-ip", "neigh-events"]),
    (Kind::Rule, &["rule", "rule-ip", "rule-events"]),
    (Kind::Fdb, &["fdb", "fdb-ip", "fdb-events"]),
    (Kind::AddrLabel, &["addrlabel"]),
    (Kind::Prefix, &["prefix"]),
    (Kind::Netconf, &["netconf"]),
    (Kind::Nsid, &["nsid"]),
    (Kind::Nduseropt, &["nduseropt"]),
    (Kind::Maddr, &["maddr"]),
    (Kind::Mdb, &["mdb"]),
    (Kind::Mroute, &["mroute"]),
    (Kind::Qdisc, &["qdisc"]),
    (Kind::Class, &["class"]),
    (Kind::Filter, &["filter"]),
    (Kind::Stats, &["stats", "stats-events"]),
    (Kind::Ifinfo6, &["ifinfo6"]),
];

#[test]
fn no_bytes_of_any_kind_make_it_panic() {
    for (kind, captures) in CAPTURES {
        for name in *captures {
            assert_told_whatever_the_bytes(captured(name), |bytes| described(*kind, bytes));
        }
    }
    let with_captures = CAPTURES.iter().map(|(kind, _)| *kind);
    let all = Kind::ALL
        .iter()
        .copied()
        .filter(|kind| *kind != Kind::Hello);
    assert!(with_captures.eq(all));
}
