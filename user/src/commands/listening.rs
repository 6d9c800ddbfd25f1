// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Listening on a socket until a count or a time is reached, or a signal comes.

use super::Failure;
use crate::signals::Signals;
use nlhello::netlink::{Error, Gathered};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Instant;

/// Somebody who tells what comes to a socket.
pub trait Listening {
    /// Says whether all is told that was asked for.
    fn is_done(&self) -> bool;

    /// Waits until something comes, until `deadline` or until `wake` is readable.
    fn wait(&mut self, deadline: Instant, wake: Option<BorrowedFd<'_>>) -> Result<Gathered, Error>;

    /// Tells what came, up to the count.
    fn report(&mut self) -> Result<(), Failure>;

    /// Tells that messages are gone, nobody knows how many; those that come are still told.
    fn overrun(&mut self, error: &Error);

    /// Tells what came so far, in sum, which a signal may ask for.
    fn sum_up(&self) {}

    /// Tells what comes until all is told, until `deadline` or until a signal says to stop.
    fn listen(&mut self, deadline: Instant, signals: &Signals) -> Result<(), Failure> {
        while !self.is_done() {
            let mut is_woken = false;
            match self.wait(deadline, Some(signals.as_fd())) {
                Ok(Gathered::Datagrams(received)) => {
                    self.report()?;
                    // A sender that never pauses must not postpone the deadline.
                    if received >= deadline {
                        break;
                    }
                }
                Ok(Gathered::TimedOut) => break,
                Ok(Gathered::Woken) => is_woken = true,
                Err(error) if error.is_overrun() => self.overrun(&error),
                Err(error) => return Err(error.into()),
            }
            if (is_woken || signals.came()) && signals.handle(|| self.sum_up())? {
                break;
            }
        }
        Ok(())
    }
}
