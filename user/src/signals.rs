// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Signals that end a run or ask how it goes, and that nobody reads it any more.
//!
//! The handler sets a flag, then writes to a socket that every wait of the run watches too: a
//! signal that comes between the look at the flag and the wait still ends the wait.

use nlhello::netlink::{wait_any, wait_readable, AnyOf, Awaited};
use signal_hook::consts::{SIGINT, SIGQUIT, SIGTERM};
use signal_hook::{flag, low_level::pipe};
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::Instant;

/// The signals since the program took them over.
pub struct Signals {
    stop: Arc<AtomicBool>,
    status: Arc<AtomicBool>,
    wake: UnixStream,
    /// That, and that nobody reads what is said.
    any: AnyOf,
}

impl Signals {
    /// Takes over SIGINT, SIGTERM and SIGQUIT.
    pub fn catch() -> io::Result<Self> {
        let (wake, writer) = UnixStream::pair()?;
        wake.set_nonblocking(true)?;
        let (stop, status) = <(Arc<AtomicBool>, Arc<AtomicBool>)>::default();
        for signal in [SIGINT, SIGTERM] {
            // The second one kills: the first may be waiting for a pipe that nobody empties.
            flag::register_conditional_default(signal, Arc::clone(&stop))?;
        }
        // What a signal does is done in this order: the flag stands when the wait ends.
        for (signal, flag) in [(SIGINT, &stop), (SIGTERM, &stop), (SIGQUIT, &status)] {
            flag::register(signal, Arc::clone(flag))?;
            pipe::register(signal, writer.try_clone()?)?;
        }
        let stdout = io::stdout();
        let any = AnyOf::of(&[
            Awaited::Readable(wake.as_fd()),
            Awaited::Closed(stdout.as_fd()),
        ])?;
        Ok(Self {
            stop,
            status,
            wake,
            any,
        })
    }

    /// Says whether SIGINT or SIGTERM came.
    pub fn stop(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// Says whether any of them came, without a system call.
    pub fn came(&self) -> bool {
        self.stop() || self.status.load(Ordering::SeqCst)
    }

    /// Says whether SIGQUIT came since the last call.
    pub fn take_status(&self) -> bool {
        self.status.swap(false, Ordering::SeqCst)
    }

    /// Makes [`Self::as_fd`] wait for the next signal.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::BrokenPipe`] when nobody is left to read standard output.
    pub fn drain(&self) -> io::Result<()> {
        let mut bytes = [0; 64];
        loop {
            match (&self.wake).read(&mut bytes) {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return check_readers(),
                Err(error) => return Err(error),
            }
        }
    }

    /// Waits until `deadline`; returns whether a signal came first.
    pub fn wait(&self, deadline: Instant) -> io::Result<bool> {
        wait_readable([self.as_fd()], deadline).map(|[woken]| woken)
    }
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.any.as_fd()
    }
}

fn check_readers() -> io::Result<()> {
    let stdout = io::stdout();
    let is_closed = wait_any(&[Awaited::Closed(stdout.as_fd())], Instant::now())?;
    match is_closed[..] {
        [true] => Err(io::ErrorKind::BrokenPipe.into()),
        _ => Ok(()),
    }
}
