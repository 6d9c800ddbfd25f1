// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Difference of two objects: the attributes whose bytes differ.

use super::Payload;
use std::borrow::Cow;

/// Attributes that are not told alone: one says how another is told.
pub(crate) struct Together {
    /// Attributes that decide how the header is described, or the reverse.
    pub with_header: &'static [u16],
    /// Rows of types of which all are told where one differs.
    pub rows: &'static [&'static [u16]],
}

type TypeSet = u128;

impl<'a> Payload<'a> {
    /// Returns what of this object and the one it `was`, both without what changes by itself, may be told differently: their
    /// headers and the attributes that differ, as objects, that one first. Attributes of which nothing is known may be
    /// missing, unless one of them differs.
    pub fn difference(&self, was: &Payload<'a>) -> [Cow<'a, [u8]>; 2] {
        let both = [was, self];
        match self.differing(was) {
            None => both.map(|object| Cow::Borrowed(object.bytes())),
            Some(types) => both.map(|object| Cow::Owned(object.part(types))),
        }
    }

    /// Returns the types of the attributes that may be told differently.
    fn differing(&self, was: &Payload<'_>) -> Option<TypeSet> {
        let together = self.kind().snapshot()?.together.as_ref()?;
        let types = self.attrs().differing(&was.attrs())?;
        Some(together.with(types))
    }

    fn part(&self, types: TypeSet) -> Vec<u8> {
        let mut part = self.header().to_vec();
        self.attrs().put(types, &mut part);
        part
    }
}

impl Together {
    /// Returns the types of attributes that are told where those of these `types` differ.
    fn with(&self, types: TypeSet) -> TypeSet {
        let rows = self.rows.iter().map(|row| set(row));
        let more = rows.filter(|row| row & types != 0);
        more.fold(types | set(self.with_header), |all, row| all | row)
    }
}

fn set(types: &[u16]) -> TypeSet {
    types.iter().fold(0, |all, kind| all | 1 << kind)
}
