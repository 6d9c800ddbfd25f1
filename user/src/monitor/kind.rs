// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What there is to watch, and where the kernel tells of it.
//!
//! C header: `include/uapi/linux/rtnetlink.h`.

use crate::netlink::{Error, Request};
use crate::wire::put_attr;
use std::ops::BitOr;

const READ: &str = "read the state";

const RTM_NEWNEXTHOP: u16 = 104;
const RTM_DELNEXTHOP: u16 = 105;
const RTM_GETNEXTHOP: u16 = 106;

/// Leaves the counters out of links (`RTEXT_FILTER_SKIP_STATS`).
const SKIP_STATS: u32 = 1 << 3;
/// Asks for those that the host answers for (`NTF_PROXY`), which are a table of their own.
const PROXY: u8 = 0x08;

const UNSPEC: u8 = libc::AF_UNSPEC as u8;
const INET: u8 = libc::AF_INET as u8;
const INET6: u8 = libc::AF_INET6 as u8;
const BRIDGE: u8 = libc::AF_BRIDGE as u8;
/// Multicast routes (`RTNL_FAMILY_IPMR`, `RTNL_FAMILY_IP6MR`).
const MROUTE: [u8; 2] = [128, 129];

/// A kind of objects that the kernel tells of when they change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Links.
    Link,
    /// Their addresses.
    Addr,
    /// Next hops that routes share.
    Nexthop,
    /// Routes.
    Route,
    /// Neighbours.
    Neigh,
    /// Rules that choose a table.
    Rule,
    /// Where bridges and VXLANs forward.
    Fdb,
}

impl Kind {
    /// All of them, what others refer to first.
    pub const ALL: [Self; 7] = [
        Self::Link,
        Self::Addr,
        Self::Nexthop,
        Self::Route,
        Self::Neigh,
        Self::Rule,
        Self::Fdb,
    ];

    /// Returns what it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Addr => "addr",
            Self::Nexthop => "nexthop",
            Self::Route => "route",
            Self::Neigh => "neigh",
            Self::Rule => "rule",
            Self::Fdb => "fdb",
        }
    }

    /// Returns the kind that is called `name`.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Returns the multicast groups that tell of it (`RTNLGRP_*`).
    pub fn groups(self) -> &'static [u32] {
        match self {
            Self::Link => &[1],
            Self::Addr => &[5, 9],
            Self::Nexthop => &[32],
            Self::Route => &[7, 11, 27],
            Self::Neigh | Self::Fdb => &[3],
            Self::Rule => &[8, 19],
        }
    }

    /// Returns the kind that a message of type `nlmsg_type` with this payload tells of, and whether
    /// the object is there; `None` where it is none of these.
    pub fn of_message(nlmsg_type: u16, payload: &[u8]) -> Option<(Self, bool)> {
        let family = *payload.first()?;

        Some(match nlmsg_type {
            // A bridge tells of its ports under a family of its own: the link stays.
            libc::RTM_NEWLINK if family == UNSPEC => (Self::Link, true),
            libc::RTM_DELLINK if family == UNSPEC => (Self::Link, false),
            libc::RTM_NEWADDR => (Self::Addr, true),
            libc::RTM_DELADDR => (Self::Addr, false),
            RTM_NEWNEXTHOP => (Self::Nexthop, true),
            RTM_DELNEXTHOP => (Self::Nexthop, false),
            libc::RTM_NEWROUTE if !MROUTE.contains(&family) => (Self::Route, true),
            libc::RTM_DELROUTE if !MROUTE.contains(&family) => (Self::Route, false),
            libc::RTM_NEWNEIGH if family == BRIDGE => (Self::Fdb, true),
            libc::RTM_DELNEIGH if family == BRIDGE => (Self::Fdb, false),
            libc::RTM_NEWNEIGH => (Self::Neigh, true),
            libc::RTM_DELNEIGH => (Self::Neigh, false),
            libc::RTM_NEWRULE => (Self::Rule, true),
            libc::RTM_DELRULE => (Self::Rule, false),
            _ => return None,
        })
    }

    /// Returns the requests for all that there is.
    pub(super) fn dumps(self) -> Result<Vec<Request>, Error> {
        let payloads = match self {
            Self::Link => vec![with_filter(header(UNSPEC, 16))],
            Self::Addr | Self::Nexthop => vec![header(UNSPEC, 8)],
            Self::Route => vec![header(INET, 12), header(INET6, 12)],
            Self::Neigh => vec![header(UNSPEC, 12), proxies()],
            Self::Rule => vec![header(UNSPEC, 12)],
            Self::Fdb => vec![header(BRIDGE, 12)],
        };

        payloads
            .into_iter()
            .map(|payload| Request::dump(READ, self.question(), payload))
            .collect()
    }

    fn question(self) -> u16 {
        match self {
            Self::Link => libc::RTM_GETLINK,
            Self::Addr => libc::RTM_GETADDR,
            Self::Nexthop => RTM_GETNEXTHOP,
            Self::Route => libc::RTM_GETROUTE,
            Self::Neigh | Self::Fdb => libc::RTM_GETNEIGH,
            Self::Rule => libc::RTM_GETRULE,
        }
    }
}

/// Returns a fixed header of `len` bytes that says no more than the family.
fn header(family: u8, len: usize) -> Vec<u8> {
    let mut header = vec![0; len];
    header[0] = family;
    header
}

fn with_filter(mut payload: Vec<u8>) -> Vec<u8> {
    // A vector takes all that is written to it.
    let _ = put_attr(&mut payload, libc::IFLA_EXT_MASK, &SKIP_STATS.to_ne_bytes());
    payload
}

fn proxies() -> Vec<u8> {
    let mut ndmsg = header(UNSPEC, 12);
    ndmsg[10] = PROXY;
    ndmsg
}

/// A set of kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds(u32);

impl Kinds {
    /// Says whether `kind` is one of them.
    pub fn has(self, kind: Kind) -> bool {
        self.0 & Self::from(kind).0 != 0
    }

    /// Says whether there are none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns them, what others refer to first.
    pub fn iter(self) -> impl Iterator<Item = Kind> {
        Kind::ALL.into_iter().filter(move |kind| self.has(*kind))
    }

    /// Returns those that are in `other` too.
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl From<Kind> for Kinds {
    fn from(kind: Kind) -> Self {
        Self(1 << kind as u32)
    }
}

impl FromIterator<Kind> for Kinds {
    fn from_iter<I: IntoIterator<Item = Kind>>(kinds: I) -> Self {
        kinds
            .into_iter()
            .fold(Self::default(), |all, kind| all | kind.into())
    }
}

impl BitOr for Kinds {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_found_by_name_and_by_message() {
        for kind in Kind::ALL {
            assert_eq!(Kind::of_name(kind.name()), Some(kind));
        }
        assert_eq!(Kind::of_name("links"), None);
        let found = |nlmsg_type, family| Kind::of_message(nlmsg_type, &[family]);

        assert_eq!(found(libc::RTM_DELLINK, UNSPEC), Some((Kind::Link, false)));
        assert_eq!(found(libc::RTM_DELLINK, BRIDGE), None);
        assert_eq!(found(libc::RTM_NEWNEIGH, BRIDGE), Some((Kind::Fdb, true)));
        assert_eq!(found(libc::RTM_NEWROUTE, 128), None);
        assert_eq!(Kind::of_message(libc::RTM_NEWLINK, &[]), None);
    }

    #[test]
    fn a_set_has_what_was_put_into_it() {
        let kinds: Kinds = [Kind::Rule, Kind::Link].into_iter().collect();

        assert!(kinds.has(Kind::Link) && !kinds.has(Kind::Addr));
        assert!(kinds.iter().eq([Kind::Link, Kind::Rule]));
        assert!(kinds.and(Kind::Addr.into()).is_empty());
    }
}
