// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello addr`: links with their addresses in JSON, a line for each address in text.

use super::{write_all, Client, Error, Failure, Kind, Links, Operand, Show, TIMEOUT};
use crate::output::Records;
use nlhello::rtnl::{addr, Addrs, AddrsByLink, Interface, Interfaces};
use std::process::ExitCode;

/// Shows the addresses that are asked for.
pub fn show(mut show: Show<'_>) -> Result<ExitCode, Failure> {
    let mut client = show.client(&Addrs::default())?;
    let (query, links) = query(&mut show, &mut client)?;
    let addrs = AddrsByLink::read(&mut client, &query, TIMEOUT)?;
    let name = match query.choice.operand(Kind::Addr, "dev") {
        Some(Operand::Link(linked)) => linked.name(),
        _ => None,
    };
    let interfaces = Interfaces {
        links,
        addrs: &addrs,
    };
    let mut records = show.records()?;
    let (json, names) = (show.cli.globals.json, &mut show.links);
    let mut write = |records: &mut Records, interface: &Interface<'_, '_>| match json {
        true => records.write(interface, names),
        false => { interface.addrs() }.try_for_each(|addr| records.write(&addr, names)),
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
    Ok(show.verdict(addr::LIST, interrupted))
}

/// Reads which addresses are asked for, and of which links.
fn query(show: &mut Show<'_>, client: &mut Client) -> Result<(Addrs, Links), Error> {
    let mut choice = show.choose(&[Kind::Addr, Kind::Link])?;
    if choice.linked().any(|linked| linked.name().is_none()) {
        let mut listing = client.list(Links::default(), TIMEOUT)?;
        while let Some(link) = listing.next_object()? {
            choice.learn_link(&link);
        }
    }
    let links = Links::from(choice.clone()).with_stats(show.cli.globals.json);
    Ok((choice.into(), links))
}
