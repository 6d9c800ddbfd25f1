// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Objects of several kinds, some of which are read while all of them change.

use super::picture::{Picture, Sent};
use super::*;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::{BTreeMap, VecDeque};

/// Objects of the simulated kernel; of routes, those of one family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Sort {
    Link,
    Addr,
    Nexthop,
    Ipv4,
    Ipv6,
    Neigh,
    Rule,
    Fdb,
}

use Sort::*;

/// In the order in which they are read.
const SORTS: [Sort; 8] = [Link, Addr, Nexthop, Ipv4, Ipv6, Neigh, Rule, Fdb];

impl Sort {
    fn kind(self) -> Kind {
        match self {
            Link => Kind::Link,
            Addr => Kind::Addr,
            Nexthop => Kind::Nexthop,
            Ipv4 | Ipv6 => Kind::Route,
            Neigh => Kind::Neigh,
            Rule => Kind::Rule,
            Fdb => Kind::Fdb,
        }
    }

    /// Returns the object with this key; routes of IPv6 have as many hops as there are `values`.
    fn payload(self, key: u8, values: &[u8]) -> Vec<u8> {
        let value = values[0];
        match self {
            Link => link(key + 1, value, &[(IFLA_MTU, &[0, 5, 0, 0])]),
            Addr => with(
                &[2, 24, 0, 0, 1, 0, 0, 0],
                &[(IFA_LOCAL, &[10, 0, 0, key]), (8, &[value, 0, 0, 0])],
            ),
            Nexthop => with(&[0; 8], &[(1, &[key, 0, 0, 0]), (5, &[value, 0, 0, 0])]),
            Ipv4 => route(libc::AF_INET, key, 0, value),
            Ipv6 if values.len() == 1 => route(libc::AF_INET6, key, 0, value),
            Ipv6 => ipv6_of_hops(key, values),
            Neigh => with(
                &[2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 1],
                &[(NDA_DST, &[10, 0, 0, key]), (NDA_LLADDR, &[value; 6])],
            ),
            Rule => with(
                &[2, 0, 0, 0, 254, 0, 0, 1, value, 0, 0, 0],
                &[(6, &[key, 0, 0, 0])],
            ),
            Fdb => with(
                &[7, 0, 0, 0, value, 0, 0, 0, 2, 0, 0, 0],
                &[(NDA_LLADDR, &[key; 6]), (9, &[9, 0, 0, 0])],
            ),
        }
    }
}

fn ipv6_of_hops(key: u8, hops: &[u8]) -> Vec<u8> {
    let route = route(libc::AF_INET6, key, 0, 0);
    with(&route[..route.len() - 8], &[(RTA_MULTIPATH, hops)])
}

/// Objects of a simulated kernel, and events that were not read yet.
#[derive(Default)]
struct Kernel {
    objects: BTreeMap<(Sort, u8), Vec<u8>>,
    events: VecDeque<Sent>,
}

impl Kernel {
    fn change(&mut self, sort: Sort, byte: u8) {
        let (key, value) = (byte & 3, 1 + (byte >> 2 & 3));
        let old = self.objects.get(&(sort, key)).cloned();
        match (byte >> 4 & 3, old) {
            (0, Some(old)) => self.delete(sort, key, &old),
            (1, Some(old)) if old.contains(&value) => self.delete_hop(sort, key, &old, value),
            (2, Some(mut values)) if sort == Ipv6 && !values.contains(&value) => {
                values.push(value);
                self.set(sort, key, values, APPEND);
            }
            (_, None) => self.set(sort, key, vec![value], ADD),
            (_, Some(old)) if old == [value] => {}
            (_, Some(_)) => self.set(sort, key, vec![value], REPLACE),
        }
    }

    fn set(&mut self, sort: Sort, key: u8, values: Vec<u8>, flags: u16) {
        self.emit(sort, true, flags, sort.payload(key, &values));
        self.objects.insert((sort, key), values);
    }

    fn delete(&mut self, sort: Sort, key: u8, values: &[u8]) {
        self.emit(sort, false, 0, sort.payload(key, values));
        self.objects.remove(&(sort, key));
    }

    fn delete_hop(&mut self, sort: Sort, key: u8, values: &[u8], hop: u8) {
        if values.len() == 1 {
            return self.delete(sort, key, values);
        }
        self.emit(sort, false, 0, sort.payload(key, &[hop]));
        let left = values.iter().copied().filter(|value| *value != hop);
        self.objects.insert((sort, key), left.collect());
    }

    fn emit(&mut self, sort: Sort, is_there: bool, flags: u16, payload: Vec<u8>) {
        let flags = if sort.kind() == Kind::Route { flags } else { 0 };
        let event = (sort.kind(), is_there, flags, payload);
        self.events.push_back(event);
    }

    /// Returns the first object of these `kinds` that is behind `at`.
    fn next(&self, kinds: Kinds, at: Option<(Sort, u8)>) -> Option<((Sort, u8), Vec<u8>)> {
        self.objects
            .iter()
            .filter(|((sort, _), _)| kinds.has(sort.kind()))
            .find(|(place, _)| at.is_none_or(|at| **place > at))
            .map(|(place, values)| (*place, place.0.payload(place.1, values)))
    }

    fn all(&self, kind: Kind) -> Vec<Vec<u8>> {
        let mut all: Vec<_> = self
            .objects
            .iter()
            .filter(|((sort, _), _)| sort.kind() == kind)
            .map(|((sort, key), values)| sort.payload(*key, values))
            .collect();
        all.sort();
        all
    }
}

/// Monitor of the simulated kernel.
struct Watcher {
    picture: Picture,
    /// Kinds that are being read, and the last object that a dump has shown.
    reads: Option<(Kinds, Option<(Sort, u8)>)>,
    /// Kinds of which it is known what there is, once all events are read.
    sure: Kinds,
}

impl Watcher {
    fn new() -> Self {
        Self {
            picture: Picture::new(),
            reads: None,
            sure: all_kinds(),
        }
    }

    fn receive(&mut self, kernel: &mut Kernel) {
        if let Some(event) = kernel.events.pop_front() {
            self.picture.take(event);
            self.doubt();
        }
    }

    fn doubt(&mut self) {
        let state = &mut self.picture.state;
        // Entries on links that are not there are read again, too.
        let early = state.unfinished.and(Kind::Fdb.into());
        let doubt = std::mem::take(&mut state.doubt) | early;
        let sure = self.sure.iter().filter(|kind| !doubt.has(*kind));
        self.sure = sure.collect();
    }

    fn lose(&mut self, kernel: &mut Kernel) {
        kernel.events.clear();
        self.picture.state.give_up();
        self.reads = None;
        self.sure = Kinds::default();
    }

    /// Begins to read, unless that has begun already.
    fn open(&mut self, kinds: Kinds) {
        if self.reads.is_none() {
            self.picture.state.open(kinds, Origin::Missed);
            self.reads = Some((kinds, None));
            if kinds.has(Kind::Fdb) {
                self.picture.state.unfinished = Kinds::NONE;
            }
        }
    }

    fn read(&mut self, kernel: &Kernel, count: usize) {
        let Some((kinds, at)) = &mut self.reads else {
            return;
        };
        for _ in 0..count {
            if let Some((place, payload)) = kernel.next(*kinds, *at) {
                *at = Some(place);
                self.picture
                    .state
                    .find(&Payload::new(place.0.kind(), &payload));
            }
        }
        self.picture.state.pause();
    }

    fn close(&mut self, kernel: &mut Kernel) {
        self.read(kernel, usize::from(u8::MAX));
        while !kernel.events.is_empty() {
            self.receive(kernel);
        }
        if let Some((kinds, _)) = self.reads.take() {
            self.picture.close();
            self.sure = self.sure | kinds;
        }
        self.doubt();
    }

    /// Asserts that as much is held as there is, and that what was told is what is known.
    fn check(&self) {
        for kind in all_kinds().iter() {
            let state = &self.picture.state;
            let touched = state.window.iter().flat_map(|w| w.forms(kind));
            state.tables[kind as usize].check(touched);
            self.picture.check(kind);
        }
    }

    /// Asserts that what it is sure of is so.
    fn compare(&self, kernel: &Kernel) {
        for kind in self.sure.iter() {
            assert_eq!(self.picture.known(kind), kernel.all(kind), "{kind:?}");
        }
    }
}

fn all_kinds() -> Kinds {
    SORTS.map(Sort::kind).into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2048) })]

    /// Kinds read, given up and lost in any order while all change: what the state is sure of is so, and no more
    /// objects are held than there are.
    #[test]
    fn who_reads_some_kinds_is_right_about_all(
        few in vec(0..SORTS.len(), 1..3),
        steps in vec((any::<u8>(), any::<u8>()), 0..64),
    ) {
        let (mut kernel, mut watcher) = (Kernel::default(), Watcher::new());
        let sorts: Vec<_> = few.iter().map(|sort| SORTS[*sort]).collect();
        for (step, byte) in steps {
            match step & 31 {
                0 => watcher.lose(&mut kernel),
                1 | 2 => watcher.open(sorts[0].kind().into()),
                3 | 4 => watcher.open(all_kinds()),
                5..8 => {
                    watcher.close(&mut kernel);
                    watcher.compare(&kernel);
                }
                8..14 => watcher.read(&kernel, usize::from(byte & 3)),
                14..22 => watcher.receive(&mut kernel),
                _ => kernel.change(sorts[usize::from(byte >> 7) % sorts.len()], byte),
            }
            watcher.check();
        }
        kernel.objects.clear();
        watcher.lose(&mut kernel);
        watcher.open(all_kinds());
        watcher.close(&mut kernel);
        watcher.check();
        prop_assert!(watcher.picture.state.tables.iter().all(|table| table.rows() == 0));
    }
}
