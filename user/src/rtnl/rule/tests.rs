// SPDX-License-Identifier: Apache-2.0 OR MIT

use super::*;
use crate::object::Query;
use crate::rtnl::captures::{assert_has, captured, changed};
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
