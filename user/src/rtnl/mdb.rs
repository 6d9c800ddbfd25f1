// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Multicast databases: which ports of a bridge, or ends of a VXLAN, listen to a group, and behind
//! which ports routers are: `struct br_port_msg` and `MDBA_*`.
//!
//! C header: `include/uapi/linux/if_bridge.h`.

mod entry;
mod router;

pub use entry::{BrMdbEntry, Group, MdbEntry};
pub use router::RouterPort;

use super::{split, Kind, DEV_WIDTH};
use crate::kind::{describe, Facts, MessageTypes};
use crate::names::uapi::*;
use crate::object::attrs::Index;
use crate::object::fields::{objects, Fields, Value};
use crate::object::{Names, Object};
use crate::wire::{self, Attrs};

/// Size of `struct br_port_msg`, in bytes.
const BR_PORT_MSG: usize = 8;

/// Attribute with an invalid header, which ends the walk over attributes.
const NO_ATTRIBUTE: &[u8] = &[0; 4];

/// A part of the database of a bridge, or of a VXLAN: what has changed, which is one entry or one
/// port, or all of it.
#[derive(Clone, Debug)]
pub struct Mdb<'a> {
    header: BrPortMsg,
    attrs: Index<'a>,
}

/// The fixed part, `struct br_port_msg`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BrPortMsg {
    /// `AF_BRIDGE`.
    pub family: u8,
    /// Index of the bridge, or of the VXLAN.
    pub ifindex: u32,
}

impl BrPortMsg {
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let [family, _, _, _, i0, i1, i2, i3] = *bytes.first_chunk::<BR_PORT_MSG>()?;

        Some(Self {
            family,
            ifindex: u32::from_ne_bytes([i0, i1, i2, i3]),
        })
    }

    /// Tells which bridge it is.
    fn describe(&self, names: &mut Names, out: &mut dyn Fields) {
        out.column("dev", names.link(self.ifindex), DEV_WIDTH);
    }

    fn describe_index(&self, out: &mut dyn Fields) {
        out.details();
        out.field("index", Value::Number(self.ifindex.into()));
    }
}

impl<'a> Mdb<'a> {
    /// Reads the payload of an `RTM_NEWMDB` or `RTM_DELMDB` message.
    ///
    /// # Errors
    ///
    /// [`wire::Error::Truncated`] when it is shorter than `struct br_port_msg`.
    pub fn from_payload(payload: &'a [u8]) -> Result<Self, wire::Error> {
        let (header, attrs) = split(payload, BR_PORT_MSG, BrPortMsg::from_bytes)?;

        Ok(Self { header, attrs })
    }

    /// Says whether the link with this `index` is the bridge, or one of the ports that this is about.
    pub fn has_port(&self, index: u32) -> bool {
        self.header.ifindex == index
            || self.entries().any(|entry| entry.header().ifindex == index)
            || self.routers().any(|port| port.ifindex() == index)
    }

    /// Returns the fixed part.
    pub fn header(&self) -> &BrPortMsg {
        &self.header
    }

    /// Returns the entries; those that make no sense are left out.
    pub fn entries(&self) -> impl Iterator<Item = MdbEntry<'a>> {
        let value = self.attrs.read(MDBA_MDB, Some);

        entries(self.header, value.unwrap_or_default()).flatten()
    }

    /// Returns the ports behind which routers are; those that make no sense are left out.
    pub fn routers(&self) -> impl Iterator<Item = RouterPort<'a>> {
        let value = self.attrs.read(MDBA_ROUTER, Some);

        routers(self.header, value.unwrap_or_default()).flatten()
    }
}

/// Returns the entries in `MDBA_MDB`, `None` for what is none.
fn entries(header: BrPortMsg, value: &[u8]) -> impl Iterator<Item = Option<MdbEntry<'_>>> {
    values(value, MDBA_MDB_ENTRY)
        .flat_map(|group| values(group.unwrap_or(NO_ATTRIBUTE), MDBA_MDB_ENTRY_INFO))
        .map(move |value| MdbEntry::from_value(header, value?))
}

/// Returns the ports in `MDBA_ROUTER`, `None` for what is none.
fn routers(header: BrPortMsg, value: &[u8]) -> impl Iterator<Item = Option<RouterPort<'_>>> {
    values(value, MDBA_ROUTER_PORT).map(move |value| RouterPort::from_value(header, value?))
}

/// Returns the values of attributes that are all of type `kind`, `None` for one that is not.
fn values(bytes: &[u8], kind: u16) -> impl Iterator<Item = Option<&[u8]>> {
    Attrs::new(bytes).map(move |attr| {
        let attr = attr.ok().filter(|attr| attr.kind() == kind)?;
        Some(attr.value())
    })
}

impl Object for Mdb<'_> {
    fn describe_head(&self, names: &mut Names, out: &mut dyn Fields) {
        self.header.describe(names, out);
    }

    fn describe_rest(&self, names: &mut Names, out: &mut dyn Fields) {
        let mut attrs = self.attrs.taker();
        let header = self.header;

        attrs.take(MDBA_MDB, |value| {
            objects(
                out,
                "mdb",
                || entries(header, value),
                |entry, out| {
                    entry.describe_in_bridge(names, out);
                },
            )
        });
        attrs.take(MDBA_ROUTER, |value| {
            objects(
                out,
                "router",
                || routers(header, value),
                |port, out| {
                    port.describe_in_bridge(names, out);
                },
            )
        });
        header.describe_index(out);
        attrs.finish(out);
    }
}

/// Facts of multicast databases.
pub(crate) const FACTS: Facts = Facts {
    name: "mdb",
    types: &[MessageTypes::new(RTM_NEWMDB, RTM_DELMDB)],
    groups: &[RTNLGRP_MDB],
    describe: |object, names, out| describe(Mdb::from_payload(object.bytes()), names, out),
    link: |object| Some(Mdb::from_payload(object.bytes()).ok()?.header().ifindex),
    is_on: Some(|object, index| {
        Mdb::from_payload(object.bytes()).is_ok_and(|mdb| mdb.has_port(index))
    }),
    family: |_| None,
    // A port is told with how many groups it has, and whether it leads to a router.
    silent: |_| Kind::Link.into(),
    ..Facts::DEFAULT
};

#[cfg(test)]
mod tests;
