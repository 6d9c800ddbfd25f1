// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Questions to a kernel that describes objects.

use super::{GetQuery, ListQuery, Query};
use crate::netlink::{Connection, DumpRequest, Error, Request, Spec, Table, Tap};
use crate::wire::{self, Message, Messages};
use std::ops::ControlFlow;
use std::time::Duration;

/// Operation of opening a socket, as errors name it by default.
const OPEN: &str = "open a netlink socket";

/// A socket of one protocol. Every wait ends after a timeout, with `ETIMEDOUT`.
pub struct Client {
    connection: Connection,
}

impl Client {
    /// Opens a socket of the protocol that `spec` is about; see [`Client::open`].
    ///
    /// # Errors
    ///
    /// As [`Client::open`].
    pub fn new(spec: &'static Spec) -> Result<Self, Error> {
        Self::open(OPEN, spec)
    }

    /// Opens a socket of the protocol that `spec` is about, to do `op`, which errors name.
    ///
    /// # Errors
    ///
    /// Those of `socket(2)` and `setsockopt(2)`.
    pub fn open(op: &'static str, spec: &'static Spec) -> Result<Self, Error> {
        let connection = Connection::open(op, spec)?;
        connection
            .socket()
            .set_strict()
            .map_err(|error| Error::from_io(op, &error))?;

        Ok(Self { connection })
    }

    /// Lets `tap` see what is sent and received from now on.
    pub fn set_tap(&mut self, tap: Option<Box<dyn Tap>>) {
        self.connection.set_tap(tap);
    }

    /// Asks for `bytes` of room for what the kernel has to say, for many changes at once; where
    /// there is less, [`Client::change_all`] says what was lost.
    pub fn set_room(&mut self, bytes: usize) {
        self.connection.set_inbox(usize::MAX);
        let _ = self.connection.socket().set_recv_buffer(bytes);
    }

    /// Sends `request`, one of [`change`](crate::rtnl::change) for instance, and waits up to `timeout` for the word that
    /// it is done.
    ///
    /// # Errors
    ///
    /// Those of [`Connection::change`]; `EPERM` without `CAP_NET_ADMIN`.
    pub fn change(&mut self, request: &mut Request, timeout: Duration) -> Result<(), Error> {
        self.connection.change(request, timeout)
    }

    /// Sends many `requests` at once; returns what became of each.
    ///
    /// # Errors
    ///
    /// As [`Connection::change_all`].
    pub fn change_all(
        &mut self,
        requests: &mut [Request],
        timeout: Duration,
    ) -> Result<Vec<Result<(), Error>>, Error> {
        self.connection.change_all(requests, timeout)
    }

    /// Asks for the objects that `query` describes.
    ///
    /// # Errors
    ///
    /// Those of [`Connection::table`].
    pub fn list<Q: ListQuery>(
        &mut self,
        query: Q,
        timeout: Duration,
    ) -> Result<Listing<'_, Q>, Error> {
        let request = query.request()?;
        let op = request.op();
        let table = self.table(request, timeout)?;

        Ok(Listing { op, table, query })
    }

    /// Reads the table that `request` asks for.
    ///
    /// # Errors
    ///
    /// Those of [`Connection::table`].
    pub fn table(&mut self, request: DumpRequest, timeout: Duration) -> Result<Table<'_>, Error> {
        self.connection.table(request, timeout)
    }

    /// Asks for the one object that `query` describes.
    ///
    /// # Errors
    ///
    /// The kernel's refusal; `EBADMSG` when what it answers is no such object; others of
    /// [`Connection::ask`].
    pub fn get<Q: GetQuery>(
        &mut self,
        query: &Q,
        timeout: Duration,
    ) -> Result<Q::Object<'_>, Error> {
        let op = query.op();
        let message = self.ask(&mut query.request()?, timeout)?;

        select(op, query, &message)?.ok_or_else(|| Error::malformed(op, wire::Error::Truncated))
    }

    /// Sends `request` and waits for the one message that answers it.
    ///
    /// # Errors
    ///
    /// Those of [`Connection::ask`].
    pub fn ask(&mut self, request: &mut Request, timeout: Duration) -> Result<Message<'_>, Error> {
        let (message, _) = self.connection.ask(request, timeout)?;
        Ok(message)
    }
}

/// Objects, one after the other, each a view over the bytes that the kernel sent.
///
/// They are not copied, so each is there until the next one is asked for.
pub struct Listing<'c, Q> {
    op: &'static str,
    table: Table<'c>,
    query: Q,
}

impl<Q: ListQuery> Listing<'_, Q> {
    /// Returns the next object; `None` after the last one.
    ///
    /// # Errors
    ///
    /// Those of [`Table::next_entry`]; `EBADMSG` when an object is cut short.
    pub fn next_object(&mut self) -> Result<Option<Q::Object<'_>>, Error> {
        while let Some(message) = or_none(&self.query, self.table.peek_entry())? {
            if select(self.op, &self.query, &message)?.is_some() {
                break;
            }
            self.table.next_entry()?;
        }
        match self.table.next_entry()? {
            Some(message) => select(self.op, &self.query, &message),
            None => Ok(None),
        }
    }

    /// Hands each object that is left to `take`, until that breaks; returns what it broke with.
    ///
    /// # Errors
    ///
    /// As [`Listing::next_object`].
    #[inline]
    pub fn try_for_each<B>(
        &mut self,
        mut take: impl FnMut(&Q::Object<'_>) -> ControlFlow<B>,
    ) -> Result<Option<B>, Error> {
        while let Some(row) = or_none(&self.query, self.table.next_row())? {
            for object in objects(&self.query, row) {
                if let ControlFlow::Break(value) = take(&object?) {
                    return Ok(Some(value));
                }
            }
        }
        Ok(None)
    }

    /// Returns the next row of messages, to be read with [`objects`]: for whoever reads them in
    /// another thread.
    ///
    /// # Errors
    ///
    /// Those of [`Table::next_row`].
    pub fn next_row(&mut self) -> Result<Option<&[u8]>, Error> {
        or_none(&self.query, self.table.next_row())
    }

    /// Says whether what is left comes part by part; see [`Table::is_streamed`].
    pub fn is_streamed(&self) -> bool {
        self.table.is_streamed()
    }

    /// Says whether the table changed while it was read; see [`Table::is_interrupted`].
    pub fn is_interrupted(&self) -> bool {
        self.table.is_interrupted()
    }
}

/// Returns the objects in `row`, messages one behind the other, that `query` asks for.
///
/// An item is an error, `EBADMSG`, when an object is cut short.
#[inline]
pub fn objects<'a, Q: ListQuery>(
    query: &'a Q,
    row: &'a [u8],
) -> impl Iterator<Item = Result<Q::Object<'a>, Error>> {
    Messages::new(row).filter_map(|message| {
        message
            .and_then(|message| query.select(&message))
            .map_err(|error| Error::malformed(query.op(), error))
            .transpose()
    })
}

/// Makes nothing of the error that means that there is none.
#[inline]
fn or_none<T>(query: &impl ListQuery, found: Result<Option<T>, Error>) -> Result<Option<T>, Error> {
    match found {
        Err(error) if query.is_none(&error) => Ok(None),
        found => found,
    }
}

#[inline]
fn select<'a, Q: Query>(
    op: &'static str,
    query: &Q,
    message: &Message<'a>,
) -> Result<Option<Q::Object<'a>>, Error> {
    query
        .select(message)
        .map_err(|error| Error::malformed(op, error))
}
