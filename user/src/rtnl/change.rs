// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Requests that change the network: [`LinkChange`], [`AddrChange`], [`RouteChange`] and [`NeighChange`].
//!
//! Each says what is wanted; what is `None` is left to the kernel. [`Verb`] says what to do with
//! it, and [`Client::change`](crate::object::Client::change) does it.
//!
//! ```no_run
//! use nlhello::rtnl::change::{RouteChange, Verb};
//! use nlhello::object::Client;
//! use nlhello::rtnl::{LinkNames, SPEC};
//! use std::time::Duration;
//!
//! # fn main() -> Result<(), nlhello::netlink::Error> {
//! let route = RouteChange {
//!     oif: Some(LinkNames::new().index(b"eth0")?),
//!     ..RouteChange::to("10.0.0.0/8".parse()?)
//! };
//! let mut request = route.request(Verb::Add)?;
//! Client::open(request.op(), &SPEC)?.change(&mut request, Duration::from_secs(5))?;
//! # Ok(())
//! # }
//! ```

mod addr;
mod kind;
mod link;
mod neigh;
mod payload;
mod route;
mod subnet;

pub use addr::{AddrChange, Lifetime};
pub use kind::{LinkKind, Vxlan};
pub use link::{LinkChange, Target};
pub use neigh::{NeighChange, STATES};
pub use route::{NextHop, RouteChange};
pub use subnet::Subnet;

pub(super) use payload::RequestPayload;

/// Action on an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Make it; refused when it is there.
    Add,
    /// Make it, behind those that are like it.
    Append,
    /// Make it, or change the one that is there.
    Replace,
    /// Change it; refused when it is not there, but an address that is not is made by the kernel.
    Change,
    /// Delete it.
    Del,
}

impl Verb {
    /// Returns the flags of a request for it, `NLM_F_*`.
    fn flags(self) -> u16 {
        let flags = match self {
            Self::Add => libc::NLM_F_CREATE | libc::NLM_F_EXCL,
            Self::Append => libc::NLM_F_CREATE | libc::NLM_F_APPEND,
            Self::Replace => libc::NLM_F_CREATE | libc::NLM_F_REPLACE,
            Self::Change => libc::NLM_F_REPLACE,
            Self::Del => 0,
        };
        flags as u16
    }

    /// Returns the one of `ops` that it is, in the order in which the verbs are declared.
    fn op(self, ops: [&'static str; 5]) -> &'static str {
        ops[self as usize]
    }
}
