// SPDX-License-Identifier: GPL-2.0

//! An answer is for now.

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

/// Answers at some later time.
fn answer_later(_: Answer<'static, Hello>) {}

fn hello<'a>(call: &mut Call<'a, Hello>) -> Result<Answer<'a, Hello>> {
    let _: fn(Answer<'static, Hello>) = answer_later;
    let answer = call.request.reply(16, ())?;

    #[cfg(wrong)]
    answer_later(call.request.done()); //~ ERROR E0521
    Ok(answer)
}
