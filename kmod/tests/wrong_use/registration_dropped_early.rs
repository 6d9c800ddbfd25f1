// SPDX-License-Identifier: GPL-2.0

//! The registration is where nobody can reach for it, to drop it early.

#[cfg(wrong)]
use crate::__module_init::__module_init::__MOD; //~ ERROR E0603
use crate::netlink::{
    Command,
    Family,
    KernelSocket, //
};
use kernel::prelude::*;

/// The family.
pub struct Hello;

impl Family for Hello {
    const PROTOCOL: u32 = 30;
    const COMMANDS: &'static [Command<Self>] = &[];
    type Net = ();

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<()>> {
        Ok(())
    }
}
