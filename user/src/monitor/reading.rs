// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Reading the state while it changes.

use super::receiver::{ask_for_loopback, Receiver, TIMEOUT};
use super::record::Step;
use super::socket_filter::Question;
use super::state::News;
use super::{Kind, Kinds, Monitor, Notice, Origin};
use crate::netlink::{DumpRequest, Error, Request};
use crate::wire::Messages;
use std::mem::take;
use std::time::Instant;

impl Monitor {
    /// Reads again what has to be read; tells what differs as of this `origin`.
    pub(super) fn read_again(
        &mut self,
        origin: Origin,
        emit: &mut impl FnMut(&Notice<'_>),
    ) -> Result<(), Error> {
        let start = Instant::now();
        let kinds = self.receiver.due.take();
        let was_lost = take(&mut self.receiver.due.lost);
        self.read(kinds, origin, was_lost, emit)?;
        let due = &mut self.receiver.due;
        // Kinds still to be read are a matter of the same loss.
        due.lost |= was_lost && !due.kinds.is_empty();
        due.rest(start.elapsed());
        if due.kinds.is_empty() && origin == Origin::Missed {
            emit(&Notice::Sync);
            self.receiver.note(&Step::Sync)?;
        }
        Ok(())
    }

    /// Reads these `kinds`, unless events are lost meanwhile.
    fn read(
        &mut self,
        kinds: Kinds,
        origin: Origin,
        was_lost: bool,
        emit: &mut impl FnMut(&Notice<'_>),
    ) -> Result<(), Error> {
        if was_lost {
            self.receiver.empty(emit)?;
        }
        self.fence()?;
        self.receiver.note(&Step::Read(origin, kinds))?;
        self.receiver.intake.state.open(kinds, origin);
        for kind in kinds.iter() {
            for Question { request, probe } in self.receiver.intake.socket_filter.questions(kind)? {
                if self.is_known(probe) {
                    self.read_table(kind, request, emit)?;
                }
            }
        }
        self.receiver.catch_up(emit)?;
        self.receiver.note(&Step::Done)?;
        let Receiver { intake, due, .. } = &mut self.receiver;
        intake.state.close(&mut |event| emit(&Notice::Event(event)));
        due.all(take(&mut intake.state.doubt).and(intake.kinds));
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
        emit: &mut impl FnMut(&Notice<'_>),
    ) -> Result<(), Error> {
        let receiver = &mut self.receiver;
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
                let is_found = |news: &News<'_>| {
                    (news.kind(), news.is_there) == (kind, true)
                        && receiver.intake.socket_filter.passes(&news.object)
                };
                if let Some(news) = News::of(&message).filter(is_found) {
                    if let Some(recorder) = &mut receiver.intake.recorder {
                        recorder.note(&Step::Found(message))?;
                    }
                    receiver.intake.state.find(&news.object);
                }
            }
            receiver.intake.state.pause();
            receiver.receive_ready(emit)?;
        }
        if table.is_interrupted() {
            receiver.due.all(kind.into());
        }
        Ok(())
    }
}
