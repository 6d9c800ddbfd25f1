// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello sockets`: the sockets of a namespace as they are, by both ways to know of them.

use super::monitor::pair::*;
use crate::lab::*;
use nlhello::netlink::{Netns as There, Socket};
use serde_json::{json, Value};
use std::fs::{self, File};
use std::process::{Child, Command, Stdio};
use std::thread;

/// Groups of rtnetlink: `RTNLGRP_LINK`, `_IPV4_ROUTE`, `_NEXTHOP` and, beyond the 32nd, `_STATS`.
const GROUPS: [u32; 4] = [1, 7, 32, 36];

/// Room for a few events.
const ROOM: usize = 4096;

/// Opens a socket in the namespace of the pair, with little room, that listens to routes and more.
fn listener() -> Socket {
    let there = There::open(NETNS).unwrap();
    // A thread that enters a namespace stays there.
    let opened = thread::spawn(move || {
        there.enter().unwrap();
        Socket::open(libc::NETLINK_ROUTE).unwrap()
    });
    let socket = opened.join().unwrap();
    socket.set_recv_buffer(ROOM).unwrap();
    GROUPS
        .into_iter()
        .for_each(|group| socket.join(group).unwrap());
    socket
}

/// Makes a namespace where routes can be made, and a socket there whose queue is full, so that events
/// were dropped.
fn with_full_listener() -> (Netns, Socket) {
    let netns = with_links();
    ip("link set va up");
    let socket = listener();
    lose(&socket);
    (netns, socket)
}

/// Has events come until some more are dropped.
fn lose(socket: &Socket) {
    let before = socket.drops().unwrap();
    wait_until("a drop", || {
        ip_batch(many_routes(100).take(100));
        socket.drops().unwrap() > before
    });
}

/// Returns what the client shows with these words in the namespace, and what it warns of.
fn shown(words: &str) -> (Vec<Value>, String) {
    let output = finish(format!("--json sockets {words}").trim_end());
    assert_eq!(output.status.code(), Some(0), "{words}: {output:?}");
    let all = serde_json::from_slice(&output.stdout).unwrap();
    (all, stderr(&output))
}

/// Returns what is shown of one socket.
fn shown_of(socket: &Socket, words: &str) -> (Value, String) {
    let (mut all, warnings) = shown(&format!("portid {} {words}", socket.portid()));
    assert_eq!(all.len(), 1, "it is shown once: {all:?}");
    (all.remove(0), warnings)
}

fn own_process() -> Value {
    let comm = fs::read_to_string("/proc/self/comm").unwrap();
    json!([{"pid": std::process::id(), "comm": comm.trim_end()}])
}

#[test]
fn a_full_socket_is_shown_once_with_all_its_groups_its_process_and_its_drops() {
    let (_netns, socket) = with_full_listener();
    let (printed, warnings) = shown_of(&socket, "proto route");

    assert_eq!(warnings, "");
    assert_eq!(printed["drops"], socket.drops().unwrap());
    assert_eq!(printed["rcvbuf"], socket.recv_buffer().unwrap());
    // The last event that there was room for may take more than what was left.
    assert!(
        printed["rmem_alloc"].as_u64() > printed["rcvbuf"].as_u64().map(|limit| limit / 2),
        "{printed}"
    );
    assert_eq!(
        printed["groups"],
        json!(["link", "ipv4_route", "nexthop", "stats"])
    );
    assert_eq!(printed["processes"], own_process());
    assert_eq!(printed["flags"], json!(["cap_ack"]));
    assert_eq!(
        (&printed["type"], &printed["state"]),
        (&"raw".into(), &"unconnected".into())
    );
}

#[test]
fn without_netlink_diag_the_same_is_shown_but_for_what_is_said() {
    let (_netns, socket) = with_full_listener();
    let (printed, _) = shown_of(&socket, "");
    let (less, warnings) = shown_of(&socket, "--proc proto route");

    for key in [
        "protocol",
        "portid",
        "processes",
        "rmem_alloc",
        "wmem_alloc",
        "drops",
        "inode",
    ] {
        assert_eq!(printed[key], less[key], "{key}");
    }
    assert_eq!(less["groups"], json!(["link", "ipv4_route", "nexthop"]));
    assert!(less.get("rcvbuf").is_none() && less.get("state").is_none());
    let warning: Value = serde_json::from_str(&warnings).unwrap();
    let message = warning["warning"]["message"].as_str().unwrap();
    assert!(message.contains("groups beyond the 32nd"), "{message}");
}

#[test]
fn both_ways_show_the_same_sockets_of_this_namespace_alone() {
    let (_netns, socket) = with_full_listener();
    let elsewhere = Socket::open(libc::NETLINK_ROUTE).unwrap();
    let ids = |words| {
        let (all, _) = shown(words);
        let own = |socket: &Value| socket["protocol"] == "sock_diag" && socket["portid"] != 0;
        let others = all.into_iter().filter(|socket| !own(socket));
        let ids = others.map(|socket| (socket["protocol"].to_string(), socket["inode"].as_u64()));
        ids.collect::<Vec<_>>()
    };
    let mut from_proc = ids("--proc");
    let mut from_diag = ids("");
    from_proc.sort();
    from_diag.sort();
    assert_eq!(from_diag, from_proc);
    // The kernel's own have no process; those of another namespace are not shown.
    let (kernels, _) = shown("portid 0 proto route");
    assert_eq!(kernels.len(), 1);
    assert_eq!(
        (&kernels[0]["kernel"], &kernels[0]["processes"]),
        (&true.into(), &json!([]))
    );
    let (all, _) = shown("proto route");
    let is = |socket: &Socket| all.iter().any(|shown| shown["portid"] == socket.portid());
    assert!(is(&socket) && (!is(&elsewhere) || socket.portid() == elsewhere.portid()));
}

#[test]
fn sockets_are_chosen_by_protocol_process_and_name() {
    let (_netns, socket) = with_full_listener();
    let pid = std::process::id();
    let comm = own_process()[0]["comm"].as_str().unwrap().to_owned();
    for words in [
        format!("pid {pid}"),
        format!("comm {comm} proto 0"),
        format!("show pid {pid} comm {comm} protocol route"),
    ] {
        let (all, _) = shown(&words);
        assert!(
            all.iter().any(|shown| shown["portid"] == socket.portid()),
            "{words}"
        );
        assert!(
            all.iter().all(|shown| shown["processes"] == own_process()),
            "{words}"
        );
    }
    assert_eq!(shown("pid 4194305").0, [] as [Value; 0]);
    assert_eq!(shown("comm nobody").0, [] as [Value; 0]);
    for (words, said) in [
        ("proto nosuch", "no protocol"),
        ("nosuch", "unknown"),
        ("pid", "value"),
    ] {
        let output = finish(&format!("sockets {words}"));
        assert_eq!(output.status.code(), Some(2), "{words}");
        assert!(stderr(&output).contains(said), "{words}: {output:?}");
    }
}

#[test]
fn groups_of_generic_netlink_are_called_by_their_family() {
    let _netns = with_links();
    let there = There::open(NETNS).unwrap();
    let socket = thread::spawn(move || {
        there.enter().unwrap();
        Socket::open(libc::NETLINK_GENERIC).unwrap()
    });
    let socket = socket.join().unwrap();
    // The controller's group has the number of its family.
    socket.join(16).unwrap();

    assert_eq!(shown_of(&socket, "").0["groups"], json!(["nlctrl:notify"]));
}

#[test]
fn the_table_has_a_line_for_each_and_says_who_could_not_be_looked_into() {
    let (_netns, socket) = with_full_listener();
    let output = finish("sockets -d proto route");
    let text = stdout(&output);
    let lines: Vec<_> = text.lines().collect();
    assert!(
        lines[0].starts_with("PROTOCOL  ") && lines[0].ends_with("  GROUPS"),
        "{text}"
    );
    let is_it = |line: &&&str| line.split_whitespace().nth(1) == Some(&socket.portid().to_string());
    let own = lines.iter().find(is_it).unwrap();
    assert!(own.ends_with("  link,ipv4_route,nexthop,stats"), "{text}");
    assert!(own.contains(&format!("/{} ", std::process::id())), "{text}");
    // All columns begin or end below their names.
    let at = lines[0].find("GROUPS").unwrap();
    assert!(own[at..].starts_with("link"), "{text}");

    let output = nlhello_as_nobody(&["sockets"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(stderr(&output).contains("let only root see"), "{output:?}");
}

/// Somebody who looks at the sockets ten times a second.
struct Watcher {
    child: Child,
    printed: std::path::PathBuf,
}

impl Watcher {
    fn start(words: &str) -> Self {
        let printed = std::env::temp_dir().join(format!("watched-{}", std::process::id()));
        let child = Command::new("nlhello")
            .args(["-n", NETNS])
            .args(words.split(' '))
            .stdout(File::create(&printed).unwrap())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self { child, printed }
    }

    fn printed(&self) -> String {
        fs::read_to_string(&self.printed).unwrap()
    }

    /// Stops it; returns what it told in all.
    fn stop(self) -> String {
        kill(&self.child, "INT");
        let output = self.child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert!(stderr(&output).contains(" told in "), "{output:?}");
        let printed = fs::read_to_string(&self.printed).unwrap();
        fs::remove_file(&self.printed).unwrap();
        printed
    }
}

#[test]
fn who_loses_more_is_shown_with_how_much_and_nobody_else_is() {
    let (_netns, socket) = with_full_listener();
    let watcher = Watcher::start("--json sockets --watch -i 0.1");
    let lines = |text: &str| json_lines(text.as_bytes());
    let has_lost = |line: &Value| line["growth"]["drops"].as_u64() > Some(0);
    while lines(&watcher.printed())
        .iter()
        .filter(|line| has_lost(line))
        .count()
        < 3
    {
        lose(&socket);
    }
    let printed = watcher.stop();
    let of_own: Vec<_> = lines(&printed)
        .into_iter()
        .filter(|line| line["socket"]["portid"] == socket.portid())
        .filter(has_lost)
        .collect();
    let drops = |line: &Value| line["socket"]["drops"].as_u64().unwrap();
    for pair in of_own.windows(2) {
        let growth = pair[1]["growth"]["drops"].as_u64().unwrap();
        assert_eq!(drops(&pair[0]) + growth, drops(&pair[1]), "{printed}");
    }
    assert!(of_own.len() >= 3, "{printed}");
    assert!(drops(of_own.last().unwrap()) <= u64::from(socket.drops().unwrap()));
    for line in &of_own {
        // A child of ours has it too until it is another program.
        let processes = line["socket"]["processes"].as_array().unwrap();
        assert!(processes.contains(&own_process()[0]), "{line}");
        assert!(line["time"].is_string());
    }
    assert!(
        !printed.contains(r#""protocol":"sock_diag""#),
        "its own is not told: {printed}"
    );
}

#[test]
fn a_line_of_text_is_shown_and_the_count_ends_it() {
    let (_netns, socket) = with_full_listener();
    let words = format!("sockets --watch -i 0.1 -c 1 portid {}", socket.portid());
    let mut watcher = Watcher::start(&words);
    while watcher.child.try_wait().unwrap().is_none() {
        lose(&socket);
    }
    assert_eq!(watcher.child.wait().unwrap().code(), Some(0));
    let printed = watcher.printed();
    assert_eq!(printed.lines().count(), 1, "{printed}");
    let words = format!(" route {} ", socket.portid());
    assert!(
        printed.contains(&words) && printed.contains(": drops=") && printed.contains("(+"),
        "{printed}"
    );
    fs::remove_file(&watcher.printed).unwrap();

    let output = finish("sockets --watch -i 0.05 --timeout 0.2 -c 1 pid 4194305");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(stdout(&output), "");
}
