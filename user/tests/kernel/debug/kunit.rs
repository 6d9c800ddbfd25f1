// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The KUnit suites of `kmod/netlink/`, which run inside the kernel when the module that holds them
//! (`$TEST_MODULES/kunit/hello.ko`) is loaded. `insmod` succeeds whatever they found.

use crate::lab::*;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

/// Where the kernel keeps the results, as long as the module is loaded.
const KUNIT: &str = "/sys/kernel/debug/kunit";

/// A test for each suite, named like what it tests.
macro_rules! suites {
    ($($name:ident),* $(,)?) => {
        const SUITES: &[&str] = &[$(concat!("netlink_", stringify!($name))),*];
        $(
            #[test]
            fn $name() {
                assert_passed(concat!("netlink_", stringify!($name)));
            }
        )*
    };
}

suites![
    answer,
    attributes,
    counters,
    dispatch,
    dump,
    errno,
    ext_ack,
    kernel_socket,
    kinds,
    net,
    policy,
    put,
    rcu,
    registration,
    request,
    serve,
    skb,
    tick,
    wire
];

#[test]
fn every_suite_in_the_sources_is_tested_here() {
    let suites: Vec<_> = declared().into_keys().collect();

    assert_eq!(suites, SUITES);
}

/// Asserts that every test of `suite` that the sources declare was run, and passed.
fn assert_passed(suite: &str) {
    let report = reports()
        .get(suite)
        .unwrap_or_else(|| panic!("{suite} was not run"));
    println!("{report}");

    let cases = cases(report);
    let names: Vec<_> = cases.iter().map(|case| case.name).collect();
    assert_eq!(names, declared()[suite]);
    for case in cases {
        assert_eq!(case.verdict, "ok", "{}:\n{}", case.name, case.words);
    }
    assert_eq!(report.lines().last(), Some(&*format!("ok 1 {suite}")));
}

/// How a test inside the kernel ended.
struct Case<'a> {
    name: &'a str,
    /// `ok`, `not ok`, or why it was left out.
    verdict: &'a str,
    /// Lines of the kernel's log about it.
    words: String,
}

/// Reads a report, which is [KTAP](https://docs.kernel.org/dev-tools/ktap.html).
fn cases(report: &str) -> Vec<Case<'_>> {
    let mut cases = Vec::new();
    let mut words = String::new();
    for line in report.lines().filter_map(|line| line.strip_prefix("    ")) {
        match result(line) {
            Some((name, verdict)) => cases.push(Case {
                name,
                verdict,
                words: std::mem::take(&mut words),
            }),
            None => words.extend([line, "\n"]),
        }
    }
    cases
}

/// Reads `[not] ok NUMBER NAME [# SKIP REASON]`.
fn result(line: &str) -> Option<(&str, &str)> {
    let verdict = ["ok", "not ok"]
        .into_iter()
        .find(|verdict| line.starts_with(verdict))?;
    let (_number, name) = line[verdict.len()..].trim_start().split_once(' ')?;

    Some(match name.split_once(" # ") {
        Some((name, directive)) => (name, directive),
        None => (name, verdict),
    })
}

/// Loads the module, once, and returns each suite's report.
fn reports() -> &'static BTreeMap<String, String> {
    static REPORTS: OnceLock<BTreeMap<String, String>> = OnceLock::new();

    REPORTS.get_or_init(|| {
        let module = Path::new(&variable("TEST_MODULES")).join("kunit/hello.ko");
        let output = run(Command::new("insmod").arg(module));
        assert!(output.status.success(), "insmod: {output:?}");
        let module = Module;
        let reports = entries(Path::new(KUNIT))
            .map(|suite| {
                let name = suite.file_name().unwrap().to_str().unwrap().to_owned();
                (name, fs::read_to_string(suite.join("results")).unwrap())
            })
            .collect();
        module.unload();
        reports
    })
}

/// The tests of each suite that the module's sources declare.
fn declared() -> BTreeMap<String, Vec<String>> {
    let mut suites = BTreeMap::new();
    declared_in(
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../kmod")),
        &mut suites,
    );
    suites
}

fn declared_in(folder: &Path, suites: &mut BTreeMap<String, Vec<String>>) {
    for path in entries(folder) {
        if path.is_dir() {
            declared_in(&path, suites);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(path).unwrap();
            suites.extend(source.split("#[kunit_tests(").skip(1).map(suite));
        }
    }
}

/// Reads `NAME)] mod suite { #[test] fn ...`.
fn suite(source: &str) -> (String, Vec<String>) {
    let (name, body) = source.split_once(')').unwrap();
    let tests = body.split("#[test]\n").skip(1).map(|test| {
        let name = test.trim_start().strip_prefix("fn ").expect("a function");
        name.split('(').next().unwrap().to_owned()
    });

    (name.to_owned(), tests.collect())
}

fn entries(folder: &Path) -> impl Iterator<Item = std::path::PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    entries.map(|entry| entry.unwrap().path())
}
