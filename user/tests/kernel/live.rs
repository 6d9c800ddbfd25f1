// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello sniff` without a command: all of a namespace, through a link of kind nlmon.

use crate::lab::*;
use crate::net::monitor::pair::*;
use crate::net::monitor::watcher::Watcher;
use nlhello::wire::{put_attr, NLMSG_DONE, NLM_F_ACK, NLM_F_DUMP, NLM_F_REQUEST};
use serde_json::{json, Value};
use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread::sleep;
use std::time::Duration;

const ROUTE: u32 = libc::NETLINK_ROUTE as u32;

/// `RTNLGRP_IPV4_IFADDR`.
const IPV4_ADDR: u32 = 5;

/// Time in which a block of the ring and what was held are written, several times over.
const SETTLED: Duration = Duration::from_millis(500);

/// `nlhello sniff` in the namespace of the pair.
struct Sniffer {
    child: Child,
    printed: PathBuf,
    said: PathBuf,
}

impl Sniffer {
    /// Starts one that tells in JSON, with these words, and waits until it listens.
    fn start(words: &str) -> Self {
        let sniffer = Self::spawn(&format!("--json sniff {words}"), None);
        sniffer.wait_for("listening on nlhello0");
        sniffer
    }

    fn spawn(words: &str, stdout: Option<Stdio>) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Relaxed);
        let file = |kind: &str| {
            std::env::temp_dir().join(format!("sniffer-{}-{number}-{kind}", std::process::id()))
        };
        let (printed, said) = (file("out"), file("err"));
        let stdout = stdout.unwrap_or_else(|| File::create(&printed).unwrap().into());
        let child = Command::new("nlhello")
            .args(["-n", NETNS])
            .args(words.split_whitespace())
            .stdout(stdout)
            .stderr(File::create(&said).unwrap())
            .spawn()
            .unwrap();
        Self {
            child,
            printed,
            said,
        }
    }

    fn said(&self) -> String {
        fs::read_to_string(&self.said).unwrap()
    }

    fn wait_for(&self, text: &str) {
        wait_until(text, || self.said().contains(text));
    }

    /// Waits for its end; returns its exit status, what it told, and what it said.
    fn ended(mut self) -> (Option<i32>, String, String) {
        let status = self.child.wait().unwrap();
        let (printed, said) = (fs::read_to_string(&self.printed), self.said());
        let _ = fs::remove_file(&self.printed);
        fs::remove_file(&self.said).unwrap();
        (status.code(), printed.unwrap_or_default(), said)
    }

    /// Ends it; returns what it told.
    fn text(self) -> (String, String) {
        kill(&self.child, "INT");
        let (status, printed, said) = self.ended();
        assert_eq!(status, Some(0), "{said}");
        (printed, said)
    }

    fn end(self) -> (Vec<Value>, String) {
        let (printed, said) = self.text();
        (json_lines(printed.as_bytes()), said)
    }
}

fn type_of(object: &Value) -> &str {
    object["nlmsghdr"]["type"].as_str().unwrap_or_default()
}

/// Returns the only one of `objects` that goes this way and has this type.
fn only<'v>(objects: &'v [Value], direction: &str, nlmsg_type: &str) -> &'v Value {
    let found: Vec<_> = objects
        .iter()
        .filter(|object| object["direction"] == direction && type_of(object) == nlmsg_type)
        .collect();
    assert_eq!(found.len(), 1, "{direction} {nlmsg_type}: {objects:#?}");
    found[0]
}

/// Returns the links of kind nlmon in the namespace.
fn devices() -> String {
    let output = run(Command::new("ip").args(["-n", NETNS, "link", "show", "type", "nlmon"]));
    stdout(&output)
}

fn own_socket() -> Peer {
    Peer::of_in(ROUTE, NETNS)
}

/// `RTM_GETLINK` for the link with this index.
fn getlink(seq: u32, index: u32) -> Vec<u8> {
    let header = header(libc::RTM_GETLINK, NLM_F_REQUEST, seq);
    message(
        header,
        &[&[0; 4][..], &index.to_ne_bytes(), &[0; 8]].concat(),
    )
}

fn dump_routes(seq: u32, table: u32) -> Vec<u8> {
    let header = header(libc::RTM_GETROUTE, NLM_F_REQUEST | NLM_F_DUMP, seq);
    let mut payload = vec![0; 12];
    payload[0] = libc::AF_INET as u8;
    put_attr(&mut payload, libc::RTA_TABLE, &table.to_ne_bytes()).unwrap();
    message(header, &payload)
}

#[test]
fn a_request_says_what_became_of_it_and_its_answer_how_long_that_took() {
    let _netns = with_links();
    ip("link set va up");
    let sniffer = Sniffer::start("");
    let refused = [
        "-n",
        NETNS,
        "route",
        "add",
        "10.9.0.0/16",
        "via",
        "10.99.0.1",
    ];
    assert!(!run(Command::new("ip").args(refused)).status.success());
    ip("addr add 192.0.2.1/24 dev va");
    sleep(SETTLED);
    let (objects, said) = sniffer.end();

    let request = only(&objects, "sent", "RTM_NEWROUTE");
    assert_eq!(request["errno"], libc::ENETUNREACH, "{request}");
    assert_eq!(request["message"], "Nexthop has invalid gateway");
    let number = &request["nlmsghdr"]["nlmsg_seq"];
    let answer = objects
        .iter()
        .find(|object| object["direction"] == "received" && object["errno"] == libc::ENETUNREACH);
    let answer = answer.unwrap_or_else(|| panic!("{objects:#?}"));
    assert_eq!(type_of(answer), "NLMSG_ERROR");
    assert_eq!(&answer["nlmsghdr"]["nlmsg_seq"], number);
    assert_eq!(request["after_ns"], answer["after_ns"]);
    assert!(request["after_ns"].as_u64() > Some(0));
    assert_eq!(request["local_portid"], answer["nlmsghdr"]["nlmsg_pid"]);

    let request = only(&objects, "sent", "RTM_NEWADDR");
    assert_eq!(
        (&request["errno"], &request["answers"]),
        (&json!(0), &json!(0))
    );
    assert!(said.contains(", 0 lost"), "{said}");
}

#[test]
fn questions_and_dumps_say_how_many_messages_answered_them() {
    let _netns = with_links();
    let socket = own_socket();
    let sniffer = Sniffer::start("RTM_GETLINK");
    assert_eq!(socket.exchange(&getlink(1, 1)).len(), 1);
    let header = header(libc::RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 2);
    let links = socket.dump(&message(header, &[0; 16]), 1 << 16).len() as u64 - 1;
    // The index belongs to no link.
    socket.exchange(&getlink(3, 9999));
    sleep(SETTLED);
    let (objects, _) = sniffer.end();
    let requests: Vec<_> = objects
        .iter()
        .filter(|object| object["direction"] == "sent")
        .map(|object| (object["errno"].as_i64(), object["answers"].as_u64()))
        .collect();

    assert_eq!(
        requests,
        [
            (Some(0), Some(1)),
            (Some(0), Some(links)),
            (Some(libc::ENODEV.into()), Some(0))
        ]
    );
    // Acknowledgements and ends of dumps are told with their request, objects are not asked for.
    let answers: Vec<_> = objects
        .iter()
        .filter(|object| object["direction"] == "received")
        .map(type_of)
        .collect();
    let of_links = answers.iter().filter(|name| **name == "RTM_NEWLINK");
    assert_eq!(answers.last(), Some(&"NLMSG_ERROR"));
    assert!(answers.contains(&"NLMSG_DONE") || of_links.count() > 0);
}

#[test]
fn an_answer_that_comes_late_is_shown_with_its_time() {
    let _netns = with_links();
    ip("link set va up");
    let routes = many_routes(100).filter(|line| line.starts_with("route add"));
    ip_batch(routes);
    let socket = own_socket();
    let sniffer = Sniffer::start("");
    socket.send(&dump_routes(7, 100));
    sleep(SETTLED);
    // The kernel makes the rest of a dump when the reader comes.
    let mut last = None;
    let mut buf = vec![0; 1 << 16];
    while last != Some(NLMSG_DONE) {
        let datagram = socket.recv_into(&mut buf).unwrap().expect("no end");
        let messages = nlhello::wire::Messages::new(datagram.bytes);
        last = messages.flatten().last().map(|one| one.header().nlmsg_type);
    }
    sleep(SETTLED);
    let (objects, _) = sniffer.end();
    let request = only(&objects, "sent", "RTM_GETROUTE");
    assert_eq!(request["errno"], Value::Null, "{request}");
    assert!(request["answers"].as_u64() > Some(0), "{request}");
    let done = only(&objects, "received", "NLMSG_DONE");
    assert_eq!(done["errno"], 0);
    let after = Duration::from_nanos(done["after_ns"].as_u64().unwrap());
    assert!(after >= SETTLED, "{done}");
    let routes = objects.iter().filter(|one| type_of(one) == "RTM_NEWROUTE");
    // A dump without strict checks has the routes of other tables, too.
    assert!(routes.count() >= 2000);
}

#[test]
fn whose_socket_it_is_is_shown_whatever_its_port_id_is() {
    let _netns = with_links();
    let sockets = [own_socket(), own_socket()];
    let sniffer = Sniffer::start("");
    for socket in &sockets {
        socket.exchange(&getlink(1, 1));
    }
    sleep(SETTLED);
    let (objects, _) = sniffer.end();
    let comm = fs::read_to_string("/proc/self/comm").unwrap();
    for socket in &sockets {
        let of_socket: Vec<_> = objects
            .iter()
            .filter(|object| object["local_portid"] == socket.portid())
            .collect();
        assert_eq!(of_socket.len(), 2, "{objects:#?}");
        for object in of_socket {
            assert_eq!(object["pid"], std::process::id());
            assert_eq!(object["comm"], comm.trim_end());
            assert_eq!(object["sure"], true);
        }
    }
}

#[test]
fn an_event_for_two_listeners_is_one_line_with_two_copies() {
    let _netns = with_links();
    let listeners = [own_socket(), own_socket()];
    for listener in &listeners {
        listener.join(IPV4_ADDR).unwrap();
    }
    let sniffer = Sniffer::start("addr");
    ip("addr add 192.0.2.1/24 dev va");
    ip("addr add 192.0.2.2/24 dev va");
    sleep(SETTLED);
    let (objects, _) = sniffer.end();
    let events: Vec<_> = objects
        .iter()
        .filter(|object| object["direction"] == "event")
        .map(|object| (type_of(object), object["copies"].as_u64()))
        .collect();

    assert_eq!(events, [("RTM_NEWADDR", Some(2)); 2]);
    for listener in &listeners {
        assert_eq!(listener.drain().0.len(), 2);
    }
}

#[test]
fn only_the_protocols_that_are_asked_for_are_shown() {
    let _netns = with_links();
    let sniffer = Sniffer::start("--protocol generic");
    ip("link show");
    finish("genl");
    sleep(SETTLED);
    let (objects, _) = sniffer.end();

    assert!(!objects.is_empty());
    assert!(objects.iter().all(|object| object["protocol"] == 16));
    only(&objects, "sent", "nlctrl");
}

#[test]
fn only_the_process_and_the_name_that_are_asked_for_are_shown() {
    let _netns = with_links();
    let (pid, comm) = (
        std::process::id(),
        fs::read_to_string("/proc/self/comm").unwrap(),
    );
    let socket = own_socket();
    for words in [
        format!("--pid {pid}"),
        format!("--comm {}", comm.trim_end()),
    ] {
        let sniffer = Sniffer::start(&words);
        socket.exchange(&getlink(1, 1));
        ip("link show");
        sleep(SETTLED);
        let (objects, _) = sniffer.end();
        assert!(objects.len() >= 2, "{words}: {objects:#?}");
        assert!(objects.iter().all(|object| object["pid"] == pid));
    }
    let sniffer = Sniffer::start("--pid 4194305");
    socket.exchange(&getlink(1, 1));
    sleep(SETTLED);
    assert_eq!(sniffer.end().0, [] as [Value; 0]);
}

#[test]
fn what_is_behind_a_message_and_what_is_none_is_shown() {
    let _netns = with_links();
    let socket = own_socket();
    let sniffer = Sniffer::spawn("sniff", None);
    sniffer.wait_for("listening on");
    socket.exchange(&[getlink(1, 1), vec![0; 24]].concat());
    let longer = header(libc::RTM_GETLINK, NLM_F_REQUEST, 2);
    socket.send(&message_with_len(5000, longer, &[0; 16]));
    socket.send(b"text");
    sleep(SETTLED);
    let (printed, _) = sniffer.text();

    assert!(
        printed.contains("    and 24 bytes behind it, all of them 0\n"),
        "{printed}"
    );
    assert!(printed.contains("> length field does not fit"), "{printed}");
    assert!(
        printed.contains("> header is truncated: 74657874"),
        "{printed}"
    );
    assert!(printed.contains(" > NETLINK_ROUTE = 0 after "), "{printed}");
}

#[test]
fn what_is_lost_is_reported_with_its_number_then_and_at_the_end() {
    let _netns = with_links();
    let socket = own_socket();
    let sniffer = Sniffer::start("");
    kill(&sniffer.child, "STOP");
    // Longer than the ring has room for, for each block is handed over after some milliseconds however little
    // is in it.
    for number in 0..600 {
        socket.exchange(&getlink(number, 1));
        sleep(Duration::from_millis(5));
    }
    kill(&sniffer.child, "CONT");
    wait_until("a loss", || {
        fs::read_to_string(&sniffer.printed).is_ok_and(|printed| printed.contains("\"lost\":"))
    });
    let (objects, said) = sniffer.end();
    let lost: u64 = objects
        .iter()
        .filter_map(|object| object["lost"].as_u64())
        .sum();

    assert!(lost > 0);
    assert!(said.contains(&format!(", {lost} lost")), "{lost}: {said}");
}

#[test]
fn the_link_is_there_as_long_as_it_is_needed_whatever_ends_that() {
    let _netns = with_links();
    for signal in ["INT", "TERM", "HUP"] {
        let sniffer = Sniffer::start("");
        let alias = format!("made by nlhello sniff, process {}", sniffer.child.id());
        assert!(devices().contains("nlhello0"));
        let details = ["-n", NETNS, "link", "show", "nlhello0"];
        assert!(stdout(&run(Command::new("ip").args(details))).contains(&alias));
        kill(&sniffer.child, signal);
        let (status, _, said) = sniffer.ended();
        assert_eq!(status, Some(0), "{signal}: {said}");
        assert_eq!(devices(), "", "{signal}");
    }
    let sniffer = Sniffer::start("-c 2");
    ip("link show va");
    let (status, printed, _) = sniffer.ended();
    assert_eq!((status, devices()), (Some(0), String::new()));
    assert_eq!(printed.lines().count(), 2, "{printed}");

    let sniffer = Sniffer::start("-c 1000");
    kill(&sniffer.child, "TERM");
    assert_eq!(sniffer.ended().0, Some(1), "there were fewer");

    let mut sniffer = Sniffer::spawn("sniff", Some(Stdio::piped()));
    sniffer.wait_for("listening on");
    drop(sniffer.child.stdout.take());
    let (status, ..) = sniffer.ended();
    assert_eq!((status, devices()), (None, String::new()), "as by SIGPIPE");
}

#[test]
fn a_file_that_may_not_become_longer_does_not_keep_the_link() {
    let _netns = with_links();
    for option in ["-o", "-w"] {
        let file = std::env::temp_dir().join(format!("short-{}", std::process::id()));
        let script = format!(
            "ulimit -f 1; exec nlhello -n {NETNS} sniff {option} {}",
            file.display()
        );
        let child = Command::new("sh")
            .args(["-c", &script])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        wait_until("the link", || devices().contains(",UP"));
        let shows = std::iter::repeat_n("link show va\n".to_owned(), 20);
        ip_batch(shows);
        let output = child.wait_with_output().unwrap();
        fs::remove_file(&file).unwrap();

        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(stderr(&output).contains("EFBIG"), "{output:?}");
        assert_eq!(devices(), "");
    }
}

/// Has `sniffer`, whose output nobody reads, find more than a pipe takes, and ends it.
fn assert_ends_unread(sniffer: Sniffer) {
    sniffer.wait_for("listening on");
    let shows = std::iter::repeat_n("link show va\n".to_owned(), 200);
    ip_batch(shows);
    kill(&sniffer.child, "TERM");
    let (status, _, said) = sniffer.ended();

    assert_ne!(status, Some(0), "not all could be told: {said}");
    assert_eq!(devices(), "");
}

#[test]
fn a_reader_that_reads_nothing_does_not_keep_the_link() {
    let _netns = with_links();
    let mut sniffer = Sniffer::spawn("sniff", Some(Stdio::piped()));
    let _reader = sniffer.child.stdout.take();
    assert_ends_unread(sniffer);

    for option in ["-o", "-w"] {
        let pipe = std::env::temp_dir().join(format!("unread-{}", std::process::id()));
        run(Command::new("mkfifo").arg(&pipe));
        // A pipe opened for both directions does not wait for the other end.
        let mut both = File::options();
        let _reader = both.read(true).write(true).open(&pipe).unwrap();
        let words = format!("sniff {option} {}", pipe.display());
        assert_ends_unread(Sniffer::spawn(&words, None));
        fs::remove_file(pipe).unwrap();
    }
}

#[test]
fn two_have_a_link_each_and_one_that_is_taken_away_is_an_error() {
    let _netns = with_links();
    let first = Sniffer::start("");
    let second = Sniffer::spawn("sniff", None);
    second.wait_for("listening on nlhello1");
    ip("link del nlhello1");
    let (status, _, said) = second.ended();
    assert_eq!(status, Some(1));
    assert!(
        said.contains("nlhello1") && said.contains("removed it"),
        "{said}"
    );
    assert!(devices().contains("nlhello0"));
    first.end();
    assert_eq!(devices(), "");
}

#[test]
fn what_is_written_is_read_by_replay() {
    let _netns = with_links();
    let listener = own_socket();
    listener.join(IPV4_ADDR).unwrap();
    let file = std::env::temp_dir().join(format!("sniffed-{}", std::process::id()));
    for words in ["", "addr"] {
        let sniffer = Sniffer::start(&format!("-w {} {words}", file.display()));
        ip("addr add 192.0.2.1/24 dev va");
        ip("addr del 192.0.2.1/24 dev va");
        sleep(SETTLED);
        let (printed, said) = sniffer.text();
        assert_eq!(printed, "");
        assert!(said.contains(" datagrams written in "), "{said}");
        let output = run(Command::new("nlhello")
            .args(["replay", "--timestamp=none"])
            .arg(&file)
            .arg("addr"));
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert_eq!(
            stdout(&output)
                .lines()
                .map(|line| &line[..9])
                .collect::<Vec<_>>(),
            ["new addr:", "del addr:"],
            "{words}: {output:?}"
        );
        // With the filter, no requests but those for addresses.
        let requests = stderr(&output).contains(" 2 requests, ");
        assert!(requests || words.is_empty(), "{words}: {output:?}");
    }
    fs::remove_file(&file).unwrap();
    let sniffer = Sniffer::spawn("sniff -w /dev/full -c 1", None);
    let (status, _, said) = sniffer.ended();
    assert_eq!(status, Some(1));
    assert!(
        said.contains("/dev/full") && said.contains("ENOSPC"),
        "{said}"
    );
}

#[test]
fn it_works_in_a_namespace_of_an_unprivileged_users_own() {
    let script = r#"
        "$0" --json sniff -c 2 2>"$1.err" >"$1.out" &
        until grep -q listening "$1.err"; do sleep 0.1; done
        ip link show lo >"$1.ip"
        wait $!
    "#;
    let folder = std::env::temp_dir().join(format!("own-{}", std::process::id()));
    fs::create_dir(&folder).unwrap();
    std::os::unix::fs::chown(&folder, Some(NOBODY), Some(NOBODY)).unwrap();
    let file = folder.join("sniffed");
    let output = run(Command::new("unshare")
        .args(["-Urn", "sh", "-c", script])
        .arg(program_of_nobody())
        .arg(&file)
        .uid(NOBODY)
        .gid(NOBODY));
    let said = fs::read_to_string(file.with_extension("err")).unwrap_or_default();
    let printed = fs::read(file.with_extension("out")).unwrap();
    fs::remove_dir_all(&folder).unwrap();

    assert!(output.status.success(), "{said}: {output:?}");
    let objects = json_lines(&printed);
    assert_eq!(objects.len(), 2, "{said}");
    assert!(objects.iter().all(|object| type_of(object).len() > 3));
}

#[test]
fn who_has_no_right_gets_a_hint_of_what_it_takes_and_what_cannot_be_seen_is_refused() {
    let output = nlhello_as_nobody(&["sniff"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("unshare -Urn"), "{output:?}");
    for protocol in ["31", "kobject_uevent"] {
        let output = nlhello(&["sniff", "--protocol", protocol]);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains("sniff -- COMMAND"), "{output:?}");
    }
}

#[test]
fn monitors_emit_nothing_of_who_sniffs() {
    let _netns = with_links();
    let watcher = Watcher::start(
        NETNS,
        "link addr route neigh rule prefix maddr qdisc ifinfo6",
    );
    Sniffer::start("").end();
    ip("link set va mtu 1400");
    watcher.wait_for("\"mtu\":1400");
    let (lines, _) = watcher.end();
    let of_va = |line: &&Value| line["link"]["ifname"] == "va" || line["ifinfo6"]["ifname"] == "va";

    assert!(lines.iter().any(|line| of_va(&line)));
    assert!(
        lines
            .iter()
            .all(|line| !line.to_string().contains("nlhello0")),
        "{lines:#?}"
    );
}

#[test]
fn a_batch_of_requests_is_shown_with_the_answer_to_each() {
    let _netns = with_links();
    let socket = own_socket();
    let sniffer = Sniffer::start("");
    let mut missing = getlink(2, 9999);
    // With an acknowledgement.
    missing[6] |= NLM_F_ACK as u8;
    socket.exchange(&[getlink(1, 1), missing, getlink(3, 1)].concat());
    sleep(SETTLED);
    let (objects, _) = sniffer.end();
    let requests: Vec<_> = objects
        .iter()
        .filter(|object| object["direction"] == "sent")
        .map(|object| object["errno"].as_i64())
        .collect();

    assert_eq!(requests, [Some(0), Some(libc::ENODEV.into()), Some(0)]);
}
