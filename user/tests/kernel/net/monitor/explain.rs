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
    /// The keys that lead to what differs; none where there is no object like it.
    pub path: Option<String>,
    pub words: String,
}

/// Returns how what was told differs from what is there: key by key, and objects that have nothing like them.
pub fn explain(told: &[String], there: &[String]) -> Vec<Difference> {
    let parse = |objects: &[String]| -> Vec<Value> {
        let parsed = objects.iter().map(|object| serde_json::from_str(object));
        parsed.collect::<Result<_, _>>().unwrap()
    };
    let (told, mut there) = (parse(told), parse(there));
    let mut all = Vec::new();
    for told in told {
        match closest(&told, &there) {
            Some(at) => all.extend(differences(&told, &there.remove(at))),
            None => all.push(Difference::of("only told", told)),
        }
    }
    let only_there = there
        .into_iter()
        .map(|there| Difference::of("only there", there));
    all.extend(only_there);
    all
}

impl Difference {
    /// Returns the difference of a whole object.
    pub fn of(how: &str, object: Value) -> Self {
        Self {
            words: format!("{how}: {object}"),
            path: None,
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
    let likeness = objects.iter().map(common).enumerate();
    let (at, most) = likeness.max_by_key(|(_, common)| *common)?;

    (most * 5 >= flat.len() * 3 && same_identity(object, &objects[at])).then_some(at)
}

fn same_identity(one: &Value, other: &Value) -> bool {
    let is_same = |key: &&&str| one.get(**key) == other.get(**key);
    IDENTITY.iter().filter(|key| !is_same(key)).count() < 2
}

/// Returns the keys in which both differ.
pub fn differences(told: &Value, there: &Value) -> Vec<Difference> {
    let which = IDENTITY
        .iter()
        .filter(|key| !there[**key].is_null())
        .map(|key| format!("{key}={}", there[*key]));
    let which = which.collect::<Vec<_>>().join(" ");
    let [flat, other] = [told, there].map(flatten);
    let none = "nothing".to_owned();
    let new = other.keys().filter(|path| !flat.contains_key(*path));
    let one = |path: &String| {
        let [told, is] = [&flat, &other].map(|flat| flat.get(path).unwrap_or(&none));
        (told != is).then(|| Difference {
            object: there.clone(),
            path: Some(path.clone()),
            words: format!("{path} is told to be {told}, and is {is} ({which})"),
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
        other => drop(flat.insert(path.to_owned(), other.to_string())),
    }
}
