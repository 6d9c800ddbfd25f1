// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello wait`, and which changes `nlhello monitor` tells of: by real changes of the network.

use crate::lab::*;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

const NETNS: &str = "waited";

/// A namespace with a pair of links, `va` and `vb`, both down.
fn with_links() -> Netns {
    let netns = Netns::add(NETNS);
    ip("link set lo up");
    ip("link add va type veth peer name vb");
    netns
}

fn ip(line: &str) {
    let output = run(Command::new("ip").args(["-n", NETNS]).args(line.split(' ')));
    assert!(output.status.success(), "ip {line}: {output:?}");
}

fn start(line: &str) -> Child {
    Command::new("nlhello")
        .args(["-n", NETNS])
        .args(line.split(' '))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn finish(line: &str) -> Output {
    start(line).wait_with_output().unwrap()
}

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
    sleep(Duration::from_millis(300));
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

/// Waits until nothing is written any more: what comes of a change without an event is read soon after.
fn await_quiet(file: &Path) {
    let len = || std::fs::metadata(file).unwrap().len();
    let mut last = u64::MAX;
    wait_until("quiet", || {
        let before = std::mem::replace(&mut last, len());
        sleep(Duration::from_millis(1000));
        before == last
    });
}

/// Returns what `nlhello monitor` with these words told of `changes`.
fn told_of(words: &str, changes: &[&str]) -> Vec<String> {
    let file = std::env::temp_dir().join(format!("told-{}", std::process::id()));
    let mut monitor = Command::new("nlhello")
        .args(["-n", NETNS, "monitor", "--initial", "--timestamp=none"])
        .args(words.split(' '))
        .stdout(std::fs::File::create(&file).unwrap())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let told = || std::fs::read_to_string(&file).unwrap();
    wait_until("sync", || told().contains("sync\n"));
    changes.iter().for_each(|change| ip(change));
    await_quiet(&file);
    kill(&monitor, "INT");
    monitor.wait().unwrap();
    let told = told();
    std::fs::remove_file(&file).unwrap();
    let (_, live) = told.split_once("sync\n").unwrap();
    live.lines().map(str::to_owned).collect()
}

/// Asserts that each line begins with its words.
fn assert_lines(lines: &[String], beginnings: &[&str]) {
    let fits = lines
        .iter()
        .zip(beginnings)
        .all(|(line, start)| line.starts_with(start));
    assert!(fits && lines.len() == beginnings.len(), "{lines:#?}");
}

#[test]
fn a_filter_on_what_changes_tells_also_of_what_leaves_it() {
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
    let told = told_of("route proto static", &routes);
    assert_lines(
        &told,
        &[
            "new route: dst=10.1.0.0/16",
            "change route: dst=10.1.0.0/16",
            "change route: dst=10.2.0.0/16",
        ],
    );
    assert!(told[1].contains("protocol:static->boot"), "{told:#?}");
    let states = [
        "neigh add 192.0.2.9 lladdr 2:0:0:0:0:9 dev va nud stale",
        "neigh change 192.0.2.9 lladdr 2:0:0:0:0:9 dev va nud permanent",
        "neigh change 192.0.2.9 lladdr 2:0:0:0:0:9 dev va nud noarp",
        "link set vb down",
    ];
    let told = told_of("link neigh state permanent state down dev va", &states);
    assert_lines(
        &told,
        &["change neigh: dst=192.0.2.9", "change neigh: dst=192.0.2.9"],
    );
    let told = told_of("link state up", &["link set vb up", "link set vb down"]);
    assert_eq!(told.len(), 4, "{told:#?}");
}

#[test]
fn a_filter_on_a_prefix_is_for_all_that_has_an_address() {
    let _netns = with_links();
    ip("link set va up");
    let told = told_of(
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
    assert!(told.iter().all(|line| line.contains("10.")), "{told:#?}");
    let has = |start: &str| assert!(told.iter().any(|line| line.starts_with(start)), "{told:#?}");
    has("new addr: dev=va local=10.1.0.1/24");
    has("new route: dst=10.1.0.1 type=local");
    has("new neigh: dst=10.1.0.9");
    has("new rule: priority=32765 src=10.3.0.0 srclen=16");
    assert!(
        !told.iter().any(|line| line.contains("default")),
        "{told:#?}"
    );
}

/// Runs many commands of `ip`.
fn ip_batch(lines: impl Iterator<Item = String>) {
    let file = std::env::temp_dir().join(format!("batch-{}", std::process::id()));
    std::fs::write(&file, lines.collect::<String>()).unwrap();
    ip(&format!("-batch {}", file.display()));
    std::fs::remove_file(&file).unwrap();
}

/// Returns changes of many routes of a table: they come and go.
fn many_routes(table: u32) -> impl Iterator<Item = String> {
    (0..2000).flat_map(move |number| {
        let route = format!(
            "10.{}.{}.0/24 dev va table {table}\n",
            number / 256,
            number % 256
        );
        ["add", "del"].map(|verb| format!("route {verb} {route}"))
    })
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
        let args: Vec<_> = words.split(' ').collect();
        let file = std::env::temp_dir().join(format!("room-{}", std::process::id()));
        let mut monitor = Command::new("nlhello")
            .args([
                "-n",
                NETNS,
                "monitor",
                "--initial",
                "--timestamp=none",
                "-c",
                "3",
            ])
            .args(&args)
            .stdout(std::fs::File::create(&file).unwrap())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let told = || std::fs::read_to_string(&file).unwrap();
        wait_until("sync", || told().contains("sync\n"));
        kill(&monitor, "STOP");
        ip_batch(others.into_iter());
        wanted.iter().for_each(|change| ip(change));
        kill(&monitor, "CONT");
        assert_eq!(monitor.wait().unwrap().code(), Some(0));
        let lines: Vec<_> = told().lines().map(str::to_owned).collect();
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

/// Starts a monitor of routes, and makes `count` of them while it is stopped.
fn after_a_burst(words: &str, count: usize) -> Child {
    let mut monitor = start(&format!("monitor --initial --timestamp=none route {words}"));
    let mut line = [0; 5];
    // What there is comes first; the rest of the output is left to the caller.
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
fn all_of_a_burst_is_told_and_nothing_is_held_until_something_else_happens() {
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

#[test]
fn a_rule_that_becomes_detached_says_so() {
    let _netns = with_links();
    let told = told_of(
        "-4 rule",
        &["rule add iif va table 100", "link set va name vc"],
    );
    assert_lines(&told, &["new rule: ", "change rule: "]);
    assert!(told[1].ends_with(" iif_detached:false->true (implied)"));
}

#[test]
fn what_is_not_watched_is_not_told_when_the_state_is_read_again_either() {
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
    let mut told = told_of("route table 100 within 10.0.0.0/8", &changes);
    told[2..].sort();
    assert_lines(
        &told,
        &[
            "new route: dst=10.1.0.0/16",
            "new route: dst=10.3.0.0/16",
            "del route: dst=10.1.0.0/16",
            "del route: dst=10.3.0.0/16",
        ],
    );
    assert!(told[2..].iter().all(|line| line.ends_with("(implied)")));
}

/// A record that a monitor makes, and what it tells meanwhile.
struct Recorded {
    record: PathBuf,
    told: String,
}

impl Recorded {
    /// Records with these words while `change` is done.
    fn make(words: &str, change: impl FnOnce(&Child)) -> Self {
        let place = |name| std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
        let (record, told) = (place("record"), place("recorded"));
        let mut monitor = Command::new("nlhello")
            .args(["-n", NETNS, "monitor", "--record"])
            .arg(&record)
            .args(words.split(' '))
            .stdout(std::fs::File::create(&told).unwrap())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_until("the start", || {
            let record = std::fs::read(&record).unwrap_or_default();
            record.windows(8).any(|bytes| bytes == b"started\0")
        });
        change(&monitor);
        await_quiet(&told);
        kill(&monitor, "INT");
        monitor.wait().unwrap();
        let text = std::fs::read_to_string(&told).unwrap();
        std::fs::remove_file(&told).unwrap();
        Self { record, told: text }
    }

    fn replay(&self, words: &str) -> Output {
        let words = words.split(' ').filter(|word| !word.is_empty());
        run(Command::new("nlhello")
            .arg("replay")
            .arg(&self.record)
            .args(words))
    }

    /// Asserts that the replay tells the same in the same order, and nothing fails.
    fn assert_replayed(&self, words: &str) {
        let output = self.replay(words);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let output = stdout(&output);
        let (replayed, told) = (comparable(&output), comparable(&self.told));
        let differs = told.iter().zip(&replayed).find(|(one, other)| one != other);
        assert_eq!(differs, None, "{words}");
        assert_eq!(replayed.len(), told.len());
    }
}

impl Drop for Recorded {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.record);
    }
}

fn comparable(text: &str) -> Vec<String> {
    text.lines().map(without_process).collect()
}

/// Returns a line without the process that asked for the change, which is gone at a replay.
fn without_process(line: &str) -> String {
    let Some((event, by)) = line.split_once(r#","by":"#) else {
        return line.to_owned();
    };
    let by: Value = serde_json::from_str(by.strip_suffix('}').unwrap()).unwrap();
    format!(r#"{event},"by":{}}}"#, by["portid"])
}

fn change_much() {
    ip("addr add 192.0.2.1/24 dev va");
    ip("link set va up");
    ip("link set vb up");
    ip("route add 10.1.0.0/16 via 192.0.2.2 table 100");
    ip("route append 10.1.0.0/16 via 192.0.2.3 table 100");
    ip("neigh add 192.0.2.9 lladdr 2:0:0:0:0:9 dev va");
    ip("rule add from 10.3.0.0/16 table 100");
    ip("link set vb down");
    ip("link set vb name vc");
    ip("addr del 192.0.2.1/24 dev va");
    ip("link del va");
}

#[test]
fn a_replay_tells_what_the_monitor_told() {
    for (monitor, replay) in [
        ("--timestamp=none", "--timestamp=none"),
        ("--initial --timestamp=none", "--initial --timestamp=none"),
        (
            "--json --timestamp=none --initial",
            "--json --timestamp=none --initial",
        ),
        (
            "-4 --timestamp=none route within 10.0.0.0/8",
            "--timestamp=none",
        ),
        (
            "--timestamp=none",
            "--timestamp=none link addr route neigh rule",
        ),
        (
            "--timestamp=none link dev va new change",
            "--timestamp=none",
        ),
    ] {
        let _netns = with_links();
        let recorded = Recorded::make(monitor, |_| change_much());
        assert!(
            recorded.told.lines().count() > 1,
            "{monitor}: {}",
            recorded.told
        );
        recorded.assert_replayed(replay);
    }
}

#[test]
fn what_was_lost_and_found_again_is_replayed_as_it_was() {
    let _netns = with_links();
    ip("link set va up");
    let words = "--initial --timestamp=none --buffer 4096";
    let recorded = Recorded::make(words, |monitor| {
        kill(monitor, "STOP");
        ip_batch(many_routes(200).take(501));
        kill(monitor, "CONT");
        sleep(Duration::from_millis(500));
        ip("rule add from 10.3.0.0/16 table 100");
        ip("route del 10.0.250.0/24 table 200");
    });
    assert!(recorded.told.contains("lost: drops="));
    assert!(recorded.told.contains("(missed)"));
    recorded.assert_replayed("--initial --timestamp=none");
}

#[test]
fn a_replay_is_told_with_the_times_of_the_record_and_as_it_is_asked() {
    let _netns = with_links();
    let recorded = Recorded::make("--timestamp=epoch", |_| change_much());
    let times = |text: &str| -> Vec<f64> {
        let time = |line: &str| line[1..line.find(']').unwrap()].parse().unwrap();
        text.lines().map(time).collect()
    };
    let output = recorded.replay("--timestamp=epoch");
    let (told, replayed) = (times(&recorded.told), times(&stdout(&output)));
    assert_eq!(told.len(), replayed.len());
    for (told, replayed) in told.iter().zip(&replayed) {
        assert!((told - replayed).abs() < 0.1, "{told} {replayed}");
    }
    assert!(stderr(&output).contains(" changes in "));

    let rules = stdout(&recorded.replay("--timestamp=none rule"));
    assert_lines(
        &rules.lines().map(str::to_owned).collect::<Vec<_>>(),
        &["new rule: priority=32765 src=10.3.0.0"],
    );
    let output = recorded.replay("-c 2 --timestamp=monotonic");
    assert_eq!(stdout(&output).lines().count(), 2);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(recorded.replay("-c 100000").status.code(), Some(1));
    let lines = json_lines(&recorded.replay("--json link").stdout);
    assert!(lines
        .iter()
        .all(|line| line["netns"] == NETNS && line["kind"] == "link"));
}

/// Returns where each packet of a record is.
fn packets(record: &[u8]) -> Vec<usize> {
    let mut all = Vec::new();
    let mut at = 24;
    while at < record.len() {
        all.push(at);
        let len = record[at + 8..at + 12].try_into().unwrap();
        at += 16 + u32::from_ne_bytes(len) as usize;
    }
    all
}

#[test]
fn a_record_that_is_cut_off_or_none_is_told_so_behind_what_it_has() {
    let _netns = with_links();
    let recorded = Recorded::make("--timestamp=none", |_| change_much());
    let whole = std::fs::read(&recorded.record).unwrap();
    let packets = packets(&whole);
    let is_event = |at: &&usize| whole[**at + 16..**at + 18] == [0, 2];
    let events: Vec<_> = packets.iter().filter(is_event).collect();
    let middle = events[events.len() / 2];
    std::fs::write(&recorded.record, &whole[..middle + 40]).unwrap();
    let output = recorded.replay("--timestamp=none");
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("cut off in the packet at byte"),
        "{output:?}"
    );
    let (told, replayed) = (
        recorded.told.lines().count(),
        stdout(&output).lines().count(),
    );
    assert!(replayed > 0 && replayed < told, "{replayed} of {told}");

    for (bytes, message) in [
        (&whole[..packets[4]], "it ends before all was read"),
        (&whole[..packets[4] + 5], "it is cut off"),
        (b"no record, but some words of text", "it is no record"),
        (b"", "it is no record"),
    ] {
        std::fs::write(&recorded.record, bytes).unwrap();
        let output = recorded.replay("");
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(stdout(&output), "");
        assert!(stderr(&output).contains(message), "{output:?}");
    }
    let output = run(Command::new("nlhello").args(["replay", "/nosuch/record"]));
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("/nosuch/record"), "{output:?}");
    let output = run(Command::new("nlhello").args(["monitor", "--record", "/nosuch/record"]));
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("/nosuch/record"), "{output:?}");
}

#[test]
fn hellos_are_replayed_too() {
    let _module = Module::load();
    let _netns = with_links();
    let recorded = Recorded::make("hello rule --timestamp=none", |_| {
        let output = finish("hello -c 2 -i 0.01");
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        ip("rule add from 10.3.0.0/16 table 100");
    });
    assert_eq!(recorded.told.lines().count(), 3, "{}", recorded.told);
    recorded.assert_replayed("--timestamp=none");
}
