// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello hello`: ping, for the kernel.

use super::{tap, Failure};
use crate::cli::{Cli, HelloArgs};
use crate::output::{Event, Output};
use crate::signals::Signals;
use nlhello::hello::{Client, Hello, Outcome, Reply, RoundTrips};
use nlhello::netlink::{deadline, Error};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// A run of hellos.
struct Run<'a> {
    client: Client,
    signals: Signals,
    count: Option<u64>,
    interval: Duration,
    timeout: Duration,
    report: Report<'a>,
}

/// What is counted and told of a run.
struct Report<'a> {
    out: &'a mut Output,
    show: Show,
    round_trips: RoundTrips,
}

/// What is told of each hello.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Show {
    /// A line.
    Lines,
    /// A dot, taken back when the reply is in.
    Dots,
    /// Nothing: the summary will do.
    Nothing,
}

/// Says hello until the count is reached or a signal comes, then sums up.
///
/// Succeeds if any reply came.
pub fn run(cli: &Cli, args: &HelloArgs, out: &mut Output) -> Result<ExitCode, Failure> {
    let mut run = Run {
        client: client(cli, args)?,
        signals: Signals::catch().map_err(|error| Error::from_io("catch signals", &error))?,
        count: args.count,
        interval: args.pace(),
        timeout: args.timeout,
        report: Report::new(cli, args, out),
    };
    let result = run.hellos();
    let status = run.report.sum_up()?;

    result.map(|()| status)
}

fn client(cli: &Cli, args: &HelloArgs) -> Result<Client, Error> {
    // Bytes that count up, as ping's do.
    let data = args
        .size
        .map(|len| (0..len).map(|i| i as u8).collect::<Vec<_>>());
    let mut client = Client::open(&Hello {
        text: Some(args.text.as_bytes()),
        data: data.as_deref(),
    })?;

    client.set_tap(tap(cli));
    Ok(client)
}

impl Run<'_> {
    fn hellos(&mut self) -> Result<(), Failure> {
        for number in 1..=self.count.unwrap_or(u64::MAX) {
            let next = deadline(Instant::now(), self.interval);
            // The number may wrap: there is only one request under way.
            self.hello(number as u32)?;
            if Some(number) != self.count {
                self.sleep_until(next)?;
            }
            if self.signals.came() && self.heed_signals()? {
                break;
            }
        }
        Ok(())
    }

    /// Says one hello and waits for its reply.
    fn hello(&mut self, seq: u32) -> Result<(), Failure> {
        self.report.sent()?;
        match self.client.send(seq) {
            Ok(()) => self.wait_for_reply(seq),
            Err(error) if error.is_overrun() => {
                self.report.out.error(&error);
                Ok(self.report.lost(seq)?)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn wait_for_reply(&mut self, seq: u32) -> Result<(), Failure> {
        loop {
            let wake = Some(self.signals.as_fd());
            match self.client.receive(self.timeout, wake) {
                Ok(Outcome::Reply(reply)) => return Ok(self.report.reply(reply)?),
                Ok(Outcome::TimedOut) => return Ok(self.report.lost(seq)?),
                Ok(Outcome::Woken) => {}
                // The reply may be there in spite of it.
                Err(error) if error.is_overrun() => {
                    self.report.out.error(&error);
                    continue;
                }
                Err(error) => return Err(error.into()),
            }
            if self.heed_signals()? {
                return Ok(());
            }
        }
    }

    fn sleep_until(&mut self, next: Instant) -> io::Result<()> {
        while Instant::now() < next && self.signals.wait(next)? {
            if self.heed_signals()? {
                break;
            }
        }
        Ok(())
    }

    /// Does what the signals since the last call ask for; returns whether that is to stop.
    fn heed_signals(&mut self) -> io::Result<bool> {
        // First, so that a signal that comes after the look at the flags ends the next wait.
        self.signals.drain()?;
        if self.signals.take_status() {
            self.report.aside();
        }
        Ok(self.signals.stop())
    }
}

impl<'a> Report<'a> {
    fn new(cli: &Cli, args: &HelloArgs, out: &'a mut Output) -> Self {
        // At this pace nobody reads line by line.
        out.set_buffered(args.flood);

        Self {
            show: Show::new(cli, args, out),
            out,
            round_trips: RoundTrips::start(),
        }
    }

    fn sent(&mut self) -> io::Result<()> {
        self.round_trips.sent();
        match self.show {
            Show::Dots => self.out.dot_on(),
            Show::Lines | Show::Nothing => Ok(()),
        }
    }

    fn reply(&mut self, reply: Reply<'_>) -> io::Result<()> {
        self.round_trips.received(reply.time);
        match self.show {
            Show::Lines => self.out.event(&Event::Reply(reply)),
            Show::Dots => self.out.dot_off(),
            Show::Nothing => Ok(()),
        }
    }

    fn lost(&mut self, seq: u32) -> io::Result<()> {
        match self.show {
            Show::Lines => self.out.event(&Event::Lost(seq)),
            Show::Dots | Show::Nothing => Ok(()),
        }
    }

    fn aside(&self) {
        self.out.aside(&Event::Summary(self.round_trips.summary()));
    }

    /// Tells the summary; returns the exit status, which is success if any reply came.
    fn sum_up(&mut self) -> io::Result<ExitCode> {
        let summary = self.round_trips.summary();
        // A dot may be left on the line.
        if self.show == Show::Dots {
            self.out.dots_end()?;
        }
        self.out.event(&Event::Summary(summary))?;
        self.out.flush()?;

        Ok(match summary.received {
            0 => ExitCode::FAILURE,
            _ => ExitCode::SUCCESS,
        })
    }
}

impl Show {
    fn new(cli: &Cli, args: &HelloArgs, out: &Output) -> Self {
        match (args.quiet, args.flood && !cli.json) {
            (true, _) => Self::Nothing,
            (false, false) => Self::Lines,
            (false, true) if out.is_terminal() => Self::Dots,
            (false, true) => Self::Nothing,
        }
    }
}
