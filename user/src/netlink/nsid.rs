// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Datagrams from other network namespaces.

use super::socket::{empty_addr, retry_interrupted, Envelope, NETLINK_LISTEN_ALL_NSID};
use super::{Datagram, Socket};
use libc::{c_int, sockaddr_nl, socklen_t};
use std::io::{self, ErrorKind};
use std::mem;
use std::os::fd::{AsFd, AsRawFd};
use std::ptr;

/// Room for control messages, aligned as they must be: one takes 24 bytes.
type Control = [u64; 16];

impl Socket {
    /// Receives the next datagram that is there, and the id of the network namespace that it is
    /// from, if that is another one; `None` when there is none. See [`Socket::listen_to_all`].
    ///
    /// # Errors
    ///
    /// As [`Socket::recv`].
    pub fn recv_from_any<'b>(
        &self,
        buf: &'b mut [u8],
    ) -> io::Result<Option<(Datagram<'b>, Option<u32>)>> {
        match retry_interrupted(|| self.recvmsg_from(buf)) {
            Ok((envelope, nsid)) => Ok(Some((envelope.around(buf), nsid))),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn recvmsg_from(&self, buf: &mut [u8]) -> io::Result<(Envelope, Option<u32>)> {
        let mut addr = empty_addr();
        let mut control: Control = [0; 16];
        let mut iov = libc::iovec {
            iov_base: buf.as_mut_ptr().cast(),
            iov_len: buf.len(),
        };
        // SAFETY: `msghdr` is a C struct for which all-zeroes is a valid value: null pointers with
        // lengths of 0.
        let mut msg: libc::msghdr = unsafe { mem::zeroed() };
        msg.msg_name = ptr::from_mut(&mut addr).cast();
        msg.msg_namelen = mem::size_of::<sockaddr_nl>() as socklen_t;
        msg.msg_iov = &mut iov;
        msg.msg_iovlen = 1;
        msg.msg_control = control.as_mut_ptr().cast();
        msg.msg_controllen = mem::size_of::<Control>();

        // SAFETY: `msg` points to `addr`, `control`, `iov` and, through it, `buf`: all are live,
        // exclusively borrowed and as long as the lengths beside them say, and the kernel keeps none
        // of them.
        let len = unsafe { libc::recvmsg(self.as_fd().as_raw_fd(), &mut msg, libc::MSG_DONTWAIT) };
        let len = usize::try_from(len).map_err(|_| io::Error::last_os_error())?;
        let envelope = Envelope {
            len,
            portid: addr.nl_pid,
            truncated: msg.msg_flags & libc::MSG_TRUNC != 0,
            group: 0,
        };
        Ok((envelope, nsid(&control[..msg.msg_controllen / 8])))
    }
}

/// Finds the id among control messages: `struct cmsghdr` is a length, a level and a type, with the
/// value behind it, and the next one begins at a multiple of 8.
fn nsid(mut control: &[u64]) -> Option<u32> {
    loop {
        let [len, kind, value, ..] = control else {
            return None;
        };
        let [level, kind] = halves(*kind);
        if (level, kind) == (libc::SOL_NETLINK, NETLINK_LISTEN_ALL_NSID) {
            return halves(*value)[0].try_into().ok();
        }
        let len = usize::try_from(*len).ok()?.div_ceil(8).max(2);
        control = control.get(len..)?;
    }
}

/// Returns two integers as they are in memory.
fn halves(both: u64) -> [c_int; 2] {
    let [a, b, c, d, e, f, g, h] = both.to_ne_bytes();
    [[a, b, c, d], [e, f, g, h]].map(c_int::from_ne_bytes)
}

#[cfg(test)]
mod tests {
    use super::super::socket::tests::send_to;
    use super::*;

    fn both(first: c_int, second: c_int) -> u64 {
        let [[a, b, c, d], [e, f, g, h]] = [first, second].map(c_int::to_ne_bytes);
        u64::from_ne_bytes([a, b, c, d, e, f, g, h])
    }

    #[test]
    fn the_id_is_found_among_control_messages() {
        let other = [28, both(libc::SOL_NETLINK, 3), both(7, 8), both(9, 0)];
        let id = |id| [20, both(libc::SOL_NETLINK, 8), both(id, 0)];

        assert_eq!(nsid(&[]), None);
        assert_eq!(nsid(&other), None);
        assert_eq!(nsid(&id(5)), Some(5));
        assert_eq!(nsid(&id(-1)), None);
        assert_eq!(nsid(&[&other[..], &id(0)].concat()), Some(0));
        assert_eq!(nsid(&[0, 0, 0, 0]), None);
    }

    #[test]
    fn what_comes_from_this_namespace_has_no_id() {
        let socket = Socket::open(libc::NETLINK_USERSOCK).unwrap();
        let mut buf = [0; 8];
        assert_eq!(socket.recv_from_any(&mut buf).unwrap(), None);

        send_to(&socket, socket.portid(), b"x").unwrap();
        let (datagram, nsid) = socket.recv_from_any(&mut buf).unwrap().unwrap();
        assert_eq!((datagram.bytes, nsid), (&b"x"[..], None));
    }
}
