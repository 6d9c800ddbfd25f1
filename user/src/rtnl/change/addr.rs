// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Changes of addresses.
//!
//! C header: `include/uapi/linux/if_addr.h`.

use super::{RequestPayload, Subnet, Verb};
use crate::names::uapi::{IFA_PROTO, IFA_RT_PRIORITY};
use crate::netlink::{Error, Request};
use std::net::IpAddr;

const OPS: [&str; 5] = [
    "addr add",
    "addr add",
    "addr replace",
    "addr change",
    "addr del",
];

/// Seconds, if it ends at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// So many seconds from now.
    Seconds(u32),
    /// No end.
    Forever,
}

impl Lifetime {
    /// Returns it as the kernel counts.
    fn seconds(self) -> u32 {
        match self {
            Self::Seconds(seconds) => seconds,
            Self::Forever => u32::MAX,
        }
    }
}

/// An address of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddrChange<'a> {
    /// The address, and the length of its network.
    pub local: Subnet,
    /// Index of the link that has it.
    pub index: u32,
    /// The other end of a point-to-point link; its length counts instead of that of `local`.
    pub peer: Option<Subnet>,
    /// The address of all in its network, IPv4 only.
    pub broadcast: Option<IpAddr>,
    /// Label of the address, IPv4 only.
    pub label: Option<&'a [u8]>,
    /// `RT_SCOPE_*`; host for those of 127.0.0.0/8, else global, if not said. IPv4 only.
    pub scope: Option<u8>,
    /// Metric of the route to its network.
    pub metric: Option<u32>,
    /// How long it is valid.
    pub valid: Option<Lifetime>,
    /// How long new connections may use it.
    pub preferred: Option<Lifetime>,
    /// `IFA_F_*`.
    pub flags: u32,
    /// Origin of the address, `IFAPROT_*`.
    pub protocol: Option<u8>,
}

impl AddrChange<'_> {
    /// Returns the address `local` of the link `index`, of which no more is said.
    pub fn new(local: Subnet, index: u32) -> Self {
        Self {
            local,
            index,
            peer: None,
            broadcast: None,
            label: None,
            scope: None,
            metric: None,
            valid: None,
            preferred: None,
            flags: 0,
            protocol: None,
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
    /// `EMSGSIZE` when the label is longer than its length can say.
    pub fn request(&self, verb: Verb) -> Result<Request, Error> {
        let nlmsg_type = match verb {
            Verb::Del => libc::RTM_DELADDR,
            _ => libc::RTM_NEWADDR,
        };
        let mut payload = RequestPayload::new(&self.header());
        let far = self.peer.unwrap_or(self.local).address;
        payload.put_ip(libc::IFA_LOCAL, Some(self.local.address));
        payload.put_ip(libc::IFA_ADDRESS, Some(far));
        payload.put_ip(libc::IFA_BROADCAST, self.broadcast);
        payload.put_str(libc::IFA_LABEL, self.label);
        payload.put_u32(IFA_RT_PRIORITY, self.metric);
        payload.put_u32(
            libc::IFA_FLAGS,
            Some(self.flags).filter(|flags| *flags != 0),
        );
        payload.put_if(libc::IFA_CACHEINFO, self.cacheinfo());
        payload.put_if(IFA_PROTO, self.protocol.map(u8::to_ne_bytes));

        let request = payload.request(Self::op(verb), nlmsg_type, verb.flags())?;
        Ok(request.about(self.local.to_string()))
    }

    /// Returns a `struct ifaddrmsg`.
    fn header(&self) -> [u8; 8] {
        let len = self.peer.unwrap_or(self.local).len;
        let scope = self.scope.unwrap_or(match self.local.address {
            IpAddr::V4(v4) if v4.is_loopback() => libc::RT_SCOPE_HOST,
            _ => libc::RT_SCOPE_UNIVERSE,
        });
        let [i0, i1, i2, i3] = self.index.to_ne_bytes();

        // The flags have more bits than fit here: they have an attribute.
        [self.local.family(), len, 0, scope, i0, i1, i2, i3]
    }

    /// Returns a `struct ifa_cacheinfo`, if there is something to say in it.
    fn cacheinfo(&self) -> Option<[u8; 16]> {
        self.valid.or(self.preferred)?;
        let valid = self.valid.unwrap_or(Lifetime::Forever);
        // The preferred lifetime cannot be longer than the valid one.
        let preferred = self.preferred.unwrap_or(valid);

        let mut cacheinfo = [0; 16];
        cacheinfo[..4].copy_from_slice(&preferred.seconds().to_ne_bytes());
        cacheinfo[4..8].copy_from_slice(&valid.seconds().to_ne_bytes());
        Some(cacheinfo)
    }
}
