// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Dumps and events about the same objects, while the dumps are read.

use super::super::table::{InternedObject, LastSeen, ObjectKey, ObjectTable};
use super::super::{Action, Event, Kind, Kinds, Origin, Payload};
use super::change::Change;
use std::collections::{HashMap, HashSet};

/// From before a dump is asked for until all events are read that came before its end.
pub struct Window {
    /// Origin of the differences that are found.
    origin: Origin,
    /// Kinds that are read.
    pub kinds: Kinds,
    /// Keys that an event was about meanwhile.
    touched: HashMap<(Kind, ObjectKey), Touch>,
    /// Object that the dump showed last, of a kind whose objects can have the same identity, and where the dump paused
    /// behind one: it goes on there by counting, so that it may leave out others there if some were deleted meanwhile.
    last: Vec<u8>,
    passed: Option<Kind>,
    pauses: HashSet<Vec<u8>>,
}

/// Result of the events since the start of the window for a key.
#[derive(Clone, Debug)]
struct Touch {
    /// An object with it, held: as long as it is, so is the key.
    form: InternedObject,
    sure: Sure,
    /// How many objects of it the dump showed that were then replaced or deleted.
    gone: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Sure {
    /// The key has the objects that are in the table.
    Yes,
    /// The key has the objects that are in the table, if there was only one before the event; the event replaced it.
    IfReplaced,
    /// The key had exactly this object before the event, if it had only one; the event deleted it.
    IfDeleted(Box<[u8]>),
    /// The objects of the key are not known.
    No,
}

impl Window {
    /// Begins to read these `kinds`; what differs is told as of this `origin`.
    pub fn open(kinds: Kinds, origin: Origin) -> Self {
        Self {
            origin,
            kinds,
            touched: HashMap::new(),
            last: Vec::new(),
            passed: None,
            pauses: HashSet::new(),
        }
    }

    /// Notes what the dump showed last, of a kind whose objects can have the same identity.
    pub fn pass(&mut self, object: &Payload<'_>) {
        self.last.clear();
        if object.has_siblings() {
            self.last.extend_from_slice(object.bytes());
        }
        self.passed = Some(object.kind());
    }

    /// Notes that the dump ends here or pauses.
    pub fn pause(&mut self) {
        let leaf_of = |kind| Payload::new(kind, &self.last).leaf();
        self.pauses.extend(self.passed.and_then(leaf_of));
    }

    /// Returns the objects of this `kind` that it holds.
    #[cfg(test)]
    pub fn forms(&self, kind: Kind) -> impl Iterator<Item = InternedObject> + '_ {
        self.touched
            .iter()
            .filter(move |((of, _), _)| *of == kind)
            .map(|(_, touch)| touch.form)
    }

    /// Lets go of the objects that it holds in `tables`.
    pub fn release(self, tables: &mut [ObjectTable]) {
        for ((kind, _), touch) in self.touched {
            tables[kind as usize].release(touch.form);
        }
    }

    /// Notes what an event, which was not applied yet, says of its key.
    pub fn touch(&mut self, change: &mut Change<'_, '_>) {
        let key = (change.news.kind(), change.of_key.key);
        let before = self.touched.get(&key);
        let touch = Touch {
            form: match before {
                Some(before) => before.form,
                None => change.table.hold(change.form),
            },
            sure: sure_of(change, before),
            gone: before.map_or(0, |touch| touch.gone),
        };
        self.touched.insert(key, touch);
    }

    /// Notes how many objects the event removed that the dump had shown.
    pub fn settle(&mut self, kind: Kind, key: ObjectKey, gone: usize) {
        if gone > 0 {
            if let Some(touch) = self.touched.get_mut(&(kind, key)) {
                touch.gone += gone;
            }
        }
    }

    fn is_touched(&self, table: &ObjectTable, key: ObjectKey) -> bool {
        !self.touched.is_empty() && self.touched.contains_key(&(table.kind(), key))
    }

    /// Tells what differs in the `table`; says whether it is known then what is there.
    pub fn close(&self, table: &mut ObjectTable, emit: &mut impl FnMut(&Event<'_>)) -> bool {
        let doubtful = self.doubtful_leaves(table);
        let is_settled = self.is_settled(table);
        self.emit_deleted(table, &doubtful, emit);
        self.emit_found(table, emit);
        is_settled && doubtful.is_empty()
    }

    /// Says whether of all keys in the `table` that events were about it is known what is there.
    fn is_settled(&self, table: &ObjectTable) -> bool {
        self.touched
            .iter()
            .filter(|((of, _), _)| *of == table.kind())
            .all(|((_, key), touch)| touch.is_settled(*key, table))
    }

    /// Returns where the dump may have left out objects of the `table`.
    fn doubtful_leaves(&self, table: &ObjectTable) -> HashSet<Vec<u8>> {
        self.touched
            .iter()
            .filter(|((of, _), _)| *of == table.kind())
            .filter_map(|(_, touch)| table.ask(touch.form, |object| object.leaf()))
            .filter(|leaf| self.pauses.contains(leaf))
            .collect()
    }

    /// Tells of what is in `table` and was not in the dump, and forgets it; where the dump has
    /// another object for it, that is told instead. What is at `doubtful` leaves may be there still.
    fn emit_deleted(
        &self,
        table: &mut ObjectTable,
        doubtful: &HashSet<Vec<u8>>,
        emit: &mut impl FnMut(&Event<'_>),
    ) {
        let stale = table.iter().filter(|(_, seen)| *seen == LastSeen::Before);
        let stale = table.in_order(stale.map(|(form, _)| form));
        let is_left_out = |object: &Payload<'_>| {
            !doubtful.is_empty() && object.leaf().is_some_and(|leaf| doubtful.contains(&leaf))
        };
        let mut body = Vec::new();
        for form in stale {
            let key = table.key(form);
            table.put_body(form, &mut body);
            let object = Payload::new(table.kind(), &body);
            if self.is_touched(table, key) || is_left_out(&object) {
                continue;
            }
            let is_pair = |found| is_pair(table, form, found);
            if !table.found_of_key(key).any(is_pair) {
                table.remove(form);
                emit(&self.event(Action::Del, &object, None));
            }
        }
    }

    /// Tells of what was in the dump and not in `table`, and keeps it.
    fn emit_found(&self, table: &mut ObjectTable, emit: &mut impl FnMut(&Event<'_>)) {
        let is_stale = table.iter().any(|(_, seen)| seen == LastSeen::Before);
        let is_special = |form: &InternedObject| {
            let key = table.key(*form);
            self.is_touched(table, key) || is_stale && stale_of_key(table, key).next().is_some()
        };
        for form in table.in_order(table.found().filter(is_special)) {
            self.emit_special(table, form, emit);
        }
        // At the start nobody listens, and there are many.
        if self.origin != Origin::Initial {
            self.emit_new(table, emit);
        }
        table.keep_found();
    }

    fn emit_new(&self, table: &ObjectTable, emit: &mut impl FnMut(&Event<'_>)) {
        let mut body = Vec::new();
        for form in table.in_order(table.found()) {
            table.put_body(form, &mut body);
            let object = Payload::new(table.kind(), &body);
            emit(&self.event(Action::New, &object, None));
        }
    }

    /// Tells that `form`, which was found, is there instead of another, if it is; events may know better.
    fn emit_special(
        &self,
        table: &mut ObjectTable,
        form: InternedObject,
        emit: &mut impl FnMut(&Event<'_>),
    ) {
        let key = table.key(form);
        if self.is_touched(table, key) {
            table.remove_found(form);
            return;
        }
        let stale = stale_of_key(table, key).find(|stale| is_pair(table, *stale, form));
        if let Some(stale) = stale {
            let bodies = [stale, form].map(|form| table.body(form).into_owned());
            table.remove(stale);
            table.keep(form);
            let [old, new] = [0, 1].map(|at| Payload::new(table.kind(), &bodies[at]));
            emit(&self.event(Action::Change, &new, Some(&old)));
        }
    }

    /// Tells of each object in the `table` that is above one of these: it is as it was, but for what it is
    /// told with.
    pub fn emit_above(
        &self,
        table: &ObjectTable,
        turned: &HashSet<u32>,
        emit: &mut impl FnMut(&Event<'_>),
    ) {
        // At the start nobody was told of any.
        if self.origin == Origin::Initial || turned.is_empty() {
            return;
        }
        let below = |form| table.ask(form, table.facts().below);
        let is_above =
            |form: &InternedObject| below(*form).is_some_and(|lower| turned.contains(&lower));
        let all = table.iter().map(|(form, _)| form);
        for form in table.in_order(all.filter(is_above)) {
            table.ask(form, |object| {
                emit(&self.event(Action::Change, object, Some(object)))
            });
        }
    }

    fn event<'e>(
        &self,
        what: Action,
        object: &'e Payload<'e>,
        old: Option<&'e Payload<'e>>,
    ) -> Event<'e> {
        Event {
            old,
            origin: self.origin,
            ..Event::alone(what, object, 0)
        }
    }
}

impl Touch {
    /// Says whether it is known what there is with its `key` in `table`.
    fn is_settled(&self, key: ObjectKey, table: &ObjectTable) -> bool {
        let found = || table.found_of_key(key);
        let dumped = table
            .of_key(key)
            .filter(|(_, seen)| *seen == LastSeen::Dump);
        let number = self.gone + dumped.count() + found().count();
        // A stale object was there before, no event says that it is gone, and yet the dump does not show it.
        let is_stale = stale_of_key(table, key).next().is_some();

        match &self.sure {
            Sure::Yes => true,
            Sure::No => false,
            _ if is_stale => false,
            Sure::IfReplaced => number <= 1,
            Sure::IfDeleted(body) => {
                number == self.gone && number <= 1
                    || number == 1 && found().all(|found| *table.body(found) == **body)
            }
        }
    }
}

/// Returns the objects with this `key` that were there before and were seen nowhere since.
fn stale_of_key(table: &ObjectTable, key: ObjectKey) -> impl Iterator<Item = InternedObject> + '_ {
    table
        .of_key(key)
        .filter(|(_, seen)| *seen == LastSeen::Before)
        .map(|(form, _)| form)
}

/// Says whether `stale` has become `found`, which has the same key: of both there is only one on the
/// same link, or at all.
fn is_pair(table: &ObjectTable, stale: InternedObject, found: InternedObject) -> bool {
    let key = table.key(stale);
    let is_there = |form: &InternedObject| table.link_of(*form) == table.link_of(stale);

    match is_there(&found) {
        true => {
            let stales = stale_of_key(table, key).filter(is_there);
            let others = table.found_of_key(key).filter(is_there);
            (stales.count(), others.count()) == (1, 1)
        }
        false => (table.of_key(key).count(), table.found_of_key(key).count()) == (1, 1),
    }
}

/// Says how sure it is what there is of a key after `change`, and was `before`; that is `None` at the
/// first event of a window, before which nothing is sure.
fn sure_of(change: &Change<'_, '_>, before: Option<&Touch>) -> Sure {
    let is_update = change.news.is_update();
    let is_known = change.of_key.is_known;
    let (none, few) = (change.of_key.count == 0, change.of_key.count < 2);
    let was_shown = before.is_some_and(|touch| touch.gone > 0);

    match (change.news.is_there, before.map(|touch| &touch.sure)) {
        _ if !change.news.object.has_siblings() => Sure::Yes,
        (true, _) if change.news.is_only() => Sure::Yes,
        (true, None | Some(Sure::IfReplaced)) if is_update && few => Sure::IfReplaced,
        (true, Some(Sure::Yes)) if is_update && change.of_key.count == 1 => Sure::Yes,
        (true, Some(Sure::Yes)) if change.news.object.is_appended() && !is_update => Sure::Yes,
        (false, None) if none || is_known && few => Sure::IfDeleted(change.body.bytes().into()),
        (false, Some(Sure::Yes)) if is_known => Sure::Yes,
        // The object in the dump may be the one that was replaced, or another that is still there.
        (false, Some(Sure::IfReplaced)) if is_known && few && !was_shown => {
            Sure::IfDeleted(change.body.bytes().into())
        }
        _ => Sure::No,
    }
}
