// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello monitor --all-netns`: what changes in every network namespace that has a
//! name or an id.

use super::{
    is_read, link_of, netns, warn_of_little_room, warn_of_unreceived, Cli, EventEmitter,
    EventFilter, Failure, MonitorArgs, MonitorRun, OP,
};
use crate::output::{Identity, NamespaceLabel, Output, Stamp, Watch};
use crate::signals::Signals;
use nlhello::monitor::{Namespace, NamespaceId, NamespaceNotice, Namespaces, Notice};
use nlhello::netlink::Error;
use nlhello::object::Names;
use std::collections::HashMap;
use std::io;
use std::mem;
use std::os::fd::AsFd;
use std::time::Instant;

/// Tells of many network namespaces, each with what is known of it.
struct Sites<'a> {
    out: &'a Output,
    emitter: &'a mut EventEmitter,
    /// Name of the namespace that the command runs in, where that was given.
    own: Option<String>,
    /// Filter before any name is known, which each namespace begins with.
    filter: EventFilter,
    all: HashMap<NamespaceId, Site>,
    /// Of which one the emitter has what is known, in exchange for what it had.
    at: Option<NamespaceId>,
    /// How what there is at the start is told.
    start: Start,
}

/// Whether what is told was there from the start.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    /// The namespace existed before the monitor started, and its state is not printed.
    Unemitted,
    /// The namespace existed before the monitor started, and its state is printed.
    Emitted,
    /// The namespace was made after the monitor started.
    Over,
}

/// A network namespace, and what is known of it.
struct Site {
    identity: Identity,
    place: NamespaceLabel,
    names: Names,
    filter: EventFilter,
}

/// Tells what changes anywhere, until the count or the time is reached or a signal comes, then sums
/// up.
pub fn watch(
    cli: &Cli,
    args: &MonitorArgs,
    run: &mut MonitorRun,
    out: &Output,
) -> Result<(), Failure> {
    let filter = run.emitter.filter.clone();
    let mut namespaces = Namespaces::open(filter.kinds(), filter.scope(), args.buffer)?;
    if let Some(every) = args.recheck {
        namespaces.recheck(every);
    }
    warn_of_little_room(namespaces.own(), args, out)?;
    warn_of_unreceived(namespaces.own(), out);
    let mut sites = Sites {
        out,
        emitter: &mut run.emitter,
        own: netns(cli),
        filter,
        all: HashMap::new(),
        at: None,
        start: if args.initial {
            Start::Emitted
        } else {
            Start::Unemitted
        },
    };
    sites.begin(&mut namespaces)?;
    let result = sites.watch(&mut namespaces, &run.signals, run.deadline);
    if is_read(&result) {
        run.emitter.sum_up_now();
    }
    result
}

impl Sites<'_> {
    /// Learns the names of what there is, and tells it if that is wanted.
    fn begin(&mut self, namespaces: &mut Namespaces) -> Result<(), Failure> {
        namespaces.start(&mut |namespace, seen| self.emit(namespace, seen))?;
        namespaces.emit_all(&mut |namespace, seen| self.emit(namespace, seen))?;
        self.leave();
        if self.start == Start::Emitted && self.emitter.left > 0 {
            self.emitter.emit(&Notice::Sync);
        }
        self.start = Start::Over;
        self.emitter.flush()
    }

    fn watch(
        &mut self,
        namespaces: &mut Namespaces,
        signals: &Signals,
        deadline: Instant,
    ) -> Result<(), Failure> {
        while self.emitter.left > 0 {
            let emit =
                &mut |namespace: &Namespace, seen: &NamespaceNotice<'_>| self.emit(namespace, seen);
            let waited = namespaces.wait(deadline, Some(signals.as_fd()), emit)?;
            if self.emitter.ends(waited, signals, deadline)? {
                break;
            }
        }
        Ok(())
    }

    fn emit(&mut self, namespace: &Namespace, seen: &NamespaceNotice<'_>) {
        match seen {
            NamespaceNotice::Opened => self.open(namespace),
            NamespaceNotice::Refused(error) => self.refuse(namespace, error),
            NamespaceNotice::Renamed(_) if namespace.is_own() => {}
            NamespaceNotice::Renamed(_) => self.rename(namespace),
            NamespaceNotice::Closed => self.close(namespace),
            NamespaceNotice::Known(event) => {
                self.go_to(namespace.id);
                self.emitter.learn(event, link_of(event).as_ref());
            }
            NamespaceNotice::Notice(notice) => {
                self.go_to(namespace.id);
                match notice {
                    Notice::Event(event) if self.start == Start::Unemitted => {
                        self.emitter.settle(link_of(event).as_ref());
                    }
                    notice => self.emitter.emit(notice),
                }
            }
        }
    }

    fn refuse(&self, namespace: &Namespace, error: &Error) {
        let words = self.identity(namespace).words();
        let message = format!("{words} is not watched: {error}");
        self.out.warning(OP, &message);
    }

    fn open(&mut self, namespace: &Namespace) {
        let identity = self.identity(namespace);
        let site = Site {
            place: NamespaceLabel::among(identity.netns.as_deref(), identity.nsid),
            identity: identity.clone(),
            names: Names::new(),
            filter: self.filter.clone(),
        };
        self.leave();
        self.all.insert(namespace.id, site);
        // The namespace that the command runs in is known to be there.
        if !namespace.is_own() && self.start != Start::Unemitted {
            let is_initial = self.start == Start::Emitted;
            self.say(|watch, now| watch.netns_is(now, &identity, None, is_initial));
        }
    }

    fn rename(&mut self, namespace: &Namespace) {
        self.leave();
        let identity = self.identity(namespace);
        let Some(site) = self.all.get_mut(&namespace.id) else {
            return;
        };
        site.place = NamespaceLabel::among(identity.netns.as_deref(), identity.nsid);
        let was = mem::replace(&mut site.identity, identity.clone());
        self.say(|watch, now| watch.netns_is(now, &identity, Some(&was), false));
    }

    fn close(&mut self, namespace: &Namespace) {
        self.leave();
        self.all.remove(&namespace.id);
        let identity = self.identity(namespace);
        self.say(|watch, now| watch.netns_is_gone(now, &identity));
    }

    /// Says what is no change of an object, while anything is told.
    fn say(&mut self, say: impl FnOnce(&mut Watch, &Stamp) -> io::Result<()>) {
        if !self.emitter.is_done() {
            let now = self.emitter.now();
            self.emitter.failed = say(&mut self.emitter.watch, &now).err();
        }
    }

    fn identity(&self, namespace: &Namespace) -> Identity {
        if namespace.is_own() {
            return Identity {
                netns: self.own.clone(),
                nsid: None,
            };
        }
        let name = namespace.name.as_ref();
        Identity {
            netns: name.map(|name| name.to_string_lossy().into_owned()),
            nsid: namespace.nsid,
        }
    }

    /// Gives the emitter what is known of that namespace.
    fn go_to(&mut self, id: NamespaceId) {
        if self.at == Some(id) {
            return;
        }
        self.leave();
        if let Some(site) = self.all.get_mut(&id) {
            site.exchange(self.emitter);
            self.at = Some(id);
        }
    }

    /// Takes back what the emitter was given.
    fn leave(&mut self) {
        if let Some(site) = self.at.take().and_then(|id| self.all.get_mut(&id)) {
            site.exchange(self.emitter);
        }
    }
}

impl Site {
    fn exchange(&mut self, emitter: &mut EventEmitter) {
        mem::swap(&mut self.names, &mut emitter.names);
        mem::swap(&mut self.filter, &mut emitter.filter);
        self.place = emitter.watch.move_to(self.place.clone());
    }
}
