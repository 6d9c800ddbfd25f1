// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Facts of unicast and multicast routes.

use super::words::{is_usual, MROUTE_WORDS, USUAL, WORDS};
use super::{Route, DST_LEN, IP6MR, IPMR, LIST, MAIN, MPLS, RTMSG};
use crate::kind::{
    describe, header, AddressFamilies, Facts, Kinds, MessageTypes, Part, Payload, Place, Siblings,
    Snapshot,
};
use crate::names::uapi::*;
use crate::object::attrs::u32;
use crate::rtnl::Kind;
use crate::wire::put_attr;
use std::ops::Range;

const INET: u8 = libc::AF_INET as u8;
const INET6: u8 = libc::AF_INET6 as u8;

/// The families that have routes, to whoever lists, reads, hears or awaits them.
pub(super) const FAMILIES: &[u8] = &[INET, INET6, MPLS];

/// The families of routes to groups, which a list of all tables has too.
const GROUP_FAMILIES: &[u8] = &[IPMR, IP6MR];

/// Where `rtm_table` is in `struct rtmsg`.
pub(super) const RTM_TABLE: usize = 4;

/// Where `rtm_protocol` is, and that of routes by router advertisements in it.
const RTM_PROTOCOL: usize = 5;
const RTPROT_RA: u8 = 9;

/// Where `rtm_flags` is: `RTNH_F_LINKDOWN` and `RTNH_F_DEAD` are the link's.
pub(super) const RTM_FLAGS: Range<usize> = 8..12;

const TYPES: &[MessageTypes] = &[MessageTypes::new(RTM_NEWROUTE, RTM_DELROUTE)];

/// Facts of routes. Multicast routes have the same types.
pub(crate) const FACTS: Facts = Facts {
    name: "route",
    types: TYPES,
    families: AddressFamilies::Only(FAMILIES),
    groups: &[RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, RTNLGRP_MPLS_ROUTE],
    header: RTMSG,
    describe: |route, names, out| describe(Route::of(route), names, out),
    link: |route| route.attr(RTA_OIF).and_then(u32),
    is_on: Some(|route, index| Route::of(route).is_ok_and(|route| route.goes_through(index))),
    place: Place {
        family: true,
        table: Some((RTM_TABLE, RTA_TABLE)),
        address: &[RTA_DST],
        len: Some(DST_LEN),
    },
    needs: Kinds::of(&[
        Kind::Addr,
        Kind::Nexthop,
        Kind::Ifinfo6,
        Kind::Prefix,
        Kind::Netconf,
    ]),
    unfinished: |cause| match cause.is_there && is_by_advertisement(cause.object) {
        // The link has a flag of it that it heard a router.
        true => Kinds::of(&[Kind::Route, Kind::Link]),
        false => Kinds::NONE,
    },
    words: WORDS,
    list: LIST,
    aliases: &["r"],
    about: "Show routes: [show] [[root|match|exact] PREFIX] [dev DEV] [table TABLE|all] [vrf NAME] [proto \
            PROTOCOL] [scope SCOPE] [type TYPE] [via [inet6] ADDRESS] [src PREFIX] [metric N] [nhid N] [cache]; \
            or get ADDRESS [from ADDRESS] [iif DEV] [oif DEV] [mark N] [uid N] [tos TOS] [ipproto PROTOCOL] \
            [sport N] [dport N] [fibmatch]",
    is_usual_to_watch: true,
    also_listed: GROUP_FAMILIES,
    usual: USUAL,
    is_usual: Some(is_usual),
    table: Some(MAIN),
    snapshot: Some(Snapshot {
        get: RTM_GETROUTE,
        dumps,
        // Modules, or switched off.
        optional: &[INET6, MPLS],
        part: |_, attr| Part::drop_if(VOLATILE.contains(&attr)),
        // `fib_find_alias()`, `fib6_add_rt2node()`: family, lengths, type of service, prefixes, metric, table.
        identity: |route, key| {
            key.extend(&route.header()[..4]);
            route.put(&[RTA_DST, RTA_SRC, RTA_PRIORITY, RTA_TABLE], key);
        },
        order: |route| route.header()[0].into(),
        own: Some(RTA_DST),
        siblings: Some(Siblings {
            of_link: RTM_FLAGS,
            leaf,
            // Hops of an IPv6 multipath route are routes of their own (`fib6_siblings`).
            is_group: |route| is_of(route, INET6) && route.attr(RTA_MULTIPATH).is_some(),
            is_appended: |route| is_of(route, INET),
            // Of MPLS there is one of a label (`platform_label`).
            are_possible: |route| !is_of(route, MPLS),
        }),
        ..Snapshot::DEFAULT
    }),
    ..Facts::DEFAULT
};

/// Attributes that change by themselves, and those that only the end of a route has.
const VOLATILE: &[u16] = &[RTA_CACHEINFO, RTA_MFC_STATS, RTA_EXPIRES, RTA_DEL_REASON];

/// Facts of multicast routes.
pub(crate) const MROUTE_FACTS: Facts = Facts {
    name: "mroute",
    words: MROUTE_WORDS,
    types: TYPES,
    families: AddressFamilies::Only(GROUP_FAMILIES),
    groups: &[RTNLGRP_IPV4_MROUTE, RTNLGRP_IPV6_MROUTE],
    describe: FACTS.describe,
    header: RTMSG,
    link: |route| route.attr(RTA_IIF).and_then(u32),
    is_on: Some(|route, index| {
        Route::of(route).is_ok_and(|route| route.iif() == Some(index) || route.goes_through(index))
    }),
    family: |family| match family {
        IPMR => Some(INET),
        IP6MR => Some(INET6),
        family => Some(family),
    },
    ..Facts::DEFAULT
};

/// MPLS has no table but the main one (`mpls_dump_routes()`).
fn dumps(table: Option<u32>) -> Vec<Vec<u8>> {
    let has = |family: &u8| *family != MPLS || table.is_none_or(|table| table == MAIN);
    let families = FAMILIES.iter().copied().filter(has);

    families.map(|family| of_table(family, table)).collect()
}

fn of_table(family: u8, table: Option<u32>) -> Vec<u8> {
    let mut rtmsg = header(family, RTMSG);
    if let Some(table) = table {
        // A vector takes all that is written to it.
        let _ = put_attr(&mut rtmsg, RTA_TABLE, &table.to_ne_bytes());
    }
    rtmsg
}

/// The kernel tells of the default route by a router, and sets its hop limit and its MTU then
/// (`ndisc_router_discovery()`).
fn is_by_advertisement(route: &Payload<'_>) -> bool {
    (route.bytes().first(), route.bytes().get(RTM_PROTOCOL)) == (Some(&INET6), Some(&RTPROT_RA))
}

fn is_of(route: &Payload<'_>, family: u8) -> bool {
    route.header()[0] == family
}

/// All IPv4 routes of a table to the same prefix are in one place.
fn leaf(route: &Payload<'_>) -> Option<Vec<u8>> {
    let mut leaf = route.header()[..2].to_vec();
    route.put(&[RTA_DST, RTA_TABLE], &mut leaf);
    is_of(route, INET).then_some(leaf)
}
