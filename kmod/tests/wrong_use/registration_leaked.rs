// SPDX-License-Identifier: GPL-2.0

//! Registrations are made by the module's macro alone, so none can be leaked.

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

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<()>> {
        Ok(())
    }
}

/// Makes one and leaves it to nobody.
pub fn leak() -> Result {
    #[cfg(wrong)]
    let registration = Registration::<Hello>::prepare()?; //~ ERROR E0624
    #[cfg(not(wrong))]
    let registration = None::<Registration<Hello>>;

    core::mem::forget(registration);
    Ok(())
}
