// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Reading the state while it changes.

use super::hearing::{ask_for_loopback, TIMEOUT};
use super::record::Step;
use super::sieve::Question;
use super::{Kind, Kinds, Monitor, Origin, Payload, Told};
use crate::netlink::{DumpRequest, Error, Request};
use crate::wire::Messages;
use std::time::Instant;

impl Monitor {
    /// Reads again what has to be read; tells what differs as of this `origin`.
    pub(super) fn read_again(
        &mut self,
        origin: Origin,
        tell: &mut impl FnMut(&Told<'_>),
    ) -> Result<(), Error> {
        let start = Instant::now();
        let kinds = self.hearing.due.take();
        let was_lost = std::mem::take(&mut self.hearing.due.lost);
        self.read(kinds, origin, was_lost, tell)?;
        let due = &mut self.hearing.due;
        // Kinds still to be read are a matter of the same loss.
        due.lost |= was_lost && !due.kinds.is_empty();
        due.rest(start.elapsed());
        if due.kinds.is_empty() && origin == Origin::Missed {
            tell(&Told::Sync);
            self.hearing.note(&Step::Sync)?;
        }
        Ok(())
    }

    /// Reads these `kinds`, unless events are lost meanwhile.
    fn read(
        &mut self,
        kinds: Kinds,
        origin: Origin,
        was_lost: bool,
        tell: &mut impl FnMut(&Told<'_>),
    ) -> Result<(), Error> {
        if was_lost {
            self.hearing.empty(tell)?;
        }
        self.fence()?;
        self.hearing.note(&Step::Read(origin, kinds))?;
        self.hearing.state.open(kinds, origin);
        for kind in kinds.iter() {
            for Question { request, probe } in self.hearing.sieve.questions(kind)? {
                if self.is_known(probe) {
                    self.read_table(kind, request, tell)?;
                }
            }
        }
        self.hearing.catch_up(tell)?;
        self.hearing.note(&Step::Done)?;
        let state = &mut self.hearing.state;
        state.close(&mut |event| tell(&Told::Event(event)));
        let doubt = state.take_doubt();
        self.hearing.due.all(doubt.and(self.hearing.kinds));
        Ok(())
    }

    /// Waits until whoever changes something is done with it: the kernel tells of some changes before
    /// it makes them, all under one lock that this request takes too.
    fn fence(&mut self) -> Result<(), Error> {
        match self.queries.ask(&mut ask_for_loopback()?, TIMEOUT) {
            Err(error) if error.errno.0 != libc::ENODEV => Err(error),
            _ => Ok(()),
        }
    }

    /// Says whether the kernel knows the family that `probe` is about; whatever else it says, the question will have.
    fn is_known(&mut self, probe: Option<Request>) -> bool {
        probe.is_none_or(|mut probe| {
            let answer = self.queries.ask(&mut probe, TIMEOUT);
            !answer.is_err_and(|error| error.errno.0 == libc::EOPNOTSUPP)
        })
    }

    fn read_table(
        &mut self,
        kind: Kind,
        request: DumpRequest,
        tell: &mut impl FnMut(&Told<'_>),
    ) -> Result<(), Error> {
        let hearing = &mut self.hearing;
        let mut table = self.queries.table(request, TIMEOUT)?;
        loop {
            let row = match table.next_row() {
                Ok(Some(row)) => row,
                // A kernel without IPv6, or without bridges; a table that is not there yet.
                Err(error) if [libc::EOPNOTSUPP, libc::ENOENT].contains(&error.errno.0) => break,
                Ok(None) => break,
                Err(error) => return Err(error),
            };
            for message in Messages::new(row).map_while(Result::ok) {
                let (header, payload) = (message.header(), message.payload());
                let object = Payload::new(kind, payload);
                if Kind::of_message(header.nlmsg_type, payload) == Some((kind, true))
                    && hearing.sieve.passes(&object)
                {
                    if let Some(recorder) = &mut hearing.recorder {
                        recorder.note(&Step::Found(message))?;
                    }
                    hearing.state.find(&object);
                }
            }
            hearing.state.pause();
            hearing.hear_ready(tell)?;
        }
        if table.is_interrupted() {
            hearing.due.all(kind.into());
        }
        Ok(())
    }
}
