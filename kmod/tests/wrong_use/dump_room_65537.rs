// SPDX-License-Identifier: GPL-2.0

//! A buffer of a dump has at most 65,536 bytes at the least.

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

    const NLMSG_TYPE: u16 = 16;

    #[cfg(not(wrong))]
    const MIN_DUMP_ALLOC: u32 = 65536;
    #[cfg(wrong)]
    const MIN_DUMP_ALLOC: u32 = 65537; //~ ERROR E0080: least room of a dump is above 65536

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
