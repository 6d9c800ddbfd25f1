// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The protocol as `docs/nlhello.yaml` describes it, in the hands of the kernel tree's own Python
//! client (YNL), which knows nothing else of it.
//!
//! What `nlhello call` prints is compared with that client's answers in [`call`].
//!
//! `scripts/test` says in `$KERNEL_SOURCE` where the kernel's source is, and leaves these out where
//! that has no YNL.

mod call;
mod contract;

use crate::lab::*;
use nlhello::uapi::NLHELLO_TEXT_MAX;
use serde_json::{json, Value};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// The distribution's: another one in PATH may lack the packages.
const PYTHON: &str = "/usr/bin/python3";

/// The spec, from the project's root.
const SPEC: &str = "docs/nlhello.yaml";

/// The spec for generic netlink.
const GENL_SPEC: &str = "docs/nlhello-genl.yaml";

/// Reads a spec with the client's library, without a socket: its folder, the spec and its schema.
const READ_SPEC: &str = "
import sys
sys.path.append(sys.argv[1])
from lib import SpecFamily
family = SpecFamily(*sys.argv[2:])
print(family.proto, *family.ops)
";

#[test]
fn a_hello_brings_the_greeting_and_the_data() {
    let _module = Module::load();
    let hello = r#"{"text": "Hello", "data": "00ff10"}"#;

    assert_eq!(
        answer(&["--do", "hello", "--json", hello]),
        json!({"greeting": "Hello from kernel", "data": "00ff10"})
    );
}

#[test]
fn the_kernels_schema_approves_of_the_spec() {
    let _module = Module::load();
    let schema = kernel_source().join("Documentation/netlink/netlink-raw.yaml");
    let output = run(client().arg("--schema").arg(schema).arg("--list-msgs"));

    assert!(output.status.success(), "{output:?}");
    let messages = stdout(&output);
    let names: Vec<_> = messages.split_whitespace().collect();
    assert!(
        names.contains(&"hello") && names.contains(&"hello-ntf"),
        "{messages}"
    );
}

#[test]
fn the_kernels_schema_approves_of_the_spec_for_generic_netlink() {
    let schema = kernel_source().join("Documentation/netlink/genetlink.yaml");
    let output = run(Command::new(PYTHON)
        .args(["-s", "-c", READ_SPEC])
        .arg(cli(&kernel_source()).with_file_name(""))
        .args([GENL_SPEC.as_ref(), schema.as_os_str()]));

    // Linux 6.12 has one word for all rights.
    match fs::read_to_string(&schema)
        .unwrap()
        .contains("uns-admin-perm")
    {
        true => assert_eq!(
            stdout(&output),
            "genetlink hello get-peer get-stats set-greeting\n"
        ),
        false => {
            let words = stderr(&output);
            assert!(words.contains("'uns-admin-perm' is not one of"), "{words}");
        }
    }
}

#[test]
fn peers_are_listed_and_asked_for() {
    let _module = Module::load();
    let peers = [Peer::open(), Peer::open()];
    for peer in &peers {
        peer.assert_served();
    }
    let mut all = answer(&["--dump", "get-peer"]);
    let all = all.as_array_mut().unwrap();
    all.sort_by_key(|entry| entry["portid"] != peers[0].portid());
    assert_eq!(all.len(), 2);
    for (entry, peer) in all.iter().zip(&peers) {
        assert_is_entry_of(entry, peer);
    }

    let request = json!({"portid": peers[1].portid()}).to_string();
    let entry = answer(&["--do", "get-peer", "--json", &request]);
    assert_is_entry_of(&entry, &peers[1]);
}

/// Asserts that `entry` is that of `peer`, who has said hello once.
fn assert_is_entry_of(entry: &Value, peer: &Peer) {
    let last_ns = &entry["last-ns"];
    assert!(last_ns.as_u64() > Some(0), "{entry}");
    assert_eq!(
        entry,
        &json!({"portid": peer.portid(), "messages": 1, "bytes": 0, "last-ns": last_ns})
    );
}

#[test]
fn the_counters_are_read() {
    let _module = Module::load();
    let peer = Peer::open();
    peer.assert_served();
    peer.assert_served();
    peer.exchange(&classic(1));
    peer.exchange(&hello(1, &[(HELLO_A_PORTID, &[0; 4])]));

    assert_eq!(
        answer(&["--do", "get-stats"]),
        json!({"hellos": 2, "classic": 1, "refused": 1, "dropped": 0, "peers": 1, "evicted": 0})
    );
}

#[test]
fn the_greeting_is_set() {
    let _module = Module::load();
    let set = ["--do", "set-greeting", "--json", r#"{"greeting": "Hi"}"#];

    assert_eq!(answer(&set), Value::Null);
    assert_eq!(
        answer(&["--do", "hello", "--json", r#"{"text": "Hello"}"#]),
        json!({"greeting": "Hi"})
    );
}

#[test]
fn what_takes_a_right_is_refused_without_it() {
    let _module = Module::load();

    let set = ["--do", "set-greeting", "--json", r#"{"greeting": "Hi"}"#];
    let words = refusal(&mut without_net_admin(ynl(&set)));
    assert!(words.contains("CAP_NET_ADMIN is missing"), "{words}");
    assert!(words.contains("Operation not permitted"), "{words}");

    let subscribe = ["--subscribe", "events", "--sleep", "1"];
    let output = run(&mut without_net_admin(ynl(&subscribe)));
    let words = stderr(&output);
    assert!(words.contains("PermissionError"), "{words}");
}

#[test]
fn what_is_missing_is_named() {
    let _module = Module::load();
    let words = refusal(&mut ynl(&["--do", "get-peer"]));

    assert!(words.contains("required attribute is missing"), "{words}");
    assert!(words.contains("'miss-type': 'portid'"), "{words}");
}

#[test]
fn what_is_wrong_is_named() {
    let _module = Module::load();
    let text = "x".repeat(NLHELLO_TEXT_MAX as usize + 1);
    let hello = json!({"data": "00", "text": text}).to_string();
    let words = refusal(&mut ynl(&["--do", "hello", "--json", &hello]));

    assert!(words.contains("too long (limit 1024)"), "{words}");
    assert!(words.contains("'bad-attr': '.text'"), "{words}");
}

#[test]
fn who_subscribes_receives_who_says_hello() {
    let _module = Module::load();
    let peer = Peer::open();
    // The client listens for whole seconds: a slow machine may need more of them.
    let received = ["1", "5", "25"]
        .iter()
        .map(|seconds| received_within(seconds, &peer))
        .find(|received| received.len() > 1)
        .expect("nothing was heard");

    let bare = json!({"name": "hello-ntf", "msg": {"portid": peer.portid()}});
    let said = json!({"name": "hello-ntf", "msg": {"portid": peer.portid(), "text": "Hello"}});
    assert!(
        received.contains(&bare) && received.contains(&said),
        "{received:?}"
    );
    for event in &received {
        assert!([&bare, &said].contains(&event), "{event}");
    }
}

#[test]
fn nlhello_call_speaks_the_protocol_by_its_spec() {
    let _module = Module::load();
    let peer = Peer::open();
    peer.assert_served();
    let call = |words: &[&str]| nlhello(&[&["--json", "call", SPEC], words].concat());

    let output = call(&["hello", "text=Hello", "data=00ff10"]);
    assert_eq!(
        json_lines(&output.stdout),
        [json!({"greeting": "Hello from kernel", "data": "00ff10"})]
    );
    let peers = json_lines(&call(&["get-peer", "--dump"]).stdout).remove(0);
    assert!(
        peers
            .as_array()
            .unwrap()
            .iter()
            .any(|entry| entry["portid"] == peer.portid()),
        "{peers}"
    );
    assert_eq!(peers, answer(&["--dump", "get-peer"]));

    let refused = json_lines(&call(&["get-peer"]).stderr).remove(0);
    assert_eq!(refused["error"]["message"], "required attribute is missing");
    assert_eq!(refused["error"]["attr"], "portid");
    let output = call(&["set-greeting", "greeting=Hi"]);
    assert_eq!(json_lines(&output.stdout), [Value::Null]);
}

/// Returns what the client hears in `seconds`, while `peer` says hello, with a text and without.
fn received_within(seconds: &str, peer: &Peer) -> Vec<Value> {
    let mut listener = ynl(&["--subscribe", "events", "--sleep", seconds])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    while listener.try_wait().unwrap().is_none() {
        peer.exchange(&hello(1, &[]));
        peer.exchange(&hello(2, &[(HELLO_A_TEXT, b"Hello\0")]));
        // More slowly than the client reads: it does not look at its clock before its queue is empty.
        sleep(Duration::from_millis(200));
    }
    let output = listener.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    events(&output)
}

/// The client of 6.12 prints one list at its end, that of 7.3 a line each.
fn events(output: &Output) -> Vec<Value> {
    json_lines(&output.stdout)
        .into_iter()
        .flat_map(|line| match line {
            Value::Array(events) => events,
            event => vec![event],
        })
        .collect()
}

/// Returns the answer that the client prints.
fn answer(args: &[&str]) -> Value {
    let output = run(&mut ynl(args));
    assert!(output.status.success(), "{args:?}: {output:?}");
    let mut lines = json_lines(&output.stdout);
    assert_eq!(lines.len(), 1, "{args:?}: {output:?}");
    lines.remove(0)
}

/// Returns what the client says of the kernel's refusal.
fn refusal(command: &mut Command) -> String {
    let output = run(command);
    let words = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{command:?}: {output:?}");
    assert!(words.starts_with("Netlink error: "), "{output:?}");
    words
}

/// The client. That the spec is valid is asked once, since it takes as long as all the rest.
fn ynl(args: &[&str]) -> Command {
    let mut command = client();
    command.args(["--output-json", "--no-schema"]).args(args);
    command
}

/// The client with the spec, before it is told what to do.
fn client() -> Command {
    let mut command = Command::new(PYTHON);
    command.arg("-s").arg(cli(&kernel_source()));
    command.args(["--spec", SPEC]);
    command
}

fn kernel_source() -> PathBuf {
    PathBuf::from(variable("KERNEL_SOURCE"))
}

/// The client's program, where kernels from 6.14 on have it, else where 6.12 has it.
fn cli(kernel: &Path) -> PathBuf {
    let ynl = kernel.join("tools/net/ynl");
    let newer = ynl.join("pyynl/cli.py");
    if newer.exists() {
        newer
    } else {
        ynl.join("cli.py")
    }
}

/// Runs a program as a root that lacks `CAP_NET_ADMIN`.
fn without_net_admin(program: Command) -> Command {
    let mut command = Command::new("setpriv");
    command
        .args(["--inh-caps=-net_admin", "--bounding-set=-net_admin"])
        .arg(program.get_program())
        .args(program.get_args());
    command
}
