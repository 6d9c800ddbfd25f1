// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The program's commands against the kernel: who listens, who is remembered, what is counted and
//! what the kernel says.

use crate::lab::*;
use nlhello::uapi::{NLHELLO_GREETING_MAX, NLHELLO_PEERS_MAX, NLHELLO_TEXT_MAX};
use nlhello::wire::nla_total_size;
use serde_json::{json, Value};
use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::{self, sleep, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

const TEXT: &[(u16, &[u8])] = &[(HELLO_A_TEXT, b"Hello\0")];

/// Payload of a hello with [`TEXT`].
const TEXT_BYTES: u64 = nla_total_size(6) as u64;

#[test]
fn a_listener_receives_what_is_said_while_it_listens() {
    let _module = Module::load();
    let peer = Peer::open();
    peer.exchange(&hello(1, &[(HELLO_A_TEXT, b"too early\0")]));
    let listener = Listener::start(&["--json", "listen", "-c", "3"]);
    let before = SystemTime::now();
    peer.exchange(&hello(2, TEXT));
    peer.exchange(&hello(3, &[]));
    peer.exchange(&hello(4, &[(HELLO_A_TEXT, b"a\nb\xff\0")]));
    peer.exchange(&hello(5, &[(HELLO_A_TEXT, b"too late\0")]));

    let output = listener.end();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let events = json_lines(&output.stdout);
    let texts: Vec<_> = events.iter().map(|line| &line["text"]).collect();
    assert_eq!(
        texts,
        [&json!("Hello"), &Value::Null, &json!("a\nb\u{fffd}")]
    );
    for line in &events {
        assert_eq!(line["portid"], peer.portid());
        assert_eq!(line.as_object().unwrap().len(), 3);
        let year = format!("{}-", year(before));
        assert!(line["time"].as_str().unwrap().starts_with(&year), "{line}");
    }
    let summary = &json_lines(&output.stderr)[0]["summary"];
    assert_eq!(
        (&summary["received"], &summary["overruns"]),
        (&json!(3), &json!(0))
    );
}

#[test]
fn a_listener_receives_the_client_and_prints_a_line_each() {
    let _module = Module::load();
    let listener = Listener::start(&["listen", "-c", "2"]);
    nlhello(&["hello", "Good \x1b[1mmorning", "-c", "2", "-i", "0"]);

    let output = listener.end();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let said = stdout(&output);
    assert_eq!(said.lines().count(), 2);
    for line in said.lines() {
        assert!(line.ends_with(r": Good \x1b[1mmorning"), "{line}");
        assert!(line.contains("Z port "), "{line}");
    }
    let end = stderr(&output);
    assert!(end.starts_with("2 heard in "), "{end}");
    assert!(end.ends_with(", none lost\n"), "{end}");
}

#[test]
fn listening_ends_when_time_is_up() {
    let _module = Module::load();
    let start = Instant::now();

    let done = nlhello(&["listen", "--timeout", "0.2"]);
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    assert!(start.elapsed() >= Duration::from_millis(200));
    assert_eq!(stdout(&done), "");

    let missed = nlhello(&["listen", "-c", "1", "--timeout", "0.2"]);
    assert_eq!(missed.status.code(), Some(1), "{missed:?}");
}

#[test]
fn listening_ends_with_a_signal_and_its_summary() {
    let _module = Module::load();
    let listener = Listener::start(&["listen"]);
    Peer::open().exchange(&hello(1, TEXT));
    listener.wait_until_read();
    listener.signal("INT");

    let output = listener.end();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(stderr(&output).starts_with("1 heard in "), "{output:?}");
}

#[test]
fn who_may_not_listen_gets_a_hint_of_what_it_takes() {
    let _module = Module::load();
    let output = nlhello_as_nobody(&["listen", "--timeout", "1"]);

    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        stderr(&output),
        "nlhello: listen: Operation not permitted (EPERM): try as root: it takes CAP_NET_ADMIN\n"
    );
}

#[test]
fn what_is_not_the_kernels_is_not_believed() {
    let _module = Module::load();
    let listener = Listener::start(&["--json", "listen", "-c", "1"]);
    let forged = message(
        header(HELLO_CMD_HELLO_NTF, 0, 0),
        &attrs(&[(HELLO_A_PORTID, &[7, 0, 0, 0]), (HELLO_A_TEXT, b"lie\0")]),
    );
    send_to_events(&forged);
    Peer::open().exchange(&hello(1, &[(HELLO_A_TEXT, b"truth\0")]));

    let events = json_lines(&listener.end().stdout);
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["text"], "truth");
}

#[test]
fn a_listener_that_is_too_slow_says_so_and_goes_on() {
    let _module = Module::load();
    let listener = Listener::start(&["--json", "listen"]);
    let long = [vec![b'x'; 1000], vec![0]].concat();
    listener.signal("STOP");
    let peer = Peer::open();
    let mut said = 0;
    while listener.socket().drops < 100 {
        for seq in 0..100 {
            peer.exchange(&hello(seq, &[(HELLO_A_TEXT, &long)]));
        }
        said += 100;
    }
    listener.signal("CONT");
    listener.wait_until_read();
    peer.exchange(&hello(0, &[(HELLO_A_TEXT, b"the last\0")]));
    listener.wait_until_read();
    listener.signal("INT");

    let output = listener.end();
    assert_eq!(output.status.code(), Some(0));
    let events = json_lines(&output.stdout);
    assert!(
        events.len() > 100 && events.len() < said,
        "{} of {said}",
        events.len()
    );
    assert_eq!(events.last().unwrap()["text"], "the last");
    let reported = json_lines(&output.stderr);
    assert_eq!(reported[0]["error"]["errno"], libc::ENOBUFS);
    assert_eq!(
        reported.last().unwrap()["summary"]["received"],
        events.len()
    );
    assert!(reported.last().unwrap()["summary"]["overruns"].as_u64() >= Some(1));
}

#[test]
fn a_peer_is_shown_with_what_it_did_until_its_socket_closes() {
    let _module = Module::load();
    let before = wait_for_tick();
    let peer = Peer::open();
    for seq in 0..3 {
        peer.exchange(&hello(seq, TEXT));
    }
    let portid = peer.portid().to_string();

    for args in [&["--json", "peers"][..], &["--json", "peers", &portid]] {
        let shown = array(&nlhello(args));
        assert_eq!(shown.len(), 1, "{args:?}");
        assert_eq!(shown[0]["portid"], peer.portid());
        assert_eq!(shown[0]["messages"], 3);
        assert_eq!(shown[0]["bytes"], 3 * TEXT_BYTES);
        let last = shown[0]["last_ns"].as_u64().unwrap();
        assert!((before..=now_ns()).contains(&last), "{last}");
        assert_eq!(shown[0].as_object().unwrap().len(), 4);
    }

    drop(peer);
    assert_eq!(array(&nlhello(&["--json", "peers"])), [] as [Value; 0]);
    let output = nlhello(&["peers", &portid]);
    assert_eq!(output.status.code(), Some(1));
    let words = stderr(&output);
    assert!(
        words.starts_with("nlhello: list peers: PORTID: "),
        "{words}"
    );
    assert!(words.ends_with("(ENOENT)\n"), "{words}");
}

#[test]
fn the_last_hello_of_a_silent_peer_stays_where_it_was() {
    let _module = Module::load();
    let before = wait_for_tick();
    let peer = Peer::open();
    peer.exchange(&hello(1, TEXT));
    let after = now_ns();

    let last = last_ns(&peer);
    assert!((before..=after).contains(&last), "{last}");
    for _ in 0..100 {
        assert_eq!(last_ns(&peer), last);
        sleep(Duration::from_millis(10));
    }
}

#[test]
fn peers_are_a_table_in_text() {
    let _module = Module::load();
    let (first, second) = (Peer::open(), Peer::open());
    first.exchange(&hello(1, TEXT));
    second.exchange(&hello(1, TEXT));
    let output = nlhello(&["peers"]);

    let text = stdout(&output);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(lines[0].ends_with("MESSAGES  BYTES  LAST") || lines[0].ends_with(" LAST"));
    assert!(
        lines.iter().all(|line| line.len() == lines[0].len()),
        "{text}"
    );
    assert!(
        lines[1..].iter().all(|line| line.ends_with(" ago")),
        "{text}"
    );
    assert_eq!(stderr(&output), "");
}

#[test]
fn a_thousand_peers_are_dumped_whole_over_small_and_large_buffers() {
    let _module = Module::load();
    let peers = many_peers(1000);
    let expected: BTreeSet<_> = peers.iter().map(portid).collect();

    for room in [4096, 32 * 1024, 1 << 20] {
        let headers = Peer::open().dump(&peer_dump(9), room);
        assert_eq!(headers.len(), 1001, "{room}");
        assert!(headers.iter().all(|header| header.nlmsg_seq == 9));
        assert!(
            headers.iter().all(|header| header.nlmsg_flags == 2),
            "MULTI"
        );
    }
    let shown = array(&nlhello(&["--json", "peers"]));
    assert_eq!(shown.len(), 1000);
    assert_eq!(portids(&shown), expected);
}

#[test]
fn the_oldest_peer_leaves_when_there_are_too_many() {
    const MORE: usize = 6;
    let _module = Module::load();
    let peers = many_peers(NLHELLO_PEERS_MAX as usize + MORE);
    let expected: BTreeSet<_> = peers[MORE..].iter().map(portid).collect();

    assert_eq!(portids(&array(&nlhello(&["--json", "peers"]))), expected);
    let stats = stats();
    assert_eq!(stats["peers"], NLHELLO_PEERS_MAX);
    assert_eq!(stats["evicted"], MORE);
}

#[test]
fn a_list_that_changes_while_it_is_read_is_whole_or_says_that_it_may_not_be() {
    let _module = Module::load();
    let peers = many_peers(800);
    let steady: BTreeSet<_> = peers.iter().map(portid).collect();

    while_peers_come_and_go(|| {
        for _ in 0..20 {
            let output = nlhello(&["--json", "peers"]);
            let warned = stderr(&output).contains("kept changing");
            assert!(warned || portids(&array(&output)).is_superset(&steady));
        }
    });
    let quiet = nlhello(&["--json", "peers"]);
    assert_eq!(stderr(&quiet), "");
    assert_eq!(portids(&array(&quiet)), steady);
}

#[test]
fn what_is_done_is_counted() {
    let _module = Module::load();
    let peer = Peer::open();
    for seq in 0..5 {
        peer.exchange(&hello(seq, TEXT));
    }
    for seq in 0..3 {
        peer.exchange(&classic(seq));
    }
    peer.exchange(&hello(1, &[(255, b"")]));
    peer.exchange(&message_with_len(15, header(16, 0, 1), b""));

    assert_eq!(
        stats(),
        json!({"hellos": 5, "classic": 3, "refused": 1, "dropped": 1, "peers": 1, "evicted": 0})
    );
    assert_eq!(
        stdout(&nlhello(&["stats"])),
        "hellos  5\nclassic 3\nrefused 1\ndropped 1\npeers   1\nevicted 0\n"
    );
}

#[test]
fn the_greeting_is_what_it_was_set_to() {
    let _module = Module::load();
    assert_eq!(stdout(&nlhello(&["greeting"])), "Hello from kernel\n");

    let set = nlhello(&["greeting", "Grüße"]);
    assert_eq!(set.status.code(), Some(0), "{set:?}");
    assert_eq!((stdout(&set), stderr(&set)), (String::new(), String::new()));
    assert_eq!(stdout(&nlhello(&["greeting"])), "Grüße\n");
    assert_eq!(stdout(&nlhello(&[])), "Grüße\n");
    // A classic peer, as textbooks on netlink have it, gets a greeting that it can print.
    assert!(Peer::open().exchange(&classic(1))[0].is_classic_greeting());

    for args in [&["--json", "greeting", "Hi"][..], &["--json", "greeting"]] {
        assert_eq!(stdout(&nlhello(args)), "{\"greeting\":\"Hi\"}\n");
    }
}

#[test]
fn the_greeting_has_a_limit_and_so_has_a_text() {
    let _module = Module::load();
    let limits = [
        (
            "greeting",
            "set the greeting: GREETING",
            NLHELLO_GREETING_MAX,
        ),
        ("hello", "say hello: TEXT", NLHELLO_TEXT_MAX),
    ];
    for (command, what, limit) in limits {
        let count = ["-c", "1"];
        let more = if command == "hello" { &count[..] } else { &[] };
        let said = |len| {
            let text = "x".repeat(len);
            nlhello(&[&[command, &text], more].concat())
        };
        let longest = said(limit as usize);
        assert_eq!(longest.status.code(), Some(0), "{longest:?}");

        let longer = said(limit as usize + 1);
        assert_eq!(longer.status.code(), Some(1), "{longer:?}");
        assert_eq!(
            stderr(&longer),
            format!("nlhello: {what}: too long (limit {limit}) (ERANGE)\n")
        );
    }
    assert_eq!(stdout(&nlhello(&["greeting"])).trim().len(), 255);
}

#[test]
fn what_a_refused_greeting_has_to_be_is_shown_with_the_messages() {
    let _module = Module::load();
    let long = "x".repeat(256);
    let shown = stderr(&nlhello(&["-v", "greeting", &long]));
    let (_, policy) = shown.split_once("type=NLMSGERR_ATTR_POLICY(4)").unwrap();

    for words in [
        "NL_POLICY_TYPE_ATTR_MAX_LENGTH(7) 255\n",
        "NL_POLICY_TYPE_ATTR_TYPE(1) NL_ATTR_TYPE_NUL_STRING(12)\n",
    ] {
        assert!(policy.contains(words), "{shown}");
    }
}

#[test]
fn who_may_not_set_the_greeting_gets_a_hint_of_what_it_takes() {
    let _module = Module::load();
    let output = nlhello_as_nobody(&["greeting", "Hi"]);

    assert_eq!(output.status.code(), Some(1));
    let words = stderr(&output);
    assert!(words.starts_with("nlhello: set the greeting: "), "{words}");
    assert!(words.contains("(EPERM): try as root"), "{words}");
    assert_eq!(stdout(&nlhello(&["greeting"])), "Hello from kernel\n");
    for args in [&["greeting"][..], &["peers"], &["stats"]] {
        let output = nlhello_as_nobody(args);
        assert_eq!(output.status.code(), Some(0), "{args:?}: {output:?}");
    }
}

#[test]
fn each_namespace_has_its_own_greeting_peers_and_listeners() {
    let _module = Module::load();
    let (blue, green) = (Netns::add("blue"), Netns::add("green"));
    let listener = Listener::start(&["--json", "listen"]);
    for (netns, text) in [(&blue, "Blue"), (&green, "Green")] {
        let set = nlhello(&["-n", netns.name, "greeting", text]);
        assert_eq!(set.status.code(), Some(0), "{set:?}");
    }

    assert_eq!(stdout(&nlhello(&["-n", "blue"])), "Blue\n");
    assert_eq!(
        stdout(&nlhello(&["hello", "-n", "green", "-qc1"]))
            .lines()
            .count(),
        3
    );
    assert_eq!(stdout(&nlhello(&["-n", "/run/netns/green"])), "Green\n");
    assert_eq!(
        stdout(&nlhello(&["-n", "/proc/1/ns/net"])),
        "Hello from kernel\n"
    );
    let stats = json_lines(&nlhello(&["--json", "stats", "-n", "blue"]).stdout);
    assert_eq!(stats[0]["hellos"], 1);

    listener.wait_until_read();
    listener.signal("INT");
    let events = json_lines(&listener.end().stdout);
    assert_eq!(
        events.len(),
        1,
        "only the hello in the first namespace: {events:?}"
    );
}

#[test]
fn who_may_not_enter_a_namespace_gets_a_hint_of_what_it_takes() {
    let _module = Module::load();
    let _blue = Netns::add("blue");
    let output = nlhello_as_nobody(&["-n", "blue"]);

    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        stderr(&output),
        "nlhello: enter network namespace: /run/netns/blue, also by its user namespace: Operation not \
         permitted (EPERM): try as root: it takes CAP_SYS_ADMIN\n"
    );
}

#[test]
fn a_batch_of_any_size_loses_nothing() {
    let _module = Module::load();
    for batch in [1, 2, 31, 32, 33, 64, 100, 499, 500] {
        let (batch, count) = (batch.to_string(), (2 * batch + 1).to_string());
        let args = [
            "--json", "hello", "-i", "0", "--batch", &batch, "-c", &count,
        ];
        let output = nlhello(&args);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert_eq!(stderr(&output), "", "{batch}");

        let mut lines = json_lines(&output.stdout);
        let summary = lines.pop().unwrap();
        assert_eq!(summary["summary"]["sent"].to_string(), count);
        assert_eq!(summary["summary"]["received"].to_string(), count);
        assert_eq!(summary["summary"]["lost"], 0);
        for (line, seq) in lines.iter().zip(1..) {
            assert_eq!(line["seq"], seq);
            assert!(line["time_ns"].as_u64() > Some(0));
        }
    }
}

#[test]
fn a_batch_carries_data_and_floods_without_privilege() {
    let _module = Module::load();
    for args in [
        &["--batch", "20", "-s", "1000", "-c", "200", "-i", "0"][..],
        &["--batch", "200", "--flood", "-c", "20000"],
    ] {
        let output = nlhello_as_nobody(&[&["--json", "hello", "-q"], args].concat());
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let summary = &json_lines(&output.stdout)[0]["summary"];
        assert_eq!(summary["lost"], 0, "{summary}");
    }
}

#[test]
fn a_refused_batch_says_why() {
    let _module = Module::load();
    let text = "x".repeat(NLHELLO_TEXT_MAX as usize + 1);
    let output = nlhello(&["hello", &text, "--batch", "3", "-c", "3"]);

    assert_eq!(output.status.code(), Some(1));
    let words = stderr(&output);
    assert!(words.contains("TEXT: too long (limit 1024)"), "{words}");
}

#[test]
fn verbose_shows_a_dump_decoded() {
    let _module = Module::load();
    let peer = Peer::open();
    peer.exchange(&hello(1, TEXT));
    let shown = stderr(&nlhello(&["-v", "peers"]));

    for part in [
        "type=HELLO_CMD_GET_PEER(17) flags=NLM_F_REQUEST|NLM_F_DUMP seq=1".to_owned(),
        "type=HELLO_CMD_GET_PEER(17) flags=NLM_F_MULTI".to_owned(),
        format!("type=HELLO_A_PORTID(4) {}\n", peer.portid()),
        "type=HELLO_A_MESSAGES(5) 1\n".to_owned(),
        "type=NLMSG_DONE(3) flags=NLM_F_MULTI".to_owned(),
        "    error=0\n".to_owned(),
    ] {
        assert!(shown.contains(&part), "{part} is missing from:\n{shown}");
    }
}

/// A client that listens in the background, and is read all the time.
struct Listener {
    child: Running,
    out: JoinHandle<Vec<u8>>,
    err: JoinHandle<Vec<u8>>,
}

impl Listener {
    /// Starts it with `args`, and waits until it listens.
    fn start(args: &[&str]) -> Self {
        let mut command = Command::new("nlhello");
        command.args(args).stdout(Stdio::piped());
        let mut child = Running(command.stderr(Stdio::piped()).spawn().unwrap());
        wait_until("it listens", || !listening().is_empty());
        Self {
            out: read_all(child.0.stdout.take().unwrap()),
            err: read_all(child.0.stderr.take().unwrap()),
            child,
        }
    }

    /// Waits until it has read all that was said.
    fn wait_until_read(&self) {
        wait_until("it has read all", || self.socket().queued == 0);
    }

    /// Returns its socket, whose port id is the process's own.
    fn socket(&self) -> Listening {
        let sockets = listening();
        let own = sockets.into_iter().find(|s| s.portid == self.child.0.id());
        own.expect("it listens no more")
    }

    fn signal(&self, name: &str) {
        kill(&self.child.0, name);
    }

    fn end(mut self) -> Output {
        Output {
            status: self.child.0.wait().unwrap(),
            stdout: self.out.join().unwrap(),
            stderr: self.err.join().unwrap(),
        }
    }
}

/// A process that ends with its test: left behind by one that failed, it would hold the module in all that follow.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // The program has ended already where all went well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Reads `pipe` to its end, in the background.
fn read_all(mut pipe: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).unwrap();
        bytes
    })
}

/// A socket of the protocol that is in a group.
struct Listening {
    portid: u32,
    /// Memory that what it did not read takes, in bytes.
    queued: u64,
    /// How many messages it had no room for.
    drops: u64,
}

/// Reads `/proc/net/netlink`: `sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode`.
fn listening() -> Vec<Listening> {
    fs::read_to_string("/proc/net/netlink")
        .unwrap()
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|fields| fields[1] == "31" && fields[3] != "00000000")
        .map(|fields| Listening {
            portid: fields[2].parse().unwrap(),
            queued: fields[4].parse().unwrap(),
            drops: fields[8].parse().unwrap(),
        })
        .collect()
}

/// Sends `message` to the group as root can, which this library has no call for.
fn send_to_events(message: &[u8]) {
    const SENDER: &str = "
import socket, sys
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 31)
s.bind((0, 0))
s.sendto(bytes.fromhex(sys.argv[1]), (0, 1))";

    let hex: String = message.iter().map(|byte| format!("{byte:02x}")).collect();
    let output = run(Command::new("python3").args(["-c", SENDER, &hex]));
    assert!(output.status.success(), "{output:?}");
}

/// Does `work` while other peers come and go.
fn while_peers_come_and_go(work: impl FnOnce()) {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Relaxed) {
                Peer::open().assert_served();
                sleep(Duration::from_millis(1));
            }
        });
        work();
        over.store(true, Relaxed);
    });
}

fn portid(peer: &Peer) -> u64 {
    peer.portid().into()
}

fn portids(peers: &[Value]) -> BTreeSet<u64> {
    peers
        .iter()
        .map(|peer| peer["portid"].as_u64().unwrap())
        .collect()
}

/// Returns the one array that was printed.
fn array(output: &Output) -> Vec<Value> {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let mut lines = json_lines(&output.stdout);
    assert_eq!(lines.len(), 1, "{output:?}");
    lines.remove(0).as_array().unwrap().clone()
}

/// Returns when `peer` said its last hello.
fn last_ns(peer: &Peer) -> u64 {
    let shown = array(&nlhello(&["--json", "peers", &peer.portid().to_string()]));

    shown[0]["last_ns"].as_u64().unwrap()
}

/// Waits until the tick of the kernel's timer, from which hellos take their time, has come to what
/// the clock says now; returns that. On a busy machine it is behind by more than its length.
fn wait_for_tick() -> u64 {
    let now = now_ns();
    let peer = Peer::open();

    wait_until("the next tick", || {
        peer.exchange(&hello(0, TEXT));
        last_ns(&peer) >= now
    });
    now
}

fn now_ns() -> u64 {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap();
    since.as_nanos().try_into().unwrap()
}

/// Near enough for a test that does not run at the turn of a year.
fn year(time: SystemTime) -> u64 {
    1970 + time
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_secs()
        / 31_556_952
}
