// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello sniff`: what another program says and hears.

use super::Failure;
use crate::cli::{Cli, SniffArgs};
use crate::output::{Output, Sniff};
use nlhello::netlink::{Error, Tracer};
use std::fs::File;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitCode, ExitStatus};

const OP: &str = "sniff";

const UNSAID: &str = "it takes a command behind --, as in: nlhello sniff -- ip link show; to hear \
                      all of a namespace it cannot yet";

// Exit statuses that are not the command's, as env(1) has them.
const FAILED: u8 = 125;
const CANNOT_RUN: u8 = 126;
const NOT_FOUND: u8 = 127;

/// What a shell adds to the signal that has ended a command.
const BY_SIGNAL: i32 = 128;

/// Runs the command and shows what it says; the exit status is the command's.
pub fn run(cli: &Cli, args: &SniffArgs, out: &mut Output) -> Result<ExitCode, Failure> {
    if args.command.is_empty() || !args.words.is_empty() {
        return Err(Error::usage(OP, UNSAID).into());
    }
    let followed = open(cli, args).and_then(|sniff| follow(args, sniff, out));

    Ok(match followed {
        Ok(status) => exit_code(status),
        Err(error) => {
            out.error(&error);
            ExitCode::from(status_of(&error))
        }
    })
}

fn open(cli: &Cli, args: &SniffArgs) -> Result<Sniff, Error> {
    let file = match &args.output {
        Some(path) => Some(File::create(path).map_err(|error| unwritten(args, &error))?),
        None => None,
    };
    let color = match &file {
        Some(file) => cli.globals.color.on(file),
        None => cli.globals.color.on(&io::stderr()),
    };
    Ok(Sniff::new(file, cli.globals.json, color))
}

fn follow(args: &SniffArgs, mut sniff: Sniff, out: &Output) -> Result<ExitStatus, Error> {
    let status = Tracer::start(&args.command, &args.protocols)?.follow(&mut sniff)?;
    // The command has done its work, whatever became of the lines.
    if let Some(error) = sniff.failure() {
        out.error(&unwritten(args, error));
    }
    Ok(status)
}

fn unwritten(args: &SniffArgs, error: &io::Error) -> Error {
    let file = args.output.as_deref().map(|path| path.to_string_lossy());

    Error::from_io("write", error).object(file.unwrap_or("to standard error".into()))
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
