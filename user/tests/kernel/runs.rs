// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Runs of the program: how they end, what they wait for, and what they count when replies are
//! refused or lost.

use crate::lab::*;
use nlhello::uapi::NLHELLO_TEXT_MAX;
use serde_json::{json, Value};
use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

#[test]
fn a_run_ends_with_either_signal_and_its_summary() {
    let _module = Module::load();
    for signal in ["INT", "TERM"] {
        let mut run = Run::start(&["--json", "hello", "-i", "86400"]);
        assert_eq!(run.line()["seq"], 1);
        run.signal(signal);

        assert_eq!(run.line()["summary"]["received"], 1);
        assert_eq!(run.end().code(), Some(0), "{signal}");
    }
}

#[test]
fn sigquit_shows_the_summary_so_far_and_the_run_goes_on() {
    let _module = Module::load();
    let mut run = Run::start(&["--json", "hello", "-i", "86400"]);
    run.line();
    run.signal("QUIT");
    assert_eq!(run.aside()["summary"]["received"], 1);
    run.signal("QUIT");
    assert_eq!(run.aside()["summary"]["sent"], 1);
    run.signal("INT");

    assert_eq!(run.line()["summary"]["received"], 1);
    assert_eq!(run.end().code(), Some(0));
}

#[test]
fn sigquit_shows_what_a_listener_received_so_far() {
    let _module = Module::load();
    let mut run = Run::start(&["--json", "listen"]);
    run.wait_for_caught("INT");
    run.signal("QUIT");
    assert_eq!(run.aside()["summary"]["received"], 0);
    run.signal("TERM");

    assert_eq!(run.aside()["summary"]["received"], 0);
    assert_eq!(run.end().code(), Some(0));
}

#[test]
fn the_second_signal_ends_a_run_that_cannot_end_itself() {
    let _module = Module::load();
    let (_unread, full) = full_pipe();
    let mut child = spawn(Command::new("nlhello").args(["hello"]).stdout(full));
    wait_for_caught(&child, "INT");
    for _ in 0..2 {
        assert_eq!(child.try_wait().unwrap(), None, "it waits for the pipe");
        kill(&child, "INT");
        wait_until("the signal is taken", || {
            has_ended(&mut child) || mask(&child, "ShdPnd") == 0
        });
    }

    assert_eq!(end(&mut child).signal(), Some(libc::SIGINT));
}

#[test]
fn a_run_that_nobody_reads_ends_as_others_do() {
    let _module = Module::load();
    for args in [&["hello", "-i", "0"][..], &["hello", "--flood", "--json"]] {
        let (reader, writer) = UnixStream::pair().unwrap();
        drop(reader);
        let output = run(Command::new("nlhello")
            .args(args)
            .stdout(OwnedFd::from(writer)));

        assert_eq!(output.status.signal(), Some(libc::SIGPIPE), "{args:?}");
        assert_eq!(stderr(&output), "", "{args:?}");
    }
}

#[test]
fn a_summary_that_cannot_be_written_is_a_failure() {
    let _module = Module::load();
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let output = run(Command::new("nlhello")
        .args(["hello", "--flood", "-q", "-c", "1"])
        .stdout(full));

    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("(ENOSPC)"), "{output:?}");
}

#[test]
fn hellos_are_an_interval_apart() {
    let _module = Module::load();
    let start = Instant::now();
    let output = nlhello(&["--json", "hello", "-c", "3", "-i", "0.4"]);

    assert!(start.elapsed() >= Duration::from_millis(800));
    let summary = json_lines(&output.stdout).pop().unwrap();
    assert!(summary["summary"]["time_ns"].as_u64() >= Some(800_000_000));
}

#[test]
fn without_any_reply_a_run_waits_says_so_and_fails() {
    const WAIT: Duration = Duration::from_secs(3);
    let _module = Module::load();
    // The first hello is sent after the trace is read, so there is time to leave it no room for the reply.
    let (trace, full) = full_pipe();
    let mut child = spawn(
        Command::new("nlhello")
            .args(["-v", "hello", "-c", "1", "-W", "3"])
            .stdout(Stdio::piped())
            .stderr(full),
    );
    wait_until("it has a socket", || has_socket(child.id()));
    fill_socket(child.id());
    let start = Instant::now();
    let trace = read_all(trace);

    assert_eq!(end(&mut child).code(), Some(1));
    assert!(start.elapsed() >= WAIT);
    let mut printed = String::new();
    child.stdout.unwrap().read_to_string(&mut printed).unwrap();
    assert!(printed.starts_with("no reply: seq=1\n"), "{printed}");
    assert!(
        printed.contains("1 sent, 0 received, 100% lost"),
        "{printed}"
    );
    let trace = trace.join().unwrap();
    assert!(trace.contains("(ENOBUFS)"), "{trace}");
    assert!(trace.contains("(from port "), "{trace}");
}

#[test]
fn a_batch_that_finds_no_room_for_replies_says_what_to_do_and_goes_on() {
    let _module = Module::load();
    // Limits of Linux 6.12 for a process without rights; newer kernels have room for the whole batch.
    for most in ["rmem_default", "rmem_max"] {
        fs::write(format!("/proc/sys/net/core/{most}"), "212992").unwrap();
    }
    let args = "hello --batch 1024 -c 2048 -i 0 -W 0.3";
    let output = nlhello_as_nobody(&args.split(' ').collect::<Vec<_>>());

    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let printed = stdout(&output);
    let count = |what| printed.lines().filter(|line| line.contains(what)).count();
    let (replies, lost) = (count(" time="), count("no reply: seq="));
    assert_eq!(replies + lost, 2048);
    assert!(replies > 0 && lost > 0, "{replies} {lost}");
    assert!(printed.contains(&format!("2048 sent, {replies} received, ")));
    for line in stderr(&output).lines() {
        assert!(line.contains("(ENOBUFS): try a smaller --batch"), "{line}");
    }
    assert_eq!(stderr(&output).lines().count(), 2, "one a batch");
}

#[test]
fn a_batch_that_cannot_be_sent_is_not_counted() {
    let _module = Module::load();
    let output = nlhello(&["hello", "--batch", "1024", "-s", "1000", "-c", "2048"]);

    assert_eq!(output.status.code(), Some(1));
    let printed = stdout(&output);
    assert!(printed.contains("0 sent, 0 received, 0% lost"), "{printed}");
    let words = stderr(&output);
    assert!(
        words.ends_with("(EMSGSIZE): try a smaller --batch or -s\n"),
        "{words}"
    );
}

#[test]
fn refusals_are_no_losses() {
    let _module = Module::load();
    let long = "x".repeat(NLHELLO_TEXT_MAX as usize + 1);
    for (batch, errors) in [("1", 1), ("10", 10)] {
        let args = ["--json", "hello", &long, "--batch", batch, "-c", "30"];
        let output = nlhello(&args);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let error = &json_lines(&output.stderr)[0]["error"];
        assert_eq!(error["attr"], "TEXT");
        let lines = json_lines(&output.stdout);
        assert_eq!(lines.len(), 1, "{lines:?}");
        let summary = &lines[0]["summary"];
        let counted = ["sent", "received", "errors", "lost"].map(|key| &summary[key]);
        assert_eq!(
            counted,
            [&json!(errors), &json!(0), &json!(errors), &json!(0)]
        );
    }
}

#[test]
fn a_text_that_no_attribute_can_hold_is_refused_like_one_beyond_the_limit() {
    let _module = Module::load();
    let long = "x".repeat(70_000);

    assert_eq!(
        stderr(&nlhello(&["greeting", &long])),
        "nlhello: set the greeting: GREETING: too long (limit 255) (ERANGE)\n"
    );
    assert_eq!(
        stderr(&nlhello(&["hello", &long])),
        "nlhello: say hello: TEXT: too long (limit 1024) (ERANGE)\n"
    );
}

#[test]
fn who_does_not_wait_gets_what_is_there() {
    let _module = Module::load();
    let _peer = {
        let peer = Peer::open();
        peer.assert_served();
        peer
    };
    for args in [
        &["greeting", "done"][..],
        &["greeting"],
        &["peers"],
        &["stats"],
        &["hello", "-c", "2", "-i", "0"],
        &["hello", "-c", "200", "-i", "0", "--batch", "100"],
    ] {
        let output = nlhello(&[args, &["-W", "0"]].concat());
        assert_eq!(output.status.code(), Some(0), "{args:?}: {output:?}");
        assert_eq!(stderr(&output), "", "{args:?}");
    }
    assert_eq!(stdout(&nlhello(&[])), "done\n");
}

#[test]
fn listening_fails_if_it_was_to_receive_more_whatever_ended_it() {
    let _module = Module::load();
    let mut run = Run::start(&["--json", "listen", "-c", "2"]);
    run.wait_for_caught("INT");
    Peer::open().assert_served();
    run.line();
    run.signal("INT");
    assert_eq!(run.aside()["summary"]["received"], 1);
    assert_eq!(run.end().code(), Some(1));

    for (args, status) in [
        (&["listen", "--timeout", "0"][..], 0),
        (&["listen", "--timeout", "0", "-c", "1"], 1),
    ] {
        assert_eq!(nlhello(args).status.code(), Some(status), "{args:?}");
    }
}

#[test]
fn who_keeps_talking_does_not_keep_a_listener() {
    const SAID: usize = 100;
    let _module = Module::load();
    let run = Run::start(&["--json", "listen", "--timeout", "5"]);
    run.wait_for_caught("INT");
    run.signal("STOP");
    let peer = Peer::open();
    (0..SAID).for_each(|_| peer.assert_served());
    sleep(Duration::from_secs(6));
    run.signal("CONT");

    let events = run.rest().lines().count();
    assert!(events > 0, "what came is told");
    assert!(events < SAID, "time is up: {events} of {SAID}");
}

/// A client in the background; dropping it ends it.
struct Run {
    child: Child,
    out: BufReader<UnixStream>,
    err: BufReader<UnixStream>,
}

impl Run {
    fn start(args: &[&str]) -> Self {
        let (out, stdout) = impatient_pipe();
        let (err, stderr) = impatient_pipe();
        let child = spawn(
            Command::new("nlhello")
                .args(args)
                .stdout(stdout)
                .stderr(stderr),
        );
        Self { child, out, err }
    }

    /// Reads the next line of its standard output, JSON.
    fn line(&mut self) -> Value {
        read_json(&mut self.out)
    }

    /// Reads the next line of its standard error, JSON.
    fn aside(&mut self) -> Value {
        read_json(&mut self.err)
    }

    fn signal(&self, name: &str) {
        kill(&self.child, name);
    }

    fn wait_for_caught(&self, signal: &str) {
        wait_for_caught(&self.child, signal);
    }

    fn end(mut self) -> ExitStatus {
        end(&mut self.child)
    }

    /// Returns what it still writes to standard output, to its end.
    fn rest(mut self) -> String {
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        assert_eq!(end(&mut self.child).code(), Some(0));
        rest
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        // The program may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns a pipe, as good as one, whose reader does not wait for ever.
fn impatient_pipe() -> (BufReader<UnixStream>, OwnedFd) {
    let (reader, writer) = UnixStream::pair().unwrap();
    reader.set_read_timeout(Some(PATIENCE)).unwrap();
    (BufReader::new(reader), writer.into())
}

fn read_json(pipe: &mut dyn BufRead) -> Value {
    let mut line = String::new();
    pipe.read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

fn spawn(command: &mut Command) -> Child {
    command.spawn().unwrap()
}

/// Waits for `child` to end, as long as that may take.
fn end(child: &mut Child) -> ExitStatus {
    wait_until("the program ends", || has_ended(child));
    child.wait().unwrap()
}

fn has_ended(child: &mut Child) -> bool {
    child.try_wait().unwrap().is_some()
}

/// Waits until `child` has taken over `signal`, one of the first.
fn wait_for_caught(child: &Child, signal: &str) {
    assert_eq!(signal, "INT");
    let bit = 1 << (libc::SIGINT - 1);
    wait_until("the signal is caught", || mask(child, "SigCgt") & bit != 0);
}

/// Returns the set of signals `name` of a process, see `proc_pid_status(5)`.
fn mask(child: &Child, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with(name));

    line.and_then(|line| line.split_whitespace().nth(1))
        .map_or(0, |set| u64::from_str_radix(set, 16).unwrap())
}

/// Returns a pipe, as good as one, that takes no byte more before some are read.
fn full_pipe() -> (UnixStream, OwnedFd) {
    let (reader, mut writer) = UnixStream::pair().unwrap();
    writer.set_nonblocking(true).unwrap();
    loop {
        match writer.write(b"x") {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) => panic!("{error}"),
        }
    }
    writer.set_nonblocking(false).unwrap();
    (reader, writer.into())
}

/// Reads `pipe` to its end, in the background.
fn read_all(mut pipe: UnixStream) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    })
}

/// Says whether a socket of the protocol has this port id.
fn has_socket(portid: u32) -> bool {
    let portid = portid.to_string();

    fs::read_to_string("/proc/net/netlink")
        .unwrap()
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .any(|fields| fields[1] == "31" && fields[2] == portid)
}

/// Fills the receive buffer of a socket of the protocol, as root can, until not a byte more fits.
fn fill_socket(portid: u32) {
    const SENDER: &str = "
import socket, sys
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 31)
s.bind((0, 0))
s.setblocking(False)
for size in 4096, 1:
    try:
        while True:
            s.sendto(bytes(size), (int(sys.argv[1]), 0))
    except BlockingIOError:
        pass";

    let output = run(Command::new("python3").args(["-c", SENDER, &portid.to_string()]));
    assert!(output.status.success(), "{output:?}");
}
