// SPDX-License-Identifier: Apache-2.0 OR MIT

//! How attributes begin, up to their value, by what attributes of a type have in common.

use super::sink::Sink;
use nlhello::names::{Format, Set};

/// How many are remembered; a power of two.
const SLOTS: usize = 256;

/// Beginnings, each in the place that its type and length give it: the last one there stays.
#[derive(Default)]
pub struct Starts {
    /// None before the first attribute.
    slots: Vec<Slot>,
}

/// The beginning of attributes that have a key in common.
#[derive(Clone, Default)]
struct Slot {
    /// `None` while there is nothing; else the key and the format of the value too.
    known: Option<(Key, Format)>,
    text: Vec<u8>,
}

/// All that the beginning of an attribute depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Key {
    set: Set,
    nla_type: u16,
    len: usize,
    /// How far in the text is.
    depth: usize,
}

impl Starts {
    /// Begins an attribute of `set`, whose `len` is `nla_len`; returns the format of its value.
    pub fn open<S: Sink>(&mut self, sink: &mut S, set: Set, nla_type: u16, len: usize) -> Format {
        let Some(place) = sink.place() else {
            return open_new(sink, set, nla_type, len);
        };
        if self.slots.is_empty() {
            self.slots.resize(SLOTS, Slot::default());
        }
        let key = Key {
            set,
            nla_type,
            len,
            depth: place.depth,
        };
        let slot = &mut self.slots[key.slot()];
        match slot.known {
            Some((known, format)) if known == key => {
                sink.open_attr_again(&slot.text);
                format
            }
            _ => {
                let format = open_new(sink, set, nla_type, len);
                slot.known = Some((key, format));
                slot.text.clear();
                slot.text.extend_from_slice(sink.since(place));
                format
            }
        }
    }
}

impl Key {
    fn slot(&self) -> usize {
        (usize::from(self.nla_type) + 8 * self.len + 64 * self.depth) % SLOTS
    }
}

fn open_new<S: Sink>(sink: &mut S, set: Set, nla_type: u16, len: usize) -> Format {
    let known = set.find(nla_type);

    sink.open_attr(len, nla_type, known.map(|known| known.name));
    known.map_or(Format::Binary, |known| known.format)
}

#[cfg(test)]
mod tests {
    use super::super::text::Text;
    use super::*;
    use nlhello::names;

    fn begun(starts: &mut Starts, set: Set, nla_type: u16, len: usize) -> String {
        let mut out = Vec::new();
        starts.open(&mut Text::new(&mut out, "", false), set, nla_type, len);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn an_attribute_begins_as_if_it_were_the_first() {
        let mut starts = Starts::default();
        for _ in 0..2 {
            for set in [names::ext_ack(), Set::EMPTY] {
                for nla_type in 0..8 {
                    for len in [4, 8, 4 + SLOTS / 8] {
                        let known = begun(&mut starts, set, nla_type, len);
                        let new = begun(&mut Starts::default(), set, nla_type, len);
                        assert_eq!(known, new);
                    }
                }
            }
        }
        assert_eq!(
            begun(&mut starts, names::ext_ack(), 1, 8),
            "    nlattr len=8 type=NLMSGERR_ATTR_MSG(1)"
        );
    }
}
