// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The command without the module: what it says, where, and its exit status.

use serde_json::{json, Value};
use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output, Stdio};

const UNREGISTERED: &str =
    "nlhello: say hello: protocol 31 is not registered (EPROTONOSUPPORT): is hello.ko loaded?\n";

fn nlhello() -> Command {
    Command::new(env!("CARGO_BIN_EXE_nlhello"))
}

fn run(args: &[&str]) -> Output {
    nlhello().args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// Runs the command on a kernel that must not have the protocol.
fn run_without_module(args: &[&str]) -> Output {
    let open = nlhello::netlink::Socket::open(nlhello::hello::SPEC.protocol);
    assert!(
        open.is_err(),
        "protocol 31 is registered here: unload hello.ko first"
    );

    run(args)
}

#[test]
fn without_the_module_every_hello_says_so_and_fails() {
    for args in [
        &[][..],
        &["hello"],
        &["hello", "-c", "3"],
        &["-v", "hello", "--flood"],
    ] {
        let output = run_without_module(args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert_eq!(text(&output.stdout), "", "{args:?}");
        assert_eq!(text(&output.stderr), UNREGISTERED, "{args:?}");
    }
}

#[test]
fn without_the_module_there_is_no_family_of_generic_netlink_either() {
    for args in [&["--genl"][..], &["hello", "--genl"], &["peers", "--genl"]] {
        let output = run_without_module(args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        let words = "generic netlink has no family nlhello (ENOENT): is hello.ko loaded?\n";
        assert!(text(&output.stderr).ends_with(words), "{args:?}");
    }
}

#[test]
fn kinds_of_which_the_kernel_sends_no_event_are_listed_and_not_watched() {
    for command in ["monitor", "wait"] {
        let output = run(&[command, "addrlabel"]);
        assert_eq!(output.status.code(), Some(2), "{command}");
        let printed = text(&output.stderr);
        let reason = "'addrlabel': the kernel sends no event when a label of a prefix changes";
        assert!(printed.contains(reason), "{printed}");
    }
    let output = run(&["--json", "addrlabel", "::1/128"]);
    let list: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        list,
        json!([{"address": "::1", "prefixlen": 128, "label": 0}])
    );
    let printed = run(&[
        "--json",
        "monitor",
        "--initial",
        "--recheck",
        "9",
        "addrlabel",
        "::1/128",
        "-c",
        "1",
    ]);
    let printed: Value = serde_json::from_slice(&printed.stdout).unwrap();
    assert_eq!(printed["addrlabel"], list[0]);
}

#[test]
fn without_the_module_json_says_so_on_standard_error() {
    for args in [
        &["--json"][..],
        &["hello", "--json"],
        &["--json", "hello", "-c", "3"],
    ] {
        let output = run_without_module(args);
        let error: Value = serde_json::from_slice(&output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert_eq!(text(&output.stdout), "", "{args:?}");
        assert_eq!(
            error,
            json!({"error": {
                "op": "say hello",
                "object": null,
                "errno": libc::EPROTONOSUPPORT,
                "message": "protocol 31 is not registered",
                "attr": null,
                "hint": "is hello.ko loaded?",
                "file": null,
                "line": null,
            }})
        );
    }
}

#[test]
fn values_out_of_range_are_usage_errors_that_name_the_limit() {
    for (args, limit) in [
        (&["hello", "-i", "-1"][..], "from 0 to 86400"),
        (&["hello", "-i", "NaN"], "from 0 to 86400"),
        (&["hello", "-i", "1e99"], "from 0 to 86400"),
        (&["hello", "-W", "-0.5"], "from 0 to 86400"),
        (&["hello", "-W", "soon"], "from 0 to 86400"),
        (&["hello", "-s", "65001"], "65000"),
        (&["hello", "-s", "-1"], "65000"),
        (&["hello", "-c", "0"], "from 1"),
        (&["hello", "-c", "-1"], "from 1"),
        (&["hello", "-c", "18446744073709551616"], "from 1"),
        (&["hello", "--batch", "0"], "1..=1024"),
        (&["hello", "--batch", "1025"], "1..=1024"),
        (&["hello", "--batch", "-1"], "1..=1024"),
        (&["listen", "-c", "0"], "from 1"),
        (&["listen", "-c", "-1"], "from 1"),
        (&["listen", "--timeout", "-1"], "from 0 to 86400"),
        (&["wait", "link", "--timeout", "-1"], "from 0 to 86400"),
        (&["replay", "file", "-c", "0"], "from 1"),
        (&["monitor", "--record-size", "1M"], "--record <FILE>"),
        (
            &["monitor", "--record", "x", "--record-size", "0"],
            "K, M or G",
        ),
        (
            &["monitor", "--record", "x", "--record-files", "3"],
            "--record-size",
        ),
        (&["sockets", "--watch", "-i", "-1"], "from 0 to 86400"),
        (&["sockets", "--watch", "-c", "0"], "from 1"),
        (&["sockets", "-i", "1"], "--watch"),
        (&["sockets", "proto", "32"], "no protocol of netlink"),
        (&["peers", "-1"], "unexpected argument"),
        (&["peers", "4294967296"], "4294967295"),
        (&["peers", "-W", "-1"], "from 0 to 86400"),
    ] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert_eq!(text(&output.stdout), "", "{args:?}");
        assert!(
            text(&output.stderr).contains(limit),
            "{args:?}: {}",
            text(&output.stderr)
        );
    }
}

#[test]
fn values_at_the_limit_are_taken() {
    for args in [
        &["hello", "-i", "0", "-W", "0"][..],
        &["hello", "-i", "86400", "-W", "86400"],
        &["hello", "-s", "65000"],
        &["hello", "-s", "0"],
        &["hello", ""],
        &["hello", "--batch", "1024"],
    ] {
        let output = run_without_module(args);
        assert_eq!(text(&output.stderr), UNREGISTERED, "{args:?}");
    }
}

#[test]
fn without_the_module_every_other_command_says_what_it_wanted() {
    for (args, op) in [
        (&["listen"][..], "listen"),
        (&["peers"], "list peers"),
        (&["peers", "7"], "list peers"),
        (&["stats"], "get statistics"),
        (&["greeting"], "ask for the greeting"),
        (&["greeting", "Hi"], "set the greeting"),
    ] {
        let output = run_without_module(args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert_eq!(text(&output.stdout), "", "{args:?}");
        assert_eq!(
            text(&output.stderr),
            UNREGISTERED.replace("say hello", op),
            "{args:?}"
        );
    }
}

#[test]
fn a_namespace_that_is_not_there_is_named() {
    for (name, file) in [("nosuch", "/run/netns/nosuch"), ("/nosuch", "/nosuch")] {
        let output = run(&["-n", name, "peers"]);
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(
            text(&output.stderr),
            format!(
                "nlhello: enter network namespace: {file}: No such file or directory (ENOENT): \
                 ip netns list shows those with a name\n"
            )
        );
    }
}

#[test]
fn a_file_that_is_no_namespace_is_named_and_a_pipe_does_not_hang() {
    let folder = std::env::temp_dir().join(format!("nlhello-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let pipe = folder.join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());

    for file in [pipe.as_path(), "/dev/null".as_ref()] {
        let output = nlhello().arg("-n").arg(file).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let words = text(&output.stderr);
        assert!(
            words.contains("not a network namespace (EINVAL)"),
            "{words}"
        );
        assert!(words.contains(file.to_str().unwrap()), "{words}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn what_is_unknown_or_contradicts_itself_is_a_usage_error() {
    for args in [
        &["--bogus"][..],
        &["bogus"],
        &["hello", "one", "two"],
        &["hello", "--flood", "-i", "1"],
        &["peers", "all"],
        &["listen", "text"],
        &["greeting", "Good", "morning"],
        &["--color", "sometimes"],
        &["link", "--genl"],
        &["--genl", "monitor"],
    ] {
        assert_eq!(run(args).status.code(), Some(2), "{args:?}");
    }
}

#[test]
fn a_text_need_not_be_utf8() {
    let output = nlhello()
        .arg("hello")
        .arg(OsStr::from_bytes(b"\xff"))
        .output()
        .unwrap();

    assert_ne!(output.status.code(), Some(2));
}

#[test]
fn help_and_version_go_to_standard_output() {
    for args in [
        &["--help"][..],
        &["hello", "-h"],
        &["help", "hello"],
        &["--version"],
    ] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        assert!(text(&output.stdout).contains("nlhello"), "{args:?}");
        assert_eq!(text(&output.stderr), "", "{args:?}");
    }
}

#[test]
fn help_that_cannot_be_written_is_a_failure_that_says_so() {
    let full = || File::options().write(true).open("/dev/full").unwrap();
    let printed = nlhello().arg("--help").stdout(full()).output().unwrap();
    assert_eq!(printed.status.code(), Some(1));
    assert_eq!(
        text(&printed.stderr),
        "nlhello: write to standard output: No space left on device (ENOSPC)\n"
    );

    let json = nlhello()
        .args(["--json", "--help"])
        .stdout(full())
        .output()
        .unwrap();
    assert_eq!(json.status.code(), Some(1));
    let error: Value = serde_json::from_slice(&json.stderr).unwrap();
    assert_eq!(error["error"]["errno"], libc::ENOSPC);
}

#[test]
fn when_nobody_reads_the_program_ends_as_others_do() {
    let (reader, writer) = std::os::unix::net::UnixStream::pair().unwrap();
    drop(reader);
    let output = nlhello()
        .arg("--help")
        .stdout(std::os::fd::OwnedFd::from(writer))
        .output()
        .unwrap();

    assert_eq!(output.status.signal(), Some(libc::SIGPIPE));
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn a_wrong_command_line_is_reported_in_json_where_that_is_asked_for() {
    for (args, words) in [
        (
            &["--json", "--bogus"][..],
            "unexpected argument '--bogus' found",
        ),
        (&["hello", "--json", "-c", "0"], "not a whole number from 1"),
        (&["--color", "sometimes", "--json"], "invalid value"),
    ] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert_eq!(text(&output.stdout), "", "{args:?}");
        let printed: Value = serde_json::from_slice(&output.stderr).unwrap();
        let error = &printed["error"];
        assert_eq!(error["op"], "read the command line");
        assert_eq!(error["errno"], libc::EINVAL);
        assert_eq!(error["hint"], "try --help");
        assert!(
            error["message"].as_str().unwrap().contains(words),
            "{printed}"
        );
    }
    let text_of = run(&["--bogus", "--", "--json"]);
    assert!(text(&text_of.stderr).starts_with("error: unexpected argument '--bogus'"));
}

#[test]
fn a_question_that_is_refused_says_what_was_asked_for() {
    for (args, printed) in [
        (&["genl", "nosuch"][..], "look up a family nosuch: "),
        (&["nexthop", "id", "77777"], "look up a next hop 77777: "),
        (&["route", "show", "vrf", "nosuch"], "find a VRF nosuch: "),
        (
            &["route", "get", "10.0.0.1", "flowlabel", "1"],
            "look up a route 10.0.0.1: FLOWLABEL: ",
        ),
        (
            &["route", "get", "10.0.0.1", "from", "2001:db8::1"],
            "look up a route 10.0.0.1: ",
        ),
    ] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert_eq!(text(&output.stdout), "", "{args:?}");
        let error = text(&output.stderr).strip_prefix("nlhello: ").unwrap();
        assert!(error.starts_with(printed), "{error}");
    }
}

#[test]
fn a_packet_of_another_family_than_is_said_has_no_route() {
    for args in [["-6", "10.0.0.1"], ["-4", "2001:db8::1"]] {
        let output = run(&[&["route", "get"], &args[..]].concat());
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert_eq!(text(&output.stdout), "", "{args:?}");
        assert!(text(&output.stderr).contains("is of another family"));
    }
}

#[test]
fn the_route_of_one_packet_is_looked_up_at_once() {
    for second in [&["10.0.0.2"][..], &["to", "10.0.0.2"]] {
        let output = run(&[&["route", "get", "10.0.0.1"], second].concat());
        assert_eq!(output.status.code(), Some(2), "{second:?}");
        assert!(text(&output.stderr).contains("not 10.0.0.1 and 10.0.0.2"));
    }
}

#[test]
fn what_no_message_can_hold_is_refused_in_the_kernels_words() {
    let long = "x".repeat(70_000);
    let said = run(&["hello", &long]);
    assert_eq!(said.status.code(), Some(1));
    assert_eq!(
        text(&said.stderr),
        "nlhello: say hello: TEXT: too long (limit 1024) (ERANGE)\n"
    );
}

#[test]
fn an_error_that_nobody_can_read_still_has_its_exit_status() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let status = nlhello()
        .stdin(Stdio::null())
        .stderr(full)
        .status()
        .unwrap();

    assert_eq!(status.code(), Some(1));
}

#[test]
fn a_monitor_that_nobody_reads_any_more_ends_at_once_and_in_silence() {
    for args in [
        &["monitor", "link"][..],
        &["monitor", "link", "--all-netns"],
    ] {
        let mut child = nlhello()
            .args(args)
            .args(["--initial", "--timeout=20"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        lines.read_line(&mut String::new()).unwrap();
        drop(lines);
        let output = child.wait_with_output().unwrap();

        assert_eq!(output.status.signal(), Some(libc::SIGPIPE), "{args:?}");
        // Warnings of little room, and of namespaces that are closed, are for a user who is not root.
        let said = text(&output.stderr);
        let more = said.lines().find(|line| !line.contains(": warning: "));
        assert_eq!(more, None, "{args:?}");
    }
}

#[test]
fn the_program_is_position_independent_and_static_where_the_c_compiler_can() {
    let headers = Command::new("readelf")
        .args(["--file-header", "--program-headers", "--wide"])
        .arg(env!("CARGO_BIN_EXE_nlhello"))
        .env("LC_ALL", "C")
        .output()
        .unwrap();
    let words: Vec<_> = text(&headers.stdout).split_whitespace().collect();

    assert!(words.windows(2).any(|pair| pair == ["Type:", "DYN"]));
    assert!(words.contains(&"GNU_RELRO"));
    let is_static = cfg!(any(static_program, target_feature = "crt-static"));
    assert_eq!(words.contains(&"INTERP"), !is_static);
    let archives = ["rcrt1.o", "libc.a", "libm.a", "libgcc.a", "libgcc_eh.a"];
    let can = cfg!(target_env = "gnu") && archives.into_iter().all(compiler_has);
    assert!(
        is_static || !can,
        "the archives are there, and were not used"
    );
}

/// Says whether the C compiler has the library file `name`: it prints the path of one that it has.
fn compiler_has(name: &str) -> bool {
    let asked = Command::new("cc")
        .arg(format!("-print-file-name={name}"))
        .output();
    asked.is_ok_and(|path| path.stdout.starts_with(b"/"))
}
