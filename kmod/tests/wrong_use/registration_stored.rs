// SPDX-License-Identifier: GPL-2.0

//! A module serves the family that it declares, and keeps no registration of another one.

use crate::netlink::{
    Command,
    Family,
    KernelSocket,
    Registration, //
};
use kernel::prelude::*;

/// The family.
pub struct Hello;

impl Family for Hello {
    const PROTOCOL: u32 = 30;
    const COMMANDS: &'static [Command<Self>] = &[];
    type Net = ();

    fn new_net(_: &KernelSocket<Self>) -> impl PinInit<(), Error> {}
}

/// Another family.
pub struct Another;

impl Family for Another {
    const PROTOCOL: u32 = 29;
    const COMMANDS: &'static [Command<Self>] = &[];
    type Net = ();

    fn new_net(_: &KernelSocket<Self>) -> impl PinInit<(), Error> {}
}

/// A registration beside that of the module.
pub struct Kept(pub Option<Registration<Another>>);

impl Kept {
    /// Registers the other family.
    pub fn new(_module: &'static ThisModule) -> Result<Self> {
        #[cfg(wrong)]
        let registration = Some(kernel::Module::init(_module)?); //~ ERROR E0277
        #[cfg(not(wrong))]
        let registration = None;

        Ok(Self(registration))
    }
}
