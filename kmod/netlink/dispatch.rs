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
    Answer,
    Call,
    Command,
    ExtAck,
    Family,
    Handler,
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
    marker::PhantomData,
    mem,
    ptr::{
        self,
        NonNull, //
    }, //
};
use kernel::{
    bindings,
    prelude::*, //
};

/// Serves every message of a datagram, in order, unless the sender is killed meanwhile.
pub(super) fn receive<T: Family>(datagram: Datagram<'_, T>) {
    let mut is_first = true;

    datagram.for_each(|call| match call {
        // Nobody is left to hear the answers, and the sender cannot end before we return.
        _ if !mem::replace(&mut is_first, false) && is_dying() => {}
        Ok(call) => serve(call),
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
fn serve<T: Family>(call: &mut Call<'_, T>) {
    match Kind::of(&call.request) {
        Kind::Request => serve_request(call),
        // Nothing was said, which costs less to know than to look up.
        Kind::AckOnly => call.request.ack(Ok(()), &ExtAck::new()),
        // Its sender knows no NLMSG_ERROR, so a failure shows as silence.
        Kind::Bare => drop(T::bare(call).and_then(|answer| send(call, answer))),
        Kind::Nothing => {}
    }
}

/// Serves a request, and says how it ended where that is due.
fn serve_request<T: Family>(call: &mut Call<'_, T>) {
    match answer(call) {
        Ok(Ending::Complete) => {}
        Ok(Ending::Ackable) => {
            if call.request.has(NLM_F_ACK) {
                call.request.ack(Ok(()), &call.ext_ack);
            }
        }
        Err(error) => {
            T::refused(call.request.net());
            call.request.ack(Err(error), &call.ext_ack);
        }
    }
}

/// What a header asks for.
enum Kind {
    /// A command.
    Request,
    /// Nothing, and the word that it arrived.
    AckOnly,
    /// Nothing that netlink knows: type 0 and a payload.
    Bare,
    /// Nothing at all.
    Nothing,
}

impl Kind {
    fn of<T: Family>(request: &Request<'_, T>) -> Self {
        let is_control = request.nlmsg_type() < NLMSG_MIN_TYPE;
        let is_bare = request.nlmsg_type() == 0;
        let is_request = request.has(NLM_F_REQUEST);

        if is_request && !is_control {
            Kind::Request
        } else if request.has(NLM_F_ACK) {
            Kind::AckOnly
        } else if is_bare && !is_request && !request.payload().is_empty() {
            Kind::Bare
        } else {
            Kind::Nothing
        }
    }
}

/// What follows the answer to a request.
enum Ending {
    /// An ACK may follow.
    Ackable,
    /// Nothing follows: `NLMSG_DONE` ends a dump.
    Complete,
}

/// Answers a request by what the handler of its command returns.
fn answer<T: Family>(call: &mut Call<'_, T>) -> Result<Ending> {
    let command = find(&call.request, &mut call.ext_ack)?;

    check_flags(&call.request, command, &mut call.ext_ack)?;
    check_sender(&call.request, command, &mut call.ext_ack)?;
    call.attrs = attributes::parse(call.request.payload(), command.policy, &mut call.ext_ack)?;
    (command.serve)(call)?;

    Ok(match command.is_dump {
        true => Ending::Complete,
        false => Ending::Ackable,
    })
}

/// Answers a request by what the handler `F` returns. Each has a copy of this: a function that it
/// knows costs less than a pointer to any.
///
/// `F` has a value.
pub(super) fn answer_by<T: Family, F: Handler<T>>(call: &mut Call<'_, T>) -> Result {
    let answer = (Function::<F>::VALUE)(call)?;

    send(call, answer)
}

/// A function, of which the type says all.
struct Function<F>(PhantomData<F>);

impl<F: Copy> Function<F> {
    /// The only value of `F`, if that has one.
    const VALUE: F = {
        assert!(size_of::<F>() == 0, "handler is not a function");
        // SAFETY: There is nothing to read. By the contract of whoever comes here there is a value,
        // of which this is a copy.
        unsafe { ptr::read(NonNull::dangling().as_ptr()) }
    };
}

/// Sends `answer`, and calls what is to follow it.
#[inline]
fn send<'a, T: Family>(call: &Call<'a, T>, answer: Answer<'a, T>) -> Result {
    if let Some(message) = answer.message {
        call.request.send(message)?;
    }
    if let Some(then) = answer.then {
        then(call);
    }
    Ok(())
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
