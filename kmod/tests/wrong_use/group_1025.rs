// SPDX-License-Identifier: GPL-2.0

//! Multicast groups are numbered up to 1024.

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
        Group::new(1024),
        #[cfg(wrong)]
        Group::new(1025), //~ ERROR E0080
    ];
    const COMMANDS: &'static [Command<Self>] = &[];
    type Net = ();

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<()>> {
        Ok(())
    }
}
