// SPDX-License-Identifier: GPL-2.0

//! Is in the first network namespace alone, for the tests.

pub mod family;
pub mod netlink;
pub mod wire;

module_family! {
    type: family::First,
    name: "first",
    description: "Is in the first network namespace alone",
    license: "GPL",
}
