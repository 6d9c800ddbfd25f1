// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Which events are one: nlmon shows a multicast once for every socket that it comes to.

use std::collections::VecDeque;
use std::time::Duration;

/// Copies of an event are captured within this time: the kernel makes them one after the other. Events of
/// other processors may come between them, but so many at most.
const TOGETHER: Duration = Duration::from_millis(1);
const BETWEEN: usize = 8;

/// The last events, when they were since the beginning of 1970, and what somebody knows them by.
#[derive(Debug)]
pub struct Copies<T> {
    recent: VecDeque<(Duration, Vec<u8>, T)>,
}

impl<T> Default for Copies<T> {
    fn default() -> Self {
        Self {
            recent: VecDeque::new(),
        }
    }
}

impl<T: PartialEq> Copies<T> {
    /// Returns what an event is known by that was captured right before `time` and has the same `bytes`.
    pub fn find(&self, time: Duration, bytes: &[u8]) -> Option<&T> {
        let found = self
            .recent
            .iter()
            .find(|(then, event, _)| event == bytes && is_together(*then, time));
        found.map(|(.., name)| name)
    }

    /// Notes an event that is no copy.
    pub fn note(&mut self, time: Duration, bytes: &[u8], name: T) {
        let oldest = match self.recent.len() {
            BETWEEN => self.recent.pop_front(),
            _ => None,
        };
        let mut event = oldest.map_or_else(Vec::new, |(_, bytes, _)| bytes);
        event.clear();
        event.extend_from_slice(bytes);
        self.recent.push_back((time, event, name));
    }

    /// Forgets the events that are known by `name`.
    pub fn forget(&mut self, name: &T) {
        self.recent.retain(|(.., known)| known != name);
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
        copies.note(at(5000), b"one", 1);

        assert_eq!(copies.find(at(6000), b"one"), Some(&1));
        assert_eq!(copies.find(at(6001), b"one"), None);
        assert_eq!(copies.find(at(4999), b"one"), None, "it came before");
        assert_eq!(copies.find(at(5000), b"two"), None);
        for number in 2..10 {
            assert_eq!(copies.find(at(5001), b"one"), Some(&1));
            copies.note(at(5001), &[number], number);
        }
        assert_eq!(copies.find(at(5001), b"one"), None);
    }
}
