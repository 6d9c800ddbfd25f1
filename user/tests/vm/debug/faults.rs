// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Allocations that fail, one after the other, in whatever the module is asked to do.
//!
//! See `Documentation/fault-injection/fault-injection.rst`: with `fail-nth` the kernel refuses a
//! thread the Nth allocation from then on. What it leaks then, `scripts/vm` finds.

use crate::lab::*;
use nlhello::netlink::{Ack, Socket};
use nlhello::uapi::NETLINK_USER;
use nlhello::wire::{Messages, NLMSG_DONE, NLM_F_ACK, NLM_F_ECHO, NLM_F_REQUEST};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::process::Command;

/// Enough for a dump to take more than one buffer.
const PEERS: usize = 150;

/// What a client sees.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Seen {
    /// `send(2)` fails.
    SendFails(i32),
    /// `recv(2)` fails with `ENOBUFS`.
    Overrun,
    /// An `NLMSG_ERROR` with this errno; 0 is an ACK.
    Error(i32),
    /// One or more messages of this type.
    Type(u16),
}
use Seen::{Error, Overrun, SendFails, Type};

const NOT_SENT: Seen = SendFails(libc::ENOBUFS);
const NO_MEMORY: Seen = Error(libc::ENOMEM);
const ACK: Seen = Error(0);
const HELLO: Seen = Type(HELLO_CMD_HELLO);
const PEER: Seen = Type(HELLO_CMD_GET_PEER);
const STATS: Seen = Type(HELLO_CMD_GET_STATS);
const EVENT: Seen = Type(HELLO_CMD_HELLO_NTF);
const DONE: Seen = Type(NLMSG_DONE);

#[test]
fn a_hello_is_answered_or_refused_or_not_sent() {
    let text_and_data = hello(1, &[(HELLO_A_TEXT, b"Hello\0"), (HELLO_A_DATA, &[7; 5000])]);
    for request in [hello(1, &[]), text_and_data] {
        assert_seen(&request, &[&[HELLO], &[NOT_SENT], &[NO_MEMORY]]);
    }
}

#[test]
fn an_ack_that_is_lost_is_told_by_the_socket() {
    let request = message(header(HELLO_CMD_HELLO, NLM_F_REQUEST | NLM_F_ACK, 1), b"");
    assert_seen(
        &request,
        &[&[HELLO, ACK], &[NOT_SENT], &[NO_MEMORY], &[Overrun, HELLO]],
    );
}

#[test]
fn a_refusal_is_told_in_any_case() {
    for (request, errno) in [
        (hello(1, &[(255, b"")]), libc::EINVAL),
        (message(header(99, NLM_F_REQUEST, 1), b""), libc::EOPNOTSUPP),
    ] {
        assert_seen(&request, &[&[Error(errno)], &[NOT_SENT], &[Overrun]]);
    }
}

#[test]
fn a_classic_hello_knows_no_error_but_silence() {
    assert_seen(&classic(1), &[&[DONE], &[NOT_SENT], &[]]);
}

#[test]
fn a_peer_and_the_counters_are_shown_or_refused_or_not_asked_for() {
    let stats = message(header(HELLO_CMD_GET_STATS, NLM_F_REQUEST, 1), b"");
    assert_seen(&stats, &[&[STATS], &[NOT_SENT], &[NO_MEMORY]]);

    let nobody = get_peer(1);
    let unknown = Error(libc::ENOENT);
    assert_seen(&nobody, &[&[unknown], &[NOT_SENT], &[Overrun]]);
}

#[test]
fn a_dump_is_whole_or_says_that_it_is_not() {
    let no_room = Error(libc::ENOBUFS);
    assert_seen(
        &peer_dump(1),
        &[
            &[PEER, DONE],
            &[NOT_SENT],
            &[NO_MEMORY],
            // The core's own: there was no memory for the first buffer, but there is later.
            &[no_room, PEER, DONE],
            &[PEER, Overrun],
        ],
    );
}

#[test]
fn a_greeting_is_set_or_stays() {
    assert_seen(&set_greeting(1, b"Hi\0"), &[&[], &[NOT_SENT], &[NO_MEMORY]]);
}

#[test]
fn an_echo_that_is_lost_leaves_the_answer_alone() {
    let request = message(header(HELLO_CMD_HELLO, NLM_F_REQUEST | NLM_F_ECHO, 1), b"");
    assert_seen(
        &request,
        &[&[HELLO, EVENT], &[HELLO], &[NOT_SENT], &[NO_MEMORY]],
    );
}

#[test]
fn what_listeners_miss_is_not_the_senders_business() {
    let module = Module::load();
    for nth in 1.. {
        let listeners = [Peer::open(), Peer::open()];
        listeners.iter().for_each(Peer::listen);
        let peer = Peer::open();
        let faults = Faults::from_nth(nth);
        let seen = ask(&peer, &hello(1, &[(HELLO_A_TEXT, b"Hello\0")]));
        let was_injected = faults.end();

        assert!(
            [&[HELLO][..], &[NOT_SENT], &[NO_MEMORY]].contains(&&*seen),
            "{nth}: {seen:?}"
        );
        for listener in &listeners {
            let heard = receive(listener);
            assert!(
                [&[EVENT][..], &[Overrun], &[]].contains(&&*heard),
                "{nth}: {heard:?}"
            );
        }
        if !was_injected {
            assert!(nth > 5);
            break;
        }
    }
    module.unload();
}

#[test]
fn a_socket_opens_or_leaves_nothing() {
    let module = Module::load();
    for nth in 1.. {
        let faults = Faults::from_nth(nth);
        let opened = Socket::open(NETLINK_USER as i32);
        let was_injected = faults.end();

        match opened {
            Ok(socket) => Peer::from(socket).assert_served(),
            Err(error) => println!("{nth}: {error}"),
        }
        assert_eq!(references(), 0);
        if !was_injected {
            assert!(nth > 3);
            break;
        }
    }
    module.unload();
}

#[test]
fn the_module_loads_or_leaves_nothing() {
    let (alone, _) = load_with_fault(NEVER);
    let _blue = Netns::add("blue");
    let (all, _) = load_with_fault(NEVER);
    // What comes first is the loader's own work; what is a namespace's comes once for each.
    let per_namespace = all - alone;
    println!("{all} allocations, {per_namespace} of them for a namespace");
    assert!(per_namespace > 10);

    for nth in all - 2 * per_namespace - 20..=all {
        let (done, errno) = load_with_fault(nth);
        println!("{nth}: {done} {errno}");
    }
    Module::load().unload();
}

#[test]
fn a_namespace_comes_or_leaves_nothing() {
    let module = Module::load();
    let (all, _) = unshare_with_fault(NEVER);
    println!("{all} allocations");
    for nth in 1..=all {
        let (_, errno) = unshare_with_fault(nth);
        println!("{nth}: {errno}");
    }
    Peer::open().assert_served();
    module.unload();
}

/// More allocations than there are.
const NEVER: u32 = 1_000_000;

/// Loads the module with its `nth` allocation failing, and unloads it if that was done.
/// Returns how many there were and the errno.
fn load_with_fault(nth: u32) -> (u32, i32) {
    let _settings = Settings::new();
    let result = with_fault(nth, &["load", variable("HELLO_KO").to_str().unwrap()]);
    assert_eq!(is_loaded(), result.1 == 0);
    if is_loaded() {
        Peer::open().assert_served();
        Module.unload();
    }
    result
}

fn unshare_with_fault(nth: u32) -> (u32, i32) {
    let _settings = Settings::new();
    with_fault(nth, &["unshare"])
}

fn with_fault(nth: u32, what: &[&str]) -> (u32, i32) {
    let output = run(Command::new(test_program("faults"))
        .arg(nth.to_string())
        .args(what));
    assert!(output.status.success(), "{output:?}");
    let said = stdout(&output);
    let numbers: Vec<i32> = said
        .split_whitespace()
        .map(|n| n.parse().unwrap())
        .collect();
    (nth - numbers[0] as u32, numbers[1])
}

/// Asserts that `request`, with one allocation after the other failing, ends as one of `allowed`,
/// of which the first is the one without a fault, and that each of them is met.
fn assert_seen(request: &[u8], allowed: &[&[Seen]]) {
    let module = Module::load();
    let peers = many_peers(PEERS);
    let mut met = vec![false; allowed.len()];

    for nth in 1.. {
        let peer = Peer::open();
        let faults = Faults::from_nth(nth);
        let seen = ask(&peer, request);
        let was_injected = faults.end();

        let found = allowed.iter().position(|outcome| **outcome == *seen);
        println!("{nth}: {seen:?}");
        met[found.unwrap_or_else(|| panic!("fault {nth}: {seen:?}"))] = true;
        peers[0].assert_served();
        if !was_injected {
            assert_eq!(found, Some(0));
            break;
        }
    }
    assert!(met.iter().all(|met| *met), "not met: {met:?}");
    drop(peers);
    module.unload();
}

/// Sends `request` and returns what came of it.
fn ask(peer: &Peer, request: &[u8]) -> Vec<Seen> {
    match peer.try_send(request) {
        Ok(()) => receive(peer),
        Err(error) => vec![SendFails(error.raw_os_error().unwrap())],
    }
}

/// Receives all there is.
fn receive(peer: &Peer) -> Vec<Seen> {
    let mut buf = [0; 8192];
    let mut seen = Vec::new();
    loop {
        match peer.recv_into(&mut buf) {
            Ok(Some(datagram)) => seen.extend(Messages::new(datagram.bytes).map(|message| {
                let message = message.unwrap();
                match message.header().nlmsg_type {
                    NLMSG_ERROR => Error(Ack::from_message(&message).unwrap().errno),
                    nlmsg_type => Type(nlmsg_type),
                }
            })),
            Ok(None) => break,
            Err(error) => {
                assert_eq!(error.raw_os_error(), Some(libc::ENOBUFS));
                seen.push(Overrun);
            }
        }
    }
    seen.dedup();
    seen
}

fn get_peer(portid: u32) -> Vec<u8> {
    message(
        header(HELLO_CMD_GET_PEER, NLM_F_REQUEST, 1),
        &attrs(&[(HELLO_A_PORTID, &portid.to_ne_bytes())]),
    )
}

/// Which allocations may fail at all: those that may sleep too, and without a stack in the log.
struct Settings;

impl Settings {
    fn new() -> Self {
        for kind in ["failslab", "fail_page_alloc"] {
            let folder = format!("/sys/kernel/debug/{kind}");
            fs::write(format!("{folder}/ignore-gfp-wait"), "N").unwrap();
            fs::write(format!("{folder}/verbose"), "0").unwrap();
        }
        Self
    }
}

/// An allocation of this thread that is going to fail.
struct Faults {
    fail_nth: File,
}

impl Faults {
    /// The `nth` from now on.
    fn from_nth(nth: u32) -> Self {
        Settings::new();
        let path = "/proc/thread-self/fail-nth";
        let fail_nth = File::options().read(true).write(true).open(path).unwrap();
        let faults = Self { fail_nth };
        faults.set(nth).unwrap();
        faults
    }

    /// Ends it; says whether there was one.
    fn end(self) -> bool {
        let mut missing = [0; 16];
        let len = self.fail_nth.read_at(&mut missing, 0).unwrap();
        self.set(0).unwrap();
        missing[..len].trim_ascii() == b"0"
    }

    fn set(&self, nth: u32) -> io::Result<()> {
        self.fail_nth.write_all_at(nth.to_string().as_bytes(), 0)
    }
}
