// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Metrics: what TCP and the IP layer take for granted along a route, `RTAX_*`.

use crate::kind::find;
use crate::names::uapi::*;
use crate::object::attrs::{name, u32};
use crate::object::fields::flag_fields;
use crate::object::schema::Format::{As, Name, Read, U32};
use crate::object::schema::{self, hex, known, Known};
use crate::object::{Fields, Names, Nest, Value};
use std::time::Duration;

static METRICS: &[Known] = &[
    known(RTAX_LOCK, "lock", As(lock)),
    known(RTAX_MTU, "mtu", U32),
    known(RTAX_WINDOW, "window", U32),
    known(RTAX_RTT, "rtt", Read(eighths)),
    known(RTAX_RTTVAR, "rttvar", Read(quarters)),
    known(RTAX_SSTHRESH, "ssthresh", U32),
    known(RTAX_CWND, "cwnd", U32),
    known(RTAX_ADVMSS, "advmss", U32),
    known(RTAX_REORDERING, "reordering", U32),
    known(RTAX_HOPLIMIT, "hoplimit", As(hoplimit)),
    known(RTAX_INITCWND, "initcwnd", U32),
    known(RTAX_FEATURES, "features", As(features)),
    known(RTAX_RTO_MIN, "rto_min", U32),
    known(RTAX_INITRWND, "initrwnd", U32),
    known(RTAX_QUICKACK, "quickack", U32),
    known(RTAX_CC_ALGO, "congestion", Name),
    known(RTAX_FASTOPEN_NO_COOKIE, "fastopen_no_cookie", U32),
];

/// The metrics of a route, `RTAX_*`: what is `None` is that of the system, or found out. See `ip-route(8)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metrics<'a> {
    attrs: &'a [u8],
}

impl<'a> Metrics<'a> {
    pub(super) fn new(attrs: &'a [u8]) -> Self {
        Self { attrs }
    }

    /// Returns the number that a metric is (`RTAX_*`), in the kernel's own unit; `congctl` is text, and has none.
    pub fn number(&self, metric: u16) -> Option<u32> {
        find(self.attrs, metric).and_then(u32)
    }

    /// Says whether the kernel must not change a metric (`RTAX_*`) by what it finds out (`RTAX_LOCK`).
    pub fn is_locked(&self, metric: u16) -> bool {
        let locked = self.number(RTAX_LOCK).unwrap_or_default();
        locked.checked_shr(metric.into()).unwrap_or_default() & 1 != 0
    }

    /// Returns the largest packet, in bytes (`RTAX_MTU`).
    pub fn mtu(&self) -> Option<u32> {
        self.number(RTAX_MTU)
    }

    /// Returns the largest segment of TCP to ask the other end for, in bytes (`RTAX_ADVMSS`).
    pub fn advmss(&self) -> Option<u32> {
        self.number(RTAX_ADVMSS)
    }

    /// Returns the largest window of TCP to let the other end have, in bytes (`RTAX_WINDOW`).
    pub fn window(&self) -> Option<u32> {
        self.number(RTAX_WINDOW)
    }

    /// Returns the first estimate of the time to the other end and back (`RTAX_RTT`, eighths of a millisecond).
    pub fn rtt(&self) -> Option<Duration> {
        let eighths = self.number(RTAX_RTT)?;
        Some(Duration::from_micros(u64::from(eighths) * 125))
    }

    /// Returns the first estimate of how much that time varies (`RTAX_RTTVAR`, quarters of a millisecond).
    pub fn rttvar(&self) -> Option<Duration> {
        let quarters = self.number(RTAX_RTTVAR)?;
        Some(Duration::from_micros(u64::from(quarters) * 250))
    }

    /// Returns how long TCP waits at least before it sends again (`RTAX_RTO_MIN`).
    pub fn rto_min(&self) -> Option<Duration> {
        let milliseconds = self.number(RTAX_RTO_MIN)?;
        Some(Duration::from_millis(milliseconds.into()))
    }

    /// Returns the first congestion window of TCP, in segments (`RTAX_INITCWND`).
    pub fn initcwnd(&self) -> Option<u32> {
        self.number(RTAX_INITCWND)
    }

    /// Returns the first window of TCP to let the other end have, in segments (`RTAX_INITRWND`).
    pub fn initrwnd(&self) -> Option<u32> {
        self.number(RTAX_INITRWND)
    }

    /// Returns the hop limit, or the time to live (`RTAX_HOPLIMIT`); `None` also where that of the system is asked for (-1).
    pub fn hoplimit(&self) -> Option<u32> {
        self.number(RTAX_HOPLIMIT)
            .filter(|limit| *limit != u32::MAX)
    }

    /// Returns the name of the algorithm by which TCP controls congestion (`RTAX_CC_ALGO`).
    pub fn congestion(&self) -> Option<&'a [u8]> {
        find(self.attrs, RTAX_CC_ALGO).and_then(name)
    }
}

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
fn eighths(value: &[u8]) -> Option<Value<'_>> {
    u32(value).map(|eighths| Value::Number((eighths / 8).into()))
}

/// The kernel counts in quarters of a millisecond.
fn quarters(value: &[u8]) -> Option<Value<'_>> {
    u32(value).map(|quarters| Value::Number((quarters / 4).into()))
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
    let names = [(1 << 0, "ecn"), (1 << 4, "tcp_usec_ts")];

    if flag_fields(out, features, &names, Value::Null) != 0 {
        out.field(key, hex(features.into()));
    }
    Some(())
}
