// SPDX-License-Identifier: GPL-2.0

//! An attribute has one rule, also in a nest.

use crate::netlink::{
    Answer,
    Call,
    Command,
    Family,
    KernelSocket,
    Rule, //
};
use kernel::prelude::*;

/// The family.
pub struct Hello;

impl Family for Hello {
    const PROTOCOL: u32 = 30;
    const COMMANDS: &'static [Command<Self>] = &[Command::new(
        16,
        &[Rule::nested(
            1,
            &[
                Rule::u32(1),
                #[cfg(wrong)]
                Rule::u32(1), //~ ERROR E0080: two rules for one attribute
            ],
        )],
        hello,
    )];
    type Net = ();

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<()>> {
        Ok(())
    }
}

fn hello<'a>(call: &mut Call<'a, Hello>) -> Result<Answer<'a, Hello>> {
    call.request.reply(16, ())
}
