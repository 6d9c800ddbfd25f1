// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The network as rtnetlink shows it: links, addresses, routes, neighbours, rules, nexthops.
//!
//! A [`Client`](crate::object::Client) dumps the objects of a kind. What comes is a view over the bytes that the
//! kernel sent: [`Route`] reads a field when it is asked for, and
//! [describes](crate::object::Object::describe_rest) itself, as JSON and text for instance.
//!
//! What is to be different is said in [`change`].
//!
//! See `rtnetlink(7)`.

pub mod addr;
pub mod addrlabel;
#[cfg(test)]
pub(crate) mod captures;
pub mod change;
pub mod class;
pub mod fdb;
pub mod filter;

mod encap;
pub mod ip_protocol;
pub mod link;
mod link_names;
mod list;
pub mod maddr;
pub mod mdb;
pub mod nduseropt;
pub mod neigh;
pub mod netconf;
pub mod nexthop;
pub mod nsid;
mod prefix;
pub mod qdisc;
pub mod ra_prefix;
pub mod route;
pub mod rule;
pub mod stats;
pub mod tc;

pub use addr::{Addr, AddrsByLink, Interface, Interfaces};
pub use addrlabel::AddrLabel;
pub use class::Class;
pub use fdb::FdbEntry;
pub use filter::Filter;
pub use link::{Ifinfo6, Link, LinkNamed};
pub use link_names::LinkNames;
pub use list::{Addrs, Any, AnyObject, Fdb, Links, List, Listed, Neighs, Nexthops, Routes, Rules};
pub use maddr::Maddr;
pub use mdb::{Mdb, MdbEntry, RouterPort};
pub use nduseropt::NdUserOpt;
pub use neigh::Neigh;
pub use netconf::Netconf;
pub use nexthop::{Nexthop, NexthopId};
pub use nsid::Nsid;
pub use prefix::Prefix;
pub use qdisc::Qdisc;
pub use ra_prefix::RaPrefix;
pub use route::{Hop, Lookup, Metrics, Route};
pub use rule::Rule;
pub use stats::Stats;

use crate::hello::said;
use crate::kind::kinds;
use crate::netlink::Spec;
use crate::object::attrs::Index;
use crate::object::{schema, Value};
use crate::wire;

kinds! {
    /// Links.
    Link => link::facts::FACTS,
    /// Addresses of links.
    Addr => addr::facts::FACTS,
    /// Next hops that routes share.
    Nexthop => nexthop::facts::FACTS,
    /// Routes.
    Route => route::facts::FACTS,
    /// Neighbours.
    Neigh => neigh::facts::FACTS,
    /// Rules that choose a table.
    Rule => rule::facts::FACTS,
    /// Where bridges and VXLANs forward.
    Fdb => fdb::facts::FACTS,
    /// Labels of prefixes, by which IPv6 chooses source addresses.
    AddrLabel => addrlabel::FACTS,
    /// Prefixes that routers have advertised.
    Prefix => ra_prefix::FACTS,
    /// Settings of links.
    Netconf => netconf::FACTS,
    /// Ids of network namespaces.
    Nsid => nsid::FACTS,
    /// Options of router advertisements that the kernel leaves to programs.
    Nduseropt => nduseropt::FACTS,
    /// Addresses of groups that links have joined, and those that they share with others.
    Maddr => maddr::FACTS,
    /// Groups that hosts behind a bridge or a VXLAN have joined.
    Mdb => mdb::FACTS,
    /// Routes to groups.
    Mroute => route::facts::MROUTE_FACTS,
    /// Queues of traffic control.
    Qdisc => qdisc::FACTS,
    /// Classes of queues.
    Class => class::FACTS,
    /// Filters, which choose a class, and chains of them.
    Filter => filter::FACTS,
    /// Counters that hardware keeps of a link.
    Stats => stats::FACTS,
    /// Links as IPv6 sees them.
    Ifinfo6 => link::ifinfo6::FACTS,
    /// Peers that say hello to the module: events of another protocol.
    Hello => said::FACTS,
}

/// Description of rtnetlink: its messages have their names in [`names`](crate::names).
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

/// Names of address families, as `ip` has them.
const FAMILIES: &[(u8, &str)] = &[
    (2, "inet"),
    (7, "bridge"),
    (10, "inet6"),
    (17, "link"),
    (28, "mpls"),
];

/// Room for the name of a link in a table.
const DEV_WIDTH: usize = 16;

/// Reads a payload: its fixed header, which has `len` bytes, and the attributes.
fn split<H>(
    payload: &[u8],
    len: usize,
    header: impl FnOnce(&[u8]) -> Option<H>,
) -> Result<(H, Index<'_>), wire::Error> {
    let header = header(payload).ok_or(wire::Error::Truncated)?;
    Ok((header, Index::new(&payload[len..])))
}
