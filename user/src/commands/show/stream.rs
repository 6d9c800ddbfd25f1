// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Tables on their way to standard output. What is left of a large one, once it is streamed, one thread
//! reads and another writes: the kernel makes the next part meanwhile.

use super::{Failure, Listing, Query};
use nlhello::rtnl::objects;
use std::io;
use std::panic;
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::thread::{self, Builder};

/// How many loads the reader is ahead of the writer at most.
const AHEAD: usize = 3;

/// How much goes from one to the other at once, in bytes: to wake a thread takes as long as to copy
/// that much.
const LOAD: usize = 128 << 10;

/// Messages, copied.
type Load = Vec<u8>;

/// Writes each object of `listing`, which asks `query`, as `write` does.
pub fn write_each<Q: Query + Sync>(
    listing: &mut Listing<'_, &Q>,
    query: &Q,
    mut write: impl FnMut(&Q::Object<'_>) -> io::Result<()> + Send,
) -> Result<(), Failure> {
    while let Some(row) = listing.next_row()? {
        write_row(query, row, &mut write)?;
        if listing.is_streamed() {
            return write_beside(listing, query, write);
        }
    }
    Ok(())
}

fn write_beside<Q: Query + Sync>(
    listing: &mut Listing<'_, &Q>,
    query: &Q,
    mut write: impl FnMut(&Q::Object<'_>) -> io::Result<()> + Send,
) -> Result<(), Failure> {
    let (full, loads) = mpsc::sync_channel(AHEAD);
    let (used, spare) = mpsc::channel();
    let lent = &mut write;

    let told = thread::scope(|scope| {
        let write = move || write_loads(query, loads, &used, lent);
        let writer = Builder::new().spawn_scoped(scope, write).ok()?;
        let read = send_loads(listing, full, &spare);
        let written = writer
            .join()
            .unwrap_or_else(|why| panic::resume_unwind(why));
        Some(written.and(read))
    });
    // Who may have no more threads waits for each part.
    told.unwrap_or_else(|| write_rest(listing, query, write))
}

fn write_rest<Q: Query>(
    listing: &mut Listing<'_, &Q>,
    query: &Q,
    mut write: impl FnMut(&Q::Object<'_>) -> io::Result<()>,
) -> Result<(), Failure> {
    while let Some(row) = listing.next_row()? {
        write_row(query, row, &mut write)?;
    }
    Ok(())
}

/// Sends copies of all rows, until the writer is gone: it says why itself.
fn send_loads<Q: Query>(
    listing: &mut Listing<'_, &Q>,
    full: SyncSender<Load>,
    spare: &Receiver<Load>,
) -> Result<(), Failure> {
    loop {
        let mut load = spare.try_recv().unwrap_or_default();
        let more = fill(&mut load, listing);
        if full.send(load).is_err() || !more? {
            return Ok(());
        }
    }
}

/// Copies rows to `load` until it is full; says whether there may be more.
fn fill<Q: Query>(load: &mut Load, listing: &mut Listing<'_, &Q>) -> Result<bool, Failure> {
    load.clear();
    while load.len() < LOAD {
        match listing.next_row()? {
            Some(row) => load.extend_from_slice(row),
            None => return Ok(false),
        }
    }
    Ok(true)
}

/// Writes the loads that come, and gives their memory back.
fn write_loads<Q: Query>(
    query: &Q,
    loads: Receiver<Load>,
    used: &Sender<Load>,
    mut write: impl FnMut(&Q::Object<'_>) -> io::Result<()>,
) -> Result<(), Failure> {
    for load in loads {
        write_row(query, &load, &mut write)?;
        // At the end nobody takes it.
        let _ = used.send(load);
    }
    Ok(())
}

#[inline]
fn write_row<Q: Query>(
    query: &Q,
    row: &[u8],
    mut write: impl FnMut(&Q::Object<'_>) -> io::Result<()>,
) -> Result<(), Failure> {
    for object in objects(query, row) {
        write(&object?)?;
    }
    Ok(())
}
