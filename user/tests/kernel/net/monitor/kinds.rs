// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What `nlhello monitor` tells of kinds that nobody tells of; the other kinds are in `parity/watched.rs`.

use super::watcher::Watcher;
use crate::lab::*;
use std::process::{Command, Output};

const NETNS: &str = "watched";

fn monitor(args: &[&str]) -> Output {
    nlhello(&[&["-n", NETNS, "monitor"], args].concat())
}

#[test]
fn a_link_is_told_to_have_another_queue_though_no_event_of_it_says_so() {
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
    let (told, _) = watcher.end();

    let [line] = &told[..] else {
        panic!("{told:#?}");
    };
    assert_eq!(line["changes"]["qdisc"]["new"], "pfifo");
    assert_eq!(line["link"]["qdisc"], "pfifo");
}

#[test]
fn without_the_module_the_other_kinds_are_told() {
    let _netns = Netns::add(NETNS);
    let watcher = Watcher::start(NETNS, "link hello");
    nlhello(&["-n", NETNS, "link", "add", "d0", "type", "veth"]);
    watcher.wait_for(r#""ifname":"d0""#);
    let (_, said) = watcher.end();

    assert!(said.contains("nothing is told of hello"), "{said}");
    assert!(said.contains("is hello.ko loaded?"), "{said}");
}

#[test]
fn without_the_module_hellos_alone_cannot_be_told() {
    let _netns = Netns::add(NETNS);
    let output = monitor(&["hello", "--timeout", "1"]);

    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("protocol 31 is not registered"));
}
