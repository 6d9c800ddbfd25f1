// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Changes of neighbours.
//!
//! C header: `include/uapi/linux/neighbour.h`.

use super::subnet::family;
use super::{RequestPayload, Verb};
use crate::netlink::{Error, Request};
use std::net::IpAddr;

const OPS: [&str; 5] = [
    "neigh add",
    "neigh append",
    "neigh replace",
    "neigh change",
    "neigh del",
];

/// The states of a neighbour by name, `NUD_*`.
pub const STATES: &[(&str, u16)] = &[
    ("permanent", libc::NUD_PERMANENT),
    ("reachable", libc::NUD_REACHABLE),
    ("stale", libc::NUD_STALE),
    ("noarp", libc::NUD_NOARP),
    ("delay", libc::NUD_DELAY),
    ("probe", libc::NUD_PROBE),
    ("incomplete", libc::NUD_INCOMPLETE),
    ("failed", libc::NUD_FAILED),
    ("none", libc::NUD_NONE),
];

/// A neighbour of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeighChange<'a> {
    /// Address of the neighbour.
    pub dst: IpAddr,
    /// Index of the link.
    pub index: u32,
    /// Link-layer address.
    pub lladdr: Option<&'a [u8]>,
    /// `NUD_*`; permanent if not said.
    pub state: Option<u16>,
}

impl NeighChange<'_> {
    /// Returns what doing `verb` is called in errors.
    pub fn op(verb: Verb) -> &'static str {
        verb.op(OPS)
    }

    /// Returns the request that does `verb` with it.
    ///
    /// # Errors
    ///
    /// `EMSGSIZE` when the address is longer than its length can say.
    pub fn request(&self, verb: Verb) -> Result<Request, Error> {
        let nlmsg_type = match verb {
            Verb::Del => libc::RTM_DELNEIGH,
            _ => libc::RTM_NEWNEIGH,
        };
        let mut payload = RequestPayload::new(&self.header());
        payload.put_ip(libc::NDA_DST, Some(self.dst));
        if let Some(lladdr) = self.lladdr {
            payload.put(libc::NDA_LLADDR, lladdr);
        }

        let request = payload.request(Self::op(verb), nlmsg_type, verb.flags())?;
        Ok(request.about(self.dst.to_string()))
    }

    /// Returns a `struct ndmsg`.
    fn header(&self) -> [u8; 12] {
        let [i0, i1, i2, i3] = self.index.to_ne_bytes();
        let [s0, s1] = self.state.unwrap_or(libc::NUD_PERMANENT).to_ne_bytes();

        [family(self.dst), 0, 0, 0, i0, i1, i2, i3, s0, s1, 0, 0]
    }
}
