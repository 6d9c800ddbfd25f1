// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The family over generic netlink: the same handlers, on the core's terms.

use crate::lab::*;
use nlhello::netlink::Socket;
use nlhello::uapi::{NLHELLO_DATA_MAX, NLHELLO_TEXT_MAX};
use nlhello::wire::{Attrs, NLMSG_DONE, NLM_F_ACK, NLM_F_DUMP, NLM_F_ECHO, NLM_F_REQUEST};
use serde_json::Value;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::thread::{self, sleep};
use std::time::Duration;

/// Length of `struct nlmsghdr` and `struct genlmsghdr`: where the first attribute stands.
const HEADERS: usize = 20;

/// The version that every message of the family carries.
const VERSION: u8 = 1;

/// A socket of generic netlink that knows the family's number.
struct GenlPeer {
    peer: Peer,
    id: u16,
}

impl GenlPeer {
    fn open() -> Self {
        Self::try_open().expect("no family nlhello")
    }

    /// Opens a socket; `None` while there is no such family.
    fn try_open() -> Option<Self> {
        let peer = Peer::of(libc::NETLINK_GENERIC as u32);
        let id = family_id(&peer)?;
        Some(Self { peer, id })
    }

    /// Returns a request for `cmd` with these attributes.
    fn request(&self, cmd: u16, flags: u16, seq: u32, attributes: &[(u16, &[u8])]) -> Vec<u8> {
        self.request_of(cmd, flags, seq, &attrs(attributes))
    }

    fn request_of(&self, cmd: u16, flags: u16, seq: u32, payload: &[u8]) -> Vec<u8> {
        let payload = [&[cmd as u8, VERSION, 0, 0], payload].concat();
        message(header(self.id, NLM_F_REQUEST | flags, seq), &payload)
    }

    /// Sends a request and returns everything that came back.
    fn ask(&self, cmd: u16, flags: u16, attributes: &[(u16, &[u8])]) -> Vec<Answer> {
        self.peer.exchange(&self.request(cmd, flags, 7, attributes))
    }

    /// Returns the command of `answer`, which is the family's, and its attributes.
    fn read<'a>(&self, answer: &'a Answer) -> (u16, &'a [u8]) {
        assert_eq!(answer.header.nlmsg_type, self.id, "{answer:?}");
        let (&[cmd, version, 0, 0], rest) = answer.payload.split_first_chunk::<4>().unwrap() else {
            panic!("reserved bytes are used: {answer:?}");
        };
        assert_eq!(version, VERSION);
        (cmd.into(), rest)
    }

    fn assert_served(&self) {
        let answers = self.ask(HELLO_CMD_HELLO, 0, &[]);
        assert_eq!(answers.len(), 1, "{answers:?}");
        let (cmd, attributes) = self.read(&answers[0]);
        assert_eq!(cmd, HELLO_CMD_HELLO);
        assert_eq!(attributes, attrs(&[(HELLO_A_GREETING, GREETING)]));
    }

    /// Returns the port ids of a dump, and whether every message of it is as it has to be.
    fn dumped(&self) -> Vec<u32> {
        let request = self.request(HELLO_CMD_GET_PEER, NLM_F_DUMP, 9, &[]);
        let mut all = self.peer.dump_whole(&request, 1 << 20);
        let done = all.pop().unwrap();
        assert_eq!(done.header.nlmsg_type, NLMSG_DONE);
        all.iter().map(|entry| portid_of(self, entry)).collect()
    }
}

fn portid_of(peer: &GenlPeer, entry: &Answer) -> u32 {
    let (cmd, attributes) = peer.read(entry);
    assert_eq!(cmd, HELLO_CMD_GET_PEER);
    let portid = Attrs::new(attributes)
        .flatten()
        .find(|attr| attr.kind() == HELLO_A_PORTID);
    portid.unwrap().u32().unwrap()
}

/// Asks the controller for the family's number.
fn family_id(peer: &Peer) -> Option<u16> {
    let ask = [&[3, 1, 0, 0], &*attrs(&[(2, b"nlhello\0")])].concat();
    let answers = peer.exchange(&message(header(16, NLM_F_REQUEST, 1), &ask));
    if answers[0].header.nlmsg_type == NLMSG_ERROR {
        assert_eq!(answers[0].ack().0, libc::ENOENT);
        return None;
    }
    let id = Attrs::new(&answers[0].payload[4..])
        .flatten()
        .find(|attr| attr.kind() == 1);
    let id = id.unwrap().value().try_into().unwrap();
    Some(u16::from_ne_bytes(id))
}

/// Returns what the client shows of the family.
fn shown() -> Value {
    let output = nlhello(&["--json", "genl", "nlhello"]);
    let families: Value = serde_json::from_slice(&output.stdout).unwrap();
    families[0].clone()
}

/// Returns the number of the group `events`.
fn events() -> u32 {
    let groups = &shown()["mcast_groups"];
    assert_eq!(groups[0]["name"], "events");
    groups[0]["id"].as_u64().unwrap() as u32
}

#[test]
fn a_request_is_answered_with_the_headers_of_generic_netlink() {
    let _module = Module::load();
    let peer = GenlPeer::open();
    peer.assert_served();

    let data: Vec<u8> = (0..=255).cycle().take(NLHELLO_DATA_MAX as usize).collect();
    for len in [0, 1, 3, 1000, data.len()] {
        let answers = peer.ask(
            HELLO_CMD_HELLO,
            0,
            &[(HELLO_A_TEXT, b"Hi\0"), (HELLO_A_DATA, &data[..len])],
        );
        let expected = attrs(&[(HELLO_A_GREETING, GREETING), (HELLO_A_DATA, &data[..len])]);
        assert_eq!(peer.read(&answers[0]), (HELLO_CMD_HELLO, &*expected));
        assert_eq!(
            (answers[0].header.nlmsg_seq, answers[0].header.nlmsg_pid),
            (7, peer.peer.portid())
        );
    }
}

#[test]
fn the_ack_comes_once_and_after_the_answer() {
    let _module = Module::load();
    let peer = GenlPeer::open();
    let answers = peer.ask(HELLO_CMD_HELLO, NLM_F_ACK, &[]);

    assert_eq!(answers.len(), 2, "{answers:?}");
    assert_eq!(peer.read(&answers[0]).0, HELLO_CMD_HELLO);
    assert_eq!(answers[1].ack().0, 0);
    let answers = peer.ask(
        HELLO_CMD_SET_GREETING,
        NLM_F_ACK,
        &[(HELLO_A_GREETING, b"Hi\0")],
    );
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(answers[0].ack().0, 0);
}

#[test]
fn all_messages_of_a_datagram_are_served_in_order() {
    let _module = Module::load();
    let peer = GenlPeer::open();
    let datagram: Vec<u8> = (0..30)
        .flat_map(|seq| match seq % 3 {
            0 => peer.request(HELLO_CMD_HELLO, 0, seq, &[]),
            1 => peer.request(HELLO_CMD_GET_PEER, 0, seq, &[]),
            _ => peer.request(
                HELLO_CMD_SET_GREETING,
                NLM_F_ACK,
                seq,
                &[(HELLO_A_GREETING, GREETING)],
            ),
        })
        .collect();

    let answers = peer.peer.exchange(&datagram);
    let seqs: Vec<_> = answers
        .iter()
        .map(|answer| answer.header.nlmsg_seq)
        .collect();
    assert_eq!(seqs, (0..30).collect::<Vec<_>>());
}

#[test]
fn both_transports_have_one_greeting_and_one_set_of_counters() {
    let _module = Module::load();
    let (raw, genl) = (Peer::open(), GenlPeer::open());
    assert_eq!(raw.exchange(&set_greeting(1, b"Moin\0")), []);

    let answers = genl.ask(HELLO_CMD_HELLO, 0, &[]);
    assert_eq!(
        genl.read(&answers[0]).1,
        attrs(&[(HELLO_A_GREETING, b"Moin\0")])
    );
    assert_eq!(
        genl.ask(HELLO_CMD_GET_PEER, 0, &[])[0].ack().0,
        libc::EINVAL
    );
    let stats = stats();
    assert_eq!(
        (&stats["hellos"], &stats["refused"]),
        (&1.into(), &1.into())
    );
}

#[test]
fn two_sockets_of_one_port_id_are_two_peers() {
    let _module = Module::load();
    let (raw, genl) = (Peer::open(), GenlPeer::open());
    assert_eq!(
        raw.portid(),
        genl.peer.portid(),
        "a process's first sockets"
    );

    raw.assert_served();
    assert_eq!(genl.dumped(), [0_u32; 0]);
    genl.assert_served();
    genl.assert_served();
    assert_eq!(genl.dumped(), [genl.peer.portid()]);
    let raw_peers = json_lines(&nlhello(&["--json", "peers"]).stdout).remove(0);
    assert_eq!(raw_peers[0]["messages"], 1);

    let other = GenlPeer::open();
    drop(genl);
    assert_eq!(other.dumped(), [0_u32; 0], "a peer whose socket is closed");
    let raw_peers = json_lines(&nlhello(&["--json", "peers"]).stdout).remove(0);
    assert_eq!(
        raw_peers.as_array().unwrap().len(),
        1,
        "the other socket is open"
    );
}

#[test]
fn a_dump_takes_as_many_buffers_as_it_needs() {
    const PEERS: usize = 400;
    let _module = Module::load();
    let peers: Vec<_> = (0..PEERS).map(|_| GenlPeer::open()).collect();
    peers.iter().for_each(GenlPeer::assert_served);

    let mut expected: Vec<_> = peers.iter().map(|peer| peer.peer.portid()).collect();
    let mut dumped = peers[0].dumped();
    expected.sort_unstable();
    dumped.sort_unstable();
    assert_eq!(dumped, expected);
}

#[test]
fn listeners_receive_what_is_said_over_their_transport() {
    let _module = Module::load();
    let (listener, speaker) = (GenlPeer::open(), GenlPeer::open());
    listener.peer.join(events()).unwrap();

    Peer::open().assert_served();
    listener.peer.assert_silent();
    speaker.ask(HELLO_CMD_HELLO, 0, &[(HELLO_A_TEXT, b"Moin\0")]);
    let (received, _) = listener.peer.drain();
    let event = attrs(&[
        (HELLO_A_PORTID, &speaker.peer.portid().to_ne_bytes()),
        (HELLO_A_TEXT, b"Moin\0"),
    ]);
    assert_eq!(received.len(), 1);
    assert_eq!(listener.read(&received[0]), (HELLO_CMD_HELLO_NTF, &*event));

    let answers = speaker.ask(HELLO_CMD_HELLO, NLM_F_ECHO, &[]);
    let commands: Vec<_> = answers
        .iter()
        .map(|answer| speaker.read(answer).0)
        .collect();
    assert_eq!(commands, [HELLO_CMD_HELLO, HELLO_CMD_HELLO_NTF]);
}

#[test]
fn what_the_layer_refuses_arrives_with_place_and_policy() {
    let _module = Module::load();
    let peer = GenlPeer::open();

    let answers = peer.ask(
        HELLO_CMD_HELLO,
        0,
        &[(HELLO_A_DATA, b"data"), (HELLO_A_TEXT, b"a\0b\0")],
    );
    let (errno, ext_ack) = answers[0].ack();
    assert_eq!(errno, libc::EINVAL);
    assert_eq!(
        ext_ack.message,
        Some(&b"string does not end in its only NUL"[..])
    );
    assert_eq!(ext_ack.offset, Some(HEADERS as u32 + 8));
    assert!(!answers[0].policy().is_empty());

    let answers = peer.ask(
        HELLO_CMD_HELLO,
        0,
        &[(HELLO_A_DATA, b""), (HELLO_A_DATA, b"")],
    );
    assert_eq!(
        answers[0].ack().1.message,
        Some(&b"attribute is given twice"[..])
    );

    let answers = peer.ask(HELLO_CMD_GET_PEER, 0, &[]);
    let (errno, ext_ack) = answers[0].ack();
    assert_eq!(
        (errno, ext_ack.miss_type),
        (libc::EINVAL, Some(HELLO_A_PORTID.into()))
    );

    let answers = peer.ask(HELLO_CMD_GET_PEER, 0, &[(HELLO_A_PORTID, &[9; 4])]);
    let (errno, ext_ack) = answers[0].ack();
    assert_eq!(
        (errno, ext_ack.offset),
        (libc::ENOENT, Some(HEADERS as u32))
    );
    assert_eq!(stats()["refused"], 4);
    peer.assert_served();
}

#[test]
fn what_the_core_refuses_is_in_its_words_and_not_counted() {
    let _module = Module::load();
    let peer = GenlPeer::open();
    let long = vec![b'a'; NLHELLO_TEXT_MAX as usize + 1];
    let long = [&*long, b"\0"].concat();
    let any: &[(u16, &[u8])] = &[(HELLO_A_PORTID, &[1, 0, 0, 0])];

    for (cmd, flags, attributes, errno, place) in [
        (
            HELLO_CMD_HELLO,
            0,
            &[(99, &b""[..])][..],
            libc::EINVAL,
            Some(0),
        ),
        (
            HELLO_CMD_HELLO,
            0,
            &[(HELLO_A_TEXT, &long)],
            libc::EINVAL,
            Some(0),
        ),
        (
            HELLO_CMD_GET_PEER,
            0,
            &[(HELLO_A_PORTID, b"123")],
            libc::EINVAL,
            Some(0),
        ),
        (HELLO_CMD_HELLO, NLM_F_DUMP, &[], libc::EOPNOTSUPP, None),
        (HELLO_CMD_HELLO_NTF, 0, &[], libc::EOPNOTSUPP, None),
        (HELLO_CMD_HELLO, 0x400, &[], libc::EINVAL, None),
    ] {
        let answers = peer.ask(cmd, flags, attributes);
        assert_eq!(answers.len(), 1, "{answers:?}");
        let (found, ext_ack) = answers[0].ack();
        assert_eq!(found, errno, "{ext_ack:?}");
        let place = place.map(|offset| HEADERS as u32 + offset);
        assert_eq!(ext_ack.offset, place, "{ext_ack:?}");
    }
    // Linux 6.12 hands attributes of a command that takes none to the layer, later ones refuse them.
    for (cmd, flags) in [(HELLO_CMD_GET_STATS, 0), (HELLO_CMD_GET_PEER, NLM_F_DUMP)] {
        let refused = peer.ask(cmd, flags, any);
        assert_eq!(refused.len(), 1, "{refused:?}");
        let (errno, ext_ack) = refused[0].ack();
        assert_eq!(
            (errno, ext_ack.offset),
            (libc::EINVAL, Some(HEADERS as u32))
        );
    }
    assert!(stats()["refused"].as_u64().unwrap() <= 2);
    peer.assert_served();
}

#[test]
fn the_controller_tells_of_commands_groups_and_policies() {
    let _module = Module::load();
    let family = shown();
    let ops = family["ops"].as_array().unwrap();
    let flags: Vec<_> = ops
        .iter()
        .map(|op| (op["id"].as_u64().unwrap(), op["flags"].to_string()))
        .collect();

    assert_eq!(family["version"], VERSION);
    assert_eq!(
        flags.iter().map(|(id, _)| *id).collect::<Vec<_>>(),
        [16, 17, 18, 19]
    );
    assert!(flags[1].1.contains("cmd_cap_dump"), "{flags:?}");
    assert!(flags[3].1.contains("uns_admin_perm"), "{flags:?}");
    let policies = family["policy"].to_string();
    for limit in [1024, 255, 65000] {
        assert!(
            policies.contains(&format!("\"max_length\":{limit}")),
            "{policies}"
        );
    }
}

#[test]
fn the_module_is_found_by_the_name_of_the_family() {
    let output = run(Command::new("modinfo")
        .args(["-F", "alias"])
        .arg(variable("HELLO_KO")));
    let aliases = stdout(&output);

    assert!(
        aliases
            .lines()
            .any(|alias| alias == "net-pf-16-proto-16-family-nlhello"),
        "{aliases}"
    );
}

#[test]
fn an_open_socket_does_not_keep_the_module() {
    let module = Module::load();
    let peer = GenlPeer::open();
    peer.assert_served();
    let listener = GenlPeer::open();
    listener.peer.join(events()).unwrap();
    assert_eq!(references(), 0);
    module.unload();

    assert_eq!(peer.ask(HELLO_CMD_HELLO, 0, &[])[0].ack().0, libc::ENOENT);
    let module = Module::load();
    GenlPeer::open().assert_served();
    drop((peer, listener));
    module.unload();
}

#[test]
fn a_dump_under_way_keeps_the_module_until_its_socket_is_closed() {
    // More than the first buffer holds, which is of 32 KiB at most.
    const PEERS: usize = 700;
    let module = Module::load();
    let peers: Vec<_> = (0..PEERS).map(|_| GenlPeer::open()).collect();
    peers.iter().for_each(GenlPeer::assert_served);
    let request = peers[0].request(HELLO_CMD_GET_PEER, NLM_F_DUMP, 1, &[]);
    peers[0].peer.send(&request);

    assert_eq!(references(), 1);
    assert!(!rmmod().status.success());
    drop(peers);
    module.unload_when_free();
    assert!(!is_loaded());
}

#[test]
fn each_namespace_has_the_family_with_a_state_of_its_own() {
    let _module = Module::load();
    let blue = Netns::add("genl-blue");
    let here = GenlPeer::open();
    here.ask(HELLO_CMD_SET_GREETING, 0, &[(HELLO_A_GREETING, b"Here\0")]);
    let peer = Peer::of_in(libc::NETLINK_GENERIC as u32, blue.name);
    let there = GenlPeer {
        id: family_id(&peer).unwrap(),
        peer,
    };

    there.assert_served();
    assert_eq!(here.dumped(), [0_u32; 0]);
    // The namespace ends with its last socket, after its name is gone.
    drop(blue);
    there.assert_served();
}

#[test]
fn the_module_comes_and_goes_while_everybody_speaks() {
    const ROUNDS: u32 = 60;
    let is_over = AtomicBool::new(false);
    let (served, dumps) = (AtomicU32::new(0), AtomicU32::new(0));

    thread::scope(|scope| {
        let _over = AtEnd(&is_over);
        for _ in 0..2 {
            scope.spawn(|| {
                while !is_over.load(Relaxed) {
                    speak(&served)
                }
            });
            scope.spawn(|| {
                while !is_over.load(Relaxed) {
                    begin_dump(&dumps)
                }
            });
        }
        for round in 0..ROUNDS {
            let module = Module::load();
            sleep(Duration::from_millis((round % 7).into()));
            module.unload_when_free();
        }
    });
    let (served, dumps) = (served.into_inner(), dumps.into_inner());
    println!("{served} hellos, {dumps} dumps");
    assert!(served > 10 && dumps > 10, "{served} hellos, {dumps} dumps");
    let module = Module::load();
    GenlPeer::open().assert_served();
    module.unload();
}

/// Says hello on one socket, as long as the family stays.
fn speak(served: &AtomicU32) {
    let Some(peer) = GenlPeer::try_open() else {
        return thread::yield_now();
    };
    for _ in 0..20 {
        let answers = peer.ask(HELLO_CMD_HELLO, 0, &[(HELLO_A_TEXT, b"Hi\0")]);
        if answers[0].header.nlmsg_type == NLMSG_ERROR {
            return assert_eq!(answers[0].ack().0, libc::ENOENT);
        }
        served.fetch_add(1, Relaxed);
    }
}

/// Begins a dump, and closes its socket before the end; sometimes reads a part of it.
fn begin_dump(dumps: &AtomicU32) {
    let Some(peer) = GenlPeer::try_open() else {
        return thread::yield_now();
    };
    let others: Vec<Socket> = (0..3)
        .map(|_| Socket::open(libc::NETLINK_GENERIC).unwrap())
        .collect();
    let hello = peer.request(HELLO_CMD_HELLO, 0, 1, &[]);
    others.iter().for_each(|other| other.send(&hello).unwrap());
    peer.peer
        .send(&peer.request(HELLO_CMD_GET_PEER, NLM_F_DUMP, 2, &[]));
    if dumps.fetch_add(1, Relaxed) % 2 == 0 {
        let mut buf = vec![0; 1 << 16];
        assert!(peer.peer.recv_into(&mut buf).unwrap().is_some());
    }
}
