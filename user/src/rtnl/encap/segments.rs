// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Source routing in IPv6: SRv6 (`struct ipv6_sr_hdr`) and RPL (`struct ipv6_rpl_sr_hdr`).

use super::program;
use crate::names::uapi::*;
use crate::object::attrs::{ip, u32, u8, Index};
use crate::object::fields::flags;
use crate::object::schema::Format::{As, Ip, Link, Nested, Read, U64};
use crate::object::schema::{hex, known, Known};
use crate::object::{Fields, Names, Nest, Value};
use std::net::IpAddr;

/// `SEG6_IPTUNNEL_*`.
pub const SEG6: &[Known] = &[
    known(SEG6_IPTUNNEL_SRH, "mode", As(tunnel)),
    known(SEG6_IPTUNNEL_SRC, "tunsrc", Ip),
    known(SEG6_IPTUNNEL_TABLE, "table", As(table)),
];

/// `SEG6_LOCAL_*`.
pub const SEG6_LOCAL: &[Known] = &[
    known(SEG6_LOCAL_ACTION, "action", Read(action)),
    known(SEG6_LOCAL_SRH, "srh", As(header)),
    known(SEG6_LOCAL_TABLE, "table", As(table)),
    known(SEG6_LOCAL_VRFTABLE, "vrftable", As(table)),
    known(SEG6_LOCAL_NH4, "nh4", Ip),
    known(SEG6_LOCAL_NH6, "nh6", Ip),
    known(SEG6_LOCAL_IIF, "iif", Link),
    known(SEG6_LOCAL_OIF, "oif", Link),
    known(SEG6_LOCAL_BPF, "endpoint", As(endpoint)),
    known(SEG6_LOCAL_COUNTERS, "stats64", Nested(COUNTERS)),
    known(SEG6_LOCAL_FLAVORS, "flavors", As(flavors)),
];

/// `RPL_IPTUNNEL_*`.
pub const RPL: &[Known] = &[known(RPL_IPTUNNEL_SRH, "segs", As(rpl))];

/// `SEG6_LOCAL_CNT_*`.
const COUNTERS: &[Known] = &[
    known(SEG6_LOCAL_CNT_PACKETS, "packets", U64),
    known(SEG6_LOCAL_CNT_BYTES, "bytes", U64),
    known(SEG6_LOCAL_CNT_ERRORS, "errors", U64),
];

/// `SEG6_IPTUN_MODE_*`.
const MODES: &[&str] = &["inline", "encap", "l2encap", "encap.red", "l2encap.red"];

/// `SEG6_LOCAL_ACTION_*`, the first one is 1.
const ACTIONS: &[&str] = &[
    "End",
    "End.X",
    "End.T",
    "End.DX2",
    "End.DX6",
    "End.DX4",
    "End.DT6",
    "End.DT4",
    "End.B6",
    "End.B6.Encaps",
    "End.BM",
    "End.S",
    "End.AS",
    "End.AM",
    "End.BPF",
    "End.DT46",
];

/// Bits that are numbered by `SEG6_LOCAL_FLV_OP_*`.
const OPERATIONS: &[(u32, &str)] = &[
    (1 << 1, "psp"),
    (1 << 2, "usp"),
    (1 << 3, "usd"),
    (1 << 4, "next-csid"),
];

/// Size of the fixed part of either header, in bytes.
const HEADER: usize = 8;

/// Size of a segment, an IPv6 address.
const SEGMENT: usize = 16;

/// Flag of a header: it ends with a `struct sr6_tlv_hmac` (`SR6_FLAG1_HMAC`).
const HAS_HMAC: u8 = 1 << 3;

/// Size of that.
const HMAC: usize = 40;

/// Tells `struct seg6_iptunnel_encap`: a mode and a header.
fn tunnel(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let (mode, header) = value.split_first_chunk()?;
    let header = Srh::from_bytes(header)?;
    let mode = u32::from_ne_bytes(*mode);

    out.field(key, word(MODES, mode, mode));
    header.describe(out);
    Some(())
}

/// Tells `struct ipv6_sr_hdr`.
fn header(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let header = Srh::from_bytes(value)?;

    out.open(key, Nest::Object);
    header.describe(out);
    out.close();
    Some(())
}

/// The segments of a header, and the number of the key that signs it.
struct Srh<'a> {
    segments: &'a [u8],
    hmac: Option<u32>,
}

impl<'a> Srh<'a> {
    fn from_bytes(bytes: &'a [u8]) -> Option<Self> {
        let [_, hdrlen, _, _, first_segment, flags, ..] = *bytes.first_chunk::<HEADER>()?;
        let len = (usize::from(hdrlen) + 1) * 8;
        let count = usize::from(first_segment) + 1;
        let keyid = || {
            let tlv = bytes.get(..len)?.last_chunk::<HMAC>()?;
            Some(u32::from_be_bytes([tlv[4], tlv[5], tlv[6], tlv[7]]))
        };

        Some(Self {
            segments: bytes.get(HEADER..)?.get(..count * SEGMENT)?,
            hmac: match flags & HAS_HMAC {
                0 => None,
                _ => Some(keyid()?),
            },
        })
    }

    fn describe(&self, out: &mut dyn Fields) {
        describe_segments("segs", self.segments, out);
        if let Some(keyid) = self.hmac {
            out.field("hmac", hex(keyid.into()));
        }
    }
}

/// Tells `struct ipv6_rpl_sr_hdr` as the kernel keeps it, with whole addresses.
fn rpl(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let [_, _, _, segments_left, ..] = *value.first_chunk::<HEADER>()?;
    let len = usize::from(segments_left) * SEGMENT;

    describe_segments(key, value.get(HEADER..)?.get(..len)?, out);
    Some(())
}

/// Segments stand in a header from the last to the first.
fn describe_segments(key: &str, segments: &[u8], out: &mut dyn Fields) {
    let addresses = segments.chunks(SEGMENT).rev().filter_map(ip);

    out.open(key, Nest::Array);
    addresses.for_each(|address: IpAddr| out.item(Value::Ip(address)));
    out.close();
}

fn action(value: &[u8]) -> Option<Value<'_>> {
    let action = u32(value)?;

    Some(word(ACTIONS, action.wrapping_sub(1), action))
}

fn word(words: &'static [&str], at: u32, number: u32) -> Value<'static> {
    match words.get(at as usize) {
        Some(word) => Value::Word(word),
        None => Value::Nameless(number.into()),
    }
}

fn table(key: &str, value: &[u8], names: &mut Names, out: &mut dyn Fields) -> Option<()> {
    out.field(key, names.numbers().tables.name(u32(value)?));
    Some(())
}

/// Tells the name of a program and its number.
fn endpoint(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let found = Index::new(value).get(SEG6_LOCAL_BPF_PROG);

    out.field(key, program(value)?);
    if let Some(id) = found.and_then(|attr| u32(attr.value())) {
        out.field("prog", Value::Number(id.into()));
    }
    Some(())
}

/// Tells the flavors, and how long the parts of a compressed segment are, beside the other keys.
fn flavors(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let index = Index::new(value);
    let mut attrs = index.taker();
    let operations = attrs.take(SEG6_LOCAL_FLV_OPERATION, u32);
    let lengths = [
        ("lblen", attrs.take(SEG6_LOCAL_FLV_LCBLOCK_BITS, u8)),
        ("nflen", attrs.take(SEG6_LOCAL_FLV_LCNODE_FN_BITS, u8)),
    ];
    attrs.is_done().then_some(())?;

    if let Some(operations) = operations {
        flags(out, key, operations, OPERATIONS);
    }
    for (key, len) in lengths {
        if let Some(len) = len {
            out.field(key, Value::Number(len.into()));
        }
    }
    Some(())
}
