// SPDX-License-Identifier: Apache-2.0 OR MIT

//! All of netlink in a network namespace, as a link of the kind `nlmon` shows it.
//!
//! [`Device`] is such a link, a [`Ring`](crate::netlink::Ring) reads what goes over it, and [`Dialog`]
//! finds out what that is: which answer belongs to which request, how often the same event was
//! captured, and which process has the socket.
//!
//! The kernel does not say of a datagram who sent it and to whom, so all of this is found out from the
//! messages themselves: `docs/sniff.md` says how surely.

mod copies;
mod device;
mod dialog;
mod exchanges;
mod owners;

pub use copies::Copies;
pub use device::Device;
pub use dialog::{Dialog, Wanted};
pub use exchanges::{Expected, Explanation, Response};
pub use owners::Owner;

use crate::netlink::{since_1970, Protocol};
use std::rc::Rc;
use std::time::{Duration, SystemTime};

/// Operation of a capture, as errors name it.
pub const SNIFF: &str = "sniff";

/// The protocols that the kernel shows (`netlink_filter_tap()`, `net/netlink/af_netlink.c`).
pub const SHOWN: [Protocol; 8] = [
    Protocol(libc::NETLINK_ROUTE),
    Protocol(libc::NETLINK_USERSOCK),
    Protocol(libc::NETLINK_SOCK_DIAG),
    Protocol(libc::NETLINK_NFLOG),
    Protocol(libc::NETLINK_XFRM),
    Protocol(libc::NETLINK_FIB_LOOKUP),
    Protocol(libc::NETLINK_NETFILTER),
    Protocol(libc::NETLINK_GENERIC),
];

/// A datagram, and what is known of it.
#[derive(Clone, Copy, Debug)]
pub struct SniffedDatagram<'a> {
    /// When it was captured, since the beginning of 1970.
    pub time: Duration,
    /// Protocol of the datagram.
    pub protocol: Protocol,
    /// Messages of the datagram, as far as they were kept.
    pub bytes: &'a [u8],
    /// How long it was.
    pub len: usize,
    /// Port id of the program's socket, where an answer has told it; of an event, of the socket whose
    /// request was the cause, 0 if that was none.
    pub portid: Option<u32>,
    /// Owner of the socket with that port id.
    pub owner: Option<&'a Rc<Owner>>,
    /// Role of the datagram.
    pub role: DatagramRole<'a>,
}

/// Role of a datagram: a request, its answer, or an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatagramRole<'a> {
    /// Requests, and what is known so far of the answer to each.
    Request(&'a [Response]),
    /// An answer, or a part of one.
    Answer {
        /// How long after its request, if that was captured.
        after: Option<Duration>,
        /// The error number that it ends with, if it does.
        errno: Option<i32>,
    },
    /// A multicast, sent to all members of a group.
    Event {
        /// How often it was captured: once for each socket that it came to.
        copies: u32,
    },
}

/// Returns this moment, since the beginning of 1970.
pub fn now() -> Duration {
    since_1970(SystemTime::now())
}
