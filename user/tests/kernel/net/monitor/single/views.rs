// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Views of the current state: of a monitor that begins, and of the show commands.

use super::super::picture::{addresses, with_index, Picture, Prepared};
use super::KINDS;
use crate::lab::*;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

/// The show commands, each with the kind that it shows.
const SHOWS: &[(&str, &str)] = &[
    ("link", "link"),
    ("addr", "addr"),
    ("route", "route show table all -4"),
    ("route", "route show table all -6"),
    ("neigh", "neigh show nud all"),
    ("neigh", "neigh show proxy"),
    ("rule", "rule -4"),
    ("rule", "rule -6"),
    ("nexthop", "nexthop"),
    ("fdb", "fdb"),
];

/// Name of the view by a new monitor's initial lines, beside the kinds of the show commands.
const INITIAL: &str = "initial";

/// Texts of objects that are kept: most of them stay as they are from one look to the next.
const KEPT: usize = 4000;

/// Views of the current state.
pub struct Views {
    /// Initial lines of a new monitor, and the output of the show commands.
    pub both: [(&'static str, Picture); 2],
    /// The links of this network namespace, and whether they are up.
    pub links: BTreeMap<String, bool>,
}

/// Reader of views, with those read before.
pub struct Looker {
    shows: Shows,
    /// The links that names stand for, as all that is kept was read.
    indexes: BTreeMap<String, u64>,
    /// Objects read from texts, by how they are read.
    kept: HashMap<(&'static str, String), Vec<Prepared>>,
    /// Name, index and state of links, by their texts.
    links: HashMap<String, (String, u64, bool)>,
}

impl Looker {
    pub fn start() -> Self {
        Self {
            shows: Shows::start(),
            indexes: BTreeMap::new(),
            kept: HashMap::new(),
            links: HashMap::new(),
        }
    }

    /// Returns what there is in the network namespace of this thread.
    pub fn look(&mut self) -> Views {
        let answers: Vec<_> = SHOWS
            .iter()
            .map(|(_, words)| self.shows.ask(words))
            .collect();
        let initial = initial();
        let links = self.learn(&answers[0]);

        let texts = SHOWS.iter().zip(&answers);
        let texts = texts.flat_map(|((kind, _), answer)| {
            let objects = objects(answer);
            objects.into_iter().map(move |text| (*kind, text))
        });
        let shown = self.picture(texts.collect());
        let told = initial.lines().filter(|line| line.contains("\"kind\":"));
        let told = self.picture(told.map(|line| (INITIAL, line)).collect());
        Views {
            both: [("--initial", told), ("show", shown)],
            links,
        }
    }

    /// Learns the names of links; returns which are up.
    fn learn(&mut self, answer: &str) -> BTreeMap<String, bool> {
        let texts = objects(answer);
        if self.kept.len() > KEPT {
            self.kept.clear();
            self.links.clear();
        }
        let state = |text: &&str| {
            let known = self.links.entry((*text).to_owned());
            known.or_insert_with(|| state_of(text)).clone()
        };
        let links: Vec<_> = texts.iter().map(state).collect();
        let indexes = links.iter().map(|(name, index, _)| (name.clone(), *index));
        let indexes = indexes.collect();
        if indexes != self.indexes {
            self.kept.clear();
            self.indexes = indexes;
        }
        links
            .into_iter()
            .map(|(name, _, is_up)| (name, is_up))
            .collect()
    }

    /// Returns what these texts tell of.
    fn picture(&mut self, texts: Vec<(&'static str, &str)>) -> Picture {
        let mut picture = Picture::of_links(self.indexes.clone());
        for (how, text) in texts {
            let known = self.kept.entry((how, text.to_owned()));
            let objects = known.or_insert_with(|| read(how, text, &picture));
            objects.iter().for_each(|object| picture.put(object));
        }
        picture
    }
}

/// Returns the objects that a text tells of.
fn read(how: &str, text: &str, picture: &Picture) -> Vec<Prepared> {
    let value: Value = serde_json::from_str(text).unwrap();
    match how {
        INITIAL => {
            let kind = value["kind"].as_str().unwrap();
            let object = with_index(value[kind].clone(), value["ifindex"].as_u64());
            vec![picture.prepare(kind, object)]
        }
        "addr" => {
            let addresses = addresses(&value).into_iter();
            addresses
                .map(|addr| picture.prepare("addr", addr))
                .collect()
        }
        kind => vec![picture.prepare(kind, value)],
    }
}

fn state_of(link: &str) -> (String, u64, bool) {
    let link: Value = serde_json::from_str(link).unwrap();
    let flags = link["flags"].as_array().unwrap();
    let name = link["ifname"].as_str().unwrap();
    let is_up = flags.iter().any(|flag| flag == "UP");
    (name.to_owned(), link["ifindex"].as_u64().unwrap(), is_up)
}

fn initial() -> String {
    let words = [
        "--json",
        "monitor",
        "--initial",
        "--timeout",
        "0",
        "--timestamp=none",
    ];
    let output = run(Command::new("nlhello").args(words).args(KINDS));
    assert!(output.status.success(), "{output:?}");
    stdout(&output)
}

/// Returns the objects in the text of an array, as they are written.
fn objects(array: &str) -> Vec<&str> {
    let (mut objects, mut depth, mut start) = (Vec::new(), 0, 0);
    let (mut is_text, mut is_escaped) = (false, false);
    for (at, byte) in array.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            b'{' if !is_text => {
                depth += 1;
                if depth == 1 {
                    start = at;
                }
            }
            b'}' if !is_text => {
                depth -= 1;
                if depth == 0 {
                    objects.push(&array[start..=at]);
                }
            }
            _ => {}
        }
    }
    objects
}

/// A client that answers as many questions as it is asked: to start one each time takes longer.
struct Shows {
    child: Child,
    answers: BufReader<ChildStdout>,
}

impl Shows {
    fn start() -> Self {
        let mut child = Command::new("nlhello")
            .args(["--json", "batch", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Self { child, answers }
    }

    fn ask(&mut self, words: &str) -> String {
        let mut stdin = self.child.stdin.as_ref().unwrap();
        writeln!(stdin, "{words}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        assert!(answer.starts_with('['), "{words}: {answer}");
        answer
    }
}

impl Drop for Shows {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // The program fails only where the test did.
        let _ = self.child.wait();
    }
}
