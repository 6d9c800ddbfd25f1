// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Addresses of links: `struct ifaddrmsg` and `IFA_*`.
//!
//! C header: `include/uapi/linux/if_addr.h`.

mod by_link;
pub(super) mod facts;
mod words;

pub use by_link::{AddrsByLink, Interface, Interfaces};

use super::{family_name, DEV_WIDTH};
use crate::kind::Payload;
use crate::names::uapi::*;
use crate::object::attrs::{ip, name, u32, u32s, u8, Index, Taker};
use crate::object::fields::{flag_fields, Fields, Value};
use crate::object::schema::Format;
use crate::object::{Names, Object};
use crate::wire;
use std::net::IpAddr;

/// Size of `struct ifaddrmsg`, in bytes.
pub(super) const IFADDRMSG: usize = 8;

/// Flag: set by somebody, not learned, so it does not run out by itself (`IFA_F_PERMANENT`).
const PERMANENT: u32 = 0x80;
/// Flag: not the first of its network, or one for privacy (`IFA_F_SECONDARY`, `IFA_F_TEMPORARY`).
const SECONDARY: u32 = 0x01;
/// `IFA_F_*` but these two.
const FLAGS: &[(u32, &str)] = &[
    (0x02, "nodad"),
    (0x04, "optimistic"),
    (0x08, "dadfailed"),
    (0x10, "home"),
    (0x20, "deprecated"),
    (0x40, "tentative"),
    (0x100, "mngtmpaddr"),
    (0x200, "noprefixroute"),
    (0x400, "autojoin"),
    (0x800, "stable-privacy"),
];

/// Flags: it is tested whether another host has it too, and may be used all the same; it has
/// (`IFA_F_TENTATIVE`, `_OPTIMISTIC`, `_DADFAILED`).
const TENTATIVE: u32 = 0x40;
const OPTIMISTIC: u32 = 0x04;
const DADFAILED: u32 = 0x08;

/// A lifetime without end.
pub(super) const FOREVER: u32 = u32::MAX;

/// Room for an address and the length of its prefix.
const WIDTH: usize = 28;

/// Operation of a list of addresses, as errors name it.
pub const LIST: &str = "list addresses";

/// An address of a link.
#[derive(Clone, Debug)]
pub struct Addr<'a> {
    payload: &'a [u8],
    header: Ifaddrmsg,
    attrs: Index<'a>,
}

/// The fixed part of an address, `struct ifaddrmsg`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ifaddrmsg {
    /// `AF_INET` or `AF_INET6`.
    pub family: u8,
    /// How many bits of it are those of its network.
    pub prefixlen: u8,
    /// `IFA_F_*` below 256; see [`Addr::flags`].
    pub flags: u8,
    /// How far away it is known (`RT_SCOPE_*`).
    pub scope: u8,
    /// Index of the link.
    pub index: u32,
}

impl Ifaddrmsg {
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let [family, prefixlen, flags, scope, i0, i1, i2, i3] =
            *bytes.first_chunk::<IFADDRMSG>()?;

        Some(Self {
            family,
            prefixlen,
            flags,
            scope,
            index: u32::from_ne_bytes([i0, i1, i2, i3]),
        })
    }
}

impl<'a> Addr<'a> {
    /// Reads the payload of an `RTM_NEWADDR` or `RTM_DELADDR` message.
    ///
    /// # Errors
    ///
    /// [`wire::Error::Truncated`] when it is shorter than `struct ifaddrmsg`.
    pub fn of(object: &Payload<'a>) -> Result<Self, wire::Error> {
        let (header, attrs) = object.read(Ifaddrmsg::from_bytes)?;
        let payload = object.bytes();

        Ok(Self {
            payload,
            header,
            attrs,
        })
    }

    /// Returns the payload that it was read from.
    pub fn payload(&self) -> &'a [u8] {
        self.payload
    }

    /// Returns the fixed part.
    pub fn header(&self) -> &Ifaddrmsg {
        &self.header
    }

    /// Returns the flags, `IFA_F_*`.
    pub fn flags(&self) -> u32 {
        self.attrs
            .read(IFA_FLAGS, u32)
            .unwrap_or(self.header.flags.into())
    }

    /// Says whether it can be used: it is not one that IPv6 still tests for a duplicate on the link, or
    /// has found to be one.
    pub fn is_usable(&self) -> bool {
        let flags = self.flags();

        flags & DADFAILED == 0 && flags & (TENTATIVE | OPTIMISTIC) != TENTATIVE
    }

    /// Returns the address itself; the other end's is another attribute.
    pub fn local(&self) -> Option<IpAddr> {
        self.attrs
            .read(IFA_LOCAL, ip)
            .or_else(|| self.attrs.read(IFA_ADDRESS, ip))
    }

    /// Returns who made it, `IFAPROT_*`; 0 where the kernel does not say.
    pub fn protocol(&self) -> u8 {
        self.attrs.read(IFA_PROTO, u8).unwrap_or_default()
    }

    /// Returns the label that `ip` and `ifconfig` know it by; `None` of IPv6.
    pub fn label(&self) -> Option<&'a [u8]> {
        self.attrs.read(IFA_LABEL, name)
    }

    /// Tells all that is known of it but the link.
    pub fn describe_in_link(&self, names: &mut Names, out: &mut dyn Fields) {
        let mut attrs = self.attrs.taker();
        attrs.take(IFA_FLAGS, u32);

        self.describe_address(&mut attrs, out);
        let scope = self.header.scope.into();
        out.field("scope", names.numbers().scopes.name(scope));
        attrs.describe(IFA_RT_PRIORITY, "metric", Format::U32, out);
        self.describe_flags(out);
        let life = attrs.take(IFA_CACHEINFO, u32s::<4>);
        let ends = life.is_some_and(|[preferred, valid, ..]| preferred.min(valid) != FOREVER);
        describe_life(life.filter(|_| ends), out);
        out.details();
        describe_life(life.filter(|_| !ends), out);
        out.field("family", family_name(self.header.family));
        describe_others(&mut attrs, names, out);
        if let Some([_, _, cstamp, tstamp]) = life {
            out.field("cstamp", Value::Number(cstamp.into()));
            out.field("tstamp", Value::Number(tstamp.into()));
        }
        attrs.finish(out);
    }

    /// The other end of a point-to-point link has the prefix.
    fn describe_address(&self, attrs: &mut Taker<'_, '_>, out: &mut dyn Fields) {
        let address = attrs.take(IFA_ADDRESS, ip);
        let local = attrs.take(IFA_LOCAL, ip).or(address);

        if let Some(local) = local {
            out.prefix(
                ("local", local),
                ("prefixlen", self.header.prefixlen),
                WIDTH,
            );
        }
        if let Some(peer) = address.filter(|address| Some(*address) != local) {
            out.field("address", Value::Ip(peer));
        }
    }

    fn describe_flags(&self, out: &mut dyn Fields) {
        let flags = self.flags();
        let secondary = match i32::from(self.header.family) {
            libc::AF_INET6 => "temporary",
            _ => "secondary",
        };

        if flags & PERMANENT == 0 {
            out.field("dynamic", Value::Bool(true));
        }
        flag_fields(out, flags, &[(SECONDARY, secondary)], Value::Bool(true));
        let rest = flag_fields(out, flags, FLAGS, Value::Bool(true)) & !(PERMANENT | SECONDARY);
        if rest != 0 {
            out.field("ifa_flags", Value::Hex(rest.into()));
        }
    }
}

/// Tells how long it is there and how long it is used for new connections, in seconds.
pub(super) fn describe_life(life: Option<[u32; 4]>, out: &mut dyn Fields) {
    if let Some([preferred, valid, ..]) = life {
        out.field("valid_life_time", Value::Number(valid.into()));
        out.field("preferred_life_time", Value::Number(preferred.into()));
    }
}

fn describe_others(attrs: &mut Taker<'_, '_>, names: &mut Names, out: &mut dyn Fields) {
    for (kind, key) in [
        (IFA_BROADCAST, "broadcast"),
        (IFA_ANYCAST, "anycast"),
        (IFA_MULTICAST, "multicast"),
    ] {
        attrs.describe(kind, key, Format::Ip, out);
    }
    if let Some(protocol) = attrs.take(IFA_PROTO, u8) {
        match names.numbers().addr_protocols.name(protocol.into()) {
            Value::Nameless(number) => out.field("protocol", Value::Hex(number)),
            name => out.field("protocol", name),
        }
    }
    attrs.describe(IFA_LABEL, "label", Format::Name, out);
    attrs.describe(IFA_TARGET_NETNSID, "target_netnsid", Format::I32, out);
    attrs.describe(IFA_MC_USERS, "mc_users", Format::U32, out);
}

impl Object for Addr<'_> {
    fn describe_head(&self, names: &mut Names, out: &mut dyn Fields) {
        out.column("dev", names.link(self.header.index), DEV_WIDTH);
    }

    fn describe_rest(&self, names: &mut Names, out: &mut dyn Fields) {
        self.describe_in_link(names, out);
        out.field("index", Value::Number(self.header.index.into()));
    }
}

#[cfg(test)]
mod tests {
    use crate::rtnl::captures::{assert_has, capture, changed};
    use crate::rtnl::Kind;
    use serde_json::json;

    #[test]
    fn a_flag_means_temporary_for_ipv6_and_secondary_for_ipv4() {
        let [v4, v6, _] = capture("addr-ip");

        let flagged = changed(v4, &[(48, 0x01)]);
        assert_has(Kind::Addr, &flagged, json!({"secondary": true}));
        let flagged = changed(v6, &[(52, 0x31)]);
        assert_has(Kind::Addr, &flagged, json!({"temporary": true}));
    }

    #[test]
    fn flags_without_a_name_and_attributes_of_another_size_are_told() {
        let [v4, ..] = capture::<3>("addr-ip");
        let unknown = json!([{"type": 1, "hex": "0a0100"}]);

        assert_has(
            Kind::Addr,
            &changed(v4, &[(50, 1), (8, 7)]),
            json!({"ifa_flags": "0x10000", "unknown": unknown, "local": "10.1.0.1"}),
        );
    }
}
