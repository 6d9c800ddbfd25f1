// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Texts written before, by the bytes that they were made of.

use nlhello::object::Rest;

/// How many texts are remembered; a power of two. A router has a few dozen next hops.
const SLOTS: usize = 256;

/// Texts, each in the place that the hash of its bytes gives it: the last one there stays.
#[derive(Default)]
pub struct Memo {
    /// Empty before the first text: most objects need no memory for it.
    slots: Vec<MemoSlot>,
    /// The slot that was looked at last: what comes next is often the same.
    last: usize,
}

/// A text and what it was made of.
///
/// # Invariants
///
/// `before` is at most the length of `bytes`.
#[derive(Clone, Default)]
struct MemoSlot {
    /// `None` while there is no text.
    family: Option<u8>,
    /// Bytes before the head, and after it.
    bytes: Vec<u8>,
    /// How much of it comes before.
    before: usize,
    text: Vec<u8>,
}

impl Memo {
    /// Remembers nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.slots.iter_mut().for_each(|slot| slot.family = None);
    }

    /// Returns the text that was made of `rest`.
    #[inline]
    pub fn get(&mut self, rest: Rest<'_>) -> Option<&[u8]> {
        if self.slots.get(self.last)?.is_of(rest) {
            return Some(&self.slots[self.last].text);
        }
        self.last = slot_of(rest);
        let slot = &self.slots[self.last];

        slot.is_of(rest).then_some(&slot.text)
    }

    /// Remembers the `text` that was made of `rest`.
    pub fn put(&mut self, rest: Rest<'_>, text: &[u8]) {
        self.slots.resize_with(SLOTS, MemoSlot::default);
        self.last = slot_of(rest);
        let slot = &mut self.slots[self.last];

        slot.family = Some(rest.family);
        slot.before = rest.before.len();
        slot.bytes = [rest.before, rest.after].concat();
        slot.text = text.to_vec();
    }
}

impl MemoSlot {
    #[inline]
    fn is_of(&self, rest: Rest<'_>) -> bool {
        let (before, after) = self.bytes.split_at(self.before);

        after == rest.after && before == rest.before && self.family == Some(rest.family)
    }
}

/// Returns the slot for `rest`: where two meet in one, it is slower and no less right.
#[inline]
fn slot_of(rest: Rest<'_>) -> usize {
    let hash = mix(mix(rest.family.into(), rest.before), rest.after);

    place(hash, SLOTS)
}

/// Returns which of so many slots, a power of two, is that of `hash`: all of what was mixed is in its
/// upper bits.
#[inline]
pub fn place(hash: u64, slots: usize) -> usize {
    (((hash >> 32) * slots as u64) >> 32) as usize
}

/// Returns a hash of `bytes` behind those that `hash` is of.
#[inline]
pub fn mix(mut hash: u64, bytes: &[u8]) -> u64 {
    let mut rest = bytes;
    while let Some((word, behind)) = rest.split_first_chunk() {
        hash = stir(hash, u64::from_ne_bytes(*word));
        rest = behind;
    }
    match bytes.last_chunk() {
        _ if rest.is_empty() => hash,
        // Some of it for a second time, which is cheaper than byte by byte.
        Some(last) => stir(hash, u64::from_ne_bytes(*last)),
        None => rest
            .iter()
            .fold(hash, |hash, byte| stir(hash, (*byte).into())),
    }
}

#[inline]
fn stir(hash: u64, word: u64) -> u64 {
    // An odd number whose bits look random: 2^64 divided by the golden ratio.
    (hash.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest<'a>(family: u8, before: &'a [u8], after: &'a [u8]) -> Rest<'a> {
        Rest {
            family,
            before,
            after,
        }
    }

    #[test]
    fn a_text_is_found_by_all_the_bytes_that_it_was_made_of_and_no_others() {
        let mut memo = Memo::new();
        memo.put(rest(2, b"before", b"after"), b"text");

        assert_eq!(memo.get(rest(2, b"before", b"after")), Some(&b"text"[..]));
        for other in [
            rest(10, b"before", b"after"),
            rest(2, b"befor", b"eafter"),
            rest(2, b"before", b"aften"),
            rest(2, b"before", b""),
            rest(0, b"", b""),
        ] {
            assert_eq!(memo.get(other), None);
        }
    }

    #[test]
    fn many_texts_are_never_mistaken_for_one_another() {
        let mut memo = Memo::new();
        for round in 0..2 {
            for number in 0..4 * SLOTS {
                let bytes = number.to_ne_bytes();
                let found = memo.get(rest(2, &bytes, b"")).map(<[u8]>::to_vec);
                assert!(found.is_none_or(|text| round == 1 && text == bytes));
                memo.put(rest(2, &bytes, b""), &bytes);
            }
        }
    }
}
