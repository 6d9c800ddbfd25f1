// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Kinds of objects by their facts: each kind has its facts in its own module; the list of them is
//! [`rtnl::Kind`](crate::rtnl::Kind).

mod argument;
mod choice;
mod difference;
mod facts;
mod linked;
mod payload;
mod place;
mod set;
pub(crate) mod word;

pub use argument::{number, Argument};
pub use choice::Choice;
pub(crate) use difference::Together;
pub(crate) use facts::{
    describe, AddressFamilies, Cause, Facts, Hint, MessageTypes, Siblings, Snapshot,
};
pub use linked::{note_recent, Linked};
pub use payload::Payload;
pub(crate) use payload::{find, header, Part};
pub(crate) use place::Place;
pub use set::Kinds;
pub use word::{Operand, Word};

use crate::rtnl::Kind;

/// Declares the kinds, each with where its facts stand, what others refer to first.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident => $facts:path,)*) => {
        /// A kind of objects that the kernel tells of when they change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Kind {
            $($(#[$doc])* $kind,)*
        }

        impl Kind {
            /// All of them, what others refer to first.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)*];

            /// Returns what is known of it.
            pub(crate) const fn facts(self) -> &'static $crate::kind::Facts {
                match self {
                    $(Self::$kind => &$facts,)*
                }
            }
        }
    };
}

pub(crate) use kinds;

/// The kinds that messages of each type may tell of.
static BY_TYPE: [Kinds; 128] = by_type();

const fn by_type() -> [Kinds; 128] {
    let mut all = [Kinds::NONE; 128];
    let mut at = 0;
    while at < Kind::ALL.len() {
        let mut rest = Kind::ALL[at].facts().types;
        while let [first, others @ ..] = rest {
            all[first.new as usize] = all[first.new as usize].with(Kind::ALL[at]);
            if let Some(del) = first.del {
                all[del as usize] = all[del as usize].with(Kind::ALL[at]);
            }
            rest = others;
        }
        at += 1;
    }
    all
}

impl Kind {
    /// Returns what it is called.
    pub fn name(self) -> &'static str {
        self.facts().name
    }

    /// Returns the kind that is called `name`.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// Returns the kind whose objects the command called `name` lists.
    pub fn of_command(name: &str) -> Option<Self> {
        Self::listed().find(|kind| kind.name() == name || kind.aliases().contains(&name))
    }

    /// Returns the kinds of which there is a list.
    pub fn listed() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|kind| kind.is_listed())
    }

    /// Returns the other names of the command that lists its objects.
    pub fn aliases(self) -> &'static [&'static str] {
        self.facts().aliases
    }

    /// Returns what the help says of that command; empty where there is none.
    pub fn about(self) -> &'static str {
        self.facts().about
    }

    /// Says whether a monitor watches its objects where no kind is asked for.
    pub fn is_usual_to_watch(self) -> bool {
        self.facts().is_usual_to_watch
    }

    /// Says whether it is kept what there is of it, and told how that changes; events of the other
    /// kinds are told as they come, and what was there before is not told at all.
    pub fn is_kept(self) -> bool {
        self.snapshot().is_some()
    }

    /// Returns how it is kept what there is of it, if it is.
    pub(crate) fn snapshot(self) -> Option<&'static Snapshot> {
        self.facts().snapshot.as_ref()
    }

    /// Returns the multicast groups of rtnetlink that tell of it (`RTNLGRP_*`).
    pub fn groups(self) -> &'static [u32] {
        self.facts().groups
    }

    /// Returns why the kernel sends no event of its objects, if it sends none: what there is can be listed, or read again.
    pub fn why_unreceived(self) -> Option<&'static str> {
        Some(self.facts().unreceived).filter(|reason| !reason.is_empty())
    }

    /// Returns the kind that a message of rtnetlink of type `nlmsg_type` with this payload tells of,
    /// and whether the object is there; `None` where it is none of these, or tells no more of an object than its name.
    pub fn of_message(nlmsg_type: u16, payload: &[u8]) -> Option<(Self, bool)> {
        let family = *payload.first()?;
        let is_there = |kind: Self| kind.facts().is_emitted(nlmsg_type, family);

        BY_TYPE
            .get(usize::from(nlmsg_type))?
            .iter()
            .find_map(|kind| Some((kind, is_there(kind)?)))
            .filter(|(kind, _)| (kind.facts().is_whole)(payload))
    }

    /// Returns the kinds of which a message of rtnetlink of type `nlmsg_type` with this payload says that an object has
    /// changed, without telling it.
    pub(crate) fn hinted(nlmsg_type: u16, payload: &[u8]) -> Kinds {
        let family = payload.first().copied().unwrap_or_default();
        let is_hinted = |kind: &Self| kind.facts().is_hinted(nlmsg_type, family);
        Self::ALL.iter().copied().filter(is_hinted).collect()
    }
}

#[cfg(test)]
mod tests;
