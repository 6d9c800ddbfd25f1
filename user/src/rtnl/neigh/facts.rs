// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Facts of neighbours.

use super::words::{is_usual, USUAL, WORDS};
use super::{Ndmsg, Neigh, LIST, NDMSG, NOARP, PROXY};
use crate::kind::{describe, AddressFamilies, Facts, MessageTypes, Part, Place, Snapshot};
use crate::names::uapi::*;

/// Where `ndm_flags` is in `struct ndmsg`.
pub(in crate::rtnl) const NDM_FLAGS: usize = 10;

/// Facts of neighbours. Entries of forwarding databases have the same types.
pub(crate) const FACTS: Facts = Facts {
    name: "neigh",
    types: TYPES,
    families: AddressFamilies::Except(&[libc::AF_BRIDGE as u8]),
    groups: &[RTNLGRP_NEIGH],
    header: NDMSG,
    describe: |neigh, names, out| describe(Neigh::of(neigh), names, out),
    link: |object| Some(object.link_in_header()),
    place: Place {
        family: true,
        address: &[NDA_DST],
        ..Place::NOWHERE
    },
    words: WORDS,
    list: LIST,
    aliases: &["n"],
    about: "Show neighbours: [show] [[to] PREFIX] [dev DEV] [master DEV|nomaster|vrf NAME] [nud STATE] [proxy] \
            [unused] [proto PROTOCOL]",
    is_usual_to_watch: true,
    usual: USUAL,
    is_usual: Some(is_usual),
    snapshot: Some(Snapshot {
        get: RTM_GETNEIGH,
        dumps: |_| vec![of_flags(0), of_flags(PROXY)],
        part: |_, attr| is_volatile(attr),
        // `neigh_lookup()`, `pneigh_lookup()`: family, link, address, in one of two tables.
        identity: |neigh, key| {
            let header = neigh.header();
            key.extend([header[0], header[NDM_FLAGS] & PROXY]);
            key.extend(neigh.link_bytes());
            neigh.put(&[NDA_DST], key);
        },
        // Neighbours on links without neighbour discovery.
        is_untold: |neigh| {
            Ndmsg::from_bytes(neigh.header()).is_some_and(|header| header.state == NOARP)
        },
        ..Snapshot::DEFAULT
    }),
    ..Facts::DEFAULT
};

pub(in crate::rtnl) const TYPES: &[MessageTypes] = &[MessageTypes::new(RTM_NEWNEIGH, RTM_DELNEIGH)];

/// Times and counters run by themselves.
pub(in crate::rtnl) fn is_volatile(attr: u16) -> Part {
    Part::drop_if([NDA_CACHEINFO, NDA_PROBES].contains(&attr))
}

/// Returns the header of a question for those with these flags: proxies are a table of their own.
fn of_flags(flags: u8) -> Vec<u8> {
    let header = Ndmsg {
        flags,
        ..Ndmsg::default()
    };
    header.to_bytes().to_vec()
}
