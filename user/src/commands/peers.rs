// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello peers` and `nlhello stats`: what the kernel remembers.

use super::{client, Failure};
use crate::cli::{Cli, PeersArgs, Wait};
use crate::output::{Output, Printable};
use nlhello::hello::Peer;
use nlhello::netlink::{Dump, Error};
use std::process::ExitCode;
use std::time::SystemTime;

const INTERRUPTED: &str = "the list kept changing while it was read: peers may be missing or twice";

/// Shows who has said hello.
pub fn list(cli: &Cli, args: &PeersArgs, out: &mut Output) -> Result<ExitCode, Failure> {
    let Dump {
        entries: peers,
        interrupted,
    } = peers(cli, args)?;

    out.event(&Printable::Peers(&peers, SystemTime::now()))?;
    if interrupted {
        out.warning("list peers", INTERRUPTED);
    }
    Ok(ExitCode::SUCCESS)
}

fn peers(cli: &Cli, args: &PeersArgs) -> Result<Dump<Peer>, Error> {
    let mut client = client(cli, "list peers")?;
    let timeout = args.wait.timeout;

    match args.portid {
        None => client.peers(timeout),
        Some(portid) => Ok(Dump {
            entries: vec![client.peer(portid, timeout)?],
            interrupted: false,
        }),
    }
}

/// Shows the counters.
pub fn stats(cli: &Cli, wait: &Wait, out: &mut Output) -> Result<ExitCode, Failure> {
    let stats = client(cli, "get statistics")?.stats(wait.timeout)?;

    out.event(&Printable::Stats(stats))?;
    Ok(ExitCode::SUCCESS)
}
