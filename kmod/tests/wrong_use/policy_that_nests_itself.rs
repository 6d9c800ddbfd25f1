// SPDX-License-Identifier: GPL-2.0

//! A policy says how deep nests go.

use crate::netlink::{
    Answer,
    Call,
    Command,
    Family,
    KernelSocket,
    Rule, //
};
use kernel::prelude::*;

#[cfg(not(wrong))]
static POLICY: [Rule; 1] = [Rule::u32(1)];
#[cfg(wrong)]
static POLICY: [Rule; 1] = [Rule::nested(1, &POLICY)]; //~ ERROR E0080

/// The family.
pub struct Hello;

impl Family for Hello {
    const PROTOCOL: u32 = 30;
    const COMMANDS: &'static [Command<Self>] = &[Command::new(16, &POLICY, hello)];
    type Net = ();

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<()>> {
        Ok(())
    }
}

fn hello<'a>(call: &mut Call<'a, Hello>) -> Result<Answer<'a, Hello>> {
    call.request.reply(16, ())
}
