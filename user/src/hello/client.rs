// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The commands of the family.

use super::fields::{too_long, ReplyAttrs};
use super::spec::{GET_PEER, GET_STATS, GREETING, HELLO, PORTID, SET_GREETING, SPEC};
use super::{Hello, HelloStats, Peer, Reply};
use crate::netlink::{Connection, Dump, Error, Request, Tap};
use crate::uapi::NLHELLO_GREETING_MAX;
use crate::wire::{put_attr, put_str};
use std::time::Duration;

const LIST_PEERS: &str = "list peers";
const GET_STATISTICS: &str = "get statistics";
const ASK_GREETING: &str = "ask for the greeting";
const CHANGE_GREETING: &str = "set the greeting";

/// A socket of the hello family. Every wait ends after a timeout, with `ETIMEDOUT`.
pub struct HelloClient {
    connection: Connection,
}

impl HelloClient {
    /// Opens a socket, to do `op`.
    ///
    /// # Errors
    ///
    /// `EPROTONOSUPPORT` when hello.ko is not loaded.
    pub fn open(op: &'static str) -> Result<Self, Error> {
        let connection = Connection::open(op, &SPEC)?;

        Ok(Self { connection })
    }

    /// Lets `tap` see what is sent and received from now on.
    pub fn set_tap(&mut self, tap: Option<Box<dyn Tap>>) {
        self.connection.set_tap(tap);
    }

    /// Says hello once.
    ///
    /// # Errors
    ///
    /// The kernel's refusal; `EBADMSG` when the reply has no greeting, or other data than was sent;
    /// `ERANGE` when a value is longer than [`NLA_MAX_VALUE`](crate::wire::NLA_MAX_VALUE); others of
    /// [`Connection::ask`].
    pub fn hello(&mut self, hello: &Hello<'_>, timeout: Duration) -> Result<Reply<'_>, Error> {
        let mut request = hello.request(super::OP)?;
        let (message, time) = self.connection.ask(&mut request, timeout)?;

        Reply::read(&message, hello.data, time)
    }

    /// Returns what the kernel says, by a hello: it counts like any other.
    ///
    /// # Errors
    ///
    /// As [`HelloClient::hello`].
    pub fn greeting(&mut self, timeout: Duration) -> Result<&[u8], Error> {
        let mut request = Hello::default().request(ASK_GREETING)?;
        let (message, _) = self.connection.ask(&mut request, timeout)?;

        ReplyAttrs::new(ASK_GREETING, HELLO, &message)?.str(GREETING)
    }

    /// Sets what the kernel says from now on, in this network namespace.
    ///
    /// # Errors
    ///
    /// `EPERM` without `CAP_NET_ADMIN`, and other refusals; others of [`Connection::change`].
    pub fn set_greeting(&mut self, text: &[u8], timeout: Duration) -> Result<(), Error> {
        let mut attrs = Vec::new();
        put_str(&mut attrs, GREETING, text)
            .map_err(|_| too_long(CHANGE_GREETING, GREETING, NLHELLO_GREETING_MAX))?;
        let mut request = Request::change(CHANGE_GREETING, SET_GREETING, attrs)?;

        self.connection.change(&mut request, timeout)
    }

    /// Returns all who have said hello in this network namespace and are still there.
    ///
    /// # Errors
    ///
    /// Those of [`Connection::dump`]; `EBADMSG` when an entry is none.
    pub fn peers(&mut self, timeout: Duration) -> Result<Dump<Peer>, Error> {
        let request = Request::dump(LIST_PEERS, GET_PEER, Vec::new())?;

        self.connection.dump(&request, timeout, |message| {
            Peer::read(&ReplyAttrs::new(LIST_PEERS, GET_PEER, message)?)
        })
    }

    /// Returns the peer `portid`.
    ///
    /// # Errors
    ///
    /// The kernel's refusal when there is no such peer; others of [`Connection::ask`].
    pub fn peer(&mut self, portid: u32, timeout: Duration) -> Result<Peer, Error> {
        let mut attrs = Vec::new();
        put_attr(&mut attrs, PORTID, &portid.to_ne_bytes())
            .map_err(|error| Error::from_io(LIST_PEERS, &error))?;
        let mut request = Request::new(LIST_PEERS, GET_PEER, attrs)?;
        let (message, _) = self.connection.ask(&mut request, timeout)?;

        Peer::read(&ReplyAttrs::new(LIST_PEERS, GET_PEER, &message)?)
    }

    /// Returns the counters of this network namespace.
    ///
    /// # Errors
    ///
    /// Those of [`Connection::ask`]; `EBADMSG` when one is missing.
    pub fn stats(&mut self, timeout: Duration) -> Result<HelloStats, Error> {
        let mut request = Request::new(GET_STATISTICS, GET_STATS, Vec::new())?;
        let (message, _) = self.connection.ask(&mut request, timeout)?;

        HelloStats::read(&ReplyAttrs::new(GET_STATISTICS, GET_STATS, &message)?)
    }
}
