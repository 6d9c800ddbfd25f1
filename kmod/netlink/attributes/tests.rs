// SPDX-License-Identifier: GPL-2.0

use super::{
    rule::{
        depth,
        MAX_DEPTH, //
    },
    *,
};
use crate::{
    netlink::{
        ffi::NlaPolicy,
        tests::{
            attr,
            message,
            message_of,
            row,
            ReceivedAck,
            FIRST,
            NET_BYTEORDER,
            SECOND, //
        },
        ExtAck, //
    },
    wire::{
        NLA_F_NESTED,
        NLA_HDRLEN,
        NLMSG_HDRLEN, //
    },
};

const TEXT: u16 = 1;
const DATA: u16 = 2;
const NUMBER: u16 = 3;
const UNKNOWN: u16 = 4;

const MAX: u32 = 8;

attributes! {
    struct Values {
        text(TEXT): Option<NulString> where max_len = MAX;
        data(DATA): Option<Binary> where max_len = MAX;
        number(NUMBER): Option<U32>;
    }

    /// A nest that may hold another, both with a number in them.
    struct Nests {
        nest(NEST): Option<NestOf<Outer>>;
        text(TEXT): Option<NulString> where max_len = MAX;
    }

    struct Outer {
        number(NUMBER): U32;
        data(DATA): Option<Binary> where max_len = MAX;
        nest(NEST): Option<NestOf<Inner>>;
    }

    struct Inner {
        number(NUMBER): U32;
    }

    struct One {
        nest(NEST): Option<NestOf<Nothing>>;
    }

    struct Two {
        nest(NEST): Option<NestOf<One>>;
    }

    struct Nothing {}
}

const NEST: u16 = 5;

/// Sets of a nest of the one before, the first of [`Two`].
macro_rules! deeper {
    ($last:ident) => {};
    ($inner:ident $outer:ident $($rest:ident)*) => {
        attributes! {
            struct $outer {
                nest(NEST): Option<NestOf<$inner>>;
            }
        }

        deeper! { $outer $($rest)* }
    };
}

// As deep as it goes.
deeper! { Two Three Four Five Six Seven Eight Nine Deepest }

/// Offset of the first attribute in a nest that is the first attribute, in bytes.
const INSIDE: usize = FIRST + NLA_HDRLEN;

/// Offset of what follows an attribute with 4 bytes in that nest, in bytes.
const INSIDE_SECOND: usize = INSIDE + 8;

fn payload(message: &[u8]) -> &[u8] {
    message.get(NLMSG_HDRLEN..).unwrap_or_default()
}

/// Returns the ACK for `message`, which may carry `S`.
pub(super) fn judge<S: AttributeSet>(message: &[u8]) -> ReceivedAck {
    let mut ext_ack = ExtAck::new();
    let result = match parse::<S>(payload(message)) {
        Ok(_) => Ok(()),
        Err(violation) => Err(violation.report_to(&mut ext_ack)),
    };

    ReceivedAck::read(result, &ext_ack, message)
}

/// Returns the policy in the ACK for `message`, which may carry `S`.
pub(super) fn policy<S: AttributeSet>(message: &[u8]) -> Option<NlaPolicy> {
    parse::<S>(payload(message)).err()?.policy().copied()
}

/// Reads `message`, which is as `S` says.
pub(super) fn read<S: AttributeSet>(message: &[u8]) -> Result<S::View<'_>> {
    parse::<S>(payload(message)).map_err(|_| EINVAL)
}

/// Returns the ACK for a message with the only attribute `nla_type`.
fn judge_value(nla_type: u16, value: &[u8]) -> Result<ReceivedAck> {
    Ok(judge::<Values>(&message(&[(nla_type, value)])?))
}

/// The refusal of the first attribute.
fn refused(msg: &str) -> ReceivedAck {
    ReceivedAck::error(EINVAL, msg).at(FIRST)
}

/// A nest of these attributes.
fn nest(attrs: &[(u16, &[u8])]) -> Result<KVec<u8>> {
    nest_of(&row(attrs)?)
}

/// A nest of these bytes.
fn nest_of(value: &[u8]) -> Result<KVec<u8>> {
    row(&[(NEST | NLA_F_NESTED, value)])
}

/// Nests in nests, so many in all.
fn nests(count: usize) -> Result<KVec<u8>> {
    let mut bytes = KVec::new();

    for _ in 0..count {
        bytes = nest_of(&bytes)?;
    }
    Ok(bytes)
}

/// Returns the ACK for a message with a nest of these attributes.
fn judge_nest(attrs: &[(u16, &[u8])]) -> Result<ReceivedAck> {
    Ok(judge::<Nests>(&message_of(&nest(attrs)?)?))
}

/// Returns the ACK for a message that has, in a nest with a number, a nest of these
/// attributes.
fn judge_inner(attrs: &[(u16, &[u8])]) -> Result<ReceivedAck> {
    let inner = row(attrs)?;

    judge_nest(&[(NUMBER, b"1234"), (NEST | NLA_F_NESTED, &inner)])
}

/// The refusal of a first attribute that is longer than [`MAX`].
fn too_long() -> ReceivedAck {
    ReceivedAck::error(ERANGE, "too long (limit 8)").at(FIRST)
}

#[kunit_tests(netlink_attributes)]
mod suite {
    use super::*;

    #[test]
    fn no_attribute_is_no_fault_where_none_is_required() -> Result {
        assert!(judge::<Values>(&message(&[])?) == ReceivedAck::success());
        assert!(judge::<()>(&message(&[])?) == ReceivedAck::success());
        Ok(())
    }

    #[test]
    fn a_string_ends_in_its_only_nul() -> Result {
        const NO_STRING: &str = "string does not end in its only NUL";

        assert!(judge_value(TEXT, b"\0")? == ReceivedAck::success());
        assert!(judge_value(TEXT, b"a\0")? == ReceivedAck::success());
        assert!(judge_value(TEXT, b"")? == refused(NO_STRING));
        assert!(judge_value(TEXT, b"a")? == refused(NO_STRING));
        assert!(judge_value(TEXT, b"a\0b")? == refused(NO_STRING));
        assert!(judge_value(TEXT, b"a\0\0")? == refused(NO_STRING));
        Ok(())
    }

    #[test]
    fn a_string_may_have_as_many_bytes_as_its_limit_and_a_nul() -> Result {
        assert!(judge_value(TEXT, b"12345678\0")? == ReceivedAck::success());
        assert!(judge_value(TEXT, b"123456789\0")? == too_long());
        Ok(())
    }

    #[test]
    fn bytes_may_be_as_many_as_their_limit() -> Result {
        assert!(judge_value(DATA, b"")? == ReceivedAck::success());
        assert!(judge_value(DATA, b"1234567\0")? == ReceivedAck::success());
        assert!(judge_value(DATA, b"12345678\0")? == too_long());
        Ok(())
    }

    #[test]
    fn a_limit_of_0_leaves_room_for_nothing() -> Result {
        attributes! {
            struct Empty {
                text(TEXT): Option<NulString> where max_len = 0;
                data(DATA): Option<Binary> where max_len = 0;
            }
        }
        let expected = || ReceivedAck::error(ERANGE, "too long (limit 0)").at(FIRST);

        assert!(judge::<Empty>(&message(&[(TEXT, b"\0"), (DATA, b"")])?) == ReceivedAck::success());
        assert!(judge::<Empty>(&message(&[(TEXT, b"a\0")])?) == expected());
        assert!(judge::<Empty>(&message(&[(DATA, b"a")])?) == expected());
        Ok(())
    }

    #[test]
    fn a_number_has_4_bytes() -> Result {
        for len in 0..=9 {
            let expected = match len {
                4 => ReceivedAck::success(),
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
        for flag in [NLA_F_NESTED, NET_BYTEORDER] {
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

        assert!(judge::<Values>(&twice) == refused(expected));
        assert!(judge::<Values>(&apart) == ReceivedAck::error(EINVAL, expected).at(SECOND));
        Ok(())
    }

    #[test]
    fn a_required_attribute_that_is_missing_is_reported_by_its_type() -> Result {
        attributes! {
            struct Required {
                text(TEXT): Option<NulString> where max_len = MAX;
                data(DATA): Binary where max_len = MAX;
                number(NUMBER): U32;
            }
        }
        let missing = |nla_type| {
            ReceivedAck::error(EINVAL, "required attribute is missing").missing(nla_type)
        };

        assert!(judge::<Required>(&message(&[])?) == missing(DATA));
        assert!(judge::<Required>(&message(&[(TEXT, b"\0")])?) == missing(DATA));
        assert!(judge::<Required>(&message(&[(NUMBER, b"1234")])?) == missing(DATA));
        assert!(judge::<Required>(&message(&[(DATA, b"")])?) == missing(NUMBER));
        let all = message(&[(NUMBER, b"1234"), (DATA, b"")])?;
        assert!(judge::<Required>(&all) == ReceivedAck::success());
        Ok(())
    }

    #[test]
    fn what_is_required_has_its_limits_too() -> Result {
        attributes! {
            struct RequiredData {
                data(DATA): Binary where max_len = MAX;
            }
        }

        assert!(judge::<RequiredData>(&message(&[(DATA, b"123456789")])?) == too_long());
        Ok(())
    }

    #[test]
    fn a_length_below_its_own_header_does_not_fit() -> Result {
        for nla_len in 0..4 {
            let broken = message_of(&attr(nla_len, DATA, b"1234")?)?;
            assert!(judge::<Values>(&broken) == refused("nla_len does not fit the message"));
        }
        let empty = message_of(&attr(4, DATA, b"")?)?;
        assert!(judge::<Values>(&empty) == ReceivedAck::success());
        Ok(())
    }

    #[test]
    fn a_length_beyond_the_message_does_not_fit() -> Result {
        for nla_len in [9, 12, u16::MAX] {
            let broken = message_of(&attr(nla_len, DATA, b"1234")?)?;
            assert!(judge::<Values>(&broken) == refused("nla_len does not fit the message"));
        }
        Ok(())
    }

    #[test]
    fn bytes_behind_the_last_attribute_are_refused_where_they_are() -> Result {
        for len in 1..4 {
            let mut trailing = message(&[(NUMBER, b"1234")])?;
            trailing.extend_from_slice(&[0; 3][..len], GFP_KERNEL)?;
            let expected = ReceivedAck::error(EINVAL, "bytes after the last attribute").at(SECOND);
            assert!(judge::<Values>(&trailing) == expected);
        }
        Ok(())
    }

    #[test]
    fn the_last_attribute_needs_no_padding() -> Result {
        for nla_len in 5..=8 {
            let value = &b"1234"[..usize::from(nla_len) - 4];
            let unpadded = message_of(&attr(nla_len, DATA, value)?)?;
            assert!(judge::<Values>(&unpadded) == ReceivedAck::success());
        }
        Ok(())
    }

    #[test]
    fn the_first_of_two_faults_is_reported() -> Result {
        let faults = message(&[(DATA, b"1234"), (UNKNOWN, b""), (NUMBER, b"")])?;

        let expected = ReceivedAck::error(EINVAL, "unknown attribute").at(SECOND);
        assert!(judge::<Values>(&faults) == expected);
        Ok(())
    }

    #[test]
    fn values_are_read_by_their_names() -> Result {
        let number = 0x1234_5678_u32;
        let message = message(&[
            (NUMBER, &number.to_ne_bytes()),
            (DATA, b"1\0"),
            (TEXT, b"text\0"),
        ])?;
        let attrs = read::<Values>(&message)?;

        assert_eq!(attrs.number(), Some(number));
        assert_eq!(attrs.data(), Some(&b"1\0"[..]));
        assert_eq!(attrs.text(), Some(&b"text"[..]));
        let place = attrs.text_attr().map(|attr| attr.bytes().len());
        assert_eq!(place, Some(9));
        Ok(())
    }

    #[test]
    fn what_may_be_left_out_reads_as_none() -> Result {
        let message = message(&[(DATA, b"12")])?;
        let attrs = read::<Values>(&message)?;

        assert_eq!(attrs.number(), None);
        assert_eq!(attrs.text(), None);
        assert!(attrs.text_attr().is_none());
        Ok(())
    }

    #[test]
    fn a_nest_is_held_to_its_own_policy() -> Result {
        assert!(judge_nest(&[(NUMBER, b"1234")])? == ReceivedAck::success());
        assert!(judge_nest(&[(DATA, b"1"), (NUMBER, b"1234")])? == ReceivedAck::success());
        assert!(judge_inner(&[(NUMBER, b"1234")])? == ReceivedAck::success());

        let empty = message_of(&nest(&[])?)?;
        assert!(judge::<One>(&empty) == ReceivedAck::success());
        Ok(())
    }

    #[test]
    fn a_nest_and_nothing_else_is_marked_as_one() -> Result {
        let value = row(&[(NUMBER, b"1234")])?;
        let flagged = |flags| message(&[(NEST | flags, &value)]);
        let missing = "NLA_F_NESTED is missing";
        let unexpected = "unexpected flag in nla_type";

        assert!(judge::<Nests>(&flagged(NLA_F_NESTED)?) == ReceivedAck::success());
        assert!(judge::<Nests>(&flagged(0)?) == refused(missing));
        assert!(judge::<Nests>(&flagged(NET_BYTEORDER)?) == refused(missing));
        let both = flagged(NLA_F_NESTED | NET_BYTEORDER)?;
        assert!(judge::<Nests>(&both) == refused(unexpected));

        let inside = judge_nest(&[(NUMBER, b"1234"), (NEST, &value)])?;
        assert!(inside == ReceivedAck::error(EINVAL, missing).at(INSIDE_SECOND));
        Ok(())
    }

    #[test]
    fn what_is_wrong_inside_a_nest_is_reported_where_it_is() -> Result {
        let wrong = |msg| ReceivedAck::error(EINVAL, msg).at(INSIDE);
        let size = "number does not have 4 bytes";
        assert!(judge_nest(&[(NUMBER, b"12345")])? == wrong(size));
        let flag = wrong("unexpected flag in nla_type");
        assert!(judge_nest(&[(NUMBER | NLA_F_NESTED, b"1234")])? == flag);

        let long = judge_nest(&[(NUMBER, b"1234"), (DATA, b"123456789")])?;
        assert!(long == ReceivedAck::error(ERANGE, "too long (limit 8)").at(INSIDE_SECOND));

        let inner = ReceivedAck::error(EINVAL, size).at(INSIDE_SECOND + NLA_HDRLEN);
        assert!(judge_inner(&[(NUMBER, b"")])? == inner);
        Ok(())
    }

    #[test]
    fn a_type_is_known_where_its_own_policy_has_it() -> Result {
        let unknown = |offset| ReceivedAck::error(EINVAL, "unknown attribute").at(offset);

        assert!(judge::<Nests>(&message(&[(TEXT, b"\0")])?) == ReceivedAck::success());
        assert!(judge_nest(&[(TEXT, b"\0")])? == unknown(INSIDE));
        assert!(judge::<Nests>(&message(&[(NUMBER, b"1234")])?) == unknown(FIRST));
        assert!(judge_inner(&[(DATA, b"")])? == unknown(INSIDE_SECOND + NLA_HDRLEN));
        Ok(())
    }

    #[test]
    fn what_a_nest_lacks_is_reported_by_its_type_and_the_nest() -> Result {
        let missing = |offset| {
            let ack = ReceivedAck::error(EINVAL, "required attribute is missing");
            ack.missing(NUMBER).inside(offset)
        };

        assert!(judge_nest(&[])? == missing(FIRST));
        assert!(judge_nest(&[(DATA, b"")])? == missing(FIRST));
        assert!(judge_inner(&[])? == missing(INSIDE_SECOND));
        // The inner one lacks it too, and ends first.
        let both = nest(&[(NEST | NLA_F_NESTED, b"")])?;
        assert!(judge::<Nests>(&message_of(&both)?) == missing(INSIDE));
        Ok(())
    }

    #[test]
    fn what_a_message_with_a_nest_lacks_is_reported_without_a_nest() -> Result {
        attributes! {
            struct RequiredNest {
                nest(NEST): NestOf<InsideNest>;
                number(NUMBER): U32;
            }

            struct InsideNest {
                number(NUMBER): Option<U32>;
            }
        }
        let missing = |nla_type| {
            ReceivedAck::error(EINVAL, "required attribute is missing").missing(nla_type)
        };

        assert!(judge::<RequiredNest>(&message(&[])?) == missing(NEST));
        // An attribute inside the nest does not stand for one beside it.
        let nest = nest(&[(NUMBER, b"1234")])?;
        assert!(judge::<RequiredNest>(&message_of(&nest)?) == missing(NUMBER));
        Ok(())
    }

    #[test]
    fn an_attribute_may_be_given_once_in_each_nest() -> Result {
        attributes! {
            struct InsideAndOutside {
                nest(NEST): Option<NestOf<Values>>;
                number(NUMBER): Option<U32>;
            }
        }
        let number = row(&[(NUMBER, b"1234")])?;
        let outside_too = message(&[(NEST | NLA_F_NESTED, &number), (NUMBER, b"1234")])?;

        assert!(judge::<InsideAndOutside>(&outside_too) == ReceivedAck::success());
        assert!(judge_inner(&[(NUMBER, b"1234")])? == ReceivedAck::success());
        let inside = judge_nest(&[(DATA, b""), (NUMBER, b"1234"), (DATA, b"")])?;
        assert!(inside == ReceivedAck::error(EINVAL, "attribute is given twice").at(INSIDE));
        Ok(())
    }

    #[test]
    fn the_length_of_an_attribute_does_not_reach_out_of_its_nest() -> Result {
        for nla_len in [9, 12, u16::MAX] {
            // The message has 8 bytes behind the nest.
            let mut broken = message_of(&nest_of(&attr(nla_len, NUMBER, b"1234")?)?)?;
            broken.extend_from_slice(&row(&[(TEXT, b"123\0")])?, GFP_KERNEL)?;
            let expected =
                ReceivedAck::error(EINVAL, "nla_len does not fit the message").at(INSIDE);
            assert!(judge::<Nests>(&broken) == expected);
        }
        Ok(())
    }

    #[test]
    fn bytes_behind_the_last_attribute_of_a_nest_are_refused_where_they_are() -> Result {
        for len in 1..4 {
            let mut inside = row(&[(NUMBER, b"1234")])?;
            inside.extend_from_slice(&[0; 3][..len], GFP_KERNEL)?;
            let trailing = message_of(&nest_of(&inside)?)?;
            let expected = ReceivedAck::error(EINVAL, "bytes after the last attribute");
            assert!(judge::<Nests>(&trailing) == expected.at(INSIDE_SECOND));
        }
        Ok(())
    }

    #[test]
    fn nests_are_followed_as_deep_as_the_policy_goes() -> Result {
        let unknown =
            |depth| ReceivedAck::error(EINVAL, "unknown attribute").at(FIRST + depth * NLA_HDRLEN);

        assert_eq!(depth(Deepest::POLICY), MAX_DEPTH);
        assert!(judge::<Deepest>(&message_of(&nests(MAX_DEPTH)?)?) == ReceivedAck::success());
        for count in [MAX_DEPTH + 1, 100] {
            assert!(judge::<Deepest>(&message_of(&nests(count)?)?) == unknown(MAX_DEPTH));
            assert!(judge::<Two>(&message_of(&nests(count)?)?) == unknown(2));
        }
        Ok(())
    }

    #[test]
    fn nests_are_not_looked_for_in_other_values() -> Result {
        attributes! {
            struct DataOnly {
                data(DATA): Option<Binary>;
            }
        }

        let message = message(&[(DATA, &nests(100)?)])?;
        assert!(judge::<DataOnly>(&message) == ReceivedAck::success());
        Ok(())
    }

    #[test]
    fn the_depth_of_a_policy_is_that_of_its_deepest_nest() {
        attributes! {
            struct Uneven {
                two(1): Option<NestOf<One>>;
                four(2): Multi<ArrayOf<Three>>;
                one(3): Option<NestOf<Nothing>>;
                number(4): Option<U32>;
            }
        }

        assert_eq!(depth(Nothing::POLICY), 0);
        assert_eq!(depth(Values::POLICY), 0);
        assert_eq!(depth(Nests::POLICY), 2);
        assert_eq!(depth(Uneven::POLICY), 4);
    }

    #[test]
    fn values_in_nests_are_read_by_their_names() -> Result {
        let inner = row(&[(NUMBER, &2_u32.to_ne_bytes())])?;
        let message = message_of(&nest(&[
            (DATA, b"data"),
            (NEST | NLA_F_NESTED, &inner),
            (NUMBER, &1_u32.to_ne_bytes()),
        ])?)?;
        let attrs = read::<Nests>(&message)?;
        let nest = attrs.nest().ok_or(ENODATA)?;
        let inner = nest.nest().ok_or(ENODATA)?;

        assert_eq!(nest.number(), 1);
        assert_eq!(nest.data(), Some(&b"data"[..]));
        assert_eq!(inner.number(), 2);
        Ok(())
    }
}
