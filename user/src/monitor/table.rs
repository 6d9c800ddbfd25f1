// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The objects of a kind, as they were told last.

use super::pool::{Id, Pool};
use crate::kind::{Payload, Snapshot};
use crate::rtnl::Kind;
use hashbrown::{DefaultHashBuilder, HashTable};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::hash::BuildHasher;
use std::ops::Range;

/// Where an object was seen last, since dumps began to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastSeen {
    /// Nowhere: it was there before.
    Before,
    /// In a dump.
    Dump,
    /// In an event.
    Event,
    /// In a dump, and it is not told yet: it only counts once the dumps are read.
    Found,
}

/// The destination of a route, with zeroes behind it; of all else, zeroes.
pub type Own = [u8; 16];

/// An object that a [`ObjectTable`] knows of: what it shares with others, and what is its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InternedObject {
    shape: Id,
    own: Own,
}

/// Identity of an object in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ObjectKey {
    shape: Id,
    own: Own,
}

/// Part that objects share.
#[derive(Clone, Copy)]
struct SharedPart {
    /// Where each has its own; there are zeroes.
    at: u32,
    len: u32,
    /// Part that the keys of these objects share.
    key: Id,
}

/// An object, and where it was seen.
#[derive(Clone, Copy)]
struct TableEntry {
    form: InternedObject,
    seen: LastSeen,
}

/// Objects of one kind, by their keys. A key may have more than one: routes to the same prefix.
///
/// Routes differ from many others in their destination only, so that all else is kept once: a route
/// takes some 50 bytes.
///
/// # Invariants
///
/// Each entry holds its shape, each shape that of its key, and each of those its place, if it has one.
/// `found` is the number of entries that are [`LastSeen::Found`]. `last` is held by somebody.
pub struct ObjectTable {
    kind: Kind,
    facts: &'static Snapshot,
    entries: HashTable<TableEntry>,
    found: usize,
    shapes: Pool<SharedPart>,
    keys: Pool<Option<Id>>,
    /// Part of their keys that entries of a VXLAN share which lead elsewhere.
    places: Pool<()>,
    /// The shape that came last: what comes next often has the same.
    last: Option<Id>,
    hasher: DefaultHashBuilder,
    /// Room for a body and a key.
    room: [Vec<u8>; 2],
}

impl SharedPart {
    fn place(self) -> Range<usize> {
        self.at as usize..(self.at + self.len) as usize
    }

    /// Returns what `body` has of its own, if all else is as `bytes`, which this is about.
    #[inline]
    fn own_in(self, bytes: &[u8], body: &[u8]) -> Option<Own> {
        let place = self.place();
        let is_same = body.len() == bytes.len()
            && body[..place.start] == bytes[..place.start]
            && body[place.end..] == bytes[place.end..];

        is_same.then(|| own(&body[place]))
    }
}

#[inline]
fn own(bytes: &[u8]) -> Own {
    let mut own = Own::default();
    own[..bytes.len()].copy_from_slice(bytes);
    own
}

impl ObjectTable {
    /// Returns an empty table of this `kind`, whose objects are kept like this.
    pub fn new(kind: Kind, facts: &'static Snapshot) -> Self {
        Self {
            kind,
            facts,
            entries: HashTable::new(),
            found: 0,
            shapes: Pool::new(),
            keys: Pool::new(),
            places: Pool::new(),
            last: None,
            hasher: DefaultHashBuilder::default(),
            room: Default::default(),
        }
    }

    /// Returns what its objects are.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns how its objects are kept.
    pub fn facts(&self) -> &'static Snapshot {
        self.facts
    }

    /// Says whether an object is several in one.
    pub fn is_group(&self, form: InternedObject) -> bool {
        self.ask(form, |object| object.is_group())
    }

    /// Returns the index of the link that an object is on, or goes through.
    pub fn link_of(&self, form: InternedObject) -> Option<u32> {
        self.ask(form, |object| object.link())
    }

    /// Returns what `ask` says of an object.
    pub fn ask<T>(&self, form: InternedObject, ask: impl FnOnce(&Payload<'_>) -> T) -> T {
        ask(&Payload::new(self.kind, &self.body(form)))
    }

    /// Returns how many objects there are.
    pub fn len(&self) -> usize {
        self.entries.len() - self.found
    }

    /// Returns this object as it is kept, if it is one at all: until it is [let go of](ObjectTable::release).
    #[inline]
    pub fn form(&mut self, object: &Payload<'_>) -> Option<InternedObject> {
        self.form_as_before(object.bytes())
            .or_else(|| self.form_anew(object))
    }

    /// A payload that is like the body of another is a body.
    #[inline]
    fn form_as_before(&mut self, payload: &[u8]) -> Option<InternedObject> {
        let shape = self.last?;
        let own = self
            .shapes
            .more(shape)
            .own_in(self.shapes.bytes(shape), payload)?;

        self.shapes.hold(shape);
        Some(InternedObject { shape, own })
    }

    fn form_anew(&mut self, object: &Payload<'_>) -> Option<InternedObject> {
        let [mut body, mut key] = std::mem::take(&mut self.room);
        let is_one = self.facts.put_body(object, &mut body);
        let form = is_one.then(|| self.form_of_body(&mut body, &mut key));
        self.room = [body, key];
        form
    }

    fn form_of_body(&mut self, body: &mut [u8], key: &mut Vec<u8>) -> InternedObject {
        let place = self.facts.own_of(&Payload::new(self.kind, body));
        let own = own(&body[place.clone()]);
        body[place.clone()].fill(0);
        let (facts, object) = (self.facts, &Payload::new(self.kind, body));
        let Self { keys, places, .. } = self;
        let shape = self.shapes.hold_row(object.bytes(), || {
            key.clear();
            (facts.identity)(object, key);
            SharedPart {
                // No message has so many bytes.
                at: place.start as u32,
                len: place.len() as u32,
                key: keys.hold_row(key, || {
                    let place = (facts.rivals)(object);
                    place.map(|place| places.hold_row(&place, || ()))
                }),
            }
        });
        self.last = Some(shape);
        InternedObject { shape, own }
    }

    /// Says whether there is another object in the same place, as [`Snapshot::rivals`](crate::kind::Snapshot) has it.
    pub fn has_rival(&self, form: InternedObject) -> bool {
        let place = self.keys.more(self.key(form).shape);
        place.is_some_and(|place| self.places.is_shared(place))
    }

    /// Holds an object once more.
    pub fn hold(&mut self, form: InternedObject) -> InternedObject {
        self.shapes.hold(form.shape);
        form
    }

    /// Lets go of an object: unless it is in the table, it is not to be used any more.
    #[inline]
    pub fn release(&mut self, form: InternedObject) {
        if let Some(shape) = self.shapes.release(form.shape) {
            if let Some(Some(place)) = self.keys.release(shape.key) {
                self.places.release(place);
            }
            if self.last == Some(form.shape) {
                self.last = None;
            }
        }
    }

    /// Returns the key of an object.
    #[inline]
    pub fn key(&self, form: InternedObject) -> ObjectKey {
        key_of(&self.shapes, form)
    }

    /// Puts the bytes of an object into `body`, instead of what is there.
    #[inline]
    pub fn put_body(&self, form: InternedObject, body: &mut Vec<u8>) {
        put_form(&self.shapes, form, body);
    }

    /// Returns the bytes of an object.
    pub fn body(&self, form: InternedObject) -> Cow<'_, [u8]> {
        match self.shapes.more(form.shape).len {
            0 => self.shapes.bytes(form.shape).into(),
            _ => {
                let mut body = Vec::new();
                self.put_body(form, &mut body);
                body.into()
            }
        }
    }

    #[inline]
    fn hash(&self, key: ObjectKey) -> u64 {
        self.hasher.hash_one(key)
    }

    #[inline]
    fn entries_of(&self, key: ObjectKey) -> impl Iterator<Item = &TableEntry> {
        self.entries
            .iter_hash(self.hash(key))
            .filter(move |entry| self.key(entry.form) == key)
    }

    /// Returns the objects with this `key`, and where each was seen.
    #[inline]
    pub fn of_key(&self, key: ObjectKey) -> impl Iterator<Item = (InternedObject, LastSeen)> + '_ {
        self.entries_of(key)
            .filter(|entry| entry.seen != LastSeen::Found)
            .map(|entry| (entry.form, entry.seen))
    }

    /// Returns the objects with this `key` that are [`LastSeen::Found`].
    pub fn found_of_key(&self, key: ObjectKey) -> impl Iterator<Item = InternedObject> + '_ {
        self.entries_of(key)
            .filter(|entry| entry.seen == LastSeen::Found)
            .map(|entry| entry.form)
    }

    /// Returns all objects, and where each was seen.
    pub fn iter(&self) -> impl Iterator<Item = (InternedObject, LastSeen)> + '_ {
        self.entries
            .iter()
            .filter(|entry| entry.seen != LastSeen::Found)
            .map(|entry| (entry.form, entry.seen))
    }

    /// Returns all that are [`LastSeen::Found`].
    pub fn found(&self) -> impl Iterator<Item = InternedObject> + '_ {
        self.entries
            .iter()
            .filter(|entry| entry.seen == LastSeen::Found)
            .map(|entry| entry.form)
    }

    /// Returns `forms` in the order that people expect.
    pub fn in_order(&self, forms: impl Iterator<Item = InternedObject>) -> Vec<InternedObject> {
        let mut forms: Vec<_> = forms.collect();
        self.sort(&mut forms);
        forms
    }

    /// Returns the first of `forms` in that order.
    pub fn first(&self, forms: impl Iterator<Item = InternedObject>) -> Option<InternedObject> {
        forms.min_by(|one, other| self.order(*one, *other))
    }

    /// Sorts `forms`: there is one copy of that in the program, wherever they come from.
    fn sort(&self, forms: &mut [InternedObject]) {
        forms.sort_unstable_by(|one, other| self.order(*one, *other));
    }

    fn order(&self, one: InternedObject, other: InternedObject) -> Ordering {
        let [bytes, others] = [one, other].map(|form| self.shapes.bytes(form.shape));
        let number = |bytes| (self.facts.order)(&Payload::new(self.kind, bytes));

        number(bytes)
            .cmp(&number(others))
            .then_with(|| one.own.cmp(&other.own))
            .then_with(|| bytes.cmp(others))
    }

    /// Forgets where the objects were seen; there must be none that is [`LastSeen::Found`].
    pub fn forget_seen(&mut self) {
        self.entries
            .iter_mut()
            .for_each(|entry| entry.seen = LastSeen::Before);
    }

    /// Forgets what was found.
    pub fn forget_found(&mut self) {
        if self.found > 0 {
            let found: Vec<_> = self.found().collect();
            found.into_iter().for_each(|form| {
                self.remove_found(form);
            });
        }
    }

    /// Notes that an object was seen; says whether it was there.
    pub fn mark(&mut self, form: InternedObject, seen: LastSeen) -> bool {
        let entry = self.find_mut(form, |seen| seen != LastSeen::Found);

        entry.map(|entry| entry.seen = seen).is_some()
    }

    fn find_mut(
        &mut self,
        form: InternedObject,
        is_it: impl Fn(LastSeen) -> bool,
    ) -> Option<&mut TableEntry> {
        let hash = self.hash(self.key(form));
        let is_it = |entry: &TableEntry| entry.form == form && is_it(entry.seen);

        self.entries.find_mut(hash, is_it)
    }

    /// Says whether an object is there that is [`LastSeen::Found`].
    pub fn is_found(&self, form: InternedObject) -> bool {
        self.found > 0 && self.found_of_key(self.key(form)).any(|found| found == form)
    }

    /// Adds an object.
    #[inline]
    pub fn insert(&mut self, form: InternedObject, seen: LastSeen) {
        self.shapes.hold(form.shape);
        self.found += usize::from(seen == LastSeen::Found);
        let (shapes, hasher) = (&self.shapes, &self.hasher);
        let hash = |entry: &TableEntry| hasher.hash_one(key_of(shapes, entry.form));
        let entry = TableEntry { form, seen };

        self.entries.insert_unique(hash(&entry), entry, hash);
    }

    /// Removes an object; returns where it was seen.
    #[inline]
    pub fn remove(&mut self, form: InternedObject) -> Option<LastSeen> {
        self.remove_if(form, |seen| seen != LastSeen::Found)
    }

    /// Removes an object that is [`LastSeen::Found`].
    pub fn remove_found(&mut self, form: InternedObject) -> bool {
        let found = self.remove_if(form, |seen| seen == LastSeen::Found);
        self.found -= usize::from(found.is_some());
        found.is_some()
    }

    /// Takes an object that is [`LastSeen::Found`] to be told: a dump has seen it.
    pub fn keep(&mut self, form: InternedObject) {
        if let Some(entry) = self.find_mut(form, |seen| seen == LastSeen::Found) {
            entry.seen = LastSeen::Dump;
            self.found -= 1;
        }
    }

    #[inline]
    fn remove_if(
        &mut self,
        form: InternedObject,
        is_it: impl Fn(LastSeen) -> bool,
    ) -> Option<LastSeen> {
        let hash = self.hash(self.key(form));
        let is_it = |entry: &TableEntry| entry.form == form && is_it(entry.seen);
        let (entry, _) = self.entries.find_entry(hash, is_it).ok()?.remove();

        self.release(form);
        Some(entry.seen)
    }

    /// Takes all that are [`LastSeen::Found`] to be told: a dump has seen them.
    pub fn keep_found(&mut self) {
        self.entries
            .iter_mut()
            .filter(|entry| entry.seen == LastSeen::Found)
            .for_each(|entry| entry.seen = LastSeen::Dump);
        self.found = 0;
    }
}

#[inline]
fn key_of(shapes: &Pool<SharedPart>, form: InternedObject) -> ObjectKey {
    ObjectKey {
        shape: shapes.more(form.shape).key,
        own: form.own,
    }
}

#[inline]
fn put_form(
    shapes: &Pool<SharedPart>,
    InternedObject { shape, own }: InternedObject,
    body: &mut Vec<u8>,
) {
    let place = shapes.more(shape).place();
    let len = place.len();

    body.clear();
    body.extend_from_slice(shapes.bytes(shape));
    body[place].copy_from_slice(&own[..len]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::with;
    use std::collections::HashMap;

    impl ObjectTable {
        /// Returns how many rows of bytes it keeps.
        pub fn rows(&self) -> usize {
            self.shapes.len() + self.keys.len()
        }

        /// Asserts what holds between two calls, if somebody holds `others` besides.
        pub fn check(&self, others: impl Iterator<Item = InternedObject>) {
            let forms = self.entries.iter().map(|entry| entry.form).chain(others);
            let shapes = count(forms.map(|form| form.shape));
            let keys = count(shapes.keys().map(|shape| self.shapes.more(*shape).key));

            let places = count(keys.keys().filter_map(|key| self.keys.more(*key)));

            assert_eq!((self.shapes.holds(), self.keys.holds()), (shapes, keys));
            assert_eq!(self.places.holds(), places);
            assert_eq!(self.found().count(), self.found);
            assert!(self
                .last
                .is_none_or(|last| self.shapes.holds().contains_key(&last)));
        }
    }

    fn count(ids: impl Iterator<Item = Id>) -> HashMap<Id, usize> {
        let mut counts = HashMap::new();
        ids.for_each(|id| *counts.entry(id).or_default() += 1);
        counts
    }

    /// Returns a route to 10.0.0.`dst`, whatever else is said of it.
    fn route(dst: u8, more: &[(u16, &[u8])]) -> Vec<u8> {
        let own = [(15, &[254, 0, 0, 0][..]), (1, &[10, 0, 0, dst])];
        let route = with(&[2, 32, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0], &own);
        with(&route, more)
    }

    fn routes() -> ObjectTable {
        ObjectTable::new(Kind::Route, Kind::Route.snapshot().unwrap())
    }

    fn insert(table: &mut ObjectTable, payload: &[u8]) -> InternedObject {
        let form = table.form(&Payload::new(Kind::Route, payload)).unwrap();
        table.insert(form, LastSeen::Event);
        table.release(form);
        form
    }

    #[test]
    fn routes_to_many_destinations_share_all_else_and_are_told_apart() {
        let mut table = routes();
        let forms: Vec<_> = (0..100)
            .map(|dst| insert(&mut table, &route(dst, &[])))
            .collect();

        assert_eq!((table.len(), table.rows()), (100, 2));
        for (dst, form) in (0..).zip(forms) {
            assert_eq!(*table.body(form), route(dst, &[])[..]);
            let all: Vec<_> = table.of_key(table.key(form)).collect();
            assert_eq!(all, [(form, LastSeen::Event)]);
        }
    }

    #[test]
    fn the_first_of_some_is_the_first_of_them_in_order() {
        let mut table = routes();
        let dsts = [7, 3, 9, 5];
        let forms = dsts.map(|dst| insert(&mut table, &route(dst, &[])));

        assert_eq!(table.first(forms.into_iter()), Some(forms[1]));
        assert_eq!(
            table.first([forms[2], forms[0]].into_iter()),
            Some(forms[0])
        );
        assert_eq!(table.first([].into_iter()), None);
        let in_order = table.in_order(forms.into_iter());
        assert_eq!(in_order, [1, 3, 0, 2].map(|at: usize| forms[at]));
    }

    #[test]
    fn a_route_is_the_same_whatever_changes_by_itself() {
        const CACHEINFO: (u16, &[u8]) = (12, &[7; 32]);
        let mut table = routes();
        let one = insert(&mut table, &route(1, &[]));
        for payload in [route(1, &[CACHEINFO]), route(1, &[])] {
            assert_eq!(table.form(&Payload::new(Kind::Route, &payload)), Some(one));
        }
        let other = insert(&mut table, &route(1, &[(5, &[10, 0, 0, 9])]));

        assert_ne!(other, one);
        assert_eq!(table.key(other), table.key(one));
        assert_eq!(
            table.form(&Payload::new(Kind::Route, &[2; 11])),
            None,
            "shorter than its header"
        );
    }

    #[test]
    fn what_a_destination_is_not_is_shared() {
        let mut table = routes();
        let header = |len| [&[2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &[len, 0, 1, 0]].concat();
        for payload in [
            header(4),
            [&header(5)[..], &[1, 0, 0, 0]].concat(),
            [&header(200)[..], &[1; 8]].concat(),
            header(3),
        ] {
            let form = insert(&mut table, &payload);
            assert_eq!(form.own, Own::default());
            let body = table.body(form).into_owned();
            assert_eq!(table.form(&Payload::new(Kind::Route, &body)), Some(form));
        }
    }

    #[test]
    fn what_is_gone_takes_no_room() {
        let mut table = routes();
        for dst in 0..100 {
            insert(&mut table, &route(dst, &[(5, &[10, 0, 0, dst])]));
            let object = route(dst, &[]);
            let form = table.form(&Payload::new(Kind::Route, &object)).unwrap();
            table.insert(form, LastSeen::Found);
            table.release(form);
        }
        table.forget_found();
        let all: Vec<_> = table.iter().map(|(form, _)| form).collect();
        assert_eq!((all.len(), table.rows()), (100, 101));
        for form in all {
            assert_eq!(table.remove(form), Some(LastSeen::Event));
        }

        assert_eq!((table.len(), table.rows()), (0, 0));
    }
}
