// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Stacks of MPLS labels: `struct mpls_label`, `include/uapi/linux/mpls.h`.

use crate::names::uapi::*;
use crate::object::attrs::be32;
use crate::object::schema::Format::{As, U8};
use crate::object::schema::{known, Known};
use crate::object::{Fields, Names, Value};

/// Bit of an entry: it is the last one (`MPLS_LS_S_MASK`).
const LAST: u32 = 0x100;

/// Where the label is in an entry (`MPLS_LS_LABEL_SHIFT`).
const SHIFT: u32 = 12;

/// `MPLS_IPTUNNEL_*`.
pub const MPLS: &[Known] = &[
    known(MPLS_IPTUNNEL_DST, "dst", As(stack)),
    known(MPLS_IPTUNNEL_TTL, "ttl", U8),
];

fn stack(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    out.field(key, Value::Name(labels(value)?.as_bytes()));
    Some(())
}

/// Returns the labels in `value`, the outermost first: `100/200`; `None` where it is no stack.
pub fn labels(value: &[u8]) -> Option<String> {
    let entries: Vec<_> = value.chunks(4).map(be32).collect::<Option<_>>()?;
    let (last, others) = entries.split_last()?;

    let is_stack = last & LAST != 0 && others.iter().all(|entry| entry & LAST == 0);
    let labels = entries.iter().map(|entry| (entry >> SHIFT).to_string());
    is_stack.then(|| labels.collect::<Vec<_>>().join("/"))
}
