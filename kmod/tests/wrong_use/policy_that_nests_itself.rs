// SPDX-License-Identifier: GPL-2.0

//! A policy says how deep nests go.

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
        #[cfg(not(wrong))]
        number(1): Option<U32>;
        #[cfg(wrong)]
        nest(1): Option<NestOf<HelloAttrs>>; //~ ERROR E0391: HelloAttrs
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
