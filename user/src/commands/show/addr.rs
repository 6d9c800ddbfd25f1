// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello addr`: links with their addresses in JSON, a line for each address in text.

use super::{
    client, style, verdict, write_all, Cli, Error, Failure, Names, ShowArgs, Words, TIMEOUT,
};
use crate::output::{Output, Records};
use nlhello::rtnl::{addr, Addrs, AddrsByLink, Interface, Interfaces, Links, Prefix};
use std::io;
use std::process::ExitCode;

/// Shows the addresses that are asked for.
pub fn show(cli: &Cli, args: &ShowArgs, out: &Output) -> Result<ExitCode, Failure> {
    let mut names = Names::new();
    let (query, links) = query(cli, args, &mut names)?;
    let mut client = client(cli, &query)?;
    let addrs = AddrsByLink::read(&mut client, &query, TIMEOUT)?;
    let is_one = links.name.is_some();
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

    if is_one {
        if let Some(interface) = interfaces.get(&mut client, TIMEOUT)? {
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
    names: &mut Names,
) -> io::Result<()> {
    interface
        .addrs()
        .try_for_each(|addr| records.write(&addr, names))
}

/// Reads which addresses are asked for, and of which links.
fn query(cli: &Cli, args: &ShowArgs, names: &mut Names) -> Result<(Addrs, Links), Error> {
    let mut words = Words::new(addr::LIST, &args.words);
    let mut links = Links {
        stats: cli.globals.json,
        ..Links::default()
    };
    let mut query = Addrs {
        family: args.family.number(),
        ..Addrs::default()
    };

    words.skip("show");
    while let Some(word) = words.word() {
        match word {
            b"master" => links.master = Some(words.link_behind("master", names)?),
            b"type" => links.kind = Some(words.value("type")?.to_vec()),
            b"group" => links.group = Some(words.group(names)?),
            b"up" => links.up = true,
            b"scope" => query.scope = scope(&mut words, names)?,
            b"to" => query.to = Some(words.read("to", "prefix", Prefix::parse)?),
            b"proto" | b"protocol" => query.protocol = Some(protocol(&mut words, names)?),
            b"dev" => links.name = Some(words.value("dev")?.to_vec()),
            name if links.name.is_none() => links.name = Some(name.to_vec()),
            other => return Err(words.unknown(&String::from_utf8_lossy(other))),
        }
    }
    if let Some(name) = &links.name {
        query.index = names.index(name)?;
    }
    Ok((query, links))
}

/// Reads a scope; `None` is all of them.
fn scope(words: &mut Words<'_>, names: &mut Names) -> Result<Option<u8>, Error> {
    words.read("scope", "scope", |value| match value {
        "all" => Some(None),
        value => {
            let number = names.numbers().scopes.number(value)?;
            number.try_into().ok().map(Some)
        }
    })
}

/// Reads who made an address.
fn protocol(words: &mut Words<'_>, names: &mut Names) -> Result<u8, Error> {
    words.read("proto", "origin of addresses", |value| {
        let number = names.numbers().addr_protocols.number(value)?;
        number.try_into().ok()
    })
}
