// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The attributes of the commands, right and wrong.

use crate::lab::*;
use crate::policy::{range, BINARY, MAX_LENGTH, NUL_STRING, TYPE, U32};
use nlhello::uapi::{NLHELLO_DATA_MAX, NLHELLO_GREETING_MAX, NLHELLO_TEXT_MAX};
use nlhello::wire::{nla_total_size, Attrs, NLMSG_HDRLEN, NLM_F_DUMP, NLM_F_REQUEST};

#[test]
fn a_hello_without_attributes_gets_the_greeting() {
    let _module = Module::load();
    let peer = Peer::open();
    let answer = only_answer(&peer, &hello(1, &[]));

    assert_eq!(answer.header.nlmsg_type, HELLO_CMD_HELLO);
    assert_eq!(answer.header.nlmsg_flags, 0);
    assert_eq!(answer.payload, attrs(&[(HELLO_A_GREETING, GREETING)]));
}

#[test]
fn data_comes_back_as_it_went() {
    let _module = Module::load();
    let peer = Peer::open();
    let all: Vec<u8> = (0..=255).cycle().take(NLHELLO_DATA_MAX as usize).collect();

    for len in [0, 1, 2, 3, 4, 1000, 4096, all.len()] {
        let data = &all[..len];
        let answer = only_answer(
            &peer,
            &hello(1, &[(HELLO_A_TEXT, b"Hello\0"), (HELLO_A_DATA, data)]),
        );
        let expected = attrs(&[(HELLO_A_GREETING, GREETING), (HELLO_A_DATA, data)]);
        assert_eq!(answer.payload, expected, "{len} bytes");
    }
}

#[test]
fn the_order_of_attributes_says_nothing() {
    let _module = Module::load();
    let peer = Peer::open();
    let answer = only_answer(
        &peer,
        &hello(1, &[(HELLO_A_DATA, b"data"), (HELLO_A_TEXT, b"Hello\0")]),
    );
    let data = Attrs::new(&answer.payload)
        .flatten()
        .find(|attr| attr.kind() == HELLO_A_DATA)
        .map(|attr| attr.value().to_vec());

    assert_eq!(data, Some(b"data".to_vec()));
}

#[test]
fn text_is_any_bytes_up_to_its_limit() {
    let _module = Module::load();
    let peer = Peer::open();
    let answer = only_answer(&peer, &hello(1, &[(HELLO_A_TEXT, b"\xff\x1b\0")]));
    assert_eq!(answer.header.nlmsg_type, HELLO_CMD_HELLO);

    let longest = text(NLHELLO_TEXT_MAX as usize);
    let answer = only_answer(&peer, &hello(1, &[(HELLO_A_TEXT, &longest)]));
    assert_eq!(answer.header.nlmsg_type, HELLO_CMD_HELLO);

    let longer = text(NLHELLO_TEXT_MAX as usize + 1);
    assert_refused(
        &peer,
        &attrs(&[(HELLO_A_DATA, b"data"), (HELLO_A_TEXT, &longer)]),
        libc::ERANGE,
        "too long (limit 1024)",
        nla_total_size(4),
    );
}

#[test]
fn data_is_taken_up_to_its_limit() {
    let _module = Module::load();
    let peer = Peer::open();
    let longer = vec![0; NLHELLO_DATA_MAX as usize + 1];

    assert_refused(
        &peer,
        &attrs(&[(HELLO_A_DATA, &longer)]),
        libc::ERANGE,
        "too long (limit 65000)",
        0,
    );
}

#[test]
fn a_text_that_does_not_end_in_its_only_nul_is_refused() {
    let _module = Module::load();
    let peer = Peer::open();
    for value in [b"".as_slice(), b"Hello", b"Hel\0lo\0", b"Hello\0\0"] {
        assert_refused(
            &peer,
            &attrs(&[(HELLO_A_TEXT, value)]),
            libc::EINVAL,
            "string does not end in its only NUL",
            0,
        );
    }
}

#[test]
fn an_attribute_that_the_command_does_not_know_is_refused() {
    let _module = Module::load();
    let peer = Peer::open();
    for nla_type in [0, HELLO_A_GREETING, 99, 255, 0x3fff] {
        assert_refused(
            &peer,
            &attrs(&[(HELLO_A_TEXT, b"Hello\0"), (nla_type, b"")]),
            libc::EINVAL,
            "unknown attribute",
            nla_total_size(6),
        );
    }
}

#[test]
fn a_flag_in_the_type_of_an_attribute_is_refused() {
    let _module = Module::load();
    let peer = Peer::open();
    for flag in [0x8000, 0x4000, 0xc000] {
        assert_refused(
            &peer,
            &attrs(&[(HELLO_A_TEXT | flag, b"Hello\0")]),
            libc::EINVAL,
            "unexpected flag in nla_type",
            0,
        );
    }
}

#[test]
fn attributes_nested_a_hundred_deep_are_refused_at_the_first() {
    const NLA_F_NESTED: u16 = 0x8000;
    let _module = Module::load();
    let peer = Peer::open();
    let nested = |nla_type: u16| {
        (0..100).fold(Vec::new(), |inner, _| {
            attrs(&[(nla_type | NLA_F_NESTED, &inner)])
        })
    };

    for (nla_type, words) in [
        (HELLO_A_DATA, "unexpected flag in nla_type"),
        (HELLO_A_TEXT, "unexpected flag in nla_type"),
        (99, "unknown attribute"),
    ] {
        assert_refused(&peer, &nested(nla_type), libc::EINVAL, words, 0);
    }
    // Without the flag they are data as any other.
    let data = nested(HELLO_A_DATA ^ NLA_F_NESTED);
    let answer = only_answer(&peer, &hello(1, &[(HELLO_A_DATA, &data)]));
    assert_eq!(answer.header.nlmsg_type, HELLO_CMD_HELLO);
}

#[test]
fn a_number_that_has_not_four_bytes_is_refused() {
    let _module = Module::load();
    let peer = Peer::open();
    for len in [0, 1, 2, 3, 5, 8, 1000] {
        let wrong = attrs(&[(HELLO_A_PORTID, &vec![1; len])]);
        let answer = only_answer(
            &peer,
            &message(header(HELLO_CMD_GET_PEER, NLM_F_REQUEST, 1), &wrong),
        );
        let words = "number does not have 4 bytes";
        assert_refusal(&answer, libc::EINVAL, words, Some(0));
    }
}

#[test]
fn a_refused_value_is_reported_with_what_it_has_to_be() {
    let _module = Module::load();
    let peer = Peer::open();
    let string = |limit| vec![(MAX_LENGTH, limit), (TYPE, NUL_STRING)];
    let bytes = vec![(MAX_LENGTH, NLHELLO_DATA_MAX.into()), (TYPE, BINARY)];
    let number = range(U32, 0, u32::MAX.into());
    let longer = |limit: u32| text(limit as usize + 1);

    for (command, nla_type, value, policy) in [
        (
            HELLO_CMD_HELLO,
            HELLO_A_TEXT,
            b"".to_vec(),
            string(NLHELLO_TEXT_MAX.into()),
        ),
        (
            HELLO_CMD_HELLO,
            HELLO_A_TEXT | 0x8000,
            b"a\0".to_vec(),
            string(NLHELLO_TEXT_MAX.into()),
        ),
        (
            HELLO_CMD_HELLO,
            HELLO_A_TEXT,
            longer(NLHELLO_TEXT_MAX),
            string(NLHELLO_TEXT_MAX.into()),
        ),
        (
            HELLO_CMD_HELLO,
            HELLO_A_DATA,
            longer(NLHELLO_DATA_MAX),
            bytes,
        ),
        (HELLO_CMD_GET_PEER, HELLO_A_PORTID, b"123".to_vec(), number),
        (
            HELLO_CMD_SET_GREETING,
            HELLO_A_GREETING,
            longer(NLHELLO_GREETING_MAX),
            string(NLHELLO_GREETING_MAX.into()),
        ),
    ] {
        let wrong = attrs(&[(nla_type, &value)]);
        let answer = only_answer(&peer, &message(header(command, NLM_F_REQUEST, 1), &wrong));
        assert_eq!(answer.policy(), policy);
    }
}

#[test]
fn what_is_refused_for_anything_else_is_reported_without_a_policy() {
    let _module = Module::load();
    let peer = Peer::open();
    for (command, attributes) in [
        (HELLO_CMD_HELLO, attrs(&[(99, b"")])),
        (
            HELLO_CMD_HELLO,
            attrs(&[(HELLO_A_DATA, b""), (HELLO_A_DATA, b"")]),
        ),
        (HELLO_CMD_HELLO, vec![0; 3]),
        (HELLO_CMD_GET_PEER, vec![]),
        // The value is as it has to be, and the handler refuses it.
        (HELLO_CMD_GET_PEER, attrs(&[(HELLO_A_PORTID, &[0; 4])])),
        (99, vec![]),
    ] {
        let request = message(header(command, NLM_F_REQUEST, 1), &attributes);
        assert_eq!(only_answer(&peer, &request).ack().1.policy, None);
    }
}

#[test]
fn a_peer_that_nobody_knows_is_refused_at_its_number() {
    let _module = Module::load();
    let peer = Peer::open();
    for portid in [0_u32, 1, u32::MAX] {
        let nobody = attrs(&[(HELLO_A_PORTID, &portid.to_ne_bytes())]);
        let answer = only_answer(
            &peer,
            &message(header(HELLO_CMD_GET_PEER, NLM_F_REQUEST, 1), &nobody),
        );
        let words = "nobody of this port id has said hello";
        assert_refusal(&answer, libc::ENOENT, words, Some(0));
    }
}

#[test]
fn a_request_that_lacks_its_attribute_is_refused_with_its_type() {
    let _module = Module::load();
    let peer = Peer::open();
    for (command, missing) in [
        (HELLO_CMD_GET_PEER, HELLO_A_PORTID),
        (HELLO_CMD_SET_GREETING, HELLO_A_GREETING),
    ] {
        let answer = only_answer(&peer, &message(header(command, NLM_F_REQUEST, 1), b""));
        let words = "required attribute is missing";
        assert_refusal(&answer, libc::EINVAL, words, None);
        assert_eq!(answer.ack().1.miss_type, Some(missing.into()));
    }
}

#[test]
fn a_command_that_takes_no_attribute_refuses_any() {
    let _module = Module::load();
    let peer = Peer::open();
    let any = attrs(&[(HELLO_A_PORTID, &[1, 0, 0, 0])]);
    for header in [
        header(HELLO_CMD_GET_STATS, NLM_F_REQUEST, 1),
        header(HELLO_CMD_GET_PEER, NLM_F_REQUEST | NLM_F_DUMP, 1),
    ] {
        let answer = only_answer(&peer, &message(header, &any));
        assert_refusal(&answer, libc::EINVAL, "unknown attribute", Some(0));
    }
}

#[test]
fn an_attribute_that_is_given_twice_is_refused() {
    let _module = Module::load();
    let peer = Peer::open();
    assert_refused(
        &peer,
        &attrs(&[
            (HELLO_A_TEXT, b"Hello\0"),
            (HELLO_A_DATA, b"data"),
            (HELLO_A_TEXT, b"Hello\0"),
        ]),
        libc::EINVAL,
        "attribute is given twice",
        0,
    );
}

#[test]
fn a_length_that_does_not_fit_is_refused() {
    let _module = Module::load();
    let peer = Peer::open();
    for nla_len in [0_u16, 1, 2, 3, 11, 4096, 0xffff] {
        let mut broken = attrs(&[(HELLO_A_TEXT, b"Hel\0")]);
        broken[..2].copy_from_slice(&nla_len.to_ne_bytes());
        let all = [attrs(&[(HELLO_A_DATA, b"data")]), broken].concat();
        let words = "nla_len does not fit the message";
        assert_refused(&peer, &all, libc::EINVAL, words, nla_total_size(4));
    }
}

#[test]
fn bytes_behind_the_last_attribute_are_refused() {
    let _module = Module::load();
    let peer = Peer::open();
    for len in 1..4 {
        let all = [attrs(&[(HELLO_A_DATA, b"data")]), vec![0; len]].concat();
        let words = "bytes after the last attribute";
        assert_refused(&peer, &all, libc::EINVAL, words, nla_total_size(4));
    }
}

#[test]
fn a_datagram_full_of_empty_attributes_is_refused() {
    let _module = Module::load();
    let peer = Peer::open();
    let all = attrs(&[(HELLO_A_DATA, b"")]).repeat(1 << 14);

    assert_refused(&peer, &all, libc::EINVAL, "attribute is given twice", 0);
}

/// `len` bytes and a NUL.
fn text(len: usize) -> Vec<u8> {
    let mut text = vec![b'x'; len];
    text.push(0);
    text
}

/// Returns the only answer to `request`; the next hello is answered as well.
fn only_answer(peer: &Peer, request: &[u8]) -> Answer {
    let mut answers = peer.exchange(request);
    peer.assert_served();

    assert_eq!(answers.len(), 1, "{answers:?}");
    answers.remove(0)
}

/// Asserts that a hello with the payload `attrs` is refused, for what is `offset` bytes into it.
fn assert_refused(peer: &Peer, attrs: &[u8], errno: i32, words: &str, offset: usize) {
    let answer = only_answer(
        peer,
        &message(header(HELLO_CMD_HELLO, NLM_F_REQUEST, 1), attrs),
    );
    assert_refusal(&answer, errno, words, Some(offset));
}

/// Asserts that `answer` refuses a request for what is `offset` bytes into its payload.
fn assert_refusal(answer: &Answer, errno: i32, words: &str, offset: Option<usize>) {
    let (found, ext_ack) = answer.ack();

    assert_eq!(found, errno);
    assert_eq!(ext_ack.message, Some(words.as_bytes()));
    let offset = offset.map(|offset| (NLMSG_HDRLEN + offset) as u32);
    assert_eq!(ext_ack.offset, offset);
}
