// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Socket behind a descriptor of another process, looked up at each call: no table of descriptors is kept,
//! so it is known however the process came by it.

use super::super::socket::get_option;
use super::{Protocol, Thread};
use crate::netlink::SocketLine;
use libc::{c_int, c_long, pid_t};
use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt};

/// Most sockets whose protocol is remembered.
const KNOWN_MAX: usize = 4096;

/// `SO_NETNS_COOKIE`, `include/uapi/asm-generic/socket.h`; Linux 5.14 and later.
const SO_NETNS_COOKIE: c_int = 71;

/// Opens a thread that does not lead its process; Linux 6.9 and later.
const PIDFD_THREAD: c_int = libc::O_EXCL;

/// A netlink socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TracedSocket {
    pub inode: u64,
    pub protocol: Protocol,
    /// A number that no other network namespace has, where the kernel tells it.
    pub netns: Option<u64>,
}

/// Sockets by their inode, of which the kernel makes no two that are alike.
#[derive(Debug, Default)]
pub(super) struct TracedSockets {
    /// `None` is one that is of no interest.
    known: HashMap<u64, Option<TracedSocket>>,
    /// The protocols that are; empty is all.
    wanted: Vec<Protocol>,
}

impl TracedSockets {
    /// Knows those of the protocols `wanted`; empty is all.
    pub fn of(wanted: &[Protocol]) -> Self {
        Self {
            known: HashMap::new(),
            wanted: wanted.to_vec(),
        }
    }

    /// Returns the socket that is `fd` in `thread`; `None` for all else, and for what is
    /// of no interest.
    ///
    /// # Errors
    ///
    /// `EACCES` when nobody may look.
    pub fn find(&mut self, thread: &Thread, fd: c_int) -> io::Result<Option<TracedSocket>> {
        let file = match fs::metadata(format!("/proc/{}/fd/{fd}", thread.tid)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Err(error),
            Err(_) => return Ok(None),
        };
        if !file.file_type().is_socket() {
            return Ok(None);
        }
        let inode = file.ino();
        Ok(match self.known.get(&inode) {
            Some(known) => *known,
            None => self.learn(thread, fd, inode),
        })
    }

    fn learn(&mut self, thread: &Thread, fd: c_int, inode: u64) -> Option<TracedSocket> {
        let socket = ask(thread, fd, inode)
            .unwrap_or_else(|_| look_up(thread, inode))
            .filter(|found| self.wanted.is_empty() || self.wanted.contains(&found.protocol));
        if self.known.len() >= KNOWN_MAX {
            self.known.clear();
        }
        self.known.insert(inode, socket);
        socket
    }
}

/// Asks a copy of the descriptor itself; `None` if it is no netlink socket.
///
/// # Errors
///
/// Those of `pidfd_getfd(2)`; and where `fd` is another file by now.
fn ask(thread: &Thread, fd: c_int, inode: u64) -> io::Result<Option<TracedSocket>> {
    let copy = File::from(copy(&open(thread)?, fd)?);
    if copy.metadata()?.ino() != inode {
        return Err(io::ErrorKind::NotFound.into());
    }
    let (mut domain, mut protocol): (c_int, c_int) = (0, 0);
    get_option(&copy, libc::SOL_SOCKET, libc::SO_DOMAIN, &mut domain)?;
    get_option(&copy, libc::SOL_SOCKET, libc::SO_PROTOCOL, &mut protocol)?;

    Ok((domain == libc::AF_NETLINK).then(|| TracedSocket {
        inode,
        protocol: Protocol(protocol),
        netns: netns_of(&copy),
    }))
}

fn netns_of(socket: &File) -> Option<u64> {
    let mut cookie = 0_u64;
    let read = get_option(socket, libc::SOL_SOCKET, SO_NETNS_COOKIE, &mut cookie);

    read.ok().map(|()| cookie)
}

/// Opens the thread, or the process that it is of, which has the same descriptors as a rule.
fn open(thread: &Thread) -> io::Result<OwnedFd> {
    let open = |pid: pid_t, flags: c_int| {
        // SAFETY: the call takes numbers.
        new_fd(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, flags) })
    };

    match thread.tid == thread.pid {
        true => open(thread.pid, 0),
        false => open(thread.tid, PIDFD_THREAD).or_else(|_| open(thread.pid, 0)),
    }
}

fn copy(process: &OwnedFd, fd: c_int) -> io::Result<OwnedFd> {
    // SAFETY: the call takes numbers.
    new_fd(unsafe { libc::syscall(libc::SYS_pidfd_getfd, process.as_raw_fd(), fd, 0) })
}

fn new_fd(result: c_long) -> io::Result<OwnedFd> {
    match c_int::try_from(result) {
        // SAFETY: the kernel has just made it for us, and nobody else knows of it.
        Ok(fd @ 0..) => Ok(unsafe { OwnedFd::from_raw_fd(fd) }),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Looks for the socket among those of the network namespace of the thread; one that was opened in
/// another namespace is not found.
fn look_up(thread: &Thread, inode: u64) -> Option<TracedSocket> {
    let sockets = SocketLine::read_all(&format!("/proc/{}/net/netlink", thread.tid)).ok()?;
    let line = sockets.into_iter().find(|line| line.inode == inode)?;

    Some(TracedSocket {
        inode,
        protocol: Protocol(line.protocol.into()),
        netns: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::netlink::Socket as OwnSocket;
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;

    fn own() -> Thread {
        let pid = std::process::id() as pid_t;

        Thread {
            pid,
            tid: pid,
            comm: Vec::new(),
        }
    }

    #[test]
    fn a_netlink_socket_is_known_from_other_files() {
        let socket = OwnSocket::open(libc::NETLINK_USERSOCK).unwrap();
        let (other, _peer) = UnixStream::pair().unwrap();
        let file = File::open("/dev/null").unwrap();
        let mut sockets = TracedSockets::of(&[]);
        let mut find = |fd| sockets.find(&own(), fd).unwrap();
        let found = find(socket.as_fd().as_raw_fd()).unwrap();

        assert_eq!(found.protocol, Protocol(libc::NETLINK_USERSOCK));
        assert_eq!(find(socket.as_fd().as_raw_fd()), Some(found));
        for fd in [other.as_raw_fd(), file.as_raw_fd(), -1, c_int::MAX] {
            assert_eq!(find(fd), None);
        }
    }

    #[test]
    fn a_protocol_that_nobody_wants_is_left_out() {
        let socket = OwnSocket::open(libc::NETLINK_USERSOCK).unwrap();
        let mut sockets = TracedSockets::of(&[Protocol(libc::NETLINK_ROUTE)]);

        let found = sockets.find(&own(), socket.as_fd().as_raw_fd());
        assert_eq!(found.unwrap(), None);
    }

    #[test]
    fn the_table_has_the_protocol_where_the_descriptor_cannot_be_copied() {
        let socket = OwnSocket::open(libc::NETLINK_USERSOCK).unwrap();
        let fd = socket.as_fd().try_clone_to_owned().unwrap();
        let inode = File::from(fd).metadata().unwrap().ino();

        let found = look_up(&own(), inode).unwrap();
        assert_eq!(found.protocol, Protocol(libc::NETLINK_USERSOCK));
        assert_eq!(look_up(&own(), 1), None);
    }
}
