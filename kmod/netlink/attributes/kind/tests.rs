// SPDX-License-Identifier: GPL-2.0

use super::*;
use crate::{
    attributes,
    netlink::{
        attributes::tests::{
            judge,
            policy,
            read, //
        },
        ffi::{
            NlaPolicy,
            NlaPolicyForm, //
        },
        tests::{
            message,
            row,
            ReceivedAck,
            FIRST,
            NET_BYTEORDER, //
        },
    },
    wire::{
        NLA_F_NESTED,
        NLA_HDRLEN,
        NLA_MAX_VALUE, //
    },
};
use kernel::{
    bindings,
    prelude::*, //
};

attributes! {
    /// A number of each kind, without limits.
    struct AllNumbers {
        u8(1): Option<U8>;
        u16(2): Option<U16>;
        u32(3): Option<U32>;
        u64(4): Option<U64>;
        s8(5): Option<S8>;
        s16(6): Option<S16>;
        s32(7): Option<S32>;
        s64(8): Option<S64>;
        be16(9): Option<Be16>;
        be32(10): Option<Be32>;
        be64(11): Option<Be64>;
        uint(12): Option<Uint>;
        sint(13): Option<Sint>;
    }

    struct Limited {
        u8(1): Option<U8> where min = 2, max = 9;
        u64(2): Option<U64> where min = 1 << 40, max = u64::MAX - 1;
        s8(3): Option<S8> where min = -2, max = 2;
        s64(4): Option<S64> where max = i64::MIN + 1;
        be32(5): Option<Be32> where min = 0x0100, max = 0x0200;
        uint(6): Option<Uint> where max = 0x1_0000_0000;
        sint(7): Option<Sint> where min = -1;
    }

    struct Bits {
        u16(1): Option<U16> where mask = 0x8001;
        be16(2): Option<Be16> where mask = 0x8001;
        field(3): Option<Bitfield32> where mask = 0x6;
        any(4): Option<Bitfield32>;
    }

    struct Lengths {
        any(1): Option<Binary>;
        most(2): Option<Binary> where max_len = 2;
        least(3): Option<Binary> where min_len = 2;
        range(4): Option<Binary> where min_len = 2, max_len = 4;
        exact(5): Option<Binary> where exact_len = 3;
        wide(6): Option<Binary> where min_len = 2, max_len = 40_000;
        text(7): Option<NulString>;
        word(8): Option<NulString> where max_len = 2;
        flag(9): Flag;
    }

    struct Many {
        digits(1): Multi<U8> where max = 9;
        once(2): Option<U8>;
        array(3): Option<ArrayOf<Digit>>;
        nests(4): Multi<NestOf<Digit>>;
    }

    struct Digit {
        value(1): U8 where max = 9;
    }
}

/// Returns the ACK for a message with the only attribute `nla_type`.
fn ack_for<S: AttributeSet>(nla_type: u16, value: &[u8]) -> Result<ReceivedAck> {
    Ok(judge::<S>(&message(&[(nla_type, value)])?))
}

/// Says whether such a message is taken.
fn is_taken<S: AttributeSet>(nla_type: u16, value: &[u8]) -> Result<bool> {
    Ok(ack_for::<S>(nla_type, value)? == ReceivedAck::success())
}

/// Returns the policy in the ACK for such a message.
fn policy_of<S: AttributeSet>(nla_type: u16, value: &[u8]) -> Result<Option<NlaPolicy>> {
    Ok(policy::<S>(&message(&[(nla_type, value)])?))
}

/// The refusal of the first attribute for a limit.
fn out_of_range(msg: &str) -> ReceivedAck {
    ReceivedAck::error(ERANGE, msg).at(FIRST)
}

/// The refusal of the first attribute for anything else.
fn refused(msg: &str) -> ReceivedAck {
    ReceivedAck::error(EINVAL, msg).at(FIRST)
}

/// A policy, of which no bit of the mask is missing.
fn limits(nl_attr_type: u32, form: NlaPolicyForm, min: u64, max: u64) -> Option<NlaPolicy> {
    Some(NlaPolicy {
        min,
        max,
        mask: u32::MAX,
        nl_attr_type: nl_attr_type as u8,
        form,
    })
}

/// A bitfield: bits, and which of them say something.
fn field(value: u32, selector: u32) -> [u8; 8] {
    let [v0, v1, v2, v3] = value.to_ne_bytes();
    let [s0, s1, s2, s3] = selector.to_ne_bytes();

    [v0, v1, v2, v3, s0, s1, s2, s3]
}

/// Returns the number that has `digits`.
fn number_of(digits: impl Iterator<Item = u8>) -> u64 {
    digits.fold(0, |number, digit| number * 10 + u64::from(digit))
}

#[kunit_tests(netlink_kinds)]
mod suite {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_were_written() -> Result {
        let message = message(&[
            (1, &[0xff]),
            (2, &0xfffe_u16.to_ne_bytes()),
            (3, &0xffff_fffe_u32.to_ne_bytes()),
            (4, &(u64::MAX - 1).to_ne_bytes()),
            (5, &i8::MIN.to_ne_bytes()),
            (6, &i16::MIN.to_ne_bytes()),
            (7, &i32::MIN.to_ne_bytes()),
            (8, &i64::MIN.to_ne_bytes()),
            (9, &[1, 2]),
            (10, &[1, 2, 3, 4]),
            (11, &[1, 2, 3, 4, 5, 6, 7, 8]),
        ])?;
        let attrs = read::<AllNumbers>(&message)?;

        assert_eq!(attrs.u8(), Some(0xff));
        assert_eq!(attrs.u16(), Some(0xfffe));
        assert_eq!(attrs.u32(), Some(0xffff_fffe));
        assert_eq!(attrs.u64(), Some(u64::MAX - 1));
        assert_eq!(attrs.s8(), Some(i8::MIN));
        assert_eq!(attrs.s16(), Some(i16::MIN));
        assert_eq!(attrs.s32(), Some(i32::MIN));
        assert_eq!(attrs.s64(), Some(i64::MIN));
        assert_eq!(attrs.be16(), Some(0x0102));
        assert_eq!(attrs.be32(), Some(0x0102_0304));
        assert_eq!(attrs.be64(), Some(0x0102_0304_0506_0708));
        Ok(())
    }

    #[test]
    fn a_number_of_4_or_8_bytes_is_read_from_either() -> Result {
        let four = message(&[(12, &7_u32.to_ne_bytes()), (13, &(-7_i32).to_ne_bytes())])?;
        let eight = message(&[(12, &u64::MAX.to_ne_bytes()), (13, &i64::MIN.to_ne_bytes())])?;

        let attrs = read::<AllNumbers>(&four)?;
        assert_eq!((attrs.uint(), attrs.sint()), (Some(7), Some(-7)));
        let attrs = read::<AllNumbers>(&eight)?;
        assert_eq!(attrs.uint(), Some(u64::MAX));
        assert_eq!(attrs.sint(), Some(i64::MIN));
        Ok(())
    }

    #[test]
    fn a_number_has_the_bytes_of_its_kind() -> Result {
        for (nla_types, size, words) in [
            (&[1, 5][..], 1, "number does not have 1 byte"),
            (&[2, 6, 9], 2, "number does not have 2 bytes"),
            (&[3, 7, 10], 4, "number does not have 4 bytes"),
            (&[4, 8, 11], 8, "number does not have 8 bytes"),
        ] {
            for (nla_type, len) in nla_types
                .iter()
                .flat_map(|t| (0..=9).map(move |len| (*t, len)))
            {
                let expected = match len == size {
                    true => ReceivedAck::success(),
                    false => refused(words),
                };
                assert!(ack_for::<AllNumbers>(nla_type, &[0; 9][..len])? == expected);
            }
        }
        for (nla_type, len) in [12, 13]
            .iter()
            .flat_map(|t| (0..=9).map(move |len| (*t, len)))
        {
            let expected = match len {
                4 | 8 => ReceivedAck::success(),
                _ => refused("number does not have 4 or 8 bytes"),
            };
            assert!(ack_for::<AllNumbers>(nla_type, &[0; 9][..len])? == expected);
        }
        Ok(())
    }

    #[test]
    fn a_number_keeps_to_its_limits() -> Result {
        assert!(ack_for::<Limited>(1, &[1])? == out_of_range("too small (at least 2)"));
        assert!(is_taken::<Limited>(1, &[2])?);
        assert!(is_taken::<Limited>(1, &[9])?);
        assert!(ack_for::<Limited>(1, &[10])? == out_of_range("too large (limit 9)"));

        let ack_for_u64 = |value: u64| ack_for::<Limited>(2, &value.to_ne_bytes());
        assert!(ack_for_u64((1 << 40) - 1)? == out_of_range("too small (at least 1099511627776)"));
        assert!(ack_for_u64(1 << 40)? == ReceivedAck::success());
        assert!(ack_for_u64(u64::MAX - 1)? == ReceivedAck::success());
        assert!(ack_for_u64(u64::MAX)? == out_of_range("too large (limit 18446744073709551614)"));
        Ok(())
    }

    #[test]
    fn a_signed_number_keeps_to_its_limits() -> Result {
        let ack_for_s8 = |value: i8| ack_for::<Limited>(3, &value.to_ne_bytes());
        assert!(ack_for_s8(-3)? == out_of_range("too small (at least -2)"));
        assert!(ack_for_s8(i8::MIN)? == out_of_range("too small (at least -2)"));
        assert!(ack_for_s8(-2)? == ReceivedAck::success());
        assert!(ack_for_s8(2)? == ReceivedAck::success());
        assert!(ack_for_s8(3)? == out_of_range("too large (limit 2)"));

        let ack_for_s64 = |value: i64| ack_for::<Limited>(4, &value.to_ne_bytes());
        assert!(ack_for_s64(i64::MIN + 1)? == ReceivedAck::success());
        let limit = "too large (limit -9223372036854775807)";
        assert!(ack_for_s64(i64::MIN + 2)? == out_of_range(limit));
        assert!(ack_for_s64(0)? == out_of_range(limit));
        Ok(())
    }

    #[test]
    fn limits_are_of_the_number_and_not_of_its_bytes() -> Result {
        assert!(
            ack_for::<Limited>(5, &[0, 0, 0, 0xff])? == out_of_range("too small (at least 256)")
        );
        assert!(is_taken::<Limited>(5, &[0, 0, 1, 0])?);
        assert!(is_taken::<Limited>(5, &[0, 0, 2, 0])?);
        assert!(ack_for::<Limited>(5, &[0, 0, 2, 1])? == out_of_range("too large (limit 512)"));

        assert!(is_taken::<Limited>(6, &u32::MAX.to_ne_bytes())?);
        assert!(is_taken::<Limited>(6, &0x1_0000_0000_u64.to_ne_bytes())?);
        let above = ack_for::<Limited>(6, &0x1_0000_0001_u64.to_ne_bytes())?;
        assert!(above == out_of_range("too large (limit 4294967296)"));

        assert!(is_taken::<Limited>(7, &(-1_i32).to_ne_bytes())?);
        let below = out_of_range("too small (at least -1)");
        assert!(ack_for::<Limited>(7, &(-2_i32).to_ne_bytes())? == below);
        assert!(ack_for::<Limited>(7, &(-2_i64).to_ne_bytes())? == below);
        Ok(())
    }

    #[test]
    fn a_number_has_the_bits_of_its_mask() -> Result {
        let words = "unknown bit (mask 0x8001)";

        for bits in [0, 1, 0x8000, 0x8001_u16] {
            assert!(is_taken::<Bits>(1, &bits.to_ne_bytes())?);
            assert!(is_taken::<Bits>(2, &bits.to_be_bytes())?);
        }
        for bits in [2, 0x4000, 0x8003, 0x0100, 0x0180_u16] {
            assert!(ack_for::<Bits>(1, &bits.to_ne_bytes())? == refused(words));
            assert!(ack_for::<Bits>(2, &bits.to_be_bytes())? == refused(words));
        }
        Ok(())
    }

    #[test]
    fn a_bitfield_has_bits_of_its_mask_that_it_selects() -> Result {
        let unknown = || refused("unknown bit (mask 0x6)");

        assert!(is_taken::<Bits>(3, &field(0, 0))?);
        assert!(is_taken::<Bits>(3, &field(2, 6))?);
        assert!(ack_for::<Bits>(3, &field(1, 1))? == unknown());
        assert!(ack_for::<Bits>(3, &field(0, 8))? == unknown());
        assert!(ack_for::<Bits>(3, &field(1, 2))? == unknown());
        let unselected = refused("bit is set that is not selected");
        assert!(ack_for::<Bits>(3, &field(6, 2))? == unselected);
        assert!(is_taken::<Bits>(4, &field(u32::MAX, u32::MAX))?);

        for len in (0..=9).filter(|len| *len != 8) {
            let short = ack_for::<Bits>(3, &[0; 9][..len])?;
            assert!(short == refused("bitfield does not have 8 bytes"));
        }
        Ok(())
    }

    #[test]
    fn a_bitfield_is_read_as_it_was_written() -> Result {
        let message = message(&[(3, &field(2, 6))])?;

        let expected = Bitfield32 {
            value: 2,
            selector: 6,
        };
        assert_eq!(read::<Bits>(&message)?.field(), Some(expected));
        assert_eq!(read::<Bits>(&message)?.any(), None);
        Ok(())
    }

    #[test]
    fn bytes_keep_to_their_lengths() -> Result {
        let ack_for_len = |nla_type, len| ack_for::<Lengths>(nla_type, &[7; 9][..len]);

        for (nla_type, min, max) in [(2, 0, 2), (3, 2, 9), (4, 2, 4), (5, 3, 3)] {
            for len in 0..=9 {
                let expected = match len {
                    _ if (min..=max).contains(&len) => ReceivedAck::success(),
                    _ if len < min && min == 3 => out_of_range("too short (at least 3)"),
                    _ if len < min => out_of_range("too short (at least 2)"),
                    _ if max == 2 => out_of_range("too long (limit 2)"),
                    _ if max == 3 => out_of_range("too long (limit 3)"),
                    _ => out_of_range("too long (limit 4)"),
                };
                assert!(ack_for_len(nla_type, len)? == expected);
            }
        }
        let longest = KVec::from_elem(7, NLA_MAX_VALUE, GFP_KERNEL)?;
        assert!(is_taken::<Lengths>(1, &longest)?);
        assert!(is_taken::<Lengths>(3, &longest)?);
        Ok(())
    }

    #[test]
    fn a_flag_is_there_or_not_and_has_no_value() -> Result {
        let flagged = message(&[(9, b"")])?;
        let other = message(&[(1, b"")])?;

        assert!(read::<Lengths>(&flagged)?.flag());
        assert!(!read::<Lengths>(&other)?.flag());
        assert!(ack_for::<Lengths>(9, &[1])? == out_of_range("too long (limit 0)"));
        Ok(())
    }

    #[test]
    fn only_a_big_endian_number_may_be_marked_as_one() -> Result {
        for (nla_type, value) in [(9, &[0; 2][..]), (10, &[0; 4]), (11, &[0; 8])] {
            assert!(is_taken::<AllNumbers>(nla_type, value)?);
            assert!(is_taken::<AllNumbers>(nla_type | NET_BYTEORDER, value)?);
            let nested = ack_for::<AllNumbers>(nla_type | NLA_F_NESTED, value)?;
            assert!(nested == refused("unexpected flag in nla_type"));
        }
        for nla_type in [3, 7, 12, 13] {
            let marked = ack_for::<AllNumbers>(nla_type | NET_BYTEORDER, &[0; 4])?;
            assert!(marked == refused("unexpected flag in nla_type"));
        }
        Ok(())
    }

    #[test]
    fn what_may_come_any_number_of_times_is_read_in_order() -> Result {
        let message = message(&[(1, &[3]), (2, &[0]), (1, &[1]), (1, &[4])])?;
        let attrs = read::<Many>(&message)?;

        assert_eq!(number_of(attrs.digits()), 314);
        assert_eq!(attrs.digits_attr().count(), 3);
        assert_eq!(attrs.nests().count(), 0);
        Ok(())
    }

    #[test]
    fn each_of_many_is_checked() -> Result {
        let third = message(&[(1, &[3]), (1, &[1]), (1, &[10])])?;
        let twice = message(&[(2, &[0]), (1, &[1]), (2, &[0])])?;

        let expected = ReceivedAck::error(ERANGE, "too large (limit 9)").at(FIRST + 16);
        assert!(judge::<Many>(&third) == expected);
        assert!(judge::<Many>(&twice) == refused("attribute is given twice"));
        Ok(())
    }

    #[test]
    fn the_entries_of_an_array_are_nests_of_any_type() -> Result {
        let digit = |value| row(&[(1, &[value])]);
        let entries = row(&[
            (0, &digit(3)?),
            (1 | NLA_F_NESTED, &digit(1)?),
            (1, &digit(4)?),
        ])?;
        let message = message(&[(3 | NLA_F_NESTED, &entries)])?;
        let array = read::<Many>(&message)?.array().ok_or(ENODATA)?;

        assert_eq!(number_of(array.map(|digit| digit.value())), 314);
        Ok(())
    }

    #[test]
    fn each_entry_of_an_array_is_checked_where_it_is() -> Result {
        let judge_entries = |entries: &[(u16, &[u8])]| -> Result<ReceivedAck> {
            let entries = row(entries)?;
            Ok(judge::<Many>(&message(&[(3 | NLA_F_NESTED, &entries)])?))
        };
        let digit = row(&[(1, &[3])])?;
        let large = row(&[(1, &[10])])?;
        // Behind the headers of the array and of the first entry, and the digit.
        let second = FIRST + 2 * NLA_HDRLEN + digit.len();

        let ack = judge_entries(&[(1, &digit), (2, &large)])?;
        let expected = ReceivedAck::error(ERANGE, "too large (limit 9)");
        assert!(ack == expected.at(second + NLA_HDRLEN));
        let ack = judge_entries(&[(1, &digit), (2, b"")])?;
        let lacking = ReceivedAck::error(EINVAL, "required attribute is missing").missing(1);
        assert!(ack == lacking.inside(second));
        assert!(judge_entries(&[])? == ReceivedAck::success());
        Ok(())
    }

    #[test]
    fn an_array_is_marked_as_a_nest() -> Result {
        assert!(ack_for::<Many>(3, b"")? == refused("NLA_F_NESTED is missing"));
        Ok(())
    }

    #[test]
    fn what_is_not_there_reads_as_nothing() {
        assert_eq!(U32::read(None), 0);
        assert_eq!(Be64::read(None), 0);
        assert_eq!(Uint::read(None), 0);
        assert_eq!(Sint::read(None), 0);
        assert_eq!(NulString::read(None), b"");
        assert_eq!(Binary::read(None), b"");
        assert_eq!(Bitfield32::read(None), Bitfield32::default());
        assert_eq!(NestOf::<Digit>::read(None).value(), 0);
        assert_eq!(ArrayOf::<Digit>::read(None).count(), 0);
    }

    #[test]
    fn the_policy_of_a_number_has_its_limits() -> Result {
        let unsigned = NlaPolicyForm::Range;
        let signed = NlaPolicyForm::SignedRange;
        let u8_type = bindings::netlink_attribute_type_NL_ATTR_TYPE_U8;
        let s8_type = bindings::netlink_attribute_type_NL_ATTR_TYPE_S8;
        let sint = bindings::netlink_attribute_type_NL_ATTR_TYPE_SINT;
        let low = i64::MIN as u64;

        assert_eq!(
            policy_of::<Limited>(1, &[1])?,
            limits(u8_type, unsigned, 2, 9)
        );
        assert_eq!(
            policy_of::<AllNumbers>(1, b"")?,
            limits(u8_type, unsigned, 0, 255)
        );
        let expected = limits(s8_type, signed, -2_i64 as u64, 2);
        assert_eq!(policy_of::<Limited>(3, &[9])?, expected);
        let expected = limits(s8_type, signed, -128_i64 as u64, 127);
        assert_eq!(policy_of::<AllNumbers>(5, b"")?, expected);
        let expected = limits(sint, signed, low, i64::MAX as u64);
        assert_eq!(policy_of::<AllNumbers>(13, b"")?, expected);
        Ok(())
    }

    #[test]
    fn the_policy_of_a_big_endian_number_is_in_no_ack() -> Result {
        assert_eq!(policy_of::<AllNumbers>(9, b"")?, None);
        assert_eq!(policy_of::<Limited>(5, &[0; 4])?, None);
        assert_eq!(policy_of::<Bits>(2, &[0xff; 2])?, None);
        Ok(())
    }

    #[test]
    fn the_policy_of_bits_has_their_mask() -> Result {
        let u16_type = bindings::netlink_attribute_type_NL_ATTR_TYPE_U16 as u8;
        let field_type = bindings::netlink_attribute_type_NL_ATTR_TYPE_BITFIELD32 as u8;
        let policy = policy_of::<Bits>(1, &2_u16.to_ne_bytes())?.ok_or(ENODATA)?;
        assert_eq!((policy.nl_attr_type, policy.mask), (u16_type, 0x8001));
        assert_eq!(policy.form, NlaPolicyForm::Mask);

        let policy = policy_of::<Bits>(3, &field(1, 1))?.ok_or(ENODATA)?;
        assert_eq!((policy.nl_attr_type, policy.mask), (field_type, 6));
        assert_eq!(policy.form, NlaPolicyForm::Bitfield32);
        Ok(())
    }

    #[test]
    fn the_policy_of_a_length_has_its_limits() -> Result {
        let binary = bindings::netlink_attribute_type_NL_ATTR_TYPE_BINARY;
        let string = bindings::netlink_attribute_type_NL_ATTR_TYPE_NUL_STRING;
        let longest = NLA_MAX_VALUE as u64;
        let nine = &[7; 9];

        let expected = limits(binary, NlaPolicyForm::MaxLen, 0, 2);
        assert_eq!(policy_of::<Lengths>(2, nine)?, expected);
        let expected = limits(binary, NlaPolicyForm::LenRange, 2, 4);
        assert_eq!(policy_of::<Lengths>(4, nine)?, expected);
        let expected = limits(binary, NlaPolicyForm::LenRange, 3, 3);
        assert_eq!(policy_of::<Lengths>(5, nine)?, expected);
        let expected = limits(binary, NlaPolicyForm::LenRange, 2, 40_000);
        assert_eq!(policy_of::<Lengths>(6, b"")?, expected);
        let expected = limits(binary, NlaPolicyForm::MinLen, 2, longest);
        assert_eq!(policy_of::<Lengths>(3, b"")?, expected);
        let expected = limits(string, NlaPolicyForm::Bare, 0, longest - 1);
        assert_eq!(policy_of::<Lengths>(7, b"")?, expected);
        let expected = limits(string, NlaPolicyForm::MaxLen, 0, 2);
        assert_eq!(policy_of::<Lengths>(8, b"")?, expected);
        Ok(())
    }

    #[test]
    fn the_policy_of_a_flag_and_of_nests_is_their_type() -> Result {
        let bare = NlaPolicyForm::Bare;
        let flag = bindings::netlink_attribute_type_NL_ATTR_TYPE_FLAG;
        let nested = bindings::netlink_attribute_type_NL_ATTR_TYPE_NESTED;
        let array = bindings::netlink_attribute_type_NL_ATTR_TYPE_NESTED_ARRAY;

        assert_eq!(policy_of::<Lengths>(9, b"1")?, limits(flag, bare, 0, 0));
        assert_eq!(
            policy_of::<Many>(4, b"")?,
            limits(nested, bare, 0, u64::MAX)
        );
        assert_eq!(policy_of::<Many>(3, b"")?, limits(array, bare, 0, u64::MAX));
        Ok(())
    }

    #[test]
    fn what_has_no_rule_or_is_not_there_has_no_policy() -> Result {
        assert_eq!(policy_of::<AllNumbers>(99, b"")?, None);
        assert_eq!(policy::<Digit>(&message(&[])?), None);
        let twice = message(&[(1, &[0]), (1, &[0])])?;
        assert_eq!(policy::<AllNumbers>(&twice), None);
        Ok(())
    }
}
