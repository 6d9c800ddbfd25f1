// SPDX-License-Identifier: Apache-2.0 OR MIT

//! VXLANs: `IFLA_VXLAN_*`.
//!
//! C header: `include/uapi/linux/if_link.h`.

use super::tunnel::{ports, DF};
use crate::names::uapi::*;
use crate::object::attrs::ip;
use crate::object::schema::Format::{
    As, Be16, Bool, Flag, Hex, HexBe, Ip, Link, NonZero, Null, Wide, Word, U32, U8,
};
use crate::object::schema::{known, Known};
use crate::object::{Fields, Names, Value};

/// Attributes of a VXLAN.
pub static VXLAN: &[Known] = &[
    known(IFLA_VXLAN_ID, "id", U32),
    known(IFLA_VXLAN_GROUP, "", As(group)),
    known(IFLA_VXLAN_GROUP6, "6", As(group)),
    known(IFLA_VXLAN_LOCAL, "local", NonZero(&Ip)),
    known(IFLA_VXLAN_LOCAL6, "local6", NonZero(&Ip)),
    known(IFLA_VXLAN_LINK, "link", NonZero(&Link)),
    known(IFLA_VXLAN_PORT_RANGE, "port_range", As(ports)),
    known(IFLA_VXLAN_PORT, "port", Be16),
    known(IFLA_VXLAN_TOS, "tos", NonZero(&Hex)),
    known(IFLA_VXLAN_TTL, "ttl", U8),
    known(IFLA_VXLAN_TTL_INHERIT, "ttl_inherit", NonZero(&Bool)),
    known(IFLA_VXLAN_DF, "df", Word(DF)),
    known(IFLA_VXLAN_LABEL, "label", NonZero(&HexBe)),
    known(
        IFLA_VXLAN_LABEL_POLICY,
        "label_policy",
        Word(&[(0, "fixed"), (1, "inherit")]),
    ),
    known(IFLA_VXLAN_AGEING, "ageing", U32),
    known(IFLA_VXLAN_LIMIT, "limit", NonZero(&U32)),
    known(IFLA_VXLAN_RESERVED_BITS, "reserved_bits", Wide(8, &HexBe)),
    known(IFLA_VXLAN_GBP, "gbp", Null),
    known(IFLA_VXLAN_GPE, "gpe", Null),
    known(IFLA_VXLAN_COLLECT_METADATA, "external", Bool),
    known(IFLA_VXLAN_VNIFILTER, "vnifilter", Bool),
    known(IFLA_VXLAN_LEARNING, "learning", Bool),
    known(IFLA_VXLAN_PROXY, "proxy", Bool),
    known(IFLA_VXLAN_RSC, "rsc", Bool),
    known(IFLA_VXLAN_L2MISS, "l2miss", Bool),
    known(IFLA_VXLAN_L3MISS, "l3miss", Bool),
    known(IFLA_VXLAN_UDP_CSUM, "udp_csum", Bool),
    known(IFLA_VXLAN_UDP_ZERO_CSUM6_TX, "udp_zero_csum6_tx", Bool),
    known(IFLA_VXLAN_UDP_ZERO_CSUM6_RX, "udp_zero_csum6_rx", Bool),
    known(IFLA_VXLAN_REMCSUM_TX, "remcsum_tx", Bool),
    known(IFLA_VXLAN_REMCSUM_RX, "remcsum_rx", Bool),
    known(IFLA_VXLAN_REMCSUM_NOPARTIAL, "remcsum_nopartial", Flag),
    known(IFLA_VXLAN_LOCALBYPASS, "localbypass", Bool),
    known(IFLA_VXLAN_MC_ROUTE, "mcroute", Bool),
];

/// Tells where packets to unknown stations go: to a group, or to one host; `key` is how that is
/// called further on.
fn group(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
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
