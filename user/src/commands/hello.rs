// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello hello`: ping, for the kernel.

use super::{exit_code, hello_socket, Failure};
use crate::cli::{Cli, HelloArgs};
use crate::output::{Output, Printable};
use crate::signals::Signals;
use nlhello::hello::{Hello, HelloBatch, Reply, RoundTrips};
use nlhello::netlink::{deadline, Error, Gathered};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::process::ExitCode;
use std::time::Instant;

const OP: &str = "say hello";

/// Takes the last dot of a line back.
const DOT_OFF: &str = "\x08 \x08";

/// A run of hellos.
struct HelloRun<'a> {
    args: &'a HelloArgs,
    batch: HelloBatch,
    signals: Signals,
    report: Report<'a>,
}

/// Counters of a run, and the output that is written of it.
struct Report<'a> {
    out: &'a mut Output,
    show: Show,
    round_trips: RoundTrips,
}

/// Output for each hello.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Show {
    /// A line.
    Lines,
    /// A dot, taken back when the reply is in.
    Dots,
    /// No output: the summary will do.
    Nothing,
}

/// Says hello until the count is reached or a signal comes, then sums up.
///
/// Succeeds if any reply came.
pub fn run(cli: &Cli, args: &HelloArgs, out: &mut Output) -> Result<ExitCode, Failure> {
    let mut run = HelloRun {
        args,
        batch: batch(cli, args)?,
        signals: Signals::catch().map_err(|error| Error::from_io("catch signals", &error))?,
        report: Report::new(cli, args, out),
    };
    let result = run.hellos();
    let status = run.report.sum_up()?;

    result.map(|()| status)
}

fn batch(cli: &Cli, args: &HelloArgs) -> Result<HelloBatch, Error> {
    // Bytes that count up, as ping's do.
    let data = |len| (0..len).map(|i| i as u8).collect::<Vec<_>>();
    let data = args.size.map(data);
    let hello = Hello {
        text: Some(args.text.as_bytes()),
        data: data.as_deref(),
    };

    HelloBatch::on(|| hello_socket(cli, OP), &hello, args.batch.into())
}

impl HelloRun<'_> {
    fn hellos(&mut self) -> Result<(), Failure> {
        let count = self.args.count.unwrap_or(u64::MAX);
        let mut said = 0;
        while said < count {
            let next = deadline(Instant::now(), self.args.pace());
            let number = (count - said).min(self.args.batch.into());
            self.say(seq_after(said), number as usize)?;
            said += number;
            if said < count {
                self.sleep_until(next)?;
            }
            if self.signals.came() && self.handle_signals()? {
                break;
            }
        }
        Ok(())
    }

    /// Says `number` hellos from `first` on and waits for their replies.
    fn say(&mut self, first: u32, number: usize) -> Result<(), Failure> {
        match self.batch.send(first, number) {
            Ok(()) => {
                self.report.sent(number)?;
                self.wait_for_replies()
            }
            // An overrun while sending means that no hello has left.
            Err(error) if error.is_overrun() => {
                self.report.out.error(&error);
                Ok(())
            }
            Err(error) if error.errno.0 == libc::EMSGSIZE => {
                Err(error.hint("try a smaller --batch or -s").into())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Waits until all is answered or time is up; fails if an answer was no reply.
    fn wait_for_replies(&mut self) -> Result<(), Failure> {
        let mut refusal = None;
        while self.batch.unanswered().next().is_some() {
            match self
                .batch
                .wait(self.args.wait.timeout, Some(self.signals.as_fd()))
            {
                Ok(Gathered::Datagrams(_)) => refusal = refusal.or(self.emit_replies()?),
                Ok(Gathered::TimedOut) => {
                    self.report.lost(self.batch.unanswered())?;
                    break;
                }
                Ok(Gathered::Woken) if self.handle_signals()? => break,
                Ok(Gathered::Woken) => {}
                // Other replies may be there in spite of it.
                Err(error) if error.is_overrun() => self.overrun(error),
                Err(error) => return Err(error.into()),
            }
        }
        refusal.map_or(Ok(()), |error| Err(error.into()))
    }

    /// Tells the replies that came; returns the first answer that is none.
    fn emit_replies(&mut self) -> io::Result<Option<Error>> {
        let mut first = None;
        for reply in self.batch.replies() {
            match reply {
                Ok(reply) => self.report.reply(reply)?,
                Err(error) => first = first.or(self.report.error(error)),
            }
        }
        Ok(first)
    }

    fn overrun(&self, error: Error) {
        let error = match self.args.batch {
            1 => error,
            _ => error.hint("try a smaller --batch, or let root raise net.core.rmem_max"),
        };

        self.report.out.error(&error);
    }

    fn sleep_until(&mut self, next: Instant) -> io::Result<()> {
        while Instant::now() < next && self.signals.wait(next)? {
            if self.handle_signals()? {
                break;
            }
        }
        Ok(())
    }

    /// Does what the signals since the last call ask for; returns whether that is to stop.
    fn handle_signals(&self) -> io::Result<bool> {
        self.signals.handle(|| self.report.aside())
    }
}

/// Returns the sequence number of the hello after `said` others; it may wrap, as few are under way.
fn seq_after(said: u64) -> u32 {
    (said as u32).wrapping_add(1)
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

    fn sent(&mut self, number: usize) -> io::Result<()> {
        self.round_trips.sent(number as u64);
        match self.show {
            Show::Dots => (0..number).try_for_each(|_| self.out.show(".")),
            Show::Lines | Show::Nothing => Ok(()),
        }
    }

    fn reply(&mut self, reply: Reply<'_>) -> io::Result<()> {
        self.round_trips.received(reply.time);
        match self.show {
            Show::Lines => self.out.event(&Printable::Reply(reply)),
            Show::Dots => self.out.show(DOT_OFF),
            Show::Nothing => Ok(()),
        }
    }

    /// Counts an answer that is no reply; returns it if it is a reason to stop.
    fn error(&mut self, error: Error) -> Option<Error> {
        self.round_trips.error();
        if error.is_overrun() {
            self.out.error(&error);
            return None;
        }
        Some(error)
    }

    fn lost(&mut self, mut seqs: impl Iterator<Item = u32>) -> io::Result<()> {
        match self.show {
            Show::Lines => seqs.try_for_each(|seq| self.out.event(&Printable::Lost(seq))),
            Show::Dots | Show::Nothing => Ok(()),
        }
    }

    fn aside(&self) {
        let summary = self.round_trips.summary();
        self.out.aside(&Printable::Summary(summary));
    }

    /// Tells the summary; returns the exit status, which is success if any reply came.
    fn sum_up(&mut self) -> io::Result<ExitCode> {
        let summary = self.round_trips.summary();
        // A dot may be left on the line.
        if self.show == Show::Dots {
            self.out.show("\n")?;
        }
        self.out.event(&Printable::Summary(summary))?;
        self.out.flush()?;

        Ok(exit_code(summary.received == 0))
    }
}

impl Show {
    fn new(cli: &Cli, args: &HelloArgs, out: &Output) -> Self {
        match (args.quiet, args.flood && !cli.globals.json) {
            (true, _) => Self::Nothing,
            (false, false) => Self::Lines,
            (false, true) if out.is_terminal() => Self::Dots,
            (false, true) => Self::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequence_numbers_start_at_1_and_wrap() {
        let last = u64::from(u32::MAX);

        assert_eq!((seq_after(0), seq_after(41)), (1, 42));
        assert_eq!((seq_after(last), seq_after(last + 1)), (0, 1));
    }
}
