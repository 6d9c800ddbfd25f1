// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Settings of a qdisc or a class, `TCA_OPTIONS`, of known kinds; of all others the bytes.
//! bytes.
//!
//! C header: `include/uapi/linux/pkt_sched.h`.

use super::{TcAttrs, TCA_OPTIONS};
use crate::names::uapi::*;
use crate::object::attrs::{u32, u32s, u64, Index};
use crate::object::fields::{Fields, Nest, Value};
use crate::object::schema::Format::{As, Hex, Null, Read, U32};
use crate::object::schema::{self, known, Known};
use crate::object::Names;

/// Size of `struct tc_ratespec`, in bytes: its last number is the rate.
const RATESPEC: usize = 12;

/// Tells the settings of a qdisc of this kind.
pub fn describe_qdisc(
    attrs: &mut TcAttrs<'_, '_>,
    kind: Option<&[u8]>,
    names: &mut Names,
    out: &mut dyn Fields,
) {
    let tell = match kind {
        Some(b"fq_codel") => describe_fq_codel,
        Some(b"htb") => describe_htb,
        Some(b"pfifo" | b"bfifo" | b"pfifo_head_drop") => describe_fifo,
        _ => describe_bytes,
    };
    describe(attrs, tell, names, out);
}

/// Tells the settings of a class of this kind.
pub fn describe_class(
    attrs: &mut TcAttrs<'_, '_>,
    kind: Option<&[u8]>,
    names: &mut Names,
    out: &mut dyn Fields,
) {
    let tell = match kind {
        Some(b"htb") => describe_htb_class,
        _ => describe_bytes,
    };
    describe(attrs, tell, names, out);
}

/// Tells settings as bytes.
pub fn describe_unread(attrs: &mut TcAttrs<'_, '_>, names: &mut Names, out: &mut dyn Fields) {
    describe(attrs, describe_bytes, names, out);
}

/// Tells the fields of settings; `None` when they make no sense, and then nothing.
type DescribeOptions = fn(&[u8], &mut Names, &mut dyn Fields) -> Option<()>;

fn describe(
    attrs: &mut TcAttrs<'_, '_>,
    tell: DescribeOptions,
    names: &mut Names,
    out: &mut dyn Fields,
) {
    if let Some(value) = attrs.take(TCA_OPTIONS, Some) {
        out.open("options", Nest::Object);
        if tell(value, names, out).is_none() {
            describe_bytes(value, names, out);
        }
        out.close();
    }
}

fn describe_bytes(value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    out.field("hex", Value::Bytes(value));
    Some(())
}

/// `struct tc_fifo_qopt`.
fn describe_fifo(value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    out.field("limit", Value::Number(u32(value)?.into()));
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

fn describe_fq_codel(value: &[u8], names: &mut Names, out: &mut dyn Fields) -> Option<()> {
    schema::describe(value, FQ_CODEL, names, out);
    Some(())
}

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

fn describe_htb(value: &[u8], names: &mut Names, out: &mut dyn Fields) -> Option<()> {
    schema::describe(value, HTB, names, out);
    Some(())
}

/// Tells `struct tc_htb_glob`, but what it counts.
fn htb_init(_: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let [version, r2q, default, _debug, _direct_pkts] = u32s::<5>(value)?;

    out.field("r2q", Value::Number(r2q.into()));
    out.field("default", schema::hex(default.into()));
    let version = format!("{}.{}", version >> 16, version & 0xffff);
    out.field("ver", Value::Word(&version));
    Some(())
}

/// Tells `struct tc_htb_opt`; `None` when it is not there.
fn describe_htb_class(value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let index = Index::new(value);
    let mut attrs = index.taker();
    let parms = attrs.take(TCA_HTB_PARMS, HtbOpt::from_bytes)?;
    let rate64 = attrs.take(TCA_HTB_RATE64, u64);
    let ceil64 = attrs.take(TCA_HTB_CEIL64, u64);
    let number = |out: &mut dyn Fields, key, number: u64| out.field(key, Value::Number(number));

    number(out, "prio", parms.prio.into());
    number(out, "rate", rate64.unwrap_or(parms.rate.into()));
    number(out, "ceil", ceil64.unwrap_or(parms.ceil.into()));
    number(out, "buffer", parms.buffer.into());
    number(out, "cbuffer", parms.cbuffer.into());
    number(out, "quantum", parms.quantum.into());
    number(out, "level", parms.level.into());
    number(out, "overhead", parms.overhead.into());
    number(out, "mpu", parms.mpu.into());
    attrs.finish(out);
    Some(())
}

/// `struct tc_htb_opt`: how fast a class may be, in bytes a second, and how much at once, in ticks.
struct HtbOpt {
    rate: u32,
    overhead: u16,
    mpu: u16,
    ceil: u32,
    buffer: u32,
    cbuffer: u32,
    quantum: u32,
    level: u32,
    prio: u32,
}

impl HtbOpt {
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (rate, rest) = bytes.split_first_chunk::<RATESPEC>()?;
        let (ceil, rest) = rest.split_first_chunk::<RATESPEC>()?;
        let [buffer, cbuffer, quantum, level, prio] = u32s(rest)?;
        let [_cell_log, _linklayer, o0, o1, _, _, m0, m1, ..] = *rate;

        Some(Self {
            rate: u32(&rate[8..])?,
            overhead: u16::from_ne_bytes([o0, o1]),
            mpu: u16::from_ne_bytes([m0, m1]),
            ceil: u32(&ceil[8..])?,
            buffer,
            cbuffer,
            quantum,
            level,
            prio,
        })
    }
}
