// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Events that somebody said hello.

use super::proto::HelloNtf;
use super::{HelloSocket, Transport};
use crate::netlink::{Error, Gathered};
use crate::uapi::HELLO_CMD_HELLO_NTF;
use crate::wire::Message;
use std::os::fd::BorrowedFd;
use std::time::{Instant, SystemTime};

const OP: &str = "listen";

/// Room in the receive buffer, in bytes: thousands of notifications.
const BUFFER: usize = 4 << 20;

/// Somebody has said hello.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HelloEvent<'a> {
    /// When the notification was received.
    pub time: SystemTime,
    /// Port id of who said hello.
    pub portid: u32,
    /// Text of the hello, if it had one.
    pub text: Option<&'a [u8]>,
}

/// A member of the group of events.
pub struct Listener {
    socket: HelloSocket,
    time: SystemTime,
}

impl Listener {
    /// Opens a socket and joins the group.
    ///
    /// # Errors
    ///
    /// `EPROTONOSUPPORT` when hello.ko is not loaded, `EPERM` without `CAP_NET_ADMIN`.
    pub fn open() -> Result<Self, Error> {
        Self::on(HelloSocket::open(OP, Transport::Raw, None)?)
    }

    /// Joins the group on `socket`.
    ///
    /// # Errors
    ///
    /// `EPERM` without `CAP_NET_ADMIN`.
    pub fn on(mut socket: HelloSocket) -> Result<Self, Error> {
        socket.connection.set_inbox(usize::MAX);
        // Less than that loses more, which is reported where it happens.
        let _ = socket.connection.socket().set_recv_buffer(BUFFER);
        socket.join_events(OP)?;

        Ok(Self {
            socket,
            time: SystemTime::UNIX_EPOCH,
        })
    }

    /// Waits for notifications, until `deadline` or until `wake` is readable.
    ///
    /// # Errors
    ///
    /// `ENOBUFS` when the kernel had to drop some for want of room, nobody knows how many: it is
    /// right to wait on; others of [`Connection::gather`](crate::netlink::Connection::gather).
    pub fn wait(
        &mut self,
        deadline: Instant,
        wake: Option<BorrowedFd<'_>>,
    ) -> Result<Gathered, Error> {
        let gathered = self.socket.connection.gather(OP, deadline, wake);

        self.time = SystemTime::now();
        gathered
    }

    /// Returns the notifications that the last wait brought.
    ///
    /// Whoever has `CAP_NET_ADMIN` can send to the group: what is not the kernel's is left out.
    pub fn received(&self) -> impl Iterator<Item = Result<HelloEvent<'_>, Error>> {
        let messages = self.socket.connection.messages(OP);

        messages.filter_map(|message| {
            let received = message.and_then(|message| {
                HelloEvent::read(&self.socket.framing.message(&message), self.time)
            });
            received.transpose()
        })
    }
}

impl<'a> HelloEvent<'a> {
    /// Reads `message`, received at `time`; `None` when it is no notification of a hello.
    fn read(message: &Message<'a>, time: SystemTime) -> Result<Option<Self>, Error> {
        if message.header().nlmsg_type != HELLO_CMD_HELLO_NTF {
            return Ok(None);
        }
        let HelloNtf { portid, text } = HelloNtf::read(OP, message)?;

        Ok(Some(Self { time, portid, text }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::netlink::Request;
    use crate::uapi::{HELLO_A_PORTID, HELLO_A_TEXT};
    use crate::wire::{put_attr, put_str};

    /// Reads a message of this type with these attributes.
    fn read(nlmsg_type: u16, attrs: &[u8]) -> Result<Option<HelloEvent<'static>>, Error> {
        let message = Request::new(OP, nlmsg_type, attrs.to_vec()).unwrap();
        let message = Message::from_bytes(message.bytes().to_vec().leak()).unwrap();

        HelloEvent::read(&message, SystemTime::UNIX_EPOCH)
    }

    #[test]
    fn a_notification_has_a_port_id_and_maybe_a_text() {
        let received = |attrs: &[u8]| {
            read(HELLO_CMD_HELLO_NTF, attrs)
                .unwrap()
                .map(|received| (received.portid, received.text))
        };
        let mut attrs = Vec::new();
        put_attr(&mut attrs, HELLO_A_PORTID, &7u32.to_ne_bytes()).unwrap();
        assert_eq!(received(&attrs), Some((7, None)));
        put_str(&mut attrs, HELLO_A_TEXT, b"Hello").unwrap();
        assert_eq!(received(&attrs), Some((7, Some(&b"Hello"[..]))));
    }

    #[test]
    fn other_messages_are_left_out_and_broken_ones_are_errors() {
        assert_eq!(read(99, b""), Ok(None));
        let error = read(HELLO_CMD_HELLO_NTF, b"").unwrap_err().to_string();
        assert_eq!(error, "listen: malformed reply: it has no PORTID (EBADMSG)");
    }
}
