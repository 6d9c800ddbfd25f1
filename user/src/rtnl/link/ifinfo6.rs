// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A link as IPv6 reports it when its settings change, or a router has told it more: `struct ifinfomsg` of
//! the family `AF_INET6`, and a few of `IFLA_*`.
//!
//! C headers: `include/uapi/linux/rtnetlink.h` and `if_link.h`.

use super::{af, Ifinfomsg, Link};
use crate::kind::{describe, AddressFamilies, Facts, Kinds, MessageTypes};
use crate::names::uapi::*;
use crate::object::attrs::{name, u8};
use crate::object::schema::Format::{As, U32};
use crate::object::schema::{self, known, Format, Known};
use crate::object::{Fields, Names, Object};
use crate::rtnl::Kind;
use crate::wire;

/// A link as IPv6 sees it.
#[derive(Clone, Debug)]
pub struct Ifinfo6<'a>(Link<'a>);

impl<'a> Ifinfo6<'a> {
    /// Reads the payload of an `RTM_NEWLINK` or `RTM_DELLINK` message of `AF_INET6`.
    ///
    /// # Errors
    ///
    /// [`wire::Error::Truncated`] when it is shorter than `struct ifinfomsg`.
    pub fn from_payload(payload: &'a [u8]) -> Result<Self, wire::Error> {
        Link::from_payload(payload).map(Self)
    }

    /// Returns the fixed part.
    pub fn header(&self) -> &Ifinfomsg {
        self.0.header()
    }

    /// Returns its name.
    pub fn name(&self) -> Option<&'a [u8]> {
        self.0.name()
    }
}

impl Object for Ifinfo6<'_> {
    fn describe_head(&self, names: &mut Names, out: &mut dyn Fields) {
        self.0.describe_head(names, out);
    }

    fn describe_rest(&self, names: &mut Names, out: &mut dyn Fields) {
        let mut attrs = self.0.attrs.taker();
        // The head of the line has these attributes.
        attrs.take(IFLA_IFNAME, name);
        attrs.take(IFLA_OPERSTATE, u8);
        attrs.take(IFLA_ADDRESS, Some);

        // No `IFLA_LINK_NETNSID` is sent here: the index may be one of another network namespace.
        attrs.describe(IFLA_LINK, "link_index", Format::U32, out);
        self.0.describe_flags(false, out);
        schema::describe_known(&mut attrs, ATTRS, names, out);
        out.details();
        self.0.describe_hardware(&mut attrs, out);
        attrs.finish(out);
    }
}

static ATTRS: &[Known] = &[
    known(IFLA_MTU, "mtu", U32),
    known(IFLA_PROTINFO, "inet6", As(af::inet6)),
];

/// Facts of links as IPv6 reports them.
pub(crate) const FACTS: Facts = Facts {
    name: "ifinfo6",
    types: &[MessageTypes::new(RTM_NEWLINK, RTM_DELLINK)],
    families: AddressFamilies::Only(&[libc::AF_INET6 as u8]),
    groups: &[RTNLGRP_IPV6_IFINFO],
    describe: |object, names, out| describe(Ifinfo6::from_payload(object.bytes()), names, out),
    link: |object| Some(Ifinfo6::from_payload(object.bytes()).ok()?.header().index),
    // A link is told with some of it, and routes by router advertisements have the hop limit and the MTU
    // (`inet6_ifinfo_notify()` at the end of `ndisc_router_discovery()`).
    silent: |_| Kinds::of(&[Kind::Link, Kind::Route]),
    ..Facts::DEFAULT
};
