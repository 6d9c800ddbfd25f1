// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Lookups of the route of a packet, read from words.

use super::{Error, LinkNames, ShowArgs, Words};
use nlhello::rtnl::{ip_protocol, route, Lookup};
use std::net::IpAddr;

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
            "to" => set(&mut dst, words.read(word, "address", read_address)?, &words)?,
            word => match word.parse() {
                Ok(address) => set(&mut dst, address, &words)?,
                Err(_) => read_packet(&mut lookup, word, &mut words, links)?,
            },
        }
    }
    lookup.dst = dst.ok_or_else(|| words.error("an address is needed".to_owned()))?;
    words.check_family(args.family.number(), lookup.dst.into())?;
    Ok(Some(lookup))
}

/// Sets the destination, once.
fn set(dst: &mut Option<IpAddr>, address: IpAddr, words: &Words<'_>) -> Result<(), Error> {
    match dst.replace(address) {
        None => Ok(()),
        Some(first) => Err(words.error(format!(
            "one address is looked up, not {first} and {address}"
        ))),
    }
}

fn read_address(value: &str) -> Option<IpAddr> {
    value.parse().ok()
}

/// Reads what the packet is like besides its destination.
fn read_packet(
    lookup: &mut Lookup,
    word: &str,
    words: &mut Words<'_>,
    links: &mut LinkNames,
) -> Result<(), Error> {
    match word {
        "from" => lookup.src = Some(words.read(word, "address", read_address)?),
        "iif" => lookup.iif = Some(links.index(words.value(word)?)?),
        // A packet of a VRF goes out by it.
        "oif" | "dev" | "vrf" => lookup.oif = Some(links.index(words.value(word)?)?),
        "mark" => lookup.mark = Some(words.number(word)?),
        "uid" => lookup.uid = Some(words.number(word)?),
        "tos" | "dsfield" => {
            let numbers = links.known().numbers();
            lookup.tos = words.numbered(word, "type of service", &numbers.dsfields)?;
        }
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
