// SPDX-License-Identifier: GPL-2.0

//! There are at most 2048 counters.

use crate::netlink::{
    Command,
    Counter,
    Counters,
    Family,
    KernelSocket, //
};
use kernel::prelude::*;

/// The family.
pub struct Hello;

/// A counter.
#[derive(Clone, Copy)]
pub struct TooMany(pub u16);

impl Counter for TooMany {
    #[cfg(not(wrong))]
    const COUNT: usize = 2048;
    #[cfg(wrong)]
    const COUNT: usize = 2049; //~ ERROR E0080: no counter, or more than 2048

    fn index(self) -> usize {
        self.0.into()
    }
}

impl Family for Hello {
    const PROTOCOL: u32 = 30;
    const COMMANDS: &'static [Command<Self>] = &[];
    type Net = Counters<TooMany>;

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<Self::Net>> {
        Counters::new()
    }
}
