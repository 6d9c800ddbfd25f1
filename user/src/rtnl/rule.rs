// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Rules that choose a routing table: `struct fib_rule_hdr` and `FRA_*`.
//!
//! C header: `include/uapi/linux/fib_rules.h`.

pub(super) mod facts;
mod words;

use super::route::{describe_tos, flow, TYPES};
use super::{family_name, ip_protocol, prefix, Prefix};
use crate::kind::Payload;
use crate::names::uapi::*;
use crate::object::attrs::{i32, ip, name, u16, u32, u32s, u8, Index, Taker};
use crate::object::fields::{Fields, Value};
use crate::object::schema::Format::{As, Be64, Hex, HexBe, Wide};
use crate::object::schema::{self, hex, known, word, Known};
use crate::object::{Names, Object};
use crate::wire;
use std::net::IpAddr;

/// Size of `struct fib_rule_hdr`, in bytes.
const FIB_RULE_HDR: usize = 12;

/// Action: look in the table (`FR_ACT_TO_TBL`).
const TO_TBL: u8 = 1;
/// Action: go on at another rule (`FR_ACT_GOTO`).
const GOTO: u8 = 2;
/// Action: nothing (`FR_ACT_NOP`).
const NOP: u8 = 3;

/// Flag: the rule to go to is not there (`FIB_RULE_UNRESOLVED`).
const UNRESOLVED: u32 = 0x4;
/// Flag: the link that a packet came by is not there (`FIB_RULE_IIF_DETACHED`).
const IIF_DETACHED: u32 = 0x8;
/// Flag: the link that a packet goes by is not there (`FIB_RULE_OIF_DETACHED`).
const OIF_DETACHED: u32 = 0x10;
/// Flag: for packets that are not like this (`FIB_RULE_INVERT`).
const INVERT: u32 = 0x2;

/// Operation of a list of rules, as errors name it.
pub const LIST: &str = "list rules";

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule<'a> {
    header: FibRuleHdr,
    attrs: Index<'a>,
}

/// The fixed part of a rule, `struct fib_rule_hdr`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FibRuleHdr {
    /// `AF_INET` or `AF_INET6`.
    pub family: u8,
    /// How many bits of the destination count.
    pub dst_len: u8,
    /// How many bits of the source count.
    pub src_len: u8,
    /// Type of service; 0 is any.
    pub tos: u8,
    /// Table, if below 256; see [`Rule::table`].
    pub table: u8,
    /// Action of the rule (`FR_ACT_*`).
    pub action: u8,
    /// `FIB_RULE_*`.
    pub flags: u32,
}

impl FibRuleHdr {
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let [family, dst_len, src_len, tos, table, _, _, action, f0, f1, f2, f3] =
            *bytes.first_chunk::<FIB_RULE_HDR>()?;

        Some(Self {
            family,
            dst_len,
            src_len,
            tos,
            table,
            action,
            flags: u32::from_ne_bytes([f0, f1, f2, f3]),
        })
    }
}

impl<'a> Rule<'a> {
    /// Reads the payload of an `RTM_NEWRULE` or `RTM_DELRULE` message.
    ///
    /// # Errors
    ///
    /// [`wire::Error::Truncated`] when it is shorter than `struct fib_rule_hdr`.
    pub fn of(object: &Payload<'a>) -> Result<Self, wire::Error> {
        let (header, attrs) = object.read(FibRuleHdr::from_bytes)?;

        Ok(Self { header, attrs })
    }

    /// Returns the fixed part.
    pub fn header(&self) -> &FibRuleHdr {
        &self.header
    }

    /// Returns its place: rules are gone through from 0 up.
    pub fn priority(&self) -> u32 {
        self.attrs.read(FRA_PRIORITY, u32).unwrap_or_default()
    }

    /// Returns the table that it chooses; 0 is none.
    pub fn table(&self) -> u32 {
        self.attrs
            .read(FRA_TABLE, u32)
            .unwrap_or(self.header.table.into())
    }

    /// Returns who made it (`RTPROT_*`).
    pub fn protocol(&self) -> Option<u8> {
        self.attrs.read(FRA_PROTOCOL, u8)
    }

    /// Returns where the packets come from that it is about; `None` is from anywhere.
    pub fn src(&self) -> Option<Prefix> {
        self.prefix(FRA_SRC, self.header.src_len)
    }

    /// Returns where the packets go to that it is about; `None` is to anywhere.
    pub fn dst(&self) -> Option<Prefix> {
        self.prefix(FRA_DST, self.header.dst_len)
    }

    /// Returns the prefix of the addresses whose attribute is of type `kind`.
    fn prefix(&self, kind: u16, len: u8) -> Option<Prefix> {
        let address = Some(self.attrs.read(kind, ip)?);

        Some(Prefix { address, len })
    }

    /// Tells which addresses it is about.
    fn describe_addresses(&self, attrs: &mut Taker<'_, '_>, out: &mut dyn Fields) {
        let header = &self.header;

        match (attrs.take(FRA_SRC, ip), header.src_len) {
            (None, 0) => out.field("src", Value::Word("all")),
            (src, len) => describe_prefix(["src", "srclen"], src, len, out),
        }
        match (attrs.take(FRA_DST, ip), header.dst_len) {
            (None, 0) => {}
            (dst, len) => describe_prefix(["dst", "dstlen"], dst, len, out),
        }
    }

    /// Tells which packets it is about besides.
    fn describe_selectors(
        &self,
        attrs: &mut Taker<'_, '_>,
        names: &mut Names,
        out: &mut dyn Fields,
    ) {
        if self.header.tos != 0 {
            describe_tos(self.header.tos, names, out);
        }
        describe_fwmark(attrs, out);
        let (iif, oif) = ((FRA_IIFNAME, IIF_DETACHED), (FRA_OIFNAME, OIF_DETACHED));
        self.describe_link(attrs, iif, ["iif", "iif_detached"], out);
        self.describe_link(attrs, oif, ["oif", "oif_detached"], out);
        if attrs.take(FRA_L3MDEV, u8).is_some_and(|l3mdev| l3mdev != 0) {
            out.field("l3mdev", Value::Null);
        }
        if let Some([start, end]) = attrs.take(FRA_UID_RANGE, u32s::<2>) {
            out.field("uid_start", Value::Number(start.into()));
            out.field("uid_end", Value::Number(end.into()));
        }
        if let Some(protocol) = attrs.take(FRA_IP_PROTO, u8) {
            let name = ip_protocol::name(protocol);
            out.field("ipproto", Value::Name(name.as_bytes()));
        }
        describe_ports(attrs, [FRA_SPORT_RANGE, FRA_SPORT_MASK], &SPORT, out);
        describe_ports(attrs, [FRA_DPORT_RANGE, FRA_DPORT_MASK], &DPORT, out);
        schema::describe_known(attrs, SELECTORS, names, out);
    }

    /// Tells the name of a link, and whether there is none of it.
    fn describe_link(
        &self,
        attrs: &mut Taker<'_, '_>,
        (kind, detached): (u16, u32),
        [key, detached_key]: [&str; 2],
        out: &mut dyn Fields,
    ) {
        if let Some(name) = attrs.take(kind, name) {
            out.field(key, Value::Dev(name));
            if self.header.flags & detached != 0 {
                out.field(detached_key, Value::Null);
            }
        }
    }

    /// Tells the table that it chooses, and what of it does not count.
    fn describe_table(&self, attrs: &mut Taker<'_, '_>, names: &mut Names, out: &mut dyn Fields) {
        attrs.take(FRA_TABLE, u32);
        let numbers = names.numbers();
        match self.table() {
            0 => {}
            table => out.field("table", numbers.tables.name(table)),
        }
        match attrs.take(FRA_SUPPRESS_PREFIXLEN, i32) {
            None | Some(-1) => {}
            Some(len) => out.field("suppress_prefixlen", Value::Signed(len.into())),
        }
        match attrs.take(FRA_SUPPRESS_IFGROUP, u32) {
            None | Some(u32::MAX) => {}
            Some(group) => out.field("suppress_ifgroup", numbers.groups.name(group)),
        }
    }

    /// Tells what is done.
    fn describe_action(&self, attrs: &mut Taker<'_, '_>, names: &mut Names, out: &mut dyn Fields) {
        if let Some((from, to)) = attrs.take(FRA_FLOW, u32).map(flow::split) {
            if from != 0 {
                out.field("flow_from", flow::name(names, from));
            }
            out.field("flow_to", flow::name(names, to));
        }
        let target = attrs.take(FRA_GOTO, u32);
        match self.header.action {
            TO_TBL => {}
            GOTO => match target {
                Some(target) => out.field("goto", Value::Number(target.into())),
                None => out.field("goto", Value::Word("none")),
            },
            NOP => out.field("nop", Value::Null),
            action => out.field("action", word(TYPES, action)),
        }
        if self.header.flags & UNRESOLVED != 0 {
            out.field("unresolved", Value::Null);
        }
    }
}

impl Object for Rule<'_> {
    fn describe_head(&self, _: &mut Names, out: &mut dyn Fields) {
        out.column("priority", Value::Number(self.priority().into()), 8);
    }

    fn describe_rest(&self, names: &mut Names, out: &mut dyn Fields) {
        let mut attrs = self.attrs.taker();
        attrs.take(FRA_PRIORITY, u32);

        if self.header.flags & INVERT != 0 {
            out.field("not", Value::Null);
        }
        self.describe_addresses(&mut attrs, out);
        self.describe_selectors(&mut attrs, names, out);
        self.describe_table(&mut attrs, names, out);
        self.describe_action(&mut attrs, names, out);
        out.field("family", family_name(self.header.family));
        out.details();
        if let Some(protocol) = attrs.take(FRA_PROTOCOL, u8) {
            let name = names.numbers().protocols.name(protocol.into());
            out.field("protocol", name);
        }
        attrs.finish(out);
    }
}

/// Tells an address, and how many of its bits count unless all do.
fn describe_prefix(
    [key, len_key]: [&str; 2],
    address: Option<IpAddr>,
    len: u8,
    out: &mut dyn Fields,
) {
    match address {
        Some(address) => out.field(key, Value::Ip(address)),
        None => out.field(key, Value::Word("0")),
    }
    if address.map(prefix::host_len) != Some(len) {
        out.field(len_key, Value::Number(len.into()));
    }
}

/// Tells the mark, and which of its bits count unless all do.
fn describe_fwmark(attrs: &mut Taker<'_, '_>, out: &mut dyn Fields) {
    let mark = attrs.take(FRA_FWMARK, u32);
    let mask = attrs.take(FRA_FWMASK, u32);

    if mark.is_some() || mask.is_some() {
        out.field("fwmark", hex(mark.unwrap_or_default().into()));
    }
    if let Some(mask) = mask.filter(|mask| *mask != u32::MAX) {
        out.field("fwmask", hex(mask.into()));
    }
}

/// The keys of a port: it, its mask, the first and the last of several.
type PortKeys = [&'static str; 4];

const SPORT: PortKeys = ["sport", "sport_mask", "sport_start", "sport_end"];
const DPORT: PortKeys = ["dport", "dport_mask", "dport_start", "dport_end"];

/// Tells a port, maybe with a mask, or a range of them.
fn describe_ports(
    attrs: &mut Taker<'_, '_>,
    [range, mask]: [u16; 2],
    [key, mask_key, start_key, end_key]: &PortKeys,
    out: &mut dyn Fields,
) {
    match attrs.take(range, port_range) {
        None => {}
        Some([start, end]) if start == end => {
            out.field(key, Value::Number(start.into()));
            if let Some(mask) = attrs.take(mask, u16) {
                out.field(mask_key, hex(mask.into()));
            }
        }
        Some([start, end]) => {
            out.field(start_key, Value::Number(start.into()));
            out.field(end_key, Value::Number(end.into()));
        }
    }
}

/// Selectors that are told behind the ports.
static SELECTORS: &[Known] = &[
    known(FRA_TUN_ID, "tun_id", Be64),
    known(FRA_DSCP, "dscp", As(dscp)),
    known(FRA_DSCP_MASK, "dscp_mask", Wide(1, &Hex)),
    known(FRA_FLOWLABEL, "flowlabel", Wide(4, &HexBe)),
    known(FRA_FLOWLABEL_MASK, "flowlabel_mask", Wide(4, &HexBe)),
];

/// Tells the upper six bits of what was the type of service, by its name.
fn dscp(key: &str, value: &[u8], names: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let dscp = u8(value)?;

    match names.numbers().dsfields.name(u32::from(dscp) << 2) {
        Value::Nameless(_) => out.field(key, Value::Nameless(dscp.into())),
        name => out.field(key, name),
    }
    Some(())
}

/// Reads `struct fib_rule_port_range`.
fn port_range(value: &[u8]) -> Option<[u16; 2]> {
    let (start, end) = value.split_at_checked(2)?;

    Some([u16(start)?, u16(end)?])
}

#[cfg(test)]
mod tests;
