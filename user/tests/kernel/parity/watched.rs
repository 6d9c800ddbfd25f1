// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Lines of `nlhello monitor` for the kinds that only it shows, while `events.sh` changes things.

use super::{run_script, World, NETNS};
use crate::net::monitor::watcher::{is_event_of, Watcher};
use serde_json::{json, Value};

const KINDS: &str =
    "prefix netconf nsid nduseropt maddr mdb mroute qdisc class filter stats ifinfo6";

/// The last that comes.
const LAST: &str = r#""nsid":{"nsid":77}"#;

/// Lines that are there among others, whatever the kernel.
fn expected() -> Vec<(&'static str, &'static str, Value)> {
    vec![
        (
            "new",
            "prefix",
            json!({"prefix": "2001:db8:1::/64", "dev": "va", "autoconf": true}),
        ),
        ("new", "nduseropt", json!({"dev": "va", "icmp_type": 134})),
        ("new", "ifinfo6", json!({"ifname": "va", "ifindex": 60001})),
        (
            "new",
            "netconf",
            json!({"interface": "va", "family": "inet", "forwarding": true}),
        ),
        (
            "new",
            "netconf",
            json!({"interface": "va", "family": "inet6", "proxy_neigh": true}),
        ),
        (
            "new",
            "netconf",
            json!({"interface": "va", "family": "mpls", "input": true}),
        ),
        (
            "new",
            "netconf",
            json!({"interface": "all", "rp_filter": "strict"}),
        ),
        (
            "del",
            "netconf",
            json!({"interface": "p0", "family": "inet"}),
        ),
        ("new", "mroute", json!({"dst": "239.1.2.3", "iif": "va"})),
        (
            "del",
            "mroute",
            json!({"dst": "ff0e::7", "from": "2001:db8:9::2"}),
        ),
        ("new", "mdb", json!({"dev": "br0"})),
        ("del", "mdb", json!({"dev": "br0"})),
        ("new", "mdb", json!({"dev": "vx0"})),
        (
            "new",
            "qdisc",
            json!({"kind": "htb", "handle": "1:", "dev": "va", "root": true}),
        ),
        (
            "del",
            "qdisc",
            json!({"kind": "htb", "handle": "1:", "dev": "va"}),
        ),
        (
            "new",
            "class",
            json!({"class": "htb", "handle": "1:10", "dev": "va"}),
        ),
        ("del", "class", json!({"handle": "1:abc", "parent": "1:10"})),
        (
            "new",
            "filter",
            json!({"kind": "u32", "protocol": "ipv6", "chain": 3}),
        ),
        ("del", "filter", json!({"kind": "u32", "pref": 5})),
        ("new", "nsid", json!({"nsid": 77})),
        ("del", "nsid", json!({"nsid": 77})),
    ]
}

/// Lines of multicast addresses, for whose groups Linux 6.12 is too old.
fn expected_of_maddr() -> Vec<(&'static str, &'static str, Value)> {
    vec![
        (
            "new",
            "maddr",
            json!({"dev": "va", "multicast": "239.1.1.1", "users": 1}),
        ),
        (
            "del",
            "maddr",
            json!({"dev": "va", "multicast": "ff0e::123"}),
        ),
        (
            "new",
            "maddr",
            json!({"dev": "va", "anycast": "2001:db8:9::"}),
        ),
    ]
}

#[test]
fn a_monitor_emits_every_kind_as_the_kernel_does() {
    let _world = World::build(&[]);
    let all = Watcher::start(NETNS, KINDS);
    let some = Watcher::start(NETNS, "qdisc ifinfo6 dev va");
    run_script("events.sh");
    all.wait_for(&format!(
        r#""event":"del","kind":"nsid","netns":"{NETNS}",{LAST}"#
    ));
    let (all, said) = all.end();
    let (some, _) = some.end();

    for (event, kind, part) in expected() {
        assert_emitted(&all, event, kind, &part);
    }
    match said.contains("nothing is told of maddr") {
        true => assert!(all.iter().all(|line| line["kind"] != "maddr")),
        false => expected_of_maddr()
            .iter()
            .for_each(|(event, kind, part)| assert_emitted(&all, event, kind, part)),
    }
    for line in &all {
        assert!(line[line["kind"].as_str().unwrap()].is_object(), "{line}");
    }
    assert_only_asked_for(&some);
}

fn assert_emitted(all: &[Value], event: &str, kind: &str, part: &Value) {
    let of_kind: Vec<_> = all.iter().filter(|line| line["kind"] == kind).collect();

    assert!(
        of_kind
            .iter()
            .any(|line| is_event_of(line, event, kind, part)),
        "{event} {kind} {part} is not among {of_kind:#?}"
    );
}

/// Classes and filters come to the group that qdiscs do, other links to that of all links.
fn assert_only_asked_for(some: &[Value]) {
    let asked_for = |line: &&Value| {
        let kind = line["kind"].as_str().unwrap();
        ["qdisc", "ifinfo6"].contains(&kind) && line["ifindex"] == 60001
    };
    let other: Vec<_> = some.iter().filter(|line| !asked_for(line)).collect();

    assert!(other.is_empty(), "{other:#?}");
    assert_emitted(some, "new", "qdisc", &json!({"kind": "fq_codel"}));
    assert_emitted(some, "new", "ifinfo6", &json!({"ifname": "va"}));
}
