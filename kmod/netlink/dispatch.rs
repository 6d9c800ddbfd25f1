// SPDX-License-Identifier: GPL-2.0

//! From the message to its handler, and from the handler's result to the ACK.
//!
//! The same rules as in `netlink_rcv_skb()`, see
//! [`net/netlink/af_netlink.c`](srctree/net/netlink/af_netlink.c), but for [`Family::bare`], for
//! a handler's `EINTR`, which is told like any other error, and for a sender that is killed: what
//! is left of its datagram is dropped.

use super::{
    attributes,
    errno::eopnotsupp,
    ffi,
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
use core::mem;
use kernel::{
    bindings,
    prelude::*, //
};

/// Serves every message of a datagram, in order, unless the sender is killed meanwhile.
pub(super) fn receive<T: Family>(datagram: Datagram<'_, T>) {
    let mut is_first = true;

    datagram.for_each(|request| match request {
        // Nobody is left to hear the answers, and the sender cannot end before we return.
        _ if !mem::replace(&mut is_first, false) && is_dying() => {}
        Ok(request) => serve(request),
        // Nothing says where the next message starts.
        Err(_) => T::dropped(datagram.net()),
    });
}

/// Says whether the sender, in whose call this is, has been killed.
fn is_dying() -> bool {
    // SAFETY: The function may be called wherever there is a task.
    unsafe { ffi::nl_helper_is_dying() }
}

/// Serves one message.
fn serve<T: Family>(request: &Request<'_, T>) {
    match Kind::of(request) {
        Kind::Request => serve_request(request),
        Kind::AckOnly => request.ack(Ok(()), &ExtAck::new()),
        // Its sender knows no NLMSG_ERROR, so a failure shows as silence.
        Kind::Bare => drop(T::bare(request)),
        Kind::Nothing => {}
    }
}

/// Serves a request, and says how it ended where that is due.
fn serve_request<T: Family>(request: &Request<'_, T>) {
    let mut ext_ack = ExtAck::new();

    match call(request, &mut ext_ack) {
        Ok(Answer::Complete) => {}
        Ok(Answer::Ackable) => {
            if request.has(NLM_F_ACK) {
                request.ack(Ok(()), &ext_ack);
            }
        }
        Err(error) => {
            T::refused(request.net());
            request.ack(Err(error), &ext_ack);
        }
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
    fn of<T: Family>(request: &Request<'_, T>) -> Self {
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

/// How a request was answered.
enum Answer {
    /// An ACK may follow.
    Ackable,
    /// Nothing follows: `NLMSG_DONE` ends a dump.
    Complete,
}

/// Calls the handler of the request's command.
fn call<'a, T: Family>(request: &Request<'a, T>, ext_ack: &mut ExtAck<'a>) -> Result<Answer> {
    let command = find(request, ext_ack)?;

    check_flags(request, command, ext_ack)?;
    check_sender(request, command, ext_ack)?;
    let attrs = attributes::parse(request.payload(), command.policy, ext_ack)?;
    (command.handler)(request, &attrs, ext_ack)?;

    Ok(match command.is_dump {
        true => Answer::Complete,
        false => Answer::Ackable,
    })
}

/// Finds the request's command.
fn find<T: Family>(
    request: &Request<'_, T>,
    ext_ack: &mut ExtAck<'_>,
) -> Result<&'static Command<T>> {
    let is_dump = request.has(NLM_F_DUMP);
    let is_kind = |command: &&Command<T>| command.nlmsg_type == request.nlmsg_type();

    T::COMMANDS
        .iter()
        .find(|command| is_kind(command) && command.is_dump == is_dump)
        .ok_or_else(|| {
            let is_known = T::COMMANDS.iter().any(|command| is_kind(&command));
            let msg = match (is_known, is_dump) {
                (false, _) => c"unknown command",
                (true, true) => c"command has no dump",
                (true, false) => c"command is a dump: NLM_F_DUMP is missing",
            };
            ext_ack.refuse(eopnotsupp(), msg)
        })
}

/// Refuses flags that say nothing to a command, as generic netlink does for new ones.
fn check_flags<T: Family>(
    request: &Request<'_, T>,
    command: &Command<T>,
    ext_ack: &mut ExtAck<'_>,
) -> Result {
    let dump = if command.is_dump { NLM_F_DUMP } else { 0 };
    let known = NLM_F_REQUEST | NLM_F_ACK | NLM_F_ECHO | dump;

    if request.nlmsg_flags() & !known != 0 {
        return Err(ext_ack.refuse(EINVAL, c"unknown flag in nlmsg_flags"));
    }
    Ok(())
}

/// Refuses senders that may not use the command.
fn check_sender<T: Family>(
    request: &Request<'_, T>,
    command: &Command<T>,
    ext_ack: &mut ExtAck<'_>,
) -> Result {
    if command.is_admin && !request.is_capable(bindings::CAP_NET_ADMIN) {
        return Err(ext_ack.refuse(EPERM, c"CAP_NET_ADMIN is missing"));
    }
    Ok(())
}
