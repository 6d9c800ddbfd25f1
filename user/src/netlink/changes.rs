// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Many changes in one datagram.

use super::connection::check_ack;
use super::{deadline, Connection, Error, Gathered, Request};
use crate::wire::NLMSG_ERROR;
use std::time::{Duration, Instant};

/// The kernel's answer to a change: done, or refused with an error.
type Verdict = Result<(), Error>;

impl Connection {
    /// Sends `requests`, each a [`Request::change`], under the next numbers in one datagram, and
    /// waits up to `timeout` for the kernel's word on each; returns these words, in order.
    ///
    /// The kernel does one after the other, also those behind one that it refused. Where its word is
    /// lost or late, that is the error in its place: then nobody knows whether the change was done.
    ///
    /// # Errors
    ///
    /// Those of [`Connection::send`]: nothing was done.
    pub fn change_all(
        &mut self,
        requests: &mut [Request],
        timeout: Duration,
    ) -> Result<Vec<Verdict>, Error> {
        let op = requests.first().map_or("", Request::op);
        let mut datagram = Vec::new();
        for request in &mut *requests {
            request.set_seq(self.next_seq());
            datagram.extend_from_slice(request.bytes());
        }
        let sent = self.send_datagram(op, &datagram)?;
        let mut verdicts = vec![None; requests.len()];
        let lost = self
            .receive_verdicts(requests, &mut verdicts, sent, timeout)
            .err()
            .unwrap_or_else(|| Error::timed_out(op, timeout));

        Ok(requests
            .iter()
            .zip(verdicts)
            .map(|(request, verdict)| verdict.unwrap_or_else(|| Err(unknown(request, &lost))))
            .collect())
    }

    /// Waits until there are all `verdicts` on `requests`.
    fn receive_verdicts(
        &mut self,
        requests: &[Request],
        verdicts: &mut [Option<Verdict>],
        sent: Instant,
        timeout: Duration,
    ) -> Result<(), Error> {
        let op = requests.first().map_or("", Request::op);
        let mut end = deadline(sent, timeout);
        let mut late = Error::timed_out(op, timeout);
        while verdicts.contains(&None) {
            match self.gather(op, end, None) {
                Ok(Gathered::Datagrams(received)) => {
                    self.note_verdicts(requests, verdicts)?;
                    // A peer that keeps sending ignored messages must not postpone the deadline.
                    if received >= end && verdicts.contains(&None) {
                        return Err(late);
                    }
                }
                Ok(_) => return Err(late),
                // All was done when it was sent: of what is left now, words are there or lost.
                Err(error) if error.is_overrun() && end != sent => (end, late) = (sent, error),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Notes what was gathered last.
    fn note_verdicts(
        &self,
        requests: &[Request],
        verdicts: &mut [Option<Verdict>],
    ) -> Result<(), Error> {
        let [first, ..] = requests else {
            return Ok(());
        };
        for message in self.messages(first.op()) {
            let message = message?;
            // Numbers of the requests are consecutive; other messages are late answers, or events.
            let index = message.header().nlmsg_seq.wrapping_sub(first.seq()) as usize;
            if let (NLMSG_ERROR, Some(request)) = (message.header().nlmsg_type, requests.get(index))
            {
                verdicts[index] = Some(check_ack(self.spec(), request, &message));
            }
        }
        Ok(())
    }
}

/// Returns the error for a `request` that there is no word on, because that is `lost`.
fn unknown(request: &Request, lost: &Error) -> Error {
    Error {
        op: request.op(),
        object: request.object().map(str::to_owned),
        ..lost.clone()
    }
    .hint("it may have been done")
}
