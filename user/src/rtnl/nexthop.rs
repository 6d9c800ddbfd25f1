// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Next hops that routes share: `struct nhmsg` and `NHA_*`.
//!
//! C header: `include/uapi/linux/nexthop.h`.

pub(super) mod facts;
mod group;
mod words;

use super::encap;
use super::route::multipath::FLAGS;
use crate::kind::word::put;
use crate::kind::Payload;
use crate::names::uapi::*;
use crate::netlink::{Error, Request, Spec};
use crate::object::attrs::{ip, u32, Index, Taker};
use crate::object::fields::{flags, Fields, Nest, Value};
use crate::object::schema::{self, known, Format, Known};
use crate::object::{GetQuery, Names, Object, Query};
use crate::rtnl::SPEC;
use crate::wire::{self, Message};
use std::net::IpAddr;

/// Size of `struct nhmsg`, in bytes.
const NHMSG: usize = 8;

/// Flags of a request: count the packets, also those that the hardware forwards
/// (`NHA_OP_FLAG_DUMP_STATS`, `NHA_OP_FLAG_DUMP_HW_STATS`).
const STATS: u32 = 0x3;

/// Operation of a list of next hops, as errors name it.
pub const LIST: &str = "list next hops";

/// Operation of a request for one next hop, as errors name it.
pub const GET: &str = "look up a next hop";

/// A next hop, or a group of them.
#[derive(Clone, Debug)]
pub struct Nexthop<'a> {
    header: Nhmsg,
    attrs: Index<'a>,
}

/// The fixed part of a next hop, `struct nhmsg`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Nhmsg {
    /// Family of the address; `AF_UNSPEC` for a group.
    pub family: u8,
    /// How far away it is (`RT_SCOPE_*`).
    pub scope: u8,
    /// Origin of the next hop (`RTPROT_*`).
    pub protocol: u8,
    /// `RTNH_F_*`.
    pub flags: u32,
}

impl Nhmsg {
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let [family, scope, protocol, _, f0, f1, f2, f3] = *bytes.first_chunk::<NHMSG>()?;

        Some(Self {
            family,
            scope,
            protocol,
            flags: u32::from_ne_bytes([f0, f1, f2, f3]),
        })
    }
}

impl<'a> Nexthop<'a> {
    /// Reads the payload of an `RTM_NEWNEXTHOP` or `RTM_DELNEXTHOP` message.
    ///
    /// # Errors
    ///
    /// [`wire::Error::Truncated`] when it is shorter than `struct nhmsg`.
    pub fn of(object: &Payload<'a>) -> Result<Self, wire::Error> {
        let (header, attrs) = object.read(Nhmsg::from_bytes)?;

        Ok(Self { header, attrs })
    }

    /// Returns the fixed part.
    pub fn header(&self) -> &Nhmsg {
        &self.header
    }

    /// Returns the number by which routes refer to it.
    pub fn id(&self) -> u32 {
        let id = self.attrs.read(NHA_ID, u32);
        id.unwrap_or_default()
    }

    /// Returns its address.
    pub fn gateway(&self) -> Option<IpAddr> {
        self.attrs.read(NHA_GATEWAY, ip)
    }

    /// Returns the index of the link that it is at.
    pub fn oif(&self) -> Option<u32> {
        self.attrs.read(NHA_OIF, u32)
    }

    /// Says whether it is a group of others.
    pub fn is_group(&self) -> bool {
        self.attrs.get(NHA_GROUP).is_some()
    }
}

impl Object for Nexthop<'_> {
    fn describe_head(&self, _: &mut Names, out: &mut dyn Fields) {
        out.column("id", Value::Number(self.id().into()), 8);
    }

    fn describe_rest(&self, names: &mut Names, out: &mut dyn Fields) {
        let mut attrs = self.attrs.taker();
        attrs.take(NHA_ID, u32);

        group::describe(&mut attrs, names, out);
        encap::describe(&mut attrs, [NHA_ENCAP_TYPE, NHA_ENCAP], names, out);
        schema::describe_known(&mut attrs, PLACE, names, out);
        flags(out, "flags", self.header.flags, FLAGS);
        let numbers = names.numbers();
        let protocol = numbers.protocols.name(self.header.protocol.into());
        out.field("protocol", protocol);
        out.field("scope", numbers.scopes.name(self.header.scope.into()));
        group::describe_stats(&mut attrs, names, out);
        out.details();
        describe_hw_stats(&mut attrs, out);
        attrs.finish(out);
    }
}

/// Place of a next hop.
static PLACE: &[Known] = &[
    known(NHA_GATEWAY, "gateway", Format::Ip),
    known(NHA_OIF, "dev", Format::Link),
    known(NHA_BLACKHOLE, "blackhole", Format::Null),
    known(NHA_FDB, "fdb", Format::Null),
    known(NHA_DST_PORT, "dst_port", Format::Be16),
];

/// Tells whether the hardware counts packets, and any driver does.
fn describe_hw_stats(attrs: &mut Taker<'_, '_>, out: &mut dyn Fields) {
    let used = attrs.take(NHA_HW_STATS_USED, u32).unwrap_or_default();

    if let Some(enabled) = attrs.take(NHA_HW_STATS_ENABLE, u32) {
        out.open("hw_stats", Nest::Object);
        out.field("enabled", Value::Bool(enabled != 0));
        out.field("used", Value::Bool(used != 0));
        out.close();
    }
}

/// A question for the next hop of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NexthopId {
    /// The number.
    pub id: u32,
    /// Whether packets are counted, for which the kernel must be of 6.9 or newer.
    pub stats: bool,
}

impl Query for NexthopId {
    const SPEC: &'static Spec = &SPEC;
    type Object<'a> = Nexthop<'a>;

    fn op(&self) -> &'static str {
        GET
    }

    fn select<'a>(&self, message: &Message<'a>) -> Result<Option<Nexthop<'a>>, wire::Error> {
        match message.header().nlmsg_type {
            RTM_NEWNEXTHOP => Nexthop::from_payload(message.payload()).map(Some),
            _ => Ok(None),
        }
    }
}

impl GetQuery for NexthopId {
    fn request(&self) -> Result<Request, Error> {
        let mut payload = vec![0; NHMSG];
        put(&mut payload, NHA_ID, &self.id.to_ne_bytes());
        if self.stats {
            put(&mut payload, NHA_OP_FLAGS, &STATS.to_ne_bytes());
        }

        let request = Request::new(GET, RTM_GETNEXTHOP, payload)?;
        Ok(request.about(self.id.to_string()))
    }
}

#[cfg(test)]
mod tests;
