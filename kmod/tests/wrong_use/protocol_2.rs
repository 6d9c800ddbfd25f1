// SPDX-License-Identifier: GPL-2.0

//! Protocol 2 is for users among themselves: the core lets no module be held by it.

use crate::netlink::{
    Command,
    Family,
    KernelSocket, //
};
use kernel::prelude::*;

/// The family.
pub struct Hello;

impl Family for Hello {
    #[cfg(not(wrong))]
    const PROTOCOL: u32 = 31;
    #[cfg(wrong)]
    const PROTOCOL: u32 = 2; //~ ERROR E0080: protocol 2 is the users' own
    const COMMANDS: &'static [Command<Self>] = &[];
    type Net = ();

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<()>> {
        Ok(())
    }
}
