// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Records of several files.

use super::*;
use crate::monitor::state::News;
use crate::monitor::Payload;
use crate::names::uapi::{IFA_ADDRESS, NDA_DST};

/// The payload of an IPv4 address of link 1.
fn addr(number: u32) -> Vec<u8> {
    let attrs = [(IFA_ADDRESS, &number.to_be_bytes()[..])];
    with(&[2, 32, 0, 0, 1, 0, 0, 0], &attrs)
}

/// A monitor without a kernel: what it knows, and its record.
struct Recording {
    folder: Folder,
    state: MonitorState,
    recorder: Recorder,
}

const KINDS: Kinds = Kinds::of(&[Kind::Addr, Kind::Neigh]);

impl Recording {
    /// Begins when there are so many addresses.
    fn begin(size: u64, count: Option<u32>, addrs: u32) -> Self {
        let folder = Folder::new();
        let files = RecordFiles {
            size: Some(size),
            count,
            ..RecordFiles::one(folder.0.join("r"))
        };
        let mut recording = Self {
            folder,
            state: MonitorState::new(),
            recorder: Recorder::begin(files, &[b"", b"addr"]).unwrap(),
        };
        recording.start(addrs);
        recording
    }

    fn start(&mut self, addrs: u32) {
        self.open(Origin::Initial, KINDS);
        for number in 0..addrs {
            let bytes = message(libc::RTM_NEWADDR, 0, &addr(number));
            let message = Message::from_bytes(&bytes).unwrap();
            self.note(&Step::Found(message));
            let object = Payload::new(Kind::Addr, message.payload());
            self.state.find(&object);
        }
        self.close();
        self.note(&Step::Started);
    }

    fn note(&mut self, step: &Step<'_>) {
        self.recorder.note(step).unwrap();
    }

    /// Begins to read these `kinds`.
    fn open(&mut self, origin: Origin, kinds: Kinds) {
        self.note(&Step::Read(origin, kinds));
        self.state.open(kinds, origin);
    }

    fn close(&mut self) {
        self.note(&Step::Done);
        self.state.close(&mut |_| {});
    }

    fn add(&mut self, number: u32) -> bool {
        self.take(libc::RTM_NEWADDR, &addr(number))
    }

    fn del(&mut self, number: u32) -> bool {
        self.take(libc::RTM_DELADDR, &addr(number))
    }

    /// Takes in an event as a monitor does; returns whether there was something to tell.
    fn take(&mut self, nlmsg_type: u16, payload: &[u8]) -> bool {
        let bytes = message(nlmsg_type, 0, payload);
        let message = Message::from_bytes(&bytes).unwrap();
        let made = self.recorder.make_room(bytes.len(), &self.state, KINDS);
        made.unwrap();
        self.note(&Step::Event(message));
        let mut is_told = false;
        let news = News::of(&message).unwrap();
        self.state.take(&news, &mut |_| is_told = true);
        is_told
    }

    fn file(&self, name: &str) -> Vec<u8> {
        fs::read(self.folder.0.join(name)).unwrap()
    }

    /// Returns the names of the files, in order.
    fn files(&mut self) -> Vec<String> {
        self.recorder.flush().unwrap();
        let entries = fs::read_dir(&self.folder.0).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort_by_key(|name| (name.len(), name.clone()));
        names
    }
}

/// Returns how many addresses a replay of a file knows at the start and at the end, and how many changes
/// it tells.
fn replayed(bytes: &[u8]) -> [usize; 3] {
    let mut replay = open_replay(bytes);
    assert_eq!(replay.words(), [&b""[..], b"addr"]);
    replay.start().unwrap();
    let start = replay.objects(Kind::Addr).count();
    let emitted = emitted_by(&mut replay).len();
    [start, replay.objects(Kind::Addr).count(), emitted]
}

#[test]
fn each_file_is_a_record_of_its_own_and_no_longer_than_it_may_be() {
    let mut recording = Recording::begin(4096, None, 3);
    for number in 3..200 {
        assert!(recording.add(number));
        // All but the last one are gone again.
        assert!(recording.del(number - 1));
    }
    let files = recording.files();
    assert!(files.len() > 4, "{files:?}");
    assert_eq!(files[..3], ["r", "r1", "r2"]);
    let mut changes = 0;
    for name in &files {
        let bytes = recording.file(name);
        assert!(bytes.len() <= 4096, "{name}: {}", bytes.len());
        assert!(bytes.len() > 4096 - 200 || name == files.last().unwrap());
        let [start, end, emitted] = replayed(&bytes);
        assert!((3..=4).contains(&start) && (3..=4).contains(&end), "{name}");
        changes += emitted;
    }
    assert_eq!(changes, 2 * 197, "none is missing, and none is there twice");
}

#[test]
fn the_oldest_file_is_written_over() {
    let mut recording = Recording::begin(1024, Some(3), 0);
    for number in 0..100 {
        recording.add(number);
        recording.del(number);
    }

    assert_eq!(recording.files(), ["r0", "r1", "r2"]);
    for name in ["r0", "r1", "r2"] {
        let [start, ..] = replayed(&recording.file(name));
        assert!(start <= 1, "{name}");
    }
}

#[test]
fn a_file_whose_start_is_long_has_room_for_as_much_behind_it() {
    let mut recording = Recording::begin(1024, None, 100);
    for _ in 0..500 {
        recording.add(500);
        recording.del(500);
    }
    let files = recording.files();

    assert!((2..20).contains(&files.len()), "{files:?}");
    for name in &files {
        assert!((100..=101).contains(&replayed(&recording.file(name))[0]));
    }
}

#[test]
fn what_no_dump_shows_is_at_the_start_of_the_next_file_too() {
    // `struct ndmsg` of link 1 in state NUD_NOARP, and NDA_DST.
    let mut neigh = [2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0];
    neigh[8..10].copy_from_slice(&0x40u16.to_ne_bytes());
    let neigh = with(&neigh, &[(NDA_DST, &[10, 0, 0, 1])]);
    let mut recording = Recording::begin(1024, None, 0);
    assert!(recording.take(libc::RTM_NEWNEIGH, &neigh));
    for number in 0..20 {
        recording.add(number);
        recording.del(number);
    }
    let files = recording.files();
    assert!(files.len() > 1, "{files:?}");
    assert!(recording.take(libc::RTM_DELNEIGH, &neigh));
    recording.recorder.flush().unwrap();

    let last = recording.file(files.last().unwrap());
    let mut replay = open_replay(&last);
    replay.start().unwrap();
    assert_eq!(replay.objects(Kind::Neigh).count(), 1);
    let emitted = emitted_by(&mut replay);
    assert!(emitted.last().unwrap().contains("Del"), "{emitted:?}");
}

#[test]
fn while_the_state_is_read_no_other_file_is_begun() {
    let mut recording = Recording::begin(1024, None, 0);
    recording.open(Origin::Missed, Kind::Addr.into());
    for number in 0..50 {
        recording.add(number);
    }
    assert_eq!(recording.files(), ["r"]);
    recording.close();
    recording.add(50);

    assert_eq!(recording.files(), ["r", "r1"]);
    assert_eq!(replayed(&recording.file("r1")), [50, 51, 1]);
}
