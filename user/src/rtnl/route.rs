// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Routes: `struct rtmsg` and `RTA_*`.
//!
//! C header: `include/uapi/linux/rtnetlink.h`.

mod cache;
pub(super) mod facts;
pub(super) mod flow;
mod lookup;
mod metrics;
pub(super) mod multipath;
mod words;

pub use lookup::{Lookup, GET};
pub use metrics::Metrics;
pub use multipath::Hop;

use super::encap::{self, labels};
use super::{Kind, Prefix};
use crate::kind::{Choice, Payload};
use crate::names::uapi::*;
use crate::netlink::Error;
use crate::object::attrs::{ip, u32, u32s, u64, u8, Index, Taker};
use crate::object::fields::{flags, Fields, Nest, Value};
use crate::object::schema::{word, Format};
use crate::object::{Names, Object, Rest};
use crate::wire::{self, Attrs, NLA_HDRLEN};
use cache::Cacheinfo;
use std::net::{IpAddr, Ipv4Addr};
use std::ops::Range;

/// Size of `struct rtmsg`, in bytes.
const RTMSG: usize = 12;

/// Where `rtm_dst_len` is in it, one byte.
const DST_LEN: usize = 1;

/// Routes of labels (`AF_MPLS`).
const MPLS: u8 = 28;
/// Routes of groups (`RTNL_FAMILY_IPMR`, `RTNL_FAMILY_IP6MR`).
const IPMR: u8 = 128;
const IP6MR: u8 = 129;
/// The main table (`RT_TABLE_MAIN`).
pub const MAIN: u32 = 254;
/// `rtm_table` of tables that it cannot count (`RT_TABLE_COMPAT`).
const COMPAT: u8 = 252;

/// `rtm_type` of a route to a host or a network (`RTN_UNICAST`).
const UNICAST: u8 = 1;
/// `rtm_type` of a route to an address of this host (`RTN_LOCAL`).
const LOCAL: u8 = 2;
/// `rtm_type` of a route to a broadcast address (`RTN_BROADCAST`).
const BROADCAST: u8 = 3;
/// `rtm_type` of a route to a group (`RTN_MULTICAST`).
const MULTICAST: u8 = 5;
/// Flag: not a route but what it comes to for an address (`RTM_F_CLONED`).
const CLONED: u32 = 0x200;
/// Room for the destination in a table.
const WIDTH: usize = 18;

/// Operation of a list of routes, as errors name it.
pub const LIST: &str = "list routes";

/// A route.
#[derive(Clone, Debug)]
pub struct Route<'a> {
    header: Rtmsg,
    payload: &'a [u8],
    /// Where the destination is in `payload`.
    dst: Range<usize>,
}

/// The fixed part of a route, `struct rtmsg`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rtmsg {
    /// `AF_INET`, `AF_INET6` or `AF_MPLS`; of groups `RTNL_FAMILY_IPMR` or `RTNL_FAMILY_IP6MR`.
    pub family: u8,
    /// How many bits of the destination count.
    pub dst_len: u8,
    /// How many bits of the source count.
    pub src_len: u8,
    /// Type of service that it is for; 0 is any.
    pub tos: u8,
    /// Table, if below 256; see [`Route::table`].
    pub table: u8,
    /// Origin of the route (`RTPROT_*`).
    pub protocol: u8,
    /// How far away the destination is (`RT_SCOPE_*`).
    pub scope: u8,
    /// Type of the route (`RTN_*`).
    pub kind: u8,
    /// `RTM_F_*` and `RTNH_F_*`.
    pub flags: u32,
}

impl Rtmsg {
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let [family, dst_len, src_len, tos, table, protocol, scope, kind, f0, f1, f2, f3] =
            *bytes.first_chunk::<RTMSG>()?;

        Some(Self {
            family,
            dst_len,
            src_len,
            tos,
            table,
            protocol,
            scope,
            kind,
            flags: u32::from_ne_bytes([f0, f1, f2, f3]),
        })
    }

    /// Says whether packets to a group go by it, to all of its next hops.
    fn is_of_groups(&self) -> bool {
        let is_cloned = self.flags & CLONED != 0;

        matches!(self.family, IPMR | IP6MR) || (is_cloned && self.kind == MULTICAST)
    }

    pub(super) fn to_bytes(self) -> [u8; RTMSG] {
        let [f0, f1, f2, f3] = self.flags.to_ne_bytes();

        [
            self.family,
            self.dst_len,
            self.src_len,
            self.tos,
            self.table,
            self.protocol,
            self.scope,
            self.kind,
            f0,
            f1,
            f2,
            f3,
        ]
    }
}

impl<'a> Route<'a> {
    /// Reads the payload of an `RTM_NEWROUTE` or `RTM_DELROUTE` message.
    ///
    /// # Errors
    ///
    /// [`wire::Error::Truncated`] when it is shorter than `struct rtmsg`.
    #[inline]
    pub fn of(object: &Payload<'a>) -> Result<Self, wire::Error> {
        let header = Rtmsg::from_bytes(object.bytes()).ok_or(wire::Error::Truncated)?;

        Ok(Self {
            header,
            payload: object.bytes(),
            dst: place_of(object.bytes(), RTA_DST),
        })
    }

    /// Returns the fixed part.
    pub fn header(&self) -> &Rtmsg {
        &self.header
    }

    /// Returns the address of the destination; `None` is any. Of MPLS there is a label instead.
    pub fn dst(&self) -> Option<IpAddr> {
        if self.header.family == MPLS {
            return None;
        }
        ip(self.payload.get(self.dst.clone())?.get(NLA_HDRLEN..)?)
    }

    /// Returns the address of the source that it is for; `None` is any.
    pub fn src(&self) -> Option<IpAddr> {
        self.find(RTA_SRC).and_then(ip)
    }

    /// Returns the next hop's address.
    pub fn gateway(&self) -> Option<IpAddr> {
        self.find(RTA_GATEWAY).and_then(ip)
    }

    /// Returns the index of the link that it goes through.
    pub fn oif(&self) -> Option<u32> {
        self.find(RTA_OIF).and_then(u32)
    }

    /// Returns the index of the link that packets come in by.
    pub fn iif(&self) -> Option<u32> {
        self.find(RTA_IIF).and_then(u32)
    }

    /// Returns the table that it is in.
    pub fn table(&self) -> u32 {
        self.find(RTA_TABLE)
            .and_then(u32)
            .unwrap_or(self.header.table.into())
    }

    /// Returns the next hop's address, of whatever family.
    pub fn via(&self) -> Option<IpAddr> {
        let via = || multipath::via(self.find(RTA_VIA)?);

        self.gateway().or_else(via)
    }

    /// Says whether it goes through the link `oif`, or one of its next hops does; of one that says
    /// nothing of links, the kernel knows.
    pub fn goes_through(&self, oif: u32) -> bool {
        match (self.oif(), self.find(RTA_MULTIPATH)) {
            (Some(own), _) => own == oif,
            (None, Some(_)) => self.hops().any(|hop| hop.oif() == oif),
            (None, None) => true,
        }
    }

    /// Returns its next hops where there are several (`RTA_MULTIPATH`); a single one is that of [`Route::via`] and
    /// [`Route::oif`]. Those of a next hop that is an object of its own are in that as well, where the kernel tells them
    /// (`net.ipv4.nexthop_compat_mode`).
    pub fn hops(&self) -> impl Iterator<Item = Hop<'a>> {
        multipath::hops(self.find(RTA_MULTIPATH).unwrap_or_default()).flatten()
    }

    /// Returns the number of the [`Nexthop`](crate::rtnl::Nexthop) that it refers to (`RTA_NH_ID`), if it has no next hop
    /// of its own.
    pub fn nexthop_id(&self) -> Option<u32> {
        self.find(RTA_NH_ID).and_then(u32)
    }

    /// Returns what TCP and IP are to take for granted along it (`RTA_METRICS`); `None` where they are to find out.
    pub fn metrics(&self) -> Option<Metrics<'a>> {
        self.find(RTA_METRICS).map(Metrics::new)
    }

    /// Returns the destination.
    pub fn prefix(&self) -> Prefix {
        let any = || Prefix::any_of(self.header.family);

        Prefix {
            address: self.dst().or_else(any),
            len: self.header.dst_len,
        }
    }

    /// Returns the metric: of routes to the same destination that with the lowest counts.
    pub fn priority(&self) -> Option<u32> {
        self.find(RTA_PRIORITY).and_then(u32)
    }

    /// Returns the attributes.
    pub fn attrs(&self) -> Attrs<'a> {
        Attrs::new(&self.payload[RTMSG..])
    }

    /// Returns the value of the first attribute of type `kind`.
    #[inline]
    fn find(&self, kind: u16) -> Option<&'a [u8]> {
        self.attrs()
            .map_while(Result::ok)
            .find(|attr| attr.kind() == kind)
            .map(|attr| attr.value())
    }

    /// Tells where the destination is.
    fn describe_hop(&self, attrs: &mut Taker<'_, '_>, names: &mut Names, out: &mut dyn Fields) {
        attrs.describe(RTA_NH_ID, "nhid", Format::U32, out);
        encap::describe(attrs, [RTA_ENCAP_TYPE, RTA_ENCAP], names, out);
        multipath::describe_address(attrs, self.header.family, out);
        if let Some(oif) = attrs.take(RTA_OIF, u32) {
            out.field("dev", names.link(oif));
        }
        if self.header.is_of_groups() {
            describe_iif(attrs, names, out);
        }
    }

    fn describe_origin(&self, attrs: &mut Taker<'_, '_>, names: &mut Names, out: &mut dyn Fields) {
        let table = attrs.take(RTA_TABLE, u32);
        let table = table.unwrap_or(self.header.table.into());
        let numbers = names.numbers();
        if table != 0 {
            out.field("table", numbers.tables.name(table));
        }
        if self.header.flags & CLONED == 0 {
            let protocol = numbers.protocols.name(self.header.protocol.into());
            out.field("protocol", protocol);
            out.field("scope", numbers.scopes.name(self.header.scope.into()));
        }
    }

    /// Tells which packets it is chosen for, and how.
    fn describe_choice(&self, attrs: &mut Taker<'_, '_>, names: &mut Names, out: &mut dyn Fields) {
        attrs.describe(RTA_PREFSRC, "prefsrc", Format::Ip, out);
        attrs.describe(RTA_PRIORITY, "metric", Format::U32, out);
        let rtm_flags = self.header.flags & !CLONED;
        match self.is_cached() {
            true => flags(out, "flags", rtm_flags & !cache::MASK, multipath::FLAGS),
            false => flags(out, "flags", rtm_flags, multipath::FLAGS),
        }
        if let Some(mark) = attrs.take(RTA_MARK, u32).filter(|mark| *mark != 0) {
            out.field("mark", Value::Number(mark.into()));
        }
        attrs.take(RTA_FLOW, |value| flow::describe(value, names, out));
    }

    /// Tells what few want to know.
    fn describe_details(
        &self,
        attrs: &mut Taker<'_, '_>,
        cacheinfo: Option<Cacheinfo>,
        names: &mut Names,
        out: &mut dyn Fields,
    ) {
        if self.header.kind == UNICAST {
            out.field("type", word(TYPES, self.header.kind));
        }
        attrs.describe(RTA_UID, "uid", Format::U32, out);
        if self.is_cached() {
            cache::describe_flags(self.header.flags, out);
        }
        match cacheinfo {
            Some(cacheinfo) => cache::describe_use(&cacheinfo, out),
            None => describe_multicast(attrs, out),
        }
        if !self.header.is_of_groups() {
            describe_iif(attrs, names, out);
        }
        if let Some(pref) = attrs.take(RTA_PREF, u8) {
            out.field("pref", word(PREFERENCES, pref));
        }
        if let Some(propagate) = attrs.take(RTA_TTL_PROPAGATE, u8) {
            out.field("ttl-propogate", Value::Bool(propagate != 0));
        }
        if let Some(reason) = attrs
            .take(RTA_DEL_REASON, u32)
            .filter(|reason| *reason != 0)
        {
            out.field("del_reason", word(DEL_REASONS, reason));
        }
    }

    /// Says whether it is what the routing of IPv4 came to, and has flags of the cache.
    fn is_cached(&self) -> bool {
        self.header.flags & CLONED != 0 && i32::from(self.header.family) == libc::AF_INET
    }
}

/// `RT_DEL_REASON_*`: why the kernel has deleted a route, where it says so.
const DEL_REASONS: &[(u8, &str)] = &[(1, "expired"), (2, "ra_withdrawn")];

/// Tells where packets come from.
fn describe_iif(attrs: &mut Taker<'_, '_>, names: &mut Names, out: &mut dyn Fields) {
    if let Some(iif) = attrs.take(RTA_IIF, u32) {
        out.field("iif", names.link(iif));
    }
}

/// Tells what a multicast route has seen (`struct rta_mfc_stats`), and since when nothing.
fn describe_multicast(attrs: &mut Taker<'_, '_>, out: &mut dyn Fields) {
    if let Some([packets, bytes, wrong_if]) = attrs.take(RTA_MFC_STATS, mfc_stats) {
        out.open("mfc_stats", Nest::Object);
        out.field("packets", Value::Number(packets));
        out.field("bytes", Value::Number(bytes));
        out.field("wrong_if", Value::Number(wrong_if));
        out.close();
    }
    if let Some(expires) = attrs.take(RTA_EXPIRES, u64) {
        out.field("expires", Value::Hundredths(expires));
    }
}

fn mfc_stats(value: &[u8]) -> Option<[u64; 3]> {
    let (packets, rest) = value.split_at_checked(8)?;
    let (bytes, wrong_if) = rest.split_at_checked(8)?;

    Some([u64(packets)?, u64(bytes)?, u64(wrong_if)?])
}

impl Object for Route<'_> {
    #[inline]
    fn describe_head(&self, _: &mut Names, out: &mut dyn Fields) {
        match self.header.family {
            MPLS => describe_label(self.find(RTA_DST), out),
            _ => out.column("dst", prefix(self.dst(), self.header.dst_len), WIDTH),
        }
    }

    fn describe_rest(&self, names: &mut Names, out: &mut dyn Fields) {
        let attrs = Index::new(&self.payload[RTMSG..]);
        let mut attrs = attrs.taker();
        let header = &self.header;
        match header.family {
            MPLS => drop(attrs.take(RTA_DST, labels)),
            _ => drop(attrs.take(RTA_DST, ip)),
        }

        if header.src_len != 0 {
            out.field("from", prefix(attrs.take(RTA_SRC, ip), header.src_len));
        }
        if header.kind != UNICAST {
            out.field("type", word(TYPES, header.kind));
        }
        if header.tos != 0 {
            describe_tos(header.tos, names, out);
        }
        self.describe_hop(&mut attrs, names, out);
        self.describe_origin(&mut attrs, names, out);
        self.describe_choice(&mut attrs, names, out);
        let cacheinfo = attrs.take(RTA_CACHEINFO, u32s);
        if let Some(cacheinfo) = &cacheinfo {
            cache::describe(cacheinfo, out);
        }
        attrs.take(RTA_METRICS, |value| metrics::describe(value, names, out));
        attrs.take(RTA_MULTIPATH, |value| {
            multipath::describe(value, header, names, out)
        });
        out.details();
        self.describe_details(&mut attrs, cacheinfo, names, out);
        attrs.finish(out);
    }

    /// All but the destination and its length.
    #[inline]
    fn rest(&self) -> Option<Rest<'_>> {
        Some(Rest {
            family: self.header.family,
            before: self.payload.get(DST_LEN + 1..self.dst.start)?,
            after: self.payload.get(self.dst.end..)?,
        })
    }
}

/// Tells the label that a route of MPLS is for.
#[cold]
fn describe_label(value: Option<&[u8]>, out: &mut dyn Fields) {
    match value.and_then(labels) {
        Some(labels) => out.column("dst", Value::Name(labels.as_bytes()), WIDTH),
        None => out.column("dst", Value::Word("default"), WIDTH),
    }
}

/// Tells the type of service, by name if it has one.
pub(super) fn describe_tos(tos: u8, names: &mut Names, out: &mut dyn Fields) {
    match names.numbers().dsfields.name(tos.into()) {
        Value::Nameless(_) => out.field("tos", Value::Name(format!("{tos:#04x}").as_bytes())),
        name => out.field("tos", name),
    }
}

/// Returns where in `payload` the first attribute of type `kind` is; at the end, if nowhere.
#[inline]
fn place_of(payload: &[u8], kind: u16) -> Range<usize> {
    let mut attrs = Attrs::new(&payload[RTMSG..]);
    let mut at = RTMSG;
    while let Some(Ok(attr)) = attrs.next() {
        if attr.kind() == kind {
            return at..at + attr.bytes().len();
        }
        at = payload.len() - attrs.rest().len();
    }
    payload.len()..payload.len()
}

fn prefix<'v>(address: Option<IpAddr>, len: u8) -> Value<'v> {
    match address {
        Some(address @ IpAddr::V4(_)) if len == 32 => Value::Ip(address),
        Some(address @ IpAddr::V6(_)) if len == 128 => Value::Ip(address),
        Some(address) => Value::Prefix(address, len),
        None if len != 0 => Value::Prefix(Ipv4Addr::UNSPECIFIED.into(), len),
        None => Value::Word("default"),
    }
}

/// `ICMPV6_ROUTER_PREF_*`, `include/uapi/linux/icmpv6.h`.
const PREFERENCES: &[(u8, &str)] = &[(0, "medium"), (1, "high"), (3, "low")];

/// `RTN_*`.
pub(super) const TYPES: &[(u8, &str)] = &[
    (0, "none"),
    (1, "unicast"),
    (2, "local"),
    (3, "broadcast"),
    (4, "anycast"),
    (5, "multicast"),
    (6, "blackhole"),
    (7, "unreachable"),
    (8, "prohibit"),
    (9, "throw"),
    (10, "nat"),
    (11, "xresolve"),
];

/// Returns the `rtm_type` of this name.
pub fn type_of(name: &str) -> Option<u8> {
    TYPES
        .iter()
        .find_map(|(kind, known)| (*known == name).then_some(*kind))
}

/// Says whether `route` is in a table of which `is_it` is so: routes to groups are in tables of their own.
#[inline]
fn is_in(route: &Payload<'_>, is_it: impl Fn(u32) -> bool) -> bool {
    let bytes = route.bytes();
    let (Some(family), Some(small)) = (bytes.first(), bytes.get(facts::RTM_TABLE)) else {
        return false;
    };
    let is_there = match *small {
        COMPAT => Route::of(route).is_ok_and(|route| is_it(route.table())),
        small => is_it(small.into()),
    };
    is_there && facts::FAMILIES.contains(family)
}

/// A new namespace has no main table until there is a first route.
pub(super) fn is_none(choice: &Choice, error: &Error) -> bool {
    let table = choice.operand(Kind::Route, "table");

    error.errno.0 == libc::ENOENT && table.is_some_and(|table| table.is(MAIN))
}

#[cfg(test)]
mod tests;
