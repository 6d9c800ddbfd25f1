// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Tables of any size, read in place: one request, many messages, no copy of any.

use super::connection::check_end;
use super::inbox::KERNEL;
use super::{deadline, Connection, Datagram, DumpRequest, Error, Request};
use crate::wire::{
    align, Message, Messages, Nlmsghdr, NLMSG_DONE, NLMSG_ERROR, NLMSG_HDRLEN, NLM_F_DUMP_INTR,
};
use std::time::{Duration, Instant};

/// How much of a table is held before any of it is handed out, in bytes: what is held can be read
/// again if the table changed meanwhile.
const HELD: usize = 4 << 20;

/// How often a table is read before it is taken as it is.
pub(super) const ATTEMPTS: u32 = 5;

/// Room for a datagram: the kernel makes parts of a dump of up to 32 KiB, and of a single larger
/// object one part.
pub(super) const ROOM: usize = 128 << 10;

/// Length from which on a row of entries is not made longer, in bytes.
const ROW: usize = 32 << 10;

/// The messages of a table, one after the other, as the kernel sends them.
///
/// A table that fits into 4 MiB is read as a whole before the first message is handed out, and again
/// if it changed meanwhile, a few times. A larger one is handed out as it comes. It may be dropped halfway: the next
/// request of the connection throws away what is left, which takes as long as reading it.
pub struct Table<'c> {
    connection: &'c mut Connection,
    request: Request,
    /// The request's number.
    seq: u32,
    timeout: Duration,
    /// A row of messages, parts of the dump one after the other.
    bytes: Vec<u8>,
    /// Range of `bytes` that was received and is not gone over yet.
    from: usize,
    to: usize,
    /// Where the message behind that at `from` is, once that was looked at.
    next: usize,
    state: TableState,
    /// Whether it did not fit.
    is_large: bool,
    /// Whether the end of the dump was received.
    is_whole: bool,
    interrupted: bool,
    /// The kernel's words at the end of a dump that is complete.
    warning: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum TableState {
    /// No entry was handed out yet, so the table can be read again; so often it was read.
    Held(u32),
    /// An entry was handed out.
    Open,
    /// There is no more.
    Ended,
}

/// Role of a message in a dump.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TablePart {
    Entry,
    End,
    Foreign,
}

impl Connection {
    /// Reads the table that `request` asks for.
    ///
    /// The wait ends when nothing has come for `timeout`.
    ///
    /// # Errors
    ///
    /// Those of [`Connection::send`].
    pub fn table(&mut self, request: DumpRequest, timeout: Duration) -> Result<Table<'_>, Error> {
        let mut table = Table::new(self, request.0, timeout);
        table.ask()?;
        Ok(table)
    }
}

impl<'c> Table<'c> {
    fn new(connection: &'c mut Connection, request: Request, timeout: Duration) -> Self {
        Self {
            connection,
            request,
            seq: 0,
            timeout,
            // Memory that no datagram reaches is never touched.
            bytes: vec![0; HELD + ROOM],
            from: 0,
            to: 0,
            next: 0,
            state: TableState::Held(0),
            is_large: false,
            is_whole: false,
            interrupted: false,
            warning: None,
        }
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

    /// Returns the next entry without going past it; see [`Table::next_entry`].
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

    /// Returns the next entries that came one behind the other, a row of whole messages; `None` after
    /// the last ones.
    ///
    /// # Errors
    ///
    /// As [`Table::next_entry`].
    pub fn next_row(&mut self) -> Result<Option<&[u8]>, Error> {
        if !self.find_entry()? {
            return Ok(None);
        }
        let start = self.from;
        let most = self.to.min(start + ROW);
        self.from = self.next;
        // A message that ends the row is found again when it is its turn.
        while self.from < most {
            let next = match self.after_entry() {
                None if matches!(self.look(), Ok(TablePart::Entry)) => self.next,
                None => break,
                Some(next) => next,
            };
            self.from = next;
        }
        Ok(Some(&self.bytes[start..self.from]))
    }

    /// Says whether the table is too large to be held, and what was held of it is handed out: what
    /// is left comes part by part.
    pub fn is_streamed(&self) -> bool {
        self.is_large && self.from >= self.to
    }

    /// Says whether the table is too large to be held: it was read once.
    pub(super) fn is_large(&self) -> bool {
        self.is_large
    }

    /// Says whether the table changed while it was read (`NLM_F_DUMP_INTR`), the last time that was
    /// tried too: then entries may be missing, or be there twice. It is known after the last entry.
    pub fn is_interrupted(&self) -> bool {
        self.interrupted
    }

    /// Returns what the kernel warned of at the end, if it did. It is known after the last entry.
    pub fn warning(&self) -> Option<&str> {
        self.warning.as_deref()
    }

    /// Goes to the next entry; says whether there is one.
    #[inline]
    fn find_entry(&mut self) -> Result<bool, Error> {
        let found = self.search();
        if found.is_err() {
            self.state = TableState::Ended;
        }
        found
    }

    #[inline]
    fn search(&mut self) -> Result<bool, Error> {
        loop {
            match self.state {
                TableState::Open if self.from < self.to => match self.look()? {
                    TablePart::Entry => return Ok(true),
                    TablePart::Foreign => self.from = self.next,
                    TablePart::End => self.state = TableState::Ended,
                },
                TableState::Open => self.refill()?,
                TableState::Held(attempt) => self.hold(attempt)?,
                TableState::Ended => return Ok(false),
            }
        }
    }

    /// Looks at the next message; says what it is.
    #[inline]
    fn look(&mut self) -> Result<TablePart, Error> {
        let message = self.message_at(self.from)?;
        let next = self.to.min(self.from + align(message.bytes().len()));
        let part = self.part(&message);
        let interrupted = part.is_interrupted(&message);
        if part == TablePart::End {
            let end = check_end(self.connection.spec(), &self.request, &message);
            self.is_whole = true;
            self.warning = end?;
        }
        self.next = next;
        self.interrupted |= interrupted;
        Ok(part)
    }

    /// Returns where the next message ends if it is an entry of which nothing else is to be noted: most are, and it takes a few
    /// instructions to see that.
    #[inline]
    fn after_entry(&self) -> Option<usize> {
        let rest = &self.bytes[self.from..self.to];
        let header = Nlmsghdr::from_bytes(rest)?;
        let len = header.nlmsg_len as usize;
        let is_plain = header.nlmsg_seq == self.seq
            && !matches!(header.nlmsg_type, NLMSG_DONE | NLMSG_ERROR)
            && header.nlmsg_flags & NLM_F_DUMP_INTR == 0
            && (NLMSG_HDRLEN..=rest.len()).contains(&len);

        is_plain.then(|| self.to.min(self.from + align(len)))
    }

    #[inline]
    fn message_at(&self, at: usize) -> Result<Message<'_>, Error> {
        Message::from_bytes(&self.bytes[at..self.to])
            .map_err(|error| Error::malformed(self.request.op(), error))
    }

    #[inline]
    fn part(&self, message: &Message<'_>) -> TablePart {
        match message.header() {
            header if header.nlmsg_seq != self.seq => TablePart::Foreign,
            header if matches!(header.nlmsg_type, NLMSG_DONE | NLMSG_ERROR) => TablePart::End,
            _ => TablePart::Entry,
        }
    }

    /// Asks for the table, again if need be.
    fn ask(&mut self) -> Result<(), Error> {
        self.seq = self.connection.next_seq();
        self.request.set_seq(self.seq);
        (self.from, self.to) = (0, 0);
        self.is_whole = false;
        self.connection.send(&self.request).map(drop)
    }

    /// Receives what can be held; asks again if that is all of it and it changed meanwhile.
    fn hold(&mut self, attempt: u32) -> Result<(), Error> {
        let (mut ended, mut interrupted) = (false, false);
        while !ended && self.to < HELD {
            let at = self.to;
            self.receive()?;
            for message in Messages::new(&self.bytes[at..self.to]) {
                match message {
                    Ok(message) => {
                        let part = self.part(&message);
                        ended |= part == TablePart::End;
                        interrupted |= part.is_interrupted(&message);
                    }
                    // An error is found again when it is its turn.
                    Err(_) => ended = true,
                }
            }
        }
        self.is_whole = ended;
        if ended && interrupted && attempt + 1 < ATTEMPTS {
            self.state = TableState::Held(attempt + 1);
            return self.ask();
        }
        self.state = TableState::Open;
        self.is_large = !ended;
        Ok(())
    }

    /// Receives the next part; all before was handed out.
    fn refill(&mut self) -> Result<(), Error> {
        (self.from, self.to) = (0, 0);
        self.bytes.truncate(ROOM);
        self.bytes.shrink_to_fit();
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
                // Datagrams of other senders than the kernel are ignored.
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

impl Drop for Table<'_> {
    fn drop(&mut self) {
        if !self.is_whole {
            self.connection.leave(self.seq);
        }
    }
}

impl TablePart {
    /// Says whether `message`, of this role, says that the table changed: one message only does, whichever came next
    /// after the change.
    fn is_interrupted(self, message: &Message<'_>) -> bool {
        self != Self::Foreign && message.header().nlmsg_flags & NLM_F_DUMP_INTR != 0
    }
}

#[cfg(test)]
mod tests {
    use super::super::connection::tests::{open, ROUTE};
    use super::*;
    use crate::fixtures::message;
    use crate::wire::put_str;

    const MULTI: u16 = libc::NLM_F_MULTI as u16;
    const TLVS: u16 = libc::NLM_F_ACK_TLVS as u16;

    /// Reads `messages` as the answer to a dump; returns the payloads of the entries, and whether it was interrupted.
    fn read(messages: &[Vec<u8>]) -> Result<(Vec<Vec<u8>>, bool), Error> {
        let mut connection = open(&ROUTE);
        let request = Request::dump("list", 17, Vec::new()).unwrap();
        let mut table = Table::new(&mut connection, request.0, Duration::ZERO);
        let bytes = messages.concat();
        table.bytes[..bytes.len()].copy_from_slice(&bytes);
        (table.to, table.state) = (bytes.len(), TableState::Open);
        let mut entries = Vec::new();
        while let Some(entry) = table.next_entry()? {
            entries.push(entry.payload().to_vec());
        }
        Ok((entries, table.is_interrupted()))
    }

    #[test]
    fn entries_are_kept_in_order_and_an_interruption_counts_on_whichever_message_it_stands() {
        let messages = [
            message(17, MULTI, b"one."),
            message(17, MULTI, b"two."),
            message(NLMSG_DONE, MULTI, &[0; 4]),
        ];
        let entries = || vec![b"one.".to_vec(), b"two.".to_vec()];

        assert_eq!(read(&messages), Ok((entries(), false)));
        for interrupted in 0..3 {
            let mut messages = messages.clone();
            messages[interrupted][6] |= NLM_F_DUMP_INTR as u8;
            assert_eq!(read(&messages), Ok((entries(), true)), "{interrupted}");
        }
    }

    #[test]
    fn an_error_at_the_end_is_the_kernels_in_its_words_if_it_has_any() {
        let error = |flags, payload: &[u8]| {
            let done = message(NLMSG_DONE, MULTI | flags, payload);
            read(&[message(17, MULTI, b"one."), done]).unwrap_err()
        };
        let mut payload = (-libc::EIO).to_ne_bytes().to_vec();
        put_str(&mut payload, 1, b"table is on fire").unwrap();
        let words = error(TLVS, &payload).to_string();
        assert_eq!(words, "list: table is on fire (EIO)");

        let errno = error(0, &(-libc::ENOMEM).to_ne_bytes()).errno;
        assert_eq!(errno.0, libc::ENOMEM);
    }

    #[test]
    fn words_at_the_end_of_a_complete_table_are_a_warning() {
        let mut payload = 0i32.to_ne_bytes().to_vec();
        put_str(&mut payload, 1, b"some are left out").unwrap();
        let done = message(NLMSG_DONE, MULTI | TLVS, &payload);
        let mut connection = open(&ROUTE);
        let request = Request::dump("list", 17, Vec::new()).unwrap();
        let mut table = Table::new(&mut connection, request.0, Duration::ZERO);
        table.bytes[..done.len()].copy_from_slice(&done);
        (table.to, table.state) = (done.len(), TableState::Open);

        assert_eq!(table.next_entry(), Ok(None));
        assert_eq!(table.warning(), Some("some are left out"));
    }

    #[test]
    fn an_end_without_a_number_is_the_end() {
        let end = message(NLMSG_DONE, MULTI, b"");

        assert_eq!(read(&[end]), Ok((Vec::new(), false)));
    }

    #[test]
    fn a_part_that_does_not_fit_is_an_error_and_the_end() {
        let mut connection = open(&ROUTE);
        let links = Request::dump("list", libc::RTM_GETLINK, vec![0; 16]).unwrap();
        let mut table = connection.table(links, Duration::from_secs(10)).unwrap();
        table.bytes.truncate(100);

        assert_eq!(table.next_entry(), Err(Error::truncated("list")));
        assert_eq!(table.next_entry(), Ok(None));
    }
}
