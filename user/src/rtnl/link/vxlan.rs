// SPDX-License-Identifier: Apache-2.0 OR MIT

//! VXLANs: `IFLA_VXLAN_*`.
//!
//! C header: `include/uapi/linux/if_link.h`.

use super::tunnel::{tell_flowlabel, tell_ports, DF};
use crate::rtnl::attrs::{be64, ip};
use crate::rtnl::schema::{hex, known, Format, Known};
use crate::rtnl::{Fields, Names, Value};

/// Attributes of a VXLAN.
pub static VXLAN: &[Known] = &[
    known(1, "id", Format::U32),
    known(2, "", Format::As(tell_group)),
    known(16, "6", Format::As(tell_group)),
    known(4, "local", Format::NonZero(&Format::Ip)),
    known(17, "local6", Format::NonZero(&Format::Ip)),
    known(3, "link", Format::NonZero(&Format::Link)),
    known(10, "port_range", Format::As(tell_ports)),
    known(15, "port", Format::Be16),
    known(6, "tos", Format::NonZero(&Format::Hex)),
    known(5, "ttl", Format::U8),
    known(28, "ttl_inherit", Format::NonZero(&Format::Bool)),
    known(29, "df", Format::Word(DF)),
    known(26, "label", Format::NonZero(&Format::As(tell_flowlabel))),
    known(
        32,
        "label_policy",
        Format::Word(&[(0, "fixed"), (1, "inherit")]),
    ),
    known(8, "ageing", Format::U32),
    known(9, "limit", Format::NonZero(&Format::U32)),
    known(33, "reserved_bits", Format::As(tell_reserved)),
    known(23, "gbp", Format::Null),
    known(27, "gpe", Format::Null),
    known(25, "external", Format::Bool),
    known(30, "vnifilter", Format::Bool),
    known(7, "learning", Format::Bool),
    known(11, "proxy", Format::Bool),
    known(12, "rsc", Format::Bool),
    known(13, "l2miss", Format::Bool),
    known(14, "l3miss", Format::Bool),
    known(18, "udp_csum", Format::Bool),
    known(19, "udp_zero_csum6_tx", Format::Bool),
    known(20, "udp_zero_csum6_rx", Format::Bool),
    known(21, "remcsum_tx", Format::Bool),
    known(22, "remcsum_rx", Format::Bool),
    known(24, "remcsum_nopartial", Format::Flag),
    known(31, "localbypass", Format::Bool),
    known(34, "mcroute", Format::Bool),
];

/// Tells where packets to unknown stations go: to a group, or to one host; `key` is how that is
/// called further on.
fn tell_group(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
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

fn tell_reserved(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    out.field(key, hex(be64(value)?));
    Some(())
}
