// SPDX-License-Identifier: GPL-2.0

//! An attribute named in a refusal lies in the request's message.

use crate::{
    netlink::{
        put,
        Answer,
        Call,
        Command,
        Family,
        KernelSocket, //
    },
    wire::Attr, //
};
use kernel::prelude::*;

/// The family.
pub struct Hello;

impl Family for Hello {
    const PROTOCOL: u32 = 30;
    const COMMANDS: &'static [Command<Self>] = &[Command::new(16, hello)];
    type Net = ();

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<()>> {
        Ok(())
    }
}

fn hello<'a>(call: &mut Call<'a, Hello>) -> Result<Answer<'a, Hello>> {
    let Call {
        request, ext_ack, ..
    } = call;
    let other = request.portid().to_ne_bytes();
    #[cfg(wrong)]
    let bytes = &other; //~ ERROR E0597
    #[cfg(not(wrong))]
    let bytes = request.payload();

    match Attr::from_bytes(bytes) {
        Ok(attr) => Err(ext_ack.refuse_attr(EINVAL, attr, c"wrong")),
        Err(_) => request.reply(16, put::bytes(1, &other)),
    }
}
