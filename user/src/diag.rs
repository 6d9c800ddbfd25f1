// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The netlink sockets of a network namespace: whose they are, what they listen to, how much waits in
//! them and what they lost.
//!
//! `NETLINK_SOCK_DIAG` tells of them where the kernel has `netlink_diag` (`CONFIG_NETLINK_DIAG`), and else
//! `/proc/net/netlink`, which knows less. Both show the sockets of one namespace, and neither the
//! processes that hold them: [`Processes`] finds those.
//!
//! C header: `include/uapi/linux/netlink_diag.h`.

mod groups;
mod lister;
mod processes;
mod socket;

pub use groups::GroupNames;
pub use lister::{Lister, Source};
pub use processes::{Process, Processes};
pub use socket::{DescribedSocket, Details, NetlinkSocket};

use crate::netlink::Spec;

/// Description of `NETLINK_SOCK_DIAG`; its messages have their names in [`names`](crate::names).
pub static SPEC: Spec = Spec {
    protocol: libc::NETLINK_SOCK_DIAG,
    unregistered_hint: "",
    messages: &[],
};

/// [`Error::op`](crate::netlink::Error::op) of a request for sockets.
pub const LIST: &str = "list sockets";
