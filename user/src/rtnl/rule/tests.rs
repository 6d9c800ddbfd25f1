// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Messages of Linux 7.3 about rules.

use super::*;
use crate::object::described::{assert_told_whatever_the_bytes, description};
use crate::object::Query;
use crate::rtnl::chosen::assert_chosen;
use crate::rtnl::{Kind, Rules};
use crate::wire::{put_message, Message, Nlmsghdr};
use serde_json::{json, Value as Json};

/// `ip rule add not from 10.0.0.7 tos 0x10 fwmark 0x10/0xff iif v0 oif nosuch0 lookup 7777`
const MARKED: [u8; 88] = [
    2, 0, 32, 16, 252, 0, 0, 1, 18, 0, 0, 0, // fib_rule_hdr
    8, 0, 15, 0, 97, 30, 0, 0, // FRA_TABLE
    8, 0, 14, 0, 255, 255, 255, 255, // FRA_SUPPRESS_PREFIXLEN
    5, 0, 21, 0, 0, 0, 0, 0, // FRA_PROTOCOL
    7, 0, 3, 0, 118, 48, 0, 0, // FRA_IIFNAME
    12, 0, 17, 0, 110, 111, 115, 117, 99, 104, 48, 0, // FRA_OIFNAME
    8, 0, 6, 0, 101, 0, 0, 0, // FRA_PRIORITY
    8, 0, 10, 0, 16, 0, 0, 0, // FRA_FWMARK
    8, 0, 16, 0, 255, 0, 0, 0, // FRA_FWMASK
    8, 0, 2, 0, 10, 0, 0, 7, // FRA_SRC
];

/// `ip rule add fwmark 0/0x1 iif nosuch1 table main suppress_prefixlength 0`
const SUPPRESS: [u8; 64] = [
    2, 0, 0, 0, 254, 0, 0, 1, 8, 0, 0, 0, // fib_rule_hdr
    8, 0, 15, 0, 254, 0, 0, 0, // FRA_TABLE
    8, 0, 14, 0, 0, 0, 0, 0, // FRA_SUPPRESS_PREFIXLEN
    5, 0, 21, 0, 0, 0, 0, 0, // FRA_PROTOCOL
    12, 0, 3, 0, 110, 111, 115, 117, 99, 104, 49, 0, // FRA_IIFNAME
    8, 0, 6, 0, 102, 0, 0, 0, // FRA_PRIORITY
    8, 0, 16, 0, 1, 0, 0, 0, // FRA_FWMASK
];

/// `ip rule add uidrange 0-1000 ipproto tcp sport 80 dport 1000-2000 table 77`
const PORTS: [u8; 88] = [
    2, 0, 0, 0, 77, 0, 0, 1, 0, 0, 0, 0, // fib_rule_hdr
    8, 0, 15, 0, 77, 0, 0, 0, // FRA_TABLE
    8, 0, 14, 0, 255, 255, 255, 255, // FRA_SUPPRESS_PREFIXLEN
    5, 0, 21, 0, 0, 0, 0, 0, // FRA_PROTOCOL
    8, 0, 6, 0, 105, 0, 0, 0, // FRA_PRIORITY
    12, 0, 20, 0, 0, 0, 0, 0, 232, 3, 0, 0, // FRA_UID_RANGE
    8, 0, 23, 0, 80, 0, 80, 0, // FRA_SPORT_RANGE
    6, 0, 28, 0, 255, 255, 0, 0, // FRA_SPORT_MASK
    8, 0, 24, 0, 232, 3, 208, 7, // FRA_DPORT_RANGE
    5, 0, 22, 0, 6, 0, 0, 0, // FRA_IP_PROTO
];

/// `ip rule add tun_id 77 table 77 realms 3/4`
const TUNNEL: [u8; 64] = [
    2, 0, 0, 0, 77, 0, 0, 1, 0, 0, 0, 0, // fib_rule_hdr
    8, 0, 15, 0, 77, 0, 0, 0, // FRA_TABLE
    8, 0, 14, 0, 255, 255, 255, 255, // FRA_SUPPRESS_PREFIXLEN
    5, 0, 21, 0, 0, 0, 0, 0, // FRA_PROTOCOL
    8, 0, 6, 0, 107, 0, 0, 0, // FRA_PRIORITY
    12, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 77, // FRA_TUN_ID
    8, 0, 11, 0, 4, 0, 3, 0, // FRA_FLOW
];

/// `ip rule add goto 110`
const GOTO: [u8; 52] = [
    2, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, // fib_rule_hdr
    8, 0, 15, 0, 0, 0, 0, 0, // FRA_TABLE
    8, 0, 14, 0, 255, 255, 255, 255, // FRA_SUPPRESS_PREFIXLEN
    5, 0, 21, 0, 0, 0, 0, 0, // FRA_PROTOCOL
    8, 0, 6, 0, 109, 0, 0, 0, // FRA_PRIORITY
    8, 0, 4, 0, 110, 0, 0, 0, // FRA_GOTO
];

/// `ip rule add dscp 0x3/0x7 table 77`
const DSCP: [u8; 60] = [
    2, 0, 0, 0, 77, 0, 0, 1, 0, 0, 0, 0, // fib_rule_hdr
    8, 0, 15, 0, 77, 0, 0, 0, // FRA_TABLE
    8, 0, 14, 0, 255, 255, 255, 255, // FRA_SUPPRESS_PREFIXLEN
    5, 0, 21, 0, 0, 0, 0, 0, // FRA_PROTOCOL
    8, 0, 6, 0, 115, 0, 0, 0, // FRA_PRIORITY
    5, 0, 25, 0, 3, 0, 0, 0, // FRA_DSCP
    5, 0, 30, 0, 7, 0, 0, 0, // FRA_DSCP_MASK
];

fn tell(payload: &[u8]) -> Option<Json> {
    Rule::from_payload(payload)
        .ok()
        .map(|rule| description(&rule))
}

#[test]
fn selectors_and_actions_are_told_as_ip_does() {
    let cases: [(&[u8], Json); 6] = [
        (
            &MARKED,
            json!({
                "priority": 101, "not": null, "src": "10.0.0.7", "tos": "0x10", "fwmark": "0x10",
                "fwmask": "0xff", "iif": "v0", "oif": "nosuch0", "oif_detached": null,
                "table": "7777", "family": "inet", "protocol": "unspec",
            }),
        ),
        (
            &SUPPRESS,
            json!({
                "priority": 102, "src": "all", "fwmark": "0", "fwmask": "0x1", "iif": "nosuch1",
                "iif_detached": null, "table": "main", "suppress_prefixlen": 0, "family": "inet",
                "protocol": "unspec",
            }),
        ),
        (
            &PORTS,
            json!({
                "priority": 105, "src": "all", "uid_start": 0, "uid_end": 1000, "ipproto": "tcp",
                "sport": 80, "sport_mask": "0xffff", "dport_start": 1000, "dport_end": 2000,
                "table": "77", "family": "inet", "protocol": "unspec",
            }),
        ),
        (
            &TUNNEL,
            json!({
                "priority": 107, "src": "all", "tun_id": 77, "table": "77", "flow_from": "3",
                "flow_to": "4", "family": "inet", "protocol": "unspec",
            }),
        ),
        (
            &GOTO,
            json!({
                "priority": 109, "src": "all", "goto": 110, "family": "inet", "protocol": "unspec",
            }),
        ),
        (
            &DSCP,
            json!({
                "priority": 115, "src": "all", "dscp": "3", "dscp_mask": "0x7", "table": "77",
                "family": "inet", "protocol": "unspec",
            }),
        ),
    ];

    for (payload, rule) in cases {
        assert_eq!(tell(payload), Some(rule));
    }
}

#[test]
fn an_action_and_a_rule_that_is_not_there_are_told() {
    let mut rule = GOTO;
    rule[8] = UNRESOLVED as u8;
    assert_eq!(tell(&rule).unwrap()["unresolved"], Json::Null);
    assert!(tell(&rule).unwrap().get("unresolved").is_some());

    rule[7] = 6;
    assert_eq!(tell(&rule).unwrap()["action"], "blackhole");
    rule[7] = NOP;
    assert!(tell(&rule).unwrap().get("nop").is_some());
}

#[test]
fn no_bytes_make_it_panic() {
    assert_told_whatever_the_bytes(&[&MARKED, &SUPPRESS, &PORTS, &TUNNEL, &GOTO, &DSCP], tell);
}

#[test]
fn rules_are_chosen_by_their_words() {
    assert_chosen(
        Kind::Rule,
        &MARKED,
        &[
            ("", true),
            ("pref 101", true),
            ("priority 1", false),
            ("table 7777", true),
            ("lookup 252", false),
            ("iif v0 oif nosuch0", true),
            ("dev v0", true),
            ("iif v", false),
            ("fwmark 16 proto 0", true),
            ("fwmark 0x10", true),
            ("fwmark 1", false),
            ("from 10.0.0.0/8", true),
            ("from 11.0.0.0/8", false),
            ("from all", true),
            ("to 10.0.0.0/8", false),
            ("within 10.0.0.0/8", true),
            ("not tos 0x10", true),
            ("tos 0", false),
            ("l3mdev", false),
        ],
    );
}

#[test]
fn rules_of_multicast_routing_are_in_no_list() {
    let of_family = |family| {
        let (mut rule, mut bytes) = (GOTO, Vec::new());
        rule[0] = family;
        let header = Nlmsghdr {
            nlmsg_type: libc::RTM_NEWRULE,
            ..Nlmsghdr::default()
        };
        put_message(&mut bytes, header, &rule).unwrap();
        let message = Message::from_bytes(&bytes).unwrap();
        Rules::default().select(&message).unwrap().is_some()
    };

    assert!(of_family(2) && of_family(10));
    assert!(!of_family(128) && !of_family(129));
}
