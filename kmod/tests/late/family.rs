// SPDX-License-Identifier: GPL-2.0

//! The late family: has nothing to say.

use crate::netlink::{
    Command,
    Family, //
};
use kernel::prelude::*;

/// The late family.
pub struct Late;

impl Family for Late {
    const PROTOCOL: u32 = 27;

    const COMMANDS: &'static [Command<Self>] = &[];

    type Net = ();

    fn new_net() -> Result<Pin<KBox<()>>> {
        Ok(KBox::pin((), GFP_KERNEL_ACCOUNT)?)
    }
}
