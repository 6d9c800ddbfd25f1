// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The program `nlhello` against the kernel.

use crate::lab::*;

#[test]
fn without_the_module_it_says_so() {
    assert!(!is_loaded());
    let output = nlhello(&[]);

    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stdout(&output), "");
    let words = stderr(&output);
    assert!(words.contains("protocol 31 is not registered"), "{words}");
    assert!(words.contains("is hello.ko loaded?"), "{words}");
}

#[test]
fn without_the_module_it_says_so_in_json() {
    assert!(!is_loaded());
    let output = nlhello(&["--json"]);

    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stdout(&output), "");
    let error = &json_lines(&output.stderr)[0]["error"];
    assert_eq!(error["errno"], libc::EPROTONOSUPPORT);
    assert_eq!(error["hint"], "is hello.ko loaded?");
}

#[test]
fn alone_it_prints_the_greeting() {
    let _module = Module::load();
    let output = nlhello(&[]);

    assert_eq!(stdout(&output), "Hello from kernel\n");
    assert_eq!(stderr(&output), "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn an_unprivileged_user_can_say_hello() {
    let _module = Module::load();
    let output = nlhello_as_nobody(&[]);

    assert_eq!(stdout(&output), "Hello from kernel\n");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn it_counts_what_it_sent_and_received() {
    let _module = Module::load();
    let output = nlhello(&[
        "--json",
        "hello",
        "Good morning",
        "-c",
        "5",
        "-i",
        "0",
        "-s",
        "1000",
    ]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");

    let lines = json_lines(&output.stdout);
    assert_eq!(lines.len(), 6);
    for (line, seq) in lines.iter().zip(1..=5) {
        assert_eq!(line["seq"], seq);
        assert_eq!(line["greeting"], "Hello from kernel");
        // A header, the greeting in 24 bytes, and the data.
        assert_eq!(line["bytes"], 16 + 24 + 4 + 1000);
        assert!(line["time_ns"].as_u64() > Some(0));
    }
    let summary = &lines[5]["summary"];
    assert_eq!(summary["sent"], 5);
    assert_eq!(summary["received"], 5);
    assert_eq!(summary["lost"], 0);
    assert!(summary["min_ns"].as_u64() <= summary["p99_ns"].as_u64());
    assert!(summary["p99_ns"].as_u64() <= summary["max_ns"].as_u64());
}

#[test]
fn a_flood_loses_nothing() {
    let _module = Module::load();
    let output = nlhello(&["--json", "hello", "--flood", "-q", "-c", "5000"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");

    let lines = json_lines(&output.stdout);
    assert_eq!(lines.len(), 1, "quiet: the summary alone");
    assert_eq!(lines[0]["summary"]["received"], 5000);
    assert_eq!(lines[0]["summary"]["lost"], 0);
}

#[test]
fn verbose_shows_both_messages_decoded() {
    let _module = Module::load();
    let output = nlhello(&["-v"]);

    assert_eq!(stdout(&output), "Hello from kernel\n");
    let shown = stderr(&output);
    for part in [
        "type=HELLO_CMD_HELLO(16)",
        "NLM_F_REQUEST",
        "TEXT",
        "\"Hello\"",
        "GREETING",
        "\"Hello from kernel\"",
    ] {
        assert!(shown.contains(part), "{part} is missing from:\n{shown}");
    }
}
