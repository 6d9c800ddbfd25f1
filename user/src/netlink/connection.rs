// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Requests and their answers.

use super::socket::Polled;
use super::table::ROOM;
use super::{deadline, Ack, Datagram, Error, EventSocket, Inbox, Request, Socket, Spec};
use crate::wire::{Message, Messages, NLMSG_DONE, NLMSG_ERROR};
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How many datagrams are received at once: an answer is one, the parts of a dump are made one by
/// one.
const AT_ONCE: usize = 4;

/// How long a dump that nobody reads to its end may pause while the rest of it is thrown away.
const PAUSE: Duration = Duration::from_secs(5);

/// Sees every datagram that a [`Connection`] sends and receives, as it is on the wire.
pub trait Tap: Send {
    /// Called before `datagram` is sent.
    fn sent(&mut self, datagram: &[u8]);

    /// Called when `datagram` was received, from the kernel or anybody else.
    fn received(&mut self, datagram: Datagram<'_>);
}

/// A socket and what the kernel must still answer on it.
pub struct Connection {
    socket: Arc<Socket>,
    spec: &'static Spec,
    tap: Option<Box<dyn Tap>>,
    inbox: Inbox,
    seq: u32,
    /// The number of a dump that was not read to its end: while there is one, the kernel refuses the next (`EBUSY`).
    left: Option<u32>,
}

/// How a wait for messages ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gathered {
    /// Datagrams came and are in the inbox since this time.
    Datagrams(Instant),
    /// The deadline passed first.
    TimedOut,
    /// The other descriptor became readable first.
    Woken,
}

impl Connection {
    /// Opens a socket of the protocol that `spec` is about, to do `op`.
    ///
    /// # Errors
    ///
    /// `EPROTONOSUPPORT` when no module has registered the protocol; see [`Socket::open`].
    pub fn open(op: &'static str, spec: &'static Spec) -> Result<Self, Error> {
        let socket = Socket::open(spec.protocol).map_err(|error| Error::open(op, spec, &error))?;

        Ok(Self {
            socket: Arc::new(socket),
            spec,
            tap: None,
            inbox: Inbox::new(AT_ONCE),
            seq: 0,
            left: None,
        })
    }

    /// Lets `tap` see what is sent and received from now on.
    pub fn set_tap(&mut self, tap: Option<Box<dyn Tap>>) {
        self.tap = tap;
    }

    /// Receives up to `datagrams` at once from now on, 64 at most; those in the inbox are gone.
    pub fn set_inbox(&mut self, datagrams: usize) {
        self.inbox = Inbox::new(datagrams);
    }

    /// Returns the socket.
    pub fn socket(&self) -> &Socket {
        &self.socket
    }

    /// Returns the protocol that the connection is of.
    pub fn spec(&self) -> &'static Spec {
        self.spec
    }

    /// Returns the sequence number of the next request; the first one is 1.
    pub fn next_seq(&mut self) -> u32 {
        self.seq = self.seq.wrapping_add(1);
        self.seq
    }

    /// Joins the multicast group `group`, for `op`.
    ///
    /// # Errors
    ///
    /// As [`Socket::join`].
    pub fn join(&self, op: &'static str, group: u32) -> Result<(), Error> {
        self.socket
            .join(group)
            .map_err(|error| Error::from_io(op, &error).or_privilege())
    }

    /// Sends `request`; returns when that was.
    ///
    /// # Errors
    ///
    /// As [`Socket::send`].
    pub fn send(&mut self, request: &Request) -> Result<Instant, Error> {
        self.send_datagram(request.op(), request.bytes())
    }

    /// Sends `datagram`, a row of messages, for `op`; returns when that was.
    ///
    /// # Errors
    ///
    /// As [`Socket::send`].
    pub fn send_datagram(&mut self, op: &'static str, datagram: &[u8]) -> Result<Instant, Error> {
        if let Some(seq) = self.left.take() {
            self.throw_away(op, seq)?;
        }
        if let Some(tap) = &mut self.tap {
            tap.sent(datagram);
        }
        let sent = Instant::now();
        self.socket
            .send(datagram)
            .map_err(|error| Error::send(op, self.spec, &error))?;
        Ok(sent)
    }

    /// Leaves the rest of the dump with the number `seq` unread: the next request throws it away before it is sent.
    pub(super) fn leave(&mut self, seq: u32) {
        self.left = Some(seq);
    }

    /// Receives the rest of the dump with the number `seq`, for `op`, which cannot be done before.
    #[cold]
    fn throw_away(&mut self, op: &'static str, seq: u32) -> Result<(), Error> {
        let mut room = vec![0; ROOM];
        loop {
            match self.receive(op, &mut room, deadline(Instant::now(), PAUSE))? {
                Some(datagram) if !ends(datagram.bytes, seq) => {}
                // Where nothing more comes the kernel says what it makes of the next request.
                _ => return Ok(()),
            }
        }
    }

    /// Receives all datagrams that are there and that the inbox has room for, for `op`; waits for
    /// the first one until `deadline` or until `wake` is readable.
    ///
    /// What is there already is received in any case. Whose it is is not looked at:
    /// [`Connection::messages`] does that.
    ///
    /// # Errors
    ///
    /// `ENOBUFS` when the kernel had to drop datagrams for us, those that were waited for maybe
    /// among them: it is right to wait on. Others of `recvmmsg(2)`.
    pub fn gather(
        &mut self,
        op: &'static str,
        deadline: Instant,
        wake: Option<BorrowedFd<'_>>,
    ) -> Result<Gathered, Error> {
        match self.socket.recv_many_until(&mut self.inbox, deadline, wake) {
            Ok(Polled::Done(())) => {}
            Ok(Polled::TimedOut) => return Ok(Gathered::TimedOut),
            Ok(Polled::Woken) => return Ok(Gathered::Woken),
            Err(error) => return Err(Error::receive(op, &error)),
        }
        let received = Instant::now();
        self.show_to_tap();
        Ok(Gathered::Datagrams(received))
    }

    /// Returns what receives in its place, up to `datagrams` at once, 64 at most; its tap sees
    /// nothing of that.
    pub fn event_socket(&self, datagrams: usize) -> EventSocket {
        EventSocket::new(self.socket.clone(), datagrams)
    }

    /// Says whether there was no room for more when messages were gathered last: maybe there is more.
    pub fn is_full(&self) -> bool {
        self.inbox.is_full()
    }

    fn show_to_tap(&mut self) {
        if let Some(tap) = &mut self.tap {
            self.inbox
                .datagrams()
                .for_each(|datagram| tap.received(datagram));
        }
    }

    /// Receives the next datagram into `buf`, for `op`; `None` when none came until `deadline`.
    ///
    /// # Errors
    ///
    /// As [`Socket::recv`].
    pub(super) fn receive<'b>(
        &mut self,
        op: &'static str,
        buf: &'b mut [u8],
        deadline: Instant,
    ) -> Result<Option<Datagram<'b>>, Error> {
        let datagram = self
            .socket
            .recv_until(buf, deadline)
            .map_err(|error| Error::receive(op, &error))?;
        if let (Some(tap), Some(datagram)) = (&mut self.tap, datagram) {
            tap.received(datagram);
        }
        Ok(datagram)
    }

    /// Returns the messages that the kernel sent among those that were gathered last, for `op`.
    ///
    /// An item is an error when a datagram was cut off, or is no row of messages.
    pub fn messages(&self, op: &'static str) -> impl Iterator<Item = Result<Message<'_>, Error>> {
        self.inbox.messages(op)
    }
}

/// Says whether the dump with the number `seq` ends among the messages in `bytes`.
fn ends(bytes: &[u8], seq: u32) -> bool {
    Messages::new(bytes).flatten().any(|message| {
        let header = message.header();
        header.nlmsg_seq == seq && matches!(header.nlmsg_type, NLMSG_DONE | NLMSG_ERROR)
    })
}

/// Fails unless `message`, of type `NLMSG_ERROR`, is the ACK of a `request` that was done.
///
/// # Errors
///
/// The kernel's refusal; `EBADMSG` when the message is too short.
pub fn check_ack(spec: &Spec, request: &Request, message: &Message<'_>) -> Result<(), Error> {
    let ack = Ack::from_message(message).map_err(|error| Error::malformed(request.op(), error))?;

    match ack.errno {
        0 => Ok(()),
        _ => Err(Error::refused(spec, request, &ack)),
    }
}

/// Returns the kernel's warning, if it gave one, in `message`, which ends the answer to a `request` that was done.
///
/// # Errors
///
/// As [`check_ack`].
pub(super) fn check_end(
    spec: &Spec,
    request: &Request,
    message: &Message<'_>,
) -> Result<Option<String>, Error> {
    let ack = Ack::from_end(message).map_err(|error| Error::malformed(request.op(), error))?;

    match ack.errno {
        0 => Ok(ack.words()),
        _ => Err(Error::refused(spec, request, &ack)),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::netlink) static ROUTE: Spec = spec(libc::NETLINK_ROUTE);
    /// Only users talk there; there is no kernel socket.
    pub(crate) static USERSOCK: Spec = spec(libc::NETLINK_USERSOCK);

    const fn spec(protocol: i32) -> Spec {
        Spec {
            protocol,
            unregistered_hint: "",
            messages: &[],
        }
    }

    pub(in crate::netlink) fn open(spec: &'static Spec) -> Connection {
        Connection::open("test", spec).unwrap()
    }
}
