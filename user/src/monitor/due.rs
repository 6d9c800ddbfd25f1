// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What has to be read again, and when.

use super::{Kinds, Origin};
use std::time::{Duration, Instant};

/// The first pause between two readings where one is not enough; it doubles.
const PAUSE_MIN: Duration = Duration::from_millis(10);

/// The longest one.
const PAUSE_MAX: Duration = Duration::from_secs(2);

/// What has to be read again, and when.
#[derive(Clone, Copy, Debug)]
pub struct Due {
    /// Of which kinds it is not known what is there.
    pub kinds: Kinds,
    /// Whether that is so because events were lost.
    pub lost: bool,
    /// Not before this time.
    pub at: Instant,
    pause: Duration,
}

impl Due {
    /// Returns that there is nothing to read.
    pub fn nothing() -> Self {
        Self {
            kinds: Kinds::default(),
            lost: false,
            at: Instant::now(),
            pause: PAUSE_MIN,
        }
    }

    /// Adds `kinds`.
    pub fn all(&mut self, kinds: Kinds) {
        self.kinds = self.kinds | kinds;
    }

    /// Says whether it is time to read.
    pub fn is_now(&self) -> bool {
        !self.kinds.is_empty() && Instant::now() >= self.at
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
