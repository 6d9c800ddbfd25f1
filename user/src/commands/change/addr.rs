// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Changes of addresses, read from words.

use super::{ChangeWords, Failure, Task};
use crate::commands::words::number_of;
use nlhello::netlink::{Error, Request};
use nlhello::rtnl::change::{AddrChange, Lifetime, Subnet};
use std::net::IpAddr;

/// `IFA_F_*` that can be asked for.
const FLAGS: &[(&str, u32)] = &[
    ("nodad", libc::IFA_F_NODAD),
    ("optimistic", libc::IFA_F_OPTIMISTIC),
    ("home", libc::IFA_F_HOMEADDRESS),
    ("mngtmpaddr", libc::IFA_F_MANAGETEMPADDR),
    ("noprefixroute", libc::IFA_F_NOPREFIXROUTE),
    ("autojoin", libc::IFA_F_MCAUTOJOIN),
];

/// Reads what is to become of an address.
pub fn read(task: &Task<'_>, words: &mut ChangeWords<'_, '_>) -> Result<Request, Failure> {
    // An index or address that the words have not named yet is 0 in the draft.
    let mut addr = AddrChange::new(Subnet::any(0), 0);
    let (mut local, mut wanted) = (None, None);
    while let Some(word) = words.keyword() {
        match word {
            "dev" => addr.index = words.index(word)?,
            "local" => local = Some(words.subnet(word)?),
            "peer" => addr.peer = Some(words.subnet(word)?),
            "brd" | "broadcast" => wanted = Some(wanted_broadcast(word, words)?),
            "label" => addr.label = Some(words.value(word)?),
            "scope" => addr.scope = Some(words.scope()?),
            "metric" => addr.metric = Some(words.number(word)?),
            "valid_lft" => addr.valid = Some(lifetime(word, words)?),
            "preferred_lft" => addr.preferred = Some(lifetime(word, words)?),
            "proto" => {
                let origin =
                    words.numbered(word, "origin of addresses", |of| &of.addr_protocols)?;
                addr.protocol = Some(origin);
            }
            _ => match (number_of(FLAGS, word), local) {
                (Some(flag), _) => addr.flags |= flag,
                (None, None) => local = Some(words.parse(word, "IP address or prefix")?),
                (None, Some(_)) => return Err(words.unknown(word).into()),
            },
        }
    }
    addr.local = local.ok_or_else(|| words.missing("the address"))?;
    words.check_family(task.family, addr.local)?;
    if let Some(peer) = addr.peer {
        words.check_family(addr.local.family(), peer)?;
    }
    if let Some(wanted) = wanted {
        addr.broadcast = broadcast(wanted, &addr, words)?;
    }
    match addr.index {
        0 => Err(words.missing("'dev'").into()),
        _ => Ok(addr.request(task.verb)?),
    }
}

fn lifetime(keyword: &str, words: &mut ChangeWords<'_, '_>) -> Result<Lifetime, Error> {
    words.read(keyword, "number of seconds", |value| match value {
        "forever" => Some(Lifetime::Forever),
        value => value.parse().ok().map(Lifetime::Seconds),
    })
}

/// Reads a broadcast address; `+`, or `None`, is that of the network.
fn wanted_broadcast(
    keyword: &str,
    words: &mut ChangeWords<'_, '_>,
) -> Result<Option<IpAddr>, Error> {
    words.read(keyword, "broadcast address", |value| match value {
        "+" => Some(None),
        value => value.parse().ok().map(Some),
    })
}

/// Returns the broadcast address that `addr` is to have, the `wanted` one or that of its network, if there usually is one.
fn broadcast(
    wanted: Option<IpAddr>,
    addr: &AddrChange<'_>,
    words: &ChangeWords<'_, '_>,
) -> Result<Option<IpAddr>, Error> {
    if addr.local.address.is_ipv6() {
        let why = "'brd': there are no broadcast addresses of IPv6";
        return Err(words.error(why.to_owned()));
    }
    if let Some(address) = wanted {
        words.check_family(addr.local.family(), address.into())?;
    }
    Ok(wanted.or_else(|| addr.peer.unwrap_or(addr.local).broadcast()))
}
