// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Netlink sockets of any protocol: requests, answers and errors.
//!
//! [`Socket`] moves datagrams and knows who sent them. [`Connection`] sends a [`Request`], waits for
//! the answer and turns a refusal into an [`Error`] that carries the kernel's own words; it also
//! reads whole tables ([`Dump`]) and gathers many messages at once. [`Spec`] gives names to the numbers of
//! a protocol, for errors and for a [`Tap`]. [`Netns`] is where sockets are. [`Tracer`] shows what
//! another program says, [`Ring`] what a link of the kind `nlmon` shows of all of them.
//!
//! See `netlink(7)`.

mod ack;
mod attrs;
mod blame;
pub(crate) mod bpf;
mod changes;
mod connection;
#[allow(unsafe_code)]
mod control;
mod dump;
mod errno;
mod error;
mod event_socket;
mod exchange;
#[allow(unsafe_code)]
mod inbox;
#[allow(unsafe_code)]
mod netns;
#[allow(unsafe_code)]
mod netns_names;
mod nsid;
#[allow(unsafe_code)]
mod poll;
mod proc;
mod protocol;
mod request;
#[allow(unsafe_code)]
mod ring;
#[allow(unsafe_code)]
mod socket;
mod spec;
mod table;
#[allow(unsafe_code)]
mod tracee;

pub use ack::{Ack, ExtAck};
pub(crate) use attrs::bad_reply;
pub use attrs::{ReplyAttrs, RequestAttrs};
pub(crate) use blame::blamed;
pub use connection::{check_ack, Connection, Gathered, Tap};
pub use dump::Dump;
pub use errno::Errno;
pub use error::{BlamedPlace, Error};
pub use event_socket::{DatagramBatch, EventSocket};
pub use exchange::WholeAnswer;
pub use inbox::Inbox;
pub use netns::{Netns, NetnsId};
pub use netns_names::{NetnsName, NetnsNames};
pub use poll::{wait_any, wait_readable, AnyOf, Awaited};
pub use proc::{comm, SocketLine};
pub use protocol::{protocol_name, protocol_number, Protocol, PROTOCOLS};
pub use request::{DumpRequest, Request};
pub use ring::{since_1970, Packet, Ring};
pub use socket::{deadline, Datagram, Socket};
pub use spec::Spec;

/// Parts of a [`Spec`] of a protocol of one's own.
pub use crate::names::{AttrFormat, AttrSpec, MessageSpec};
pub use table::Table;
pub use tracee::{
    Direction, Observer, Outcome, PeerAddress, Remark, Rights, Thread, Tracer, Transfer, Unshown,
};

#[cfg(test)]
pub(crate) use self::{connection::tests::USERSOCK, socket::tests::send_to};
