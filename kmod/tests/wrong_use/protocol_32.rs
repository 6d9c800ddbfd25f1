// SPDX-License-Identifier: GPL-2.0

//! Protocols are numbered below 32.

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
    const PROTOCOL: u32 = 32; //~ ERROR E0080: protocol number is 32 or more
    const COMMANDS: &'static [Command<Self>] = &[];
    type Net = ();

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<()>> {
        Ok(())
    }
}
