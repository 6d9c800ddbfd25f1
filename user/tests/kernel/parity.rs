// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Parity of `nlhello show` with the newest iproute2 of the machine, field by field.
//!
//! The scripts of `parity/` fill a network namespace with objects of every kind. `scripts/test`
//! gives `$IP` and `$BRIDGE`. Where both differ on purpose, `docs/json.md` has a table of it, which
//! is read here: nothing else may differ, and what it lists has to.

mod capture;
mod compare;
mod differences;
mod watched;

use crate::lab::*;
use compare::Comparison;
use differences::Differences;
use serde_json::Value;
use std::process::Command;
use std::sync::{Mutex, MutexGuard};

pub const NETNS: &str = "parity";
const FAR: &str = "parity-far";

/// How often both are asked, when something changes meanwhile.
const ATTEMPTS: usize = 5;

#[test]
fn links_are_those_of_ip() {
    World::compare("link", &["ifname"], &[("ip -d -s -s link", "link")]);
}

#[test]
fn addresses_are_those_of_ip() {
    World::compare(
        "addr",
        &["ifname"],
        &[
            ("ip -d -s -s addr", "addr"),
            ("ip -d -s -s addr show type veth", "addr show type veth"),
            ("ip -d -s -s addr show master br0", "addr show master br0"),
        ],
    );
}

#[test]
fn routes_are_those_of_ip() {
    const KEY: &[&str] = &["table", "type", "dst", "from", "dev", "metric", "tos"];
    World::compare(
        "route",
        KEY,
        &[
            (
                "ip -d -s -4 route show table all",
                "route -4 show table all",
            ),
            (
                "ip -d -s -6 route show table all",
                "route -6 show table all",
            ),
            (
                "ip -d -s -4 route show table all type blackhole",
                "route -4 show table all type blackhole",
            ),
            (
                "ip -d -s -6 route show table all type throw",
                "route -6 show table all type throw",
            ),
        ],
    );
}

#[test]
fn next_hops_are_those_of_ip() {
    World::compare("nexthop", &["id"], &[("ip -d nexthop", "nexthop")]);
}

#[test]
fn neighbours_are_those_of_ip() {
    World::compare(
        "neigh",
        &["dst", "dev"],
        &[
            ("ip -d -s neigh", "neigh"),
            ("ip -d -s neigh show nud all", "neigh show nud all"),
            ("ip -d -s neigh show proxy", "neigh show proxy"),
        ],
    );
}

#[test]
fn rules_are_those_of_ip() {
    World::compare(
        "rule",
        &["priority"],
        &[("ip -d -4 rule", "rule -4"), ("ip -d -6 rule", "rule -6")],
    );
}

#[test]
fn forwarding_entries_are_those_of_bridge() {
    const KEY: &[&str] = &["mac", "ifname", "vlan", "dst", "master"];
    World::compare("fdb", KEY, &[("bridge -d -s fdb", "fdb")]);
}

#[test]
fn labels_of_prefixes_are_those_of_ip() {
    const KEY: &[&str] = &["address", "prefixlen", "ifname"];
    World::compare("addrlabel", KEY, &[("ip addrlabel list", "addrlabel")]);
}

/// The scripts that make objects of every kind, each after what it refers to.
const ALL: &[&str] = &[
    "links.sh",
    "addrs.sh",
    "nexthops.sh",
    "routes.sh",
    "neighs.sh",
    "rules.sh",
    "entries.sh",
];

/// The network namespace with what some of the scripts make.
pub struct World {
    _near: Netns,
    _far: Netns,
}

/// The one with everything, which all comparisons look at: to build it takes most of their time.
static COMPARED: Mutex<Option<World>> = Mutex::new(None);

impl World {
    /// Builds it with these scripts of `parity/`, and nothing else.
    pub fn build(scripts: &[&str]) -> Self {
        // There is room for one.
        drop(compared().take());
        let world = Self {
            _far: Netns::add(FAR),
            _near: Netns::add(NETNS),
        };
        load_modules();
        for script in scripts {
            run_script(script);
        }
        world
    }

    /// Asserts that each question to iproute2, and to the client, gets the same answer.
    fn compare(kind: &'static str, key: &[&str], questions: &[(&str, &str)]) {
        let kept = compared().take();
        let world = kept.unwrap_or_else(|| Self::build(ALL));
        let mut differences = Differences::of(kind);
        let mut all = Comparison::default();

        for (theirs, ours) in questions {
            all.add(compare_once_settled(theirs, ours, key, &mut differences));
        }
        *compared() = Some(world);
        println!("parity: {kind}: {all}");
        all.assert_same();
        differences.assert_all_seen();
    }
}

fn compared() -> MutexGuard<'static, Option<World>> {
    COMPARED.lock().unwrap()
}

/// Asks both, again when something differs that may have changed meanwhile.
fn compare_once_settled(
    theirs: &str,
    ours: &str,
    key: &[&str],
    differences: &mut Differences,
) -> Comparison {
    let mut comparison = Comparison::default();
    for _ in 0..ATTEMPTS {
        let before = iproute2(theirs);
        let client = client(ours);
        let after = iproute2(theirs);
        comparison = Comparison::of(&client, [&before, &after], key, differences);
        if comparison.is_same() {
            break;
        }
    }
    comparison
}

/// Loads, where they are modules, the drivers that no request loads: they have files of their own.
fn load_modules() {
    run(Command::new("modprobe").args(["-qa", "tun", "mpls_router", "mpls_iptunnel"]));
}

/// Runs a script of `parity/` in the namespace, with the `ip` and `bridge` that are compared with.
pub fn run_script(name: &str) {
    const PRELUDE: &str = r#"ip() { "$IP" "$@"; }; bridge() { "$BRIDGE" "$@"; }; set -eu; . "$1""#;
    let script = format!("user/tests/kernel/parity/{name}");
    let output = run(Command::new("ip")
        .args(["netns", "exec", NETNS])
        .args(["sh", "-c", PRELUDE, "sh", &script]));

    assert!(output.status.success(), "{script}: {}", stderr(&output));
}

/// Returns what `ip` or `bridge` answers.
fn iproute2(question: &str) -> Value {
    let mut words = question.split(' ');
    let program = variable(match words.next() {
        Some("bridge") => "BRIDGE",
        _ => "IP",
    });

    answer(Command::new(program).args(["-n", NETNS, "-j"]).args(words))
}

/// Returns what the client answers.
fn client(question: &str) -> Value {
    let args = ["-n", NETNS, "--json"];

    answer(Command::new("nlhello").args(args).args(question.split(' ')))
}

fn answer(command: &mut Command) -> Value {
    let output = run(command);
    assert!(output.status.success(), "{command:?}: {}", stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{command:?}: {e}"))
}
