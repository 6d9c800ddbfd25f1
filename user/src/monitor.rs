// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The network as it changes: every change told once, none lost, also those that the kernel is silent
//! about.
//!
//! A [`Monitor`] hears of changes on one socket and reads the state on another; it knows what it has
//! told so far, and whatever happens, that becomes what is there. `docs/monitor.md` says how, and why
//! that is right. There is no thread, and no timer unless it is [asked for](Monitor::recheck): a [`Monitor`] can be polled, but for
//! [`Kind::Hello`], which comes to a socket of its own; and who has a thread to spare can let that
//! receive.

mod due;
mod hello;
mod namespaces;
mod nsids;
mod peer_namespace;
mod pool;
mod reading;
mod receiver;
mod record;
mod replay;
mod scope;
mod socket_filter;
mod state;
mod table;

pub use crate::kind::{Kinds, Payload};
pub use crate::rtnl::Kind;
pub use namespaces::{EmitNamespace, Namespace, NamespaceId, NamespaceNotice, Namespaces};
pub use record::{empty, open_kept, PacketFile, PacketReader, RecordFiles, Unemitted};
pub use replay::Replay;
pub use scope::Scope;

use crate::netlink::{wait_readable, Connection, DatagramBatch, Error, EventSocket};
use crate::rtnl::SPEC;
use hello::Hellos;
use receiver::{Receiver, DATAGRAMS_AT_ONCE};
use record::{Recorder, Step};
use socket_filter::SocketFilter;
use state::MonitorState;
use std::borrow::Cow;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

/// Operation of a [`Monitor`], as errors name it.
pub const OP: &str = "monitor";

/// How often the state is read at the start, at most, where it does not hold still: after that the
/// rest is told as it is found.
const ROUNDS: usize = 8;

/// Change of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The object is new.
    New,
    /// The object is another than it was.
    Change,
    /// The object is gone.
    Del,
}

/// How it is known what happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The object was there from the start.
    Initial,
    /// The kernel told so.
    Event,
    /// The kernel says nothing of such a change: it was found by reading the state.
    Implied,
    /// The kernel told so, and there was no room for it: it was found by reading the state.
    Missed,
}

/// A change of an object.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// Change of the object.
    pub what: Action,
    /// The object as it is, or was before it was gone. Where no event told of the change, it is without what changes by
    /// itself, counters and timers.
    pub object: &'a Payload<'a>,
    /// The object without what changes by itself.
    pub body: &'a Payload<'a>,
    /// The object before, without what changes by itself; only of [`Action::Change`]. If it is equal to `body`, the link below
    /// it is up now and was not, or the other way round: [`Names::is_above_down`](crate::object::Names::is_above_down).
    pub old: Option<&'a Payload<'a>>,
    /// How that is known.
    pub origin: Origin,
    /// Port id of the socket that asked for it; 0 where the kernel does not say.
    pub by: u32,
}

impl<'a> Event<'a> {
    /// Returns what an event of `object` tells that the socket with the port id `by` asked for, where nothing else is known of
    /// it.
    pub fn alone(what: Action, object: &'a Payload<'a>, by: u32) -> Self {
        Self {
            what,
            object,
            body: object,
            old: None,
            origin: Origin::Event,
            by,
        }
    }

    /// Returns what the object is.
    pub fn kind(&self) -> Kind {
        self.object.kind()
    }
}

/// Event of a monitor: a change, a loss, or that its lines are complete.
#[derive(Clone, Copy, Debug)]
pub enum Notice<'a> {
    /// Something changed.
    Event(&'a Event<'a>),
    /// So many events were lost for want of room; what they were about is found by reading the
    /// state, and told before the next [`Notice::Sync`]. Those of kinds that are not
    /// [kept](Kind::is_kept) are lost for good.
    Lost(u32),
    /// So many events of [`Kind::Hello`] were lost for want of room, for good.
    LostHellos(u32),
    /// All that was told is all that there is.
    Sync,
}

/// Hears of changes, and finds those that nobody tells of.
pub struct Monitor {
    receiver: Receiver,
    queries: Connection,
    /// If somebody wants to know, and the module is loaded.
    hellos: Option<Hellos>,
    unreceived: Vec<(Kind, Error)>,
}

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waited {
    /// Something happened; maybe nothing that there is to tell.
    Received,
    /// The deadline passed first.
    TimedOut,
    /// The other descriptor became readable first.
    Woken,
}

impl Monitor {
    /// Subscribes to these `kinds`, and to those that they depend on: links have names, and routes go
    /// away with links, addresses and next hops. Of what nothing depends on, only objects in `scope` are
    /// heard of, and known. Asks for `buffer` bytes of room for events.
    ///
    /// # Errors
    ///
    /// Those of `socket(2)`, and of [`Socket::join`](crate::netlink::Socket::join). That a kernel does
    /// not know of a kind is none: [`Monitor::unreceived`] has those; nor that there is no module for
    /// [`Kind::Hello`], unless that is all that was asked for.
    pub fn open(kinds: Kinds, scope: Scope, buffer: usize) -> Result<Self, Error> {
        let queries = Connection::open(OP, &SPEC)?;
        queries
            .socket()
            .set_strict()
            .map_err(|error| Error::from_io(OP, &error))?;

        let needed = needed_by(kinds);
        let socket_filter = SocketFilter::new(scope, kinds, needed);
        let receiver = Receiver::open(kinds | needed, socket_filter, buffer)?;
        let mut unreceived: Vec<_> = receiver.unreceived.iter().map(no_group).collect();
        let hellos = match kinds.has(Kind::Hello).then(|| Hellos::open(buffer)) {
            Some(Err(error)) if kinds == Kind::Hello.into() => return Err(error),
            Some(Err(error)) => {
                unreceived.push((Kind::Hello, error));
                None
            }
            Some(Ok(hellos)) => Some(hellos),
            None => None,
        };

        Ok(Self {
            receiver,
            queries,
            hellos,
            unreceived,
        })
    }

    /// Returns the kinds that were asked for and of which nothing will be told, and why.
    pub fn unreceived(&self) -> &[(Kind, Error)] {
        &self.unreceived
    }

    /// Returns the room that the kernel has for events, in bytes.
    ///
    /// # Errors
    ///
    /// Those of `getsockopt(2)`.
    pub fn buffer(&self) -> Result<usize, Error> {
        let buffer = self.receiver.events.socket().recv_buffer();
        buffer.map_err(|error| Error::from_io(OP, &error))
    }

    /// Writes all that is taken in from now on into `files`, for a [`Replay`] of each. None of the `words`,
    /// which that has again, may have a NUL.
    ///
    /// # Errors
    ///
    /// Those of `open(2)` and `write(2)`, with the file, which others of this then have too.
    pub fn record(&mut self, files: RecordFiles, words: &[&[u8]]) -> Result<(), Error> {
        self.receiver.intake.recorder = Some(Recorder::begin(files, words)?);
        Ok(())
    }

    /// Returns how many objects of this `kind` there are.
    pub fn count(&self, kind: Kind) -> usize {
        self.receiver.intake.state.count(kind)
    }

    /// Returns the objects of this `kind`, each the payload of a message without what changes by
    /// itself.
    pub fn objects(&self, kind: Kind) -> impl Iterator<Item = Cow<'_, [u8]>> {
        self.receiver.intake.state.bodies(kind)
    }

    /// Returns the first of the objects of this `kind` that are wanted, in the order of [`Monitor::emit_all`].
    pub fn first(
        &self,
        kind: Kind,
        is_wanted: impl Fn(&Payload<'_>) -> bool,
    ) -> Option<Cow<'_, [u8]>> {
        self.receiver.intake.state.first(kind, is_wanted)
    }

    /// Reads what there is. With [`Monitor::emit_all`] that can be told, and [`Monitor::wait`] tells
    /// what changes from then on.
    ///
    /// # Errors
    ///
    /// Those of [`Connection::table`] and [`Connection::gather`].
    pub fn start(&mut self) -> Result<(), Error> {
        let ignore = &mut |_: &Notice<'_>| {};
        self.receiver.due.all(self.receiver.intake.kinds.kept());
        for _ in 0..ROUNDS {
            self.read_again(Origin::Initial, ignore)?;
            if self.receiver.due.kinds.is_empty() {
                break;
            }
            while !self.receiver.due.is_now() {
                self.receiver.receive(self.receiver.due.at, None, ignore)?;
            }
        }
        self.receiver.note(&Step::Started)
    }

    /// Tells what there is, as [`Origin::Initial`], what others refer to first.
    pub fn emit_all(&self, emit: &mut impl FnMut(&Notice<'_>)) {
        emit_state(
            &self.receiver.intake.state,
            self.receiver.intake.kinds,
            emit,
        );
    }

    /// Waits for changes, until `deadline` or until `wake` is readable, and tells them; reads again
    /// what has to be read.
    ///
    /// # Errors
    ///
    /// As [`Monitor::start`].
    pub fn wait(
        &mut self,
        deadline: Instant,
        wake: Option<BorrowedFd<'_>>,
        emit: &mut impl FnMut(&Notice<'_>),
    ) -> Result<Waited, Error> {
        let due = self.receiver.due;
        if due.is_now() {
            self.read_again(due.origin(), emit)?;
            return Ok(Waited::Received);
        }
        let until = due.next().map_or(deadline, |next| deadline.min(next));
        match self.receive(until, wake, emit)? {
            Waited::TimedOut if until < deadline => Ok(Waited::Received),
            waited => Ok(waited),
        }
    }

    /// Returns when [`Monitor::wait`] has something to do whatever is heard, the time may have passed;
    /// `None` where there is no such thing.
    pub fn due(&self) -> Option<Instant> {
        self.receiver.due.next()
    }

    /// Reads all again each time that this has passed since it was read last, from now on, and tells what nobody told of
    /// as [`Origin::Implied`]: [`Monitor::wait`] does it.
    pub fn recheck(&mut self, every: Duration) {
        let kinds = self.receiver.intake.kinds.kept();
        self.receiver.due.recheck(kinds, every);
    }

    /// Returns what becomes readable when there is something to hear.
    pub fn fds(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        let hellos = self.hellos.as_ref().map(Hellos::as_fd);
        [self.as_fd()].into_iter().chain(hellos)
    }

    /// Has links read again: something changed in another namespace that is told of only there.
    fn doubt_links(&mut self) {
        self.receiver.due.all(Kind::Link.into());
    }

    /// Says whether there may be more to hear already, and nothing to do before.
    pub fn is_behind(&self) -> bool {
        self.receiver.events.is_full() && !self.is_needed()
    }

    /// Says whether there is something to do other than to hear of changes: [`Monitor::wait`] does it.
    pub fn is_needed(&self) -> bool {
        self.receiver.due.is_now() || self.has_hello()
    }

    fn has_hello(&self) -> bool {
        self.hellos.as_ref().is_some_and(|hellos| {
            wait_readable([hellos.as_fd()], Instant::now()).is_ok_and(|[is_hello]| is_hello)
        })
    }

    /// Returns what hears in its place, on another thread: while there is much to hear, receiving
    /// takes as long as all else. What it gathers goes to [`Monitor::take_over`], in that order,
    /// before [`Monitor::wait`] is called again.
    pub fn event_socket(&self) -> EventSocket {
        self.receiver.events.event_socket(DATAGRAMS_AT_ONCE)
    }

    /// Takes in what its [`EventSocket`] gathered, or what came of it, and tells it.
    ///
    /// # Errors
    ///
    /// Errors of the messages, and the one in `received`; where there was no room for events, that is no
    /// error: the state is read again.
    pub fn take_over(
        &mut self,
        received: Result<&DatagramBatch, Error>,
        emit: &mut impl FnMut(&Notice<'_>),
    ) -> Result<(), Error> {
        self.receiver.take_over(received, emit)
    }
}

impl Monitor {
    /// Waits for events on whichever socket, and takes them in.
    fn receive(
        &mut self,
        until: Instant,
        wake: Option<BorrowedFd<'_>>,
        emit: &mut impl FnMut(&Notice<'_>),
    ) -> Result<Waited, Error> {
        let Some(hellos) = &mut self.hellos else {
            return self.receiver.receive(until, wake, emit);
        };
        let events = self.receiver.events.socket().as_fd();
        let fds = [events, hellos.as_fd(), wake.unwrap_or(events)];
        match wait_readable(fds, until).map_err(|error| Error::from_io(OP, &error))? {
            [false, false, false] => Ok(Waited::TimedOut),
            [false, false, true] => Ok(Waited::Woken),
            [is_event, is_hello, _] => {
                if is_hello {
                    hellos.receive(&mut self.receiver.intake.recorder, emit)?;
                    self.receiver.make_room()?;
                }
                if is_event {
                    self.receiver.receive(Instant::now(), None, emit)?;
                }
                Ok(Waited::Received)
            }
        }
    }
}

impl AsFd for Monitor {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.receiver.events.socket().as_fd()
    }
}

/// Returns why nothing is told of a `kind` of which the kernel does not know.
fn no_group(kind: Kind) -> (Kind, Error) {
    let error = Error::new(OP, libc::EINVAL).message("this kernel has no such events");

    (kind, error)
}

/// Returns the kinds without which changes of `kinds` are not understood.
fn needed_by(kinds: Kinds) -> Kinds {
    kinds
        .iter()
        .fold(Kind::Link.into(), |all, kind| all | kind.facts().needs)
}

/// Tells the objects of these `kinds`, as [`Origin::Initial`].
fn emit_state(state: &MonitorState, kinds: Kinds, emit: &mut impl FnMut(&Notice<'_>)) {
    for kind in kinds.iter() {
        for body in state.bodies_in_order(kind) {
            emit(&Notice::Event(&Event {
                origin: Origin::Initial,
                ..Event::alone(Action::New, &Payload::new(kind, &body), 0)
            }));
        }
    }
}
