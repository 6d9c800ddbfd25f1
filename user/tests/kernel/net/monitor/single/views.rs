// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Views of the current state: of a monitor that begins, and of the show commands.

use super::super::picture::{addresses, with_index, Picture, Prepared};
use super::grammar::Step;
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
    ("route", "route show table all"),
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
    /// The links of this network namespace.
    pub links: BTreeMap<String, State>,
    /// Addresses, as the show command prints them.
    addrs: String,
}

/// State of a link on which others depend.
#[derive(Clone)]
pub struct State {
    pub is_up: bool,
    master: Option<String>,
}

impl Views {
    /// Says whether what a step makes of a link or of its addresses is not so.
    pub fn lack(&self, step: &Step) -> bool {
        let is_other = |link: &str, is_so: fn(&State, &str) -> bool, word: &str| {
            let state = self.links.get(link);
            state.is_some_and(|state| !is_so(state, word))
        };
        let words: Vec<_> = step.words.split_whitespace().collect();
        match words[..] {
            ["ip", "link", "set", link, "up"] => is_other(link, |state, _| state.is_up, ""),
            ["ip", "link", "set", link, "master", master] => is_other(
                link,
                |state, master| state.master.as_deref() == Some(master),
                master,
            ),
            ["ip", "addr", "add", addr, ..] | ["ip", "-6", "addr", "add", addr, ..] => {
                let (addr, _) = addr.split_once('/').unwrap();
                !self.addrs.contains(&format!("{{\"local\":\"{addr}\""))
            }
            _ => false,
        }
    }
}

/// Reader of views, with those read before.
pub struct Looker {
    netns: &'static str,
    shows: Shows,
    /// The links that names stand for, as all that is kept was read.
    indexes: BTreeMap<String, u64>,
    /// Objects read from texts, by how they are read.
    kept: HashMap<(&'static str, String), Vec<Prepared>>,
    /// Name, index and state of links, by their texts.
    links: HashMap<String, (String, u64, State)>,
    /// Objects that the last new monitor told.
    emitted: Picture,
    /// Last answers of the show commands.
    answers: [String; SHOWS.len()],
}

impl Looker {
    pub fn start(netns: &'static str) -> Self {
        Self {
            netns,
            shows: Shows::start(netns),
            indexes: BTreeMap::new(),
            kept: HashMap::new(),
            links: HashMap::new(),
            emitted: Picture::default(),
            answers: Default::default(),
        }
    }

    /// Returns what there is in the network namespace. Objects of a kind that a new monitor tells as before are shown as
    /// before, too.
    pub fn look(&mut self) -> Views {
        let initial = initial(self.netns);
        let objects: Vec<_> = initial
            .lines()
            .filter(|line| line.contains("\"kind\":"))
            .collect();
        let (links, are_others) = self.learn(&objects);
        let emitted = self.picture(objects.into_iter().map(|line| (INITIAL, line)).collect());
        let last = std::mem::replace(&mut self.emitted, emitted.clone());
        self.ask(|kind| are_others || !emitted.is_same(&last, kind));
        let shown = self.shown();
        Views {
            both: [("--initial", emitted), ("show", shown)],
            links,
            addrs: self.answers[1].clone(),
        }
    }

    /// Asks for what is shown of the kinds of which something is not as before.
    fn ask(&mut self, is_other: impl Fn(&str) -> bool) {
        let Self { shows, answers, .. } = self;
        for ((kind, words), answer) in SHOWS.iter().zip(answers) {
            if is_other(kind) {
                *answer = shows.ask(words);
            }
        }
    }

    fn shown(&mut self) -> Picture {
        let answers = std::mem::take(&mut self.answers);
        let texts = SHOWS.iter().zip(&answers);
        let texts = texts.flat_map(|((kind, _), answer)| {
            let objects = objects(answer);
            objects.into_iter().map(move |text| (*kind, text))
        });
        let shown = self.picture(texts.collect());
        self.answers = answers;
        shown
    }

    /// Learns the names of links; returns their states, and whether names are not what they were.
    fn learn(&mut self, lines: &[&str]) -> (BTreeMap<String, State>, bool) {
        if self.kept.len() > KEPT {
            self.kept.clear();
            self.links.clear();
        }
        let state = |text: &&str| {
            let known = self.links.entry((*text).to_owned());
            known.or_insert_with(|| state_of(text)).clone()
        };
        let lines = lines
            .iter()
            .filter(|line| line.contains("\"kind\":\"link\""));
        let links: Vec<_> = lines.map(state).collect();
        let indexes = links.iter().map(|(name, index, _)| (name.clone(), *index));
        let indexes = indexes.collect();
        let are_others = indexes != self.indexes;
        if are_others {
            self.kept.clear();
            self.indexes = indexes;
        }
        let states = links.into_iter().map(|(name, _, state)| (name, state));
        (states.collect(), are_others)
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

/// Returns name, index and state of the link that a line tells of.
fn state_of(line: &str) -> (String, u64, State) {
    let line: Value = serde_json::from_str(line).unwrap();
    let link = &line["link"];
    let flags = link["flags"].as_array().unwrap();
    let name = link["ifname"].as_str().unwrap();
    let state = State {
        is_up: flags.iter().any(|flag| flag == "UP"),
        master: link["master"].as_str().map(str::to_owned),
    };
    (name.to_owned(), link["ifindex"].as_u64().unwrap(), state)
}

fn initial(netns: &str) -> String {
    let words = [
        "-n",
        netns,
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
    fn start(netns: &str) -> Self {
        let mut child = Command::new("nlhello")
            .args(["-n", netns, "--json", "batch", "-"])
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
