// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The names of rtnetlink's numbers: of the messages, and of the attributes that requests have.
//!
//! C headers: `include/uapi/linux/{rtnetlink,if_link,if_addr,neighbour,veth}.h`.

use crate::netlink::AttrFormat::{self, Bytes, Named, Nested, String, U32};
use crate::netlink::{AttrSpec, MessageSpec, Spec};

/// What the client knows of rtnetlink.
pub static SPEC: Spec = Spec {
    protocol: libc::NETLINK_ROUTE,
    unregistered_hint: "",
    messages: &[
        link(libc::RTM_NEWLINK, "RTM_NEWLINK"),
        link(libc::RTM_DELLINK, "RTM_DELLINK"),
        get(link(libc::RTM_GETLINK, "RTM_GETLINK")),
        link(libc::RTM_SETLINK, "RTM_SETLINK"),
        addr(libc::RTM_NEWADDR, "RTM_NEWADDR"),
        addr(libc::RTM_DELADDR, "RTM_DELADDR"),
        get(addr(libc::RTM_GETADDR, "RTM_GETADDR")),
        route(libc::RTM_NEWROUTE, "RTM_NEWROUTE"),
        route(libc::RTM_DELROUTE, "RTM_DELROUTE"),
        get(route(libc::RTM_GETROUTE, "RTM_GETROUTE")),
        neigh(libc::RTM_NEWNEIGH, "RTM_NEWNEIGH"),
        neigh(libc::RTM_DELNEIGH, "RTM_DELNEIGH"),
        get(neigh(libc::RTM_GETNEIGH, "RTM_GETNEIGH")),
    ],
};

/// Size of `struct ifinfomsg`, in bytes.
pub const IFINFOMSG: usize = 16;

/// Size of `struct ifaddrmsg`, in bytes.
pub const IFADDRMSG: usize = 8;

/// Size of `struct rtmsg`, in bytes.
pub const RTMSG: usize = 12;

/// Size of `struct ndmsg`, in bytes.
pub const NDMSG: usize = 12;

const fn link(nlmsg_type: u16, name: &'static str) -> MessageSpec {
    message(nlmsg_type, name, IFINFOMSG, "IFLA_", LINK)
}

const fn addr(nlmsg_type: u16, name: &'static str) -> MessageSpec {
    message(nlmsg_type, name, IFADDRMSG, "IFA_", ADDR)
}

const fn route(nlmsg_type: u16, name: &'static str) -> MessageSpec {
    message(nlmsg_type, name, RTMSG, "RTA_", ROUTE)
}

const fn neigh(nlmsg_type: u16, name: &'static str) -> MessageSpec {
    message(nlmsg_type, name, NDMSG, "NDA_", NEIGH)
}

const fn message(
    nlmsg_type: u16,
    name: &'static str,
    header: usize,
    attr_prefix: &'static str,
    attrs: &'static [AttrSpec],
) -> MessageSpec {
    MessageSpec {
        nlmsg_type,
        name,
        header,
        is_get: false,
        attr_prefix,
        attrs,
    }
}

const fn get(message: MessageSpec) -> MessageSpec {
    MessageSpec {
        is_get: true,
        ..message
    }
}

const fn attr(nla_type: u16, name: &'static str, format: AttrFormat) -> AttrSpec {
    AttrSpec {
        nla_type,
        name,
        format,
    }
}

const LINK: &[AttrSpec] = &[
    attr(1, "IFLA_ADDRESS", Bytes),
    attr(2, "IFLA_BROADCAST", Bytes),
    attr(3, "IFLA_IFNAME", String),
    attr(4, "IFLA_MTU", U32),
    attr(5, "IFLA_LINK", U32),
    attr(10, "IFLA_MASTER", U32),
    attr(13, "IFLA_TXQLEN", U32),
    attr(18, "IFLA_LINKINFO", Nested(0, LINKINFO)),
    attr(19, "IFLA_NET_NS_PID", U32),
    attr(20, "IFLA_IFALIAS", String),
    attr(27, "IFLA_GROUP", U32),
    attr(28, "IFLA_NET_NS_FD", U32),
    attr(29, "IFLA_EXT_MASK", U32),
    attr(53, "IFLA_ALT_IFNAME", String),
];

const LINKINFO: &[AttrSpec] = &[
    attr(1, "IFLA_INFO_KIND", String),
    attr(2, "IFLA_INFO_DATA", Named(1, KINDS)),
];

const KINDS: &[(&str, AttrFormat)] = &[
    ("bond", Nested(0, BOND)),
    ("macvlan", Nested(0, MACVLAN)),
    ("veth", Nested(0, VETH)),
    ("vlan", Nested(0, VLAN)),
    ("vrf", Nested(0, VRF)),
    ("vxlan", Nested(0, VXLAN)),
];

const BOND: &[AttrSpec] = &[
    attr(1, "IFLA_BOND_MODE", Bytes),
    attr(3, "IFLA_BOND_MIIMON", U32),
];

const MACVLAN: &[AttrSpec] = &[attr(1, "IFLA_MACVLAN_MODE", U32)];

/// The other end is described by a message of its own inside the attribute.
const VETH: &[AttrSpec] = &[attr(1, "VETH_INFO_PEER", Nested(IFINFOMSG, PEER))];

const PEER: &[AttrSpec] = &[
    attr(1, "IFLA_ADDRESS", Bytes),
    attr(3, "IFLA_IFNAME", String),
    attr(4, "IFLA_MTU", U32),
    attr(28, "IFLA_NET_NS_FD", U32),
];

const VLAN: &[AttrSpec] = &[
    attr(1, "IFLA_VLAN_ID", Bytes),
    attr(5, "IFLA_VLAN_PROTOCOL", Bytes),
];

const VRF: &[AttrSpec] = &[attr(1, "IFLA_VRF_TABLE", U32)];

const VXLAN: &[AttrSpec] = &[
    attr(1, "IFLA_VXLAN_ID", U32),
    attr(2, "IFLA_VXLAN_GROUP", Bytes),
    attr(3, "IFLA_VXLAN_LINK", U32),
    attr(4, "IFLA_VXLAN_LOCAL", Bytes),
    attr(7, "IFLA_VXLAN_LEARNING", Bytes),
    attr(15, "IFLA_VXLAN_PORT", Bytes),
    attr(16, "IFLA_VXLAN_GROUP6", Bytes),
    attr(17, "IFLA_VXLAN_LOCAL6", Bytes),
];

const ADDR: &[AttrSpec] = &[
    attr(1, "IFA_ADDRESS", Bytes),
    attr(2, "IFA_LOCAL", Bytes),
    attr(3, "IFA_LABEL", String),
    attr(4, "IFA_BROADCAST", Bytes),
    attr(6, "IFA_CACHEINFO", Bytes),
    attr(8, "IFA_FLAGS", U32),
    attr(9, "IFA_RT_PRIORITY", U32),
    attr(10, "IFA_TARGET_NETNSID", U32),
    attr(11, "IFA_PROTO", Bytes),
];

const ROUTE: &[AttrSpec] = &[
    attr(1, "RTA_DST", Bytes),
    attr(2, "RTA_SRC", Bytes),
    attr(3, "RTA_IIF", U32),
    attr(4, "RTA_OIF", U32),
    attr(5, "RTA_GATEWAY", Bytes),
    attr(6, "RTA_PRIORITY", U32),
    attr(7, "RTA_PREFSRC", Bytes),
    attr(8, "RTA_METRICS", Nested(0, METRICS)),
    attr(9, "RTA_MULTIPATH", Bytes),
    attr(15, "RTA_TABLE", U32),
    attr(16, "RTA_MARK", U32),
    attr(18, "RTA_VIA", Bytes),
    attr(25, "RTA_UID", U32),
    attr(27, "RTA_IP_PROTO", Bytes),
    attr(28, "RTA_SPORT", Bytes),
    attr(29, "RTA_DPORT", Bytes),
    attr(30, "RTA_NH_ID", U32),
    attr(31, "RTA_FLOWLABEL", Bytes),
];

const METRICS: &[AttrSpec] = &[attr(1, "RTAX_LOCK", U32), attr(2, "RTAX_MTU", U32)];

const NEIGH: &[AttrSpec] = &[
    attr(1, "NDA_DST", Bytes),
    attr(2, "NDA_LLADDR", Bytes),
    attr(8, "NDA_IFINDEX", U32),
    attr(9, "NDA_MASTER", U32),
    attr(12, "NDA_PROTOCOL", Bytes),
];
