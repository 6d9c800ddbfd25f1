// SPDX-License-Identifier: GPL-2.0

//! A handler that has answered cannot refuse the request any more.

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
    return Ok(answer.then(|_| Err(EINVAL))); //~ ERROR E0308
    #[cfg(not(wrong))]
    Ok(answer.then(|_| ()))
}
