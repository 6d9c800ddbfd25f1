// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A link as IPv6 reports it when its settings change, or a router has told it more: `struct ifinfomsg` of
//! the family `AF_INET6`, and a few of `IFLA_*`.
//!
//! C headers: `include/uapi/linux/rtnetlink.h` and `if_link.h`.

use super::{af, Ifinfomsg, Link, IFLA_ADDRESS, IFLA_IFNAME, IFLA_LINK, IFLA_MTU, IFLA_OPERSTATE};
use crate::kind::{describe, AddressFamilies, Facts, Kinds, MessageTypes};
use crate::names::uapi::{IFLA_PROTINFO, RTM_DELLINK, RTM_NEWLINK, RTNLGRP_IPV6_IFINFO};
use crate::object::attrs::{name, u32, u8};
use crate::object::schema::{self, known, Format, Known};
use crate::object::{Fields, Names, Object, Value};
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
        if let Some(index) = attrs.take(IFLA_LINK, u32) {
            out.field("link_index", Value::Number(index.into()));
        }
        self.0.describe_flags(false, out);
        schema::describe_known(&mut attrs, ATTRS, names, out);
        out.details();
        self.0.describe_hardware(&mut attrs, out);
        attrs.finish(out);
    }
}

static ATTRS: &[Known] = &[
    known(IFLA_MTU, "mtu", Format::U32),
    known(IFLA_PROTINFO, "inet6", Format::As(af::describe_inet6)),
];

/// Facts of links as IPv6 reports them.
pub(crate) const FACTS: Facts = Facts {
    name: "ifinfo6",
    types: &[MessageTypes::new(RTM_NEWLINK, RTM_DELLINK)],
    families: AddressFamilies::Only(&[libc::AF_INET6 as u8]),
    groups: &[RTNLGRP_IPV6_IFINFO],
    describe: |object, names, out| {
        Ifinfo6::from_payload(object.bytes()).map(|link| describe(&link, names, out))
    },
    link: |object| Some(Ifinfo6::from_payload(object.bytes()).ok()?.header().index),
    // A link is told with some of it, and routes by router advertisements have the hop limit and the MTU
    // (`inet6_ifinfo_notify()` at the end of `ndisc_router_discovery()`).
    silent: |_| Kinds::of(&[Kind::Link, Kind::Route]),
    ..Facts::DEFAULT
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::described::{assert_told_whatever_the_bytes, description, payloads};
    use serde_json::{json, Value as Json};

    const CAPTURE: &[u8] = include_bytes!("../../../tests/fixtures/ifinfo6.bin");

    fn tell(payload: &[u8]) -> Option<Json> {
        Ifinfo6::from_payload(payload)
            .ok()
            .map(|it| description(&it))
    }

    /// Returns what was told last of the link called `name`.
    fn last_of(name: &str) -> Json {
        payloads(CAPTURE)
            .iter()
            .filter_map(|one| tell(one))
            .rfind(|told| told["ifname"] == name)
            .unwrap()
    }

    #[test]
    fn a_link_is_told_with_what_ipv6_knows_of_it() {
        let mut told = last_of("va");
        let inet6 = told["inet6"].take();

        assert_eq!(
            told,
            json!({
                "ifindex": 60001, "ifname": "va", "operstate": "UP", "link_index": 60002,
                "address": "02:00:00:00:00:01", "mtu": 1500, "link_type": "ether",
                "flags": ["BROADCAST", "MULTICAST", "UP", "LOWER_UP"], "inet6": null,
            })
        );
        // IF_READY, IF_RS_SENT and IF_RA_RCVD, IF_RA_OTHERCONF.
        assert_eq!(inet6["flags"], "0x800000b0");
        assert_eq!(inet6["conf"]["forwarding"], 0);
        assert_eq!(inet6["addr_gen_mode"], "eui64");
    }

    #[test]
    fn what_a_router_has_told_is_there() {
        let told = last_of("va");
        let inet6 = &told["inet6"];

        assert_eq!(inet6["ra_mtu"], 1400);
        assert_eq!(inet6["conf"]["mtu6"], 1400);
        assert_eq!(inet6["cacheinfo"]["retrans_time"], 2000);
    }

    #[test]
    fn a_link_is_read() {
        let link = Ifinfo6::from_payload(payloads(CAPTURE)[0]).unwrap();

        assert_eq!(link.header().family, 10);
        assert_eq!(
            (link.name(), link.header().index),
            (Some(b"d0".as_slice()), 60003)
        );
    }

    #[test]
    fn no_bytes_make_it_panic() {
        assert_told_whatever_the_bytes(payloads(CAPTURE), tell);
    }
}
