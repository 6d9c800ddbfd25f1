// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What changes without an event.

use super::super::body::{attr_of, NDA_DST, NDA_LLADDR};
use super::super::{Kind, Kinds};
use super::News;
use std::borrow::Cow;
use std::ops::Range;

/// Where `ndm_state` is in `struct ndmsg`.
pub const NDM_STATE: Range<usize> = 8..10;
/// `NUD_NOARP`.
const NOARP: u16 = 0x40;

/// Where `ifi_flags` is in `struct ifinfomsg`.
const IFI_FLAGS: Range<usize> = 8..12;
pub const IFLA_IFNAME: u16 = 3;
pub const IFLA_MTU: u16 = 4;

/// Where `ndm_flags` is in `struct ndmsg`.
const NDM_FLAGS: usize = 10;
/// `NTF_SELF`.
pub const SELF: u8 = 0x02;
/// `NUD_PERMANENT`.
pub const PERMANENT: u16 = 0x80;

/// Where `tcm_parent` is in `struct tcmsg`.
const TCM_PARENT: Range<usize> = 12..16;
const TC_H_ROOT: u32 = u32::MAX;

/// Says whether the kernel makes such an object without a word: neighbours on links where there is
/// nothing to find out, and groups that a link has joined.
pub fn is_untold(kind: Kind, body: &[u8]) -> bool {
    let is_in = |state: u16| body.get(NDM_STATE) == Some(&state.to_ne_bytes());

    match kind {
        Kind::Neigh => is_in(NOARP),
        Kind::Fdb => is_in(PERMANENT) && is_group_of_link(body),
        _ => false,
    }
}

fn is_group_of_link(entry: &[u8]) -> bool {
    let is_own = entry.get(NDM_FLAGS).is_some_and(|flags| flags & SELF != 0);
    let is_group = |address: &[u8]| address.first().is_some_and(|byte| byte & 1 != 0);

    let attr = |kind| attr_of(Kind::Fdb, entry, kind);

    is_own && attr(NDA_DST).is_none() && attr(NDA_LLADDR).is_some_and(is_group)
}

/// Returns the kinds that change with the event without one of their own: what goes away with a
/// link, an address or a next hop.
pub fn silent_kinds<'o>(news: &News<'_>, old: impl FnOnce() -> Option<Cow<'o, [u8]>>) -> Kinds {
    match news.kind {
        Kind::Link => silent_kinds_of_link(news, old().as_deref()),
        Kind::Addr if !news.is_there => Kind::Route.into(),
        Kind::Nexthop => Kind::Route.into(),
        // One may lead to another, and there may be one more of the same.
        Kind::Rule => Kind::Rule.into(),
        // A link is told with its queue.
        Kind::Qdisc if is_of_root(news.payload) => Kind::Link.into(),
        _ => Kinds::default(),
    }
}

fn silent_kinds_of_link(news: &News<'_>, old: Option<&[u8]>) -> Kinds {
    let attr = |link, kind| attr_of(Kind::Link, link, kind);
    let differs = |kind| attr(news.payload, kind) != old.and_then(|old| attr(old, kind));

    let kinds: &[Kind] = match old {
        // What is on top of it, and the other end of a veth, may have it in another namespace then.
        _ if !news.is_there => &[Kind::Link, Kind::Nexthop, Kind::Route, Kind::Rule],
        // A veth has its other end once that is made.
        None => &[Kind::Link, Kind::Rule],
        Some(old) if old.get(IFI_FLAGS) != news.payload.get(IFI_FLAGS) => {
            &[Kind::Nexthop, Kind::Route, Kind::Rule]
        }
        // Rules have names of links.
        Some(_) if differs(IFLA_IFNAME) => &[Kind::Rule],
        _ => &[],
    };
    let of_mtu: &[Kind] = match old {
        // It is that of routes of IPv6 too, and below 1280 the link has no IPv6.
        Some(_) if differs(IFLA_MTU) => &[Kind::Link, Kind::Route],
        _ => &[],
    };
    // Links forward for those on top of them.
    [kinds, of_mtu, &[Kind::Fdb]].concat().into_iter().collect()
}

fn is_of_root(qdisc: &[u8]) -> bool {
    qdisc.get(TCM_PARENT) == Some(&TC_H_ROOT.to_ne_bytes())
}
