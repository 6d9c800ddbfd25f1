// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What there is, to a monitor that begins and to the show commands.

use super::super::picture::{Picture, Question};
use super::KINDS;
use crate::lab::*;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

const QUESTIONS: &[Question] = &[
    ("route", "-4", &["route", "show", "table", "all"]),
    ("route", "-6", &["route", "show", "table", "all"]),
    ("neigh", "", &["neigh", "show", "nud", "all"]),
    ("neigh", "", &["neigh", "show", "proxy"]),
    ("rule", "-4", &["rule"]),
    ("rule", "-6", &["rule"]),
    ("nexthop", "", &["nexthop"]),
    ("fdb", "", &["fdb"]),
];

/// What there is now.
pub struct Views {
    /// What a monitor that begins now tells, and what the show commands show.
    pub both: [(&'static str, Picture); 2],
    /// The links of this network namespace, and whether they are up.
    pub links: BTreeMap<String, bool>,
}

/// Returns what there is in the network namespace of this thread, asking the show commands of `shows`.
pub fn look(shows: &mut Shows) -> Views {
    let mut picture = Picture::of_links();
    let mut links = BTreeMap::new();
    picture.add_shown(QUESTIONS, &mut |family, words| {
        let answer = shows.ask(family, words);
        if words == ["link"] {
            links = answer.iter().map(state_of).collect();
        }
        answer
    });
    let both = [("--initial", initial()), ("show", picture)];
    Views { both, links }
}

fn state_of(link: &Value) -> (String, bool) {
    let flags = link["flags"].as_array().unwrap();
    let name = link["ifname"].as_str().unwrap();
    (name.to_owned(), flags.iter().any(|flag| flag == "UP"))
}

fn initial() -> Picture {
    let words = ["--json", "monitor", "--initial", "--timeout", "0"];
    let output = run(Command::new("nlhello").args(words).args(KINDS));
    assert!(output.status.success(), "{output:?}");
    let mut picture = Picture::of_links();
    let wrong = picture.take_all(&json_lines(&output.stdout));
    assert!(wrong.is_empty(), "{wrong:#?}");
    picture
}

/// A client that answers as many questions as it is asked: to start one each time takes longer.
pub struct Shows {
    child: Child,
    answers: BufReader<ChildStdout>,
}

impl Shows {
    pub fn start() -> Self {
        let mut child = Command::new("nlhello")
            .args(["--json", "batch", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Self { child, answers }
    }

    fn ask(&mut self, family: &str, words: &[&str]) -> Vec<Value> {
        let mut stdin = self.child.stdin.as_ref().unwrap();
        writeln!(stdin, "{} {family}", words.join(" ")).unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{words:?}: {error}"))
    }
}

impl Drop for Shows {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // It fails only where the test did.
        let _ = self.child.wait();
    }
}
