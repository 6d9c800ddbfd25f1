// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What a reader of a monitor knows, and what there is.

use crate::lab::*;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::process::Command;

pub const KINDS: [&str; 6] = ["link", "addr", "route", "neigh", "rule", "nexthop"];

/// What changes by itself, or is told of one kind of message only.
const VOLATILE: &[&str] = &[
    "used",
    "confirmed",
    "updated",
    "probes",
    "refcnt",
    "stats",
    "stats64",
    "cstamp",
    "tstamp",
    "valid_life_time",
    "preferred_life_time",
    "expires",
    "age",
    "error",
    "state",
    "index",
    "dynamic",
    "num_vf",
    "carrier_changes",
    "carrier_up_count",
    "carrier_down_count",
    "af_spec",
    "unknown",
    "link_index",
    "event",
    "link",
];

/// What is compared with what `ip` has, of each kind. (The keys of `docs/json.md` are all compared in
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

/// What a reader of a monitor knows: of each kind the objects, and how many are the same.
#[derive(Clone, Default)]
pub struct Picture {
    kinds: BTreeMap<String, BTreeMap<String, usize>>,
    /// How many times something was lost.
    pub lost: usize,
}

impl Picture {
    pub fn take(&mut self, event: &Value) {
        let Some(kind) = event["kind"].as_str() else {
            self.lost += usize::from(event["event"] == "lost");
            return;
        };
        let new = with_index(event[kind].clone(), event["ifindex"].as_u64());
        let mut old = event[kind].clone();
        let mut index = event["ifindex"].as_u64();
        if let Some(changes) = event["changes"].as_object() {
            undo(&mut old, changes);
        }
        if let Some(old) = event["changes"].get("ifindex") {
            index = old["old"].as_u64();
        }
        if event["event"] != "new" {
            self.remove(kind, &with_index(old, index), event);
        }
        if event["event"] != "del" {
            self.add(kind, new);
        }
    }

    fn add(&mut self, kind: &str, object: Value) {
        let object = plain(object).to_string();
        let objects = self.kinds.entry(kind.to_owned()).or_default();
        *objects.entry(object).or_default() += 1;
    }

    fn remove(&mut self, kind: &str, object: &Value, event: &Value) {
        let object = plain(object.clone()).to_string();
        let objects = self.kinds.entry(kind.to_owned()).or_default();
        match objects.get_mut(&object) {
            Some(1) => drop(objects.remove(&object)),
            Some(count) => *count -= 1,
            None => panic!(
                "never told: {object}\nby {event}\nknown: {:#?}",
                objects.keys()
            ),
        }
    }

    fn objects(&self, kind: &str) -> Vec<(String, usize)> {
        let objects = self.kinds.get(kind).cloned().unwrap_or_default();
        objects.into_iter().collect()
    }
}

/// Names come and go: returns `object` with the index of its link instead of the name.
fn with_index(mut object: Value, index: Option<u64>) -> Value {
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

/// Returns `object` without what changes by itself. A key that is null counts as none.
fn plain(mut object: Value) -> Value {
    strip(&mut object);
    object
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.retain(|key, value| {
                !VOLATILE.contains(&key.as_str())
                    && !value.is_null()
                    && value != &Value::Array(vec![])
            });
            if let Some(hops) = object.get_mut("nexthops").and_then(Value::as_array_mut) {
                hops.iter_mut()
                    .for_each(|hop| drop(hop.as_object_mut().unwrap().remove("dev")));
            }
            object.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

/// Asks for a table in a network namespace: its kind, and the words behind it.
type Ask = fn(netns: &str, family: &str, words: &[&str]) -> Vec<Value>;

/// Returns what is there.
fn shown(netns: &str, ask: Ask) -> Picture {
    let mut picture = Picture::default();
    let mut indexes = BTreeMap::new();
    for link in ask(netns, "", &["link"]) {
        indexes.insert(link["ifname"].to_string(), link["ifindex"].as_u64());
        picture.add("link", link);
    }
    let placed = |object: Value| {
        let index = indexes.get(&object["dev"].to_string());
        with_index(object, index.copied().flatten())
    };
    for link in ask(netns, "", &["addr"]) {
        for addr in link["addr_info"].as_array().unwrap() {
            let mut addr = addr.clone();
            addr["dev"] = link["ifname"].clone();
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
        for object in ask(netns, family, words) {
            picture.add(kind, placed(object));
        }
    }
    picture
}

/// Asks the client.
fn client(netns: &str, family: &str, words: &[&str]) -> Vec<Value> {
    let family = Some(family).filter(|family| !family.is_empty());

    answer(
        Command::new("nlhello")
            .args(["-n", netns, "--json"])
            .args(words)
            .args(family),
    )
}

/// Asks iproute2, the newest one where `scripts/test` gives it.
fn iproute2(netns: &str, family: &str, words: &[&str]) -> Vec<Value> {
    let program = std::env::var_os("IP").unwrap_or_else(|| "ip".into());
    let family = Some(family).filter(|family| !family.is_empty());

    answer(
        Command::new(program)
            .args(["-n", netns, "-j", "-d"])
            .args(family)
            .args(words),
    )
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
pub fn compare(told: &Picture, netns: &str) -> Result<(), String> {
    let told = told.without_multicast_rules();
    compare_all(&told, &shown(netns, client), netns)?;
    compare_all(
        &told.as_ip_has_it(),
        &shown(netns, iproute2).as_ip_has_it(),
        &format!("{netns}, beside ip"),
    )
}

fn compare_all(told: &Picture, shown: &Picture, place: &str) -> Result<(), String> {
    for kind in KINDS {
        let (told, shown) = (told.objects(kind), shown.objects(kind));
        let more: Vec<_> = told.iter().filter(|told| !shown.contains(told)).collect();
        let less: Vec<_> = shown.iter().filter(|shown| !told.contains(shown)).collect();
        if !more.is_empty() || !less.is_empty() {
            return Err(format!(
                "{place}: {kind}: told and not there: {more:#?}\nthere and not told: {less:#?}"
            ));
        }
    }
    Ok(())
}

impl Picture {
    /// Returns it without what the show commands leave out.
    fn without_multicast_rules(&self) -> Self {
        let mut picture = self.clone();
        if let Some(rules) = picture.kinds.get_mut("rule") {
            rules.retain(|rule, _| !rule.contains("\"128\"") && !rule.contains("\"129\""));
        }
        picture
    }

    /// Returns it with the keys that `ip` has as well, whatever its version.
    fn as_ip_has_it(&self) -> Self {
        let mut picture = Self::default();
        for (kind, keys) in KEYS_OF_IP {
            for (object, count) in self.objects(kind) {
                let object: Value = serde_json::from_str(&object).unwrap();
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
