// SPDX-License-Identifier: GPL-2.0

//! A notification is sent once.

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

fn hello(request: &Request<'_, Hello>, _: &Attributes<'_>, _: &mut ExtAck<'_>) -> Result {
    let notification = request.notification(1, 17, 0)?;

    notification.send()?;
    #[cfg(wrong)]
    notification.send()?; //~ ERROR E0382
    Ok(())
}
