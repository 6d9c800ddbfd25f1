// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Records, and captures of others.

use super::pcap::COOKED;
use super::*;
use crate::fixtures::{message, with};
use crate::monitor::state::MonitorState;
use crate::monitor::{Notice, Replay};
use crate::names::uapi::{IFLA_IFNAME, IFLA_MTU, IFLA_WIRELESS};
use proptest::collection::vec;
use proptest::prelude::*;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, process};

mod rotation;

/// A folder of a test; dropping it removes it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("nlhello-record-{}-{number}", process::id()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn record(steps: &[Step<'_>], words: &[&[u8]]) -> Vec<u8> {
    let folder = Folder::new();
    let path = folder.0.join("record");
    let mut recorder = Recorder::begin(RecordFiles::one(&path), words).unwrap();
    steps.iter().for_each(|step| recorder.note(step).unwrap());
    recorder.flush().unwrap();
    fs::read(&path).unwrap()
}

fn reader(bytes: &[u8]) -> Result<Reader, Error> {
    Reader::open(Box::new(io::Cursor::new(bytes.to_vec())))
}

/// Reads a record to its end or to where it is bad; returns how many steps there were.
fn read(bytes: &[u8]) -> (usize, Option<String>) {
    let mut count = 0;
    let result = reader(bytes).and_then(|mut reader| {
        while reader.next_step()?.is_some() {
            count += 1;
        }
        Ok(())
    });
    (count, result.err().map(|error| error.message))
}

fn some_message() -> Vec<u8> {
    message(libc::RTM_NEWADDR, 0, &[2; 8])
}

fn some_steps(message: &[u8]) -> Vec<Step<'_>> {
    let message = Message::from_bytes(message).unwrap();
    let kinds = [Kind::Link, Kind::Fdb].into_iter().collect();

    vec![
        Step::Read(Origin::Initial, kinds),
        Step::Found(message),
        Step::Done,
        Step::Started,
        Step::Event(message),
        Step::Lost(Some(7)),
        Step::Lost(None),
        Step::Said(message),
        Step::LostHellos(3),
        Step::Read(Origin::Missed, Kinds::default()),
        Step::Sync,
    ]
}

#[test]
fn what_is_read_is_what_was_written() {
    let before = SystemTime::now();
    let message = some_message();
    let bytes = record(&some_steps(&message), &[b"", b"route", b"\xff "]);
    let mut reader = reader(&bytes).unwrap();
    let begin = Step::Begin(vec![b"", b"route", b"\xff "]);

    for expected in [begin].into_iter().chain(some_steps(&message)) {
        let (time, step) = reader.next_step().unwrap().unwrap();
        assert_eq!(step, expected);
        assert!(time >= before && time <= SystemTime::now());
    }
    assert_eq!(reader.next_step(), Ok(None));
}

/// Returns an event of link 7 with these attributes.
fn link_event(attrs: &[(u16, &[u8])]) -> Vec<u8> {
    let mut header = [0; 16];
    header[4] = 7;
    message(libc::RTM_NEWLINK, 0, &with(&header, attrs))
}

fn open_replay(bytes: &[u8]) -> Replay {
    Replay::open(Box::new(io::Cursor::new(bytes.to_vec()))).unwrap()
}

/// Returns what a replay tells to its end.
fn emitted_by(replay: &mut Replay) -> Vec<String> {
    let mut emitted = Vec::new();
    let emit = &mut |_, notice: &Notice<'_>| emitted.push(format!("{notice:?}"));
    while replay.step(emit).unwrap() {}
    emitted
}

#[test]
fn an_event_of_wireless_extensions_changes_nothing_of_a_link() {
    let name = (IFLA_IFNAME, &b"wlan\0"[..]);
    let link = link_event(&[name, (IFLA_MTU, &[220, 5, 0, 0])]);
    let partial = link_event(&[name, (IFLA_WIRELESS, &[4, 0, 25, 139])]);
    let [whole, partial] = [&link, &partial].map(|one| Message::from_bytes(one).unwrap());
    let steps = [
        Step::Started,
        Step::Event(whole),
        Step::Event(partial),
        Step::Event(whole),
    ];
    let bytes = record(&steps, &[]);
    let mut replay = open_replay(&bytes);

    assert_eq!(emitted_by(&mut replay).len(), 1);
    let known: Vec<_> = replay.objects(Kind::Link).collect();
    assert_eq!(known, [whole.payload()]);
}

#[test]
fn what_other_programs_look_at_is_as_they_expect() {
    let message = some_message();
    let bytes = record(&[Step::Event(Message::from_bytes(&message).unwrap())], &[]);
    let packet = &bytes[bytes.len() - COOKED - message.len()..];

    let [magic, .., linktype] = pcap::numbers::<6>(&bytes, false);
    assert_eq!((magic, linktype), (0xa1b2_3c4d, 253));
    assert_eq!(packet[..4], [0, 2, 3, 56]);
    assert_eq!(packet[4..16], [0; 12]);
    assert_eq!(packet[16..], message);
}

#[test]
fn a_record_that_is_cut_off_is_read_up_to_there() {
    let message = some_message();
    let whole = record(&some_steps(&message), &[]);
    let steps = 1 + some_steps(&message).len();

    assert_eq!(read(&whole), (steps, None));
    for len in [whole.len() - 1, whole.len() - 40] {
        let (count, message) = read(&whole[..len]);
        let message = message.unwrap();
        assert_eq!(count, steps - 1);
        assert!(message.starts_with("it is cut off in the packet at byte"));
    }
    assert_eq!(read(&whole[..10]).1.unwrap(), "it is no record");
}

#[test]
fn what_is_no_record_says_so() {
    let mut bytes = record(&[], &[]);
    bytes[20..24].copy_from_slice(&1u32.to_ne_bytes());
    assert_eq!(
        read(&bytes).1.unwrap(),
        "it is no record of netlink messages, but of link type 1"
    );
    assert_eq!(read(&[0; 100]).1.unwrap(), "it is no record");

    let mut strange = record(&[], &[]);
    let len = strange.len();
    strange[len - 5] ^= 1;
    assert!(read(&strange).1.unwrap().contains("means nothing"));
}

/// Asserts that `whole`, changed a little in any way, is read or refused.
fn assert_read_whatever_the_bytes(whole: &[u8]) {
    proptest!(|(changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..8))| {
        let mut bytes = whole.to_vec();
        for (index, byte) in changes {
            bytes[index.index(whole.len())] = byte;
        }
        read(&bytes);
    });
}

#[test]
fn no_bytes_make_it_panic() {
    let message = some_message();

    assert_read_whatever_the_bytes(&record(&some_steps(&message), &[b"route"]));
}
