// SPDX-License-Identifier: GPL-2.0

//! A request has one answer.

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

fn hello<'a>(call: &mut Call<'a, Hello>) -> Result<Answer<'a, Hello>> {
    let answer = call.request.reply(16, ())?;

    #[cfg(wrong)]
    return Ok((answer, call.request.reply(16, ())?)); //~ ERROR E0308
    #[cfg(not(wrong))]
    Ok(answer)
}
