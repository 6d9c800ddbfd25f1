// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Messages of Linux 7.3 about next hops, with indices of links that do not exist instead of its own.

use super::*;
use crate::kind::Choice;
use crate::object::described::{assert_told_whatever_the_bytes, description};
use crate::rtnl::chosen::chosen;
use crate::rtnl::Kind;
use serde_json::{json, Value as Json};

/// `ip nexthop add id 8 via 10.1.0.77 dev v0 onlink`
const GATEWAY: [u8; 32] = [
    2, 253, 0, 0, 4, 0, 0, 0, // nhmsg
    8, 0, 1, 0, 8, 0, 0, 0, // NHA_ID
    8, 0, 5, 0, 113, 17, 1, 0, // NHA_OIF
    8, 0, 6, 0, 10, 1, 0, 77, // NHA_GATEWAY
];

/// `ip nexthop add id 3 blackhole`
const BLACKHOLE: [u8; 20] = [
    2, 0, 0, 0, 0, 0, 0, 0, // nhmsg
    8, 0, 1, 0, 3, 0, 0, 0, // NHA_ID
    4, 0, 4, 0, // NHA_BLACKHOLE
];

/// `ip nexthop add id 9 encap ip id 5 dst 10.3.3.3 dev v0`
const TUNNEL: [u8; 88] = [
    2, 254, 0, 0, 0, 0, 0, 0, // nhmsg
    8, 0, 1, 0, 9, 0, 0, 0, // NHA_ID
    8, 0, 5, 0, 113, 17, 1, 0, // NHA_OIF
    56, 0, 8, 0, 12, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 5, 8, 0, 2, 0, 10, 3, 3, 3, 8, 0, 3, 0, 0, 0, 0,
    0, 5, 0, 5, 0, 0, 0, 0, 0, 5, 0, 4, 0, 0, 0, 0, 0, 6, 0, 6, 0, 0, 0, 0, 0, // NHA_ENCAP
    6, 0, 7, 0, 2, 0, 0, 0, // NHA_ENCAP_TYPE
];

/// `ip nexthop add id 101 group 1,5/2,300`, with statistics
const GROUP: [u8; 120] = [
    0, 0, 0, 0, 0, 0, 0, 0, // nhmsg
    8, 0, 1, 0, 101, 0, 0, 0, // NHA_ID
    6, 0, 3, 0, 0, 0, 0, 0, // NHA_GROUP_TYPE
    20, 0, 2, 0, 1, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0, 43, 1, 0, 0, // NHA_GROUP
    8, 0, 16, 0, 0, 0, 0, 0, // NHA_HW_STATS_ENABLE
    60, 0, 15, 128, 28, 0, 1, 128, 8, 0, 1, 0, 1, 0, 0, 0, 8, 0, 2, 0, 0, 0, 0, 0, 8, 0, 3, 0, 0,
    0, 0, 0, 28, 0, 1, 128, 8, 0, 1, 0, 2, 0, 0, 0, 8, 0, 2, 0, 0, 0, 0, 0, 8, 0, 3, 0, 0, 0, 0,
    0, // NHA_GROUP_STATS
    8, 0, 14, 0, 0, 0, 0, 128, // NHA_OP_FLAGS
];

/// `ip nexthop add id 102 group 5/6 fdb`, with statistics
const FDB: [u8; 124] = [
    0, 0, 0, 0, 0, 0, 0, 0, // nhmsg
    8, 0, 1, 0, 102, 0, 0, 0, // NHA_ID
    4, 0, 11, 0, // NHA_FDB
    6, 0, 3, 0, 0, 0, 0, 0, // NHA_GROUP_TYPE
    20, 0, 2, 0, 5, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, // NHA_GROUP
    8, 0, 16, 0, 0, 0, 0, 0, // NHA_HW_STATS_ENABLE
    60, 0, 15, 128, 28, 0, 1, 128, 8, 0, 1, 0, 5, 0, 0, 0, 8, 0, 2, 0, 0, 0, 0, 0, 8, 0, 3, 0, 0,
    0, 0, 0, 28, 0, 1, 128, 8, 0, 1, 0, 6, 0, 0, 0, 8, 0, 2, 0, 0, 0, 0, 0, 8, 0, 3, 0, 0, 0, 0,
    0, // NHA_GROUP_STATS
    8, 0, 14, 0, 0, 0, 0, 128, // NHA_OP_FLAGS
];

/// `ip nexthop add id 103 group 1/2,7 type resilient buckets 8 idle_timer 60 unbalanced_timer 90`
const RESILIENT: [u8; 160] = [
    0, 0, 0, 0, 0, 0, 0, 0, // nhmsg
    8, 0, 1, 0, 103, 0, 0, 0, // NHA_ID
    6, 0, 3, 0, 1, 0, 0, 0, // NHA_GROUP_TYPE
    20, 0, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 6, 0, 0, 0, // NHA_GROUP
    40, 0, 12, 128, 6, 0, 1, 0, 8, 0, 0, 0, 8, 0, 2, 0, 112, 23, 0, 0, 8, 0, 3, 0, 40, 35, 0, 0,
    12, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, // NHA_RES_GROUP
    8, 0, 16, 0, 0, 0, 0, 0, // NHA_HW_STATS_ENABLE
    60, 0, 15, 128, 28, 0, 1, 128, 8, 0, 1, 0, 1, 0, 0, 0, 8, 0, 2, 0, 0, 0, 0, 0, 8, 0, 3, 0, 0,
    0, 0, 0, 28, 0, 1, 128, 8, 0, 1, 0, 2, 0, 0, 0, 8, 0, 2, 0, 0, 0, 0, 0, 8, 0, 3, 0, 0, 0, 0,
    0, // NHA_GROUP_STATS
    8, 0, 14, 0, 0, 0, 0, 128, // NHA_OP_FLAGS
];

fn tell(payload: &[u8]) -> Option<Json> {
    let nexthop = Nexthop::from_payload(payload).ok()?;
    Some(description(&nexthop))
}

/// Returns a value of what is told, by its key.
fn at(payload: &[u8], key: &str) -> Json {
    tell(payload).unwrap()[key].clone()
}

#[test]
fn next_hops_are_told_as_ip_does() {
    let gateway = json!({
        "id": 8, "gateway": "10.1.0.77", "dev": "if70001", "scope": "link", "protocol": "unspec",
        "flags": ["onlink"],
    });
    let blackhole = json!({
        "id": 3, "blackhole": null, "scope": "global", "protocol": "unspec", "flags": [],
    });

    assert_eq!(tell(&GATEWAY), Some(gateway));
    assert_eq!(tell(&BLACKHOLE), Some(blackhole));
    assert_eq!(at(&TUNNEL, "encap")["dst"], "10.3.3.3");
}

#[test]
fn weights_have_two_bytes_if_the_kernel_says_so() {
    let wide = json!([{"id": 1, "weight": 5}, {"id": 2, "weight": 300}]);
    assert_eq!(at(&GROUP, "group"), wide);

    let narrow = json!([{"id": 1, "weight": 5}, {"id": 2, "weight": 44}]);
    assert_eq!(at(&GROUP[..GROUP.len() - 8], "group"), narrow);
}

#[test]
fn statistics_are_told_for_each_member() {
    let stats = json!([
        {"id": 5, "packets": 0, "packets_hw": 0},
        {"id": 6, "packets": 0, "packets_hw": 0},
    ]);

    assert_eq!(at(&FDB, "group_stats"), stats);
    assert_eq!(
        at(&FDB, "hw_stats"),
        json!({"enabled": false, "used": false})
    );
    assert!(tell(&FDB).unwrap().get("fdb").is_some());
}

#[test]
fn times_of_a_resilient_group_are_in_seconds() {
    let args = at(&RESILIENT, "resilient_args");

    assert_eq!(at(&RESILIENT, "type"), "resilient");
    assert_eq!(args["buckets"], 8);
    assert_eq!(args["idle_timer"], 60.0);
    assert_eq!(args["unbalanced_timer"], 90.0);
}

#[test]
fn a_member_that_is_cut_short_makes_the_group_unknown() {
    let mut group = GROUP;
    group[24] = 19;

    assert_eq!(at(&group, "unknown")[0]["type"], 2);
}

#[test]
fn no_bytes_make_it_panic() {
    assert_told_whatever_the_bytes(
        &[&GATEWAY, &BLACKHOLE, &TUNNEL, &GROUP, &FDB, &RESILIENT],
        tell,
    );
}

#[test]
fn next_hops_are_chosen_by_their_words() {
    for (line, wanted) in [
        ("", [true, true, true]),
        ("dev 70001", [true, false, false]),
        ("id 8", [true, false, false]),
        ("groups", [false, true, true]),
        ("fdb", [false, false, true]),
        ("proto 3", [false; 3]),
        ("via 10.1.0.77", [true, false, false]),
        ("10.1.0.0/24", [true, false, false]),
    ] {
        let choice = chosen(Kind::Nexthop, line);
        let is_wanted =
            [&GATEWAY[..], &GROUP, &FDB].map(|hop| choice.wants(&Payload::new(Kind::Nexthop, hop)));
        assert_eq!(is_wanted, wanted, "{line}");
    }
    let v4 = Choice::of_family(2);
    assert!(
        v4.wants(&Payload::new(Kind::Nexthop, &GATEWAY))
            && !v4.wants(&Payload::new(Kind::Nexthop, &GROUP))
    );
}
