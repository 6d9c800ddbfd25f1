// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Names of multicast groups: the kernel's own, in lower case and without their prefixes; those of generic
//! netlink the kernel tells, the others stand in its headers.

use super::NetlinkSocket;
use crate::genl::{Families, SPEC};
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
        let at = group.checked_sub(1).and_then(|at| at.try_into().ok());
        match at.and_then(|at| of_protocol(protocol).split_whitespace().nth(at)) {
            None | Some("-") => Value::Nameless(group.into()),
            Some(name) => Value::Word(name),
        }
    }
}

/// Returns the names that the groups of `protocol` have in headers, in the order of their numbers from 1 on; `-` stands
/// for none.
fn of_protocol(protocol: u8) -> &'static str {
    match i32::from(protocol) {
        libc::NETLINK_ROUTE => ROUTE,
        libc::NETLINK_SOCK_DIAG => {
            "inet_tcp_destroy inet_udp_destroy inet6_tcp_destroy inet6_udp_destroy"
        }
        libc::NETLINK_XFRM => "acquire expire sa policy aevents report migrate mapping",
        libc::NETLINK_SELINUX => "avc",
        libc::NETLINK_AUDIT => "readlog",
        libc::NETLINK_CONNECTOR => "proc cifs - v86d bb - dm drbd",
        libc::NETLINK_NETFILTER => NETFILTER,
        // The second one is where udev tells of what it is done with (`libudev`).
        libc::NETLINK_KOBJECT_UEVENT => "kernel udev",
        libc::NETLINK_RDMA => "- iwpm ls notify",
        USER => "events",
        _ => "",
    }
}

const USER: i32 = uapi::NETLINK_USER as i32;

/// `RTNLGRP_*`, `include/uapi/linux/rtnetlink.h`.
const ROUTE: &str = "
    link notify neigh tc ipv4_ifaddr ipv4_mroute ipv4_route ipv4_rule ipv6_ifaddr ipv6_mroute ipv6_route ipv6_ifinfo
    decnet_ifaddr nop2 decnet_route decnet_rule nop4 ipv6_prefix ipv6_rule nd_useropt phonet_ifaddr phonet_route dcb
    ipv4_netconf ipv6_netconf mdb mpls_route nsid mpls_netconf ipv4_mroute_r ipv6_mroute_r nexthop brvlan mctp_ifaddr
    tunnel stats ipv4_mcaddr ipv6_mcaddr ipv6_acaddr
";

/// `NFNLGRP_*`, `include/uapi/linux/netfilter/nfnetlink.h`.
const NETFILTER: &str = "
    conntrack_new conntrack_update conntrack_destroy conntrack_exp_new conntrack_exp_update conntrack_exp_destroy
    nftables acct_quota nftrace
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::uapi as route;

    #[test]
    fn a_group_without_a_name_is_told_by_its_number() {
        let names = GroupNames::default();

        for (protocol, group, name) in [
            (0, route::RTNLGRP_LINK, "link"),
            (0, route::RTNLGRP_IPV6_IFINFO, "ipv6_ifinfo"),
            (0, route::RTNLGRP_ND_USEROPT, "nd_useropt"),
            (0, route::RTNLGRP_NSID, "nsid"),
            (0, route::RTNLGRP_IPV6_ACADDR, "ipv6_acaddr"),
            (31, uapi::HELLO_GROUP_EVENTS, "events"),
            (11, 8, "drbd"),
        ] {
            assert_eq!(names.name(protocol, group), Value::Word(name));
        }
        for (protocol, group) in [(0, 0), (0, 40), (2, 1), (11, 6), (GENERIC, 3)] {
            assert_eq!(names.name(protocol, group), Value::Nameless(group.into()));
        }
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
