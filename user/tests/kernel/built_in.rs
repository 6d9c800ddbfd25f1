// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The family as a part of the kernel's image, `obj-y`: `make test-built-in` runs these, on a kernel
//! that has no other use.
//!
//! Nothing loads or unloads it between them, so what they count and set is that of a network
//! namespace of their own.

use crate::lab::*;
use nlhello::wire::NLM_F_REQUEST;
use serde_json::json;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const NETNS: &str = "built";

/// Runs the client in the network namespace [`NETNS`].
fn there(args: &[&str]) -> Output {
    let output = nlhello(&[&["-n", NETNS], args].concat());
    assert!(output.status.success(), "{output:?}");
    output
}

#[test]
fn it_is_ready_once_and_never_closes() {
    let log = dmesg();
    let said: Vec<_> = log
        .lines()
        .filter(|line| line.contains("netlink protocol 31"))
        .collect();

    assert_eq!(said, ["hello: netlink protocol 31 is ready"]);
}

#[test]
fn it_greets_root_nobody_and_the_textbook_s_client_without_a_module() {
    for output in [nlhello(&[]), nlhello_as_nobody(&[])] {
        assert_eq!(stdout(&output), "Hello from kernel\n", "{output:?}");
    }
    let output = run(&mut Command::new(test_program("classic")));
    assert!(stdout(&output).contains("Hello from kernel"), "{output:?}");
    assert!(!is_loaded());
}

#[test]
fn a_namespace_that_comes_has_its_own_greeting_peers_and_counters() {
    let netns = Netns::add(NETNS);
    let peer = Peer::open_in(&netns);
    peer.exchange(&set_greeting(1, b"Built in\0"));
    peer.exchange(&hello(2, &[]));
    peer.exchange(&classic(3));

    assert_eq!(stdout(&there(&["greeting"])), "Built in\n");
    assert_eq!(stdout(&nlhello(&["greeting"])), "Hello from kernel\n");
    let peers = &json_lines(&there(&["--json", "peers"]).stdout)[0];
    assert_eq!(peers.as_array().unwrap().len(), 1, "{peers}");
    assert_eq!(peers[0]["portid"], peer.portid());
    // `nlhello greeting` has said a second hello.
    assert_eq!(
        json_lines(&there(&["--json", "stats"]).stdout),
        [json!({"hellos": 2, "classic": 1, "refused": 0, "dropped": 0, "peers": 1, "evicted": 0})]
    );
}

#[test]
fn a_socket_outlives_the_name_of_its_namespace() {
    let netns = Netns::add(NETNS);
    let peer = Peer::open_in(&netns);
    peer.exchange(&set_greeting(1, b"Still here\0"));
    drop(netns);

    let answer = &peer.exchange(&hello(2, &[]))[0];
    assert_eq!(
        answer.payload,
        attrs(&[(HELLO_A_GREETING, b"Still here\0")])
    );
}

#[test]
fn listeners_and_the_monitor_receive_what_is_said() {
    let netns = Netns::add(NETNS);
    let listener = Peer::open_in(&netns);
    listener.listen();

    for command in ["listen", "monitor hello"] {
        let mut child = Command::new("nlhello")
            .args(["-n", NETNS, "--json"])
            .args(command.split(' '))
            .args(["-c", "1"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_until("it hears", || {
            there(&["hello", "Good morning", "-c", "1"]);
            child.try_wait().unwrap().is_some()
        });
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
        assert!(stdout(&output).contains("Good morning"), "{output:?}");
    }
    let (received, _) = listener.drain();
    assert!(received.len() >= 2);
    for event in received {
        assert_eq!(event.header.nlmsg_type, HELLO_CMD_HELLO_NTF);
    }
}

#[test]
fn dumps_are_whole_and_those_that_are_given_up_leave_nothing() {
    let peers = many_peers(300);
    let mut reader = Command::new(test_program("half_read"))
        .arg("100")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // The reader writes when all of its dumps have begun.
    let mut said = [0; 8];
    let out = reader.stdout.as_mut().unwrap();
    out.read_exact(&mut said).unwrap();
    assert_eq!(&said, b"started\n");
    reader.kill().unwrap();
    reader.wait().unwrap();

    // With `NLMSG_DONE`.
    assert_eq!(Peer::open().dump(&peer_dump(1), 4096).len(), 301);
    drop(peers);
    assert_eq!(stats()["peers"], 0);
}

#[test]
fn its_alias_is_that_of_something_built_in() {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    let folder = Path::new("/lib/modules").join(release.trim());
    fs::create_dir_all(&folder).unwrap();
    for file in ["modules.builtin", "modules.builtin.modinfo"] {
        let built = Path::new(&variable("KERNEL_BUILD")).join(file);
        fs::copy(built, folder.join(file)).unwrap();
    }
    let output = run(Command::new("depmod").arg(release.trim()));
    assert!(output.status.success(), "{output:?}");

    let output = run(Command::new("modprobe").args(["--show-depends", "net-pf-16-proto-31"]));
    assert_eq!(stdout(&output).trim(), "builtin hello", "{output:?}");
    for (field, value) in [
        ("alias", "net-pf-16-proto-31"),
        ("author", "The nlhello authors"),
        ("license", "GPL"),
    ] {
        let output = run(Command::new("modinfo").args(["-F", field, "hello"]));
        assert_eq!(stdout(&output).trim(), value, "{output:?}");
    }
    let output = run(Command::new("modprobe").args(["-r", "hello"]));
    assert!(stderr(&output).contains("builtin"), "{output:?}");
    Peer::open().assert_served();
}

#[test]
fn a_module_of_the_same_family_is_refused_and_does_no_harm() {
    let netns = Netns::add(NETNS);
    let peer = Peer::open_in(&netns);
    peer.listen();
    peer.exchange(&set_greeting(1, b"Built in\0"));

    for _ in 0..20 {
        let output = insmod();
        assert!(!output.status.success());
        let words = stderr(&output);
        assert!(words.contains("Device or resource busy"), "{words}");
        assert!(!is_loaded());
        Peer::open().assert_served();
    }
    // The socket's state, its membership, and new namespaces are as before.
    let answers = peer.exchange(&hello(2, &[]));
    assert_eq!(answers.len(), 2, "{answers:?}");
    assert_eq!(stdout(&there(&["greeting"])), "Built in\n");
    drop((peer, netns));
    let netns = Netns::add(NETNS);
    Peer::open_in(&netns).assert_served();
}

#[test]
fn a_module_of_another_family_is_served_beside_it() {
    let echo = Loaded::load("echo");
    let attributes = attrs(&[(1, b"beside\0")]);
    let peer = Peer::of(29);

    let answers = peer.exchange(&message(header(16, NLM_F_REQUEST, 7), &attributes));
    assert_eq!(answers[0].payload, attributes);
    Peer::open().assert_served();
    drop(peer);
    drop(echo);
    Peer::open().assert_served();
}
