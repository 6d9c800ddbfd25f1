// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Routes: `struct rtmsg` and `RTA_*`.
//!
//! C header: `include/uapi/linux/rtnetlink.h`.

mod metrics;
mod multipath;

use super::attrs::{ip, u32, Index};
use super::fields::{flags, Fields, Value};
use super::schema::word;
use super::{Names, Object, Query, Rest};
use crate::netlink::{Error, Request};
use crate::wire::{self, put_attr, Attrs, Message, NLA_HDRLEN};
use std::net::{IpAddr, Ipv4Addr};
use std::ops::Range;

/// Size of `struct rtmsg`, in bytes.
const RTMSG: usize = 12;

/// Where `rtm_dst_len` is in it, one byte.
const DST_LEN: usize = 1;

const RTA_DST: u16 = 1;
const RTA_SRC: u16 = 2;
const RTA_OIF: u16 = 4;
const RTA_GATEWAY: u16 = 5;
const RTA_PRIORITY: u16 = 6;
const RTA_PREFSRC: u16 = 7;
const RTA_METRICS: u16 = 8;
const RTA_MULTIPATH: u16 = 9;
const RTA_TABLE: u16 = 15;
const RTA_VIA: u16 = 18;
const RTA_NEWDST: u16 = 19;
const RTA_NH_ID: u16 = 30;
/// One more than the last type that is known.
const RTA_MAX: usize = 32;

/// `rtm_type` of a route to a host or a network (`RTN_UNICAST`).
const UNICAST: u8 = 1;
/// Flag: not a route but what it comes to for an address (`RTM_F_CLONED`).
const CLONED: u32 = 0x200;
/// Room for the destination in a table.
const WIDTH: usize = 18;

/// What a question for routes is for.
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
    /// `AF_INET` or `AF_INET6`.
    pub family: u8,
    /// How many bits of the destination count.
    pub dst_len: u8,
    /// How many bits of the source count.
    pub src_len: u8,
    /// Type of service that it is for; 0 is any.
    pub tos: u8,
    /// Table, if below 256; see [`Route::table`].
    pub table: u8,
    /// Who made it (`RTPROT_*`).
    pub protocol: u8,
    /// How far away the destination is (`RT_SCOPE_*`).
    pub scope: u8,
    /// What it does (`RTN_*`).
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

    fn to_bytes(self) -> [u8; RTMSG] {
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
    pub fn from_payload(payload: &'a [u8]) -> Result<Self, wire::Error> {
        let header = Rtmsg::from_bytes(payload).ok_or(wire::Error::Truncated)?;

        Ok(Self {
            header,
            payload,
            dst: place_of(payload, RTA_DST),
        })
    }

    /// Returns the fixed part.
    pub fn header(&self) -> &Rtmsg {
        &self.header
    }

    /// Returns the address of the destination; `None` is any.
    pub fn dst(&self) -> Option<IpAddr> {
        ip(self.payload.get(self.dst.clone())?.get(NLA_HDRLEN..)?)
    }

    /// Returns the next hop's address.
    pub fn gateway(&self) -> Option<IpAddr> {
        self.find(RTA_GATEWAY).and_then(ip)
    }

    /// Returns the index of the link that it goes through.
    pub fn oif(&self) -> Option<u32> {
        self.find(RTA_OIF).and_then(u32)
    }

    /// Returns the table that it is in.
    pub fn table(&self) -> u32 {
        self.find(RTA_TABLE)
            .and_then(u32)
            .unwrap_or(self.header.table.into())
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

    fn describe_origin<F: Fields>(&self, table: u32, names: &mut Names, out: &mut F) {
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
}

impl Object for Route<'_> {
    #[inline]
    fn describe_head<F: Fields>(&self, _: &mut Names, out: &mut F) {
        out.column("dst", prefix(self.dst(), self.header.dst_len), WIDTH);
    }

    fn describe_rest<F: Fields>(&self, names: &mut Names, out: &mut F) {
        let attrs = Index::<'_, RTA_MAX>::new(&self.payload[RTMSG..]);
        let mut attrs = attrs.taker();
        let header = &self.header;
        attrs.take(RTA_DST, ip);

        if header.src_len != 0 {
            out.field("from", prefix(attrs.take(RTA_SRC, ip), header.src_len));
        }
        if header.kind != UNICAST {
            out.field("type", word(TYPES, header.kind));
        }
        if header.tos != 0 {
            out.field("tos", names.numbers().dsfields.name(header.tos.into()));
        }
        if let Some(id) = attrs.take(RTA_NH_ID, u32) {
            out.field("nhid", Value::Number(id.into()));
        }
        multipath::describe_address(&mut attrs, out);
        if let Some(oif) = attrs.take(RTA_OIF, u32) {
            out.field("dev", names.link(oif));
        }
        let table = attrs.take(RTA_TABLE, u32).unwrap_or(header.table.into());
        self.describe_origin(table, names, out);
        if let Some(prefsrc) = attrs.take(RTA_PREFSRC, ip) {
            out.field("prefsrc", Value::Ip(prefsrc));
        }
        if let Some(priority) = attrs.take(RTA_PRIORITY, u32) {
            out.field("metric", Value::Number(priority.into()));
        }
        flags(out, "flags", header.flags & !CLONED, multipath::FLAGS);
        attrs.take(RTA_METRICS, |value| metrics::describe(value, names, out));
        attrs.take(RTA_MULTIPATH, |value| {
            multipath::describe(value, names, out)
        });
        out.details();
        if header.kind == UNICAST {
            out.field("type", word(TYPES, header.kind));
        }
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

/// `RTN_*`.
const TYPES: &[(u8, &str)] = &[
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

/// A question for routes; what is `None` may be anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Routes {
    /// `AF_INET` or `AF_INET6`; 0 is both.
    pub family: u8,
    /// The table that they are in.
    pub table: Option<u32>,
    /// Index of the link that they go through.
    pub oif: Option<u32>,
    /// Who made them (`RTPROT_*`).
    pub protocol: Option<u8>,
    /// What they do (`RTN_*`).
    pub kind: Option<u8>,
}

impl Query for Routes {
    type Object<'a> = Route<'a>;

    fn op(&self) -> &'static str {
        LIST
    }

    fn request(&self) -> Result<Request, Error> {
        let header = Rtmsg {
            family: self.family,
            protocol: self.protocol.unwrap_or_default(),
            kind: self.kind.unwrap_or_default(),
            ..Rtmsg::default()
        };
        let mut payload = header.to_bytes().to_vec();
        for (kind, value) in [(RTA_TABLE, self.table), (RTA_OIF, self.oif)] {
            if let Some(value) = value {
                put_attr(&mut payload, kind, &value.to_ne_bytes())
                    .map_err(|error| Error::from_io(LIST, &error))?;
            }
        }
        Request::dump(LIST, libc::RTM_GETROUTE, payload)
    }

    #[inline]
    fn select<'a>(&self, message: &Message<'a>) -> Result<Option<Route<'a>>, wire::Error> {
        if message.header().nlmsg_type != libc::RTM_NEWROUTE {
            return Ok(None);
        }
        let route = Route::from_payload(message.payload())?;
        Ok(self.matches(&route).then_some(route))
    }
}

impl Routes {
    /// Says whether `route` is wanted: older kernels send more than is asked for, and all send the
    /// routes of an address instead of those that are one.
    #[inline]
    fn matches(&self, route: &Route<'_>) -> bool {
        let header = &route.header;

        header.flags & CLONED == 0
            && self.table.is_none_or(|table| table == route.table())
            && self.oif.is_none_or(|oif| Some(oif) == route.oif())
            && self
                .protocol
                .is_none_or(|protocol| protocol == header.protocol)
            && self.kind.is_none_or(|kind| kind == header.kind)
    }
}
