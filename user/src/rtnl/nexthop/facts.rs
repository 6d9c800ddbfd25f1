// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Facts of next hops.

use super::words::WORDS;
use super::{Nexthop, LIST, NHMSG};
use crate::kind::{describe, header, Facts, Kinds, MessageTypes, Snapshot};
use crate::names::uapi::*;
use crate::object::attrs::u32;
use crate::rtnl::Kind;

/// Facts of next hops: `struct nhmsg`.
pub(crate) const FACTS: Facts = Facts {
    name: "nexthop",
    types: &[MessageTypes::new(RTM_NEWNEXTHOP, RTM_DELNEXTHOP)],
    groups: &[RTNLGRP_NEXTHOP],
    header: NHMSG,
    describe: |hop, names, out| describe(Nexthop::of(hop), names, out),
    link: |hop| hop.attr(NHA_OIF).and_then(u32),
    // Routes go with it, or lead elsewhere, and so do entries of a VXLAN.
    silent: |_| Kinds::of(&[Kind::Route, Kind::Fdb]),
    words: WORDS,
    list: LIST,
    aliases: &["nh"],
    about: "Show next hops: [show] [dev DEV] [id N] [groups] [fdb] [master DEV|vrf NAME] [proto PROTOCOL] \
            [stats]",
    snapshot: Some(Snapshot {
        get: RTM_GETNEXTHOP,
        dumps: |_| vec![header(libc::AF_UNSPEC as u8, NHMSG)],
        // `nexthop_find_by_id()`.
        identity: |hop, key| hop.put(&[NHA_ID], key),
        order: |hop| hop.number(NHA_ID),
        ..Snapshot::DEFAULT
    }),
    ..Facts::DEFAULT
};
