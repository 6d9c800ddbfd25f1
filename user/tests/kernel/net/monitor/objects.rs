// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Identities of objects: the monitor's lines add up only if it compares objects as the kernel does.

use super::pair::*;
use super::watcher::{flags_of, Watcher};
use crate::lab::*;
use serde_json::{json, Value};
use std::process::Command;

/// Runs bridge(8) in the namespace of the pair.
fn bridge(line: &str) {
    let words = line.split_whitespace();
    let output = run(Command::new("bridge").args(["-n", NETNS]).args(words));
    assert!(output.status.success(), "bridge {line}: {output:?}");
}

/// Returns what `nlhello monitor KIND` tells until a line has `last`, while `change` changes something.
fn emitted_of(kind: &str, last: &str, change: impl FnOnce()) -> Vec<Value> {
    let watcher = Watcher::start(NETNS, kind);
    change();
    watcher.wait_for(last);
    watcher.end().0
}

/// Returns what happened to the entry for `mac`, a word each time. A bridge that knows VLANs has one more for each.
fn whats<'t>(emitted: &'t [Value], mac: &str) -> Vec<&'t str> {
    let is_it = |line: &&Value| line["fdb"]["mac"] == mac && line["fdb"].get("vlan").is_none();
    let of_mac = emitted.iter().filter(is_it);
    of_mac.filter_map(|line| line["event"].as_str()).collect()
}

/// Returns how many objects of `kind`, of no VLAN, have this `part` in their line, to who looks now.
fn count(kind: &str, part: &str) -> usize {
    let now = finish(&format!("--json monitor --initial {kind} --timeout 0"));
    let is_it = |line: &&str| line.contains(part) && !line.contains(r#""vlan":"#);
    stdout(&now).lines().filter(is_it).count()
}

/// Makes a bridge with both ends of the pair as its ports.
fn with_bridge() {
    for line in [
        "link add br0 type bridge",
        "link set va master br0",
        "link set vb master br0",
        "link set br0 up",
    ] {
        ip(line);
    }
}

/// Sets what /proc/sys/net of the namespace of the pair has under this path.
fn set(path: &str, value: u8) {
    let script = format!("echo {value} > /proc/sys/net/{path}");
    let output = run(Command::new("ip").args(["netns", "exec", NETNS, "sh", "-c", &script]));
    assert!(output.status.success(), "{script}: {output:?}");
}

const MAC: &str = "02:00:00:00:00:99";

#[test]
fn an_address_that_moves_to_another_port_of_a_bridge_changes_its_entry() {
    let _netns = with_links();
    with_bridge();
    let emitted = emitted_of("fdb", r#""old":"va""#, || {
        bridge(&format!("fdb add {MAC} dev va master static"));
        bridge(&format!("fdb replace {MAC} dev vb master static"));
    });

    assert_eq!(whats(&emitted, MAC), ["new", "change"], "{emitted:#?}");
    assert_eq!(count("fdb", MAC), 1);
}

#[test]
fn an_entry_of_a_link_is_not_changed_by_being_read_again() {
    let _netns = with_links();
    // Of a link that is down the kernel does not tell that its alias changes.
    ip("link set va up");
    ip("link set vb up");
    let emitted = emitted_of("fdb link", "02:00:00:00:00:98", || {
        bridge(&format!("fdb add {MAC} dev vb self local static"));
        // Events of links make entries be read again, before the next event is told.
        ip("link set vb alias again");
        ip("link set vb alias more");
        bridge("fdb add 02:00:00:00:00:98 dev vb self");
    });

    assert_eq!(whats(&emitted, MAC), ["new"], "{emitted:#?}");
}

#[test]
fn an_entry_of_a_vxlan_that_leads_to_a_next_hop_changes_with_it_and_goes_with_it() {
    let _netns = with_links();
    for line in [
        "link add vx type vxlan id 42 dstport 4789",
        "nexthop add id 1 via 10.0.0.1 fdb",
        "nexthop add id 2 via 10.0.0.2 fdb",
        "nexthop add id 10 group 1 fdb",
        "nexthop add id 20 group 2 fdb",
    ] {
        ip(line);
    }
    let watcher = Watcher::start(NETNS, "fdb");
    bridge(&format!("fdb add {MAC} dev vx nhid 10 self"));
    watcher.wait_for(r#""nhid":10"#);
    bridge(&format!("fdb replace {MAC} dev vx nhid 20 self"));
    watcher.wait_for(r#""nhid":20"#);
    ip("nexthop del id 20");
    for nhid in [10, 20] {
        watcher.wait_for_line("the end of each entry", |line| {
            line["event"] == "del" && line["fdb"]["nhid"] == nhid
        });
    }
    assert_eq!(count("fdb", MAC), 0);
    let (emitted, _) = watcher.end();
    let there = whats(&emitted, MAC)
        .iter()
        .fold(0, |there, what| match *what {
            "new" => there + 1,
            "del" => there - 1,
            _ => there,
        });

    assert_eq!(there, 0, "{emitted:#?}");
}

#[test]
fn an_address_of_ipv6_changes_its_other_end() {
    let _netns = with_links();
    let address = "2001:db8:77::1 peer 2001:db8:77";
    let watcher = Watcher::start(NETNS, "addr");
    // The kernel sends the event of an address later (`addrconf_dad_work()`), with the other end that it has by then.
    for end in [2, 3] {
        let verb = if end == 2 { "add" } else { "change" };
        ip(&format!("-6 addr {verb} {address}::{end} dev va nodad"));
        watcher.wait_for(&format!(r#""2001:db8:77::{end}""#));
    }
    let (emitted, _) = watcher.end();
    let whats: Vec<_> = emitted
        .iter()
        .filter_map(|line| line["event"].as_str())
        .collect();

    assert_eq!(whats, ["new", "change"], "{emitted:#?}");
    assert_eq!(count("addr", "2001:db8:77::1"), 1);
}

#[test]
fn what_a_bridge_alone_notifies_of_its_ports_is_emitted() {
    let _netns = with_links();
    for line in [
        "link set va up",
        "link set vb up",
        "link add br0 type bridge",
        "link set br0 up",
    ] {
        ip(line);
    }
    let watcher = Watcher::start(NETNS, "link dev vb");
    ip("link set vb master br0");
    watcher.wait_for(r#""state":"forwarding""#);
    bridge("link set dev vb learning off");
    watcher.wait_for(r#""learning":false"#);
    let (emitted, _) = watcher.end();

    let last = &emitted[emitted.len() - 1]["link"]["linkinfo"]["info_slave_data"];
    assert_eq!(last["state"], "forwarding", "{emitted:#?}");
    assert_eq!(last["learning"], false);
}

#[test]
fn a_link_is_emitted_as_above_one_that_is_down_when_that_goes_down() {
    let _netns = with_links();
    ip("addr add 192.0.2.1/24 dev va");
    let watcher = Watcher::start(NETNS, "link dev va");
    for vb in ["up", "down"] {
        ip(&format!("link set vb {vb}"));
        watcher.wait_for_line(vb, |line| {
            let old = &line["changes"]["flags"]["old"];
            old.to_string().contains("M-DOWN") == (vb == "up") && line["implied"] == true
        });
    }
    // An event of its own is told with the same.
    ip("link set va up");
    watcher.wait_for(r#""UP","M-DOWN""#);
    let (emitted, _) = watcher.end();
    let flags = flags_of(&emitted, "va");

    let is_above_down = |flags: &Value| flags.to_string().contains("M-DOWN");
    assert_eq!(
        flags[..2].iter().map(is_above_down).collect::<Vec<_>>(),
        [false, true]
    );
    assert!(
        emitted.iter().all(|line| line["changes"] != json!({})),
        "{emitted:#?}"
    );
    let first = &emitted[0]["changes"];
    assert_eq!(first.as_object().unwrap().len(), 1, "{first}");
}

#[test]
fn what_ports_say_of_their_bridge_changes_with_it() {
    let _netns = with_links();
    with_bridge();
    ip("link set va up");
    ip("link set vb up");
    let watcher = Watcher::start(NETNS, "link dev va");
    ip("link set br0 type bridge priority 100");
    watcher.wait_for_line("the bridge's id", |line| {
        let port = &line["link"]["linkinfo"]["info_slave_data"];
        port["bridge_id"]
            .as_str()
            .is_some_and(|id| id.starts_with("0064"))
    });
    watcher.end();
}

#[test]
fn routes_are_dead_when_their_link_is_set_to_have_none_without_a_carrier() {
    let _netns = with_links();
    ip("addr add 192.0.2.1/24 dev va");
    ip("-6 addr add 2001:db8::1/64 dev va nodad");
    ip("link set va up");
    let without_carrier = |family: &str| format!("wait route {family} dev va table main");
    for family in ["192.0.2.0/24", "2001:db8::/64"] {
        assert!(finish(&without_carrier(family)).status.success());
    }
    let watcher = Watcher::start(NETNS, "route table main dev va");
    for (family, dst) in [("ipv4", "192.0.2.0/24"), ("ipv6", "2001:db8::/64")] {
        for (setting, is_dead) in [(1, true), (0, false)] {
            set(
                &format!("{family}/conf/va/ignore_routes_with_linkdown"),
                setting,
            );
            watcher.wait_for_line(dst, |line| {
                let flags = &line["changes"]["flags"]["new"];
                let has_dead = flags.to_string().contains("dead");
                line["route"]["dst"] == dst && has_dead == is_dead && line["implied"] == true
            });
        }
    }
    watcher.end();
}

/// Kinds whose objects a new link may have at once. Settings (`netconf`) come before it, as docs/monitor.md says.
const OF_NEW_LINKS: &str = "link addr route neigh rule fdb mdb qdisc class filter prefix";

#[test]
fn what_a_new_link_has_is_emitted_under_its_name() {
    let _netns = with_links();
    for words in [
        "made up type bridge",
        "made up type veth",
        "made up type vxlan id 7 dev va dstport 4789",
        "link va made up type macvlan",
    ] {
        let watcher = Watcher::start(NETNS, OF_NEW_LINKS);
        ip(&format!("link add {words}"));
        ip("link add last type bridge");
        watcher.wait_for(r#""ifname":"last""#);
        ip("link del made");
        ip("link del last");
        let (emitted, _) = watcher.end();

        let text = serde_json::to_string(&emitted).unwrap();
        let unnamed = ["ifname", "dev", "master"].map(|key| format!(r#""{key}":"if"#));
        assert!(
            !unnamed.iter().any(|name| text.contains(name)),
            "{words}: {emitted:#?}"
        );
    }
}

#[test]
fn entries_of_a_new_bridge_are_emitted_behind_it() {
    let _netns = with_links();
    for kinds in ["link fdb", "fdb", "fdb dev br5"] {
        let entry = |event| {
            move |line: &Value| {
                line["event"] == event
                    && line["fdb"]["ifname"] == "br5"
                    && line["fdb"].get("vlan").is_none()
            }
        };
        let watcher = Watcher::start(NETNS, kinds);
        ip("link add br5 type bridge");
        watcher.wait_for_line("the entry", entry("new"));
        ip("link del br5");
        watcher.wait_for_line("its end", entry("del"));
        let (emitted, _) = watcher.end();

        let place = |is_it: &dyn Fn(&Value) -> bool| emitted.iter().position(is_it);
        let made = place(&|line| line["event"] == "new" && line["link"]["ifname"] == "br5");
        assert!(place(&entry("new")) > made, "{kinds}: {emitted:#?}");
        assert!(
            place(&entry("del")) > place(&entry("new")),
            "{kinds}: {emitted:#?}"
        );
    }
}
