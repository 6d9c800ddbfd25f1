// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Where in a request each attribute is, to name the one that is to blame.

use super::family::{SpecFamily, OP};
use crate::netlink::{BlamedPlace, Error};
use crate::wire::NLMSG_HDRLEN;

/// Attributes of a request and members of its structs, in the order of their bytes.
#[derive(Clone, Debug)]
pub(super) struct AttrPlaces {
    /// Set of the outermost attributes.
    set: Option<usize>,
    places: Vec<PlacedAttr>,
    /// Indices of those that are being written, the outermost first.
    open: Vec<usize>,
}

/// An attribute of a request.
#[derive(Clone, Debug)]
struct PlacedAttr {
    name: String,
    /// Range of the payload; the end is set when the attribute is whole.
    start: usize,
    end: usize,
    /// Index of the attribute around it.
    outer: Option<usize>,
    /// Set of the attributes inside.
    inside: Option<usize>,
}

impl AttrPlaces {
    pub(super) fn new(set: Option<usize>) -> Self {
        Self {
            set,
            places: Vec::new(),
            open: Vec::new(),
        }
    }

    /// Begins an attribute at `start` in the payload, with attributes of the set `inside`.
    pub(super) fn open(&mut self, name: &str, start: usize, inside: Option<usize>) {
        let outer = self.open.last().copied();

        self.open.push(self.places.len());
        self.places.push(PlacedAttr {
            name: name.to_owned(),
            start,
            end: start,
            outer,
            inside,
        });
    }

    /// Says which set the attributes inside the innermost attribute are of.
    pub(super) fn set_inside(&mut self, inside: Option<usize>) {
        if let Some(place) = self.open.last() {
            self.places[*place].inside = inside;
        }
    }

    /// Ends the innermost attribute before `end` in the payload.
    pub(super) fn close(&mut self, end: usize) {
        if let Some(place) = self.open.pop() {
            self.places[place].end = end;
        }
    }

    /// Returns the usage error for the attribute that is being written.
    pub(super) fn wrong(&self, words: impl Into<String>) -> Error {
        let path = self.open.last().map(|place| self.path(*place));

        Error {
            attr: path,
            ..Error::usage(OP, words)
        }
    }

    /// Returns the usage error for the attribute `name` in the one that is being written.
    pub(super) fn wrong_in(&self, name: &str, words: impl Into<String>) -> Error {
        Error {
            attr: Some(self.path_in(self.open.last().copied(), name)),
            ..Error::usage(OP, words)
        }
    }

    /// Names the attribute that the kernel is about, with the names of those around it: `linkinfo.data.id`.
    pub(super) fn blamed(&self, family: &SpecFamily, blamed: &BlamedPlace) -> Option<String> {
        let missing = blamed.miss_type.map(|nla_type| {
            let nest = blamed.miss_nest.and_then(|offset| self.at(offset));
            let set = match nest {
                Some(nest) => self.places[nest].inside,
                None => self.set,
            };
            let known = set.and_then(|set| family.sets[set].of_type(nla_type.try_into().ok()?));
            match known {
                Some(known) => self.path_in(nest, &known.name),
                None => self.path_in(nest, &format!("attribute {nla_type}")),
            }
        });

        missing.or_else(|| self.at(blamed.offset?).map(|place| self.path(place)))
    }

    /// Returns the innermost attribute at `offset` of the message.
    fn at(&self, offset: u32) -> Option<usize> {
        let at = usize::try_from(offset).ok()?.checked_sub(NLMSG_HDRLEN)?;

        // Attributes inside come behind those around them.
        self.places
            .iter()
            .rposition(|place| (place.start..place.end).contains(&at))
    }

    fn path(&self, place: usize) -> String {
        let place = &self.places[place];

        self.path_in(place.outer, &place.name)
    }

    fn path_in(&self, outer: Option<usize>, name: &str) -> String {
        match outer {
            Some(outer) => format!("{}.{name}", self.path(outer)),
            None => name.to_owned(),
        }
    }
}
