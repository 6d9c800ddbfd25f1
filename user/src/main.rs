// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The command `nlhello`.

#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod cli;
mod commands;
mod output;
mod signals;

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::parse() {
        Ok(cli) => commands::run(&cli),
        Err(message) => commands::explain(&message),
    }
}
