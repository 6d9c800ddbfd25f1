// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The generator of a family: what it takes and makes, and what it refuses in which words.

#[path = "family/refused.rs"]
mod refused;
#[path = "family/taken.rs"]
mod taken;

use nlhello_spec::family::Family;
use nlhello_spec::yaml::Document;

/// A family with some of everything.
const DESCRIPTION: &str = include_str!("family/demo.yaml");

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
