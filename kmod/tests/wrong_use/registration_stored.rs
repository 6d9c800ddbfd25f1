// SPDX-License-Identifier: GPL-2.0

//! A module serves the family that it declares, and keeps no registration of another one.

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

/// Some other family.
pub struct Another;

impl Family for Another {
    const PROTOCOL: u32 = 29;
    const COMMANDS: &'static [Command<Self>] = &[];
    type Net = ();

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<()>> {
        Ok(())
    }
}

/// The families of a module, beside those of the module.
#[cfg(not(wrong))]
pub struct Kept(pub Option<Families<(Hello, ())>>);
/// Families that the module does not declare.
#[cfg(wrong)]
pub struct Kept(pub Option<Families<(Another, ())>>); //~ ERROR E0277
