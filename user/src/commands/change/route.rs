// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Changes of routes, read from words.

use super::{ChangeWords, Failure, Task};
use nlhello::netlink::Request;
use nlhello::rtnl::change::{NextHop, RouteChange, Subnet};
use nlhello::rtnl::route::type_of;
use std::net::IpAddr;

/// Reads what is to become of a route.
pub fn read(task: &Task<'_>, words: &mut ChangeWords<'_, '_>) -> Result<Request, Failure> {
    let kind = words.peek().and_then(type_of);
    if kind.is_some() {
        words.keyword();
    }
    words.skip("to");
    let dst = destination(words)?;
    // The family of a default route is that of what follows.
    let mut route = RouteChange {
        kind,
        ..RouteChange::to(dst.unwrap_or(Subnet::any(task.family)))
    };
    while let Some(word) = words.keyword() {
        setting(&mut route, word, words)?;
    }
    if let (None, 0) = (dst, task.family) {
        route.dst = Subnet::any(family(&route));
    }
    words.check_family(task.family, route.dst)?;
    Ok(route.request(task.verb)?)
}

/// Reads where the route leads; `None` is anywhere.
fn destination(words: &mut ChangeWords<'_, '_>) -> Result<Option<Subnet>, Failure> {
    match words.keyword() {
        Some("default") => Ok(None),
        Some(word) => Ok(Some(words.parse(word, "IP address or prefix")?)),
        None => Err(words.missing("where to").into()),
    }
}

fn setting(
    route: &mut RouteChange,
    word: &str,
    words: &mut ChangeWords<'_, '_>,
) -> Result<(), Failure> {
    match word {
        "via" => route.via = Some(via(words)?),
        "dev" => route.oif = Some(words.index(word)?),
        "table" => route.table = Some(words.one_table()?),
        "metric" => route.metric = Some(words.number(word)?),
        "proto" | "protocol" => {
            let protocol = words.numbered("proto", "routing protocol", |of| &of.protocols)?;
            route.protocol = Some(protocol);
        }
        "scope" => route.scope = Some(words.scope()?),
        "src" => route.src = Some(words.address(word)?),
        "mtu" => route.mtu = Some(words.number(word)?),
        "nhid" => route.nhid = Some(words.number(word)?),
        "onlink" => route.onlink = true,
        "nexthop" => route.hops.push(hop(words)?),
        _ => return Err(words.unknown(word).into()),
    }
    Ok(())
}

/// Reads one of several next hops, up to a word that says nothing of it.
fn hop(words: &mut ChangeWords<'_, '_>) -> Result<NextHop, Failure> {
    let mut hop = NextHop {
        via: None,
        oif: None,
        weight: 1,
        onlink: false,
    };
    while let Some(word @ ("via" | "dev" | "weight" | "onlink")) = words.peek() {
        words.keyword();
        match word {
            "via" => hop.via = Some(via(words)?),
            "dev" => hop.oif = Some(words.index(word)?),
            "weight" => hop.weight = words.read(word, "number from 1 to 256", weight)?,
            _ => hop.onlink = true,
        }
    }
    Ok(hop)
}

fn weight(value: &str) -> Option<u16> {
    let weight = value.parse().ok();

    weight.filter(|weight| (1..=256).contains(weight))
}

/// Reads the address of a router; its family may be before it.
fn via(words: &mut ChangeWords<'_, '_>) -> Result<IpAddr, Failure> {
    words.skip("inet");
    words.skip("inet6");
    Ok(words.address("via")?)
}

/// Returns the family of a default route that does not say.
fn family(route: &RouteChange) -> u8 {
    let hop = route.hops.first().and_then(|hop| hop.via);

    match route.via.or(hop).or(route.src) {
        Some(address) => Subnet::from(address).family(),
        None => libc::AF_INET as u8,
    }
}
