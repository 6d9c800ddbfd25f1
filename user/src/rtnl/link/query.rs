// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Questions for links.

use super::{Link, IFINFOMSG};
use crate::kind::word::put;
use crate::names::uapi::*;
use crate::netlink::{Error, Request, Spec};
use crate::object::{Client, GetQuery, Query};
use crate::rtnl::link_names::{name_kind, no_such_link};
use crate::rtnl::SPEC;
use crate::wire::{self, put_str, Message};
use std::time::Duration;

/// Operation of a list of links, as errors name it.
pub const LIST: &str = "list links";

/// Operation of a request for one link, as errors name it.
pub const GET: &str = "get a link";

/// Bits of `IFLA_EXT_MASK`, `include/uapi/linux/rtnetlink.h`: the virtual functions too, and no
/// statistics.
const RTEXT_FILTER_VF: u32 = 1 << 0;
const RTEXT_FILTER_SKIP_STATS: u32 = 1 << 3;

/// A question for the one link that goes by a name.
#[derive(Clone, Debug)]
pub struct LinkNamed<'n> {
    /// Name of the link, or one of its alternative names.
    pub name: &'n [u8],
    /// Whether statistics are wanted.
    pub stats: bool,
}

impl LinkNamed<'_> {
    /// Asks for the link.
    ///
    /// # Errors
    ///
    /// `ENODEV` when there is none; others of [`Client::get`].
    pub fn get<'c>(&self, client: &'c mut Client, timeout: Duration) -> Result<Link<'c>, Error> {
        client
            .get(self, timeout)
            .map_err(|error| match error.errno.0 {
                libc::ENODEV => error.message(no_such_link(self.name)),
                _ => error,
            })
    }
}

impl Query for LinkNamed<'_> {
    const SPEC: &'static Spec = &SPEC;
    type Object<'a> = Link<'a>;

    fn op(&self) -> &'static str {
        GET
    }

    fn select<'a>(&self, message: &Message<'a>) -> Result<Option<Link<'a>>, wire::Error> {
        match message.header().nlmsg_type {
            libc::RTM_NEWLINK => Link::from_payload(message.payload()).map(Some),
            _ => Ok(None),
        }
    }
}

impl GetQuery for LinkNamed<'_> {
    fn request(&self) -> Result<Request, Error> {
        let mut payload = vec![0; IFINFOMSG];
        ask(&mut payload, self.stats);
        put_str(&mut payload, name_kind(self.name), self.name)
            .map_err(|error| Error::from_io(GET, &error))?;

        Request::new(GET, libc::RTM_GETLINK, payload)
    }
}

/// Asks for virtual functions too, and for statistics or none.
pub(in crate::rtnl) fn ask(request: &mut Vec<u8>, has_stats: bool) {
    let ext_mask = match has_stats {
        true => RTEXT_FILTER_VF,
        false => RTEXT_FILTER_VF | RTEXT_FILTER_SKIP_STATS,
    };
    put(request, IFLA_EXT_MASK, &ext_mask.to_ne_bytes());
}
