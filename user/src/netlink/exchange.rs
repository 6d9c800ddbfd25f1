// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A request and all of its answer.

use super::connection::{check_ack, NLMSG_ERROR};
use super::{deadline, Answer, Connection, Error, Gathered, Inbox, Request, Spec};
use crate::wire::Message;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// How many datagrams of an answer are received at once: the parts of a dump are made one by one.
const INBOX: usize = 4;

impl Connection {
    /// Sends `request` under the next number and waits up to `timeout` for the one message that
    /// answers it; returns how long that took, too.
    ///
    /// # Errors
    ///
    /// `ETIMEDOUT`; others of [`Connection::send`] and [`Connection::receive`].
    pub fn ask(
        &mut self,
        request: &mut Request,
        timeout: Duration,
    ) -> Result<(Message<'_>, Duration), Error> {
        request.set_seq(self.next_seq());
        let sent = self.send(request)?;

        match self.receive(request, deadline(sent, timeout), None)? {
            Answer::Message(message, received) => Ok((message, received.duration_since(sent))),
            Answer::TimedOut | Answer::Woken => Err(Error::timed_out(request.op(), timeout)),
        }
    }

    /// Sends `request`, a [`Request::change`], under the next number and waits up to `timeout` for
    /// the word that it is done.
    ///
    /// # Errors
    ///
    /// `ETIMEDOUT`; the kernel's refusal; others of [`Connection::send`] and
    /// [`Connection::gather`].
    pub fn change(&mut self, request: &mut Request, timeout: Duration) -> Result<(), Error> {
        self.converse(request, timeout, |spec, request, message| {
            match message.header().nlmsg_type {
                NLMSG_ERROR => check_ack(spec, request, message).map(ControlFlow::Break),
                // An answer may come before the ACK.
                _ => Ok(ControlFlow::Continue(())),
            }
        })
    }

    /// Sends `request` under the next number and hands each message of its answer to `take`, until
    /// that breaks.
    ///
    /// The wait ends when nothing has come for `timeout`.
    pub(super) fn converse(
        &mut self,
        request: &mut Request,
        timeout: Duration,
        mut take: impl FnMut(&Spec, &Request, &Message<'_>) -> Result<ControlFlow<()>, Error>,
    ) -> Result<(), Error> {
        let spec = self.spec();
        let mut inbox = Inbox::new(INBOX);
        request.set_seq(self.next_seq());
        let mut latest = self.send(request)?;

        while let Some(received) = self.more(request.op(), &mut inbox, deadline(latest, timeout))? {
            for message in inbox.messages(request.op()) {
                let message = message?;
                // Others are late answers, and news of others.
                if message.header().nlmsg_seq == request.seq() {
                    latest = received;
                    if take(spec, request, &message)?.is_break() {
                        return Ok(());
                    }
                }
            }
        }
        Err(Error::timed_out(request.op(), timeout))
    }

    /// Receives more, unless time is up; returns when that was.
    fn more(
        &mut self,
        op: &'static str,
        inbox: &mut Inbox,
        deadline: Instant,
    ) -> Result<Option<Instant>, Error> {
        Ok(match self.gather(op, inbox, deadline, None)? {
            // Whoever keeps sending what is ignored must not keep us here.
            Gathered::Datagrams(received) => Some(received).filter(|now| *now < deadline),
            Gathered::TimedOut | Gathered::Woken => None,
        })
    }
}
