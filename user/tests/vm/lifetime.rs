// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Loading and unloading.

use crate::lab::*;
use nlhello::netlink::Socket;
use nlhello::uapi::NETLINK_USER;
use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn the_module_loads_answers_and_unloads_a_hundred_times() {
    for _ in 0..100 {
        let module = Module::load();
        Peer::open().assert_served();
        module.unload();
    }
}

#[test]
fn load_and_unload_are_a_line_each_in_the_log_and_a_hello_is_none() {
    let before = dmesg().lines().count();
    let module = Module::load();
    let peer = Peer::open();
    for seq in 0..100 {
        assert_eq!(peer.exchange(&classic(seq)).len(), 1);
        assert_eq!(peer.exchange(&hello(seq, &[])).len(), 1);
    }
    drop(peer);
    module.unload();

    let log = dmesg();
    let said: Vec<_> = log
        .lines()
        .skip(before)
        .filter(|line| line.contains("hello"))
        .collect();
    assert_eq!(
        said,
        [
            "hello: netlink protocol 31 is ready",
            "hello: netlink protocol 31 closes"
        ]
    );
}

#[test]
fn a_second_insmod_is_refused() {
    let _module = Module::load();
    let output = insmod();

    assert!(!output.status.success());
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(words.contains("File exists"), "{words}");
    Peer::open().assert_served();
}

#[test]
fn an_open_socket_holds_the_module() {
    let module = Module::load();
    let peer = Peer::open();
    let output = rmmod();

    assert!(!output.status.success());
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(words.contains("in use"), "{words}");
    peer.assert_served();
    drop(peer);
    module.unload();
}

#[test]
fn opening_a_socket_loads_the_module_by_its_alias() {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    let folder = Path::new("/lib/modules").join(release.trim());
    fs::create_dir_all(&folder).unwrap();
    fs::copy(variable("HELLO_KO"), folder.join("hello.ko")).unwrap();
    let output = run(Command::new("depmod").arg(release.trim()));
    assert!(output.status.success(), "{output:?}");

    assert!(!is_loaded());
    let socket = Socket::open(NETLINK_USER as i32).unwrap();
    assert!(is_loaded());

    drop(socket);
    Module.unload();
    fs::remove_dir_all(folder).unwrap();
    // What modprobe can find no more is not loaded any more.
    assert!(Socket::open(NETLINK_USER as i32).is_err());
}
