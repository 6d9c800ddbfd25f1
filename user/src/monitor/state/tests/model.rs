// SPDX-License-Identifier: Apache-2.0 OR MIT

//! IPv4 routes as `net/ipv4/fib_trie.c` has them, changed while they are read, in any order.

use super::picture::{Picture, Sent};
use super::*;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::VecDeque;

/// Metric and gateway; the place is the prefix.
type Alias = (u8, u8);

/// The routes to each prefix, by metric, and events that nobody read yet.
#[derive(Default)]
struct RouteKernel {
    leaves: [Vec<Alias>; 2],
    events: VecDeque<Sent>,
    /// A route that is told to be gone before it is.
    doomed: Option<(usize, Alias)>,
}

fn route_of(leaf: usize, (metric, via): Alias) -> Vec<u8> {
    route(libc::AF_INET, leaf as u8, metric, via)
}

impl RouteKernel {
    /// Does what a byte says, as far as that can be done: whoever changes something waits for whoever
    /// does so already.
    fn change(&mut self, byte: u8) {
        if self.finish() {
            return;
        }
        let leaf = usize::from(byte & 1);
        let alias = (byte >> 3 & 1, 1 + (byte >> 1 & 3));
        match byte >> 4 & 7 {
            0 | 1 => self.delete(leaf, alias),
            2 => self.replace(leaf, alias),
            3 => self.add(leaf, alias, APPEND),
            4 => self.add(leaf, alias, libc::NLM_F_CREATE as u16),
            _ => self.add(leaf, alias, ADD),
        }
    }

    /// Ends what has begun.
    fn finish(&mut self) -> bool {
        let Some((leaf, doomed)) = self.doomed.take() else {
            return false;
        };
        self.leaves[leaf].retain(|alias| *alias != doomed);
        true
    }

    fn delete(&mut self, leaf: usize, alias: Alias) {
        if self.leaves[leaf].contains(&alias) {
            self.emit(false, 0, leaf, alias);
            self.doomed = Some((leaf, alias));
        }
    }

    fn replace(&mut self, leaf: usize, alias: Alias) {
        let is_there = self.leaves[leaf].contains(&alias);
        let first = self.leaves[leaf]
            .iter_mut()
            .find(|(metric, _)| *metric == alias.0);
        match first {
            None => self.add(leaf, alias, ADD),
            Some(_) if is_there => {}
            Some(first) => {
                *first = alias;
                self.emit(true, REPLACE, leaf, alias);
            }
        }
    }

    fn add(&mut self, leaf: usize, alias: Alias, flags: u16) {
        let aliases = &mut self.leaves[leaf];
        let start = aliases.partition_point(|(metric, _)| *metric < alias.0);
        let end = aliases.partition_point(|(metric, _)| *metric <= alias.0);
        let flags = if start == end { ADD } else { flags };
        if start < end && (flags == ADD || aliases.contains(&alias)) {
            return;
        }
        aliases.insert(if flags == APPEND { end } else { start }, alias);
        self.emit(true, flags, leaf, alias);
    }

    fn emit(&mut self, is_there: bool, flags: u16, leaf: usize, alias: Alias) {
        let event = (Kind::Route, is_there, flags, route_of(leaf, alias));
        self.events.push_back(event);
    }

    fn all(&self) -> Vec<Vec<u8>> {
        let of = |leaf: usize| {
            self.leaves[leaf]
                .iter()
                .map(move |alias| route_of(leaf, *alias))
        };
        let mut all: Vec<_> = of(0).chain(of(1)).collect();
        all.sort();
        all
    }
}

/// Monitor of the simulated kernel.
struct RouteWatcher {
    picture: Picture,
    /// Where the dump is: the prefix, and how many of its routes it has shown.
    at: (usize, usize),
}

impl RouteWatcher {
    fn new() -> Self {
        Self {
            picture: Picture::new(),
            at: (0, 0),
        }
    }

    fn receive(&mut self, kernel: &mut RouteKernel) {
        if let Some(event) = kernel.events.pop_front() {
            self.picture.take(event);
        }
    }

    /// Reads some more routes, and pauses.
    fn read(&mut self, kernel: &RouteKernel, count: usize) {
        for _ in 0..count {
            let (leaf, shown) = self.at;
            let Some(aliases) = kernel.leaves.get(leaf) else {
                return;
            };
            match aliases.get(shown) {
                Some(alias) => {
                    self.at.1 += 1;
                    let route = route_of(leaf, *alias);
                    self.picture.state.find(&Payload::new(Kind::Route, &route));
                }
                None => self.at = (leaf + 1, 0),
            }
        }
        self.picture.state.pause();
    }

    fn open(&mut self, kernel: &mut RouteKernel) {
        kernel.finish();
        self.at = (0, 0);
        self.picture.state.open(Kind::Route.into(), Origin::Missed);
    }

    /// Ends the reading; says whether all is known now.
    fn close(&mut self, kernel: &mut RouteKernel) -> bool {
        self.read(kernel, 100);
        kernel.finish();
        while !kernel.events.is_empty() {
            self.receive(kernel);
        }
        self.picture.close();
        std::mem::take(&mut self.picture.state.doubt).is_empty()
    }

    /// Deletes all; returns how many rows of bytes are kept still.
    fn end(&mut self, kernel: &mut RouteKernel) -> usize {
        kernel.leaves = Default::default();
        self.open(kernel);
        self.close(kernel);
        self.picture.state.tables[Kind::Route as usize].rows()
    }
}

/// Changes of which all events are lost, and what happens while the state is read after that.
type Round = (Vec<u8>, Vec<u8>);

fn rounds() -> impl Strategy<Value = Vec<Round>> {
    vec((vec(any::<u8>(), 0..12), vec(any::<u8>(), 0..16)), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2048) })]

    /// Changes of any kind while the state is read: what it is sure of is so; and it is sure at last.
    #[test]
    fn who_is_sure_is_right(rounds in rounds()) {
        let mut kernel = RouteKernel::default();
        let mut watcher = RouteWatcher::new();
        for (lost, steps) in rounds.iter().chain([&Round::default()]) {
            lost.iter().for_each(|byte| kernel.change(*byte));
            kernel.finish();
            kernel.events.clear();
            watcher.open(&mut kernel);
            for step in steps {
                match step >> 6 {
                    0 | 1 => kernel.change(*step),
                    2 => watcher.receive(&mut kernel),
                    _ => watcher.read(&kernel, usize::from(step & 3)),
                }
            }
            let is_sure = watcher.close(&mut kernel);
            prop_assert!(is_sure || !steps.is_empty());
            watcher.picture.check(Kind::Route);
            if is_sure {
                prop_assert_eq!(watcher.picture.known(Kind::Route), kernel.all());
            }
        }
        prop_assert_eq!(watcher.end(&mut kernel), 0);
    }
}
