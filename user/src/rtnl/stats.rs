// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Counters of links: `struct if_stats_msg` and `IFLA_STATS_*`. The kernel sends them unasked when
//! hardware begins or ceases to count what it forwards.
//!
//! C header: `include/uapi/linux/if_link.h`.

use super::link::{describe_counters, describe_stats};
use super::{split, DEV_WIDTH};
use crate::kind::{describe, Facts, MessageTypes};
use crate::names::uapi::*;
use crate::object::attrs::{u32, u8, Index};
use crate::object::fields::{Fields, Nest, Value};
use crate::object::schema::Format::{As, Nested, Read};
use crate::object::schema::{self, known, Known};
use crate::object::{Names, Object};
use crate::wire;

/// Size of `struct if_stats_msg`, in bytes.
const IF_STATS_MSG: usize = 12;

/// Counters of a link.
#[derive(Clone, Debug)]
pub struct Stats<'a> {
    header: IfStatsMsg,
    attrs: Index<'a>,
}

/// The fixed part, `struct if_stats_msg`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IfStatsMsg {
    /// `AF_UNSPEC`.
    pub family: u8,
    /// Index of the link.
    pub ifindex: u32,
    /// Attributes that the message has, bit n - 1 for `IFLA_STATS_*` n.
    pub filter_mask: u32,
}

impl IfStatsMsg {
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (fixed, mask) = bytes.get(..IF_STATS_MSG)?.split_first_chunk::<8>()?;
        let [family, _, _, _, i0, i1, i2, i3] = *fixed;

        Some(Self {
            family,
            ifindex: u32::from_ne_bytes([i0, i1, i2, i3]),
            filter_mask: u32(mask)?,
        })
    }
}

impl<'a> Stats<'a> {
    /// Reads the payload of an `RTM_NEWSTATS` message.
    ///
    /// # Errors
    ///
    /// [`wire::Error::Truncated`] when it is shorter than `struct if_stats_msg`.
    pub fn from_payload(payload: &'a [u8]) -> Result<Self, wire::Error> {
        let (header, attrs) = split(payload, IF_STATS_MSG, IfStatsMsg::from_bytes)?;

        Ok(Self { header, attrs })
    }

    /// Returns the fixed part.
    pub fn header(&self) -> &IfStatsMsg {
        &self.header
    }
}

impl Object for Stats<'_> {
    fn describe_head(&self, names: &mut Names, out: &mut dyn Fields) {
        out.column("ifname", names.link(self.header.ifindex), DEV_WIDTH);
    }

    fn describe_rest(&self, names: &mut Names, out: &mut dyn Fields) {
        let mut attrs = self.attrs.taker();

        schema::describe_known(&mut attrs, STATS, names, out);
        out.details();
        out.field("ifindex", Value::Number(self.header.ifindex.into()));
        attrs.finish(out);
    }
}

/// `IFLA_STATS_*`.
static STATS: &[Known] = &[
    known(IFLA_STATS_LINK_64, "stats64", As(link)),
    known(IFLA_STATS_LINK_OFFLOAD_XSTATS, "offload", Nested(OFFLOAD)),
];

/// `IFLA_OFFLOAD_XSTATS_*`.
static OFFLOAD: &[Known] = &[
    known(IFLA_OFFLOAD_XSTATS_CPU_HIT, "cpu_hit", As(link)),
    known(
        IFLA_OFFLOAD_XSTATS_HW_S_INFO,
        "hw_stats_info",
        Nested(HW_S_INFO),
    ),
    known(IFLA_OFFLOAD_XSTATS_L3_STATS, "l3_stats", As(hardware)),
];

/// The type is that of the counters.
static HW_S_INFO: &[Known] = &[known(
    IFLA_OFFLOAD_XSTATS_L3_STATS,
    "l3_stats",
    Nested(HW_S_INFO_OF_ONE),
)];

/// `IFLA_OFFLOAD_XSTATS_HW_S_INFO_*`.
static HW_S_INFO_OF_ONE: &[Known] = &[
    known(
        IFLA_OFFLOAD_XSTATS_HW_S_INFO_REQUEST,
        "request",
        Read(switch),
    ),
    known(IFLA_OFFLOAD_XSTATS_HW_S_INFO_USED, "used", Read(switch)),
];

/// Tells `struct rtnl_link_stats64`.
fn link(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    (value.len() % 8 == 0).then_some(())?;

    out.open(key, Nest::Object);
    describe_stats(value, None, out);
    out.close();
    Some(())
}

/// Tells `struct rtnl_hw_stats64`.
fn hardware(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    const RX: &[(usize, &str)] = &[
        (2, "bytes"),
        (0, "packets"),
        (4, "errors"),
        (6, "dropped"),
        (8, "multicast"),
    ];
    const TX: &[(usize, &str)] = &[(3, "bytes"), (1, "packets"), (5, "errors"), (7, "dropped")];
    (value.len() == 72).then_some(())?;

    out.open(key, Nest::Object);
    for (way, counters) in [("rx", RX), ("tx", TX)] {
        out.open(way, Nest::Object);
        describe_counters(value, counters, out);
        out.close();
    }
    out.close();
    Some(())
}

/// Reads yes or no; of another number, nothing.
fn switch(value: &[u8]) -> Option<Value<'_>> {
    let switch = u8(value).filter(|byte| *byte <= 1)?;

    Some(Value::Bool(switch == 1))
}

/// Facts of counters of links.
pub(crate) const FACTS: Facts = Facts {
    name: "stats",
    types: &[MessageTypes::only(RTM_NEWSTATS)],
    groups: &[RTNLGRP_STATS],
    describe: |object, names, out| describe(Stats::from_payload(object.bytes()), names, out),
    link: |object| Some(Stats::from_payload(object.bytes()).ok()?.header().ifindex),
    family: |_| None,
    ..Facts::DEFAULT
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::with;
    use crate::rtnl::captures::{assert_has, captured, changed, described};
    use crate::rtnl::Kind;
    use serde_json::json;

    #[test]
    fn whether_hardware_counts_is_told() {
        let stats = captured("stats")[0];
        // The last of the attributes is `used`.
        let used = |number| changed(stats, &[(stats.len() - 4, number)]);
        let unknown = json!([{"type": 2, "hex": "02"}]);

        for (number, expected) in [
            (1, json!({"request": false, "used": true})),
            (2, json!({"request": false, "unknown": unknown})),
        ] {
            let expected = json!({"offload": {"hw_stats_info": {"l3_stats": expected}}});
            assert_has(Kind::Stats, &used(number), expected);
        }
    }

    #[test]
    fn what_hardware_counted_is_told() {
        let counters: Vec<u8> = (1u64..10).flat_map(u64::to_ne_bytes).collect();
        let offload = with(&[], &[(IFLA_OFFLOAD_XSTATS_L3_STATS, &counters)]);
        let header = &captured("stats")[0][..IF_STATS_MSG];
        let payload = with(header, &[(IFLA_STATS_LINK_OFFLOAD_XSTATS, &offload)]);

        assert_eq!(
            described(Kind::Stats, &payload).unwrap()["offload"],
            json!({"l3_stats": {
                "rx": {"packets": 1, "bytes": 3, "errors": 5, "dropped": 7, "multicast": 9},
                "tx": {"packets": 2, "bytes": 4, "errors": 6, "dropped": 8},
            }})
        );
    }

    #[test]
    fn counters_of_other_kinds_are_unknown() {
        let payload = with(&captured("stats")[0][..IF_STATS_MSG], &[(2, &[1, 2, 3, 4])]);
        let unknown = json!([{"type": 2, "hex": "01020304"}]);

        assert_has(Kind::Stats, &payload, json!({"unknown": unknown}));
    }
}
