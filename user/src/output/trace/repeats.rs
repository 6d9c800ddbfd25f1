// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What was told before, by the bytes that it was made of: the objects of a dump have most of their
//! headers and attributes in common, and who asks again often gets the same answer.

use crate::output::record::memo::{mix, place};
use nlhello::names::{Set, Struct};
use std::mem;
use std::ops::RangeInclusive;

/// Which parts are remembered.
struct Limits {
    /// How many; a power of two.
    slots: usize,
    /// How long they are, in bytes.
    bytes: RangeInclusive<usize>,
    /// Their longest text, in bytes.
    text: usize,
}

/// Headers and attributes: a message has some fifty at most, and those of the settings of a link are in.
const PARTS: Limits = Limits {
    slots: 512,
    bytes: 0..=512,
    text: 4096,
};

/// Payloads: those of links are in, and short ones are told as soon part by part.
const PAYLOADS: Limits = Limits {
    slots: 32,
    bytes: 64..=2048,
    text: 16 << 10,
};

/// A part of a message: all that its text is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<'m> {
    /// What is known of it.
    pub what: What,
    /// The family of the message, `AF_*`.
    pub family: u8,
    /// Where it is told, and how deep it is looked into.
    pub depth: Depth,
    /// The part as it is on the wire.
    pub bytes: &'m [u8],
    /// The hash of that.
    hash: u64,
}

/// What is known of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A fixed header.
    Header(Struct),
    /// An attribute of this set.
    Attr(Set),
    /// A fixed header and attributes of this set.
    Payload(Struct, Set),
}

/// Where a part is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Depth {
    /// How far in its text is.
    pub text: usize,
    /// How many nests deep it is looked into.
    pub nests: usize,
}

/// What a text depends on besides its part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Whether on the names of links.
    pub names: bool,
    /// On how many of the rows of attributes around the part.
    pub rows: u8,
}

/// Texts of parts, and of whole payloads.
#[derive(Default)]
pub struct Repeats {
    // Both are empty before the first text.
    parts: Vec<Slot>,
    payloads: Vec<Slot>,
}

/// A text and what it was made of.
#[derive(Clone, Default)]
struct Slot {
    /// `None` while there is no text.
    what: Option<What>,
    family: u8,
    depth: Depth,
    bytes: Vec<u8>,
    /// Which names of links it has, if it has some.
    names: Option<u64>,
    text: Vec<u8>,
    /// The hash of the part that was told last and is not remembered here.
    last: u64,
}

impl Limits {
    #[inline]
    fn of(what: What) -> Self {
        match what {
            What::Header(_) | What::Attr(_) => PARTS,
            What::Payload(..) => PAYLOADS,
        }
    }
}

impl What {
    /// Says whether a part of this kind with these `bytes` is worth to be looked for.
    #[inline]
    pub fn is_kept(self, bytes: &[u8]) -> bool {
        Limits::of(self).bytes.contains(&bytes.len())
    }
}

impl<'m> Part<'m> {
    /// Whoever chooses bytes that share a slot with others gains nothing: each is told as if it were new.
    #[inline]
    pub fn new(what: What, family: u8, depth: Depth, bytes: &'m [u8]) -> Self {
        Self {
            what,
            family,
            depth,
            bytes,
            hash: mix(0, bytes),
        }
    }

    /// Returns its place in the slots, which the hash gives it: the last part there stays.
    #[inline]
    fn slot(&self) -> usize {
        place(self.hash, Limits::of(self.what).slots)
    }
}

impl Needs {
    /// A text depends on more than is known of it.
    pub const TOO_MUCH: Self = Self {
        names: true,
        rows: u8::MAX,
    };

    /// Returns what a text needs that is made of two.
    #[inline]
    pub fn and(self, other: Self) -> Self {
        Self {
            names: self.names | other.names,
            rows: self.rows.max(other.rows),
        }
    }

    /// Returns what the part needs that holds all of the row.
    #[inline]
    pub fn of_row(self) -> Self {
        match self {
            Self::TOO_MUCH => self,
            _ => Self {
                rows: self.rows.saturating_sub(1),
                ..self
            },
        }
    }
}

impl Repeats {
    /// Returns the text of `part`, where links have `names`, and what it needs.
    #[inline]
    pub fn find(&self, part: &Part<'_>, names: u64) -> Option<(&[u8], Needs)> {
        let slots = match part.what {
            What::Header(_) | What::Attr(_) => &self.parts,
            What::Payload(..) => &self.payloads,
        };
        let slot = slots.get(part.slot())?;

        slot.is_of(part, names).then(|| (&*slot.text, slot.needs()))
    }

    /// Remembers the `text` of `part`, where links have `names`, if that part comes again: what comes once is
    /// not worth a copy, or the place of another.
    pub fn keep(&mut self, part: &Part<'_>, text: &[u8], needs: Needs, names: u64) {
        let limits = Limits::of(part.what);
        if needs.rows > 0 || text.len() > limits.text {
            return;
        }
        let slots = match part.what {
            What::Header(_) | What::Attr(_) => &mut self.parts,
            What::Payload(..) => &mut self.payloads,
        };
        if slots.is_empty() {
            slots.resize(limits.slots, Slot::default());
        }
        let slot = &mut slots[part.slot()];
        if mem::replace(&mut slot.last, part.hash) == part.hash {
            slot.fill(part, text, needs.names.then_some(names));
        }
    }
}

impl Slot {
    #[inline]
    fn is_of(&self, part: &Part<'_>, names: u64) -> bool {
        self.bytes == part.bytes
            && self.what == Some(part.what)
            && self.family == part.family
            && self.depth == part.depth
            && self.names.is_none_or(|had| had == names)
    }

    fn needs(&self) -> Needs {
        Needs {
            names: self.names.is_some(),
            rows: 0,
        }
    }

    fn fill(&mut self, part: &Part<'_>, text: &[u8], names: Option<u64>) {
        self.what = Some(part.what);
        self.family = part.family;
        self.depth = part.depth;
        self.bytes.clear();
        self.bytes.extend_from_slice(part.bytes);
        self.names = names;
        self.text.clear();
        self.text.extend_from_slice(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nlhello::names::Family;

    const WHAT: What = What::Attr(Set::EMPTY);

    const DEPTH: Depth = Depth { text: 1, nests: 9 };

    const NOTHING: Needs = Needs {
        names: false,
        rows: 0,
    };

    fn part() -> Part<'static> {
        Part::new(WHAT, 2, DEPTH, b"bytes")
    }

    fn kept(needs: Needs) -> Repeats {
        let mut repeats = Repeats::default();
        for _ in 0..2 {
            repeats.keep(&part(), b"text", needs, 7);
        }
        repeats
    }

    #[test]
    fn a_text_is_found_by_all_that_it_was_made_of() {
        let repeats = kept(NOTHING);

        assert_eq!(repeats.find(&part(), 8), Some((&b"text"[..], NOTHING)));
        let set = What::Attr(nlhello::names::ext_ack());
        let further = Depth { text: 2, ..DEPTH };
        let deeper = Depth { nests: 8, ..DEPTH };
        for other in [
            Part::new(WHAT, 10, DEPTH, b"bytes"),
            Part::new(WHAT, 2, further, b"bytes"),
            Part::new(WHAT, 2, deeper, b"bytes"),
            Part::new(WHAT, 2, DEPTH, b"others"),
            Part::new(set, 2, DEPTH, b"bytes"),
        ] {
            assert_eq!(repeats.find(&other, 7), None, "{other:?}");
        }
    }

    #[test]
    fn a_text_with_names_of_links_is_found_as_long_as_they_are_the_same() {
        let names = Needs {
            names: true,
            ..NOTHING
        };
        let repeats = kept(names);

        assert_eq!(repeats.find(&part(), 7), Some((&b"text"[..], names)));
        assert_eq!(repeats.find(&part(), 8), None);
    }

    #[test]
    fn what_came_once_takes_no_place() {
        let mut repeats = kept(NOTHING);
        for number in 0..100 * PARTS.slots {
            let bytes = number.to_ne_bytes();
            repeats.keep(&Part::new(WHAT, 2, DEPTH, &bytes), b"other", NOTHING, 7);
        }

        assert_eq!(repeats.find(&part(), 7), Some((&b"text"[..], NOTHING)));
    }

    #[test]
    fn what_depends_on_others_or_is_long_is_not_remembered() {
        let one_row = Needs { rows: 1, ..NOTHING };
        assert_eq!(kept(one_row).find(&part(), 7), None);
        assert_eq!(kept(Needs::TOO_MUCH).find(&part(), 7), None);
        assert!(!WHAT.is_kept(&[0; 513]));
        let mut repeats = Repeats::default();
        for _ in 0..2 {
            repeats.keep(&part(), &[b' '; PARTS.text + 1], NOTHING, 7);
        }
        assert_eq!(repeats.find(&part(), 7), None);
    }

    #[test]
    fn a_whole_needs_no_row_that_it_holds() {
        let [one, two] = [1, 2].map(|rows| Needs { rows, ..NOTHING });

        assert_eq!(two.of_row(), one);
        assert_eq!(one.of_row(), NOTHING);
        assert_eq!(NOTHING.of_row(), NOTHING);
        assert_eq!(Needs::TOO_MUCH.of_row(), Needs::TOO_MUCH);
        assert_eq!(one.and(two), two);
    }

    #[test]
    fn payloads_have_slots_of_their_own_and_may_be_longer() {
        let family = Family::of_protocol(libc::NETLINK_ROUTE).unwrap();
        let message = family.message(libc::RTM_NEWLINK, 0, b"").unwrap();
        let payload = What::Payload(message.header.unwrap(), message.attrs);
        let bytes = [7; 600];
        assert!(payload.is_kept(&bytes) && !WHAT.is_kept(&bytes));
        assert!(!payload.is_kept(&bytes[..63]));

        let part = Part::new(payload, 0, DEPTH, &bytes);
        let text = [b' '; PARTS.text + 1];
        let mut repeats = kept(NOTHING);
        for _ in 0..2 {
            repeats.keep(&part, &text, NOTHING, 7);
        }
        assert_eq!(repeats.find(&part, 7), Some((&text[..], NOTHING)));
        assert_eq!(repeats.payloads.len(), PAYLOADS.slots);
    }
}
