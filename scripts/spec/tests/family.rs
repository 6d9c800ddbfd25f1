// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The generator of a family: what it takes and makes, and what it refuses in which words.
//!
//! `demo/` is the tree of a family with some of everything. Its generated client is compiled here,
//! and finds what it imports in the root of this crate.

#[allow(dead_code)] // Tests need not use all that is made.
#[path = "family/demo/user/src/demo/proto.rs"]
mod demo;
#[path = "family/refused.rs"]
mod refused;
#[path = "family/taken.rs"]
mod taken;
#[allow(dead_code)] // Tests need not use all that is made.
#[path = "family/demo/kmod/uapi.rs"]
mod uapi;

use nlhello::{netlink, wire};
use nlhello_spec::family::Family;
use nlhello_spec::yaml::Document;

/// A family with some of everything.
const DESCRIPTION: &str = include_str!("family/demo/kmod/uapi/demo.yaml");

/// Returns the family that `text` describes, or what is wrong with it.
fn read(text: &str) -> Result<Family, String> {
    let family = Document::parse(text).and_then(|document| Family::from_node(document.root()));

    family.map_err(|error| error.within("demo.yaml").to_string())
}

/// Returns the description with `new` in the place of `old`, which is there once.
fn changed(old: &str, new: &str) -> String {
    assert_eq!(DESCRIPTION.matches(old).count(), 1, "{old:?}");

    DESCRIPTION.replace(old, new)
}
