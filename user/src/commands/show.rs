// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello route` and its like: what the kernel has.

mod addr;
mod fdb;
mod genl;
mod link;
mod neigh;
mod nexthop;
mod route;
mod rule;
mod stream;

use super::words::Words;
use super::{tap, Failure};
use crate::cli::{Cli, ShowArgs};
use crate::output::{Output, Records, Style};
use nlhello::genl::Families;
use nlhello::netlink::Error;
use nlhello::rtnl::{objects, Client, Links, Listing, Names, Object, Query};
use std::io;
use std::process::ExitCode;
use std::time::Duration;

/// How long the kernel may take for the next part of a table.
const TIMEOUT: Duration = Duration::from_secs(30);

const INTERRUPTED: &str =
    "the table changed while it was read: some of it may be missing, or there twice";

/// Shows links.
pub fn links(cli: &Cli, args: &ShowArgs, out: &mut Output) -> Result<ExitCode, Failure> {
    let mut names = Names::new();
    let query = link::query(cli, args, &mut names)?;

    match query.name {
        Some(_) => show_link(cli, args, names, &query),
        None => show(cli, args, out, names, query),
    }
}

/// Shows the one link that `query` asks for, if it is as it should be.
fn show_link(
    cli: &Cli,
    args: &ShowArgs,
    mut names: Names,
    query: &Links,
) -> Result<ExitCode, Failure> {
    let mut client = client(cli, query)?;
    let link = query.get(&mut client, TIMEOUT)?;

    tell(cli, args, &mut names, link.as_ref())
}

/// Shows routes, or the one that a packet takes.
pub fn routes(cli: &Cli, args: &ShowArgs, out: &mut Output) -> Result<ExitCode, Failure> {
    let mut names = Names::new();

    match route::lookup(args, &mut names)? {
        Some(lookup) => show_one(cli, args, names, &lookup),
        None => {
            let query = route::query(args, &mut names)?;
            show(cli, args, out, names, query)
        }
    }
}

/// Shows addresses.
pub fn addrs(cli: &Cli, args: &ShowArgs, out: &mut Output) -> Result<ExitCode, Failure> {
    addr::show(cli, args, out)
}

/// Shows neighbours.
pub fn neighs(cli: &Cli, args: &ShowArgs, out: &mut Output) -> Result<ExitCode, Failure> {
    let mut names = Names::new();
    let query = neigh::query(args, &mut names)?;

    show(cli, args, out, names, query)
}

/// Shows where bridges and VXLANs forward.
pub fn fdb(cli: &Cli, args: &ShowArgs, out: &mut Output) -> Result<ExitCode, Failure> {
    let mut names = Names::new();
    let query = fdb::query(args, &mut names)?;

    show(cli, args, out, names, query)
}

/// Shows the rules that choose a table.
pub fn rules(cli: &Cli, args: &ShowArgs, out: &mut Output) -> Result<ExitCode, Failure> {
    let mut names = Names::new();
    let query = rule::query(args, &mut names)?;

    show(cli, args, out, names, query)
}

/// Shows next hops, or the one of a number.
pub fn nexthops(cli: &Cli, args: &ShowArgs, out: &mut Output) -> Result<ExitCode, Failure> {
    let mut names = Names::new();

    match nexthop::query(args, &mut names)? {
        (Some(id), _) => show_one(cli, args, names, &id),
        (None, query) => show(cli, args, out, names, query),
    }
}

/// Shows the families of generic netlink, or one of them with all that it takes.
pub fn families(cli: &Cli, args: &ShowArgs, out: &mut Output) -> Result<ExitCode, Failure> {
    match genl::name(args)? {
        Some(name) => genl::show(cli, args, name),
        None => show(cli, args, out, Names::new(), Families),
    }
}

/// Shows the objects that `query` asks for.
fn show(
    cli: &Cli,
    args: &ShowArgs,
    out: &mut Output,
    mut names: Names,
    query: impl Query + Sync,
) -> Result<ExitCode, Failure> {
    let mut client = client(cli, &query)?;
    let mut listing = client.list(&query, TIMEOUT)?;
    let records = Records::new(style(cli, args))?;

    write_all(&mut listing, &query, records, |records, object| {
        records.write(object, &mut names)
    })?;
    Ok(verdict(query.op(), args, out, listing.is_interrupted()))
}

/// Writes each object as `write` does.
fn write_all<Q: Query + Sync>(
    listing: &mut Listing<'_, &Q>,
    query: &Q,
    mut records: Records,
    mut write: impl FnMut(&mut Records, &Q::Object<'_>) -> io::Result<()> + Send,
) -> Result<(), Failure> {
    let told = stream::write_each(listing, &mut |row| {
        for object in objects(query, row) {
            write(&mut records, &object?)?;
        }
        Ok(())
    });
    match told {
        Err(Failure::Output(error)) => Err(error.into()),
        told => records.end().map_err(Failure::from).and(told),
    }
}

/// Shows the object that `query` asks for.
fn show_one(
    cli: &Cli,
    args: &ShowArgs,
    mut names: Names,
    query: &impl Query,
) -> Result<ExitCode, Failure> {
    let mut client = client(cli, query)?;
    let object = client.get(query, TIMEOUT)?;

    tell(cli, args, &mut names, Some(&object))
}

/// Writes a single object, if there is one.
fn tell(
    cli: &Cli,
    args: &ShowArgs,
    names: &mut Names,
    object: Option<&impl Object>,
) -> Result<ExitCode, Failure> {
    let mut records = Records::new(style(cli, args))?;

    if let Some(object) = object {
        records.write(object, names)?;
    }
    records.end()?;
    Ok(ExitCode::SUCCESS)
}

/// Opens a socket, to ask `query`.
fn client(cli: &Cli, query: &impl Query) -> Result<Client, Error> {
    let mut client = Client::open_protocol(query.op(), query.spec())?;

    client.set_tap(tap(cli, query.spec()));
    Ok(client)
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
    match cli.globals.json {
        true => Style::Json,
        false => Style::Text {
            details: args.details,
            color: cli.globals.color.on(&io::stdout()),
        },
    }
}
