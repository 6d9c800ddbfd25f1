// SPDX-License-Identifier: GPL-2.0

//! An answer is that of its request.

use crate::netlink::{
    Answer,
    Call,
    Command,
    Family,
    KernelSocket, //
};
use kernel::prelude::*;

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

/// Answers one of two requests.
pub fn answer_one<'a>(
    call: &mut Call<'a, Hello>,
    other: &mut Call<'_, Hello>,
) -> Result<Answer<'a, Hello>> {
    other.ext_ack.set_msg(c"not this one");
    call.ext_ack.set_msg(c"this one");

    #[cfg(wrong)]
    return other.request.reply(16, ()); //~ ERROR E0621
    #[cfg(not(wrong))]
    call.request.reply(16, ())
}

fn hello<'a>(call: &mut Call<'a, Hello>) -> Result<Answer<'a, Hello>> {
    call.request.reply(16, ())
}
