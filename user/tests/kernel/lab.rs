// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Helpers that the tests share: the loaded module, a raw socket, messages and what came back.

use nlhello::netlink::{Ack, Datagram, ExtAck, Socket};
use nlhello::uapi;
pub use nlhello::uapi::{
    HELLO_A_DATA, HELLO_A_GREETING, HELLO_A_PORTID, HELLO_A_TEXT, HELLO_CMD_GET_PEER,
    HELLO_CMD_GET_STATS, HELLO_CMD_HELLO, HELLO_CMD_HELLO_NTF, HELLO_CMD_SET_GREETING,
};
pub use nlhello::wire::NLMSG_ERROR;
use nlhello::wire::{
    self, put_attr, put_message, Message, Messages, Nlmsghdr, NLMSG_DONE, NLM_F_DUMP, NLM_F_REQUEST,
};
use serde_json::Value;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::mem;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::Once;
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

/// The greeting as it goes over the socket.
pub const GREETING: &[u8] = b"Hello from kernel\0";

/// How long to wait for what has to come. A slow machine may need it, no test spends it.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// The user `nobody`.
pub const NOBODY: u32 = 65534;

/// Tries `find` until it finds something, which has to come.
pub fn wait_for<T>(what: &str, mut find: impl FnMut() -> Option<T>) -> T {
    let patience = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = find() {
            return found;
        }
        assert!(Instant::now() < patience, "waited in vain: {what}");
        sleep(Duration::from_millis(10));
    }
}

/// Waits until `is_so`, which has to come.
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    wait_for(what, || is_so().then_some(()));
}

/// Sends `signal` to `child`.
pub fn kill(child: &Child, signal: &str) {
    let pid = child.id().to_string();
    // The shell's own `kill`: the program comes with procps, which a fresh Debian may lack.
    let output = run(Command::new("sh").args(["-c", "kill -s $0 $1", signal, &pid]));
    assert!(output.status.success(), "{output:?}");
}

/// The loaded module; dropping it unloads it.
pub struct Module;

impl Module {
    /// Loads the module.
    pub fn load() -> Self {
        let output = insmod();
        assert!(output.status.success(), "insmod: {output:?}");
        Self
    }

    /// Unloads the module.
    pub fn unload(self) {
        drop(self);
        assert!(!is_loaded());
    }

    /// Unloads the module as soon as nobody holds it, which others do and do not.
    pub fn unload_when_free(self) {
        mem::forget(self);
        let patience = Instant::now() + PATIENCE;
        while !rmmod().status.success() {
            assert!(Instant::now() < patience, "never free: {}", references());
        }
    }
}

impl Drop for Module {
    fn drop(&mut self) {
        assert_unloaded(&rmmod());
    }
}

/// A loaded module of another family, one of `$TEST_MODULES`; dropping it unloads it.
pub struct Loaded(&'static str);

impl Loaded {
    pub fn load(name: &'static str) -> Self {
        Self::try_load(name).unwrap_or_else(|output| panic!("insmod: {output:?}"))
    }

    /// Loads it, or returns what insmod(8) says.
    pub fn try_load(name: &'static str) -> Result<Self, Output> {
        let file = Path::new(&variable("TEST_MODULES")).join(name);
        let output = run(Command::new("insmod").arg(file.with_extension("ko")));
        match output.status.success() {
            true => Ok(Self(name)),
            false => Err(output),
        }
    }
}

impl Drop for Loaded {
    fn drop(&mut self) {
        assert_unloaded(&run(Command::new("rmmod").arg(self.0)));
    }
}

/// Asserts that rmmod(8) was successful, unless a test failed already: that says more than its clean-up does.
fn assert_unloaded(output: &Output) {
    if !thread::panicking() {
        assert!(output.status.success(), "rmmod: {output:?}");
    }
}

/// Sets the flag when it is dropped, also by a panic: nobody waits for those who wait for it.
pub struct AtEnd<'a>(pub &'a AtomicBool);

impl Drop for AtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

/// Says whether the module is loaded.
pub fn is_loaded() -> bool {
    fs::read_to_string("/proc/modules")
        .unwrap()
        .lines()
        .any(|line| line.starts_with("hello "))
}

/// Returns how many hold the module.
pub fn references() -> u32 {
    let refcnt = fs::read_to_string("/sys/module/hello/refcnt").unwrap();
    refcnt.trim().parse().unwrap()
}

/// Runs `insmod` on the module.
pub fn insmod() -> Output {
    run(Command::new("insmod").arg(variable("HELLO_KO")))
}

/// Runs `rmmod` on the module.
pub fn rmmod() -> Output {
    run(Command::new("rmmod").arg("hello"))
}

/// Runs `command` to its end.
pub fn run(command: &mut Command) -> Output {
    command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// Runs the client to its end.
pub fn nlhello(args: &[&str]) -> Output {
    run(Command::new("nlhello").args(args))
}

/// Runs the client without any privilege.
pub fn nlhello_as_nobody(args: &[&str]) -> Output {
    run(Command::new(program_of_nobody())
        .args(args)
        .uid(NOBODY)
        .gid(NOBODY))
}

/// Returns the path of a copy of the client that everybody can run: the folder of the program may be
/// closed to others.
pub fn program_of_nobody() -> PathBuf {
    static COPIED: Once = Once::new();
    let program = env::temp_dir().join("nlhello");
    COPIED.call_once(|| {
        // An earlier run may have left another one.
        let _ = fs::remove_file(&program);
        fs::copy(which("nlhello"), &program).unwrap();
    });
    program
}

fn which(program: &str) -> String {
    let output = run(Command::new("sh").args(["-c", "command -v \"$1\"", "sh", program]));
    stdout(&output).trim().to_owned()
}

/// Returns the counters of this network namespace, as `nlhello stats` shows them.
pub fn stats() -> Value {
    json_lines(&nlhello(&["--json", "stats"]).stdout).remove(0)
}

/// Returns what was written to standard output.
pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Returns what was written to standard error.
pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Reads JSON, a value a line.
pub fn json_lines(bytes: &[u8]) -> Vec<Value> {
    std::str::from_utf8(bytes)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
        .collect()
}

/// Returns the variable `name` of the environment.
pub fn variable(name: &str) -> OsString {
    env::var_os(name).unwrap_or_else(|| panic!("${name} is not set: run this with `make test`"))
}

/// Returns the program in C of this name.
pub fn test_program(name: &str) -> PathBuf {
    Path::new(&variable("TEST_PROGRAMS")).join(name)
}

/// Returns the kernel's log.
pub fn dmesg() -> String {
    let output = run(Command::new("dmesg").arg("--notime"));
    assert!(output.status.success(), "dmesg: {output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A header of type `nlmsg_type` with these flags; the length is set when it is put.
pub fn header(nlmsg_type: u16, nlmsg_flags: u16, nlmsg_seq: u32) -> Nlmsghdr {
    Nlmsghdr {
        nlmsg_type,
        nlmsg_flags,
        nlmsg_seq,
        ..Nlmsghdr::default()
    }
}

/// A whole message.
pub fn message(header: Nlmsghdr, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    put_message(&mut bytes, header, payload).unwrap();
    bytes
}

/// A message whose `nlmsg_len` says `nlmsg_len`, whatever its length is.
pub fn message_with_len(nlmsg_len: u32, header: Nlmsghdr, payload: &[u8]) -> Vec<u8> {
    let mut bytes = message(header, payload);
    bytes[..4].copy_from_slice(&nlmsg_len.to_ne_bytes());
    bytes
}

/// A row of attributes.
pub fn attrs(all: &[(u16, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (nla_type, value) in all {
        put_attr(&mut bytes, *nla_type, value).unwrap();
    }
    bytes
}

/// `HELLO_CMD_HELLO` with these attributes.
pub fn hello(seq: u32, all: &[(u16, &[u8])]) -> Vec<u8> {
    message(header(HELLO_CMD_HELLO, NLM_F_REQUEST, seq), &attrs(all))
}

/// A classic hello, as the textbook's client sends it.
pub fn classic(seq: u32) -> Vec<u8> {
    message(header(0, 0, seq), b"Hello\0")
}

/// `HELLO_CMD_GET_PEER` for all peers.
pub fn peer_dump(seq: u32) -> Vec<u8> {
    let flags = NLM_F_REQUEST | NLM_F_DUMP;
    message(header(HELLO_CMD_GET_PEER, flags, seq), b"")
}

/// `HELLO_CMD_SET_GREETING` to `text`, which ends in a NUL.
pub fn set_greeting(seq: u32, text: &[u8]) -> Vec<u8> {
    message(
        header(HELLO_CMD_SET_GREETING, NLM_F_REQUEST, seq),
        &attrs(&[(HELLO_A_GREETING, text)]),
    )
}

/// A message that came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub header: Nlmsghdr,
    pub payload: Vec<u8>,
    bytes: Vec<u8>,
}

impl From<&Message<'_>> for Answer {
    fn from(message: &Message<'_>) -> Self {
        Self {
            header: *message.header(),
            payload: message.payload().to_vec(),
            bytes: message.bytes().to_vec(),
        }
    }
}

impl Answer {
    /// Returns the errno and the extended ACK of an `NLMSG_ERROR`.
    pub fn ack(&self) -> (i32, ExtAck<'_>) {
        assert_eq!(self.header.nlmsg_type, NLMSG_ERROR, "{self:?}");
        let message = Messages::new(&self.bytes).next().unwrap().unwrap();
        let ack = Ack::from_message(&message).unwrap();
        (ack.errno, ack.ext_ack().unwrap())
    }

    /// Returns the errno and the extended ACK of the `NLMSG_DONE` of a dump.
    pub fn done(&self) -> (i32, ExtAck<'_>) {
        assert_eq!(self.header.nlmsg_type, NLMSG_DONE, "{self:?}");
        let message = Messages::new(&self.bytes).next().unwrap().unwrap();
        let done = Ack::from_done(&message);
        (done.errno, done.ext_ack().unwrap())
    }

    /// Returns the policy of the attribute that an `NLMSG_ERROR` refuses: types of its attributes
    /// (`NL_POLICY_TYPE_ATTR_*`), and their numbers.
    pub fn policy(&self) -> Vec<(u16, u64)> {
        numbers(wire::Attrs::new(self.ack().1.policy.unwrap_or_default()))
    }

    /// Says whether this is the greeting that a classic hello gets.
    pub fn is_classic_greeting(&self) -> bool {
        self.header.nlmsg_type == NLMSG_DONE && self.payload == GREETING
    }
}

/// Returns the types of attributes that are numbers, of 4 bytes or 8, and the numbers.
pub fn numbers(attrs: wire::Attrs<'_>) -> Vec<(u16, u64)> {
    let number = |attr: wire::Attr<'_>| attr.u64().or_else(|_| attr.u32().map(u64::from));

    attrs
        .map(Result::unwrap)
        .map(|attr| (attr.kind(), number(attr).unwrap()))
        .collect()
}

/// A socket of the protocol, with the answers that came to it.
pub struct Peer {
    socket: Socket,
}

impl From<Socket> for Peer {
    fn from(socket: Socket) -> Self {
        Self { socket }
    }
}

impl Peer {
    pub fn open() -> Self {
        Self::of(uapi::NETLINK_USER)
    }

    /// Opens a socket of another protocol.
    pub fn of(protocol: u32) -> Self {
        Socket::open(protocol as i32).unwrap().into()
    }

    /// Opens a socket in the network namespace `netns`.
    pub fn open_in(netns: &Netns) -> Self {
        Self::of_in(uapi::NETLINK_USER, netns.name)
    }

    /// Opens a socket of another protocol in the network namespace `netns`.
    pub fn of_in(protocol: u32, netns: &str) -> Self {
        let netns = nlhello::netlink::Netns::open(netns).unwrap();
        // A thread that enters a namespace stays there.
        let there = thread::spawn(move || {
            netns.enter().unwrap();
            Self::of(protocol)
        });
        there.join().unwrap()
    }

    /// Joins a multicast group.
    pub fn join(&self, group: u32) -> std::io::Result<()> {
        self.socket.join(group)
    }

    pub fn portid(&self) -> u32 {
        self.socket.portid()
    }

    /// Joins the group `EVENTS`.
    pub fn listen(&self) {
        self.socket.join(uapi::HELLO_GROUP_EVENTS).unwrap();
    }

    /// Sends `datagram`.
    pub fn send(&self, datagram: &[u8]) {
        self.try_send(datagram).unwrap();
    }

    /// Sends `datagram`, if the socket takes it.
    pub fn try_send(&self, datagram: &[u8]) -> std::io::Result<()> {
        self.socket.send(datagram)
    }

    /// Returns the next message from the kernel, which has to come.
    pub fn recv(&self) -> Answer {
        self.recv_within(PATIENCE).expect("no answer")
    }

    /// Receives what is next in the queue into `buf`; `None` when there is nothing.
    pub fn recv_into<'b>(&self, buf: &'b mut [u8]) -> std::io::Result<Option<Datagram<'b>>> {
        self.socket.recv(buf, Duration::ZERO)
    }

    /// Asserts that nothing is in the queue. The kernel answers before `send` returns.
    pub fn assert_silent(&self) {
        assert_eq!(self.recv_within(Duration::ZERO), None);
    }

    /// Returns everything that is in the queue, and how often the kernel said that it had no room.
    pub fn drain(&self) -> (Vec<Answer>, usize) {
        let (mut answers, mut overruns) = (Vec::new(), 0);
        loop {
            match self.try_recv(Duration::ZERO) {
                Ok(Some(answer)) => answers.push(answer),
                Ok(None) => return (answers, overruns),
                Err(error) => {
                    assert_eq!(error.raw_os_error(), Some(libc::ENOBUFS));
                    overruns += 1;
                }
            }
        }
    }

    /// Sends `datagram` and returns everything that the kernel answered.
    pub fn exchange(&self, datagram: &[u8]) -> Vec<Answer> {
        self.send(datagram);
        std::iter::from_fn(|| self.recv_within(Duration::ZERO)).collect()
    }

    /// Asserts that a hello is answered, and nothing else is in the queue.
    pub fn assert_served(&self) {
        const SEQ: u32 = 0xfeed;

        let answers = self.exchange(&hello(SEQ, &[]));
        assert_eq!(answers.len(), 1, "{answers:?}");
        assert_eq!(answers[0].header.nlmsg_type, HELLO_CMD_HELLO);
        assert_eq!(answers[0].header.nlmsg_seq, SEQ);
    }

    /// Sends `datagram`, a dump, and returns the messages up to its end, read with room for `room`
    /// bytes at once.
    pub fn dump(&self, datagram: &[u8], room: usize) -> Vec<Nlmsghdr> {
        let messages = self.dump_whole(datagram, room);
        messages.iter().map(|message| message.header).collect()
    }

    /// Does the same, and returns the messages whole.
    pub fn dump_whole(&self, datagram: &[u8], room: usize) -> Vec<Answer> {
        let mut buf = vec![0; room];
        let mut all: Vec<Answer> = Vec::new();
        self.send(datagram);
        while all.last().map(|last| last.header.nlmsg_type) != Some(NLMSG_DONE) {
            let received = self.socket.recv(&mut buf, PATIENCE).unwrap();
            let datagram = received.expect("no end");
            assert!(!datagram.truncated);
            let messages = Messages::new(datagram.bytes);
            all.extend(messages.map(|message| Answer::from(&message.unwrap())));
        }
        all
    }

    fn recv_within(&self, timeout: Duration) -> Option<Answer> {
        self.try_recv(timeout).unwrap()
    }

    fn try_recv(&self, timeout: Duration) -> std::io::Result<Option<Answer>> {
        let mut buf = vec![0xa5; 1 << 17];
        let received = self.socket.recv(&mut buf, timeout)?;
        Ok(received.map(|datagram| answer(&datagram)))
    }
}

/// Reads the only message of `datagram`, and checks what is around it.
fn answer(datagram: &Datagram<'_>) -> Answer {
    assert_eq!(datagram.portid, 0, "not from the kernel");
    assert!(!datagram.truncated);
    let message = Messages::new(datagram.bytes).next().unwrap().unwrap();
    let padding = &datagram.bytes[message.bytes().len()..];
    let expected = wire::padding(message.bytes().len());
    assert_eq!(padding, expected, "one message, padded with zeroes");

    Answer::from(&message)
}

/// Opens `count` sockets and says hello on each, in order.
pub fn many_peers(count: usize) -> Vec<Peer> {
    let pid = std::process::id().to_string();
    let output = run(Command::new("prlimit").args(["--nofile=8192:8192", "--pid", &pid]));
    assert!(output.status.success(), "{output:?}");

    (0..count)
        .map(|_| {
            let peer = Peer::open();
            peer.assert_served();
            peer
        })
        .collect()
}

/// A network namespace with a name; dropping it deletes it.
pub struct Netns {
    pub name: &'static str,
}

impl Netns {
    pub fn add(name: &'static str) -> Self {
        Self::try_add(name).unwrap_or_else(|| panic!("no network namespace {name}"))
    }

    /// Adds it, if there may be one more.
    pub fn try_add(name: &'static str) -> Option<Self> {
        let output = run(Command::new("ip").args(["netns", "add", name]));
        output.status.success().then_some(Self { name })
    }
}

impl Drop for Netns {
    fn drop(&mut self) {
        run(Command::new("ip").args(["netns", "del", self.name]));
    }
}
