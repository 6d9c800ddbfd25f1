// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A registration that is dropped while users have sockets. The last of these tests leaves its
//! module loaded.

#[path = "../../../../kmod/tests/early/uapi.rs"]
mod uapi;

use crate::lab::*;
use nlhello::netlink::{Ack, Socket};
use nlhello::wire::{Messages, NLMSG_DONE, NLM_F_ACK, NLM_F_DUMP, NLM_F_REQUEST};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::thread::{self, JoinHandle};
use uapi::*;

const LOG_LINE: &str = "registration was dropped too early";

#[test]
fn a_failed_init_takes_nothing_from_a_socket_that_was_opened_meanwhile() {
    let insmod = start_insmod();
    let peer = open();
    let reader = open();
    let mut read = start_dump(&reader);
    give_order(&peer, EARLY_CMD_FAIL);

    // What was begun goes on, and nothing more begins.
    wait_until("dumps are refused", || {
        refusal_of_dump() == Some(libc::ECONNREFUSED)
    });
    read += read_to_end(&reader);
    assert_eq!(read, EARLY_ITEMS);
    assert_eq!(answer(&peer, EARLY_CMD_IS_DROPPED), 0);
    drop(peer);
    assert_eq!(state(), Some("Loading".to_owned()));
    drop(reader);
    let output = insmod.join().unwrap();
    assert!(!output.status.success(), "{output:?}");
    assert_eq!(state(), None);
}

#[test]
fn what_is_dropped_too_early_serves_on_and_stays() {
    let insmod = start_insmod();
    let peer = open();
    assert_eq!(answer(&peer, EARLY_CMD_REGISTER), libc::EBUSY as u32);
    give_order(&peer, EARLY_CMD_LIVE);
    let output = insmod.join().unwrap();
    assert!(output.status.success(), "{output:?}");
    let reader = open();
    let mut read = start_dump(&reader);

    give_order(&peer, EARLY_CMD_DROP);
    wait_until("it is dropped", || answer(&peer, EARLY_CMD_IS_DROPPED) == 1);
    read += read_to_end(&reader);
    assert_eq!(read, EARLY_ITEMS);
    let another = open();
    assert_eq!(start_dump(&another) + read_to_end(&another), EARLY_ITEMS);
    drop((peer, reader, another));

    let output = run(Command::new("rmmod").arg("early"));
    assert!(stderr(&output).contains("is in use"), "{output:?}");
    assert_eq!(state(), Some("Live".to_owned()));
    assert_eq!(answer(&open(), EARLY_CMD_IS_DROPPED), 1);
    assert_eq!(dmesg().matches(LOG_LINE).count(), 1);
}

/// Loads the module, whose init waits for an order.
fn start_insmod() -> JoinHandle<Output> {
    let file = Path::new(&variable("TEST_MODULES")).join("early.ko");
    thread::spawn(move || run(Command::new("insmod").arg(file)))
}

/// Opens a socket as soon as there is the protocol.
fn open() -> Peer {
    wait_for("the protocol", || Socket::open(NETLINK_EARLY as i32).ok()).into()
}

fn request(nlmsg_type: u16, flags: u16) -> Vec<u8> {
    message(header(nlmsg_type, NLM_F_REQUEST | flags, 1), b"")
}

fn give_order(peer: &Peer, order: u16) {
    let answers = peer.exchange(&request(order, NLM_F_ACK));
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(answers[0].ack().0, 0);
}

/// Returns the number that is the answer to `command`.
fn answer(peer: &Peer, command: u16) -> u32 {
    let answers = peer.exchange(&request(command, 0));
    assert_eq!(answers.len(), 1, "{answers:?}");
    let (header, number) = answers[0].payload.split_at(4);
    assert_eq!(header, [8, 0, EARLY_A_ANSWER as u8, 0]);
    u32::from_ne_bytes(number.try_into().unwrap())
}

/// Starts a dump, and returns how many items the first datagram has.
fn start_dump(peer: &Peer) -> u32 {
    peer.send(&request(EARLY_CMD_ITEMS, NLM_F_DUMP));
    let (items, is_end) = read(peer);
    assert!(items > 0 && !is_end);
    items
}

/// Returns the errno of a dump that is refused.
fn refusal_of_dump() -> Option<i32> {
    let (peer, mut buf) = (open(), [0; 1 << 15]);
    peer.send(&request(EARLY_CMD_ITEMS, NLM_F_DUMP));
    let datagram = peer.recv_into(&mut buf).unwrap().expect("no datagram");
    let first = Messages::new(datagram.bytes).next().unwrap().unwrap();
    (first.header().nlmsg_type == NLMSG_ERROR).then(|| Ack::from_message(&first).unwrap().errno)
}

/// Returns how many items were left of a dump.
fn read_to_end(peer: &Peer) -> u32 {
    let mut all = 0;
    loop {
        let (items, is_end) = read(peer);
        all += items;
        if is_end {
            return all;
        }
    }
}

/// Returns how many items the next datagram of a dump has, and whether it is the last.
fn read(peer: &Peer) -> (u32, bool) {
    let mut buf = [0; 1 << 15];
    let datagram = peer.recv_into(&mut buf).unwrap().expect("no datagram");
    assert!(!datagram.truncated);
    let mut items = 0;
    for message in Messages::new(datagram.bytes) {
        match message.unwrap().header().nlmsg_type {
            EARLY_CMD_ITEMS => items += 1,
            NLMSG_DONE => return (items, true),
            other => panic!("{other}"),
        }
    }
    (items, false)
}

/// Returns the state of the module: `Loading`, `Live` or `Unloading`.
fn state() -> Option<String> {
    let modules = fs::read_to_string("/proc/modules").unwrap();
    let line = modules.lines().find(|line| line.starts_with("early "))?;
    line.split(' ').nth(4).map(str::to_owned)
}
