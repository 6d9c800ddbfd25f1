// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The numbers in Rust, as bindgen would make them of the header: `uapi.rs`, for both sides.

use super::model::{ConstValue, Definition, Family};
use super::text::{formatted, lower_first, sentence, wrap};
use crate::Result;

/// Longest line of a comment.
const WIDTH: usize = 100;

/// Returns the source of `uapi.rs`.
///
/// # Errors
///
/// When it cannot be formatted.
pub fn numbers(family: &Family, source: &str) -> Result<String> {
    let mut out = format!(
        "// SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note\n\n\
         //! The numbers of the wire contract, made of `uapi/{source}` by `make spec`. `uapi/{}` has\n\
         //! the same for C.\n\n",
        family.c.header
    );
    if let Some(number) = family.protonum {
        let doc = "The protocol: the third argument of `socket(2)`.";
        out += &constant(doc, &family.c.protocol, "u32", &number.to_string());
    }
    definitions(&mut out, family);
    for message in &family.messages {
        let doc = named(&message.name, "", &message.doc);
        out += &constant(&doc, &message.c_name, "u16", &message.value.to_string());
    }
    for set in &family.sets {
        let unspec = format!("{}UNSPEC", set.prefix);
        out += &constant("No attribute.", &unspec, "u16", "0");
        for attr in &set.attrs {
            let doc = named(
                &attr.name,
                &format!(" ({})", attr.kind.describe()),
                &attr.doc,
            );
            out += &constant(&doc, &attr.c_name, "u16", &attr.value.to_string());
        }
    }
    groups(&mut out, family);
    formatted(&out)
}

fn definitions(out: &mut String, family: &Family) {
    for definition in &family.definitions {
        match definition {
            Definition::Const(found) => {
                let doc = named(&found.name, "", &found.doc);
                let (kind, value) = match &found.value {
                    ConstValue::Text(text) => (
                        format!("&[u8; {}]", text.len() + 1),
                        format!("b\"{}\\0\"", text.escape_default()),
                    ),
                    ConstValue::Number(number) => (integer(*number), number.to_string()),
                };
                *out += &constant(&doc, &found.c_name, &kind, &value);
            }
            Definition::Enum(found) => {
                for entry in &found.entries {
                    let doc = named(&found.name, "", &entry.doc);
                    *out += &constant(
                        &doc,
                        &entry.c_name,
                        &integer(entry.value),
                        &entry.value.to_string(),
                    );
                }
            }
        }
    }
}

fn groups(out: &mut String, family: &Family) {
    if family.groups.is_empty() {
        return;
    }
    let unspec = format!("{}_UNSPEC", family.c.group_enum.to_uppercase());
    *out += &constant("No multicast group.", &unspec, "u32", "0");
    for group in &family.groups {
        let doc = format!("Multicast group {}", named(&group.name, "", &group.doc));
        *out += &constant(&doc, &group.c_name, "u32", &group.value.to_string());
    }
}

/// Returns the type that bindgen gives a number.
fn integer(number: i64) -> String {
    let name = if number < 0 { "i32" } else { "u32" };

    name.to_owned()
}

/// Returns a text about `name`, which it begins with.
pub fn named(name: &str, detail: &str, doc: &str) -> String {
    match doc.is_empty() {
        true => format!("`{name}`{detail}."),
        false => format!("`{name}`{detail}: {}", lower_first(&sentence(doc))),
    }
}

fn constant(doc: &str, name: &str, kind: &str, value: &str) -> String {
    let doc = wrap(doc, WIDTH, "/// ", "/// ");

    format!("{doc}\npub const {name}: {kind} = {value};\n")
}
