// SPDX-License-Identifier: GPL-2.0

//! The kernel's socket of a family sends for that family alone.

use crate::netlink::{
    Command,
    Family,
    KernelSocket, //
};
use kernel::prelude::*;

/// The family.
pub struct Hello;

/// State in a network namespace.
pub struct State {
    /// The kernel's socket there.
    #[cfg(not(wrong))]
    pub socket: KernelSocket<Hello>,
    /// Socket of another family.
    #[cfg(wrong)]
    pub socket: KernelSocket<Another>,
}

impl Family for Hello {
    const PROTOCOL: u32 = 30;
    const COMMANDS: &'static [Command<Self>] = &[];
    type Net = State;

    fn new_net(socket: &KernelSocket<Self>) -> Result<impl PinInit<State>> {
        Ok(State {
            socket: socket.clone(), //~ ERROR E0308
        })
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
