// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What was told of the network, and what an event or a dump adds to it.
//!
//! `docs/monitor.md` says why this is right.

use super::body::{find, leaf_of_body, leaf_of_key, put_body, put_key};
use super::table::{Key, Seen, Table};
use super::{Event, Kind, Kinds, Origin, What};
use std::collections::{HashMap, HashSet};

// Flags of an event of a route (`NLM_F_*`): it is the only one of its key; it takes the place of one.
const ONLY: u16 = (libc::NLM_F_CREATE | libc::NLM_F_EXCL) as u16;
const REPLACE: u16 = libc::NLM_F_REPLACE as u16;
const OF_ROUTES: u16 =
    (libc::NLM_F_CREATE | libc::NLM_F_EXCL | libc::NLM_F_REPLACE | libc::NLM_F_APPEND) as u16;

/// Where `ndm_state` is in `struct ndmsg`.
const NDM_STATE: std::ops::Range<usize> = 8..10;
/// `NUD_NOARP`.
const NOARP: u16 = 0x40;

const RTA_MULTIPATH: u16 = 9;

/// Where `ifi_flags` is in `struct ifinfomsg`.
const IFI_FLAGS: std::ops::Range<usize> = 8..12;
/// Its size, in bytes.
const IFINFOMSG: usize = 16;
const IFLA_IFNAME: u16 = 3;
const IFLA_MTU: u16 = 4;

/// Where `ndm_ifindex` and `ndm_flags` are in `struct ndmsg`, and its size, in bytes.
const NDM_IFINDEX: std::ops::Range<usize> = 4..8;
const NDM_FLAGS: usize = 10;
const NDMSG: usize = 12;
/// `NTF_SELF`.
const SELF: u8 = 0x02;
/// `NUD_PERMANENT`.
const PERMANENT: u16 = 0x80;
const NDA_DST: u16 = 1;
const NDA_LLADDR: u16 = 2;

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

/// What was told.
pub struct State {
    tables: Vec<Table>,
    /// While dumps are read.
    window: Option<Window>,
    /// Kinds of which something changed that no event told of.
    silent: Kinds,
    /// Kinds of which it is not known what is there.
    doubt: Kinds,
    /// Room for the body and the key of an object.
    room: [Vec<u8>; 2],
}

/// From before a dump is asked for until all events are read that came before its end.
struct Window {
    /// What it is that differs.
    origin: Origin,
    kinds: Kinds,
    /// Objects of the dumps that had not been told.
    found: Vec<Table>,
    /// Keys that an event was about meanwhile.
    touched: HashMap<(Kind, Box<[u8]>), Touch>,
    /// The IPv4 route that the dump showed last, and where the dump paused behind one: it goes on
    /// there by counting, so that it may leave out others there if some were deleted meanwhile.
    last: Vec<u8>,
    pauses: HashSet<Vec<u8>>,
}

/// What the events since the start of the window say of a key.
#[derive(Clone, Debug)]
struct Touch {
    sure: Sure,
    /// How many objects of it the dump showed that were then replaced or deleted.
    gone: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Sure {
    /// What is there now.
    Yes,
    /// What is there now, if there was only one object before; it was replaced.
    IfReplaced,
    /// The same; it was deleted, and was this.
    IfDeleted(Box<[u8]>),
    /// Nothing.
    No,
}

impl State {
    /// Knows nothing yet.
    pub fn new() -> Self {
        Self {
            tables: Kind::ALL.map(Table::new).into(),
            window: None,
            silent: Kinds::default(),
            doubt: Kinds::default(),
            room: Default::default(),
        }
    }

    /// Returns how many objects of this `kind` there are.
    pub fn count(&self, kind: Kind) -> usize {
        self.tables[kind as usize].len()
    }

    /// Returns the objects of this `kind`.
    pub fn bodies(&self, kind: Kind) -> impl Iterator<Item = &[u8]> {
        self.tables[kind as usize].iter().map(|(body, _)| body)
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

    /// Takes in an event; tells what it changes.
    pub fn take(&mut self, news: &News<'_>, tell: &mut impl FnMut(&Event<'_>)) {
        let [mut body, mut key] = std::mem::take(&mut self.room);
        if put_body(news.kind, news.payload, &mut body) {
            key.clear();
            put_key(news.kind, &body, &mut key);
            self.take_object(news, &body, &key, tell);
        }
        self.room = [body, key];
    }

    fn take_object(
        &mut self,
        news: &News<'_>,
        body: &[u8],
        key: &[u8],
        tell: &mut impl FnMut(&Event<'_>),
    ) {
        let table = &mut self.tables[news.kind as usize];
        let key = table.key(key);
        let old = || table.of_key(key).next().map(|(old, _)| old);
        self.silent = self.silent | silent_kinds(news, old);
        if may_replace(table, news) {
            self.silent = self.silent | Kind::Fdb.into();
        }
        let mut change = Change {
            table,
            news,
            body,
            key,
            count: 0,
            is_known: false,
            is_read: self.window.is_some(),
            gone: 0,
            sure: true,
        };
        change.look();
        if let Some(window) = &mut self.window {
            window.touch(&change);
        }
        change.apply(tell);
        let (gone, sure) = (change.gone, change.sure);
        match &mut self.window {
            Some(window) => window.settle(news.kind, key.bytes, gone),
            None if !sure => self.doubt = self.doubt | news.kind.into(),
            None => {}
        }
    }

    /// Begins to read these `kinds`; what differs is told as of this `origin`.
    pub fn open(&mut self, kinds: Kinds, origin: Origin) {
        for kind in kinds.iter() {
            self.tables[kind as usize].forget_seen();
        }
        self.window = Some(Window {
            origin,
            kinds,
            found: self.tables.iter().map(Table::emptied).collect(),
            touched: HashMap::new(),
            last: Vec::new(),
            pauses: HashSet::new(),
        });
    }

    /// Takes in an object of a dump.
    pub fn find(&mut self, kind: Kind, payload: &[u8]) {
        let [mut body, mut key] = std::mem::take(&mut self.room);
        if put_body(kind, payload, &mut body) {
            key.clear();
            put_key(kind, &body, &mut key);
            self.find_object(kind, &body, &key);
        }
        self.room = [body, key];
    }

    fn find_object(&mut self, kind: Kind, body: &[u8], key: &[u8]) {
        let (table, Some(window)) = (&mut self.tables[kind as usize], &mut self.window) else {
            return;
        };
        if kind == Kind::Route {
            window.last.clear();
            window.last.extend_from_slice(body);
        }
        let key = table.key(key);
        if table.mark(key, body, Seen::Dump) || is_untold(kind, body) {
            return;
        }
        let found = &mut window.found[kind as usize];
        // A dump may show an object twice while others come.
        if !found.mark(key, body, Seen::Dump) {
            found.insert(key, body, Seen::Dump);
        }
    }

    /// Notes that the dump ends here or pauses.
    pub fn pause(&mut self) {
        if let Some(window) = &mut self.window {
            window.pauses.extend(leaf_of_body(&window.last));
        }
    }

    /// Forgets what the dumps showed: an event is missing.
    pub fn give_up(&mut self) {
        self.window = None;
    }

    /// Ends what [`State::open`] began, once all events are taken in that came before the end of the
    /// dumps: tells what differs.
    pub fn close(&mut self, tell: &mut impl FnMut(&Event<'_>)) {
        let Some(window) = self.window.take() else {
            return;
        };
        for kind in window.kinds.iter() {
            let table = &mut self.tables[kind as usize];
            let doubtful = window.doubtful_leaves(kind);
            if !window.settle_touched(kind, table) || !doubtful.is_empty() {
                self.doubt = self.doubt | kind.into();
            }
            window.tell_deleted(kind, table, &doubtful, tell);
            window.tell_found(kind, table, tell);
        }
    }
}

/// An event, and what it does to a table.
struct Change<'c, 'a> {
    table: &'c mut Table,
    news: &'c News<'a>,
    body: &'c [u8],
    key: Key<'c>,
    /// How many objects with its key there were, and whether it was one of them.
    count: usize,
    is_known: bool,
    /// Whether the state is read meanwhile: maybe much was there that was not told.
    is_read: bool,
    /// How many of them a dump had shown that are gone.
    gone: usize,
    /// Whether it is known what is there now.
    sure: bool,
}

impl Change<'_, '_> {
    /// Looks at what is there.
    fn look(&mut self) {
        for (old, _) in self.table.of_key(self.key) {
            self.count += 1;
            self.is_known |= old == self.body;
        }
    }

    /// Returns what is there.
    fn olds(&self) -> Vec<Box<[u8]>> {
        let olds = self.table.of_key(self.key);
        olds.map(|(old, _)| old.into()).collect()
    }

    /// Does it; tells what changes.
    fn apply(&mut self, tell: &mut impl FnMut(&Event<'_>)) {
        match (self.news.is_there, self.is_known, self.is_only()) {
            // Who is told twice of the same is told once.
            (true, true, false) => self.see(),
            (true, true, true) => {
                self.see();
                self.remove_all_other(tell);
            }
            (true, false, true) => self.replace(tell),
            (true, false, false) => self.add(tell),
            (false, true, _) => {
                let body = self.body.to_vec();
                self.remove(&body, tell);
            }
            (false, false, _) => self.remove_other(tell),
        }
    }

    /// Says whether there is no other object with its key after the event.
    fn is_only(&self) -> bool {
        let flags = self.news.flags & OF_ROUTES;

        match self.news.kind {
            Kind::Route if flags == ONLY => true,
            Kind::Route if flags & REPLACE != 0 => self.count < 2,
            Kind::Route => self.count == 0,
            _ => true,
        }
    }

    fn see(&mut self) {
        let (key, body) = (self.key, self.body);
        let was_dumped = self
            .table
            .of_key(key)
            .any(|(old, seen)| old == body && seen == Seen::Dump);
        if !was_dumped {
            self.table.mark(key, body, Seen::Event);
        }
    }

    /// Whoever is the only one has no others, even where nobody told that they are gone.
    fn remove_all_other(&mut self, tell: &mut impl FnMut(&Event<'_>)) {
        for old in self.olds() {
            if *old != *self.body {
                self.remove(&old, tell);
            }
        }
    }

    /// Takes the place of whatever was there.
    fn replace(&mut self, tell: &mut impl FnMut(&Event<'_>)) {
        let olds = self.olds();
        let (last, others) = match olds.split_last() {
            Some((last, others)) => (Some(last), others),
            None => (None, &[][..]),
        };
        for old in others {
            self.remove(old, tell);
        }
        if let Some(old) = last {
            self.note_gone(old);
        }
        self.table.insert(self.key, self.body, Seen::Event);
        self.tell(self.what(last.is_some()), last.map(|old| &**old), tell);
    }

    fn what(&self, is_known: bool) -> What {
        match is_known {
            true => What::Change,
            false => What::New,
        }
    }

    /// Joins what was there, if that can be: what IPv6 calls a route of several hops, and what is
    /// replaced among many, has to be read.
    fn add(&mut self, tell: &mut impl FnMut(&Event<'_>)) {
        let is_ipv4 = self.news.payload.first() == Some(&(libc::AF_INET as u8));
        if !is_ipv4 || self.news.flags & REPLACE != 0 {
            self.sure = false;
            return;
        }
        self.table.insert(self.key, self.body, Seen::Event);
        self.tell(What::New, None, tell);
    }

    fn remove(&mut self, body: &[u8], tell: &mut impl FnMut(&Event<'_>)) {
        self.note_gone(body);
        tell(&Event {
            kind: self.news.kind,
            what: What::Del,
            object: match body == self.body {
                true => self.news.payload,
                false => body,
            },
            body,
            old: None,
            origin: Origin::Event,
            by: self.news.by,
        });
    }

    /// Removes the one that is there instead, if it can only be that: some of its bytes may have
    /// changed in silence.
    fn remove_other(&mut self, tell: &mut impl FnMut(&Event<'_>)) {
        let olds = self.olds();
        match &olds[..] {
            [] => {}
            [old] if !self.may_be_another(old) => {
                let old = old.to_vec();
                self.remove(&old, tell);
            }
            _ => self.sure = false,
        }
    }

    /// Says whether what is deleted may be other than `old`: another route that was not told yet, or
    /// a hop of IPv6. Of all else there is only one.
    fn may_be_another(&self, old: &[u8]) -> bool {
        let is_ipv6 = old.first() == Some(&(libc::AF_INET6 as u8));
        let hops = || old.get(12..).and_then(|attrs| find(attrs, RTA_MULTIPATH));

        self.news.kind == Kind::Route && (self.is_read || is_ipv6 && hops().is_some())
    }

    fn note_gone(&mut self, body: &[u8]) {
        if self.table.remove(self.key, body) == Some(Seen::Dump) {
            self.gone += 1;
        }
    }

    fn tell(&self, what: What, old: Option<&[u8]>, tell: &mut impl FnMut(&Event<'_>)) {
        tell(&Event {
            kind: self.news.kind,
            what,
            object: self.news.payload,
            body: self.body,
            old,
            origin: Origin::Event,
            by: self.news.by,
        });
    }
}

impl Window {
    /// Notes what an event, which was not applied yet, says of its key.
    fn touch(&mut self, change: &Change<'_, '_>) {
        let key = (change.news.kind, change.key.bytes.into());
        let before = self.touched.get(&key);
        let touch = Touch {
            sure: sure_of(change, before),
            gone: before.map_or(0, |touch| touch.gone),
        };
        self.touched.insert(key, touch);
    }

    /// Notes how many objects the event removed that the dump had shown.
    fn settle(&mut self, kind: Kind, key: &[u8], gone: usize) {
        if gone > 0 {
            if let Some(touch) = self.touched.get_mut(&(kind, Box::from(key))) {
                touch.gone += gone;
            }
        }
    }

    fn is_touched(&self, kind: Kind, key: &[u8]) -> bool {
        !self.touched.is_empty() && self.touched.contains_key(&(kind, Box::from(key)))
    }

    /// Says whether of all keys of this `kind` that events were about it is known what is there.
    fn settle_touched(&self, kind: Kind, table: &Table) -> bool {
        self.touched
            .iter()
            .filter(|((of, _), _)| *of == kind)
            .all(|((_, key), touch)| self.is_settled(key, touch, &self.found[kind as usize], table))
    }

    /// Returns where the dump may have left out objects of this `kind`.
    fn doubtful_leaves(&self, kind: Kind) -> HashSet<Vec<u8>> {
        if kind != Kind::Route {
            return HashSet::new();
        }
        self.touched
            .keys()
            .filter(|(of, _)| *of == kind)
            .filter_map(|(_, key)| leaf_of_key(key))
            .filter(|leaf| self.pauses.contains(leaf))
            .collect()
    }

    fn is_settled(&self, key: &[u8], touch: &Touch, found: &Table, table: &Table) -> bool {
        let key = table.key(key);
        let dumped = table
            .of_key(key)
            .filter(|(_, seen)| *seen == Seen::Dump)
            .count();
        let number = touch.gone + dumped + found.of_key(key).count();
        // It was there before, no event says that it is gone, and yet the dump does not show it.
        let is_stale = table.of_key(key).any(|(_, seen)| seen == Seen::Before);

        match &touch.sure {
            Sure::Yes => true,
            Sure::No => false,
            _ if is_stale => false,
            Sure::IfReplaced => number <= 1,
            Sure::IfDeleted(body) => {
                number == touch.gone && number <= 1
                    || number == 1 && found.of_key(key).all(|(found, _)| *found == **body)
            }
        }
    }

    /// Tells of what is in `table` and was not in the dump, and forgets it; where the dump has
    /// another object for it, that is told instead. What is at `doubtful` leaves may be there still.
    fn tell_deleted(
        &self,
        kind: Kind,
        table: &mut Table,
        doubtful: &HashSet<Vec<u8>>,
        tell: &mut impl FnMut(&Event<'_>),
    ) {
        let gone: Vec<Box<[u8]>> = table
            .iter()
            .filter(|(_, seen)| *seen == Seen::Before)
            .map(|(body, _)| body.into())
            .collect();
        let is_left_out =
            |key: &[u8]| leaf_of_key(key).is_some_and(|leaf| doubtful.contains(&leaf));
        let mut key = Vec::new();
        for body in gone {
            key.clear();
            put_key(kind, &body, &mut key);
            if self.is_touched(kind, &key) || is_left_out(&key) {
                continue;
            }
            let key = table.key(&key);
            let others = self.found[kind as usize].of_key(key).count();
            let same = table.of_key(key).count();
            if (others, same) != (1, 1) {
                table.remove(key, &body);
                tell(&self.event(kind, What::Del, &body, None));
            }
        }
    }

    /// Tells of what was in the dump and not in `table`, and keeps it.
    fn tell_found(&self, kind: Kind, table: &mut Table, tell: &mut impl FnMut(&Event<'_>)) {
        let mut key = Vec::new();
        for (body, _) in self.found[kind as usize].iter() {
            key.clear();
            put_key(kind, body, &mut key);
            if self.is_touched(kind, &key) {
                continue;
            }
            let key = table.key(&key);
            let old: Option<Box<[u8]>> = table
                .of_key(key)
                .find(|(_, seen)| *seen == Seen::Before)
                .map(|(old, _)| old.into());
            if let Some(old) = &old {
                table.remove(key, old);
            }
            table.insert(key, body, Seen::Dump);
            let what = match old {
                Some(_) => What::Change,
                None => What::New,
            };
            tell(&self.event(kind, what, body, old.as_deref()));
        }
    }

    fn event<'e>(
        &self,
        kind: Kind,
        what: What,
        object: &'e [u8],
        old: Option<&'e [u8]>,
    ) -> Event<'e> {
        Event {
            kind,
            what,
            object,
            body: object,
            old,
            origin: self.origin,
            by: 0,
        }
    }
}

/// Says how sure it is what there is of a key after `change`, and was `before`; that is `None` at the
/// first event of a window, before which nothing is sure.
fn sure_of(change: &Change<'_, '_>, before: Option<&Touch>) -> Sure {
    let flags = change.news.flags & OF_ROUTES;
    let is_known = change.is_known;
    let (none, few) = (change.count == 0, change.count < 2);
    let was_shown = before.is_some_and(|touch| touch.gone > 0);

    match (change.news.is_there, before.map(|touch| &touch.sure)) {
        _ if change.news.kind != Kind::Route => Sure::Yes,
        (true, _) if flags == ONLY => Sure::Yes,
        (true, None | Some(Sure::IfReplaced)) if flags & REPLACE != 0 && few => Sure::IfReplaced,
        (true, Some(Sure::Yes)) if flags & REPLACE != 0 && change.count == 1 => Sure::Yes,
        (true, Some(Sure::Yes)) if is_ipv4(change) && flags & REPLACE == 0 => Sure::Yes,
        (false, None) if none || is_known && few => Sure::IfDeleted(change.body.into()),
        (false, Some(Sure::Yes)) if is_known => Sure::Yes,
        // What the dump showed may be what was replaced, or another that is still there.
        (false, Some(Sure::IfReplaced)) if is_known && few && !was_shown => {
            Sure::IfDeleted(change.body.into())
        }
        _ => Sure::No,
    }
}

/// Says whether the kernel makes such an object without a word: neighbours on links where there is
/// nothing to find out, and groups that a link has joined.
fn is_untold(kind: Kind, body: &[u8]) -> bool {
    let is_in = |state: u16| body.get(NDM_STATE) == Some(&state.to_ne_bytes());

    match kind {
        Kind::Neigh => is_in(NOARP),
        Kind::Fdb => is_in(PERMANENT) && is_group_of_link(body),
        _ => false,
    }
}

fn is_group_of_link(entry: &[u8]) -> bool {
    let is_own = entry.get(NDM_FLAGS).is_some_and(|flags| flags & SELF != 0);
    let is_group = |(_, address): (_, &[u8])| address.first().is_some_and(|byte| byte & 1 != 0);

    is_own && dst_of(entry).is_none() && place_of(entry).is_some_and(is_group)
}

fn is_ipv4(change: &Change<'_, '_>) -> bool {
    change.news.payload.first() == Some(&(libc::AF_INET as u8))
}

/// Returns the kinds that change with the event without one of their own: what goes away with a
/// link, an address or a next hop.
fn silent_kinds<'o>(news: &News<'_>, old: impl FnOnce() -> Option<&'o [u8]>) -> Kinds {
    match news.kind {
        Kind::Link => silent_kinds_of_link(news, old()),
        Kind::Addr if !news.is_there => Kind::Route.into(),
        Kind::Nexthop => Kind::Route.into(),
        // One may lead to another, and there may be one more of the same.
        Kind::Rule => Kind::Rule.into(),
        _ => Kinds::default(),
    }
}

fn silent_kinds_of_link(news: &News<'_>, old: Option<&[u8]>) -> Kinds {
    let differs =
        |kind| attr_of_link(news.payload, kind) != old.and_then(|old| attr_of_link(old, kind));

    let kinds: &[Kind] = match old {
        // What is on top of it, and the other end of a veth, may have it in another namespace then.
        _ if !news.is_there => &[Kind::Link, Kind::Nexthop, Kind::Route, Kind::Rule],
        // A veth has its other end once that is made.
        None => &[Kind::Link, Kind::Rule],
        Some(old) if old.get(IFI_FLAGS) != news.payload.get(IFI_FLAGS) => {
            &[Kind::Nexthop, Kind::Route, Kind::Rule]
        }
        // Rules have names of links.
        Some(_) if differs(IFLA_IFNAME) => &[Kind::Rule],
        _ => &[],
    };
    let of_mtu: &[Kind] = match old {
        // It is that of routes of IPv6 too, and below 1280 the link has no IPv6.
        Some(_) if differs(IFLA_MTU) => &[Kind::Link, Kind::Route],
        _ => &[],
    };
    // Links forward for those on top of them.
    [kinds, of_mtu, &[Kind::Fdb]].concat().into_iter().collect()
}

fn attr_of_link(payload: &[u8], kind: u16) -> Option<&[u8]> {
    find(payload.get(IFINFOMSG..)?, kind)
}

/// Says whether there is an entry of the same VXLAN for the same address that leads elsewhere: the
/// event of one that takes the place of another is no other than that of one more.
fn may_replace(table: &Table, news: &News<'_>) -> bool {
    if news.kind != Kind::Fdb || !news.is_there {
        return false;
    }
    let place = place_of(news.payload);
    let dst = dst_of(news.payload);
    let is_other = |body| place_of(body) == place && dst_of(body) != dst;

    dst.is_some() && table.iter().any(|(body, _)| is_other(body))
}

/// Returns the link of a forwarding entry, and the address.
fn place_of(entry: &[u8]) -> Option<(&[u8], &[u8])> {
    Some((
        entry.get(NDM_IFINDEX)?,
        find(entry.get(NDMSG..)?, NDA_LLADDR)?,
    ))
}

fn dst_of(entry: &[u8]) -> Option<&[u8]> {
    find(entry.get(NDMSG..)?, NDA_DST)
}

#[cfg(test)]
mod tests;
