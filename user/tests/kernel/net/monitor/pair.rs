// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A network namespace with a pair of links, and commands in it.

use crate::lab::*;
use std::process::{Child, Command, Output, Stdio};

pub const NETNS: &str = "pair";

/// A namespace with a pair of links, `va` and `vb`, both down.
pub fn with_links() -> Netns {
    let netns = Netns::add(NETNS);
    ip("link set lo up");
    ip("link add va type veth peer name vb");
    netns
}

pub fn ip(line: &str) {
    let output = run(Command::new("ip").args(["-n", NETNS]).args(line.split(' ')));
    assert!(output.status.success(), "ip {line}: {output:?}");
}

pub fn start(line: &str) -> Child {
    Command::new("nlhello")
        .args(["-n", NETNS])
        .args(line.split(' '))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

pub fn finish(line: &str) -> Output {
    start(line).wait_with_output().unwrap()
}

/// Runs many commands of `ip`.
pub fn ip_batch(lines: impl Iterator<Item = String>) {
    let file = std::env::temp_dir().join(format!("batch-{}", std::process::id()));
    std::fs::write(&file, lines.collect::<String>()).unwrap();
    ip(&format!("-batch {}", file.display()));
    std::fs::remove_file(&file).unwrap();
}

/// Returns changes of many routes of a table: they come and go.
pub fn many_routes(table: u32) -> impl Iterator<Item = String> {
    (0..2000).flat_map(move |number| {
        let route = format!(
            "10.{}.{}.0/24 dev va table {table}\n",
            number / 256,
            number % 256
        );
        ["add", "del"].map(|verb| format!("route {verb} {route}"))
    })
}

/// Asserts that each line begins with its words.
pub fn assert_lines(lines: &[String], beginnings: &[&str]) {
    let fits = lines
        .iter()
        .zip(beginnings)
        .all(|(line, start)| line.starts_with(start));
    assert!(fits && lines.len() == beginnings.len(), "{lines:#?}");
}
