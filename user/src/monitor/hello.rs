// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Hellos to the module: events of another protocol, so of another socket.

use super::receiver::{AT_ONCE, TURNS};
use super::record::{note, Recorder, Step};
use super::{Action, Event, Kind, Notice, Payload, OP};
use crate::hello::SPEC;
use crate::netlink::{Connection, Error, Gathered};
use crate::uapi;
use crate::wire::Message;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Instant;

pub const NTF: u16 = uapi::HELLO_CMD_HELLO_NTF;

/// The socket that these events come to.
pub struct Hellos {
    events: Connection,
    /// Drops that were told.
    dropped: u32,
}

impl Hellos {
    /// Subscribes, with `buffer` bytes of room if they can be had.
    pub fn open(buffer: usize) -> Result<Self, Error> {
        let mut events = Connection::open(OP, &SPEC)?;
        events.set_inbox(AT_ONCE);
        // Less than that loses more, which is told.
        let _ = events.socket().set_recv_buffer(buffer);
        events.join(OP, uapi::HELLO_GROUP_EVENTS)?;

        Ok(Self { events, dropped: 0 })
    }

    /// Tells what is there already, and writes it into the record, if there is one.
    pub fn receive(
        &mut self,
        recorder: &mut Option<Recorder>,
        emit: &mut impl FnMut(&Notice<'_>),
    ) -> Result<(), Error> {
        let mut any_lost = false;
        for _ in 0..TURNS {
            match self.events.gather(OP, Instant::now(), None) {
                Ok(Gathered::Datagrams(_)) => self.emit_all(recorder, emit)?,
                Ok(_) => break,
                Err(error) if error.is_overrun() => any_lost = true,
                Err(error) => return Err(error),
            }
        }
        // Until there was nothing left to take in, the kernel dropped all that came.
        if any_lost {
            let drops = self.note_loss(emit);
            note(recorder, &Step::LostHellos(drops))?;
        }
        Ok(())
    }

    fn emit_all(
        &self,
        recorder: &mut Option<Recorder>,
        emit: &mut impl FnMut(&Notice<'_>),
    ) -> Result<(), Error> {
        for message in self.events.messages(OP) {
            let message = message?;
            if message.header().nlmsg_type == NTF {
                note(recorder, &Step::Said(message))?;
                emit_hello(&message, emit);
            }
        }
        Ok(())
    }

    /// Reports the loss: the senders of the hellos that were dropped are not known any more.
    fn note_loss(&mut self, emit: &mut impl FnMut(&Notice<'_>)) -> u32 {
        let drops = self.events.socket().drops().unwrap_or(0);
        let lost = drops.wrapping_sub(self.dropped);
        emit(&Notice::LostHellos(lost));
        self.dropped = drops;
        lost
    }
}

impl AsFd for Hellos {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.events.socket().as_fd()
    }
}

/// Tells who said hello.
pub fn emit_hello(message: &Message<'_>, emit: &mut impl FnMut(&Notice<'_>)) {
    let object = Payload::new(Kind::Hello, message.payload());
    let by = message.header().nlmsg_pid;
    emit(&Notice::Event(&Event::alone(Action::New, &object, by)));
}
