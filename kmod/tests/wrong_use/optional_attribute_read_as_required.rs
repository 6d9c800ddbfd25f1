// SPDX-License-Identifier: GPL-2.0

//! An attribute that may be left out is asked for.

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
        number(1): U32;
        other(2): Option<U32>;
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
    #[cfg(wrong)]
    let number: u32 = call.attrs.other(); //~ ERROR E0308
    #[cfg(not(wrong))]
    let number: u32 = call.attrs.number();

    match number {
        0 => Err(EINVAL),
        _ => call.request.reply(16, ()),
    }
}
