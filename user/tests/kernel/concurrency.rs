// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Everybody at once: the handlers run on all processors at the same time.

use crate::lab::*;
use nlhello::uapi::NLHELLO_PEERS_MAX;
use nlhello::wire::{Attrs, NLM_F_REQUEST};
use std::array;
use std::collections::VecDeque;
use std::fs;
use std::ops::Add;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;

/// As many processors as `scripts/test` gives the guest.
const CPUS: usize = 4;

/// How many processes replace peers by new ones.
const TRADERS: usize = 2;

#[test]
fn four_clients_on_four_cpus_lose_nothing_while_everything_else_goes_on() {
    say_hello_together(|round| round < 400);
}

#[test]
fn a_full_table_keeps_its_limit_whoever_comes_at_once() {
    const EACH: usize = 400;
    let _module = Module::load();
    let peers: Vec<Peer> = on_each_cpu(|_| many_peers(EACH))
        .into_iter()
        .flatten()
        .collect();

    let stats = stats();
    assert_eq!(stats["peers"], NLHELLO_PEERS_MAX);
    assert_eq!(stats["evicted"], CPUS * EACH - NLHELLO_PEERS_MAX as usize);
    let dumped = Peer::open().dump(&peer_dump(1), 1 << 20).len() - 1;
    assert_eq!(dumped, NLHELLO_PEERS_MAX as usize);

    drop(peers);
    assert_eq!(self::stats()["peers"], 0);
}

/// Counters of the module that the test expects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counted {
    hellos: u64,
    classic: u64,
    refused: u64,
    dropped: u64,
}

impl Add for Counted {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            hellos: self.hellos + other.hellos,
            classic: self.classic + other.classic,
            refused: self.refused + other.refused,
            dropped: self.dropped + other.dropped,
        }
    }
}

impl Counted {
    /// Returns what `nlhello stats` shows.
    fn by_the_kernel() -> Self {
        let stats = stats();
        let counter = |name: &str| stats[name].as_u64().unwrap();

        Self {
            hellos: counter("hellos"),
            classic: counter("classic"),
            refused: counter("refused"),
            dropped: counter("dropped"),
        }
    }
}

/// Lets a client on each processor say hello while `is_on` says so of its round, and meanwhile
/// others dump, listen, set greetings and replace the peers of a table that is full.
///
/// Every answer is checked, and at the end the kernel has counted just what was sent.
pub fn say_hello_together(is_on: impl Fn(u32) -> bool + Sync) {
    let module = Module::load();
    let peers = array::from_fn(|_| many_peers(NLHELLO_PEERS_MAX as usize / TRADERS));
    let before = Counted {
        hellos: NLHELLO_PEERS_MAX.into(),
        ..Counted::default()
    };
    let is_over = AtomicBool::new(false);

    let sent = thread::scope(|scope| {
        scope.spawn(|| dump_until(&is_over));
        scope.spawn(|| set_greetings_until(&is_over));
        scope.spawn(|| listen_until(&is_over));
        let traders: [_; TRADERS] =
            peers.map(|peers| scope.spawn(|| trade_until(&is_over, peers.into())));
        let _over = AtEnd(&is_over);
        let clients = on_each_cpu(|cpu| client(cpu, &is_on));
        is_over.store(true, Relaxed);
        let traders = traders.into_iter().map(|trader| trader.join().unwrap());
        clients.into_iter().chain(traders).fold(before, Add::add)
    });

    assert_eq!(Counted::by_the_kernel(), sent);
    let stats = stats();
    assert!(stats["evicted"].as_u64() > Some(0), "{stats}");
    assert_eq!(stats["peers"], 0);
    module.unload();
}

/// Does `work` on all processors at once, and returns what came of it.
fn on_each_cpu<T: Send>(work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let work = &work;

    thread::scope(|scope| {
        let workers: [_; CPUS] = array::from_fn(|cpu| {
            scope.spawn(move || {
                pin(cpu);
                work(cpu)
            })
        });
        workers.map(|worker| worker.join().unwrap()).into()
    })
}

/// Keeps this thread on the processor `cpu`.
fn pin(cpu: usize) {
    let thread = fs::read_link("/proc/thread-self").unwrap();
    let tid = thread.file_name().unwrap();
    let output = run(Command::new("taskset")
        .args(["--cpu-list", "--pid", &cpu.to_string()])
        .arg(tid));
    assert!(output.status.success(), "{output:?}");
}

/// Says hello, and now and then something else.
fn client(cpu: usize, is_on: impl Fn(u32) -> bool) -> Counted {
    let peer = Peer::open();
    let rounds = (0..).take_while(|round| is_on(*round));

    rounds.fold(Counted::default(), |sent, round| {
        let data = data(cpu, round);
        let answers = peer.exchange(&hello(round, &[(HELLO_A_DATA, &data)]));
        assert_eq!(answers.len(), 1, "{answers:?}");
        assert_hello(&peer, &answers[0], round, &data);
        sent + HELLO + something_else(&peer, round)
    })
}

const HELLO: Counted = Counted {
    hellos: 1,
    classic: 0,
    refused: 0,
    dropped: 0,
};

/// Data that nobody else sends in this round.
fn data(cpu: usize, round: u32) -> Vec<u8> {
    let len = match round % 64 {
        0 => 20_000,
        _ => round as usize * 37 % 1500,
    };
    (0..len).map(|i| (i * CPUS + cpu) as u8).collect()
}

fn assert_hello(peer: &Peer, answer: &Answer, seq: u32, data: &[u8]) {
    assert_eq!(answer.header.nlmsg_type, HELLO_CMD_HELLO);
    assert_eq!(answer.header.nlmsg_seq, seq);
    assert_eq!(answer.header.nlmsg_pid, peer.portid());
    let found: Vec<_> = Attrs::new(&answer.payload).map(Result::unwrap).collect();
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].kind(), HELLO_A_GREETING);
    assert_whole_greeting(found[0].value());
    assert_eq!((found[1].kind(), found[1].value()), (HELLO_A_DATA, data));
}

/// Sends what is no hello, and returns how that counts.
fn something_else(peer: &Peer, round: u32) -> Counted {
    let none = Counted::default();
    match round % 8 {
        1 => {
            assert!(peer.exchange(&classic(round))[0].is_classic_greeting());
            Counted { classic: 1, ..none }
        }
        3 => {
            let answers = peer.exchange(&message(header(99, NLM_F_REQUEST, round), b""));
            assert_eq!(answers[0].ack().0, libc::EOPNOTSUPP);
            Counted { refused: 1, ..none }
        }
        5 => {
            assert_eq!(peer.exchange(b"broken"), []);
            Counted { dropped: 1, ..none }
        }
        _ => none,
    }
}

/// Greetings that tell whether they are whole: one letter, as often as the letter says.
fn greeting(round: u32) -> Vec<u8> {
    let letter = b'a' + (round % 26) as u8;
    [vec![letter; greeting_len(letter)], vec![0]].concat()
}

fn greeting_len(letter: u8) -> usize {
    usize::from(letter - b'a') * 9 + 1
}

fn assert_whole_greeting(greeting: &[u8]) {
    if greeting != GREETING {
        let letter = greeting[0];
        let expected = [vec![letter; greeting_len(letter)], vec![0]].concat();
        assert_eq!(greeting, expected);
    }
}

fn set_greetings_until(is_over: &AtomicBool) {
    let peer = Peer::open();
    for round in until(is_over) {
        assert_eq!(peer.exchange(&set_greeting(round, &greeting(round))), []);
    }
}

fn dump_until(is_over: &AtomicBool) {
    let peer = Peer::open();
    for round in until(is_over) {
        let headers = peer.dump(&peer_dump(round), 8192);
        assert!(headers.iter().all(|header| header.nlmsg_seq == round));
    }
}

/// Listens, and joins again and again.
fn listen_until(is_over: &AtomicBool) {
    let mut received = 0;
    for _ in until(is_over) {
        let peer = Peer::open();
        peer.listen();
        received += peer.drain().0.len();
        thread::yield_now();
        received += peer.drain().0.len();
    }
    assert!(received > 0);
}

/// Replaces the peer that came first by a new one. Returns what that counts.
fn trade_until(is_over: &AtomicBool, mut peers: VecDeque<Peer>) -> Counted {
    until(is_over)
        .map(|_| {
            let peer = Peer::open();
            peer.assert_served();
            peers.push_back(peer);
            peers.pop_front();
            HELLO
        })
        .fold(Counted::default(), Add::add)
}

/// Counts from 0 until it is over.
fn until(is_over: &AtomicBool) -> impl Iterator<Item = u32> + '_ {
    (0..).take_while(|_| !is_over.load(Relaxed))
}
