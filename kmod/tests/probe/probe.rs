// SPDX-License-Identifier: GPL-2.0

//! Uses what the layer offers and the hello family does not, for the tests.
//!
//! It is made as the README says that a family is made: from `hello.rs`, with other names in it,
//! and with `family.rs` and `uapi.rs` of its own.

pub mod family;
pub mod kinds;
pub mod netlink;
pub mod uapi;
pub mod wire;

module_family! {
    type: family::Probe,
    name: "probe",
    description: "Tries out the netlink layer",
    license: "GPL",
}
