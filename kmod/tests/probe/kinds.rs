// SPDX-License-Identifier: GPL-2.0

//! An attribute of each kind.

use crate::{
    attributes,
    family::Probe,
    netlink::{
        kind::Bitfield32,
        put,
        Answer,
        Call,
        Payload, //
    },
    uapi::*,
};
use kernel::prelude::*;

attributes! {
    /// Attributes of a `PROBE_CMD_KINDS`.
    pub(super) struct Kinds {
        u8(PROBE_KIND_U8): Option<U8> where min = 2, max = 9;
        u16(PROBE_KIND_U16): Option<U16> where max = 500;
        u32(PROBE_KIND_U32): Option<U32> where min = 100_000;
        u64(PROBE_KIND_U64): Option<U64> where mask = 0x5;
        s8(PROBE_KIND_S8): Option<S8> where min = -2, max = 2;
        s16(PROBE_KIND_S16): Option<S16>;
        s32(PROBE_KIND_S32): Option<S32> where min = -100_000, max = -1;
        s64(PROBE_KIND_S64): Option<S64>;
        uint(PROBE_KIND_UINT): Option<Uint> where max = 1 << 40;
        sint(PROBE_KIND_SINT): Option<Sint> where min = -1;
        be16(PROBE_KIND_BE16): Option<Be16> where max = 1_000;
        be32(PROBE_KIND_BE32): Option<Be32>;
        be64(PROBE_KIND_BE64): Option<Be64> where min = 1;
        flag(PROBE_KIND_FLAG): Flag;
        bitfield32(PROBE_KIND_BITFIELD32): Option<Bitfield32> where mask = 0x7;
        string(PROBE_KIND_STRING): Option<NulString> where max_len = 8;
        binary(PROBE_KIND_BINARY): Option<Binary> where min_len = 2, max_len = 4;
        exact(PROBE_KIND_EXACT): Option<Binary> where exact_len = 6;
        least(PROBE_KIND_LEAST): Option<Binary> where min_len = 3;
        digits(PROBE_KIND_DIGITS): Multi<U8> where max = 9;
        array(PROBE_KIND_ARRAY): Option<ArrayOf<OneDigit>>;
        wide(PROBE_KIND_WIDE): Option<Binary> where min_len = 2, max_len = 40_000;
    }

    /// Attributes in an entry of a [`PROBE_KIND_ARRAY`].
    pub(super) struct OneDigit {
        value(PROBE_DIGIT_VALUE): U8 where max = 9;
    }
}

/// `PROBE_CMD_KINDS`.
pub(super) fn kinds<'a>(call: &mut Call<'a, Probe, Kinds>) -> Result<Answer<'a, Probe, Kinds>> {
    let attrs = &call.attrs;

    call.request.reply(
        PROBE_CMD_KINDS,
        (
            unsigned(attrs),
            signed(attrs),
            big_endian(attrs),
            others(attrs),
        ),
    )
}

fn unsigned(attrs: &KindsView<'_>) -> impl Payload {
    (
        number(PROBE_KIND_U8, attrs.u8()),
        number(PROBE_KIND_U16, attrs.u16()),
        number(PROBE_KIND_U32, attrs.u32()),
        number(PROBE_KIND_U64, attrs.u64()),
        number(PROBE_KIND_UINT, attrs.uint()),
    )
}

fn signed(attrs: &KindsView<'_>) -> impl Payload {
    (
        signed_number(PROBE_KIND_S8, attrs.s8()),
        signed_number(PROBE_KIND_S16, attrs.s16()),
        signed_number(PROBE_KIND_S32, attrs.s32()),
        signed_number(PROBE_KIND_S64, attrs.s64()),
        signed_number(PROBE_KIND_SINT, attrs.sint()),
    )
}

fn big_endian(attrs: &KindsView<'_>) -> impl Payload {
    (
        number(PROBE_KIND_BE16, attrs.be16()),
        number(PROBE_KIND_BE32, attrs.be32()),
        number(PROBE_KIND_BE64, attrs.be64()),
    )
}

fn others<'a>(attrs: &KindsView<'a>) -> impl Payload + 'a {
    let array = attrs.array();

    (
        put::u64(PROBE_KIND_FLAG, attrs.flag().into()),
        number(PROBE_KIND_BITFIELD32, attrs.bitfield32().map(bits)),
        attrs.string().map(|text| put::str(PROBE_KIND_STRING, text)),
        attrs
            .binary()
            .map(|value| put::bytes(PROBE_KIND_BINARY, value)),
        attrs
            .exact()
            .map(|value| put::bytes(PROBE_KIND_EXACT, value)),
        attrs
            .least()
            .map(|value| put::bytes(PROBE_KIND_LEAST, value)),
        put::u64(PROBE_KIND_DIGITS, number_of(attrs.digits())),
        number(
            PROBE_KIND_ARRAY,
            array.map(|entries| number_of(entries.map(|digit| digit.value()))),
        ),
        attrs.wide().map(|value| put::bytes(PROBE_KIND_WIDE, value)),
    )
}

/// Returns the attribute that a number is answered with.
fn number(nla_type: u16, value: Option<impl Into<u64>>) -> impl Payload {
    value.map(|value| put::u64(nla_type, value.into()))
}

/// Returns the attribute that a signed number is answered with.
fn signed_number(nla_type: u16, value: Option<impl Into<i64>>) -> impl Payload {
    number(nla_type, value.map(|value| value.into() as u64))
}

fn bits(bits: Bitfield32) -> u64 {
    u64::from(bits.selector) << 32 | u64::from(bits.value)
}

/// Returns the number that has `digits`.
fn number_of(digits: impl Iterator<Item = u8>) -> u64 {
    digits.fold(0_u64, |number, digit| {
        number.wrapping_mul(10).wrapping_add(digit.into())
    })
}
