// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Requests that are too many, or for what is not the sender's.

use crate::lab::*;
use crate::lifetime::start;
use nlhello::netlink::Socket;
use nlhello::uapi::NETLINK_USER;
use nlhello::wire::{Messages, NLMSG_DONE, NLM_F_ACK, NLM_F_REQUEST};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus};

#[test]
fn a_full_receive_buffer_blocks_nobody_and_is_reported_once() {
    const SENT: u32 = 2000;
    let _module = Module::load();
    let peer = Peer::open();

    for seq in 0..SENT {
        peer.send(&hello(seq, &[]));
    }
    let (answers, overruns) = peer.drain();

    assert_eq!(overruns, 1);
    assert!(!answers.is_empty() && answers.len() < SENT as usize);
    // Answers that were kept are the oldest, without a gap.
    let seqs: Vec<_> = answers.iter().map(|a| a.header.nlmsg_seq).collect();
    let expected: Vec<_> = (0..answers.len() as u32).collect();
    assert_eq!(seqs, expected);
    peer.assert_served();
}

#[test]
fn a_dump_that_finds_no_room_is_refused_and_comes_all_the_same() {
    let _module = Module::load();
    let socket = Socket::open(NETLINK_USER as i32).unwrap();
    socket.set_recv_buffer(1).unwrap();
    let peer = Peer::from(socket);
    peer.send(&hello(1, &[]));
    peer.send(&peer_dump(2));

    let mut buf = vec![0; 1 << 16];
    let mut seen = vec![];
    loop {
        match peer.recv_into(&mut buf) {
            Ok(Some(datagram)) => seen.extend(
                Messages::new(datagram.bytes).map(|message| Answer::from(&message.unwrap())),
            ),
            Ok(None) => break,
            // The core goes on after each message that is read, if there is room by then.
            Err(error) => assert_eq!(error.raw_os_error(), Some(libc::ENOBUFS)),
        }
    }
    let types: Vec<_> = seen.iter().map(|answer| answer.header.nlmsg_type).collect();
    let expected = [HELLO_CMD_HELLO, NLMSG_ERROR, HELLO_CMD_GET_PEER, NLMSG_DONE];
    assert_eq!(types, expected);
    assert_eq!(seen[1].ack().0, libc::ENOBUFS);
    assert_eq!(stats()["refused"], 1);
}

#[test]
fn hundreds_of_messages_in_a_datagram_are_all_served() {
    const COUNT: u32 = 200;
    let _module = Module::load();
    let peer = Peer::open();
    let datagram: Vec<u8> = (0..COUNT).flat_map(|seq| hello(seq, &[])).collect();

    assert_eq!(peer.exchange(&datagram).len(), COUNT as usize);
}

#[test]
fn a_refusal_does_not_keep_what_comes_after_it() {
    let _module = Module::load();
    let peer = Peer::open();
    let datagram = [
        hello(1, &[]),
        message(header(0xffff, NLM_F_REQUEST, 2), b""),
        message(header(1, NLM_F_ACK, 3), b""),
        hello(4, &[(HELLO_A_TEXT, b"no NUL")]),
        classic(5),
        hello(6, &[]),
    ]
    .concat();

    let answers = peer.exchange(&datagram);
    let seqs: Vec<_> = answers.iter().map(|a| a.header.nlmsg_seq).collect();
    assert_eq!(seqs, [1, 2, 3, 4, 5, 6]);
}

#[test]
fn nothing_that_a_user_sends_reaches_the_log() {
    let module = Module::load();
    let peer = Peer::open();
    let before = dmesg();

    for datagram in [
        classic(1),
        hello(
            2,
            &[(HELLO_A_TEXT, b"\x1b[2J\n\xff\0"), (HELLO_A_DATA, b"x")],
        ),
        hello(3, &[(HELLO_A_TEXT, b"no NUL")]),
        message(header(0xffff, NLM_F_REQUEST, 4), b"unknown"),
        message_with_len(7, header(0, 0, 5), b"broken"),
        b"short".to_vec(),
        message(header(0, 0, 6), &vec![b'x'; 100_000]),
    ] {
        peer.exchange(&datagram);
    }
    peer.assert_served();

    assert_eq!(dmesg(), before);
    drop(peer);
    module.unload();
}

#[test]
fn nobody_may_write_to_others_or_listen() {
    let _module = Module::load();
    let other = Peer::open();
    let program = "/tmp/trespasser";
    fs::copy(test_program("trespasser"), program).unwrap();
    let output = run(Command::new(program)
        .arg(other.portid().to_string())
        .uid(NOBODY)
        .gid(NOBODY));

    assert_eq!(
        stdout(&output),
        "send to another port: Operation not permitted\n\
         send to a group: Operation not permitted\n\
         join a group: Operation not permitted\n",
        "{output:?}"
    );
    other.assert_silent();
}

#[test]
fn a_flood_of_greetings_from_a_user_s_own_namespaces_ends_in_time() {
    let module = Module::load();
    let mut unshare = Command::new("unshare");
    unshare.args(["--user", "--map-root-user", "--net"]);
    let mut flood = Flood::start(unshare.arg(Flood::program()), "1", &set_greeting(1, b"x\0"));
    assert!(flood.len > 10_000, "{} messages", flood.len);

    assert!(flood.end().success());
    Peer::open().assert_served();
    module.unload();
}

#[test]
fn a_sender_that_is_killed_takes_the_rest_of_its_datagram_with_it() {
    let unknown = message(header(0xffff, NLM_F_REQUEST, 1), b"");
    let is_cut = || {
        let _module = Module::load();
        let mut flood = Flood::start(&mut Command::new(Flood::program()), "forever", &unknown);
        wait_until("the flood begins", || refused() > 0);
        flood.child.kill().unwrap();
        flood.end();
        refused() % flood.len != 0
    };

    // Only between two datagrams is there no rest.
    assert!((0..10).any(|_| is_cut()));
}

/// Returns how many requests were refused.
fn refused() -> u64 {
    stats()["refused"].as_u64().unwrap()
}

/// A user without privileges who sends datagrams full of a message.
struct Flood {
    child: Child,
    // How many messages a datagram has.
    len: u64,
}

impl Flood {
    /// Returns the program, where anybody may run it.
    fn program() -> &'static Path {
        let program = Path::new("/tmp/flood");
        if !program.exists() {
            fs::copy(test_program("flood"), program).unwrap();
        }
        program
    }

    /// Starts `command`, which runs the program, and lets it send `times` datagrams.
    fn start(command: &mut Command, times: &str, message: &[u8]) -> Self {
        let mut child = start(command.arg(times).uid(NOBODY).gid(NOBODY));
        child.stdin.take().unwrap().write_all(message).unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let len = line.trim().parse().unwrap();
        Self { child, len }
    }

    /// Returns how it ended, which has to come.
    fn end(&mut self) -> ExitStatus {
        wait_for("the flood ends", || self.child.try_wait().unwrap())
    }
}
