// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Hellos in the stream of `nlhello monitor`.

use crate::lab::*;
use crate::net::monitor::netns::{Watch, HOME};
use crate::net::monitor::pair;
use crate::net::monitor::record::Recorded;
use crate::net::monitor::watcher::{is_event_of, Watcher};
use serde_json::json;
use std::fs;
use std::process::{Command, Stdio};

const NETNS: &str = "watched";

#[test]
fn hellos_are_replayed_too() {
    let _module = Module::load();
    let _netns = pair::with_links();
    let recorded = Recorded::make("hello rule --timestamp=none", |_| {
        let output = pair::finish("hello -c 2 -i 0.01");
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        pair::ip("rule add from 10.3.0.0/16 table 100");
    });
    assert_eq!(recorded.emitted.lines().count(), 3, "{}", recorded.emitted);
    recorded.assert_replayed("--timestamp=none");
}

#[test]
fn hellos_come_in_the_stream_of_the_monitor() {
    let _module = Module::load();
    let _netns = Netns::add(NETNS);
    let watcher = Watcher::start(NETNS, "link hello");

    for args in [
        &["hello", "Good morning", "-c", "1"][..],
        &["link", "add", "d0", "type", "veth"],
        &["greeting"],
    ] {
        assert!(nlhello(&[&["-n", NETNS], args].concat()).status.success());
    }
    watcher.wait_for(r#""text":null"#);
    let (emitted, _) = watcher.end();

    let first = &emitted[0];
    assert!(is_event_of(
        first,
        "new",
        "hello",
        &json!({"text": "Good morning"})
    ));
    assert_eq!(first["netns"], NETNS);
    assert_eq!(first["by"]["portid"], first["hello"]["portid"]);
    assert!(first["time"].is_string());
    let link = json!({"ifname": "d0"});
    assert!(emitted
        .iter()
        .any(|line| is_event_of(line, "new", "link", &link)));
    assert!(emitted
        .iter()
        .any(|line| is_event_of(line, "new", "hello", &json!({"text": null}))));
}

#[test]
fn a_hello_counts_and_is_emitted_as_text() {
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
fn that_hellos_were_lost_is_emitted_and_how_many() {
    const SAID: usize = 400;
    let _module = Module::load();
    let _netns = Netns::add(NETNS);
    let watcher = Watcher::start(NETNS, "hello --buffer 4096");
    kill(&watcher.child, "STOP");
    let said = nlhello(&["-n", NETNS, "hello", "--flood", "-c", &SAID.to_string()]);
    assert!(said.status.success());
    kill(&watcher.child, "CONT");
    watcher.wait_for(r#""event":"lost","kind":"hello","drops":"#);
    let (emitted, _) = watcher.end();

    let drops: u64 = emitted
        .iter()
        .filter_map(|line| line["drops"].as_u64())
        .sum();
    let received = emitted.iter().filter(|line| line["event"] == "new").count();
    assert_eq!(received + drops as usize, SAID);
}

#[test]
fn who_says_hello_in_another_namespace_is_received_at_once() {
    let module = Module::load();
    let _all = [HOME, "mn-red"].map(Netns::add);
    let watch = Watch::start(&["hello"]);
    let output = nlhello(&["-n", "mn-red", "hello", "there", "-c", "1"]);
    assert!(output.status.success(), "{output:?}");
    let emitted = watch.wait_for("a hello", |line| line["kind"] == "hello");
    watch.end();
    drop(_all);

    assert_eq!(emitted["netns"], "mn-red");
    module.unload_when_free();
}
