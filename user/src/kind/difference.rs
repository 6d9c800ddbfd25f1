// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What of two objects has to be told to see how they differ: the attributes that are not the same bytes.

use super::{Body, Snapshot};
use crate::object::attrs::Index;
use crate::rtnl::Kind;
use std::borrow::Cow;

/// Attributes that are not told alone: one says how another is told.
pub(crate) struct Together {
    /// Those that say how the header is told, or are told as the header says.
    pub with_header: &'static [u16],
    /// Rows of types of which all are told where one differs.
    pub rows: &'static [&'static [u16]],
}

type Types = u128;

impl Kind {
    /// Returns what of `old` and `new`, objects of this kind without what changes by itself, may be told differently:
    /// their headers and the attributes that differ, as objects. Attributes of which nothing is known may be missing, unless
    /// one of them differs.
    pub fn difference<'b>(self, old: &'b [u8], new: &'b [u8]) -> [Cow<'b, [u8]>; 2] {
        let parts = self
            .snapshot()
            .and_then(|snapshot| snapshot.difference(old, new));
        parts.map_or([old, new].map(Cow::Borrowed), |parts| parts.map(Cow::Owned))
    }
}

impl Snapshot {
    fn difference(&self, old: &[u8], new: &[u8]) -> Option<[Vec<u8>; 2]> {
        let together = self.together.as_ref()?;
        let bodies = [self.body(old)?, self.body(new)?];
        let [old, new] = bodies.map(|body| Index::<'_, 128>::new(body.attrs));
        let types = together.with(old.differing(&new)?);
        let part = |Body { header, .. }: &Body<'_>, index: &Index<'_, 128>| {
            let mut part = header.to_vec();
            index.put(types, &mut part);
            part
        };
        Some([part(&bodies[0], &old), part(&bodies[1], &new)])
    }
}

impl Together {
    /// Returns the types of attributes that are told where those of these `types` differ.
    fn with(&self, types: Types) -> Types {
        let rows = self.rows.iter().map(|row| set(row));
        let more = rows.filter(|row| row & types != 0);
        more.fold(types | set(self.with_header), |all, row| all | row)
    }
}

fn set(types: &[u16]) -> Types {
    types.iter().fold(0, |all, kind| all | 1 << kind)
}
