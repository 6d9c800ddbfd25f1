// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Receiving on another thread than the one that reads.

use super::inbox::messages_of_kernel;
use super::socket::{Envelope, Polled};
use super::{Datagram, Error, Inbox, Socket};
use crate::wire::Message;
use std::sync::Arc;
use std::time::Instant;

/// Receives what comes to a [`Connection`](super::Connection), on another thread maybe; whoever waits
/// for an answer on it meanwhile may wait in vain.
pub struct EventSocket {
    socket: Arc<Socket>,
    inbox: Inbox,
}

/// Datagrams, one right behind the other: what one processor wrote is slow to read for another, so
/// that there is little of it and in a row.
#[derive(Default)]
pub struct DatagramBatch {
    bytes: Vec<u8>,
    received: Vec<Envelope>,
}

impl EventSocket {
    /// Receives up to `datagrams` at once, as [`Inbox::new`].
    pub(super) fn new(socket: Arc<Socket>, datagrams: usize) -> Self {
        let inbox = Inbox::new(datagrams);

        Self { socket, inbox }
    }

    /// Receives the datagrams that are there, up to a limit, for `op`, and adds them to `batch`; says
    /// whether there were any.
    ///
    /// # Errors
    ///
    /// As [`Connection::gather`](super::Connection::gather).
    pub fn gather(&mut self, op: &'static str, batch: &mut DatagramBatch) -> Result<bool, Error> {
        let now = Instant::now();
        match self.socket.recv_many_until(&mut self.inbox, now, None) {
            Ok(Polled::Done(())) => {}
            Ok(_) => return Ok(false),
            Err(error) => return Err(Error::receive(op, &error)),
        }
        batch.add(&self.inbox);
        Ok(true)
    }
}

impl DatagramBatch {
    /// Returns how many bytes there are.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Says whether there are none.
    pub fn is_empty(&self) -> bool {
        self.received.is_empty()
    }

    /// Removes all.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.received.clear();
    }

    fn add(&mut self, inbox: &Inbox) {
        self.received.extend_from_slice(&inbox.received);
        inbox
            .datagrams()
            .for_each(|datagram| self.bytes.extend_from_slice(datagram.bytes));
    }

    fn datagrams(&self) -> impl Iterator<Item = Datagram<'_>> {
        let mut rest = &self.bytes[..];

        self.received.iter().map(move |envelope| {
            let (bytes, others) = rest.split_at(envelope.len);
            rest = others;
            envelope.around(bytes)
        })
    }

    /// Returns the messages that the kernel sent, for `op`, as
    /// [`Connection::messages`](super::Connection::messages).
    pub fn messages(&self, op: &'static str) -> impl Iterator<Item = Result<Message<'_>, Error>> {
        messages_of_kernel(op, self.datagrams())
    }
}

#[cfg(test)]
mod tests {
    use super::super::socket::tests::send_to;
    use super::*;

    #[test]
    fn datagrams_are_added_in_order_with_their_senders() {
        let socket = || Socket::open(libc::NETLINK_USERSOCK).unwrap();
        let (from, to) = (socket(), Arc::new(socket()));
        let mut events = EventSocket::new(to.clone(), 2);
        let mut batch = DatagramBatch::default();
        for bytes in [&b"a"[..], b"bb", b"ccc"] {
            send_to(&from, to.portid(), bytes).unwrap();
        }

        for any in [true, true, false] {
            assert_eq!(events.gather("test", &mut batch).unwrap(), any);
        }
        let all: Vec<_> = batch.datagrams().map(|d| (d.portid, d.bytes)).collect();
        assert_eq!(
            all,
            [&b"a"[..], b"bb", b"ccc"].map(|bytes| (from.portid(), bytes))
        );
        assert_eq!(batch.messages("test").next(), None, "not the kernel's");
        batch.clear();
        assert!(batch.is_empty());
    }
}
