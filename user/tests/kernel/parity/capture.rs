// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Captures of what the kernel sends: `scripts/capture` runs this, and keeps what it writes in
//! `user/tests/fixtures/`.

mod events;
mod record;

use super::{World, ALL, NETNS};
use crate::lab::{variable, PATIENCE};
use nlhello::netlink::{DumpRequest, Netns};
use nlhello::object::{Client, ListQuery};
use nlhello::rtnl::link::Link;
use nlhello::rtnl::{self, Addrs, Fdb, Links, Neighs, Nexthops, Routes, Rules};
use nlhello::wire::{padding, Message};
use std::fs;
use std::path::Path;
use std::thread;

/// Links that were captured: one of each kind, and those that are odd.
const LINKS: &[&str] = &[
    "lo", "v0", "away", "d0", "br0", "p0", "v0.5", "bond0", "s0", "bond1", "vx0", "vx6", "vxe",
    "mv1", "iv0", "tun0", "red", "d1", "wg0", "nm0", "gnv0", "gre1", "ip6tnl1",
];

#[test]
#[ignore = "it writes files: scripts/capture runs it"]
fn captures_of_every_kind() {
    let _world = World::build(ALL);
    let netns = Netns::open(NETNS).unwrap();
    // A thread that enters a namespace stays there.
    let there = thread::spawn(move || {
        netns.enter().unwrap();
        capture("link", &Links::default(), is_one_of_its_kind);
        capture("addr", &Addrs::default(), |_| true);
        capture("route", &Routes::default(), |_| true);
        capture("nexthop", &Nexthops::default(), |_| true);
        capture("neigh", &Neighs::default(), |_| true);
        capture("rule", &Rules::default(), |_| true);
        capture("fdb", &Fdb::default(), |_| true);
    });
    there.join().unwrap();
}

fn is_one_of_its_kind(message: &Message<'_>) -> bool {
    let link = Link::from_payload(message.payload()).unwrap();
    let name = link
        .name()
        .map(|name| String::from_utf8_lossy(name).into_owned());
    name.is_some_and(|name| LINKS.contains(&name.as_str()))
}

/// Writes the messages that answer `query` and that are `wanted`, as they came.
fn capture(kind: &str, query: &impl ListQuery, wanted: impl Fn(&Message<'_>) -> bool) {
    keep(kind, &answer(query.request().unwrap(), wanted));
}

/// Returns the messages that answer `request`, a dump, and that are `wanted`.
fn answer(request: DumpRequest, wanted: impl Fn(&Message<'_>) -> bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut client = Client::open("capture", &rtnl::SPEC).unwrap();
    let mut table = client.table(request, PATIENCE).unwrap();
    while let Some(message) = table.next_entry().unwrap() {
        if wanted(&message) {
            put(&mut bytes, &message);
        }
    }
    bytes
}

/// Puts `message` behind others.
fn put(bytes: &mut Vec<u8>, message: &Message<'_>) {
    bytes.extend_from_slice(message.bytes());
    bytes.extend_from_slice(padding(message.bytes().len()));
}

/// Writes the capture of a kind.
fn keep(kind: &str, bytes: &[u8]) {
    let folder = variable("VM_OUT");
    fs::write(Path::new(&folder).join(format!("{kind}.bin")), bytes).unwrap();
}
