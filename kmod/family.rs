// SPDX-License-Identifier: GPL-2.0

//! The hello protocol: what the kernel answers to whom.
//!
//! C header: `uapi/nlhello.h`, where the messages are described.

use crate::{
    netlink::{
        Attributes,
        Command,
        ExtAck,
        Family,
        Request,
        Rule, //
    },
    uapi::{
        HELLO_A_DATA,
        HELLO_A_GREETING,
        HELLO_A_TEXT,
        HELLO_CMD_HELLO,
        NETLINK_USER,
        NLHELLO_DATA_MAX,
        NLHELLO_GREETING,
        NLHELLO_TEXT_MAX, //
    },
    wire::{
        nla_total_size,
        NLMSG_DONE, //
    },
};
use kernel::prelude::*;

/// The hello family.
pub struct Hello;

impl Family for Hello {
    const PROTOCOL: u32 = NETLINK_USER;

    const COMMANDS: &'static [Command] = &[Command {
        nlmsg_type: HELLO_CMD_HELLO,
        policy: &[
            Rule::string(HELLO_A_TEXT, NLHELLO_TEXT_MAX),
            Rule::bytes(HELLO_A_DATA, NLHELLO_DATA_MAX),
        ],
        doit: hello,
    }];

    /// Classic hello, as the textbook's client says it: raw bytes in, a greeting out.
    fn bare(request: &Request<'_>) -> Result {
        let mut reply = request.reply(NLMSG_DONE, NLHELLO_GREETING.len())?;

        reply.put_raw(NLHELLO_GREETING)?;
        reply.send()
    }
}

/// `HELLO_CMD_HELLO`: greets, and gives back the data.
fn hello(request: &Request<'_>, attrs: &Attributes<'_>, _ext_ack: &mut ExtAck<'_>) -> Result {
    let data = attrs.bytes(HELLO_A_DATA);
    let room = data.map_or(0, |data| nla_total_size(data.len()));
    let room = room + nla_total_size(NLHELLO_GREETING.len());
    let mut reply = request.reply(HELLO_CMD_HELLO, room)?;

    reply.put(HELLO_A_GREETING, NLHELLO_GREETING)?;
    if let Some(data) = data {
        reply.put(HELLO_A_DATA, data)?;
    }
    reply.send()
}
