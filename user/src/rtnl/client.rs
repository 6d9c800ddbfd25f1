// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Questions to rtnetlink.

use super::{Query, SPEC};
use crate::netlink::{Connection, Error, Table, Tap};
use crate::wire::Message;
use std::ops::ControlFlow;
use std::time::Duration;

/// A socket of rtnetlink. Every wait ends after a timeout, with `ETIMEDOUT`.
pub struct Client {
    connection: Connection,
}

impl Client {
    /// Opens a socket, to do `op`.
    ///
    /// # Errors
    ///
    /// Those of `socket(2)` and `setsockopt(2)`.
    pub fn open(op: &'static str) -> Result<Self, Error> {
        let connection = Connection::open(op, &SPEC)?;
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

    /// Asks for the objects that `query` describes.
    ///
    /// # Errors
    ///
    /// Those of [`Connection::table`].
    pub fn list<Q: Query>(&mut self, query: Q, timeout: Duration) -> Result<Listing<'_, Q>, Error> {
        let request = query.request()?;
        let op = request.op();
        let table = self.connection.table(request, timeout)?;

        Ok(Listing { op, table, query })
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

impl<Q: Query> Listing<'_, Q> {
    /// Returns the next object; `None` after the last one.
    ///
    /// # Errors
    ///
    /// Those of [`Table::next_entry`]; `EBADMSG` when an object is cut short.
    pub fn next_object(&mut self) -> Result<Option<Q::Object<'_>>, Error> {
        while let Some(message) = self.table.peek_entry()? {
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
        while let Some(message) = self.table.next_entry()? {
            if let Some(object) = select(self.op, &self.query, &message)? {
                if let ControlFlow::Break(value) = take(&object) {
                    return Ok(Some(value));
                }
            }
        }
        Ok(None)
    }

    /// Says whether the table changed while it was read; see [`Table::is_interrupted`].
    pub fn is_interrupted(&self) -> bool {
        self.table.is_interrupted()
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
