// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Kind of a link, kind of the link that it is a port of, and the attributes of these kinds (`IFLA_INFO_*`).

use super::{bond, bridge, hsr, tun, tunnel, vlan, vxlan};
use crate::names::uapi::*;
use crate::object::attrs::{name, u32, Index};
use crate::object::schema::Format::{As, Nested, Word, U32};
use crate::object::schema::{self, known, Known};
use crate::object::{Fields, Names, Nest, Value};

type Info<'a> = Index<'a>;

/// Kinds of links, and what their own attributes are.
static KINDS: &[(&str, &[Known])] = &[
    ("bond", bond::BOND),
    ("bridge", bridge::BRIDGE),
    ("erspan", tunnel::GRE),
    ("geneve", tunnel::GENEVE),
    ("gre", tunnel::GRE),
    ("gretap", tunnel::GRE),
    ("hsr", hsr::HSR),
    ("ip6erspan", tunnel::IP6GRE),
    ("ip6gre", tunnel::IP6GRE),
    ("ip6gretap", tunnel::IP6GRE),
    ("ip6tnl", tunnel::IP6TNL),
    ("ipip", tunnel::IPTUN),
    ("ipvlan", IPVLAN),
    ("ipvtap", IPVLAN),
    ("macvlan", vlan::MACVLAN),
    ("macvtap", vlan::MACVLAN),
    ("sit", tunnel::IPTUN),
    ("tun", tun::TUN),
    ("vlan", vlan::VLAN),
    ("vrf", VRF),
    ("vxlan", vxlan::VXLAN),
];

/// Kinds of links that have ports, and what the ports' attributes are.
static SLAVE_KINDS: &[(&str, &[Known])] = &[
    ("bond", bond::SLAVE),
    ("bridge", bridge::PORT),
    ("vrf", VRF),
];

/// `IFLA_VRF_*` and `IFLA_VRF_PORT_*`.
static VRF: &[Known] = &[known(IFLA_VRF_TABLE, "table", U32)];

/// `IFLA_IPVLAN_*`.
static IPVLAN: &[Known] = &[
    known(
        IFLA_IPVLAN_MODE,
        "mode",
        Word(&[(0, "l2"), (1, "l3"), (2, "l3s")]),
    ),
    known(IFLA_IPVLAN_FLAGS, "flags", As(ipvlan_flags)),
];

/// Returns the kind of the link.
pub fn kind(value: &[u8]) -> Option<&[u8]> {
    Info::new(value)
        .get(IFLA_INFO_KIND)
        .and_then(|kind| name(kind.value()))
}

/// Returns the kind of the link that the link is a port of.
pub fn slave_kind(value: &[u8]) -> Option<&[u8]> {
    Info::new(value)
        .get(IFLA_INFO_SLAVE_KIND)
        .and_then(|kind| name(kind.value()))
}

/// Returns the table of a link that is a VRF.
pub fn vrf_table(value: &[u8]) -> Option<u32> {
    let data = Info::new(value).get(IFLA_INFO_DATA)?;
    u32(Info::new(data.value()).get(IFLA_VRF_TABLE)?.value())
}

/// Tells what `IFLA_LINKINFO` holds, of a link on top of one that may be in another network namespace.
pub fn describe(
    value: &[u8],
    is_elsewhere: bool,
    names: &mut Names,
    out: &mut dyn Fields,
) -> Option<()> {
    let info = Info::new(value);
    let mut attrs = info.taker();
    let [kind, slave_kind] =
        [IFLA_INFO_KIND, IFLA_INFO_SLAVE_KIND].map(|kind| attrs.take(kind, name));

    out.open("linkinfo", Nest::Object);
    for (key, kind) in [("info_kind", kind), ("info_slave_kind", slave_kind)] {
        if let Some(kind) = kind {
            out.field(key, Value::Name(kind));
        }
    }
    out.details();
    let data = Nested(table(KINDS, kind));
    let slave_data = Nested(table(SLAVE_KINDS, slave_kind));
    names.in_peer_namespace(is_elsewhere, |names| {
        schema::describe_known(
            &mut attrs,
            &[known(IFLA_INFO_DATA, "info_data", data)],
            names,
            out,
        );
    });
    let slave_data = [known(IFLA_INFO_SLAVE_DATA, "info_slave_data", slave_data)];
    schema::describe_known(&mut attrs, &slave_data, names, out);
    attrs.finish(out);
    out.close();
    Some(())
}

/// Returns what is known of the attributes of links of this kind.
fn table(kinds: &[(&str, &'static [Known])], kind: Option<&[u8]>) -> &'static [Known] {
    kinds
        .iter()
        .find(|(known, _)| Some(known.as_bytes()) == kind)
        .map_or(&[], |(_, table)| table)
}

/// Tells which of the ways to part its network from that of the others it has.
fn ipvlan_flags(_: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let key = match crate::object::attrs::u16(value)? {
        flags if flags & 1 != 0 => "private",
        flags if flags & 2 != 0 => "vepa",
        _ => "bridge",
    };

    out.field(key, Value::Bool(true));
    Some(())
}
