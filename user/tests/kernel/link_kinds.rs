// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Changes of links of all kinds: not every machine's own kernel has them.

use crate::lab::*;
use crate::net::change::{assert_shown, change, done, netns_with_pair};
use crate::net::monitor::idle;
use crate::net::monitor::watcher::{flags_of, Watcher};
use serde_json::{json, Value};
use std::process::Command;

/// The namespace of [`netns_with_pair`].
const NETNS: &str = "change";

/// Has ip(8), bridge(8) or sysctl(8) do in the namespace what `line` says.
fn in_netns(line: &str) {
    let output = run(Command::new("ip")
        .args(["netns", "exec", NETNS])
        .args(line.split_whitespace()));
    assert!(output.status.success(), "{line}: {output:?}");
}

/// Returns what the client shows now.
fn now(words: &str) -> Vec<Value> {
    let output = change(&format!("--json {words}"));
    assert!(output.status.success(), "{words}: {output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Returns what happened to routes to `dst`, a word each time.
fn whats_of_route<'t>(emitted: &'t [Value], dst: &str) -> Vec<&'t str> {
    let of_dst = emitted.iter().filter(|line| line["route"]["dst"] == dst);
    of_dst.filter_map(|line| line["event"].as_str()).collect()
}

#[test]
fn a_link_is_made_of_every_kind() {
    let _netns = netns_with_pair();
    for words in [
        "link add a1 type dummy",
        "link add a2 link v1 type vlan id 10 protocol 802.1ad",
        "link add a3 type vxlan id 42 remote 10.0.0.2 local 10.0.0.1 dstport 4789 dev v1 nolearning",
        "link add a4 type macvlan mode bridge link v2",
        "link add a5 type vrf table 10",
        "link add a6 type bond mode active-backup miimon 100",
        "link add name a7 mtu 1300 up type veth peer a8",
    ] {
        done(words);
    }
    for (link, place, value) in [
        ("a1", "info_kind", "dummy".into()),
        ("a2", "info_data/id", 10.into()),
        ("a2", "info_data/protocol", "802.1ad".into()),
        ("a3", "info_data/id", 42.into()),
        ("a3", "info_data/remote", "10.0.0.2".into()),
        ("a3", "info_data/local", "10.0.0.1".into()),
        ("a3", "info_data/port", 4789.into()),
        ("a3", "info_data/link", "v1".into()),
        ("a3", "info_data/learning", false.into()),
        ("a4", "info_data/mode", "bridge".into()),
        ("a5", "info_data/table", 10.into()),
        ("a6", "info_data/mode", "active-backup".into()),
        ("a6", "info_data/miimon", 100.into()),
    ] {
        assert_shown(
            &format!("link show {link}"),
            &[(&format!("/linkinfo/{place}"), value)],
        );
    }
    assert_shown(
        "link show a7",
        &[("/mtu", 1300.into()), ("/link", "a8".into())],
    );
}

#[test]
fn a_refusal_has_the_kernels_words_the_attribute_and_what_was_asked_for() {
    let _netns = netns_with_pair();
    for (words, expected) in [
        (
            "link set v1 mtu 10",
            "link set v1: mtu less than device minimum (EINVAL)",
        ),
        (
            "link add v1 type dummy",
            "link add v1: File exists (EEXIST)",
        ),
        (
            "link add sixteen-or-more-bytes type dummy",
            "link add sixteen-or-more-bytes: IFNAME: Attribute failed policy validation (ERANGE)",
        ),
        (
            "link add x type nosuch",
            "link add x: Unknown device type (EOPNOTSUPP)",
        ),
        (
            "link add x type vlan id 5000 link v1",
            "link add x: 8021q: Invalid VLAN id (ERANGE)",
        ),
        (
            "link add x type veth peer name sixteen-or-more-bytes",
            "link add x: IFNAME: Attribute failed policy validation (ERANGE)",
        ),
        (
            "link add x type vxlan id 16777216 dstport 4789",
            "link add x: VXLAN_ID: VXLAN ID must be lower than 16777216 (ERANGE)",
        ),
        (
            "link set nosuch up",
            "link set nosuch: No such device (ENODEV)",
        ),
        (
            "link del lo",
            "link del lo: Operation not supported (EOPNOTSUPP)",
        ),
        (
            "addr add 10.0.0.1/24 dev v1",
            "addr add 10.0.0.1/24: ipv4: Address already assigned (EEXIST)",
        ),
        (
            "route add 10.0.0.0/24 dev v1",
            "route add 10.0.0.0/24: File exists (EEXIST)",
        ),
        (
            "route del 10.7.0.0/16",
            "route del 10.7.0.0/16: No such process (ESRCH)",
        ),
        (
            "route add 10.4.0.0/16 via 192.0.2.1",
            "route add 10.4.0.0/16: Nexthop has invalid gateway (ENETUNREACH)",
        ),
        (
            "route add 10.4.0.0/16 nhid 77",
            "route add 10.4.0.0/16: Nexthop id does not exist (EINVAL)",
        ),
        (
            "neigh del 10.0.0.9 dev v1",
            "neigh del 10.0.0.9: No such file or directory (ENOENT)",
        ),
        (
            "route add 10.4.0.0/16 dev nosuch",
            "find a link: there is no link nosuch (ENODEV)",
        ),
    ] {
        let output = change(words);
        assert_eq!(stderr(&output), format!("nlhello: {expected}\n"), "{words}");
        assert_eq!(output.status.code(), Some(1), "{words}");
        assert_eq!(stdout(&output), "", "{words}");
    }
}

#[test]
fn who_may_and_is_refused_for_another_reason_gets_no_hint_to_become_root() {
    let _netns = netns_with_pair();
    done("link add bo type bond");
    let output = change("link set bo master bo");

    assert_eq!(
        stderr(&output),
        "nlhello: link set bo: Cannot enslave bond to itself. (EPERM)\n"
    );
}

#[test]
fn routes_of_labels_are_emitted_from_the_start_and_stay_while_other_routes_go() {
    let _netns = netns_with_pair();
    in_netns("sysctl -qw net.mpls.platform_labels=1000 net.mpls.conf.v1.input=1");
    in_netns("ip -f mpls route add 100 as 200 via inet 10.0.0.2 dev v1");
    in_netns("ip -f mpls route add 101 via inet 10.0.0.2 dev v1");
    let is_100 = |route: &Value| route["dst"] == "100";
    assert_eq!(now("route").into_iter().filter(is_100).count(), 1);
    let awaited = change("wait route dev v1 proto boot --timeout 9");
    let label = stdout(&awaited);
    assert!(
        ["100 ", "101 "].iter().any(|one| label.starts_with(one)),
        "{awaited:?}"
    );

    let watcher = Watcher::start(NETNS, "route");
    // Routes are read again when an address goes.
    in_netns("ip addr add 10.0.5.1/24 dev v2");
    in_netns("ip addr del 10.0.5.1/24 dev v2");
    in_netns("ip -f mpls route replace 100 as 300 via inet 10.0.0.2 dev v1");
    in_netns("ip -f mpls route del 101");
    in_netns("ip -f mpls route add 102 via inet 10.0.0.2 dev v1");
    watcher.wait_for(r#""dst":"102""#);
    in_netns("ip link set v1 down");
    watcher.wait_for_line("a dead route", |line| {
        line["route"]["dst"] == "102" && line["route"]["flags"].to_string().contains("dead")
    });
    let (emitted, _) = watcher.end();

    assert_eq!(
        whats_of_route(&emitted, "100"),
        ["change", "change"],
        "{emitted:#?}"
    );
    assert_eq!(whats_of_route(&emitted, "101"), ["del"]);
    assert_eq!(whats_of_route(&emitted, "102"), ["new", "change"]);
}

#[test]
fn links_on_one_that_goes_down_are_emitted_so_whatever_their_kind() {
    let _netns = netns_with_pair();
    let uppers = ["vl", "gr", "ti", "mv"];
    for words in [
        "link v1 name vl type vlan id 5 loose_binding on",
        "name gr type gre local 10.0.0.1 remote 10.0.0.2 dev v1",
        "name ti type ipip local 10.0.0.1 remote 10.0.0.2 dev v1",
        "link v1 name mv type macvlan",
    ] {
        in_netns(&format!("ip link add {words}"));
    }
    in_netns("ip link set vl up");
    let watcher = Watcher::start(NETNS, "link");
    let is_emitted = |name: &str, is_down: bool| {
        watcher.wait_for_line(name, |line| {
            let flags = line["link"]["flags"].to_string();
            line["link"]["ifname"] == name && flags.contains("M-DOWN") == is_down
        });
    };
    in_netns("ip link set v1 down");
    uppers.iter().for_each(|name| is_emitted(name, true));
    in_netns("ip link set v1 up");
    uppers.iter().for_each(|name| is_emitted(name, false));
    in_netns("ip link set v1 down");
    // Tunnels stay, and there is nothing below them then.
    in_netns("ip link del v1");
    watcher.wait_for_line("the end of v1", |line| {
        line["event"] == "del" && line["link"]["ifname"] == "v1"
    });
    idle::wait_until_idle(&watcher.child);
    let (emitted, _) = watcher.end();
    for name in uppers {
        flags_of(&emitted, name);
    }
    for shown in now("link") {
        let name = shown["ifname"].as_str().unwrap();
        if let Some(last) = flags_of(&emitted, name).last() {
            assert_eq!(*last, shown["flags"], "{name}: {emitted:#?}");
        }
    }
}

#[test]
fn a_default_route_by_router_advertisement_is_emitted_with_all_that_the_router_says() {
    let (_netns, _far) = (Netns::add(NETNS), Netns::add("change-far"));
    in_netns("ip link add va type veth peer name vb netns change-far");
    for netns in [NETNS, "change-far"] {
        let accept = "net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0";
        let set = format!("netns exec {netns} sysctl -qw {accept}");
        assert!(run(Command::new("ip").args(set.split(' ')))
            .status
            .success());
    }
    in_netns("ip link set va up");
    let up = ["-n", "change-far", "link", "set", "vb", "up"];
    assert!(run(Command::new("ip").args(up)).status.success());
    let watcher = Watcher::start(NETNS, "route");
    let is_default = |line: &Value| line["route"]["dst"] == "default";
    for hop_limit in [64, 32] {
        let advertise = format!(
            "netns exec change-far python3 user/tests/kernel/parity/advertise.py vb {hop_limit}"
        );
        let output = run(Command::new("ip").args(advertise.split(' ')));
        assert!(output.status.success(), "{output:?}");
        let metrics = json!([{"mtu": 1400, "hoplimit": hop_limit}]);
        watcher.wait_for_line("the metrics", |line| {
            is_default(line) && line["route"]["metrics"] == metrics
        });
    }
    idle::wait_until_idle(&watcher.child);
    let (emitted, _) = watcher.end();
    let last = emitted.iter().rfind(|line| is_default(line)).unwrap();
    let shown = now("route show default -6");

    assert_eq!(
        last["route"]["metrics"], shown[0]["metrics"],
        "{emitted:#?}"
    );
}

#[test]
fn what_links_on_the_same_link_share_changes_for_all_of_them() {
    let _netns = netns_with_pair();
    for words in [
        "link v1 name m1 type macvlan mode bridge",
        "link v1 name m2 type macvlan mode bridge",
        "link v2 name i1 type ipvlan mode l2",
        "link v2 name i2 type ipvlan mode l2",
    ] {
        in_netns(&format!("ip link add {words}"));
    }
    // Of a link that is down the kernel does not tell that it is changed.
    in_netns("ip link set m1 up");
    in_netns("ip link set i1 up");
    let watcher = Watcher::start(NETNS, "link");
    let is_emitted = |name: &str, key: &str, value: Value| {
        watcher.wait_for_line(name, |line| {
            line["link"]["ifname"] == name && line["link"]["linkinfo"]["info_data"][key] == value
        });
    };
    in_netns("ip link set m1 type macvlan bcqueuelen 2000");
    is_emitted("m2", "usedbcqueuelen", json!(2000));
    in_netns("ip link set i1 type ipvlan mode l3");
    is_emitted("i2", "mode", json!("l3"));
    watcher.end();
}
