// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Next hops: several of them (`struct rtnexthop`), or one of another family (`struct rtvia`).

use super::{flow, Rtmsg, MPLS};
use crate::kind::find;
use crate::names::uapi::*;
use crate::object::attrs::{ip, Index, Taker};
use crate::object::fields::{flags, objects};
use crate::object::schema::Format;
use crate::object::{Fields, Names, Nest, Value};
use crate::rtnl::encap::{self, labels};
use crate::rtnl::family_name;
use std::net::IpAddr;

/// Size of `struct rtnexthop`, in bytes.
const RTNEXTHOP: usize = 8;

/// `RTNH_F_*` and, for whole routes, `RTM_F_*`.
pub const FLAGS: &[(u32, &str)] = &[
    (0x1, "dead"),
    (0x4, "onlink"),
    (0x2, "pervasive"),
    (0x8, "offload"),
    (0x40, "trap"),
    (0x100, "notify"),
    (0x10, "linkdown"),
    (0x20, "unresolved"),
    (0x4000, "rt_offload"),
    (0x8000, "rt_trap"),
    (0x2000_0000, "rt_offload_failed"),
];

/// Tells the next hops in `value`, of the route `rtmsg`; `None` unless it is a row of them.
pub fn describe(
    value: &[u8],
    rtmsg: &Rtmsg,
    names: &mut Names,
    out: &mut dyn Fields,
) -> Option<()> {
    objects(
        out,
        "nexthops",
        || hops(value),
        |hop, out| {
            hop.describe(rtmsg, names, out);
        },
    )
}

/// A next hop of a multipath route, `struct rtnexthop` and `RTA_*`; see `rtnetlink(7)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hop<'a> {
    flags: u8,
    hops: u8,
    ifindex: u32,
    attrs: &'a [u8],
}

impl Hop<'_> {
    /// Returns the index of the link that packets leave by (`rtnh_ifindex`).
    pub fn oif(&self) -> u32 {
        self.ifindex
    }

    /// Returns the address of the router there, of whatever family (`RTA_GATEWAY`, `RTA_VIA`); `None` where hosts are on
    /// the link themselves, and where it is one of the link layer.
    pub fn via(&self) -> Option<IpAddr> {
        let find = |kind| find(self.attrs, kind);

        find(RTA_GATEWAY)
            .and_then(ip)
            .or_else(|| via(find(RTA_VIA)?))
    }

    /// Returns its share of the packets, from 1 to 256 among those of the others (`rtnh_hops` is one less).
    ///
    /// Of a route to a group the kernel has the least time to live of packets there instead: one less than this.
    pub fn weight(&self) -> u16 {
        u16::from(self.hops) + 1
    }

    /// Returns `RTNH_F_*`: whether it is dead, or its link is down, for instance.
    pub fn flags(&self) -> u8 {
        self.flags
    }

    fn describe(&self, rtmsg: &Rtmsg, names: &mut Names, out: &mut dyn Fields) {
        let attrs = Index::new(self.attrs);
        let mut attrs = attrs.taker();

        encap::describe(&mut attrs, [RTA_ENCAP_TYPE, RTA_ENCAP], names, out);
        describe_address(&mut attrs, rtmsg.family, out);
        attrs.take(RTA_FLOW, |value| flow::describe(value, names, out));
        out.field("dev", names.link(self.ifindex));
        if rtmsg.is_of_groups() {
            out.field("ttl", Value::Number(self.hops.into()));
        } else if rtmsg.family != MPLS {
            out.field("weight", Value::Number(self.weight().into()));
        }
        flags(out, "flags", self.flags.into(), FLAGS);
        attrs.finish(out);
    }
}

/// Tells where a route of `family` leads, or one of its next hops.
pub fn describe_address(attrs: &mut Taker<'_, '_>, family: u8, out: &mut dyn Fields) {
    if family == MPLS {
        if let Some(to) = attrs.take(RTA_NEWDST, labels) {
            out.field("to", Value::Name(to.as_bytes()));
        }
    } else if let Some(to) = attrs.take(RTA_NEWDST, ip) {
        out.field("to", Value::Ip(to));
    }
    attrs.describe(RTA_GATEWAY, "gateway", Format::Ip, out);
    if let Some((family, host)) = attrs.take(RTA_VIA, host) {
        out.open("via", Nest::Object);
        out.field("family", family_name(family));
        out.field("host", host);
        out.close();
    }
}

/// Reads `struct rtvia`: a family and an address, of IP or, for `AF_PACKET`, of the link layer.
fn host(value: &[u8]) -> Option<(u8, Value<'_>)> {
    let (family, address) = rtvia(value)?;
    let host = match i32::from(family) {
        libc::AF_PACKET => Value::Lladdr(address),
        _ => Value::Ip(ip(address)?),
    };
    Some((family, host))
}

/// Returns the address of IP in `struct rtvia`.
pub fn via(value: &[u8]) -> Option<IpAddr> {
    let (family, address) = rtvia(value)?;

    ip(address).filter(|_| i32::from(family) != libc::AF_PACKET)
}

fn rtvia(value: &[u8]) -> Option<(u8, &[u8])> {
    let (family, address) = value.split_first_chunk::<2>()?;

    Some((u16::from_ne_bytes(*family).try_into().ok()?, address))
}

/// Returns the next hops in `value`; the last item is `None` where what is left is none.
pub fn hops(value: &[u8]) -> impl Iterator<Item = Option<Hop<'_>>> {
    let mut rest = value;

    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let hop = split_hop(rest);
        rest = hop.as_ref().map_or(&[], |(_, rest)| rest);
        Some(hop.map(|(hop, _)| hop))
    })
}

fn split_hop(bytes: &[u8]) -> Option<(Hop<'_>, &[u8])> {
    let [l0, l1, flags, hops, i0, i1, i2, i3] = *bytes.first_chunk::<RTNEXTHOP>()?;
    let len = usize::from(u16::from_ne_bytes([l0, l1]));
    let hop = Hop {
        flags,
        hops,
        ifindex: u32::from_ne_bytes([i0, i1, i2, i3]),
        attrs: bytes.get(..len)?.get(RTNEXTHOP..)?,
    };

    Some((
        hop,
        bytes.get(len.next_multiple_of(4)..).unwrap_or_default(),
    ))
}
