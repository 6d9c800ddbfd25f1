// SPDX-License-Identifier: GPL-2.0

//! Has two families, for the tests.

pub mod family;
pub mod netlink;
pub mod uapi;
pub mod wire;

module_family! {
    types: [family::First, family::Second],
    name: "pair",
    description: "Has a family of the first network namespace, and another one",
    license: "GPL",
}
