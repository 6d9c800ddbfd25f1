// SPDX-License-Identifier: GPL-2.0

//! A request is over when its handler returns.

use crate::netlink::{
    Answer,
    Call,
    Command,
    Family,
    KernelSocket,
    Request, //
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
fn answer_later(request: &'static Request<'static, Hello>) {
    let _: Result<Answer<'_, Hello>> = request.reply(16, ());
}

fn hello<'a>(call: &mut Call<'a, Hello>) -> Result<Answer<'a, Hello>> {
    let _: fn(&'static Request<'static, Hello>) = answer_later;

    #[cfg(wrong)]
    answer_later(call.request); //~ ERROR E0521
    call.request.reply(16, ())
}
