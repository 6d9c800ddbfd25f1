// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Tunnels over IP whose device takes its parameters from the route.

use crate::names::uapi::*;
use crate::object::attrs::be16;
use crate::object::fields::flag_fields;
use crate::object::schema::Format::{As, Be16, Be32, Be64, Bytes, Ip, U32, U8};
use crate::object::schema::{self, hex, known, Known};
use crate::object::{Fields, Names, Nest, Value};
use crate::wire::Attrs;

/// `LWTUNNEL_IP_*`.
pub const IP: &[Known] = &[
    known(LWTUNNEL_IP_ID, "id", Be64),
    known(LWTUNNEL_IP_SRC, "src", Ip),
    known(LWTUNNEL_IP_DST, "dst", Ip),
    known(LWTUNNEL_IP_TTL, "ttl", U8),
    known(LWTUNNEL_IP_TOS, "tos", U8),
    known(LWTUNNEL_IP_FLAGS, "flags", As(flags)),
    known(LWTUNNEL_IP_OPTS, "opts", As(options)),
];

/// `LWTUNNEL_IP6_*`.
pub const IP6: &[Known] = &[
    known(LWTUNNEL_IP6_ID, "id", Be64),
    known(LWTUNNEL_IP6_SRC, "src", Ip),
    known(LWTUNNEL_IP6_DST, "dst", Ip),
    known(LWTUNNEL_IP6_HOPLIMIT, "hoplimit", U8),
    known(LWTUNNEL_IP6_TC, "tc", U8),
    known(LWTUNNEL_IP6_FLAGS, "flags", As(flags)),
    known(LWTUNNEL_IP6_OPTS, "opts", As(options)),
];

/// `TUNNEL_*` of `include/uapi/linux/if_tunnel.h`.
const FLAGS: &[(u32, &str)] = &[(0x4, "key"), (0x1, "csum"), (0x8, "seq")];

/// Flags that say only that there are options (`TUNNEL_OPTIONS_PRESENT`).
const HAS_OPTIONS: u16 = 0xd800;

/// `LWTUNNEL_IP_OPT_GENEVE_*`.
const GENEVE: &[Known] = &[
    known(LWTUNNEL_IP_OPT_GENEVE_CLASS, "class", Be16),
    known(LWTUNNEL_IP_OPT_GENEVE_TYPE, "type", U8),
    known(LWTUNNEL_IP_OPT_GENEVE_DATA, "data", Bytes),
];

/// `LWTUNNEL_IP_OPT_VXLAN_*`.
const VXLAN: &[Known] = &[known(LWTUNNEL_IP_OPT_VXLAN_GBP, "gbp", U32)];

/// `LWTUNNEL_IP_OPT_ERSPAN_*`.
const ERSPAN: &[Known] = &[
    known(LWTUNNEL_IP_OPT_ERSPAN_VER, "ver", U8),
    known(LWTUNNEL_IP_OPT_ERSPAN_INDEX, "index", Be32),
    known(LWTUNNEL_IP_OPT_ERSPAN_DIR, "dir", U8),
    known(LWTUNNEL_IP_OPT_ERSPAN_HWID, "hwid", U8),
];

/// Tells each flag that is set as a key of its own, and those without a name together.
fn flags(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let flags = be16(value)? & !HAS_OPTIONS;

    let rest = flag_fields(out, flags.into(), FLAGS, Value::Bool(true));
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
