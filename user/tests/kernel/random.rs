// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Datagrams that nobody would write: what is valid, changed at random, and noise.
//!
//! The seed is printed, and `SEED=N make test` repeats a run.

use crate::lab::*;
use nlhello::netlink::Ack;
use nlhello::wire::{Message, Messages, NLMSG_DONE, NLM_F_ACK, NLM_F_MULTI, NLM_F_REQUEST};
use std::env;
use std::fs::File;
use std::io::Read;

/// Datagrams of a run, and how many of them share a socket.
const DATAGRAMS: u32 = 3000;
const BATCH: u32 = 100;

#[test]
fn whatever_is_sent_is_served_or_refused_or_dropped_and_counted_as_that() {
    let _module = Module::load();
    let mut random = Random::new();
    let before = dmesg().lines().count();
    let mut seen = Counts::default();

    for _ in 0..DATAGRAMS / BATCH {
        let peer = Peer::open();
        for _ in 0..BATCH {
            let datagram = random.datagram();
            peer.send(&datagram);
            seen.dropped += broken_headers(&datagram);
            receive(&peer, &mut seen);
        }
        Peer::open().assert_served();
        seen.hellos += 1;
    }

    let stats = stats();
    println!("{seen:?}, the kernel: {stats}");
    assert_eq!(stats["hellos"], seen.hellos);
    assert_eq!(stats["classic"], seen.classic);
    assert_eq!(stats["refused"], seen.refused);
    assert_eq!(stats["dropped"], seen.dropped);
    assert!([seen.hellos, seen.classic, seen.refused, seen.dropped]
        .iter()
        .all(|n| *n > 100));
    let log = dmesg();
    assert_eq!(log.lines().skip(before).collect::<Vec<_>>(), [""; 0]);
}

/// Answers, by the counter of the kernel for each.
#[derive(Debug, Default)]
struct Counts {
    hellos: u64,
    classic: u64,
    refused: u64,
    dropped: u64,
}

/// Counts the headers in `datagram` that end it: by the client's own reading, and its kernel's.
fn broken_headers(datagram: &[u8]) -> u64 {
    Messages::new(datagram).filter(Result::is_err).count() as u64
}

/// Receives all there is.
fn receive(peer: &Peer, seen: &mut Counts) {
    let mut buf = [0; 16 * 1024];
    while let Some(datagram) = peer.recv_into(&mut buf).unwrap() {
        assert_eq!(datagram.portid, 0);
        assert!(!datagram.truncated);
        for message in Messages::new(datagram.bytes) {
            count(peer, message.unwrap(), seen);
        }
    }
}

/// Counts an answer, which has to be one of those that there are.
fn count(peer: &Peer, message: Message<'_>, seen: &mut Counts) {
    let header = message.header();
    assert_eq!(header.nlmsg_pid, peer.portid(), "{header:?}");
    let is_multi = header.nlmsg_flags & NLM_F_MULTI != 0;

    match header.nlmsg_type {
        HELLO_CMD_HELLO => seen.hellos += 1,
        NLMSG_DONE if !is_multi => seen.classic += 1,
        NLMSG_DONE | HELLO_CMD_GET_PEER | HELLO_CMD_GET_STATS | HELLO_CMD_HELLO_NTF => {}
        NLMSG_ERROR => seen.refused += u64::from(Ack::from_message(&message).unwrap().errno != 0),
        other => panic!("an answer of type {other}"),
    }
}

/// Random numbers: splitmix64, which is no secret and the same everywhere.
pub struct Random {
    state: u64,
}

impl Random {
    /// Starts from `$SEED`, or from anywhere.
    pub fn new() -> Self {
        Self::from_seed_or(any_seed)
    }

    /// Starts from `$SEED`, or from what `other` says.
    pub fn from_seed_or(other: impl FnOnce() -> u64) -> Self {
        let seed = env::var("SEED").unwrap_or_default();
        let state = match seed.as_str() {
            "" => other(),
            seed => seed.parse().unwrap(),
        };
        println!("SEED={state}");
        Self { state }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.next() as u8).collect()
    }

    /// A datagram: noise, or some messages that were valid before they were changed.
    fn datagram(&mut self) -> Vec<u8> {
        if self.below(8) == 0 {
            let len = 1 + self.below(200);
            return self.bytes(len);
        }
        let messages = 1 + self.below(3);
        let mut datagram: Vec<u8> = (0..messages).flat_map(|_| self.valid()).collect();
        for _ in 0..self.below(4) {
            self.change(&mut datagram);
        }
        datagram
    }

    /// A message of any kind that the module serves.
    fn valid(&mut self) -> Vec<u8> {
        let seq = self.next() as u32;
        let request = NLM_F_REQUEST | self.one_of(&[0, NLM_F_ACK]);
        let portid = self.next() as u32;

        match self.below(8) {
            0 => classic(seq),
            1 => hello(seq, &[(HELLO_A_TEXT, b"Hello\0")]),
            2 => {
                let len = self.below(300);
                hello(
                    seq,
                    &[(HELLO_A_DATA, &self.bytes(len)), (HELLO_A_TEXT, b"Hello\0")],
                )
            }
            3 => message(
                header(HELLO_CMD_GET_PEER, request, seq),
                &attrs(&[(HELLO_A_PORTID, &portid.to_ne_bytes())]),
            ),
            4 => peer_dump(seq),
            5 => message(header(HELLO_CMD_GET_STATS, request, seq), b""),
            6 => set_greeting(seq, b"Good morning\0"),
            _ => message(header(HELLO_CMD_HELLO, request, seq), b""),
        }
    }

    /// Changes something in `bytes`.
    fn change(&mut self, bytes: &mut Vec<u8>) {
        const EDGES: &[u16] = &[
            0, 1, 2, 3, 4, 5, 15, 16, 17, 255, 1024, 0x7fff, 0x8000, 0xffff,
        ];
        let at = self.below(bytes.len());

        match self.below(6) {
            // Something is left: that nothing can be sent is the core's to say.
            0 => bytes.truncate(at.max(1)),
            1 => {
                let more = self.below(40);
                bytes.extend(self.bytes(more));
            }
            2 => bytes.extend_from_within(at..),
            3 => bytes
                .iter_mut()
                .skip(at)
                .take(1)
                .for_each(|byte| *byte ^= 1 << self.below(8)),
            // A field of a header: they are at multiples of 2.
            _ => {
                let edge = self.one_of(EDGES).to_ne_bytes();
                let field = bytes.iter_mut().skip(at & !1).take(2);
                field.zip(edge).for_each(|(byte, new)| *byte = new);
            }
        }
    }
}

fn any_seed() -> u64 {
    let mut seed = [0; 8];
    File::open("/dev/urandom")
        .unwrap()
        .read_exact(&mut seed)
        .unwrap();
    u64::from_ne_bytes(seed)
}
