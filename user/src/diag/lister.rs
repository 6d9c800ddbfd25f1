// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Asking for the sockets, again and again.

use super::{NetlinkSocket, LIST, SPEC};
use crate::names::uapi::{
    NDIAG_SHOW_FLAGS, NDIAG_SHOW_GROUPS, NDIAG_SHOW_MEMINFO, SOCK_DIAG_BY_FAMILY,
};
use crate::netlink::{Connection, Error, Request, SocketLine, Tap};
use crate::wire::Message;
use std::time::Duration;

/// All protocols (`NDIAG_PROTO_ALL`).
const ALL: u8 = u8::MAX;

/// Attributes asked for of each socket: `NDIAG_SHOW_*`.
const SHOW: u32 = NDIAG_SHOW_MEMINFO | NDIAG_SHOW_GROUPS | NDIAG_SHOW_FLAGS;

/// Where what is known of sockets comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// `NETLINK_SOCK_DIAG`.
    Diag,
    /// `/proc/net/netlink`: the kernel has no `netlink_diag`, or it was not to be asked.
    Proc,
}

/// Reads which sockets there are, as often as it is asked to.
pub struct Lister {
    /// The socket that the kernel is asked on, if it can be asked.
    diag: Option<Connection>,
    protocol: Option<u8>,
}

impl Lister {
    /// Opens a socket to ask for those of `protocol`, or all; with [`Source::Proc`], none.
    ///
    /// # Errors
    ///
    /// Those of `socket(2)`; that the kernel has no such protocol is none.
    pub fn open(source: Source, protocol: Option<u8>) -> Result<Self, Error> {
        let diag = match source {
            Source::Proc => None,
            Source::Diag => match Connection::open(LIST, &SPEC) {
                Err(error) if error.errno.0 == libc::EPROTONOSUPPORT => None,
                connection => Some(connection?),
            },
        };

        Ok(Self { diag, protocol })
    }

    /// Lets `tap` see what is sent and received from now on.
    pub fn set_tap(&mut self, tap: Option<Box<dyn Tap>>) {
        if let Some(diag) = &mut self.diag {
            diag.set_tap(tap);
        }
    }

    /// Returns where the sockets come from that were read last.
    pub fn source(&self) -> Source {
        match self.diag {
            Some(_) => Source::Diag,
            None => Source::Proc,
        }
    }

    /// Says whether `socket` is the one that the kernel is asked on.
    pub fn is_own(&self, socket: &NetlinkSocket) -> bool {
        let portid = self.diag.as_ref().map(|diag| diag.socket().portid());

        (i32::from(socket.protocol), Some(socket.portid)) == (SPEC.protocol, portid)
    }

    /// Reads the sockets there are, each once, by protocol and port id.
    ///
    /// # Errors
    ///
    /// `ETIMEDOUT` when nothing has come for `timeout`; others of [`Connection::dump`]; those of
    /// `read(2)` for `/proc/net/netlink`.
    pub fn read(&mut self, timeout: Duration) -> Result<Vec<NetlinkSocket>, Error> {
        let mut sockets = match self.ask(timeout)? {
            Some(sockets) => sockets,
            None => self.read_proc()?,
        };
        merge(&mut sockets);
        Ok(sockets)
    }

    /// Asks the kernel; `None` when it cannot tell.
    fn ask(&mut self, timeout: Duration) -> Result<Option<Vec<NetlinkSocket>>, Error> {
        let Some(diag) = &mut self.diag else {
            return Ok(None);
        };
        let request = Request::dump(LIST, SOCK_DIAG_BY_FAMILY, question(self.protocol))?;
        match diag.dump(&request, timeout, read_socket) {
            Ok(dump) => Ok(Some(dump.entries)),
            // No netlink_diag, and no module of it that could be loaded.
            Err(error) if error.errno.0 == libc::ENOENT => {
                self.diag = None;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn read_proc(&self) -> Result<Vec<NetlinkSocket>, Error> {
        let lines = SocketLine::read_all(SocketLine::OWN)
            .map_err(|error| Error::from_io(LIST, &error).object(SocketLine::OWN))?;
        let is_wanted = |line: &SocketLine| {
            self.protocol
                .is_none_or(|protocol| protocol == line.protocol)
        };
        let wanted = lines.into_iter().filter(is_wanted);

        Ok(wanted.map(NetlinkSocket::from).collect())
    }
}

fn read_socket(message: &Message<'_>) -> Result<NetlinkSocket, Error> {
    NetlinkSocket::from_payload(message.payload()).map_err(|error| Error::malformed(LIST, error))
}

/// Returns `struct netlink_diag_req`, for all sockets of `protocol`, or of all.
fn question(protocol: Option<u8>) -> Vec<u8> {
    let mut request = vec![libc::AF_NETLINK as u8, protocol.unwrap_or(ALL), 0, 0];
    request.extend_from_slice(&[0; 4]);
    request.extend_from_slice(&SHOW.to_ne_bytes());
    request.extend_from_slice(&[0; 8]);
    request
}

/// Leaves each socket once. The kernel shows those with groups twice, the second time a moment later
/// (`__netlink_diag_dump`), and any while its table grows.
fn merge(sockets: &mut Vec<NetlinkSocket>) {
    let which = |socket: &NetlinkSocket| (socket.protocol, socket.portid, socket.id());

    sockets.sort_by_key(which);
    sockets.dedup_by(|later, kept| {
        let is_same = which(later) == which(kept);
        if is_same {
            kept.drops = kept.drops.max(later.drops);
        }
        is_same
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::netlink::Socket;

    const PATIENCE: Duration = Duration::from_secs(10);

    fn socket(portid: u32, inode: u32, drops: u32) -> NetlinkSocket {
        let line = format!("0 0 {portid} 00000000 0 0 0 2 {drops} {inode}");
        NetlinkSocket::from_line(&line).unwrap()
    }

    #[test]
    fn a_socket_that_is_shown_twice_is_one_and_lost_no_more_than_it_did() {
        let shown = [
            (9, 3, 0),
            (7, 1, 5),
            (0, 2, 0),
            (8, 2, 1),
            (0, 1, 0),
            (7, 1, 6),
        ];
        let merged = [(0, 1, 0), (0, 2, 0), (7, 1, 6), (8, 2, 1), (9, 3, 0)];
        let socket = |(portid, inode, drops)| socket(portid, inode, drops);
        let mut sockets: Vec<_> = shown.map(socket).into();
        merge(&mut sockets);

        assert_eq!(sockets, merged.map(socket));
    }

    #[test]
    fn both_sources_show_the_same_socket_alike() {
        let own = Socket::open(libc::NETLINK_ROUTE).unwrap();
        own.join(1).unwrap();
        own.join(32).unwrap();
        let found = |source| {
            let mut lister = Lister::open(source, Some(0)).unwrap();
            let sockets = lister.read(PATIENCE).unwrap();
            assert!(sockets.iter().all(|socket| socket.protocol == 0));
            let kernels = sockets.iter().filter(|socket| socket.is_kernels());
            assert_eq!(kernels.count(), 1);
            let is_it = |socket: &&NetlinkSocket| socket.portid == own.portid();
            (sockets.iter().find(is_it).unwrap().clone(), lister.source())
        };
        let (from_proc, _) = found(Source::Proc);
        let (from_diag, source) = found(Source::Diag);
        assert_eq!(from_proc.groups, [1, 32]);
        if source == Source::Diag {
            let details = from_diag.details.unwrap();
            assert_eq!(details.rcvbuf as usize, own.recv_buffer().unwrap());
            // Set by each of our sockets; `/proc` does not tell.
            assert!(from_diag.flag_names().eq(["cap_ack"]));
        }
        let shown = NetlinkSocket {
            details: None,
            flags: 0,
            ..from_diag
        };
        assert_eq!(shown, from_proc);
    }
}
