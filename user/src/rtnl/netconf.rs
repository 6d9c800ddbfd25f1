// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Settings of a family on a link, those of `/proc/sys/net` that many programs want to know: `struct
//! netconfmsg` and `NETCONFA_*`.
//!
//! C header: `include/uapi/linux/netconf.h`.

use super::{family_name, Kind, DEV_WIDTH};
use crate::kind::{describe, find, Facts, Kinds, MessageTypes};
use crate::names::uapi::*;
use crate::object::attrs::{i32, u32, Index};
use crate::object::fields::{Fields, Value};
use crate::object::schema::Format::Read;
use crate::object::schema::{self, known, Known};
use crate::object::{Names, Object};
use crate::wire;

/// Room for `struct netconfmsg`, one byte, before the attributes.
const NETCONFMSG: usize = wire::align(1);

/// Stands for all links (`NETCONFA_IFINDEX_ALL`).
const ALL: i32 = -1;
/// Stands for links that are yet to come (`NETCONFA_IFINDEX_DEFAULT`).
const DEFAULT: i32 = -2;

/// `rp_filter` of `/proc/sys/net/ipv4/conf`.
const RP_FILTERS: [&str; 3] = ["off", "strict", "loose"];

static SETTINGS: &[Known] = &[
    known(NETCONFA_RP_FILTER, "rp_filter", Read(rp_filter)),
    known(NETCONFA_FORWARDING, "forwarding", Read(switch)),
    known(NETCONFA_MC_FORWARDING, "mc_forwarding", Read(switch)),
    known(NETCONFA_BC_FORWARDING, "bc_forwarding", Read(switch)),
    known(NETCONFA_FORCE_FORWARDING, "force_forwarding", Read(switch)),
    known(NETCONFA_PROXY_NEIGH, "proxy_neigh", Read(switch)),
    known(
        NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN,
        "ignore_routes_with_linkdown",
        Read(switch),
    ),
    known(NETCONFA_INPUT, "input", Read(switch)),
];

/// Reads whether packets are taken whose sender is not where they came from.
fn rp_filter(value: &[u8]) -> Option<Value<'_>> {
    let number = u32(value)?;
    let word = RP_FILTERS.get(number as usize);
    Some(word.map_or(Value::Number(number.into()), |word| Value::Word(word)))
}

/// Reads a setting that is on or off.
fn switch(value: &[u8]) -> Option<Value<'_>> {
    u32(value).map(|setting| Value::Bool(setting != 0))
}

/// Settings of a family on a link: all, or those that were changed.
#[derive(Clone, Debug)]
pub struct Netconf<'a> {
    header: Netconfmsg,
    attrs: Index<'a>,
}

/// The fixed part, `struct netconfmsg`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Netconfmsg {
    /// `AF_INET`, `AF_INET6` or `AF_MPLS`.
    pub family: u8,
}

impl<'a> Netconf<'a> {
    /// Reads the payload of an `RTM_NEWNETCONF` or `RTM_DELNETCONF` message.
    ///
    /// # Errors
    ///
    /// [`wire::Error::Truncated`] when it is shorter than `struct netconfmsg`.
    pub fn from_payload(payload: &'a [u8]) -> Result<Self, wire::Error> {
        let family = *payload.first().ok_or(wire::Error::Truncated)?;

        Ok(Self {
            header: Netconfmsg { family },
            attrs: Index::new(payload.get(NETCONFMSG..).unwrap_or_default()),
        })
    }

    /// Returns the fixed part.
    pub fn header(&self) -> &Netconfmsg {
        &self.header
    }

    /// Returns the index of the link; -1 is all, -2 those that are yet to come.
    pub fn ifindex(&self) -> Option<i32> {
        self.attrs.read(NETCONFA_IFINDEX, i32)
    }
}

impl Object for Netconf<'_> {
    fn describe_head(&self, names: &mut Names, out: &mut dyn Fields) {
        match self.ifindex() {
            None => {}
            Some(ALL) => out.column("interface", Value::Word("all"), DEV_WIDTH),
            Some(DEFAULT) => out.column("interface", Value::Word("default"), DEV_WIDTH),
            Some(index) => out.column("interface", names.link(index as u32), DEV_WIDTH),
        }
    }

    fn describe_rest(&self, names: &mut Names, out: &mut dyn Fields) {
        let mut attrs = self.attrs.taker();
        attrs.take(NETCONFA_IFINDEX, i32);

        out.field("family", family_name(self.header.family));
        schema::describe_known(&mut attrs, SETTINGS, names, out);
        attrs.finish(out);
    }
}

/// Facts of settings of links.
pub(crate) const FACTS: Facts = Facts {
    name: "netconf",
    types: &[MessageTypes::new(RTM_NEWNETCONF, RTM_DELNETCONF)],
    groups: &[
        RTNLGRP_IPV4_NETCONF,
        RTNLGRP_IPV6_NETCONF,
        RTNLGRP_MPLS_NETCONF,
    ],
    describe: |object, names, out| describe(Netconf::from_payload(object.bytes()), names, out),
    // All links and those to come have negative numbers.
    link: |object| {
        Netconf::from_payload(object.bytes())
            .ok()?
            .ifindex()?
            .try_into()
            .ok()
    },
    silent: |cause| match tells_of_dead_routes(cause.object.bytes()) {
        true => Kind::Route.into(),
        false => Kinds::NONE,
    },
    ..Facts::DEFAULT
};

/// Says whether routes through a link without a carrier are dead now, or not any more (`fib_nexthop_info()`,
/// `rt6_nexthop_info()`): that alone was set. Of a link that is new all is told, and it has no routes.
fn tells_of_dead_routes(settings: &[u8]) -> bool {
    let attrs = settings.get(NETCONFMSG..).unwrap_or_default();
    let has = |kind| find(attrs, kind).is_some();

    has(NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN) && !has(NETCONFA_FORWARDING)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtnl::captures::described;
    use serde_json::json;

    #[test]
    fn a_value_without_a_word_is_told_as_a_number() {
        let odd = [2, 0, 0, 0, 8, 0, 3, 0, 3, 0, 0, 0];
        let described = |bytes| described(Kind::Netconf, bytes);

        assert_eq!(
            described(&odd),
            Some(json!({"family": "inet", "rp_filter": 3}))
        );
        assert_eq!(described(&odd[..1]), Some(json!({"family": "inet"})));
    }
}
