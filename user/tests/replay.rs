// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Lines of `nlhello replay` for a record and a capture that were made on real kernels: changes of objects that
//! were known already, and those without an event. `user/tests/fixtures/README.md` says how both were made.
//! With `BLESS=1` the expected lines are written instead of compared.

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

fn fixture(name: &str) -> PathBuf {
    let folder = [env!("CARGO_MANIFEST_DIR"), "tests", "fixtures"];
    folder.iter().collect::<PathBuf>().join(name)
}

fn replay(args: &[&str]) -> String {
    let args = [&["--initial"], args].concat();
    told_of("changes.record", &args).0
}

/// Returns what `nlhello replay` tells of a fixture, and what it says.
fn told_of(name: &str, args: &[&str]) -> (String, String) {
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
fn what_changed_is_told_as_text() {
    assert_expected("changes.txt", &replay(&["--timestamp", "none"]));
}

#[test]
fn what_changed_is_told_as_json() {
    assert_expected("changes.jsonl", &replay(&["--json"]));
}

#[test]
fn what_tcpdump_captured_on_nlmon_is_told_and_the_rest_is_counted() {
    let (told, said) = told_of("nlmon.pcap", &["--timestamp", "none"]);
    assert_expected("nlmon.txt", &told);

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
