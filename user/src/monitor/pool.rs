// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Rows of bytes that many share, each kept once.

use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;

/// Number of a row, as long as somebody holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Id(u32);

/// Rows of bytes, with something that is known of each.
///
/// # Invariants
///
/// A slot that is held is in `index`, by the hash of its bytes; one that is not is in `free`.
pub struct Pool<T> {
    slots: Vec<PoolSlot<T>>,
    index: HashTable<u32>,
    free: Vec<u32>,
    hasher: DefaultHashBuilder,
}

struct PoolSlot<T> {
    bytes: Box<[u8]>,
    more: T,
    /// How many hold it.
    holds: u32,
}

impl<T: Copy> Pool<T> {
    /// Returns an empty one.
    pub fn new() -> Self {
        Self {
            slots: Vec::new(),
            index: HashTable::new(),
            free: Vec::new(),
            hasher: DefaultHashBuilder::default(),
        }
    }

    /// Holds the row `bytes`, which is added where it is not there, with what `more` says of it.
    pub fn hold_row(&mut self, bytes: &[u8], more: impl FnOnce() -> T) -> Id {
        match self.find(bytes) {
            Some(id) => self.hold(id),
            None => self.add(bytes, more()),
        }
    }

    /// Returns the row `bytes`, if it is there.
    pub fn find(&self, bytes: &[u8]) -> Option<Id> {
        let hash = self.hasher.hash_one(bytes);
        let found = self
            .index
            .find(hash, |slot| *self.slots[*slot as usize].bytes == *bytes);

        found.copied().map(Id)
    }

    /// Adds the row `bytes`, which is not there yet, and holds it.
    pub fn add(&mut self, bytes: &[u8], more: T) -> Id {
        let slot = PoolSlot {
            bytes: bytes.into(),
            more,
            holds: 1,
        };
        let place = match self.free.pop() {
            Some(place) => {
                self.slots[place as usize] = slot;
                place
            }
            None => {
                self.slots.push(slot);
                // Memory would be gone long before there are so many.
                (self.slots.len() - 1) as u32
            }
        };
        let (slots, hasher) = (&self.slots, &self.hasher);
        let hash = |place: &u32| hasher.hash_one(&*slots[*place as usize].bytes);
        self.index.insert_unique(hash(&place), place, hash);
        Id(place)
    }

    /// Holds it once more.
    #[inline]
    pub fn hold(&mut self, id: Id) -> Id {
        self.slots[id.0 as usize].holds += 1;
        id
    }

    /// Lets go of it; returns what was known of it if that was the last hold, and it is gone.
    #[inline]
    pub fn release(&mut self, id: Id) -> Option<T> {
        let slot = &mut self.slots[id.0 as usize];
        slot.holds -= 1;
        match slot.holds {
            0 => Some(self.remove(id)),
            _ => None,
        }
    }

    fn remove(&mut self, Id(place): Id) -> T {
        let slot = &mut self.slots[place as usize];
        let bytes = std::mem::take(&mut slot.bytes);
        let more = slot.more;
        let hash = self.hasher.hash_one(&*bytes);
        if let Ok(entry) = self.index.find_entry(hash, |other| *other == place) {
            entry.remove();
        }
        self.free.push(place);
        more
    }

    /// Returns how many rows there are.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Returns all that are held, and how many times.
    #[cfg(test)]
    pub fn holds(&self) -> std::collections::HashMap<Id, usize> {
        self.index
            .iter()
            .map(|place| (Id(*place), self.slots[*place as usize].holds as usize))
            .collect()
    }

    /// Says whether it is held more than once.
    pub fn is_shared(&self, id: Id) -> bool {
        self.slots[id.0 as usize].holds > 1
    }

    /// Returns its bytes.
    #[inline]
    pub fn bytes(&self, id: Id) -> &[u8] {
        &self.slots[id.0 as usize].bytes
    }

    /// Returns what is known of it.
    #[inline]
    pub fn more(&self, id: Id) -> T {
        self.slots[id.0 as usize].more
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_there_as_long_as_somebody_holds_it() {
        let mut pool = Pool::new();
        let (one, two) = (pool.add(b"one", 1), pool.add(b"two", 2));
        assert_eq!(pool.find(b"one"), Some(one));
        assert_eq!((pool.bytes(two), pool.more(two)), (&b"two"[..], 2));

        pool.hold(one);
        assert_eq!(pool.release(one), None);
        assert_eq!(pool.release(one), Some(1));
        assert_eq!(pool.find(b"one"), None);
        assert_eq!(pool.find(b"two"), Some(two));
    }

    #[test]
    fn rows_that_come_and_go_take_no_more_room() {
        let mut pool = Pool::new();
        for number in 0..1000u32 {
            let id = pool.add(&number.to_ne_bytes(), ());
            assert_eq!(pool.release(id), Some(()));
        }

        assert_eq!((pool.slots.len(), pool.index.len()), (1, 0));
    }
}
