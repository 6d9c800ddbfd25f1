// SPDX-License-Identifier: GPL-2.0

//! A policy tells of message types as types of attributes, which end at 0x3fff.

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
        Command::new(0x3fff, hello),
        #[cfg(wrong)]
        Command::new(0x4000, hello), //~ ERROR E0080: message type is beyond what a policy can tell
        Command::policy::<16>(),
    ];
    type Net = ();

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<()>> {
        Ok(())
    }
}

fn hello<'a>(call: &mut Call<'a, Hello>) -> Result<Answer<'a, Hello>> {
    call.request.reply(16, ())
}
