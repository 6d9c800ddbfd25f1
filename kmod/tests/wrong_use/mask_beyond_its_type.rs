// SPDX-License-Identifier: GPL-2.0

//! A mask has bits that the attribute may have.

use crate::{
    attributes,
    netlink::{
        Answer,
        Call,
        Command,
        Family,
        KernelSocket, //
    },
};
use kernel::prelude::*;

/// The family.
pub struct Hello;

attributes! {
    struct HelloAttrs {
        bits(1): U16 where mask = 0x100;
        #[cfg(wrong)]
        other(2): Option<U8> where mask = 0x100; //~ ERROR E0080: mask has bits that no value has
    }
}

impl Family for Hello {
    const PROTOCOL: u32 = 30;
    const COMMANDS: &'static [Command<Self>] = &[Command::new(16, hello)];
    type Net = ();

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<()>> {
        Ok(())
    }
}

fn hello<'a>(call: &mut Call<'a, Hello, HelloAttrs>) -> Result<Answer<'a, Hello, HelloAttrs>> {
    call.request.reply(16, ())
}
