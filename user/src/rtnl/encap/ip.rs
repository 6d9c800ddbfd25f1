// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Tunnels over IP whose device takes its parameters from the route.

use crate::names::uapi::*;
use crate::object::attrs::be16;
use crate::object::schema::{self, hex, known, Format, Known};
use crate::object::{Fields, Names, Nest, Value};
use crate::wire::Attrs;

/// `LWTUNNEL_IP_*`.
pub const IP: &[Known] = &[
    known(LWTUNNEL_IP_ID, "id", Format::Be64),
    known(LWTUNNEL_IP_SRC, "src", Format::Ip),
    known(LWTUNNEL_IP_DST, "dst", Format::Ip),
    known(LWTUNNEL_IP_TTL, "ttl", Format::U8),
    known(LWTUNNEL_IP_TOS, "tos", Format::U8),
    known(LWTUNNEL_IP_FLAGS, "flags", Format::As(flags)),
    known(LWTUNNEL_IP_OPTS, "opts", Format::As(options)),
];

/// `LWTUNNEL_IP6_*`.
pub const IP6: &[Known] = &[
    known(LWTUNNEL_IP6_ID, "id", Format::Be64),
    known(LWTUNNEL_IP6_SRC, "src", Format::Ip),
    known(LWTUNNEL_IP6_DST, "dst", Format::Ip),
    known(LWTUNNEL_IP6_HOPLIMIT, "hoplimit", Format::U8),
    known(LWTUNNEL_IP6_TC, "tc", Format::U8),
    known(LWTUNNEL_IP6_FLAGS, "flags", Format::As(flags)),
    known(LWTUNNEL_IP6_OPTS, "opts", Format::As(options)),
];

/// `TUNNEL_*` of `include/uapi/linux/if_tunnel.h`.
const FLAGS: &[(u16, &str)] = &[(0x4, "key"), (0x1, "csum"), (0x8, "seq")];

/// Flags that say only that there are options (`TUNNEL_OPTIONS_PRESENT`).
const HAS_OPTIONS: u16 = 0xd800;

/// `LWTUNNEL_IP_OPT_GENEVE_*`.
const GENEVE: &[Known] = &[
    known(LWTUNNEL_IP_OPT_GENEVE_CLASS, "class", Format::Be16),
    known(LWTUNNEL_IP_OPT_GENEVE_TYPE, "type", Format::U8),
    known(LWTUNNEL_IP_OPT_GENEVE_DATA, "data", Format::Bytes),
];

/// `LWTUNNEL_IP_OPT_VXLAN_*`.
const VXLAN: &[Known] = &[known(LWTUNNEL_IP_OPT_VXLAN_GBP, "gbp", Format::U32)];

/// `LWTUNNEL_IP_OPT_ERSPAN_*`.
const ERSPAN: &[Known] = &[
    known(LWTUNNEL_IP_OPT_ERSPAN_VER, "ver", Format::U8),
    known(LWTUNNEL_IP_OPT_ERSPAN_INDEX, "index", Format::Be32),
    known(LWTUNNEL_IP_OPT_ERSPAN_DIR, "dir", Format::U8),
    known(LWTUNNEL_IP_OPT_ERSPAN_HWID, "hwid", Format::U8),
];

/// Tells each flag that is set as a key of its own, and those without a name together.
fn flags(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let mut rest = be16(value)? & !HAS_OPTIONS;
    for (flag, name) in FLAGS {
        if rest & flag != 0 {
            out.field(name, Value::Bool(true));
            rest &= !flag;
        }
    }
    if rest != 0 {
        out.field(key, hex(rest.into()));
    }
    Some(())
}

/// Tells the options, which are of one kind (`LWTUNNEL_IP_OPTS_*`), beside the other keys.
fn options(_: &str, value: &[u8], names: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let mut attrs = Attrs::new(value);
    let (Some(Ok(attr)), None) = (attrs.next(), attrs.next()) else {
        return None;
    };

    match attr.kind() {
        1 => geneve("geneve_opts", attr.value(), names, out),
        2 => list_of_one("vxlan_opts", attr.value(), VXLAN, names, out),
        3 => list_of_one("erspan_opts", attr.value(), ERSPAN, names, out),
        _ => return None,
    }
    Some(())
}

/// Tells options that follow each other, three attributes each.
fn geneve(key: &str, value: &[u8], names: &mut Names, out: &mut dyn Fields) {
    out.open(key, Nest::Array);
    let mut rest = value;
    while !rest.is_empty() {
        let (option, next) = rest.split_at(option_len(rest));
        item(option, GENEVE, names, out);
        rest = next;
    }
    out.close();
}

/// Returns where the option at the start of `bytes` ends, that is where the next one begins.
fn option_len(bytes: &[u8]) -> usize {
    let mut attrs = Attrs::new(bytes);
    attrs.next();

    loop {
        let at = bytes.len() - attrs.rest().len();
        match attrs.next() {
            Some(Ok(attr)) if attr.kind() != LWTUNNEL_IP_OPT_GENEVE_CLASS => {}
            Some(Ok(_)) => return at,
            _ => return bytes.len(),
        }
    }
}

fn list_of_one(key: &str, value: &[u8], table: &[Known], names: &mut Names, out: &mut dyn Fields) {
    out.open(key, Nest::Array);
    item(value, table, names, out);
    out.close();
}

fn item(value: &[u8], table: &[Known], names: &mut Names, out: &mut dyn Fields) {
    out.open_item(Nest::Object);
    schema::describe(value, table, names, out);
    out.close();
}
