// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Captures of nlmon and files of rtmon.

use super::*;
use crate::names::uapi::{RTA_DST, RTA_OIF};
use std::time::Duration;

const MICROS: u32 = 0xa1b2_c3d4;
const NANOS: u32 = 0xa1b2_3c4d;
const REQUEST: u16 = libc::NLM_F_REQUEST as u16;
const MULTI: u16 = libc::NLM_F_MULTI as u16;
const RTM_NEWPREFIX: u16 = 52;

/// A message about link number `index`, or whatever else has its number there.
fn message_of(nlmsg_type: u16, nlmsg_flags: u16, nlmsg_seq: u32, index: u32) -> Vec<u8> {
    let mut payload = [0; 16];
    payload[4..8].copy_from_slice(&index.to_ne_bytes());
    let mut message = message(nlmsg_type, nlmsg_flags, &payload);
    message[8..12].copy_from_slice(&nlmsg_seq.to_ne_bytes());
    message
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
        let mut packet = Vec::new();
        Cooked::new(4, protocol).put(&mut packet);
        packet.extend_from_slice(messages);
        self.bytes.extend_from_slice(&packet[..len]);
    }

    fn route(&mut self, messages: &[u8]) {
        self.packet([7, 1000], ROUTE, messages, 0);
    }
}

/// Returns what each step is, and the number of the link that it is about, behind `begin` and `started`.
fn steps(bytes: &[u8]) -> (Vec<String>, Untold) {
    let mut reader = reader(bytes).unwrap();
    let mut steps = Vec::new();
    while let Some((_, step)) = reader.next_step().unwrap() {
        let index = |message: Message<'_>| message.payload()[4];
        steps.push(match step {
            Step::Begin(words) => format!("begin {}", words.len()),
            Step::Started => "started".to_owned(),
            Step::Event(message) => format!("event {}", index(message)),
            Step::Known(message) => format!("known {}", index(message)),
            Step::Found(message) => format!("found {}", index(message)),
            Step::Said(_) => "said".to_owned(),
            Step::Read(..) => "read".to_owned(),
            Step::Done => "done".to_owned(),
            step => panic!("{step:?}"),
        });
    }
    (steps, reader.untold().unwrap().clone())
}

fn steps_of(pcap: &Pcap) -> (Vec<String>, Untold) {
    let (mut all, untold) = steps(&pcap.bytes);
    assert_eq!(all.drain(..2).collect::<Vec<_>>(), ["begin 0", "started"]);
    (all, untold)
}

#[test]
fn files_of_either_order_and_accuracy_have_the_same_times() {
    for (magic, fraction) in [(MICROS, 250), (NANOS, 250_000)] {
        for is_big in [false, true] {
            for linktype in [253, 113] {
                let mut pcap = Pcap::new(magic, is_big, linktype);
                pcap.packet([7, fraction], ROUTE, &link(3), 0);
                let mut reader = reader(&pcap.bytes).unwrap();
                let expected = UNIX_EPOCH + Duration::from_micros(7_000_250);
                for _ in ["begin", "started", "event"] {
                    let (time, _) = reader.next_step().unwrap().unwrap();
                    assert_eq!(time, expected);
                }
                assert_eq!(reader.next_step(), Ok(None));
                assert!(!reader.has_start());
            }
        }
    }
}

#[test]
fn each_message_of_a_capture_is_told_or_counted() {
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
            "known 1, known 2, known 3, event 4, event 5",
            "3 requests, 3 objects in answers, 2 errors, ACKs and ends of dumps",
        ),
        // Bytes behind a request mean nothing, other requests do, and padding of an answer is no message.
        (
            vec![
                [&request[..], &[0xff; 120]].concat(),
                [&request[..], &request].concat(),
                [&other[..], &[0; 24]].concat(),
            ],
            "event 2",
            "3 requests",
        ),
        // An object that is removed and added again at once is no copy; each event came to two listeners.
        (
            [
                &added, &added, &other, &other, &removed, &removed, &added, &added,
            ]
            .map(Vec::clone)
            .into(),
            "event 1, event 2, event 1, event 1",
            "4 copies of events",
        ),
        // Bytes that some program sends do not end a capture.
        (
            vec![link(3), swapped, link(5)],
            "event 3, event 5",
            "1 messages that are cut off or broken",
        ),
        (Vec::new(), "", ""),
    ] {
        let (steps, untold) = steps_of(&Pcap::of(&packets));
        assert_eq!([steps.join(", "), untold.to_string()], [expected, counts]);
    }
}

/// A message about the route to 10.0.0.1 by a link, with these `rtm_flags`.
fn route(nlmsg_type: u16, nlmsg_flags: u16, link: u32, rtm_flags: u8) -> Vec<u8> {
    let mut header = [2, 32, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0];
    header[8..].copy_from_slice(&u32::from(rtm_flags).to_ne_bytes());
    let attrs: [(u16, &[u8]); 2] = [(RTA_DST, &[10, 0, 0, 1]), (RTA_OIF, &link.to_ne_bytes())];
    message(nlmsg_type, nlmsg_flags, &payload(&header, &attrs))
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
    let mut replay = open_replay(&pcap.bytes);
    let (mut told, mut known) = (Vec::new(), Vec::new());
    let tell = &mut |_, event: &Notice<'_>| told.push(format!("{event:?}"));
    while replay.step(tell).unwrap() {
        known.push(replay.objects(Kind::Route).count());
    }

    assert_eq!(known, [0, 1, 1, 2, 1, 0]);
    assert_eq!(told.len(), 3, "{told:?}");
    for (told, what) in told.iter().zip(["New", "Del", "Del"]) {
        assert!(told.contains(&format!("what: {what}")), "{told}");
    }
}

#[test]
fn what_cannot_be_told_is_counted_and_the_rest_is_told() {
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
    let (steps, untold) = steps_of(&pcap);

    assert_eq!(steps, ["event 1"]);
    assert_eq!((untold.broken, untold.others, untold.foreign), (3, 1, 1));
    assert!(untold
        .to_string()
        .contains("1 packets of netfilter, 1 packets of generic"));
}

const PACKET: usize = pcap::PACKET_HEADER;

#[test]
fn copies_of_an_event_are_told_once_where_nothing_else_tells_them_apart() {
    let mut pcap = Pcap::new(MICROS, false, 253);
    let prefix = message_of(RTM_NEWPREFIX, 0, 0, 1);
    for micros in [0, 10, 300, 5000] {
        pcap.packet([7, micros], ROUTE, &prefix, 0);
    }
    let (steps, untold) = steps_of(&pcap);

    assert_eq!(steps, ["event 1", "event 1"]);
    assert_eq!(untold.copies, 2);
}

#[test]
fn the_end_of_what_was_never_seen_is_told_once() {
    let [one, other] = [1, 2].map(|link| route(libc::RTM_DELROUTE, 0, link, 0));
    // Copies of two events, as two processors may make them.
    let pcap = Pcap::of(&[&one, &other, &one, &other].map(Vec::clone));
    let rtmon = [stamp(7, 0), stamp(8, 0), one.clone()].concat();
    for (bytes, count) in [(pcap.bytes, 2), (rtmon, 1)] {
        let told = told_by(&mut open_replay(&bytes));
        assert_eq!(told.len(), count, "{told:?}");
        assert!(told.iter().all(|event| event.contains("what: Del")));
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
    let error = reader(&next_generation).err().unwrap();

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
    message(15, 0, &[secs.to_ne_bytes(), micros.to_ne_bytes()].concat())
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
    let (all, untold) = steps(&rtmon());
    assert_eq!(
        all,
        ["begin 0", "read", "found 1", "found 2", "done", "started", "event 3", "event 5"]
    );
    assert_eq!(untold.others, 1);

    let mut reader = reader(&rtmon()).unwrap();
    assert!(reader.has_start());
    let mut secs = Vec::new();
    while let Some((time, _)) = reader.next_step().unwrap() {
        secs.push(time.duration_since(UNIX_EPOCH).unwrap().as_secs());
    }
    assert_eq!(secs, [7, 7, 7, 7, 7, 7, 8, 10]);
}

#[test]
fn a_file_of_rtmon_that_ends_early_is_read_up_to_there() {
    let whole = rtmon();
    assert_eq!(
        steps(&whole[..24]).0,
        ["begin 0", "read", "done", "started"]
    );
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

    assert_read_whatever_the_bytes(&pcap.bytes);
    assert_read_whatever_the_bytes(&rtmon());
}
