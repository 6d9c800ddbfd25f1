// SPDX-License-Identifier: GPL-2.0

//! The two upper bits of nla_type are flags.

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
        &[
            Rule::u32(1),
            #[cfg(wrong)]
            Rule::u32(1 << 14), //~ ERROR E0080
        ],
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
