// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello greeting`: what the kernel says.

use super::{client, Failure};
use crate::cli::{Cli, GreetingArgs};
use crate::output::{Output, Printable};
use std::os::unix::ffi::OsStrExt;
use std::process::ExitCode;

/// Sets the greeting, or shows it.
pub fn run(cli: &Cli, args: &GreetingArgs, out: &mut Output) -> Result<ExitCode, Failure> {
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
