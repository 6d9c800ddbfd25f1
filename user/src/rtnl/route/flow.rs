// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Realms: what a route counts as, for classifiers.

use crate::object::attrs::u32;
use crate::object::{Fields, Names, Nest, Value};

/// Tells the realms in `value`: that of the source, if there is one, and that of the destination.
pub fn describe(value: &[u8], names: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let (from, to) = split(u32(value)?);

    out.open("flow", Nest::Object);
    if from != 0 {
        out.field("from", name(names, from));
    }
    out.field("to", name(names, to));
    out.close();
    Some(())
}

/// Returns the realms of the source and the destination.
pub fn split(flow: u32) -> (u32, u32) {
    (flow >> 16, flow & 0xffff)
}

/// Returns the name of a realm.
pub fn name(names: &mut Names, realm: u32) -> Value<'_> {
    names.numbers().realms.name(realm)
}
