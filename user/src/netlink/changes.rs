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
            .hear_verdicts(requests, &mut verdicts, sent, timeout)
            .err()
            .unwrap_or_else(|| Error::timed_out(op, timeout));

        Ok(requests
            .iter()
            .zip(verdicts)
            .map(|(request, verdict)| verdict.unwrap_or_else(|| Err(unknown(request, &lost))))
            .collect())
    }

    /// Waits until there are all `verdicts` on `requests`.
    fn hear_verdicts(
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

#[cfg(test)]
mod tests {
    use super::super::connection::tests::{get_lo, open, ROUTE, USERSOCK};
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(5);

    /// A request that nobody needs a privilege for, and that the kernel has nothing to do for.
    fn noop() -> Request {
        Request::change("test", libc::NLMSG_NOOP as u16, Vec::new()).unwrap()
    }

    fn unknown_type() -> Request {
        Request::change("test", 9999, vec![0; 4]).unwrap()
    }

    #[test]
    fn each_change_has_its_own_verdict_also_behind_a_refused_one() {
        let mut requests: Vec<_> = (0..200)
            .map(|n| if n % 3 == 1 { unknown_type() } else { noop() })
            .collect();
        let mut connection = open(&ROUTE);
        let verdicts = connection.change_all(&mut requests, PATIENCE).unwrap();

        for (n, verdict) in verdicts.iter().enumerate() {
            let errno = verdict.as_ref().err().map(|error| error.errno.0);
            assert_eq!(errno, (n % 3 == 1).then_some(libc::EOPNOTSUPP), "{n}");
        }
        assert_eq!(verdicts.len(), 200);
    }

    #[test]
    fn the_word_that_is_lost_is_said_to_be() {
        // Without NLM_F_ACK there is none.
        let silent = Request::new("test", libc::NLMSG_NOOP as u16, Vec::new()).unwrap();
        let mut requests = [noop(), silent.about("it"), noop()];
        let verdicts = open(&ROUTE)
            .change_all(&mut requests, Duration::from_millis(30))
            .unwrap();

        assert_eq!((&verdicts[0], &verdicts[2]), (&Ok(()), &Ok(())));
        assert_eq!(
            verdicts[1].as_ref().unwrap_err().to_string(),
            "test it: no reply within 0.03 s (ETIMEDOUT): it may have been done"
        );
    }

    #[test]
    fn words_that_the_kernel_had_no_room_for_are_lost_and_the_others_are_heard() {
        let mut connection = open(&ROUTE);
        connection.socket().set_recv_buffer(0).unwrap();
        let mut requests: Vec<_> = (0..100).map(|_| noop()).collect();
        let verdicts = connection.change_all(&mut requests, PATIENCE).unwrap();

        let done = verdicts
            .iter()
            .take_while(|verdict| verdict.is_ok())
            .count();
        assert!((1..100).contains(&done), "{done}");
        for verdict in &verdicts[done..] {
            let error = verdict.as_ref().unwrap_err();
            assert_eq!(error.errno.0, libc::ENOBUFS);
            assert_eq!(error.hint, Some("it may have been done"));
        }
    }

    #[test]
    fn what_cannot_be_sent_is_not_done() {
        let error = open(&USERSOCK)
            .change_all(&mut [get_lo(1)], PATIENCE)
            .unwrap_err();

        assert_eq!(error.errno.0, libc::ECONNREFUSED);
    }
}
