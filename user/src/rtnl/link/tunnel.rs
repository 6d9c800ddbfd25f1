// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Tunnels: `IFLA_GENEVE_*`, `IFLA_GRE_*`, `IFLA_IPTUN_*`, and what VXLANs share with them.
//!
//! C headers: `include/uapi/linux/if_link.h`, `if_tunnel.h` and `ip6_tunnel.h`.

use crate::kind::find;
use crate::names::uapi::*;
use crate::object::attrs::{be16, be32, ip, u16, u32};
use crate::object::fields::flag_fields;
use crate::object::schema::Format::{
    As, Be16, Bool, Flag, Hex, HexBe, Ip, Link, NonZero, Read, Unless, Where, Word, U16, U32, U8,
};
use crate::object::schema::{known, rows, Known};
use crate::object::{Fields, Names, Nest, Value};

/// Attributes of a geneve.
pub static GENEVE: &[Known] = &[
    known(IFLA_GENEVE_COLLECT_METADATA, "external", Flag),
    known(IFLA_GENEVE_ID, "id", U32),
    known(IFLA_GENEVE_REMOTE, "remote", NonZero(&Ip)),
    known(IFLA_GENEVE_REMOTE6, "remote6", NonZero(&Ip)),
    known(IFLA_GENEVE_LOCAL, "local", NonZero(&Ip)),
    known(IFLA_GENEVE_LOCAL6, "local6", NonZero(&Ip)),
    known(IFLA_GENEVE_TTL, "ttl", U8),
    known(IFLA_GENEVE_TTL_INHERIT, "ttl_inherit", NonZero(&Bool)),
    known(IFLA_GENEVE_TOS, "tos", NonZero(&Hex)),
    known(IFLA_GENEVE_DF, "df", Word(DF)),
    known(IFLA_GENEVE_LABEL, "label", NonZero(&HexBe)),
    known(IFLA_GENEVE_PORT, "port", Be16),
    known(IFLA_GENEVE_PORT_RANGE, "port_range", As(ports)),
    known(IFLA_GENEVE_UDP_CSUM, "udp_csum", Bool),
    known(IFLA_GENEVE_UDP_ZERO_CSUM6_TX, "udp_zero_csum6_tx", Bool),
    known(IFLA_GENEVE_UDP_ZERO_CSUM6_RX, "udp_zero_csum6_rx", Bool),
    known(IFLA_GENEVE_INNER_PROTO_INHERIT, "inner_proto_inherit", Flag),
    known(IFLA_GENEVE_GRO_HINT, "gro_hint", Flag),
];

/// The headers of a direction have a key (`GRE_KEY`), which may be 0.
const KEYED: u16 = 0x2000;

/// The kinds of which [`GRE`] or [`IP6GRE`] is told (`IFLA_INFO_KIND`), with the NUL of each.
const GRE_KINDS: [&[u8]; 6] = [
    b"gre\0",
    b"gretap\0",
    b"erspan\0",
    b"ip6gre\0",
    b"ip6gretap\0",
    b"ip6erspan\0",
];

/// Says whether keys are told of tunnels of this `IFLA_INFO_KIND`.
pub fn is_gre(kind: &[u8]) -> bool {
    GRE_KINDS.contains(&kind)
}

/// Says whether an attribute in the `data` of a link is a key that the headers do not have.
pub fn is_no_key(data: &[u8], attr: u16) -> bool {
    let flags = match attr {
        IFLA_GRE_IKEY => IFLA_GRE_IFLAGS,
        IFLA_GRE_OKEY => IFLA_GRE_OFLAGS,
        _ => return false,
    };
    let flags = find(data, flags).and_then(be16);
    flags.is_some_and(|flags| flags & KEYED == 0)
}

/// Any bit of another attribute, in either byte order.
const ANY: u16 = u16::MAX;

/// The rows that tables of `IFLA_GRE_*` begin with.
static GRE_ENDS: &[Known] = &[
    known(IFLA_GRE_COLLECT_METADATA, "external", Flag),
    known(IFLA_GRE_REMOTE, "remote", Read(endpoint)),
    known(IFLA_GRE_LOCAL, "local", Read(endpoint)),
    known(IFLA_GRE_LINK, "link", NonZero(&Link)),
    known(IFLA_GRE_TTL, "ttl", U8),
];

/// Parts of the headers of each direction.
static GRE_HEADERS: &[Known] = &[
    known(IFLA_GRE_IKEY, "ikey", Where(IFLA_GRE_IFLAGS, KEYED, &Ip)),
    known(IFLA_GRE_OKEY, "okey", Where(IFLA_GRE_OFLAGS, KEYED, &Ip)),
    known(IFLA_GRE_IFLAGS, "i", As(gre_flags)),
    known(IFLA_GRE_OFLAGS, "o", As(gre_flags)),
];

/// Rows that ERSPAN adds, and the encapsulation. The kernel keeps flags without an encapsulation, too.
static GRE_MORE: &[Known] = &[
    known(IFLA_GRE_ERSPAN_INDEX, "erspan_index", U32),
    known(IFLA_GRE_ERSPAN_VER, "erspan_ver", U8),
    known(IFLA_GRE_ERSPAN_DIR, "erspan_dir", Word(ERSPAN_DIRS)),
    known(IFLA_GRE_ERSPAN_HWID, "erspan_hwid", Hex),
    known(IFLA_GRE_ENCAP_TYPE, "encap_type", NonZero(&Word(ENCAP))),
    known(
        IFLA_GRE_ENCAP_FLAGS,
        "encap_flags",
        Where(IFLA_GRE_ENCAP_TYPE, ANY, &NonZero(&Hex)),
    ),
    known(IFLA_GRE_ENCAP_SPORT, "encap_sport", NonZero(&Be16)),
    known(IFLA_GRE_ENCAP_DPORT, "encap_dport", NonZero(&Be16)),
];

const ERSPAN_DIRS: &[(u8, &str)] = &[(0, "ingress"), (1, "egress")];

/// Attributes of a gre, gretap or erspan.
pub static GRE: &[Known] = &[
    rows(GRE_ENDS),
    known(IFLA_GRE_TOS, "tos", NonZero(&Hex)),
    known(IFLA_GRE_PMTUDISC, "pmtudisc", Bool),
    known(IFLA_GRE_IGNORE_DF, "ignore_df", NonZero(&Bool)),
    rows(GRE_HEADERS),
    known(IFLA_GRE_FWMARK, "fwmark", NonZero(&Hex)),
    rows(GRE_MORE),
];

/// `IP6_TNL_F_*` of `include/uapi/linux/ip6_tunnel.h`: no limit of encapsulation is put into packets, and the traffic
/// class and the flow label are those of the packet inside.
const IGNORES_LIMIT: u32 = 0x1;
const INHERITS_CLASS: u32 = 0x2;
const INHERITS_LABEL: u32 = 0x4;

/// All of `IP6_TNL_F_*`.
const IP6_FLAGS: &[(u32, &str)] = &[
    (IGNORES_LIMIT, "ip6_tnl_f_ign_encap_limit"),
    (INHERITS_CLASS, "ip6_tnl_f_use_orig_tclass"),
    (INHERITS_LABEL, "ip6_tnl_f_use_orig_flowlabel"),
    (0x8, "ip6_tnl_f_mip6_dev"),
    (0x10, "ip6_tnl_f_rcv_dscp_copy"),
    (0x20, "ip6_tnl_f_use_orig_fwmark"),
    (0x40, "ip6_tnl_f_allow_local_remote"),
];

/// `IP6_TNL_F_CAP_*` of `include/net/ip6_tunnel.h`, which the kernel notes for itself: whether packets may be sent and
/// received between the two ends.
const IP6_CAPABILITIES: u32 = 0x7_0000;

/// Attributes of an ip6gre, ip6gretap or ip6erspan.
pub static IP6GRE: &[Known] = &[
    rows(GRE_ENDS),
    known(
        IFLA_GRE_ENCAP_LIMIT,
        "encap_limit",
        Unless(IFLA_GRE_FLAGS, IGNORES_LIMIT, &U8),
    ),
    known(
        IFLA_GRE_FLOWINFO,
        "tclass",
        Unless(IFLA_GRE_FLAGS, INHERITS_CLASS, &As(class)),
    ),
    known(
        IFLA_GRE_FLOWINFO,
        "flowlabel",
        Unless(IFLA_GRE_FLAGS, INHERITS_LABEL, &As(label)),
    ),
    known(IFLA_GRE_FLAGS, "flags", As(ip6_flags)),
    known(IFLA_GRE_FWMARK, "fwmark", NonZero(&Hex)),
    rows(GRE_HEADERS),
    rows(GRE_MORE),
];

/// The rows of both ends in tables of `IFLA_IPTUN_*`.
static IPTUN_ENDS: &[Known] = &[
    known(IFLA_IPTUN_REMOTE, "remote", Read(endpoint)),
    known(IFLA_IPTUN_LOCAL, "local", Read(endpoint)),
    known(IFLA_IPTUN_LINK, "link", NonZero(&Link)),
    known(IFLA_IPTUN_TTL, "ttl", U8),
];

/// The firewall mark and the encapsulation. The kernel keeps flags without an encapsulation, too.
static IPTUN_MORE: &[Known] = &[
    known(IFLA_IPTUN_FWMARK, "fwmark", NonZero(&Hex)),
    known(IFLA_IPTUN_ENCAP_TYPE, "encap_type", NonZero(&Word(ENCAP))),
    known(
        IFLA_IPTUN_ENCAP_FLAGS,
        "encap_flags",
        Where(IFLA_IPTUN_ENCAP_TYPE, ANY, &NonZero(&Hex)),
    ),
    known(IFLA_IPTUN_ENCAP_SPORT, "encap_sport", NonZero(&Be16)),
    known(IFLA_IPTUN_ENCAP_DPORT, "encap_dport", NonZero(&Be16)),
];

/// Attributes of an ipip or sit.
pub static IPTUN: &[Known] = &[
    known(IFLA_IPTUN_COLLECT_METADATA, "external", Flag),
    known(
        IFLA_IPTUN_PROTO,
        "proto",
        Word(&[(0, "any"), (4, "ipip"), (41, "ip6ip"), (137, "mplsip")]),
    ),
    rows(IPTUN_ENDS),
    known(IFLA_IPTUN_TOS, "tos", NonZero(&Hex)),
    known(IFLA_IPTUN_PMTUDISC, "pmtudisc", Bool),
    known(IFLA_IPTUN_FLAGS, "isatap", NonZero(&Read(isatap))),
    known(IFLA_IPTUN_6RD_PREFIX, "prefix", NonZero(&Ip)),
    known(IFLA_IPTUN_6RD_PREFIXLEN, "prefixlen", NonZero(&U16)),
    known(IFLA_IPTUN_6RD_RELAY_PREFIX, "relay_prefix", NonZero(&Ip)),
    known(
        IFLA_IPTUN_6RD_RELAY_PREFIXLEN,
        "relay_prefixlen",
        NonZero(&U16),
    ),
    rows(IPTUN_MORE),
];

/// Attributes of an ip6tnl.
pub static IP6TNL: &[Known] = &[
    known(IFLA_IPTUN_COLLECT_METADATA, "external", Flag),
    known(
        IFLA_IPTUN_PROTO,
        "proto",
        Word(&[(0, "any"), (4, "ipip6"), (41, "ip6ip6")]),
    ),
    rows(IPTUN_ENDS),
    known(
        IFLA_IPTUN_ENCAP_LIMIT,
        "encap_limit",
        Unless(IFLA_IPTUN_FLAGS, IGNORES_LIMIT, &U8),
    ),
    known(
        IFLA_IPTUN_FLOWINFO,
        "tclass",
        Unless(IFLA_IPTUN_FLAGS, INHERITS_CLASS, &As(class)),
    ),
    known(
        IFLA_IPTUN_FLOWINFO,
        "flowlabel",
        Unless(IFLA_IPTUN_FLAGS, INHERITS_LABEL, &As(label)),
    ),
    known(IFLA_IPTUN_FLAGS, "flags", As(ip6_flags)),
    rows(IPTUN_MORE),
];

/// Whether packets may be fragmented: `VXLAN_DF_*`, `GENEVE_DF_*`.
pub const DF: &[(u8, &str)] = &[(0, "unset"), (1, "set"), (2, "inherit")];

/// `TUNNEL_ENCAP_*`.
const ENCAP: &[(u8, &str)] = &[(1, "fou"), (2, "gue"), (3, "mpls")];

/// Tells the ports to send from, `struct ifla_vxlan_port_range` or `ifla_geneve_port_range`.
pub fn ports(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let (low, high) = value.split_at_checked(2)?;
    let [low, high] = [be16(low)?, be16(high)?];

    out.open(key, Nest::Object);
    out.field("low", Value::Number(low.into()));
    out.field("high", Value::Number(high.into()));
    out.close();
    Some(())
}

/// Reads an end of the tunnel.
fn endpoint(value: &[u8]) -> Option<Value<'_>> {
    match ip(value)? {
        address if address.is_unspecified() => Some(Value::Word("any")),
        address => Some(Value::Ip(address)),
    }
}

/// Tells what the headers of a direction have (`GRE_*`); `way` is that direction, `i` or `o`. Keys
/// are told as such, see [`KEYED`].
fn gre_flags(way: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let flags = be16(value)?;

    for (bit, what) in [(0x1000, "seq"), (0x8000, "csum")] {
        if flags & bit != 0 {
            out.field(&format!("{way}{what}"), Value::Bool(true));
        }
    }
    Some(())
}

/// Tells the traffic class in the first word of a header of IPv6.
fn class(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let class = be32(value)? >> 20 & 0xff;

    out.field(key, Value::Word(&format!("{class:#04x}")));
    Some(())
}

/// Tells the flow label in the first word of a header of IPv6.
fn label(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let label = be32(value)? & 0xf_ffff;

    out.field(key, Value::Word(&format!("{label:#07x}")));
    Some(())
}

/// Tells each flag that is set of a tunnel through IPv6 as a key of its own.
fn ip6_flags(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let rest = flag_fields(out, u32(value)?, IP6_FLAGS, Value::Bool(true)) & !IP6_CAPABILITIES;
    if rest != 0 {
        out.field(key, Value::Hex(rest.into()));
    }
    Some(())
}

/// Reads whether it is an ISATAP tunnel, the one flag there is (`SIT_ISATAP`).
fn isatap(value: &[u8]) -> Option<Value<'_>> {
    (u16(value)? == 1).then_some(Value::Bool(true))
}
