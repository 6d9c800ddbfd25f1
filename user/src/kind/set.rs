// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Sets of kinds.

use crate::rtnl::Kind;
use std::ops::BitOr;

/// A set of kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds(u32);

impl Kinds {
    /// No kind.
    pub(crate) const NONE: Self = Self(0);

    /// Returns the set of these.
    pub(crate) const fn of(kinds: &[Kind]) -> Self {
        let (mut set, mut index) = (Self::NONE, 0);
        while index < kinds.len() {
            set = set.with(kinds[index]);
            index += 1;
        }
        set
    }

    /// Returns these and `kind`.
    pub(crate) const fn with(self, kind: Kind) -> Self {
        Self(self.0 | 1 << kind as u32)
    }

    /// Says whether `kind` is one of them.
    pub fn has(self, kind: Kind) -> bool {
        self.0 & Self::from(kind).0 != 0
    }

    /// Says whether there are none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns them, what others refer to first.
    pub fn iter(self) -> impl Iterator<Item = Kind> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let first = Kind::ALL.get(rest.trailing_zeros() as usize)?;
            rest &= rest - 1;
            Some(*first)
        })
    }

    /// Returns those of which it is [kept](Kind::is_kept) what there is.
    pub fn kept(self) -> Self {
        self.iter().filter(|kind| kind.is_kept()).collect()
    }

    /// Returns those that are in `other` too.
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl From<Kind> for Kinds {
    fn from(kind: Kind) -> Self {
        Self::of(&[kind])
    }
}

impl FromIterator<Kind> for Kinds {
    fn from_iter<I: IntoIterator<Item = Kind>>(kinds: I) -> Self {
        kinds
            .into_iter()
            .fold(Self::default(), |all, kind| all | kind.into())
    }
}

impl BitOr for Kinds {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_what_was_put_into_it() {
        let kinds: Kinds = [Kind::Rule, Kind::Link].into_iter().collect();

        assert!(kinds.has(Kind::Link) && !kinds.has(Kind::Addr));
        assert!(kinds.iter().eq([Kind::Link, Kind::Rule]));
        assert!(kinds.and(Kind::Addr.into()).is_empty());
        assert_eq!(kinds, Kinds::of(&[Kind::Link, Kind::Rule]));
    }
}
