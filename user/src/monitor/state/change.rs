// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Effects of an event on a table.

use super::super::table::{InternedObject, LastSeen, ObjectKey, ObjectTable};
use super::super::{Action, Event, Origin, Payload};
use super::News;

/// Objects with the key of one object.
#[derive(Clone, Copy)]
pub struct OfKey {
    pub key: ObjectKey,
    /// How many, and whether the object is one of them.
    pub count: usize,
    pub is_known: bool,
    pub last: Option<InternedObject>,
}

impl OfKey {
    pub fn of(table: &ObjectTable, form: InternedObject) -> Self {
        let key = table.key(form);
        let none = Self {
            key,
            count: 0,
            is_known: false,
            last: None,
        };
        table.of_key(key).fold(none, |before, (other, _)| Self {
            key,
            count: before.count + 1,
            is_known: before.is_known || other == form,
            last: Some(other),
        })
    }
}

/// An event, and what it does to a table.
pub struct Change<'c, 'a> {
    pub table: &'c mut ObjectTable,
    pub news: &'c News<'a>,
    /// The object, without what changes by itself.
    pub form: InternedObject,
    pub body: &'c Payload<'c>,
    /// Objects that were there with its key, and the last of them.
    pub of_key: OfKey,
    pub old: Option<&'c Payload<'c>>,
    /// Whether the state is read meanwhile: maybe much was there that was not told.
    pub is_read: bool,
    /// How many of them a dump had shown that are gone.
    pub gone: usize,
    /// Whether it is known what is there now.
    pub sure: bool,
}

impl<'c, 'a> Change<'c, 'a> {
    /// Returns what is there.
    fn olds(&self) -> Vec<InternedObject> {
        self.table
            .of_key(self.of_key.key)
            .map(|(old, _)| old)
            .collect()
    }

    /// Does it; tells what changes.
    pub fn apply(&mut self, emit: &mut impl FnMut(&Event<'_>)) {
        match (self.news.is_there, self.of_key.is_known, self.is_only()) {
            // An event that repeats another is emitted once.
            (true, true, false) => self.see(),
            (true, true, true) => {
                self.see();
                self.remove_all_other(emit);
            }
            (true, false, true) => self.replace(emit),
            (true, false, false) => self.add(emit),
            (false, true, _) => self.remove(self.form, emit),
            (false, false, _) => self.remove_other(emit),
        }
    }

    /// Says whether there is no other object with its key after the event.
    fn is_only(&self) -> bool {
        match self.news.object.has_siblings() {
            false => true,
            true if self.news.is_only() => true,
            true if self.news.is_update() => self.of_key.count < 2,
            true => self.of_key.count == 0,
        }
    }

    fn see(&mut self) {
        let was_dumped = self
            .table
            .of_key(self.of_key.key)
            .any(|(old, seen)| old == self.form && seen == LastSeen::Dump);
        if !was_dumped {
            self.table.mark(self.form, LastSeen::Event);
        }
    }

    /// Other objects with the key of an only one are gone, even without an event that they are.
    fn remove_all_other(&mut self, emit: &mut impl FnMut(&Event<'_>)) {
        for old in self.olds() {
            if old != self.form {
                self.remove(old, emit);
            }
        }
    }

    /// Takes the place of whatever was there.
    fn replace(&mut self, emit: &mut impl FnMut(&Event<'_>)) {
        let old = self.old;
        for other in self.olds() {
            match Some(other) == self.of_key.last {
                true => self.note_gone(other),
                false => self.remove(other, emit),
            }
        }
        self.table.insert(self.form, LastSeen::Event);
        let what = if old.is_some() {
            Action::Change
        } else {
            Action::New
        };
        self.emit(what, old, emit);
    }

    /// Joins what was there, if that can be: what IPv6 calls a route of several hops, and what is
    /// replaced among many, has to be read.
    fn add(&mut self, emit: &mut impl FnMut(&Event<'_>)) {
        if !self.news.object.is_appended() || self.news.is_update() {
            self.sure = false;
            return;
        }
        self.table.insert(self.form, LastSeen::Event);
        self.emit(Action::New, None, emit);
    }

    fn remove(&mut self, form: InternedObject, emit: &mut impl FnMut(&Event<'_>)) {
        if form == self.form {
            self.note_gone(form);
            return self.emit(Action::Del, None, emit);
        }
        let bytes = self.table.body(form).into_owned();
        self.note_gone(form);
        let body = Payload::new(self.news.kind(), &bytes);
        emit(&Event::alone(Action::Del, &body, self.news.by));
    }

    /// Removes the one that is there instead, if it can only be that: some of its bytes may have
    /// changed in silence.
    fn remove_other(&mut self, emit: &mut impl FnMut(&Event<'_>)) {
        match self.olds()[..] {
            [] => {}
            [old] if !self.may_be_another(old) => self.remove(old, emit),
            _ => self.sure = false,
        }
    }

    /// Says whether what is deleted may be other than `old`: another route that was not told yet, or
    /// a hop of IPv6. Of all else there is only one.
    fn may_be_another(&self, old: InternedObject) -> bool {
        self.news.object.has_siblings() && (self.is_read || self.table.is_group(old))
    }

    fn note_gone(&mut self, form: InternedObject) {
        if self.table.remove(form) == Some(LastSeen::Dump) {
            self.gone += 1;
        }
    }

    fn emit(&self, what: Action, old: Option<&Payload<'_>>, emit: &mut impl FnMut(&Event<'_>)) {
        emit(&Event {
            what,
            object: &self.news.object,
            body: self.body,
            old,
            origin: Origin::Event,
            by: self.news.by,
        });
    }
}
