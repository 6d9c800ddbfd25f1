// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What of an object is kept and compared: its bytes without those that change by themselves, and
//! the part of them that says which object it is.

use super::Kind;
use crate::names::uapi::{
    FRA_PRIORITY, IFA_CACHEINFO, NDA_CACHEINFO, NDA_PROBES, NHA_ID, RTA_CACHEINFO, RTA_DST,
    RTA_EXPIRES, RTA_MFC_STATS, RTA_TABLE,
};
use crate::wire::{padding, Attr, Attrs, NLA_F_NESTED, NLA_HDRLEN};
use std::ops::Range;

/// `ifi_change` in `struct ifinfomsg`: it tells of the message, not of the link.
const IFI_CHANGE: Range<usize> = 12..16;

// `IFLA_*` that are counters, or about the message.
const STATS: u16 = 7;
const WIRELESS: u16 = 11;
const PROTINFO: u16 = 12;
const LINKINFO: u16 = 18;
const NUM_VF: u16 = 21;
const VFINFO_LIST: u16 = 22;
const STATS64: u16 = 23;
const VF_PORTS: u16 = 24;
const PORT_SELF: u16 = 25;
const AF_SPEC: u16 = 26;
const CARRIER_CHANGES: u16 = 35;
const EVENT: u16 = 44;
const NEW_NETNSID: u16 = 45;
const TARGET_NETNSID: u16 = 46;
const CARRIER_UP_COUNT: u16 = 47;
const CARRIER_DOWN_COUNT: u16 = 48;
const NEW_IFINDEX: u16 = 49;

// `IFLA_INFO_*`.
const INFO_KIND: u16 = 1;
const INFO_DATA: u16 = 2;
const INFO_XSTATS: u16 = 3;
const INFO_SLAVE_KIND: u16 = 4;
const INFO_SLAVE_DATA: u16 = 5;

/// `IFLA_BR_HELLO_TIMER` to `_GC_TIMER`, `_MCAST_QUERIER_STATE`, which has some more, and
/// `_FDB_N_LEARNED`.
const BR_TIMERS: &[u16] = &[16, 17, 18, 19, 47, 48];
/// `IFLA_BRPORT_MESSAGE_AGE_TIMER`, `_FORWARD_DELAY_TIMER`, `_HOLD_TIMER`.
const BRPORT_TIMERS: &[u16] = &[21, 22, 23];

/// `IFLA_INET6_STATS`, `_MCAST`, `_CACHEINFO`, `_ICMP6STATS`, `_RA_MTU` and, which has events of its
/// own, `_CONF`.
const INET6_VOLATILE: [u16; 6] = [2, 3, 4, 5, 6, 9];

/// Where the index of the link is in `struct ifinfomsg`, `ifaddrmsg` and `ndmsg`.
const LINK: Range<usize> = 4..8;

pub const NDA_DST: u16 = 1;
pub const NDA_LLADDR: u16 = 2;

/// Where `flags` is in `struct fib_rule_hdr`.
const RULE_FLAGS: Range<usize> = 8..12;

/// What is done with an attribute.
enum Part {
    Keep,
    Drop,
    /// Its value is a row of attributes, of which some are kept.
    Nest(fn(u16) -> Part),
    /// What the kind of a link says of itself.
    Linkinfo,
}

impl Kind {
    /// Returns the size of the fixed header, in bytes.
    fn header(self) -> usize {
        match self {
            Self::Link => 16,
            Self::Addr | Self::Nexthop => 8,
            Self::Route | Self::Neigh | Self::Rule | Self::Fdb => 12,
            // They are not kept.
            _ => 0,
        }
    }

    fn part(self) -> fn(u16) -> Part {
        match self {
            Self::Link => link_part,
            Self::Addr => |kind| drop_if(kind == IFA_CACHEINFO),
            Self::Route => {
                |kind| drop_if([RTA_CACHEINFO, RTA_MFC_STATS, RTA_EXPIRES].contains(&kind))
            }
            Self::Neigh | Self::Fdb => |kind| drop_if([NDA_CACHEINFO, NDA_PROBES].contains(&kind)),
            _ => |_| Part::Keep,
        }
    }
}

fn drop_if(is_volatile: bool) -> Part {
    match is_volatile {
        true => Part::Drop,
        false => Part::Keep,
    }
}

fn link_part(kind: u16) -> Part {
    match kind {
        STATS | STATS64 | CARRIER_CHANGES | CARRIER_UP_COUNT | CARRIER_DOWN_COUNT => Part::Drop,
        WIRELESS | PROTINFO | NUM_VF | VFINFO_LIST | VF_PORTS | PORT_SELF => Part::Drop,
        EVENT | NEW_NETNSID | TARGET_NETNSID | NEW_IFINDEX => Part::Drop,
        LINKINFO => Part::Linkinfo,
        AF_SPEC => Part::Nest(af_part),
        _ => Part::Keep,
    }
}

fn af_part(family: u16) -> Part {
    match i32::from(family) {
        libc::AF_INET6 => Part::Nest(|kind| drop_if(INET6_VOLATILE.contains(&kind))),
        // `IPV4_DEVCONF_*`, which have events of their own.
        libc::AF_INET => Part::Drop,
        _ => Part::Keep,
    }
}

/// Puts what is kept of the object of this `kind` with this `payload` into `body`; says whether it
/// is one at all.
pub fn put_body(kind: Kind, payload: &[u8], body: &mut Vec<u8>) -> bool {
    body.clear();
    let Some((header, attrs)) = payload.split_at_checked(kind.header()) else {
        return false;
    };
    body.extend_from_slice(header);
    if kind == Kind::Link {
        body[IFI_CHANGE].fill(0);
    }
    put_parts(attrs, kind.part(), body);
    true
}

fn put_parts(attrs: &[u8], part: fn(u16) -> Part, body: &mut Vec<u8>) {
    for attr in Attrs::new(attrs).map_while(Result::ok) {
        match part(attr.kind()) {
            Part::Drop => {}
            Part::Keep => put_whole(&attr, body),
            Part::Nest(part) => put_nest(attr.kind(), body, |body| {
                put_parts(attr.value(), part, body);
            }),
            Part::Linkinfo => put_nest(LINKINFO, body, |body| put_linkinfo(attr.value(), body)),
        }
    }
}

fn put_whole(attr: &Attr<'_>, body: &mut Vec<u8>) {
    body.extend_from_slice(attr.bytes());
    body.extend_from_slice(padding(attr.bytes().len()));
}

/// Puts an attribute whose value `fill` appends: no more than it had.
fn put_nest(kind: u16, body: &mut Vec<u8>, fill: impl FnOnce(&mut Vec<u8>)) {
    let start = body.len();
    body.extend_from_slice(&[0; 4]);
    fill(body);
    let len = (body.len() - start) as u16;
    body[start..start + 2].copy_from_slice(&len.to_ne_bytes());
    body[start + 2..start + 4].copy_from_slice(&(kind | NLA_F_NESTED).to_ne_bytes());
}

/// The timers of a bridge and of its ports run by themselves.
fn put_linkinfo(value: &[u8], body: &mut Vec<u8>) {
    let is_bridge = |kind| find(value, kind) == Some(b"bridge\0");

    for attr in Attrs::new(value).map_while(Result::ok) {
        let volatile: &[u16] = match attr.kind() {
            INFO_XSTATS => continue,
            INFO_DATA if is_bridge(INFO_KIND) => BR_TIMERS,
            INFO_SLAVE_DATA if is_bridge(INFO_SLAVE_KIND) => BRPORT_TIMERS,
            _ => {
                put_whole(&attr, body);
                continue;
            }
        };
        put_nest(attr.kind(), body, |body| {
            Attrs::new(attr.value())
                .map_while(Result::ok)
                .filter(|part| !volatile.contains(&part.kind()))
                .for_each(|part| put_whole(&part, body));
        });
    }
}

/// Returns the value of the first attribute of type `kind` in `attrs`.
fn find(attrs: &[u8], kind: u16) -> Option<&[u8]> {
    Attrs::new(attrs)
        .map_while(Result::ok)
        .find(|attr| attr.kind() == kind)
        .map(|attr| attr.value())
}

/// Returns the value of the first attribute of type `attr` of an object of this `kind`.
pub fn attr_of(kind: Kind, body: &[u8], attr: u16) -> Option<&[u8]> {
    find(body.get(kind.header()..)?, attr)
}

/// Appends what says which object of this `kind` it is that has this `body` to `key`.
pub fn put_key(kind: Kind, body: &[u8], key: &mut Vec<u8>) {
    let Some((header, attrs)) = body.split_at_checked(kind.header()) else {
        return;
    };
    match kind {
        Kind::Link => key.extend(&header[4..8]),
        Kind::Addr => {
            // Family, length, link; `IFA_ADDRESS` and `IFA_LOCAL`.
            key.extend([header[0], header[1]]);
            key.extend(&header[4..8]);
            put_attrs(attrs, &[1, 2], key);
        }
        Kind::Nexthop => put_attrs(attrs, &[1], key),
        Kind::Route => {
            // Family, lengths, type of service; `RTA_DST`, `_SRC`, `_PRIORITY`, `_TABLE`.
            key.extend(&header[..4]);
            put_attrs(attrs, &[RTA_DST, 2, 6, RTA_TABLE], key);
        }
        Kind::Neigh => {
            // Family, link, whether it is a proxy; `NDA_DST`.
            key.extend([header[0], header[10] & 0x08]);
            key.extend(&header[4..8]);
            put_attrs(attrs, &[1], key);
        }
        Kind::Fdb => {
            // Link, whose entry it is; `NDA_DST`, `_LLADDR`, `_VLAN`, `_PORT`, `_VNI`, `_IFINDEX`,
            // `_SRC_VNI`, `_NH_ID`.
            key.extend([header[10] & 0x06]);
            key.extend(&header[4..8]);
            put_attrs(attrs, &[1, 2, 5, 6, 7, 8, 11, 13], key);
        }
        Kind::Rule => {
            key.extend(&header[..RULE_FLAGS.start]);
            key.extend(attrs);
        }
        // They are not kept.
        _ => {}
    }
}

/// Returns what else than where it leads says which entry of a VXLAN it is that has this `body`: the link
/// and the address. `None` for all else.
pub fn place_of(kind: Kind, body: &[u8]) -> Option<Vec<u8>> {
    if kind != Kind::Fdb {
        return None;
    }
    attr_of(kind, body, NDA_DST)?;
    Some([body.get(LINK)?, attr_of(kind, body, NDA_LLADDR)?].concat())
}

/// Returns a number that people expect objects of this `kind` to be in the order of: that of the link
/// that they are on, a priority, an id; of routes, the family.
pub fn number_of(kind: Kind, body: &[u8]) -> u32 {
    let number = match kind {
        Kind::Route => return body.first().copied().unwrap_or_default().into(),
        Kind::Rule => attr_of(kind, body, FRA_PRIORITY),
        Kind::Nexthop => attr_of(kind, body, NHA_ID),
        _ => body.get(LINK),
    };
    number
        .and_then(|number| number.try_into().ok())
        .map_or(0, u32::from_ne_bytes)
}

/// Returns where in the `body` of an object it has what others of this `kind` do not share: the
/// destination of a route.
pub fn own_of(kind: Kind, body: &[u8]) -> Range<usize> {
    let mut attrs = Attrs::new(match kind {
        Kind::Route => body.get(kind.header()..).unwrap_or_default(),
        _ => &[],
    });
    loop {
        let start = body.len() - attrs.rest().len() + NLA_HDRLEN;
        match attrs.next() {
            Some(Ok(attr)) if attr.kind() != RTA_DST => {}
            Some(Ok(attr)) if matches!(attr.value().len(), 4 | 16) => {
                return start..start + attr.value().len();
            }
            _ => return 0..0,
        }
    }
}

/// Returns where the kernel has the IPv4 route with this `body`: all routes of a table to the same
/// prefix are in one place. `None` for other routes.
pub fn leaf(body: &[u8]) -> Option<Vec<u8>> {
    let (header, attrs) = body.split_at_checked(Kind::Route.header())?;
    // Family and length of the prefix.
    let mut leaf = header[..2].to_vec();
    put_attrs(attrs, &[RTA_DST, RTA_TABLE], &mut leaf);
    (i32::from(leaf[0]) == libc::AF_INET).then_some(leaf)
}

/// Appends the attributes of these `kinds`, in the order in which they are there.
fn put_attrs(attrs: &[u8], kinds: &[u16], key: &mut Vec<u8>) {
    Attrs::new(attrs)
        .map_while(Result::ok)
        .filter(|attr| kinds.contains(&attr.kind()))
        .for_each(|attr| put_whole(&attr, key));
}
