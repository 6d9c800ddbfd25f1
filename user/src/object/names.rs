// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Names for the numbers that objects refer to.

use super::{Fields, Numbers, Value};
use std::collections::{HashMap, HashSet, VecDeque};

/// How many links that are gone are called by their names still: what was on them is told later.
const GONE: usize = 1024;

/// Name of a link.
#[derive(Default)]
struct Called {
    name: Vec<u8>,
    is_gone: bool,
}

/// Names of links, as far as they were learned, and those that `iproute2` reads from its files.
#[derive(Default)]
pub struct Names {
    links: HashMap<u32, Called>,
    /// Links that were asked for before they were learned of, and are called by their index.
    missing: Vec<u32>,
    /// Links that are down.
    down: HashSet<u32>,
    /// Links that are gone, the first one first.
    gone: VecDeque<u32>,
    /// Links that were told last to be above one that is down.
    above_down: HashSet<u32>,
    numbers: Numbers,
    /// Whether what is told now is of links in another network namespace, which have no names here.
    are_in_peer_namespace: bool,
    /// Whether what is told now is as it was told last.
    is_past: bool,
}

impl Names {
    /// Returns no names yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the name of the link with this index; as `ip`, `if7` for one that was not [learned](Names::learn) of,
    /// which is [missing](Names::take_missing) from then on.
    #[inline]
    pub fn link(&mut self, index: u32) -> Value<'_> {
        if !self.links.contains_key(&index) {
            self.miss(index);
        }
        Value::Dev(self.links.get(&index).map_or(b"", |called| &called.name))
    }

    #[cold]
    fn miss(&mut self, index: u32) {
        let (name, is_gone) = (format!("if{index}").into_bytes(), false);
        self.links.insert(index, Called { name, is_gone });
        self.missing.push(index);
    }

    /// Returns how many links are missing.
    #[inline]
    pub fn count_missing(&self) -> usize {
        self.missing.len()
    }

    /// Returns the links that are missing, each once in all.
    pub fn take_missing(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.missing)
    }

    /// Tells the link with this `index` under `key`; under `key_index` by that alone, where it is in another network
    /// namespace.
    pub fn describe_link(&mut self, key: &str, index: u32, out: &mut dyn Fields) {
        match self.are_in_peer_namespace {
            true => out.field(&format!("{key}_index"), Value::Number(index.into())),
            false => out.field(key, self.link(index)),
        }
    }

    /// Has `describe` tell of links in another network namespace, if they are there.
    pub fn in_peer_namespace<T>(
        &mut self,
        are_there: bool,
        describe: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let outside = std::mem::replace(&mut self.are_in_peer_namespace, are_there);
        let described = describe(self);
        self.are_in_peer_namespace = outside;
        described
    }

    /// Has `describe` tell of objects as they were told last, if that `is_past`.
    pub fn as_described<T>(&mut self, is_past: bool, describe: impl FnOnce(&mut Self) -> T) -> T {
        let outside = std::mem::replace(&mut self.is_past, is_past);
        let described = describe(self);
        self.is_past = outside;
        described
    }

    /// Says whether the link `index` is above one, `lower`, that is down, or was when it was
    /// [described last](Names::as_described).
    pub fn is_above_down(&mut self, index: u32, lower: Option<u32>) -> bool {
        match self.is_past {
            true => self.above_down.contains(&index),
            false => lower.is_some_and(|lower| self.is_down(lower)),
        }
    }

    /// Says whether the link `index` was told last to be above one that is down, and `lower` is not, or the other way
    /// round.
    pub fn has_turned(&mut self, index: u32, lower: Option<u32>) -> bool {
        let was = self.above_down.contains(&index);
        self.is_above_down(index, lower) != was
    }

    /// Notes that the link `index`, above `lower`, was told, or that it is known without that.
    pub fn settle(&mut self, index: u32, lower: Option<u32>) {
        match self.is_above_down(index, lower) {
            true => self.above_down.insert(index),
            false => self.above_down.remove(&index),
        };
    }

    /// Says whether there is a link with this index that is down.
    pub fn is_down(&mut self, index: u32) -> bool {
        self.link(index);
        self.down.contains(&index)
    }

    /// Notes that the link with this index is called `name` from now on, and is up or not: no link that is gone has the name
    /// any more; says whether another name, or none, was known.
    pub fn learn(&mut self, index: u32, name: &[u8], is_up: bool) -> bool {
        match is_up {
            true => self.down.remove(&index),
            false => self.down.insert(index),
        };
        let called = self.links.entry(index).or_default();
        if std::mem::take(&mut called.is_gone) {
            self.gone.retain(|gone| *gone != index);
        }
        let is_other = called.name != name;
        if is_other {
            called.name = name.to_vec();
            self.forget_gone(name);
        }
        is_other
    }

    /// Forgets the name of the link that is gone and was called `name`.
    fn forget_gone(&mut self, name: &[u8]) {
        let Self { links, gone, .. } = self;
        gone.retain(|gone| {
            let is_it = links.get(gone).is_some_and(|called| called.name == name);
            if is_it {
                links.remove(gone);
            }
            !is_it
        });
    }

    /// Marks the link as removed, and not as down. Its name stays until 1,024 newer links were removed, for late events;
    /// returns whether an older name went.
    pub fn remove(&mut self, index: u32) -> bool {
        self.down.remove(&index);
        if let Some(called) = self.links.get_mut(&index) {
            if std::mem::replace(&mut called.is_gone, true) {
                self.gone.retain(|gone| *gone != index);
            }
            self.gone.push_back(index);
        }
        let is_full = self.gone.len() > GONE;
        if is_full {
            let first = self.gone.pop_front().unwrap_or_default();
            self.links.remove(&first);
            self.above_down.remove(&first);
        }
        is_full
    }

    /// Returns the tables of names for numbers.
    #[inline]
    pub fn numbers(&mut self) -> &mut Numbers {
        &mut self.numbers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_is_gone_is_called_by_its_name_until_many_more_are() {
        let mut names = Names::new();
        for (index, name) in [(1, b"a"), (2, b"c")] {
            names.learn(index, name, false);
            names.remove(index);
        }
        // Link 2 comes back, as from another namespace.
        names.learn(2, b"c", true);
        for index in 3..3 + GONE as u32 {
            assert_eq!(names.link(1), Value::Dev(b"a"));
            names.learn(index, format!("b{index}").as_bytes(), true);
            names.remove(index);
        }

        assert_eq!(names.link(1), Value::Dev(b"if1"));
        assert_eq!(names.link(2), Value::Dev(b"c"));
    }

    #[test]
    fn a_link_that_is_gone_is_not_called_by_a_name_that_another_has_taken() {
        let mut names = Names::new();
        for (index, name) in [(1, b"a"), (2, b"b")] {
            names.learn(index, name, true);
            names.remove(index);
        }
        names.learn(3, b"a", true);

        assert_eq!(names.link(1), Value::Dev(b"if1"));
        assert_eq!(names.link(2), Value::Dev(b"b"));
        assert_eq!(names.link(3), Value::Dev(b"a"));
    }

    #[test]
    fn a_link_is_above_one_that_is_down_as_it_is_and_as_it_was_told() {
        let mut names = Names::new();
        let described =
            |names: &mut Names| names.as_described(true, |names| names.is_above_down(8, Some(7)));

        for (is_up, was) in [(true, false), (false, false), (true, true)] {
            names.learn(7, b"a", is_up);
            assert_eq!(names.is_above_down(8, Some(7)), !is_up);
            assert_eq!(described(&mut names), was);
            assert_eq!(names.has_turned(8, Some(7)), is_up == was);
            names.settle(8, Some(7));
            assert!(!names.has_turned(8, Some(7)));
        }
        names.learn(7, b"a", false);
        names.remove(7);
        assert!(!names.is_above_down(8, Some(7)));
    }

    #[test]
    fn a_link_is_missing_once_and_called_by_its_index_until_it_is_learned_of() {
        let mut names = Names::new();
        for _ in 0..2 {
            assert_eq!(names.link(7), Value::Dev(b"if7"));
        }

        assert_eq!(names.take_missing(), [7]);
        names.learn(7, b"a", true);
        assert_eq!(names.link(7), Value::Dev(b"a"));
        assert_eq!(names.count_missing(), 0);
    }
}
