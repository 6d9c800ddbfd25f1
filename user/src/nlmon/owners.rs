// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Owners of sockets, by port id.
//!
//! The kernel does not say. `/proc/net/netlink` has the inode of the socket, and the descriptors of the
//! process that has it lead there. (`NETLINK_SOCK_DIAG` knows the same, but what is said to it is captured,
//! too.) Most programs are gone soon after their last answer, so nobody may wait with the question; and
//! there may be many of them, so it is not asked more often than there is time for.

use super::now;
use crate::diag::{Process, Processes};
use crate::netlink::{comm, SocketLine};
use hashbrown::HashMap;
use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// How long what was found out counts: another socket may have the port id then.
const FRESH: Duration = Duration::from_secs(2);

/// The highest number of a process (`PID_MAX_LIMIT`, `include/linux/threads.h`).
const PID_MAX: u32 = 4 << 20;

/// How many are kept at most.
const KEPT: usize = 1024;

/// The share of the time that is spent with looking, at most: one in so many.
const SHARE: u32 = 20;

/// Time that may be spent beyond that: many programs may begin at once.
const CREDIT: Duration = Duration::from_millis(50);

/// A process that may have a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The process.
    pub process: Process,
    /// Whether it has a descriptor of the socket; else it only has the number that the port id is, which
    /// the kernel gives to the first socket of a process that leaves the choice to it.
    pub is_sure: bool,
}

/// When somebody looked for an owner, and who it is.
type FoundOwner = (Duration, Option<Rc<Owner>>);

/// A socket: its protocol and its port id.
type SocketId = (u16, u32);

/// Owners of sockets, as they were found last.
#[derive(Debug)]
pub struct Owners {
    found: HashMap<SocketId, FoundOwner>,
    /// The socket that was asked about last: one may say much.
    recent: Option<(SocketId, FoundOwner)>,
    sockets: SocketOwners,
    /// The process that was found last: a program may open a socket for each of its questions.
    last: u32,
    start: Instant,
    spent: Duration,
}

impl Owners {
    /// Knows nobody yet.
    pub fn new() -> Self {
        Self {
            found: HashMap::new(),
            recent: None,
            sockets: SocketOwners::new(),
            last: 0,
            start: Instant::now(),
            spent: Duration::ZERO,
        }
    }

    /// Returns who has the socket of `protocol` with this port id at `time`, which is about now; `None`
    /// where that is not known.
    #[inline]
    pub fn find(&mut self, protocol: u16, portid: u32, time: Duration) -> Option<Rc<Owner>> {
        let socket = (protocol, portid);
        match &self.recent {
            Some((known, (since, owner))) if *known == socket && is_fresh(*since, time) => {
                owner.clone()
            }
            _ => self.find_other(socket, time),
        }
    }

    /// Returns who has a socket that was not the last.
    fn find_other(&mut self, socket: SocketId, time: Duration) -> Option<Rc<Owner>> {
        let known = self.found.get(&socket);
        let found = match known.filter(|(since, _)| is_fresh(*since, time)) {
            _ if socket.1 == 0 => return None,
            Some(found) => found.clone(),
            None => self.search(socket, time)?,
        };
        let owner = found.1.clone();
        self.recent = Some((socket, found));
        owner
    }

    /// Looks for who has the socket, if there is time for it.
    fn search(&mut self, socket: SocketId, time: Duration) -> Option<FoundOwner> {
        let begin = Instant::now();
        if self.spent > CREDIT + (begin - self.start) / SHARE {
            return None;
        }
        let found = (time, self.look(socket, time).map(Rc::new));
        self.spent += begin.elapsed();
        if self.found.len() >= KEPT {
            self.found.clear();
        }
        self.found.insert(socket, found.clone());
        Some(found)
    }

    fn look(&mut self, socket: SocketId, time: Duration) -> Option<Owner> {
        let line = self.sockets.find(socket, time);
        let Some(process) = line.and_then(|line| holder(line, self.last)) else {
            return namesake(socket.1);
        };
        self.last = process.pid;
        Some(Owner {
            process,
            is_sure: true,
        })
    }
}

/// Says whether what was found at `since` counts at `time`.
#[inline]
fn is_fresh(since: Duration, time: Duration) -> bool {
    time.abs_diff(since) < FRESH
}

/// The sockets that there were at a moment.
#[derive(Debug)]
struct SocketOwners {
    /// The file that has them, since it was read first.
    file: Option<File>,
    lines: Vec<SocketLine>,
    since: Duration,
}

impl SocketOwners {
    fn new() -> Self {
        Self {
            file: None,
            lines: Vec::new(),
            since: Duration::ZERO,
        }
    }

    /// Returns the socket as it was after `time`. Datagrams come in blocks, and the kernel goes through all
    /// sockets for each reading, so one reading serves all that were captured before it.
    fn find(&mut self, (protocol, portid): SocketId, time: Duration) -> Option<&SocketLine> {
        let now = now();
        // The table may have been read before the clock was set back, so in the future.
        if time >= self.since || now < self.since {
            self.since = now;
            // Where nobody can read it, there are none.
            self.lines = self.read().unwrap_or_default();
        }
        let socket = (i32::from(protocol), portid);
        let mut lines = self.lines.iter();

        lines.find(|line| (line.protocol.into(), line.portid) == socket)
    }

    fn read(&mut self) -> io::Result<Vec<SocketLine>> {
        let file = match self.file.take() {
            Some(file) => file,
            None => File::open(SocketLine::OWN)?,
        };
        SocketLine::read_again(self.file.insert(file))
    }
}

/// Returns a process that has a descriptor of the socket. The first one of a process has its number, another
/// one may be of the process that was found `last`; to look through all of them takes a hundred times as long.
fn holder(socket: &SocketLine, last: u32) -> Option<Process> {
    let inode = socket.inode.try_into().ok()?;
    let mut likely = [socket.portid, last].into_iter();
    let holder = likely.find_map(|pid| Process::with_socket(pid, inode));

    holder.or_else(|| {
        Processes::find(&HashSet::from([inode]))
            .of(inode)
            .first()
            .cloned()
    })
}

/// Returns the process whose number is the port id.
fn namesake(portid: u32) -> Option<Owner> {
    if portid > PID_MAX {
        return None;
    }
    let comm = comm(portid).ok()?;

    Some(Owner {
        process: Process { pid: portid, comm },
        is_sure: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::netlink::Socket;

    const ROUTE: u16 = libc::NETLINK_ROUTE as u16;

    #[test]
    fn who_has_the_socket_is_sure_whatever_its_port_id_is() {
        let sockets = [(); 2].map(|()| Socket::open(libc::NETLINK_ROUTE).unwrap());
        let mut owners = Owners::new();
        for socket in &sockets {
            let owner = owners.find(ROUTE, socket.portid(), now());
            let owner = owner.unwrap();
            assert_eq!(owner.process.pid, std::process::id());
            assert!(owner.is_sure);
        }
    }

    #[test]
    fn another_process_that_was_found_last_is_no_obstacle() {
        let sockets = [(); 2].map(|()| Socket::open(libc::NETLINK_ROUTE).unwrap());
        for (socket, last) in sockets.iter().zip([1, std::process::id()]) {
            let mut owners = Owners::new();
            owners.last = last;
            let owner = owners.find(ROUTE, socket.portid(), now());
            assert_eq!(owner.unwrap().process.pid, std::process::id());
            assert_eq!(owners.last, std::process::id());
        }
    }

    #[test]
    fn a_process_that_only_has_the_number_is_a_hint() {
        let mut owners = Owners::new();
        let now = now();
        // A protocol that does not exist has no sockets.
        let owner = owners.find(30, 1, now).unwrap();

        assert_eq!((owner.process.pid, owner.is_sure), (1, false));
        assert_eq!(owners.find(30, u32::MAX, now), None);
        assert_eq!(owners.find(30, 0, now), None);
    }

    #[test]
    fn sockets_are_read_once_for_all_datagrams_that_came_before() {
        let socket = Socket::open(libc::NETLINK_ROUTE).unwrap();
        let socket = (ROUTE, socket.portid());
        let (before, mut sockets) = (now(), SocketOwners::new());
        assert!(sockets.find(socket, before).is_some());
        sockets.lines.clear();

        assert!(sockets.find(socket, before).is_none());
        assert!(sockets.find(socket, now()).is_some());
    }

    #[test]
    fn what_was_found_counts_for_a_while_only() {
        let mut owners = Owners::new();
        let socket = Socket::open(libc::NETLINK_ROUTE).unwrap();
        let (portid, now) = (socket.portid(), now());
        let found = owners.find(ROUTE, portid, now);
        drop(socket);

        assert_eq!(owners.find(ROUTE, portid, now), found);
        for time in [now - FRESH, now + FRESH] {
            let owner = owners.find(ROUTE, portid, time);
            assert!(owner.is_none_or(|owner| !owner.is_sure));
        }
    }

    #[test]
    fn no_more_time_is_spent_than_its_share() {
        let mut owners = Owners::new();
        owners.spent = Duration::from_secs(3600);

        assert_eq!(owners.find(30, 1, now()), None);
        owners.start = Instant::now() - Duration::from_secs(1);
        owners.spent = Duration::ZERO;
        assert!(owners.find(30, 1, now()).is_some());
    }
}
