// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Changes that `nlhello monitor` prints, chosen by words: by real changes of the network.

use super::idle;
use super::pair::*;
use crate::lab::*;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Starts `nlhello monitor` with these words and its output in `file`, and waits until it has told what
/// there is.
fn monitor_into(file: &Path, words: &str) -> Child {
    let monitor = Command::new("nlhello")
        .args(["-n", NETNS, "monitor", "--initial", "--timestamp=none"])
        .args(words.split(' '))
        .stdout(std::fs::File::create(file).unwrap())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let emitted = || std::fs::read_to_string(file).unwrap();
    wait_until("sync", || emitted().contains("sync\n"));
    monitor
}

/// Returns what `nlhello monitor` with these words told of `changes`.
fn emitted_of(words: &str, changes: &[&str]) -> Vec<String> {
    let file = std::env::temp_dir().join(format!("told-{}", std::process::id()));
    let mut monitor = monitor_into(&file, words);
    changes.iter().for_each(|change| ip(change));
    idle::wait_until_quiet(&monitor, &file);
    kill(&monitor, "INT");
    monitor.wait().unwrap();
    let emitted = std::fs::read_to_string(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    let (_, live) = emitted.split_once("sync\n").unwrap();
    live.lines().map(str::to_owned).collect()
}

#[test]
fn a_filter_on_what_changes_passes_also_what_leaves_it() {
    let _netns = with_links();
    ip("addr add 192.0.2.1/24 dev va");
    ip("link set vb up");
    ip("link set va up");
    let routes = [
        "route add 10.1.0.0/16 dev va proto static",
        "route add 10.2.0.0/16 dev va proto boot",
        "route replace 10.1.0.0/16 dev va proto boot",
        "route replace 10.2.0.0/16 dev va proto static",
    ];
    let emitted = emitted_of("route proto static", &routes);
    assert_lines(
        &emitted,
        &[
            "new route: dst=10.1.0.0/16",
            "change route: dst=10.1.0.0/16",
            "change route: dst=10.2.0.0/16",
        ],
    );
    assert!(emitted[1].contains("protocol:static->boot"), "{emitted:#?}");
    let states = [
        "neigh add 192.0.2.9 lladdr 2:0:0:0:0:9 dev va nud stale",
        "neigh change 192.0.2.9 lladdr 2:0:0:0:0:9 dev va nud permanent",
        "neigh change 192.0.2.9 lladdr 2:0:0:0:0:9 dev va nud noarp",
        "link set vb down",
    ];
    let emitted = emitted_of("link neigh state permanent state down dev va", &states);
    assert_lines(
        &emitted,
        &["change neigh: dst=192.0.2.9", "change neigh: dst=192.0.2.9"],
    );
    // A worker of the kernel finds out about the other end: of a link that goes down before, it says nothing.
    for change in ["link set vb up", "link set vb down"] {
        let emitted = emitted_of("link state up", &[change]);
        // Events of IPv6 becoming ready on a link may come in between.
        let turns = emitted.iter().filter(|line| line.contains(" operstate:"));
        assert_eq!(turns.count(), 2, "{emitted:#?}");
    }
}

#[test]
fn a_filter_on_a_link_takes_any_of_its_names_from_when_it_has_it() {
    let _netns = with_links();
    ip("link set va up");
    ip("link property add dev va altname other");
    let emitted = emitted_of(
        "link addr dev other",
        &[
            "addr add 192.0.2.1/24 dev va",
            "addr add 192.0.2.2/24 dev vb",
            "link set va alias x",
            "link set vb alias x",
        ],
    );
    assert_lines(&emitted, &["new addr: dev=va", "change link: ifindex="]);
    let emitted = emitted_of(
        "link addr dev later",
        &[
            "addr add 192.0.2.3/24 dev va",
            "link property add dev va altname later",
            "addr add 192.0.2.4/24 dev va",
            "link property del dev va altname later",
            "link set va alias y",
        ],
    );
    assert_lines(
        &emitted,
        &[
            "change link: ifindex=",
            "new addr: dev=va local=192.0.2.4",
            "change link: ifindex=",
        ],
    );
}

#[test]
fn a_filter_on_a_prefix_is_for_all_that_has_an_address() {
    let _netns = with_links();
    ip("link set va up");
    let emitted = emitted_of(
        "addr route neigh rule within 10.0.0.0/8",
        &[
            "addr add 10.1.0.1/24 dev va",
            "addr add 192.0.2.1/24 dev va",
            "neigh add 10.1.0.9 lladdr 2:0:0:0:0:9 dev va",
            "neigh add 192.0.2.9 lladdr 2:0:0:0:0:9 dev va",
            "rule add from 10.3.0.0/16 table 100",
            "rule add from 192.0.2.0/24 table 100",
            "route add default via 10.1.0.9",
        ],
    );
    assert!(
        emitted.iter().all(|line| line.contains("10.")),
        "{emitted:#?}"
    );
    let has = |start: &str| {
        assert!(
            emitted.iter().any(|line| line.starts_with(start)),
            "{emitted:#?}"
        )
    };
    has("new addr: dev=va local=10.1.0.1/24");
    has("new route: dst=10.1.0.1 type=local");
    has("new neigh: dst=10.1.0.9");
    has("new rule: priority=32765 src=10.3.0.0 srclen=16");
    assert!(
        !emitted.iter().any(|line| line.contains("default")),
        "{emitted:#?}"
    );
}

#[test]
fn what_is_not_watched_takes_no_room() {
    let _netns = with_links();
    ip("link set va up");
    let wanted = [
        "route add 10.99.1.0/24 dev va table 1000",
        "route add default dev va table 1000",
        "route del default table 1000",
    ];
    for (words, others) in [
        ("route table 1000", many_routes(200).collect::<Vec<_>>()),
        (
            "-4 route table 1000 within 0.0.0.0/0",
            many_routes(232).collect(),
        ),
    ] {
        let words = format!("{words} --buffer 4096");
        let file = std::env::temp_dir().join(format!("room-{}", std::process::id()));
        let mut monitor = monitor_into(&file, &format!("-c 3 {words}"));
        kill(&monitor, "STOP");
        ip_batch(others.into_iter());
        wanted.iter().for_each(|change| ip(change));
        kill(&monitor, "CONT");
        assert_eq!(monitor.wait().unwrap().code(), Some(0));
        let emitted = std::fs::read_to_string(&file).unwrap();
        let lines: Vec<_> = emitted.lines().map(str::to_owned).collect();
        assert_lines(
            &lines,
            &[
                "sync",
                "new route: dst=10.99.1.0/24",
                "new route: dst=default",
                "del route: dst=default",
            ],
        );
        ip("route del 10.99.1.0/24 table 1000");
    }
}

#[test]
fn a_rule_that_becomes_detached_says_so() {
    let _netns = with_links();
    let emitted = emitted_of(
        "-4 rule",
        &["rule add iif va table 100", "link set va name vc"],
    );
    assert_lines(&emitted, &["new rule: ", "change rule: "]);
    assert!(emitted[1].ends_with(" iif_detached:false->true (implied)"));
}

#[test]
fn what_is_not_watched_is_not_emitted_when_the_state_is_read_again_either() {
    let _netns = with_links();
    ip("addr add 192.0.2.1/24 dev va");
    ip("link set va up");
    let changes = [
        "route add 10.1.0.0/16 dev va table 100",
        "route add 10.2.0.0/16 dev va table 200",
        "route add 10.3.0.0/16 via 192.0.2.2 table 100",
        "route add 192.0.2.128/25 dev va table 100",
        // No address is watched, and yet the last one takes all routes with it.
        "addr del 192.0.2.1/24 dev va",
    ];
    let mut emitted = emitted_of("route table 100 within 10.0.0.0/8", &changes);
    emitted[2..].sort();
    assert_lines(
        &emitted,
        &[
            "new route: dst=10.1.0.0/16",
            "new route: dst=10.3.0.0/16",
            "del route: dst=10.1.0.0/16",
            "del route: dst=10.3.0.0/16",
        ],
    );
    assert!(emitted[2..].iter().all(|line| line.ends_with("(implied)")));
}

/// Starts a monitor of routes, and makes `count` of them while it is stopped.
fn after_a_burst(words: &str, count: usize) -> Child {
    let mut monitor = start(&format!("monitor --initial --timestamp=none route {words}"));
    let mut line = [0; 5];
    // Initial objects come first; the rest of the output is left to the caller.
    let out = monitor.stdout.as_mut().unwrap();
    while !line.ends_with(b"sync\n") {
        line.rotate_left(1);
        out.read_exact(&mut line[4..]).unwrap();
    }
    kill(&monitor, "STOP");
    ip_batch((0..count).map(|number| {
        let [high, low] = [number / 256, number % 256];
        format!("route add 10.9.{high}.{low}/32 dev va\n")
    }));
    kill(&monitor, "CONT");
    monitor
}

#[test]
fn all_of_a_burst_is_emitted_and_nothing_is_held_until_something_else_happens() {
    let _netns = with_links();
    ip("link set va up");
    let mut monitor = after_a_burst("new", 1000);
    let out = BufReader::new(monitor.stdout.take().unwrap());
    let lines = std::thread::spawn(move || out.lines().take(1000).count());
    wait_until("all lines", || lines.is_finished());
    assert_eq!(lines.join().unwrap(), 1000);
    kill(&monitor, "INT");
    monitor.wait().unwrap();
}

#[test]
fn a_count_that_is_reached_in_a_burst_ends_it_at_once_as_a_closed_pipe_does() {
    let _netns = with_links();
    ip("link set va up");
    let mut counted = after_a_burst("-c 500", 1000);
    wait_until("the count", || counted.try_wait().unwrap().is_some());
    let output = counted.wait_with_output().unwrap();
    assert!(stderr(&output).starts_with("500 changes in "));
    assert_eq!(output.status.code(), Some(0));
    ip("route flush root 10.9.0.0/16");

    let mut piped = after_a_burst("new", 2000);
    drop(piped.stdout.take());
    wait_until("the pipe", || piped.try_wait().unwrap().is_some());
    assert_eq!(stderr(&piped.wait_with_output().unwrap()), "");
}
