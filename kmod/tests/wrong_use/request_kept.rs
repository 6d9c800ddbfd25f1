// SPDX-License-Identifier: GPL-2.0

//! A request is over when its handler returns.

use crate::netlink::{
    Attributes,
    Command,
    ExtAck,
    Family,
    Request, //
};
use kernel::prelude::*;

/// The family.
pub struct Hello;

impl Family for Hello {
    const PROTOCOL: u32 = 30;
    const COMMANDS: &'static [Command<Self>] = &[Command::new(16, &[], hello)];
    type Net = ();

    fn new_net() -> Result<Pin<KBox<()>>> {
        Ok(KBox::pin((), GFP_KERNEL_ACCOUNT)?)
    }
}

/// Answers at some later time.
fn answer_later(request: &'static Request<'static, Hello>) -> Result {
    request.reply(16, 0)?.send()
}

fn hello(request: &Request<'_, Hello>, _: &Attributes<'_>, _: &mut ExtAck<'_>) -> Result {
    let _: fn(&'static Request<'static, Hello>) -> Result = answer_later;

    #[cfg(wrong)]
    return answer_later(request); //~ ERROR E0521
    #[cfg(not(wrong))]
    request.reply(16, 0)?.send()
}
