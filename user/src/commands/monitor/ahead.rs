// SPDX-License-Identifier: Apache-2.0 OR MIT

//! While there is more to hear than can be told at once, one thread receives and another tells: to
//! receive takes as long as all else.

use super::Teller;
use nlhello::monitor::{Monitor, Told, AT_ONCE, OP};
use nlhello::netlink::{Ears, Error, Inbox};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::Builder;

/// How many loads there are.
const LOADS: usize = 3;

/// How many inboxes are a load: to wake a thread takes longer than to fill one.
const INBOXES: usize = 8;

/// A thread that hears, when it is asked to.
pub struct Ahead {
    empty: Sender<Load>,
    full: Receiver<Load>,
    /// Those that nobody fills.
    spare: Vec<Load>,
}

/// What was heard.
struct Load {
    inboxes: Vec<Inbox>,
    /// How many of them hold something.
    heard: usize,
    /// What came after that, other than events.
    error: Option<Error>,
}

impl Ahead {
    /// Begins to hear with `ears`; `None` where there can be no more threads.
    pub fn start(ears: Ears) -> Option<Self> {
        let (empty, todo) = mpsc::channel();
        let (done, full) = mpsc::channel();
        Builder::new()
            .spawn(move || fill_all(&ears, todo, &done))
            .ok()?;

        Some(Self {
            empty,
            full,
            spare: (0..LOADS).map(|_| Load::new()).collect(),
        })
    }

    /// Hears and tells, until there is nothing more to hear, or until `is_over`.
    pub fn run(
        &mut self,
        monitor: &mut Monitor,
        teller: &mut Teller,
        is_over: impl Fn(&Teller) -> bool,
    ) -> Result<(), Error> {
        let mut sent = 0;
        for load in self.spare.drain(..) {
            sent += usize::from(self.empty.send(load).is_ok());
        }
        let mut result = Ok(());
        while sent > 0 {
            // The thread lives as long as `empty`.
            let Ok(mut load) = self.full.recv() else {
                break;
            };
            let is_last = load.is_last();
            // Whatever happens, what was heard is taken in, in order.
            result = result.and(load.take_in(monitor, teller));
            if is_last || result.is_err() || is_over(teller) || !monitor.is_behind() {
                self.spare.push(load);
                sent -= 1;
            } else if self.empty.send(load).is_err() {
                break;
            }
        }
        result
    }
}

fn fill_all(ears: &Ears, todo: Receiver<Load>, done: &Sender<Load>) {
    for mut load in todo {
        load.fill(ears);
        if done.send(load).is_err() {
            break;
        }
    }
}

impl Load {
    fn new() -> Self {
        Self {
            inboxes: (0..INBOXES).map(|_| Inbox::new(AT_ONCE)).collect(),
            heard: 0,
            error: None,
        }
    }

    /// Says whether there was nothing more to hear.
    fn is_last(&self) -> bool {
        self.heard < self.inboxes.len()
    }

    fn fill(&mut self, ears: &Ears) {
        self.heard = 0;
        while let Some(inbox) = self.inboxes.get_mut(self.heard) {
            match ears.gather(OP, inbox) {
                Ok(true) => self.heard += 1,
                Ok(false) => break,
                Err(error) => {
                    self.error = Some(error);
                    break;
                }
            }
        }
    }

    fn take_in(&mut self, monitor: &mut Monitor, teller: &mut Teller) -> Result<(), Error> {
        let tell = &mut |told: &Told<'_>| teller.tell(told);
        for inbox in &mut self.inboxes[..self.heard] {
            monitor.take_over(Ok(inbox), tell)?;
        }
        match self.error.take() {
            Some(error) => monitor.take_over(Err(error), tell),
            None => Ok(()),
        }
    }
}
