// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Filters, which put packets into classes: `struct tcmsg` and `TCA_*`.
//!
//! C headers: `include/uapi/linux/rtnetlink.h`, `pkt_sched.h` and `if_ether.h`.

use super::tc::{describe_unread, Tc, Tcmsg, UNSPEC};
use super::DEV_WIDTH;
use crate::kind::{describe, Facts, MessageTypes};
use crate::names::uapi::*;
use crate::object::attrs::u32;
use crate::object::fields::{Fields, Value};
use crate::object::schema::{hex, Format};
use crate::object::{Names, Object};
use crate::wire;

/// Instead of a link: those that share filters (`TCM_IFINDEX_MAGIC_BLOCK`).
const BLOCK: u32 = u32::MAX;
/// Parents of filters for all that a link takes and sends (`TC_H_CLSACT` with `TC_H_MIN_INGRESS`,
/// `TC_H_MIN_EGRESS`).
const INGRESS: u32 = 0xffff_fff2;
const EGRESS: u32 = 0xffff_fff3;

/// `ETH_P_*`, as `tc` calls them.
const PROTOCOLS: &[(u16, &str)] = &[
    (0x0003, "all"),
    (0x0800, "ip"),
    (0x0806, "arp"),
    (0x8035, "rarp"),
    (0x8100, "802.1Q"),
    (0x86dd, "ipv6"),
    (0x8847, "mpls_uc"),
    (0x8848, "mpls_mc"),
    (0x8863, "ppp_disc"),
    (0x8864, "ppp_ses"),
    (0x88a8, "802.1ad"),
    (0x88cc, "LLDP"),
];

/// A filter, or a chain of them.
#[derive(Clone, Debug)]
pub struct Filter<'a>(Tc<'a>);

impl<'a> Filter<'a> {
    /// Reads the payload of an `RTM_NEWTFILTER`, `RTM_DELTFILTER`, `RTM_NEWCHAIN` or `RTM_DELCHAIN`
    /// message.
    ///
    /// # Errors
    ///
    /// [`wire::Error::Truncated`] when it is shorter than `struct tcmsg`.
    pub fn from_payload(payload: &'a [u8]) -> Result<Self, wire::Error> {
        Tc::from_payload(payload).map(Self)
    }

    /// Returns the fixed part.
    pub fn header(&self) -> &Tcmsg {
        &self.0.header
    }

    /// Returns what it is: `u32`.
    pub fn kind(&self) -> Option<&'a [u8]> {
        self.0.kind()
    }

    /// Returns the protocol whose packets it is for (`ETH_P_*`); 0 where it is not told.
    pub fn protocol(&self) -> u16 {
        // The lower half of `tcm_info` is the protocol, in network order.
        u16::from_be(self.header().info as u16)
    }

    /// Returns its preference: that with the lowest is asked first.
    pub fn preference(&self) -> u32 {
        self.header().info >> 16
    }

    /// Returns the chain that it is in.
    pub fn chain(&self) -> Option<u32> {
        self.0.attrs.read(TCA_CHAIN, u32)
    }

    /// Tells which packets it is asked for.
    fn describe_choice(&self, out: &mut dyn Fields) {
        let protocol = self.protocol();

        if protocol != 0 {
            out.field("protocol", protocol_word(protocol));
        }
        if self.preference() != 0 {
            out.field("pref", Value::Number(self.preference().into()));
        }
    }
}

fn protocol_word(protocol: u16) -> Value<'static> {
    let known = PROTOCOLS.iter().find(|(known, _)| *known == protocol);

    known.map_or(hex(protocol.into()), |(_, word)| Value::Word(word))
}

/// Tells what it is attached to.
fn describe_parent(header: &Tcmsg, out: &mut dyn Fields) {
    match header.parent {
        INGRESS => out.field("ingress", Value::Bool(true)),
        EGRESS => out.field("egress", Value::Bool(true)),
        _ => header.describe_parent(out),
    }
}

impl Object for Filter<'_> {
    fn describe_head(&self, names: &mut Names, out: &mut dyn Fields) {
        let header = self.header();

        match header.ifindex {
            BLOCK => out.column("block", Value::Number(header.parent.into()), DEV_WIDTH),
            index => out.column("dev", names.link(index), DEV_WIDTH),
        }
    }

    fn describe_rest(&self, names: &mut Names, out: &mut dyn Fields) {
        let mut attrs = self.0.taker();
        let header = self.header();

        if header.ifindex != BLOCK {
            describe_parent(header, out);
        }
        self.describe_choice(out);
        if let Some(kind) = self.kind() {
            out.field("kind", Value::Name(kind));
        }
        attrs.describe(TCA_CHAIN, "chain", Format::U32, out);
        if header.handle != UNSPEC {
            out.field("handle", Value::Hex(header.handle.into()));
        }
        describe_unread(&mut attrs, names, out);
        attrs.describe(TCA_EXT_WARN_MSG, "warn", Format::Name, out);
        attrs.finish(out);
    }
}

/// Facts of filters, and chains of them.
pub(crate) const FACTS: Facts = Facts {
    name: "filter",
    types: &[
        MessageTypes::new(RTM_NEWTFILTER, RTM_DELTFILTER),
        MessageTypes::new(RTM_NEWCHAIN, RTM_DELCHAIN),
    ],
    groups: &[RTNLGRP_TC],
    describe: |object, names, out| describe(Filter::from_payload(object.bytes()), names, out),
    link: |object| {
        let index = Filter::from_payload(object.bytes()).ok()?.header().ifindex;
        (index != BLOCK).then_some(index)
    },
    family: |_| None,
    ..Facts::DEFAULT
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtnl::captures::{assert_has, assert_lacks, captured};
    use crate::rtnl::tc::ROOT;
    use crate::rtnl::Kind;
    use serde_json::json;

    /// Returns a filter with these numbers.
    fn filter(ifindex: u32, parent: u32, protocol: u16) -> Vec<u8> {
        let mut payload = captured("filter")[3].to_vec();
        payload[4..8].copy_from_slice(&ifindex.to_ne_bytes());
        payload[12..16].copy_from_slice(&parent.to_ne_bytes());
        let info = u32::from(protocol.to_be()) | 5 << 16;
        payload[16..20].copy_from_slice(&info.to_ne_bytes());
        payload
    }

    #[test]
    fn what_all_packets_go_through_has_a_name_and_what_links_share_a_number() {
        for (ifindex, parent, protocol, expected) in [
            (60001, INGRESS, 0x0003, json!({"ingress": true})),
            (60001, EGRESS, 0x0003, json!({"egress": true})),
            (60001, ROOT, 0x0003, json!({"root": true})),
            (60001, INGRESS, 0x88e5, json!({"protocol": "0x88e5"})),
            (BLOCK, 7, 0x0003, json!({"block": 7, "protocol": "all"})),
        ] {
            assert_has(Kind::Filter, &filter(ifindex, parent, protocol), expected);
        }
        for key in ["/dev", "/parent"] {
            assert_lacks(Kind::Filter, &filter(BLOCK, 7, 0x0003), key);
        }
    }
}
