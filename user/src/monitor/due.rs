// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Kinds whose state has to be read again, and the time when.

use super::{Kinds, Origin};
use crate::netlink::deadline;
use std::time::{Duration, Instant};

/// The first pause between two readings where one is not enough; it doubles.
const PAUSE_MIN: Duration = Duration::from_millis(10);

/// The longest one.
const PAUSE_MAX: Duration = Duration::from_secs(2);

/// Kinds whose state has to be read again, and the time when.
#[derive(Clone, Copy, Debug)]
pub struct Due {
    /// Of which kinds it is not known what is there.
    pub kinds: Kinds,
    /// Whether that is so because events were lost.
    pub lost: bool,
    /// Not before this time.
    pub at: Instant,
    pause: Duration,
    recheck: Option<Recheck>,
}

/// Kinds that are read again at intervals, without an event.
#[derive(Clone, Copy, Debug)]
struct Recheck {
    kinds: Kinds,
    every: Duration,
    next: Instant,
}

impl Due {
    /// Returns that there is nothing to read.
    pub fn nothing() -> Self {
        Self {
            kinds: Kinds::default(),
            lost: false,
            at: Instant::now(),
            pause: PAUSE_MIN,
            recheck: None,
        }
    }

    /// Has `kinds` be read again each time that this has passed.
    pub fn recheck(&mut self, kinds: Kinds, every: Duration) {
        self.recheck = Some(Recheck {
            kinds,
            every,
            next: deadline(Instant::now(), every),
        });
    }

    /// Adds `kinds`.
    pub fn all(&mut self, kinds: Kinds) {
        self.kinds = self.kinds | kinds;
    }

    /// Adds `kinds`, of which something changes yet.
    pub fn later(&mut self, kinds: Kinds) {
        if !kinds.is_empty() {
            self.all(kinds);
            self.at = self.at.max(Instant::now() + PAUSE_MIN);
        }
    }

    /// Says whether it is time to read.
    pub fn is_now(&self) -> bool {
        self.next().is_some_and(|next| Instant::now() >= next)
    }

    /// Returns when it is; `None` is never, unless something happens.
    pub fn next(&self) -> Option<Instant> {
        let again = (!self.kinds.is_empty()).then_some(self.at);
        let recheck = self.recheck.map(|recheck| recheck.next.max(self.at));

        again.into_iter().chain(recheck).min()
    }

    /// Returns what is to be read, and forgets that.
    pub fn take(&mut self) -> Kinds {
        let now = Instant::now();
        if let Some(recheck) = self.recheck.as_mut().filter(|one| one.next <= now) {
            recheck.next = deadline(now, recheck.every);
            self.kinds = self.kinds | recheck.kinds;
        }
        std::mem::take(&mut self.kinds)
    }

    /// Returns what it is that will differ.
    pub fn origin(&self) -> Origin {
        match self.lost {
            true => Origin::Missed,
            false => Origin::Implied,
        }
    }

    /// Notes that it was read, which took some time: the next pause is as long at least, so that
    /// there is time for events, and longer each time that something is left to read.
    pub fn rest(&mut self, took: Duration) {
        let pause = match self.kinds.is_empty() {
            true => Duration::ZERO,
            false => self.pause,
        };
        self.pause = match self.kinds.is_empty() {
            true => PAUSE_MIN,
            false => (2 * self.pause).min(PAUSE_MAX),
        };
        self.at = Instant::now() + (pause + took).min(PAUSE_MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtnl::Kind;

    const LONG: Duration = Duration::from_secs(3600);

    #[test]
    fn without_a_pace_there_is_nothing_to_wait_for() {
        let mut due = Due::nothing();
        assert_eq!((due.next(), due.is_now()), (None, false));
        due.all(Kind::Rule.into());
        assert!(due.is_now());
        assert_eq!(due.take(), Kind::Rule.into());
        due.rest(Duration::ZERO);
        assert_eq!(due.next(), None);
    }

    #[test]
    fn at_a_pace_all_is_read_and_at_once_what_is_in_doubt() {
        let all = Kinds::of(&[Kind::Link, Kind::Rule]);
        let mut due = Due::nothing();
        due.recheck(all, LONG);
        assert!(!due.is_now() && due.next() > Some(Instant::now()));
        due.all(Kind::Rule.into());
        assert_eq!(due.take(), Kind::Rule.into());

        due.recheck(all, Duration::ZERO);
        assert!(due.is_now());
        assert_eq!((due.origin(), due.take()), (Origin::Implied, all));
    }

    #[test]
    fn what_changes_yet_is_read_a_little_later() {
        let mut due = Due::nothing();
        due.later(Kinds::NONE);
        assert_eq!(due.next(), None);
        due.later(Kind::Route.into());
        assert!(!due.is_now() && due.next() > Some(Instant::now()));
        assert_eq!(due.take(), Kind::Route.into());
    }

    #[test]
    fn what_takes_long_to_read_is_read_no_faster_than_it_takes() {
        let mut due = Due::nothing();
        due.recheck(Kind::Link.into(), Duration::ZERO);
        due.rest(Duration::from_secs(1));

        assert!(!due.is_now() && due.next() == Some(due.at));
    }
}
