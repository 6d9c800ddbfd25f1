// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Checks of attributes' values.

use super::super::keys::{check_keys, is_true, place, Refused};
use super::super::unknown;
use crate::family::model::{
    AttrKind, Check, CheckWord, ConstValue, Definition, EnumType, Family, Limit, Number,
};
use crate::yaml::Node;
use crate::Result;
use CheckWord::{ExactLen, Mask, Max, MaxLen, Min, MinLen};

/// Most bytes of an attribute's value.
const NLA_MAX_VALUE: i128 = u16::MAX as i128 - 4;

const WORDS: [CheckWord; 6] = [Min, Max, MinLen, MaxLen, ExactLen, Mask];

const REFUSED: Refused = &[("unterminated-ok", "a string ends in its only NUL")];

/// Reads the checks of an attribute of this `kind`: those that stand there, or those of its enum.
pub fn read(node: Node<'_>, kind: &AttrKind, family: &Family) -> Result<Vec<Check>> {
    let of_enum = match node.get("enum") {
        Some(name) => of_enum(node, name, kind, family)?,
        None if node.get("enum-as-flags").is_some() => {
            return Err(place(node, "enum-as-flags")
                .error("`enum-as-flags` without `enum`: the name of an enum"))
        }
        None => Vec::new(),
    };
    let Some(checks) = node.get("checks") else {
        return Ok(of_enum);
    };
    let allowed = allowed(kind);
    let names: Vec<_> = allowed.iter().map(|word| word.name()).collect();
    let what = format!("`checks` of {}", kind.describe());
    check_keys(checks, &what, &names, REFUSED)?;

    let all = WORDS
        .iter()
        .filter_map(|word| Some((*word, checks.get(word.name())?)))
        .map(|(word, node)| {
            Ok(Check {
                word,
                limit: limit(node, word, kind, family)?,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    check_sense(checks, &all)?;
    Ok(all)
}

/// Returns which checks the layer has for values of this `kind`.
fn allowed(kind: &AttrKind) -> &'static [CheckWord] {
    match kind {
        AttrKind::String => &[MaxLen],
        AttrKind::Binary => &[MinLen, MaxLen, ExactLen],
        AttrKind::Number(number) if number.is_signed => &[Min, Max],
        AttrKind::Number(_) => &[Min, Max, Mask],
        AttrKind::Bitfield32 => &[Mask],
        _ => &[],
    }
}

/// Checks that the limits leave something, and that each says something.
fn check_sense(node: Node<'_>, all: &[Check]) -> Result<()> {
    let value = |word| {
        all.iter()
            .find(|check| check.word == word)
            .map(|check| check.limit.value)
    };

    if value(Mask).is_some() && all.len() > 1 {
        return Err(node.error("`flags-mask` stands alone"));
    }
    if value(ExactLen).is_some() && all.len() > 1 {
        return Err(node.error("`exact-len` stands alone"));
    }
    for (min, max) in [(Min, Max), (MinLen, MaxLen)] {
        if let (Some(least), Some(greatest)) = (value(min), value(max)) {
            if least > greatest {
                return Err(node.error(format!(
                    "`{}` {least} is above `{}` {greatest}",
                    min.name(),
                    max.name()
                )));
            }
        }
    }
    Ok(())
}

fn limit(node: Node<'_>, word: CheckWord, kind: &AttrKind, family: &Family) -> Result<Limit> {
    let limit = match word {
        Mask => mask(node, family)?,
        _ => number(node, family)?,
    };
    let (min, max) = range(word, kind);

    match (min..=max).contains(&limit.value) {
        true => Ok(limit),
        false => Err(node.error(format!(
            "`{}` {} is beyond {}; allowed: {min} to {max}",
            word.name(),
            limit.value,
            kind.describe()
        ))),
    }
}

/// Returns the least and the greatest bound of a check.
fn range(word: CheckWord, kind: &AttrKind) -> (i128, i128) {
    match (word, kind) {
        (Mask, AttrKind::Number(number)) => (1, number.range().1.min(u32::MAX.into())),
        (Mask, _) => (1, u32::MAX.into()),
        (_, AttrKind::Number(number)) => number.range(),
        (_, AttrKind::String) => (0, NLA_MAX_VALUE - 1),
        _ => (0, NLA_MAX_VALUE),
    }
}

/// Reads a number, the name of a constant, maybe with ` - 1` behind it, or a limit such as `u16-max`.
fn number(node: Node<'_>, family: &Family) -> Result<Limit> {
    if let Some(number) = node.as_integer() {
        return Ok(Limit {
            value: number.into(),
            name: None,
        });
    }
    let text = node.as_text().unwrap_or_default();
    if let Some(value) = limit_of_type(&text) {
        return Ok(Limit { value, name: None });
    }
    let (name, added) = match text.strip_suffix(" - 1") {
        Some(name) => (name, -1),
        None => (&*text, 0),
    };
    let Some(constant) = family.constant(name) else {
        return Err(unknown(node, name, "constant", numbers(family)));
    };

    match constant.value {
        ConstValue::Number(number) => Ok(Limit {
            value: i128::from(number + added),
            name: Some((constant.c_name.clone(), added)),
        }),
        ConstValue::Text(_) => Err(unknown(node, name, "number", numbers(family))),
    }
}

/// Returns the names of the constants that are numbers.
fn numbers(family: &Family) -> impl Iterator<Item = &str> {
    family
        .definitions
        .iter()
        .filter_map(|definition| match definition {
            Definition::Const(constant) => match constant.value {
                ConstValue::Number(_) => Some(&*constant.name),
                ConstValue::Text(_) => None,
            },
            Definition::Enum(_) => None,
        })
}

/// Returns the number that a name such as `s32-min` stands for.
fn limit_of_type(text: &str) -> Option<i128> {
    let (name, end) = text.split_once('-')?;
    let bits: u8 = name.get(1..)?.parse().ok()?;
    let number = Number {
        size: [8, 16, 32, 64].contains(&bits).then_some(Some(bits / 8))?,
        is_signed: match name.get(..1)? {
            "u" => false,
            "s" => true,
            _ => return None,
        },
        is_big_endian: false,
    };

    match end {
        "min" => Some(number.range().0),
        "max" => Some(number.range().1),
        _ => None,
    }
}

/// Reads the name of flags, of which all bits are allowed.
fn mask(node: Node<'_>, family: &Family) -> Result<Limit> {
    let name = node.as_text().unwrap_or_default();
    let found = family.enum_type(&name).filter(|flags| flags.is_flags);

    match found {
        Some(flags) => Ok(all_bits(flags)),
        None => {
            let flags = family
                .definitions
                .iter()
                .filter_map(|definition| match definition {
                    Definition::Enum(flags) if flags.is_flags => Some(&*flags.name),
                    _ => None,
                });
            Err(unknown(node, &name, "flags", flags))
        }
    }
}

/// Returns the mask of all bits of `flags`.
fn all_bits(flags: &EnumType) -> Limit {
    Limit {
        value: flags
            .entries
            .iter()
            .fold(0, |all, entry| all | i128::from(entry.value)),
        name: None,
    }
}

/// Returns the checks that follow from the enum `name`, as the kernel's own generator has them.
fn of_enum(node: Node<'_>, name: Node<'_>, kind: &AttrKind, family: &Family) -> Result<Vec<Check>> {
    let text = name.as_text().unwrap_or_default();
    let Some(found) = family.enum_type(&text) else {
        let all = family
            .definitions
            .iter()
            .filter_map(|definition| match definition {
                Definition::Enum(found) => Some(&*found.name),
                Definition::Const(_) => None,
            });
        return Err(unknown(name, &text, "enum", all));
    };
    let check = |word: CheckWord, limit: Limit| {
        if !allowed(kind).contains(&word) {
            let word = word.name();
            return Err(name.error(format!(
                "{} has no `{word}`, which `{text}` is",
                kind.describe()
            )));
        }
        let (min, max) = range(word, kind);
        match (min..=max).contains(&limit.value) {
            true => Ok(Check { word, limit }),
            false => Err(name.error(format!("`{text}` is beyond {}", kind.describe()))),
        }
    };
    if found.is_flags || *kind == AttrKind::Bitfield32 {
        return Ok(vec![check(Mask, all_bits(found))?]);
    }
    if is_true(node, "enum-as-flags")? {
        let value = found
            .entries
            .iter()
            .fold(0, |all, entry| all | 1_i128 << entry.value.min(99));
        return Ok(vec![check(Mask, Limit { value, name: None })?]);
    }
    consecutive(found).map_or(Ok(Vec::new()), |(min, max)| {
        let mut checks = vec![check(Max, max)?];
        if min.value > 0 {
            checks.insert(0, check(Min, min)?);
        }
        Ok(checks)
    })
}

/// Returns the least and the greatest number, where all between them have names.
fn consecutive(found: &EnumType) -> Option<(Limit, Limit)> {
    let least = found.entries.iter().min_by_key(|entry| entry.value)?;
    let greatest = found.entries.iter().max_by_key(|entry| entry.value)?;
    let limit = |value: i64, name: &str| Limit {
        value: value.into(),
        name: Some((name.to_owned(), 0)),
    };

    (greatest.value - least.value + 1 == found.entries.len() as i64).then(|| {
        (
            limit(least.value, &least.c_name),
            limit(greatest.value, &greatest.c_name),
        )
    })
}
