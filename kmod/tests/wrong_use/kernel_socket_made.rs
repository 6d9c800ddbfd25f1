// SPDX-License-Identifier: GPL-2.0

//! Only the layer makes a socket of the kernel's.

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
    pub socket: KernelSocket<Hello>,
}

impl Family for Hello {
    const PROTOCOL: u32 = 30;
    const COMMANDS: &'static [Command<Self>] = &[];
    type Net = State;

    fn new_net(socket: &KernelSocket<Self>) -> Result<impl PinInit<State>> {
        let socket = socket.clone();
        #[cfg(wrong)]
        let socket = KernelSocket::new().unwrap_or(socket); //~ ERROR E0624

        Ok(State { socket })
    }
}
