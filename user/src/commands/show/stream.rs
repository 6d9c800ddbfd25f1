// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Tables on their way to standard output. What is left of a large one, once it is streamed, one thread
//! reads and another writes: the kernel makes the next part meanwhile.

use super::{Failure, ListQuery, Listing};
use nlhello::netlink::Error;
use std::panic;
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::thread::{self, Builder};

/// How many loads the reader is ahead of the writer at most.
const AHEAD: usize = 3;

/// How much goes from one to the other at once, in bytes: to wake a thread takes as long as to copy
/// that much.
const LOAD: usize = 128 << 10;

/// Messages, copied.
type CopiedRows = Vec<u8>;

/// Writes the objects of a row of messages.
type WriteRow<'w> = dyn FnMut(&[u8]) -> Result<(), Failure> + Send + 'w;

/// A listing as rows of messages, whatever they are about.
pub trait Rows {
    /// Returns the next row; see [`Listing::next_row`].
    fn next_row(&mut self) -> Result<Option<&[u8]>, Error>;
    /// Says whether the rows are streamed; see [`Listing::is_streamed`].
    fn is_streamed(&self) -> bool;
}

impl<Q: ListQuery> Rows for Listing<'_, Q> {
    fn next_row(&mut self) -> Result<Option<&[u8]>, Error> {
        Listing::next_row(self)
    }

    fn is_streamed(&self) -> bool {
        Listing::is_streamed(self)
    }
}

/// Writes each row as `write` does.
pub fn write_each(rows: &mut dyn Rows, write: &mut WriteRow<'_>) -> Result<(), Failure> {
    while let Some(row) = rows.next_row()? {
        write(row)?;
        if rows.is_streamed() {
            if let Some(written) = write_beside(rows, write) {
                return written;
            }
        }
    }
    Ok(())
}

/// Writes the rest in a thread; `None` where there can be no more: then reading waits for each part.
fn write_beside(rows: &mut dyn Rows, write: &mut WriteRow<'_>) -> Option<Result<(), Failure>> {
    let (full, loads) = mpsc::sync_channel(AHEAD);
    let (used, spare) = mpsc::channel();

    thread::scope(|scope| {
        let write = move || write_loads(loads, &used, write);
        let writer = Builder::new().spawn_scoped(scope, write).ok()?;
        let read = send_loads(rows, full, &spare);
        let written = writer.join();
        Some(
            written
                .unwrap_or_else(|why| panic::resume_unwind(why))
                .and(read),
        )
    })
}

/// Sends copies of all rows, until the writer is gone: it says why itself.
fn send_loads(
    rows: &mut dyn Rows,
    full: SyncSender<CopiedRows>,
    spare: &Receiver<CopiedRows>,
) -> Result<(), Failure> {
    loop {
        let mut load = spare.try_recv().unwrap_or_default();
        let more = fill(&mut load, rows);
        if full.send(load).is_err() || !more? {
            return Ok(());
        }
    }
}

/// Copies rows to `load` until it is full; says whether there may be more.
fn fill(load: &mut CopiedRows, rows: &mut dyn Rows) -> Result<bool, Failure> {
    load.clear();
    while load.len() < LOAD {
        match rows.next_row()? {
            Some(row) => load.extend_from_slice(row),
            None => return Ok(false),
        }
    }
    Ok(true)
}

/// Writes the loads that come, and gives their memory back.
fn write_loads(
    loads: Receiver<CopiedRows>,
    used: &Sender<CopiedRows>,
    write: &mut WriteRow<'_>,
) -> Result<(), Failure> {
    for load in loads {
        write(&load)?;
        // The reading side has ended by the last load, so a failed send is expected.
        let _ = used.send(load);
    }
    Ok(())
}
