// SPDX-License-Identifier: GPL-2.0

//! The state of a family outlives the attributes of a request.

use crate::{
    attributes,
    netlink::{
        put,
        Answer,
        Call,
        Command,
        Family,
        KernelSocket,
        Rcu, //
    },
};
use kernel::prelude::*;

/// The family.
pub struct Hello;

attributes! {
    struct HelloAttrs {
        text(1): NulString where max_len = 100;
    }
}

impl Family for Hello {
    const PROTOCOL: u32 = 30;
    const COMMANDS: &'static [Command<Self>] = &[Command::new(16, hello)];
    type Net = Rcu<&'static [u8]>;

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<Self::Net>> {
        Ok(Rcu::none())
    }
}

fn hello<'a>(call: &mut Call<'a, Hello, HelloAttrs>) -> Result<Answer<'a, Hello, HelloAttrs>> {
    let Call { request, attrs, .. } = call;

    request.net().set(b"a text that stays")?;
    #[cfg(wrong)]
    request.net().set(attrs.text())?; //~ ERROR E0521
    request.reply(16, put::str(1, attrs.text()))
}
