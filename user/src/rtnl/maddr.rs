// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Addresses of groups that a link has joined, and those that it shares with others (anycast): `struct
//! ifaddrmsg` and `IFA_*`.
//!
//! C headers: `include/uapi/linux/rtnetlink.h` and `if_addr.h`. Linux 6.12 does not tell of them.

use super::addr::{describe_life, Ifaddrmsg, FOREVER, IFADDRMSG};
use super::{family_name, split, DEV_WIDTH};
use crate::kind::{describe, Facts, MessageTypes};
use crate::names::uapi::*;
use crate::object::attrs::{ip, u32s, Index, Taker};
use crate::object::fields::{Fields, Value};
use crate::object::schema::Format;
use crate::object::{Names, Object};
use crate::wire;
use std::net::IpAddr;

/// Flag that the kernel sets for each address (`IFA_F_PERMANENT`).
const PERMANENT: u8 = 0x80;

/// Room for an address.
const WIDTH: usize = 18;

/// An address of a group, or of anybody.
#[derive(Clone, Debug)]
pub struct Maddr<'a> {
    header: Ifaddrmsg,
    attrs: Index<'a>,
}

impl<'a> Maddr<'a> {
    /// Reads the payload of an `RTM_NEWMULTICAST`, `RTM_DELMULTICAST`, `RTM_NEWANYCAST` or
    /// `RTM_DELANYCAST` message.
    ///
    /// # Errors
    ///
    /// [`wire::Error::Truncated`] when it is shorter than `struct ifaddrmsg`.
    pub fn from_payload(payload: &'a [u8]) -> Result<Self, wire::Error> {
        let (header, attrs) = split(payload, IFADDRMSG, Ifaddrmsg::from_bytes)?;

        Ok(Self { header, attrs })
    }

    /// Returns the fixed part.
    pub fn header(&self) -> &Ifaddrmsg {
        &self.header
    }

    /// Returns the group's address.
    pub fn multicast(&self) -> Option<IpAddr> {
        self.attrs.read(IFA_MULTICAST, ip)
    }

    /// Returns the address of anybody.
    pub fn anycast(&self) -> Option<IpAddr> {
        self.attrs.read(IFA_ANYCAST, ip)
    }
}

impl Object for Maddr<'_> {
    fn describe_head(&self, names: &mut Names, out: &mut dyn Fields) {
        out.column("dev", names.link(self.header.index), DEV_WIDTH);
    }

    fn describe_rest(&self, names: &mut Names, out: &mut dyn Fields) {
        let mut attrs = self.attrs.taker();
        let header = &self.header;

        for (kind, key) in [(IFA_MULTICAST, "multicast"), (IFA_ANYCAST, "anycast")] {
            if let Some(address) = attrs.take(kind, ip) {
                out.column(key, Value::Ip(address), WIDTH);
            }
        }
        let scope = names.numbers().scopes.name(header.scope.into());
        out.field("scope", scope);
        attrs.describe(IFA_MC_USERS, "users", Format::U32, out);
        let others = header.flags & !PERMANENT;
        if others != 0 {
            out.field("ifa_flags", Value::Hex(others.into()));
        }
        out.details();
        out.field("ifindex", Value::Number(header.index.into()));
        out.field("family", family_name(header.family));
        describe_times(&mut attrs, out);
        attrs.finish(out);
    }
}

/// Tells since when it is there; that it has no end is not worth a word.
fn describe_times(attrs: &mut Taker<'_, '_>, out: &mut dyn Fields) {
    let Some(life @ [preferred, valid, cstamp, tstamp]) = attrs.take(IFA_CACHEINFO, u32s::<4>)
    else {
        return;
    };
    describe_life(Some(life).filter(|_| preferred.min(valid) != FOREVER), out);
    out.field("cstamp", Value::Number(cstamp.into()));
    out.field("tstamp", Value::Number(tstamp.into()));
}

/// Facts of multicast and anycast addresses.
pub(crate) const FACTS: Facts = Facts {
    name: "maddr",
    types: &[
        MessageTypes::new(RTM_NEWMULTICAST, RTM_DELMULTICAST),
        MessageTypes::new(RTM_NEWANYCAST, RTM_DELANYCAST),
    ],
    groups: &[
        RTNLGRP_IPV4_MCADDR,
        RTNLGRP_IPV6_MCADDR,
        RTNLGRP_IPV6_ACADDR,
    ],
    describe: |object, names, out| describe(Maddr::from_payload(object.bytes()), names, out),
    link: |object| Some(Maddr::from_payload(object.bytes()).ok()?.header().index),
    ..Facts::DEFAULT
};

#[cfg(test)]
mod tests {
    use crate::rtnl::captures::{assert_has, captured};
    use crate::rtnl::Kind;
    use serde_json::json;

    #[test]
    fn flags_and_lifetimes_that_are_not_the_usual_ones_are_told() {
        let mut odd = captured("maddr")[0].to_vec();
        odd[2] |= 1;
        // The first of the times: the last attribute holds four of them.
        let times = odd.len() - 16;
        odd[times..times + 4].copy_from_slice(&9u32.to_ne_bytes());

        assert_has(
            Kind::Maddr,
            &odd,
            json!({"ifa_flags": "0x1", "preferred_life_time": 9, "valid_life_time": u32::MAX}),
        );
    }
}
