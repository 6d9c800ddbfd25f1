// SPDX-License-Identifier: Apache-2.0 OR MIT

//! VXLANs: `IFLA_VXLAN_*`.
//!
//! C header: `include/uapi/linux/if_link.h`.

use super::tunnel::{describe_flowlabel, describe_ports, DF};
use crate::names::uapi::*;
use crate::object::attrs::{be64, ip};
use crate::object::schema::{hex, known, Format, Known};
use crate::object::{Fields, Names, Value};

/// Attributes of a VXLAN.
pub static VXLAN: &[Known] = &[
    known(IFLA_VXLAN_ID, "id", Format::U32),
    known(IFLA_VXLAN_GROUP, "", Format::As(describe_group)),
    known(IFLA_VXLAN_GROUP6, "6", Format::As(describe_group)),
    known(IFLA_VXLAN_LOCAL, "local", Format::NonZero(&Format::Ip)),
    known(IFLA_VXLAN_LOCAL6, "local6", Format::NonZero(&Format::Ip)),
    known(IFLA_VXLAN_LINK, "link", Format::NonZero(&Format::Link)),
    known(
        IFLA_VXLAN_PORT_RANGE,
        "port_range",
        Format::As(describe_ports),
    ),
    known(IFLA_VXLAN_PORT, "port", Format::Be16),
    known(IFLA_VXLAN_TOS, "tos", Format::NonZero(&Format::Hex)),
    known(IFLA_VXLAN_TTL, "ttl", Format::U8),
    known(
        IFLA_VXLAN_TTL_INHERIT,
        "ttl_inherit",
        Format::NonZero(&Format::Bool),
    ),
    known(IFLA_VXLAN_DF, "df", Format::Word(DF)),
    known(
        IFLA_VXLAN_LABEL,
        "label",
        Format::NonZero(&Format::As(describe_flowlabel)),
    ),
    known(
        IFLA_VXLAN_LABEL_POLICY,
        "label_policy",
        Format::Word(&[(0, "fixed"), (1, "inherit")]),
    ),
    known(IFLA_VXLAN_AGEING, "ageing", Format::U32),
    known(IFLA_VXLAN_LIMIT, "limit", Format::NonZero(&Format::U32)),
    known(
        IFLA_VXLAN_RESERVED_BITS,
        "reserved_bits",
        Format::As(describe_reserved),
    ),
    known(IFLA_VXLAN_GBP, "gbp", Format::Null),
    known(IFLA_VXLAN_GPE, "gpe", Format::Null),
    known(IFLA_VXLAN_COLLECT_METADATA, "external", Format::Bool),
    known(IFLA_VXLAN_VNIFILTER, "vnifilter", Format::Bool),
    known(IFLA_VXLAN_LEARNING, "learning", Format::Bool),
    known(IFLA_VXLAN_PROXY, "proxy", Format::Bool),
    known(IFLA_VXLAN_RSC, "rsc", Format::Bool),
    known(IFLA_VXLAN_L2MISS, "l2miss", Format::Bool),
    known(IFLA_VXLAN_L3MISS, "l3miss", Format::Bool),
    known(IFLA_VXLAN_UDP_CSUM, "udp_csum", Format::Bool),
    known(
        IFLA_VXLAN_UDP_ZERO_CSUM6_TX,
        "udp_zero_csum6_tx",
        Format::Bool,
    ),
    known(
        IFLA_VXLAN_UDP_ZERO_CSUM6_RX,
        "udp_zero_csum6_rx",
        Format::Bool,
    ),
    known(IFLA_VXLAN_REMCSUM_TX, "remcsum_tx", Format::Bool),
    known(IFLA_VXLAN_REMCSUM_RX, "remcsum_rx", Format::Bool),
    known(
        IFLA_VXLAN_REMCSUM_NOPARTIAL,
        "remcsum_nopartial",
        Format::Flag,
    ),
    known(IFLA_VXLAN_LOCALBYPASS, "localbypass", Format::Bool),
    known(IFLA_VXLAN_MC_ROUTE, "mcroute", Format::Bool),
];

/// Tells where packets to unknown stations go: to a group, or to one host; `key` is how that is
/// called further on.
fn describe_group(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let address = ip(value)?;
    let what = match address.is_multicast() {
        true => "group",
        false => "remote",
    };

    if !address.is_unspecified() {
        out.field(&format!("{what}{key}"), Value::Ip(address));
    }
    Some(())
}

fn describe_reserved(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    out.field(key, hex(be64(value)?));
    Some(())
}
