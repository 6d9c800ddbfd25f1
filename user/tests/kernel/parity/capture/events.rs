// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Captures of what comes to the multicast groups: of the kinds that nobody asks for while `events.sh`
//! changes things, of the others while `changes.sh` does, and of the module's own.

use super::{answer, keep, put};
use crate::lab::{nlhello, Module, PATIENCE};
use crate::parity::{run_script, World, NETNS};
use nlhello::monitor::Kind;
use nlhello::netlink::{Netns, Request, Socket};
use nlhello::uapi;
use nlhello::wire::{Message, Messages};
use std::thread;
use std::time::Duration;

/// How long nothing comes once all has come.
const QUIET: Duration = Duration::from_secs(2);

/// `RTM_DELNSID`, the last that comes: the kernel takes its time to end a namespace.
const DELNSID: u16 = 89;
/// `RTM_NEWSTATS`.
const RTM_NEWSTATS: u16 = 92;
/// `RTM_GETSTATS`.
const GETSTATS: u16 = 94;
/// Size of `struct if_stats_msg`, in bytes.
const IF_STATS_MSG: usize = 12;
/// Statistics asked for: `IFLA_STATS_LINK_64`, `IFLA_STATS_LINK_OFFLOAD_XSTATS`.
const STATS: u32 = 0x9;

/// The groups that tell of these kinds (`RTNLGRP_*`): traffic control, multicast routes, IPv6 links,
/// prefixes and options of router advertisements, settings, entries for groups, ids of namespaces,
/// joined addresses.
const GROUPS: &[u32] = &[4, 6, 10, 12, 18, 20, 24, 25, 26, 28, 29, 37, 38, 39];

/// The groups that tell of the others: links, neighbours, addresses, routes, rules, next hops.
const KEPT_GROUPS: &[u32] = &[1, 3, 5, 7, 8, 9, 11, 19, 27, 32];

/// `RTNLGRP_STATS`.
const STATS_GROUP: u32 = 36;

/// Kinds, the types of their messages, and their family where others have the same types.
const KINDS: &[(&str, &[u16], Option<u8>)] = &[
    ("prefix", &[52], None),
    ("netconf", &[80, 81], None),
    ("nsid", &[88, 89], None),
    ("nduseropt", &[68], None),
    ("maddr", &[56, 57, 60, 61], None),
    ("mdb", &[84, 85], None),
    ("qdisc", &[36, 37], None),
    ("class", &[40, 41], None),
    ("filter", &[44, 45], None),
    ("ifinfo6", &[16, 17], Some(10)),
    ("mroute", &[24, 25], None),
];

#[test]
#[ignore = "it writes files: scripts/capture runs it"]
fn captures_of_events() {
    let _world = World::build(&[]);
    let netns = Netns::open(NETNS).unwrap();
    // A thread that enters a namespace stays there.
    let there = thread::spawn(move || {
        netns.enter().unwrap();
        let socket = listening(libc::NETLINK_ROUTE, GROUPS);
        run_script("events.sh");
        keep("stats", &statistics());
        keep_by_kind(&received(&socket, DELNSID));
    });
    there.join().unwrap();
}

#[test]
#[ignore = "it writes files: scripts/capture runs it"]
fn captures_of_counters() {
    let _world = World::build(&[]);
    let netns = Netns::open(NETNS).unwrap();
    let there = thread::spawn(move || {
        netns.enter().unwrap();
        let socket = listening(libc::NETLINK_ROUTE, &[STATS_GROUP]);
        run_script("counters.sh");
        keep("stats-events", &received(&socket, RTM_NEWSTATS));
    });
    there.join().unwrap();
}

#[test]
#[ignore = "it writes files: scripts/capture runs it"]
fn captures_of_changes() {
    let _world = World::build(&[]);
    let netns = Netns::open(NETNS).unwrap();
    let there = thread::spawn(move || {
        netns.enter().unwrap();
        let socket = listening(libc::NETLINK_ROUTE, KEPT_GROUPS);
        run_script("changes.sh");
        let all = received(&socket, libc::RTM_DELLINK);
        Kind::ALL
            .iter()
            .copied()
            .filter(|kind| kind.is_kept())
            .for_each(|kind| keep_kept(kind, &all));
    });
    there.join().unwrap();
}

#[test]
#[ignore = "it writes files: scripts/capture runs it"]
fn captures_of_hellos() {
    let _module = Module::load();
    let socket = listening(
        uapi::NETLINK_USER as libc::c_int,
        &[uapi::HELLO_GROUP_EVENTS],
    );
    for args in [&["hello", "Good morning", "-c", "1"][..], &["greeting"]] {
        assert!(nlhello(args).status.success());
    }
    keep("hello", &received(&socket, uapi::HELLO_CMD_HELLO_NTF));
}

/// Returns a socket with room for all that is to come.
fn listening(protocol: libc::c_int, groups: &[u32]) -> Socket {
    let socket = Socket::open(protocol).unwrap();
    socket.set_recv_buffer(1 << 24).unwrap();
    for group in groups {
        socket.join(*group).unwrap();
    }
    socket
}

/// Returns all that came, as it came: all has once something of type `last` has.
fn received(socket: &Socket, last: u16) -> Vec<u8> {
    let (mut all, mut buf) = (Vec::new(), vec![0; 1 << 17]);
    let mut has_ended = false;
    loop {
        let patience = if has_ended { QUIET } else { PATIENCE };
        let Some(datagram) = socket.recv(&mut buf, patience).unwrap() else {
            assert!(has_ended, "the last one did not come");
            return all;
        };
        for message in Messages::new(datagram.bytes) {
            let message = message.unwrap();
            has_ended |= message.header().nlmsg_type == last;
            put(&mut all, &message);
        }
    }
}

fn keep_by_kind(all: &[u8]) {
    for (kind, types, family) in KINDS {
        let mut bytes = Vec::new();
        for message in Messages::new(all).map(Result::unwrap) {
            if is_of(&message, types, *family) {
                put(&mut bytes, &message);
            }
        }
        assert!(!bytes.is_empty(), "{kind}: nothing came");
        keep(kind, &bytes);
    }
}

/// Writes the events of a kind of which there is another capture, the answer to a dump.
fn keep_kept(kind: Kind, all: &[u8]) {
    let is_of_it = |message: &Message<'_>| {
        let found = Kind::of_message(message.header().nlmsg_type, message.payload());
        found.is_some_and(|(found, _)| found == kind)
    };
    let mut bytes = Vec::new();
    Messages::new(all)
        .map(Result::unwrap)
        .filter(is_of_it)
        .for_each(|message| put(&mut bytes, &message));
    assert!(!bytes.is_empty(), "{}: nothing came", kind.name());
    keep(&format!("{}-events", kind.name()), &bytes);
}

fn is_of(message: &Message<'_>, types: &[u16], family: Option<u8>) -> bool {
    types.contains(&message.header().nlmsg_type)
        && family.is_none_or(|family| message.payload().first() == Some(&family))
}

/// Returns statistics, which nobody sends unasked but for hardware that forwards.
fn statistics() -> Vec<u8> {
    let mut payload = vec![0; IF_STATS_MSG];
    payload[8..].copy_from_slice(&STATS.to_ne_bytes());
    let request = Request::dump("capture", GETSTATS, payload).unwrap();

    answer(request, |message| is_ours(message.payload()))
}

/// Says whether they are those of a link of `events.sh`.
fn is_ours(stats: &[u8]) -> bool {
    let index = stats[4..].first_chunk().copied().map(u32::from_ne_bytes);
    index.is_some_and(|index| index > 60000)
}
