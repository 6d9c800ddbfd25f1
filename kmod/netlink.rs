// SPDX-License-Identifier: GPL-2.0

//! Raw netlink families in safe Rust.
//!
//! A family implements [`Family`]: its protocol number, the state it keeps in each network
//! namespace, and a table of [`Command`]s, each with a handler. The handler's type says which
//! attributes the command takes, as [`attributes!`](crate::attributes) declares them.
//! [`module_family!`](crate::module_family) makes a module of the family, which the kernel serves.
//!
//! # How a datagram is served
//!
//! `sendmsg(2)` calls the family in the sender's own context, before it returns, on as many CPUs as
//! there are senders. Each message of the datagram is handed to its command's handler as a [`Call`].
//! The handler returns an [`Answer`] or an error, and that is sent. Then the answer's [`Then`] is
//! called, if it has one, and the ACK comes last, where one is due. So a client has the whole answer in
//! its queue when `sendmsg(2)` returns, but for the rest of a [`Dump`].
//!
//! # What else a family can do
//!
//! - Answer with a table, entry by entry: a [`Dump`]. What it refuses or warns of arrives with its
//!   last message, it can say that it leaves out entries, and one may take more than a page.
//! - Keep what must not move (a lock, say) in its state: [`Family::new_net`] returns an initializer.
//! - Say of each multicast group who may join it: a [`Group`].
//! - Notify a group, or one port, when nobody asked: from a work item, from a timer, or under a lock,
//!   by a [`KernelSocket`], which is kept anywhere and is of no use once its namespace is gone.
//! - Tell what each command takes, within which limits, as generic netlink tells it of its families:
//!   [`Command::policy`].
//! - Be in the first network namespace alone: [`Family::NETNS_OK`].
//! - Share a module with others: `types: [Echo, Another]` of [`module_family!`](crate::module_family).
//!
//! # A family, whole
//!
//! Besides this file, `netlink/`, `wire.rs`, `wire/` and the `Kbuild` beside `kmod/`, with its own
//! name for hello, a module needs a file such as this one: protocol 29 has one command, 16, which
//! sends its attribute 1, a text, back to where it came from.
//!
//! ```
//! // SPDX-License-Identifier: GPL-2.0
//!
//! //! Sends back a text.
//!
//! pub mod netlink;
//! pub mod wire;
//!
//! use kernel::prelude::*;
//! use netlink::{put, Answer, Call, Command, Family, KernelSocket};
//!
//! module_family! {
//!     type: Echo,
//!     name: "echo",
//!     description: "Sends back a text",
//!     license: "GPL",
//! }
//!
//! struct Echo;
//!
//! attributes! {
//!     struct EchoAttrs { text(1): NulString where max_len = 100 }
//! }
//!
//! impl Family for Echo {
//!     const PROTOCOL: u32 = 29;
//!     const COMMANDS: &'static [Command<Self>] = &[Command::new(16, echo)];
//!     type Net = ();
//!
//!     fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<()>> {
//!         Ok(())
//!     }
//! }
//!
//! fn echo<'a>(call: &mut Call<'a, Echo, EchoAttrs>) -> Result<Answer<'a, Echo, EchoAttrs>> {
//!     call.request.reply(16, put::str(1, call.attrs.text()))
//! }
//! ```
//!
//! C header: [`include/linux/netlink.h`](srctree/include/linux/netlink.h)

// Each module imports from those in the groups above its own alone, so data flows one way; see
// `scripts/check`. This one, whose traits and types all of them speak of, may be imported by each.
pub mod atomic;
mod creds;
mod distinct;
mod errno;
mod ext_ack;
mod genl;
mod gfp;
mod protocol;

mod ffi;
mod genlmsghdr;
mod group;
mod transport;

mod counters;
mod rcu;
mod skb;
mod slot;
mod tick;

mod attributes;
mod kernel_socket;

pub mod put;

mod request;

mod call;

mod answer;

mod dump;
mod serve;

mod command;

mod policy;

mod dispatch;

mod genl_family;
mod net;

mod registration;

#[cfg(nl_kunit)]
mod tests;

pub use answer::{
    Answer,
    Then, //
};
#[doc(hidden)] // For what `attributes!` declares.
pub use attributes::{
    check_policy,
    rule_for,
    Checked,
    Occurrence,
    Rule,
    RuleBuilder,
    ValidAttrs, //
};
pub use attributes::{
    kind,
    AttributeSet, //
};
pub use call::Call;
pub use command::Command;
pub use counters::{
    Counter,
    Counters, //
};
pub use creds::Creds;
pub use dump::Dump;
pub use ext_ack::ExtAck;
pub use genl::Genl;
pub use group::Group;
pub use kernel_socket::KernelSocket;
pub use rcu::{
    Rcu,
    RcuBuffer,
    RcuBytes, //
};
#[doc(hidden)]
pub use registration::{
    Families,
    FamilyList,
    ModuleFamily,
    Registration, //
};
pub use request::Request;
pub use serve::Handler;
pub use skb::Payload;
pub use tick::Tick;
pub use transport::{
    Transport,
    NETLINK_GENERIC, //
};

use kernel::prelude::*;

/// A raw netlink protocol.
pub trait Family: Sized + 'static {
    /// The third argument of `socket(2)`, below 32, and not `NETLINK_USERSOCK`, the users' own;
    /// [`NETLINK_GENERIC`] where there is none. A module has at most one family without.
    const PROTOCOL: u32;

    /// Place of the family in generic netlink, if it has one there: beside its protocol, or, where
    /// [`Family::PROTOCOL`] is [`NETLINK_GENERIC`], alone.
    ///
    /// The same handlers serve the same commands there. Their types ascend in [`Family::COMMANDS`], up to
    /// 255, each before its dump, and each group needs a [name](Group::name). The core refuses some requests itself, in its own words, of which
    /// [`Family::refused`] does not learn. There is no [`Family::bare`], no [`Family::BIND`] and no
    /// [`Family::UNBIND`], and a [`KernelSocket`] sends over the raw protocol alone.
    const GENL: Option<Genl> = None;

    /// The multicast groups, each with who may join it. Nobody joins another.
    const GROUPS: &'static [Group] = &[];

    /// Called before a socket joins a group, see [`Bind`].
    const BIND: Option<Bind<Self>> = None;

    /// Called after a socket left a group, see [`Unbind`].
    const UNBIND: Option<Unbind<Self>> = None;

    /// The requests that the family serves.
    const COMMANDS: &'static [Command<Self>];

    /// Whether the family is in all network namespaces (`netnsok` of generic netlink), else in the
    /// first one alone. In the others sockets open then, but what they send is refused with
    /// `ECONNREFUSED`, and so is each group that they join, unless the core refuses it before (`EPERM`,
    /// `EINVAL`).
    const NETNS_OK: bool = true;

    /// State of the family in each network namespace that it is in.
    type Net: Send + Sync + 'static;

    /// Returns what makes the state of a new network namespace: an initializer, for which the layer
    /// allocates the place where the state stays. A plain value is one. `socket` is the kernel's there,
    /// which opens later; the state may keep a handle on it.
    ///
    /// The process that makes the namespace, or loads the module into those that are there, calls
    /// `new_net()`, which may sleep. The place is charged to that process, and so is all else that is allocated
    /// with `GFP_KERNEL_ACCOUNT` here.
    ///
    /// # Errors
    ///
    /// Whatever keeps the network namespace from being; making the state itself does not fail.
    fn new_net(socket: &KernelSocket<Self>) -> Result<impl PinInit<Self::Net>>;

    /// Serves a message that is no request: type 0, neither `NLM_F_REQUEST` nor `NLM_F_ACK`, and a
    /// payload. It is raw bytes: the call has no attributes.
    ///
    /// Netlink ignores such a message, and so does a family that leaves this out. Types 1 to 15 have
    /// a meaning of their own (`NLMSG_NOOP`, `NLMSG_ERROR`, ...), and no family serves them.
    ///
    /// # Errors
    ///
    /// Whatever kept the family from answering; nobody learns of it, for nobody asked.
    fn bare<'a>(call: &mut Call<'a, Self>) -> Result<Answer<'a, Self>> {
        Ok(call.request.done())
    }

    /// Called when a request was refused.
    fn refused(_net: &Self::Net) {}

    /// Called when a broken header, and all that is behind it, was dropped from a datagram.
    fn dropped(_net: &Self::Net) {}

    /// Called when a socket of the family that had the port id `portid` is closed. Another may have
    /// it by now.
    ///
    /// Whether a socket of generic netlink ever spoke with the family, the core does not say: it is called
    /// for each of them.
    fn closed(_net: &Self::Net, _transport: Transport, _portid: u32) {}
}

/// Decides whether a socket may join the multicast group `group`, one of the family's, in the network
/// namespace that `net` belongs to. Whether it has the right to is decided before, see [`Group`].
///
/// It may be called for a group that the socket is in already.
///
/// # Errors
///
/// `bind(2)` or `setsockopt(2)` fails with the error. Groups that the same `bind(2)` has joined by
/// then are left again.
pub type Bind<T> = fn(net: &<T as Family>::Net, group: u32) -> Result;

/// Called when a socket left the multicast group `group`: it has dropped its membership, maybe of a
/// group that it never joined, or is closed, or could not be bound after all.
///
/// A `bind(2)` that joins other groups instead does not call it, so it is of no use for counting.
pub type Unbind<T> = fn(net: &<T as Family>::Net, group: u32);
