// SPDX-License-Identifier: Apache-2.0 OR MIT

//! State of the network as it was emitted, and what an event or a dump adds to it.
//!
//! `docs/monitor.md` says why this is right.

mod change;
mod window;

use super::table::{InternedObject, LastSeen, ObjectTable};
use super::{Action, Event, Kind, Kinds, Origin, Payload};
use crate::kind::Cause;
use crate::rtnl::link::Ifinfomsg;
use change::{Change, OfKey};
use std::borrow::Cow;
use std::collections::HashSet;
use window::Window;

// Flags of an event of a route (`NLM_F_*`): it is the only one of its key; it takes the place of one.
const ONLY: u16 = (libc::NLM_F_CREATE | libc::NLM_F_EXCL) as u16;
const REPLACE: u16 = libc::NLM_F_REPLACE as u16;
const OF_ROUTES: u16 =
    (libc::NLM_F_CREATE | libc::NLM_F_EXCL | libc::NLM_F_REPLACE | libc::NLM_F_APPEND) as u16;

/// A message about an object.
#[derive(Clone)]
pub struct News<'a> {
    /// The object.
    pub object: Payload<'a>,
    /// Whether it is there.
    pub is_there: bool,
    /// `nlmsg_flags`.
    pub flags: u16,
    /// Port id that asked for the change; 0 is nobody.
    pub by: u32,
}

impl<'a> News<'a> {
    /// Returns what the object is.
    pub fn kind(&self) -> Kind {
        self.object.kind()
    }

    /// Says whether the event of a route tells of the only one with its key.
    fn is_only(&self) -> bool {
        self.flags & OF_ROUTES == ONLY
    }

    /// Says whether the event of a route adds none to those with its key: it takes the place of one, or tells of what
    /// hardware does with one that is there (`fib_alias_hw_flags_set()`).
    fn is_update(&self) -> bool {
        let flags = self.flags & OF_ROUTES;

        flags == 0 || flags & REPLACE != 0
    }

    /// Returns the event of a kind that is not [kept](Kind::is_kept).
    pub fn as_it_came(&'a self) -> Event<'a> {
        let what = match self.is_there {
            true => Action::New,
            false => Action::Del,
        };
        Event::alone(what, &self.object, self.by)
    }
}

impl Event<'_> {
    /// Says whether the object is up now and was not, or the other way round.
    fn turns(&self) -> bool {
        (self.kind().facts().turns)(&Cause {
            is_there: self.what != Action::Del,
            object: self.object,
            old: self.old,
        })
    }
}

/// Objects that were emitted.
pub struct MonitorState {
    /// Of the kinds that are kept, which are the first.
    tables: Vec<ObjectTable>,
    /// While dumps are read.
    window: Option<Window>,
    /// Kinds that have to be read again because the kernel says nothing of what became of them.
    pub silent: Kinds,
    /// Kinds that have to be read again because events cannot tell what is there.
    pub doubt: Kinds,
    /// Kinds that have to be read again a little later because the kernel was not done with what it told.
    pub unfinished: Kinds,
    /// Links that went up or down, came or went, since links were read: what is above them is told with that.
    turned: HashSet<u32>,
    /// Whether there may be objects that are not known.
    is_partial: bool,
    /// Room for an object and what it was.
    room: [Vec<u8>; 2],
}

impl MonitorState {
    /// Knows nothing yet.
    pub fn new() -> Self {
        Self {
            tables: Kind::ALL
                .iter()
                .map_while(|kind| Some(ObjectTable::new(*kind, kind.snapshot()?)))
                .collect(),
            window: None,
            silent: Kinds::default(),
            doubt: Kinds::default(),
            unfinished: Kinds::default(),
            turned: HashSet::new(),
            is_partial: false,
            room: Default::default(),
        }
    }

    /// Knows nothing yet, and may not come to know all that there is: others captured what is told.
    pub fn of_capture() -> Self {
        Self {
            is_partial: true,
            ..Self::new()
        }
    }

    /// Says whether there may be objects that are not known.
    pub fn is_partial(&self) -> bool {
        self.is_partial
    }

    /// Returns how many objects of this `kind` there are.
    pub fn count(&self, kind: Kind) -> usize {
        self.table(kind).map_or(0, ObjectTable::len)
    }

    /// Returns the objects of this `kind`.
    pub fn bodies(&self, kind: Kind) -> impl Iterator<Item = Cow<'_, [u8]>> {
        self.table(kind)
            .into_iter()
            .flat_map(|table| table.iter().map(|(form, _)| table.body(form)))
    }

    /// Returns the same in the order that people expect.
    pub fn bodies_in_order(&self, kind: Kind) -> impl Iterator<Item = Cow<'_, [u8]>> {
        self.table(kind).into_iter().flat_map(|table| {
            let forms = table.in_order(table.iter().map(|(form, _)| form));
            forms.into_iter().map(|form| table.body(form))
        })
    }

    /// Returns the first in that order of the objects of this `kind` that are wanted.
    pub fn first(
        &self,
        kind: Kind,
        is_wanted: impl Fn(&Payload<'_>) -> bool,
    ) -> Option<Cow<'_, [u8]>> {
        let table = self.table(kind)?;
        let forms = table.iter().map(|(form, _)| form);
        let wanted = forms.filter(|form| table.ask(*form, &is_wanted));

        table.first(wanted).map(|form| table.body(form))
    }

    /// Returns what there is of this `kind`, if it is [kept](Kind::is_kept).
    fn table(&self, kind: Kind) -> Option<&ObjectTable> {
        self.tables.get(kind as usize)
    }

    /// Takes in an event; tells what it changes.
    pub fn take(&mut self, news: &News<'_>, emit: &mut impl FnMut(&Event<'_>)) {
        let kind = news.kind();
        if self.is_early(news) {
            self.unfinished = self.unfinished | kind.into();
            return;
        }
        let table = &mut self.tables[kind as usize];
        let Some(form) = table.form(&news.object) else {
            return;
        };
        let [mut body, mut was] = std::mem::take(&mut self.room);
        table.put_body(form, &mut body);
        let of_key = OfKey::of(table, form);
        if let Some(old) = of_key.last {
            table.put_body(old, &mut was);
        }
        let object = (form, &Payload::new(kind, &body));
        let was_object = Payload::new(kind, &was);
        let old = of_key.last.map(|_| &was_object);
        self.take_object(news, object, (of_key, old), emit);
        self.room = [body, was];
        self.tables[kind as usize].release(form);
    }

    /// Says whether an object is on a link that nobody has told of yet.
    #[inline]
    fn is_early(&mut self, news: &News<'_>) -> bool {
        news.kind().facts().precedes_link
            && news.is_there
            && !self.is_partial
            && news.object.link().is_some_and(|link| !self.has_link(link))
    }

    /// Says whether a link with this index was emitted.
    fn has_link(&mut self, index: u32) -> bool {
        let table = &mut self.tables[Kind::Link as usize];
        let link = Ifinfomsg::with_index(index);
        let Some(form) = table.form(&Payload::new(Kind::Link, &link)) else {
            return false;
        };
        let is_known = table.of_key(table.key(form)).next().is_some();
        table.release(form);
        is_known
    }

    /// Notes what an event of a kind that is not [kept](Kind::is_kept) means for the others.
    pub fn note(&mut self, news: &News<'_>) {
        let cause = Cause {
            is_there: news.is_there,
            object: &news.object,
            old: None,
        };
        self.heed(news.kind(), &cause, false);
    }

    /// Notes what an event of a `kind` means for others, one of which may be a rival of its object.
    #[inline]
    fn heed(&mut self, kind: Kind, cause: &Cause<'_>, has_rival: bool) {
        let facts = kind.facts();
        self.silent = self.silent | (facts.silent)(cause);
        self.unfinished = self.unfinished | (facts.unfinished)(cause);
        if (facts.turns)(cause) {
            self.turned.extend(cause.object.link());
        }
        // The event of an entry that takes the place of another is no other than that of one more.
        if has_rival {
            self.silent = self.silent | Kind::Fdb.into();
        }
    }

    fn take_object(
        &mut self,
        news: &News<'_>,
        (form, body): (InternedObject, &Payload<'_>),
        (of_key, old): (OfKey, Option<&Payload<'_>>),
        emit: &mut impl FnMut(&Event<'_>),
    ) {
        let kind = news.kind();
        let table = &self.tables[kind as usize];
        let has_rival = news.is_there && table.has_rival(form);
        if has_rival && (table.facts().is_echo)(body) {
            return;
        }
        let cause = Cause {
            is_there: news.is_there,
            object: body,
            old,
        };
        self.heed(kind, &cause, has_rival);
        // While others are read, it is known no better what there is of this kind.
        let window = self.window.as_mut();
        let mut window = window.filter(|window| window.kinds.has(kind));
        let mut change = Change {
            table: &mut self.tables[kind as usize],
            news,
            form,
            body,
            of_key,
            old,
            is_read: window.is_some(),
            gone: 0,
            sure: true,
        };
        if let Some(window) = &mut window {
            window.touch(&mut change);
        }
        change.apply(emit);
        match window {
            Some(window) => window.settle(kind, change.of_key.key, change.gone),
            None if !change.sure => self.doubt = self.doubt | kind.into(),
            None => {}
        }
    }

    /// Begins to read these `kinds`; what differs is told as of this `origin`.
    pub fn open(&mut self, kinds: Kinds, origin: Origin) {
        self.give_up();
        for kind in kinds.kept().iter() {
            self.tables[kind as usize].forget_seen();
        }
        self.window = Some(Window::open(kinds, origin));
    }

    /// Says whether all that is known was told: nothing is being read, and no link is told to be above one that is up or
    /// down as that was before.
    pub fn is_emitted(&self) -> bool {
        self.window.is_none() && self.turned.is_empty()
    }

    /// Takes in an object of a dump.
    pub fn find(&mut self, object: &Payload<'_>) {
        // A record may have what was not asked for.
        let kind = object.kind();
        let window = self.window.as_mut();
        let Some(window) = window.filter(|window| window.kinds.has(kind)) else {
            return;
        };
        let Some(table) = self.tables.get_mut(kind as usize) else {
            return;
        };
        let Some(form) = table.form(object) else {
            return;
        };
        window.pass(object);
        // A dump may show an object twice while others come.
        let is_known = table.mark(form, LastSeen::Dump) || table.is_found(form);
        if !is_known && !object.is_made_in_silence() {
            table.insert(form, LastSeen::Found);
        }
        table.release(form);
    }

    /// Takes in an object that an answer to somebody else showed, and tells nobody. It takes the place of what
    /// is known of it: of several routes with the same key, of the one on the same link.
    pub fn learn(&mut self, object: &Payload<'_>) {
        let table = &mut self.tables[object.kind() as usize];
        let Some(form) = table.form(object) else {
            return;
        };
        let of_key: Vec<_> = table.of_key(table.key(form)).collect();
        let is_known = of_key.iter().any(|(old, _)| *old == form);
        let is_on_link = |old| table.link_of(old) == object.link();
        let olds = of_key.into_iter().map(|(old, _)| old);
        let olds: Vec<_> = olds
            .filter(|old| table.facts().siblings.is_none() || is_on_link(*old))
            .collect();
        // With several candidates, the one that the event is about is not known.
        if !is_known && olds.len() < 2 {
            for old in olds {
                table.remove(old);
            }
            table.insert(form, LastSeen::Event);
        }
        table.release(form);
    }

    /// Notes that the dump ends here or pauses.
    pub fn pause(&mut self) {
        if let Some(window) = &mut self.window {
            window.pause();
        }
    }

    /// Forgets what the dumps showed: an event is missing.
    pub fn give_up(&mut self) {
        if let Some(window) = self.window.take() {
            window.release(&mut self.tables);
            self.tables.iter_mut().for_each(ObjectTable::forget_found);
        }
    }

    /// Ends what [`MonitorState::open`] began, once all events are taken in that came before the end of the
    /// dumps: tells what differs.
    pub fn close(&mut self, emit: &mut impl FnMut(&Event<'_>)) {
        let Some(window) = self.window.take() else {
            return;
        };
        let Self { tables, turned, .. } = self;
        for kind in window.kinds.kept().iter() {
            let is_sure = window.close(&mut tables[kind as usize], &mut |event| {
                if event.turns() {
                    turned.extend(event.object.link());
                }
                emit(event);
            });
            if !is_sure {
                self.doubt = self.doubt | kind.into();
            }
        }
        if window.kinds.has(Kind::Link) {
            let turned = std::mem::take(turned);
            window.emit_above(&tables[Kind::Link as usize], &turned, emit);
        }
        window.release(&mut self.tables);
    }
}

#[cfg(test)]
mod tests;
