// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Copies of an event: nlmon shows a multicast once for every socket that receives it.

use std::collections::VecDeque;
use std::time::Duration;

/// Copies of an event are captured within this time: the kernel makes them one after the other. Events of
/// other processors may come between them, but so many at most.
const TOGETHER: Duration = Duration::from_millis(1);
const BETWEEN: usize = 8;

/// The last events, when they were since the beginning of 1970, and what somebody knows them by.
#[derive(Debug)]
pub struct Copies<T> {
    recent: VecDeque<CopiedEvent<T>>,
}

#[derive(Debug)]
struct CopiedEvent<T> {
    time: Duration,
    protocol: u16,
    bytes: Vec<u8>,
    name: T,
}

impl<T> Default for Copies<T> {
    fn default() -> Self {
        Self {
            recent: VecDeque::new(),
        }
    }
}

impl<T: PartialEq> Copies<T> {
    /// Returns what an event of `protocol` is known by that was captured right before `time` and has the same
    /// `bytes`.
    pub fn find(&self, time: Duration, protocol: u16, bytes: &[u8]) -> Option<&T> {
        let is_it = |event: &&CopiedEvent<T>| {
            event.bytes == bytes && event.protocol == protocol && is_together(event.time, time)
        };
        self.recent.iter().find(is_it).map(|event| &event.name)
    }

    /// Notes an event that is no copy.
    pub fn note(&mut self, time: Duration, protocol: u16, bytes: &[u8], name: T) {
        let oldest = match self.recent.len() {
            BETWEEN => self.recent.pop_front(),
            _ => None,
        };
        let mut kept = oldest.map_or_else(Vec::new, |event| event.bytes);
        kept.clear();
        kept.extend_from_slice(bytes);
        self.recent.push_back(CopiedEvent {
            time,
            protocol,
            bytes: kept,
            name,
        });
    }

    /// Forgets the events that are known by `name`.
    pub fn forget(&mut self, name: &T) {
        self.recent.retain(|event| event.name != *name);
    }

    /// Says whether a copy of the event that was captured at `then` may come yet, `now`.
    pub fn may_come(then: Duration, now: Duration) -> bool {
        is_together(then, now)
    }
}

fn is_together(then: Duration, time: Duration) -> bool {
    time.checked_sub(then)
        .is_some_and(|since| since <= TOGETHER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_the_same_and_comes_at_once_with_few_others_between() {
        let at = |micros| Duration::from_micros(micros);
        let mut copies = Copies::default();
        copies.note(at(5000), 16, b"one", 1);

        assert_eq!(copies.find(at(6000), 16, b"one"), Some(&1));
        assert_eq!(copies.find(at(6001), 16, b"one"), None);
        assert_eq!(copies.find(at(4999), 16, b"one"), None, "it came before");
        assert_eq!(copies.find(at(5000), 16, b"two"), None);
        assert_eq!(copies.find(at(5000), 12, b"one"), None, "another protocol");
        for number in 2..10 {
            assert_eq!(copies.find(at(5001), 16, b"one"), Some(&1));
            copies.note(at(5001), 16, &[number], number);
        }
        assert_eq!(copies.find(at(5001), 16, b"one"), None);
    }
}
