// SPDX-License-Identifier: GPL-2.0

//! An answer has all attributes that the description of the family promises.

use crate::netlink::{
    Answer,
    Call,
    Command,
    Family,
    KernelSocket, //
};
use kernel::prelude::*;

#[path = "../../family/proto.rs"]
mod proto;

use proto::GetStatsReply;

/// The family.
pub struct Hello;

impl Family for Hello {
    const PROTOCOL: u32 = 30;
    const COMMANDS: &'static [Command<Self>] = &[Command::new(16, hello)];
    type Net = ();

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<()>> {
        Ok(())
    }
}

fn hello<'a>(call: &mut Call<'a, Hello>) -> Result<Answer<'a, Hello>> {
    let reply = GetStatsReply {
        hellos: 1,
        classic: 2,
        refused: 3,
        dropped: 4,
        peers: 5,
        #[cfg(not(wrong))] //~ ERROR E0063: missing field `evicted`
        evicted: 6,
    };

    reply.answer(call.request)
}
