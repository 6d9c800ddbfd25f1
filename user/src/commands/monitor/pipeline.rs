// SPDX-License-Identifier: Apache-2.0 OR MIT

//! While there is more to hear than can be told at once, one thread receives and another tells: to
//! receive takes as long as all else.

use super::EventEmitter;
use nlhello::monitor::{Monitor, Notice, OP};
use nlhello::netlink::{DatagramBatch, Error, EventSocket};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::Builder;

/// How many loads there are.
const LOADS: usize = 8;

/// How many bytes are a load, about: to wake a thread takes longer than to receive a few.
const LOAD: usize = 64 << 10;

/// A thread that hears, when it is asked to.
pub struct Pipeline {
    empty: Sender<QueuedEvents>,
    full: Receiver<QueuedEvents>,
    /// Loads without a batch to fill.
    spare: Vec<QueuedEvents>,
}

/// Messages that the receiving thread has read.
#[derive(Default)]
struct QueuedEvents {
    batch: DatagramBatch,
    /// Whether there was nothing more to hear.
    is_last: bool,
    /// Error of the receiver after these messages, if it was not an event.
    error: Option<Error>,
}

impl Pipeline {
    /// Begins to hear with `events`; `None` where there can be no more threads.
    pub fn start(events: EventSocket) -> Option<Self> {
        let (empty, todo) = mpsc::channel();
        let (done, full) = mpsc::channel();
        Builder::new()
            .spawn(move || fill_all(events, todo, &done))
            .ok()?;

        Some(Self {
            empty,
            full,
            spare: (0..LOADS).map(|_| QueuedEvents::default()).collect(),
        })
    }

    /// Hears and tells, until there is nothing more to hear, or until `is_over`.
    pub fn run(
        &mut self,
        monitor: &mut Monitor,
        emitter: &mut EventEmitter,
        is_over: impl Fn(&EventEmitter) -> bool,
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
            // Messages received before an error are taken in first, in order.
            result = result.and(load.take_in(monitor, emitter));
            // Lines are written between loads: a reader that waits for a few must not wait for the last one.
            emitter.write_out();
            if load.is_last || result.is_err() || is_over(emitter) || monitor.is_needed() {
                self.spare.push(load);
                sent -= 1;
            } else if self.empty.send(load).is_err() {
                break;
            }
        }
        result
    }
}

fn fill_all(mut events: EventSocket, todo: Receiver<QueuedEvents>, done: &Sender<QueuedEvents>) {
    for mut load in todo {
        load.fill(&mut events);
        if done.send(load).is_err() {
            break;
        }
    }
}

impl QueuedEvents {
    fn fill(&mut self, events: &mut EventSocket) {
        self.batch.clear();
        self.is_last = false;
        while self.batch.len() < LOAD && !self.is_last {
            self.is_last = match events.gather(OP, &mut self.batch) {
                Ok(any) => !any,
                Err(error) => {
                    self.error = Some(error);
                    true
                }
            };
        }
    }

    fn take_in(&mut self, monitor: &mut Monitor, emitter: &mut EventEmitter) -> Result<(), Error> {
        let emit = &mut |notice: &Notice<'_>| emitter.emit(notice);
        monitor.take_over(Ok(&self.batch), emit)?;
        match self.error.take() {
            Some(error) => monitor.take_over(Err(error), emit),
            None => Ok(()),
        }
    }
}
