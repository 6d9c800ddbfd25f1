// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Whole tables: one request, many messages.

use super::connection::check_ack;
use super::{Ack, Connection, DumpRequest, Error, Request, Spec};
use crate::wire::{Message, NLMSG_DONE, NLMSG_ERROR};
use std::ops::ControlFlow;
use std::time::Duration;

/// How often a table is read before it is taken as it is.
pub(super) const ATTEMPTS: u32 = 5;

/// A table as the kernel dumped it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dump<T> {
    /// Entries of the table.
    pub entries: Vec<T>,
    /// Whether it changed while it was read (`NLM_F_DUMP_INTR`), the last time that was tried too:
    /// then entries may be missing, or be there twice.
    pub interrupted: bool,
}

impl Connection {
    /// Reads the table that `request` asks for: `read` makes an entry of a
    /// message. If the table changes meanwhile it is read again, a few times.
    ///
    /// The wait ends when nothing has come for `timeout`.
    ///
    /// # Errors
    ///
    /// `ETIMEDOUT`; the kernel's refusal, also one halfway through; those of `read`; others of
    /// [`Connection::send`] and [`Connection::gather`].
    pub fn dump<T>(
        &mut self,
        request: &mut DumpRequest,
        timeout: Duration,
        mut read: impl FnMut(&Message<'_>) -> Result<T, Error>,
    ) -> Result<Dump<T>, Error> {
        let mut attempt = 1;
        loop {
            let dump = self.dump_once(&mut request.0, timeout, &mut read)?;
            if !dump.interrupted || attempt == ATTEMPTS {
                return Ok(dump);
            }
            attempt += 1;
        }
    }

    fn dump_once<T>(
        &mut self,
        request: &mut Request,
        timeout: Duration,
        mut read: impl FnMut(&Message<'_>) -> Result<T, Error>,
    ) -> Result<Dump<T>, Error> {
        let mut dump = Dump {
            entries: Vec::new(),
            interrupted: false,
        };
        self.converse(request, timeout, |spec, request, message| {
            dump.take(spec, request, message, &mut read)
        })?;
        Ok(dump)
    }
}

impl<T> Dump<T> {
    /// Takes in a message of the answer; breaks at the last one.
    fn take(
        &mut self,
        spec: &Spec,
        request: &Request,
        message: &Message<'_>,
        mut read: impl FnMut(&Message<'_>) -> Result<T, Error>,
    ) -> Result<ControlFlow<()>, Error> {
        // `NLM_F_DUMP_INTR` stands on one message only, whichever came next after the change.
        self.interrupted |= is_interrupted(message);
        match message.header().nlmsg_type {
            NLMSG_ERROR => check_ack(spec, request, message)?,
            NLMSG_DONE => return check_done(spec, request, message).map(ControlFlow::Break),
            _ => self.entries.push(read(message)?),
        }
        Ok(ControlFlow::Continue(()))
    }
}

pub(super) fn is_interrupted(message: &Message<'_>) -> bool {
    i32::from(message.header().nlmsg_flags) & libc::NLM_F_DUMP_INTR != 0
}

/// Fails unless `message` ends a dump that is complete.
pub(super) fn check_done(
    spec: &Spec,
    request: &Request,
    message: &Message<'_>,
) -> Result<(), Error> {
    let done = Ack::from_done(message);

    match done.errno {
        0 => Ok(()),
        _ => Err(Error::refused(spec, request, &done)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{put_message, put_str, Nlmsghdr};

    static SPEC: Spec = Spec {
        protocol: libc::NETLINK_ROUTE,
        unregistered_hint: "",
        messages: &[],
    };

    const INTR: u16 = libc::NLM_F_DUMP_INTR as u16;
    const MULTI: u16 = libc::NLM_F_MULTI as u16;
    const TLVS: u16 = libc::NLM_F_ACK_TLVS as u16;

    fn message(nlmsg_type: u16, nlmsg_flags: u16, payload: &[u8]) -> Vec<u8> {
        let header = Nlmsghdr {
            nlmsg_type,
            nlmsg_flags,
            ..Nlmsghdr::default()
        };
        let mut bytes = Vec::new();
        put_message(&mut bytes, header, payload).unwrap();
        bytes
    }

    /// Reads `messages` as the answer to a dump, the payloads being the entries.
    fn read(messages: &[Vec<u8>]) -> Result<(Dump<Vec<u8>>, bool), Error> {
        let request = Request::dump("list", 17, Vec::new()).unwrap();
        let mut dump = Dump {
            entries: Vec::new(),
            interrupted: false,
        };
        let mut ended = false;
        for bytes in messages {
            let message = Message::from_bytes(bytes).unwrap();
            let flow = dump.take(&SPEC, &request.0, &message, |m| Ok(m.payload().to_vec()))?;
            ended |= flow.is_break();
        }
        Ok((dump, ended))
    }

    #[test]
    fn entries_are_kept_in_order_until_the_end() {
        let (dump, ended) = read(&[
            message(17, MULTI, b"one."),
            message(17, MULTI, b"two."),
            message(NLMSG_DONE, MULTI, &[0; 4]),
        ])
        .unwrap();

        assert_eq!(dump.entries, [b"one.", b"two."]);
        assert!(ended && !dump.interrupted);
    }

    #[test]
    fn an_interruption_counts_on_whichever_message_it_stands() {
        for interrupted in 0..3 {
            let mut messages = [
                message(17, MULTI, b"one."),
                message(17, MULTI, b"two."),
                message(NLMSG_DONE, MULTI, &[0; 4]),
            ];
            messages[interrupted][6] |= INTR as u8;
            let (dump, _) = read(&messages).unwrap();
            assert!(dump.interrupted, "message {interrupted}");
            assert_eq!(dump.entries.len(), 2);
        }
    }

    #[test]
    fn an_error_at_the_end_is_the_kernels_in_its_words() {
        let mut payload = (-libc::EIO).to_ne_bytes().to_vec();
        put_str(&mut payload, 1, b"table is on fire").unwrap();
        let error = read(&[
            message(17, MULTI, b"one."),
            message(NLMSG_DONE, MULTI | TLVS, &payload),
        ])
        .unwrap_err();

        assert_eq!(error.to_string(), "list: table is on fire (EIO)");
    }

    #[test]
    fn an_error_at_the_end_without_words_has_its_number() {
        let payload = (-libc::ENOMEM).to_ne_bytes();
        let error = read(&[message(NLMSG_DONE, MULTI, &payload)]).unwrap_err();

        assert_eq!(error.errno.0, libc::ENOMEM);
    }

    #[test]
    fn an_end_without_a_number_is_the_end() {
        assert!(read(&[message(NLMSG_DONE, MULTI, b"")]).unwrap().1);
    }
}
