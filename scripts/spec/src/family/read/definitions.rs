// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Constants, enums and flags.

use super::keys::{check_keys, maps, need, number, place, text_of, Refused};
use crate::family::model::{Const, ConstValue, Definition, EnumEntry, EnumType, Family};
use crate::yaml::Node;
use crate::{upper, Result};

const CONST_KEYS: &[&str] = &["name", "type", "value", "doc"];

const ENUM_KEYS: &[&str] = &[
    "name",
    "type",
    "value-start",
    "entries",
    "doc",
    "enum-name",
    "name-prefix",
];

const ENTRY_KEYS: &[&str] = &["name", "value", "doc"];

const REFUSED: Refused = &[
    (
        "header",
        "all that is named stands in the header that is made",
    ),
    (
        "scope",
        "all that is named stands in the header that is made",
    ),
    ("render-max", "no maximum is defined"),
    ("members", "structs are no attributes of a new family"),
];

/// Reads the definitions into `family`.
pub fn read(root: Node<'_>, family: &mut Family) -> Result<()> {
    for node in maps(root, "definitions")? {
        let definition = definition(node, family)?;
        family.definitions.push(definition);
    }
    Ok(())
}

fn definition(node: Node<'_>, family: &Family) -> Result<Definition> {
    match need(node, "type")?.as_str() {
        "const" => constant(node, family).map(Definition::Const),
        "enum" => enum_type(node, family, false).map(Definition::Enum),
        "flags" => enum_type(node, family, true).map(Definition::Enum),
        "struct" => Err(place(node, "type")
            .error("`type: struct` is not supported: structs are no attributes of a new family")),
        other => Err(place(node, "type").error(format!(
            "`{other}` is no type of a definition; allowed: const, enum, flags"
        ))),
    }
}

fn constant(node: Node<'_>, family: &Family) -> Result<Const> {
    check_keys(node, "constant", CONST_KEYS, REFUSED)?;
    let name = need(node, "name")?;
    let value = node
        .get("value")
        .ok_or_else(|| node.error("`value` is missing: a text or a number"))?;
    let value = match (value.is_text(), value.as_integer()) {
        (true, _) => ConstValue::Text(need(node, "value")?),
        (false, Some(number)) if i32::try_from(number).is_ok() || u32::try_from(number).is_ok() => {
            ConstValue::Number(number)
        }
        (false, Some(_)) => return Err(value.error("`value` of a constant has 32 bits at most")),
        _ => return Err(value.error("`value` is a text or a number")),
    };

    Ok(Const {
        c_name: family.prefix() + &upper(&name),
        value,
        doc: text_of(node, "doc")?.unwrap_or_default(),
        name,
    })
}

fn enum_type(node: Node<'_>, family: &Family, is_flags: bool) -> Result<EnumType> {
    let what = if is_flags { "flags" } else { "enum" };
    check_keys(node, what, ENUM_KEYS, REFUSED)?;
    let name = need(node, "name")?;
    let plain = format!("{}-{name}", family.name);
    let prefix = text_of(node, "name-prefix")?.unwrap_or_else(|| format!("{plain}-"));
    let max = if is_flags { 31 } else { i64::from(u32::MAX) };
    let mut next = number(node, "value-start", 0, max)?.unwrap_or(0);
    let mut entries = Vec::new();
    for entry in maps(node, "entries")? {
        let entry = enum_entry(entry, &prefix, next, max)?;
        next = entry.value + 1;
        entries.push(entry);
    }
    if entries.is_empty() {
        return Err(node.error("`entries` is missing: a list of names"));
    }
    if is_flags {
        entries
            .iter_mut()
            .for_each(|entry| entry.value = 1 << entry.value);
    }

    Ok(EnumType {
        c_name: text_of(node, "enum-name")?
            .unwrap_or(plain)
            .replace('-', "_"),
        doc: text_of(node, "doc")?.unwrap_or_default(),
        name,
        is_flags,
        entries,
    })
}

fn enum_entry(node: Node<'_>, prefix: &str, next: i64, max: i64) -> Result<EnumEntry> {
    let (name, value, doc) = match node.as_text() {
        Some(name) => (name, None, None),
        None => {
            check_keys(node, "entry", ENTRY_KEYS, &[])?;
            let value = number(node, "value", 0, max)?;
            (need(node, "name")?, value, text_of(node, "doc")?)
        }
    };
    let value = value.unwrap_or(next);

    match value <= max {
        true => Ok(EnumEntry {
            c_name: upper(&format!("{prefix}{name}")),
            value,
            doc: doc.unwrap_or_default(),
        }),
        false => Err(node.error(format!("`{name}` is above {max}"))),
    }
}
