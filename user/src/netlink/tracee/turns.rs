// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Round-robin order of the threads that are followed.

use libc::pid_t;
use std::collections::VecDeque;

/// The threads that live; the one whose turn is next is in front.
#[derive(Debug)]
pub(super) struct Turns(VecDeque<pid_t>);

impl Turns {
    /// Begins with the thread `tid` alone.
    pub fn of(tid: pid_t) -> Self {
        Self(VecDeque::from([tid]))
    }

    /// Adds a thread, if it is not there.
    pub fn add(&mut self, tid: pid_t) {
        if !self.0.contains(&tid) {
            self.0.push_back(tid);
        }
    }

    /// Removes a thread that has ended.
    pub fn remove(&mut self, tid: pid_t) {
        self.0.retain(|living| *living != tid);
    }

    /// Says whether all have ended.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the thread whose turn it is; the next turn of it comes after those of all others. `None` where
    /// there are no others.
    pub fn next_turn(&mut self) -> Option<pid_t> {
        self.0.rotate_left(usize::from(self.0.len() > 1));
        self.0.back().copied().filter(|_| self.0.len() > 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_turn_before_any_has_another() {
        let mut turns = Turns::of(7);
        assert_eq!(turns.next_turn(), None);
        [8, 9, 8].into_iter().for_each(|tid| turns.add(tid));

        assert_eq!([(); 4].map(|()| turns.next_turn()), [7, 8, 9, 7].map(Some));
        turns.remove(8);
        assert_eq!([(); 3].map(|()| turns.next_turn()), [9, 7, 9].map(Some));
        turns.remove(9);
        assert_eq!(turns.next_turn(), None);
        assert!(!turns.is_empty());
        turns.remove(7);
        assert!(turns.is_empty());
    }
}
