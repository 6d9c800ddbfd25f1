// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `netdev.yaml`: a generic family with enums, flags, `uint` and notifications.

use super::*;

#[test]
fn ten_requests_are_answered_as_the_python_client_has_them() {
    let twins = Twins::make(&[
        "link add one type veth peer two",
        "link set one up",
        "link set two up",
    ]);
    let mut clients = twins.ask("netdev");

    let all = clients.dump("dev-get", json!({}));
    let one = twins.ifindex("one");
    assert!(with(&all, "ifindex", one)["xsk-features"].is_array());
    let device = clients.get("dev-get", json!({"ifindex": one}));
    assert!(device["xdp-features"].is_array(), "{device}");
    let queues = clients.dump("queue-get", json!({}));
    assert!(names(&queues, "type").contains(&"rx"), "{queues}");
    clients.dump("queue-get", json!({"ifindex": one}));
    let queue = clients.get("queue-get", json!({"ifindex": one, "type": "rx", "id": 0}));
    assert_eq!(queue["type"], "rx");
    clients.dump("napi-get", json!({}));
    clients.dump("qstats-get", json!({}));
    clients.dump("qstats-get", json!({"scope": ["queue"]}));

    let refusal = clients.refused("dev-get", &[], json!({}));
    assert_eq!(refusal.attr.as_deref(), Some("ifindex"));
    let refusal = clients.refused("dev-get", &[], json!({"ifindex": 99999}));
    assert_eq!(refusal.errno, i64::from(libc::ENODEV));
}

#[test]
fn what_is_told_to_a_group_has_the_name_of_its_operation() {
    let twins = Twins::make(&[]);
    let mut subscribed = twins.subscribe("netdev", "mgmt", ["dev-get", "ifindex=1"]);
    assert_eq!(subscribed.next()["ifindex"], 1);
    twins.change("link add told type bridge");
    let event = subscribed.next();

    assert_eq!(event["name"], "dev-add-ntf", "{event}");
    assert_eq!(event["msg"]["ifindex"], twins.ifindex("told"), "{event}");
    subscribed.end();
}
