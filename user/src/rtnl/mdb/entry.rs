// SPDX-License-Identifier: Apache-2.0 OR MIT

//! An entry of a group: `struct br_mdb_entry` and `MDBA_MDB_EATTR_*`.

use super::{values, BrPortMsg};
use crate::names::uapi::*;
use crate::object::attrs::{ip, u32, u8, Index};
use crate::object::fields::{flags, objects, Fields, Value};
use crate::object::schema::Format::{As, Clock, Ip, Link, Word, U16, U32};
use crate::object::schema::{self, known, Known};
use crate::object::{Names, Object};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Size of `struct br_mdb_entry`, in bytes.
const BR_MDB_ENTRY: usize = 28;

/// State: somebody has put it there, so it does not run out (`MDB_PERMANENT`).
const PERMANENT: u8 = 0x01;

/// `MDB_FLAGS_*`.
const FLAGS: &[(u32, &str)] = &[
    (0x01, "offload"),
    (0x02, "fast_leave"),
    (0x04, "added_by_star_ex"),
    (0x08, "blocked"),
    (0x10, "offload_failed"),
];

/// `ETH_P_IP`, `ETH_P_IPV6`.
const IP: u16 = 0x0800;
const IPV6: u16 = 0x86dd;

/// An entry: a port of a bridge, or the other end of a VXLAN, that listens to a group.
#[derive(Clone, Debug)]
pub struct MdbEntry<'a> {
    bridge: BrPortMsg,
    header: BrMdbEntry,
    attrs: Index<'a>,
}

/// The fixed part, `struct br_mdb_entry`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BrMdbEntry {
    /// Index of the port; of the bridge itself for a group that the host has joined, of the VXLAN for
    /// one of its entries.
    pub ifindex: u32,
    /// `MDB_PERMANENT` or not.
    pub state: u8,
    /// `MDB_FLAGS_*`.
    pub flags: u8,
    /// The VLAN that it is for; 0 is none.
    pub vid: u16,
    /// Group of the entry.
    pub group: Group,
}

/// A group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Group {
    /// Of the link layer.
    Mac([u8; 6]),
    /// Of IPv4 or IPv6.
    Ip(IpAddr),
    /// Of another protocol: what stands where the address would.
    Other([u8; 16]),
}

impl BrMdbEntry {
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (fixed, rest) = bytes.split_first_chunk::<8>()?;
        let (address, rest) = rest.split_first_chunk::<16>()?;
        let [i0, i1, i2, i3, state, flags, v0, v1] = *fixed;

        Some(Self {
            ifindex: u32::from_ne_bytes([i0, i1, i2, i3]),
            state,
            flags,
            vid: u16::from_ne_bytes([v0, v1]),
            group: Group::new(*address, u16::from_be_bytes(*rest.first_chunk()?)),
        })
    }
}

impl Group {
    /// Returns the group of the protocol `proto` (`ETH_P_*`); 0 is none.
    fn new(address: [u8; 16], proto: u16) -> Self {
        let [a, b, c, d, e, f, ..] = address;

        match proto {
            0 => Self::Mac([a, b, c, d, e, f]),
            IP => Self::Ip(Ipv4Addr::new(a, b, c, d).into()),
            IPV6 => Self::Ip(Ipv6Addr::from(address).into()),
            _ => Self::Other(address),
        }
    }

    fn value(&self) -> Value<'_> {
        match self {
            Self::Mac(bytes) => Value::Lladdr(bytes),
            Self::Ip(address) => Value::Ip(*address),
            Self::Other(bytes) => Value::Bytes(bytes),
        }
    }
}

impl<'a> MdbEntry<'a> {
    /// Reads `MDBA_MDB_ENTRY_INFO`.
    pub(super) fn from_value(bridge: BrPortMsg, value: &'a [u8]) -> Option<Self> {
        let (header, attrs) = value.split_at_checked(BR_MDB_ENTRY)?;

        Some(Self {
            bridge,
            header: BrMdbEntry::from_bytes(header)?,
            attrs: Index::new(attrs),
        })
    }

    /// Returns which bridge, or VXLAN, it is of.
    pub fn bridge(&self) -> &BrPortMsg {
        &self.bridge
    }

    /// Returns the fixed part.
    pub fn header(&self) -> &BrMdbEntry {
        &self.header
    }

    /// Returns the sender that is listened to; `None` is any, but for those that are left out.
    pub fn source(&self) -> Option<IpAddr> {
        self.attrs.read(MDBA_MDB_EATTR_SOURCE, ip)
    }

    /// Returns the network id of the VXLAN that it is for.
    pub fn src_vni(&self) -> Option<u32> {
        self.attrs.read(MDBA_MDB_EATTR_SRC_VNI, u32)
    }

    /// Returns the other end of the VXLAN.
    pub fn dst(&self) -> Option<IpAddr> {
        self.attrs.read(MDBA_MDB_EATTR_DST, ip)
    }

    /// Tells all that is known of it but the bridge.
    pub(super) fn describe_in_bridge(&self, names: &mut Names, out: &mut dyn Fields) {
        let mut attrs = self.attrs.taker();
        let header = &self.header;

        out.field("port", names.link(header.ifindex));
        out.field("grp", header.group.value());
        schema::describe_known(&mut attrs, SENDER, names, out);
        let state = if header.state & PERMANENT != 0 {
            "permanent"
        } else {
            "temp"
        };
        out.field("state", Value::Word(state));
        flags(out, "flags", header.flags.into(), FLAGS);
        if header.vid != 0 {
            out.field("vid", Value::Number(header.vid.into()));
        }
        schema::describe_known(&mut attrs, REMOTE, names, out);
        out.details();
        schema::describe_known(&mut attrs, DETAILS, names, out);
        attrs.finish(out);
    }
}

impl Object for MdbEntry<'_> {
    fn describe_head(&self, names: &mut Names, out: &mut dyn Fields) {
        self.bridge.describe(names, out);
    }

    fn describe_rest(&self, names: &mut Names, out: &mut dyn Fields) {
        self.describe_in_bridge(names, out);
        self.bridge.describe_index(out);
    }
}

static SENDER: &[Known] = &[known(MDBA_MDB_EATTR_SOURCE, "src", Ip)];

static REMOTE: &[Known] = &[
    known(MDBA_MDB_EATTR_DST, "dst", Ip),
    known(MDBA_MDB_EATTR_DST_PORT, "dst_port", U16),
    known(MDBA_MDB_EATTR_VNI, "vni", U32),
    known(MDBA_MDB_EATTR_SRC_VNI, "src_vni", U32),
    known(MDBA_MDB_EATTR_IFINDEX, "via", Link),
];

static DETAILS: &[Known] = &[
    known(MDBA_MDB_EATTR_GROUP_MODE, "filter_mode", Word(MODES)),
    known(MDBA_MDB_EATTR_SRC_LIST, "source_list", As(sources)),
    known(MDBA_MDB_EATTR_RTPROT, "protocol", As(protocol)),
    known(MDBA_MDB_EATTR_TIMER, "timer", Clock),
];

/// `MCAST_*`, `include/uapi/linux/in.h`.
const MODES: &[(u8, &str)] = &[(0, "exclude"), (1, "include")];

/// `MDBA_MDB_SRCATTR_*`.
static SOURCE_ATTRS: &[Known] = &[
    known(MDBA_MDB_SRCATTR_ADDRESS, "address", Ip),
    known(MDBA_MDB_SRCATTR_TIMER, "timer", Clock),
];

/// Tells the senders that are listened to, or those that are not.
fn sources(key: &str, value: &[u8], names: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let all = || values(value, MDBA_MDB_SRCLIST_ENTRY);

    objects(out, key, all, |source, out| {
        schema::describe(source, SOURCE_ATTRS, names, out);
    })
}

/// Tells who made it.
fn protocol(key: &str, value: &[u8], names: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let number = u8(value)?;

    out.field(key, names.numbers().protocols.name(number.into()));
    Some(())
}
