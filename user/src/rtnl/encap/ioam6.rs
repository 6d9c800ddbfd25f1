// SPDX-License-Identifier: Apache-2.0 OR MIT

//! In-situ operations, administration and maintenance: packets that note where they were.

use crate::names::uapi::*;
use crate::object::schema::Format::{As, Ip, Word, U32};
use crate::object::schema::{known, Known};
use crate::object::{Fields, Names, Value};

/// `IOAM6_IPTUNNEL_*`.
pub const IOAM6: &[Known] = &[
    known(IOAM6_IPTUNNEL_FREQ_K, "freqk", U32),
    known(IOAM6_IPTUNNEL_FREQ_N, "freqn", U32),
    known(IOAM6_IPTUNNEL_MODE, "mode", Word(MODES)),
    known(IOAM6_IPTUNNEL_SRC, "tunsrc", Ip),
    known(IOAM6_IPTUNNEL_DST, "tundst", Ip),
    known(IOAM6_IPTUNNEL_TRACE, "trace", As(trace)),
];

/// `IOAM6_IPTUNNEL_MODE_*`.
const MODES: &[(u8, &str)] = &[(1, "inline"), (2, "encap"), (3, "auto")];

/// Tells `struct ioam6_trace_hdr`: a namespace, bits, how much room is left in words, what to note.
fn trace(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let [ns_high, ns_low, _, remlen, t0, t1, t2, _] = *value.first_chunk()?;
    let kind = format!("{:x}", u32::from_be_bytes([0, t0, t1, t2]));

    out.field(key, Value::Null);
    out.field("prealloc", Value::Null);
    out.field("type", Value::Name(kind.as_bytes()));
    let namespace = u16::from_be_bytes([ns_high, ns_low]);
    out.field("ns", Value::Number(namespace.into()));
    out.field("size", Value::Number(u64::from(remlen & 0x7f) * 4));
    Some(())
}
