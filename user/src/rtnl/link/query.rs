// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Which links.

use super::{info, IFINFOMSG};
use super::{Link, IFLA_EXT_MASK, IFLA_LINKINFO, IFLA_MASTER};
use crate::netlink::{Error, Request};
use crate::rtnl::names::{name_kind, no_such_link};
use crate::rtnl::{Client, Query};
use crate::wire::{self, put_attr, put_str, Message};
use std::io;
use std::time::Duration;

/// What a question for links is for.
pub const LIST: &str = "list links";

/// What a question for one link is for.
pub const GET: &str = "get a link";

/// Bits of `IFLA_EXT_MASK`, `include/uapi/linux/rtnetlink.h`: the virtual functions too, and no
/// statistics.
const RTEXT_FILTER_VF: u32 = 1 << 0;
const RTEXT_FILTER_SKIP_STATS: u32 = 1 << 3;

/// Ends the name of a kind where the ports of such links are meant: `bridge_slave`.
const SLAVE: &[u8] = b"_slave";

/// A question for links; what is `None` may be anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// One of the names of the one link that is wanted.
    pub name: Option<Vec<u8>>,
    /// Index of the link that they are ports of.
    pub master: Option<u32>,
    /// What they are: `bridge`, or `bridge_slave` for its ports.
    pub kind: Option<Vec<u8>>,
    /// Whether only those are wanted that are up.
    pub up: bool,
    /// The group that they are in.
    pub group: Option<u32>,
    /// Whether statistics are wanted.
    pub stats: bool,
}

impl Query for Links {
    type Object<'a> = Link<'a>;

    fn op(&self) -> &'static str {
        match self.name {
            Some(_) => GET,
            None => LIST,
        }
    }

    fn request(&self) -> Result<Request, Error> {
        let payload = self
            .payload()
            .map_err(|error| Error::from_io(self.op(), &error))?;

        match self.name {
            Some(_) => Request::new(GET, libc::RTM_GETLINK, payload),
            None => Request::dump(LIST, libc::RTM_GETLINK, payload),
        }
    }

    fn select<'a>(&self, message: &Message<'a>) -> Result<Option<Link<'a>>, wire::Error> {
        if message.header().nlmsg_type != libc::RTM_NEWLINK {
            return Ok(None);
        }
        let link = Link::from_payload(message.payload())?;
        Ok(self.matches(&link).then_some(link))
    }
}

impl Links {
    /// Asks for the one link that goes by [`name`](Links::name); `None` if it is not as it should be.
    ///
    /// # Errors
    ///
    /// `ENODEV` when there is none; others of [`Client::ask`]; `EBADMSG` when the link is cut short.
    pub fn get<'c>(
        &self,
        client: &'c mut Client,
        timeout: Duration,
    ) -> Result<Option<Link<'c>>, Error> {
        let message = client.ask(&mut self.request()?, timeout).map_err(|error| {
            match (&self.name, error.errno.0) {
                (Some(name), libc::ENODEV) => error.message(no_such_link(name)),
                _ => error,
            }
        })?;

        self.select(&message)
            .map_err(|error| Error::malformed(GET, error))
    }

    fn payload(&self) -> io::Result<Vec<u8>> {
        let mut payload = vec![0; IFINFOMSG];
        let ext_mask = match self.stats {
            true => RTEXT_FILTER_VF,
            false => RTEXT_FILTER_VF | RTEXT_FILTER_SKIP_STATS,
        };

        put_attr(&mut payload, IFLA_EXT_MASK, &ext_mask.to_ne_bytes())?;
        match &self.name {
            Some(name) => put_str(&mut payload, name_kind(name), name)?,
            None => self.put_filters(&mut payload)?,
        }
        Ok(payload)
    }

    /// Appends what a dump can be filtered by; the kernel knows no other filter.
    fn put_filters(&self, payload: &mut Vec<u8>) -> io::Result<()> {
        if let Some(master) = self.master {
            put_attr(payload, IFLA_MASTER, &master.to_ne_bytes())?;
        }
        match &self.kind {
            Some(kind) if !kind.ends_with(SLAVE) => {
                let mut info = Vec::new();
                put_str(&mut info, info::KIND, kind)?;
                put_attr(payload, IFLA_LINKINFO, &info)
            }
            _ => Ok(()),
        }
    }

    fn matches(&self, link: &Link<'_>) -> bool {
        (!self.up || link.is_up())
            && self
                .master
                .is_none_or(|master| Some(master) == link.master())
            && self.group.is_none_or(|group| Some(group) == link.group())
            && self.kind.as_deref().is_none_or(|kind| is_of(link, kind))
    }
}

fn is_of(link: &Link<'_>, kind: &[u8]) -> bool {
    match kind.strip_suffix(SLAVE) {
        Some(kind) => link.slave_kind() == Some(kind),
        None => link.kind() == Some(kind),
    }
}
