// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello peers`, `nlhello stats` and `nlhello greeting`: what the kernel remembers.

use super::{client, Failure};
use crate::cli::{Cli, GreetingArgs, PeersArgs, Wait};
use crate::output::{Output, Printable};
use std::os::unix::ffi::OsStrExt;
use std::process::ExitCode;
use std::time::SystemTime;

const LIST_PEERS: &str = "list peers";
const INTERRUPTED: &str = "the list kept changing while it was read: peers may be missing or twice";

/// Shows who has said hello.
pub fn peers(cli: &Cli, args: &PeersArgs, out: &mut Output) -> Result<ExitCode, Failure> {
    let mut client = client(cli, LIST_PEERS)?;
    let timeout = args.wait.timeout;
    let (peers, interrupted) = match args.portid {
        Some(portid) => (vec![client.peer(portid, timeout)?], false),
        None => {
            let dump = client.peers(timeout)?;
            (dump.entries, dump.interrupted)
        }
    };

    out.event(&Printable::Peers(&peers, SystemTime::now()))?;
    if interrupted {
        out.warning(LIST_PEERS, INTERRUPTED);
    }
    Ok(ExitCode::SUCCESS)
}

/// Shows the counters.
pub fn stats(cli: &Cli, wait: &Wait, out: &mut Output) -> Result<ExitCode, Failure> {
    let stats = client(cli, "get statistics")?.stats(wait.timeout)?;

    out.event(&Printable::Stats(stats))?;
    Ok(ExitCode::SUCCESS)
}

/// Sets the greeting, or shows it.
pub fn greeting(cli: &Cli, args: &GreetingArgs, out: &mut Output) -> Result<ExitCode, Failure> {
    let timeout = args.wait.timeout;

    match &args.text {
        Some(text) => {
            client(cli, "set the greeting")?.set_greeting(text.as_bytes(), timeout)?;
            out.event(&Printable::GreetingSet(text.as_bytes()))?;
        }
        None => {
            let mut client = client(cli, "ask for the greeting")?;
            out.event(&Printable::GreetingIs(client.greeting(timeout)?))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
