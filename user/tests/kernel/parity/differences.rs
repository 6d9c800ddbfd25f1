// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The differences on purpose, as `docs/json.md` lists them.

use std::collections::BTreeSet;

const DOCS: &str = include_str!("../../../../docs/json.md");
const HEADING: &str = "## Differences from iproute2";

/// Differences on purpose in the objects of a kind.
pub struct Differences {
    listed: Vec<Difference>,
    seen: BTreeSet<Difference>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum How {
    /// Only the client has it.
    Added,
    /// Only iproute2 has it.
    Left,
    /// The values differ.
    Other,
}

/// A key, with those of the objects around it, and how it differs.
type Difference = (String, How);

impl Differences {
    /// Reads those of `kind`.
    pub fn of(kind: &str) -> Self {
        Self {
            listed: rows().filter_map(|row| read(row, kind)).collect(),
            seen: BTreeSet::new(),
        }
    }

    /// Says whether this one is listed, and remembers that it is there.
    pub fn has(&mut self, path: &str, how: How) -> bool {
        let difference = (path.to_owned(), how);
        let listed = self.listed.contains(&difference);
        if listed {
            self.seen.insert(difference);
        }
        listed
    }

    /// Asserts that each one that is listed is there, but for keys that some kernels have not.
    pub fn assert_all_seen(&self) {
        let unseen: Vec<_> = self
            .listed
            .iter()
            .filter(|(path, how)| *how != How::Added && !self.seen.contains(&(path.clone(), *how)))
            .collect();
        assert!(
            unseen.is_empty(),
            "listed in docs/json.md, and not there: {unseen:?}"
        );
    }
}

/// The rows of the table, below its head.
fn rows() -> impl Iterator<Item = &'static str> {
    let (_, section) = DOCS.split_once(HEADING).expect("no list of differences");
    let section = section.split("\n## ").next().unwrap();

    section.lines().filter(|line| line.starts_with("| `"))
}

/// Reads `` | `kind` `kind` | `key.of.it` | how | why | ``, if it is of `kind`.
fn read(row: &str, kind: &str) -> Option<Difference> {
    let cells: Vec<_> = row.split('|').map(|cell| cell.trim()).collect();
    let [_, of, path, how, why, _] = cells[..] else {
        panic!("not four columns: {row}");
    };
    assert!(!why.is_empty(), "no reason: {row}");
    let how = match how {
        "added" => How::Added,
        "left out" => How::Left,
        "other" => How::Other,
        _ => panic!("no such difference: {row}"),
    };

    let is_of_kind = of.split(' ').any(|of| of.trim_matches('`') == kind);
    is_of_kind.then(|| (path.trim_matches('`').to_owned(), how))
}
