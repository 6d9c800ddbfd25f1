// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Replays of captures of nlmon and of files of rtmon, and captures that are written.

use nlhello::monitor::{Kind, Notice, PacketFile, PacketReader, Replay};
use nlhello::names::uapi::{RTA_DST, RTA_OIF, RTM_NEWPREFIX};
use nlhello::netlink::{Error, Protocol};
use nlhello::wire::{put_attr, put_message, Nlmsghdr};
use proptest::collection::vec;
use proptest::prelude::*;
use std::fs::{self, File};
use std::io::{self, Cursor, Write};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const MICROS: u32 = 0xa1b2_c3d4;
const NANOS: u32 = 0xa1b2_3c4d;
const REQUEST: u16 = libc::NLM_F_REQUEST as u16;
const MULTI: u16 = libc::NLM_F_MULTI as u16;

/// Sizes of the header of a packet in a file, and of the cooked header, which is before its messages.
const PACKET: usize = 16;
const COOKED: usize = 16;

const ROUTE: u16 = 0;
const HELLO: u16 = 31;

fn message(nlmsg_type: u16, nlmsg_flags: u16, nlmsg_seq: u32, payload: &[u8]) -> Vec<u8> {
    let mut message = Vec::new();
    let header = Nlmsghdr {
        nlmsg_type,
        nlmsg_flags,
        nlmsg_seq,
        ..Nlmsghdr::default()
    };
    put_message(&mut message, header, payload).unwrap();
    message
}

/// A message about link number `index`, or whatever else has its number there.
fn message_of(nlmsg_type: u16, nlmsg_flags: u16, nlmsg_seq: u32, index: u32) -> Vec<u8> {
    let mut payload = [0; 16];
    payload[4..8].copy_from_slice(&index.to_ne_bytes());
    message(nlmsg_type, nlmsg_flags, nlmsg_seq, &payload)
}

/// An event of link number `index`.
fn link(index: u32) -> Vec<u8> {
    message_of(libc::RTM_NEWLINK, 0, 0, index)
}

/// A file of pcap as a program on some machine writes it.
struct Pcap {
    bytes: Vec<u8>,
    is_big: bool,
}

impl Pcap {
    fn new(magic: u32, is_big: bool, linktype: u32) -> Self {
        let mut pcap = Self {
            bytes: Vec::new(),
            is_big,
        };
        pcap.put(magic);
        // Version 2.4, and the longest packet.
        let version = if is_big { 2 << 16 | 4 } else { 4 << 16 | 2 };
        let numbers = [version, 0, 0, 1 << 18, linktype];
        numbers.into_iter().for_each(|number| pcap.put(number));
        pcap
    }

    /// Returns a capture of these packets of rtnetlink.
    fn of(packets: &[Vec<u8>]) -> Self {
        let mut pcap = Self::new(MICROS, false, 253);
        packets.iter().for_each(|packet| pcap.route(packet));
        pcap
    }

    fn put(&mut self, number: u32) {
        self.bytes.extend_from_slice(&match self.is_big {
            true => number.to_be_bytes(),
            false => number.to_le_bytes(),
        });
    }

    /// Adds a packet of which `cut` bytes are missing.
    fn packet(&mut self, time: [u32; 2], protocol: u16, messages: &[u8], cut: usize) {
        let whole = COOKED + messages.len();
        let len = whole - cut;
        let header = [time[0], time[1], len as u32, whole as u32];
        header.into_iter().for_each(|number| self.put(number));
        // The direction and `ARPHRD_NETLINK`; nothing; the protocol.
        let mut packet = [
            &[0, 4, 3, 56][..],
            &[0; 10],
            &protocol.to_be_bytes(),
            messages,
        ]
        .concat();
        packet.truncate(len);
        self.bytes.append(&mut packet);
    }

    fn route(&mut self, messages: &[u8]) {
        self.packet([7, 1000], ROUTE, messages, 0);
    }
}

fn open(bytes: &[u8]) -> Result<Replay, Error> {
    Replay::open(Box::new(Cursor::new(bytes.to_vec())))
}

/// Replays a file to its end; returns what is told and learned, with the number of the link that it is about.
fn emitted_by(replay: &mut Replay) -> Vec<String> {
    let (mut all, mut is_over) = (Vec::new(), false);
    while !is_over {
        let emit = &mut |_, notice: &Notice<'_>| match notice {
            Notice::Event(event) => {
                all.push(format!("{:?} {}", event.what, event.object.bytes()[4]));
            }
            notice => panic!("{notice:?}"),
        };
        is_over = !replay.step(emit).unwrap();
        all.extend(
            replay
                .learned_link()
                .map(|link| format!("known {}", link[4])),
        );
    }
    all
}

/// Returns what is told and learned of a capture, and what is counted.
fn replayed(pcap: &Pcap) -> [String; 2] {
    let mut replay = open(&pcap.bytes).unwrap();
    let emitted = emitted_by(&mut replay).join(", ");
    let unemitted = replay.unemitted().unwrap();
    assert_eq!(unemitted.is_empty(), unemitted.to_string().is_empty());
    [emitted, unemitted.to_string()]
}

/// Reads a file to its end or to where it is bad; returns how many steps there were, and why there are no more.
fn read(bytes: &[u8]) -> (usize, Option<String>) {
    let mut count = 0;
    let result = open(bytes).and_then(|mut replay| {
        count += 1;
        while replay.step(&mut |_, _| {})? {
            count += 1;
        }
        Ok(())
    });
    (count, result.err().map(|error| error.message))
}

/// Returns the times of all steps.
fn times_of(bytes: &[u8]) -> Vec<SystemTime> {
    let mut replay = open(bytes).unwrap();
    let mut times = vec![replay.began()];
    while replay.step(&mut |_, _| {}).unwrap() {
        times.push(replay.time());
    }
    times
}

#[test]
fn files_of_either_order_and_accuracy_have_the_same_times() {
    for (magic, fraction) in [(MICROS, 250), (NANOS, 250_000)] {
        for is_big in [false, true] {
            for linktype in [253, 113] {
                let mut pcap = Pcap::new(magic, is_big, linktype);
                pcap.packet([7, fraction], ROUTE, &link(3), 0);
                // Times of the beginning, of where the state is known as far as it is, and of the event.
                let expected = UNIX_EPOCH + Duration::from_micros(7_000_250);
                assert_eq!(times_of(&pcap.bytes), [expected; 3]);
                assert!(!open(&pcap.bytes).unwrap().has_start());
            }
        }
    }
}

#[test]
fn each_message_of_a_capture_is_emitted_or_counted() {
    let [added, other] = [link(1), link(2)];
    let removed = message_of(libc::RTM_DELLINK, 0, 0, 1);
    let request = message_of(libc::RTM_GETLINK, REQUEST, 5, 1);
    let dump = [1, 2].map(|index| message_of(libc::RTM_NEWLINK, MULTI, 5, index));
    let mut swapped = link(4);
    swapped[..4].reverse();
    for (packets, expected, counts) in [
        // Answers are known, requests and ends are counted.
        (
            vec![
                message_of(libc::RTM_GETLINK, REQUEST | 0x300, 5, 0),
                dump.concat(),
                message_of(libc::NLMSG_DONE as u16, MULTI, 5, 0),
                message_of(libc::RTM_GETLINK, REQUEST, 6, 3),
                message_of(libc::RTM_NEWLINK, 0, 6, 3),
                message_of(libc::RTM_NEWLINK, REQUEST, 7, 4),
                message_of(libc::RTM_NEWLINK, 0, 7, 4),
                message_of(libc::NLMSG_ERROR as u16, 0, 7, 0),
                // Number 6 was answered already, so no request asks for this object.
                message_of(libc::RTM_NEWLINK, 0, 6, 5),
            ],
            "known 1, known 2, known 3, New 4, New 5",
            "3 requests, 3 objects in answers, 2 errors, ACKs and ends of dumps",
        ),
        // Bytes behind a request mean nothing, other requests do, and padding of an answer is no message.
        (
            vec![
                [&request[..], &[0xff; 120]].concat(),
                [&request[..], &request].concat(),
                [&other[..], &[0; 24]].concat(),
            ],
            "New 2",
            "3 requests",
        ),
        // An object that is removed and added again at once is no copy; each event came to two listeners.
        (
            [
                &added, &added, &other, &other, &removed, &removed, &added, &added,
            ]
            .map(Vec::clone)
            .into(),
            "New 1, New 2, Del 1, New 1",
            "4 copies of events",
        ),
        // Bytes that some program sends do not end a capture.
        (
            vec![link(3), swapped, link(5)],
            "New 3, New 5",
            "1 messages that are cut off or broken",
        ),
        (Vec::new(), "", ""),
    ] {
        assert_eq!(replayed(&Pcap::of(&packets)), [expected, counts]);
    }
}

/// A message about the route to 10.0.0.1 by a link, with these `rtm_flags`.
fn route(nlmsg_type: u16, nlmsg_flags: u16, link: u32, rtm_flags: u8) -> Vec<u8> {
    let mut header = [2, 32, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0];
    header[8..].copy_from_slice(&u32::from(rtm_flags).to_ne_bytes());
    let attrs: [(u16, &[u8]); 2] = [(RTA_DST, &[10, 0, 0, 1]), (RTA_OIF, &link.to_ne_bytes())];
    let mut payload = header.to_vec();
    for (nla_type, value) in attrs {
        put_attr(&mut payload, nla_type, value).unwrap();
    }
    message(nlmsg_type, nlmsg_flags, 0, &payload)
}

#[test]
fn a_route_that_an_answer_shows_with_other_flags_is_the_same_and_on_another_link_another() {
    const LINKDOWN: u8 = 16;
    let pcap = Pcap::of(&[
        route(libc::RTM_NEWROUTE, 0x600, 1, 0),
        route(libc::RTM_NEWROUTE, MULTI, 1, LINKDOWN),
        route(libc::RTM_NEWROUTE, MULTI, 2, 0),
        route(libc::RTM_DELROUTE, 0, 1, LINKDOWN),
        route(libc::RTM_DELROUTE, 0, 2, 0),
    ]);
    let mut replay = open(&pcap.bytes).unwrap();
    let (mut emitted, mut known) = (Vec::new(), Vec::new());
    let emit = &mut |_, event: &Notice<'_>| emitted.push(format!("{event:?}"));
    while replay.step(emit).unwrap() {
        known.push(replay.objects(Kind::Route).count());
    }

    assert_eq!(known, [0, 1, 1, 2, 1, 0]);
    assert_eq!(emitted.len(), 3, "{emitted:?}");
    for (emitted, what) in emitted.iter().zip(["New", "Del", "Del"]) {
        assert!(emitted.contains(&format!("what: {what}")), "{emitted}");
    }
}

#[test]
fn what_cannot_be_emitted_is_counted_and_the_rest_is_emitted() {
    let mut pcap = Pcap::new(NANOS, true, 253);
    let link = link(1);
    pcap.packet([7, 0], 16, &link, 0);
    pcap.packet([7, 0], 12, &link, 0);
    pcap.packet([7, 0], ROUTE, &[&link[..], &link].concat(), 4);
    pcap.route(&message_of(libc::RTM_GETLINK + 1, 0, 0, 1));
    pcap.route(&[3; 8]);
    pcap.packet([7, 0], ROUTE, &[], 4);
    let at = pcap.bytes.len() + PACKET + 2;
    pcap.route(&link);
    // Not of netlink, but of Ethernet.
    pcap.bytes[at..at + 2].copy_from_slice(&1u16.to_be_bytes());
    for protocol in [16, 17, 500] {
        pcap.packet([7, 0], protocol, &link, 0);
    }
    pcap.route(&message_of(libc::RTM_GETLINK, REQUEST, 5, 1));
    let expected = "1 requests, 1 messages of other kinds, 3 messages that are cut off or broken, 1 packets that are not \
                    of netlink, 1 packets of protocols that do not exist, 1 packets of netfilter, 2 packets of generic, \
                    1 packets of 17";

    assert_eq!(replayed(&pcap), ["New 1", expected]);
}

#[test]
fn copies_of_an_event_are_emitted_once_where_nothing_else_differs() {
    let mut pcap = Pcap::new(MICROS, false, 253);
    let prefix = message_of(RTM_NEWPREFIX, 0, 0, 1);
    for micros in [0, 10, 300, 5000] {
        pcap.packet([7, micros], ROUTE, &prefix, 0);
    }

    assert_eq!(replayed(&pcap), ["New 1, New 1", "2 copies of events"]);
}

#[test]
fn the_end_of_what_was_never_seen_is_emitted_once() {
    let [one, other] = [1, 2].map(|link| route(libc::RTM_DELROUTE, 0, link, 0));
    // Copies of two events, as two processors may make them.
    let pcap = Pcap::of(&[&one, &other, &one, &other].map(Vec::clone));
    let rtmon = [stamp(7, 0), stamp(8, 0), one.clone()].concat();
    for (bytes, count) in [(pcap.bytes, 2), (rtmon, 1)] {
        let emitted = emitted_by(&mut open(&bytes).unwrap());
        assert_eq!(emitted.len(), count, "{emitted:?}");
        assert!(emitted.iter().all(|event| event.starts_with("Del ")));
    }
}

#[test]
fn messages_of_another_order_of_bytes_are_refused() {
    let mut pcap = Pcap::new(MICROS, true, 253);
    let mut link = link(1);
    link[..4].reverse();
    pcap.route(&link);
    let message = read(&pcap.bytes).1.unwrap();
    assert!(message.contains("another order of bytes"));

    let mut stamp = stamp(7, 0);
    stamp[..4].reverse();
    stamp[4..6].reverse();
    assert!(read(&stamp).1.unwrap().contains("another order of bytes"));
}

#[test]
fn what_is_of_another_format_is_named() {
    let next_generation = [&[0x0a, 0x0d, 0x0d, 0x0a][..], &[0; 40]].concat();
    let error = open(&next_generation).err().unwrap();

    assert!(error.message.contains("pcapng"));
    assert!(error.hint.unwrap().contains("tcpdump -r"));
}

#[test]
fn a_capture_that_is_cut_off_says_where() {
    let pcap = Pcap::of(&[]);
    let cut = [&pcap.bytes[..], &[0; 5]].concat();
    let message = read(&cut).1.unwrap();
    assert!(message.contains("cut off in the packet at byte 24"));
}

/// Says when the next message of a file of rtmon came.
fn stamp(secs: u32, micros: u32) -> Vec<u8> {
    message(
        15,
        0,
        0,
        &[secs.to_ne_bytes(), micros.to_ne_bytes()].concat(),
    )
}

fn rtmon() -> Vec<u8> {
    [
        stamp(7, 5),
        message_of(libc::RTM_NEWLINK, MULTI, 1, 1),
        message_of(libc::RTM_NEWLINK, MULTI, 1, 2),
        stamp(8, 0),
        link(3),
        stamp(9, 0),
        message_of(libc::RTM_GETLINK + 1, 0, 0, 4),
        stamp(10, 0),
        message_of(libc::RTM_NEWADDR, 0, 0, 5),
    ]
    .concat()
}

#[test]
fn a_file_of_rtmon_has_the_links_at_its_start_and_events_with_their_times() {
    let mut replay = open(&rtmon()).unwrap();
    assert!(replay.has_start());
    replay.start().unwrap();
    let mut links: Vec<_> = replay.objects(Kind::Link).map(|link| link[4]).collect();
    links.sort();
    assert_eq!(links, [1, 2]);
    assert_eq!(emitted_by(&mut replay), ["New 3", "New 5"]);
    assert_eq!(replay.unemitted().unwrap().others, 1);

    // Times of the beginning, of four steps of reading the two links, of where that is done, and of two events.
    let secs = [7, 7, 7, 7, 7, 7, 8, 10].map(|secs| UNIX_EPOCH + Duration::from_secs(secs));
    let times = times_of(&rtmon());
    assert!(times.iter().zip(secs).all(|(time, secs)| time
        .duration_since(secs)
        .unwrap()
        .as_secs()
        == 0));
    assert_eq!(times.len(), secs.len());
}

#[test]
fn a_file_of_rtmon_that_ends_early_is_read_up_to_there() {
    let whole = rtmon();
    let mut replay = open(&whole[..24]).unwrap();
    replay.start().unwrap();
    assert_eq!(replay.objects(Kind::Link).count(), 0);
    assert!(emitted_by(&mut replay).is_empty());
    let (count, message) = read(&whole[..whole.len() - 1]);
    assert_eq!(count, 7);
    assert!(message.unwrap().contains("cut off"));

    let mut broken = whole;
    broken[24..28].copy_from_slice(&3u32.to_ne_bytes());
    assert_eq!(read(&broken).1.unwrap(), "what is at byte 24 is no message");
}

#[test]
fn no_bytes_of_a_capture_make_it_panic() {
    let mut pcap = Pcap::new(MICROS, true, 253);
    let link = link(1);
    for nlmsg_type in [libc::RTM_GETLINK, RTM_NEWPREFIX, libc::NLMSG_DONE as u16] {
        pcap.route(&message_of(nlmsg_type, REQUEST, 7, 1));
        pcap.route(&[&link[..], &link].concat());
        pcap.packet([7, 0], HELLO, &link, 5);
    }

    proptest!(|(changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..8))| {
        for whole in [&pcap.bytes, &rtmon()] {
            let mut bytes = whole.clone();
            for (index, byte) in &changes {
                bytes[index.index(whole.len())] = *byte;
            }
            read(&bytes);
        }
    });
}

fn plain(file: File) -> io::Result<Box<dyn Write>> {
    Ok(Box::new(file))
}

#[test]
fn what_was_written_is_read_with_its_time_and_how_long_it_was() {
    let path = std::env::temp_dir().join(format!("packets-{}", std::process::id()));
    let time = Duration::new(7, 9);
    let long = vec![1; 300_000];
    let mut file = PacketFile::open(&path, plain).unwrap();
    file.begin().unwrap();
    for bytes in [&b"short"[..], &long] {
        let len = bytes.len() + 3;
        file.put(time, libc::PACKET_OUTGOING, Protocol(16), bytes, len)
            .unwrap();
    }
    file.flush().unwrap();
    let file = File::open(&path).unwrap();
    let mut reader = PacketReader::open(Box::new(file)).unwrap();
    for (kept, len) in [(5, 8), ((1 << 18) - COOKED, 300_003)] {
        let packet = reader.next_packet().unwrap().unwrap();
        assert_eq!((packet.time, packet.protocol), (time, 16));
        assert_eq!((packet.bytes.len(), packet.len), (kept, len));
    }
    assert!(reader.next_packet().unwrap().is_none());
    fs::remove_file(&path).unwrap();
}

/// A disk with room for so many bytes.
struct Disk(File, usize);

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let len = bytes.len().min(self.1);
        if len == 0 {
            return Err(io::Error::from_raw_os_error(libc::ENOSPC));
        }
        self.1 -= len;
        self.0.write(&bytes[..len])
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn those_that_a_full_disk_has_room_for_are_written_and_counted() {
    let path = std::env::temp_dir().join(format!("full-{}", std::process::id()));
    fs::write(&path, [0; 4096]).unwrap();
    let disk = |file| -> io::Result<Box<dyn Write>> { Ok(Box::new(Disk(file, 200))) };
    let mut file = PacketFile::open(&path, disk).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().len(), 4096, "not begun");
    file.begin().unwrap();
    for _ in 0..9 {
        file.put(Duration::ZERO, 0, Protocol(0), &[7; 20], 20)
            .unwrap();
    }
    let error = file.flush().unwrap_err();

    assert_eq!(error.errno.0, libc::ENOSPC);
    // The header of the file has 24 bytes, a packet 16 + 16 + 20.
    assert_eq!(file.written(), 3);
    assert_eq!(fs::metadata(&path).unwrap().len(), 24 + 3 * 52);
    fs::remove_file(&path).unwrap();
}

#[test]
fn a_full_disk_names_the_file() {
    let mut file = PacketFile::open("/dev/full", plain).unwrap();
    let error = file.begin().unwrap_err();

    assert_eq!(error.errno.0, libc::ENOSPC);
    assert_eq!(error.object.as_deref(), Some("/dev/full"));
}
