// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Prefixes that a router has advertised: `struct prefixmsg` and `PREFIX_*`.
//!
//! C headers: `include/uapi/linux/rtnetlink.h`; the flags are those of the option, RFC 4861 4.6.2.

use super::{split, Kind, DEV_WIDTH};
use crate::kind::{describe, Facts, Kinds, MessageTypes};
use crate::names::uapi::{PREFIX_ADDRESS, PREFIX_CACHEINFO, RTM_NEWPREFIX, RTNLGRP_IPV6_PREFIX};
use crate::object::attrs::{ip, u32s, Index};
use crate::object::fields::{flag_fields, Fields, Value};
use crate::object::{Names, Object};
use crate::wire;
use std::net::IpAddr;

/// Size of `struct prefixmsg`, in bytes.
const PREFIXMSG: usize = 12;

/// Type of the option in an advertisement (`ND_OPT_PREFIX_INFO`).
const PREFIX_INFO: u8 = 3;

/// Flags of the option, and what older kernels made of the first two (`IF_PREFIX_ONLINK`,
/// `IF_PREFIX_AUTOCONF`), where the option has nothing.
const FLAGS: &[(u32, &str)] = &[
    (0x81, "onlink"),
    (0x42, "autoconf"),
    (0x20, "router_address"),
    (0x10, "prefer_delegation"),
];

/// Room for the prefix in a table.
const WIDTH: usize = 24;

/// A prefix that a router has advertised.
#[derive(Clone, Debug)]
pub struct RaPrefix<'a> {
    header: Prefixmsg,
    attrs: Index<'a>,
}

/// The fixed part, `struct prefixmsg`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prefixmsg {
    /// `AF_INET6`.
    pub family: u8,
    /// Index of the link that it is for.
    pub ifindex: u32,
    /// Type of the option that had it, 3.
    pub kind: u8,
    /// How many bits of the address count.
    pub len: u8,
    /// Flags of the option, by which hosts use the prefix.
    pub flags: u8,
}

impl Prefixmsg {
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let [family, _, _, _, i0, i1, i2, i3, kind, len, flags, _] =
            *bytes.first_chunk::<PREFIXMSG>()?;

        Some(Self {
            family,
            ifindex: u32::from_ne_bytes([i0, i1, i2, i3]),
            kind,
            len,
            flags,
        })
    }
}

impl<'a> RaPrefix<'a> {
    /// Reads the payload of an `RTM_NEWPREFIX` message.
    ///
    /// # Errors
    ///
    /// [`wire::Error::Truncated`] when it is shorter than `struct prefixmsg`.
    pub fn from_payload(payload: &'a [u8]) -> Result<Self, wire::Error> {
        let (header, attrs) = split(payload, PREFIXMSG, Prefixmsg::from_bytes)?;

        Ok(Self { header, attrs })
    }

    /// Returns the fixed part.
    pub fn header(&self) -> &Prefixmsg {
        &self.header
    }

    /// Returns the address; [`Prefixmsg::len`] bits of it count.
    pub fn address(&self) -> Option<IpAddr> {
        self.attrs.read(PREFIX_ADDRESS, ip)
    }
}

impl Object for RaPrefix<'_> {
    fn describe_head(&self, _: &mut Names, out: &mut dyn Fields) {
        if let Some(address) = self.address() {
            out.column("prefix", Value::Prefix(address, self.header.len), WIDTH);
        }
    }

    fn describe_rest(&self, names: &mut Names, out: &mut dyn Fields) {
        let mut attrs = self.attrs.taker();
        let header = &self.header;
        attrs.take(PREFIX_ADDRESS, ip);

        out.column("dev", names.link(header.ifindex), DEV_WIDTH);
        describe_flags(header.flags, out);
        if let Some([preferred, valid]) = attrs.take(PREFIX_CACHEINFO, u32s::<2>) {
            out.field("valid_life_time", Value::Number(valid.into()));
            out.field("preferred_life_time", Value::Number(preferred.into()));
        }
        if header.kind != PREFIX_INFO {
            out.field("type", Value::Number(header.kind.into()));
        }
        attrs.finish(out);
    }
}

fn describe_flags(prefix_flags: u8, out: &mut dyn Fields) {
    let rest = flag_fields(out, prefix_flags.into(), FLAGS, Value::Bool(true));
    if rest != 0 {
        out.field("flags", Value::Hex(rest.into()));
    }
}

/// Facts of prefixes that routers advertise.
pub(crate) const FACTS: Facts = Facts {
    name: "prefix",
    is_usual_to_watch: true,
    types: &[MessageTypes::only(RTM_NEWPREFIX)],
    groups: &[RTNLGRP_IPV6_PREFIX],
    describe: |object, names, out| describe(RaPrefix::from_payload(object.bytes()), names, out),
    link: |object| {
        let read = RaPrefix::from_payload(object.bytes()).ok()?;
        Some(read.header.ifindex)
    },
    // The default route by the router has its hop limit by then, and the link a flag (`ndisc_router_discovery()`).
    silent: |_| Kinds::of(&[Kind::Link, Kind::Route]),
    ..Facts::DEFAULT
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtnl::captures::{assert_has, assert_lacks, captured, changed};
    use serde_json::json;

    #[test]
    fn flags_are_those_of_older_kernels_too_and_told_without_a_name() {
        let older = json!({"onlink": true, "autoconf": true});
        let nameless = json!({"router_address": true, "prefer_delegation": true, "flags": "0x4"});

        for (flags, expected, absent) in [(0x03, older, "/flags"), (0x34, nameless, "/onlink")] {
            let prefix = changed(captured("prefix")[0], &[(10, flags)]);
            assert_has(Kind::Prefix, &prefix, expected);
            assert_lacks(Kind::Prefix, &prefix, absent);
        }
    }
}
