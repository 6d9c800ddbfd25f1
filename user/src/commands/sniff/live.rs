// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello sniff` without a command: all of netlink in this namespace.

use super::emitter::Emitter;
use super::{has_lines, Failure};
use crate::cli::{Cli, SniffArgs};
use crate::output::Decoder;
use crate::signals::{Interruptible, Signals};
use nlhello::genl::Families;
use nlhello::netlink::{deadline, wait_readable, Connection, Error, Ring};
use nlhello::nlmon::{now, Device, Dialog, SNIFF};
use nlhello::object::ListQuery;
use nlhello::rtnl::Links;
use std::fs::File;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::os::fd::AsFd;
use std::process::ExitCode;
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

/// How long the kernel may fill a block: who says something should not be gone when it is read. Where nobody
/// looks for who it was, there is no hurry, and it is the reader that is woken up less often.
const SOON: Duration = Duration::from_millis(40);
const LATER: Duration = Duration::from_millis(200);

/// How long the kernel may take to tell a name.
const TIMEOUT: Duration = Duration::from_secs(5);

const NO_PACKETS: &str =
    "it takes CAP_NET_RAW: try as root, or in a namespace of your own (unshare \
                          -Urn); nlhello sniff -- COMMAND does without";

/// A watch over the namespace.
struct Live<'a> {
    args: &'a SniffArgs,
    emitter: Emitter<'a>,
    signals: Rc<Signals>,
}

/// Emits what is said until the count is reached or a signal comes, then sums up.
///
/// Fails if it ended before the count was reached, whatever ended it.
pub fn run(cli: &Cli, args: &SniffArgs) -> Result<ExitCode, Failure> {
    let mut live = Live::new(cli, args)?;
    live.signals.defer();
    let device = Device::make()?;
    let result = live.watch(&device);
    // The device is removed first: the reader of the last lines may take long.
    drop(device);
    if !result.as_ref().is_err_and(Failure::is_unread) {
        let flushed = live.emitter.flush();
        live.emitter.sum_up();
        flushed?;
    }
    result?;
    Ok(ExitCode::from(u8::from(live.emitter.is_short())))
}

impl<'a> Live<'a> {
    fn new(cli: &Cli, args: &'a SniffArgs) -> Result<Self, Failure> {
        let has_reader = has_lines(args) && args.output.is_none();
        let signals = Signals::catch_all(has_reader)
            .map_err(|error| Error::from_io("catch signals", &error))?;
        let signals = Rc::new(signals);
        let wrap = |file: Option<File>| -> io::Result<Box<dyn Write>> {
            Ok(Box::new(match file {
                Some(file) => Interruptible::new(file, &signals)?,
                None => Interruptible::stdout(&signals)?,
            }))
        };

        Ok(Self {
            args,
            emitter: Emitter::new(cli, args, Dialog::new(), &wrap)?,
            signals,
        })
    }

    fn watch(&mut self, device: &Device) -> Result<(), Failure> {
        let mut ring =
            Ring::open(&self.args.protocols, self.patience()).map_err(|error| no_ring(&error))?;
        if !self.emitter.is_raw() {
            learn_names(self.emitter.decoder());
        }
        ring.bind(device.index())
            .map_err(|error| failed(&error).object(device.name()))?;
        self.emitter.begin()?;
        // Where nobody can read it, that is no reason to fail.
        let _ = writeln!(io::stderr(), "listening on {}", device.name());
        while self.emitter.is_open() {
            let is_over = self.wait(&ring)?;
            let is_idle = !self.take(&mut ring)?;
            self.emitter.emit(Some(now()))?;
            self.emitter
                .note_loss(ring.lost().map_err(|error| failed(&error))?);
            if is_over {
                break;
            }
            self.emitter.flush()?;
            if is_idle {
                ring.check().map_err(|error| gone(&error, device))?;
            }
        }
        self.emitter.emit(None)
    }

    /// Waits until there is something to do; returns whether that is to stop.
    fn wait(&self, ring: &Ring) -> Result<bool, Failure> {
        let patience = match self.emitter.is_holding() {
            true => 2 * SOON,
            false => Duration::MAX,
        };
        let until = deadline(Instant::now(), patience);
        let fds = [ring.as_fd(), self.signals.as_fd()];
        match wait_readable(fds, until).map_err(|error| failed(&error))? {
            [_, true] => self.handle_signals(),
            [_, false] => Ok(false),
        }
    }

    /// Does what the signals since the last call ask for; returns whether that is to stop.
    fn handle_signals(&self) -> Result<bool, Failure> {
        let is_over = self.signals.handle(|| self.emitter.sum_up())?;
        if is_over {
            // Datagrams sent before the signal are emitted.
            thread::sleep(self.patience() + SOON);
        }
        Ok(is_over)
    }

    fn patience(&self) -> Duration {
        match self.emitter.is_raw() {
            true => LATER,
            false => SOON,
        }
    }

    /// Takes what is there; returns whether there was anything.
    fn take(&mut self, ring: &mut Ring) -> Result<bool, Failure> {
        let mut has_taken = false;
        let flow = ring.read(|packet| {
            has_taken = true;
            match self.emitter.take(packet) {
                Ok(()) if self.emitter.is_open() => ControlFlow::Continue(()),
                result => ControlFlow::Break(result),
            }
        });
        match flow {
            ControlFlow::Continue(()) => Ok(has_taken),
            ControlFlow::Break(result) => result.map(|()| true),
        }
    }
}

/// Learns the names of the links and the families that there are. Without them, numbers are shown.
fn learn_names(decoder: &mut Decoder) {
    let _ = learn(decoder, &Links::default());
    let _ = learn(decoder, &Families);
}

fn learn<Q: ListQuery>(decoder: &mut Decoder, query: &Q) -> Result<(), Error> {
    Connection::open(SNIFF, Q::SPEC)?.dump(&query.request()?, TIMEOUT, |message| {
        decoder.learn(Q::SPEC.protocol, message);
        Ok(())
    })?;
    Ok(())
}

fn failed(error: &io::Error) -> Error {
    Error::from_io(SNIFF, error)
}

fn no_ring(error: &io::Error) -> Error {
    match failed(error) {
        found if found.errno.0 == libc::EPERM => found.hint(NO_PACKETS),
        found if found.errno.0 == libc::EAFNOSUPPORT => found
            .message("this kernel has no packet sockets")
            .hint("it takes CONFIG_PACKET (modprobe af_packet, where it is a module)"),
        found => found,
    }
}

fn gone(error: &io::Error, device: &Device) -> Error {
    failed(error)
        .object(device.name())
        .message("somebody has taken the link down, or removed it: nothing more can be seen")
}
