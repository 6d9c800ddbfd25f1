// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A record of `nlhello monitor` while `recorded.sh` changes what it knows already.

use crate::lab::{kill, variable, wait_until};
use crate::parity::{run_script, World, NETNS};
use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

const KINDS: &[&str] = &["link", "addr", "nexthop", "route", "neigh", "rule", "fdb"];

#[test]
#[ignore = "it writes files: scripts/capture runs it"]
fn a_record_of_changes() {
    let _world = World::build(&["known.sh"]);
    let folder = variable("VM_OUT");
    let [record, lines] = ["changes.record", "changes.lines"].map(|n| Path::new(&folder).join(n));
    let mut monitor = Command::new("nlhello")
        .args(["-n", NETNS, "monitor", "--initial", "--record"])
        .arg(record)
        .args(KINDS)
        .stdout(File::create(&lines).unwrap())
        .spawn()
        .unwrap();
    wait_until("the first sync", || {
        fs::read_to_string(&lines).unwrap().contains("sync\n")
    });

    run_script("recorded.sh");
    kill(&monitor, "INT");
    assert!(monitor.wait().unwrap().success());
}
