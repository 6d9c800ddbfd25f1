// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The objects of a kind, as they were told last.

use super::body::{has_key, put_key};
use super::Kind;
use hashbrown::{DefaultHashBuilder, HashTable};
use std::cell::RefCell;
use std::hash::BuildHasher;

/// Where an object was seen last, since dumps began to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Nowhere: it was there before.
    Before,
    /// In a dump.
    Dump,
    /// In an event.
    Event,
}

/// Objects of one kind, by their keys. A key may have more than one: routes to the same prefix.
///
/// Each is a box of its own whose first byte says where it was seen last: with the table's share a
/// route takes some 90 bytes.
pub struct Table {
    kind: Kind,
    entries: HashTable<Box<[u8]>>,
    hasher: DefaultHashBuilder,
}

/// What says which object it is, and where a table has it.
#[derive(Clone, Copy)]
pub struct Key<'k> {
    pub bytes: &'k [u8],
    hash: u64,
}

impl From<u8> for Seen {
    fn from(byte: u8) -> Self {
        match byte {
            0 => Self::Before,
            1 => Self::Dump,
            _ => Self::Event,
        }
    }
}

impl Table {
    /// Returns an empty table.
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            entries: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
        }
    }

    /// Returns an empty table for the same objects; keys are good for both.
    pub fn emptied(&self) -> Self {
        Self {
            kind: self.kind,
            entries: HashTable::new(),
            hasher: self.hasher.clone(),
        }
    }

    /// Returns how many objects there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns what finds the objects whose key is `bytes`.
    pub fn key<'k>(&self, bytes: &'k [u8]) -> Key<'k> {
        Key {
            bytes,
            hash: self.hasher.hash_one(bytes),
        }
    }

    /// Returns the objects with this `key`, and where each was seen.
    pub fn of_key<'t>(&'t self, key: Key<'t>) -> impl Iterator<Item = (&'t [u8], Seen)> {
        self.entries
            .iter_hash(key.hash)
            .map(|entry| (&entry[1..], entry[0].into()))
            .filter(move |(body, _)| has_key(self.kind, body, key.bytes))
    }

    /// Returns all objects, and where each was seen.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], Seen)> {
        self.entries
            .iter()
            .map(|entry| (&entry[1..], entry[0].into()))
    }

    /// Forgets where the objects were seen.
    pub fn forget_seen(&mut self) {
        self.entries
            .iter_mut()
            .for_each(|entry| entry[0] = Seen::Before as u8);
    }

    /// Notes that the object `body`, whose key is `key`, was seen; says whether it was there.
    pub fn mark(&mut self, key: Key<'_>, body: &[u8], seen: Seen) -> bool {
        let found = self.entries.find_mut(key.hash, |entry| entry[1..] == *body);

        found.map(|entry| entry[0] = seen as u8).is_some()
    }

    /// Adds the object `body`.
    pub fn insert(&mut self, key: Key<'_>, body: &[u8], seen: Seen) {
        let mut entry = Vec::with_capacity(1 + body.len());
        entry.push(seen as u8);
        entry.extend_from_slice(body);
        let (kind, hasher) = (self.kind, &self.hasher);
        // Where the table grows it asks for all of them, one after the other.
        let own = RefCell::new(Vec::new());

        self.entries.insert_unique(key.hash, entry.into(), |entry| {
            let mut own = own.borrow_mut();
            own.clear();
            put_key(kind, &entry[1..], &mut *own);
            hasher.hash_one(&own[..])
        });
    }

    /// Removes the object `body`; returns where it was seen.
    pub fn remove(&mut self, key: Key<'_>, body: &[u8]) -> Option<Seen> {
        let found = self
            .entries
            .find_entry(key.hash, |entry| entry[1..] == *body);

        found.ok().map(|entry| entry.remove().0[0].into())
    }
}
