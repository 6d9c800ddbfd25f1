// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Metrics: what TCP and the IP layer take for granted along a route, `RTAX_*`.

use crate::names::uapi::*;
use crate::object::attrs::u32;
use crate::object::schema::{self, hex, known, Format, Known};
use crate::object::{Fields, Names, Nest, Value};

static METRICS: &[Known] = &[
    known(RTAX_LOCK, "lock", Format::As(lock)),
    known(RTAX_MTU, "mtu", Format::U32),
    known(RTAX_WINDOW, "window", Format::U32),
    known(RTAX_RTT, "rtt", Format::As(eighths)),
    known(RTAX_RTTVAR, "rttvar", Format::As(quarters)),
    known(RTAX_SSTHRESH, "ssthresh", Format::U32),
    known(RTAX_CWND, "cwnd", Format::U32),
    known(RTAX_ADVMSS, "advmss", Format::U32),
    known(RTAX_REORDERING, "reordering", Format::U32),
    known(RTAX_HOPLIMIT, "hoplimit", Format::As(hoplimit)),
    known(RTAX_INITCWND, "initcwnd", Format::U32),
    known(RTAX_FEATURES, "features", Format::As(features)),
    known(RTAX_RTO_MIN, "rto_min", Format::U32),
    known(RTAX_INITRWND, "initrwnd", Format::U32),
    known(RTAX_QUICKACK, "quickack", Format::U32),
    known(RTAX_CC_ALGO, "congestion", Format::Name),
    known(RTAX_FASTOPEN_NO_COOKIE, "fastopen_no_cookie", Format::U32),
];

/// Tells the metrics in `value`.
pub fn describe(value: &[u8], names: &mut Names, out: &mut dyn Fields) -> Option<()> {
    out.open("metrics", Nest::Array);
    out.open_item(Nest::Object);
    schema::describe(value, METRICS, names, out);
    out.close();
    out.close();
    Some(())
}

/// The kernel counts in eighths of a millisecond.
fn eighths(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    out.field(key, Value::Number((u32(value)? / 8).into()));
    Some(())
}

/// The kernel counts in quarters of a millisecond.
fn quarters(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    out.field(key, Value::Number((u32(value)? / 4).into()));
    Some(())
}

/// Tells which metrics the kernel must not change, a bit each.
fn lock(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let locked = u32(value)?;
    let is_locked = |metric: &&Known| locked >> metric.kind & 1 != 0;

    out.open(key, Nest::Array);
    for metric in METRICS.iter().filter(is_locked) {
        out.item(Value::Word(metric.key));
    }
    out.close();
    Some(())
}

/// Tells it unless it is that of the system (-1).
fn hoplimit(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    match u32(value)? {
        u32::MAX => {}
        limit => out.field(key, Value::Number(limit.into())),
    }
    Some(())
}

/// Tells each feature (`RTAX_FEATURE_*`) as a key of its own; all of them in hexadecimal if there
/// are others.
fn features(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let features = u32(value)?;
    let mut rest = features;
    for (bit, name) in [(1 << 0, "ecn"), (1 << 4, "tcp_usec_ts")] {
        if features & bit != 0 {
            out.field(name, Value::Null);
            rest &= !bit;
        }
    }
    if rest != 0 {
        out.field(key, hex(features.into()));
    }
    Some(())
}
