// SPDX-License-Identifier: Apache-2.0 OR MIT

use super::*;
use crate::object::Query;
use crate::rtnl::captures::{assert_has, captured, changed};
use crate::rtnl::chosen::assert_chosen;
use crate::rtnl::{Kind, Rules};
use crate::wire::{put_message, Message, Nlmsghdr};
use serde_json::json;

/// A rule that leads to another.
fn goto() -> &'static [u8] {
    captured("rule-ip")[4]
}

#[test]
fn an_action_and_a_rule_that_is_not_there_are_told() {
    for (byte, expected) in [
        ((8, UNRESOLVED as u8), json!({"unresolved": null})),
        ((7, 6), json!({"action": "blackhole"})),
        ((7, NOP), json!({"nop": null})),
    ] {
        assert_has(Kind::Rule, &changed(goto(), &[byte]), expected);
    }
}

#[test]
fn rules_are_chosen_by_their_words() {
    assert_chosen(
        Kind::Rule,
        captured("rule-ip")[0],
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
        let mut bytes = Vec::new();
        let header = Nlmsghdr {
            nlmsg_type: libc::RTM_NEWRULE,
            ..Nlmsghdr::default()
        };
        put_message(&mut bytes, header, &changed(goto(), &[(0, family)])).unwrap();
        let message = Message::from_bytes(&bytes).unwrap();
        Rules::default().select(&message).unwrap().is_some()
    };

    assert!(of_family(2) && of_family(10));
    assert!(!of_family(128) && !of_family(129));
}
