// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Names of multicast groups: the kernel's own, in lower case and without their prefixes; those of generic
//! netlink the kernel tells, the others stand in its headers.

use super::NetlinkSocket;
use crate::genl::{Families, SPEC};
use crate::names::uapi as route;
use crate::netlink::Error;
use crate::object::{Client, Value};
use crate::uapi;
use std::collections::HashMap;
use std::time::Duration;

const GENERIC: u8 = libc::NETLINK_GENERIC as u8;

/// The names of groups. Those of generic netlink are of one moment: families come and go.
#[derive(Debug, Default)]
pub struct GroupNames {
    /// Of generic netlink: `FAMILY:GROUP` by number.
    generic: HashMap<u32, Vec<u8>>,
}

impl GroupNames {
    /// Returns the names that are needed for `sockets`: the kernel is asked for those of generic netlink
    /// where one of them has such groups.
    ///
    /// # Errors
    ///
    /// Those of [`Client::list`].
    pub fn for_sockets(sockets: &[NetlinkSocket], timeout: Duration) -> Result<Self, Error> {
        let is_generic =
            |socket: &NetlinkSocket| socket.protocol == GENERIC && !socket.groups.is_empty();
        match sockets.iter().any(is_generic) {
            true => Self::read(timeout),
            false => Ok(Self::default()),
        }
    }

    fn read(timeout: Duration) -> Result<Self, Error> {
        let mut client = Client::open(super::LIST, &SPEC)?;
        let mut families = client.list(Families, timeout)?;
        let mut generic = HashMap::new();

        while let Some(family) = families.next_object()? {
            let of_family = family.name().unwrap_or_default();
            for (group, name) in family.groups() {
                generic.insert(group, [of_family, b":", name].concat());
            }
        }
        Ok(Self { generic })
    }

    /// Returns the name of a group of `protocol`, or its number where it has none.
    pub fn name(&self, protocol: u8, group: u32) -> Value<'_> {
        if let (GENERIC, Some(name)) = (protocol, self.generic.get(&group)) {
            return Value::Name(name);
        }
        let known = of_protocol(protocol)
            .iter()
            .find(|(known, _)| *known == group);
        match known {
            Some((_, name)) => Value::Word(name),
            None => Value::Nameless(group.into()),
        }
    }
}

/// Returns the groups of `protocol` that have names in headers.
fn of_protocol(protocol: u8) -> &'static [(u32, &'static str)] {
    match i32::from(protocol) {
        libc::NETLINK_ROUTE => ROUTE,
        libc::NETLINK_SOCK_DIAG => SOCK_DIAG,
        libc::NETLINK_XFRM => XFRM,
        libc::NETLINK_SELINUX => &[(1, "avc")],
        libc::NETLINK_AUDIT => &[(1, "readlog")],
        libc::NETLINK_CONNECTOR => CONNECTOR,
        libc::NETLINK_NETFILTER => NETFILTER,
        // The second one is where udev tells of what it is done with (`libudev`).
        libc::NETLINK_KOBJECT_UEVENT => &[(1, "kernel"), (2, "udev")],
        libc::NETLINK_RDMA => &[(2, "iwpm"), (3, "ls"), (4, "notify")],
        USER => &[(uapi::HELLO_GROUP_EVENTS, "events")],
        _ => &[],
    }
}

const USER: i32 = uapi::NETLINK_USER as i32;

/// `RTNLGRP_*`, `include/uapi/linux/rtnetlink.h`.
const ROUTE: &[(u32, &str)] = &[
    (route::RTNLGRP_LINK, "link"),
    (route::RTNLGRP_NOTIFY, "notify"),
    (route::RTNLGRP_NEIGH, "neigh"),
    (route::RTNLGRP_TC, "tc"),
    (route::RTNLGRP_IPV4_IFADDR, "ipv4_ifaddr"),
    (route::RTNLGRP_IPV4_MROUTE, "ipv4_mroute"),
    (route::RTNLGRP_IPV4_ROUTE, "ipv4_route"),
    (route::RTNLGRP_IPV4_RULE, "ipv4_rule"),
    (route::RTNLGRP_IPV6_IFADDR, "ipv6_ifaddr"),
    (route::RTNLGRP_IPV6_MROUTE, "ipv6_mroute"),
    (route::RTNLGRP_IPV6_ROUTE, "ipv6_route"),
    (route::RTNLGRP_IPV6_IFINFO, "ipv6_ifinfo"),
    (route::RTNLGRP_DECnet_IFADDR, "decnet_ifaddr"),
    (route::RTNLGRP_NOP2, "nop2"),
    (route::RTNLGRP_DECnet_ROUTE, "decnet_route"),
    (route::RTNLGRP_DECnet_RULE, "decnet_rule"),
    (route::RTNLGRP_NOP4, "nop4"),
    (route::RTNLGRP_IPV6_PREFIX, "ipv6_prefix"),
    (route::RTNLGRP_IPV6_RULE, "ipv6_rule"),
    (route::RTNLGRP_ND_USEROPT, "nd_useropt"),
    (route::RTNLGRP_PHONET_IFADDR, "phonet_ifaddr"),
    (route::RTNLGRP_PHONET_ROUTE, "phonet_route"),
    (route::RTNLGRP_DCB, "dcb"),
    (route::RTNLGRP_IPV4_NETCONF, "ipv4_netconf"),
    (route::RTNLGRP_IPV6_NETCONF, "ipv6_netconf"),
    (route::RTNLGRP_MDB, "mdb"),
    (route::RTNLGRP_MPLS_ROUTE, "mpls_route"),
    (route::RTNLGRP_NSID, "nsid"),
    (route::RTNLGRP_MPLS_NETCONF, "mpls_netconf"),
    (route::RTNLGRP_IPV4_MROUTE_R, "ipv4_mroute_r"),
    (route::RTNLGRP_IPV6_MROUTE_R, "ipv6_mroute_r"),
    (route::RTNLGRP_NEXTHOP, "nexthop"),
    (route::RTNLGRP_BRVLAN, "brvlan"),
    (route::RTNLGRP_MCTP_IFADDR, "mctp_ifaddr"),
    (route::RTNLGRP_TUNNEL, "tunnel"),
    (route::RTNLGRP_STATS, "stats"),
    (route::RTNLGRP_IPV4_MCADDR, "ipv4_mcaddr"),
    (route::RTNLGRP_IPV6_MCADDR, "ipv6_mcaddr"),
    (route::RTNLGRP_IPV6_ACADDR, "ipv6_acaddr"),
];

/// `SKNLGRP_*`, `include/uapi/linux/sock_diag.h`.
const SOCK_DIAG: &[(u32, &str)] = &[
    (1, "inet_tcp_destroy"),
    (2, "inet_udp_destroy"),
    (3, "inet6_tcp_destroy"),
    (4, "inet6_udp_destroy"),
];

/// `XFRMNLGRP_*`, `include/uapi/linux/xfrm.h`.
const XFRM: &[(u32, &str)] = &[
    (1, "acquire"),
    (2, "expire"),
    (3, "sa"),
    (4, "policy"),
    (5, "aevents"),
    (6, "report"),
    (7, "migrate"),
    (8, "mapping"),
];

/// `CN_IDX_*`, `include/uapi/linux/connector.h`.
const CONNECTOR: &[(u32, &str)] = &[
    (1, "proc"),
    (2, "cifs"),
    (4, "v86d"),
    (5, "bb"),
    (7, "dm"),
    (8, "drbd"),
];

/// `NFNLGRP_*`, `include/uapi/linux/netfilter/nfnetlink.h`.
const NETFILTER: &[(u32, &str)] = &[
    (1, "conntrack_new"),
    (2, "conntrack_update"),
    (3, "conntrack_destroy"),
    (4, "conntrack_exp_new"),
    (5, "conntrack_exp_update"),
    (6, "conntrack_exp_destroy"),
    (7, "nftables"),
    (8, "acct_quota"),
    (9, "nftrace"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_without_a_name_is_told_by_its_number() {
        let names = GroupNames::default();

        assert_eq!(names.name(0, 39), Value::Word("ipv6_acaddr"));
        assert_eq!(names.name(0, 40), Value::Nameless(40));
        assert_eq!(names.name(31, 1), Value::Word("events"));
        assert_eq!(names.name(2, 1), Value::Nameless(1));
        assert_eq!(names.name(GENERIC, 3), Value::Nameless(3));
    }

    #[test]
    fn groups_of_generic_netlink_are_named_by_the_kernel() {
        let names = GroupNames::read(Duration::from_secs(10)).unwrap();

        // The controller's group has the number of its family (`genl_register_mc_groups`).
        assert_eq!(names.name(GENERIC, 16), Value::Name(b"nlctrl:notify"));
        assert_eq!(names.name(0, 16), Value::Word("decnet_rule"));
    }

    #[test]
    fn the_kernel_is_not_asked_where_nobody_listens_to_a_family() {
        let line = "0 16 7 00000000 0 0 0 2 0 9";
        let sockets = [NetlinkSocket::from_line(line).unwrap()];
        let names = GroupNames::for_sockets(&sockets, Duration::ZERO).unwrap();

        assert!(names.generic.is_empty());
    }
}
