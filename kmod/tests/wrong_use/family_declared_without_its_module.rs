// SPDX-License-Identifier: GPL-2.0

//! Only the macro that declares the module says that it is of a family.

use crate::netlink::{
    Command,
    Family,
    KernelSocket,
    ModuleFamily, //
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

/// A family of no module.
pub struct Another;

impl Family for Another {
    const PROTOCOL: u32 = 29;
    const COMMANDS: &'static [Command<Self>] = &[];
    type Net = ();

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<()>> {
        Ok(())
    }
}

#[cfg(wrong)]
impl ModuleFamily for Another {} //~ ERROR E0200

/// Takes what [`ModuleFamily`] is implemented for.
pub fn is_declared<T: ModuleFamily>() {}
