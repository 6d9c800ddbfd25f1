// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello sniff -- COMMAND` where the command speaks the protocol of the module, which no tap shows.

use crate::lab::*;
use serde_json::Value;
use std::process::Output;

/// Runs `nlhello hello TEXT` below `nlhello sniff`.
fn traced(options: &[&str], text: &str) -> Output {
    nlhello(
        &[
            options,
            &[
                "--protocol",
                "user",
                "--",
                "nlhello",
                "hello",
                text,
                "-c",
                "1",
            ],
        ]
        .concat(),
    )
}

/// Returns those of the objects that went this way.
fn ways<'a>(objects: &'a [Value], direction: &str) -> Vec<&'a Value> {
    let is_so = |object: &&Value| object["direction"] == direction;
    objects.iter().filter(is_so).collect()
}

#[test]
fn a_hello_and_its_answer_are_shown_field_by_field() {
    let _module = Module::load();
    let output = traced(&["sniff"], "Hi");
    let printed = stderr(&output);

    assert_eq!(output.status.code(), Some(0), "{printed}");
    assert!(stdout(&output).contains("Hello from kernel"), "{output:?}");
    for part in [
        "> NETLINK_USER sendto(",
        "type=HELLO_CMD_HELLO(16) flags=NLM_F_REQUEST",
        "nlattr len=7 type=HELLO_A_TEXT(1) \"Hi\"",
        "< NETLINK_USER recvmmsg(",
        "type=HELLO_A_GREETING(3) \"Hello from kernel\"",
    ] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
}

#[test]
fn the_answer_has_the_number_of_the_question_and_comes_from_the_kernel() {
    let _module = Module::load();
    let objects = json_lines(&traced(&["--json", "sniff"], "Hi").stderr);
    let [sent, received] = ["sent", "received"].map(|way| ways(&objects, way));

    assert_eq!((sent.len(), received.len()), (1, 1), "{objects:?}");
    let [question, answer] = [sent[0], received[0]].map(|object| &object["nlmsghdr"]);
    assert_eq!(question["nlmsg_seq"], answer["nlmsg_seq"], "{objects:?}");
    assert_eq!(answer["nlmsg_type"], question["nlmsg_type"], "{objects:?}");
}

#[test]
fn the_command_s_failure_is_the_exit_status_where_the_module_is_missing() {
    let output = traced(&["sniff"], "Hi");

    assert!(!is_loaded());
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(
        stderr(&output).contains("protocol 31 is not registered"),
        "{output:?}"
    );
}
