// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Changes of the network, one a line.

#[cfg(test)]
mod captures;
mod initiators;
mod netns;

pub use netns::{Identity, NamespaceLabel};

use super::buffer::Buffer;
use super::escape;
use super::record::digits::push_decimal;
use super::record::{write_object, JsonFields, Memo, TextFields, Tree, Writer};
use super::time::{Clock, Stamp, TimeStyle};
use initiators::Initiators;
use nlhello::monitor::{Action, Event, Kind, Origin, Payload};
use nlhello::object::Names;
use nlhello::rtnl::Route;
use serde::Serialize;
use serde_json::{json, Map, Value};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::fd::AsFd;

/// The key of all attributes of an object of which nothing is known.
const UNKNOWN: &str = "unknown";

/// Writes changes to standard output. Where that fails, the error is that of `write(2)`.
pub struct Watch {
    out: Buffer<File>,
    json: bool,
    color: bool,
    clock: Clock,
    place: NamespaceLabel,
    initiators: Initiators,
    /// Texts of routes, with the names that links had.
    memo: Memo,
    /// Whether each line is seen at once.
    is_seen: bool,
}

/// A value that is another than it was.
struct Difference {
    /// The keys that lead to it, a dot between two.
    path: String,
    old: Value,
    new: Value,
}

impl Watch {
    /// Takes standard output; fails when it is closed. `netns` is the network namespace, where that was said.
    pub fn new(
        json: bool,
        color: bool,
        style: TimeStyle,
        netns: Option<String>,
    ) -> io::Result<Self> {
        let out = io::stdout().as_fd().try_clone_to_owned()?;

        Ok(Self {
            out: Buffer::new(out.into()),
            json,
            color,
            clock: Clock::here(match style {
                TimeStyle::Time if json => TimeStyle::Iso,
                style => style,
            }),
            place: NamespaceLabel::only(netns.as_deref()),
            initiators: Initiators::default(),
            memo: Memo::new(),
            is_seen: io::stdout().is_terminal(),
        })
    }

    /// Tells from now on also which process asked for a change that was just made, as surely as that
    /// is known.
    pub fn name_causes(&mut self) {
        self.initiators = Initiators::live();
    }

    /// Forgets the names of links: one has another now, or they are of another namespace.
    pub fn forget_names(&mut self) {
        self.memo.clear();
    }

    /// Tells a change, at `now`.
    pub fn event(&mut self, now: &Stamp, event: &Event<'_>, names: &mut Names) -> io::Result<()> {
        let differences = match event.old {
            Some(old) => differences(old, event.body, names),
            None => Vec::new(),
        };
        match self.json {
            true => self.event_json(now, event, &differences, names),
            false => self.event_text(now, event, &differences, names),
        }
        self.spill()
    }

    /// Shows an object as it is: the line or the JSON object that the show commands have for it.
    pub fn object(&mut self, object: &Payload<'_>, names: &mut Names) -> io::Result<()> {
        match self.json {
            true => {
                push_json(self.out.text(), object, names);
                self.out.text().push(b'\n');
            }
            false => {
                let mut fields = TextFields::new(self.out.text(), false, self.color);
                // A payload that is shorter than its header has no fields.
                let _ = object.describe(names, &mut fields);
                fields.end();
            }
        }
        self.flush()
    }

    /// Tells what is no change of an object: of `kind` alone, unless that is empty, and of so many `drops`.
    pub fn state(
        &mut self,
        now: &Stamp,
        event: &str,
        kind: &str,
        drops: Option<u32>,
    ) -> io::Result<()> {
        match self.json {
            true => {
                self.begin_json(now, event);
                if !kind.is_empty() {
                    self.put(&[r#","kind":""#, kind, "\""]);
                }
                push(self.out.text(), &[&self.place.state]);
            }
            false if kind.is_empty() => self.begin_text(now, &[event]),
            false => self.begin_text(now, &[event, " ", kind]),
        }
        if let Some(drops) = drops {
            self.put(&[if self.json {
                r#","drops":"#
            } else {
                ": drops="
            }]);
            push_decimal(self.out.text(), drops.into());
        }
        self.end_line()
    }

    /// Writes out what is held.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Writes out what is held, if that is much or each line is to be seen at once.
    fn spill(&mut self) -> io::Result<()> {
        match self.is_seen {
            true => self.out.flush(),
            false => self.out.spill(),
        }
    }

    fn end_line(&mut self) -> io::Result<()> {
        self.put(&[if self.json { "}\n" } else { "\n" }]);
        self.spill()
    }

    fn put(&mut self, parts: &[&str]) {
        push(self.out.text(), parts);
    }

    fn begin_text(&mut self, now: &Stamp, words: &[&str]) {
        let out = self.out.text();
        if self.clock.style() != TimeStyle::None {
            out.push(b'[');
            out.extend_from_slice(self.clock.stamp(now));
            out.extend_from_slice(b"] ");
        }
        push(out, &[&self.place.text]);
        push(out, words);
    }

    fn begin_json(&mut self, now: &Stamp, event: &str) {
        let out = self.out.text();
        let quote = match self.clock.style() {
            TimeStyle::Epoch | TimeStyle::Monotonic => "",
            _ => "\"",
        };
        out.push(b'{');
        if self.clock.style() != TimeStyle::None {
            push(out, &[r#""time":"#, quote]);
            out.extend_from_slice(self.clock.stamp(now));
            push(out, &[quote, ","]);
        }
        push(out, &[r#""event":""#, event, "\""]);
    }

    fn event_json(
        &mut self,
        now: &Stamp,
        event: &Event<'_>,
        differences: &[Difference],
        names: &mut Names,
    ) {
        self.begin_json(now, what(event.what));
        let (kind, place) = (event.kind().name(), &self.place.event);
        let out = self.out.text();
        push(
            out,
            &[r#","kind":""#, kind, "\"", place, ",\"", kind, "\":"],
        );
        // Names come and go, and one may be another link's by now.
        let index = |out: &mut Vec<u8>| {
            if let Some(index) = event.object.link() {
                push(out, &[r#","ifindex":"#]);
                push_decimal(out, index.into());
            }
        };
        describe(event, names, JsonFields::new(out), &mut self.memo, index);
        if event.what == Action::Change {
            push(out, &[r#","changes":"#]);
            push_json_changes(out, differences);
        }
        if let Some(origin) = origin(event.origin) {
            push(out, &[",\"", origin, "\":true"]);
        }
        if event.by != 0 {
            let by = self.initiators.of(event.by, now.since_start());
            push(out, &[r#","by":"#, by]);
        }
        out.extend_from_slice(b"}\n");
    }

    fn event_text(
        &mut self,
        now: &Stamp,
        event: &Event<'_>,
        differences: &[Difference],
        names: &mut Names,
    ) {
        self.begin_text(now, &[what(event.what), " ", event.kind().name(), ":"]);
        let out = self.out.text();
        let fields = TextFields::within(out, self.color);
        describe(event, names, fields, &mut self.memo, |_| {});
        push_text_changes(out, differences);
        if let Some(origin) = origin(event.origin) {
            push(out, &[" (", origin, ")"]);
        }
        out.push(b'\n');
    }
}

fn push(out: &mut Vec<u8>, parts: &[&str]) {
    for part in parts {
        out.extend_from_slice(part.as_bytes());
    }
}

fn what(what: Action) -> &'static str {
    match what {
        Action::New => "new",
        Action::Change => "change",
        Action::Del => "del",
    }
}

/// Returns what to say of how it is known, unless the kernel told so.
fn origin(origin: Origin) -> Option<&'static str> {
    match origin {
        Origin::Initial => Some("initial"),
        Origin::Event => None,
        Origin::Implied => Some("implied"),
        Origin::Missed => Some("missed"),
    }
}

/// Describes the object of an event, ends it, and puts behind it what `tail` does. Of routes there are many.
fn describe<W: Writer>(
    event: &Event<'_>,
    names: &mut Names,
    mut fields: W,
    memo: &mut Memo,
    tail: impl FnOnce(&mut Vec<u8>),
) {
    let route = (event.kind() == Kind::Route).then(|| Route::of(event.object));
    match route {
        Some(Ok(route)) => write_object(&route, names, fields, memo, tail),
        _ => {
            // A removed object is described as it was last. A payload that is shorter than its header has no fields.
            let _ = names.as_described(event.what == Action::Del, |names| {
                event.object.describe(names, &mut fields)
            });
            fields.end();
            tail(fields.out());
        }
    }
}

fn push_json(out: &mut Vec<u8>, object: &Payload<'_>, names: &mut Names) {
    let mut fields = JsonFields::new(out);
    let _ = object.describe(names, &mut fields);
    fields.end();
}

/// Returns what differs between two objects.
fn differences(old: &Payload<'_>, new: &Payload<'_>, names: &mut Names) -> Vec<Difference> {
    let mut all: Vec<_> = moved(old, new).into_iter().collect();
    let parts = new.difference(old);
    let [old_part, new_part] = [0, 1].map(|at| Payload::new(new.kind(), &parts[at]));
    let mut both = trees(&old_part, &new_part, names);
    if both.iter().any(|part| part.get(UNKNOWN).is_some()) {
        both = trees(old, new, names);
    }
    compare("", &both[0], &both[1], &mut all);
    all
}

/// Returns what is told of `old` and `new`.
fn trees(old: &Payload<'_>, new: &Payload<'_>, names: &mut Names) -> [Value; 2] {
    [(old, true), (new, false)].map(|(object, is_past)| {
        let mut tree = Tree::default();
        // A payload that is shorter than its header has no fields.
        let _ = names.as_described(is_past, |names| object.describe(names, &mut tree));
        tree.into_json()
    })
}

/// Returns that it is on another link, if it is: that may have the same name.
fn moved(old: &Payload<'_>, new: &Payload<'_>) -> Option<Difference> {
    let [old, new] = [old, new].map(Payload::link);

    (old != new).then(|| Difference {
        path: "ifindex".to_owned(),
        old: json!(old),
        new: json!(new),
    })
}

fn compare(path: &str, old: &Value, new: &Value, all: &mut Vec<Difference>) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => compare_keys(path, old, new, all),
        _ if old == new => {}
        _ => all.push(Difference {
            path: path.to_owned(),
            old: old.clone(),
            new: new.clone(),
        }),
    }
}

/// A key that is not there counts as null, unless all that it says is that it is there.
fn compare_keys(
    path: &str,
    old: &Map<String, Value>,
    new: &Map<String, Value>,
    all: &mut Vec<Difference>,
) {
    let added = new.keys().filter(|key| !old.contains_key(*key));
    for key in old.keys().chain(added) {
        let path = match path {
            "" => key.clone(),
            path => format!("{path}.{key}"),
        };
        match [old, new].map(|of| of.get(key)) {
            [None, Some(Value::Null)] => compare(&path, &json!(false), &json!(true), all),
            [Some(Value::Null), None] => compare(&path, &json!(true), &json!(false), all),
            values => {
                let [old, new] = values.map(|value| value.unwrap_or(&Value::Null));
                compare(&path, old, new, all);
            }
        }
    }
}

/// Values before a change and after it, in the order of their keys.
#[derive(Serialize)]
struct JsonChange<'a> {
    new: &'a Value,
    old: &'a Value,
}

/// Appends what differs as a JSON object, in the order of the keys; of several with the same the last one counts.
fn push_json_changes(out: &mut Vec<u8>, differences: &[Difference]) {
    let all: BTreeMap<_, _> = { differences.iter() }
        .map(|Difference { path, old, new }| (path, JsonChange { new, old }))
        .collect();
    // A vector takes all that is written to it.
    let _ = serde_json::to_writer(out, &all);
}

/// Appends what differs as text.
fn push_text_changes(out: &mut Vec<u8>, differences: &[Difference]) {
    for Difference { path, old, new } in differences {
        push(out, &[" ", path, ":"]);
        push_plain(out, old);
        push(out, &["->"]);
        push_plain(out, new);
    }
}

/// Appends a value as text.
fn push_plain(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.push(b'-'),
        Value::String(text) => escape::push(out, text.as_bytes()),
        Value::Array(items) => {
            out.push(b'[');
            for (at, item) in items.iter().enumerate() {
                push(out, &[if at == 0 { "" } else { " " }]);
                push_plain(out, item);
            }
            out.push(b']');
        }
        value => escape::push(out, value.to_string().as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_named_by_its_keys() {
        let mut all = Vec::new();
        let old = json!({"mtu": 1500, "info": {"kind": "veth", "state": "a"}, "gone": true, "was": null, "is": null});
        let new = json!({"is": null, "now": null, "mtu": 9000, "info": {"kind": "veth", "state": "b"}, "flags": ["UP"]});
        compare("", &old, &new, &mut all);
        let mut emitted = Vec::new();
        push_text_changes(&mut emitted, &all);

        assert_eq!(
            String::from_utf8(emitted).unwrap(),
            " gone:true->- info.state:a->b mtu:1500->9000 was:true->false flags:-->[UP] now:false->true"
        );
    }
}
