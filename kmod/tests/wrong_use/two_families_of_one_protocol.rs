// SPDX-License-Identifier: GPL-2.0

//! A module has one family of a protocol.

use crate::netlink::{
    Command,
    Family,
    FamilyList,
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
pub type List = (Hello, ());
/// The families of a module.
#[cfg(wrong)]
pub type List = (Hello, (Hello, ()));

/// Their protocols.
pub const PROTOCOLS: u32 = <List as FamilyList>::PROTOCOLS; //~ ERROR E0080: two families of one protocol
