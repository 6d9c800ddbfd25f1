// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Counters: `struct rtnl_link_stats64`.
//!
//! C header: `include/uapi/linux/if_link.h`.

use crate::names::uapi::{IFLA_CARRIER_CHANGES, IFLA_STATS, IFLA_STATS64};
use crate::object::attrs::{u32, u64, Taker};
use crate::object::{Fields, Nest, Value};

/// Where a counter is in the structure, and what it is called.
type CounterPlace = (usize, &'static str);

static RX: &[CounterPlace] = &[
    (2, "bytes"),
    (0, "packets"),
    (4, "errors"),
    (6, "dropped"),
    (11, "over_errors"),
    (8, "multicast"),
    (21, "compressed"),
    (10, "length_errors"),
    (12, "crc_errors"),
    (13, "frame_errors"),
    (14, "fifo_errors"),
    (15, "missed_errors"),
    (23, "nohandler"),
    (24, "otherhost"),
];

static TX: &[CounterPlace] = &[
    (3, "bytes"),
    (1, "packets"),
    (5, "errors"),
    (7, "dropped"),
    (17, "carrier_errors"),
    (9, "collisions"),
    (22, "compressed"),
    (16, "aborted_errors"),
    (18, "fifo_errors"),
    (20, "window_errors"),
    (19, "heartbeat_errors"),
];

/// Counters that `ip` leaves out when they are zero.
const SELDOM: [&str; 3] = ["compressed", "nohandler", "otherhost"];

/// Tells the counters of a link, if they are there.
pub fn describe(attrs: &mut Taker<'_, '_>, out: &mut dyn Fields) {
    let changes = attrs.take(IFLA_CARRIER_CHANGES, u32);
    match (attrs.take(IFLA_STATS64, Some), changes) {
        (Some(stats), changes) => {
            // `IFLA_STATS` has these counters cut off to 32 bits.
            attrs.take(IFLA_STATS, Some);
            out.open("stats64", Nest::Object);
            describe_both(stats, changes, out);
            out.close();
        }
        (None, Some(changes)) => out.field("carrier_changes", Value::Number(changes.into())),
        (None, None) => {}
    }
}

/// Tells what was received and what was sent.
pub fn describe_both(stats: &[u8], carrier_changes: Option<u32>, out: &mut dyn Fields) {
    out.open("rx", Nest::Object);
    describe_counters(stats, RX, out);
    out.close();
    out.open("tx", Nest::Object);
    describe_counters(stats, TX, out);
    if let Some(changes) = carrier_changes {
        out.field("carrier_changes", Value::Number(changes.into()));
    }
    out.close();
}

/// Tells the counters that there are: older kernels have fewer.
pub fn describe_counters(stats: &[u8], counters: &[CounterPlace], out: &mut dyn Fields) {
    for (at, key) in counters {
        match stats.chunks(8).nth(*at).and_then(u64) {
            Some(0) if SELDOM.contains(key) => {}
            Some(count) => out.field(key, Value::Number(count)),
            None => {}
        }
    }
}
