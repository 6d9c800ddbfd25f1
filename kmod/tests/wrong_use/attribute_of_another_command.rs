// SPDX-License-Identifier: GPL-2.0

//! A command has the attributes that it takes.

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
    }

    /// Attributes of another command.
    struct Other {
        data(2): Binary;
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
    let _ = call.attrs.data(); //~ ERROR E0599
    let _ = call.attrs.number();
    call.request.reply(16, ())
}
