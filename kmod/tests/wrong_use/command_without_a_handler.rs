// SPDX-License-Identifier: GPL-2.0

//! Each command of the description of the family has a handler.

use crate::netlink::{
    Answer,
    Call,
    Command,
    Dump,
    ExtAck,
    Family,
    KernelSocket,
    Payload, //
};
use kernel::prelude::*;

#[path = "../../family/proto.rs"]
mod proto;

use proto::{
    GetPeerReply,
    GetPeerRequest,
    Handlers,
    HelloReply,
    HelloRequest,
    SetGreetingRequest, //
};

/// The family.
pub struct Hello;

impl Family for Hello {
    const PROTOCOL: u32 = 30;
    const COMMANDS: &'static [Command<Self>] = Self::TABLE;
    type Net = ();

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<()>> {
        Ok(())
    }
}

impl Handlers for Hello {
    fn hello<'a>(
        call: &mut Call<'a, Self, HelloRequest>,
    ) -> Result<Answer<'a, Self, HelloRequest>> {
        HelloReply {
            greeting: b"Hi",
            data: None,
        }
        .answer(call.request)
    }

    fn get_peer<'a>(
        call: &mut Call<'a, Self, GetPeerRequest>,
    ) -> Result<Answer<'a, Self, GetPeerRequest>> {
        nobody().answer(call.request)
    }

    type GetPeerDump = NoPeers;

    fn get_stats<'a>(call: &mut Call<'a, Self>) -> Result<Answer<'a, Self>> {
        Ok(call.request.done())
    }

    #[cfg(not(wrong))] //~ ERROR E0046: missing: `set_greeting`
    fn set_greeting<'a>(
        call: &mut Call<'a, Self, SetGreetingRequest>,
    ) -> Result<Answer<'a, Self, SetGreetingRequest>> {
        Ok(call.request.done())
    }
}

/// A dump without entries.
pub struct NoPeers;

impl Dump for NoPeers {
    type Family = Hello;
    type Attrs = ();
    type Item = ();

    const NLMSG_TYPE: u16 = 17;

    fn start(_call: &mut Call<'_, Hello>) -> Result<Self> {
        Ok(Self)
    }

    fn next(&mut self, _net: &(), _ext_ack: &mut ExtAck<'_>) -> Result<Option<()>> {
        Ok(None)
    }

    fn generation(&self, _net: &()) -> u32 {
        1
    }

    fn payload(_: &()) -> impl Payload {
        nobody()
    }
}

fn nobody() -> GetPeerReply {
    GetPeerReply {
        portid: 0,
        messages: 0,
        bytes: 0,
        last_ns: 0,
    }
}
