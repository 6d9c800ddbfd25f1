// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello route` and its like: what the kernel has.

mod route;

use super::words::Words;
use super::{tap, Failure};
use crate::cli::{Cli, ShowArgs};
use crate::output::{Output, Records, Style};
use nlhello::netlink::Error;
use nlhello::rtnl::{Client, Names, Query, SPEC};
use std::io;
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::time::Duration;

/// How long the kernel may take for the next part of a table.
const TIMEOUT: Duration = Duration::from_secs(30);

const INTERRUPTED: &str =
    "the table changed while it was read: some of it may be missing, or there twice";

/// Shows routes.
pub fn routes(cli: &Cli, args: &ShowArgs, out: &mut Output) -> Result<ExitCode, Failure> {
    let mut names = Names::new();
    let query = route::query(args, &mut names)?;

    show(cli, args, out, names, query)
}

/// Shows the objects that `query` asks for.
fn show(
    cli: &Cli,
    args: &ShowArgs,
    out: &mut Output,
    mut names: Names,
    query: impl Query,
) -> Result<ExitCode, Failure> {
    let op = query.op();
    let mut client = Client::open(op)?;
    client.set_tap(tap(cli, &SPEC));
    let mut listing = client.list(query, TIMEOUT)?;
    let mut records = Records::new(style(cli, args))?;

    let told = listing.try_for_each(|object| match records.write(object, &mut names) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => ControlFlow::Break(error),
    });
    if let Ok(Some(error)) = told {
        return Err(error.into());
    }
    records.end()?;
    told?;
    Ok(verdict(op, args, out, listing.is_interrupted()))
}

/// Warns of a table that changed; returns the exit status.
fn verdict(op: &str, args: &ShowArgs, out: &Output, interrupted: bool) -> ExitCode {
    if interrupted {
        out.warning(op, INTERRUPTED);
    }
    match interrupted && args.strict {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    }
}

fn style(cli: &Cli, args: &ShowArgs) -> Style {
    match cli.json {
        true => Style::Json,
        false => Style::Text {
            details: args.details,
            color: cli.color.on(&io::stdout()),
        },
    }
}
