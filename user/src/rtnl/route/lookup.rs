// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Lookup of the route that a packet takes.

use super::{Route, Rtmsg};
use crate::names::uapi::*;
use crate::netlink::{Error, Request, Spec};
use crate::object::{GetQuery, Query};
use crate::rtnl::change::RequestPayload;
use crate::rtnl::prefix::host_len;
use crate::rtnl::SPEC;
use crate::wire::{self, Message};
use std::net::IpAddr;

/// Operation of a request for the route of a packet, as errors name it.
pub const GET: &str = "look up a route";

/// Flag: say also in which table it was found (`RTM_F_LOOKUP_TABLE`).
const LOOKUP_TABLE: u32 = 0x1000;
/// Flag: say which route it was, not what it came to (`RTM_F_FIB_MATCH`).
const FIB_MATCH: u32 = 0x2000;

/// A packet, to ask which route it takes; what is `None` is as the kernel has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// Where it goes to.
    pub dst: IpAddr,
    /// Where it comes from.
    pub src: Option<IpAddr>,
    /// Type of service.
    pub tos: u8,
    /// Index of the link that it comes in by; without, it is sent from here.
    pub iif: Option<u32>,
    /// Index of the link that it goes out by.
    pub oif: Option<u32>,
    /// Firewall mark of the packet.
    pub mark: Option<u32>,
    /// The user who sends it.
    pub uid: Option<u32>,
    /// IP protocol of the packet (`IPPROTO_*`).
    pub ip_proto: Option<u8>,
    /// The port it comes from.
    pub sport: Option<u16>,
    /// The port it goes to.
    pub dport: Option<u16>,
    /// The flow that it is of, IPv6.
    pub flowlabel: Option<u32>,
    /// Whether the route itself is asked for, not what it comes to for this packet.
    pub fib_match: bool,
}

impl Lookup {
    /// Returns a packet to `dst`.
    pub fn new(dst: IpAddr) -> Self {
        Self {
            dst,
            src: None,
            tos: 0,
            iif: None,
            oif: None,
            mark: None,
            uid: None,
            ip_proto: None,
            sport: None,
            dport: None,
            flowlabel: None,
            fib_match: false,
        }
    }

    fn header(&self) -> Rtmsg {
        let (family, table) = match self.dst {
            IpAddr::V4(_) => (libc::AF_INET, LOOKUP_TABLE),
            // IPv6 says it without being asked.
            IpAddr::V6(_) => (libc::AF_INET6, 0),
        };
        Rtmsg {
            family: family as u8,
            dst_len: host_len(self.dst),
            src_len: self.src.map_or(0, host_len),
            tos: self.tos,
            flags: table | if self.fib_match { FIB_MATCH } else { 0 },
            ..Rtmsg::default()
        }
    }
}

impl Query for Lookup {
    const SPEC: &'static Spec = &SPEC;
    type Object<'a> = Route<'a>;

    fn op(&self) -> &'static str {
        GET
    }

    fn select<'a>(&self, message: &Message<'a>) -> Result<Option<Route<'a>>, wire::Error> {
        match message.header().nlmsg_type {
            libc::RTM_NEWROUTE => Route::from_payload(message.payload()).map(Some),
            _ => Ok(None),
        }
    }
}

impl GetQuery for Lookup {
    fn request(&self) -> Result<Request, Error> {
        let mut payload = RequestPayload::new(&self.header().to_bytes());
        payload.put_ip(RTA_DST, Some(self.dst));
        payload.put_ip(RTA_SRC, self.src);
        payload.put_u32(RTA_IIF, self.iif);
        payload.put_u32(RTA_OIF, self.oif);
        payload.put_u32(RTA_MARK, self.mark);
        payload.put_u32(RTA_UID, self.uid);
        payload.put_if(RTA_IP_PROTO, self.ip_proto.map(u8::to_ne_bytes));
        payload.put_if(RTA_SPORT, self.sport.map(u16::to_be_bytes));
        payload.put_if(RTA_DPORT, self.dport.map(u16::to_be_bytes));
        payload.put_if(RTA_FLOWLABEL, self.flowlabel.map(u32::to_be_bytes));

        let request = Request::new(GET, libc::RTM_GETROUTE, payload.bytes(GET)?)?;
        Ok(request.about(self.dst.to_string()))
    }
}
