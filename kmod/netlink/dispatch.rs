// SPDX-License-Identifier: GPL-2.0

//! From the message to its handler, and from the handler's result to the ACK.
//!
//! The same rules as in `netlink_rcv_skb()`, see
//! [`net/netlink/af_netlink.c`](srctree/net/netlink/af_netlink.c), but for
//! [`Family::bare`].

use super::{
    attributes,
    errno::eopnotsupp,
    request::Datagram,
    Command,
    ExtAck,
    Family,
    Request, //
};
use crate::wire::{
    NLMSG_MIN_TYPE,
    NLM_F_ACK,
    NLM_F_DUMP,
    NLM_F_ECHO,
    NLM_F_REQUEST, //
};
use kernel::prelude::*;

/// Serves every message of a datagram, in order.
pub(super) fn receive<T: Family>(datagram: Datagram<'_>) {
    // What follows a broken header is dropped: nothing says where the next message starts.
    for message in datagram.messages().map_while(|message| message.ok()) {
        serve::<T>(&Request::new(datagram, message));
    }
}

/// Serves one message.
fn serve<'a, T: Family>(request: &Request<'a>) {
    let mut ext_ack = ExtAck::new();

    match Kind::of(request) {
        Kind::Request => {
            let result = call::<T>(request, &mut ext_ack);

            if result.is_err() || request.has(NLM_F_ACK) {
                request.ack(result, &ext_ack);
            }
        }
        Kind::AckOnly => request.ack(Ok(()), &ext_ack),
        // Its sender knows no NLMSG_ERROR, so a failure shows as silence.
        Kind::Bare => drop(T::bare(request)),
        Kind::Nothing => {}
    }
}

/// What a header asks for.
enum Kind {
    /// A command.
    Request,
    /// Nothing, and the word that it arrived.
    AckOnly,
    /// Nothing that netlink knows, but there is a payload.
    Bare,
    /// Nothing at all.
    Nothing,
}

impl Kind {
    fn of(request: &Request<'_>) -> Self {
        let is_control = request.nlmsg_type() < NLMSG_MIN_TYPE;
        let is_request = request.has(NLM_F_REQUEST);

        if is_request && !is_control {
            Kind::Request
        } else if request.has(NLM_F_ACK) {
            Kind::AckOnly
        } else if is_control && !is_request && !request.payload().is_empty() {
            Kind::Bare
        } else {
            Kind::Nothing
        }
    }
}

/// Calls the handler of the request's command.
fn call<'a, T: Family>(request: &Request<'a>, ext_ack: &mut ExtAck<'a>) -> Result {
    let command = find::<T>(request, ext_ack)?;

    check_flags(request, ext_ack)?;
    let attrs = attributes::parse(request.payload(), command.policy, ext_ack)?;
    (command.doit)(request, &attrs, ext_ack)
}

/// Finds the request's command.
fn find<T: Family>(request: &Request<'_>, ext_ack: &mut ExtAck<'_>) -> Result<&'static Command> {
    T::COMMANDS
        .iter()
        .find(|command| command.nlmsg_type == request.nlmsg_type())
        .ok_or_else(|| ext_ack.refuse(eopnotsupp(), c"unknown command"))
}

/// Refuses flags that say nothing to a command, as generic netlink does for new ones.
fn check_flags(request: &Request<'_>, ext_ack: &mut ExtAck<'_>) -> Result {
    const KNOWN: u16 = NLM_F_REQUEST | NLM_F_ACK | NLM_F_ECHO;

    if request.nlmsg_flags() & NLM_F_DUMP == NLM_F_DUMP {
        return Err(ext_ack.refuse(eopnotsupp(), c"command has no dump"));
    }
    if request.nlmsg_flags() & !KNOWN != 0 {
        return Err(ext_ack.refuse(EINVAL, c"unknown flag in nlmsg_flags"));
    }
    Ok(())
}
