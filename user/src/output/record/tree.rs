// SPDX-License-Identifier: Apache-2.0 OR MIT

//! An object of the kernel as a tree of values, to be compared with another.

use super::text::push_value;
use nlhello::object::{Fields, Nest, Value};
use serde_json::{Map, Value as Json};

/// Keeps fields as they come: what [`JsonFields`](super::JsonFields) writes, before it is written.
#[derive(Default)]
pub struct Tree {
    fields: Map<String, Json>,
    /// Nests that are open, the last one innermost, each with its key; items of arrays have none.
    open: Vec<(String, Json)>,
}

impl Tree {
    /// Returns the object.
    pub fn into_json(self) -> Json {
        Json::Object(self.fields)
    }

    fn put(&mut self, key: String, value: Json) {
        match self.open.last_mut() {
            Some((_, Json::Array(items))) => items.push(value),
            Some((_, Json::Object(fields))) => drop(fields.insert(key, value)),
            _ => drop(self.fields.insert(key, value)),
        }
    }
}

impl Fields for Tree {
    fn field(&mut self, key: &str, value: Value<'_>) {
        self.put(key.to_owned(), json_of(value));
    }

    fn item(&mut self, value: Value<'_>) {
        self.put(String::new(), json_of(value));
    }

    fn open(&mut self, key: &str, nest: Nest) {
        let nest = match nest {
            Nest::Object => Json::Object(Map::new()),
            Nest::Array => Json::Array(Vec::new()),
        };

        self.open.push((key.to_owned(), nest));
    }

    fn open_item(&mut self, nest: Nest) {
        self.open("", nest);
    }

    fn close(&mut self) {
        if let Some((key, nest)) = self.open.pop() {
            self.put(key, nest);
        }
    }
}

fn json_of(value: Value<'_>) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(yes) => yes.into(),
        Value::Number(number) => number.into(),
        Value::Signed(number) => number.into(),
        Value::Hundredths(number) => (number as f64 / 100.0).into(),
        Value::Word(word) | Value::State(word) => word.into(),
        Value::Name(name) | Value::Dev(name) => String::from_utf8_lossy(name).into(),
        value => {
            let mut text = Vec::new();
            push_value(&mut text, value);
            String::from_utf8_lossy(&text).into()
        }
    }
}
