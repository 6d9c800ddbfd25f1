// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello sockets`: who has netlink sockets, and what they lose.

mod watch;

use super::words::Words;
use super::{tap, Failure};
use crate::cli::{Cli, SocketsArgs};
use crate::output::{write_sockets, Output, RecordStyle, Records};
use nlhello::diag::{
    DescribedSocket, GroupNames, Lister, NetlinkSocket, Process, Processes, Source, LIST, SPEC,
};
use nlhello::netlink::{protocol_number, Error};
use nlhello::rtnl::LinkNames;
use std::collections::HashSet;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

/// How long the kernel may take for the next part of its answer.
const TIMEOUT: Duration = Duration::from_secs(30);

const LESS_IS_KNOWN: &str = "/proc/net/netlink has neither groups beyond the 32nd nor limits of \
                             queues, states and flags; netlink_diag (CONFIG_NETLINK_DIAG) has";

/// Sockets to show, chosen by words.
#[derive(Default)]
struct SocketChoice {
    protocol: Option<u8>,
    portid: Option<u32>,
    pid: Option<u32>,
    comm: Option<Vec<u8>>,
}

impl SocketChoice {
    fn read(args: &SocketsArgs) -> Result<Self, Error> {
        let mut words = Words::new(LIST, &args.words);
        let mut filter = Self::default();

        words.skip("show");
        while let Some(word) = words.keyword() {
            match word {
                "proto" | "protocol" => {
                    let protocol = words.read(word, "protocol of netlink", protocol_number)?;
                    filter.protocol = Some(protocol);
                }
                "portid" => filter.portid = Some(words.number(word)?),
                "pid" => filter.pid = Some(words.number(word)?),
                "comm" => filter.comm = Some(words.value(word)?.to_vec()),
                _ => return Err(words.unknown(word)),
            }
        }
        Ok(filter)
    }

    /// Says whether the kernel's word for the socket is as it should be.
    fn wants(&self, socket: &NetlinkSocket) -> bool {
        self.portid.is_none_or(|portid| portid == socket.portid)
    }

    /// Says whether any of those who hold a socket is as it should be.
    fn wants_held_by(&self, processes: &[Process]) -> bool {
        let is_pid = |process: &Process| self.pid.is_none_or(|pid| pid == process.pid);
        let is_comm =
            |process: &Process| self.comm.as_ref().is_none_or(|comm| *comm == process.comm);

        self.pid.is_none() && self.comm.is_none()
            || processes
                .iter()
                .any(|process| is_pid(process) && is_comm(process))
    }
}

/// Shows the sockets there are, or tells which of them lose something.
pub fn run(cli: &Cli, args: &SocketsArgs, out: &mut Output) -> Result<ExitCode, Failure> {
    let filter = SocketChoice::read(args)?;
    let source = match args.proc {
        true => Source::Proc,
        false => Source::Diag,
    };
    let mut lister = Lister::open(source, filter.protocol)?;
    lister.set_tap(tap(cli, &SPEC));
    match args.watch {
        true => watch::run(cli, args, out, &filter, &mut lister),
        false => show(cli, args, out, &filter, &mut lister),
    }
}

fn show(
    cli: &Cli,
    args: &SocketsArgs,
    out: &Output,
    filter: &SocketChoice,
    lister: &mut Lister,
) -> Result<ExitCode, Failure> {
    let sockets = lister.read(TIMEOUT)?;
    let processes = Processes::find(&inodes(&sockets));
    let groups = GroupNames::for_sockets(&sockets, TIMEOUT)?;
    let all: Vec<_> = sockets
        .iter()
        .map(|socket| DescribedSocket {
            socket,
            groups: &groups,
            processes: processes.of(socket.inode),
        })
        .filter(|of| filter.wants(of.socket) && filter.wants_held_by(of.processes))
        .collect();

    match cli.globals.json {
        true => write_json(&all)?,
        false => write_text(&all, args.details)?,
    }
    warn_of_source(out, lister.source());
    warn_of_hidden(out, &processes);
    Ok(ExitCode::SUCCESS)
}

fn inodes(sockets: &[NetlinkSocket]) -> HashSet<u32> {
    let of_processes = sockets.iter().filter(|socket| !socket.is_kernels());

    of_processes.map(|socket| socket.inode).collect()
}

fn write_json(all: &[DescribedSocket<'_>]) -> io::Result<()> {
    let mut records = Records::new(RecordStyle::Json)?;
    let mut names = LinkNames::new();

    all.iter()
        .try_for_each(|of| records.write(of, &mut names))?;
    records.end()
}

fn write_text(all: &[DescribedSocket<'_>], has_details: bool) -> io::Result<()> {
    let mut text = Vec::new();
    write_sockets(&mut text, all, has_details)?;
    let mut out = io::stdout();
    out.write_all(&text)?;
    out.flush()
}

fn warn_of_source(out: &Output, source: Source) {
    if source == Source::Proc {
        out.warning(LIST, LESS_IS_KNOWN);
    }
}

/// Says that processes are missing, where some could not be looked into.
fn warn_of_hidden(out: &Output, processes: &Processes) {
    let hidden = processes.hidden();
    if hidden > 0 {
        let message = format!(
            "{hidden} processes let only root see what they hold: theirs are shown without a process"
        );
        out.warning(LIST, &message);
    }
}
