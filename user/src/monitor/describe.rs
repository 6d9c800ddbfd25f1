// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What an object says of itself, whatever its kind.

use super::Kind;
use crate::rtnl::{Addr, Entry, Fields, Link, Names, Neigh, Nexthop, Object, Route, Rule};
use crate::wire::Error;

impl Kind {
    /// Tells all that is known of the object of this kind with this `payload`.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`] when it is shorter than its header.
    pub fn describe<F: Fields>(
        self,
        payload: &[u8],
        names: &mut Names,
        out: &mut F,
    ) -> Result<(), Error> {
        match self {
            Self::Link => tell(&Link::from_payload(payload)?, names, out),
            Self::Addr => tell(&Addr::from_payload(payload)?, names, out),
            Self::Nexthop => tell(&Nexthop::from_payload(payload)?, names, out),
            Self::Route => tell(&Route::from_payload(payload)?, names, out),
            Self::Neigh => tell(&Neigh::from_payload(payload)?, names, out),
            Self::Rule => tell(&Rule::from_payload(payload)?, names, out),
            Self::Fdb => tell(&Entry::from_payload(payload)?, names, out),
        }
        Ok(())
    }

    /// Says whether the object of this kind with this `payload` is on the link with this `index`, or
    /// goes through it. Rules have names of links only, so none is.
    pub fn is_on(self, payload: &[u8], index: u32) -> bool {
        let is_on = match self {
            Self::Link => Link::from_payload(payload).map(|link| link.header().index == index),
            Self::Addr => Addr::from_payload(payload).map(|addr| addr.header().index == index),
            Self::Nexthop => Nexthop::from_payload(payload).map(|hop| hop.oif() == Some(index)),
            Self::Route => Route::from_payload(payload).map(|route| route.goes_through(index)),
            Self::Neigh => Neigh::from_payload(payload).map(|neigh| neigh.header().ifindex == index),
            Self::Fdb => Entry::from_payload(payload).map(|entry| entry.header().ifindex == index),
            Self::Rule => Ok(false),
        };
        is_on.unwrap_or(false)
    }
}

fn tell<F: Fields>(object: &impl Object, names: &mut Names, out: &mut F) {
    object.describe_head(names, out);
    object.describe_rest(names, out);
}
