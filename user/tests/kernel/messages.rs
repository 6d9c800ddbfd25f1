// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Datagrams and headers, right and wrong.

use crate::lab::*;
use nlhello::netlink::ExtAck;
use nlhello::wire::{NLMSG_HDRLEN, NLM_F_ACK, NLM_F_DUMP, NLM_F_ECHO, NLM_F_REQUEST};

#[test]
fn a_datagram_that_is_shorter_than_a_header_is_dropped() {
    let _module = Module::load();
    let peer = Peer::open();

    for len in 1..NLMSG_HDRLEN {
        for byte in [0x00, 0x10, 0xff] {
            assert_eq!(peer.exchange(&vec![byte; len]), [], "{len} bytes");
        }
    }
    peer.assert_served();
}

#[test]
fn a_message_whose_length_is_wrong_is_dropped_with_all_behind_it() {
    let _module = Module::load();
    let peer = Peer::open();

    for nlmsg_type in [0, HELLO_CMD_HELLO] {
        for flags in [0, NLM_F_REQUEST | NLM_F_ACK] {
            for nlmsg_len in [0, 1, 15, 25, 4096, 0x7fff_ffff, 0xffff_ffff] {
                let header = header(nlmsg_type, flags, 1);
                let mut datagram = message_with_len(nlmsg_len, header, &[0; 8]);
                if nlmsg_len < 16 {
                    datagram.extend(hello(2, &[]));
                }
                assert_eq!(peer.exchange(&datagram), [], "nlmsg_len {nlmsg_len:#x}");
            }
        }
    }
    peer.assert_served();
}

#[test]
fn what_comes_before_a_broken_header_is_served() {
    let _module = Module::load();
    let peer = Peer::open();
    let mut datagram = [hello(1, &[]), classic(2)].concat();
    datagram.extend(message_with_len(15, header(0, 0, 3), b"Hello\0"));
    datagram.extend(hello(4, &[]));

    let seqs: Vec<_> = seqs(&peer.exchange(&datagram));
    assert_eq!(seqs, [1, 2]);
    peer.assert_served();
}

#[test]
fn garbage_behind_a_message_is_dropped() {
    let _module = Module::load();
    let peer = Peer::open();

    for len in 1..64 {
        for byte in [0x00, 0x0f, 0xff] {
            let datagram = [hello(7, &[]), vec![byte; len]].concat();
            assert_eq!(seqs(&peer.exchange(&datagram)), [7], "{len} of {byte:#x}");
        }
    }
}

#[test]
fn all_messages_of_a_datagram_are_served_in_order() {
    let _module = Module::load();
    let peer = Peer::open();

    for count in 1..=50 {
        let datagram: Vec<u8> = (0..count)
            .flat_map(|seq| match seq % 2 {
                0 => hello(seq, &[]),
                _ => classic(seq),
            })
            .collect();
        let expected: Vec<_> = (0..count).collect();
        assert_eq!(seqs(&peer.exchange(&datagram)), expected);
    }
}

#[test]
fn the_padding_of_the_last_message_may_be_missing() {
    let _module = Module::load();
    let peer = Peer::open();
    let mut datagram = message(header(0, 0, 5), b"Hello");
    datagram.truncate(NLMSG_HDRLEN + 5);

    assert_eq!(seqs(&peer.exchange(&datagram)), [5]);
}

#[test]
fn an_unknown_command_is_refused_by_name() {
    let _module = Module::load();
    let peer = Peer::open();

    for nlmsg_type in (HELLO_CMD_HELLO_NTF..200).chain([0x100, 0x7fff, 0x8010, 0xffff]) {
        let answers = peer.exchange(&message(header(nlmsg_type, NLM_F_REQUEST, 3), b""));
        assert_eq!(answers.len(), 1, "type {nlmsg_type}");
        let (errno, ext_ack) = answers[0].ack();
        assert_eq!(errno, libc::EOPNOTSUPP);
        assert_eq!(ext_ack.message, Some(b"unknown command".as_slice()));
    }
    peer.assert_served();
}

#[test]
fn a_command_that_is_no_request_is_ignored_unless_it_asks_for_an_ack() {
    let _module = Module::load();
    let peer = Peer::open();

    for nlmsg_type in [HELLO_CMD_HELLO, 17, 0xffff] {
        assert_eq!(peer.exchange(&message(header(nlmsg_type, 0, 1), b"x")), []);

        let answers = peer.exchange(&message(header(nlmsg_type, NLM_F_ACK, 1), b"x"));
        assert_eq!(answers.len(), 1);
        assert_eq!(answers[0].ack().0, 0);
    }
}

#[test]
fn every_flag_gets_its_answer_or_its_refusal() {
    let _module = Module::load();
    let peer = Peer::open();

    for flag in (0..16).map(|bit| 1 << bit) {
        let request = message(header(HELLO_CMD_HELLO, NLM_F_REQUEST | flag, 1), b"");
        let answers = peer.exchange(&request);
        match flag {
            NLM_F_REQUEST => assert_eq!(types(&answers), [HELLO_CMD_HELLO]),
            NLM_F_ECHO => assert_eq!(types(&answers), [HELLO_CMD_HELLO, HELLO_CMD_HELLO_NTF]),
            NLM_F_ACK => assert_eq!(types(&answers), [HELLO_CMD_HELLO, NLMSG_ERROR]),
            _ => assert_refused(&answers, libc::EINVAL, "unknown flag in nlmsg_flags"),
        }
    }
    peer.assert_served();
}

#[test]
fn hello_has_no_dump() {
    let _module = Module::load();
    let peer = Peer::open();
    let flags = NLM_F_REQUEST | NLM_F_DUMP;
    let answers = peer.exchange(&message(header(HELLO_CMD_HELLO, flags, 1), b""));

    assert_refused(&answers, libc::EOPNOTSUPP, "command has no dump");
}

#[test]
fn the_ack_comes_after_the_answer_and_repeats_the_sequence_number() {
    let _module = Module::load();
    let peer = Peer::open();
    let flags = NLM_F_REQUEST | NLM_F_ACK;
    let answers = peer.exchange(&message(header(HELLO_CMD_HELLO, flags, 42), b""));

    assert_eq!(types(&answers), [HELLO_CMD_HELLO, NLMSG_ERROR]);
    assert_eq!(seqs(&answers), [42, 42]);
    assert_eq!(answers[1].ack(), (0, ExtAck::default()));
}

#[test]
fn bytes_between_messages_are_a_broken_header() {
    let _module = Module::load();
    let peer = Peer::open();
    // 17 bytes and their padding are a message; what is left of the 8 is too short for one.
    let datagram = message_with_len(17, header(0, 0, 1), b"12345678");

    assert_eq!(seqs(&peer.exchange(&datagram)), [1]);
    peer.assert_served();
}

fn seqs(answers: &[Answer]) -> Vec<u32> {
    answers.iter().map(|a| a.header.nlmsg_seq).collect()
}

fn types(answers: &[Answer]) -> Vec<u16> {
    answers.iter().map(|a| a.header.nlmsg_type).collect()
}

fn assert_refused(answers: &[Answer], errno: i32, words: &str) {
    assert_eq!(answers.len(), 1, "{answers:?}");
    let (found, ext_ack) = answers[0].ack();
    assert_eq!(found, errno);
    assert_eq!(ext_ack.message, Some(words.as_bytes()));
}
