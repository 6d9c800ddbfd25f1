// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What was told before, by the bytes that it was made of: the objects of a dump have most of their
//! headers and attributes in common.

use crate::output::record::memo::mix;
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
}

impl Repeats {
    /// Returns the text of `part`, where links have `names`.
    #[inline]
    pub fn find(&self, part: &Part<'_>, names: u64) -> Option<&[u8]> {
        let slot = self.slots.get(place(part.bytes))?;

        slot.is_of(part, names).then_some(&slot.text)
    }

    /// Remembers the `text` of `part`, where links have `names`.
    pub fn keep(&mut self, part: &Part<'_>, text: &[u8], lasting: Lasting, names: u64) {
        if lasting == Lasting::Never || part.bytes.len() > BYTES_MAX || text.len() > TEXT_MAX {
            return;
        }
        if self.slots.is_empty() {
            self.slots.resize(SLOTS, Slot::default());
        }
        self.slots[place(part.bytes)].fill(
            part,
            text,
            (lasting == Lasting::SameNames).then_some(names),
        );
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

/// Returns the place of what is made of `bytes`. Whoever chooses bytes that share one gains nothing: each
/// is told as if it were new.
#[inline]
fn place(bytes: &[u8]) -> usize {
    (mix(0, bytes) >> 32) as usize % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    const PART: Part<'_> = Part {
        what: What::Attr(Set::EMPTY),
        family: 2,
        depth: 1,
        bytes: b"bytes",
    };

    fn kept(lasting: Lasting) -> Repeats {
        let mut repeats = Repeats::default();
        repeats.keep(&PART, b"text", lasting, 7);
        repeats
    }

    #[test]
    fn a_text_is_found_by_all_that_it_was_made_of() {
        let repeats = kept(Lasting::Always);

        assert_eq!(repeats.find(&PART, 8), Some(&b"text"[..]));
        for other in [
            Part { family: 10, ..PART },
            Part { depth: 2, ..PART },
            Part {
                bytes: b"others",
                ..PART
            },
            Part {
                what: What::Attr(nlhello::names::ext_ack()),
                ..PART
            },
        ] {
            assert_eq!(repeats.find(&other, 7), None, "{other:?}");
        }
    }

    #[test]
    fn a_text_with_names_of_links_is_found_as_long_as_they_are_the_same() {
        let repeats = kept(Lasting::SameNames);

        assert_eq!(repeats.find(&PART, 7), Some(&b"text"[..]));
        assert_eq!(repeats.find(&PART, 8), None);
    }

    #[test]
    fn what_depends_on_others_or_is_long_is_not_remembered() {
        assert_eq!(kept(Lasting::Never).find(&PART, 7), None);
        let mut repeats = Repeats::default();
        let bytes = [0; BYTES_MAX + 1];
        let long = Part {
            bytes: &bytes,
            ..PART
        };
        repeats.keep(&long, b"text", Lasting::Always, 7);
        repeats.keep(&PART, &[b' '; TEXT_MAX + 1], Lasting::Always, 7);
        assert_eq!(repeats.find(&long, 7), None);
        assert_eq!(repeats.find(&PART, 7), None);
    }
}
