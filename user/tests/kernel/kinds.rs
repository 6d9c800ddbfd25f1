// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Answers of the probe family to attributes of each kind, right and wrong.

use crate::lab::*;
use crate::layer::{only_answer, uapi::*};
use crate::policy::*;
use nlhello::wire::{
    nla_total_size, NLA_F_NESTED, NLA_HDRLEN, NLMSG_HDRLEN, NLM_F_ACK, NLM_F_REQUEST,
};

const NET_BYTEORDER: u16 = 1 << 14;

#[test]
fn numbers_come_back_as_they_went() {
    let (_module, peer) = Loaded::probe();
    let sent = attrs(&[
        (PROBE_KIND_U8, &[9]),
        (PROBE_KIND_U16, &500_u16.to_ne_bytes()),
        (PROBE_KIND_U32, &u32::MAX.to_ne_bytes()),
        (PROBE_KIND_U64, &5_u64.to_ne_bytes()),
        (PROBE_KIND_UINT, &(1_u64 << 40).to_ne_bytes()),
        (PROBE_KIND_S8, &(-2_i8).to_ne_bytes()),
        (PROBE_KIND_S16, &i16::MIN.to_ne_bytes()),
        (PROBE_KIND_S32, &(-100_000_i32).to_ne_bytes()),
        (PROBE_KIND_S64, &i64::MIN.to_ne_bytes()),
        (PROBE_KIND_SINT, &(-1_i32).to_ne_bytes()),
        (PROBE_KIND_BE16, &1_000_u16.to_be_bytes()),
        (PROBE_KIND_BE32, &1_u32.to_be_bytes()),
        (PROBE_KIND_BE64, &2_u64.to_be_bytes()),
    ]);

    let expected = [
        unsigned(PROBE_KIND_U8, 9),
        unsigned(PROBE_KIND_U16, 500),
        unsigned(PROBE_KIND_U32, u32::MAX.into()),
        unsigned(PROBE_KIND_U64, 5),
        unsigned(PROBE_KIND_UINT, 1 << 40),
        signed(PROBE_KIND_S8, -2),
        signed(PROBE_KIND_S16, i16::MIN.into()),
        signed(PROBE_KIND_S32, -100_000),
        signed(PROBE_KIND_S64, i64::MIN),
        signed(PROBE_KIND_SINT, -1),
        unsigned(PROBE_KIND_BE16, 1_000),
        unsigned(PROBE_KIND_BE32, 1),
        unsigned(PROBE_KIND_BE64, 2),
        unsigned(PROBE_KIND_FLAG, 0),
        unsigned(PROBE_KIND_DIGITS, 0),
    ];
    assert_eq!(answer(&peer, &sent).payload, expected.concat());
}

#[test]
fn everything_else_comes_back_as_it_went() {
    let (_module, peer) = Loaded::probe();
    let sent = [
        attrs(&[
            (PROBE_KIND_FLAG, b""),
            (PROBE_KIND_BITFIELD32, &field(5, 7)),
            (PROBE_KIND_STRING, b"12345678\0"),
            (PROBE_KIND_BINARY, b"ab"),
            (PROBE_KIND_EXACT, b"abcdef"),
            (PROBE_KIND_LEAST, b"abc\0"),
        ]),
        digits(&[3, 1, 4]),
        array(&[digit(2), digit(7)]),
    ];

    let expected = [
        unsigned(PROBE_KIND_FLAG, 1),
        unsigned(PROBE_KIND_BITFIELD32, 7 << 32 | 5),
        attrs(&[
            (PROBE_KIND_STRING, b"12345678\0"),
            (PROBE_KIND_BINARY, b"ab"),
            (PROBE_KIND_EXACT, b"abcdef"),
            (PROBE_KIND_LEAST, b"abc\0"),
        ]),
        unsigned(PROBE_KIND_DIGITS, 314),
        unsigned(PROBE_KIND_ARRAY, 27),
    ];
    assert_eq!(answer(&peer, &sent.concat()).payload, expected.concat());
}

#[test]
fn a_big_endian_number_may_be_marked_as_one_and_no_other() {
    let (_module, peer) = Loaded::probe();
    let marked = attrs(&[(PROBE_KIND_BE32 | NET_BYTEORDER, &7_u32.to_be_bytes())]);
    let expected = [
        unsigned(PROBE_KIND_BE32, 7),
        unsigned(PROBE_KIND_FLAG, 0),
        unsigned(PROBE_KIND_DIGITS, 0),
    ];
    assert_eq!(answer(&peer, &marked).payload, expected.concat());

    let words = "unexpected flag in nla_type";
    let value = 100_000_u32.to_ne_bytes();
    let reported = refusal(&peer, PROBE_KIND_U32 | NET_BYTEORDER, &value);
    assert_eq!(
        (reported.errno, reported.words.as_str()),
        (libc::EINVAL, words)
    );
    let reported = refusal(&peer, PROBE_KIND_BE32 | NLA_F_NESTED, &value);
    assert_eq!(
        (reported.errno, reported.words.as_str()),
        (libc::EINVAL, words)
    );
}

#[test]
fn a_number_out_of_its_limits_is_reported_with_them() {
    let (_module, peer) = Loaded::probe();
    for (nla_type, value, words, policy) in [
        (
            PROBE_KIND_U8,
            &[1][..],
            "too small (at least 2)",
            range(U8, 2, 9),
        ),
        (PROBE_KIND_U8, &[10], "too large (limit 9)", range(U8, 2, 9)),
        (
            PROBE_KIND_U16,
            &501_u16.to_ne_bytes(),
            "too large (limit 500)",
            range(U16, 0, 500),
        ),
        (
            PROBE_KIND_U32,
            &99_999_u32.to_ne_bytes(),
            "too small (at least 100000)",
            range(U32, 100_000, u32::MAX.into()),
        ),
        (
            PROBE_KIND_UINT,
            &u64::MAX.to_ne_bytes(),
            "too large (limit 1099511627776)",
            range(UINT, 0, 1 << 40),
        ),
        (
            PROBE_KIND_S8,
            &(-3_i8).to_ne_bytes(),
            "too small (at least -2)",
            signed_range(S8, -2, 2),
        ),
        (
            PROBE_KIND_S8,
            &[3],
            "too large (limit 2)",
            signed_range(S8, -2, 2),
        ),
        (
            PROBE_KIND_S32,
            &0_i32.to_ne_bytes(),
            "too large (limit -1)",
            signed_range(S32, -100_000, -1),
        ),
        (
            PROBE_KIND_SINT,
            &(-2_i64).to_ne_bytes(),
            "too small (at least -1)",
            signed_range(SINT, -1, i64::MAX),
        ),
        // Netlink has no words for the policy of these.
        (
            PROBE_KIND_BE16,
            &1_001_u16.to_be_bytes(),
            "too large (limit 1000)",
            vec![],
        ),
        (PROBE_KIND_BE64, &[0; 8], "too small (at least 1)", vec![]),
    ] {
        let reported = refusal(&peer, nla_type, value);
        assert_eq!(
            reported,
            AttrRefusal::new(libc::ERANGE, words, policy),
            "{nla_type}"
        );
    }
}

#[test]
fn a_number_of_another_size_is_reported_with_its_kind() {
    let (_module, peer) = Loaded::probe();
    let number = |size| format!("number does not have {size}");
    for (nla_type, words, policy) in [
        (PROBE_KIND_U8, number("1 byte"), range(U8, 2, 9)),
        (PROBE_KIND_U16, number("2 bytes"), range(U16, 0, 500)),
        (
            PROBE_KIND_U64,
            number("8 bytes"),
            vec![(MASK, 5), (TYPE, U64)],
        ),
        (
            PROBE_KIND_S16,
            number("2 bytes"),
            signed_range(S16, i16::MIN.into(), i16::MAX.into()),
        ),
        (
            PROBE_KIND_S64,
            number("8 bytes"),
            signed_range(S64, i64::MIN, i64::MAX),
        ),
        (
            PROBE_KIND_UINT,
            number("4 or 8 bytes"),
            range(UINT, 0, 1 << 40),
        ),
        (PROBE_KIND_BE32, number("4 bytes"), vec![]),
        (
            PROBE_KIND_BITFIELD32,
            "bitfield does not have 8 bytes".to_owned(),
            vec![(BITFIELD32_MASK, 7), (TYPE, BITFIELD32)],
        ),
    ] {
        for len in [0, 3, 5, 9] {
            let reported = refusal(&peer, nla_type, &vec![0; len]);
            assert_eq!(
                reported,
                AttrRefusal::new(libc::EINVAL, &words, policy.clone())
            );
        }
    }
}

#[test]
fn bits_that_nothing_knows_are_reported_with_those_that_are_known() {
    let (_module, peer) = Loaded::probe();
    let words = "unknown bit (mask 0x5)";
    let policy = vec![(MASK, 5), (TYPE, U64)];
    for bits in [2_u64, 7, 1 << 63] {
        let reported = refusal(&peer, PROBE_KIND_U64, &bits.to_ne_bytes());
        assert_eq!(
            reported,
            AttrRefusal::new(libc::EINVAL, words, policy.clone())
        );
    }

    let policy = vec![(BITFIELD32_MASK, 7), (TYPE, BITFIELD32)];
    for (bits, words) in [
        (field(8, 8), "unknown bit (mask 0x7)"),
        (field(0, 8), "unknown bit (mask 0x7)"),
        (field(3, 1), "bit is set that is not selected"),
    ] {
        let reported = refusal(&peer, PROBE_KIND_BITFIELD32, &bits);
        assert_eq!(
            reported,
            AttrRefusal::new(libc::EINVAL, words, policy.clone())
        );
    }
}

#[test]
fn a_length_out_of_its_limits_is_reported_with_them() {
    let (_module, peer) = Loaded::probe();
    let lengths = |min, max| vec![(MIN_LENGTH, min), (MAX_LENGTH, max), (TYPE, BINARY)];
    for (nla_type, len, words, policy) in [
        (
            PROBE_KIND_BINARY,
            1,
            "too short (at least 2)",
            lengths(2, 4),
        ),
        (PROBE_KIND_BINARY, 5, "too long (limit 4)", lengths(2, 4)),
        (PROBE_KIND_EXACT, 5, "too short (at least 6)", lengths(6, 6)),
        (PROBE_KIND_EXACT, 7, "too long (limit 6)", lengths(6, 6)),
        // The core has no words for a lower limit by itself, nor beside such an upper one.
        (
            PROBE_KIND_LEAST,
            2,
            "too short (at least 3)",
            vec![(TYPE, BINARY)],
        ),
        (
            PROBE_KIND_WIDE,
            1,
            "too short (at least 2)",
            vec![(MAX_LENGTH, 40_000), (TYPE, BINARY)],
        ),
        (PROBE_KIND_FLAG, 1, "too long (limit 0)", vec![(TYPE, FLAG)]),
    ] {
        let reported = refusal(&peer, nla_type, &vec![0; len]);
        assert_eq!(reported, AttrRefusal::new(libc::ERANGE, words, policy));
    }

    let reported = refusal(&peer, PROBE_KIND_STRING, b"123456789\0");
    let policy = vec![(MAX_LENGTH, 8), (TYPE, NUL_STRING)];
    assert_eq!(
        reported,
        AttrRefusal::new(libc::ERANGE, "too long (limit 8)", policy)
    );
}

#[test]
fn what_may_come_often_is_checked_each_time() {
    let (_module, peer) = Loaded::probe();
    let answer = answer(&peer, &digits(&[1, 2, 10, 3]));
    let (errno, ext_ack) = answer.ack();

    assert_eq!(errno, libc::ERANGE);
    let offset = NLMSG_HDRLEN + 2 * nla_total_size(1);
    assert_eq!(ext_ack.offset, Some(offset as u32));
    assert_eq!(answer.policy(), range(U8, 0, 9));
}

#[test]
fn an_entry_of_an_array_is_refused_where_it_is() {
    let (_module, peer) = Loaded::probe();
    let answer = |entries: &[Vec<u8>]| answer(&peer, &array(entries));
    let second = NLMSG_HDRLEN + NLA_HDRLEN + NLA_HDRLEN + nla_total_size(1);

    let large = answer(&[digit(1), digit(10)]);
    assert_eq!(large.ack().0, libc::ERANGE);
    let offset = second + NLA_HDRLEN;
    assert_eq!(large.ack().1.offset, Some(offset as u32));
    assert_eq!(large.policy(), range(U8, 0, 9));

    let empty = answer(&[digit(1), vec![]]);
    assert_eq!(empty.ack().0, libc::EINVAL);
    assert_eq!(empty.ack().1.miss_type, Some(PROBE_DIGIT_VALUE.into()));
    assert_eq!(empty.ack().1.miss_nest, Some(second as u32));
}

#[test]
fn an_array_that_is_not_marked_as_a_nest_is_refused() {
    let (_module, peer) = Loaded::probe();
    let reported = refusal(&peer, PROBE_KIND_ARRAY, b"");
    let policy = vec![(TYPE, NESTED_ARRAY)];

    assert_eq!(
        reported,
        AttrRefusal::new(libc::EINVAL, "NLA_F_NESTED is missing", policy)
    );
}

#[test]
fn a_refusal_with_a_policy_fits_whatever_the_request_is() {
    let (_module, peer) = Loaded::probe();
    // The core repeats the request, up to some length, behind the error.
    for len in [1, 100, 4_000, 60_000] {
        let sent = [
            attrs(&[(PROBE_KIND_LEAST, &vec![7; len + 2])]),
            attrs(&[(PROBE_KIND_U8, &[1])]),
        ];
        let request = message(
            header(PROBE_CMD_KINDS, NLM_F_REQUEST | NLM_F_ACK, 1),
            &sent.concat(),
        );
        assert_eq!(only_answer(&peer, &request).policy(), range(U8, 2, 9));
    }
}

/// How a request was refused for its only attribute.
#[derive(Debug, PartialEq, Eq)]
struct AttrRefusal {
    errno: i32,
    words: String,
    policy: Vec<(u16, u64)>,
}

impl AttrRefusal {
    fn new(errno: i32, words: &str, policy: Vec<(u16, u64)>) -> Self {
        Self {
            errno,
            words: words.to_owned(),
            policy,
        }
    }
}

/// Returns the only answer to a request with these attributes.
fn answer(peer: &Peer, attrs: &[u8]) -> Answer {
    only_answer(
        peer,
        &message(header(PROBE_CMD_KINDS, NLM_F_REQUEST, 1), attrs),
    )
}

/// Returns how a request with this attribute alone is refused, for that attribute.
fn refusal(peer: &Peer, nla_type: u16, value: &[u8]) -> AttrRefusal {
    let answer = answer(peer, &attrs(&[(nla_type, value)]));
    let (errno, ext_ack) = answer.ack();
    let words = String::from_utf8_lossy(ext_ack.message.unwrap_or_default());

    assert_eq!(ext_ack.offset, Some(NLMSG_HDRLEN as u32));
    AttrRefusal::new(errno, &words, answer.policy())
}

/// A number as it comes back.
fn unsigned(nla_type: u16, number: u64) -> Vec<u8> {
    attrs(&[(nla_type, &number.to_ne_bytes())])
}

/// A signed number as it comes back.
fn signed(nla_type: u16, number: i64) -> Vec<u8> {
    attrs(&[(nla_type, &number.to_ne_bytes())])
}

/// A bitfield: bits, and which of them say something.
fn field(value: u32, selector: u32) -> Vec<u8> {
    [value.to_ne_bytes(), selector.to_ne_bytes()].concat()
}

/// An attribute for each digit.
fn digits(digits: &[u8]) -> Vec<u8> {
    digits
        .iter()
        .flat_map(|digit| attrs(&[(PROBE_KIND_DIGITS, &[*digit])]))
        .collect()
}

/// Attributes of an entry of an array.
fn digit(value: u8) -> Vec<u8> {
    attrs(&[(PROBE_DIGIT_VALUE, &[value])])
}

/// An array; the entries have types from 0.
fn array(entries: &[Vec<u8>]) -> Vec<u8> {
    let entries: Vec<_> = (0..)
        .zip(entries)
        .flat_map(|(index, entry)| attrs(&[(index, entry)]))
        .collect();

    attrs(&[(PROBE_KIND_ARRAY | NLA_F_NESTED, &entries)])
}
