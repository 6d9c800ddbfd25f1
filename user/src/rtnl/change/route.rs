// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Changes of routes.
//!
//! C header: `include/uapi/linux/rtnetlink.h`.

use super::subnet::family;
use super::{RequestPayload, Subnet, Verb};
use crate::names::uapi::{RTAX_MTU, RTA_NH_ID};
use crate::netlink::{Error, Request};
use crate::rtnl::route::Rtmsg;
use std::net::IpAddr;

const RTNH_F_ONLINK: u8 = 4;

/// The scope that any route has that is to be deleted.
const ANY_SCOPE: u8 = libc::RT_SCOPE_NOWHERE;

const OPS: [&str; 5] = [
    "route add",
    "route append",
    "route replace",
    "route change",
    "route del",
];

/// A route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteChange {
    /// Where to.
    pub dst: Subnet,
    /// Address of the next router.
    pub via: Option<IpAddr>,
    /// Index of the link that it goes through.
    pub oif: Option<u32>,
    /// The next hops, where there are several.
    pub hops: Vec<NextHop>,
    /// Number of the nexthop object that it uses.
    pub nhid: Option<u32>,
    /// `RTN_*`; unicast if not said, any for one that is to be deleted.
    pub kind: Option<u8>,
    /// The table; main if not said, or local for the addresses of this machine.
    pub table: Option<u32>,
    /// Metric of the route: the lowest wins.
    pub metric: Option<u32>,
    /// Origin of the route, `RTPROT_*`; boot if not said, any for one that is to be deleted.
    pub protocol: Option<u8>,
    /// `RT_SCOPE_*`. Default: derived from the type and the next hop when adding; `RT_SCOPE_NOWHERE`, any scope, when deleting.
    pub scope: Option<u8>,
    /// Address that this machine prefers to send from.
    pub src: Option<IpAddr>,
    /// Largest packet along it, in bytes.
    pub mtu: Option<u32>,
    /// Take the next router to be on the link, whatever its address.
    pub onlink: bool,
}

/// A next hop of a multipath route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextHop {
    /// Address of the next router.
    pub via: Option<IpAddr>,
    /// Index of the link that it goes through.
    pub oif: Option<u32>,
    /// Share of the packets, 1 to 256.
    pub weight: u16,
    /// Take the next router to be on the link; see [`RouteChange::onlink`].
    pub onlink: bool,
}

impl RouteChange {
    /// Returns a route to `dst`, of which no more is said.
    pub fn to(dst: Subnet) -> Self {
        Self {
            dst,
            via: None,
            oif: None,
            hops: Vec::new(),
            nhid: None,
            kind: None,
            table: None,
            metric: None,
            protocol: None,
            scope: None,
            src: None,
            mtu: None,
            onlink: false,
        }
    }

    /// Returns what doing `verb` is called in errors.
    pub fn op(verb: Verb) -> &'static str {
        verb.op(OPS)
    }

    /// Returns the request that does `verb` with it.
    ///
    /// # Errors
    ///
    /// `EMSGSIZE` when there are more next hops than a length can say.
    pub fn request(&self, verb: Verb) -> Result<Request, Error> {
        let nlmsg_type = match verb {
            Verb::Del => libc::RTM_DELROUTE,
            _ => libc::RTM_NEWROUTE,
        };
        let mut payload = RequestPayload::new(&self.header(verb));
        if self.dst.len != 0 {
            payload.put_ip(libc::RTA_DST, Some(self.dst.address));
        }
        put_via(&mut payload, self.dst.family(), self.via);
        payload.put_u32(libc::RTA_OIF, self.oif);
        payload.put_ip(libc::RTA_PREFSRC, self.src);
        payload.put_u32(libc::RTA_PRIORITY, self.metric);
        payload.put_u32(RTA_NH_ID, self.nhid);
        payload.put_u32(libc::RTA_TABLE, Some(self.table_number()));
        if self.mtu.is_some() {
            let put = |metrics: &mut RequestPayload| metrics.put_u32(RTAX_MTU, self.mtu);
            payload.nest(libc::RTA_METRICS, &[], put);
        }
        if !self.hops.is_empty() {
            let put =
                |row: &mut RequestPayload| self.hops.iter().for_each(|hop| hop.put(self, row));
            payload.nest(libc::RTA_MULTIPATH, &[], put);
        }

        let request = payload.request(Self::op(verb), nlmsg_type, verb.flags())?;
        Ok(request.about(self.name()))
    }

    /// Returns what it is called in errors.
    fn name(&self) -> String {
        match self.dst.len {
            0 => "default".to_owned(),
            _ => self.dst.to_string(),
        }
    }

    /// Returns a `struct rtmsg`.
    fn header(&self, verb: Verb) -> [u8; 12] {
        let (protocol, scope, kind) = match verb {
            Verb::Del => (libc::RTPROT_UNSPEC, ANY_SCOPE, libc::RTN_UNSPEC),
            _ => (libc::RTPROT_BOOT, self.usual_scope(), libc::RTN_UNICAST),
        };
        // A larger number is in its attribute only.
        let table = u8::try_from(self.table_number()).unwrap_or(libc::RT_TABLE_UNSPEC);
        let header = Rtmsg {
            family: self.dst.family(),
            dst_len: self.dst.len,
            table,
            protocol: self.protocol.unwrap_or(protocol),
            scope: self.scope.unwrap_or(scope),
            kind: self.kind.unwrap_or(kind),
            flags: onlink_flag(self.onlink).into(),
            ..Rtmsg::default()
        };
        header.to_bytes()
    }

    /// Returns how far away the destination is if that is not said; IPv6 does not ask.
    fn usual_scope(&self) -> u8 {
        match self.kind.unwrap_or(libc::RTN_UNICAST) {
            libc::RTN_LOCAL | libc::RTN_NAT => libc::RT_SCOPE_HOST,
            libc::RTN_BROADCAST | libc::RTN_MULTICAST | libc::RTN_ANYCAST => libc::RT_SCOPE_LINK,
            libc::RTN_UNICAST if self.is_direct() => libc::RT_SCOPE_LINK,
            _ => libc::RT_SCOPE_UNIVERSE,
        }
    }

    /// Says whether there is no router on the way.
    fn is_direct(&self) -> bool {
        self.via.is_none() && self.nhid.is_none() && self.hops.is_empty()
    }

    fn table_number(&self) -> u32 {
        let usual = match self.kind {
            Some(libc::RTN_LOCAL | libc::RTN_BROADCAST | libc::RTN_ANYCAST | libc::RTN_NAT) => {
                libc::RT_TABLE_LOCAL
            }
            _ => libc::RT_TABLE_MAIN,
        };
        self.table.unwrap_or(usual.into())
    }
}

impl NextHop {
    /// Appends a `struct rtnexthop` and its attributes.
    fn put(&self, route: &RouteChange, payload: &mut RequestPayload) {
        let start = payload.len();
        let [i0, i1, i2, i3] = self.oif.unwrap_or(0).to_ne_bytes();
        // The kernel counts from 0.
        let hops = u8::try_from(self.weight.saturating_sub(1)).unwrap_or(u8::MAX);
        payload.extend(&[0, 0, onlink_flag(self.onlink), hops, i0, i1, i2, i3]);
        put_via(payload, route.dst.family(), self.via);

        let hop = payload.since(start);
        // At most an address of 16 bytes is in it.
        let rtnh_len = hop.len() as u16;
        hop[..2].copy_from_slice(&rtnh_len.to_ne_bytes());
    }
}

/// Appends the address of the next router, which may be of another family than the destination.
fn put_via(payload: &mut RequestPayload, dst: u8, via: Option<IpAddr>) {
    match via {
        Some(via) if family(via) != dst => {
            let header = u16::from(family(via)).to_ne_bytes();
            let value = match via {
                IpAddr::V4(v4) => [&header[..], &v4.octets()].concat(),
                IpAddr::V6(v6) => [&header[..], &v6.octets()].concat(),
            };
            payload.put(libc::RTA_VIA, &value);
        }
        via => payload.put_ip(libc::RTA_GATEWAY, via),
    }
}

fn onlink_flag(onlink: bool) -> u8 {
    match onlink {
        true => RTNH_F_ONLINK,
        false => 0,
    }
}
