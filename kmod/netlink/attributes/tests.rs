// SPDX-License-Identifier: GPL-2.0

use super::*;
use crate::{
    netlink::tests::{
        attr,
        message,
        message_of,
        Told, //
    },
    wire::NLMSG_HDRLEN, //
};
use kernel::bindings;

const TEXT: u16 = 1;
const DATA: u16 = 2;
const NUMBER: u16 = 3;
const UNKNOWN: u16 = 4;

const MAX: u32 = 8;

const POLICY: &[Rule] = &[
    Rule::string(TEXT, MAX),
    Rule::bytes(DATA, MAX),
    Rule::u32(NUMBER),
];

/// Offset of the first attribute in a message, in bytes.
const FIRST: usize = NLMSG_HDRLEN;

/// Offset of what follows an attribute with 4 bytes, in bytes.
const SECOND: usize = NLMSG_HDRLEN + 8;

fn payload(message: &[u8]) -> &[u8] {
    message.get(NLMSG_HDRLEN..).unwrap_or_default()
}

/// Returns what the sender of `message` is told.
fn judge(message: &[u8], policy: &[Rule]) -> Told {
    let mut ext_ack = ExtAck::new();
    let result = parse(payload(message), policy, &mut ext_ack).map(drop);

    Told::read(result, &ext_ack, message)
}

/// Returns what the sender of a message with the only attribute `nla_type` is told.
fn judge_value(nla_type: u16, value: &[u8]) -> Result<Told> {
    Ok(judge(&message(&[(nla_type, value)])?, POLICY))
}

/// The refusal of the first attribute.
fn refused(msg: &str) -> Told {
    Told::error(EINVAL, msg).at(FIRST)
}

/// The refusal of a first attribute that is longer than [`MAX`].
fn too_long() -> Told {
    Told::error(ERANGE, "too long (limit 8)").at(FIRST)
}

#[kunit_tests(netlink_attributes)]
mod suite {
    use super::*;

    #[test]
    fn no_attribute_is_no_fault_where_none_is_required() -> Result {
        assert!(judge(&message(&[])?, POLICY) == Told::nothing());
        assert!(judge(&message(&[])?, &[]) == Told::nothing());
        Ok(())
    }

    #[test]
    fn a_string_ends_in_its_only_nul() -> Result {
        const NO_STRING: &str = "string does not end in its only NUL";

        assert!(judge_value(TEXT, b"\0")? == Told::nothing());
        assert!(judge_value(TEXT, b"a\0")? == Told::nothing());
        assert!(judge_value(TEXT, b"")? == refused(NO_STRING));
        assert!(judge_value(TEXT, b"a")? == refused(NO_STRING));
        assert!(judge_value(TEXT, b"a\0b")? == refused(NO_STRING));
        assert!(judge_value(TEXT, b"a\0\0")? == refused(NO_STRING));
        Ok(())
    }

    #[test]
    fn a_string_may_have_as_many_bytes_as_its_limit_and_a_nul() -> Result {
        assert!(judge_value(TEXT, b"12345678\0")? == Told::nothing());
        assert!(judge_value(TEXT, b"123456789\0")? == too_long());
        Ok(())
    }

    #[test]
    fn bytes_may_be_as_many_as_their_limit() -> Result {
        assert!(judge_value(DATA, b"")? == Told::nothing());
        assert!(judge_value(DATA, b"1234567\0")? == Told::nothing());
        assert!(judge_value(DATA, b"12345678\0")? == too_long());
        Ok(())
    }

    #[test]
    fn a_limit_of_0_leaves_room_for_nothing() -> Result {
        const NOTHING: &[Rule] = &[Rule::string(TEXT, 0), Rule::bytes(DATA, 0)];
        let expected = || Told::error(ERANGE, "too long (limit 0)").at(FIRST);

        assert!(judge(&message(&[(TEXT, b"\0"), (DATA, b"")])?, NOTHING) == Told::nothing());
        assert!(judge(&message(&[(TEXT, b"a\0")])?, NOTHING) == expected());
        assert!(judge(&message(&[(DATA, b"a")])?, NOTHING) == expected());
        Ok(())
    }

    #[test]
    fn a_number_has_4_bytes() -> Result {
        for len in 0..=9 {
            let expected = match len {
                4 => Told::nothing(),
                _ => refused("number does not have 4 bytes"),
            };
            assert!(judge_value(NUMBER, &[0xff; 9][..len])? == expected);
        }
        Ok(())
    }

    #[test]
    fn a_type_without_a_rule_is_unknown() -> Result {
        for nla_type in [0, UNKNOWN, 0x3fff] {
            assert!(judge_value(nla_type, b"1234")? == refused("unknown attribute"));
        }
        Ok(())
    }

    #[test]
    fn flags_in_the_type_are_refused() -> Result {
        for flag in [bindings::NLA_F_NESTED, bindings::NLA_F_NET_BYTEORDER] {
            let flag = flag as u16;
            let expected = "unexpected flag in nla_type";
            assert!(judge_value(TEXT | flag, b"\0")? == refused(expected));
            assert!(judge_value(DATA | flag, b"")? == refused(expected));
            assert!(judge_value(NUMBER | flag, b"1234")? == refused(expected));
            assert!(judge_value(UNKNOWN | flag, b"")? == refused("unknown attribute"));
        }
        Ok(())
    }

    #[test]
    fn an_attribute_may_be_given_once() -> Result {
        let expected = "attribute is given twice";
        let twice = message(&[(DATA, b"1234"), (DATA, b"5678")])?;
        let apart = message(&[
            (NUMBER, b"1234"),
            (DATA, b"1234"),
            (TEXT, b"\0"),
            (DATA, b""),
        ])?;

        assert!(judge(&twice, POLICY) == refused(expected));
        assert!(judge(&apart, POLICY) == Told::error(EINVAL, expected).at(SECOND));
        Ok(())
    }

    #[test]
    fn a_required_attribute_that_is_missing_is_told_by_its_type() -> Result {
        const REQUIRED: &[Rule] = &[
            Rule::string(TEXT, MAX),
            Rule::bytes(DATA, MAX).required(),
            Rule::u32(NUMBER).required(),
        ];
        let missing =
            |nla_type| Told::error(EINVAL, "required attribute is missing").missing(nla_type);

        assert!(judge(&message(&[])?, REQUIRED) == missing(DATA));
        assert!(judge(&message(&[(TEXT, b"\0")])?, REQUIRED) == missing(DATA));
        assert!(judge(&message(&[(NUMBER, b"1234")])?, REQUIRED) == missing(DATA));
        assert!(judge(&message(&[(DATA, b"")])?, REQUIRED) == missing(NUMBER));
        let all = message(&[(NUMBER, b"1234"), (DATA, b"")])?;
        assert!(judge(&all, REQUIRED) == Told::nothing());
        Ok(())
    }

    #[test]
    fn a_rule_is_not_lost_when_it_becomes_required() -> Result {
        const REQUIRED: &[Rule] = &[Rule::bytes(DATA, MAX).required()];

        assert!(judge(&message(&[(DATA, b"123456789")])?, REQUIRED) == too_long());
        Ok(())
    }

    #[test]
    fn a_length_below_its_own_header_does_not_fit() -> Result {
        for nla_len in 0..4 {
            let broken = message_of(&attr(nla_len, DATA, b"1234")?)?;
            assert!(judge(&broken, POLICY) == refused("nla_len does not fit the message"));
        }
        let empty = message_of(&attr(4, DATA, b"")?)?;
        assert!(judge(&empty, POLICY) == Told::nothing());
        Ok(())
    }

    #[test]
    fn a_length_beyond_the_message_does_not_fit() -> Result {
        for nla_len in [9, 12, u16::MAX] {
            let broken = message_of(&attr(nla_len, DATA, b"1234")?)?;
            assert!(judge(&broken, POLICY) == refused("nla_len does not fit the message"));
        }
        Ok(())
    }

    #[test]
    fn bytes_behind_the_last_attribute_are_refused_where_they_are() -> Result {
        for len in 1..4 {
            let mut trailing = message(&[(NUMBER, b"1234")])?;
            trailing.extend_from_slice(&[0; 3][..len], GFP_KERNEL)?;
            let expected = Told::error(EINVAL, "bytes after the last attribute").at(SECOND);
            assert!(judge(&trailing, POLICY) == expected);
        }
        Ok(())
    }

    #[test]
    fn the_last_attribute_needs_no_padding() -> Result {
        for nla_len in 5..=8 {
            let value = &b"1234"[..usize::from(nla_len) - 4];
            let unpadded = message_of(&attr(nla_len, DATA, value)?)?;
            assert!(judge(&unpadded, POLICY) == Told::nothing());
        }
        Ok(())
    }

    #[test]
    fn the_first_of_two_faults_is_told() -> Result {
        let faults = message(&[(DATA, b"1234"), (UNKNOWN, b""), (NUMBER, b"")])?;

        let expected = Told::error(EINVAL, "unknown attribute").at(SECOND);
        assert!(judge(&faults, POLICY) == expected);
        Ok(())
    }

    #[test]
    fn values_are_found_by_their_type() -> Result {
        let number = 0x1234_5678_u32;
        let message = message(&[
            (NUMBER, &number.to_ne_bytes()),
            (DATA, b"1\0"),
            (TEXT, b"text\0"),
        ])?;
        let attrs = parse(payload(&message), POLICY, &mut ExtAck::new())?;

        assert_eq!(attrs.u32(NUMBER), Some(number));
        assert_eq!(attrs.bytes(DATA), Some(&b"1\0"[..]));
        assert_eq!(attrs.str(TEXT), Some(&b"text"[..]));
        assert_eq!(attrs.get(TEXT).map(|attr| attr.bytes().len()), Some(9));
        Ok(())
    }

    #[test]
    fn what_a_message_does_not_carry_is_not_found() -> Result {
        let message = message(&[(DATA, b"12")])?;
        let attrs = parse(payload(&message), POLICY, &mut ExtAck::new())?;

        assert_eq!(attrs.u32(NUMBER), None);
        assert_eq!(attrs.str(TEXT), None);
        assert_eq!(attrs.bytes(UNKNOWN), None);
        // Of another type.
        assert_eq!(attrs.u32(DATA), None);
        assert_eq!(attrs.str(DATA), None);
        Ok(())
    }
}
