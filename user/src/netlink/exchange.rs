// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A request and all of its answer.

use super::connection::{check_ack, check_end};
use super::{deadline, Connection, Error, Gathered, Request, Spec};
use crate::wire::{Message, NLMSG_DONE, NLMSG_ERROR};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// All that the kernel sent for a request that was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WholeAnswer {
    /// Copies of the messages before the last.
    pub messages: Vec<Vec<u8>>,
    /// The kernel's words at the end, if it had any.
    pub warning: Option<String>,
}

impl Connection {
    /// Sends `request` under the next number and waits up to `timeout` for the one message that
    /// answers it; returns how long that took, too.
    ///
    /// Ignored are datagrams that are not the kernel's, messages of another sequence number (late
    /// answers), and an ACK that says that all is well.
    ///
    /// # Errors
    ///
    /// The kernel's refusal; `ETIMEDOUT`; `EBADMSG` when what the kernel sent is no netlink message;
    /// others of [`Connection::send`] and [`Connection::gather`].
    pub fn ask(
        &mut self,
        request: &mut Request,
        timeout: Duration,
    ) -> Result<(Message<'_>, Duration), Error> {
        let sent = self.send_next(request)?;
        self.answer(request, sent, timeout)
    }

    /// Waits for the one message that answers `request`; see [`Connection::ask`].
    fn answer(
        &mut self,
        request: &Request,
        sent: Instant,
        timeout: Duration,
    ) -> Result<(Message<'_>, Duration), Error> {
        let (index, received) = self.receive_answer(
            request,
            sent,
            timeout,
            |spec, request, message| match message.header().nlmsg_type {
                NLMSG_ERROR => check_ack(spec, request, message).map(ControlFlow::Continue),
                _ => Ok(ControlFlow::Break(())),
            },
        )?;
        let message = self.messages(request.op()).nth(index);

        // The message was in the inbox when its index was found.
        message
            .unwrap_or_else(|| Err(Error::timed_out(request.op(), timeout)))
            .map(|message| (message, received.duration_since(sent)))
    }

    /// Sends `request`, a [`Request::change`], under the next number and waits up to `timeout` for
    /// the word that it is done.
    ///
    /// # Errors
    ///
    /// `ETIMEDOUT`; the kernel's refusal; others of [`Connection::send`] and
    /// [`Connection::gather`].
    pub fn change(&mut self, request: &mut Request, timeout: Duration) -> Result<(), Error> {
        let sent = self.send_next(request)?;
        self.receive_answer(request, sent, timeout, |spec, request, message| {
            match message.header().nlmsg_type {
                NLMSG_ERROR => check_ack(spec, request, message).map(ControlFlow::Break),
                // An answer may come before the ACK.
                _ => Ok(ControlFlow::Continue(())),
            }
        })
        .map(drop)
    }

    /// Sends `request`, a [`Request::change`], under the next number and waits up to `timeout` for each message
    /// that answers it and then for the word that it is done, or the end of a dump.
    ///
    /// # Errors
    ///
    /// As [`Connection::change`].
    pub fn ask_all(
        &mut self,
        request: &mut Request,
        timeout: Duration,
    ) -> Result<WholeAnswer, Error> {
        let sent = self.send_next(request)?;
        let mut answer = WholeAnswer::default();
        self.receive_answer(
            request,
            sent,
            timeout,
            |spec, request, message| match message.header().nlmsg_type {
                NLMSG_ERROR | NLMSG_DONE => {
                    answer.warning = check_end(spec, request, message)?;
                    Ok(ControlFlow::Break(()))
                }
                _ => {
                    answer.messages.push(message.bytes().to_vec());
                    Ok(ControlFlow::Continue(()))
                }
            },
        )?;
        Ok(answer)
    }

    fn send_next(&mut self, request: &mut Request) -> Result<Instant, Error> {
        request.set_seq(self.next_seq());
        self.send(request)
    }

    /// Hands each message of the answer to `request` to `take`, until that breaks; returns which
    /// message of the inbox that was at, and when it was received.
    ///
    /// What came is handed over even if it was found only after the time was up.
    fn receive_answer(
        &mut self,
        request: &Request,
        sent: Instant,
        timeout: Duration,
        mut take: impl FnMut(&Spec, &Request, &Message<'_>) -> Result<ControlFlow<()>, Error>,
    ) -> Result<(usize, Instant), Error> {
        let mut end = deadline(sent, timeout);
        while let Gathered::Datagrams(received) = self.gather(request.op(), end, None)? {
            match self.hand_over(request, &mut take)? {
                ControlFlow::Break(index) => return Ok((index, received)),
                ControlFlow::Continue(true) => end = deadline(received, timeout),
                // A peer that keeps sending ignored messages must not postpone the deadline.
                ControlFlow::Continue(false) if received >= end => break,
                ControlFlow::Continue(false) => {}
            }
        }
        Err(Error::timed_out(request.op(), timeout))
    }

    /// Hands over what was gathered last; returns where that broke, or else whether any of it
    /// answers `request`.
    fn hand_over(
        &self,
        request: &Request,
        mut take: impl FnMut(&Spec, &Request, &Message<'_>) -> Result<ControlFlow<()>, Error>,
    ) -> Result<ControlFlow<usize, bool>, Error> {
        let mut any = false;
        for (index, message) in self.messages(request.op()).enumerate() {
            let message = message?;
            // Messages with other numbers are late answers, or events.
            if message.header().nlmsg_seq == request.seq() {
                any = true;
                if take(self.spec(), request, &message)?.is_break() {
                    return Ok(ControlFlow::Break(index));
                }
            }
        }
        Ok(ControlFlow::Continue(any))
    }
}

#[cfg(test)]
mod tests {
    use super::super::connection::tests::{open, ROUTE, USERSOCK};
    use super::super::inbox::ROOM;
    use super::super::socket::tests::send_to;
    use super::super::{Datagram, Socket, Tap};
    use super::*;
    use crate::wire::{put_message, Nlmsghdr};
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
    use std::sync::Arc;

    const SHORT: Duration = Duration::from_millis(50);
    const LONG: Duration = Duration::from_secs(10);

    /// Asks for the loopback interface: `struct ifinfomsg` with its index.
    fn get_lo(seq: u32) -> Request {
        let mut ifinfomsg = vec![0; 16];
        ifinfomsg[4..8].copy_from_slice(&1i32.to_ne_bytes());
        let mut request = Request::new("test", libc::RTM_GETLINK, ifinfomsg).unwrap();
        request.set_seq(seq);
        request
    }

    /// Counts what was sent, and what was received.
    #[derive(Clone, Default)]
    struct CountingTap(Arc<[AtomicU32; 2]>);

    impl CountingTap {
        fn counts(&self) -> [u32; 2] {
            [0, 1].map(|direction: usize| self.0[direction].load(Relaxed))
        }
    }

    impl Tap for CountingTap {
        fn sent(&mut self, _: &[u8]) {
            self.0[0].fetch_add(1, Relaxed);
        }

        fn received(&mut self, _: Datagram<'_>) {
            self.0[1].fetch_add(1, Relaxed);
        }
    }

    /// Returns the answer to `request`, which was sent just now.
    fn answer<'a>(
        connection: &'a mut Connection,
        request: &Request,
        timeout: Duration,
    ) -> Result<Message<'a>, Error> {
        connection
            .answer(request, Instant::now(), timeout)
            .map(|(message, _)| message)
    }

    fn errno<T: std::fmt::Debug>(result: Result<T, Error>) -> i32 {
        result.unwrap_err().errno.0
    }

    #[test]
    fn an_answer_that_is_not_the_kernels_is_seen_but_not_believed() {
        let (mut connection, seen) = (open(&USERSOCK), CountingTap::default());
        connection.set_tap(Some(Box::new(seen.clone())));
        let request = get_lo(1);
        let mut forged = Vec::new();
        let header = Nlmsghdr::from_bytes(request.bytes()).unwrap();
        put_message(&mut forged, header, b"").unwrap();
        let liar = Socket::open(libc::NETLINK_USERSOCK).unwrap();
        send_to(&liar, connection.socket().portid(), &forged).unwrap();

        let answer = answer(&mut connection, &request, SHORT);
        assert_eq!(errno(answer), libc::ETIMEDOUT);
        assert_eq!(seen.counts(), [0, 1]);
    }

    #[test]
    fn a_datagram_too_large_is_no_error_unless_it_is_the_kernels() {
        let mut connection = open(&USERSOCK);
        let liar = Socket::open(libc::NETLINK_USERSOCK).unwrap();
        let portid = connection.socket().portid();
        send_to(&liar, portid, &vec![0; ROOM + 1]).unwrap();

        let answer = answer(&mut connection, &get_lo(1), SHORT);
        assert_eq!(errno(answer), libc::ETIMEDOUT);
    }

    #[test]
    fn a_stream_of_foreign_datagrams_does_not_outlast_the_deadline() {
        let (mut connection, seen) = (open(&USERSOCK), CountingTap::default());
        connection.set_tap(Some(Box::new(seen.clone())));
        let spammer = Socket::open(libc::NETLINK_USERSOCK).unwrap();
        for _ in 0..20 {
            send_to(&spammer, connection.socket().portid(), &[0; 16]).unwrap();
        }

        let answer = answer(&mut connection, &get_lo(1), Duration::ZERO);
        assert_eq!(errno(answer), libc::ETIMEDOUT);
        assert!(seen.counts()[1] < 20, "not all are waited for");
    }

    #[test]
    fn a_late_answer_to_an_earlier_request_is_skipped() {
        let mut connection = open(&ROUTE);
        connection.send(&get_lo(1)).unwrap();
        let second = get_lo(2);
        connection.send(&second).unwrap();

        let message = answer(&mut connection, &second, LONG).unwrap();
        assert_eq!(message.header().nlmsg_seq, 2);
        assert_eq!(message.header().nlmsg_type, libc::RTM_NEWLINK);
    }

    #[test]
    fn an_answer_that_never_comes_ends_in_a_timeout() {
        let start = Instant::now();
        let answer = answer(&mut open(&ROUTE), &get_lo(1), SHORT).map(drop);

        assert_eq!(errno(answer), libc::ETIMEDOUT);
        assert!(start.elapsed() >= SHORT);
    }

    #[test]
    fn dropped_answers_are_reported_and_the_kept_ones_still_come() {
        let mut connection = open(&ROUTE);
        let mut seq = 0;
        // Far more than fit into any receive buffer of the default size.
        for _ in 0..20_000 {
            seq += 1;
            connection.send(&get_lo(seq)).unwrap();
        }

        let error = answer(&mut connection, &get_lo(1), LONG).unwrap_err();
        assert!(error.is_overrun(), "{error}");
        let first = answer(&mut connection, &get_lo(1), LONG);
        assert_eq!(first.unwrap().header().nlmsg_seq, 1);
        let last = answer(&mut connection, &get_lo(seq), SHORT);
        assert_eq!(errno(last), libc::ETIMEDOUT);
    }
}
