// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Programs of XDP on a link: `IFLA_XDP_*`.

use crate::names::uapi::*;
use crate::object::attrs::{u32, u8, Index};
use crate::object::{Fields, Names, Nest, Value};

/// Size of `IFLA_XDP_ATTACHED` alone, in bytes.
const NOTHING: usize = 8;

/// The modes that a program can be in (`XDP_ATTACHED_*`), and the attribute of its id, in the order of
/// `ip`.
const MODES: [(u8, u16); 3] = [
    (2, IFLA_XDP_SKB_PROG_ID),
    (1, IFLA_XDP_DRV_PROG_ID),
    (3, IFLA_XDP_HW_PROG_ID),
];

/// Tells which programs there are, if there are any.
pub fn describe(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let index = Index::new(value);
    let mut attrs = index.taker();
    let mode = attrs.take(IFLA_XDP_ATTACHED, u8)?;
    if mode == 0 {
        // Without a program, the kernel sends no other attribute.
        return (value.len() == NOTHING).then_some(());
    }

    out.open(key, Nest::Object);
    out.field("mode", Value::Number(mode.into()));
    describe_program(attrs.take(IFLA_XDP_PROG_ID, u32), out);
    out.open("attached", Nest::Array);
    for (mode, kind) in MODES {
        if let Some(id) = attrs.take(kind, u32) {
            out.open_item(Nest::Object);
            out.field("mode", Value::Number(mode.into()));
            describe_program(Some(id), out);
            out.close();
        }
    }
    out.close();
    attrs.finish(out);
    out.close();
    Some(())
}

fn describe_program(id: Option<u32>, out: &mut dyn Fields) {
    if let Some(id) = id {
        out.open("prog", Nest::Object);
        out.field("id", Value::Number(id.into()));
        out.close();
    }
}
