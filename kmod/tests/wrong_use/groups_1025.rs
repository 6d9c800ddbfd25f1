// SPDX-License-Identifier: GPL-2.0

//! A family has at most 1024 groups.

use crate::netlink::{
    Command,
    Family, //
};
use kernel::prelude::*;

/// The family.
pub struct Hello;

impl Family for Hello {
    const PROTOCOL: u32 = 30;
    #[cfg(not(wrong))]
    const GROUPS: u32 = 1024;
    #[cfg(wrong)]
    const GROUPS: u32 = 1025; //~ ERROR E0080: more than 1024 groups
    const COMMANDS: &'static [Command<Self>] = &[];
    type Net = ();

    fn new_net() -> impl PinInit<(), Error> {}
}
