// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A monitor of what another one took in, at another time.

use super::hello::emit_hello;
use super::record::{bad, Reader, Step, Unemitted};
use super::state::{MonitorState, News};
use super::{emit_state, Event, Kind, Kinds, Notice};
use crate::netlink::Error;
use crate::wire::Message;
use std::borrow::Cow;
use std::io::Read;
use std::time::SystemTime;

/// Tells what a [`Monitor`](super::Monitor) told, from its [record](super::Monitor::record), without
/// the kernel; or what one would have told of what others captured: `tcpdump(1)` on an nlmon device, or
/// `rtmon(8)`.
pub struct Replay {
    reader: Reader,
    state: MonitorState,
    words: Vec<Vec<u8>>,
    is_started: bool,
    /// A link that the last step told nobody of.
    learned: Option<Vec<u8>>,
    began: SystemTime,
    /// When the last step was.
    time: SystemTime,
}

impl Replay {
    /// Reads the start of a record or a capture.
    ///
    /// # Errors
    ///
    /// `EBADMSG` when it is none, or none that can be read here; those of `read(2)`.
    pub fn open(input: Box<dyn Read>) -> Result<Self, Error> {
        let mut reader = Reader::open(input)?;
        let (began, words) = match reader.next_step()? {
            Some((time, Step::Begin(words))) => {
                (time, words.into_iter().map(<[u8]>::to_vec).collect())
            }
            _ => return Err(bad("it is no record of a monitor")),
        };
        let state = match reader.is_partial() {
            true => MonitorState::of_capture(),
            false => MonitorState::new(),
        };

        Ok(Self {
            reader,
            state,
            words,
            is_started: false,
            learned: None,
            began,
            time: began,
        })
    }

    /// Says whether it has what there was at its start, of any kind: a capture of nlmon has not.
    pub fn has_start(&self) -> bool {
        self.reader.has_start()
    }

    /// Returns what a capture has that was not told so far; `None` for a record, all of which is told.
    pub fn unemitted(&self) -> Option<&Unemitted> {
        self.reader.unemitted()
    }

    /// Returns the payload of the link that the last step learned of without telling, if it did: somebody
    /// else's answer showed it.
    pub fn learned_link(&self) -> Option<&[u8]> {
        self.learned.as_deref()
    }

    /// Returns the words that the record was begun with; a capture has none.
    pub fn words(&self) -> &[Vec<u8>] {
        &self.words
    }

    /// Returns when the record began.
    pub fn began(&self) -> SystemTime {
        self.began
    }

    /// Returns when the last step was.
    pub fn time(&self) -> SystemTime {
        self.time
    }

    /// Goes on to where the monitor knew what there was; [`Replay::emit_all`] has it then.
    ///
    /// # Errors
    ///
    /// `EBADMSG` when the record ends before, or is cut off or broken; those of `read(2)`.
    pub fn start(&mut self) -> Result<(), Error> {
        while !self.is_started {
            if !self.step(&mut |_, _| {})? {
                return Err(bad(
                    "it ends before all was read that there was at its start",
                ));
            }
        }
        Ok(())
    }

    /// Tells what there was, as [`Monitor::emit_all`](super::Monitor::emit_all).
    pub fn emit_all(&self, emit: &mut impl FnMut(&Notice<'_>)) {
        emit_state(&self.state, Kinds::of(Kind::ALL), emit);
    }

    /// Returns the objects of this `kind`, as [`Monitor::objects`](super::Monitor::objects).
    pub fn objects(&self, kind: Kind) -> impl Iterator<Item = Cow<'_, [u8]>> {
        self.state.bodies(kind)
    }

    /// Takes the next step, and tells what was told with it, and when; says whether there was one.
    ///
    /// # Errors
    ///
    /// `EBADMSG` when the record is cut off there, or broken; those of `read(2)`.
    pub fn step(&mut self, emit: &mut impl FnMut(SystemTime, &Notice<'_>)) -> Result<bool, Error> {
        let Some((time, step)) = self.reader.next_step()? else {
            return Ok(false);
        };
        self.time = time;
        self.learned = None;
        let mut emit = |notice: &Notice<'_>| {
            if self.is_started {
                emit(time, notice);
            }
        };
        match step {
            Step::Begin(_) => return Err(bad("it begins twice")),
            Step::Started => self.is_started = true,
            Step::Read(origin, kinds) => self.state.open(kinds, origin),
            Step::Found(message) => {
                let news = News::of(&message);
                news.iter().for_each(|news| self.state.find(&news.object));
            }
            Step::Known(message) => self.learned = learn(&mut self.state, &message),
            Step::Done => self.state.close(&mut |event| emit(&Notice::Event(event))),
            Step::Event(message) => {
                let emit = &mut |event: &Event<'_>| emit(&Notice::Event(event));
                match News::of(&message) {
                    Some(news) if news.kind().is_kept() => {
                        take(&mut self.state, &news, emit);
                    }
                    Some(news) => emit(&news.as_it_came()),
                    None => {}
                }
            }
            Step::Lost(drops) => {
                self.state.give_up();
                if let Some(drops) = drops {
                    emit(&Notice::Lost(drops));
                }
            }
            Step::Said(message) => emit_hello(&message, &mut emit),
            Step::LostHellos(drops) => emit(&Notice::LostHellos(drops)),
            Step::Sync => emit(&Notice::Sync),
        }
        Ok(true)
    }
}

/// Takes in an event. Where objects may be unknown, the end of one is told too, but for those that the kernel
/// makes without a word.
fn take(state: &mut MonitorState, news: &News<'_>, emit: &mut impl FnMut(&Event<'_>)) {
    let mut is_told = false;
    state.take(news, &mut |event| {
        is_told = true;
        emit(event);
    });
    let is_end = !news.is_there && !news.object.is_made_in_silence();
    if state.is_partial() && !is_told && is_end {
        emit(&news.as_it_came());
    }
}

/// Takes in what an answer showed, and tells nobody; returns the payload of a link.
fn learn(state: &mut MonitorState, message: &Message<'_>) -> Option<Vec<u8>> {
    let news = News::of(message)?;
    if news.kind().is_kept() {
        state.learn(&news.object);
    }
    (news.kind() == Kind::Link && news.is_there).then(|| news.object.bytes().to_vec())
}
