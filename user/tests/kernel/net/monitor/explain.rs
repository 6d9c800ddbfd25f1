// SPDX-License-Identifier: Apache-2.0 OR MIT

//! How objects differ, in words.

use serde_json::Value;
use std::collections::BTreeMap;

/// Keys that say which object it is, for whoever reads of a difference.
const IDENTITY: &[&str] = &[
    "ifname", "mac", "local", "dst", "id", "priority", "table", "dev", "ifindex", "vlan", "family",
];

/// An object by paths of keys.
type Flat = BTreeMap<String, String>;

/// How what was told differs from what is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The object that is there, or that was told where there is none.
    pub object: Value,
    pub how: Differs,
    pub words: String,
}

/// In what way an object differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Differs {
    /// Where these keys lead.
    At(String),
    /// There is none like it among what was told.
    OnlyThere,
    /// There is none like it among what is there.
    OnlyEmitted,
    /// There are as many more or fewer of it.
    InNumber,
}

/// Returns how what was told differs from what is there: key by key, and objects that have nothing like them.
pub fn explain(emitted: &[String], there: &[String]) -> Vec<Difference> {
    let parse = |objects: &[String]| -> Vec<Value> {
        let parsed = objects.iter().map(|object| serde_json::from_str(object));
        parsed.collect::<Result<_, _>>().unwrap()
    };
    let (emitted, mut there) = (parse(emitted), parse(there));
    let mut all = Vec::new();
    for emitted in emitted {
        match closest(&emitted, &there) {
            Some(at) => all.extend(differences(&emitted, &there.remove(at))),
            None => all.push(Difference::of(Differs::OnlyEmitted, "only told", emitted)),
        }
    }
    let only_there = there
        .into_iter()
        .map(|there| Difference::of(Differs::OnlyThere, "only there", there));
    all.extend(only_there);
    all
}

impl Difference {
    /// Returns the difference of a whole object.
    pub fn of(how: Differs, words: &str, object: Value) -> Self {
        Self {
            words: format!("{words}: {object}"),
            how,
            object,
        }
    }
}

/// Returns which of `objects` is most like this one, if most of it is the same.
pub fn closest(object: &Value, objects: &[Value]) -> Option<usize> {
    let flat = flatten(object);
    let common = |other: &Value| {
        let other = flatten(other);
        let is_same = |(path, value): &(&String, &String)| other.get(*path) == Some(*value);
        flat.iter().filter(is_same).count()
    };
    let objects = objects.iter().enumerate();
    let same = objects.filter(|(_, other)| same_identity(object, other));
    let likeness = same.map(|(at, other)| (at, common(other)));
    let (at, most) = likeness.max_by_key(|(_, common)| *common)?;

    (most * 5 >= flat.len() * 3).then_some(at)
}

fn same_identity(one: &Value, other: &Value) -> bool {
    let is_same = |key: &&&str| one.get(**key) == other.get(**key);
    IDENTITY.iter().filter(|key| !is_same(key)).count() < 2
}

/// Returns the keys in which both differ.
pub fn differences(emitted: &Value, there: &Value) -> Vec<Difference> {
    let which = IDENTITY
        .iter()
        .filter(|key| !there[**key].is_null())
        .map(|key| format!("{key}={}", there[*key]));
    let which = which.collect::<Vec<_>>().join(" ");
    let [flat, other] = [emitted, there].map(flatten);
    let none = "nothing".to_owned();
    let new = other.keys().filter(|path| !flat.contains_key(*path));
    let one = |path: &String| {
        let [emitted, is] = [&flat, &other].map(|flat| flat.get(path).unwrap_or(&none));
        (emitted != is).then(|| Difference {
            object: there.clone(),
            how: Differs::At(path.clone()),
            words: format!("{path} is told to be {emitted}, and is {is} ({which})"),
        })
    };
    flat.keys().chain(new).filter_map(one).collect()
}

fn flatten(value: &Value) -> Flat {
    let mut flat = Flat::new();
    put("", value, &mut flat);
    flat
}

fn put(path: &str, value: &Value, flat: &mut Flat) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                let dot = if path.is_empty() { "" } else { "." };
                put(&format!("{path}{dot}{key}"), value, flat);
            }
        }
        // Words of a list have a path each: flags differ one by one.
        Value::Array(items) if items.iter().all(Value::is_string) => {
            for word in items.iter().filter_map(Value::as_str) {
                put(&format!("{path}.{word}"), &Value::Bool(true), flat);
            }
        }
        other => drop(flat.insert(path.to_owned(), other.to_string())),
    }
}
