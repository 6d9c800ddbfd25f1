// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Many hellos in one datagram, and their replies.

use super::reply::OP;
use super::{Hello, HelloSocket, Reply, Transport};
use crate::netlink::{check_ack, deadline, Error, Gathered, Request};
use crate::wire::{Message, NLMSG_ERROR};
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

/// Upper bound of what a reply takes in the receive buffer beside its data, in bytes.
const OVERHEAD: usize = 2048;

/// A socket of the hello family, and one hello to say on it again and again, some at a time.
pub struct HelloBatch {
    socket: HelloSocket,
    request: Request,
    data: Option<Vec<u8>>,
    datagram: Vec<u8>,
    sent: Instant,
    received: Instant,
    unanswered: Unanswered,
}

impl HelloBatch {
    /// Opens a socket and builds the request, which is to be sent up to `most` times at once.
    ///
    /// # Errors
    ///
    /// `EPROTONOSUPPORT` when hello.ko is not loaded; `ERANGE` when a value is longer than
    /// [`NLA_MAX_VALUE`](crate::wire::NLA_MAX_VALUE).
    pub fn open(hello: &Hello<'_>, most: usize) -> Result<Self, Error> {
        Self::on(|| HelloSocket::open(OP, Transport::Raw, None), hello, most)
    }

    /// Does the same on the socket that `open` opens.
    ///
    /// # Errors
    ///
    /// `ERANGE` as for [`HelloBatch::open`], and those of `open`.
    pub fn on(
        open: impl FnOnce() -> Result<HelloSocket, Error>,
        hello: &Hello<'_>,
        most: usize,
    ) -> Result<Self, Error> {
        let request = hello.request(OP)?;
        let mut socket = open()?;
        let request = socket.framing.request(request);
        socket.connection.set_inbox(most);
        if most > 1 {
            // Where there is less, replies are lost, and that is reported.
            let each = OVERHEAD.saturating_add(2 * request.bytes().len());
            let _ = socket
                .connection
                .socket()
                .set_recv_buffer(most.saturating_mul(each));
        }
        let now = Instant::now();

        Ok(Self {
            socket,
            request,
            data: hello.data.map(<[u8]>::to_vec),
            datagram: Vec::new(),
            sent: now,
            received: now,
            unanswered: Unanswered::default(),
        })
    }

    /// Says the hellos number `first` and up, `count` in all, in one datagram.
    ///
    /// Those of before that are still unanswered are given up.
    ///
    /// # Errors
    ///
    /// As [`Connection::send`](crate::netlink::Connection::send).
    pub fn send(&mut self, first: u32, count: usize) -> Result<(), Error> {
        self.unanswered = Unanswered::new(first, count);
        self.datagram.clear();
        for seq in self.unanswered.iter() {
            self.request.set_seq(seq);
            self.datagram.extend_from_slice(self.request.bytes());
        }
        self.sent = self.socket.connection.send_datagram(OP, &self.datagram)?;
        Ok(())
    }

    /// Waits for replies, until `timeout` has passed since the hellos were sent or until `wake` is
    /// readable.
    ///
    /// # Errors
    ///
    /// As [`Connection::gather`](crate::netlink::Connection::gather).
    pub fn wait(
        &mut self,
        timeout: Duration,
        wake: Option<BorrowedFd<'_>>,
    ) -> Result<Gathered, Error> {
        let deadline = deadline(self.sent, timeout);
        let gathered = self.socket.connection.gather(OP, deadline, wake)?;

        if let Gathered::Datagrams(received) = gathered {
            self.received = received;
            // A peer that keeps sending ignored messages must not postpone the deadline.
            if received >= deadline && !self.has_reply() {
                return Ok(Gathered::TimedOut);
            }
        }
        Ok(gathered)
    }

    /// Returns the replies that the last wait brought, each once.
    ///
    /// An item is an error when the kernel refused a hello, or when a reply has no greeting or
    /// other data than was sent.
    pub fn replies(&mut self) -> impl Iterator<Item = Result<Reply<'_>, Error>> {
        let time = self.received.duration_since(self.sent);
        let (socket, request, data) = (&self.socket, &self.request, self.data.as_deref());
        let unanswered = &mut self.unanswered;

        socket.connection.messages(OP).filter_map(move |message| {
            let message = match message {
                Ok(message) => message,
                Err(error) => return Some(Err(error)),
            };
            let is_answer = unanswered.take(message.header().nlmsg_seq);
            is_answer.then(|| read(socket, request, &message, data, time))
        })
    }

    /// Returns the sequence numbers of the hellos that have no reply yet, in order.
    pub fn unanswered(&self) -> impl Iterator<Item = u32> + '_ {
        self.unanswered.iter()
    }

    /// Says whether the last wait brought a message of the kernel's.
    fn has_reply(&self) -> bool {
        self.socket.connection.messages(OP).next().is_some()
    }
}

/// Reads what the kernel answered to `request`, whatever its sequence number.
fn read<'a>(
    socket: &HelloSocket,
    request: &Request,
    message: &Message<'a>,
    data: Option<&[u8]>,
    time: Duration,
) -> Result<Reply<'a>, Error> {
    if message.header().nlmsg_type == NLMSG_ERROR {
        check_ack(socket.connection.spec(), request, message)?;
    }
    Reply::read(&socket.framing.message(message), data, time)
}

/// Consecutive sequence numbers, which may wrap, and which of them are unanswered.
#[derive(Default)]
struct Unanswered {
    first: u32,
    flags: Vec<bool>,
}

impl Unanswered {
    fn new(first: u32, count: usize) -> Self {
        Self {
            first,
            flags: vec![true; count],
        }
    }

    /// Notes an answer to `seq`; says whether there was none before.
    fn take(&mut self, seq: u32) -> bool {
        let index = seq.wrapping_sub(self.first) as usize;

        self.flags.get_mut(index).is_some_and(std::mem::take)
    }

    fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        (0..)
            .zip(&self.flags)
            .filter(|(_, unanswered)| **unanswered)
            .map(|(index, _)| self.first.wrapping_add(index))
    }
}

#[cfg(test)]
mod tests {
    use super::super::transport::Framing;
    use super::*;
    use crate::netlink::{send_to, Connection, Socket, USERSOCK};

    #[test]
    fn a_stream_of_foreign_datagrams_does_not_outlast_the_deadline() {
        let connection = Connection::open(OP, &USERSOCK).unwrap();
        let spammer = Socket::open(USERSOCK.protocol).unwrap();
        for _ in 0..20 {
            send_to(&spammer, connection.socket().portid(), &[0; 16]).unwrap();
        }
        let socket = HelloSocket {
            connection,
            framing: Framing::Raw,
            events: None,
        };
        let mut batch = HelloBatch::on(|| Ok(socket), &Hello::default(), 1).unwrap();

        let waited = batch.wait(Duration::ZERO, None);
        assert_eq!(waited, Ok(Gathered::TimedOut));
    }

    #[test]
    fn every_hello_is_answered_once_in_whatever_order_and_the_numbers_may_wrap() {
        for (first, answers, left) in [
            (5, &[(7, true), (7, false)][..], &[5, 6][..]),
            (5, &[(7, true), (5, true), (6, true)], &[]),
            (
                5,
                &[(0, false), (4, false), (8, false), (u32::MAX, false)],
                &[5, 6, 7],
            ),
            (u32::MAX, &[], &[u32::MAX, 0, 1]),
            (u32::MAX, &[(0, true)], &[u32::MAX, 1]),
        ] {
            let mut unanswered = Unanswered::new(first, 3);
            for (seq, is_first) in answers {
                assert_eq!(unanswered.take(*seq), *is_first, "{seq}");
            }
            assert_eq!(unanswered.iter().collect::<Vec<_>>(), left);
        }
    }
}
