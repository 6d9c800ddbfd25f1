// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The socket that events come to.

use super::due::Due;
use super::record::{note, Recorder, Step};
use super::socket_filter::SocketFilter;
use super::state::{MonitorState, News};
use super::{Kind, Kinds, Notice, Payload, Waited, OP};
use crate::netlink::{deadline, Connection, DatagramBatch, Error, Gathered, Request};
use crate::rtnl::link::Ifinfomsg;
use crate::rtnl::SPEC;
use crate::wire::Message;
use std::mem::take;
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

/// How many datagrams a [`Monitor`](super::Monitor) receives at once.
pub const AT_ONCE: usize = 32;

/// Datagrams that the receiver of a [`Monitor`](super::Monitor) receives at once.
pub const DATAGRAMS_AT_ONCE: usize = 64;

/// How many times that is taken in at most before something else is done.
pub const TURNS: usize = 64;

/// How long the kernel may take to answer.
pub const TIMEOUT: Duration = Duration::from_secs(30);

/// Events, and what they come to.
pub struct Receiver {
    pub events: Connection,
    pub intake: Intake,
    pub due: Due,
    /// Kinds that the kernel does not know of.
    pub unreceived: Kinds,
    /// Drops that were told.
    dropped: u32,
}

impl Receiver {
    /// Subscribes to `kinds`, with `buffer` bytes of room if they can be had.
    pub fn open(kinds: Kinds, socket_filter: SocketFilter, buffer: usize) -> Result<Self, Error> {
        let mut events = Connection::open(OP, &SPEC)?;
        events.set_inbox(AT_ONCE);
        // Less than that loses more, which is noticed and made good.
        let _ = events.socket().set_recv_buffer(buffer);
        if let Some(program) = socket_filter.program() {
            // Without it more is heard, and left out here.
            let _ = events.socket().set_filter(&program);
        }
        let unreceived = join(&events, kinds)?;

        Ok(Self {
            intake: Intake {
                portid: events.socket().portid(),
                kinds,
                socket_filter,
                state: MonitorState::new(),
                recorder: None,
            },
            events,
            due: Due::nothing(),
            unreceived,
            dropped: 0,
        })
    }

    /// Waits for events, until `until` or until `wake` is readable, and takes them in.
    pub fn receive(
        &mut self,
        until: Instant,
        wake: Option<BorrowedFd<'_>>,
        emit: &mut impl FnMut(&Notice<'_>),
    ) -> Result<Waited, Error> {
        match self.events.gather(OP, until, wake) {
            Ok(Gathered::TimedOut) => return Ok(Waited::TimedOut),
            Ok(Gathered::Woken) => return Ok(Waited::Woken),
            Ok(Gathered::Datagrams(_)) => self.take_in(emit)?,
            Err(error) => self.fail(error, emit)?,
        }
        Ok(Waited::Received)
    }

    /// Writes a `step` into the record, if there is one, with those before it.
    pub fn note(&mut self, step: &Step<'_>) -> Result<(), Error> {
        note(&mut self.intake.recorder, step)
    }

    /// Begins another file of the record, if there is one and its file is full.
    pub fn make_room(&mut self) -> Result<(), Error> {
        match &mut self.intake.recorder {
            Some(recorder) => recorder.make_room(0, &self.intake.state, self.intake.kinds.kept()),
            None => Ok(()),
        }
    }

    /// Takes in what was received in its place.
    pub fn take_over(
        &mut self,
        received: Result<&DatagramBatch, Error>,
        emit: &mut impl FnMut(&Notice<'_>),
    ) -> Result<(), Error> {
        match received {
            Ok(batch) => {
                self.intake.take_all(batch.messages(OP), emit)?;
                self.note_again();
                Ok(())
            }
            Err(error) => self.fail(error, emit),
        }
    }

    fn fail(&mut self, error: Error, emit: &mut impl FnMut(&Notice<'_>)) -> Result<(), Error> {
        match error.is_overrun() {
            true => self.note_loss(emit),
            false => Err(error),
        }
    }

    /// Takes in what is there already, up to a limit.
    pub fn receive_ready(&mut self, emit: &mut impl FnMut(&Notice<'_>)) -> Result<(), Error> {
        let now = Instant::now();
        for _ in 0..TURNS {
            if self.receive(now, None, emit)? != Waited::Received {
                break;
            }
        }
        Ok(())
    }

    /// Takes in all that is there, unless events are lost meanwhile: after a loss the kernel drops all
    /// that comes, answers too, until there was nothing left.
    pub fn empty(&mut self, emit: &mut impl FnMut(&Notice<'_>)) -> Result<(), Error> {
        let now = Instant::now();
        while !self.due.lost && self.receive(now, None, emit)? == Waited::Received {
            if !self.events.is_full() {
                break;
            }
        }
        Ok(())
    }

    /// Takes in all events that came until now: what is asked for on the same socket is answered
    /// behind them.
    pub fn catch_up(&mut self, emit: &mut impl FnMut(&Notice<'_>)) -> Result<(), Error> {
        let mut marker = ask_for_loopback()?;
        marker.set_seq(self.events.next_seq());
        self.events.send(&marker)?;
        let until = deadline(Instant::now(), TIMEOUT);
        // Where there is no room for an event there is none for the answer.
        while !self.due.lost {
            if self.receive(until, None, emit)? == Waited::TimedOut {
                return Err(Error::timed_out(OP, TIMEOUT));
            }
            if self.has_received(marker.seq()) {
                break;
            }
        }
        Ok(())
    }

    /// Says whether the answer to request number `seq` is among what came last.
    fn has_received(&self, seq: u32) -> bool {
        let portid = self.events.socket().portid();

        self.events
            .messages(OP)
            .filter_map(Result::ok)
            .any(|message| {
                let header = message.header();
                (header.nlmsg_seq, header.nlmsg_pid) == (seq, portid)
            })
    }

    fn take_in(&mut self, emit: &mut impl FnMut(&Notice<'_>)) -> Result<(), Error> {
        self.intake.take_all(self.events.messages(OP), emit)?;
        self.note_again();
        Ok(())
    }

    /// Notes what has to be read again after what was taken in.
    fn note_again(&mut self) {
        let again = take(&mut self.intake.state.silent) | take(&mut self.intake.state.doubt);
        self.due.all(again.and(self.intake.kinds));
        let later = take(&mut self.intake.state.unfinished);
        self.due.later(later.and(self.intake.kinds));
    }

    /// Events are gone: all has to be read again.
    fn note_loss(&mut self, emit: &mut impl FnMut(&Notice<'_>)) -> Result<(), Error> {
        let drops = self.events.socket().drops().unwrap_or(0);
        let mut dropped = None;
        if !self.due.lost {
            dropped = Some(drops.wrapping_sub(self.dropped));
            self.dropped = drops;
        }
        if let Some(drops) = dropped {
            emit(&Notice::Lost(drops));
        }
        self.intake.state.give_up();
        self.due.lost = true;
        self.due.all(self.intake.kinds.kept());
        self.note(&Step::Lost(dropped))
    }
}

/// Parser of received messages.
pub struct Intake {
    portid: u32,
    /// Kinds whose groups the socket has joined.
    pub kinds: Kinds,
    pub socket_filter: SocketFilter,
    pub state: MonitorState,
    /// Where what is taken in is written to, if anywhere.
    pub recorder: Option<Recorder>,
}

impl Intake {
    /// Takes in `messages`.
    fn take_all<'m>(
        &mut self,
        mut messages: impl Iterator<Item = Result<Message<'m>, Error>>,
        emit: &mut impl FnMut(&Notice<'_>),
    ) -> Result<(), Error> {
        // An iterator over datagrams and the messages in each is slow to resume after every message.
        messages.try_for_each(|message| self.take_one(&message?, emit))?;
        match &mut self.recorder {
            Some(recorder) => recorder.flush(),
            None => Ok(()),
        }
    }

    fn take_one(
        &mut self,
        message: &Message<'_>,
        emit: &mut impl FnMut(&Notice<'_>),
    ) -> Result<(), Error> {
        let Some(news) = self.read(message) else {
            let hinted = Kind::hinted(message.header().nlmsg_type, message.payload());
            self.state.silent = self.state.silent | hinted;
            return Ok(());
        };
        if let Some(recorder) = &mut self.recorder {
            recorder.make_room(message.bytes().len(), &self.state, self.kinds.kept())?;
            recorder.note(&Step::Event(*message))?;
        }
        self.take(&news, emit);
        Ok(())
    }

    /// Reads an event that is listened for; what answers us is none.
    fn read<'m>(&self, message: &Message<'m>) -> Option<News<'m>> {
        let news = News::of(message)?;
        let is_received = self.kinds.has(news.kind());
        let is_answer = news.by == self.portid;

        (is_received && !is_answer && self.socket_filter.passes(&news.object)).then_some(news)
    }

    fn take(&mut self, news: &News<'_>, emit: &mut impl FnMut(&Notice<'_>)) {
        match news.kind().is_kept() {
            true => self
                .state
                .take(news, &mut |event| emit(&Notice::Event(event))),
            false => {
                self.state.note(news);
                emit(&Notice::Event(&news.as_it_came()));
            }
        }
    }
}

/// Joins the groups of these `kinds`; returns those of which there is none: a kernel may be older
/// than the groups.
fn join(events: &Connection, kinds: Kinds) -> Result<Kinds, Error> {
    let mut unreceived = Kinds::default();
    for kind in kinds.iter() {
        let mut any = false;
        for group in kind.groups() {
            match events.join(OP, *group) {
                Ok(()) => any = true,
                Err(error) if error.errno.0 == libc::EINVAL => {}
                Err(error) => return Err(error),
            }
        }
        if !any && !kind.groups().is_empty() {
            unreceived = unreceived | kind.into();
        }
    }
    Ok(unreceived)
}

impl<'a> News<'a> {
    /// Reads it from a message, if it is one.
    pub fn of(message: &Message<'a>) -> Option<Self> {
        let (header, payload) = (message.header(), message.payload());
        let (kind, is_there) = Kind::of_message(header.nlmsg_type, payload)?;

        Some(Self {
            object: Payload::new(kind, payload),
            is_there,
            flags: header.nlmsg_flags,
            by: header.nlmsg_pid,
        })
    }
}

/// Returns a question for the link that every namespace has, which takes the lock that changes take.
pub fn ask_for_loopback() -> Result<Request, Error> {
    Request::new(OP, libc::RTM_GETLINK, Ifinfomsg::with_index(1).to_vec())
}
