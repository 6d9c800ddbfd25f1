// SPDX-License-Identifier: GPL-2.0

//! A limit is a value that the attribute may have.

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

/// More than a u8 can be.
const MOST: u16 = 256;

attributes! {
    struct HelloAttrs {
        number(1): U16 where max = MOST;
        #[cfg(wrong)]
        other(2): Option<U8> where max = MOST; //~ ERROR E0308
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
