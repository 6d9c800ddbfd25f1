// SPDX-License-Identifier: GPL-2.0

//! A module has one family of a protocol.

use crate::netlink::{
    Command,
    Families,
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

/// The families of a module.
#[cfg(not(wrong))]
type List = (Hello, ());
/// The families of a module.
#[cfg(wrong)]
type List = (Hello, (Hello, ())); //~ ERROR E0080: two families of one protocol

/// Does what the module's init does.
pub fn init(module: &'static ThisModule) -> Result<Families<List>> {
    kernel::Module::init(module)
}
