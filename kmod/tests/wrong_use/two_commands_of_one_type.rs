// SPDX-License-Identifier: GPL-2.0

//! A type has one command that is a dump, and one that is not.

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
        Command::new(16, hello), //~ ERROR E0080: two commands of one type
        Command::new(17, hello),
    ];
    type Net = ();

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<()>> {
        Ok(())
    }
}

fn hello<'a>(call: &mut Call<'a, Hello>) -> Result<Answer<'a, Hello>> {
    call.request.reply(16, ())
}
