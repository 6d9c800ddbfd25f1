// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Records of several files.

use super::*;
use crate::monitor::state::News;
use crate::monitor::{Notice, Payload, Replay};

/// The payload of an IPv4 address of link 1.
fn addr(number: u32) -> Vec<u8> {
    let mut payload = vec![libc::AF_INET as u8, 32, 0, 0, 1, 0, 0, 0];
    crate::wire::put_attr(&mut payload, 1, &number.to_be_bytes()).unwrap();
    payload
}

/// A monitor without a kernel: what it knows, and its record.
struct Recording {
    folder: Folder,
    state: MonitorState,
    recorder: Recorder,
}

const KINDS: [Kind; 2] = [Kind::Addr, Kind::Neigh];

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
        let kinds: Kinds = KINDS.into_iter().collect();
        self.recorder
            .note(&Step::Read(Origin::Initial, kinds))
            .unwrap();
        self.state.open(kinds, Origin::Initial);
        for number in 0..addrs {
            let bytes = whole(libc::RTM_NEWADDR, &addr(number));
            let message = Message::from_bytes(&bytes).unwrap();
            self.recorder.note(&Step::Found(message)).unwrap();
            self.state
                .find(&Payload::new(Kind::Addr, message.payload()));
        }
        self.recorder.note(&Step::Done).unwrap();
        self.state.close(&mut |_| {});
        self.recorder.note(&Step::Started).unwrap();
    }

    /// Takes in an event as a monitor does; returns whether there was something to tell.
    fn take(&mut self, nlmsg_type: u16, payload: &[u8]) -> bool {
        let bytes = whole(nlmsg_type, payload);
        let message = Message::from_bytes(&bytes).unwrap();
        let kinds = KINDS.into_iter().collect();
        self.recorder
            .make_room(bytes.len(), &self.state, kinds)
            .unwrap();
        self.recorder.note(&Step::Event(message)).unwrap();
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

fn whole(nlmsg_type: u16, payload: &[u8]) -> Vec<u8> {
    let mut message = Vec::new();
    let header = Nlmsghdr {
        nlmsg_type,
        ..Nlmsghdr::default()
    };
    put_message(&mut message, header, payload).unwrap();
    message
}

/// Returns how many addresses a replay of a file knows at the start and at the end, and how many changes
/// it tells.
fn replayed(bytes: &[u8]) -> [usize; 3] {
    let mut replay = Replay::open(Box::new(io::Cursor::new(bytes.to_vec()))).unwrap();
    assert_eq!(replay.words(), [&b""[..], b"addr"]);
    replay.start().unwrap();
    let start = replay.objects(Kind::Addr).count();
    let mut told = 0;
    let tell = &mut |_, _: &Notice<'_>| told += 1;
    while replay.step(tell).unwrap() {}
    [start, replay.objects(Kind::Addr).count(), told]
}

#[test]
fn each_file_is_a_record_of_its_own_and_no_longer_than_it_may_be() {
    let mut recording = Recording::begin(4096, None, 3);
    for number in 3..200 {
        assert!(recording.take(libc::RTM_NEWADDR, &addr(number)));
        // All but the last one are gone again.
        assert!(recording.take(libc::RTM_DELADDR, &addr(number - 1)));
    }
    let files = recording.files();
    assert!(files.len() > 4, "{files:?}");
    assert_eq!(files[..3], ["r", "r1", "r2"]);
    let mut changes = 0;
    for name in &files {
        let bytes = recording.file(name);
        assert!(bytes.len() <= 4096, "{name}: {}", bytes.len());
        assert!(bytes.len() > 4096 - 200 || name == files.last().unwrap());
        let [start, end, told] = replayed(&bytes);
        assert!((3..=4).contains(&start) && (3..=4).contains(&end), "{name}");
        changes += told;
    }
    assert_eq!(changes, 2 * 197, "none is missing, and none is there twice");
}

#[test]
fn the_oldest_file_is_written_over() {
    let mut recording = Recording::begin(1024, Some(3), 0);
    for number in 0..100 {
        recording.take(libc::RTM_NEWADDR, &addr(number));
        recording.take(libc::RTM_DELADDR, &addr(number));
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
        recording.take(libc::RTM_NEWADDR, &addr(500));
        recording.take(libc::RTM_DELADDR, &addr(500));
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
    let mut neigh = vec![libc::AF_INET as u8, 0, 0, 0, 1, 0, 0, 0, 0x40, 0, 0, 0];
    neigh[8..10].copy_from_slice(&0x40u16.to_ne_bytes());
    crate::wire::put_attr(&mut neigh, 1, &[10, 0, 0, 1]).unwrap();
    let mut recording = Recording::begin(1024, None, 0);
    assert!(recording.take(libc::RTM_NEWNEIGH, &neigh));
    for number in 0..20 {
        recording.take(libc::RTM_NEWADDR, &addr(number));
        recording.take(libc::RTM_DELADDR, &addr(number));
    }
    let files = recording.files();
    assert!(files.len() > 1, "{files:?}");
    assert!(recording.take(libc::RTM_DELNEIGH, &neigh));
    recording.recorder.flush().unwrap();

    let last = recording.file(files.last().unwrap());
    let mut replay = Replay::open(Box::new(io::Cursor::new(last))).unwrap();
    replay.start().unwrap();
    assert_eq!(replay.objects(Kind::Neigh).count(), 1);
    let mut told = Vec::new();
    while replay
        .step(&mut |_, event: &Notice<'_>| told.push(format!("{event:?}")))
        .unwrap()
    {}
    assert!(told.last().unwrap().contains("Del"), "{told:?}");
}

#[test]
fn while_the_state_is_read_no_other_file_is_begun() {
    let mut recording = Recording::begin(1024, None, 0);
    let kinds = Kind::Addr.into();
    recording
        .recorder
        .note(&Step::Read(Origin::Missed, kinds))
        .unwrap();
    recording.state.open(kinds, Origin::Missed);
    for number in 0..50 {
        recording.take(libc::RTM_NEWADDR, &addr(number));
    }
    assert_eq!(recording.files(), ["r"]);
    recording.recorder.note(&Step::Done).unwrap();
    recording.state.close(&mut |_| {});
    recording.take(libc::RTM_NEWADDR, &addr(50));

    assert_eq!(recording.files(), ["r", "r1"]);
    assert_eq!(replayed(&recording.file("r1")), [50, 51, 1]);
}
