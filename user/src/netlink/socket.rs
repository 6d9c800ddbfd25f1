// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Datagrams in and out of a netlink socket.

use super::control::{Control, NETLINK_LISTEN_ALL_NSID};
use super::errno::check;
use super::poll::wait_readable;
use libc::{c_int, c_void, sockaddr_nl, socklen_t};
use neli::consts::socket::{Msg, NlFamily};
use neli::socket::NlSocket;
use neli::utils::Groups;
use std::io::{self, ErrorKind};
use std::mem;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::ptr;
use std::time::{Duration, Instant};

/// `include/uapi/asm-generic/socket.h`.
const SO_MEMINFO: c_int = 55;

/// A bound netlink socket.
///
/// neli opens and binds it; what neli has no call for (who sent a datagram, whether it was cut off,
/// a timeout, `NETLINK_CAP_ACK`) is done with libc on the same descriptor.
pub struct Socket {
    nl: NlSocket,
    portid: u32,
}

/// A datagram as it was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Datagram<'a> {
    /// Messages of the datagram, one after the other.
    pub bytes: &'a [u8],
    /// Whether there were more bytes than the buffer took; they are gone.
    pub truncated: bool,
    /// Port id of the sender, as the kernel recorded it; 0 is the kernel itself.
    pub portid: u32,
}

impl Socket {
    /// Opens a socket of `protocol` (`NETLINK_*`) and binds it to a port id of the kernel's choice.
    ///
    /// # Errors
    ///
    /// `EPROTONOSUPPORT` when no module has registered the protocol, and others of `socket(2)` and
    /// `bind(2)`.
    pub fn open(protocol: c_int) -> io::Result<Self> {
        let nl = NlSocket::connect(NlFamily::from(protocol), None, Groups::empty())?;
        nl.enable_ext_ack(true)?;
        // A refusal need not repeat the payload of the request: we still have it.
        set_option(&nl, libc::SOL_NETLINK, libc::NETLINK_CAP_ACK, 1)?;
        let portid = nl.pid()?;

        Ok(Self { nl, portid })
    }

    /// Returns the port id that the socket is bound to.
    pub fn portid(&self) -> u32 {
        self.portid
    }

    /// Has the kernel refuse dump requests with fields that it would not heed
    /// (`NETLINK_GET_STRICT_CHK`), and so heed those that it can; kernels before 4.20 cannot.
    ///
    /// # Errors
    ///
    /// Those of `setsockopt(2)`.
    pub fn set_strict(&self) -> io::Result<()> {
        match set_option(&self.nl, libc::SOL_NETLINK, libc::NETLINK_GET_STRICT_CHK, 1) {
            Err(error) if error.raw_os_error() == Some(libc::ENOPROTOOPT) => Ok(()),
            result => result,
        }
    }

    /// Joins the multicast group `group`.
    ///
    /// # Errors
    ///
    /// `EPERM` for who may not listen, `EINVAL` when the protocol has no such group.
    pub fn join(&self, group: u32) -> io::Result<()> {
        self.nl.add_mcast_membership(Groups::new_groups(&[group]))
    }

    /// Receives from now on what is told in other network namespaces as well, those that have an id in
    /// the socket's own; see [`Socket::recv_from_any`].
    ///
    /// # Errors
    ///
    /// `EPERM` without `CAP_NET_BROADCAST`; where that is missing over there, nothing is received.
    pub fn listen_to_all(&self) -> io::Result<()> {
        set_option(&self.nl, libc::SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, 1)
    }

    /// Asks for room for `bytes` in the receive buffer, what the kernel adds to each datagram
    /// included.
    ///
    /// Without `CAP_NET_ADMIN` in the first user namespace, `/proc/sys/net/core/rmem_max` is the
    /// limit: then there is less, and no error.
    ///
    /// # Errors
    ///
    /// Those of `setsockopt(2)`.
    pub fn set_recv_buffer(&self, bytes: usize) -> io::Result<()> {
        // The kernel doubles what it is given.
        let half = c_int::try_from(bytes.div_ceil(2)).unwrap_or(c_int::MAX / 2);

        set_option(&self.nl, libc::SOL_SOCKET, libc::SO_RCVBUFFORCE, half)
            .or_else(|_| set_option(&self.nl, libc::SOL_SOCKET, libc::SO_RCVBUF, half))
    }

    /// Returns the room in the receive buffer, in bytes, what the kernel adds to each datagram
    /// included.
    ///
    /// # Errors
    ///
    /// Those of `getsockopt(2)`.
    pub fn recv_buffer(&self) -> io::Result<usize> {
        let mut bytes: c_int = 0;
        get_option(&self.nl, libc::SOL_SOCKET, libc::SO_RCVBUF, &mut bytes)?;
        Ok(usize::try_from(bytes).unwrap_or(0))
    }

    /// Returns how many datagrams were dropped so far for want of room in the receive buffer.
    ///
    /// # Errors
    ///
    /// Those of `getsockopt(2)`.
    pub fn drops(&self) -> io::Result<u32> {
        // `SK_MEMINFO_*`, `include/uapi/linux/sock_diag.h`.
        let mut meminfo = [0u32; 9];
        get_option(&self.nl, libc::SOL_SOCKET, SO_MEMINFO, &mut meminfo)?;
        Ok(meminfo[8])
    }

    /// Leaves out datagrams that `program`, classic BPF, lets nothing pass of, instead of those that
    /// an earlier one left out; they do not count as dropped.
    ///
    /// # Errors
    ///
    /// `EINVAL` when the kernel cannot run such a program; others of `setsockopt(2)`.
    pub fn set_filter(&self, program: &[libc::sock_filter]) -> io::Result<()> {
        attach_filter(&self.nl, program)
    }

    /// Sends `datagram` to the kernel as it is.
    ///
    /// The kernel handles the messages in it before this returns.
    ///
    /// # Errors
    ///
    /// Those of `send(2)`: `ECONNREFUSED` when the protocol has no kernel socket in this network
    /// namespace, `EMSGSIZE` when the datagram is larger than the send buffer.
    pub fn send(&self, datagram: &[u8]) -> io::Result<()> {
        // A datagram goes as a whole or not at all.
        retry_interrupted(|| self.nl.send(datagram, Msg::empty())).map(drop)
    }

    /// Receives the next datagram; `None` when none came within `timeout`.
    ///
    /// # Errors
    ///
    /// `ENOBUFS` when the kernel had to drop datagrams for want of room in the receive buffer;
    /// those that it kept are received next. Others of `recvmsg(2)`.
    pub fn recv<'b>(
        &self,
        buf: &'b mut [u8],
        timeout: Duration,
    ) -> io::Result<Option<Datagram<'b>>> {
        self.recv_until(buf, deadline(Instant::now(), timeout))
    }

    /// Receives the next datagram, as [`Socket::recv`]; `None` when none came until `deadline`.
    pub(super) fn recv_until<'b>(
        &self,
        buf: &'b mut [u8],
        deadline: Instant,
    ) -> io::Result<Option<Datagram<'b>>> {
        Ok(
            match self.poll_until(deadline, None, || self.recvmsg(buf))? {
                Polled::Done((envelope, _)) => Some(envelope.around(buf)),
                Polled::TimedOut | Polled::Woken => None,
            },
        )
    }

    /// Makes the non-blocking `call` until it finds something, until `deadline` or until `wake` is
    /// readable.
    ///
    /// What is there already is found in any case.
    pub(super) fn poll_until<T>(
        &self,
        deadline: Instant,
        wake: Option<BorrowedFd<'_>>,
        mut call: impl FnMut() -> io::Result<T>,
    ) -> io::Result<Polled<T>> {
        loop {
            match retry_interrupted(&mut call) {
                Ok(found) => return Ok(Polled::Done(found)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
            match self.wait(deadline, wake)? {
                [true, _] => {}
                [false, true] => return Ok(Polled::Woken),
                [false, false] => return Ok(Polled::TimedOut),
            }
        }
    }

    /// Waits until there is something to receive or `wake` is readable; returns which it is.
    fn wait(&self, deadline: Instant, wake: Option<BorrowedFd<'_>>) -> io::Result<[bool; 2]> {
        match wake {
            Some(wake) => wait_readable([self.as_fd(), wake], deadline),
            None => wait_readable([self.as_fd()], deadline).map(|[ready]| [ready, false]),
        }
    }

    /// Receives what is there, and what the kernel says beside it.
    pub(super) fn recvmsg(&self, buf: &mut [u8]) -> io::Result<(Envelope, Control)> {
        let mut addr = empty_addr();
        let mut control = Control::empty();
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
        control.attach(&mut msg);

        // SAFETY: `msg` points to `addr`, `control`, `iov` and, through it, `buf`: all are live,
        // exclusively borrowed and as long as the lengths beside them say, and the kernel keeps none
        // of them.
        let len = unsafe { libc::recvmsg(self.nl.as_raw_fd(), &mut msg, libc::MSG_DONTWAIT) };
        let envelope = Envelope {
            len: check(len)? as usize,
            portid: addr.nl_pid,
            truncated: msg.msg_flags & libc::MSG_TRUNC != 0,
        };
        Ok((envelope, control))
    }
}

/// How a wait ended.
pub(super) enum Polled<T> {
    /// The call found this.
    Done(T),
    /// The deadline passed first.
    TimedOut,
    /// The other descriptor became readable first.
    Woken,
}

/// Length, sender and control messages of a datagram.
#[derive(Clone, Copy)]
pub(super) struct Envelope {
    pub(super) len: usize,
    pub(super) portid: u32,
    pub(super) truncated: bool,
}

impl Envelope {
    /// Returns the datagram that was received into `buf`.
    pub(super) fn around(self, buf: &[u8]) -> Datagram<'_> {
        Datagram {
            bytes: &buf[..self.len],
            portid: self.portid,
            truncated: self.truncated,
        }
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        // SAFETY: `nl` owns the descriptor and closes it only when dropped, which the borrow of
        // `self` in the returned value rules out.
        unsafe { BorrowedFd::borrow_raw(self.nl.as_raw_fd()) }
    }
}

/// Returns the instant `timeout` after `start`; a timeout beyond 136 years counts as that.
pub fn deadline(start: Instant, timeout: Duration) -> Instant {
    const LONGEST: Duration = Duration::from_secs(u32::MAX as u64);

    start + timeout.min(LONGEST)
}

/// Has the kernel run `program`, classic BPF, on each packet that `socket` is to receive.
pub(super) fn attach_filter(
    socket: &impl AsRawFd,
    program: &[libc::sock_filter],
) -> io::Result<()> {
    let len = program
        .len()
        .try_into()
        .map_err(|_| io::Error::from(ErrorKind::InvalidInput))?;
    let fprog = libc::sock_fprog {
        len,
        filter: program.as_ptr().cast_mut(),
    };
    // SAFETY: `fprog` points to as many live instructions as it says; the kernel copies them and writes
    // to none.
    unsafe { setsockopt(socket, libc::SOL_SOCKET, libc::SO_ATTACH_FILTER, &fprog) }
}

/// Sets an option whose value is made of integers: most often it is a C `int`.
pub(super) fn set_option<T: Integers>(
    socket: &impl AsRawFd,
    level: c_int,
    option: c_int,
    value: T,
) -> io::Result<()> {
    // SAFETY: integers have no bytes that are not set, and point to nothing.
    unsafe { setsockopt(socket, level, option, &value) }
}

/// `setsockopt(2)` with a `value` of any type.
///
/// # Safety
///
/// The kernel has to take the bytes of `value`, and what they point to, as what they are.
unsafe fn setsockopt<T>(
    socket: &impl AsRawFd,
    level: c_int,
    option: c_int,
    value: &T,
) -> io::Result<()> {
    // SAFETY: the pointer and the size are those of `value`, which outlives the call; the caller
    // vouches for what is in it.
    check(unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            option,
            ptr::from_ref(value).cast::<c_void>(),
            mem::size_of::<T>() as socklen_t,
        )
    })
    .map(drop)
}

/// Reads an option whose value is made of integers, whatever their values, into `value`.
pub(super) fn get_option<T: Integers>(
    socket: &impl AsRawFd,
    level: c_int,
    option: c_int,
    value: &mut T,
) -> io::Result<()> {
    let mut len = mem::size_of::<T>() as socklen_t;
    // SAFETY: the pointer and the size are those of `value`, which is borrowed exclusively and of
    // which any bytes are a value; `len` outlives the call as well.
    check(unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            level,
            option,
            ptr::from_mut(value).cast::<c_void>(),
            &mut len,
        )
    })
    .map(drop)
}

/// Types of which any bytes are a value, and that have no padding.
pub(super) trait Integers {}

impl Integers for c_int {}
impl Integers for u64 {}
impl<const N: usize> Integers for [u32; N] {}

pub(super) fn empty_addr() -> sockaddr_nl {
    // SAFETY: `sockaddr_nl` holds integers only, for which 0 is a valid value; its padding is
    // private, so there is no other way to make one.
    unsafe { mem::zeroed() }
}

pub(super) fn retry_interrupted<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Sends `datagram` to another socket of the same protocol, as any user can.
    pub(crate) fn send_to(socket: &Socket, portid: u32, datagram: &[u8]) -> io::Result<()> {
        let mut addr = empty_addr();
        addr.nl_family = libc::AF_NETLINK as libc::sa_family_t;
        addr.nl_pid = portid;
        // SAFETY: both pointers are of live values, as long as the lengths beside them say.
        check(unsafe {
            libc::sendto(
                socket.nl.as_raw_fd(),
                datagram.as_ptr().cast(),
                datagram.len(),
                0,
                ptr::from_ref(&addr).cast(),
                mem::size_of::<sockaddr_nl>() as socklen_t,
            )
        })
        .map(drop)
    }

    fn usersock() -> Socket {
        Socket::open(libc::NETLINK_USERSOCK).unwrap()
    }

    #[test]
    fn a_datagram_comes_whole_and_with_its_sender() {
        let (from, to) = (usersock(), usersock());
        send_to(&from, to.portid(), b"any bytes").unwrap();
        let mut buf = [0; 64];
        let datagram = to.recv(&mut buf, Duration::ZERO).unwrap().unwrap();

        assert_eq!(datagram.bytes, b"any bytes");
        assert_eq!(datagram.portid, from.portid());
    }

    #[test]
    fn a_datagram_larger_than_the_buffer_is_marked_and_its_rest_gone() {
        let (from, to) = (usersock(), usersock());
        send_to(&from, to.portid(), b"too long").unwrap();
        send_to(&from, to.portid(), b"fits").unwrap();
        let mut buf = [0; 4];

        let cut = to.recv(&mut buf, Duration::ZERO).unwrap().unwrap();
        assert_eq!((cut.bytes, cut.truncated), (&b"too "[..], true));
        let next = to.recv(&mut buf, Duration::ZERO).unwrap().unwrap();
        assert_eq!((next.bytes, next.truncated), (&b"fits"[..], false));
    }
}
