// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello monitor --record`, and `nlhello replay`.

use super::idle;
use super::pair::*;
use crate::lab::*;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::SystemTime;

/// A record that a monitor makes, and what it tells meanwhile.
pub struct Recorded {
    record: PathBuf,
    pub emitted: String,
}

impl Recorded {
    /// Records with these words while `change` is done.
    pub fn make(words: &str, change: impl FnOnce(&Child)) -> Self {
        Self::make_until(words, idle::wait_until_quiet, change)
    }

    /// Records with these words while `change` is done, until `wait`, given the file that is told into, returns.
    fn make_until(
        words: &str,
        wait: impl FnOnce(&Child, &Path),
        change: impl FnOnce(&Child),
    ) -> Self {
        let place = |name| std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
        let (record, emitted) = (place("record"), place("recorded"));
        let mut monitor = Command::new("nlhello")
            .args(["-n", NETNS, "monitor", "--record"])
            .arg(&record)
            .args(words.split(' '))
            .stdout(std::fs::File::create(&emitted).unwrap())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_until("the start", || {
            let record = std::fs::read(&record).unwrap_or_default();
            record.windows(8).any(|bytes| bytes == b"started\0")
        });
        change(&monitor);
        wait(&monitor, &emitted);
        kill(&monitor, "INT");
        monitor.wait().unwrap();
        let text = std::fs::read_to_string(&emitted).unwrap();
        std::fs::remove_file(&emitted).unwrap();
        Self {
            record,
            emitted: text,
        }
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
        let (replayed, emitted) = (comparable(&output), comparable(&self.emitted));
        let differs = emitted
            .iter()
            .zip(&replayed)
            .find(|(one, other)| one != other);
        assert_eq!(differs, None, "{words}");
        assert_eq!(replayed.len(), emitted.len());
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
pub fn without_process(line: &str) -> String {
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
fn a_replay_emits_what_the_monitor_emitted() {
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
            recorded.emitted.lines().count() > 1,
            "{monitor}: {}",
            recorded.emitted
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
    assert!(recorded.emitted.contains("lost: drops="));
    assert!(recorded.emitted.contains("(missed)"));
    recorded.assert_replayed("--initial --timestamp=none");
}

#[test]
fn what_was_found_by_looking_again_is_replayed_as_it_was() {
    let _netns = with_links();
    let is_emitted = |_: &Child, emitted: &Path| {
        let emitted = || std::fs::read_to_string(emitted).unwrap();
        wait_until("both", || emitted().matches("(implied)").count() == 2);
    };
    let words = "--initial --timestamp=none --recheck 0.2 link";
    let recorded = Recorded::make_until(words, is_emitted, |_| {
        ip("link set va alias one");
        ip("link set vb alias two");
    });
    recorded.assert_replayed("--initial --timestamp=none");
}

#[test]
fn a_replay_has_the_times_of_the_record_and_the_words_of_who_asks() {
    let _netns = with_links();
    let began = now();
    let recorded = Recorded::make("--timestamp=epoch", |_| change_much());
    let times = |text: &str| -> Vec<f64> {
        let time = |line: &str| line[1..line.find(']').unwrap()].parse().unwrap();
        text.lines().map(time).collect()
    };
    let output = recorded.replay("--timestamp=epoch");
    let (emitted, replayed) = (times(&recorded.emitted), times(&stdout(&output)));
    assert_eq!(emitted.len(), replayed.len());
    // A change is recorded before it is told, by as much as the machine is busy.
    for (emitted, replayed) in emitted.iter().zip(&replayed) {
        let known = began - RESOLUTION..=emitted + RESOLUTION;
        assert!(known.contains(replayed), "{began} {replayed} {emitted}");
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
fn a_record_that_is_cut_off_or_none_is_reported_behind_what_it_has() {
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
    let (emitted, replayed) = (
        recorded.emitted.lines().count(),
        stdout(&output).lines().count(),
    );
    assert!(
        replayed > 0 && replayed < emitted,
        "{replayed} of {emitted}"
    );

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

/// A folder on a file system of its own; dropping it removes both.
struct Disk(PathBuf);

impl Disk {
    /// Makes one with room for so many bytes.
    fn with_room(size: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("disk-{}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        let size = format!("size={size}");
        let mut mount = Command::new("mount");
        let output = run(mount
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(&folder));
        assert!(output.status.success(), "{output:?}");
        Self(folder)
    }

    /// Returns the names of the files, in order.
    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort_by_key(|name| (name.len(), name.clone()));
        names
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        run(Command::new("umount").arg(&self.0));
        let _ = std::fs::remove_dir(&self.0);
    }
}

/// Starts a monitor that records into `folder`, and waits until it listens; its output goes to a file
/// there.
fn record_in(folder: &Path, words: &[&str], emitted: &Path) -> Child {
    let monitor = Command::new("nlhello")
        .args(["-n", NETNS, "monitor", "--timestamp=none", "--record"])
        .arg(folder.join("record"))
        .args(words)
        .stdout(std::fs::File::create(emitted).unwrap())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    idle::wait_until_idle(&monitor);
    monitor
}

fn replay_file(file: &Path) -> String {
    let output = run(Command::new("nlhello")
        .args(["replay", "--timestamp=none"])
        .arg(file));
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    stdout(&output)
}

#[test]
fn a_record_of_several_files_has_all_one_after_the_other() {
    let _netns = with_links();
    ip("link set va up");
    let disk = Disk::with_room("16m");
    let emitted = std::env::temp_dir().join(format!("told-{}", std::process::id()));
    let mut monitor = record_in(&disk.0, &["--record-size", "32K"], &emitted);
    ip_batch(many_routes(100).take(1000));
    change_much();
    idle::wait_until_quiet(&monitor, &emitted);
    kill(&monitor, "INT");
    monitor.wait().unwrap();
    let files = disk.files();
    assert!(files.len() > 3, "{files:?}");
    assert_eq!(files[..3], ["record", "record1", "record2"]);
    let replayed: String = files
        .iter()
        .map(|name| replay_file(&disk.0.join(name)))
        .collect();
    let emitted_lines = std::fs::read_to_string(&emitted).unwrap();
    std::fs::remove_file(&emitted).unwrap();
    let differs = replayed
        .lines()
        .zip(emitted_lines.lines())
        .find(|(one, other)| one != other);
    assert_eq!(differs, None);
    assert_eq!(replayed.lines().count(), emitted_lines.lines().count());
    let longest = files
        .iter()
        .map(|name| std::fs::metadata(disk.0.join(name)).unwrap().len())
        .max();
    assert!(longest < Some(64 << 10), "{longest:?}");
}

#[test]
fn the_last_files_of_a_ring_are_kept_and_each_has_what_there_was_at_its_start() {
    let _netns = with_links();
    ip("link set va up");
    ip("route add 10.200.0.0/16 dev va");
    let disk = Disk::with_room("16m");
    let emitted = std::env::temp_dir().join(format!("told-{}", std::process::id()));
    let words = ["--record-size", "32K", "--record-files", "2", "route"];
    let mut monitor = record_in(&disk.0, &words, &emitted);
    ip_batch(many_routes(100).take(1000));
    idle::wait_until_quiet(&monitor, &emitted);
    kill(&monitor, "INT");
    monitor.wait().unwrap();
    std::fs::remove_file(&emitted).unwrap();
    assert_eq!(disk.files(), ["record0", "record1"]);
    for name in disk.files() {
        let output = run(Command::new("nlhello")
            .args(["replay", "--initial", "--timestamp=none"])
            .arg(disk.0.join(&name)));
        let text = stdout(&output);
        assert_eq!(output.status.code(), Some(0), "{name}: {output:?}");
        let start: Vec<_> = text.lines().take_while(|line| *line != "sync").collect();
        assert!(
            start
                .iter()
                .any(|line| line.contains("dst=10.200.0.0/16 dev=va")),
            "{text}"
        );
    }
}

#[test]
fn a_full_disk_is_reported_with_the_file_and_the_record_ends_with_a_whole_packet() {
    let _netns = with_links();
    ip("link set va up");
    for words in [&[][..], &["--record-size", "40K"]] {
        let disk = Disk::with_room("64k");
        let emitted = std::env::temp_dir().join(format!("told-{}", std::process::id()));
        let monitor = record_in(&disk.0, words, &emitted);
        ip_batch(many_routes(100).take(2000));
        let output = monitor.wait_with_output().unwrap();
        std::fs::remove_file(&emitted).unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let files = disk.files();
        let last = disk.0.join(files.last().unwrap()).display().to_string();
        let said = stderr(&output);
        assert!(
            said.contains(&last) && said.contains("(ENOSPC)"),
            "{last}: {said}"
        );
        assert_eq!(files.len(), 1 + words.len() / 2, "{files:?}");
        assert!(!replay_file(&disk.0.join(&files[0])).is_empty());
        // Where there was no room for what there was at the start of the last one, that is said.
        let output = run(Command::new("nlhello").arg("replay").arg(&last));
        assert!(!stderr(&output).contains("cut off"), "{output:?}");
    }
}

/// Returns the packets of a record as nlmon shows them and `tcpdump` keeps them: without the words of the
/// monitor, without a hint whom they were for, and with times in microseconds.
fn as_capture(record: &[u8]) -> Vec<u8> {
    let mut capture = record[..24].to_vec();
    capture[..4].copy_from_slice(&0xa1b2_c3d4_u32.to_ne_bytes());
    for at in packets(record) {
        let len = u32::from_ne_bytes(record[at + 8..at + 12].try_into().unwrap()) as usize;
        let mut packet = record[at..at + 16 + len].to_vec();
        let nanos = u32::from_ne_bytes(packet[4..8].try_into().unwrap());
        packet[4..8].copy_from_slice(&(nanos / 1000).to_ne_bytes());
        if packet[16..18] != [0, 4] {
            packet[16..18].copy_from_slice(&[0, 4]);
            capture.extend_from_slice(&packet);
        }
    }
    capture
}

#[test]
fn a_capture_has_the_events_without_what_the_kernel_was_silent_about() {
    let _netns = with_links();
    let recorded = Recorded::make("--timestamp=none", |_| change_much());
    let record = std::fs::read(&recorded.record).unwrap();
    std::fs::write(&recorded.record, as_capture(&record)).unwrap();
    let output = recorded.replay("--timestamp=none");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    // The exact lines are in a capture in user/tests/fixtures: when the monitor reads is a matter of chance.
    let emitted = stdout(&output);
    for event in [
        "new addr: dev=va local=192.0.2.1/24 ",
        "new neigh: ",
        "new rule: ",
    ] {
        assert!(emitted.contains(event), "{event}: {emitted}");
    }
    assert!(
        emitted.lines().all(|line| !line.ends_with("(implied)")),
        "{emitted}"
    );
    assert!(stderr(&output).contains("not told: "), "{output:?}");

    let output = recorded.replay("--timestamp=none --initial link dev va");
    assert!(
        stderr(&output).contains("does not say what there was"),
        "{output:?}"
    );
    let lines = stdout(&output);
    assert!(
        lines.lines().skip(1).all(|line| line.contains("va")),
        "{lines}"
    );
}

#[test]
fn a_file_of_rtmon_is_replayed() {
    let _netns = with_links();
    let file = std::env::temp_dir().join(format!("rtmon-{}", std::process::id()));
    let mut rtmon = Command::new("ip")
        .args(["netns", "exec", NETNS, "rtmon", "file"])
        .arg(&file)
        .spawn()
        .unwrap();
    // The monitor has joined its groups before it asks for the links.
    wait_until("the links", || {
        std::fs::metadata(&file).is_ok_and(|file| file.len() > 1000)
    });
    change_much();
    wait_until("the last event", || {
        let output = run(Command::new("nlhello").arg("replay").arg(&file));
        stdout(&output).contains("del link: ifindex=") && stdout(&output).contains("ifname=va")
    });
    // A shell starts what it runs in the background with SIGINT ignored.
    kill(&rtmon, "TERM");
    rtmon.wait().unwrap();
    let output = run(Command::new("nlhello")
        .args(["replay", "--initial", "--timestamp=none"])
        .arg(&file));
    std::fs::remove_file(&file).unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let text = stdout(&output);
    let has = |start: &str, word: &str| {
        text.lines()
            .any(|line| line.starts_with(start) && line.contains(word))
    };
    for (start, word) in [
        ("new link: ifindex=", "ifname=va"),
        ("change link: ifindex=", "flags:"),
        ("new addr: dev=va", "192.0.2.1/24"),
        ("new route: dst=10.1.0.0/16", "gateway=192.0.2.2"),
        ("new rule: ", "10.3.0.0"),
        ("change link: ", "ifname:vb->vc"),
        ("del link: ", "ifname=va"),
    ] {
        assert!(has(start, word), "{start} {word}: {text}");
    }
}
