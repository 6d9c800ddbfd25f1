// SPDX-License-Identifier: GPL-2.0

//! Entries of a dump have a type of the family's own.

use crate::netlink::{
    put,
    Call,
    Command,
    Dump,
    ExtAck,
    Family,
    KernelSocket,
    Payload, //
};
use kernel::prelude::*;

/// The family.
pub struct Hello;

impl Family for Hello {
    const PROTOCOL: u32 = 30;
    const COMMANDS: &'static [Command<Self>] = &[Command::dump::<Nothing>(16)];
    type Net = ();

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<()>> {
        Ok(())
    }
}

/// A table without entries.
struct Nothing;

impl Dump for Nothing {
    type Family = Hello;
    type Attrs = ();
    type Item = ();

    #[cfg(not(wrong))]
    const NLMSG_TYPE: u16 = 16;
    #[cfg(wrong)]
    const NLMSG_TYPE: u16 = 3; //~ ERROR E0080: message type of a dump is netlink's own

    fn start(_call: &mut Call<'_, Hello>) -> Result<Self> {
        Ok(Self)
    }

    fn next(&mut self, _net: &(), _ext_ack: &mut ExtAck<'_>) -> Result<Option<()>> {
        Ok(None)
    }

    fn generation(&self, _net: &()) -> u32 {
        1
    }

    fn payload(_item: &()) -> impl Payload {
        put::u32(1, 1)
    }
}
