// SPDX-License-Identifier: GPL-2.0

//! Raw netlink families in safe Rust.
//!
//! A family implements [`Family`]: its protocol number and a table of [`Command`]s, each with the
//! attributes it takes and a handler. A [`Registration`] makes the kernel serve it.
//!
//! # How a datagram is served
//!
//! `sendmsg(2)` calls the family in the sender's own context, before it returns, on as many CPUs as
//! there are senders. Each message of the datagram is handed to its command's handler, which
//! answers with a [`Reply`] and returns; then comes the ACK, where one is due. So a client has the
//! whole answer in its queue when `sendmsg(2)` returns.
//!
//! C header: [`include/linux/netlink.h`](srctree/include/linux/netlink.h)

mod attributes;
mod dispatch;
mod errno;
mod ext_ack;
mod ffi;
mod reply;
mod request;
mod skb;
mod socket;

pub use attributes::{
    Attributes,
    Rule, //
};
pub use ext_ack::ExtAck;
pub use reply::Reply;
pub use request::Request;
pub use socket::Registration;

use kernel::error::Result;

/// A raw netlink protocol.
pub trait Family: 'static {
    /// The third argument of `socket(2)`, below 32.
    const PROTOCOL: u32;

    /// The requests that the family serves.
    const COMMANDS: &'static [Command];

    /// Serves a message that is no request: a type below 16, neither `NLM_F_REQUEST` nor
    /// `NLM_F_ACK`, and a payload.
    ///
    /// Netlink ignores such a message, and so does a family that leaves this out.
    ///
    /// # Errors
    ///
    /// Whatever kept the family from answering; nobody is told, for nobody asked.
    fn bare(_request: &Request<'_>) -> Result {
        Ok(())
    }
}

/// One kind of request and what serves it.
pub struct Command {
    /// Message type, 16 or above.
    pub nlmsg_type: u16,

    /// The attributes that the request may carry; any other is refused.
    pub policy: &'static [Rule],

    /// Serves a request whose attributes keep to the policy.
    ///
    /// An error becomes an `NLMSG_ERROR`; success an ACK, if the request asked for one.
    pub doit: for<'a> fn(&Request<'a>, &Attributes<'a>, &mut ExtAck<'a>) -> Result,
}
