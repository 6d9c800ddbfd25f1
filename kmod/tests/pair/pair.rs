// SPDX-License-Identifier: GPL-2.0

//! Has two families, for the tests.

pub mod family;
pub mod netlink;
pub mod uapi;
pub mod wire;

/// Hides the crate from whoever does not begin its name with `::`, as macros of the layer do, but for what `module!` of
/// Linux 6.12 names without.
#[allow(unused_imports)] // Later kernels need none of it.
mod kernel {
    pub(crate) use ::kernel::{
        bindings,
        types,
        ThisModule, //
    };
}

module_family! {
    types: [family::First, family::Second],
    name: "pair",
    description: "Has a family of the first network namespace, and another one",
    license: "GPL",
}
