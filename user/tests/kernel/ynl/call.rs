// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello call` beside the kernel's own Python client: the same requests by the same specs, those of the kernel's source, each client in a network
//! namespace of its own that was made alike. Answers are compared whole, refusals by their number, words and attribute.

mod conntrack;
mod ethtool;
mod netdev;
mod nlctrl;
mod rt_link;
mod rt_route;

use super::{kernel_source, PYTHON};
use crate::lab::*;
use serde_json::{json, Value};
use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Namespaces that are made alike: nlhello asks in one, the Python client in the other.
struct Twins {
    ours: Netns,
    theirs: Netns,
}

impl Twins {
    /// Makes both, and does each of `commands`, words of `nlhello`, in both.
    fn make(commands: &[&str]) -> Self {
        let twins = Self {
            ours: Netns::add("call-ours"),
            theirs: Netns::add("call-theirs"),
        };
        twins.change("link set lo up");
        commands.iter().for_each(|command| twins.change(command));
        twins
    }

    fn change(&self, command: &str) {
        for netns in [&self.ours, &self.theirs] {
            let words: Vec<_> = ["-n", netns.name]
                .into_iter()
                .chain(command.split(' '))
                .collect();
            let output = nlhello(&words);
            assert!(output.status.success(), "{command}: {output:?}");
        }
    }

    /// Returns the index of the link called `name`, which is the same in both.
    fn ifindex(&self, name: &str) -> u64 {
        let output = nlhello(&["-n", self.ours.name, "--json", "link", "show", name]);

        one_line(&output.stdout)[0]["ifindex"].as_u64().unwrap()
    }

    /// Starts `nlhello call` of the spec called `name`, which asks with `words` once it has joined `group`, and ends with the
    /// first event. The answer has a line, and the event another.
    fn subscribe(&self, name: &str, group: &str, words: [&str; 2]) -> Subscribed {
        let mut child = Command::new("nlhello")
            .args(["-n", self.ours.name, "--json", "call"])
            .args(["--subscribe", group, "-c", "1", "--duration", "120"])
            .arg(spec(name))
            .args(words)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();

        Subscribed { child, lines }
    }

    /// Starts to ask by the spec called `name`.
    fn ask(&self, name: &str) -> Clients<'_> {
        self.ask_by(spec(name))
    }

    fn ask_by(&self, spec: PathBuf) -> Clients<'_> {
        let mut child = Command::new("ip")
            .args(["netns", "exec", self.theirs.name, PYTHON, "-s"])
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kernel/ynl/ask.py"))
            .arg(kernel_source().join("tools/net/ynl/pyynl"))
            .arg(&spec)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();

        Clients {
            netns: &self.ours,
            spec,
            unsteady: UNSTEADY.to_vec(),
            requests: child.stdin.take().unwrap(),
            answers: BufReader::new(child.stdout.take().unwrap()),
            child,
        }
    }
}

/// A client that has joined a group.
struct Subscribed {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Subscribed {
    /// Waits for the next line.
    fn next(&mut self) -> Value {
        serde_json::from_str(&self.lines.next().unwrap().unwrap()).unwrap()
    }

    fn end(mut self) {
        assert!(self.child.wait().unwrap().success());
    }
}

/// Returns the spec called `name` of the test kernel's source.
fn spec(name: &str) -> PathBuf {
    let specs = kernel_source().join("Documentation/netlink/specs");

    specs.join(format!("{name}.yaml"))
}

/// Both clients, with one spec.
struct Clients<'t> {
    netns: &'t Netns,
    spec: PathBuf,
    /// Names of values that go on by themselves, and are not compared.
    unsteady: Vec<&'static str>,
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Drop for Clients<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Flags of a request, with the option of each: those of a new object.
const NEW: &[(&str, u16)] = &[("--create", 0x400), ("--excl", 0x200)];

/// A refusal, as both clients tell it.
#[derive(Debug, PartialEq)]
struct Refusal {
    errno: i64,
    message: Option<String>,
    attr: Option<String>,
}

impl Clients<'_> {
    /// Asks for all objects; returns them when both clients got the same.
    fn dump(&mut self, operation: &str, attrs: Value) -> Value {
        let objects = self.answer("dump", operation, &attrs, &[]);
        assert!(objects.is_array(), "{operation} {attrs}: {objects}");
        objects
    }

    /// Asks for one object; returns it when both clients got the same.
    fn get(&mut self, operation: &str, attrs: Value) -> Value {
        self.answer("do", operation, &attrs, &[])
    }

    /// Has both clients change something.
    fn change(&mut self, operation: &str, flags: &[(&str, u16)], attrs: Value) {
        let answer = self.answer("do", operation, &attrs, flags);
        assert_eq!(answer, Value::Null, "{operation} {attrs}");
    }

    /// Asks for something that is refused; returns the refusal when both clients got the same.
    fn refused(&mut self, operation: &str, flags: &[(&str, u16)], attrs: Value) -> Refusal {
        let (ours, theirs) = self.both("do", operation, &attrs, flags);
        let ours = refusal_of_ours(&ours);
        assert_eq!(ours, refusal_of_theirs(&theirs), "{operation} {attrs}");
        ours
    }

    fn answer(
        &mut self,
        mode: &str,
        operation: &str,
        attrs: &Value,
        flags: &[(&str, u16)],
    ) -> Value {
        let (ours, theirs) = self.both(mode, operation, attrs, flags);
        assert!(
            theirs.get("error").is_none(),
            "{operation} {attrs}: {theirs}"
        );
        let [ours, theirs] =
            [&ours, &theirs].map(|printed| in_order(steady(&printed["answer"], &self.unsteady)));
        if let Some(difference) = difference("", &ours, &theirs) {
            panic!("{operation} {attrs}: {difference}");
        }
        ours
    }

    /// Returns what each client prints of the answer.
    fn both(
        &mut self,
        mode: &str,
        operation: &str,
        attrs: &Value,
        flags: &[(&str, u16)],
    ) -> (Value, Value) {
        let numbers: Vec<_> = flags.iter().map(|(_, number)| number).collect();
        writeln!(
            self.requests,
            "{}",
            json!([mode, operation, attrs, numbers])
        )
        .unwrap();
        // Warnings of the kernel stand between the answers, as text.
        let mut lines = self.answers.by_ref().lines().map(Result::unwrap);
        let theirs = lines.find_map(|line| serde_json::from_str(&line).ok());
        let theirs = theirs.unwrap_or_else(|| panic!("no answer: {operation} {attrs}"));

        (self.ours(mode, operation, attrs, flags), theirs)
    }

    fn ours(&self, mode: &str, operation: &str, attrs: &Value, flags: &[(&str, u16)]) -> Value {
        let words = words(attrs);
        let spec = self.spec.to_str().unwrap();
        let mut args = vec![
            "-n",
            self.netns.name,
            "--json",
            "call",
            "-W",
            "60",
            spec,
            operation,
        ];
        args.extend(flags.iter().map(|(option, _)| *option));
        args.extend((mode == "dump").then_some("--dump"));
        args.push("--");
        args.extend(words.iter().map(|word| &**word));
        let output = nlhello(&args);

        match output.status.success() {
            true => json!({"answer": one_line(&output.stdout)}),
            false => one_line(&output.stderr),
        }
    }
}

/// Returns where values differ first, and how.
fn difference(path: &str, ours: &Value, theirs: &Value) -> Option<String> {
    let missing = Value::Null;
    match (ours, theirs) {
        (Value::Object(one), Value::Object(other)) if one.len() == other.len() => {
            one.iter().find_map(|(name, value)| {
                let other = other.get(name).unwrap_or(&missing);
                difference(&format!("{path}.{name}"), value, other)
            })
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            let mut pairs = one.iter().zip(other).enumerate();
            pairs.find_map(|(at, (one, other))| difference(&format!("{path}[{at}]"), one, other))
        }
        _ => (ours != theirs).then(|| format!("{path}: ours {ours}, theirs {theirs}")),
    }
}

/// Returns the value of the only line.
fn one_line(bytes: &[u8]) -> Value {
    let mut lines = json_lines(bytes);
    assert_eq!(lines.len(), 1, "{lines:?}");
    lines.remove(0)
}

/// Returns attributes as words of the command line: those inside others by their paths, lists as JSON.
fn words(attrs: &Value) -> Vec<String> {
    let mut words = Vec::new();
    for (name, value) in attrs.as_object().unwrap() {
        add_words(name, value, &mut words);
    }
    words
}

fn add_words(path: &str, value: &Value, words: &mut Vec<String>) {
    match value {
        Value::Object(inside) if !inside.is_empty() => {
            for (name, value) in inside {
                add_words(&format!("{path}.{name}"), value, words);
            }
        }
        Value::String(text) => words.push(format!("{path}={text}")),
        Value::Bool(true) => words.push(path.to_owned()),
        other => words.push(format!("{path}={other}")),
    }
}

/// Returns the refusal that nlhello printed.
fn refusal_of_ours(printed: &Value) -> Refusal {
    let error = &printed["error"];
    assert!(error.is_object(), "not refused: {printed}");
    let text = |key: &str| error[key].as_str().map(str::to_owned);
    let errno = error["errno"].as_i64().unwrap();
    let own_words = [
        nlhello::netlink::Errno(errno as i32).description(),
        "attribute is missing".to_owned(),
    ];

    Refusal {
        errno,
        message: text("message").filter(|words| !own_words.contains(words)),
        attr: text("attr"),
    }
}

/// Returns the refusal that the Python client printed: a path begins with a dot there, and has the selectors of
/// sub-messages in brackets.
fn refusal_of_theirs(printed: &Value) -> Refusal {
    let ext_ack = &printed["ext_ack"];
    let text = |key: &str| ext_ack[key].as_str().map(str::to_owned);
    let attr = text("bad-attr").map(|path| {
        let parts = path.trim_start_matches('.').split('.');
        let names = parts.map(|part| part.split('(').next().unwrap());
        names.collect::<Vec<_>>().join(".")
    });

    Refusal {
        errno: printed["error"]
            .as_i64()
            .unwrap_or_else(|| panic!("not refused: {printed}")),
        message: text("msg"),
        attr: text("miss-type").or(attr),
    }
}

/// Values that go on by themselves wherever they are: timers of bridges, counters of packets, how long ago something was used, and what is random.
const UNSTEADY: &[&str] = &[
    "gc-timer",
    "hello-timer",
    "tcn-timer",
    "topology-change-timer",
    "stats",
    "stats64",
    "cacheinfo",
    "icmp6stats",
    "perm-address",
];

/// Returns `value` without what goes on by itself.
fn steady(value: &Value, unsteady: &[&str]) -> Value {
    match value {
        Value::Object(members) => {
            let members = members
                .iter()
                .filter(|(name, _)| !unsteady.contains(&&***name))
                .map(|(name, value)| (name.clone(), steady(value, unsteady)));
            Value::Object(members.collect())
        }
        Value::Array(items) => {
            let items = items.iter().map(|item| steady(item, unsteady));
            Value::Array(items.collect())
        }
        other => other.clone(),
    }
}

/// Returns a dump in an order of its own: what the kernel adds by itself, routes of IPv6 for instance, comes in no certain one.
fn in_order(answer: Value) -> Value {
    match answer {
        Value::Array(mut objects) => {
            objects.sort_by_cached_key(Value::to_string);
            Value::Array(objects)
        }
        other => other,
    }
}

/// Returns the object of a dump that has `value` under `key`.
fn with<'v>(dump: &'v Value, key: &str, value: impl Into<Value>) -> &'v Value {
    let value = value.into();
    let found = dump
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry[key] == value);

    found.unwrap_or_else(|| panic!("none has {key} {value}: {dump}"))
}

/// Returns the names of the objects of a dump.
fn names<'v>(dump: &'v Value, key: &str) -> Vec<&'v str> {
    let entries = dump.as_array().unwrap().iter();
    entries.filter_map(|entry| entry[key].as_str()).collect()
}
