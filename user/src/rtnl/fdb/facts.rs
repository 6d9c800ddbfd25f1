// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Facts of entries of forwarding databases.

use super::super::neigh::facts::{is_volatile, NDM_FLAGS, TYPES};
use super::words::WORDS;
use super::{FdbEntry, Ndmsg, LIST, NDMSG, PERMANENT, SELF};
use crate::kind::{describe, header, AddressFamilies, Facts, Kinds, Payload, Snapshot};
use crate::names::uapi::*;
use crate::rtnl::Kind;

const BRIDGE: u8 = libc::AF_BRIDGE as u8;

/// Facts of entries of forwarding databases: `struct ndmsg` of the family `AF_BRIDGE`.
pub(crate) const FACTS: Facts = Facts {
    name: "fdb",
    types: TYPES,
    families: AddressFamilies::Only(&[BRIDGE]),
    groups: &[RTNLGRP_NEIGH],
    header: NDMSG,
    describe: |entry, names, out| describe(FdbEntry::of(entry), names, out),
    link: |object| Some(object.link_in_header()),
    needs: Kinds::of(&[Kind::Nexthop]),
    // Entries of a bridge itself, while it is registered (`br_device_event()`).
    precedes_link: true,
    words: WORDS,
    list: LIST,
    about: "Show where bridges and VXLANs forward: [show] [dev DEV|brport DEV] [br DEV] [vlan ID] [state STATE] \
            [dynamic|static]",
    snapshot: Some(Snapshot {
        get: RTM_GETNEIGH,
        dumps: |_| vec![header(BRIDGE, NDMSG)],
        part: |_, attr| is_volatile(attr),
        settle,
        identity,
        rivals,
        is_echo,
        is_untold: is_group_of_link,
        ..Snapshot::DEFAULT
    }),
    ..Facts::DEFAULT
};

/// Of a bridge there is one entry for an address in a VLAN, whatever port it leads to (`br_fdb_find()`). Of a link itself
/// there is one for an address (`__hw_addr_lookup()`), and of a VXLAN one for each place that it leads to
/// (`vxlan_fdb_find_rdst()`).
fn identity(entry: &Payload<'_>, key: &mut Vec<u8>) {
    let whose = entry.header()[NDM_FLAGS] & SELF;
    key.push(whose);
    match whose {
        0 => entry.put(&[NDA_MASTER, NDA_LLADDR, NDA_VLAN], key),
        _ => {
            key.extend(entry.link_bytes());
            entry.put(OF_LINK, key);
        }
    }
}

/// Attributes that identify an entry of a link.
const OF_LINK: &[u16] = &[
    NDA_DST,
    NDA_LLADDR,
    NDA_VLAN,
    NDA_PORT,
    NDA_VNI,
    NDA_IFINDEX,
    NDA_SRC_VNI,
    NDA_NH_ID,
];

/// Entries of a VXLAN for an address take the place of each other, wherever they lead: to a host or to a next hop. Those of
/// a bridge itself are looked at with them, for [`is_echo`].
fn rivals(entry: &Payload<'_>) -> Option<Vec<u8>> {
    let link = entry.link_bytes();
    let is_of_bridge = || entry.attr(NDA_MASTER) == Some(link);
    if !is_of_link(entry) && !is_of_bridge() {
        return None;
    }
    let vlan = entry.attr(NDA_VLAN).unwrap_or_default();
    Some([link, entry.attr(NDA_LLADDR)?, vlan].concat())
}

/// Linux 6.12 tells of each entry of a VXLAN once more, without saying where it leads, nor of which VNI it is, and of one of
/// a bridge itself as if it were one of the link (`rtnl_fdb_add()`).
fn is_echo(entry: &Payload<'_>) -> bool {
    is_of_link(entry) && !leads(entry) && entry.attr(NDA_SRC_VNI).is_none()
}

fn is_of_link(entry: &Payload<'_>) -> bool {
    entry.header()[NDM_FLAGS] & SELF != 0
}

/// Says whether an entry leads to a host or to a next hop, as those of a VXLAN do.
fn leads(entry: &Payload<'_>) -> bool {
    entry.attr(NDA_DST).or(entry.attr(NDA_NH_ID)).is_some()
}

/// An event of an entry of a link has `NUD_NOARP` besides, which a dump has not.
fn settle(header: &mut [u8]) {
    let Some(mut ndmsg) = Ndmsg::from_bytes(header) else {
        return;
    };
    if ndmsg.state & PERMANENT != 0 {
        ndmsg.state = PERMANENT;
        header.copy_from_slice(&ndmsg.to_bytes());
    }
}

/// Says whether it is of a group that a link has joined.
fn is_group_of_link(entry: &Payload<'_>) -> bool {
    let is_own = Ndmsg::from_bytes(entry.header())
        .is_some_and(|header| header.state == PERMANENT && header.flags & SELF != 0);
    let is_group = |address: &[u8]| address.first().is_some_and(|byte| byte & 1 != 0);

    is_own && !leads(entry) && entry.attr(NDA_LLADDR).is_some_and(is_group)
}
