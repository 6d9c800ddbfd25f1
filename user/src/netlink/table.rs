// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Tables of any size, read in place: one request, many messages, no copy of any.

use super::connection::check_ack;
use super::dump::{check_done, is_interrupted, ATTEMPTS};
use super::inbox::KERNEL;
use super::{deadline, Connection, Datagram, Error, Request};
use crate::wire::{align, Message, Messages, NLMSG_DONE, NLMSG_ERROR};
use std::time::{Duration, Instant};

/// How much of a table is held before any of it is handed out, in bytes: what is held can be read
/// again if the table changed meanwhile.
const HELD: usize = 4 << 20;

/// Room for a datagram: the kernel makes parts of a dump of up to 32 KiB, and of a single larger
/// object one part.
const ROOM: usize = 128 << 10;

/// The messages of a table, one after the other, as the kernel sends them.
///
/// A table that fits into 4 MiB is read as a whole before the first message is handed out, and again
/// if it changed meanwhile, a few times. A larger one is handed out as it comes.
pub struct Table<'c> {
    connection: &'c mut Connection,
    request: Request,
    /// The request's number.
    seq: u32,
    timeout: Duration,
    /// A row of messages, parts of the dump one after the other.
    bytes: Box<[u8]>,
    /// What of `bytes` was received and is not gone over yet.
    from: usize,
    to: usize,
    /// Where the message behind that at `from` is, once that was looked at.
    next: usize,
    state: State,
    interrupted: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing was handed out yet, so it can be read again; so often it was read.
    Held(u32),
    /// It is handed out.
    Open,
    /// There is no more.
    Ended,
}

/// What a message is to a table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Entry,
    End,
    Foreign,
}

impl Connection {
    /// Reads the table that `request`, a [`Request::dump`], asks for.
    ///
    /// The wait ends when nothing has come for `timeout`.
    ///
    /// # Errors
    ///
    /// Those of [`Connection::send`].
    pub fn table(&mut self, request: Request, timeout: Duration) -> Result<Table<'_>, Error> {
        let mut table = Table {
            connection: self,
            request,
            seq: 0,
            timeout,
            // Memory that no datagram reaches is never touched.
            bytes: vec![0; HELD + ROOM].into(),
            from: 0,
            to: 0,
            next: 0,
            state: State::Held(0),
            interrupted: false,
        };
        table.ask()?;
        Ok(table)
    }
}

impl Table<'_> {
    /// Returns the next entry; `None` after the last one.
    ///
    /// # Errors
    ///
    /// `ETIMEDOUT`; the kernel's refusal, also one halfway through; `EBADMSG` and `EMSGSIZE` when
    /// what came is malformed or cut off; others of `recvmsg(2)`. After an error there is no more.
    #[inline]
    pub fn next_entry(&mut self) -> Result<Option<Message<'_>>, Error> {
        if !self.find_entry()? {
            return Ok(None);
        }
        let at = self.from;
        self.from = self.next;
        self.message_at(at).map(Some)
    }

    /// Returns the next entry without going past it, else as [`Table::next_entry`].
    ///
    /// # Errors
    ///
    /// As [`Table::next_entry`].
    #[inline]
    pub fn peek_entry(&mut self) -> Result<Option<Message<'_>>, Error> {
        match self.find_entry()? {
            true => self.message_at(self.from).map(Some),
            false => Ok(None),
        }
    }

    /// Says whether the table changed while it was read (`NLM_F_DUMP_INTR`), the last time that was
    /// tried too: then entries may be missing, or be there twice. It is known after the last entry.
    pub fn is_interrupted(&self) -> bool {
        self.interrupted
    }

    /// Goes to the next entry; says whether there is one.
    #[inline]
    fn find_entry(&mut self) -> Result<bool, Error> {
        let found = self.search();
        if found.is_err() {
            self.state = State::Ended;
        }
        found
    }

    #[inline]
    fn search(&mut self) -> Result<bool, Error> {
        loop {
            match self.state {
                State::Open if self.from < self.to => match self.look()? {
                    Part::Entry => return Ok(true),
                    Part::Foreign => self.from = self.next,
                    Part::End => self.state = State::Ended,
                },
                State::Open => self.refill()?,
                State::Held(attempt) => self.hold(attempt)?,
                State::Ended => return Ok(false),
            }
        }
    }

    /// Looks at the next message; says what it is.
    #[inline]
    fn look(&mut self) -> Result<Part, Error> {
        let message = self.message_at(self.from)?;
        let next = self.to.min(self.from + align(message.bytes().len()));
        let part = self.part(&message);
        let scan = Scan::of(part, &message);
        if scan.ended {
            self.check_end(&message)?;
        }
        self.next = next;
        self.interrupted |= scan.interrupted;
        Ok(part)
    }

    #[inline]
    fn message_at(&self, at: usize) -> Result<Message<'_>, Error> {
        Message::from_bytes(&self.bytes[at..self.to])
            .map_err(|error| Error::malformed(self.request.op(), error))
    }

    #[inline]
    fn part(&self, message: &Message<'_>) -> Part {
        match message.header() {
            header if header.nlmsg_seq != self.seq => Part::Foreign,
            header if matches!(header.nlmsg_type, NLMSG_DONE | NLMSG_ERROR) => Part::End,
            _ => Part::Entry,
        }
    }

    /// Fails unless `end` ends a table that is complete.
    #[cold]
    fn check_end(&self, end: &Message<'_>) -> Result<(), Error> {
        let spec = self.connection.spec();

        match end.header().nlmsg_type {
            NLMSG_ERROR => check_ack(spec, &self.request, end),
            _ => check_done(spec, &self.request, end),
        }
    }

    /// Asks for the table, again if need be.
    fn ask(&mut self) -> Result<(), Error> {
        self.seq = self.connection.next_seq();
        self.request.set_seq(self.seq);
        (self.from, self.to) = (0, 0);
        self.connection.send(&self.request).map(drop)
    }

    /// Receives what can be held; asks again if that is all of it and it changed meanwhile.
    fn hold(&mut self, attempt: u32) -> Result<(), Error> {
        let mut held = Scan::default();
        while !held.ended && self.to < HELD {
            let at = self.to;
            self.receive()?;
            held = held.and(self.scan(at));
        }
        match held.ended && held.interrupted && attempt + 1 < ATTEMPTS {
            true => {
                self.state = State::Held(attempt + 1);
                self.ask()
            }
            false => {
                self.state = State::Open;
                Ok(())
            }
        }
    }

    /// Looks ahead at the messages from `at` on.
    fn scan(&self, at: usize) -> Scan {
        Messages::new(&self.bytes[at..self.to])
            .map(|message| match message {
                Ok(message) => Scan::of(self.part(&message), &message),
                // The same error is found again when it is its turn.
                Err(_) => Scan {
                    ended: true,
                    interrupted: false,
                },
            })
            .fold(Scan::default(), Scan::and)
    }

    /// Receives the next part; all before was handed out.
    fn refill(&mut self) -> Result<(), Error> {
        (self.from, self.to) = (0, 0);
        self.receive()
    }

    /// Receives the next datagram of the kernel behind those that are there.
    fn receive(&mut self) -> Result<(), Error> {
        let op = self.request.op();
        let deadline = deadline(Instant::now(), self.timeout);
        loop {
            let room = &mut self.bytes[self.to..];
            let datagram = self.connection.receive(op, room, deadline)?;
            match datagram.ok_or_else(|| Error::timed_out(op, self.timeout))? {
                // Whoever else talks to us is not heard.
                Datagram { portid, .. } if portid != KERNEL => {}
                Datagram {
                    truncated: true, ..
                } => return Err(Error::truncated(op)),
                Datagram { bytes, .. } => {
                    self.to += align(bytes.len());
                    return Ok(());
                }
            }
        }
    }
}

/// What is ahead.
#[derive(Clone, Copy, Debug, Default)]
struct Scan {
    ended: bool,
    interrupted: bool,
}

impl Scan {
    fn of(part: Part, message: &Message<'_>) -> Self {
        Self {
            ended: part == Part::End,
            interrupted: part != Part::Foreign && is_interrupted(message),
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            ended: self.ended | other.ended,
            interrupted: self.interrupted | other.interrupted,
        }
    }
}
