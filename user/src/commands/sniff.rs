// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello sniff`: what other programs say and hear.

mod capture;
mod choice;
mod emitter;
mod live;

use super::Failure;
use crate::cli::{Cli, SniffArgs};
use crate::output::{Output, Sniff};
use nlhello::monitor::{empty, open_kept, PacketFile};
use nlhello::netlink::{
    since_1970, Direction, Error, Observer, Outcome, Remark, Thread, Tracer, Transfer,
};
use nlhello::nlmon::SNIFF;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{ExitCode, ExitStatus};

const KINDS: &str = "kinds and types are for sniff without a command";
const SAME: &str = "-r, -w and -o take a file each, and this is two of them";

// Exit statuses that are not the command's, as env(1) has them.
const FAILED: u8 = 125;
const CANNOT_RUN: u8 = 126;
const NOT_FOUND: u8 = 127;

/// Number that a shell adds to the signal that has ended a command, for the exit status.
const BY_SIGNAL: i32 = 128;

/// Shows what programs say: the command, whose exit status it is then, or all of the namespace.
pub fn run(cli: &Cli, args: &SniffArgs, out: &mut Output) -> Result<ExitCode, Failure> {
    check_files(args)?;
    if let Some(path) = &args.read {
        return capture::run(cli, args, path);
    }
    if args.command.is_empty() {
        return live::run(cli, args);
    }
    if !args.words.is_empty() {
        return Err(Error::usage(SNIFF, KINDS).into());
    }
    let followed = Follower::open(cli, args).and_then(|follower| follower.follow(out));

    Ok(match followed {
        Ok(status) => exit_code(status),
        Err(error) => {
            out.error(&error);
            ExitCode::from(status_of(&error))
        }
    })
}

/// Fails where two of the files are one: what is read would be gone, or what is written mixed up.
fn check_files(args: &SniffArgs) -> Result<(), Error> {
    let read = args.read.as_deref().map(|path| match path.to_str() {
        Some("-") => Path::new("/dev/stdin"),
        _ => path,
    });
    let (write, output) = (args.write.as_deref(), args.output.as_deref());
    let pairs = [(read, write), (read, output), (write, output)];
    let same = pairs
        .into_iter()
        .find_map(|(one, other)| one.filter(|one| other.is_some_and(|other| is_same(one, other))));

    same.map_or(Ok(()), |path| {
        Err(Error::usage(SNIFF, SAME).object(path.display().to_string()))
    })
}

/// Says whether both are one file that keeps what is written to it.
fn is_same(one: &Path, other: &Path) -> bool {
    match (fs::metadata(one), fs::metadata(other)) {
        (Ok(found), Ok(other)) => {
            found.is_file() && (found.dev(), found.ino()) == (other.dev(), other.ino())
        }
        // A file that is missing yet is known by its name alone.
        _ => one == other,
    }
}

/// Makes the writer of lines or datagrams: to a file that was opened, or else to where they go without one.
type MakeWriter<'w> = dyn Fn(Option<File>) -> io::Result<Box<dyn Write>> + 'w;

/// Returns the writer to `file`, or to `other` where there is none.
fn file_or(file: Option<File>, other: impl Write + 'static) -> Box<dyn Write> {
    match file {
        Some(file) => Box::new(file),
        None => Box::new(other),
    }
}

/// Where lines and datagrams go. What is in the files stays until the work begins: it may fail before.
struct SniffFiles {
    /// Where the lines go, if there are to be some.
    sniff: Option<Sniff>,
    /// The file that they go to, if it is one.
    lines: Option<File>,
    /// The capture, if one is to be written.
    capture: Option<PacketFile>,
}

impl SniffFiles {
    /// Opens those that `args` ask for. Lines, if it `has_lines`, go without a file to what `wrap` has then, which
    /// `is_colored` or not.
    fn open(
        cli: &Cli,
        args: &SniffArgs,
        has_lines: bool,
        wrap: &MakeWriter<'_>,
        is_colored: bool,
    ) -> Result<Self, Error> {
        let failed = |error| unwritten(args, &error);
        let lines = args
            .output
            .as_deref()
            .map(open_kept)
            .transpose()
            .map_err(failed)?;
        let capture = args.write.as_ref();
        let capture = capture.map(|path| PacketFile::open(path, |file| wrap(Some(file))));
        let mut sniff = None;
        if has_lines {
            let color = lines
                .as_ref()
                .map_or(is_colored, |file| cli.globals.color.on(file));
            let file = lines.as_ref().map(File::try_clone).transpose();
            let out = file.and_then(wrap).map_err(failed)?;
            // Lines about a command stand between those that it writes itself.
            let is_watched = args.output.is_none() && !args.command.is_empty();
            sniff = Some(Sniff::new(out, is_watched, cli.globals.json, color));
        }
        Ok(Self {
            sniff,
            lines,
            capture: capture.transpose()?,
        })
    }

    /// Removes what is in the files, and begins the capture.
    fn begin(&mut self, args: &SniffArgs) -> Result<(), Error> {
        if let Some(file) = &self.lines {
            empty(file).map_err(|error| unwritten(args, &error))?;
        }
        self.capture.as_mut().map_or(Ok(()), PacketFile::begin)
    }
}

/// Tells what a command says, and writes it to a file.
struct Follower<'a> {
    args: &'a SniffArgs,
    files: SniffFiles,
    /// Whether the files were begun.
    is_begun: bool,
    /// Whether what is said is told, too.
    is_told: bool,
    /// Why no more can be written to the file.
    failure: Option<Error>,
}

impl<'a> Follower<'a> {
    fn open(cli: &Cli, args: &'a SniffArgs) -> Result<Self, Error> {
        let color = cli.globals.color.on(&io::stderr());
        let wrap = |file| Ok(file_or(file, io::stderr()));

        Ok(Self {
            files: SniffFiles::open(cli, args, true, &wrap, color)?,
            args,
            is_begun: false,
            is_told: has_lines(args),
            failure: None,
        })
    }

    fn follow(mut self, out: &Output) -> Result<ExitStatus, Error> {
        let args = self.args;
        let status = Tracer::start(&args.command, &args.protocols)?.follow(&mut self)?;
        self.begin();
        self.idle();
        // The command has done its work, whatever became of the lines.
        if let Some(error) = self.files.sniff.as_ref().and_then(Sniff::failure) {
            out.error(&unwritten(args, error));
        }
        if let Some(error) = &self.failure {
            out.error(error);
        }
        if let Some(capture) = &self.files.capture {
            // Where nobody can read it, that is no reason to fail.
            let _ = writeln!(io::stderr(), "{} datagrams written", capture.written());
        }
        Ok(status)
    }

    /// Begins the files, if that was not done: the command runs then.
    fn begin(&mut self) {
        if !self.is_begun {
            self.is_begun = true;
            self.failure = self.files.begin(self.args).err();
        }
    }

    /// Writes a datagram that was carried, as long as that can be done.
    fn write(&mut self, transfer: &Transfer<'_>) -> Result<(), Error> {
        let is_carried = matches!(transfer.outcome, Outcome::Done(_) | Outcome::Pending);
        let (Some(capture), None) = (&mut self.files.capture, &self.failure) else {
            return Ok(());
        };
        if !is_carried || transfer.bytes.is_empty() || transfer.unshown.is_some() {
            return Ok(());
        }
        let bytes = transfer.bytes;
        let pkttype = pkttype(transfer);
        capture.put(
            since_1970(transfer.time),
            pkttype,
            transfer.protocol,
            bytes,
            bytes.len(),
        )
    }
}

impl Observer for Follower<'_> {
    fn transfer(&mut self, transfer: &Transfer<'_>) {
        self.begin();
        if let Err(error) = self.write(transfer) {
            self.failure = Some(error);
        }
        if let (Some(sniff), true) = (&mut self.files.sniff, self.is_told) {
            sniff.transfer(transfer);
        }
    }

    fn remark(&mut self, thread: &Thread, remark: &Remark) {
        self.begin();
        if let Some(sniff) = &mut self.files.sniff {
            sniff.remark(thread, remark);
        }
    }

    fn may_lag(&self) -> bool {
        !self.is_told || self.files.sniff.as_ref().is_none_or(Sniff::may_lag)
    }

    fn idle(&mut self) {
        if let Some(sniff) = &mut self.files.sniff {
            sniff.idle();
        }
        if let (Some(capture), None) = (&mut self.files.capture, &self.failure) {
            self.failure = capture.flush().err();
        }
    }
}

/// Says whether `args` ask for lines.
fn has_lines(args: &SniffArgs) -> bool {
    args.write.is_none() || args.output.is_some()
}

/// Returns what captures say of the direction of a packet.
fn pkttype(transfer: &Transfer<'_>) -> u8 {
    match (transfer.direction, transfer.peer) {
        (Direction::Sent, _) => libc::PACKET_OUTGOING,
        (Direction::Received, Some(peer)) if peer.groups != 0 => libc::PACKET_MULTICAST,
        (Direction::Received, _) => libc::PACKET_HOST,
    }
}

fn unwritten(args: &SniffArgs, error: &io::Error) -> Error {
    let file = args.output.as_deref().map(|path| path.to_string_lossy());
    let other = match args.command.is_empty() {
        true => "to standard output",
        false => "to standard error",
    };

    Error::from_io("write", error).object(file.unwrap_or(other.into()))
}

fn exit_code(status: ExitStatus) -> ExitCode {
    let by_signal = || BY_SIGNAL + status.signal().unwrap_or_default();
    let code = status.code().unwrap_or_else(by_signal);

    // A code has 8 bits, a signal 7.
    ExitCode::from(code as u8)
}

fn status_of(error: &Error) -> u8 {
    match (error.op, error.errno.0) {
        (Tracer::RUN, libc::ENOENT) => NOT_FOUND,
        (Tracer::RUN, _) => CANNOT_RUN,
        _ => FAILED,
    }
}
