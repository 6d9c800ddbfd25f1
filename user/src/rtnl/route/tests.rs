// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Messages of Linux 7.3 about routes, with indices of links that do not exist instead of its own.

use super::*;
use crate::kind::Argument;
use crate::names::uapi::{RTAX_MTU, RTAX_RTO_MIN};
use crate::object::described::{assert_told_whatever_the_bytes, description, payloads};
use crate::object::Numbers;
use crate::rtnl::chosen::assert_chosen;
use crate::wire::put_attr;
use serde_json::{json, Value as Json};
use std::time::Duration;

/// `ip route add 192.0.2.0/24 via 10.1.0.2 mtu 1400 ... rto_min 300ms ... features ecn ...`
const METRICS: [u8; 188] = [
    2, 24, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0, // rtmsg
    8, 0, 15, 0, 254, 0, 0, 0, // RTA_TABLE
    8, 0, 1, 0, 192, 0, 2, 0, // RTA_DST
    144, 0, 8, 0, 8, 0, 1, 0, 0, 32, 0, 0, 8, 0, 2, 0, 120, 5, 0, 0, 8, 0, 3, 0, 100, 0, 0, 0, 8,
    0, 4, 0, 160, 0, 0, 0, 8, 0, 5, 0, 40, 0, 0, 0, 8, 0, 6, 0, 7, 0, 0, 0, 8, 0, 7, 0, 8, 0, 0, 0,
    8, 0, 8, 0, 20, 5, 0, 0, 8, 0, 9, 0, 4, 0, 0, 0, 8, 0, 10, 0, 33, 0, 0, 0, 8, 0, 11, 0, 9, 0,
    0, 0, 8, 0, 12, 0, 1, 0, 0, 0, 8, 0, 13, 0, 44, 1, 0, 0, 8, 0, 14, 0, 11, 0, 0, 0, 8, 0, 15, 0,
    1, 0, 0, 0, 10, 0, 16, 0, 99, 117, 98, 105, 99, 0, 0, 0, 8, 0, 17, 0, 1, 0, 0,
    0, // RTA_METRICS
    8, 0, 5, 0, 10, 1, 0, 2, // RTA_GATEWAY
    8, 0, 4, 0, 113, 17, 1, 0, // RTA_OIF
];

/// `ip route add 192.0.4.0/24 realms 3/7 via 10.1.0.2`
const REALMS: [u8; 52] = [
    2, 24, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0, // rtmsg
    8, 0, 15, 0, 254, 0, 0, 0, // RTA_TABLE
    8, 0, 1, 0, 192, 0, 4, 0, // RTA_DST
    8, 0, 5, 0, 10, 1, 0, 2, // RTA_GATEWAY
    8, 0, 4, 0, 113, 17, 1, 0, // RTA_OIF
    8, 0, 11, 0, 7, 0, 3, 0, // RTA_FLOW
];

/// `ip route add 192.0.13.0/24 nexthop via 10.1.0.2 weight 3 nexthop via 10.2.0.2 weight 200 realms 5`
const MULTIPATH: [u8; 72] = [
    2, 24, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0, // rtmsg
    8, 0, 15, 0, 254, 0, 0, 0, // RTA_TABLE
    8, 0, 1, 0, 192, 0, 13, 0, // RTA_DST
    44, 0, 9, 0, 16, 0, 0, 2, 113, 17, 1, 0, 8, 0, 5, 0, 10, 1, 0, 2, 24, 0, 0, 199, 113, 17, 1, 0,
    8, 0, 5, 0, 10, 2, 0, 2, 8, 0, 11, 0, 5, 0, 0, 0, // RTA_MULTIPATH
];

/// `ip route add 2001:db8:10::/48 via 2001:db8:1::2 expires 3000 pref high`
const EXPIRES: [u8; 120] = [
    10, 48, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0, // rtmsg
    8, 0, 15, 0, 254, 0, 0, 0, // RTA_TABLE
    20, 0, 1, 0, 32, 1, 13, 184, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // RTA_DST
    8, 0, 6, 0, 0, 4, 0, 0, // RTA_PRIORITY
    20, 0, 5, 0, 32, 1, 13, 184, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, // RTA_GATEWAY
    8, 0, 4, 0, 113, 17, 1, 0, // RTA_OIF
    36, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 85, 97, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, // RTA_CACHEINFO
    5, 0, 20, 0, 1, 0, 0, 0, // RTA_PREF
];

/// `ip route get 10.1.0.255`, the broadcast address of a link
const CLONED: [u8; 88] = [
    2, 32, 0, 0, 255, 0, 0, 3, 0, 2, 0, 144, // rtmsg
    8, 0, 15, 0, 255, 0, 0, 0, // RTA_TABLE
    8, 0, 1, 0, 10, 1, 0, 255, // RTA_DST
    8, 0, 4, 0, 113, 17, 1, 0, // RTA_OIF
    8, 0, 7, 0, 10, 1, 0, 1, // RTA_PREFSRC
    8, 0, 25, 0, 0, 0, 0, 0, // RTA_UID
    36, 0, 12, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, // RTA_CACHEINFO
];

/// A route of MPLS, by the kernel's headers: label 100 becomes 200.
const LABELS: [u8; 48] = [
    28, 20, 0, 0, 254, 4, 0, 1, 0, 0, 0, 0, // rtmsg: AF_MPLS
    8, 0, 1, 0, 0, 6, 65, 0, // RTA_DST
    8, 0, 19, 0, 0, 12, 129, 0, // RTA_NEWDST
    10, 0, 18, 0, 2, 0, 10, 1, 0, 2, 0, 0, // RTA_VIA: AF_INET
    5, 0, 26, 0, 1, 0, 0, 0, // RTA_TTL_PROPAGATE
];

fn tell(payload: &[u8]) -> Option<Json> {
    Route::from_payload(payload)
        .ok()
        .map(|route| description(&route))
}

/// Returns a value of what is told, by its path.
fn at(payload: &[u8], path: &str) -> Json {
    let told = tell(payload).unwrap();
    told.pointer(path)
        .cloned()
        .unwrap_or_else(|| panic!("{told}"))
}

#[test]
fn metrics_are_in_milliseconds_and_features_are_keys() {
    let metrics = json!({
        "lock": ["rto_min"], "mtu": 1400, "window": 100, "rtt": 20, "rttvar": 10, "ssthresh": 7,
        "cwnd": 8, "advmss": 1300, "reordering": 4, "hoplimit": 33, "initcwnd": 9, "ecn": null,
        "rto_min": 300, "initrwnd": 11, "quickack": 1, "congestion": "cubic",
        "fastopen_no_cookie": 1,
    });

    assert_eq!(at(&METRICS, "/metrics"), json!([metrics]));
}

#[test]
fn realms_have_a_source_if_it_is_not_0() {
    let mut one = REALMS;
    one[50] = 0;

    assert_eq!(at(&REALMS, "/flow"), json!({"from": "3", "to": "7"}));
    assert_eq!(at(&one, "/flow"), json!({"to": "7"}));
}

#[test]
fn each_next_hop_is_told() {
    let dev = "if70001";
    let hops = json!([
        {"gateway": "10.1.0.2", "dev": dev, "weight": 3, "flags": []},
        {"gateway": "10.2.0.2", "flow": {"to": "5"}, "dev": dev, "weight": 200, "flags": []},
    ]);

    assert_eq!(at(&MULTIPATH, "/nexthops"), hops);
}

#[test]
fn what_a_route_of_ipv6_has_more_is_told() {
    let route = json!({
        "dst": "2001:db8:10::/48", "gateway": "2001:db8:1::2", "dev": "if70001", "table": "main",
        "protocol": "boot", "scope": "global", "metric": 1024, "flags": [], "expires": 2870,
        "type": "unicast", "pref": "high",
    });

    assert_eq!(tell(&EXPIRES), Some(route));
}

#[test]
fn what_a_packet_comes_to_has_flags_of_the_cache() {
    let route = json!({
        "type": "broadcast", "dst": "10.1.0.255", "dev": "if70001", "table": "local",
        "prefsrc": "10.1.0.1", "flags": [], "uid": 0, "cache": ["local", "brd"], "users": 2,
    });

    assert_eq!(tell(&CLONED), Some(route));
}

#[test]
fn a_route_of_mpls_has_labels_for_addresses() {
    let route = json!({
        "dst": "100", "to": "200", "via": {"family": "inet", "host": "10.1.0.2"}, "table": "main",
        "protocol": "static", "scope": "global", "flags": [], "type": "unicast",
        "ttl-propogate": true,
    });

    assert_eq!(tell(&LABELS), Some(route));
}

#[test]
fn a_route_of_mpls_can_lead_to_an_address_of_the_link_layer() {
    // RTA_VIA: AF_PACKET
    let via = [12, 0, 18, 0, 17, 0, 2, 0, 0, 0, 0, 9];
    let route = [&LABELS[..28], &via].concat();

    let host = json!({"family": "link", "host": "02:00:00:00:00:09"});
    assert_eq!(at(&route, "/via"), host);
    assert_eq!(tell(&route).unwrap().get("unknown"), None);
    assert_eq!(Route::from_payload(&route).unwrap().via(), None);
}

/// Routes of groups: of IPv4 and IPv6 made, without a link, and deleted.
const GROUPS: &[u8] = include_bytes!("../../../tests/fixtures/mroute.bin");

#[test]
fn a_route_of_a_group_has_a_sender_and_links_with_times_to_live() {
    let v4 = json!({
        "dst": "239.1.2.3", "from": "10.9.0.2", "type": "multicast", "iif": "if60001",
        "table": "default", "protocol": "17", "scope": "global", "flags": [],
        "nexthops": [{"dev": "if60003", "ttl": 3, "flags": []}],
        "mfc_stats": {"packets": 0, "bytes": 0, "wrong_if": 0}, "expires": 0.0,
    });
    let v6 = json!({
        "dst": "ff0e::7", "from": "2001:db8:9::2", "type": "multicast", "iif": "if60001",
        "table": "main", "protocol": "17", "scope": "global", "flags": [],
        "nexthops": [{"dev": "if60003", "ttl": 1, "flags": []}],
        "mfc_stats": {"packets": 0, "bytes": 0, "wrong_if": 0}, "expires": 0.0,
    });
    let told: Vec<_> = payloads(GROUPS)
        .iter()
        .filter_map(|one| tell(one))
        .collect();

    assert!(told.contains(&v4), "{told:#?}");
    assert!(told.contains(&v6), "{told:#?}");
}

#[test]
fn a_route_of_a_group_is_read() {
    let route = Route::from_payload(payloads(GROUPS)[0]).unwrap();

    assert_eq!(route.dst(), "239.1.2.3".parse().ok());
    assert_eq!(route.src(), "10.9.0.2".parse().ok());
    assert_eq!((route.iif(), route.table()), (Some(60001), 253));
}

#[test]
fn a_route_of_a_group_without_a_link_says_so() {
    let told: Vec<_> = payloads(GROUPS)
        .iter()
        .filter_map(|one| tell(one))
        .collect();
    let unresolved = json!({
        "dst": "239.1.2.4", "from": "10.9.0.2", "type": "multicast", "table": "default",
        "protocol": "17", "scope": "global", "flags": ["unresolved"],
    });

    assert!(told.contains(&unresolved), "{told:#?}");
}

#[test]
fn what_a_packet_to_a_group_comes_to_has_times_to_live() {
    // As `ip route get 239.1.2.3 from 10.9.0.2 iif va` has it: RTM_F_CLONED, and AF_INET.
    let mut cloned = payloads(GROUPS)[0].to_vec();
    cloned[0] = 2;
    cloned[9] = 2;

    assert_eq!(at(&cloned, "/nexthops/0/ttl"), 3);
    assert_eq!(at(&cloned, "/iif"), "if60001");
}

#[test]
fn no_bytes_of_a_route_of_a_group_make_it_panic() {
    assert_told_whatever_the_bytes(payloads(GROUPS), tell);
}

#[test]
fn a_type_of_service_without_a_name_is_hexadecimal() {
    let mut route = REALMS;
    route[3] = 0x03;

    assert_eq!(at(&route, "/tos"), "0x03");
}

#[test]
fn no_bytes_make_it_panic() {
    assert_told_whatever_the_bytes(
        &[&METRICS, &REALMS, &MULTIPATH, &EXPIRES, &CLONED, &LABELS],
        tell,
    );
}

#[test]
fn routes_are_chosen_by_their_words() {
    assert_chosen(
        Kind::Route,
        &REALMS,
        &[
            ("", true),
            ("table main", true),
            ("table 7", false),
            ("table all", true),
            ("dev 70001", true),
            ("oif 1", false),
            ("scope global", true),
            ("scope link", false),
            ("type unicast", true),
            ("vrf 254", true),
            ("vrf 7", false),
            ("type local", false),
            ("via 10.1.0.2", true),
            ("via 10.1.0.0/24", true),
            ("via 10.1.0.3", false),
            ("root 192.0.0.0/16", true),
            ("root 192.0.4.0/25", false),
            ("root all", true),
            ("match 192.0.4.7", true),
            ("match 192.0.5.7", false),
            ("match any", false),
            ("default", false),
            ("metric 7", false),
            ("cache", false),
            ("cache table all", false),
        ],
    );
}

#[test]
fn a_next_hop_of_another_family_is_asked_for_with_or_without_it() {
    let read = |text: &str| Argument::VIA.read(text, &Numbers::default());

    assert_eq!(read("inet6 2001:db8::1"), read("2001:db8::1"));
    assert!(read("2001:db8::1").is_some());
    for wrong in ["inet 2001:db8::1", "inet6 10.0.0.1", "inet6", "any", ""] {
        assert_eq!(read(wrong), None, "{wrong}");
    }
}

#[test]
fn why_a_route_was_deleted_is_told_and_no_part_of_it() {
    let snapshot = Kind::Route.snapshot().unwrap();
    let body = |route: &[u8]| {
        let mut body = Vec::new();
        assert!(snapshot.put_body(&Payload::new(Kind::Route, route), &mut body));
        body
    };
    let with = |reason: u32| {
        let mut route = REALMS.to_vec();
        put_attr(&mut route, RTA_DEL_REASON, &reason.to_ne_bytes()).unwrap();
        route
    };

    for (reason, expected) in [
        (1, json!("expired")),
        (2, json!("ra_withdrawn")),
        (3, json!("3")),
    ] {
        assert_eq!(at(&with(reason), "/del_reason"), expected);
        assert_eq!(body(&with(reason)), body(&REALMS));
    }
    assert_eq!(tell(&with(0)), tell(&REALMS));
}

#[test]
fn the_next_hops_of_a_route_are_read() {
    let route = Route::from_payload(&MULTIPATH).unwrap();
    let hops: Vec<_> = route
        .hops()
        .map(|hop| (hop.oif(), hop.via(), hop.weight(), hop.flags()))
        .collect();

    let via = |text: &str| text.parse().ok();
    assert_eq!(
        hops,
        [
            (70001, via("10.1.0.2"), 3, 0),
            (70001, via("10.2.0.2"), 200, 0)
        ]
    );
    assert_eq!(route.nexthop_id(), None);
    assert_eq!(Route::from_payload(&METRICS).unwrap().hops().count(), 0);
}

#[test]
fn the_metrics_of_a_route_are_read_in_units_of_time_and_bytes() {
    let metrics = Route::from_payload(&METRICS).unwrap().metrics().unwrap();

    assert_eq!((metrics.mtu(), metrics.window()), (Some(1400), Some(100)));
    assert_eq!(
        (metrics.advmss(), metrics.hoplimit()),
        (Some(1300), Some(33))
    );
    assert_eq!(
        (metrics.initcwnd(), metrics.initrwnd()),
        (Some(9), Some(11))
    );
    assert_eq!(metrics.congestion(), Some(&b"cubic"[..]));
    // 160 eighths, 40 quarters.
    let times = [metrics.rtt(), metrics.rttvar(), metrics.rto_min()];
    assert_eq!(
        times,
        [20, 10, 300].map(|ms| Some(Duration::from_millis(ms)))
    );
    assert!(metrics.is_locked(RTAX_RTO_MIN) && !metrics.is_locked(RTAX_MTU));
    assert!(!metrics.is_locked(u16::MAX));
    assert_eq!(Route::from_payload(&MULTIPATH).unwrap().metrics(), None);
    assert_eq!(
        Metrics::new(&[8, 0, 10, 0, 255, 255, 255, 255]).hoplimit(),
        None
    );
}

#[test]
fn a_route_of_several_next_hops_goes_through_the_link_of_each() {
    assert_chosen(
        Kind::Route,
        &MULTIPATH,
        &[("dev 70001 table all", true), ("dev 7 table all", false)],
    );
}

#[test]
fn routes_of_labels_are_in_the_main_table_and_have_no_address() {
    let lines = [
        ("", true),
        ("table all", true),
        ("table main", true),
        ("table 100", false),
        ("root 0.0.0.0/0", false),
    ];
    assert_chosen(Kind::Route, &LABELS, &lines);
    for (family, is_wanted) in [(MPLS, true), (libc::AF_INET as u8, false)] {
        let choice = Choice::of_family(family);
        assert_eq!(
            choice.wants(&Payload::new(Kind::Route, &LABELS)),
            is_wanted,
            "{family}"
        );
    }
}

#[test]
fn what_a_packet_comes_to_is_no_route_of_a_table() {
    let lines = [("table all", false), ("cache table all", true)];
    assert_chosen(Kind::Route, &CLONED, &lines);
}
