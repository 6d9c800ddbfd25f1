// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `rt-route.yaml`: addresses of two families, enums in the fixed header, nests of numbers.

use super::*;

/// An IPv4 route to `dst`, as the header has it.
fn route(dst: &str, len: u8, rest: Value) -> Value {
    let mut route = json!({
        "rtm-family": 2,
        "rtm-dst-len": len,
        "rtm-table": 254,
        "rtm-protocol": 4,
        "rtm-type": 1,
        "dst": dst,
    });
    let members = route.as_object_mut().unwrap();
    members.extend(rest.as_object().unwrap().clone());
    route
}

#[test]
fn ten_requests_are_answered_as_the_python_client_has_them() {
    let twins = Twins::make(&[
        "link add one address 02:00:00:00:00:01 type veth peer two",
        "link set two address 02:00:00:00:00:02",
        "link set one up",
        "link set two up",
        "addr add 192.0.2.1/24 dev one",
        "addr add 2001:db8::1/64 dev one nodad",
        // Link-local addresses bring routes, as soon as nobody else is found to have them.
        "wait addr dev one fe80::ff:fe00:1",
        "wait addr dev two fe80::ff:fe00:2",
        "route add 198.51.100.0/24 via 192.0.2.2 metric 7 mtu 1400",
        "route add 2001:db8:1::/48 via 2001:db8::2",
    ]);
    let mut clients = twins.ask("rt-route");

    let all = clients.dump("getroute", json!({}));
    assert!(names(&all, "dst").contains(&"198.51.100.0"), "{all}");
    let ipv4 = clients.dump("getroute", json!({"rtm-family": 2}));
    let via = with(&ipv4, "priority", 7);
    assert_eq!(via["gateway"], "192.0.2.2");
    assert_eq!(via["metrics"], json!({"mtu": 1400}));
    assert_eq!(via["rtm-type"], "unicast");
    let ipv6 = clients.dump("getroute", json!({"rtm-family": 10}));
    assert!(names(&ipv6, "dst").contains(&"2001:db8:1::"), "{ipv6}");
    clients.dump("getroute", json!({"rtm-family": 2, "table": 255}));
    let way = json!({"rtm-family": 2, "rtm-dst-len": 32, "dst": "198.51.100.9"});
    assert_eq!(clients.get("getroute", way)["gateway"], "192.0.2.2");

    let new = json!({"gateway": "192.0.2.3", "metrics": {"mtu": 1300, "window": 5}});
    clients.change("newroute", NEW, route("203.0.113.0", 24, new));
    let black_hole = json!({"rtm-type": 6, "priority": 9});
    clients.change("newroute", NEW, route("203.0.113.128", 25, black_hole));
    let ours = clients.dump("getroute", json!({"rtm-family": 2, "rtm-protocol": 4}));
    assert_eq!(with(&ours, "rtm-type", "blackhole")["priority"], 9);
    assert_eq!(with(&ours, "rtm-type", "unicast")["gateway"], "192.0.2.3");
    clients.change("delroute", &[], route("203.0.113.0", 24, json!({})));

    let refusal = clients.refused("delroute", &[], route("203.0.113.0", 24, json!({})));
    assert_eq!(refusal.errno, i64::from(libc::ESRCH));
    let nowhere = route("203.0.113.0", 24, json!({"gateway": "8.8.8.8"}));
    let refusal = clients.refused("newroute", NEW, nowhere);
    assert_eq!(
        refusal.message.as_deref(),
        Some("Nexthop has invalid gateway")
    );
    let refusal = clients.refused(
        "newroute",
        NEW,
        route("203.0.113.1", 24, json!({"oif": twins.ifindex("one")})),
    );
    assert_eq!(
        refusal.message.as_deref(),
        Some("Invalid prefix for given prefix length")
    );
}
