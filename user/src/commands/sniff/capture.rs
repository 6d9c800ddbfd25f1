// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello sniff -r FILE`: the datagrams of a capture, as if they were said now.

use super::emitter::Emitter;
use super::{file_or, Failure};
use crate::cli::{Cli, SniffArgs};
use crate::commands::open_input;
use nlhello::monitor::PacketReader;
use nlhello::netlink::{Error, Packet};
use nlhello::nlmon::{Dialog, SNIFF};
use std::io;
use std::path::Path;
use std::process::ExitCode;

/// Emits what is in the capture `path` until its end or until the count is reached, then sums up.
///
/// Fails if it is cut off or broken, behind what could be read, and if it ended before the count was
/// reached.
pub fn run(cli: &Cli, args: &SniffArgs, path: &Path) -> Result<ExitCode, Failure> {
    let of_file = |error: Error| Error { op: SNIFF, ..error }.object(path.display().to_string());
    let mut reader = open_input(SNIFF, path)
        .and_then(PacketReader::open)
        .map_err(of_file)?;
    let wrap = |file| Ok(file_or(file, io::stdout()));
    let mut emitter = Emitter::new(cli, args, Dialog::of_capture(), &wrap)?;
    emitter.begin()?;
    let mut result = Ok(());
    // Where enough was read, nobody waits for what a pipe may bring yet.
    while emitter.is_open() {
        match reader.next_packet() {
            Ok(Some(packet)) => take(&mut emitter, args, &packet)?,
            Ok(None) => break,
            Err(error) => {
                result = Err(of_file(error));
                break;
            }
        }
    }
    emitter.emit(None)?;
    emitter.flush()?;
    emitter.sum_up();
    result?;
    Ok(ExitCode::from(u8::from(emitter.is_short())))
}

/// Takes a packet, if it is of a protocol that is wanted: the kernel is not there to choose.
fn take(emitter: &mut Emitter<'_>, args: &SniffArgs, packet: &Packet<'_>) -> Result<(), Failure> {
    let mut protocols = args.protocols.iter();
    let is_wanted = args.protocols.is_empty()
        || protocols.any(|protocol| protocol.0 == i32::from(packet.protocol));
    match is_wanted {
        true => emitter.take(packet),
        false => Ok(()),
    }
}
