// SPDX-License-Identifier: GPL-2.0

//! The state of a family outlives the attributes of a request.

use crate::netlink::{
    Attributes,
    Command,
    ExtAck,
    Family,
    Rcu,
    Request,
    Rule, //
};
use kernel::prelude::*;

/// The family.
pub struct Hello;

impl Family for Hello {
    const PROTOCOL: u32 = 30;
    const COMMANDS: &'static [Command<Self>] = &[Command::new(16, &[Rule::string(1, 100)], hello)];
    type Net = Rcu<&'static [u8]>;

    fn new_net() -> Result<Pin<KBox<Rcu<&'static [u8]>>>> {
        Ok(KBox::pin(Rcu::none(), GFP_KERNEL_ACCOUNT)?)
    }
}

fn hello(request: &Request<'_, Hello>, attrs: &Attributes<'_>, _: &mut ExtAck<'_>) -> Result {
    request.net().set(b"a text that stays")?;
    #[cfg(wrong)]
    request.net().set(attrs.bytes(1).unwrap_or_default())?; //~ ERROR E0521
    request
        .reply(16, attrs.bytes(1).map_or(0, <[u8]>::len))?
        .send()
}
