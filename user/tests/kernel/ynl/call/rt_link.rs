// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `rt-link.yaml`: a raw family with a fixed header, structs, nests and sub-messages.

use super::*;

#[test]
fn ten_requests_are_answered_as_the_python_client_has_them() {
    let twins = Twins::make(&[
        "link add one address 02:00:00:00:00:01 type veth peer two",
        "link set two address 02:00:00:00:00:02",
        "link add br0 address 02:00:00:00:00:03 type bridge",
        "link set one master br0",
    ]);
    let mut clients = twins.ask("rt-link");

    let all = clients.dump("getlink", json!({}));
    let port = &with(&all, "ifname", "one")["linkinfo"]["slave-data"];
    let bridge = &with(&all, "ifname", "br0")["linkinfo"]["data"];
    assert!(bridge["forward-delay"].is_u64(), "a sub-message: {bridge}");
    assert!(port["cost"].is_u64(), "a sub-message: {port}");
    let lo = clients.get("getlink", json!({"ifname": "lo"}));
    assert_eq!(lo["ifi-index"], 1);
    assert_eq!(clients.get("getlink", json!({"ifi-index": 1})), lo);
    clients.dump("getlink", json!({"ext-mask": ["vf"]}));
    clients.dump("getlink", json!({"ext-mask": ["vf", "skip-stats"]}));
    let bridges = clients.dump("getlink", json!({"linkinfo": {"kind": "bridge"}}));
    assert_eq!(names(&bridges, "ifname"), ["br0"]);

    let one = twins.ifindex("one");
    let vlan = json!({
        "ifname": "vlan7",
        "link": one,
        "mtu": 1400,
        "address": "02:00:00:00:00:07",
        "linkinfo": {"kind": "vlan", "data": {"id": 7, "flags": {"flags": 1, "mask": 1}}},
    });
    clients.change("newlink", NEW, vlan);
    let vlan = clients.get("getlink", json!({"ifname": "vlan7"}));
    assert_eq!(vlan["linkinfo"]["data"]["id"], 7, "{vlan}");
    assert_eq!(vlan["mtu"], 1400, "{vlan}");
    clients.change(
        "setlink",
        &[],
        json!({"ifname": "vlan7", "ifalias": "seven"}),
    );
    let vlan = clients.get("getlink", json!({"ifname": "vlan7"}));
    assert_eq!(vlan["ifalias"], "seven", "{vlan}");
    clients.change("dellink", &[], json!({"ifname": "vlan7"}));

    let refusal = clients.refused("getlink", &[], json!({"ifname": "vlan7"}));
    assert_eq!(refusal.errno, i64::from(libc::ENODEV));
    let unknown = json!({"ifname": "x", "linkinfo": {"kind": "nonesuch"}});
    let refusal = clients.refused("newlink", NEW, unknown);
    assert_eq!(refusal.message.as_deref(), Some("Unknown device type"));
    let refusal = clients.refused("newlink", NEW, json!({"ifname": "x".repeat(16)}));
    assert_eq!(refusal.attr.as_deref(), Some("ifname"));
    let tunnel = json!({"kind": "geneve", "data": {"id": 16_777_216}});
    let tunnel = json!({"ifname": "x", "linkinfo": tunnel});
    let refusal = clients.refused("newlink", NEW, tunnel);
    assert_eq!(refusal.attr.as_deref(), Some("linkinfo.data.id"));
}

#[test]
fn a_link_that_a_group_is_told_of_is_that_which_is_there() {
    let twins = Twins::make(&[]);
    let mut subscribed = twins.subscribe("rt-link", "rtnlgrp-link", ["getlink", "ifname=lo"]);
    assert_eq!(subscribed.next()["ifname"], "lo");
    twins.change("link add told address 02:00:00:00:00:03 type bridge");
    let event = subscribed.next();
    let there = twins
        .ask("rt-link")
        .get("getlink", json!({"ifname": "told"}));

    subscribed.end();
    for key in ["ifname", "address", "mtu", "ifi-index", "ifi-type"] {
        assert_eq!(event["msg"][key], there[key], "{key}: {event}");
    }
}
