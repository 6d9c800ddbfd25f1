// SPDX-License-Identifier: GPL-2.0

//! A number is that of one multicast group.

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
        Group::new(1).nonroot(), //~ ERROR E0080: two groups of one number
    ];
    const COMMANDS: &'static [Command<Self>] = &[];
    type Net = ();

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<()>> {
        Ok(())
    }
}
