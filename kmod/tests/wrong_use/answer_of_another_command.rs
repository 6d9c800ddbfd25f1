// SPDX-License-Identifier: GPL-2.0

//! A command is answered by what the description of the family says of it.

use crate::netlink::{
    Answer,
    Call,
    Command,
    Family,
    KernelSocket, //
};
use kernel::prelude::*;

#[path = "../../family/proto.rs"]
mod proto;

use proto::{
    GetPeerReply,
    HelloReply,
    HelloRequest, //
};

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

fn hello<'a>(call: &mut Call<'a, Hello, HelloRequest>) -> Result<Answer<'a, Hello, HelloRequest>> {
    let peer = GetPeerReply {
        portid: 1,
        messages: 2,
        bytes: 3,
        last_ns: 4,
    };

    #[cfg(wrong)]
    return peer.answer(call.request); //~ ERROR E0308
    #[cfg(not(wrong))]
    HelloReply {
        greeting: b"Hi",
        data: (peer.bytes > 3).then_some(&[]),
    }
    .answer(call.request)
}
