// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Lines of `nlhello replay` for a record and a capture that were made on real kernels: changes of objects that
//! were known already, and those without an event. `user/tests/fixtures/README.md` says how both were made.
//! With `BLESS=1` the expected lines are written instead of compared.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::{env, fs};

fn fixture(name: &str) -> PathBuf {
    let folder = [env!("CARGO_MANIFEST_DIR"), "tests", "fixtures"];
    folder.iter().collect::<PathBuf>().join(name)
}

fn replay(args: &[&str]) -> String {
    let args = [&["--initial"], args].concat();
    emitted_of("changes.record", &args).0
}

/// Returns what `nlhello replay` tells of a fixture, and what it says.
fn emitted_of(name: &str, args: &[&str]) -> (String, String) {
    output_of(
        Command::new(env!("CARGO_BIN_EXE_nlhello"))
            .arg("replay")
            .arg(fixture(name))
            .args(args),
    )
}

/// Returns what `nlhello sniff -r` shows of a fixture, and what it says.
fn shown_of(name: &str, args: &[&str]) -> (String, String) {
    output_of(
        Command::new(env!("CARGO_BIN_EXE_nlhello"))
            .arg("sniff")
            .args(args)
            .arg("-r")
            .arg(fixture(name)),
    )
}

fn output_of(command: &mut Command) -> (String, String) {
    let output = command.env("TZ", "UTC").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr))
}

fn assert_expected(name: &str, lines: &str) {
    if env::var_os("BLESS").is_some() {
        fs::write(fixture(name), lines).unwrap();
    }
    let expected = fs::read_to_string(fixture(name)).unwrap();
    for (line, expected) in lines.lines().zip(expected.lines()) {
        assert_eq!(line, expected);
    }
    assert_eq!(lines.lines().count(), expected.lines().count());
}

#[test]
fn what_changed_is_emitted_as_text() {
    assert_expected("changes.txt", &replay(&["--timestamp", "none"]));
}

#[test]
fn what_changed_is_emitted_as_json() {
    assert_expected("changes.jsonl", &replay(&["--json"]));
}

const FILE_HEADER: usize = 24;
const PACKET_HEADER: usize = 16;
const COOKED: usize = 16;
const NLMSGHDR: usize = 16;

/// A copy of `changes.record` that was begun with other words; dropping it removes the file.
struct BegunRecord(PathBuf);

impl BegunRecord {
    /// Replaces the words of the first packet, which are behind those of the format, and the lengths around them.
    fn with(name: &str, words: &str) -> Self {
        const TEXT: usize = FILE_HEADER + PACKET_HEADER + COOKED + NLMSGHDR;
        let whole = fs::read(fixture("changes.record")).unwrap();
        let rest = FILE_HEADER + PACKET_HEADER + length_at(&whole, FILE_HEADER + 8);
        let words: String = words.split(' ').map(|word| format!("{word}\0")).collect();
        let text = format!("nlhello\0begin\01\0\0{words}");
        let mut record = [&whole[..TEXT], text.as_bytes(), &whole[rest..]].concat();
        for (at, before) in [(8, COOKED), (12, COOKED), (PACKET_HEADER + COOKED, 0)] {
            let len = (before + NLMSGHDR + text.len()) as u32;
            let at = FILE_HEADER + at;
            record[at..at + 4].copy_from_slice(&len.to_ne_bytes());
        }
        let path = env::temp_dir().join(format!("{name}-{}.record", std::process::id()));
        fs::write(&path, record).unwrap();
        Self(path)
    }

    fn replay(&self, words: &str) -> Output {
        let words = words.split(' ').filter(|word| !word.is_empty());
        let mut command = Command::new(env!("CARGO_BIN_EXE_nlhello"));
        command.arg("replay").arg(&self.0).args(words);
        command.arg("--timestamp=none").output().unwrap()
    }
}

impl Drop for BegunRecord {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn length_at(record: &[u8], at: usize) -> usize {
    u32::from_ne_bytes(record[at..at + 4].try_into().unwrap()) as usize
}

#[test]
fn a_record_is_replayed_by_the_words_that_it_was_begun_with() {
    for words in ["rule", "-4 route new", "link addr dev va", "-6 route del"] {
        let output = BegunRecord::with("begun", words).replay("");
        let args: Vec<_> = ["--timestamp=none"]
            .into_iter()
            .chain(words.split(' '))
            .collect();

        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert_ne!(output.stdout, b"", "{words}");
        let expected = emitted_of("changes.record", &args).0;
        assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{words}");
    }
}

#[test]
fn words_of_an_older_version_that_no_kind_of_the_record_has_choose_nothing() {
    for words in [
        "neigh metric 7",
        "link 10.0.0.0/8",
        "neigh state up",
        "rule up",
        "fdb table 77",
    ] {
        let record = BegunRecord::with("older", words);
        let output = record.replay("");
        assert_eq!(output.status.code(), Some(0), "{words}: {output:?}");
        assert_eq!(output.stdout, b"", "{words}");

        let refused = record.replay(words);
        assert_eq!(refused.status.code(), Some(2), "{words}: {refused:?}");
        let rules = record.replay("rule");
        let expected = emitted_of("changes.record", &["--timestamp=none", "rule"]).0;
        assert_eq!(String::from_utf8_lossy(&rules.stdout), expected, "{words}");
    }
}

#[test]
fn words_of_a_record_that_mean_nothing_are_a_fault_of_the_record() {
    for (words, reason) in [
        ("bogus", "'bogus' is unknown"),
        ("neigh state asleep", "'state': 'asleep' is no state"),
        ("route within", "'within' needs a value"),
        ("neigh unused", "'unused': how many use a neighbour"),
    ] {
        let record = BegunRecord::with("wrong", words);
        let output = record.replay("");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{words}: {output:?}");
        assert_eq!(output.stdout, b"", "{words}");
        let name = record.0.display().to_string();
        assert!(said.contains(&name) && said.contains(reason), "{said}");
        assert_eq!(record.replay("rule").status.code(), Some(0), "{words}");
    }
}

#[test]
fn what_tcpdump_captured_on_nlmon_is_emitted_and_the_rest_is_counted() {
    let (emitted, said) = emitted_of("nlmon.pcap", &["--timestamp", "none"]);
    assert_expected("nlmon.txt", &emitted);

    assert!(
        said.contains("requests, ") && said.contains("copies of events"),
        "{said}"
    );
    assert!(said.ends_with("2 packets of sock_diag\n"), "{said}");
}

#[test]
fn what_tcpdump_captured_on_nlmon_is_shown_message_by_message() {
    let words = ["addr", "neigh", "RTM_NEWROUTE", "-c", "30"];
    let (shown, said) = shown_of("nlmon.pcap", &words);
    assert_expected("nlmon.sniff.txt", &shown);
    assert!(said.starts_with("30 datagrams told in "), "{said}");

    let (shown, _) = shown_of("nlmon.pcap", &[&words[..], &["--json"]].concat());
    assert_expected("nlmon.sniff.jsonl", &shown);
}

#[test]
fn a_capture_is_chosen_from_as_what_is_said_now() {
    let count = |args: &[&str]| shown_of("nlmon.pcap", args).1;

    assert!(count(&["--protocol", "sock_diag"]).starts_with("2 datagrams told in "));
    assert!(count(&["--protocol", "generic"]).starts_with("0 datagrams told in "));
}

#[test]
fn a_capture_of_a_capture_is_the_same() {
    let copy = env::temp_dir().join(format!("nlmon-{}.pcap", std::process::id()));
    let shown = |file: &PathBuf, args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nlhello"));
        output_of(command.arg("sniff").arg("-r").arg(file).args(args))
    };
    let original = fixture("nlmon.pcap");
    let (nothing, said) = shown(&original, &["-w", &copy.to_string_lossy()]);
    assert_eq!(nothing, "");
    assert!(said.contains(" datagrams written in "), "{said}");

    assert_eq!(shown(&copy, &[]).0, shown(&original, &[]).0);
    fs::remove_file(&copy).unwrap();
}

#[test]
fn what_is_no_capture_is_refused_with_its_name() {
    for (name, words) in [("link.bin", "it is no record"), ("none", "No such file")] {
        let output = Command::new(env!("CARGO_BIN_EXE_nlhello"))
            .args(["sniff", "-r"])
            .arg(fixture(name))
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(said.contains(name) && said.contains(words), "{said}");
    }
}
