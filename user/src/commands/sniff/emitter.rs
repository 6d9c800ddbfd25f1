// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What is done with the datagrams of `nlmon`, whoever captured them.

use super::choice::Choice;
use super::unwritten;
use crate::cli::SniffArgs;
use crate::commands::Failure;
use crate::output::{Decoder, Form, Sniff};
use nlhello::monitor::PacketFile;
use nlhello::netlink::{Packet, Protocol};
use nlhello::nlmon::Dialog;
use std::io::{self, Write};
use std::time::{Instant, SystemTime};

/// Emits the datagrams that are wanted: as lines, into a capture, or both.
pub struct Emitter<'a> {
    args: &'a SniffArgs,
    choice: Choice,
    dialog: Dialog,
    /// Where the lines go, if there are to be some.
    sniff: Option<Sniff>,
    /// The capture, if one is to be written.
    file: Option<PacketFile>,
    /// Knows the names of messages where nothing else does.
    names: Decoder,
    start: Instant,
    /// How many datagrams are to be emitted yet, and were.
    left: u64,
    emitted: u64,
    /// How many were lost.
    lost: u64,
    /// How many were left out because nobody knows whose they are.
    unknown: u64,
}

impl<'a> Emitter<'a> {
    /// Emits lines to `sniff`, if there is one, of what comes to `dialog`.
    ///
    /// # Errors
    ///
    /// That the words of `args` make no sense, or that the capture cannot be written.
    pub fn new(args: &'a SniffArgs, dialog: Dialog, sniff: Option<Sniff>) -> Result<Self, Failure> {
        Ok(Self {
            args,
            choice: Choice::read(args)?,
            dialog,
            sniff,
            file: args.write.as_ref().map(PacketFile::create).transpose()?,
            names: Decoder::new(Form::Text),
            start: Instant::now(),
            left: args.count.unwrap_or(u64::MAX),
            emitted: 0,
            lost: 0,
            unknown: 0,
        })
    }

    /// Says whether `args` ask for lines.
    pub fn has_lines(args: &SniffArgs) -> bool {
        args.write.is_none() || args.output.is_some()
    }

    /// Says whether more datagrams are wanted.
    pub fn is_open(&self) -> bool {
        self.left > 0
    }

    /// Says whether fewer datagrams were emitted than were asked for.
    pub fn is_short(&self) -> bool {
        self.args.count.is_some() && self.left > 0
    }

    /// Says whether packets are written as they come.
    pub fn is_raw(&self) -> bool {
        self.sniff.is_none() && self.choice.is_all()
    }

    /// Says whether packets are held, of which not all is known yet.
    pub fn is_holding(&self) -> bool {
        self.dialog.is_holding()
    }

    /// Returns what knows the names of links and families.
    pub fn decoder(&mut self) -> &mut Decoder {
        self.sniff.as_mut().map_or(&mut self.names, Sniff::decoder)
    }

    /// Takes a packet, and emits what is ready then.
    ///
    /// # Errors
    ///
    /// That the capture cannot be written.
    pub fn take(&mut self, packet: &Packet<'_>) -> Result<(), Failure> {
        match self.is_raw() {
            true => self.write(packet),
            false => {
                self.hold(packet);
                self.emit(Some(packet.time))
            }
        }
    }

    /// Writes a packet as it is.
    fn write(&mut self, packet: &Packet<'_>) -> Result<(), Failure> {
        self.left -= 1;
        self.emitted += 1;
        let protocol = Protocol(packet.protocol.into());
        match &mut self.file {
            Some(file) => put(file, packet.time, protocol, packet.bytes, packet.len),
            None => Ok(()),
        }
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
        // Where nothing is left out, the decoder learns the names when it shows the messages.
        if choice.is_all() {
            return dialog.take(packet, &mut |_| true);
        }
        let decoder = sniff.as_mut().map_or(names, Sniff::decoder);
        dialog.take(packet, &mut |message| {
            let Some(message) = message else {
                return choice.is_any_message();
            };
            decoder.learn(protocol.into(), message);
            choice.wants(protocol, message, || decoder.name(protocol.into(), message))
        });
    }

    /// Emits what is ready `now`; without a time, all that is held.
    ///
    /// # Errors
    ///
    /// That the capture cannot be written.
    pub fn emit(&mut self, now: Option<SystemTime>) -> Result<(), Failure> {
        while self.left > 0 {
            let Some(line) = self.dialog.next_line(now) else {
                break;
            };
            match self.choice.wants_of(line.owner, line.portid) {
                Some(true) => {}
                Some(false) => continue,
                None => {
                    self.unknown += 1;
                    continue;
                }
            }
            self.left -= 1;
            self.emitted += 1;
            if let Some(file) = &mut self.file {
                put(file, line.time, line.protocol, line.bytes, line.len)?;
            }
            if let Some(sniff) = &mut self.sniff {
                sniff.line(&line);
            }
        }
        Ok(())
    }

    /// Emits that so many datagrams were lost.
    pub fn lose(&mut self, count: u32) {
        if count == 0 {
            return;
        }
        self.lost += u64::from(count);
        if let Some(sniff) = &mut self.sniff {
            sniff.lost(count);
        }
    }

    /// Writes out what is held back for a better size of writes.
    ///
    /// # Errors
    ///
    /// That the capture or the lines cannot be written.
    pub fn flush(&mut self) -> Result<(), Failure> {
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

    /// Says on standard error how much there was.
    pub fn sum_up(&self) {
        let Self {
            emitted,
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
            "{emitted} datagrams {verb} in {seconds:.3} s, {lost} lost{unknown}"
        );
    }
}

/// Writes a datagram to a capture, as `nlmon` shows it: without its direction.
fn put(
    file: &mut PacketFile,
    time: SystemTime,
    protocol: Protocol,
    bytes: &[u8],
    len: usize,
) -> Result<(), Failure> {
    Ok(file.put(time, libc::PACKET_OUTGOING, protocol, bytes, len)?)
}
