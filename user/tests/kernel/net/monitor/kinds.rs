// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Kinds that `nlhello monitor` reads again because the kernel sends no event; the others are in `parity/watched.rs`.

use super::idle;
use super::watcher::Watcher;
use crate::lab::*;
use serde_json::{json, Value};
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

const NETNS: &str = "watched";

fn monitor(args: &[&str]) -> Output {
    nlhello(&[&["-n", NETNS, "monitor"], args].concat())
}

#[test]
fn another_queue_of_a_link_is_emitted_though_no_event_of_it_says_so() {
    let _netns = Netns::add(NETNS);
    let add = ["-n", NETNS, "link", "add", "va", "up", "type", "veth"];
    assert!(nlhello(&add).status.success());
    // Without a carrier, which a worker of the kernel finds out.
    let settled = ["-n", NETNS, "wait", "link", "va", "state", "lowerlayerdown"];
    assert!(nlhello(&settled).status.success());
    let watcher = Watcher::start(NETNS, "link dev va");
    let tc = |words: &str| {
        run(Command::new("tc")
            .args(["-n", NETNS])
            .args(words.split(' ')))
    };
    assert!(tc("qdisc add dev va root pfifo").status.success());
    watcher.wait_for(r#""implied":true"#);
    let (emitted, _) = watcher.end();

    let [line] = &emitted[..] else {
        panic!("{emitted:#?}");
    };
    assert_eq!(line["changes"]["qdisc"]["new"], "pfifo");
    assert_eq!(line["link"]["qdisc"], "pfifo");
}

/// Makes a namespace with a link that is down: of what changes of it the kernel says little.
fn with_quiet_link() -> Netns {
    let netns = Netns::add(NETNS);
    let add = ["-n", NETNS, "link", "add", "va", "type", "veth"];
    assert!(nlhello(&add).status.success());
    netns
}

fn set_alias(alias: &str) {
    let set = ["-n", NETNS, "link", "set", "va", "alias", alias];
    assert!(run(Command::new("ip").args(set)).status.success());
}

#[test]
fn what_nobody_announces_is_emitted_at_the_pace_that_was_asked_for() {
    let _netns = with_quiet_link();
    let watcher = Watcher::start(NETNS, "link rule --recheck 0.2");
    for alias in ["one", "two"] {
        set_alias(alias);
        watcher.wait_for(&format!(r#""ifalias":"{alias}""#));
    }
    let (emitted, _) = watcher.end();

    let [one, two] = &emitted[..] else {
        panic!("{emitted:#?}");
    };
    assert_eq!([&one["implied"], &two["implied"]], [true, true]);
    assert_eq!(
        one["changes"],
        json!({"ifalias": {"old": null, "new": "one"}})
    );
    assert_eq!(
        two["changes"],
        json!({"ifalias": {"old": "one", "new": "two"}})
    );
}

#[test]
fn nothing_wakes_a_monitor_that_was_not_asked_to_look_again() {
    let _netns = with_quiet_link();
    let watcher = Watcher::start(NETNS, "link");
    idle::wait_until_idle(&watcher.child);
    let before = idle::waits(&watcher.child);
    set_alias("one");
    std::thread::sleep(Duration::from_millis(700));

    assert!(idle::is_idle(&watcher.child));
    assert_eq!(idle::waits(&watcher.child), before);
    assert_eq!(watcher.end().0, [Value::Null; 0]);
    let refused = monitor(&["--recheck", "0"]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
}

/// Returns the family that a message asks for all routes of, if it does.
fn family_of_dump(message: &Value) -> Option<&str> {
    let header = &message["nlmsghdr"];
    let flags = header["nlmsg_flags"].as_array()?;
    let is_dump = header["type"] == "RTM_GETROUTE" && flags.contains(&json!("NLM_F_DUMP"));

    message["rtmsg"]["rtm_family"].as_str().filter(|_| is_dump)
}

#[test]
fn routes_are_asked_for_of_the_families_that_the_kernel_knows() {
    let _netns = Netns::add(NETNS);
    let watch = ["nlhello", "monitor", "route", "--timeout", "0"];
    let output = nlhello(&[&["-n", NETNS, "--json", "sniff", "--"], &watch[..]].concat());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let text = stderr(&output);
    let lines: Vec<_> = text.lines().filter(|line| line.starts_with('{')).collect();
    let messages = json_lines(lines.join("\n").as_bytes());
    let families: Vec<_> = messages.iter().filter_map(family_of_dump).collect();

    let has_mpls = Path::new("/proc/sys/net/mpls").exists();
    let known = ["AF_INET", "AF_INET6", "AF_MPLS"];
    assert_eq!(families, known[..2 + usize::from(has_mpls)], "{text}");
}

#[test]
fn without_the_module_the_other_kinds_are_emitted() {
    let _netns = Netns::add(NETNS);
    let watcher = Watcher::start(NETNS, "link hello");
    nlhello(&["-n", NETNS, "link", "add", "d0", "type", "veth"]);
    watcher.wait_for(r#""ifname":"d0""#);
    let (_, said) = watcher.end();

    assert!(said.contains("nothing is told of hello"), "{said}");
    assert!(said.contains("is hello.ko loaded?"), "{said}");
}

#[test]
fn without_the_module_hellos_alone_cannot_be_monitored() {
    let _netns = Netns::add(NETNS);
    let output = monitor(&["hello", "--timeout", "1"]);

    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("protocol 31 is not registered"));
}
