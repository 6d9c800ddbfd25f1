// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Tables that change while they are read.

use crate::lab::*;
use nlhello::netlink::{self, Datagram, Tap};
use nlhello::object::{Client, ListQuery};
use nlhello::rtnl::{self, Addrs, Links};
use serde_json::Value;
use std::io::Write;
use std::process::{ChildStdin, Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::sync::Arc;
use std::thread;

const NETNS: &str = "dumps";

/// Links with names as long as can be: the kernel repeats them with each address.
const LINKS: usize = 55;

/// Addresses of each: together more than the client holds before it shows any, each takes 88 bytes.
const ADDRS: usize = 1000;

/// Counts the datagrams that are sent.
#[derive(Clone, Default)]
struct Sent(Arc<AtomicU32>);

impl Tap for Sent {
    fn sent(&mut self, _: &[u8]) {
        self.0.fetch_add(1, Relaxed);
    }

    fn received(&mut self, _: Datagram<'_>) {}
}

/// Does `test` in a network namespace of its own.
fn in_netns(test: impl FnOnce() + Send) {
    let _netns = Netns::add(NETNS);
    let there = netlink::Netns::open(NETNS).unwrap();
    // A thread that enters a namespace stays there.
    let test = || {
        there.enter().unwrap();
        test();
    };
    thread::scope(|scope| scope.spawn(test).join().unwrap());
}

/// Runs the commands that `write` writes, one a line.
fn batch_of(write: impl FnOnce(&mut ChildStdin)) {
    let mut batch = Command::new("nlhello")
        .args(["batch", "--force", "-"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = batch.stdin.take().unwrap();
    write(&mut stdin);
    drop(stdin);
    assert!(batch.wait().unwrap().success());
}

fn batch(commands: &str) {
    batch_of(|stdin| stdin.write_all(commands.as_bytes()).unwrap());
}

fn add_link(number: usize) {
    batch(&format!("link add a-long-name-{number:03} type dummy"));
}

fn add_links(count: usize) {
    let commands: String = (0..count)
        .map(|number| format!("link add a-long-name-{number:03} type dummy\n"))
        .collect();
    batch(&commands);
}

fn add_addrs() {
    let commands: String = (0..LINKS * ADDRS)
        .map(|i| (i / ADDRS, i / 65536, i / 256 % 256, i % 256))
        .map(|(link, a, b, c)| format!("addr add 10.{a}.{b}.{c}/32 dev a-long-name-{link:03}\n"))
        .collect();
    batch(&commands);
}

/// Returns how many links there are; some kinds make one of their own in every namespace.
fn count_links() -> usize {
    let output = nlhello(&["--json", "link"]);
    let links: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    links.len()
}

/// Adds an address and deletes it, one right after the other, until it is `done`.
fn disturb(done: &AtomicBool) {
    const ADDR: &str = "192.0.2.1/32 dev a-long-name-000";
    batch_of(|stdin| {
        while !done.load(Relaxed) {
            writeln!(stdin, "addr add {ADDR}\naddr del {ADDR}").unwrap();
        }
    });
}

/// Runs the client while addresses come and go.
fn nlhello_disturbed(args: &[&str]) -> Output {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let _end = AtEnd(&done);
        scope.spawn(|| disturb(&done));
        nlhello(args)
    })
}

fn warning(output: &Output) -> String {
    json_lines(&output.stderr)[0]["warning"]["message"].to_string()
}

#[test]
fn a_table_that_changes_while_it_is_read_is_read_again() {
    in_netns(|| {
        let before = count_links();
        add_links(LINKS);
        let sent = Sent::default();
        let mut client = Client::open("test", &rtnl::SPEC).unwrap();
        client.set_tap(Some(Box::new(sent.clone())));
        let request = Links::default().request().unwrap();
        let mut table = client.table(request, PATIENCE).unwrap();
        // The kernel made the first part of it when it was asked.
        add_link(LINKS);

        let mut links = 0;
        while table.next_entry().unwrap().is_some() {
            links += 1;
        }
        assert_eq!(links, before + LINKS + 1);
        assert!(!table.is_interrupted());
        assert_eq!(sent.0.load(Relaxed), 2);
    });
}

#[test]
fn a_table_too_large_to_be_held_that_changes_while_it_is_read_is_marked() {
    in_netns(|| {
        let before = count_links();
        add_links(LINKS);
        add_addrs();

        let mut client = Client::open("test", &rtnl::SPEC).unwrap();
        let mut listing = client.list(Addrs::default(), PATIENCE).unwrap();
        assert!(listing.next_object().unwrap().is_some());
        batch("addr add 192.0.2.2/32 dev a-long-name-000");
        let mut addrs = 1;
        while listing.next_object().unwrap().is_some() {
            addrs += 1;
        }
        assert!(addrs >= LINKS * ADDRS, "{addrs}");
        assert!(listing.is_interrupted());

        let output = nlhello_disturbed(&["--json", "addr", "--strict"]);
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert!(warning(&output).contains("the table changed while it was read"));
        let shown: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(shown.len(), before + LINKS);

        let output = nlhello_disturbed(&["--json", "addr"]);
        assert_eq!(output.status.code(), Some(0));
        assert!(warning(&output).contains("the table changed while it was read"));
    });
}
