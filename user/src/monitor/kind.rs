// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What there is to watch, and where the kernel tells of it.
//!
//! C header: `include/uapi/linux/rtnetlink.h`.

use crate::names::uapi::{
    RTM_DELANYCAST, RTM_DELMDB, RTM_DELMULTICAST, RTM_DELNETCONF, RTM_DELNEXTHOP, RTM_DELNSID,
    RTM_GETNEXTHOP, RTM_NEWANYCAST, RTM_NEWMDB, RTM_NEWMULTICAST, RTM_NEWNDUSEROPT, RTM_NEWNETCONF,
    RTM_NEWNEXTHOP, RTM_NEWNSID, RTM_NEWPREFIX, RTM_NEWSTATS,
};
use crate::netlink::{Error, Request};
use crate::wire::put_attr;
use std::ops::BitOr;

pub(super) use crate::names::uapi::{RTM_DELCHAIN, RTM_NEWCHAIN};

const READ: &str = "read the state";

/// Leaves the counters out of links (`RTEXT_FILTER_SKIP_STATS`).
const SKIP_STATS: u32 = 1 << 3;
/// Asks for those that the host answers for (`NTF_PROXY`), which are a table of their own.
const PROXY: u8 = 0x08;

const UNSPEC: u8 = libc::AF_UNSPEC as u8;
const INET: u8 = libc::AF_INET as u8;
const INET6: u8 = libc::AF_INET6 as u8;
pub(super) const BRIDGE: u8 = libc::AF_BRIDGE as u8;
/// Multicast routes (`RTNL_FAMILY_IPMR`, `RTNL_FAMILY_IP6MR`).
pub(super) const MROUTE: [u8; 2] = [128, 129];

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
    /// Prefixes that routers have advertised.
    Prefix,
    /// Settings of links.
    Netconf,
    /// Ids of network namespaces.
    Nsid,
    /// Options of router advertisements that the kernel leaves to programs.
    Nduseropt,
    /// Addresses of groups that links have joined, and those that they share with others.
    Maddr,
    /// Who listens to a group behind a bridge or a VXLAN.
    Mdb,
    /// Routes to groups.
    Mroute,
    /// Queues of traffic control.
    Qdisc,
    /// Their classes.
    Class,
    /// What chooses a class, and chains of it.
    Filter,
    /// What of a link hardware counts.
    Stats,
    /// Links as IPv6 sees them.
    Ifinfo6,
    /// Who says hello to the module: events of another protocol.
    Hello,
}

impl Kind {
    /// All of them, what others refer to first.
    pub const ALL: [Self; 20] = [
        Self::Link,
        Self::Addr,
        Self::Nexthop,
        Self::Route,
        Self::Neigh,
        Self::Rule,
        Self::Fdb,
        Self::Prefix,
        Self::Netconf,
        Self::Nsid,
        Self::Nduseropt,
        Self::Maddr,
        Self::Mdb,
        Self::Mroute,
        Self::Qdisc,
        Self::Class,
        Self::Filter,
        Self::Stats,
        Self::Ifinfo6,
        Self::Hello,
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
            Self::Prefix => "prefix",
            Self::Netconf => "netconf",
            Self::Nsid => "nsid",
            Self::Nduseropt => "nduseropt",
            Self::Maddr => "maddr",
            Self::Mdb => "mdb",
            Self::Mroute => "mroute",
            Self::Qdisc => "qdisc",
            Self::Class => "class",
            Self::Filter => "filter",
            Self::Stats => "stats",
            Self::Ifinfo6 => "ifinfo6",
            Self::Hello => "hello",
        }
    }

    /// Says whether it is kept what there is of it, and told how that changes; events of the other
    /// kinds are told as they come, and what was there before is not told at all.
    pub fn is_kept(self) -> bool {
        self <= Self::Fdb
    }

    /// Returns the kind that is called `name`.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Returns the multicast groups of rtnetlink that tell of it (`RTNLGRP_*`).
    pub fn groups(self) -> &'static [u32] {
        match self {
            Self::Link => &[1],
            Self::Addr => &[5, 9],
            Self::Nexthop => &[32],
            Self::Route => &[7, 11, 27],
            Self::Neigh | Self::Fdb => &[3],
            Self::Rule => &[8, 19],
            Self::Prefix => &[18],
            // IPv4, IPv6, MPLS.
            Self::Netconf => &[24, 25, 29],
            Self::Nsid => &[28],
            Self::Nduseropt => &[20],
            // Groups of IPv4 and of IPv6, addresses of anybody.
            Self::Maddr => &[37, 38, 39],
            Self::Mdb => &[26],
            Self::Mroute => &[6, 10],
            Self::Qdisc | Self::Class | Self::Filter => &[4],
            Self::Stats => &[36],
            Self::Ifinfo6 => &[12],
            Self::Hello => &[],
        }
    }

    /// Returns the kind that a message of rtnetlink of type `nlmsg_type` with this payload tells of,
    /// and whether the object is there; `None` where it is none of these.
    pub fn of_message(nlmsg_type: u16, payload: &[u8]) -> Option<(Self, bool)> {
        let family = *payload.first()?;

        Some(match nlmsg_type {
            // A bridge tells of its ports under a family of its own: the link stays.
            libc::RTM_NEWLINK if family == UNSPEC => (Self::Link, true),
            libc::RTM_DELLINK if family == UNSPEC => (Self::Link, false),
            libc::RTM_NEWLINK if family == INET6 => (Self::Ifinfo6, true),
            libc::RTM_DELLINK if family == INET6 => (Self::Ifinfo6, false),
            libc::RTM_NEWADDR => (Self::Addr, true),
            libc::RTM_DELADDR => (Self::Addr, false),
            RTM_NEWNEXTHOP => (Self::Nexthop, true),
            RTM_DELNEXTHOP => (Self::Nexthop, false),
            libc::RTM_NEWROUTE if MROUTE.contains(&family) => (Self::Mroute, true),
            libc::RTM_DELROUTE if MROUTE.contains(&family) => (Self::Mroute, false),
            libc::RTM_NEWROUTE => (Self::Route, true),
            libc::RTM_DELROUTE => (Self::Route, false),
            libc::RTM_NEWNEIGH if family == BRIDGE => (Self::Fdb, true),
            libc::RTM_DELNEIGH if family == BRIDGE => (Self::Fdb, false),
            libc::RTM_NEWNEIGH => (Self::Neigh, true),
            libc::RTM_DELNEIGH => (Self::Neigh, false),
            libc::RTM_NEWRULE => (Self::Rule, true),
            libc::RTM_DELRULE => (Self::Rule, false),
            RTM_NEWPREFIX => (Self::Prefix, true),
            RTM_NEWNETCONF => (Self::Netconf, true),
            RTM_DELNETCONF => (Self::Netconf, false),
            RTM_NEWNSID => (Self::Nsid, true),
            RTM_DELNSID => (Self::Nsid, false),
            RTM_NEWNDUSEROPT => (Self::Nduseropt, true),
            RTM_NEWMULTICAST | RTM_NEWANYCAST => (Self::Maddr, true),
            RTM_DELMULTICAST | RTM_DELANYCAST => (Self::Maddr, false),
            RTM_NEWMDB => (Self::Mdb, true),
            RTM_DELMDB => (Self::Mdb, false),
            libc::RTM_NEWQDISC => (Self::Qdisc, true),
            libc::RTM_DELQDISC => (Self::Qdisc, false),
            libc::RTM_NEWTCLASS => (Self::Class, true),
            libc::RTM_DELTCLASS => (Self::Class, false),
            libc::RTM_NEWTFILTER | RTM_NEWCHAIN => (Self::Filter, true),
            libc::RTM_DELTFILTER | RTM_DELCHAIN => (Self::Filter, false),
            RTM_NEWSTATS => (Self::Stats, true),
            _ => return None,
        })
    }

    /// Returns the type of the message that tells of a new object, if it is [kept](Kind::is_kept).
    pub(super) fn type_of_new(self) -> Option<u16> {
        Some(match self {
            Self::Link => libc::RTM_NEWLINK,
            Self::Addr => libc::RTM_NEWADDR,
            Self::Nexthop => RTM_NEWNEXTHOP,
            Self::Route => libc::RTM_NEWROUTE,
            Self::Neigh | Self::Fdb => libc::RTM_NEWNEIGH,
            Self::Rule => libc::RTM_NEWRULE,
            _ => return None,
        })
    }

    /// Returns the requests for all that there is, if that is [kept](Kind::is_kept); of routes only
    /// for those in `table`, if one is given.
    pub(super) fn dumps(self, table: Option<u32>) -> Result<Vec<Request>, Error> {
        let (question, payloads) = match self {
            Self::Link => (libc::RTM_GETLINK, vec![with_filter(header(UNSPEC, 16))]),
            Self::Addr => (libc::RTM_GETADDR, vec![header(UNSPEC, 8)]),
            Self::Nexthop => (RTM_GETNEXTHOP, vec![header(UNSPEC, 8)]),
            Self::Route => (
                libc::RTM_GETROUTE,
                vec![of_table(INET, table), of_table(INET6, table)],
            ),
            Self::Neigh => (libc::RTM_GETNEIGH, vec![header(UNSPEC, 12), proxies()]),
            Self::Rule => (libc::RTM_GETRULE, vec![header(UNSPEC, 12)]),
            Self::Fdb => (libc::RTM_GETNEIGH, vec![header(BRIDGE, 12)]),
            _ => return Ok(Vec::new()),
        };

        payloads
            .into_iter()
            .map(|payload| Request::dump(READ, question, payload))
            .collect()
    }
}

/// Returns a fixed header of `len` bytes that says no more than the family.
fn header(family: u8, len: usize) -> Vec<u8> {
    let mut header = vec![0; len];
    header[0] = family;
    header
}

fn of_table(family: u8, table: Option<u32>) -> Vec<u8> {
    let mut rtmsg = header(family, 12);
    if let Some(table) = table {
        // A vector takes all that is written to it.
        let _ = put_attr(&mut rtmsg, libc::RTA_TABLE, &table.to_ne_bytes());
    }
    rtmsg
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

    /// Returns those of which it is [kept](Kind::is_kept) what there is.
    pub fn kept(self) -> Self {
        self.iter().filter(|kind| kind.is_kept()).collect()
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
        assert_eq!(found(libc::RTM_NEWROUTE, 128), Some((Kind::Mroute, true)));
        assert_eq!(found(libc::RTM_NEWROUTE, INET), Some((Kind::Route, true)));
        assert_eq!(found(libc::RTM_NEWLINK, INET6), Some((Kind::Ifinfo6, true)));
        assert_eq!(found(RTM_DELCHAIN, UNSPEC), Some((Kind::Filter, false)));
        // Of actions no kind is told.
        assert_eq!(found(48, UNSPEC), None);
        assert_eq!(Kind::of_message(libc::RTM_NEWLINK, &[]), None);
    }

    #[test]
    fn kinds_that_are_kept_can_be_read() {
        for kind in Kind::ALL {
            assert_eq!(kind.is_kept(), !kind.dumps(None).unwrap().is_empty());
            assert_eq!(kind.is_kept(), kind.type_of_new().is_some());
        }
        let all: Kinds = Kind::ALL.into_iter().collect();
        assert_eq!(all.kept().iter().last(), Some(Kind::Fdb));
    }

    #[test]
    fn a_set_has_what_was_put_into_it() {
        let kinds: Kinds = [Kind::Rule, Kind::Link].into_iter().collect();

        assert!(kinds.has(Kind::Link) && !kinds.has(Kind::Addr));
        assert!(kinds.iter().eq([Kind::Link, Kind::Rule]));
        assert!(kinds.and(Kind::Addr.into()).is_empty());
    }
}
