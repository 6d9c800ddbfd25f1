// SPDX-License-Identifier: GPL-2.0

//! From the datagram to the commands of its messages.
//!
//! The same rules as in `netlink_rcv_skb()`, see
//! [`net/netlink/af_netlink.c`](srctree/net/netlink/af_netlink.c), but for [`Family::bare`], for
//! a handler's `EINTR`, which is reported like any other error, and for a sender that is killed: what
//! is left of its datagram is dropped.

use super::{
    command::Commands,
    errno::eopnotsupp,
    ffi,
    request::Datagram,
    serve,
    Call,
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
use core::{
    ffi::CStr,
    mem, //
};
use kernel::{
    bindings,
    prelude::*, //
};

/// Serves every message of a datagram, in order, unless the sender is killed meanwhile.
pub(super) fn receive<T: Family>(datagram: Datagram<'_, T>) {
    let mut is_first = true;

    let result = datagram.for_each(|request| {
        // A killed sender hears no more answers, and cannot end before we return.
        if mem::replace(&mut is_first, false) || !is_dying() {
            serve_message(request);
        }
    });
    // The start of the next message is not known.
    if result.is_err() {
        T::dropped(datagram.net());
    }
}

/// Says whether the sender, in whose call this is, has been killed.
fn is_dying() -> bool {
    // SAFETY: The function may be called wherever there is a task.
    unsafe { ffi::nl_helper_is_dying() }
}

/// Serves one message.
#[inline(always)] // Into its only caller.
fn serve_message<T: Family>(request: &Request<'_, T>) {
    match MessageKind::of(request) {
        MessageKind::Request => serve_request(request),
        // A message of no command needs no look-up: the ACK is empty.
        MessageKind::AckOnly => request.ack(Ok(()), &ExtAck::new()),
        MessageKind::Bare => serve_bare(&mut Call::new(request, ())),
        MessageKind::Nothing => {}
    }
}

/// Serves a message that is no request.
fn serve_bare<T: Family>(call: &mut Call<'_, T>) {
    // A peer that sends no requests knows no NLMSG_ERROR, so a failure shows as silence.
    let _ = T::bare(call).and_then(|answer| serve::send(call, answer));
}

/// Serves a request by its command, if it may use it.
fn serve_request<T: Family>(request: &Request<'_, T>) {
    match command_for(request) {
        Ok(command) => (command.serve)(request),
        Err((error, msg)) => serve::refuse(request, error, msg),
    }
}

/// Purpose of a message, by its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MessageKind {
    /// A command.
    Request,
    /// An ACK alone.
    AckOnly,
    /// No netlink message: type 0 and a payload.
    Bare,
    /// No answer at all.
    Nothing,
}

impl MessageKind {
    fn of<T: Family>(request: &Request<'_, T>) -> Self {
        let is_control = request.nlmsg_type() < NLMSG_MIN_TYPE;
        let is_bare = request.nlmsg_type() == 0;
        let is_request = request.has(NLM_F_REQUEST);

        if is_request && !is_control {
            MessageKind::Request
        } else if request.has(NLM_F_ACK) {
            MessageKind::AckOnly
        } else if is_bare && !is_request && !request.payload().is_empty() {
            MessageKind::Bare
        } else {
            MessageKind::Nothing
        }
    }
}

/// The error and the words that refuse a request.
type Refusal = (Error, &'static CStr);

/// Finds the request's command, if it may be used as it is.
fn command_for<T: Family>(request: &Request<'_, T>) -> Result<&'static Command<T>, Refusal> {
    let command = find(request)?;

    check_flags(request, command)?;
    check_sender(request, command)?;
    Ok(command)
}

/// Finds the request's command.
fn find<T: Family>(request: &Request<'_, T>) -> Result<&'static Command<T>, Refusal> {
    let nlmsg_type = request.nlmsg_type();
    let is_dump = request.has(NLM_F_DUMP);

    Commands::<T>::find(nlmsg_type, is_dump).ok_or_else(|| {
        let is_known = Commands::<T>::find(nlmsg_type, !is_dump).is_some();
        let msg = match (is_known, is_dump) {
            (false, _) => c"unknown command",
            (true, true) => c"command has no dump",
            (true, false) => c"command is a dump: NLM_F_DUMP is missing",
        };
        (eopnotsupp(), msg)
    })
}

/// Refuses flags that say nothing to a command, as generic netlink does for new ones.
fn check_flags<T: Family>(request: &Request<'_, T>, command: &Command<T>) -> Result<(), Refusal> {
    let dump = if command.is_dump { NLM_F_DUMP } else { 0 };
    let known = NLM_F_REQUEST | NLM_F_ACK | NLM_F_ECHO | dump;

    match request.nlmsg_flags() & !known {
        0 => Ok(()),
        _ => Err((EINVAL, c"unknown flag in nlmsg_flags")),
    }
}

/// Refuses senders that may not use the command.
fn check_sender<T: Family>(request: &Request<'_, T>, command: &Command<T>) -> Result<(), Refusal> {
    match command.uns_admin_perm && !request.is_capable(bindings::CAP_NET_ADMIN) {
        true => Err((EPERM, c"CAP_NET_ADMIN is missing")),
        false => Ok(()),
    }
}

#[cfg(nl_kunit)]
mod tests;
