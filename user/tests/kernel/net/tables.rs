// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The kernel's own tables, as the client shows them.

use crate::lab::*;
use serde_json::Value;
use std::io::Write;
use std::process::{Command, Output, Stdio};

const NETNS: &str = "tables";

/// More than the client holds before it shows any: each takes 68 bytes.
const MANY: usize = 65_536;

/// Makes a network namespace with a link to nowhere, up.
fn netns_with_link() -> Netns {
    let netns = Netns::add(NETNS);
    ip(
        "link add name here type veth peer name there\nlink set here up\nlink set there up\n\
        address add 10.0.0.1/24 dev here",
    );
    netns
}

/// Runs commands of `ip` in the namespace, one a line.
fn ip(commands: &str) {
    let mut ip = Command::new("ip")
        .args(["-n", NETNS, "-batch", "-"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = ip.stdin.take().unwrap();
    stdin.write_all(commands.as_bytes()).unwrap();
    drop(stdin);
    assert!(ip.wait().unwrap().success());
}

fn add_many_routes() {
    let commands: String = (0..MANY)
        .map(|i| (16 + i / 65536, i / 256 % 256, i % 256))
        .map(|(a, b, c)| format!("route add {a}.{b}.{c}.0/24 via 10.0.0.2 metric 7\n"))
        .collect();
    ip(&commands);
}

/// Runs the client in the namespace with room for `kib` KiB of memory that is its own to write:
/// `RLIMIT_DATA` of getrlimit(2). What it takes as a program depends on how it was built.
fn nlhello_within(kib: u64, args: &[&str]) -> Output {
    let limit = format!("--data={}", kib << 10);
    run(Command::new("prlimit")
        .args([&limit, "nlhello", "-n", NETNS])
        .args(args))
}

fn array(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_large_table_is_shown_whole_in_little_memory() {
    let _netns = netns_with_link();
    add_many_routes();

    let text = nlhello_within(8 << 10, &["route", "-4"]);
    assert_eq!(stderr(&text), "");
    let lines = stdout(&text)
        .lines()
        .filter(|line| line.contains("metric=7"))
        .count();
    assert_eq!(lines, MANY);

    let routes = array(&nlhello_within(8 << 10, &["--json", "route", "-4"]));
    let many: Vec<_> = routes.iter().filter(|route| route["metric"] == 7).collect();
    assert_eq!(many.len(), MANY);
    assert_eq!(many[257]["dst"], "16.1.1.0/24");
    assert!(many
        .iter()
        .all(|route| route["gateway"] == "10.0.0.2" && route["dev"] == "here"));
}

#[test]
fn a_large_table_is_shown_whole_where_no_thread_can_be_started() {
    let _netns = netns_with_link();
    add_many_routes();
    let nobody = ["netns", "exec", NETNS, "setpriv", "--reuid", "65534"];
    let command = ["prlimit", "--nproc=1", "nlhello", "--json", "route", "-4"];
    let output = run(Command::new("ip").args(nobody).args(command));

    assert_eq!(stderr(&output), "");
    let routes = array(&output);
    let many = routes.iter().filter(|route| route["metric"] == 7);
    assert_eq!(many.count(), MANY);
}

#[test]
fn a_reader_that_leaves_early_ends_the_client_quietly() {
    let _netns = netns_with_link();
    add_many_routes();
    let output = run(Command::new("sh").args(["-c", "nlhello -n tables route -4 | head -n 2"]));

    assert_eq!(stdout(&output).lines().count(), 2);
    assert_eq!(stderr(&output), "");
}

#[test]
fn output_that_nobody_takes_is_an_error() {
    let _netns = netns_with_link();
    let output = run(Command::new("sh").args(["-c", "nlhello -n tables route >/dev/full"]));

    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("No space left on device (ENOSPC)"),
        "{output:?}"
    );
}

#[test]
fn a_table_that_is_not_there_is_refused_in_the_kernels_words_and_the_json_is_valid() {
    let _netns = netns_with_link();
    let output =
        run(Command::new("nlhello").args(["-n", NETNS, "--json", "route", "-4", "table", "4711"]));

    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stdout(&output), "[]\n");
    let error = &json_lines(&output.stderr)[0]["error"];
    assert_eq!(error["op"], "list routes");
    assert_eq!(error["message"], "ipv4: FIB table does not exist");
}

#[test]
fn tables_are_shown_to_who_has_no_privilege() {
    assert!(run(Command::new("ip").args(["link", "set", "lo", "up"]))
        .status
        .success());
    let output = nlhello_as_nobody(&["--json", "route", "table", "all"]);

    assert!(
        array(&output)
            .iter()
            .any(|route| route["dst"] == "127.0.0.0/8"),
        "{output:?}"
    );
}
