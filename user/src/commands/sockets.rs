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

        words.skip_show();
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
        let is_any = self.pid.is_none() && self.comm.is_none();
        let is_wanted = |process: &Process| {
            self.pid.is_none_or(|pid| pid == process.pid)
                && self.comm.as_ref().is_none_or(|comm| *comm == process.comm)
        };

        is_any || processes.iter().any(is_wanted)
    }
}

/// Sockets that are asked for, and what it takes to read and to name them.
struct SocketRun<'a> {
    cli: &'a Cli,
    args: &'a SocketsArgs,
    out: &'a Output,
    choice: SocketChoice,
    lister: Lister,
}

/// Shows the sockets there are, or tells which of them lose something.
pub fn run(cli: &Cli, args: &SocketsArgs, out: &Output) -> Result<ExitCode, Failure> {
    let choice = SocketChoice::read(args)?;
    let source = if args.proc {
        Source::Proc
    } else {
        Source::Diag
    };
    let mut lister = Lister::open(source, choice.protocol)?;
    lister.set_tap(tap(cli, &SPEC));
    let run = SocketRun {
        cli,
        args,
        out,
        choice,
        lister,
    };
    match args.watch {
        true => watch::run(run),
        false => run.show(),
    }
}

impl SocketRun<'_> {
    fn show(mut self) -> Result<ExitCode, Failure> {
        let sockets = self.lister.read(TIMEOUT)?;
        let names = SocketNames::find(&sockets)?;
        let all: Vec<_> = { sockets.iter() }
            .map(|socket| names.describe(socket))
            .filter(|of| self.choice.wants(of.socket) && self.choice.wants_held_by(of.processes))
            .collect();

        match self.cli.globals.json {
            true => write_json(&all)?,
            false => write_text(&all, self.args.details)?,
        }
        self.warn_of_source();
        self.warn_of_hidden(names.processes.hidden());
        Ok(ExitCode::SUCCESS)
    }

    fn warn_of_source(&self) {
        if self.lister.source() == Source::Proc {
            self.out.warning(LIST, LESS_IS_KNOWN);
        }
    }

    /// Says that processes are missing, where some could not be looked into.
    fn warn_of_hidden(&self, hidden: usize) {
        if hidden > 0 {
            let message = format!(
                "{hidden} processes let only root see what they hold: theirs are shown without a process"
            );
            self.out.warning(LIST, &message);
        }
    }
}

/// Names of what sockets have, and who holds them.
struct SocketNames {
    groups: GroupNames,
    processes: Processes,
}

impl SocketNames {
    fn find(sockets: &[NetlinkSocket]) -> Result<Self, Error> {
        let of_processes = sockets.iter().filter(|socket| !socket.is_kernels());
        let inodes = of_processes.map(|socket| socket.inode).collect();

        Ok(Self {
            groups: GroupNames::for_sockets(sockets, TIMEOUT)?,
            processes: Processes::find(&inodes),
        })
    }

    fn describe<'a>(&'a self, socket: &'a NetlinkSocket) -> DescribedSocket<'a> {
        DescribedSocket {
            socket,
            groups: &self.groups,
            processes: self.processes.of(socket.inode),
        }
    }
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
