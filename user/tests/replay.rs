// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What `nlhello replay` tells of a record and of a capture that were made on real kernels: what changed of
//! objects that were known already, and what the kernel is silent about. `user/tests/fixtures/README.md`
//! says how they were made. With `BLESS=1` what is expected is written instead of compared.

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

/// Returns what is told of a fixture, and what is said of it.
fn told_of(name: &str, args: &[&str]) -> (String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_nlhello"))
        .arg("replay")
        .arg(fixture(name))
        .args(args)
        .env("TZ", "UTC")
        .output()
        .unwrap();
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
