// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Types of attributes.

use super::super::keys::{is_true, need, place, text_of};
use crate::family::model::{AttrKind, Number};
use crate::yaml::Node;
use crate::Result;

/// Types that the layer has.
const ALLOWED: &str =
    "unused, flag, string, binary, bitfield32, uint, sint, u8, u16, u32, u64, s8, s16, \
     s32, s64, nest, indexed-array";

/// Reads the form of an attribute, and whether it may be there any number of times.
pub fn read(node: Node<'_>) -> Result<(AttrKind, bool)> {
    let kind = kind(node)?;
    let is_multi = is_true(node, "multi-attr")?;
    if is_multi && matches!(kind, AttrKind::Flag | AttrKind::Unused) {
        return Err(place(node, "multi-attr")
            .error("`multi-attr` of a flag: it is there or not, and not often"));
    }
    check_word(
        node,
        "nested-attributes",
        kind.inside().is_some(),
        "nest, indexed-array",
    )?;
    check_word(
        node,
        "sub-type",
        matches!(kind, AttrKind::Array(_)),
        "indexed-array",
    )?;
    check_word(
        node,
        "byte-order",
        matches!(kind, AttrKind::Number(_)),
        "u16, u32, u64",
    )?;
    check_word(
        node,
        "enum",
        matches!(kind, AttrKind::Number(_) | AttrKind::Bitfield32),
        "numbers, bitfield32",
    )?;
    Ok((kind, is_multi))
}

/// Checks that the word `key` stands only where it means something.
fn check_word(node: Node<'_>, key: &str, is_allowed: bool, of: &str) -> Result<()> {
    match node.get(key) {
        Some(value) if !is_allowed => {
            Err(value.error(format!("`{key}` is of other types; allowed: {of}")))
        }
        _ => Ok(()),
    }
}

fn kind(node: Node<'_>) -> Result<AttrKind> {
    let name = need(node, "type")?;

    match name.as_str() {
        "unused" => Ok(AttrKind::Unused),
        "flag" => Ok(AttrKind::Flag),
        "string" => Ok(AttrKind::String),
        "binary" => Ok(AttrKind::Binary),
        "bitfield32" => Ok(AttrKind::Bitfield32),
        "nest" => need(node, "nested-attributes").map(AttrKind::Nest),
        "indexed-array" => array(node),
        "pad" => Err(place(node, "type")
            .error("`pad` is not supported: a u64 is aligned to 4 bytes, leave it out")),
        "nest-type-value" => Err(place(node, "type").error(
            "`nest-type-value` is not supported: say `indexed-array`, whose numbers mean nothing",
        )),
        "sub-message" => Err(place(node, "type")
            .error("`sub-message` is not supported: an attribute has one form alone")),
        other => match number(other) {
            Some(number) => byte_order(node, number).map(AttrKind::Number),
            None => Err(place(node, "type").error(format!(
                "`{other}` is no type of an attribute; allowed: {ALLOWED}"
            ))),
        },
    }
}

fn array(node: Node<'_>) -> Result<AttrKind> {
    match need(node, "sub-type")?.as_str() {
        "nest" => need(node, "nested-attributes").map(AttrKind::Array),
        other => Err(place(node, "sub-type").error(format!(
            "`indexed-array` of {other} is not supported; allowed: nest"
        ))),
    }
}

/// Returns the form of the numbers of type `name`.
fn number(name: &str) -> Option<Number> {
    let (is_signed, size) = match name {
        "uint" => (false, None),
        "sint" => (true, None),
        _ => {
            let bits: u8 = name.get(1..)?.parse().ok()?;
            let is_signed = match name.get(..1)? {
                "u" => false,
                "s" => true,
                _ => return None,
            };
            (
                is_signed,
                [8, 16, 32, 64].contains(&bits).then_some(Some(bits / 8))?,
            )
        }
    };

    Some(Number {
        size,
        is_signed,
        is_big_endian: false,
    })
}

/// Returns `number` in the byte order that the attribute has.
fn byte_order(node: Node<'_>, number: Number) -> Result<Number> {
    let is_orderly = !number.is_signed && matches!(number.size, Some(2 | 4 | 8));

    match text_of(node, "byte-order")?.as_deref() {
        None => Ok(number),
        Some("big-endian") if is_orderly => Ok(Number {
            is_big_endian: true,
            ..number
        }),
        Some("big-endian") => Err(place(node, "byte-order")
            .error("`byte-order` is of other types; allowed: u16, u32, u64")),
        Some(other) => Err(place(node, "byte-order").error(format!(
            "`byte-order` {other} is not supported; allowed: big-endian"
        ))),
    }
}
