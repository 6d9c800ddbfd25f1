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

    /// Returns the index of the link that the object of this kind with this `payload` is on, or goes
    /// through, if it is one.
    pub fn link_of(self, payload: &[u8]) -> Option<u32> {
        match self {
            Self::Link => Link::from_payload(payload).map(|link| Some(link.header().index)),
            Self::Addr => Addr::from_payload(payload).map(|addr| Some(addr.header().index)),
            Self::Nexthop => Nexthop::from_payload(payload).map(|hop| hop.oif()),
            Self::Route => Route::from_payload(payload).map(|route| route.oif()),
            Self::Neigh => Neigh::from_payload(payload).map(|neigh| Some(neigh.header().ifindex)),
            Self::Fdb => Entry::from_payload(payload).map(|entry| Some(entry.header().ifindex)),
            Self::Rule => Ok(None),
        }
        .ok()?
    }

    /// Says whether the object of this kind with this `payload` is on the link with this `index`, or
    /// goes through it. Rules have names of links only, so none is.
    pub fn is_on(self, payload: &[u8], index: u32) -> bool {
        match self {
            Self::Route => {
                Route::from_payload(payload).is_ok_and(|route| route.goes_through(index))
            }
            kind => kind.link_of(payload) == Some(index),
        }
    }
}

fn tell<F: Fields>(object: &impl Object, names: &mut Names, out: &mut F) {
    object.describe_head(names, out);
    object.describe_rest(names, out);
}
