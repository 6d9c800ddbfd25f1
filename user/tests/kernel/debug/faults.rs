// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Allocations that fail, one after the other, in whatever the module is asked to do.
//!
//! See `Documentation/fault-injection/fault-injection.rst`: with `fail-nth` the kernel refuses a
//! thread the Nth allocation from then on. What it leaks then, `scripts/vm` finds.

use crate::lab::*;
use nlhello::netlink::{Ack, Socket};
use nlhello::uapi::NETLINK_USER;
use nlhello::wire::{Messages, NLMSG_DONE, NLM_F_ACK, NLM_F_ECHO, NLM_F_REQUEST};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::process::Command;

/// Enough for a dump to take more than one buffer.
const PEERS: usize = 150;

/// Result of a message, as a client sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Seen {
    /// `send(2)` fails.
    SendFails(i32),
    /// `recv(2)` fails with `ENOBUFS`.
    Overrun,
    /// An `NLMSG_ERROR` with this errno; 0 is an ACK.
    Error(i32),
    /// A message of this type, or more of them.
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
fn an_ack_that_is_lost_is_reported_by_the_socket() {
    let request = message(header(HELLO_CMD_HELLO, NLM_F_REQUEST | NLM_F_ACK, 1), b"");
    assert_seen(
        &request,
        &[&[HELLO, ACK], &[NOT_SENT], &[NO_MEMORY], &[Overrun, HELLO]],
    );
}

#[test]
fn a_refusal_is_reported_in_any_case() {
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
            let received = receive(listener);
            assert!(
                [&[EVENT][..], &[Overrun], &[]].contains(&&*received),
                "{nth}: {received:?}"
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
            Err(error) => {
                let errno = error.raw_os_error().unwrap();
                // The core's and the file table's own.
                assert!(
                    [libc::ENOMEM, libc::ENOBUFS, libc::ENFILE].contains(&errno),
                    "{error}"
                );
            }
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
    // The first one also makes what stays for the next.
    load_with_fault(NEVER);
    let (alone, _) = load_with_fault(NEVER);
    let _blue = Netns::add("blue");
    let (all, _) = load_with_fault(NEVER);
    // The first allocations are the loader's own; those for a namespace come once for each.
    let for_blue = all - alone;
    assert!(for_blue > 10, "{alone}, then {all}");
    let of_module = all - 2 * for_blue - 10..all;

    let errnos: BTreeSet<_> = of_module.map(|nth| load_with_fault(nth).1).collect();
    // EBUSY: the core does not say why it has no socket for us, in the first namespace.
    assert_eq!(errnos, [0, libc::ENOMEM, libc::EBUSY].into());
    let module = Module::load();
    Peer::open().assert_served();
    module.unload();
}

#[test]
fn a_namespace_comes_or_leaves_nothing() {
    // All protocols of the kernel have their part in it: some of the faults are for us.
    const STEP: usize = 5;
    let module = Module::load();
    let (all, _) = unshare_with_fault(NEVER);
    let failed = (1..=all)
        .step_by(STEP)
        .filter(|nth| unshare_with_fault(*nth).1 != 0)
        .count();

    assert!(failed > 10, "{failed} of {all}");
    assert_eq!(references(), 0);
    Peer::open().assert_served();
    module.unload();
}

/// More allocations than there are.
const NEVER: u32 = 1_000_000;

/// Loads the module with its `nth` allocation failing, and unloads it if that was done.
/// Returns how many there were up to the fault, and the errno.
fn load_with_fault(nth: u32) -> (u32, i32) {
    let result = with_fault(nth, &["load", variable("HELLO_KO").to_str().unwrap()]);
    assert_eq!(is_loaded(), result.1 == 0);
    if is_loaded() {
        Peer::open().assert_served();
        Module.unload();
    }
    result
}

/// Makes a network namespace with its `nth` allocation failing; returns how many there were, and the errno.
fn unshare_with_fault(nth: u32) -> (u32, i32) {
    with_fault(nth, &["unshare"])
}

/// Runs the program `faults`; returns how many allocations there were up to the fault, and the errno.
fn with_fault(nth: u32, what: &[&str]) -> (u32, i32) {
    let_any_allocation_fail();
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
    // Now and then a fault meets what this thread does for itself, and the one of that number is
    // missed.
    const SWEEPS: usize = 5;
    let module = Module::load();
    let peers = many_peers(PEERS);
    let mut met = BTreeSet::new();

    for _ in 0..SWEEPS {
        met.extend(sweep(request, allowed, &peers[0]));
        if met.len() == allowed.len() {
            break;
        }
    }
    assert_eq!(met.len(), allowed.len(), "met of {allowed:?}: {met:?}");
    drop(peers);
    module.unload();
}

/// Sends `request` with one allocation after the other failing; returns which of `allowed` were
/// met. After each, `other` is served.
fn sweep(request: &[u8], allowed: &[&[Seen]], other: &Peer) -> Vec<usize> {
    let mut met = Vec::new();
    for nth in 1.. {
        let peer = Peer::open();
        let faults = Faults::from_nth(nth);
        let seen = ask(&peer, request);
        let was_injected = faults.end();

        let found = allowed.iter().position(|outcome| **outcome == *seen);
        met.push(found.unwrap_or_else(|| panic!("allocation {nth}: {seen:?}")));
        other.assert_served();
        if !was_injected {
            break;
        }
    }
    assert_eq!(met.last(), Some(&0), "without a fault");
    met
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

/// Lets allocations fail that may sleep too, without a stack in the log for each.
fn let_any_allocation_fail() {
    for kind in ["failslab", "fail_page_alloc"] {
        let folder = format!("/sys/kernel/debug/{kind}");
        fs::write(format!("{folder}/ignore-gfp-wait"), "N").unwrap();
        fs::write(format!("{folder}/verbose"), "0").unwrap();
    }
}

/// An allocation of this thread that is going to fail.
struct Faults {
    fail_nth: File,
}

impl Faults {
    /// The `nth` from now on.
    fn from_nth(nth: u32) -> Self {
        let_any_allocation_fail();
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
