// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What `nlhello monitor` tells of events beside those of rtnetlink, and of kinds that nobody tells of;
//! the other kinds are in `parity/monitor.rs`.

use crate::lab::*;
use serde_json::{json, Value};
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

const NETNS: &str = "watched";

/// A monitor that subscribed already, and where its output goes.
pub struct Watcher {
    child: Child,
    file: PathBuf,
}

impl Watcher {
    /// Starts one in the network namespace `netns`, with the words in `args`.
    pub fn start(netns: &str, args: &str) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Relaxed);
        let file = std::env::temp_dir().join(format!("watcher-{}-{number}", std::process::id()));
        let child = Command::new("nlhello")
            .args(["-n", netns, "--json", "monitor", "--initial"])
            .args(args.split(' '))
            .stdout(File::create(&file).unwrap())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let watcher = Self { child, file };
        watcher.wait_for(r#""event":"sync"}"#);
        watcher
    }

    /// Waits until it has told something with this `text`.
    pub fn wait_for(&self, text: &str) {
        wait_until(text, || self.text().contains(text));
    }

    fn text(&self) -> String {
        fs::read_to_string(&self.file).unwrap()
    }

    /// Ends it; returns what it has told since it subscribed, and said on standard error.
    pub fn end(self) -> (Vec<Value>, String) {
        kill(&self.child, "INT");
        let text = self.text();
        let output = self.child.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
        fs::remove_file(&self.file).unwrap();

        let mut lines = json_lines(text.as_bytes());
        let start = lines.iter().position(|line| line["event"] == "sync");
        (lines.split_off(start.unwrap() + 1), stderr(&output))
    }
}

/// Says whether `line` tells this `event` of an object of this `kind` with all fields of `part`.
pub fn tells(line: &Value, event: &str, kind: &str, part: &Value) -> bool {
    let has_part = || {
        let mut fields = part.as_object().unwrap().iter();
        fields.all(|(key, value)| line[kind].get(key) == Some(value))
    };
    line["event"] == event && line["kind"] == kind && has_part()
}

fn monitor(args: &[&str]) -> Output {
    nlhello(&[&["-n", NETNS, "monitor"], args].concat())
}

#[test]
fn hellos_come_in_the_stream_of_the_monitor() {
    let _module = Module::load();
    let _netns = Netns::add(NETNS);
    let watcher = Watcher::start(NETNS, "link hello");

    for args in [
        &["hello", "Good morning", "-c", "1"][..],
        &["link", "add", "d0", "type", "dummy"],
        &["greeting"],
    ] {
        assert!(nlhello(&[&["-n", NETNS], args].concat()).status.success());
    }
    watcher.wait_for(r#""text":null"#);
    let (told, _) = watcher.end();

    let first = &told[0];
    assert!(tells(
        first,
        "new",
        "hello",
        &json!({"text": "Good morning"})
    ));
    assert_eq!(first["netns"], NETNS);
    assert_eq!(first["by"]["portid"], first["hello"]["portid"]);
    assert!(first["time"].is_string());
    let link = json!({"ifname": "d0"});
    assert!(told.iter().any(|line| tells(line, "new", "link", &link)));
    assert!(told
        .iter()
        .any(|line| tells(line, "new", "hello", &json!({"text": null}))));
}

#[test]
fn a_link_is_told_to_have_another_queue_though_no_event_of_it_says_so() {
    let _netns = Netns::add(NETNS);
    let add = ["-n", NETNS, "link", "add", "va", "up", "type", "veth"];
    assert!(nlhello(&add).status.success());
    let watcher = Watcher::start(NETNS, "link dev va");
    let tc = |words: &str| {
        run(Command::new("tc")
            .args(["-n", NETNS])
            .args(words.split(' ')))
    };
    assert!(tc("qdisc add dev va root pfifo").status.success());
    watcher.wait_for(r#""implied":true"#);
    let (told, _) = watcher.end();

    let [line] = &told[..] else {
        panic!("{told:#?}");
    };
    assert_eq!(line["changes"]["qdisc"]["new"], "pfifo");
    assert_eq!(line["link"]["qdisc"], "pfifo");
}

#[test]
fn a_hello_counts_and_is_told_as_text() {
    let _module = Module::load();
    let _netns = Netns::add(NETNS);
    let child = Command::new("nlhello")
        .args(["-n", NETNS, "monitor", "hello", "-c", "1", "--timestamp"])
        .arg("none")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let said = || nlhello(&["-n", NETNS, "hello", "Hi", "-c", "1"]);
    wait_until("somebody hears", || {
        said();
        fs::read_to_string(format!("/proc/{}/stat", child.id()))
            .is_ok_and(|stat| stat.contains(") Z "))
    });
    let output = child.wait_with_output().unwrap();

    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("new hello: portid="), "{text}");
    assert!(text.ends_with(" text=Hi\n"), "{text}");
}

#[test]
fn that_hellos_were_lost_is_told_and_how_many() {
    const SAID: usize = 400;
    let _module = Module::load();
    let _netns = Netns::add(NETNS);
    let watcher = Watcher::start(NETNS, "hello --buffer 4096");
    kill(&watcher.child, "STOP");
    let said = nlhello(&["-n", NETNS, "hello", "--flood", "-c", &SAID.to_string()]);
    assert!(said.status.success());
    kill(&watcher.child, "CONT");
    watcher.wait_for(r#""event":"lost","kind":"hello","drops":"#);
    let (told, _) = watcher.end();

    let drops: u64 = told.iter().filter_map(|line| line["drops"].as_u64()).sum();
    let heard = told.iter().filter(|line| line["event"] == "new").count();
    assert_eq!(heard + drops as usize, SAID);
}

#[test]
fn without_the_module_the_other_kinds_are_told() {
    let _netns = Netns::add(NETNS);
    let watcher = Watcher::start(NETNS, "link hello");
    nlhello(&["-n", NETNS, "link", "add", "d0", "type", "dummy"]);
    watcher.wait_for(r#""ifname":"d0""#);
    let (_, said) = watcher.end();

    assert!(said.contains("nothing is told of hello"), "{said}");
    assert!(said.contains("is hello.ko loaded?"), "{said}");
}

#[test]
fn without_the_module_hellos_alone_cannot_be_told() {
    let _netns = Netns::add(NETNS);
    let output = monitor(&["hello", "--timeout", "1"]);

    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("protocol 31 is not registered"));
}
