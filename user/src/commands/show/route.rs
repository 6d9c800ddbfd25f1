// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Lookups of the route of a packet, read from words.

use super::{Error, LinkNames, ShowArgs, Words};
use nlhello::rtnl::{ip_protocol, route, Lookup};
use std::net::IpAddr;

fn address(words: &mut Words<'_>, keyword: &str) -> Result<IpAddr, Error> {
    words.read(keyword, "address", |value| value.parse().ok())
}

/// Reads which packet's route is asked for; `None` when it is not about one.
pub fn lookup(args: &ShowArgs, links: &mut LinkNames) -> Result<Option<Lookup>, Error> {
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
                Err(_) => read_packet(&mut lookup, word, &mut words, links)?,
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
    links: &mut LinkNames,
) -> Result<(), Error> {
    match word {
        "from" => lookup.src = Some(address(words, word)?),
        "iif" => lookup.iif = Some(words.link_behind(word, links)?),
        // A packet of a VRF goes out by it.
        "oif" | "dev" | "vrf" => lookup.oif = Some(words.link_behind(word, links)?),
        "mark" => lookup.mark = Some(words.number(word)?),
        "uid" => lookup.uid = Some(words.number(word)?),
        "tos" | "dsfield" => lookup.tos = tos(words, word, links)?,
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

fn tos(words: &mut Words<'_>, keyword: &str, links: &mut LinkNames) -> Result<u8, Error> {
    words.read(keyword, "type of service", |value| {
        links
            .known()
            .numbers()
            .dsfields
            .number(value)?
            .try_into()
            .ok()
    })
}
