// SPDX-License-Identifier: GPL-2.0

//! Says hello over netlink.
//!
//! [`family`] is the protocol, [`netlink`] the layer below it, [`wire`] the bytes, [`uapi`] the
//! numbers.

pub mod family;
pub mod netlink;
pub mod uapi;
pub mod wire;

module_family! {
    type: family::Hello,
    name: "hello",
    description: "Says hello over netlink, in Rust",
    license: "GPL",
    alias: ["net-pf-16-proto-31", "net-pf-16-proto-16-family-nlhello"],
}
