// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Classic hello: the exchange of the textbooks.

use crate::lab::*;
use nlhello::wire::{Nlmsghdr, NLMSG_DONE, NLMSG_MIN_TYPE, NLM_F_ACK, NLM_F_REQUEST};
use std::process::Command;

#[test]
fn the_textbook_client_in_c_prints_the_greeting() {
    let _module = Module::load();
    let output = run(&mut Command::new(test_program("classic")));

    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(said, "Received message payload: Hello from kernel\n");
}

#[test]
fn the_answer_is_right_to_the_byte() {
    let _module = Module::load();
    let peer = Peer::open();
    let answers = peer.exchange(&classic(77));

    let header = Nlmsghdr {
        nlmsg_len: 34,
        nlmsg_type: NLMSG_DONE,
        nlmsg_flags: 0,
        nlmsg_seq: 77,
        nlmsg_pid: peer.portid(),
    };
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[0].header, header);
    assert_eq!(answers[0].payload, GREETING);
}

#[test]
fn the_answer_goes_to_the_sender_whatever_nlmsg_pid_says() {
    let _module = Module::load();
    let (peer, other) = (Peer::open(), Peer::open());

    // 0 made the C module answer itself until its stack was gone.
    for nlmsg_pid in [0, other.portid(), 1, u32::MAX] {
        let header = Nlmsghdr {
            nlmsg_pid,
            ..header(0, 0, 1)
        };
        let answers = peer.exchange(&message(header, b"Hello\0"));

        assert_eq!(answers.len(), 1, "nlmsg_pid {nlmsg_pid}");
        assert!(answers[0].is_classic_greeting());
        other.assert_silent();
    }
    peer.assert_served();
}

#[test]
fn type_0_gets_it_and_no_other_type() {
    let _module = Module::load();
    let peer = Peer::open();

    for nlmsg_type in 1..64 {
        let answers = peer.exchange(&message(header(nlmsg_type, 0, 1), b"Hello\0"));
        assert_eq!(answers, [], "type {nlmsg_type}");
    }
    let answers = peer.exchange(&message(header(0, 0, 1), b"Hello\0"));
    assert_eq!(answers.len(), 1);
    assert!(answers[0].is_classic_greeting());
}

#[test]
fn other_flags_than_request_and_ack_say_nothing() {
    let _module = Module::load();
    let peer = Peer::open();
    let is_other = |flag: &u16| flag & (NLM_F_REQUEST | NLM_F_ACK) == 0;

    for flag in (0..16).map(|bit| 1 << bit).filter(is_other) {
        let answers = peer.exchange(&message(header(0, flag, 1), b"Hello\0"));
        assert!(answers.iter().any(Answer::is_classic_greeting), "{flag:#x}");
    }
}

#[test]
fn a_control_message_without_payload_gets_nothing() {
    let _module = Module::load();
    let peer = Peer::open();

    for nlmsg_type in 0..NLMSG_MIN_TYPE {
        assert_eq!(peer.exchange(&message(header(nlmsg_type, 0, 1), b"")), []);
    }
    peer.assert_served();
}

#[test]
fn a_control_message_that_asks_for_an_ack_gets_just_that() {
    let _module = Module::load();
    let peer = Peer::open();

    for nlmsg_type in 0..NLMSG_MIN_TYPE {
        for flags in [NLM_F_ACK, NLM_F_ACK | NLM_F_REQUEST] {
            let answers = peer.exchange(&message(header(nlmsg_type, flags, 9), b"Hello\0"));
            assert_eq!(answers.len(), 1, "type {nlmsg_type}, flags {flags:#x}");
            assert_eq!(answers[0].header.nlmsg_seq, 9);
            assert_eq!(answers[0].ack().0, 0);
        }
        let request = message(header(nlmsg_type, NLM_F_REQUEST, 9), b"Hello\0");
        assert_eq!(peer.exchange(&request), []);
    }
}

#[test]
fn payloads_are_taken_up_to_what_the_socket_takes() {
    let _module = Module::load();
    let peer = Peer::open();
    let mut size = 1;

    loop {
        let request = message(header(0, 0, 1), &vec![b'x'; size]);
        if let Err(error) = peer.try_send(&request) {
            assert_eq!(error.raw_os_error(), Some(libc::EMSGSIZE));
            break;
        }
        assert!(peer.recv().is_classic_greeting(), "{size} bytes");
        size *= 2;
    }
    // The default send buffer takes far more than a page, even as vmalloc'ed memory.
    assert!(size > 100_000, "stopped at {size}");
    peer.assert_served();
}
