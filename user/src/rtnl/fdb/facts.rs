// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What is known of entries of forwarding databases.

use super::super::neigh::facts::{is_volatile, NDM_FLAGS, TYPES};
use super::{Entry, Ndmsg, NDMSG, PERMANENT, SELF};
use crate::kind::{describe, header, Body, Facts, Families, Snapshot};
use crate::names::uapi::*;

const BRIDGE: u8 = libc::AF_BRIDGE as u8;

/// Flags that say whose entry it is (`NTF_SELF`, `NTF_MASTER`).
const WHOSE: u8 = 0x06;

/// What is known of entries of forwarding databases.
pub(crate) const FACTS: Facts = Facts {
    name: "fdb",
    types: TYPES,
    families: Families::Only(&[BRIDGE]),
    groups: &[RTNLGRP_NEIGH],
    describe: |bytes, names, out| {
        Entry::from_payload(bytes).map(|entry| describe(&entry, names, out))
    },
    link: |bytes| Some(Entry::from_payload(bytes).ok()?.header().ifindex),
    snapshot: Some(Snapshot {
        header: NDMSG,
        get: RTM_GETNEIGH,
        dumps: |_| vec![header(BRIDGE, NDMSG)],
        part: |_, attr| is_volatile(attr),
        identity,
        rivals,
        is_untold: is_group_of_link,
        ..Snapshot::DEFAULT
    }),
    ..Facts::DEFAULT
};

/// Whose entry it is, the link, and where it leads.
fn identity(entry: &Body<'_>, key: &mut Vec<u8>) {
    key.extend([entry.header[NDM_FLAGS] & WHOSE]);
    key.extend(&entry.header[4..8]);
    entry.put(
        &[
            NDA_DST,
            NDA_LLADDR,
            NDA_VLAN,
            NDA_PORT,
            NDA_VNI,
            NDA_IFINDEX,
            NDA_SRC_VNI,
            NDA_NH_ID,
        ],
        key,
    );
}

/// Entries of a VXLAN for an address take the place of each other, wherever they lead.
fn rivals(entry: &Body<'_>) -> Option<Vec<u8>> {
    entry.attr(NDA_DST)?;
    Some([&entry.header[4..8], entry.attr(NDA_LLADDR)?].concat())
}

/// Says whether it is of a group that a link has joined.
fn is_group_of_link(entry: &Body<'_>) -> bool {
    let is_own = Ndmsg::from_bytes(entry.header)
        .is_some_and(|header| header.state == PERMANENT && header.flags & SELF != 0);
    let is_group = |address: &[u8]| address.first().is_some_and(|byte| byte & 1 != 0);

    is_own && entry.attr(NDA_DST).is_none() && entry.attr(NDA_LLADDR).is_some_and(is_group)
}
