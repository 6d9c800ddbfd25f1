// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Facts of links.

use super::tunnel;
use super::words::WORDS;
use super::{Link, IFINFOMSG, LIST};
use crate::kind::{
    describe, find, header, AddressFamilies, Cause, Facts, Hint, Kinds, MessageTypes, Part,
    Payload, Snapshot, Together,
};
use crate::names::uapi::*;
use crate::object::attrs::u32;
use crate::rtnl::Kind;
use crate::wire::{put_attr, Attrs};
use std::ops::Range;

const UNSPEC: u8 = libc::AF_UNSPEC as u8;

/// Where `ifi_flags` is in `struct ifinfomsg`.
const IFI_FLAGS: Range<usize> = 8..12;
/// In `ifi_flags`.
const IFF_UP: u32 = libc::IFF_UP as u32;
const IFF_RUNNING: u32 = libc::IFF_RUNNING as u32;
/// `ifi_change`: it tells of the message, not of the link.
const IFI_CHANGE: Range<usize> = 12..16;

/// Leaves the counters out of links (`RTEXT_FILTER_SKIP_STATS`).
const SKIP_STATS: u32 = 1 << 3;

const TYPES: MessageTypes = MessageTypes::new(RTM_NEWLINK, RTM_DELLINK);

/// Facts of links. A bridge reports its ports under a family of its own: the link stays.
pub(crate) const FACTS: Facts = Facts {
    name: "link",
    types: &[TYPES],
    families: AddressFamilies::Only(&[UNSPEC]),
    is_whole: |bytes| !is_of_wireless(bytes),
    // Events of `AF_BRIDGE` have settings of a bridge port, a part of the link, in a form of their own.
    hints: &[Hint {
        types: TYPES,
        family: libc::AF_BRIDGE as u8,
    }],
    groups: &[RTNLGRP_LINK],
    header: IFINFOMSG,
    describe: |link, names, out| describe(Link::of(link), names, out),
    link: |link| Some(link.link_in_header()),
    family: |_| None,
    needs: Kinds::of(&[
        Kind::Qdisc,
        Kind::Ifinfo6,
        Kind::Addr,
        Kind::Prefix,
        Kind::Mdb,
    ]),
    silent,
    turns,
    words: WORDS,
    list: LIST,
    aliases: &["l"],
    about: "Show links: [show] [[dev] DEV] [master DEV|nomaster|vrf NAME] [type KIND] [up|down] [state STATE] \
            [group GROUP]",
    is_usual_to_watch: true,
    snapshot: Some(Snapshot {
        get: RTM_GETLINK,
        dumps: |_| vec![without_counters()],
        settle: |header| header[IFI_CHANGE].fill(0),
        part: |_, attr| part(attr),
        // `__dev_get_by_index()`.
        identity: |link, key| key.extend(link.link_bytes()),
        below,
        together: Some(Together {
            with_header: &[IFLA_LINK, IFLA_LINK_NETNSID, IFLA_BROADCAST],
            rows: &[
                &[IFLA_ADDRESS, IFLA_PERM_ADDRESS],
                &[IFLA_LINK_NETNSID, IFLA_LINKINFO],
                &[IFLA_STATS, IFLA_STATS64, IFLA_CARRIER_CHANGES],
            ],
        }),
        ..Snapshot::DEFAULT
    }),
    ..Facts::DEFAULT
};

/// Events of wireless extensions have the name of a link, and behind it their own attribute
/// (`rtnetlink_ifinfo_prep()` in `net/wireless/wext-core.c`).
fn is_of_wireless(link: &[u8]) -> bool {
    let attrs = Attrs::new(link.get(IFINFOMSG..).unwrap_or_default());
    let mut first = attrs.map_while(Result::ok).take(2);

    first.any(|attr| attr.kind() == IFLA_WIRELESS)
}

fn without_counters() -> Vec<u8> {
    let mut payload = header(UNSPEC, IFINFOMSG);
    // A vector takes all that is written to it.
    let _ = put_attr(&mut payload, IFLA_EXT_MASK, &SKIP_STATS.to_ne_bytes());
    payload
}

/// Counters, what is about the message, and what only some messages have are left out.
fn part(attr: u16) -> Part {
    match attr {
        IFLA_STATS
        | IFLA_STATS64
        | IFLA_CARRIER_CHANGES
        | IFLA_CARRIER_UP_COUNT
        | IFLA_CARRIER_DOWN_COUNT => Part::Drop,
        IFLA_WIRELESS | IFLA_PROTINFO | IFLA_NUM_VF | IFLA_VFINFO_LIST | IFLA_VF_PORTS
        | IFLA_PORT_SELF => Part::Drop,
        IFLA_EVENT | IFLA_NEW_NETNSID | IFLA_TARGET_NETNSID | IFLA_NEW_IFINDEX => Part::Drop,
        IFLA_LINKINFO => Part::Nest(info_part),
        IFLA_AF_SPEC => Part::Nest(|_, family| af_part(family)),
        _ => Part::Keep,
    }
}

fn af_part(family: u16) -> Part {
    match i32::from(family) {
        libc::AF_INET6 => Part::Nest(|_, attr| Part::drop_if(is_volatile_of_inet6(attr))),
        // `IPV4_DEVCONF_*`, which have events of their own.
        libc::AF_INET => Part::Drop,
        _ => Part::Keep,
    }
}

/// Settings have events of their own.
fn is_volatile_of_inet6(attr: u16) -> bool {
    matches!(
        attr,
        IFLA_INET6_CONF
            | IFLA_INET6_STATS
            | IFLA_INET6_MCAST
            | IFLA_INET6_CACHEINFO
            | IFLA_INET6_ICMP6STATS
            | IFLA_INET6_RA_MTU
    )
}

fn info_part(info: &[u8], attr: u16) -> Part {
    let is_port_of_bridge = || find(info, IFLA_INFO_SLAVE_KIND) == Some(b"bridge\0");

    match attr {
        IFLA_INFO_XSTATS => Part::Drop,
        IFLA_INFO_DATA => find(info, IFLA_INFO_KIND).map_or(Part::Keep, data_part),
        IFLA_INFO_SLAVE_DATA if is_port_of_bridge() => {
            Part::Nest(|_, attr| Part::drop_if(is_volatile_of_port(attr)))
        }
        _ => Part::Keep,
    }
}

/// Timers and counters run by themselves, as does the number of the next frame of an HSR link. A tunnel may have a key that
/// counts for nothing.
fn data_part(kind: &[u8]) -> Part {
    match kind {
        b"bridge\0" => Part::Nest(|_, attr| Part::drop_if(is_volatile_of_bridge(attr))),
        b"can\0" => Part::Nest(|_, attr| Part::drop_if(attr == IFLA_CAN_BERR_COUNTER)),
        b"hsr\0" => Part::Nest(|_, attr| Part::drop_if(attr == IFLA_HSR_SEQ_NR)),
        kind if tunnel::is_gre(kind) => {
            Part::Nest(|data, attr| Part::drop_if(tunnel::is_no_key(data, attr)))
        }
        _ => Part::Keep,
    }
}

/// The state of the querier has timers too.
fn is_volatile_of_bridge(attr: u16) -> bool {
    matches!(
        attr,
        IFLA_BR_HELLO_TIMER
            | IFLA_BR_TCN_TIMER
            | IFLA_BR_TOPOLOGY_CHANGE_TIMER
            | IFLA_BR_GC_TIMER
            | IFLA_BR_MCAST_QUERIER_STATE
            | IFLA_BR_FDB_N_LEARNED
    )
}

fn is_volatile_of_port(attr: u16) -> bool {
    matches!(
        attr,
        IFLA_BRPORT_MESSAGE_AGE_TIMER | IFLA_BRPORT_FORWARD_DELAY_TIMER | IFLA_BRPORT_HOLD_TIMER
    )
}

/// The index is one of another network namespace where that has an id.
fn below(link: &Payload<'_>) -> Option<u32> {
    let lower = link.number(IFLA_LINK);
    (lower != 0 && link.attr(IFLA_LINK_NETNSID).is_none()).then_some(lower)
}

/// A link that comes or goes counts too: what is above it may be there before it, and after.
fn turns(cause: &Cause<'_>) -> bool {
    let is_up = |link: &Payload<'_>| flags(link) & IFF_UP != 0;

    match cause.old {
        Some(old) if cause.is_there => is_up(old) != is_up(cause.object),
        _ => true,
    }
}

fn flags(link: &Payload<'_>) -> u32 {
    u32(&link.header()[IFI_FLAGS]).unwrap_or_default()
}

/// Kinds that change silently with a link: what is or was on top of it, what refers to its name, and state that upper links
/// take from the one below.
fn silent(cause: &Cause<'_>) -> Kinds {
    const ALL: Kinds = Kinds::of(&[Kind::Link, Kind::Nexthop, Kind::Route, Kind::Rule]);

    let has_no_carrier = flags(cause.object) & (IFF_UP | IFF_RUNNING) == IFF_UP;
    let others = match cause.old {
        // A link that left may still be below others, or the other end of a veth, in another namespace.
        _ if !cause.is_there => ALL,
        // A veth has its other end once that is made.
        None => Kinds::of(&[Kind::Link, Kind::Rule]),
        // Addresses of IPv6 that a link keeps while it is down are tentative from then on (`addrconf_ifdown()`).
        Some(_) if turns(cause) => ALL | Kind::Addr.into(),
        Some(old) if old.header()[IFI_FLAGS] != cause.object.header()[IFI_FLAGS] => ALL,
        Some(old) if old == cause.object => Kinds::NONE,
        Some(old) => silent_of_attrs(old, cause.object),
    };
    // Any event of a link without a carrier has IPv6 look at it, and note it with the routes (`rt6_sync_down_dev()`).
    let noted = match has_no_carrier {
        true => Kind::Route.into(),
        false => Kinds::NONE,
    };
    // Links forward for those on top of them.
    others | noted | Kind::Fdb.into()
}

/// Kinds that change with an attribute of a link.
const WITH_ATTRS: &[(u16, Kinds)] = &[
    // Rules have names of links.
    (IFLA_IFNAME, Kinds::of(&[Kind::Rule])),
    // The MTU is that of IPv6 routes too, and below 1280 the link has no IPv6.
    (IFLA_MTU, Kinds::of(&[Kind::Link, Kind::Route])),
    // Links on the same lower link share settings (`macvlan_changelink()`, `ipvlan_set_port_mode()`), as do a bridge or a
    // bond and their ports (`br_stp_set_bridge_priority()`, `bond_change_active_slave()`).
    (IFLA_LINKINFO, Kinds::of(&[Kind::Link])),
    // A VRF takes the routes of a link, and what IPv6 has of it (`fib_netdev_event()`, `addrconf_notify()`).
    (
        IFLA_MASTER,
        Kinds::of(&[Kind::Link, Kind::Addr, Kind::Route]),
    ),
];

fn silent_of_attrs(old: &Payload<'_>, new: &Payload<'_>) -> Kinds {
    let differs = |(attr, _): &&(u16, Kinds)| old.attr(*attr) != new.attr(*attr);
    let changed = WITH_ATTRS.iter().filter(differs);

    changed.fold(Kinds::NONE, |all, (_, kinds)| all | *kinds)
}
