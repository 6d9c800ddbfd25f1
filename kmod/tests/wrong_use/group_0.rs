// SPDX-License-Identifier: GPL-2.0

//! Multicast groups are numbered from 1.

use crate::netlink::{
    Command,
    Family,
    Group,
    KernelSocket, //
};
use kernel::prelude::*;

/// The family.
pub struct Hello;

impl Family for Hello {
    const PROTOCOL: u32 = 30;
    const GROUPS: &'static [Group] = &[
        Group::new(1),
        #[cfg(wrong)]
        Group::new(0), //~ ERROR E0080
    ];
    const COMMANDS: &'static [Command<Self>] = &[];
    type Net = ();

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<()>> {
        Ok(())
    }
}
