// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The tables of changes, a row each, and what random choice makes of a row.

use crate::random::Random;
use std::collections::HashMap;

const TABLES: [&str; 5] = [
    include_str!("tables/links.txt"),
    include_str!("tables/ports.txt"),
    include_str!("tables/addrs.txt"),
    include_str!("tables/routes.txt"),
    include_str!("tables/neighs.txt"),
];
const WORLD: &str = include_str!("tables/world.txt");

/// A link that is changed, and the steps that make it.
#[derive(Clone, Copy)]
pub struct Link {
    pub name: &'static str,
    pub kind: &'static str,
    pub steps: &'static str,
}

/// A row of the tables, for links of one kind, which are up or not.
#[derive(Clone)]
pub struct Row {
    pub kind: &'static str,
    pub attribute: &'static str,
    /// The links one of which it is about.
    links: Vec<&'static str>,
    pub is_up: bool,
    steps: &'static str,
}

/// Words of a change, done at once.
#[derive(Clone, Debug)]
pub struct Step {
    pub words: String,
    /// Whether it sees to what others need only, and may be refused.
    pub is_help: bool,
}

impl Step {
    /// Says whether others can do without it: a link that is elsewhere, or has another name, is of no use to them.
    pub fn can_be_left_out(&self) -> bool {
        let is_lost = [" name ", " netns "]
            .iter()
            .any(|word| self.words.contains(word));
        !self.is_help && !is_lost
    }

    /// Says whether `link` is one of its words.
    pub fn names(&self, link: &Link) -> bool {
        let mut words = self.words.split([' ', '.']);
        words.any(|word| word == link.name)
    }

    /// Returns why it was refused, if it may not be.
    pub fn needs(&self, why: String) -> Result<(), String> {
        match self.is_help {
            true => Ok(()),
            false => Err(why),
        }
    }
}

/// Returns the links, what others are made on first.
pub fn world() -> Vec<Link> {
    rows(WORLD).map(link).collect()
}

/// Returns all rows about `links`, each once for links that are up and once for those that are not where it says so.
pub fn all_rows(links: &[Link]) -> Vec<Row> {
    let all = TABLES.iter().flat_map(|table| rows(table));
    all.flat_map(|row| read(row, links)).collect()
}

fn rows(table: &'static str) -> impl Iterator<Item = &'static str> {
    table
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn link(row: &'static str) -> Link {
    let ([name, kind], steps) = columns(row);
    Link { name, kind, steps }
}

/// Returns the first columns of a row, and the rest.
fn columns<const N: usize>(row: &'static str) -> ([&'static str; N], &'static str) {
    let mut rest = row;
    let columns = [(); N].map(|()| {
        let (column, behind) = rest.split_once(' ').unwrap_or_else(|| panic!("{row}"));
        rest = behind.trim_start();
        column
    });
    (columns, rest)
}

fn read(row: &'static str, links: &[Link]) -> Vec<Row> {
    let ([kinds, attribute, on, when], steps) = columns(row);
    let is_up: &[bool] = match when {
        "both" => &[true, false],
        "up" => &[true],
        "down" => &[false],
        _ => panic!("neither up nor down: {row}"),
    };
    let groups = match kinds.strip_prefix('*') {
        Some(but) => of_all_kinds(but, links),
        None => vec![(kinds, choices(on))],
    };
    let one = |(kind, on): (&'static str, Vec<&'static str>), is_up| Row {
        kind,
        attribute,
        links: on,
        is_up,
        steps,
    };
    groups
        .into_iter()
        .filter_map(|(kind, on)| Some((kind, only_there(on, links)?)))
        .flat_map(|group| is_up.iter().map(move |is_up| one(group.clone(), *is_up)))
        .filter(|row| row.can_be_made(links))
        .collect()
}

/// Returns the kinds of links but those that `but` lists behind a !, each with its links.
fn of_all_kinds(but: &str, links: &[Link]) -> Vec<(&'static str, Vec<&'static str>)> {
    let but: Vec<_> = but.trim_start_matches('!').split(',').collect();
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for link in links.iter().filter(|link| !but.contains(&link.kind)) {
        match groups.iter_mut().find(|(kind, _)| *kind == link.kind) {
            Some((_, names)) => names.push(link.name),
            None => groups.push((link.kind, vec![link.name])),
        }
    }
    groups
}

/// Returns those of the links that there are, unless that is none.
fn only_there(mut names: Vec<&'static str>, links: &[Link]) -> Option<Vec<&'static str>> {
    let is_there = |name: &&str| *name == "lo" || links.iter().any(|link| link.name == *name);
    names.retain(is_there);
    (!names.is_empty()).then_some(names)
}

fn choices(text: &'static str) -> Vec<&'static str> {
    let inner = text
        .strip_prefix('{')
        .and_then(|text| text.strip_suffix('}'));
    match inner {
        Some(inner) => inner.split(',').collect(),
        None => vec![text],
    }
}

impl Row {
    /// Returns its steps, with one of several wherever there is a choice, and the link that it is about.
    pub fn choose(&self, random: &mut Random) -> (&'static str, Vec<Step>) {
        let link = self.links[random.below(self.links.len())];
        let text = expand(&self.steps.replace('@', link), random);
        (link, steps(&text))
    }

    /// Says whether the links that its steps name are there: all of the world's that this kernel lacks are looked for.
    fn can_be_made(&self, links: &[Link]) -> bool {
        let missing = |name: &str| {
            let is_it = |link: &Link| link.name == name;
            world().iter().any(is_it) && !links.iter().any(is_it)
        };
        !self.steps.split_whitespace().any(missing)
    }
}

/// Returns the steps in `text`.
pub fn steps(text: &str) -> Vec<Step> {
    let step = |words: &str| Step {
        words: words.trim_start_matches('~').to_owned(),
        is_help: words.starts_with('~'),
    };
    text.split(" ; ").map(str::trim).map(step).collect()
}

/// Returns `text` with one of each {a,b}: the same one wherever the same is to choose from.
fn expand(text: &str, random: &mut Random) -> String {
    let mut chosen = HashMap::new();
    let mut parts = text.split('{');
    let mut all = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (choice, rest) = part.split_once('}').unwrap_or_else(|| panic!("{text}"));
        let from: Vec<_> = choice.split(',').collect();
        let pick = *chosen
            .entry(choice)
            .or_insert_with(|| random.below(from.len()));
        all = all + from[pick] + rest;
    }
    all
}
