// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello listen`: who says hello.

use super::listening::Listening;
use super::{exit_code, hello_socket, is_read, Failure};
use crate::cli::{Cli, ListenArgs};
use crate::output::{Audience, Output, Printable};
use crate::signals::Signals;
use nlhello::hello::Listener;
use nlhello::netlink::{deadline, Error, Gathered};
use std::os::fd::BorrowedFd;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Somebody who listens.
struct ListenRun<'a> {
    listener: Listener,
    count: u64,
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
    let signals = Signals::catch().map_err(|error| Error::from_io("catch signals", &error))?;
    let start = Instant::now();
    let deadline = deadline(start, args.timeout.unwrap_or(Duration::MAX));
    let mut run = ListenRun {
        listener,
        count: args.count.unwrap_or(u64::MAX),
        start,
        audience: Audience::default(),
        out,
    };
    let result = run.listen(deadline, &signals);
    if is_read(&result) {
        run.sum_up();
    }
    let is_short = |count| run.audience.received < count;

    result.map(|()| exit_code(args.count.is_some_and(is_short)))
}

impl Listening for ListenRun<'_> {
    fn is_done(&self) -> bool {
        self.audience.received >= self.count
    }

    fn wait(&mut self, deadline: Instant, wake: Option<BorrowedFd<'_>>) -> Result<Gathered, Error> {
        self.listener.wait(deadline, wake)
    }

    fn report(&mut self) -> Result<(), Failure> {
        for event in self.listener.received() {
            if self.audience.received < self.count {
                self.out.event(&Printable::Event(event?))?;
                self.audience.received += 1;
            }
        }
        Ok(self.out.flush()?)
    }

    fn overrun(&mut self, error: &Error) {
        self.audience.overruns += 1;
        self.out.error(error);
    }

    fn sum_up(&self) {
        let time = self.start.elapsed();
        self.out.aside(&Printable::Audience(Audience {
            time,
            ..self.audience
        }));
    }
}
