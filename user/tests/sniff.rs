// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello sniff -- COMMAND`: a program says something in each way that there is (`sniff/calls.c`),
//! and all of it is told, once, in order. It takes neither the module nor a right.

use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Exit status of `calls` where this machine has no such call.
const MISSING: i32 = 77;

/// User and group without any rights.
const NOBODY: u32 = 65534;

fn folder() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

/// Returns the program that says something, compiled once.
fn calls() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let program = folder().join(format!("sniff-calls-{}", std::process::id()));
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sniff/calls.c");
        let mut compiler = Command::new("cc");
        compiler.args(["-Wall", "-Wextra", "-Werror", "-O1", "-pthread", "-o"]);
        let compiled = compiler.arg(&program).arg(source).status().unwrap();
        assert!(compiled.success());
        program
    })
}

fn nlhello() -> Command {
    Command::new(env!("CARGO_BIN_EXE_nlhello"))
}

fn sniff(words: &[&str]) -> Command {
    let mut command = nlhello();
    command
        .args(["--json", "sniff", "--"])
        .arg(calls())
        .args(words);
    command
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn objects(bytes: &[u8]) -> Vec<Value> {
    let lines = text(bytes).lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

/// Returns what there is to compare of an object: which way, the call, the number of the message, and
/// what became of it.
fn short(object: &Value) -> String {
    if let Some(remark) = object["remark"].as_str() {
        return format!("! {remark}");
    }
    let number = &object["nlmsghdr"]["nlmsg_seq"];
    let (result, errno) = (&object["result"], &object["errno"]);
    let mut words = vec![
        object["direction"].as_str().unwrap().to_owned(),
        object["call"].as_str().unwrap().to_owned(),
        number.as_u64().map_or("-".to_owned(), |n| n.to_string()),
        match (result.as_u64(), errno.as_i64()) {
            (Some(result), Some(0)) => format!("= {result}"),
            (None, Some(errno)) => format!("errno {errno}"),
            _ => "?".to_owned(),
        },
    ];
    if object["truncated"] == true {
        words.push("truncated".to_owned());
    }
    words.extend(object["unshown"].as_str().map(str::to_owned));
    words.join(" ")
}

fn run(words: &[&str]) -> (Output, Vec<Value>) {
    let output = sniff(words).output().unwrap();
    let objects = objects(&output.stderr);
    (output, objects)
}

/// Holds that `way` is told as these lines, if this machine has such calls.
fn holds(way: &str, lines: &[&str]) -> Vec<Value> {
    let (output, objects) = run(&[way]);
    if output.status.code() == Some(MISSING) {
        eprintln!("{way}: this machine has no such call");
        return Vec::new();
    }
    let printed: Vec<_> = objects.iter().map(short).collect();
    assert_eq!(printed, lines, "{way}");
    assert_eq!(output.status.code(), Some(0), "{way}");
    objects
}

/// Returns the two lines of a message that was sent and received by these calls.
fn round(number: usize, sent: &str, received: &str) -> [String; 2] {
    [
        format!("sent {sent} {number} = 20"),
        format!("received {received} {number} = 20"),
    ]
}

/// Holds that `way` is told as messages 1 to `count`, each sent by one call and received by the other.
fn holds_rounds(way: &str, count: usize, sent: &str, received: &str) -> Vec<Value> {
    let lines: Vec<_> = (1..=count)
        .flat_map(|number| round(number, sent, received))
        .collect();
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    holds(way, &lines)
}

#[test]
fn each_call_that_can_carry_a_message_is_shown() {
    let objects = holds(
        "calls",
        &[
            "sent sendto 1 = 20",
            "received recvfrom 1 = 20",
            "sent sendto 2 = 20",
            "received recvfrom 2 = 20",
            "sent sendmsg 3 = 20",
            "received recvmsg 3 = 20",
            "sent sendmmsg 4 = 20",
            "sent sendmmsg 5 = 20",
            "received recvmmsg 4 = 20",
            "received recvmmsg 5 = 20",
            "sent write 6 = 20",
            "received read 6 = 20",
            "sent writev 7 = 20",
            "received readv 7 = 20",
            "sent pwritev2 8 = 20",
            "received preadv2 8 = 20",
        ],
    );
    for object in &objects {
        let message = &object["nlmsghdr"];
        let number = message["nlmsg_seq"].as_u64().unwrap();
        assert_eq!(object["protocol_name"], "usersock");
        assert_eq!(object["comm"].as_str().unwrap(), &comm());
        assert_eq!(message["nlmsg_type"].as_u64(), Some(0x100 + number));
        assert_eq!(object["text"], "abc");
        assert_eq!(object["socket"], objects[0]["socket"]);
    }
    let port = |index: usize| objects[index]["portid"].as_u64();
    // Calls that name an address, and those that ask for one, have a port id.
    assert_eq!(port(0), None);
    assert!(port(2).is_some_and(|port| port != 0));
    for named in [3, 4, 5] {
        assert_eq!(port(named), port(2));
    }
}

/// The name that the kernel gives to the program: 15 bytes of it.
fn comm() -> String {
    let name = calls().file_name().unwrap().to_str().unwrap();
    name[..15.min(name.len())].to_owned()
}

#[test]
fn a_look_ahead_is_no_second_message() {
    holds(
        "peek",
        &[
            "sent sendto 1 = 20",
            "received recvfrom - = 20 peeked",
            "received recvfrom - = 20 peeked",
            "received recvfrom 1 = 20",
        ],
    );
}

#[test]
fn what_is_cut_off_is_marked() {
    let objects = holds(
        "truncated",
        &[
            "sent sendto 1 = 20",
            "sent sendto 2 = 20",
            "sent sendto 3 = 20",
            "sent sendto 4 = 20",
            "received recvfrom - = 18 truncated",
            "received recvfrom - = 20 truncated",
            "received recvmsg - = 18 truncated",
            "received read - = 18 truncated",
        ],
    );
    for object in &objects[4..] {
        // Eighteen bytes of the datagram were received.
        assert_eq!(object["hex"].as_str().map(str::len), Some(36));
    }
}

#[test]
fn a_call_that_fails_is_shown_with_its_error() {
    holds(
        "errors",
        &[
            &format!("sent sendto 1 errno {}", libc::ECONNREFUSED),
            &format!("sent sendto - errno {} unread", libc::EFAULT),
            "sent sendmmsg 1 = 20",
            "sent sendmmsg 2 ?",
            "received recvfrom 1 = 20",
            "sent sendto 3 = 20",
            &format!("received recvfrom - errno {}", libc::EFAULT),
        ],
    );
}

#[test]
fn threads_are_followed_and_no_answer_is_shown_before_its_question() {
    for _ in 0..5 {
        let (output, objects) = run(&["threads"]);
        assert_eq!(output.status.code(), Some(0));
        let order: Vec<_> = objects
            .iter()
            .map(|object| {
                (
                    object["direction"].as_str(),
                    object["nlmsghdr"]["nlmsg_seq"].as_u64(),
                )
            })
            .collect();
        let expected: Vec<_> = (1..=8)
            .flat_map(|number| {
                [
                    (Some("sent"), Some(number)),
                    (Some("received"), Some(number)),
                ]
            })
            .collect();
        assert_eq!(order, expected);
        let (sender, receiver) = (&objects[0], &objects[1]);
        assert_eq!(sender["pid"], receiver["pid"]);
        assert_ne!(sender["tid"], receiver["tid"]);
        assert_eq!(receiver["tid"], receiver["pid"]);
    }
}

#[test]
fn children_are_followed_however_they_are_made() {
    let objects = holds_rounds("children", 4, "sendto", "recvfrom");
    let pids: Vec<_> = objects.iter().map(|object| &object["pid"]).collect();

    for pair in pids.chunks(2) {
        assert_ne!(pair[0], pair[1]);
        assert_eq!(pair[1], pids[1]);
    }
}

#[test]
fn a_descriptor_is_known_after_an_exec_of_any_thread() {
    let objects = holds_rounds("exec", 2, "sendto", "recvfrom");
    assert!(objects.iter().all(|object| object["pid"] == object["tid"]));

    let objects = holds_rounds("exec_by_thread", 2, "sendto", "recvfrom");
    assert_ne!(objects[0]["tid"], objects[0]["pid"]);
    assert_eq!(objects[2]["tid"], objects[2]["pid"]);
    assert_eq!(objects[2]["pid"], objects[0]["pid"]);
}

#[test]
fn a_descriptor_is_what_it_is_at_the_call() {
    let lines: Vec<_> = [1, 2, 3, 4, 5, 7]
        .into_iter()
        .flat_map(|number| round(number, "sendto", "recvfrom"))
        .collect();
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    let objects = holds("duplicates", &lines);
    let fds: Vec<_> = objects
        .iter()
        .step_by(2)
        .map(|object| object["fd"].as_u64())
        .collect();

    assert_eq!(fds[1..], [50, 51, 60, 70, 50].map(Some));
    assert!(objects
        .iter()
        .all(|object| object["socket"] == objects[0]["socket"]));
}

#[test]
fn a_descriptor_is_known_that_another_process_has_given() {
    holds_rounds("passed", 1, "sendto", "recvfrom");
    holds_rounds("taken", 1, "sendto", "recvfrom");
}

#[test]
fn what_the_kernel_copies_from_file_to_file_is_reported_if_not_shown() {
    holds(
        "copied",
        &[
            "sent splice - = 20 copied",
            "received splice - = 20 copied",
            "sent sendfile - = 20 copied",
            "received recvfrom 1 = 20",
        ],
    );
}

#[test]
fn rings_are_reported_once() {
    holds(
        "rings",
        &[
            "! io_uring",
            "! aio",
            "sent sendto 1 = 20",
            "received recvfrom 1 = 20",
        ],
    );
}

#[test]
fn calls_of_a_32_bit_program_are_shown() {
    holds(
        "i386",
        &[
            "sent send 1 = 20",
            "received recv 1 = 20",
            "sent sendmsg 2 = 20",
            "received recvmsg 2 = 20",
            "sent write 3 = 20",
            "received readv 3 = 20",
        ],
    );
}

#[test]
fn calls_of_another_architecture_are_reported_as_such_once() {
    holds("x32", &["! foreign"]);
}

#[test]
fn a_wait_that_a_signal_interrupts_is_shown_when_it_ends() {
    holds_rounds("interrupted", 1, "sendto", "recvfrom");
}

#[test]
fn a_large_message_is_whole() {
    let objects = holds(
        "large",
        &["sent sendto 1 = 100000", "received recvfrom 1 = 100000"],
    );
    for object in objects {
        // The last byte is a NUL: all of it is a text.
        let text = object["text"].as_str().unwrap();
        assert_eq!(text.len(), 100_000 - 16 - 1);
    }
}

#[test]
fn messages_that_are_received_at_once_are_all_shown() {
    let (output, objects) = run(&["many"]);
    assert_eq!(output.status.code(), Some(0));
    let received = objects
        .iter()
        .filter(|object| object["call"] == "recvmmsg")
        .map(|object| object["nlmsghdr"]["nlmsg_seq"].as_u64());

    assert!(received.eq((1..=1500).map(Some)));
}

#[test]
fn threads_that_make_many_calls_leave_the_others_their_turn() {
    let start = Instant::now();
    let mut child = sniff(&["busy"]).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut printed = Vec::new();
        stderr.read_to_end(&mut printed).map(|_| printed)
    });
    while child.try_wait().unwrap().is_none() {
        if start.elapsed() > Duration::from_secs(20) {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("others had all turns");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let printed = reader.join().unwrap().unwrap();
    assert_eq!(objects(&printed).len(), 200);
}

#[test]
fn children_of_others_are_not_waited_for() {
    let script = "sleep 600 & echo $!; exec \"$0\" sniff -- true >/dev/null";
    let mut command = Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_nlhello")]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut sleeper = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut sleeper).unwrap();
    let start = Instant::now();
    let mut status = None;
    while status.is_none() && start.elapsed() < Duration::from_secs(30) {
        status = child.try_wait().unwrap();
        std::thread::sleep(Duration::from_millis(5));
    }
    kill("-KILL", sleeper.trim());

    assert_eq!(status.and_then(|status| status.code()), Some(0));
    child.wait().unwrap();
}

#[test]
fn what_outlives_the_command_is_followed_to_its_end() {
    let (output, objects) = run(&["outlived"]);
    let printed: Vec<_> = objects.iter().map(short).collect();

    assert_eq!(printed, round(1, "sendto", "recvfrom"));
    assert_eq!(output.status.code(), Some(4));
}

#[test]
fn text_has_a_line_for_each_call_and_its_messages_below() {
    let mut command = nlhello();
    command.arg("sniff").arg("--").arg(calls()).arg("peek");
    let output = command.output().unwrap();
    let lines: Vec<_> = text(&output.stderr).lines().map(without_fd).collect();
    let ends = [
        "> NETLINK_USERSOCK sendto() = 20",
        "> nlmsghdr len=20 type=unknown(257) flags=NLM_F_REQUEST seq=1 pid=0",
        "    \"abc\"",
        "< NETLINK_USERSOCK recvfrom() = 20, peek: left in the queue",
        "< NETLINK_USERSOCK recvfrom() = 20, peek: left in the queue",
        "< NETLINK_USERSOCK recvfrom() = 20",
        "< nlmsghdr len=20 type=unknown(257) flags=NLM_F_REQUEST seq=1 pid=0",
        "    \"abc\"",
    ];
    assert_eq!(lines.len(), ends.len());
    for (line, end) in lines.iter().zip(ends) {
        match line.strip_suffix(end) {
            Some("") => {}
            Some(start) => is_start(start),
            None => panic!("{line}: {end}"),
        }
    }
}

/// Returns the line of a call without its descriptor: which number that has depends on what the test inherited.
fn without_fd(line: &str) -> String {
    let Some((before, result)) = line.split_once(") = ") else {
        return line.to_owned();
    };
    let (call, fd) = before.rsplit_once('(').unwrap();
    assert!(fd.parse::<u32>().is_ok(), "{line}");
    format!("{call}() = {result}")
}

/// Holds that it is `21:26:54.897123 name[1234] `.
fn is_start(start: &str) {
    let (time, who) = start.split_once(' ').unwrap();
    let digits = time.replace(|c: char| c.is_ascii_digit(), "0");
    let (comm, tid) = who.trim_end_matches("] ").split_once('[').unwrap();

    assert_eq!(digits, "00:00:00.000000");
    assert_eq!(comm, self::comm());
    assert!(tid.parse::<u32>().is_ok(), "{start}");
}

#[test]
fn the_real_conversation_of_a_real_program_is_shown() {
    let mut command = nlhello();
    command.args(["sniff", "--", env!("CARGO_BIN_EXE_nlhello")]);
    let output = command.args(["link", "show", "lo"]).output().unwrap();
    let printed = text(&output.stderr);

    assert!(text(&output.stdout).contains("LOOPBACK"), "{output:?}");
    for part in [
        "> NETLINK_ROUTE sendto(",
        "\n> nlmsghdr len=",
        "type=RTM_GETLINK(18) flags=NLM_F_REQUEST",
        "< NETLINK_ROUTE recvmmsg(",
        "\n< nlmsghdr len=",
        "type=RTM_NEWLINK(16)",
        "IFLA_IFNAME(3) \"lo\"",
    ] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
}

#[test]
fn other_protocols_are_left_out_where_one_is_asked_for() {
    for (protocol, count) in [("usersock", 2), ("2", 2), ("NETLINK_ROUTE", 0)] {
        let mut command = nlhello();
        command.args(["--json", "sniff", "--protocol", protocol, "--"]);
        let output = command.arg(calls()).args(["large"]).output().unwrap();
        assert_eq!(objects(&output.stderr).len(), count, "{protocol}");
    }
    let mut command = nlhello();
    command.args([
        "--json",
        "sniff",
        "--protocol=route",
        "--protocol=usersock",
        "--",
    ]);
    let output = command.arg(calls()).args(["large"]).output().unwrap();
    assert_eq!(objects(&output.stderr).len(), 2);
}

#[test]
fn what_was_carried_is_written_to_a_capture_that_replay_reads() {
    let file = folder().join(format!("sniff-capture-{}", std::process::id()));
    let mut command = nlhello();
    command.args(["sniff", "-w"]).arg(&file).arg("--");
    let output = command.arg(calls()).arg("calls").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(text(&output.stderr), "16 datagrams written\n");
    let replayed = nlhello().arg("replay").arg(&file).output().unwrap();
    let capture = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();

    assert!(replayed.status.success(), "{replayed:?}");
    let counted = "not told: 16 packets of usersock";
    assert!(text(&replayed.stderr).contains(counted), "{replayed:?}");
    // The direction is what the cooked header begins with, behind the headers of file and packet.
    assert_eq!(capture[24 + 16..][..2], [0, 4], "the first was sent");
}

#[test]
fn the_streams_and_the_exit_status_are_the_commands() {
    let file = folder().join(format!("sniff-{}.jsonl", std::process::id()));
    let mut command = nlhello();
    command.args(["--json", "sniff", "-o"]).arg(&file).arg("--");
    command.args([
        "sh",
        "-c",
        "cat; echo out; echo err >&2; \"$0\" large; exit 5",
    ]);
    let mut child = command
        .arg(calls())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"in\n").unwrap();
    let output = child.wait_with_output().unwrap();

    assert_eq!(output.status.code(), Some(5));
    assert_eq!(text(&output.stdout), "in\nout\n");
    assert_eq!(text(&output.stderr), "err\n");
    assert_eq!(objects(&fs::read(&file).unwrap()).len(), 2);
    fs::remove_file(file).unwrap();
}

#[test]
fn a_command_that_a_signal_ends_gives_the_status_that_shells_give() {
    for signal in [libc::SIGTERM, libc::SIGKILL, libc::SIGSEGV] {
        let script = format!("kill -{signal} $$");
        let output = nlhello()
            .args(["sniff", "--", "sh", "-c", &script])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(128 + signal));
        assert_eq!(text(&output.stderr), "");
    }
}

#[test]
fn the_exit_status_is_known_where_ends_of_children_are_ignored() {
    let mut command = Command::new("env");
    command.args(["--ignore-signal=CHLD", env!("CARGO_BIN_EXE_nlhello")]);
    let output = command.args(["sniff", "--", "sh", "-c", "exit 7"]).output();

    assert_eq!(output.unwrap().status.code(), Some(7));
}

#[test]
fn a_command_that_cannot_be_run_is_named() {
    let plain = folder().join(format!("sniff-plain-{}", std::process::id()));
    fs::write(&plain, "no program").unwrap();
    let name = plain.to_str().unwrap();
    for (command, status, words) in [
        (
            "/nosuch",
            127,
            "run /nosuch: No such file or directory (ENOENT)",
        ),
        ("no-such-program", 127, "run no-such-program: No such file"),
        (name, 126, "Permission denied (EACCES)"),
        ("/", 126, "run /: "),
    ] {
        let output = nlhello().args(["sniff", "--", command]).output().unwrap();
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{said}");
        assert!(
            said.starts_with("nlhello: ") && said.contains(words),
            "{said}"
        );
    }
    fs::remove_file(plain).unwrap();
}

#[test]
fn what_is_for_one_way_to_sniff_is_refused_for_the_other() {
    for (args, why) in [
        (&["sniff", "ip", "--", "ip"][..], "without a command"),
        (&["sniff", "-c", "1", "--", "ip"], "cannot be used with"),
        (&["sniff", "--pid", "1", "--", "ip"], "cannot be used with"),
        (&["sniff", "nosuch"], "no kind and no type of message"),
        (&["sniff", "hello"], "nlhello sniff -- COMMAND"),
        (&["sniff", "--protocol", "31"], "nlhello sniff -- COMMAND"),
    ] {
        let output = nlhello().args(args).output().unwrap();
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(said.contains(why), "{said}");
    }
}

/// A capture that tcpdump made.
fn capture() -> PathBuf {
    [
        env!("CARGO_MANIFEST_DIR"),
        "tests",
        "fixtures",
        "nlmon.pcap",
    ]
    .iter()
    .collect()
}

#[test]
fn a_file_is_not_read_and_written_at_once_and_not_written_twice() {
    let file = |name: &str| folder().join(format!("sniff-{name}-{}", std::process::id()));
    let (copy, link, new) = (file("copy"), file("link"), file("new"));
    fs::copy(capture(), &copy).unwrap();
    fs::hard_link(&copy, &link).unwrap();
    let sniff = |read: &Path, files: [(&str, &Path); 2]| {
        let mut command = nlhello();
        command.arg("sniff").arg("-r").arg(read);
        for (option, file) in files {
            command.arg(option).arg(file);
        }
        command.output().unwrap()
    };
    let null = Path::new("/dev/null");
    for (read, files) in [
        (&copy, [("-w", &*copy), ("-o", null)]),
        (&copy, [("-w", null), ("-o", &*link)]),
        (&copy, [("-w", &*new), ("-o", &*new)]),
    ] {
        let output = sniff(read, files);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{files:?}: {said}");
        assert!(said.contains("this is two of them"), "{said}");
    }
    assert_eq!(fs::read(&copy).unwrap(), fs::read(capture()).unwrap());
    assert!(!new.exists());
    let output = sniff(&copy, [("-w", null), ("-o", null)]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    fs::remove_file(copy).unwrap();
    fs::remove_file(link).unwrap();
}

#[test]
fn a_word_that_makes_no_sense_leaves_files_as_they_were() {
    let file = folder().join(format!("sniff-kept-{}", std::process::id()));
    fs::write(&file, "kept").unwrap();
    for option in ["-w", "-o"] {
        for capture in [&[][..], &["-r".into(), capture()]] {
            let mut command = nlhello();
            command.arg("sniff").arg(option).arg(&file).args(capture);
            let output = command.arg("nosuch").output().unwrap();
            assert_eq!(output.status.code(), Some(2), "{output:?}");
            assert_eq!(fs::read(&file).unwrap(), b"kept", "{option} {capture:?}");
        }
    }
    fs::remove_file(file).unwrap();
}

#[test]
fn who_waits_for_the_reader_of_a_pipe_can_be_ended() {
    let pipe = folder().join(format!("sniff-pipe-{}", std::process::id()));
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    for option in ["-w", "-o"] {
        let mut command = nlhello();
        let child = command.arg("sniff").arg(option).arg(&pipe).spawn().unwrap();
        let pid = child.id().to_string();
        await_caught(&pid, libc::SIGTERM);
        await_state(&pid, "S");
        kill("-TERM", &pid);
        assert_eq!(end_of(child).signal(), Some(libc::SIGTERM));
    }
    fs::remove_file(pipe).unwrap();
}

#[test]
fn a_file_keeps_what_is_in_it_where_there_is_nothing_to_write() {
    let file = folder().join(format!("sniff-kept-{}", std::process::id()));
    for option in ["-w", "-o"] {
        fs::write(&file, "kept").unwrap();
        // The file is writable for its owner alone, who has no other right.
        std::os::unix::fs::chown(&file, Some(NOBODY), Some(NOBODY)).ok();
        for (words, status) in [(&[][..], 1), (&["--", "/nosuch/command"], 127)] {
            let mut command = nlhello();
            command.arg("sniff").arg(option).arg(&file).args(words);
            if fs::metadata(&file).unwrap().uid() == NOBODY {
                command.uid(NOBODY).gid(NOBODY);
            }
            let output = command.output().unwrap();

            assert_eq!(output.status.code(), Some(status), "{output:?}");
            assert_eq!(fs::read_to_string(&file).unwrap(), "kept", "{output:?}");
        }
    }
    fs::remove_file(file).unwrap();
}

/// Returns how `child` ended, which is killed if it does not.
fn end_of(mut child: Child) -> ExitStatus {
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if start.elapsed() > Duration::from_secs(10) {
            child.kill().unwrap();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child.wait().unwrap()
}

/// Waits until the process has a handler for `signal`.
fn await_caught(pid: &str, signal: i32) {
    let start = Instant::now();
    loop {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let caught = status
            .lines()
            .find_map(|line| line.strip_prefix("SigCgt:"))
            .and_then(|digits| u64::from_str_radix(digits.trim(), 16).ok());
        if caught.unwrap() >> (signal - 1) & 1 == 1 {
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(10), "{pid}: {status}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_capture_is_read_no_further_than_the_count() {
    let mut child = nlhello()
        .args(["sniff", "-r", "-", "-c", "1", "-w", "/dev/null"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let bytes = fs::read(capture()).unwrap();
    let len = u32::from_ne_bytes(bytes[32..36].try_into().unwrap());
    stdin.write_all(&bytes[..40 + len as usize]).unwrap();

    assert_eq!(end_of(child).code(), Some(0));
}

#[test]
fn a_capture_is_read_no_further_when_nobody_reads_what_is_in_it() {
    let mut child = nlhello()
        .args(["sniff", "-r", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    let bytes = fs::read(capture()).unwrap();
    let (header, packets) = bytes.split_at(24);
    stdin.write_all(header).unwrap();
    let is_gone = (0..1000).any(|_| stdin.write_all(packets).is_err());

    assert!(is_gone, "it still reads");
    assert_eq!(child.wait().unwrap().signal(), Some(libc::SIGPIPE));
}

#[test]
fn a_file_that_cannot_be_written_is_named_and_nothing_is_run() {
    let mut command = nlhello();
    command.args(["sniff", "-o", "/nosuch/file", "--", "echo", "ran"]);
    let output = command.output().unwrap();
    let said = text(&output.stderr);

    assert_eq!(output.status.code(), Some(125));
    assert_eq!(text(&output.stdout), "");
    assert!(said.contains("write /nosuch/file: No such file"), "{said}");
}

#[test]
fn a_command_does_not_suffer_where_the_lines_cannot_be_written() {
    let mut command = nlhello();
    command
        .args(["sniff", "-o", "/dev/full", "--"])
        .arg(calls());
    let output = command.arg("calls").output().unwrap();
    let said = text(&output.stderr);

    assert_eq!(output.status.code(), Some(0));
    assert!(said.contains("write /dev/full: No space left"), "{said}");

    let mut child = sniff(&["calls"]).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// A program that waits until it is told to say something.
struct Waiting {
    child: Child,
    /// Number of the program: not of who follows it.
    pid: String,
    out: BufReader<std::process::ChildStdout>,
}

impl Waiting {
    fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // A job of its own, as a shell makes it.
            .process_group(0)
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let pid = line.trim().to_owned();
        Self { child, pid, out }
    }

    fn sniffer(&self) -> String {
        self.child.id().to_string()
    }

    /// Waits until the program has said something.
    fn await_said(&mut self) {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        assert_eq!(line, "said\n");
    }

    fn end(mut self) -> (Option<i32>, Vec<Value>) {
        let mut stderr = Vec::new();
        self.child
            .stderr
            .take()
            .unwrap()
            .read_to_end(&mut stderr)
            .unwrap();
        (self.child.wait().unwrap().code(), objects(&stderr))
    }
}

fn kill(signal: &str, pid: &str) {
    let status = Command::new("kill")
        .args([signal, "--", pid])
        .status()
        .unwrap();
    assert!(status.success(), "kill {signal} {pid}");
}

/// Waits until the process is in one of these states, as `/proc` has them.
fn await_state(pid: &str, states: &str) {
    let start = Instant::now();
    loop {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        let (_, rest) = stat.rsplit_once(") ").unwrap();
        if rest.starts_with(|state| states.contains(state)) {
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(10), "{pid}: {stat}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_signal_to_the_follower_goes_to_the_command_once() {
    let mut waiting = Waiting::start(&mut sniff(&["waiting"]));
    kill("-USR1", &waiting.sniffer());
    waiting.await_said();
    kill("-USR1", &waiting.pid);
    waiting.await_said();
    kill("-TERM", &waiting.sniffer());
    let (status, objects) = waiting.end();

    assert_eq!(status, Some(3));
    let printed: Vec<_> = objects.iter().map(short).collect();
    let rounds = [
        round(1, "sendto", "recvfrom"),
        round(2, "sendto", "recvfrom"),
    ];
    assert_eq!(printed, rounds.concat());
}

#[test]
fn a_command_that_is_stopped_stands_still_and_goes_on() {
    let mut waiting = Waiting::start(&mut sniff(&["waiting"]));
    kill("-STOP", &waiting.pid);
    await_state(&waiting.pid, "Tt");
    kill("-USR1", &waiting.pid);
    await_state(&waiting.sniffer(), "S");
    await_state(&waiting.pid, "Tt");
    kill("-CONT", &waiting.pid);
    waiting.await_said();
    kill("-TERM", &waiting.pid);

    assert_eq!(waiting.end().0, Some(3));
}

#[test]
fn a_job_that_the_terminal_stops_stops_with_its_follower_and_goes_on() {
    for who in ["job", "follower"] {
        let mut waiting = Waiting::start(&mut sniff(&["waiting"]));
        let job = format!("-{}", waiting.sniffer());
        kill("-TSTP", &job);
        await_state(&waiting.sniffer(), "T");
        await_state(&waiting.pid, "Tt");
        match who {
            "job" => kill("-CONT", &job),
            _ => kill("-CONT", &waiting.sniffer()),
        }
        kill("-USR1", &waiting.pid);
        waiting.await_said();
        kill("-TERM", &waiting.pid);
        assert_eq!(waiting.end().0, Some(3), "{who}");
    }
}

#[test]
fn what_the_terminal_sends_comes_once() {
    let words = [env!("CARGO_BIN_EXE_nlhello"), "sniff", "--"];
    // exec: a shell that waits would end by the signal first.
    let line = format!("exec {} {} counted", words.join(" "), calls().display());
    let script = Command::new("script")
        .envs([("SHELL", "/bin/sh"), ("LC_ALL", "C")])
        .args(["-qefc", &line, "/dev/null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut terminal) = script else {
        eprintln!("this takes script(1)");
        return;
    };
    let mut out = BufReader::new(terminal.stdout.take().unwrap());
    out.read_line(&mut String::new()).unwrap();
    let mut keys = terminal.stdin.take().unwrap();
    keys.write_all(b"\x03").unwrap();

    assert_eq!(terminal.wait().unwrap().code(), Some(1));
}

#[test]
fn a_command_ends_when_its_follower_is_killed() {
    let mut waiting = Waiting::start(&mut sniff(&["waiting"]));
    kill("-KILL", &waiting.sniffer());
    let mut rest = String::new();
    // The other end of the pipe is closed by now.
    waiting.out.read_to_string(&mut rest).unwrap();

    assert_eq!(rest, "");
    assert_eq!(waiting.child.wait().unwrap().signal(), Some(libc::SIGKILL));
}

#[test]
fn a_command_that_is_followed_cannot_follow() {
    let mut command = nlhello();
    command.args([
        "sniff",
        "--",
        env!("CARGO_BIN_EXE_nlhello"),
        "sniff",
        "--",
        "true",
    ]);
    let output = command.output().unwrap();
    let said = text(&output.stderr);

    assert_eq!(output.status.code(), Some(125), "{said}");
    assert!(
        said.contains("(EPERM): ptrace is forbidden here: another tracer"),
        "{said}"
    );
}

/// Says whether we have rights to give up.
fn is_root() -> bool {
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    if !is_root {
        eprintln!("this takes root");
    }
    is_root
}

/// Returns what `command` prints where somebody runs it who has no rights.
fn as_nobody(command: &mut Command) -> Output {
    command.uid(NOBODY).gid(NOBODY).output().unwrap()
}

#[test]
fn it_takes_no_right() {
    if !is_root() {
        return;
    }
    let output = as_nobody(&mut sniff(&["calls"]));

    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(objects(&output.stderr).len(), 16);
}

#[test]
fn a_process_that_nobody_may_look_into_says_so() {
    if !is_root() {
        return;
    }
    let output = as_nobody(&mut sniff(&["undumpable"]));
    let printed: Vec<_> = objects(&output.stderr).iter().map(short).collect();

    assert_eq!(output.status.code(), Some(0));
    assert_eq!(printed, ["! closed"]);
}

#[test]
fn a_program_with_rights_of_its_own_runs_without_and_that_is_said() {
    if !is_root() {
        return;
    }
    let program = std::env::temp_dir().join(format!("sniff-rights-{}", std::process::id()));
    fs::copy("/usr/bin/id", &program).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o6755)).unwrap();
    let plain = as_nobody(Command::new(&program).arg("-u"));
    let mut command = nlhello();
    command.args(["--json", "sniff", "--"]).arg(&program);
    let output = as_nobody(command.arg("-u"));
    fs::remove_file(program).unwrap();
    // A file system may give no rights: then there is nothing to lose.
    if text(&plain.stdout) != "0\n" {
        eprintln!("set-user-ID programs gain nothing here");
        return;
    }
    let printed = objects(&output.stderr);

    assert_eq!(text(&output.stdout), format!("{NOBODY}\n"));
    assert_eq!(printed[0]["remark"], "rights");
    let words = printed[0]["message"].as_str().unwrap();
    assert!(words.contains("(set-user-ID 0, set-group-ID 0)"), "{words}");
}

#[test]
fn a_program_with_capabilities_of_its_own_runs_without_and_that_is_said() {
    if !is_root() {
        return;
    }
    let program = std::env::temp_dir().join(format!("sniff-capable-{}", std::process::id()));
    fs::copy("/bin/grep", &program).unwrap();
    let given = Command::new(calls())
        .arg("give_right")
        .arg(&program)
        .status();
    let words = ["-h", "CapEff", "/proc/self/status"];
    let plain = as_nobody(Command::new(&program).args(words));
    let mut command = nlhello();
    command.args(["--json", "sniff", "--"]).arg(&program);
    let output = as_nobody(command.args(words));
    fs::remove_file(program).unwrap();
    // CAP_NET_RAW alone.
    if given.unwrap().code() != Some(0) || text(&plain.stdout) != "CapEff:\t0000000000002000\n" {
        eprintln!("programs with capabilities gain nothing here");
        return;
    }
    let printed = objects(&output.stderr);

    assert_eq!(text(&output.stdout), "CapEff:\t0000000000000000\n");
    assert_eq!(printed[0]["remark"], "rights");
    let words = printed[0]["message"].as_str().unwrap();
    assert!(words.contains("(capabilities)"), "{words}");
}

#[test]
fn without_proc_it_says_what_is_missing_and_runs_nothing() {
    if !is_root() {
        return;
    }
    let script = "umount -l /proc && exec \"$0\" sniff -- echo ran";
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", script, env!("CARGO_BIN_EXE_nlhello")]);
    let output = command.output().unwrap();
    let said = text(&output.stderr);
    if said.starts_with("unshare") || said.starts_with("umount") {
        eprintln!("nobody can take /proc away here: {said}");
        return;
    }

    assert_eq!(output.status.code(), Some(125), "{said}");
    assert_eq!(text(&output.stdout), "");
    assert!(said.contains("it takes /proc"), "{said}");
}
