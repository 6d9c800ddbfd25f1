// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Which routes.

use super::{Client, Error, Names, ShowArgs, Words, TIMEOUT};
use nlhello::rtnl::{ip_protocol, route, Lookup, Prefix, Routes, VrfTable};
use std::net::IpAddr;

/// Reads which routes are asked for: without a table, those of the main one.
pub fn query(args: &ShowArgs, names: &mut Names) -> Result<Routes, Error> {
    let mut words = Words::new(route::LIST, &args.words);
    let mut query = Routes {
        family: args.family.number(),
        table: Some(route::MAIN),
        ..Routes::default()
    };

    words.skip("show");
    while let Some(word) = words.keyword() {
        match word {
            "dev" => query.oif = Some(words.link(names)?),
            "table" => query.table = words.table(names)?,
            "vrf" => {
                query.table = Some(vrf(&mut words)?);
                query.remote = true;
            }
            "proto" | "protocol" => query.protocol = Some(words.protocol(names)?),
            "scope" => query.scope = Some(scope(&mut words, names)?),
            "type" => query.kind = Some(words.read("type", "type of route", route::type_of)?),
            "via" => query.via = Some(address(&mut words, word)?),
            "to" => {}
            "root" => query.root = Some(prefix(&mut words, word)?),
            "match" => query.matching = Some(prefix(&mut words, word)?),
            "exact" => set_exact(&mut query, prefix(&mut words, word)?),
            word => match Prefix::parse(word) {
                Some(exact) => set_exact(&mut query, exact),
                None => return Err(words.unknown(word)),
            },
        }
    }
    Ok(query)
}

fn set_exact(query: &mut Routes, prefix: Prefix) {
    query.root = Some(prefix);
    query.matching = Some(prefix);
}

fn scope(words: &mut Words<'_>, names: &mut Names) -> Result<u8, Error> {
    words.read("scope", "scope", |value| {
        names.numbers().scopes.number(value)?.try_into().ok()
    })
}

fn address(words: &mut Words<'_>, keyword: &str) -> Result<IpAddr, Error> {
    words.read(keyword, "address", |value| value.parse().ok())
}

fn prefix(words: &mut Words<'_>, keyword: &str) -> Result<Prefix, Error> {
    words.read(keyword, "prefix", Prefix::parse)
}

/// Returns the table of the VRF whose name is behind `vrf`.
fn vrf(words: &mut Words<'_>) -> Result<u32, Error> {
    let query = VrfTable {
        name: words.value("vrf")?,
    };
    let mut request = query.request()?;
    let mut client = Client::open(request.op())?;

    query.read(&client.ask(&mut request, TIMEOUT)?)
}

/// Reads which packet's route is asked for; `None` when it is not about one.
pub fn lookup(args: &ShowArgs, names: &mut Names) -> Result<Option<Lookup>, Error> {
    let mut words = Words::new(route::GET, &args.words);
    if !words.skip("get") {
        return Ok(None);
    }
    // The address may stand anywhere among the others.
    let mut dst = None;
    let mut lookup = Lookup::new(IpAddr::from([0; 4]));
    while let Some(word) = words.keyword() {
        match word {
            "to" => dst = Some(address(&mut words, word)?),
            word => match word.parse() {
                Ok(address) => dst = Some(address),
                Err(_) => read_packet(&mut lookup, word, &mut words, names)?,
            },
        }
    }
    lookup.dst = dst.ok_or_else(|| words.error("an address is needed".to_owned()))?;
    words.check_family(args.family.number(), lookup.dst.into())?;
    Ok(Some(lookup))
}

/// Reads what the packet is like besides its destination.
fn read_packet(
    lookup: &mut Lookup,
    word: &str,
    words: &mut Words<'_>,
    names: &mut Names,
) -> Result<(), Error> {
    match word {
        "from" => lookup.src = Some(address(words, word)?),
        "iif" => lookup.iif = Some(words.link_behind(word, names)?),
        // A packet of a VRF goes out by it.
        "oif" | "dev" | "vrf" => lookup.oif = Some(words.link_behind(word, names)?),
        "mark" => lookup.mark = Some(words.number(word)?),
        "uid" => lookup.uid = Some(words.number(word)?),
        "tos" | "dsfield" => lookup.tos = tos(words, word, names)?,
        "ipproto" => {
            lookup.ip_proto = Some(words.read(word, "protocol of IP", ip_protocol::number)?);
        }
        "sport" => lookup.sport = Some(words.number(word)?),
        "dport" => lookup.dport = Some(words.number(word)?),
        "flowlabel" => lookup.flowlabel = Some(words.number(word)?),
        "fibmatch" => lookup.fib_match = true,
        _ => return Err(words.unknown(word)),
    }
    Ok(())
}

fn tos(words: &mut Words<'_>, keyword: &str, names: &mut Names) -> Result<u8, Error> {
    words.read(keyword, "type of service", |value| {
        names.numbers().dsfields.number(value)?.try_into().ok()
    })
}
