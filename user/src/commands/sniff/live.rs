// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello sniff` without a command: all of netlink in this namespace.

use super::choice::Choice;
use super::{open, unwritten, Failure};
use crate::cli::{Cli, SniffArgs};
use crate::output::{Decoder, Form, Sniff};
use crate::signals::{Signals, Stdout};
use nlhello::genl::Families;
use nlhello::monitor::PacketFile;
use nlhello::netlink::{deadline, wait_readable, Connection, Error, Packet, Protocol, Ring};
use nlhello::nlmon::{Device, Dialog, SNIFF};
use nlhello::rtnl::{Links, Query};
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::os::fd::AsFd;
use std::process::ExitCode;
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

/// How long the kernel may fill a block: who says something should not be gone when it is read. Where nobody
/// looks for who it was, there is no hurry, and it is the reader that is woken up less often.
const SOON: Duration = Duration::from_millis(20);
const LATER: Duration = Duration::from_millis(200);

/// How long the kernel may take to tell a name.
const TIMEOUT: Duration = Duration::from_secs(5);

const NO_PACKETS: &str =
    "it takes CAP_NET_RAW: try as root, or in a namespace of your own (unshare \
                          -Urn); nlhello sniff -- COMMAND does without";

/// Somebody who watches.
struct Live<'a> {
    args: &'a SniffArgs,
    choice: Choice,
    signals: Rc<Signals>,
    dialog: Dialog,
    /// Where all of it goes, if it is told, and if it is written.
    sniff: Option<Sniff>,
    file: Option<PacketFile>,
    /// Knows the names of messages where nothing else does.
    names: Decoder,
    start: Instant,
    /// How many datagrams are to be told yet, were told, were lost, and were left out because nobody
    /// knows whose they are.
    left: u64,
    told: u64,
    lost: u64,
    unknown: u64,
}

/// Tells what is said until the count is reached or a signal comes, then sums up.
///
/// Fails if it ended before the count was reached, whatever ended it.
pub fn run(cli: &Cli, args: &SniffArgs) -> Result<ExitCode, Failure> {
    let mut live = Live::new(cli, args)?;
    let device = Device::make()?;
    let result = live.watch(&device);
    // Whoever reads the last lines may take their time.
    drop(device);
    if !result.as_ref().is_err_and(Failure::is_unread) {
        let flushed = live.flush();
        live.sum_up();
        flushed?;
    }
    result?;
    Ok(ExitCode::from(u8::from(
        args.count.is_some() && live.left > 0,
    )))
}

impl<'a> Live<'a> {
    fn new(cli: &Cli, args: &'a SniffArgs) -> Result<Self, Failure> {
        let choice = Choice::read(args)?;
        let is_told = args.write.is_none() || args.output.is_some();
        let signals = Signals::catch_all(is_told && args.output.is_none())
            .map_err(|error| Error::from_io("catch signals", &error))?;
        let signals = Rc::new(signals);
        let color = cli.globals.color.on(&io::stdout());
        let stdout = || -> io::Result<Box<dyn Write>> { Ok(Box::new(Stdout::new(&signals)?)) };
        let sniff = is_told
            .then(|| open(cli, args, stdout, color))
            .transpose()?;

        Ok(Self {
            args,
            choice,
            dialog: Dialog::new(),
            sniff,
            names: Decoder::new(Form::Text),
            file: args.write.as_ref().map(PacketFile::create).transpose()?,
            signals,
            start: Instant::now(),
            left: args.count.unwrap_or(u64::MAX),
            told: 0,
            lost: 0,
            unknown: 0,
        })
    }

    fn watch(&mut self, device: &Device) -> Result<(), Failure> {
        let mut ring =
            Ring::open(&self.args.protocols, self.patience()).map_err(|error| no_ring(&error))?;
        if !self.is_raw() {
            let decoder = self.sniff.as_mut().map(Sniff::decoder);
            learn_names(decoder.unwrap_or(&mut self.names));
        }
        ring.bind(device.index())
            .map_err(|error| failed(&error).object(device.name()))?;
        // Where nobody can read it, that is no reason to fail.
        let _ = writeln!(io::stderr(), "listening on {}", device.name());
        while self.left > 0 {
            let is_over = self.wait(&ring)?;
            let is_idle = !self.take(&mut ring)?;
            self.tell(Some(SystemTime::now()))?;
            self.tell_lost(&mut ring)?;
            if is_over {
                break;
            }
            self.flush()?;
            if is_idle {
                ring.check().map_err(|error| gone(&error, device))?;
            }
        }
        self.tell(None)
    }

    /// Says whether packets are written as they come.
    fn is_raw(&self) -> bool {
        self.sniff.is_none() && self.choice.is_all()
    }

    /// Waits until there is something to do; returns whether that is to stop.
    fn wait(&self, ring: &Ring) -> Result<bool, Failure> {
        let patience = match self.dialog.is_holding() {
            true => 2 * SOON,
            false => Duration::MAX,
        };
        let until = deadline(Instant::now(), patience);
        let fds = [ring.as_fd(), self.signals.as_fd()];
        match wait_readable(fds, until).map_err(|error| failed(&error))? {
            [_, true] => self.heed(),
            [_, false] => Ok(false),
        }
    }

    /// Does what the signals since the last call ask for; returns whether that is to stop.
    fn heed(&self) -> Result<bool, Failure> {
        self.signals.drain()?;
        if self.signals.take_status() {
            self.sum_up();
        }
        let is_over = self.signals.stop();
        if is_over {
            // What was said before is told.
            thread::sleep(self.patience() + SOON);
        }
        Ok(is_over)
    }

    fn patience(&self) -> Duration {
        match self.is_raw() {
            true => LATER,
            false => SOON,
        }
    }

    /// Takes what is there; returns whether there was anything.
    fn take(&mut self, ring: &mut Ring) -> Result<bool, Failure> {
        let is_raw = self.is_raw();
        let mut has_taken = false;
        let flow = ring.read(|packet| {
            has_taken = true;
            let result = match is_raw {
                true => self.write(packet),
                false => {
                    self.hold(packet);
                    self.tell(Some(packet.time))
                }
            };
            match result {
                Ok(()) if self.left > 0 => ControlFlow::Continue(()),
                result => ControlFlow::Break(result),
            }
        });
        match flow {
            ControlFlow::Continue(()) => Ok(has_taken),
            ControlFlow::Break(result) => result.map(|()| true),
        }
    }

    /// Writes a packet as it is.
    fn write(&mut self, packet: &Packet<'_>) -> Result<(), Failure> {
        if let Some(file) = &mut self.file {
            let protocol = Protocol(packet.protocol.into());
            let Packet {
                time, bytes, len, ..
            } = *packet;
            file.put(time, libc::PACKET_OUTGOING, protocol, bytes, len)?;
        }
        self.left -= 1;
        self.told += 1;
        Ok(())
    }

    /// Takes a packet to find out what it is.
    fn hold(&mut self, packet: &Packet<'_>) {
        let Self {
            dialog,
            choice,
            sniff,
            names,
            ..
        } = self;
        let protocol = packet.protocol;
        if choice.is_any_message() {
            return dialog.take(packet, &mut |_| true);
        }
        let decoder = sniff.as_mut().map_or(names, Sniff::decoder);
        dialog.take(packet, &mut |message| {
            message.is_some_and(|message| {
                decoder.learn(protocol.into(), message);
                let name = decoder.name(protocol.into(), message);
                choice.wants(protocol, message, name)
            })
        });
    }

    /// Tells what is ready to be told `now`; without a time, all that is held.
    fn tell(&mut self, now: Option<SystemTime>) -> Result<(), Failure> {
        while self.left > 0 {
            let Some(line) = self.dialog.next_line(now) else {
                break;
            };
            match self.choice.wants_of(line.owner) {
                Some(true) => {}
                Some(false) => continue,
                None => {
                    self.unknown += 1;
                    continue;
                }
            }
            self.left -= 1;
            self.told += 1;
            if let Some(file) = &mut self.file {
                let (bytes, len) = (line.bytes, line.len);
                file.put(line.time, libc::PACKET_OUTGOING, line.protocol, bytes, len)?;
            }
            if let Some(sniff) = &mut self.sniff {
                sniff.line(&line);
            }
        }
        Ok(())
    }

    /// Tells how much was lost since the last time.
    fn tell_lost(&mut self, ring: &mut Ring) -> Result<(), Failure> {
        let lost = ring.lost().map_err(|error| failed(&error))?;
        if lost > 0 {
            self.lost += u64::from(lost);
            if let Some(sniff) = &mut self.sniff {
                sniff.lost(lost);
            }
        }
        Ok(())
    }

    /// Writes out what is held.
    fn flush(&mut self) -> Result<(), Failure> {
        if let Some(file) = &mut self.file {
            file.flush()?;
        }
        let flushed = self.sniff.as_mut().map_or(Ok(()), Sniff::flush);
        match (flushed, &self.args.output) {
            (Ok(()), _) => Ok(()),
            (Err(error), None) => Err(error.into()),
            (Err(error), Some(_)) => Err(unwritten(self.args, &error).into()),
        }
    }

    fn sum_up(&self) {
        let Self {
            told,
            lost,
            unknown,
            ..
        } = self;
        let verb = match self.sniff {
            Some(_) => "told",
            None => "written",
        };
        let unknown = match unknown {
            0 => String::new(),
            count => format!(", {count} left out: nobody knows whose they are"),
        };
        let seconds = self.start.elapsed().as_secs_f64();
        // Where nobody can read it, that is no reason to fail.
        let _ = writeln!(
            io::stderr(),
            "{told} datagrams {verb} in {seconds:.3} s, {lost} lost{unknown}"
        );
    }
}

/// Learns the names of the links and the families that there are. Without them, numbers are shown.
fn learn_names(decoder: &mut Decoder) {
    let _ = learn(decoder, &Links::default());
    let _ = learn(decoder, &Families);
}

fn learn(decoder: &mut Decoder, query: &impl Query) -> Result<(), Error> {
    let spec = query.spec();
    let mut request = query.request()?;
    Connection::open(SNIFF, spec)?.dump(&mut request, TIMEOUT, |message| {
        decoder.learn(spec.protocol, message);
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
