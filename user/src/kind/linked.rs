// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Links that objects are chosen by: those that have a name, or had it.

use crate::rtnl::Link;
use std::collections::VecDeque;

/// How many links are remembered, those that are gone among them.
const FORMER: usize = 1024;

/// Links by their name, and a number of each that has it or had it, such as its index: what was on one that is gone may
/// be told after the next one has come.
#[derive(Clone, Debug)]
pub struct Linked {
    name: Vec<u8>,
    /// Whether the name is a pattern.
    is_pattern: bool,
    /// Returns the number; `None` where the link is no such link.
    number: fn(&Link<'_>) -> Option<u32>,
    numbers: VecDeque<u32>,
}

impl PartialEq for Linked {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.numbers == other.numbers
    }
}

impl Eq for Linked {}

impl Linked {
    /// Returns those that are called `name`, by the number that `number` returns; none is known yet.
    pub(crate) fn called(name: &[u8], number: fn(&Link<'_>) -> Option<u32>) -> Self {
        Self {
            name: name.to_vec(),
            is_pattern: false,
            number,
            numbers: VecDeque::new(),
        }
    }

    /// Returns those whose names are like `pattern`, by their indexes.
    pub(crate) fn like(pattern: &[u8]) -> Self {
        Self {
            is_pattern: true,
            ..Self::called(pattern, |link| Some(link.header().index))
        }
    }

    /// Returns the name, unless it is a pattern.
    pub fn name(&self) -> Option<&[u8]> {
        (!self.is_pattern).then_some(&self.name)
    }

    /// Says whether a link, or something else of such a name, is called `name`.
    pub(crate) fn is_called(&self, name: &[u8]) -> bool {
        match self.is_pattern {
            true => is_like(name, &self.name),
            false => name == self.name,
        }
    }

    /// Says whether `number` is that of one of them.
    pub fn has(&self, number: u32) -> bool {
        self.numbers.contains(&number)
    }

    /// Returns the number of one of them.
    pub fn first(&self) -> Option<u32> {
        self.numbers.front().copied()
    }

    /// Returns all numbers.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = u32> + '_ {
        self.numbers.iter().copied()
    }

    /// Notes `link` if it has the name; says whether it is one of them.
    pub fn learn(&mut self, link: &Link<'_>) -> bool {
        let is_it = link.names().any(|name| self.is_called(name));
        match (self.number)(link).filter(|_| is_it) {
            Some(number) => self.note(number),
            None => return false,
        }
        true
    }

    /// Notes a number, whatever it is of.
    pub fn note(&mut self, number: u32) {
        note_recent(&mut self.numbers, number);
    }

    /// Forgets all of them.
    pub fn forget(&mut self) {
        self.numbers.clear();
    }
}

/// Notes the `number` of a link behind those that are known; of many the first is forgotten.
pub fn note_recent(numbers: &mut VecDeque<u32>, number: u32) {
    if numbers.contains(&number) {
        return;
    }
    if numbers.len() == FORMER {
        numbers.pop_front();
    }
    numbers.push_back(number);
}

/// Says whether `name` is like `pattern`, where `*` stands for any bytes and `?` for one.
fn is_like(name: &[u8], pattern: &[u8]) -> bool {
    match (pattern.split_first(), name.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), more) => {
            is_like(name, rest) || more.is_some_and(|(_, more)| is_like(more, pattern))
        }
        (Some((b'?', rest)), Some((_, more))) => is_like(more, rest),
        (Some((own, rest)), Some((other, more))) => own == other && is_like(more, rest),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_bytes_and_a_question_mark_for_one() {
        for (name, pattern, expected) in [
            ("eth0", "eth0", true),
            ("eth0:1", "eth0", false),
            ("eth0:1", "eth0*", true),
            ("eth0:1", "*:1", true),
            ("eth0:1", "*", true),
            ("eth0", "eth?", true),
            ("eth", "eth?", false),
            ("", "*", true),
            ("", "?", false),
        ] {
            let is_so = is_like(name.as_bytes(), pattern.as_bytes());
            assert_eq!(is_so, expected, "{name} {pattern}");
        }
    }
}
