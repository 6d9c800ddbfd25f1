// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Links on top of another one: VLANs (`IFLA_VLAN_*`) and further addresses (`IFLA_MACVLAN_*`).
//!
//! C headers: `include/uapi/linux/if_link.h` and `if_vlan.h`.

use crate::names::uapi::*;
use crate::object::attrs::{be16, u16, u32s};
use crate::object::fields::{flag_fields, flags, objects};
use crate::object::schema::Format::{As, Items, Lladdr, Word, I32, U16, U32};
use crate::object::schema::{known, Known};
use crate::object::{Fields, Names, Value};
use crate::wire::Attrs;

/// Attributes of a VLAN.
pub static VLAN: &[Known] = &[
    known(IFLA_VLAN_PROTOCOL, "protocol", As(protocol)),
    known(IFLA_VLAN_ID, "id", U16),
    known(IFLA_VLAN_FLAGS, "flags", As(vlan_flags)),
    known(IFLA_VLAN_INGRESS_QOS, "ingress_qos", As(qos)),
    known(IFLA_VLAN_EGRESS_QOS, "egress_qos", As(qos)),
];

/// Attributes of a macvlan or macvtap.
pub static MACVLAN: &[Known] = &[
    known(
        IFLA_MACVLAN_MODE,
        "mode",
        Word(&[
            (1, "private"),
            (2, "vepa"),
            (4, "bridge"),
            (8, "passthru"),
            (16, "source"),
        ]),
    ),
    known(IFLA_MACVLAN_FLAGS, "flags", As(macvlan_flags)),
    known(IFLA_MACVLAN_BC_QUEUE_LEN, "bcqueuelen", U32),
    known(IFLA_MACVLAN_BC_QUEUE_LEN_USED, "usedbcqueuelen", U32),
    known(IFLA_MACVLAN_BC_CUTOFF, "bclim", I32),
    known(IFLA_MACVLAN_MACADDR_COUNT, "macaddr_count", U32),
    known(IFLA_MACVLAN_MACADDR_DATA, "macaddr_data", Items(&Lladdr)),
];

/// Tells an EtherType that VLANs go by.
pub fn protocol(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    match be16(value)? {
        0x8100 => out.field(key, Value::Word("802.1Q")),
        0x88a8 => out.field(key, Value::Word("802.1ad")),
        other => out.field(key, Value::Word(&format!("[{other}]"))),
    }
    Some(())
}

/// Tells `struct ifla_vlan_flags`: the flags, and a mask that is of use only in requests.
fn vlan_flags(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let (set, _) = value.split_first_chunk::<4>()?;

    flags(out, key, u32::from_ne_bytes(*set), VLAN_FLAGS);
    Some(())
}

/// `VLAN_FLAG_*`.
const VLAN_FLAGS: &[(u32, &str)] = &[
    (0x1, "REORDER_HDR"),
    (0x2, "GVRP"),
    (0x8, "MVRP"),
    (0x4, "LOOSE_BINDING"),
    (0x10, "BRIDGE_BINDING"),
];

/// Tells how priorities become others, each a `struct ifla_vlan_qos_mapping`.
fn qos(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let mappings = || Attrs::new(value).map(|attr| u32s::<2>(attr.ok()?.value()));

    objects(out, key, mappings, |[from, to], out| {
        out.field("from", Value::Number(from.into()));
        out.field("to", Value::Number(to.into()));
    })
}

/// Tells each of `MACVLAN_FLAG_*` that is set.
fn macvlan_flags(_: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let flags = u16(value).filter(|flags| flags & !3 == 0)?;
    let names = [(1, "nopromisc"), (2, "nodst")];

    flag_fields(out, flags.into(), &names, Value::Bool(true));
    Some(())
}
