// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The commands of the family.

use super::proto::{
    GetPeerDumpRequest, GetPeerRequest, GetStatsRequest, HelloReply, SetGreetingRequest,
};
use super::{Hello, HelloSocket, HelloStats, Peer, Reply, Transport};
use crate::netlink::{Dump, Error, Request};
use crate::wire::Message;
use std::time::Duration;

const LIST_PEERS: &str = "list peers";
const GET_STATISTICS: &str = "get statistics";
const ASK_GREETING: &str = "ask for the greeting";
const CHANGE_GREETING: &str = "set the greeting";

/// A socket of the hello family. Every wait ends after a timeout, with `ETIMEDOUT`.
pub struct HelloClient {
    socket: HelloSocket,
}

impl HelloClient {
    /// Opens a socket, to do `op`.
    ///
    /// # Errors
    ///
    /// `EPROTONOSUPPORT` when hello.ko is not loaded.
    pub fn open(op: &'static str) -> Result<Self, Error> {
        HelloSocket::open(op, Transport::Raw, None).map(Self::on)
    }

    /// Speaks on `socket`.
    pub fn on(socket: HelloSocket) -> Self {
        Self { socket }
    }

    /// Says hello once.
    ///
    /// # Errors
    ///
    /// The kernel's refusal; `EBADMSG` when the reply has no greeting, or other data than was sent;
    /// `ERANGE` when a value is longer than [`NLA_MAX_VALUE`](crate::wire::NLA_MAX_VALUE); others of
    /// [`Connection::ask`](crate::netlink::Connection::ask).
    pub fn hello(&mut self, hello: &Hello<'_>, timeout: Duration) -> Result<Reply<'_>, Error> {
        let (message, time) = self.ask(hello.request(super::OP)?, timeout)?;

        Reply::read(&message, hello.data, time)
    }

    /// Returns what the kernel says, by a hello: it counts like any other.
    ///
    /// # Errors
    ///
    /// As [`HelloClient::hello`].
    pub fn greeting(&mut self, timeout: Duration) -> Result<&[u8], Error> {
        let (message, _) = self.ask(Hello::default().request(ASK_GREETING)?, timeout)?;

        HelloReply::read(ASK_GREETING, &message).map(|reply| reply.greeting)
    }

    /// Sets what the kernel says from now on, in this network namespace.
    ///
    /// # Errors
    ///
    /// `EPERM` without `CAP_NET_ADMIN`, and other refusals; others of
    /// [`Connection::change`](crate::netlink::Connection::change).
    pub fn set_greeting(&mut self, text: &[u8], timeout: Duration) -> Result<(), Error> {
        let request = SetGreetingRequest { greeting: text }.request(CHANGE_GREETING)?;
        let mut request = self.socket.framing.request(request);

        self.socket.connection.change(&mut request, timeout)
    }

    /// Returns all who have said hello in this network namespace and are still there.
    ///
    /// # Errors
    ///
    /// Those of [`Connection::dump`](crate::netlink::Connection::dump); `EBADMSG` when an entry is none.
    pub fn peers(&mut self, timeout: Duration) -> Result<Dump<Peer>, Error> {
        let framing = self.socket.framing;
        let request = framing.dump(GetPeerDumpRequest.request(LIST_PEERS)?);

        self.socket.connection.dump(&request, timeout, |message| {
            Peer::read(LIST_PEERS, &framing.message(message))
        })
    }

    /// Returns the peer `portid`.
    ///
    /// # Errors
    ///
    /// The kernel's refusal when there is no such peer; others of
    /// [`Connection::ask`](crate::netlink::Connection::ask).
    pub fn peer(&mut self, portid: u32, timeout: Duration) -> Result<Peer, Error> {
        let (message, _) = self.ask(GetPeerRequest { portid }.request(LIST_PEERS)?, timeout)?;

        Peer::read(LIST_PEERS, &message)
    }

    /// Returns the counters of this network namespace.
    ///
    /// # Errors
    ///
    /// Those of [`Connection::ask`](crate::netlink::Connection::ask); `EBADMSG` when one is missing.
    pub fn stats(&mut self, timeout: Duration) -> Result<HelloStats, Error> {
        let (message, _) = self.ask(GetStatsRequest.request(GET_STATISTICS)?, timeout)?;

        HelloStats::read(GET_STATISTICS, &message)
    }

    /// Sends `request`, one of the raw protocol, and waits for its answer; returns how long that took,
    /// too.
    fn ask(
        &mut self,
        request: Request,
        timeout: Duration,
    ) -> Result<(Message<'_>, Duration), Error> {
        let HelloSocket {
            connection,
            framing,
            ..
        } = &mut self.socket;
        let mut request = framing.request(request);
        let (message, time) = connection.ask(&mut request, timeout)?;

        Ok((framing.message(&message), time))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An entry of a dump, as the module sent it.
    const PEER: [u8; 60] = [
        60, 0, 0, 0, 17, 0, 2, 0, 1, 0, 0, 0, 0x39, 5, 0, 0, // nlmsghdr: HELLO_CMD_GET_PEER
        8, 0, 4, 0, 0x38, 5, 0, 0, // HELLO_A_PORTID: 1336
        12, 0, 5, 0, 3, 0, 0, 0, 0, 0, 0, 0, // HELLO_A_MESSAGES: 3
        12, 0, 6, 0, 36, 0, 0, 0, 0, 0, 0, 0, // HELLO_A_BYTES: 36
        12, 0, 7, 0, 0, 0, 0, 0, 1, 0, 0, 0, // HELLO_A_LAST_NS: 1 << 32
    ];

    fn peer(bytes: &[u8]) -> Result<Peer, Error> {
        let message = Message::from_bytes(bytes).unwrap();
        Peer::read(LIST_PEERS, &message)
    }

    #[test]
    fn a_peer_is_read() {
        let Peer {
            portid,
            messages,
            bytes,
            last_ns,
        } = peer(&PEER).unwrap();

        assert_eq!((portid, messages, bytes, last_ns), (1336, 3, 36, 1 << 32));
    }

    #[test]
    fn a_peer_without_an_attribute_is_malformed_and_says_which() {
        let mut cut = PEER[..48].to_vec();
        cut[0] = 48;

        let error = peer(&cut).unwrap_err().to_string();
        assert_eq!(
            error,
            "list peers: malformed reply: it has no LAST_NS (EBADMSG)"
        );
    }

    #[test]
    fn a_number_of_another_size_or_type_is_malformed() {
        let mut short = PEER;
        short[26] = 5;
        short[18] = 5;
        assert!(peer(&short).is_err());

        let message = Message::from_bytes(&PEER).unwrap();
        assert!(HelloStats::read(GET_STATISTICS, &message).is_err());
    }
}
