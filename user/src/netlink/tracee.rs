// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Netlink datagrams of a command and of all that it starts, as its system calls carry them.
//!
//! A seccomp filter stops each thread of it at the system calls that can carry a datagram, and at no
//! other; the tracer looks which file the descriptor is, reads the datagram in the memory of the
//! thread, and lets the call be done. It changes nothing that is said, and takes no right. What it
//! does not see is told as a [`Remark`]. See `ptrace(2)` and `seccomp(2)`.

mod calls;
mod datagrams;
mod filter;
mod follow;
mod memory;
mod ptrace;
mod signals;
mod sockets;
mod spawn;
mod thread;
mod turns;

pub use calls::Direction;
pub use follow::Tracer;
pub use thread::{Rights, Thread};

use super::{Errno, Protocol};
use std::time::SystemTime;

/// Receiver of the datagrams and remarks of a [`Tracer`].
pub trait Observer {
    /// A datagram that was sent or received, or a call for one that failed.
    fn transfer(&mut self, transfer: &Transfer<'_>);

    /// Something that is not seen of `thread`, told once for each program of its process.
    fn remark(&mut self, thread: &Thread, remark: &Remark);

    /// Whether a thread may go on before the observer is told of its call: then it is slowed down
    /// less, but what it writes itself may come first.
    fn may_lag(&self) -> bool {
        false
    }

    /// No system call was seen for some time: an observer can write what it held back.
    fn idle(&mut self) {}
}

/// A datagram in a system call.
#[derive(Clone, Copy, Debug)]
pub struct Transfer<'a> {
    /// When the call began for what was sent, when it was done for what was received.
    pub time: SystemTime,
    /// The thread whose call it is.
    pub thread: &'a Thread,
    /// The descriptor.
    pub fd: i32,
    /// Number of the socket's inode: the same for each descriptor of it, and for no other socket.
    pub inode: u64,
    /// A number of the network namespace that the socket is in, which no other one has (`SO_NETNS_COOKIE`);
    /// Linux before 5.14 does not tell it.
    pub netns: Option<u64>,
    /// The socket's protocol.
    pub protocol: Protocol,
    /// Name of the system call.
    pub call: &'static str,
    /// Direction of the datagram.
    pub direction: Direction,
    /// Outcome of the call for this datagram.
    pub outcome: Outcome,
    /// Address in the call, if it has one; else that of the socket's peer, most often the kernel.
    pub peer: Option<PeerAddress>,
    /// The datagram, as far as it was carried and can be shown.
    pub bytes: &'a [u8],
    /// Whether it is longer than what was received of it, and the rest is gone.
    pub is_truncated: bool,
    /// Why `bytes` is not what was carried.
    pub unshown: Option<Unshown>,
}

/// Outcome of a call, or of one of its datagrams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The datagram was sent or received. The number is what the call returned for it: how many bytes, which is
    /// more than were received where the whole length was asked for (`MSG_TRUNC`).
    Done(usize),
    /// The call failed.
    Failed(Errno),
    /// The outcome is unknown: the call has not returned yet, or never will.
    Pending,
    /// The call has ended before it was its turn.
    Skipped,
}

/// Why the bytes of a datagram are not those that were carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unshown {
    /// The datagram was looked at and left in the queue (`MSG_PEEK`): it is shown when it is taken.
    Peeked,
    /// The kernel has copied it from one file to another: it was in no memory of the command.
    Copied,
    /// The memory could not be read, or not all of it.
    Unread,
    /// The bytes were shown before the outcome of the call was known.
    Shown,
}

/// The other end of a transfer: `struct sockaddr_nl`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerAddress {
    /// Port id; 0 is the kernel.
    pub portid: u32,
    /// Multicast groups, the lowest bit for group 1: those that it is sent to, or the one that it was
    /// sent to if that is one of the first 32.
    pub groups: u32,
}

/// Traffic that the tracer does not see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Remark {
    /// Calls queued in a ring: `io_uring(7)`.
    IoUring,
    /// Reads and writes submitted by `io_submit(2)`.
    Aio,
    /// System calls of another architecture, `AUDIT_ARCH_*`, for which no table is known; on x86-64, those
    /// of x32.
    Foreign(u32),
    /// Anything that the process says: the tracer may not look at it, for this reason.
    Closed(Errno),
    /// Rights that an executed program would have had: under `PR_SET_NO_NEW_PRIVS`, which the filter needs,
    /// `execve(2)` gives none.
    Forgone(Rights),
}
