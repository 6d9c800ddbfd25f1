// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The ids by which this network namespace knows others.
//!
//! C header: `include/uapi/linux/net_namespace.h`.

use super::receiver::TIMEOUT;
use super::OP;
use crate::names::uapi::{NETNSA_FD, RTM_GETNSID, RTNLGRP_NSID};
use crate::netlink::{Connection, Error, Gathered, Netns, Request};
use crate::rtnl::{Nsid, SPEC};
use crate::wire::put_attr;
use std::collections::BTreeSet;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::time::Instant;

/// Room for `struct rtgenmsg`.
const RTGENMSG: usize = 4;

/// Ids of network namespaces, and when there are others.
pub struct Nsids {
    events: Connection,
    queries: Connection,
}

impl Nsids {
    /// Begins to listen, in this namespace.
    pub fn open() -> Result<Self, Error> {
        let events = Connection::open(OP, &SPEC)?;
        events.join(OP, RTNLGRP_NSID)?;

        Ok(Self {
            events,
            queries: Connection::open(OP, &SPEC)?,
        })
    }

    /// Returns the id of `netns`, if it has one.
    pub fn of(&mut self, netns: &Netns) -> Result<Option<u32>, Error> {
        let fd = netns.as_fd().as_raw_fd().to_ne_bytes();
        let mut payload = vec![0; RTGENMSG];
        put_attr(&mut payload, NETNSA_FD, &fd).map_err(|error| Error::from_io(OP, &error))?;
        let mut request = Request::new(OP, RTM_GETNSID, payload)?;
        let (message, _) = self.queries.ask(&mut request, TIMEOUT)?;

        Ok(Nsid::from_payload(message.payload())
            .ok()
            .and_then(|nsid| nsid.id()))
    }

    /// Returns all that there are.
    pub fn all(&mut self) -> Result<BTreeSet<u32>, Error> {
        let request = Request::dump(OP, RTM_GETNSID, vec![0; RTGENMSG])?;
        let mut table = self.queries.table(request, TIMEOUT)?;
        let mut all = BTreeSet::new();
        while let Some(message) = table.next_entry()? {
            let nsid = Nsid::from_payload(message.payload());
            all.extend(nsid.ok().and_then(|nsid| nsid.id()));
        }
        Ok(all)
    }

    /// Takes in what was told: that there are other ids, or maybe.
    pub fn receive(&mut self) -> Result<(), Error> {
        let now = Instant::now();
        loop {
            match self.events.gather(OP, now, None) {
                Ok(Gathered::Datagrams(_)) => {}
                // News that were lost are of other ids, which is what a message would say.
                Err(error) if error.is_overrun() => {}
                result => return result.map(drop),
            }
        }
    }
}

impl AsFd for Nsids {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.events.socket().as_fd()
    }
}
