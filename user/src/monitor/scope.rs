// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Scope of a monitor: the objects that are watched at all.

use super::Kind;
use crate::kind::{Payload, Place};
use crate::rtnl::Prefix;

/// Objects that are watched, by parts of their identity: what an object can change must not count, or one
/// that leaves would seem to be there for ever. `None` is any.
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
        let Place {
            family,
            table,
            address,
            ..
        } = kind.facts().place;

        family && self.family != 0
            || table.is_some() && self.table.is_some()
            || !address.is_empty() && self.prefix().is_some()
    }

    /// Says whether the object is watched.
    pub fn holds(&self, object: &Payload<'_>) -> bool {
        let kind = object.kind();
        !self.limits(kind) || !object.is_cut_off() && self.holds_object(&kind.facts().place, object)
    }

    fn holds_object(&self, place: &Place, object: &Payload<'_>) -> bool {
        let is_of_family = self.family == 0 || object.header().first() == Some(&self.family);
        let is_in_table = |table| place.table_of(object) == Some(table);
        let is_within = |own: Prefix| {
            place
                .prefix_of(object)
                .is_some_and(|prefix| own.holds(prefix))
        };

        is_of_family
            && (place.table.is_none() || self.table.is_none_or(is_in_table))
            && (place.address.is_empty() || self.prefix().is_none_or(is_within))
    }

    /// Returns the prefix, if it excludes anything.
    pub(super) fn prefix(&self) -> Option<Prefix> {
        self.within.filter(|prefix| prefix.address.is_some())
    }
}
