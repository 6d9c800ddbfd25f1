// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Tunnels: `IFLA_GENEVE_*`, `IFLA_GRE_*` of IPv4, `IFLA_IPTUN_*` of IPv4, and what VXLANs share with
//! them.
//!
//! C headers: `include/uapi/linux/if_link.h` and `if_tunnel.h`.

use crate::names::uapi::{IFLA_GRE_IFLAGS, IFLA_GRE_OFLAGS};
use crate::rtnl::attrs::{be16, be32, ip, u16};
use crate::rtnl::schema::{hex, known, Format, Known};
use crate::rtnl::{Fields, Names, Nest, Value};

/// Attributes of a geneve.
pub static GENEVE: &[Known] = &[
    known(6, "external", Format::Flag),
    known(1, "id", Format::U32),
    known(2, "remote", Format::NonZero(&Format::Ip)),
    known(7, "remote6", Format::NonZero(&Format::Ip)),
    known(17, "local", Format::NonZero(&Format::Ip)),
    known(18, "local6", Format::NonZero(&Format::Ip)),
    known(3, "ttl", Format::U8),
    known(12, "ttl_inherit", Format::NonZero(&Format::Bool)),
    known(4, "tos", Format::NonZero(&Format::Hex)),
    known(13, "df", Format::Word(DF)),
    known(11, "label", Format::NonZero(&Format::As(tell_flowlabel))),
    known(5, "port", Format::Be16),
    known(15, "port_range", Format::As(tell_ports)),
    known(8, "udp_csum", Format::Bool),
    known(9, "udp_zero_csum6_tx", Format::Bool),
    known(10, "udp_zero_csum6_rx", Format::Bool),
    known(14, "inner_proto_inherit", Format::Flag),
    known(16, "gro_hint", Format::Flag),
];

/// The headers of a direction have a key (`GRE_KEY`), which may be 0.
const KEYED: u16 = 0x2000;

/// Attributes of a gre, gretap or erspan.
pub static GRE: &[Known] = &[
    known(18, "external", Format::Flag),
    known(7, "remote", Format::As(tell_endpoint)),
    known(6, "local", Format::As(tell_endpoint)),
    known(1, "link", Format::NonZero(&Format::Link)),
    known(8, "ttl", Format::U8),
    known(9, "tos", Format::NonZero(&Format::Hex)),
    known(10, "pmtudisc", Format::Bool),
    known(19, "ignore_df", Format::NonZero(&Format::Bool)),
    known(
        4,
        "ikey",
        Format::Where(IFLA_GRE_IFLAGS, KEYED, &Format::Ip),
    ),
    known(
        5,
        "okey",
        Format::Where(IFLA_GRE_OFLAGS, KEYED, &Format::Ip),
    ),
    known(IFLA_GRE_IFLAGS, "i", Format::As(tell_gre_flags)),
    known(IFLA_GRE_OFLAGS, "o", Format::As(tell_gre_flags)),
    known(20, "fwmark", Format::NonZero(&Format::Hex)),
    known(21, "erspan_index", Format::U32),
    known(22, "erspan_ver", Format::U8),
    known(
        23,
        "erspan_dir",
        Format::Word(&[(0, "ingress"), (1, "egress")]),
    ),
    known(24, "erspan_hwid", Format::Hex),
    known(14, "encap_type", Format::NonZero(&Format::Word(ENCAP))),
    known(15, "encap_flags", Format::NonZero(&Format::Hex)),
    known(16, "encap_sport", Format::NonZero(&Format::Be16)),
    known(17, "encap_dport", Format::NonZero(&Format::Be16)),
];

/// Attributes of an ipip or sit.
pub static IPTUN: &[Known] = &[
    known(19, "external", Format::Flag),
    known(
        9,
        "proto",
        Format::Word(&[(0, "any"), (4, "ipip"), (41, "ip6ip"), (137, "mplsip")]),
    ),
    known(3, "remote", Format::As(tell_endpoint)),
    known(2, "local", Format::As(tell_endpoint)),
    known(1, "link", Format::NonZero(&Format::Link)),
    known(4, "ttl", Format::U8),
    known(5, "tos", Format::NonZero(&Format::Hex)),
    known(10, "pmtudisc", Format::Bool),
    known(8, "isatap", Format::NonZero(&Format::As(tell_isatap))),
    known(11, "prefix", Format::NonZero(&Format::Ip)),
    known(13, "prefixlen", Format::NonZero(&Format::U16)),
    known(12, "relay_prefix", Format::NonZero(&Format::Ip)),
    known(14, "relay_prefixlen", Format::NonZero(&Format::U16)),
    known(20, "fwmark", Format::NonZero(&Format::Hex)),
    known(15, "encap_type", Format::NonZero(&Format::Word(ENCAP))),
    known(16, "encap_flags", Format::NonZero(&Format::Hex)),
    known(17, "encap_sport", Format::NonZero(&Format::Be16)),
    known(18, "encap_dport", Format::NonZero(&Format::Be16)),
];

/// Whether packets may be fragmented: `VXLAN_DF_*`, `GENEVE_DF_*`.
pub const DF: &[(u8, &str)] = &[(0, "unset"), (1, "set"), (2, "inherit")];

/// `TUNNEL_ENCAP_*`.
const ENCAP: &[(u8, &str)] = &[(1, "fou"), (2, "gue"), (3, "mpls")];

/// Tells a flow label of IPv6.
pub fn tell_flowlabel(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    out.field(key, hex(be32(value)?.into()));
    Some(())
}

/// Tells the ports to send from, `struct ifla_vxlan_port_range` or `ifla_geneve_port_range`.
pub fn tell_ports(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let (low, high) = value.split_at_checked(2)?;
    let [low, high] = [be16(low)?, be16(high)?];

    out.open(key, Nest::Object);
    out.field("low", Value::Number(low.into()));
    out.field("high", Value::Number(high.into()));
    out.close();
    Some(())
}

/// Tells an end of the tunnel.
fn tell_endpoint(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    match ip(value)? {
        address if address.is_unspecified() => out.field(key, Value::Word("any")),
        address => out.field(key, Value::Ip(address)),
    }
    Some(())
}

/// Tells what the headers of a direction have (`GRE_*`); `way` is that direction, `i` or `o`. Keys
/// are told as such, see [`KEYED`].
fn tell_gre_flags(way: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let flags = be16(value)?;

    for (bit, what) in [(0x1000, "seq"), (0x8000, "csum")] {
        if flags & bit != 0 {
            out.field(&format!("{way}{what}"), Value::Bool(true));
        }
    }
    Some(())
}

/// Tells whether it is an ISATAP tunnel, the one flag there is (`SIT_ISATAP`).
fn tell_isatap(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    u16(value).filter(|flags| *flags == 1)?;

    out.field(key, Value::Bool(true));
    Some(())
}
