// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Requests and their answers.

use super::inbox::{KERNEL, ROOM};
use super::socket::Polled;
use super::{Ack, Datagram, Error, Inbox, Received, Request, Socket, Spec};
use crate::wire::{self, Message, Messages};
use std::ops::Range;
use std::os::fd::BorrowedFd;
use std::time::Instant;

pub(super) const NLMSG_ERROR: u16 = libc::NLMSG_ERROR as u16;

/// Sees every datagram that a [`Connection`] sends and receives, as it is on the wire.
pub trait Tap {
    /// Called before `datagram` is sent.
    fn sent(&mut self, datagram: &[u8]);

    /// Called when `datagram` was received, from the kernel or anybody else.
    fn received(&mut self, datagram: Datagram<'_>);
}

/// A socket and what the kernel must still answer on it.
pub struct Connection {
    socket: Socket,
    spec: &'static Spec,
    tap: Option<Box<dyn Tap>>,
    buf: Box<[u8]>,
    seq: u32,
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

/// How a wait for an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer<'a> {
    /// The answer, and when it was received.
    Message(Message<'a>, Instant),
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
            socket,
            spec,
            tap: None,
            buf: vec![0; ROOM].into(),
            seq: 0,
        })
    }

    /// Lets `tap` see what is sent and received from now on.
    pub fn set_tap(&mut self, tap: Option<Box<dyn Tap>>) {
        self.tap = tap;
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
        if let Some(tap) = &mut self.tap {
            tap.sent(datagram);
        }
        let sent = Instant::now();
        self.socket
            .send(datagram)
            .map_err(|error| Error::send(op, self.spec, &error))?;
        Ok(sent)
    }

    /// Receives all datagrams that are there and that `inbox` has room for, for `op`; waits for the
    /// first one until `deadline` or until `wake` is readable.
    ///
    /// Whose they are is not looked at: [`Inbox::messages`] does that.
    ///
    /// # Errors
    ///
    /// As [`Socket::recv_until`].
    pub fn gather(
        &mut self,
        op: &'static str,
        inbox: &mut Inbox,
        deadline: Instant,
        wake: Option<BorrowedFd<'_>>,
    ) -> Result<Gathered, Error> {
        match self.socket.recv_many_until(inbox, deadline, wake) {
            Ok(Polled::Done(())) => {}
            Ok(Polled::TimedOut) => return Ok(Gathered::TimedOut),
            Ok(Polled::Woken) => return Ok(Gathered::Woken),
            Err(error) => return Err(Error::receive(op, &error)),
        }
        let received = Instant::now();
        if let Some(tap) = &mut self.tap {
            inbox
                .datagrams()
                .for_each(|datagram| tap.received(datagram));
        }
        Ok(Gathered::Datagrams(received))
    }

    /// Waits for the answer to `request`, until `deadline` or until `wake` is readable.
    ///
    /// Ignored are datagrams that are not the kernel's, messages of another sequence number (late
    /// answers), and an ACK that says that all is well.
    ///
    /// # Errors
    ///
    /// The kernel's refusal; `EBADMSG` when what the kernel sent is no netlink message; `ENOBUFS`
    /// when it had to drop messages for us, the answer maybe among them: it is right to wait on;
    /// others of [`Socket::recv_until`].
    pub fn receive(
        &mut self,
        request: &Request,
        deadline: Instant,
        wake: Option<BorrowedFd<'_>>,
    ) -> Result<Answer<'_>, Error> {
        loop {
            let datagram = match self.socket.recv_until(&mut self.buf, deadline, wake) {
                Ok(Received::Datagram(datagram)) => datagram,
                Ok(Received::TimedOut) => return Ok(Answer::TimedOut),
                Ok(Received::Woken) => return Ok(Answer::Woken),
                Err(error) => return Err(Error::receive(request.op(), &error)),
            };
            let received = Instant::now();
            if let Some(tap) = &mut self.tap {
                tap.received(datagram);
            }
            if let Some(range) = find_answer(self.spec, request, datagram)? {
                // Read anew: what borrows the buffer cannot both leave this loop and go round it.
                return Message::from_bytes(&self.buf[range])
                    .map(|message| Answer::Message(message, received))
                    .map_err(|error| Error::malformed(request.op(), error));
            }
            // Whoever keeps sending what is ignored must not keep us here.
            if received >= deadline {
                return Ok(Answer::TimedOut);
            }
        }
    }
}

/// Returns where in `datagram` the answer to `request` is.
fn find_answer(
    spec: &Spec,
    request: &Request,
    datagram: Datagram<'_>,
) -> Result<Option<Range<usize>>, Error> {
    if datagram.portid != KERNEL {
        return Ok(None);
    }
    if datagram.truncated {
        return Err(Error::truncated(request.op()));
    }
    let malformed = |error| Error::malformed(request.op(), error);
    let mut start = 0;
    for message in Messages::new(datagram.bytes) {
        let message = message.map_err(malformed)?;
        let end = start + message.bytes().len();
        if message.header().nlmsg_seq == request.seq() {
            match message.header().nlmsg_type {
                NLMSG_ERROR => check_ack(spec, request, &message)?,
                _ => return Ok(Some(start..end)),
            }
        }
        start = wire::align(end);
    }
    Ok(None)
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

#[cfg(test)]
mod tests {
    use super::super::socket::tests::send_to;
    use super::*;
    use crate::wire::{put_message, Nlmsghdr};
    use std::cell::Cell;
    use std::io::Write;
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;
    use std::rc::Rc;
    use std::time::Duration;

    static ROUTE: Spec = spec(libc::NETLINK_ROUTE);
    /// Only users talk there; there is no kernel socket.
    static USERSOCK: Spec = spec(libc::NETLINK_USERSOCK);

    const fn spec(protocol: i32) -> Spec {
        Spec {
            protocol,
            unregistered_hint: "",
            attr_prefix: "",
            messages: &[],
        }
    }

    fn open(spec: &'static Spec) -> Connection {
        Connection::open("test", spec).unwrap()
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_millis(50)
    }

    fn later() -> Instant {
        Instant::now() + Duration::from_secs(10)
    }

    /// Asks for the loopback interface: `struct ifinfomsg` with its index.
    fn get_lo(seq: u32) -> Request {
        let mut ifinfomsg = vec![0; 16];
        ifinfomsg[4..8].copy_from_slice(&1i32.to_ne_bytes());
        let mut request = Request::new("test", libc::RTM_GETLINK, ifinfomsg).unwrap();
        request.set_seq(seq);
        request
    }

    /// Counts what it sees.
    struct Counter(Rc<Cell<(u32, u32)>>);

    impl Tap for Counter {
        fn sent(&mut self, _: &[u8]) {
            let (sent, received) = self.0.get();
            self.0.set((sent + 1, received));
        }

        fn received(&mut self, _: Datagram<'_>) {
            let (sent, received) = self.0.get();
            self.0.set((sent, received + 1));
        }
    }

    #[test]
    fn an_answer_that_is_not_the_kernels_is_seen_but_not_believed() {
        let seen = Rc::new(Cell::new((0, 0)));
        let mut connection = open(&USERSOCK);
        connection.set_tap(Some(Box::new(Counter(Rc::clone(&seen)))));
        let request = get_lo(1);
        let mut forged = Vec::new();
        let header = Nlmsghdr::from_bytes(request.bytes()).unwrap();
        put_message(&mut forged, header, b"").unwrap();
        let liar = Socket::open(libc::NETLINK_USERSOCK).unwrap();
        send_to(&liar, connection.socket().portid(), &forged).unwrap();

        let answer = connection.receive(&request, soon(), None);
        assert_eq!(answer, Ok(Answer::TimedOut));
        assert_eq!(seen.get(), (0, 1));
    }

    #[test]
    fn a_datagram_too_large_is_no_error_unless_it_is_the_kernels() {
        let mut connection = open(&USERSOCK);
        let liar = Socket::open(libc::NETLINK_USERSOCK).unwrap();
        let portid = connection.socket().portid();
        send_to(&liar, portid, &vec![0; ROOM + 1]).unwrap();

        let answer = connection.receive(&get_lo(1), soon(), None);
        assert_eq!(answer, Ok(Answer::TimedOut));
    }

    #[test]
    fn a_stream_of_foreign_datagrams_does_not_outlast_the_deadline() {
        let mut connection = open(&USERSOCK);
        let portid = connection.socket().portid();
        let spammer = std::thread::spawn(move || {
            let socket = Socket::open(libc::NETLINK_USERSOCK).unwrap();
            // Until nobody is there any more.
            while send_to(&socket, portid, &[0; 16]).is_ok() {}
        });
        let start = Instant::now();
        let answer = connection.receive(&get_lo(1), soon(), None);

        assert_eq!(answer, Ok(Answer::TimedOut));
        assert!(start.elapsed() < Duration::from_secs(5));
        drop(connection);
        spammer.join().unwrap();
    }

    #[test]
    fn a_late_answer_to_an_earlier_request_is_skipped() {
        let mut connection = open(&ROUTE);
        connection.send(&get_lo(1)).unwrap();
        let second = get_lo(2);
        connection.send(&second).unwrap();

        let Ok(Answer::Message(message, _)) = connection.receive(&second, later(), None) else {
            panic!("no answer");
        };
        assert_eq!(message.header().nlmsg_seq, 2);
        assert_eq!(message.header().nlmsg_type, libc::RTM_NEWLINK);
    }

    #[test]
    fn an_answer_that_never_comes_ends_in_a_timeout() {
        let mut connection = open(&ROUTE);

        assert_eq!(
            connection.receive(&get_lo(1), soon(), None),
            Ok(Answer::TimedOut)
        );
    }

    #[test]
    fn another_descriptor_ends_the_wait() {
        let (wake, mut writer) = UnixStream::pair().unwrap();
        writer.write_all(b"x").unwrap();
        let mut connection = open(&ROUTE);
        let answer = connection.receive(&get_lo(1), later(), Some(wake.as_fd()));

        assert_eq!(answer, Ok(Answer::Woken));
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

        let error = connection.receive(&get_lo(1), later(), None).unwrap_err();
        assert!(error.is_overrun(), "{error}");
        let first = connection.receive(&get_lo(1), later(), None);
        assert!(matches!(first, Ok(Answer::Message(..))), "{first:?}");
        let last = connection.receive(&get_lo(seq), soon(), None);
        assert_eq!(last, Ok(Answer::TimedOut));
    }

    #[test]
    fn a_namespace_without_the_kernels_socket_is_named() {
        let error = open(&USERSOCK).send(&get_lo(1)).unwrap_err();

        assert_eq!(error.errno.0, libc::ECONNREFUSED);
        assert!(error.hint.is_some_and(|hint| hint.contains("nsenter")));
    }

    #[test]
    fn a_protocol_that_nobody_registered_is_named_with_the_way_out() {
        static NONE: Spec = Spec {
            unregistered_hint: "none there",
            ..spec(30)
        };
        let error = Connection::open("test", &NONE).err().unwrap();

        assert_eq!(
            error.to_string(),
            "test: protocol 30 is not registered (EPROTONOSUPPORT): none there"
        );
    }
}
