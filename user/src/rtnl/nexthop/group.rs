// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Groups of next hops.

use crate::names::uapi::*;
use crate::object::attrs::{u16, u32, Taker};
use crate::object::fields::objects;
use crate::object::schema::Format::{Clock, Uint, U16, U32};
use crate::object::schema::{self, known, Known};
use crate::object::{Fields, Names, Nest, Value};
use crate::wire::Attrs;

/// Size of `struct nexthop_grp`, in bytes.
const NEXTHOP_GRP: usize = 8;

/// Flag of an answer: weights have two bytes (`NHA_OP_FLAG_RESP_GRP_RESVD_0`).
const WIDE_WEIGHTS: u32 = 1 << 31;

/// Type of a group: a packet's hash chooses (`NEXTHOP_GRP_TYPE_MPATH`).
const MPATH: u16 = 0;
/// Type of a group: buckets that change hands seldom (`NEXTHOP_GRP_TYPE_RES`).
const RESILIENT: u16 = 1;

/// `NHA_RES_GROUP_*`.
static RES_GROUP: &[Known] = &[
    known(NHA_RES_GROUP_BUCKETS, "buckets", U16),
    known(NHA_RES_GROUP_IDLE_TIMER, "idle_timer", Clock),
    known(NHA_RES_GROUP_UNBALANCED_TIMER, "unbalanced_timer", Clock),
    known(NHA_RES_GROUP_UNBALANCED_TIME, "unbalanced_time", Clock),
];

/// `NHA_GROUP_STATS_ENTRY_*`.
static STATS: &[Known] = &[
    known(NHA_GROUP_STATS_ENTRY_ID, "id", U32),
    known(NHA_GROUP_STATS_ENTRY_PACKETS, "packets", Uint),
    known(NHA_GROUP_STATS_ENTRY_PACKETS_HW, "packets_hw", Uint),
];

/// Tells who is in the group, and how one of them is chosen.
pub fn describe(attrs: &mut Taker<'_, '_>, names: &mut Names, out: &mut dyn Fields) {
    let answer = attrs.take(NHA_OP_FLAGS, u32).unwrap_or_default();
    let mask = match answer & WIDE_WEIGHTS {
        0 => 0xff,
        _ => 0xffff,
    };

    attrs.take(NHA_GROUP, |value| describe_members(value, mask, out));
    match attrs.take(NHA_GROUP_TYPE, u16) {
        None | Some(MPATH) => {}
        Some(RESILIENT) => out.field("type", Value::Word("resilient")),
        Some(kind) => out.field("type", Value::Nameless(kind.into())),
    }
    attrs.take(NHA_RES_GROUP, |value| {
        out.open("resilient_args", Nest::Object);
        schema::describe(value, RES_GROUP, names, out);
        out.close();
        Some(())
    });
}

/// Tells the members, each `struct nexthop_grp`; `None` unless they are whole.
fn describe_members(value: &[u8], mask: u16, out: &mut dyn Fields) -> Option<()> {
    let members = || value.chunks(NEXTHOP_GRP).map(<[u8; NEXTHOP_GRP]>::try_from);

    objects(
        out,
        "group",
        || members().map(Result::ok),
        |member, out| {
            let [i0, i1, i2, i3, low, high, ..] = member;
            out.field(
                "id",
                Value::Number(u32::from_ne_bytes([i0, i1, i2, i3]).into()),
            );
            let weight = u16::from_le_bytes([low, high]) & mask;
            if weight > 0 {
                out.field("weight", Value::Number(u64::from(weight) + 1));
            }
        },
    )
}

/// Tells how many packets each member got.
pub fn describe_stats(attrs: &mut Taker<'_, '_>, names: &mut Names, out: &mut dyn Fields) {
    attrs.take(NHA_GROUP_STATS, |value| {
        let entries = || Attrs::new(value).map(Result::ok);
        objects(out, "group_stats", entries, |entry, out| {
            schema::describe(entry.value(), STATS, names, out);
        })
    });
}
