// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Events of network namespaces that cannot be entered, for they have no name, but have an id in this
//! one.

use super::receiver::TIMEOUT;
use super::state::News;
use super::{Event, Kinds, OP};
use crate::names::uapi::{IFLA_TARGET_NETNSID, RTM_DELNSID, RTNLGRP_NSID};
use crate::netlink::{Connection, Datagram, Error, Request, Socket};
use crate::rtnl::link::IFINFOMSG;
use crate::rtnl::{Nsid, SPEC};
use crate::wire::{put_attr, Messages};
use std::collections::BTreeSet;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};

/// Room for a datagram.
const ROOM: usize = 128 << 10;

/// How many datagrams are looked at before it is the turn of others.
const TURN: usize = 256;

/// Hears what is told in all namespaces that have an id here.
pub struct PeerNamespace {
    socket: Socket,
    /// Drops that were told.
    dropped: u32,
    buf: Vec<u8>,
}

/// Messages received from the socket.
pub enum PeerEvent {
    /// Messages from the namespace with this id.
    Messages(u32, Vec<u8>),
    /// The namespace with this id is gone.
    Gone(u32),
    /// So much was lost, nobody knows where.
    Lost(u32),
}

impl PeerNamespace {
    /// Subscribes to `kinds`, with `buffer` bytes of room if they can be had; that takes `CAP_NET_BROADCAST`.
    pub fn open(kinds: Kinds, buffer: usize) -> Result<Self, Error> {
        let failed = |error: io::Error| Error::from_io(OP, &error);
        let socket = Socket::open(libc::NETLINK_ROUTE).map_err(failed)?;
        let _ = socket.set_recv_buffer(buffer);
        socket.listen_to_all().map_err(|error| {
            failed(error)
                .hint("nothing is heard where there is no name: it takes CAP_NET_BROADCAST")
        })?;
        socket.join(RTNLGRP_NSID).map_err(failed)?;
        for group in kinds.iter().flat_map(|kind| kind.groups()) {
            match socket.join(*group) {
                // The kernel is older than the group.
                Err(error) if error.raw_os_error() == Some(libc::EINVAL) => {}
                result => result.map_err(failed)?,
            }
        }
        Ok(Self {
            socket,
            dropped: 0,
            buf: vec![0; ROOM],
        })
    }

    /// Returns the next that is there from namespaces whose ids are not among `others`; `None` where
    /// there is nothing more, or for the moment enough was looked at.
    pub fn next(&mut self, others: &BTreeSet<u32>) -> Result<Option<PeerEvent>, Error> {
        for _ in 0..TURN {
            match self.socket.recv_from_any(&mut self.buf) {
                Ok(None) => return Ok(None),
                Ok(Some((datagram, nsid))) => {
                    if let Some(received) = read(&datagram, nsid, others) {
                        return Ok(Some(received));
                    }
                }
                Err(error) if error.raw_os_error() == Some(libc::ENOBUFS) => {
                    return Ok(Some(self.note_loss()))
                }
                Err(error) => return Err(Error::from_io(OP, &error)),
            }
        }
        Ok(None)
    }

    fn note_loss(&mut self) -> PeerEvent {
        let drops = self.socket.drops().unwrap_or(0);
        let new = drops.wrapping_sub(self.dropped);
        self.dropped = drops;
        PeerEvent::Lost(new)
    }
}

impl AsFd for PeerNamespace {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// Returns what a datagram says, unless it is from here or from one of `others`.
fn read(datagram: &Datagram<'_>, nsid: Option<u32>, others: &BTreeSet<u32>) -> Option<PeerEvent> {
    if datagram.portid != 0 || datagram.truncated {
        return None;
    }
    match nsid {
        Some(nsid) if others.contains(&nsid) => None,
        Some(nsid) => Some(PeerEvent::Messages(nsid, datagram.bytes.to_vec())),
        None => gone(datagram.bytes).map(PeerEvent::Gone),
    }
}

/// Returns the id that a message of here says is gone.
fn gone(bytes: &[u8]) -> Option<u32> {
    let message = Messages::new(bytes).next()?.ok()?;
    match message.header().nlmsg_type {
        RTM_DELNSID => Nsid::from_payload(message.payload()).ok()?.id(),
        _ => None,
    }
}

/// Hands each event of one of these `kinds` to `emit`. What was there before is not known, so what
/// changes is told as new.
pub fn events(bytes: &[u8], kinds: Kinds, emit: &mut impl FnMut(&Event<'_>)) {
    for message in Messages::new(bytes).map_while(Result::ok) {
        if let Some(news) = News::of(&message).filter(|news| kinds.has(news.kind())) {
            emit(&news.as_it_came());
        }
    }
}

/// Hands each link of the namespace with the id `nsid`, the payload of a message, to `emit`; that takes `CAP_NET_ADMIN` over
/// there.
pub fn links(nsid: u32, emit: &mut impl FnMut(&[u8])) -> Result<(), Error> {
    let mut queries = Connection::open(OP, &SPEC)?;
    queries
        .socket()
        .set_strict()
        .map_err(|error| Error::from_io(OP, &error))?;
    let mut payload = vec![0; IFINFOMSG];
    put_attr(&mut payload, IFLA_TARGET_NETNSID, &nsid.to_ne_bytes())
        .map_err(|error| Error::from_io(OP, &error))?;
    let request = Request::dump(OP, libc::RTM_GETLINK, payload)?;
    let mut table = queries.table(request, TIMEOUT)?;
    while let Some(message) = table.next_entry()? {
        emit(message.payload());
    }
    Ok(())
}
