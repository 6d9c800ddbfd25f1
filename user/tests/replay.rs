// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What `nlhello replay` tells of a record that was made on a real kernel: what changed of objects that
//! were known already, and what the kernel is silent about. `user/tests/fixtures/README.md` says
//! how it was made. With `BLESS=1` what is expected is written instead of compared.

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

fn fixture(name: &str) -> PathBuf {
    let folder = [env!("CARGO_MANIFEST_DIR"), "tests", "fixtures"];
    folder.iter().collect::<PathBuf>().join(name)
}

fn replay(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_nlhello"))
        .args(["replay", "--initial"])
        .arg(fixture("changes.record"))
        .args(args)
        .env("TZ", "UTC")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
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
