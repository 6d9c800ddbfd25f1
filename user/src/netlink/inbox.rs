// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Many datagrams in one system call.

use super::errno::check;
use super::socket::{empty_addr, Envelope, Polled};
use super::{Datagram, Error, Socket};
use crate::wire::{Message, Messages};
use libc::{iovec, mmsghdr, sockaddr_nl, socklen_t};
use std::array;
use std::io;
use std::mem::{self, MaybeUninit};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::ptr;
use std::time::Instant;

/// Room for a datagram, in bytes: twice the longest value of an attribute, so that no answer of
/// ours is ever cut off, and enough for the largest part of a dump, which has 32 KiB. A power of two
/// would have all datagrams compete for the same few lines of the processor's cache.
pub(super) const ROOM: usize = 128 * 1024 + 192;

/// Most datagrams that are received at once.
const SLOTS: usize = 64;

/// Port id of the kernel.
pub(super) const KERNEL: u32 = 0;

/// Datagrams that were received together, and room for the next.
///
/// The memory that no datagram reaches is never touched. Groups that datagrams were sent to are not asked
/// for (`NETLINK_PKTINFO`): to have the kernel write each takes a twentieth of the time that a datagram takes.
///
/// # Invariants
///
/// As much of each room as the envelope of the same place in `received` says has been received, and
/// so is initialized.
pub struct Inbox {
    bytes: Box<[MaybeUninit<u8>]>,
    pub(super) received: Vec<Envelope>,
}

impl Inbox {
    /// Makes room for up to `datagrams` at once, 64 at most.
    pub fn new(datagrams: usize) -> Self {
        let slots = datagrams.clamp(1, SLOTS);

        Self {
            bytes: Box::new_uninit_slice(slots * ROOM),
            received: Vec::with_capacity(slots),
        }
    }

    /// Says whether there was no room for more: maybe there is more.
    pub fn is_full(&self) -> bool {
        self.received.len() == self.slots()
    }

    fn slots(&self) -> usize {
        self.bytes.len() / ROOM
    }

    /// Returns the datagrams, whoever sent them.
    pub(super) fn datagrams(&self) -> impl Iterator<Item = Datagram<'_>> {
        self.bytes
            .chunks(ROOM)
            .zip(&self.received)
            .map(|(room, envelope)| {
                let received = &room[..envelope.len];
                // SAFETY: by the type invariant these bytes are initialized, and `u8` has the layout
                // of `MaybeUninit<u8>`; they are borrowed from `self` as long as the result is.
                let received = unsafe { &*(ptr::from_ref(received) as *const [u8]) };
                envelope.around(received)
            })
    }

    /// Returns the messages that the kernel sent, for `op`; those of others are left out.
    ///
    /// An item is an error when a datagram was cut off, or is no row of messages.
    pub(super) fn messages(
        &self,
        op: &'static str,
    ) -> impl Iterator<Item = Result<Message<'_>, Error>> {
        messages_of_kernel(op, self.datagrams())
    }
}

/// Returns the messages in those of `datagrams` that the kernel sent, for `op`.
pub(super) fn messages_of_kernel<'a>(
    op: &'static str,
    datagrams: impl Iterator<Item = Datagram<'a>>,
) -> impl Iterator<Item = Result<Message<'a>, Error>> {
    datagrams
        .filter(|datagram| datagram.portid == KERNEL)
        .flat_map(move |datagram| messages(op, datagram))
}

fn messages<'a>(
    op: &'static str,
    datagram: Datagram<'a>,
) -> impl Iterator<Item = Result<Message<'a>, Error>> {
    // A truncated datagram has no message that can be trusted.
    let whole = match datagram.truncated {
        true => &[],
        false => datagram.bytes,
    };
    let error = datagram.truncated.then(|| Err(Error::truncated(op)));

    Messages::new(whole)
        .map(move |message| message.map_err(|error| Error::malformed(op, error)))
        .chain(error)
}

impl Socket {
    /// Receives into `inbox` all datagrams that it has room for and that are there; waits for the
    /// first one until `deadline` or until `wake` is readable.
    pub(super) fn recv_many_until(
        &self,
        inbox: &mut Inbox,
        deadline: Instant,
        wake: Option<BorrowedFd<'_>>,
    ) -> io::Result<Polled<()>> {
        inbox.received.clear();
        self.poll_until(deadline, wake, || self.recvmmsg(inbox))
    }

    /// Receives what is there.
    fn recvmmsg(&self, inbox: &mut Inbox) -> io::Result<()> {
        let slots = inbox.slots();
        let mut addrs = [empty_addr(); SLOTS];
        // Of rooms beyond the last there are no bytes, and no use is made.
        let mut rooms = inbox.bytes.chunks_mut(ROOM);
        let mut iovs: [iovec; SLOTS] = array::from_fn(|_| iovec_of(rooms.next()));
        let mut msgs: [mmsghdr; SLOTS] =
            array::from_fn(|slot| mmsghdr_of(&mut addrs[slot], &mut iovs[slot]));

        // SAFETY: there are `SLOTS` headers, and `slots` is no more. Each of those points to an
        // address and an `iovec` of its own, and that to a room of its own: all are live, borrowed
        // by nobody else meanwhile and as long as the lengths beside them say, and the kernel keeps
        // none of them. A null timeout is allowed.
        let count = check(unsafe {
            libc::recvmmsg(
                self.as_fd().as_raw_fd(),
                msgs.as_mut_ptr(),
                slots as libc::c_uint,
                libc::MSG_DONTWAIT,
                ptr::null_mut(),
            )
        })? as usize;

        inbox.received.clear();
        // INVARIANT: the kernel has written as many bytes to the room of each datagram as its
        // header says, those that did not fit aside.
        inbox
            .received
            .extend((0..count).map(|slot| envelope_of(&msgs[slot], &addrs[slot])));
        Ok(())
    }
}

fn iovec_of(room: Option<&mut [MaybeUninit<u8>]>) -> iovec {
    let room = room.unwrap_or_default();

    iovec {
        iov_base: room.as_mut_ptr().cast(),
        iov_len: room.len(),
    }
}

fn mmsghdr_of(addr: &mut sockaddr_nl, iov: &mut iovec) -> mmsghdr {
    // SAFETY: `mmsghdr` is a C struct for which all-zeroes is a valid value: null pointers with
    // lengths of 0.
    let mut msg: mmsghdr = unsafe { mem::zeroed() };
    msg.msg_hdr.msg_name = ptr::from_mut(addr).cast();
    msg.msg_hdr.msg_namelen = mem::size_of::<sockaddr_nl>() as socklen_t;
    msg.msg_hdr.msg_iov = iov;
    msg.msg_hdr.msg_iovlen = 1;
    msg
}

fn envelope_of(msg: &mmsghdr, addr: &sockaddr_nl) -> Envelope {
    Envelope {
        len: (msg.msg_len as usize).min(ROOM),
        portid: addr.nl_pid,
        truncated: msg.msg_hdr.msg_flags & libc::MSG_TRUNC != 0,
    }
}

#[cfg(test)]
mod tests {
    use super::super::socket::tests::send_to;
    use super::*;
    use std::time::Duration;

    fn usersock() -> Socket {
        Socket::open(libc::NETLINK_USERSOCK).unwrap()
    }

    fn receive(socket: &Socket, inbox: &mut Inbox) -> Vec<Vec<u8>> {
        let deadline = Instant::now() + Duration::from_millis(20);
        let polled = socket.recv_many_until(inbox, deadline, None).unwrap();

        let all: Vec<_> = inbox.datagrams().map(|d| d.bytes.to_vec()).collect();
        assert_eq!(matches!(polled, Polled::TimedOut), all.is_empty());
        all
    }

    #[test]
    fn datagrams_come_together_in_order_and_with_their_senders() {
        let (from, to) = (usersock(), usersock());
        for byte in 0..70 {
            send_to(&from, to.portid(), &vec![byte; usize::from(byte) + 1]).unwrap();
        }
        let mut inbox = Inbox::new(usize::MAX);

        let first = receive(&to, &mut inbox);
        assert!(inbox.datagrams().all(|d| d.portid == from.portid()));
        let second = receive(&to, &mut inbox);
        assert_eq!((first.len(), second.len()), (SLOTS, 70 - SLOTS));
        for (byte, datagram) in (0..).zip(first.into_iter().chain(second)) {
            assert_eq!(datagram, vec![byte; usize::from(byte) + 1]);
        }
        assert_eq!(receive(&to, &mut inbox), Vec::<Vec<u8>>::new());
    }

    #[test]
    fn an_inbox_takes_no_more_than_it_was_made_for() {
        let (from, to) = (usersock(), usersock());
        for _ in 0..3 {
            send_to(&from, to.portid(), b"x").unwrap();
        }

        assert_eq!(receive(&to, &mut Inbox::new(2)).len(), 2);
        assert_eq!(receive(&to, &mut Inbox::new(0)).len(), 1);
    }

    #[test]
    fn a_datagram_that_was_cut_off_is_marked_and_the_next_one_is_whole() {
        let (from, to) = (usersock(), usersock());
        send_to(&from, to.portid(), &vec![0; ROOM + 1]).unwrap();
        send_to(&from, to.portid(), b"whole").unwrap();
        let mut inbox = Inbox::new(2);
        receive(&to, &mut inbox);

        let truncated: Vec<_> = inbox.datagrams().map(|d| d.truncated).collect();
        assert_eq!(truncated, [true, false]);
        assert_eq!(inbox.messages("test").next(), None, "not the kernel's");
    }

    #[test]
    fn what_is_cut_off_or_broken_is_an_error_and_not_a_message() {
        let datagram = |bytes, truncated| Datagram {
            bytes,
            truncated,
            portid: KERNEL,
        };
        for (bytes, truncated, errno) in [
            (&[0; 20][..], false, libc::EBADMSG),
            (&[20, 0, 0, 0, 16], false, libc::EBADMSG),
            (&[0; 20], true, libc::EMSGSIZE),
        ] {
            let all: Vec<_> = messages("test", datagram(bytes, truncated)).collect();
            assert_eq!(all.len(), 1);
            assert_eq!(all[0].as_ref().unwrap_err().errno.0, errno);
        }
    }
}
