// SPDX-License-Identifier: GPL-2.0

//! A handler is a function, and not a pointer to one.

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
    const COMMANDS: &'static [Command<Self>] = &[
        Command::new(16, hello),
        #[cfg(wrong)]
        Command::new(17, HELLO), //~ ERROR E0080: handler is not a function
    ];
    type Net = ();

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<()>> {
        Ok(())
    }
}

/// A pointer to the handler.
#[cfg(wrong)]
const HELLO: for<'a> fn(&mut Call<'a, Hello>) -> Result<Answer<'a, Hello>> = hello;

fn hello<'a>(call: &mut Call<'a, Hello>) -> Result<Answer<'a, Hello>> {
    call.request.reply(16, ())
}
