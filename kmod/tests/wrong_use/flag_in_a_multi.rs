// SPDX-License-Identifier: GPL-2.0

//! A flag is there or not, and not often, also where no command takes the set.

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
        flag(1): Flag;
    }

    /// Attributes of no command.
    struct Others {
        flag(1): Flag;
        #[cfg(wrong)]
        many(2): Multi<Flag>; //~ ERROR E0080: a flag is there or not, and not often
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
