// SPDX-License-Identifier: GPL-2.0

//! The state of a family outlives the attributes of a request.

use crate::netlink::{
    put,
    Answer,
    Call,
    Command,
    Family,
    KernelSocket,
    Rcu,
    Rule, //
};
use kernel::prelude::*;

/// The family.
pub struct Hello;

impl Family for Hello {
    const PROTOCOL: u32 = 30;
    const COMMANDS: &'static [Command<Self>] = &[Command::new(16, &[Rule::string(1, 100)], hello)];
    type Net = Rcu<&'static [u8]>;

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<Self::Net>> {
        Ok(Rcu::none())
    }
}

fn hello<'a>(call: &mut Call<'a, Hello>) -> Result<Answer<'a, Hello>> {
    let Call { request, attrs, .. } = call;

    request.net().set(b"a text that stays")?;
    #[cfg(wrong)]
    request.net().set(attrs.bytes(1).unwrap_or_default())?; //~ ERROR E0521
    request.reply(16, attrs.bytes(1).map(|text| put::bytes(1, text)))
}
