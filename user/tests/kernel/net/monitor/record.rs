// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello monitor --record`, and `nlhello replay`.

use super::idle;
use super::pair::*;
use crate::lab::*;
use serde_json::Value;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::SystemTime;

/// A record that a monitor makes, and what it tells meanwhile.
pub struct Recorded {
    record: PathBuf,
    pub told: String,
}

impl Recorded {
    /// Records with these words while `change` is done.
    pub fn make(words: &str, change: impl FnOnce(&Child)) -> Self {
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
        idle::wait_until_quiet(&monitor, &told);
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
    pub fn assert_replayed(&self, words: &str) {
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
        idle::wait_until_idle(monitor);
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
    let began = now();
    let recorded = Recorded::make("--timestamp=epoch", |_| change_much());
    let times = |text: &str| -> Vec<f64> {
        let time = |line: &str| line[1..line.find(']').unwrap()].parse().unwrap();
        text.lines().map(time).collect()
    };
    let output = recorded.replay("--timestamp=epoch");
    let (told, replayed) = (times(&recorded.told), times(&stdout(&output)));
    assert_eq!(told.len(), replayed.len());
    // A change is recorded before it is told, by as much as the machine is busy.
    for (told, replayed) in told.iter().zip(&replayed) {
        let known = began - RESOLUTION..=told + RESOLUTION;
        assert!(known.contains(replayed), "{began} {replayed} {told}");
    }
    let recorded_times = packet_times(&std::fs::read(&recorded.record).unwrap());
    for replayed in &replayed {
        let is_it = |time: &f64| (time - replayed).abs() < RESOLUTION;
        assert!(recorded_times.iter().any(is_it), "{replayed}");
    }
    assert!(replayed.is_sorted() && replayed.first() < replayed.last());
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

/// Returns when each packet of a record was taken in, in seconds since 1970; the header of the file says that
/// the second word of a packet counts nanoseconds.
fn packet_times(record: &[u8]) -> Vec<f64> {
    assert_eq!(record[..4], 0xa1b2_3c4d_u32.to_ne_bytes());
    let word = |at: usize| u32::from_ne_bytes(record[at..at + 4].try_into().unwrap());
    let time = |at: usize| f64::from(word(at)) + f64::from(word(at + 4)) / 1e9;

    packets(record).into_iter().map(time).collect()
}

/// How exactly times are told, in seconds, and the clocks of the kernel agree.
const RESOLUTION: f64 = 0.001;

/// Returns the time, in seconds since 1970.
fn now() -> f64 {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since_epoch.unwrap().as_secs_f64()
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
