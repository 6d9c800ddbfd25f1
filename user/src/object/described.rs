// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Description of objects for tests: as a tree, and for any bytes.

use super::{Fields, Names, Nest, Object, Value};
use crate::wire::Messages;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, Index};
use proptest::test_runner::TestRunner;
use serde_json::{json, Map, Value as Json};
use std::convert::Infallible;

/// Returns what `object` tells as JSON.
///
/// # Panics
///
/// When it is not what JSON can hold: a key that is there twice, a field of an array, an item of an
/// object, a nest that is not closed.
pub fn description(object: &impl Object) -> Json {
    let described = tree(|names, out| {
        object.describe_head(names, out);
        object.describe_rest(names, out);
        Ok::<_, Infallible>(())
    });
    described.unwrap()
}

/// Returns what `describe` tells as JSON; `None` where it fails.
///
/// # Panics
///
/// As [`description`].
pub fn tree<E>(
    describe: impl FnOnce(&mut Names, &mut dyn Fields) -> Result<(), E>,
) -> Option<Json> {
    let mut tree = JsonTree::new();
    describe(&mut Names::new(), &mut tree).ok()?;
    Some(tree.end())
}

/// Returns the payloads of the messages in a capture (`user/tests/fixtures/`).
pub fn payloads(capture: &'static [u8]) -> &'static [&'static [u8]] {
    let payloads: Vec<_> = Messages::new(capture)
        .map(|message| message.unwrap().payload())
        .collect();
    payloads.leak()
}

/// Asserts that `describe`, which reads an object and returns its [`description`], does not panic: on any
/// bytes, on `captures`, and on those changed a little and cut off anywhere.
pub fn assert_told_whatever_the_bytes(
    captures: &'static [&'static [u8]],
    describe: impl Fn(&[u8]) -> Option<Json>,
) {
    let changed = (
        select(captures),
        vec((any::<Index>(), any::<u8>()), 0..6),
        any::<Index>(),
    )
        .prop_map(|(capture, changes, end)| {
            let mut bytes = capture.to_vec();
            for (at, byte) in changes {
                bytes[at.index(capture.len())] = byte;
            }
            // A quarter of the captures stays whole.
            bytes.truncate(end.index(capture.len() * 4 / 3));
            bytes
        });
    let any = prop_oneof![3 => changed, 1 => vec(any::<u8>(), 0..200)];
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    };

    TestRunner::new(config)
        .run(&any, |bytes| {
            describe(&bytes);
            Ok(())
        })
        .unwrap();
    for capture in captures {
        assert_eq!(describe(capture).unwrap().get("unknown"), None);
    }
}

/// Builds JSON of fields as they come.
struct JsonTree {
    /// The nests that are open, each with its key.
    open: Vec<(Option<String>, Json)>,
}

impl JsonTree {
    fn new() -> Self {
        Self {
            open: vec![(None, json!({}))],
        }
    }

    fn end(mut self) -> Json {
        let (_, tree) = self.open.pop().unwrap();

        assert!(self.open.is_empty(), "a nest is not closed");
        tree
    }

    fn put(&mut self, key: Option<String>, value: Json) {
        match (self.open.last_mut(), key) {
            (Some((_, Json::Object(fields))), Some(key)) => {
                assert!(fields.get(&key).is_none(), "{key} is there twice");
                fields.insert(key, value);
            }
            (Some((_, Json::Array(items))), None) => items.push(value),
            (nest, key) => panic!("{key:?} does not belong in {nest:?}"),
        }
    }
}

impl Fields for JsonTree {
    fn field(&mut self, key: &str, value: Value<'_>) {
        self.put(Some(key.to_owned()), json_of(value));
    }

    fn item(&mut self, value: Value<'_>) {
        self.put(None, json_of(value));
    }

    fn open(&mut self, key: &str, nest: Nest) {
        self.open.push((Some(key.to_owned()), empty(nest)));
    }

    fn open_item(&mut self, nest: Nest) {
        self.open.push((None, empty(nest)));
    }

    fn close(&mut self) {
        let (key, value) = self.open.pop().unwrap();

        self.put(key, value);
    }
}

fn empty(nest: Nest) -> Json {
    match nest {
        Nest::Object => Json::Object(Map::new()),
        Nest::Array => Json::Array(Vec::new()),
    }
}

/// Not as the client prints it in all details: hundredths are a fraction.
fn json_of(value: Value<'_>) -> Json {
    let hex = |bytes: &[u8], between| {
        let bytes: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        bytes.join(between)
    };

    match value {
        Value::Null => Json::Null,
        Value::Bool(yes) => yes.into(),
        Value::Number(number) => number.into(),
        Value::Signed(number) => number.into(),
        Value::Hundredths(number) => (number as f64 / 100.0).into(),
        Value::Hex(number) => format!("{number:#x}").into(),
        Value::Nameless(number) => number.to_string().into(),
        Value::Word(word) | Value::State(word) => word.into(),
        Value::Name(name) | Value::Dev(name) => String::from_utf8_lossy(name).into(),
        Value::Ip(address) => address.to_string().into(),
        Value::Prefix(address, len) => format!("{address}/{len}").into(),
        Value::Lladdr(bytes) => hex(bytes, ":").into(),
        Value::Bytes(bytes) => hex(bytes, "").into(),
    }
}
