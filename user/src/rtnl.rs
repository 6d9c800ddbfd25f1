// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The network as rtnetlink shows it: links, addresses, routes, neighbours, rules, nexthops.
//!
//! A [`Client`] dumps the objects of a kind. What comes is a view over the bytes that the kernel
//! sent: [`Route`] reads a field when it is asked for, and [describes](Object::describe_rest) itself to
//! whoever takes [`Fields`], JSON and text for instance.
//!
//! What is to be different is said in [`change`].
//!
//! See `rtnetlink(7)`.

pub mod addr;
pub mod attrs;
pub mod change;
pub mod class;
pub mod fdb;
pub mod fields;
pub mod filter;

mod client;
mod encap;
pub mod ip_protocol;
pub mod link;
pub mod maddr;
pub mod mdb;
mod names;
pub mod nduseropt;
pub mod neigh;
pub mod netconf;
pub mod nexthop;
pub mod nsid;
mod numbers;
mod object;
mod prefix;
pub mod qdisc;
pub mod ra_prefix;
pub mod route;
pub mod rule;
pub mod schema;
pub mod stats;
pub mod tc;
#[cfg(test)]
pub(crate) mod told;

pub use addr::{Addr, Addrs, AddrsByLink, Interface, Interfaces};
pub use class::Class;
pub use client::{objects, Client, Listing};
pub use fdb::{Entry, Fdb};
pub use fields::{Fields, Nest, Value};
pub use filter::Filter;
pub use link::{Ifinfo6, Link, Links};
pub use maddr::Maddr;
pub use mdb::{Mdb, MdbEntry, RouterPort};
pub use names::Names;
pub use nduseropt::NdUserOpt;
pub use neigh::{Neigh, Neighs};
pub use netconf::Netconf;
pub use nexthop::{Nexthop, NexthopId, Nexthops};
pub use nsid::Nsid;
pub use numbers::{Numbering, Numbers};
pub use object::{Object, Query, Rest};
pub use prefix::Prefix;
pub use qdisc::Qdisc;
pub use ra_prefix::RaPrefix;
pub use route::{Lookup, Route, Routes, VrfTable};
pub use rule::{Rule, Rules};
pub use stats::Stats;

use crate::netlink::Spec;

/// What the client knows of rtnetlink: all of it stands in [`names`](crate::names).
pub static SPEC: Spec = Spec {
    protocol: libc::NETLINK_ROUTE,
    unregistered_hint: "",
    messages: &[],
};

/// Returns the first of the four types that each kind of object has, which makes one: new, del, get and set
/// (`RTM_*`, `rtnetlink(7)`).
pub fn type_of_new(nlmsg_type: u16) -> u16 {
    nlmsg_type & !3
}

/// Says whether messages of this type ask for objects (`RTM_GET*`).
pub fn is_get(nlmsg_type: u16) -> bool {
    nlmsg_type & 3 == 2
}

/// Returns the name of an address family (`AF_*`).
pub fn family_name(family: u8) -> Value<'static> {
    schema::word(FAMILIES, family)
}

/// As `ip` calls them.
const FAMILIES: &[(u8, &str)] = &[
    (2, "inet"),
    (7, "bridge"),
    (10, "inet6"),
    (17, "link"),
    (28, "mpls"),
];
