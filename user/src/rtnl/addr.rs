// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Addresses of links: `struct ifaddrmsg` and `IFA_*`.
//!
//! C header: `include/uapi/linux/if_addr.h`.

mod by_link;
pub(super) mod facts;
mod words;

pub use by_link::{AddrsByLink, Interface, Interfaces};

use super::family_name;
use crate::kind::Payload;
use crate::names::uapi::{
    IFA_ADDRESS, IFA_BROADCAST, IFA_FLAGS, IFA_LABEL, IFA_LOCAL, IFA_PROTO, IFA_RT_PRIORITY,
    IFA_TARGET_NETNSID,
};
use crate::object::attrs::{i32, ip, name, u32, u32s, u8, Index, Taker};
use crate::object::fields::{flag_fields, Fields, Value};
use crate::object::{Names, Object};
use crate::wire;
use std::net::IpAddr;

pub(super) use crate::names::uapi::{IFA_ANYCAST, IFA_CACHEINFO, IFA_MC_USERS, IFA_MULTICAST};

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

/// Room for the name of a link in a table.
const DEV_WIDTH: usize = 16;
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
        let header = Ifaddrmsg::from_bytes(object.bytes()).ok_or(wire::Error::Truncated)?;

        Ok(Self {
            payload: object.bytes(),
            header,
            attrs: object.attrs(),
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
        self.attr(IFA_FLAGS, u32)
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
        self.attr(IFA_LOCAL, ip)
            .or_else(|| self.attr(IFA_ADDRESS, ip))
    }

    /// Returns who made it, `IFAPROT_*`; 0 where the kernel does not say.
    pub fn protocol(&self) -> u8 {
        self.attr(IFA_PROTO, u8).unwrap_or_default()
    }

    /// Returns the label that `ip` and `ifconfig` know it by; `None` of IPv6.
    pub fn label(&self) -> Option<&'a [u8]> {
        self.attr(IFA_LABEL, name)
    }

    fn attr<T>(&self, kind: u16, read: impl FnOnce(&'a [u8]) -> Option<T>) -> Option<T> {
        read(self.attrs.get(kind)?.value())
    }

    /// Tells all that is known of it but the link.
    pub fn describe_in_link(&self, names: &mut Names, out: &mut dyn Fields) {
        let mut attrs = self.attrs.taker();
        attrs.take(IFA_FLAGS, u32);

        self.describe_address(&mut attrs, out);
        let scope = self.header.scope.into();
        out.field("scope", names.numbers().scopes.name(scope));
        if let Some(metric) = attrs.take(IFA_RT_PRIORITY, u32) {
            out.field("metric", Value::Number(metric.into()));
        }
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
        if let Some(address) = attrs.take(kind, ip) {
            out.field(key, Value::Ip(address));
        }
    }
    if let Some(protocol) = attrs.take(IFA_PROTO, u8) {
        match names.numbers().addr_protocols.name(protocol.into()) {
            Value::Nameless(number) => out.field("protocol", Value::Hex(number)),
            name => out.field("protocol", name),
        }
    }
    if let Some(label) = attrs.take(IFA_LABEL, name) {
        out.field("label", Value::Name(label));
    }
    if let Some(id) = attrs.take(IFA_TARGET_NETNSID, i32) {
        out.field("target_netnsid", Value::Signed(id.into()));
    }
    if let Some(users) = attrs.take(IFA_MC_USERS, u32) {
        out.field("mc_users", Value::Number(users.into()));
    }
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
    use super::*;
    use crate::kind::Choice;
    use crate::object::described::{assert_told_whatever_the_bytes, description};
    use crate::rtnl::chosen::assert_chosen;
    use crate::rtnl::{Kind, Link};
    use serde_json::{json, Value as Json};

    /// `RTM_NEWADDR` of Linux 6.18 after `ip addr add 10.1.0.1 peer 10.1.0.2/24 brd 10.1.0.255 dev va metric
    /// 77 label va:x valid_lft 5000 preferred_lft 3000`.
    const V4: [u8; 80] = [
        2, 24, 0, 0, 113, 17, 1, 0, // ifaddrmsg: AF_INET, /24, global, if70001
        8, 0, 1, 0, 10, 1, 0, 2, // IFA_ADDRESS
        8, 0, 2, 0, 10, 1, 0, 1, // IFA_LOCAL
        8, 0, 4, 0, 10, 1, 0, 255, // IFA_BROADCAST
        9, 0, 3, 0, 118, 97, 58, 120, 0, 0, 0, 0, // IFA_LABEL: va:x
        8, 0, 8, 0, 0, 0, 0, 0, // IFA_FLAGS
        8, 0, 9, 0, 77, 0, 0, 0, // IFA_RT_PRIORITY
        20, 0, 6, 0, 182, 11, 0, 0, 134, 19, 0, 0, 54, 235, 37, 0, 54, 235, 37,
        0, // IFA_CACHEINFO
    ];

    /// After `ip addr add 2001:db8::2/64 dev va valid_lft 5000 preferred_lft 0 noprefixroute home
    /// mngtmpaddr`.
    const V6: [u8; 56] = [
        10, 64, 48, 0, 113, 17, 1, 0, // ifaddrmsg: AF_INET6, /64, global, if70001
        20, 0, 1, 0, 32, 1, 13, 184, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, // IFA_ADDRESS
        20, 0, 6, 0, 0, 0, 0, 0, 134, 19, 0, 0, 55, 235, 37, 0, 55, 235, 37,
        0, // IFA_CACHEINFO
        8, 0, 8, 0, 48, 3, 0, 0, // IFA_FLAGS
    ];

    /// The address that a link gives itself.
    const LINK_LOCAL: [u8; 64] = [
        10, 64, 192, 253, 115, 17, 1, 0, // ifaddrmsg: AF_INET6, /64, link, if70003
        20, 0, 1, 0, 254, 128, 0, 0, 0, 0, 0, 0, 64, 17, 12, 255, 254, 20, 216,
        12, // IFA_ADDRESS
        20, 0, 6, 0, 255, 255, 255, 255, 255, 255, 255, 255, 150, 235, 37, 0, 150, 235, 37,
        0, // IFA_CACHEINFO: forever
        8, 0, 8, 0, 192, 0, 0, 0, // IFA_FLAGS
        5, 0, 11, 0, 3, 0, 0, 0, // IFA_PROTO
    ];

    fn tell(payload: &[u8]) -> Option<Json> {
        Addr::from_payload(payload)
            .ok()
            .map(|addr| description(&addr))
    }

    #[test]
    fn an_address_of_ipv4_is_told_as_ip_does() {
        let expected = json!({
            "dev": "if70001", "family": "inet", "local": "10.1.0.1", "address": "10.1.0.2",
            "prefixlen": 24, "metric": 77, "broadcast": "10.1.0.255", "scope": "global",
            "dynamic": true, "label": "va:x",
            "valid_life_time": 4998, "preferred_life_time": 2998,
            "cstamp": 2_485_046, "tstamp": 2_485_046, "index": 70001,
        });

        assert_eq!(tell(&V4), Some(expected));
    }

    #[test]
    fn an_address_of_ipv6_is_told_as_ip_does() {
        let expected = json!({
            "dev": "if70001", "family": "inet6", "local": "2001:db8::2", "prefixlen": 64,
            "scope": "global", "home": true, "deprecated": true, "dynamic": true,
            "mngtmpaddr": true, "noprefixroute": true,
            "valid_life_time": 4998, "preferred_life_time": 0,
            "cstamp": 2_485_047, "tstamp": 2_485_047, "index": 70001,
        });

        assert_eq!(tell(&V6), Some(expected));
    }

    #[test]
    fn an_address_that_the_kernel_made_says_so() {
        let told = tell(&LINK_LOCAL).unwrap();

        assert!(!Addr::from_payload(&LINK_LOCAL).unwrap().is_usable());
        assert!(Addr::from_payload(&V6).unwrap().is_usable());
        assert_eq!(told["protocol"], "kernel_ll");
        assert_eq!(told["valid_life_time"], u32::MAX);
        assert_eq!(
            (&told["scope"], &told["tentative"]),
            (&json!("link"), &json!(true))
        );
    }

    #[test]
    fn a_flag_means_temporary_for_ipv6_and_secondary_for_ipv4() {
        let (mut v4, mut v6) = (V4, V6);
        v4[48] = 1;
        v6[52] |= 1;

        assert_eq!(tell(&v4).unwrap()["secondary"], true);
        assert_eq!(tell(&v6).unwrap()["temporary"], true);
    }

    #[test]
    fn flags_without_a_name_and_attributes_of_another_size_are_told() {
        let mut odd = V4;
        odd[50] = 1;
        odd[8] = 7;
        let told = tell(&odd).unwrap();

        assert_eq!(told["ifa_flags"], "0x10000");
        assert_eq!(told["unknown"], json!([{"type": 1, "hex": "0a0100"}]));
        assert_eq!(told["local"], "10.1.0.1");
    }

    #[test]
    fn no_bytes_make_it_panic() {
        assert_told_whatever_the_bytes(&[&V4, &V6, &LINK_LOCAL], tell);
    }

    #[test]
    fn addresses_are_chosen_by_their_words() {
        assert_chosen(
            Kind::Addr,
            &V4,
            &[
                ("", true),
                ("dev 70001 scope global to 10.1.0.0/16 proto 0", true),
                ("70001", true),
                ("dev 1", false),
                ("scope link", false),
                ("scope all", true),
                ("to 10.2.0.0/16", false),
                ("to any", true),
                ("within 10.1.0.0/16", true),
                ("proto 3", false),
                ("10.1.0.1", true),
                ("10.1.0.1/24", true),
                ("10.1.0.1/32", false),
                ("10.1.0.2", false),
                ("dynamic", true),
                ("permanent", false),
                ("-permanent", true),
                ("primary", true),
                ("secondary", false),
                ("tentative", false),
                ("-tentative", true),
                ("permanent dynamic", true),
            ],
        );
        assert_chosen(
            Kind::Addr,
            &LINK_LOCAL,
            &[
                ("permanent tentative", true),
                ("dynamic", false),
                ("-tentative", false),
                ("deprecated", false),
            ],
        );
    }

    #[test]
    fn a_label_is_a_pattern_and_that_of_an_address_without_one_is_its_link() {
        let labelled = |pattern: &str, payload: &[u8]| {
            let choice = Choice::default().with(Kind::Addr, "label", pattern);
            let mut choice = choice.unwrap();
            let link = [&[0; 4][..], &70003u32.to_ne_bytes(), &[0; 8]].concat();
            let name = [7, 0, 3, 0, b'v', b'a', 0, 0];
            let link = [&link[..], &name].concat();
            choice.learn_link(&Link::from_payload(&link).unwrap());
            choice.wants(&Payload::new(Kind::Addr, payload))
        };

        assert!(labelled("va:x", &V4) && labelled("va*", &V4));
        assert!(!labelled("va", &V4));
        assert!(labelled("va", &LINK_LOCAL) && labelled("v?", &LINK_LOCAL));
        assert!(!labelled("vb", &LINK_LOCAL) && !labelled("va", &V6));
    }
}
