// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Output of the datagrams of `nlmon`, captured now or before.

use super::choice::SniffChoice;
use super::{has_lines, unwritten, MakeWriter, SniffFiles};
use crate::cli::{Cli, SniffArgs};
use crate::commands::Failure;
use crate::output::{Decoder, Sniff, TraceForm};
use nlhello::monitor::PacketFile;
use nlhello::netlink::{Packet, Protocol};
use nlhello::nlmon::{Dialog, Wanted};
use nlhello::wire::Message;
use std::io::{self, Write};
use std::rc::Rc;
use std::time::{Duration, Instant};

/// How many datagrams of so many bytes come at most before it is looked what is ready: that takes a while.
const BURST: usize = 64;
const LONG: usize = 4096;

/// Emits the datagrams that are wanted: as lines, into a capture, or both.
pub struct Emitter<'a> {
    args: &'a SniffArgs,
    choice: SniffChoice,
    /// Whether it leaves nothing out.
    is_all: bool,
    dialog: Dialog,
    files: SniffFiles,
    /// Knows the names of messages where nothing else does.
    names: Decoder,
    start: Instant,
    /// How many datagrams came since it was looked what is ready, long ones being as many as they fill, and how many may.
    since_emit: usize,
    burst: usize,
    /// How many datagrams are to be emitted yet, and were.
    left: u64,
    emitted: u64,
    /// How many lines are sure to be written, and whether those behind them cannot be.
    flushed: u64,
    is_cut: bool,
    /// How many were lost.
    lost: u64,
    /// How many were left out because nobody knows whose they are.
    unknown: u64,
}

impl<'a> Emitter<'a> {
    /// Emits what comes to `dialog`, from [`Emitter::begin`] on, by what `wrap` makes of a file, or of standard
    /// output where `args` name no file for lines.
    ///
    /// # Errors
    ///
    /// Words of `args` that make no sense, and then no file is made; those of a file that cannot be opened.
    pub fn new(
        cli: &Cli,
        args: &'a SniffArgs,
        dialog: Dialog,
        wrap: &MakeWriter<'_>,
    ) -> Result<Self, Failure> {
        let choice = SniffChoice::read(args)?;
        let burst = burst(args, &choice);
        let color = cli.globals.color.on(&io::stdout());

        Ok(Self {
            args,
            is_all: choice.is_all(),
            choice,
            dialog,
            files: SniffFiles::open(cli, args, has_lines(args), wrap, color)?,
            names: Decoder::new(TraceForm::Text),
            start: Instant::now(),
            since_emit: 0,
            burst,
            left: args.count.unwrap_or(u64::MAX),
            emitted: 0,
            flushed: 0,
            is_cut: false,
            lost: 0,
            unknown: 0,
        })
    }

    /// Removes what is in the files, and begins the capture.
    ///
    /// # Errors
    ///
    /// Errors of a file that cannot be written.
    pub fn begin(&mut self) -> Result<(), Failure> {
        Ok(self.files.begin(self.args)?)
    }

    /// Says whether more datagrams are wanted, and lines can be written: [`Emitter::flush`] says why not.
    pub fn is_open(&self) -> bool {
        let failure = self.files.sniff.as_ref().and_then(Sniff::failure);

        self.left > 0 && failure.is_none()
    }

    /// Says whether fewer datagrams were emitted than were asked for.
    pub fn is_short(&self) -> bool {
        self.args.count.is_some() && self.left > 0
    }

    /// Says whether packets are written as they come.
    pub fn is_raw(&self) -> bool {
        self.is_all && self.files.sniff.is_none()
    }

    /// Says whether packets are held, of which not all is known yet.
    pub fn is_holding(&self) -> bool {
        self.dialog.is_holding()
    }

    /// Returns what knows the names of links and families.
    pub fn decoder(&mut self) -> &mut Decoder {
        let sniff = self.files.sniff.as_mut();
        sniff.map_or(&mut self.names, Sniff::decoder)
    }

    /// Takes a packet, and emits what is ready then, if it is time for that.
    ///
    /// # Errors
    ///
    /// That the capture cannot be written.
    #[inline(always)]
    pub fn take(&mut self, packet: &Packet<'_>) -> Result<(), Failure> {
        match self.is_raw() {
            true => self.write(packet),
            false => {
                self.hold(packet);
                self.since_emit += 1 + packet.bytes.len() / LONG;
                match self.since_emit < self.burst {
                    true => Ok(()),
                    false => self.emit(Some(packet.time)),
                }
            }
        }
    }

    /// Writes a packet as it is.
    fn write(&mut self, packet: &Packet<'_>) -> Result<(), Failure> {
        self.left -= 1;
        self.emitted += 1;
        let protocol = Protocol(packet.protocol.into());
        match &mut self.files.capture {
            Some(file) => put(file, packet.time, protocol, packet.bytes, packet.len),
            None => Ok(()),
        }
    }

    /// Takes a packet to find out what it is.
    fn hold(&mut self, packet: &Packet<'_>) {
        // Where nothing is left out, the decoder learns the names when it shows the messages.
        if self.is_all {
            return self.dialog.take(packet, &mut Wanted::All);
        }
        let Self {
            dialog,
            choice,
            files,
            names,
            ..
        } = self;
        let protocol = packet.protocol;
        let decoder = files.sniff.as_mut().map_or(names, Sniff::decoder);
        let mut is_wanted = |message: Option<&Message<'_>>| {
            let Some(message) = message else {
                return choice.is_any_message();
            };
            decoder.learn(protocol.into(), message);
            choice.wants(protocol, message, || decoder.name(protocol.into(), message))
        };
        dialog.take(packet, &mut Wanted::If(&mut is_wanted));
    }

    /// Emits what is ready `now`; without a time, all that is held.
    ///
    /// # Errors
    ///
    /// That the capture cannot be written.
    pub fn emit(&mut self, now: Option<Duration>) -> Result<(), Failure> {
        self.since_emit = 0;
        while self.left > 0 {
            let Some(line) = self.dialog.next_line(now) else {
                break;
            };
            let owner = line.owner.map(Rc::as_ref);
            match self.choice.wants_of(owner, line.portid) {
                Some(true) => {}
                Some(false) => continue,
                None => {
                    self.unknown += 1;
                    continue;
                }
            }
            self.left -= 1;
            self.emitted += 1;
            if let Some(file) = &mut self.files.capture {
                put(file, line.time, line.protocol, line.bytes, line.len)?;
            }
            if let Some(sniff) = &mut self.files.sniff {
                sniff.line(&line);
            }
        }
        Ok(())
    }

    /// Emits that so many datagrams were lost.
    pub fn note_loss(&mut self, count: u32) {
        if count == 0 {
            return;
        }
        self.lost += u64::from(count);
        if let Some(sniff) = &mut self.files.sniff {
            sniff.lost(count);
        }
    }

    /// Writes out what is held back for a better size of writes.
    ///
    /// # Errors
    ///
    /// That the capture or the lines cannot be written.
    pub fn flush(&mut self) -> Result<(), Failure> {
        if let Some(file) = &mut self.files.capture {
            file.flush()?;
        }
        let flushed = self.files.sniff.as_mut().map_or(Ok(()), Sniff::flush);
        self.is_cut |= flushed.is_err();
        if !self.is_cut {
            self.flushed = self.emitted;
        }
        match (flushed, &self.args.output) {
            (Ok(()), _) => Ok(()),
            (Err(error), None) => Err(error.into()),
            (Err(error), Some(_)) => Err(unwritten(self.args, &error).into()),
        }
    }

    /// Says on standard error how much there was.
    pub fn sum_up(&self) {
        let Self { lost, unknown, .. } = self;
        let emitted = match (&self.files.sniff, &self.files.capture) {
            (None, Some(capture)) => format!("{} datagrams written", capture.written()),
            _ if self.is_cut => format!("at least {} datagrams told", self.flushed),
            _ => format!("{} datagrams told", self.emitted),
        };
        let unknown = match unknown {
            0 => String::new(),
            count => format!(", {count} left out: nobody knows whose they are"),
        };
        let seconds = self.start.elapsed().as_secs_f64();
        // Where nobody can read it, that is no reason to fail.
        let _ = writeln!(
            io::stderr(),
            "{emitted} in {seconds:.3} s, {lost} lost{unknown}"
        );
    }
}

/// Returns how many datagrams may come before it is looked what is ready. A capture has long pauses, who wants some of the
/// datagrams has the names of links that they had then, and who wants so many does not wait for more.
fn burst(args: &SniffArgs, choice: &SniffChoice) -> usize {
    match args.read.is_none() && args.count.is_none() && choice.is_all() {
        true => BURST,
        false => 1,
    }
}

/// Writes a datagram to a capture, as `nlmon` shows it: without its direction.
fn put(
    file: &mut PacketFile,
    time: Duration,
    protocol: Protocol,
    bytes: &[u8],
    len: usize,
) -> Result<(), Failure> {
    Ok(file.put(time, libc::PACKET_OUTGOING, protocol, bytes, len)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Command;
    use clap::Parser;
    use nlhello::netlink::Socket;
    use nlhello::nlmon::now;
    use nlhello::wire::{put_attr, put_message, Nlmsghdr, NLMSG_ERROR, NLM_F_ACK, NLM_F_REQUEST};
    use std::{env, fs, process};

    fn message(nlmsg_type: u16, nlmsg_flags: u16, nlmsg_pid: u32, payload: &[u8]) -> Vec<u8> {
        let header = Nlmsghdr {
            nlmsg_type,
            nlmsg_flags,
            nlmsg_pid,
            ..Nlmsghdr::default()
        };
        let mut bytes = Vec::new();
        put_message(&mut bytes, header, payload).unwrap();
        bytes
    }

    /// Returns what is told of `datagrams`, and of how many nobody knows whose they are, for these words.
    fn emitted(words: &[&str], datagrams: &[Vec<u8>]) -> (String, u64) {
        let file = env::temp_dir().join(format!("emitter-{}", process::id()));
        let output = ["nlhello", "sniff", "-o", file.to_str().unwrap()];
        let cli = Cli::try_parse_from(output.iter().chain(words)).unwrap();
        let Some(Command::Sniff(args)) = &cli.command else {
            unreachable!("it is what was asked for");
        };
        let wrap = |file: Option<fs::File>| -> io::Result<Box<dyn Write>> {
            Ok(Box::new(file.expect("there is -o")))
        };
        let mut emitter = Emitter::new(&cli, args, Dialog::new(), &wrap).ok().unwrap();
        emitter.begin().ok().unwrap();
        for bytes in datagrams {
            let packet = Packet {
                time: now(),
                protocol: libc::NETLINK_ROUTE as u16,
                bytes,
                len: bytes.len(),
            };
            emitter.take(&packet).ok().unwrap();
        }
        emitter.emit(None).ok().unwrap();
        emitter.flush().ok().unwrap();
        let emitted = fs::read_to_string(&file).unwrap();
        fs::remove_file(file).unwrap();
        (emitted, emitter.unknown)
    }

    #[test]
    fn names_are_learned_from_what_others_say() {
        let mut link = vec![0; 16];
        link[4] = 7;
        put_attr(&mut link, libc::IFLA_IFNAME, b"new7\0").unwrap();
        let mut route = vec![0; 12];
        put_attr(&mut route, libc::RTA_OIF, &7u32.to_ne_bytes()).unwrap();
        let request = message(libc::RTM_DELROUTE, NLM_F_REQUEST | NLM_F_ACK, 0, &route);
        let socket = Socket::open(libc::NETLINK_ROUTE).unwrap();
        let done = [&[0; 4], &request[..16]].concat();
        let datagrams = [
            message(libc::RTM_NEWLINK, 0, 0, &link),
            request,
            message(NLMSG_ERROR, 0, socket.portid(), &done),
        ];
        let pid = process::id().to_string();
        let (emitted, unknown) = emitted(&["--pid", &pid], &datagrams);

        assert!(emitted.contains("RTA_OIF(4) new7(7)\n"), "{emitted}");
        assert!(!emitted.contains("RTM_NEWLINK"), "{emitted}");
        assert_eq!(unknown, 0, "the event is the kernel's");
    }
}
