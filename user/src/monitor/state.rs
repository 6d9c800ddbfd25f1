// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What was told of the network, and what an event or a dump adds to it.
//!
//! `docs/monitor.md` says why this is right.

mod change;
mod window;

use super::table::{Form, Seen, Table};
use super::{Event, Kind, Kinds, Origin, What};
use crate::kind::Cause;
use change::Change;
use std::borrow::Cow;
use std::collections::HashSet;
use window::Window;

// Flags of an event of a route (`NLM_F_*`): it is the only one of its key; it takes the place of one.
const ONLY: u16 = (libc::NLM_F_CREATE | libc::NLM_F_EXCL) as u16;
const REPLACE: u16 = libc::NLM_F_REPLACE as u16;
const OF_ROUTES: u16 =
    (libc::NLM_F_CREATE | libc::NLM_F_EXCL | libc::NLM_F_REPLACE | libc::NLM_F_APPEND) as u16;

/// A message about an object.
#[derive(Clone, Copy)]
pub struct News<'a> {
    /// What the object is.
    pub kind: Kind,
    /// Whether it is there.
    pub is_there: bool,
    /// `nlmsg_flags`.
    pub flags: u16,
    /// Port id that asked for the change; 0 is nobody.
    pub by: u32,
    /// The object.
    pub payload: &'a [u8],
}

impl<'a> News<'a> {
    /// Says whether it can be believed that it is of one more, where others have its identity.
    fn is_appended(&self) -> bool {
        let snapshot = self.kind.snapshot();
        snapshot.is_some_and(|snapshot| snapshot.is_appended(self.payload))
    }

    /// Says whether the kernel makes such an object without a word.
    pub fn makes_in_silence(&self) -> bool {
        let snapshot = self.kind.snapshot();
        snapshot.is_some_and(|snapshot| snapshot.makes_in_silence(self.payload))
    }

    /// Says whether other objects can have its identity.
    fn has_siblings(&self) -> bool {
        let snapshot = self.kind.snapshot();
        snapshot.is_some_and(|snapshot| snapshot.has_siblings(self.payload))
    }

    /// Returns the event of a kind that is not [kept](Kind::is_kept).
    pub fn as_it_came(&self) -> Event<'a> {
        Event {
            kind: self.kind,
            what: match self.is_there {
                true => What::New,
                false => What::Del,
            },
            object: self.payload,
            body: self.payload,
            old: None,
            origin: Origin::Event,
            by: self.by,
        }
    }
}

impl Event<'_> {
    /// Says whether the object is up now and was not, or the other way round.
    fn turns(&self) -> bool {
        (self.kind.facts().turns)(&Cause {
            is_there: self.what != What::Del,
            payload: self.object,
            old: &|| self.old.map(Cow::Borrowed),
        })
    }
}

/// What was told.
pub struct State {
    /// Of the kinds that are kept, which are the first.
    tables: Vec<Table>,
    /// While dumps are read.
    window: Option<Window>,
    /// Kinds of which something changed that no event told of.
    silent: Kinds,
    /// Kinds of which it is not known what is there.
    doubt: Kinds,
    /// Kinds of which something changes yet that was told.
    unfinished: Kinds,
    /// Links that went up or down, came or went, since links were read: what is above them is told with that.
    turned: HashSet<u32>,
    /// Room for the body of an object.
    room: Vec<u8>,
}

impl State {
    /// Knows nothing yet.
    pub fn new() -> Self {
        Self {
            tables: Kind::ALL
                .iter()
                .map_while(|kind| kind.snapshot())
                .map(Table::new)
                .collect(),
            window: None,
            silent: Kinds::default(),
            doubt: Kinds::default(),
            unfinished: Kinds::default(),
            turned: HashSet::new(),
            room: Vec::new(),
        }
    }

    /// Returns how many objects of this `kind` there are.
    pub fn count(&self, kind: Kind) -> usize {
        self.table(kind).map_or(0, Table::len)
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

    /// Returns what there is of this `kind`, if it is [kept](Kind::is_kept).
    fn table(&self, kind: Kind) -> Option<&Table> {
        self.tables.get(kind as usize)
    }

    /// Returns the kinds that have to be read again because the kernel says nothing of what became
    /// of them, and forgets that.
    pub fn take_silent(&mut self) -> Kinds {
        std::mem::take(&mut self.silent)
    }

    /// Returns the kinds that have to be read again because events cannot tell what is there, and
    /// forgets that.
    pub fn take_doubt(&mut self) -> Kinds {
        std::mem::take(&mut self.doubt)
    }

    /// Returns the kinds that have to be read again a little later because the kernel was not done with what it told, and
    /// forgets that.
    pub fn take_unfinished(&mut self) -> Kinds {
        std::mem::take(&mut self.unfinished)
    }

    /// Takes in an event; tells what it changes.
    pub fn take(&mut self, news: &News<'_>, tell: &mut impl FnMut(&Event<'_>)) {
        let table = &mut self.tables[news.kind as usize];
        let Some(form) = table.form(news.payload) else {
            return;
        };
        let mut body = std::mem::take(&mut self.room);
        table.put_body(form, &mut body);
        self.take_object(news, (form, &body), tell);
        self.room = body;
        self.tables[news.kind as usize].release(form);
    }

    /// Notes what an event of a kind that is not [kept](Kind::is_kept) means for the others.
    pub fn note(&mut self, news: &News<'_>) {
        let cause = Cause {
            is_there: news.is_there,
            payload: news.payload,
            old: &|| None,
        };
        self.silent = self.silent | (news.kind.facts().silent)(&cause);
    }

    /// Notes that something of these `kinds` changed that no event told of.
    pub fn note_silent(&mut self, kinds: Kinds) {
        self.silent = self.silent | kinds;
    }

    fn take_object(
        &mut self,
        news: &News<'_>,
        (form, body): (Form, &[u8]),
        tell: &mut impl FnMut(&Event<'_>),
    ) {
        let table = &mut self.tables[news.kind as usize];
        let old = || table.of_key(table.key(form)).next();
        let facts = news.kind.facts();
        let cause = Cause {
            is_there: news.is_there,
            payload: body,
            old: &|| Some(table.body(old()?.0)),
        };
        self.silent = self.silent | (facts.silent)(&cause);
        self.unfinished = self.unfinished | (facts.unfinished)(&cause);
        if (facts.turns)(&cause) {
            self.turned.extend(news.kind.link_of(body));
        }
        // The event of an entry that takes the place of another is no other than that of one more.
        if news.is_there && table.has_rival(form) {
            self.silent = self.silent | Kind::Fdb.into();
        }
        // While others are read, it is known no better what there is of this kind.
        let window = self.window.as_mut();
        let mut window = window.filter(|window| window.kinds().has(news.kind));
        let mut change = Change::of(table, news, (form, body), window.is_some());
        if let Some(window) = &mut window {
            window.touch(&mut change);
        }
        change.apply(tell);
        match window {
            Some(window) => window.settle(news.kind, change.key, change.gone),
            None if !change.sure => self.doubt = self.doubt | news.kind.into(),
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
    pub fn is_told(&self) -> bool {
        self.window.is_none() && self.turned.is_empty()
    }

    /// Takes in an object of a dump.
    pub fn find(&mut self, kind: Kind, payload: &[u8]) {
        // A record may have what was not asked for.
        let window = self.window.as_mut();
        let Some(window) = window.filter(|window| window.kinds().has(kind)) else {
            return;
        };
        let Some(table) = self.tables.get_mut(kind as usize) else {
            return;
        };
        let Some(form) = table.form(payload) else {
            return;
        };
        window.pass(table.facts(), payload);
        // A dump may show an object twice while others come.
        let is_known = table.mark(form, Seen::Dump) || table.is_found(form);
        if !is_known && !table.facts().makes_in_silence(payload) {
            table.insert(form, Seen::Found);
        }
        table.release(form);
    }

    /// Takes in an object that an answer to somebody else showed, and tells nobody. It takes the place of what
    /// is known of it: of several routes with the same key, of the one on the same link.
    pub fn learn(&mut self, kind: Kind, payload: &[u8]) {
        let table = &mut self.tables[kind as usize];
        let Some(form) = table.form(payload) else {
            return;
        };
        let of_key: Vec<_> = table.of_key(table.key(form)).collect();
        let is_known = of_key.iter().any(|(old, _)| *old == form);
        let is_on_link = |old| kind.link_of(&table.body(old)) == kind.link_of(payload);
        let olds = of_key.into_iter().map(|(old, _)| old);
        let olds: Vec<_> = olds
            .filter(|old| table.facts().siblings.is_none() || is_on_link(*old))
            .collect();
        // Which of two it is, nobody knows.
        if !is_known && olds.len() < 2 {
            for old in olds {
                table.remove(old);
            }
            table.insert(form, Seen::Event);
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
            self.tables.iter_mut().for_each(Table::forget_found);
        }
    }

    /// Ends what [`State::open`] began, once all events are taken in that came before the end of the
    /// dumps: tells what differs.
    pub fn close(&mut self, tell: &mut impl FnMut(&Event<'_>)) {
        let Some(window) = self.window.take() else {
            return;
        };
        let Self { tables, turned, .. } = self;
        for kind in window.kinds().kept().iter() {
            let is_sure = window.close(kind, &mut tables[kind as usize], &mut |event| {
                if event.turns() {
                    turned.extend(event.kind.link_of(event.object));
                }
                tell(event);
            });
            if !is_sure {
                self.doubt = self.doubt | kind.into();
            }
        }
        if window.kinds().has(Kind::Link) {
            let turned = std::mem::take(turned);
            window.tell_above(Kind::Link, &tables[Kind::Link as usize], &turned, tell);
        }
        window.release(&mut self.tables);
    }
}

#[cfg(test)]
mod tests;
