// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Loading and unloading, and network namespaces that come and go.

use crate::lab::*;
use nlhello::netlink::Socket;
use nlhello::uapi::NETLINK_USER;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::{self, sleep};
use std::time::Instant;

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
            "hello: generic netlink family nlhello is ready",
            "hello: netlink protocol 31 closes",
            "hello: generic netlink family nlhello closes"
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

    assert_in_use();
    peer.assert_served();
    drop(peer);
    module.unload();
}

#[test]
fn a_dump_that_is_half_read_holds_the_module_until_its_socket_closes() {
    let module = Module::load();
    let peers = many_peers(300);
    let reader = Peer::open();
    reader.send(&peer_dump(1));
    let mut buf = [0; 8192];
    let datagram = reader.recv_into(&mut buf).unwrap().unwrap();
    assert!(!datagram.truncated);
    drop(peers);

    assert_in_use();
    // The dump pins the module once more than the socket does.
    assert_eq!(references(), 2);
    drop(reader);
    assert_eq!(references(), 0);
    module.unload();
}

#[test]
fn a_listener_holds_the_module_and_its_end_is_enough() {
    let module = Module::load();
    let listeners: Vec<_> = (0..100).map(|_| Peer::open()).collect();
    listeners.iter().for_each(Peer::listen);
    Peer::open().exchange(&hello(1, &[(HELLO_A_TEXT, b"Hello\0")]));

    assert_in_use();
    assert_eq!(references(), 100);
    for listener in &listeners {
        assert_eq!(listener.recv().header.nlmsg_type, HELLO_CMD_HELLO_NTF);
    }
    drop(listeners);
    module.unload();
}

#[test]
fn a_process_that_is_killed_over_its_dumps_leaves_nothing() {
    let module = Module::load();
    let peers = many_peers(300);
    for _ in 0..3 {
        let mut reader = start(Command::new(test_program("half_read")).arg("100"));
        let mut line = String::new();
        let mut out = BufReader::new(reader.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        assert_eq!(line, "started\n");
        assert_eq!(references(), 300 + 2 * 100);

        reader.kill().unwrap();
        reader.wait().unwrap();
        assert_eq!(references(), 300);
    }
    peers[0].assert_served();
    drop(peers);
    module.unload();
}

#[test]
fn a_socket_is_what_keeps_a_namespace_that_everybody_has_left() {
    let module = Module::load();
    let _limit = OneNamespace::limit();
    // Namespaces of the tests before may be on their way out.
    let blue = wait_for("other namespaces go", || Netns::try_add("blue"));
    let (peer, reader) = (Peer::open_in(&blue), Peer::open_in(&blue));
    peer.assert_served();
    peer.exchange(&set_greeting(1, b"Blue\0"));
    reader.send(&peer_dump(1));
    drop(blue);

    // The family goes on serving namespaces that are left: the first one has its own state.
    let answer = &peer.exchange(&hello(2, &[]))[0];
    assert_eq!(answer.payload, attrs(&[(HELLO_A_GREETING, b"Blue\0")]));
    assert_eq!(stats()["hellos"], 0);
    assert!(!OneNamespace::is_free(), "the namespace is gone already");

    drop((peer, reader));
    assert_eq!(references(), 0);
    wait_for("the namespace goes", || {
        OneNamespace::is_free().then_some(())
    });
    Peer::open().assert_served();
    module.unload();
}

#[test]
fn the_module_comes_and_goes_while_namespaces_do() {
    let _no_autoload = NoAutoload::set();
    let mut makers: [_; 3] =
        std::array::from_fn(|_| start(&mut Command::new(test_program("namespaces"))));

    for _ in 0..5 {
        let module = Module::load();
        Peer::open().assert_served();
        module.unload_when_free();
    }
    // With the module, and without: each of them ends well, and made something.
    let made: Vec<_> = makers.iter_mut().map(end_of_namespaces).collect();
    assert!(
        made.iter().all(|[namespaces, _]| *namespaces > 0),
        "{made:?}"
    );
    assert!(made.iter().any(|[_, sockets]| *sockets > 0), "{made:?}");
    let module = Module::load();
    assert_eq!(references(), 0);
    Peer::open().assert_served();
    module.unload();
}

#[test]
fn a_socket_that_opens_while_the_module_comes_or_goes_is_served_or_refused() {
    let _no_autoload = NoAutoload::set();
    let is_over = AtomicBool::new(false);
    let opened: u32 = thread::scope(|scope| {
        let users = [(); 3].map(|()| scope.spawn(|| open_until(&is_over)));
        let over = AtEnd(&is_over);
        for _ in 0..5 {
            Module::load().unload_when_free();
        }
        drop(over);
        users.map(|user| user.join().unwrap()).iter().sum()
    });

    assert!(opened > 0);
    assert!(!is_loaded());
    let module = Module::load();
    assert_eq!(references(), 0);
    module.unload();
}

#[test]
fn opening_a_socket_loads_the_module_by_its_alias() {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    let folder = Path::new("/lib/modules").join(release.trim());
    fs::create_dir_all(&folder).unwrap();
    fs::copy(variable("HELLO_KO"), folder.join("hello.ko")).unwrap();
    let index = || {
        let output = run(Command::new("depmod").arg(release.trim()));
        assert!(output.status.success(), "{output:?}");
    };
    index();

    assert!(!is_loaded());
    let socket = Socket::open(NETLINK_USER as i32).unwrap();
    assert!(is_loaded());

    drop(socket);
    Module.unload();
    // Only the file: a kernel of a distribution has its own modules there, which later tests load.
    fs::remove_file(folder.join("hello.ko")).unwrap();
    index();
    // A module that modprobe does not find any more is not loaded.
    assert!(Socket::open(NETLINK_USER as i32).is_err());
}

/// Opens sockets until it is over; returns how many there were a protocol for.
///
/// Most of the time none is open, however slow the kernel: else the module would never be free.
fn open_until(is_over: &AtomicBool) -> u32 {
    let mut opened = 0;
    while !is_over.load(Relaxed) {
        let start = Instant::now();
        match Socket::open(NETLINK_USER as i32) {
            Ok(socket) => {
                Peer::from(socket).assert_served();
                opened += 1;
                sleep(4 * start.elapsed());
            }
            Err(error) => assert_eq!(error.raw_os_error(), Some(libc::EPROTONOSUPPORT)),
        }
    }
    opened
}

/// Asserts that the module cannot be unloaded.
fn assert_in_use() {
    let output = rmmod();

    assert!(!output.status.success());
    let words = stderr(&output);
    assert!(words.contains("in use"), "{words}");
    assert!(is_loaded());
}

/// Starts `command` with its input and output in our hands.
pub fn start(command: &mut Command) -> Child {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Ends the program `namespaces`; returns how many namespaces and sockets it made.
fn end_of_namespaces(program: &mut Child) -> [u32; 2] {
    drop(program.stdin.take());
    assert!(program.wait().unwrap().success());
    let mut said = String::new();
    let out = program.stdout.as_mut().unwrap();
    out.read_to_string(&mut said).unwrap();
    let numbers: Vec<_> = said
        .split_whitespace()
        .map(|n| n.parse().unwrap())
        .collect();
    numbers.try_into().unwrap()
}

/// A limit of one network namespace besides the first (`/proc/sys/user/max_net_namespaces`). One
/// that is destroyed counts until all protocols have left it.
struct OneNamespace {
    before: String,
}

impl OneNamespace {
    const FILE: &str = "/proc/sys/user/max_net_namespaces";

    fn limit() -> Self {
        let before = fs::read_to_string(Self::FILE).unwrap();
        fs::write(Self::FILE, "1").unwrap();
        Self { before }
    }

    /// Says whether there is none, by making it.
    fn is_free() -> bool {
        let output = run(Command::new("unshare").args(["--net", "true"]));
        output.status.success()
    }
}

impl Drop for OneNamespace {
    fn drop(&mut self) {
        fs::write(Self::FILE, &self.before).unwrap();
    }
}

/// Keeps the kernel from looking for a module whenever there is no such protocol.
struct NoAutoload {
    before: String,
}

impl NoAutoload {
    const FILE: &str = "/proc/sys/kernel/modprobe";

    fn set() -> Self {
        let before = fs::read_to_string(Self::FILE).unwrap();
        fs::write(Self::FILE, "\n").unwrap();
        Self { before }
    }
}

impl Drop for NoAutoload {
    fn drop(&mut self) {
        fs::write(Self::FILE, &self.before).unwrap();
    }
}
