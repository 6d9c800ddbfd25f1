// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Comparison of an answer with another.

use super::differences::{Differences, How};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Result of a comparison.
#[derive(Default)]
pub struct Comparison {
    objects: usize,
    fields: usize,
    wrong: Vec<String>,
}

impl Comparison {
    /// Compares the client's answer with those that iproute2 gave before and after it: what moves is
    /// between them. Objects are the same that have the same fields `key`.
    pub fn of(
        ours: &Value,
        theirs: [&Value; 2],
        key: &[&str],
        differences: &mut Differences,
    ) -> Self {
        let mut comparison = Self::default();
        let mut ours = by_key(ours, key);
        let [mut before, mut after] = theirs.map(|answer| by_key(answer, key));
        let keys: BTreeSet<_> = ours.keys().chain(before.keys()).cloned().collect();

        for key in keys {
            let theirs = [before.remove(&key), after.remove(&key)];
            match (ours.remove(&key), theirs) {
                (Some(ours), [Some(before), Some(after)]) => {
                    comparison.objects += 1;
                    let mut walk = Walk::new(&key, &mut comparison, differences);
                    walk.object(ours, [before, after]);
                }
                (ours, theirs) => comparison.wrong.push(format!("{key}: {ours:?} {theirs:?}")),
            }
        }
        comparison
    }

    /// Adds what came of another one.
    pub fn add(&mut self, other: Self) {
        self.objects += other.objects;
        self.fields += other.fields;
        self.wrong.extend(other.wrong);
    }

    /// Says whether both are the same but for listed differences.
    pub fn is_same(&self) -> bool {
        self.objects > 0 && self.wrong.is_empty()
    }

    /// Asserts that they are.
    pub fn assert_same(&self) {
        let wrong = &self.wrong;
        assert!(
            wrong.is_empty(),
            "{} differences:\n{}",
            wrong.len(),
            wrong.join("\n")
        );
        assert!(self.objects > 0, "nothing to compare");
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} objects, {} fields", self.objects, self.fields)
    }
}

/// The objects of `answer` by their key, with a number for those that share one. Some of iproute2
/// are empty: they stand for what was left out.
fn by_key<'a>(answer: &'a Value, key: &[&str]) -> BTreeMap<String, &'a Map<String, Value>> {
    let mut objects = BTreeMap::new();
    let all = answer.as_array().expect("not an array").iter();

    for object in all.map(|object| object.as_object().expect("not an object")) {
        let words: Vec<_> = key
            .iter()
            .map(|name| object.get(*name).map_or(String::new(), Value::to_string))
            .collect();
        let words = words.join(" ");
        let number = (1..)
            .find(|number| !objects.contains_key(&format!("{words} #{number}")))
            .unwrap();
        objects.insert(format!("{words} #{number}"), object);
    }
    objects
}

/// The way through two objects at once.
struct Walk<'a> {
    key: &'a str,
    path: Vec<String>,
    comparison: &'a mut Comparison,
    differences: &'a mut Differences,
}

type Both<'a, T> = [&'a T; 2];

impl<'a> Walk<'a> {
    fn new(key: &'a str, comparison: &'a mut Comparison, differences: &'a mut Differences) -> Self {
        Self {
            key,
            path: Vec::new(),
            comparison,
            differences,
        }
    }

    fn object(&mut self, ours: &Map<String, Value>, theirs: Both<'_, Map<String, Value>>) {
        let names: BTreeSet<_> = ours.keys().chain(theirs[0].keys()).collect();

        for name in names {
            self.path.push(of_kind(name, ours));
            match (ours.get(name), theirs[0].get(name), theirs[1].get(name)) {
                (Some(ours), Some(before), Some(after)) => self.value(ours, [before, after]),
                (Some(ours), None, _) => self.differ(How::Added, ours, &Value::Null),
                (None, Some(theirs), _) => self.differ(How::Left, &Value::Null, theirs),
                (ours, ..) => self.wrong(format!("{ours:?}, and it moves")),
            }
            self.path.pop();
        }
    }

    fn value(&mut self, ours: &Value, theirs: Both<'_, Value>) {
        if ours != theirs[0] && self.differences.has(&self.path.join("."), How::Other) {
            return;
        }
        match (ours, theirs) {
            (Value::Object(ours), [Value::Object(before), Value::Object(after)]) => {
                self.object(ours, [before, after]);
            }
            (Value::Array(ours), [Value::Array(before), Value::Array(after)])
                if ours.len() == before.len() && ours.len() == after.len() =>
            {
                for ((ours, before), after) in ours.iter().zip(before).zip(after) {
                    self.value(ours, [before, after]);
                }
            }
            _ => {
                self.comparison.fields += 1;
                if !is_between(ours, theirs) {
                    self.differ(How::Other, ours, theirs[0]);
                }
            }
        }
    }

    fn differ(&mut self, how: How, ours: &Value, theirs: &Value) {
        if !self.differences.has(&self.path.join("."), how) {
            self.wrong(format!("{how:?}: {ours} and {theirs}"));
        }
    }

    fn wrong(&mut self, what: String) {
        let line = format!("{}: {}: {what}", self.key, self.path.join("."));
        self.comparison.wrong.push(line);
    }
}

/// The name of a field: the data of a link, or of a port, are named for the kind of it.
fn of_kind(name: &str, fields: &Map<String, Value>) -> String {
    let kind = match name {
        "info_data" => fields.get("info_kind"),
        "info_slave_data" => fields.get("info_slave_kind"),
        _ => None,
    };

    match kind.and_then(Value::as_str) {
        Some(kind) => format!("{name}[{kind}]"),
        None => name.to_owned(),
    }
}

/// Says whether `ours` is one of `theirs`, or a number between them.
fn is_between(ours: &Value, theirs: Both<'_, Value>) -> bool {
    let [before, after] = theirs.map(Value::as_f64);

    theirs.contains(&ours)
        || match (ours.as_f64(), before, after) {
            (Some(ours), Some(before), Some(after)) => {
                before.min(after) <= ours && ours <= before.max(after)
            }
            _ => false,
        }
}
