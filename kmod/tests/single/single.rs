// SPDX-License-Identifier: GPL-2.0

//! Refuses to be in more than one network namespace, for the tests.

pub mod family;
pub mod netlink;
pub mod wire;

module_family! {
    type: family::Single,
    name: "single",
    description: "Has a state for one network namespace",
    license: "GPL",
}
