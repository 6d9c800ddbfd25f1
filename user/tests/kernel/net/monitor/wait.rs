// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello wait`, by real changes of the network.

use super::idle;
use super::pair::*;
use crate::lab::*;
use serde_json::Value;
use std::process::Command;
use std::time::Instant;

/// Asserts that it is so already, and returns what is shown.
fn is_so(line: &str) -> String {
    let output = finish(&format!("wait {line} --timeout 0"));
    assert_eq!(output.status.code(), Some(0), "{line}: {output:?}");
    stdout(&output)
}

fn is_not_so(line: &str) {
    let output = finish(&format!("wait {line} --timeout 0"));
    assert_eq!(output.status.code(), Some(1), "{line}: {output:?}");
    assert_eq!(stdout(&output), "");
    assert!(stderr(&output).contains("it was not so within 0 s"));
}

/// Asserts that it is not so, and is, soon, once the changes were made; returns what is shown.
fn becomes_so(line: &str, changes: &[&str]) -> String {
    is_not_so(line);
    let mut waiting = start(&format!("wait {line}"));
    idle::wait_until_idle(&waiting);
    assert_eq!(waiting.try_wait().unwrap(), None, "{line}");
    changes.iter().for_each(|change| ip(change));
    let changed = Instant::now();
    let output = waiting.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{line}: {output:?}");
    assert!(changed.elapsed() < PATIENCE, "{line}");
    stdout(&output)
}

#[test]
fn what_is_so_already_is_not_waited_for() {
    let _netns = with_links();
    assert!(is_so("link va").contains("va "));
    is_so("link va down");
    is_so("link dev va type veth state down");
    assert_eq!(is_so("link vc gone"), "");
    assert_eq!(is_so("route default gone"), "");
    is_so("link show va");
    is_so("rule table main pref 32766");
    is_so("addr dev lo 127.0.0.1");
    is_so("addr lo 127.0.0.1/8");
    is_so("route 127.0.0.1 table local");
    is_so("route 127.0.0.0/8 table all -4 proto kernel");
    for line in [
        "link vc",
        "link va up",
        "link va gone",
        "link va state up",
        "addr dev va 127.0.0.1",
        "addr lo 127.0.0.1/32",
        "route 127.0.0.1",
        "rule pref 5",
        "neigh 192.0.2.9",
        "nexthop id 7",
    ] {
        is_not_so(line);
    }
}

#[test]
fn a_wait_takes_no_right() {
    let output = nlhello_as_nobody(&["wait", "link", "lo", "--timeout", "60"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

#[test]
fn a_wait_ends_with_the_change_that_it_is_for() {
    let _netns = with_links();
    becomes_so("link va up", &["link set va up"]);
    becomes_so("link va state up", &["link set vb up"]);
    let shown = becomes_so("addr dev va 192.0.2.1", &["addr add 192.0.2.1/24 dev va"]);
    assert!(shown.starts_with("va "), "{shown}");
    let routes = ["route add default via 192.0.2.2"];
    let shown = becomes_so("route 0.0.0.0/0", &routes);
    assert!(shown.contains("gateway=192.0.2.2"), "{shown}");
    becomes_so(
        "neigh 192.0.2.2 dev va state permanent",
        &["neigh replace 192.0.2.2 lladdr 2:0:0:0:0:2 dev va nud permanent"],
    );
    becomes_so("nexthop id 7", &["nexthop add id 7 via 192.0.2.3 dev va"]);
    becomes_so("rule pref 5", &["rule add pref 5 table 100"]);
    becomes_so("link dev vc", &["link set vb down", "link set vb name vc"]);
    becomes_so("route default gone", &["link set va down"]);
    becomes_so("link va gone", &["link del va"]);
}

#[test]
fn a_link_is_waited_for_by_its_name_whatever_link_has_it() {
    let _netns = with_links();
    ip("addr add 192.0.2.1/24 dev va");
    becomes_so("addr dev vc 192.0.2.1", &["link set va name vc"]);
    is_not_so("addr dev va 192.0.2.1");
    becomes_so(
        "addr dev vb 192.0.2.1",
        &[
            "link del vc",
            "link add vb type veth peer name va",
            "addr add 192.0.2.1/24 dev vb",
        ],
    );
}

#[test]
fn a_link_is_waited_for_by_any_of_its_names() {
    let _netns = with_links();
    let long = "a-name-of-more-than-fifteen-bytes";
    ip("link set va up");
    ip("addr add 192.0.2.1/24 dev va");
    // Of a link that is down the kernel does not tell of other names.
    for name in ["other", long] {
        becomes_so(
            &format!("link {name} up"),
            &[&format!("link property add dev va altname {name}")],
        );
        is_so(&format!("addr dev {name} 192.0.2.1"));
        is_not_so(&format!("link {name} gone"));
        becomes_so(
            &format!("link {name} gone"),
            &[&format!("link property del dev va altname {name}")],
        );
        is_not_so(&format!("addr dev {name} 192.0.2.1"));
    }
    ip(&format!("link property add dev va altname {long}"));
    becomes_so(&format!("link {long} gone"), &["link del va"]);
}

#[test]
fn an_address_that_is_tested_is_not_there_yet_and_not_gone() {
    let _netns = with_links();
    ip("link set vb up");
    // Without a carrier the test does not begin.
    ip("addr add 2001:db8::1/64 dev va");
    is_not_so("addr dev va 2001:db8::1");
    is_not_so("addr dev va 2001:db8::1 gone");
    becomes_so("addr dev va 2001:db8::1", &["link set va up"]);
}

#[test]
fn what_was_waited_for_is_shown_in_json_as_by_the_show_commands() {
    let _netns = with_links();
    let output = finish("--json wait route 127.0.0.1 table local");
    let waited: Vec<Value> = json_lines(&output.stdout);
    let output = finish("--json route show table local 127.0.0.1");
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap();

    assert_eq!(Value::from(waited), shown);
}

#[test]
fn of_several_that_are_so_the_first_is_shown() {
    let _netns = with_links();
    ["va", "vb"]
        .iter()
        .for_each(|link| ip(&format!("link set {link} up")));
    ip("addr add 192.0.2.1/24 dev va");
    for number in [9, 3, 5, 7, 1] {
        ip(&format!("rule add pref {number} table 100"));
        ip(&format!(
            "nexthop add id {number} via 192.0.2.{number}9 dev va"
        ));
        ip(&format!("route add 198.51.100.{number} dev va"));
    }
    for (words, key) in [
        ("link", "ifindex"),
        ("link type veth", "ifindex"),
        ("rule -4 table 100", "priority"),
        ("nexthop", "id"),
        ("route -4 scope link", "dst"),
        ("route -4 within 198.51.100.0/29", "dst"),
    ] {
        let shown: Value =
            serde_json::from_slice(&finish(&format!("--json {words}")).stdout).unwrap();
        assert!(shown.as_array().unwrap().len() > 1, "{words}");
        // Each process has another order of hashes.
        for _ in 0..4 {
            let waited = json_lines(&finish(&format!("--json wait {words}")).stdout);
            assert_eq!(waited[0][key], shown[0][key], "{words}");
        }
    }
}

#[test]
fn a_wait_that_makes_no_sense_is_a_usage_error() {
    for (line, message) in [
        ("wait", "required"),
        ("wait bogus", "'bogus' is no kind"),
        ("wait link va vb", "'vb' is unknown"),
        ("wait route va", "'va' is unknown"),
        ("wait addr dev", "'dev' needs a value"),
        ("wait neigh state asleep", "'asleep' is no state"),
        ("wait route within 10.0.0.0/33", "is no prefix"),
        ("wait link a --timeout -1", "from 0 to 86400"),
        ("wait -4 -6 link va", "cannot be used with"),
        ("monitor proto nobody", "'nobody' is no protocol"),
        ("monitor route 10.0.0.0/33", "is unknown"),
    ] {
        let output = run(Command::new("nlhello").args(line.split(' ')));
        assert_eq!(output.status.code(), Some(2), "{line}: {output:?}");
        assert!(stderr(&output).contains(message), "{line}: {output:?}");
    }
}

#[test]
fn rules_of_multicast_routing_are_none_that_show_or_wait_know() {
    let _netns = with_links();
    let shown = stdout(&finish("rule show"));
    // The kernels with tables for multicast have rules of its families (128, 129) at this preference, which stay.
    ip("rule del pref 32767");

    is_so("rule pref 32767 gone");
    is_not_so("rule pref 32767 table main");
    assert_eq!(
        stdout(&finish("rule show")).lines().count() + 1,
        shown.lines().count()
    );
}
