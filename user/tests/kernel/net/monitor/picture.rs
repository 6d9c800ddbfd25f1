// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Pictures of the network: of a reader of a monitor, and of the kernel.

use super::explain::{self, Difference, Differs};
use super::left_out;
use crate::lab::*;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::process::Command;

pub const KINDS: [&str; 6] = ["link", "addr", "route", "neigh", "rule", "nexthop"];

/// Keys that are compared with those of `ip`, of each kind. (The keys of `docs/json.md` are all compared in
/// `parity.rs`.)
const KEYS_OF_IP: [(&str, &[&str]); 6] = [
    (
        "link",
        &[
            "ifindex",
            "ifname",
            "flags",
            "mtu",
            "operstate",
            "link_type",
            "address",
            "txqlen",
        ],
    ),
    (
        "addr",
        &["dev", "family", "local", "prefixlen", "scope", "label"],
    ),
    (
        "route",
        &[
            "type", "dst", "table", "metric", "gateway", "dev", "protocol", "scope", "prefsrc",
            "nhid", "nexthops",
        ],
    ),
    ("neigh", &["dst", "dev", "lladdr"]),
    ("rule", &["priority", "src", "srclen", "table"]),
    ("nexthop", &["id", "gateway", "dev", "scope"]),
];

/// Picture that a reader of a monitor has: of each kind the objects, and how many are the same.
#[derive(Clone, Default)]
pub struct Picture {
    kinds: BTreeMap<String, BTreeMap<String, Known>>,
    /// How many times something was lost.
    pub lost: usize,
    /// The links that names stand for, if names are looked up wherever they are.
    indexes: Option<BTreeMap<String, u64>>,
}

/// An object as it is added: without what runs by itself, and with indexes of links for their names.
#[derive(Clone)]
pub struct Prepared {
    kind: String,
    text: String,
    compared: Option<String>,
}

/// Objects as they are compared, and how many are the same.
type Counts<'p> = BTreeMap<&'p str, usize>;

/// An object that was told.
#[derive(Clone, PartialEq, Eq)]
struct Known {
    count: usize,
    /// Text by which it is compared, if it is.
    compared: Option<String>,
}

impl Picture {
    /// Begins one that takes names for the links that they stand for, wherever they are: names change one at a time.
    pub fn of_links(indexes: BTreeMap<String, u64>) -> Self {
        Self {
            indexes: Some(indexes),
            ..Self::default()
        }
    }

    /// Takes in a line that has to make sense.
    pub fn take(&mut self, event: &Value) {
        if let Err(wrong) = self.try_take(event) {
            panic!("{wrong}");
        }
    }

    /// Takes in lines; returns what is wrong with them.
    pub fn take_all(&mut self, lines: &[Value]) -> Vec<String> {
        // A link may be named before it is told.
        for line in lines.iter().filter(|line| line["event"] != "del") {
            self.learn("link", &line["link"]);
        }
        let wrong = lines.iter().map(|line| self.try_take(line));
        wrong.filter_map(Result::err).collect()
    }

    /// Takes in a line.
    ///
    /// # Errors
    ///
    /// What was never told, was told before, or tells of no change.
    pub fn try_take(&mut self, event: &Value) -> Result<(), String> {
        let Some(kind) = event["kind"].as_str() else {
            self.lost += usize::from(event["event"] == "lost");
            return Ok(());
        };
        self.learn(kind, &event[kind]);
        let new = with_index(event[kind].clone(), event["ifindex"].as_u64());
        let mut old = event[kind].clone();
        let mut index = event["ifindex"].as_u64();
        if let Some(changes) = event["changes"].as_object() {
            undo(&mut old, changes);
        }
        if let Some(old) = event["changes"].get("ifindex") {
            index = old["old"].as_u64();
        }
        let removed = match event["event"].as_str() {
            Some("new") => Ok(()),
            _ => self.remove(kind, with_index(old, index)),
        };
        if event["event"] != "del" {
            self.add(kind, new);
        }
        let is_unchanged = event["changes"].as_object().is_some_and(Map::is_empty);
        match is_unchanged {
            true => Err(format!("no change: {event}")),
            false => removed,
        }
    }

    /// Notes what a link is called.
    pub fn learn(&mut self, kind: &str, object: &Value) {
        let Some(indexes) = self.indexes.as_mut().filter(|_| kind == "link") else {
            return;
        };
        if let (Some(name), Some(index)) = (object["ifname"].as_str(), object["ifindex"].as_u64()) {
            indexes.insert(name.to_owned(), index);
        }
    }

    fn add(&mut self, kind: &str, object: Value) {
        let object = self.prepare(kind, object);
        self.put(&object);
    }

    /// Returns an object of `kind` as it is added.
    pub fn prepare(&self, kind: &str, object: Value) -> Prepared {
        let object = self.plain(kind, object);
        let compared = left_out::compared(kind, &object);
        Prepared {
            kind: kind.to_owned(),
            text: object.to_string(),
            compared: compared.map(|object| object.to_string()),
        }
    }

    /// Adds an object that is there once more.
    pub fn put(&mut self, object: &Prepared) {
        let new = || Known {
            count: 0,
            compared: object.compared.clone(),
        };
        let objects = self.kinds.entry(object.kind.clone()).or_default();
        objects.entry(object.text.clone()).or_insert_with(new).count += 1;
    }

    fn remove(&mut self, kind: &str, object: Value) -> Result<(), String> {
        let object = self.plain(kind, object);
        let objects = self.kinds.entry(kind.to_owned()).or_default();
        let text = object.to_string();
        match objects.get_mut(&text).map(|known| &mut known.count) {
            Some(1) => drop(objects.remove(&text)),
            Some(count) => *count -= 1,
            None => return Err(remove_like(objects, kind, &object)),
        }
        Ok(())
    }

    /// Returns `object` as it is kept: without what runs by itself.
    fn plain(&self, kind: &str, mut object: Value) -> Value {
        left_out::stop(kind, &mut object);
        match &self.indexes {
            Some(indexes) => look_up(kind, &mut object, indexes),
            None => without_names(&mut object),
        }
        object
    }

    /// Returns the objects of `kind` that are compared, as they are or [`left_out`] without what nobody tells, and how many
    /// are the same.
    fn objects(&self, kind: &str, how: How) -> Counts<'_> {
        let mut objects = BTreeMap::new();
        for (object, known) in self.kinds.get(kind).into_iter().flatten() {
            if let Some(compared) = &known.compared {
                let object = match how {
                    How::AsItIs => object,
                    How::AsEmitted => compared,
                };
                *objects.entry(object.as_str()).or_default() += known.count;
            }
        }
        objects
    }

    /// Says whether a neighbour that was told is looked for by now, of which nothing is sent.
    fn has_looked_for(&self, kind: &str, emitted: &str) -> bool {
        let without_state = |text: &str| {
            let mut object: Value = serde_json::from_str(text).unwrap();
            let state = object["state"].take();
            (object, state)
        };
        let (emitted, _) = without_state(emitted);
        let objects = self.kinds.get(kind).into_iter().flatten();
        objects
            .filter(|(_, known)| kind == "neigh" && known.compared.is_none())
            .map(|(there, _)| without_state(there))
            .any(|(there, state)| left_out::is_looked_for(&state) && there == emitted)
    }

    /// Says whether both have the same objects of `kind`.
    pub fn is_same(&self, other: &Self, kind: &str) -> bool {
        let [one, other] = [self, other].map(|picture| picture.kinds.get(kind));
        one == other
    }

    /// Returns how what was told of `kind` differs from what is `there`.
    pub fn beside(&self, there: &Self, kind: &str, how: How) -> Vec<Difference> {
        let (emitted, shown) = (self.objects(kind, how), there.objects(kind, how));
        let only = |one: &Counts<'_>, other: &Counts<'_>| -> Vec<String> {
            let missing = one.keys().filter(|object| !other.contains_key(**object));
            missing.map(|object| (*object).to_owned()).collect()
        };
        let [mut only_emitted, only_there] = [only(&emitted, &shown), only(&shown, &emitted)];
        only_emitted.retain(|object| !there.has_looked_for(kind, object));
        let other_count = |(object, count): (&&str, &usize)| {
            let there = shown.get(*object).filter(|there| *there != count)?;
            let object = serde_json::from_str(object).unwrap();
            let words = format!("told {count} times and there {there} times");
            Some(Difference::of(Differs::InNumber, &words, object))
        };
        let counts = emitted.iter().filter_map(other_count);
        explain::explain(&only_emitted, &only_there)
            .into_iter()
            .chain(counts)
            .collect()
    }
}

/// How objects are compared.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum How {
    AsItIs,
    /// Without what nobody tells.
    AsEmitted,
}

/// Removes the object that is most like one that was never told; says how they differ.
fn remove_like(objects: &mut BTreeMap<String, Known>, kind: &str, object: &Value) -> String {
    let parse = |text: &String| serde_json::from_str(text).unwrap();
    let known: Vec<Value> = objects.keys().map(parse).collect();
    let Some(at) = explain::closest(object, &known) else {
        return format!("{kind}: never told: {object}");
    };
    objects.remove(&known[at].to_string());
    let differences = explain::differences(&known[at], object);
    let words: Vec<_> = differences.iter().map(|one| &*one.words).collect();
    format!(
        "{kind}: the old object is not as it was told: {}",
        words.join("\n")
    )
}

/// Keys whose values are names of links.
const NAMES: &[&str] = &[
    "dev",
    "link",
    "master",
    "backup_port",
    "active_slave",
    "primary",
    "viaIf",
];

/// Puts the index of a link where its name is.
fn look_up(kind: &str, value: &mut Value, indexes: &BTreeMap<String, u64>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                let is_name = NAMES.contains(&key.as_str()) || (kind == "fdb" && key == "ifname");
                let index = value.as_str().and_then(|name| index_of(name, indexes));
                match index {
                    Some(index) if is_name => *value = index.into(),
                    _ => look_up(kind, value, indexes),
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                look_up(kind, item, indexes);
            }
        }
        _ => {}
    }
}

/// Returns the index of a link; one that was not told yet has its index for a name.
fn index_of(name: &str, indexes: &BTreeMap<String, u64>) -> Option<u64> {
    let unemitted = || name.strip_prefix("if")?.parse().ok();
    indexes.get(name).copied().or_else(unemitted)
}

/// Names come and go: removes those of other links, which the objects were told with.
fn without_names(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.remove("link");
            let hops = object.get_mut("nexthops").and_then(Value::as_array_mut);
            for hop in hops.into_iter().flatten() {
                hop.as_object_mut().unwrap().remove("dev");
            }
            object.values_mut().for_each(without_names);
        }
        Value::Array(items) => items.iter_mut().for_each(without_names),
        _ => {}
    }
}

/// Names come and go: returns `object` with the index of its link instead of the name.
pub fn with_index(mut object: Value, index: Option<u64>) -> Value {
    if let (Some(dev), Some(index)) = (object.get_mut("dev"), index) {
        *dev = index.into();
    }
    object
}

/// Makes of `object` what it was before `changes`, each with the keys that lead to it.
fn undo(object: &mut Value, changes: &Map<String, Value>) {
    for (path, change) in changes.iter().filter(|(path, _)| *path != "ifindex") {
        let mut at = &mut *object;
        for key in path.split('.') {
            at = &mut at[key];
        }
        // Of a key without a value it is said whether it was there.
        let is_mark = at.is_null() && change["old"].is_boolean() && change["new"].is_boolean();
        *at = match is_mark {
            true => Value::Null,
            false => change["old"].clone(),
        };
    }
}

/// Asks for a table in a network namespace: the family, and the words.
type Ask = fn(netns: &str, family: &str, words: &[&str]) -> Vec<Value>;

/// Asks the client.
fn client(netns: &str, family: &str, words: &[&str]) -> Vec<Value> {
    let family = Some(family).filter(|family| !family.is_empty());
    let mut command = Command::new("nlhello");
    answer(
        command
            .args(["-n", netns, "--json"])
            .args(words)
            .args(family),
    )
}

/// Asks iproute2, the newest one where `scripts/test` gives it.
fn iproute2(netns: &str, family: &str, words: &[&str]) -> Vec<Value> {
    let program = std::env::var_os("IP").unwrap_or_else(|| "ip".into());
    let family = Some(family).filter(|family| !family.is_empty());
    let mut command = Command::new(program);
    answer(
        command
            .args(["-n", netns, "-j", "-d"])
            .args(family)
            .args(words),
    )
}

/// Returns what is there, as `ask` has it.
fn shown(netns: &str, ask: Ask) -> Picture {
    let ask = |family: &str, words: &[&str]| ask(netns, family, words);
    let mut picture = Picture::default();
    let mut indexes = BTreeMap::new();
    for link in ask("", &["link"]) {
        indexes.insert(link["ifname"].to_string(), link["ifindex"].as_u64());
        picture.add("link", link);
    }
    let placed = |object: Value| {
        let index = indexes.get(&object["dev"].to_string());
        with_index(object, index.copied().flatten())
    };
    for link in ask("", &["addr"]) {
        for addr in addresses(&link) {
            picture.add("addr", placed(addr));
        }
    }
    for (kind, family, words) in [
        ("route", "-4", &["route", "show", "table", "all"][..]),
        ("route", "-6", &["route", "show", "table", "all"]),
        ("neigh", "", &["neigh"]),
        ("rule", "-4", &["rule"]),
        ("rule", "-6", &["rule"]),
        ("nexthop", "", &["nexthop"]),
    ] {
        for object in ask(family, words) {
            picture.add(kind, placed(object));
        }
    }
    picture
}

/// Returns the addresses of a link that is shown with them, as a monitor tells them.
pub fn addresses(link: &Value) -> Vec<Value> {
    let emitted = |addr: &Value| {
        let mut addr = addr.clone();
        addr["dev"] = link["ifname"].clone();
        addr["index"] = link["ifindex"].clone();
        addr
    };
    link["addr_info"]
        .as_array()
        .unwrap()
        .iter()
        .map(emitted)
        .collect()
}

fn answer(command: &mut Command) -> Vec<Value> {
    let output = run(command);
    assert!(output.status.success(), "{command:?}: {output:?}");
    match output.stdout.trim_ascii() {
        // An older `ip` says so that there is none.
        b"" => Vec::new(),
        stdout => serde_json::from_slice(stdout).unwrap(),
    }
}

/// Compares what was told with what the client shows, and as far as `ip` has it with what that does.
///
/// # Errors
///
/// The first difference, in words.
pub fn compare(emitted: &Picture, netns: &str) -> Result<(), String> {
    compare_all(emitted, &shown(netns, client), netns)?;
    compare_all(
        &emitted.as_ip_has_it(),
        &shown(netns, iproute2).as_ip_has_it(),
        &format!("{netns}, beside ip"),
    )
}

fn compare_all(emitted: &Picture, shown: &Picture, place: &str) -> Result<(), String> {
    for kind in KINDS {
        let differences = emitted.beside(shown, kind, How::AsEmitted);
        if !differences.is_empty() {
            let words: Vec<_> = differences.iter().map(|one| &*one.words).collect();
            return Err(format!("{place}: {kind}: {words:#?}"));
        }
    }
    Ok(())
}

impl Picture {
    /// Returns it with the keys that `ip` has as well, whatever its version.
    fn as_ip_has_it(&self) -> Self {
        let mut picture = Self::default();
        for (kind, keys) in KEYS_OF_IP {
            for (object, count) in self.objects(kind, How::AsEmitted) {
                let object: Value = serde_json::from_str(object).unwrap();
                for _ in 0..count {
                    picture.add(kind, only(&object, keys));
                }
            }
        }
        picture
    }
}

/// Returns what `object` has of these keys.
fn only(object: &Value, keys: &[&str]) -> Value {
    let has = |key: &&&str| object.get(**key).is_some();
    let kept = keys.iter().filter(has);

    kept.map(|key| ((*key).to_owned(), object[*key].clone()))
        .collect::<Map<_, _>>()
        .into()
}
