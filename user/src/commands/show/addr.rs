// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello addr`: links with their addresses in JSON, a line for each address in text.

use super::{
    choose, client, style, verdict, write_all, Cli, Client, Error, Failure, Kind, LinkNames, Links,
    Operand, ShowArgs, TIMEOUT,
};
use crate::output::{Output, Records};
use nlhello::rtnl::{addr, Addrs, AddrsByLink, Interface, Interfaces};
use std::io;
use std::process::ExitCode;

/// Shows the addresses that are asked for.
pub fn show(cli: &Cli, args: &ShowArgs, out: &Output) -> Result<ExitCode, Failure> {
    let mut names = LinkNames::new();
    let mut client = client(cli, &Addrs::default())?;
    let (query, links) = query(cli, args, &mut client)?;
    let addrs = AddrsByLink::read(&mut client, &query, TIMEOUT)?;
    let name = match query.choice.operand(Kind::Addr, "dev") {
        Some(Operand::Link(linked)) => linked.name(),
        _ => None,
    };
    let interfaces = Interfaces {
        links,
        addrs: &addrs,
    };
    let mut records = Records::new(style(cli, args))?;
    let mut write = |records: &mut Records, interface: &Interface<'_, '_>| match cli.globals.json {
        true => records.write(interface, &mut names),
        false => write_addrs(records, interface, &mut names),
    };
    let mut interrupted = addrs.is_interrupted();

    if let Some(name) = name {
        if let Some(interface) = interfaces.get(name, &mut client, TIMEOUT)? {
            write(&mut records, &interface)?;
        }
        records.end()?;
    } else {
        let mut listing = client.list(&interfaces, TIMEOUT)?;
        write_all(&mut listing, &interfaces, records, write)?;
        interrupted |= listing.is_interrupted();
    }
    Ok(verdict(addr::LIST, args, out, interrupted))
}

fn write_addrs(
    records: &mut Records,
    interface: &Interface<'_, '_>,
    names: &mut LinkNames,
) -> io::Result<()> {
    interface
        .addrs()
        .try_for_each(|addr| records.write(&addr, names))
}

/// Reads which addresses are asked for, and of which links.
fn query(cli: &Cli, args: &ShowArgs, client: &mut Client) -> Result<(Addrs, Links), Error> {
    let mut choice = choose(args, &[Kind::Addr, Kind::Link], &mut LinkNames::new())?;
    if choice.linked().any(|linked| linked.name().is_none()) {
        let mut listing = client.list(Links::default(), TIMEOUT)?;
        while let Some(link) = listing.next_object()? {
            choice.learn_link(&link);
        }
    }
    let links = Links::from(choice.clone()).with_stats(cli.globals.json);
    Ok((choice.into(), links))
}
