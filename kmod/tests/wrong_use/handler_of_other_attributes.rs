// SPDX-License-Identifier: GPL-2.0

//! A command takes the attributes that its handler reads.

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
    const COMMANDS: &'static [Command<Self>] = &[
        Command::new::<HelloAttrs, _>(16, hello),
        Command::new::<Other, _>(17, other),
        #[cfg(wrong)]
        Command::new::<Other, _>(18, hello), //~ ERROR E0631
    ];
    type Net = ();

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<()>> {
        Ok(())
    }
}

fn hello<'a>(call: &mut Call<'a, Hello, HelloAttrs>) -> Result<Answer<'a, Hello, HelloAttrs>> {
    call.request.reply(16, ())
}

fn other<'a>(call: &mut Call<'a, Hello, Other>) -> Result<Answer<'a, Hello, Other>> {
    call.request.reply(17, ())
}
