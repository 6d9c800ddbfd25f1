// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Settings of a qdisc or a class, `TCA_OPTIONS`, of known kinds; of all others the bytes.
//!
//! C header: `include/uapi/linux/pkt_sched.h`.

use crate::names::uapi::*;
use crate::object::attrs::{u32, u32s, u64, Index, Taker};
use crate::object::fields::{Fields, Nest, Value};
use crate::object::schema::Format::{As, Hex, Nested, Null, Read, U32};
use crate::object::schema::{self, known, Format, Known};
use crate::object::Names;

/// Size of `struct tc_ratespec`, in bytes: its last number is the rate.
const RATESPEC: usize = 12;

/// Tells the settings of a qdisc of this kind.
pub fn describe_qdisc(
    attrs: &mut Taker<'_, '_>,
    kind: Option<&[u8]>,
    names: &mut Names,
    out: &mut dyn Fields,
) {
    let format = match kind {
        Some(b"fq_codel") => Nested(FQ_CODEL),
        Some(b"htb") => Nested(HTB),
        Some(b"pfifo" | b"bfifo" | b"pfifo_head_drop") => As(fifo),
        _ => As(unread),
    };
    describe(attrs, format, names, out);
}

/// Tells the settings of a class of this kind.
pub fn describe_class(
    attrs: &mut Taker<'_, '_>,
    kind: Option<&[u8]>,
    names: &mut Names,
    out: &mut dyn Fields,
) {
    let format = match kind {
        Some(b"htb") => As(htb_class),
        _ => As(unread),
    };
    describe(attrs, format, names, out);
}

/// Tells settings as bytes.
pub fn describe_unread(attrs: &mut Taker<'_, '_>, names: &mut Names, out: &mut dyn Fields) {
    describe(attrs, As(unread), names, out);
}

/// Tells settings; those that make no sense as bytes.
fn describe(attrs: &mut Taker<'_, '_>, format: Format, names: &mut Names, out: &mut dyn Fields) {
    attrs.take(TCA_OPTIONS, |value| {
        let described = known(TCA_OPTIONS, "options", format).describe(value, names, out);
        described.or_else(|| unread("options", value, names, out))
    });
}

fn unread(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    out.open(key, Nest::Object);
    out.field("hex", Value::Bytes(value));
    out.close();
    Some(())
}

/// Tells `struct tc_fifo_qopt`.
fn fifo(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let limit = u32(value)?;

    out.open(key, Nest::Object);
    out.field("limit", Value::Number(limit.into()));
    out.close();
    Some(())
}

/// `TCA_FQ_CODEL_*`; times are microseconds.
static FQ_CODEL: &[Known] = &[
    known(TCA_FQ_CODEL_LIMIT, "limit", U32),
    known(TCA_FQ_CODEL_FLOWS, "flows", U32),
    known(TCA_FQ_CODEL_QUANTUM, "quantum", U32),
    known(TCA_FQ_CODEL_TARGET, "target", U32),
    known(TCA_FQ_CODEL_CE_THRESHOLD, "ce_threshold", U32),
    known(TCA_FQ_CODEL_CE_THRESHOLD_MASK, "ce_threshold_mask", Hex),
    known(
        TCA_FQ_CODEL_CE_THRESHOLD_SELECTOR,
        "ce_threshold_selector",
        Hex,
    ),
    known(TCA_FQ_CODEL_INTERVAL, "interval", U32),
    known(TCA_FQ_CODEL_MEMORY_LIMIT, "memory_limit", U32),
    known(TCA_FQ_CODEL_ECN, "ecn", Read(ecn)),
    known(TCA_FQ_CODEL_DROP_BATCH_SIZE, "drop_batch", U32),
];

/// Reads whether packets are marked instead of dropped.
fn ecn(value: &[u8]) -> Option<Value<'_>> {
    u32(value).map(|ecn| Value::Bool(ecn != 0))
}

/// `TCA_HTB_*` of the qdisc.
static HTB: &[Known] = &[
    known(TCA_HTB_INIT, "init", As(htb_init)),
    known(TCA_HTB_DIRECT_QLEN, "direct_qlen", U32),
    known(TCA_HTB_OFFLOAD, "offload", Null),
];

/// Tells `struct tc_htb_glob`, but what it counts.
fn htb_init(_: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let [version, r2q, default, _debug, _direct_pkts] = u32s::<5>(value)?;

    out.field("r2q", Value::Number(r2q.into()));
    out.field("default", schema::hex(default.into()));
    let version = format!("{}.{}", version >> 16, version & 0xffff);
    out.field("ver", Value::Word(&version));
    Some(())
}

/// Tells the settings of a class of HTB; `None` when it has none.
fn htb_class(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let index = Index::new(value);
    let mut attrs = index.taker();
    let parms = attrs.take(TCA_HTB_PARMS, htb_opt)?;
    let wide = [
        ("rate", attrs.take(TCA_HTB_RATE64, u64)),
        ("ceil", attrs.take(TCA_HTB_CEIL64, u64)),
    ];

    out.open(key, Nest::Object);
    for (key, number) in parms {
        let wide = wide.iter().find(|(known, _)| *known == key);
        let number = wide.and_then(|(_, wide)| *wide).unwrap_or(number);
        out.field(key, Value::Number(number));
    }
    attrs.finish(out);
    out.close();
    Some(())
}

/// Reads `struct tc_htb_opt`: how fast a class may be, in bytes a second, and how much at once, in ticks.
fn htb_opt(bytes: &[u8]) -> Option<[(&'static str, u64); 9]> {
    let (rate, rest) = bytes.split_first_chunk::<RATESPEC>()?;
    let (ceil, rest) = rest.split_first_chunk::<RATESPEC>()?;
    let [buffer, cbuffer, quantum, level, prio] = u32s(rest)?;
    let [_cell_log, _linklayer, o0, o1, _, _, m0, m1, ..] = *rate;

    Some([
        ("prio", prio.into()),
        ("rate", u32(&rate[8..])?.into()),
        ("ceil", u32(&ceil[8..])?.into()),
        ("buffer", buffer.into()),
        ("cbuffer", cbuffer.into()),
        ("quantum", quantum.into()),
        ("level", level.into()),
        ("overhead", u16::from_ne_bytes([o0, o1]).into()),
        ("mpu", u16::from_ne_bytes([m0, m1]).into()),
    ])
}
