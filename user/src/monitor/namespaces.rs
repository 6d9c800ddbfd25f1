// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Every network namespace that has a name, or an id in this one, as they come and go.

use super::nsids::Nsids;
use super::peer_namespace::{self, PeerEvent, PeerNamespace};
use super::{Action, Event, Kind, Kinds, Monitor, Notice, Origin, Payload, Scope, Waited, OP};
use crate::netlink::{wait_any, Awaited, Error, Netns, NetnsId, NetnsName, NetnsNames};
use crate::rtnl::Link;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

/// How many times what was heard in one namespace is taken in before it is the next one's turn.
const TURNS: usize = 8;

/// How many times at most before one is left that has lost its name.
const LAST_TURNS: usize = 64;

/// How many times something is heard from those that have no name before it is the turn of others.
const EVENTS: usize = 256;

/// A network namespace that is watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace {
    /// Identity of the namespace, whatever its names are.
    pub id: NamespaceId,
    /// The first of its names; `None` for the one where the monitor was opened, whatever its names,
    /// and for those that have none.
    pub name: Option<OsString>,
    /// Id of the namespace in the one where the monitor was opened, if it has any.
    pub nsid: Option<u32>,
}

/// Identity of a namespace among all that are watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NamespaceId {
    /// Identity of its files; the namespace has a [`Monitor`] of its own.
    Netns(NetnsId),
    /// Id where the monitor was opened; the namespace cannot be entered, for it has no name.
    Nsid(u32),
}

impl Namespace {
    fn named(name: &NetnsName) -> Self {
        Self {
            id: NamespaceId::Netns(name.id),
            name: Some(name.name.clone()),
            nsid: None,
        }
    }

    fn numbered(nsid: u32) -> Self {
        Self {
            id: NamespaceId::Nsid(nsid),
            name: None,
            nsid: Some(nsid),
        }
    }

    /// Says whether it is the one where the monitor was opened.
    pub fn is_own(&self) -> bool {
        self.name.is_none() && matches!(self.id, NamespaceId::Netns(_))
    }
}

/// A change of a [`Namespace`], or in it.
#[derive(Clone, Copy, Debug)]
pub enum NamespaceNotice<'a> {
    /// The namespace is watched from now on.
    Opened,
    /// The namespace cannot be watched, for this reason, which is reported once.
    Refused(&'a Error),
    /// The namespace has another name or id; this is what it was.
    Renamed(&'a Namespace),
    /// The namespace has lost its name or its id, and is not watched any more: what is in it is gone, or unknown.
    Closed,
    /// The namespace has this link, which is no event to print, but later events may refer to it.
    Known(&'a Event<'a>),
    /// Something changed there, as its [`Monitor`] tells it.
    Notice(&'a Notice<'a>),
}

/// Receiver of what is told of namespaces.
pub type EmitNamespace<'t> = &'t mut dyn FnMut(&Namespace, &NamespaceNotice<'_>);

/// A [`Monitor`] in this network namespace, and one in each that has a name.
///
/// A socket keeps its namespace there, so those of a namespace that has lost its last name are
/// closed; one that is left to its processes is not watched any more either.
///
/// Of a namespace that never had a name, but has an id in this one, only events are told, as they
/// come: what was there before is not known, so none is a [`Action::Change`](super::Action::Change), none
/// is implied, and where some are [lost](Notice::Lost) nothing makes up for it.
///
/// What is told of one namespace is told in order; of several, in any order.
pub struct Namespaces {
    kinds: Kinds,
    scope: Scope,
    buffer: usize,
    recheck: Option<Duration>,
    names: NetnsNames,
    nsids: Nsids,
    /// The first one is where this was opened.
    all: Vec<Watched>,
    refused: Vec<NetnsName>,
    /// Namespaces without a name, by their ids.
    numbered: BTreeSet<u32>,
    /// Ids of those that have lost their names: most are about to go.
    left: BTreeSet<u32>,
    /// Hears the numbered ones, while there are any.
    peer_namespace: Option<PeerNamespace>,
    /// Whether it was told that those cannot be heard.
    is_deaf: bool,
}

/// A namespace, and what watches it.
struct Watched {
    namespace: Namespace,
    monitor: Monitor,
    netns: Netns,
}

/// Descriptors that a wait found ready.
struct Ready {
    woken: bool,
    names: bool,
    nsids: bool,
    peer_namespace: bool,
    /// In the order of the namespaces.
    monitors: Vec<bool>,
}

impl Namespaces {
    /// Subscribes to these `kinds`, and objects in `scope`, in this namespace, with `buffer` bytes of room, and begins to watch
    /// the names of others.
    ///
    /// # Errors
    ///
    /// Those of [`Monitor::open`] and [`NetnsNames::watch`].
    pub fn open(kinds: Kinds, scope: Scope, buffer: usize) -> Result<Self, Error> {
        let names = NetnsNames::watch()?;
        let netns = Netns::own()?;
        let own = Watched {
            namespace: Namespace {
                id: NamespaceId::Netns(netns.id()?),
                name: None,
                nsid: None,
            },
            monitor: Monitor::open(kinds, scope, buffer)?,
            netns,
        };

        Ok(Self {
            kinds,
            scope,
            buffer,
            recheck: None,
            names,
            nsids: Nsids::open()?,
            all: vec![own],
            refused: Vec::new(),
            numbered: BTreeSet::new(),
            left: BTreeSet::new(),
            peer_namespace: None,
            is_deaf: false,
        })
    }

    /// Has the [`Monitor`] of each namespace read all again [each time](Monitor::recheck) that this has passed.
    pub fn recheck(&mut self, every: Duration) {
        self.recheck = Some(every);
        let monitors = self.all.iter_mut().map(|watched| &mut watched.monitor);
        monitors.for_each(|monitor| monitor.recheck(every));
    }

    /// Returns the monitor of this namespace.
    pub fn own(&self) -> &Monitor {
        &self.all[0].monitor
    }

    /// Reads what there is, everywhere, and tells only where that cannot be done. With
    /// [`Namespaces::emit_all`] it can be told, and [`Namespaces::wait`] tells what changes from then
    /// on.
    ///
    /// # Errors
    ///
    /// Those of [`Monitor::start`] in this namespace, and of [`NetnsNames::list`].
    pub fn start(&mut self, emit: EmitNamespace<'_>) -> Result<(), Error> {
        self.all[0].monitor.start()?;
        self.learn_nsids(&mut |_, _| {})?;
        for name in self.names.list()? {
            self.admit(name, emit);
        }
        Ok(())
    }

    /// Tells of each namespace that it is watched, and what there is.
    ///
    /// # Errors
    ///
    /// Those of asking for ids.
    pub fn emit_all(&mut self, emit: EmitNamespace<'_>) -> Result<(), Error> {
        for watched in &self.all {
            watched.introduce(emit);
        }
        self.follow(emit)
    }

    /// Waits for changes, until `deadline` or until `wake` is readable, and tells them; of a namespace
    /// that is new also what there is, with a [`Notice::Sync`] behind it.
    ///
    /// # Errors
    ///
    /// Those of [`Monitor::wait`] and of [`NetnsNames::list`].
    pub fn wait(
        &mut self,
        deadline: Instant,
        wake: Option<BorrowedFd<'_>>,
        emit: EmitNamespace<'_>,
    ) -> Result<Waited, Error> {
        let mut has_left = false;
        let waited = self.receive(deadline, wake, &mut |namespace, seen| {
            has_left |= is_end_of_link_elsewhere(seen);
            emit(namespace, seen);
        })?;
        if has_left {
            let monitors = self.all.iter_mut().map(|watched| &mut watched.monitor);
            monitors.for_each(Monitor::doubt_links);
        }
        Ok(waited)
    }

    fn receive(
        &mut self,
        deadline: Instant,
        wake: Option<BorrowedFd<'_>>,
        emit: EmitNamespace<'_>,
    ) -> Result<Waited, Error> {
        let due = self.all.iter().filter_map(|one| one.monitor.due()).min();
        let ready = self.poll(due.map_or(deadline, |due| due.min(deadline)), wake)?;
        let now = Instant::now();
        let mut received = ready.nsids || ready.names || ready.peer_namespace;
        for (watched, is_ready) in self.all.iter_mut().zip(ready.monitors) {
            if is_ready || watched.monitor.due().is_some_and(|due| due <= now) {
                watched.take_turn(emit)?;
                received = true;
            }
        }
        if ready.peer_namespace {
            self.receive_from_peers(emit)?;
        }
        if ready.nsids {
            self.nsids.receive()?;
            self.learn_nsids(emit)?;
            self.follow(emit)?;
        }
        if ready.names {
            self.follow_names(emit)?;
        }
        Ok(match (received, ready.woken) {
            (true, _) => Waited::Received,
            (false, true) => Waited::Woken,
            // `poll(2)` may return a moment early.
            (false, false) if Instant::now() < deadline => Waited::Received,
            (false, false) => Waited::TimedOut,
        })
    }

    fn poll(&self, until: Instant, wake: Option<BorrowedFd<'_>>) -> Result<Ready, Error> {
        let [folders, mounts] = self.names.awaited();
        let mut awaited = vec![folders, mounts, Awaited::Readable(self.nsids.as_fd())];
        let others = self
            .peer_namespace
            .iter()
            .map(PeerNamespace::as_fd)
            .chain(wake);
        awaited.extend(others.map(Awaited::Readable));
        let ours = awaited.len();
        awaited.extend(self.fds().map(|(_, fd)| Awaited::Readable(fd)));
        let ready = wait_any(&awaited, until).map_err(|error| Error::from_io(OP, &error))?;
        let mut monitors = vec![false; self.all.len()];
        for ((at, _), is_ready) in self.fds().zip(&ready[ours..]) {
            monitors[at] |= is_ready;
        }
        let (peer_namespace, wake) =
            ready[3..ours].split_at(usize::from(self.peer_namespace.is_some()));

        Ok(Ready {
            woken: wake.contains(&true),
            peer_namespace: peer_namespace.contains(&true),
            names: ready[0] || ready[1],
            nsids: ready[2],
            monitors,
        })
    }

    /// Returns what each monitor waits for, with the number of the monitor.
    fn fds(&self) -> impl Iterator<Item = (usize, BorrowedFd<'_>)> {
        let all = self.all.iter().enumerate();
        all.flat_map(|(at, one)| one.monitor.fds().map(move |fd| (at, fd)))
    }

    /// Leaves those that have lost their names, and watches those that are new.
    fn follow_names(&mut self, emit: EmitNamespace<'_>) -> Result<(), Error> {
        let names = self.names.list()?;
        self.refused.retain(|name| names.contains(name));
        for watched in &mut self.all[1..] {
            watched.heed_names(&names, emit)?;
        }
        let left = self.all.iter().filter(|watched| watched.is_left(&names));
        self.left
            .extend(left.filter_map(|watched| watched.namespace.nsid));
        self.all.retain(|watched| !watched.is_left(&names));
        for name in names {
            if let Some(watched) = self.admit(name, emit) {
                watched.introduce(emit);
                emit(&watched.namespace, &NamespaceNotice::Notice(&Notice::Sync));
            }
        }
        Ok(())
    }

    /// Begins to watch the namespace that has this name, and reads what there is; returns it, unless
    /// it is watched already or cannot be.
    fn admit(&mut self, name: NetnsName, emit: EmitNamespace<'_>) -> Option<&Watched> {
        let is_known = self.all.iter().any(|one| one.is(name.id));
        if is_known || self.refused.contains(&name) {
            return None;
        }
        match self.enter(&name) {
            Ok(watched) => {
                if let Some(nsid) = watched.namespace.nsid {
                    self.forget(nsid, emit);
                }
                self.all.push(watched);
                return self.all.last();
            }
            // A namespace that is gone by now cannot be entered.
            Err(error) if name.holds() => self.refuse(name, &error, emit),
            Err(_) => {}
        }
        None
    }

    fn refuse(&mut self, name: NetnsName, error: &Error, emit: EmitNamespace<'_>) {
        emit(&Namespace::named(&name), &NamespaceNotice::Refused(error));
        self.refused.push(name);
    }

    fn enter(&mut self, name: &NetnsName) -> Result<Watched, Error> {
        let netns = Netns::open(&name.path)?;
        let mut monitor = netns.visit(|| Monitor::open(self.kinds, self.scope, self.buffer))?;
        monitor.start()?;
        if let Some(every) = self.recheck {
            monitor.recheck(every);
        }

        Ok(Watched {
            namespace: Namespace {
                id: NamespaceId::Netns(netns.id()?),
                nsid: self.nsids.of(&netns)?,
                ..Namespace::named(name)
            },
            monitor,
            netns,
        })
    }

    /// Asks for the ids of those that have none yet: an id stays.
    fn learn_nsids(&mut self, emit: EmitNamespace<'_>) -> Result<(), Error> {
        for Watched {
            namespace, netns, ..
        } in &mut self.all
        {
            if namespace.nsid.is_some() {
                continue;
            }
            let nsid = self.nsids.of(netns)?;
            if nsid.is_some() {
                let old = namespace.clone();
                namespace.nsid = nsid;
                emit(namespace, &NamespaceNotice::Renamed(&old));
            }
        }
        Ok(())
    }
}

/// Namespaces without a name.
impl Namespaces {
    /// Returns the ids of the others.
    fn ids_of_others(&self) -> BTreeSet<u32> {
        let watched = self.all.iter().filter_map(|one| one.namespace.nsid);
        watched.chain(self.left.iter().copied()).collect()
    }

    /// Begins to hear those that are new, and leaves those that are gone.
    fn follow(&mut self, emit: EmitNamespace<'_>) -> Result<(), Error> {
        let ids = self.nsids.all()?;
        self.left.retain(|nsid| ids.contains(nsid));
        for nsid in &self.numbered - &ids {
            self.forget(nsid, emit);
        }
        for nsid in &(&ids - &self.ids_of_others()) - &self.numbered {
            self.admit_numbered(nsid, emit);
        }
        Ok(())
    }

    fn admit_numbered(&mut self, nsid: u32, emit: EmitNamespace<'_>) {
        let namespace = Namespace::numbered(nsid);
        if self.peer_namespace.is_none() {
            match PeerNamespace::open(self.kinds | Kind::Link.into(), self.buffer) {
                Ok(peer_namespace) => self.peer_namespace = Some(peer_namespace),
                Err(error) => {
                    if !std::mem::replace(&mut self.is_deaf, true) {
                        emit(&namespace, &NamespaceNotice::Refused(&error));
                    }
                    return;
                }
            }
        }
        self.numbered.insert(nsid);
        emit(&namespace, &NamespaceNotice::Opened);
        // Where that is refused, links are called by their numbers.
        let _ = peer_namespace::links(nsid, &mut |link| emit_known(&namespace, link, emit));
    }

    fn forget(&mut self, nsid: u32, emit: EmitNamespace<'_>) {
        self.left.remove(&nsid);
        if self.numbered.remove(&nsid) {
            emit(&Namespace::numbered(nsid), &NamespaceNotice::Closed);
        }
        if self.numbered.is_empty() {
            self.peer_namespace = None;
        }
    }

    fn receive_from_peers(&mut self, emit: EmitNamespace<'_>) -> Result<(), Error> {
        for _ in 0..EVENTS {
            let others = self.ids_of_others();
            let Some(peer_namespace) = &mut self.peer_namespace else {
                break;
            };
            match peer_namespace.next(&others)? {
                None => break,
                Some(PeerEvent::Messages(nsid, messages)) => self.take_in(nsid, &messages, emit)?,
                Some(PeerEvent::Gone(nsid)) => self.forget(nsid, emit),
                Some(PeerEvent::Lost(drops)) => {
                    for nsid in &self.numbered {
                        let lost = Notice::Lost(drops);
                        emit(&Namespace::numbered(*nsid), &NamespaceNotice::Notice(&lost));
                    }
                }
            }
        }
        Ok(())
    }

    fn take_in(
        &mut self,
        nsid: u32,
        messages: &[u8],
        emit: EmitNamespace<'_>,
    ) -> Result<(), Error> {
        if !self.numbered.contains(&nsid) {
            // The id may be new, or given to a namespace that is watched already.
            self.learn_nsids(emit)?;
            self.follow(emit)?;
        }
        if self.numbered.contains(&nsid) {
            let namespace = Namespace::numbered(nsid);
            let kinds = self.kinds | Kind::Link.into();
            peer_namespace::events(messages, kinds, &mut |event| {
                if self.scope.holds(event.object) {
                    emit(&namespace, &NamespaceNotice::Notice(&Notice::Event(event)));
                }
            });
        }
        Ok(())
    }
}

impl Watched {
    fn is(&self, id: NetnsId) -> bool {
        self.namespace.id == NamespaceId::Netns(id)
    }

    /// Tells that it is watched, and what there is.
    fn introduce(&self, emit: EmitNamespace<'_>) {
        emit(&self.namespace, &NamespaceNotice::Opened);
        for link in self.monitor.objects(Kind::Link) {
            emit_known(&self.namespace, &link, emit);
        }
        self.monitor
            .emit_all(&mut |notice| emit(&self.namespace, &NamespaceNotice::Notice(notice)));
    }

    /// Takes in what is there, up to a limit, or reads again what is due.
    fn take_turn(&mut self, emit: EmitNamespace<'_>) -> Result<(), Error> {
        for _ in 0..TURNS {
            self.wait(Instant::now(), emit)?;
            if !self.monitor.is_behind() {
                break;
            }
        }
        Ok(())
    }

    fn wait(&mut self, until: Instant, emit: EmitNamespace<'_>) -> Result<Waited, Error> {
        let namespace = &self.namespace;
        self.monitor.wait(until, None, &mut |notice| {
            emit(namespace, &NamespaceNotice::Notice(notice))
        })
    }

    /// Takes another of `names` if it has lost its own; where there is no other, tells what came until
    /// now, and that this is all.
    fn heed_names(&mut self, names: &[NetnsName], emit: EmitNamespace<'_>) -> Result<(), Error> {
        if names.iter().any(|name| self.is_called(name)) {
            return Ok(());
        }
        match names.iter().find(|name| self.is(name.id)) {
            Some(other) => {
                let old = self.namespace.clone();
                self.namespace.name = Some(other.name.clone());
                emit(&self.namespace, &NamespaceNotice::Renamed(&old));
            }
            None => {
                self.receive_rest(emit)?;
                emit(&self.namespace, &NamespaceNotice::Closed);
            }
        }
        Ok(())
    }

    fn is_called(&self, name: &NetnsName) -> bool {
        self.is(name.id) && self.namespace.name.as_ref() == Some(&name.name)
    }

    /// Says whether it is one of the others and has none of `names`.
    fn is_left(&self, names: &[NetnsName]) -> bool {
        !self.namespace.is_own() && !names.iter().any(|name| self.is(name.id))
    }

    fn receive_rest(&mut self, emit: EmitNamespace<'_>) -> Result<(), Error> {
        let now = Instant::now();
        for _ in 0..LAST_TURNS {
            if self.wait(now, emit)? == Waited::TimedOut {
                break;
            }
        }
        Ok(())
    }
}

/// Says whether a link has left its namespace whose other end is in another one. If it went to a third
/// one, the kernel tells of that there and here, but not where the other end is.
fn is_end_of_link_elsewhere(seen: &NamespaceNotice<'_>) -> bool {
    let NamespaceNotice::Notice(Notice::Event(event)) = seen else {
        return false;
    };
    (event.kind(), event.what) == (Kind::Link, Action::Del)
        && Link::of(event.object).is_ok_and(|link| link.is_on_one_elsewhere())
}

/// Tells a link of a namespace as one that was there from the start.
fn emit_known(namespace: &Namespace, link: &[u8], emit: EmitNamespace<'_>) {
    let object = Payload::new(Kind::Link, link);
    let event = Event {
        origin: Origin::Initial,
        ..Event::alone(Action::New, &object, 0)
    };
    emit(namespace, &NamespaceNotice::Known(&event));
}
