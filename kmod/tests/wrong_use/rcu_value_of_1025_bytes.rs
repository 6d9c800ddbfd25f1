// SPDX-License-Identifier: GPL-2.0

//! A value that readers copy has at most 1024 bytes: it goes over the kernel's stack.

use crate::netlink::{
    Command,
    Family,
    KernelSocket,
    Rcu, //
};
use kernel::prelude::*;

/// The family.
pub struct Hello;

/// How large it is.
#[cfg(not(wrong))]
const SIZE: usize = 1024;
#[cfg(wrong)]
const SIZE: usize = 1025; //~ ERROR E0080: value has more than 1024 bytes

/// Value that readers copy.
#[derive(Clone, Copy)]
pub struct Copied(pub [u8; SIZE]);

impl Family for Hello {
    const PROTOCOL: u32 = 30;
    const COMMANDS: &'static [Command<Self>] = &[];
    type Net = Rcu<Copied>;

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<Self::Net>> {
        Ok(Rcu::none())
    }
}
