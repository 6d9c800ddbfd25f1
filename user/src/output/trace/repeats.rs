// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What was told before, by the bytes that it was made of: the objects of a dump have most of their
//! headers and attributes in common.

use crate::output::record::memo::{mix, place};
use nlhello::names::{Set, Struct};

/// How many texts are remembered; a power of two. A message has some fifty attributes at most.
const SLOTS: usize = 512;

/// Longest attribute and longest text that are remembered, in bytes: those of the settings of a link are in.
const BYTES_MAX: usize = 512;
const TEXT_MAX: usize = 4096;

/// A part of a message: all that its text is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<'m> {
    /// What is known of it.
    pub what: What,
    /// The family of the message, `AF_*`.
    pub family: u8,
    /// How far in the text is.
    pub depth: usize,
    /// The part as it is on the wire.
    pub bytes: &'m [u8],
    /// The hash of that.
    hash: u64,
}

impl<'m> Part<'m> {
    /// Says whether a part with these `bytes` is worth to be looked for.
    #[inline]
    pub fn is_short(bytes: &[u8]) -> bool {
        bytes.len() <= BYTES_MAX
    }

    /// Whoever chooses bytes that share a slot with others gains nothing: each is told as if it were new.
    #[inline]
    pub fn new(what: What, family: u8, depth: usize, bytes: &'m [u8]) -> Self {
        Self {
            what,
            family,
            depth,
            bytes,
            hash: mix(0, bytes),
        }
    }

    #[inline]
    fn slot(&self) -> usize {
        place(self.hash, SLOTS)
    }
}

/// What is known of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A fixed header.
    Header(Struct),
    /// An attribute of this set.
    Attr(Set),
}

/// How long a text is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasting {
    /// Always: it says nothing but what is in the bytes.
    Always,
    /// As long as links have the names that they have: it has some.
    SameNames,
    /// It depends on what is around it.
    Never,
}

/// Texts, each in the place that the hash of its bytes gives it: the last one there stays.
#[derive(Default)]
pub struct Repeats {
    /// None before the first text.
    slots: Vec<Slot>,
}

/// A text and what it was made of.
#[derive(Clone, Default)]
struct Slot {
    /// `None` while there is no text.
    what: Option<What>,
    family: u8,
    depth: usize,
    bytes: Vec<u8>,
    /// Which names of links it has, if it has some.
    names: Option<u64>,
    text: Vec<u8>,
    /// The hash of the part that was told last and is not remembered here.
    last: u64,
}

impl Repeats {
    /// Returns the text of `part`, where links have `names`.
    #[inline]
    pub fn find(&self, part: &Part<'_>, names: u64) -> Option<&[u8]> {
        let slot = self.slots.get(part.slot())?;

        slot.is_of(part, names).then_some(&slot.text)
    }

    /// Remembers the `text` of `part`, where links have `names`, if that part comes again: what comes once is
    /// not worth a copy, or the place of another.
    pub fn keep(&mut self, part: &Part<'_>, text: &[u8], lasting: Lasting, names: u64) {
        if lasting == Lasting::Never || text.len() > TEXT_MAX {
            return;
        }
        if self.slots.is_empty() {
            self.slots.resize(SLOTS, Slot::default());
        }
        let slot = &mut self.slots[part.slot()];
        if std::mem::replace(&mut slot.last, part.hash) == part.hash {
            let names = (lasting == Lasting::SameNames).then_some(names);
            slot.fill(part, text, names);
        }
    }
}

impl Slot {
    fn is_of(&self, part: &Part<'_>, names: u64) -> bool {
        self.bytes == part.bytes
            && self.what == Some(part.what)
            && self.family == part.family
            && self.depth == part.depth
            && self.names.is_none_or(|had| had == names)
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

    const WHAT: What = What::Attr(Set::EMPTY);

    fn part() -> Part<'static> {
        Part::new(WHAT, 2, 1, b"bytes")
    }

    fn kept(lasting: Lasting) -> Repeats {
        let mut repeats = Repeats::default();
        for _ in 0..2 {
            repeats.keep(&part(), b"text", lasting, 7);
        }
        repeats
    }

    #[test]
    fn a_text_is_found_by_all_that_it_was_made_of() {
        let repeats = kept(Lasting::Always);

        assert_eq!(repeats.find(&part(), 8), Some(&b"text"[..]));
        let set = What::Attr(nlhello::names::ext_ack());
        for other in [
            Part::new(WHAT, 10, 1, b"bytes"),
            Part::new(WHAT, 2, 2, b"bytes"),
            Part::new(WHAT, 2, 1, b"others"),
            Part::new(set, 2, 1, b"bytes"),
        ] {
            assert_eq!(repeats.find(&other, 7), None, "{other:?}");
        }
    }

    #[test]
    fn a_text_with_names_of_links_is_found_as_long_as_they_are_the_same() {
        let repeats = kept(Lasting::SameNames);

        assert_eq!(repeats.find(&part(), 7), Some(&b"text"[..]));
        assert_eq!(repeats.find(&part(), 8), None);
    }

    #[test]
    fn what_came_once_takes_no_place() {
        let mut repeats = kept(Lasting::Always);
        for number in 0..100 * SLOTS {
            let bytes = number.to_ne_bytes();
            repeats.keep(&Part::new(WHAT, 2, 1, &bytes), b"other", Lasting::Always, 7);
        }

        assert_eq!(repeats.find(&part(), 7), Some(&b"text"[..]));
    }

    #[test]
    fn what_depends_on_others_or_is_long_is_not_remembered() {
        assert_eq!(kept(Lasting::Never).find(&part(), 7), None);
        assert!(!Part::is_short(&[0; BYTES_MAX + 1]));
        let mut repeats = Repeats::default();
        for _ in 0..2 {
            repeats.keep(&part(), &[b' '; TEXT_MAX + 1], Lasting::Always, 7);
        }
        assert_eq!(repeats.find(&part(), 7), None);
    }
}
