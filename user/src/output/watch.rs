// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Changes of the network, one a line.

#[cfg(test)]
mod captures;
mod causes;
mod netns;

pub use netns::{Identity, Whereabouts};

use super::escape::Escaped;
use super::record::{write_object, JsonFields, Memo, TextFields, Tree, Writer};
use super::time::{Stamp, Style};
use causes::Causes;
use nlhello::monitor::{Event, Kind, Origin, What};
use nlhello::object::Names;
use nlhello::rtnl::Route;
use serde_json::{json, Map, Value};
use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;

/// How much is held before it is written out whatever happens, in bytes.
const HELD: usize = 64 << 10;

/// Writes changes to standard output.
pub struct Watch {
    out: File,
    held: Vec<u8>,
    json: bool,
    color: bool,
    style: Style,
    place: Whereabouts,
    causes: Causes,
    /// What was written of routes, with the names that links had.
    memo: Memo,
    /// How much is held at most, in bytes, before it is written out.
    least: usize,
    /// The time of the last line, and how it is written: many have the same.
    time: Option<(Stamp, String)>,
}

/// A value that is another than it was.
struct Difference {
    /// The keys that lead to it, a dot between two.
    path: String,
    old: Value,
    new: Value,
}

impl Watch {
    /// Takes standard output; `netns` is the network namespace, where that was said.
    ///
    /// # Errors
    ///
    /// When it is closed.
    pub fn new(json: bool, color: bool, style: Style, netns: Option<String>) -> io::Result<Self> {
        let out = io::stdout().as_fd().try_clone_to_owned()?;

        Ok(Self {
            out: out.into(),
            held: Vec::with_capacity(2 * HELD),
            json,
            color,
            style,
            place: Whereabouts::only(netns.as_deref()),
            causes: Causes::default(),
            memo: Memo::new(),
            // Who looks on sees each line at once.
            least: if io::stdout().is_terminal() { 1 } else { HELD },
            time: None,
        })
    }

    /// Tells from now on also which process asked for a change that was just made, as surely as that
    /// is known.
    pub fn name_causes(&mut self) {
        self.causes = Causes::live();
    }

    /// Forgets the names of links: one has another now, or they are of another namespace.
    pub fn forget_names(&mut self) {
        self.memo.clear();
    }

    /// Tells a change, at `now`.
    ///
    /// # Errors
    ///
    /// Those of `write(2)`.
    pub fn event(&mut self, now: &Stamp, event: &Event<'_>, names: &mut Names) -> io::Result<()> {
        let differences = match event.old {
            Some(old) => differences(event.kind, old, event.body, names),
            None => Vec::new(),
        };
        match self.json {
            true => self.event_json(now, event, &differences, names),
            false => self.event_text(now, event, &differences, names),
        }
        self.flush_from(self.least)
    }

    /// Shows an object as it is: the line or the JSON object that the show commands have for it.
    ///
    /// # Errors
    ///
    /// Those of `write(2)`.
    pub fn object(&mut self, kind: Kind, payload: &[u8], names: &mut Names) -> io::Result<()> {
        match self.json {
            true => {
                push_json(&mut self.held, kind, payload, names);
                self.held.push(b'\n');
            }
            false => {
                let mut fields = TextFields::new(&mut self.held, false, self.color);
                // What is shorter than its header says nothing.
                let _ = kind.describe(payload, names, &mut fields);
                fields.end();
            }
        }
        self.flush()
    }

    /// Tells that events were lost.
    ///
    /// # Errors
    ///
    /// Those of `write(2)`.
    pub fn lost(&mut self, now: &Stamp, drops: u32) -> io::Result<()> {
        let place = self.place.of_state();
        match self.json {
            true => self.begin_json(now, "lost", |held| {
                write!(held, r#"{place},"drops":{drops}"#)
            }),
            false => self.begin_text(now, &format!("lost: drops={drops}")),
        }
        self.end_line()
    }

    /// Tells that events of [`Kind::Hello`] were lost.
    ///
    /// # Errors
    ///
    /// Those of `write(2)`.
    pub fn lost_hellos(&mut self, now: &Stamp, drops: u32) -> io::Result<()> {
        let place = self.place.of_state();
        match self.json {
            true => self.begin_json(now, "lost", |held| {
                write!(held, r#","kind":"hello"{place},"drops":{drops}"#)
            }),
            false => self.begin_text(now, &format!("lost hello: drops={drops}")),
        }
        self.end_line()
    }

    /// Tells that all that was told is all that there is.
    ///
    /// # Errors
    ///
    /// Those of `write(2)`.
    pub fn sync(&mut self, now: &Stamp) -> io::Result<()> {
        let place = self.place.of_state();
        match self.json {
            true => self.begin_json(now, "sync", |held| write!(held, "{place}")),
            false => self.begin_text(now, "sync"),
        }
        self.end_line()
    }

    /// Writes out what is held.
    ///
    /// # Errors
    ///
    /// Those of `write(2)`.
    pub fn flush(&mut self) -> io::Result<()> {
        self.flush_from(1)
    }

    fn flush_from(&mut self, least: usize) -> io::Result<()> {
        if self.held.len() >= least {
            self.out.write_all(&self.held)?;
            self.held.clear();
        }
        Ok(())
    }

    fn end_line(&mut self) -> io::Result<()> {
        self.held
            .extend_from_slice(if self.json { b"}\n" } else { b"\n" });
        self.flush_from(self.least)
    }

    fn begin_text(&mut self, now: &Stamp, words: &str) {
        self.put_time(now, |style, now| match style {
            Style::None => String::new(),
            style => format!("[{}] ", now.display(style)),
        });
        self.held.extend_from_slice(self.place.text().as_bytes());
        self.held.extend_from_slice(words.as_bytes());
    }

    fn begin_json(
        &mut self,
        now: &Stamp,
        event: &str,
        more: impl FnOnce(&mut Vec<u8>) -> io::Result<()>,
    ) {
        self.held.push(b'{');
        self.put_time(now, |style, now| match style {
            Style::None => String::new(),
            Style::Epoch | Style::Monotonic => format!(r#""time":{},"#, now.display(style)),
            _ => format!(r#""time":"{}","#, now.display(Style::Iso)),
        });
        // A vector takes all that is written to it.
        let _ = write!(self.held, r#""event":"{event}""#);
        let _ = more(&mut self.held);
    }

    /// Puts `now` as `write` has it.
    fn put_time(&mut self, now: &Stamp, write: impl FnOnce(Style, &Stamp) -> String) {
        if !self.time.as_ref().is_some_and(|(then, _)| then == now) {
            self.time = Some((now.clone(), write(self.style, now)));
        }
        if let Some((_, text)) = &self.time {
            self.held.extend_from_slice(text.as_bytes());
        }
    }

    fn event_json(
        &mut self,
        now: &Stamp,
        event: &Event<'_>,
        differences: &[Difference],
        names: &mut Names,
    ) {
        let kind = event.kind.name();
        let place = self.place.of_event();
        self.begin_json(now, what(event.what), |held| {
            write!(held, r#","kind":"{kind}"{place},"{kind}":"#)
        });
        let fields = JsonFields::new(&mut self.held);
        describe(event, names, fields, &mut self.memo);
        // Names come and go, and one may be another link's by now.
        if let Some(index) = event.kind.link_of(event.object) {
            let _ = write!(self.held, r#","ifindex":{index}"#);
        }
        if event.what == What::Change {
            let _ = write!(self.held, r#","changes":{}"#, changes(differences));
        }
        if let Some(origin) = origin(event.origin) {
            let _ = write!(self.held, r#","{origin}":true"#);
        }
        if event.by != 0 {
            let _ = write!(self.held, r#","by":{}"#, self.causes.of(event.by));
        }
        self.held.extend_from_slice(b"}\n");
    }

    fn event_text(
        &mut self,
        now: &Stamp,
        event: &Event<'_>,
        differences: &[Difference],
        names: &mut Names,
    ) {
        self.begin_text(now, what(event.what));
        for words in [" ", event.kind.name(), ":"] {
            self.held.extend_from_slice(words.as_bytes());
        }
        let fields = TextFields::within(&mut self.held, self.color);
        describe(event, names, fields, &mut self.memo);
        for Difference { path, old, new } in differences {
            let _ = write!(self.held, " {path}:{}->{}", plain(old), plain(new));
        }
        if let Some(origin) = origin(event.origin) {
            let _ = write!(self.held, " ({origin})");
        }
        self.held.push(b'\n');
    }
}

fn what(what: What) -> &'static str {
    match what {
        What::New => "new",
        What::Change => "change",
        What::Del => "del",
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

/// Describes the object of an event, and ends it. Of routes there are many.
fn describe<W: Writer>(event: &Event<'_>, names: &mut Names, mut fields: W, memo: &mut Memo) {
    let route = (event.kind == Kind::Route).then(|| Route::from_payload(event.object));
    match route {
        Some(Ok(route)) => write_object(&route, names, fields, memo),
        _ => {
            // What is gone is told as it was last. What is shorter than its header says nothing.
            let _ = names.as_told(event.what == What::Del, |names| {
                event.kind.describe(event.object, names, &mut fields)
            });
            fields.end();
        }
    }
}

fn push_json(out: &mut Vec<u8>, kind: Kind, payload: &[u8], names: &mut Names) {
    let mut fields = JsonFields::new(out);
    let _ = kind.describe(payload, names, &mut fields);
    fields.end();
}

/// Returns what differs between two objects.
fn differences(kind: Kind, old: &[u8], new: &[u8], names: &mut Names) -> Vec<Difference> {
    let mut all: Vec<_> = moved(kind, old, new).into_iter().collect();
    let [old, new] = [(old, true), (new, false)].map(|(body, is_past)| {
        let mut tree = Tree::default();
        // What is shorter than its header says nothing.
        let _ = names.as_told(is_past, |names| kind.describe(body, names, &mut tree));
        tree.into_json()
    });
    compare("", &old, &new, &mut all);
    all
}

/// Returns that it is on another link, if it is: that may have the same name.
fn moved(kind: Kind, old: &[u8], new: &[u8]) -> Option<Difference> {
    let [old, new] = [old, new].map(|body| kind.link_of(body));

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

fn changes(differences: &[Difference]) -> Value {
    let all = differences.iter().map(|difference| {
        let Difference { path, old, new } = difference;
        (path.clone(), json!({"old": old, "new": new}))
    });
    Value::Object(all.collect())
}

/// Returns a value as text.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => Escaped(text.as_bytes()).to_string(),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(plain).collect();
            format!("[{}]", items.join(" "))
        }
        value => Escaped(value.to_string().as_bytes()).to_string(),
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
        let told: Vec<_> = all
            .iter()
            .map(|Difference { path, old, new }| format!("{path}:{}->{}", plain(old), plain(new)))
            .collect();

        assert_eq!(
            told,
            [
                "gone:true->-",
                "info.state:a->b",
                "mtu:1500->9000",
                "was:true->false",
                "flags:-->[UP]",
                "now:false->true"
            ]
        );
    }
}
