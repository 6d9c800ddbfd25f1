// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Whole tables: one request, many messages.

use super::table::ATTEMPTS;
use super::{Connection, DumpRequest, Error};
use crate::wire::Message;
use std::time::Duration;

/// A table as the kernel dumped it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dump<T> {
    /// Entries of the table.
    pub entries: Vec<T>,
    /// Whether it changed while it was read (`NLM_F_DUMP_INTR`), the last time that was tried too:
    /// then entries may be missing, or be there twice.
    pub interrupted: bool,
}

impl Connection {
    /// Reads the table that `request` asks for: `read` makes an entry of a
    /// message. If the table changes meanwhile it is read again, a few times.
    ///
    /// The wait ends when nothing has come for `timeout`.
    ///
    /// # Errors
    ///
    /// Errors of [`Table::next_entry`](super::Table::next_entry), of `read` and of [`Connection::send`].
    pub fn dump<T>(
        &mut self,
        request: &DumpRequest,
        timeout: Duration,
        mut read: impl FnMut(&Message<'_>) -> Result<T, Error>,
    ) -> Result<Dump<T>, Error> {
        let mut attempt = 1;
        loop {
            let mut table = self.table(request.clone(), timeout)?;
            let mut entries = Vec::new();
            while let Some(message) = table.next_entry()? {
                entries.push(read(&message)?);
            }
            let interrupted = table.is_interrupted();
            // A smaller table has been read again already.
            if !interrupted || !table.is_large() || attempt == ATTEMPTS {
                return Ok(Dump {
                    entries,
                    interrupted,
                });
            }
            attempt += 1;
        }
    }
}
