// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Kinds of links, and what is said of each when it is made.
//!
//! C headers: `include/uapi/linux/{if_link,veth}.h`.

use super::RequestPayload;
use crate::names::uapi::*;
use std::net::IpAddr;

/// Kind of a link, with its settings.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LinkKind<'a> {
    /// A kind of which no more is said: `bridge`, `dummy`, or any other that the kernel knows.
    Plain(&'a str),
    /// A veth pair; without a name for the other end, the kernel gives one.
    Veth {
        /// Name of the other end.
        peer: Option<&'a [u8]>,
    },
    /// A VLAN of the link that it stands on.
    Vlan {
        /// Number of the VLAN.
        id: Option<u16>,
        /// `ETH_P_8021Q` if not said.
        protocol: Option<u16>,
    },
    /// A tunnel.
    Vxlan(Vxlan),
    /// Several links that act as one.
    Bond {
        /// `BOND_MODE_*`.
        mode: Option<u8>,
        /// Milliseconds from one look at the carrier to the next.
        miimon: Option<u32>,
    },
    /// A link with an address of its own on a lower link.
    Macvlan {
        /// `MACVLAN_MODE_*`.
        mode: Option<u32>,
    },
    /// A routing table that its ports use.
    Vrf {
        /// Number of the table.
        table: Option<u32>,
    },
}

/// A VXLAN tunnel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vxlan {
    /// Number of the network.
    pub id: Option<u32>,
    /// Where packets go: one host or a multicast group.
    pub remote: Option<IpAddr>,
    /// Where they come from.
    pub local: Option<IpAddr>,
    /// Index of the link that they go through.
    pub link: Option<u32>,
    /// UDP port that they go to; the kernel's is 8472.
    pub port: Option<u16>,
    /// Whether it learns who is where.
    pub learning: Option<bool>,
}

impl LinkKind<'_> {
    /// Returns what the kernel calls it.
    pub fn name(&self) -> &str {
        match self {
            Self::Plain(name) => name,
            Self::Veth { .. } => "veth",
            Self::Vlan { .. } => "vlan",
            Self::Vxlan(_) => "vxlan",
            Self::Bond { .. } => "bond",
            Self::Macvlan { .. } => "macvlan",
            Self::Vrf { .. } => "vrf",
        }
    }

    /// Appends `IFLA_LINKINFO`.
    pub(super) fn put(&self, payload: &mut RequestPayload) {
        payload.nest(libc::IFLA_LINKINFO, &[], |info| {
            info.put_str(IFLA_INFO_KIND, Some(self.name().as_bytes()));
            if !matches!(self, Self::Plain(_)) {
                info.nest(IFLA_INFO_DATA, &[], |data| self.put_data(data));
            }
        });
    }

    fn put_data(&self, data: &mut RequestPayload) {
        match self {
            Self::Plain(_) => {}
            Self::Veth { peer } => data.nest(VETH_INFO_PEER, &[0; 16], |end| {
                end.put_str(libc::IFLA_IFNAME, *peer);
            }),
            Self::Vlan { id, protocol } => {
                data.put_if(IFLA_VLAN_ID, id.map(u16::to_ne_bytes));
                data.put_if(IFLA_VLAN_PROTOCOL, protocol.map(u16::to_be_bytes));
            }
            Self::Vxlan(vxlan) => vxlan.put(data),
            Self::Bond { mode, miimon } => {
                data.put_if(IFLA_BOND_MODE, mode.map(u8::to_ne_bytes));
                data.put_u32(IFLA_BOND_MIIMON, *miimon);
            }
            Self::Macvlan { mode } => data.put_u32(IFLA_MACVLAN_MODE, *mode),
            Self::Vrf { table } => data.put_u32(IFLA_VRF_TABLE, *table),
        }
    }
}

impl Vxlan {
    fn put(&self, data: &mut RequestPayload) {
        data.put_u32(IFLA_VXLAN_ID, self.id);
        data.put_ip(
            by_family(self.remote, IFLA_VXLAN_GROUP, IFLA_VXLAN_GROUP6),
            self.remote,
        );
        data.put_ip(
            by_family(self.local, IFLA_VXLAN_LOCAL, IFLA_VXLAN_LOCAL6),
            self.local,
        );
        data.put_u32(IFLA_VXLAN_LINK, self.link);
        data.put_if(IFLA_VXLAN_PORT, self.port.map(u16::to_be_bytes));
        let learning = self.learning.map(|learning| [learning.into()]);
        data.put_if(IFLA_VXLAN_LEARNING, learning);
    }
}

/// Returns the type that an attribute with this address has.
fn by_family(address: Option<IpAddr>, v4: u16, v6: u16) -> u16 {
    match address {
        Some(IpAddr::V6(_)) => v6,
        _ => v4,
    }
}
