// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Families of which nothing is known but a netlink spec, a YAML file of the kernel's
//! `Documentation/netlink/specs/`.
//!
//! A [`SpecFamily`] is read from the file when it is asked for. [`SpecClient`] sends requests of it and decodes
//! what the kernel answers and tells: values go in and come out as [`SpecValue`], whose JSON is that of the kernel's own
//! client, `tools/net/ynl/pyynl/cli.py`.

mod blame;
mod client;
mod decode;
mod describe;
mod encode;
mod family;
mod read;
mod scalar;
mod value;
mod yaml;

pub use client::{Answers, SpecCall, SpecClient, TableEnd};
pub use describe::AttrLine;
pub use family::{Modes, SpecFamily, SpecGroup, SpecOperation, SpecTransport};
pub use value::{SpecObject, SpecValue};
pub use yaml::YamlError;

#[cfg(test)]
mod tests;
