// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Which objects are watched at all.

use super::Kind;
use crate::rtnl::{Addr, Neigh, Prefix, Route, Rule};

/// Which objects are watched, by what says which object it is: what an object can change must not
/// count, or one that leaves would seem to be there for ever. What is `None` may be anything.
///
/// It is about addresses, routes, neighbours and rules; links and next hops can be of any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// `AF_INET` or `AF_INET6`; 0 is any.
    pub family: u8,
    /// Table of routes and rules.
    pub table: Option<u32>,
    /// Where an address, a neighbour or the destination of a route has to be in. Rules have two sides,
    /// so they may be about any.
    pub within: Option<Prefix>,
}

impl Scope {
    /// Says whether it depends on the object whether an object of this `kind` is watched.
    pub fn limits(&self, kind: Kind) -> bool {
        let (family, table, within) = (
            self.family != 0,
            self.table.is_some(),
            self.prefix().is_some(),
        );

        match kind {
            Kind::Addr | Kind::Neigh => family || within,
            Kind::Route => family || table || within,
            Kind::Rule => family || table,
            _ => false,
        }
    }

    /// Says whether the object of this `kind` with this `payload` is watched.
    pub fn holds(&self, kind: Kind, payload: &[u8]) -> bool {
        if !self.limits(kind) {
            return true;
        }
        let is_of_family = self.family == 0 || payload.first() == Some(&self.family);

        is_of_family && self.holds_table(kind, payload) && self.holds_place(kind, payload)
    }

    /// Returns the prefix, if it excludes anything.
    pub(super) fn prefix(&self) -> Option<Prefix> {
        self.within.filter(|prefix| prefix.address.is_some())
    }

    fn holds_table(&self, kind: Kind, payload: &[u8]) -> bool {
        let Some(table) = self.table else {
            return true;
        };
        match kind {
            Kind::Route => Route::from_payload(payload).is_ok_and(|route| route.table() == table),
            Kind::Rule => Rule::from_payload(payload).is_ok_and(|rule| rule.table() == table),
            _ => true,
        }
    }

    fn holds_place(&self, kind: Kind, payload: &[u8]) -> bool {
        let Some(prefix) = self.prefix() else {
            return true;
        };
        let contains = |address: Option<_>| address.is_some_and(|own| prefix.contains(own));
        match kind {
            Kind::Addr => Addr::from_payload(payload).is_ok_and(|addr| contains(addr.local())),
            Kind::Neigh => Neigh::from_payload(payload).is_ok_and(|neigh| contains(neigh.dst())),
            Kind::Route => {
                Route::from_payload(payload).is_ok_and(|route| prefix.holds(route.prefix()))
            }
            _ => true,
        }
    }
}
