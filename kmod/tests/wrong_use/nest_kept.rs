// SPDX-License-Identifier: GPL-2.0

//! A nest is closed when what fills it returns.

use crate::netlink::{
    Attributes,
    Command,
    ExtAck,
    Family,
    PutAttrs,
    Request,
    Writer, //
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

fn hello(request: &Request<'_, Hello>, _: &Attributes<'_>, _: &mut ExtAck<'_>) -> Result {
    let mut reply = request.reply(16, 100)?;
    let mut kept: Option<&mut Writer<'_>> = None;

    reply.put_nested(1, |nest| {
        nest.put_u32(1, 1)?;
        #[cfg(wrong)]
        kept.replace(nest); //~ ERROR E0521
        Ok(())
    })?;
    if let Some(nest) = kept.take() {
        nest.put_u32(1, 2)?;
    }
    reply.send()
}
