// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What is known of next hops.

use super::words::WORDS;
use super::{Nexthop, LIST, NHMSG};
use crate::kind::{describe, header, Facts, Kinds, Snapshot, Types};
use crate::names::uapi::*;
use crate::rtnl::Kind;

/// What is known of next hops.
pub(crate) const FACTS: Facts = Facts {
    name: "nexthop",
    types: &[Types::new(RTM_NEWNEXTHOP, RTM_DELNEXTHOP)],
    groups: &[RTNLGRP_NEXTHOP],
    describe: |bytes, names, out| {
        Nexthop::from_payload(bytes).map(|hop| describe(&hop, names, out))
    },
    link: |bytes| Nexthop::from_payload(bytes).ok()?.oif(),
    // Routes go with it, or lead elsewhere, and so do entries of a VXLAN.
    silent: |_| Kinds::of(&[Kind::Route, Kind::Fdb]),
    words: WORDS,
    list: LIST,
    snapshot: Some(Snapshot {
        header: NHMSG,
        get: RTM_GETNEXTHOP,
        dumps: |_| vec![header(libc::AF_UNSPEC as u8, NHMSG)],
        // `nexthop_find_by_id()`.
        identity: |hop, key| hop.put(&[NHA_ID], key),
        order: |hop| hop.number(NHA_ID),
        ..Snapshot::DEFAULT
    }),
    ..Facts::DEFAULT
};
