// SPDX-License-Identifier: GPL-2.0

//! All CPUs share the state of a network namespace.

#[cfg(not(wrong))]
use crate::netlink::atomic::Atomic;
use crate::netlink::{
    Command,
    Family,
    KernelSocket, //
};
#[cfg(wrong)]
use core::cell::Cell;
use kernel::prelude::*;

/// The family.
pub struct Hello;

impl Family for Hello {
    const PROTOCOL: u32 = 30;
    const COMMANDS: &'static [Command<Self>] = &[];
    #[cfg(not(wrong))]
    type Net = Atomic<u32>;
    #[cfg(wrong)]
    type Net = Cell<u32>; //~ ERROR E0277

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<Self::Net>> {
        Ok(Self::Net::new(0))
    }
}
