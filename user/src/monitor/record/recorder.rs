// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Writing a record. Errors are those of `open(2)` and `write(2)`, with the file.

use super::files::{Files, RecordFiles};
use super::pcap::{put_file_header, put_packet, whole_packets, COOKED, PACKET_HEADER};
use super::{put_typed, Step};
use crate::monitor::state::MonitorState;
use crate::monitor::{Kinds, Origin, Payload};
use crate::netlink::Error;
use crate::wire::Message;
use std::borrow::Cow;
use std::io;

/// How much is held before it is written out, in bytes.
const HELD: usize = 64 << 10;

/// Writes what a monitor takes in, whole packets at a time.
pub struct Recorder {
    files: Files,
    /// Words of whoever asked for the record, with which each file begins.
    words: Vec<Vec<u8>>,
    /// Packets that are not written yet.
    held: Vec<u8>,
    /// Room for a packet.
    packet: Vec<u8>,
    /// Length of the file with what is held.
    len: u64,
    /// The length that the file should not exceed; none before all is in it that there was at its start.
    limit: Option<u64>,
    /// Why nothing more is written. A monitor still takes in what it has received before it ends.
    failed: Option<Error>,
}

impl Recorder {
    /// Begins a record; none of the `words` may have a NUL.
    pub fn begin(files: RecordFiles, words: &[&[u8]]) -> Result<Self, Error> {
        let mut recorder = Self {
            files: Files::create(files)?,
            words: words.iter().map(|word| word.to_vec()).collect(),
            held: Vec::new(),
            packet: Vec::new(),
            len: 0,
            limit: None,
            failed: None,
        };
        recorder.begin_file()?;
        Ok(recorder)
    }

    fn begin_file(&mut self) -> Result<(), Error> {
        let mut header = Vec::new();
        put_file_header(&mut header);
        self.files.append(&header, |_| 0)?;
        (self.len, self.limit) = (header.len() as u64, None);
        let words = std::mem::take(&mut self.words);
        let noted = self.note(&Step::Begin(words.iter().map(Vec::as_slice).collect()));
        self.words = words;
        noted
    }

    /// Writes a `step`, with the time that it is.
    pub fn note(&mut self, step: &Step<'_>) -> Result<(), Error> {
        self.check()?;
        self.packet.clear();
        step.put(&mut self.packet).map_err(failed)?;
        put_packet(&mut self.held, &self.packet);
        self.len += (PACKET_HEADER + self.packet.len()) as u64;
        if matches!(step, Step::Started) {
            // The limit leaves room for events as long as the state at the start, else each file would be full at once.
            self.limit = self.files.size().map(|size| size.max(2 * self.len));
        }
        match self.held.len() {
            ..HELD => Ok(()),
            _ => self.flush(),
        }
    }

    /// Begins another file if this one has no room for a message of `len` bytes: with what there is in
    /// `state`, of these `kinds`. While the state is read, all goes to the same file.
    pub fn make_room(
        &mut self,
        len: usize,
        state: &MonitorState,
        kinds: Kinds,
    ) -> Result<(), Error> {
        self.check()?;
        let more = (PACKET_HEADER + COOKED + len) as u64;
        let is_full = self.limit.is_some_and(|limit| self.len + more > limit);
        if !is_full || !state.is_emitted() {
            return Ok(());
        }
        let result = self.next_file(state, kinds);
        self.keep(result)
    }

    /// Fails where something could not be written before.
    fn check(&self) -> Result<(), Error> {
        match &self.failed {
            Some(error) => Err(error.clone()),
            None => Ok(()),
        }
    }

    fn keep(&mut self, result: Result<(), Error>) -> Result<(), Error> {
        self.failed = result.as_ref().err().cloned();
        result
    }

    fn next_file(&mut self, state: &MonitorState, kinds: Kinds) -> Result<(), Error> {
        self.flush()?;
        self.files.next_file()?;
        self.begin_file()?;
        self.note(&Step::Read(Origin::Initial, kinds))?;
        self.note_all(state, kinds, false)?;
        self.note(&Step::Done)?;
        // A dump does not show them, so that a replay does not take them from one.
        self.note_all(state, kinds, true)?;
        self.note(&Step::Started)?;
        self.flush()
    }

    /// Writes the objects of these `kinds`, as found; or those that the kernel makes without a word, as
    /// events.
    fn note_all(
        &mut self,
        state: &MonitorState,
        kinds: Kinds,
        are_untold: bool,
    ) -> Result<(), Error> {
        let mut bytes = Vec::new();
        for kind in kinds.iter() {
            let is_untold = |body: &Cow<'_, [u8]>| Payload::new(kind, body).is_made_in_silence();
            for body in state
                .bodies(kind)
                .filter(|body| is_untold(body) == are_untold)
            {
                bytes.clear();
                put_typed(&mut bytes, kind.facts().type_of_new(), &body).map_err(failed)?;
                let Ok(message) = Message::from_bytes(&bytes) else {
                    continue;
                };
                self.note(&match are_untold {
                    true => Step::Event(message),
                    false => Step::Found(message),
                })?;
            }
        }
        Ok(())
    }

    /// Writes out what is held.
    pub fn flush(&mut self) -> Result<(), Error> {
        self.check()?;
        let result = self.files.append(&self.held, whole_packets);
        // Packets that could not be written are not tried again: the file ends where a packet does.
        self.held.clear();
        self.keep(result)
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        // An error is returned by `flush` alone.
        let _ = self.flush();
    }
}

/// Writes a `step` into the record, if there is one, with those before it.
pub fn note(recorder: &mut Option<Recorder>, step: &Step<'_>) -> Result<(), Error> {
    match recorder {
        Some(recorder) => recorder.note(step).and_then(|()| recorder.flush()),
        None => Ok(()),
    }
}

fn failed(error: io::Error) -> Error {
    Error::from_io(super::files::RECORD, &error)
}
