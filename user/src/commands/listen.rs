// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello listen`: who says hello.

use super::{exit_code, hello_socket, is_read, Failure};
use crate::cli::{Cli, ListenArgs};
use crate::output::{Audience, Output, Printable};
use crate::signals::Signals;
use nlhello::hello::Listener;
use nlhello::netlink::{deadline, Error, Gathered};
use std::io;
use std::os::fd::AsFd;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Somebody who listens.
struct ListenRun<'a> {
    listener: Listener,
    signals: Signals,
    count: u64,
    deadline: Instant,
    start: Instant,
    audience: Audience,
    out: &'a mut Output,
}

/// Tells who says hello until the count or the time is reached or a signal comes, then sums up.
///
/// Fails if it ended before the count was reached, whatever ended it.
pub fn run(cli: &Cli, args: &ListenArgs, out: &mut Output) -> Result<ExitCode, Failure> {
    let listener = Listener::on(hello_socket(cli, "listen")?)?;
    // Lines are written out when all that has come is told.
    out.set_buffered(true);
    let start = Instant::now();
    let mut run = ListenRun {
        listener,
        signals: Signals::catch().map_err(|error| Error::from_io("catch signals", &error))?,
        count: args.count.unwrap_or(u64::MAX),
        deadline: deadline(start, args.timeout.unwrap_or(Duration::MAX)),
        start,
        audience: Audience::default(),
        out,
    };
    let result = run.listen();
    if is_read(&result) {
        run.sum_up();
    }
    let is_short = |count| run.audience.received < count;

    result.map(|()| exit_code(args.count.is_some_and(is_short)))
}

impl ListenRun<'_> {
    fn listen(&mut self) -> Result<(), Failure> {
        while self.audience.received < self.count {
            let wake = Some(self.signals.as_fd());
            match self.listener.wait(self.deadline, wake) {
                Ok(Gathered::Datagrams(received)) => {
                    self.report()?;
                    // A sender that never pauses must not postpone the deadline.
                    if received >= self.deadline {
                        break;
                    }
                }
                Ok(Gathered::TimedOut) => break,
                Ok(Gathered::Woken) if self.handle_signals()? => break,
                Ok(Gathered::Woken) => {}
                Err(error) if error.is_overrun() => self.overrun(&error),
                Err(error) => return Err(error.into()),
            }
            if self.signals.came() && self.handle_signals()? {
                break;
            }
        }
        Ok(())
    }

    /// Tells what came, up to the count.
    fn report(&mut self) -> Result<(), Failure> {
        for event in self.listener.received() {
            if self.audience.received < self.count {
                self.out.event(&Printable::Event(event?))?;
                self.audience.received += 1;
            }
        }
        Ok(self.out.flush()?)
    }

    /// Some notifications are gone, nobody knows how many; those that come are still told.
    fn overrun(&mut self, error: &Error) {
        self.audience.overruns += 1;
        self.out.error(error);
    }

    /// Does what the signals since the last call ask for; returns whether that is to stop.
    fn handle_signals(&self) -> io::Result<bool> {
        self.signals.handle(|| self.sum_up())
    }

    fn sum_up(&self) {
        let time = self.start.elapsed();
        self.out.aside(&Printable::Audience(Audience {
            time,
            ..self.audience
        }));
    }
}
