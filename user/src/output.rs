// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Output of the program: text or JSON on standard output, errors and messages on standard error.

mod buffer;
mod call;
mod escape;
mod json;
mod record;
mod sniff;
mod sockets;
mod table;
mod text;
mod time;
mod trace;
mod watch;

pub use record::{RecordStyle, Records};
pub use sniff::Sniff;
pub use sockets::{write_growth, write_growth_json, write_sockets, Growth};
pub use time::{Clock, Stamp, TimeStyle};
pub use trace::{Decoder, Trace, TraceForm};
pub use watch::{Identity, NamespaceLabel, Watch};

use nlhello::hello::{HelloEvent, HelloStats, Peer, Reply, Summary};
use nlhello::netlink::Error;
use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};
use std::time::{Duration, SystemTime};

/// Something to tell, a line or a few of text, or a JSON object.
pub enum Printable<'a> {
    /// The kernel's answer to a single hello.
    Greeting(Reply<'a>),
    /// A reply of a run.
    Reply(Reply<'a>),
    /// The hello with this sequence number was not answered in time.
    Lost(u32),
    /// The end of a run.
    Summary(Summary),
    /// Somebody said hello.
    Event(HelloEvent<'a>),
    /// The end of listening.
    Audience(Audience),
    /// Peers that have said hello, seen from this time.
    Peers(&'a [Peer], SystemTime),
    /// The kernel's counters.
    Stats(HelloStats),
    /// Greeting of the kernel, as it was read.
    GreetingIs(&'a [u8]),
    /// Greeting of the kernel, as it was set.
    GreetingSet(&'a [u8]),
}

/// Counters of a listener.
#[derive(Clone, Copy, Debug, Default)]
pub struct Audience {
    /// Notifications.
    pub received: u64,
    /// How often notifications were lost, one or many at a time.
    pub overruns: u64,
    /// Since it began to listen.
    pub time: Duration,
}

/// A line of a file.
#[derive(Clone, Copy, Debug)]
pub struct FileLine<'a> {
    /// The file as it was called.
    pub file: &'a str,
    /// Number of the line, from 1.
    pub line: u64,
}

/// Standard output and standard error, in the format that was asked for.
pub struct Output {
    out: BufWriter<StdoutLock<'static>>,
    json: bool,
    buffered: bool,
}

impl Output {
    /// Takes standard output, for JSON or else for text.
    pub fn new(json: bool) -> Self {
        Self {
            out: BufWriter::new(io::stdout().lock()),
            json,
            buffered: false,
        }
    }

    /// Holds lines back until there are many; without, each is seen at once.
    pub fn set_buffered(&mut self, buffered: bool) {
        self.buffered = buffered;
    }

    /// Tells `event` on standard output.
    pub fn event(&mut self, event: &Printable<'_>) -> io::Result<()> {
        write_event(&mut self.out, self.json, event)?;
        match self.buffered {
            true => Ok(()),
            false => self.out.flush(),
        }
    }

    /// Writes out what is held back.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Tells `event` on standard error, for who watches what standard output may not show.
    pub fn aside(&self, event: &Printable<'_>) {
        let _ = write_event(&mut io::stderr().lock(), self.json, event);
    }

    /// Tells `error` on standard error; where that is gone, the exit status has to do.
    pub fn error(&self, error: &Error) {
        self.error_at(None, error);
    }

    /// Writes `error` of a line of a file, if it is of one; see [`Output::error`].
    pub fn error_at(&self, place: Option<FileLine<'_>>, error: &Error) {
        let out = &mut io::stderr().lock();
        let _ = match self.json {
            true => json::write_error(out, place, error),
            false => text::write_error(out, place, error),
        };
    }

    /// Tells on standard error what is to be known of the result of `op`.
    pub fn warning(&self, op: &str, message: &str) {
        let out = &mut io::stderr().lock();
        let _ = match self.json {
            true => json::write_warning(out, op, message),
            false => text::write_warning(out, op, message),
        };
    }

    /// Returns whether somebody looks at standard output.
    pub fn is_terminal(&self) -> bool {
        self.out.get_ref().is_terminal()
    }

    /// Writes `text` at once, whatever the format.
    pub fn show(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }
}

fn write_event(out: &mut dyn Write, json: bool, event: &Printable<'_>) -> io::Result<()> {
    match json {
        true => json::write_event(out, event),
        false => text::write_event(out, event),
    }
}

/// Returns the counters with their names, which are the same as text and in JSON.
fn stats_rows(stats: &HelloStats) -> [(&'static str, u64); 6] {
    [
        ("hellos", stats.hellos),
        ("classic", stats.classic),
        ("refused", stats.refused),
        ("dropped", stats.dropped),
        ("peers", stats.peers.into()),
        ("evicted", stats.evicted),
    ]
}

#[cfg(test)]
mod tests;
