// SPDX-License-Identifier: GPL-2.0

use super::*;
use crate::{
    attributes,
    netlink::{
        atomic::{
            Atomic,
            Relaxed, //
        },
        request::tests::Registered,
        tests::{
            message_with,
            row,
            FREE_PROTOCOL,
            HEADER, //
        },
        Command,
        KernelSocket, //
    },
    wire::Nlmsghdr, //
};

/// A family that notes what was called.
struct ServedFamily;

/// How often each was called.
struct Calls {
    handler: Atomic<u32>,
    then: Atomic<u32>,
    refused: Atomic<u32>,
}

impl Calls {
    /// Returns how often the handler was called, and what follows its answer, and how often a request
    /// was refused; and forgets it.
    fn take(&self) -> [u32; 3] {
        [&self.handler, &self.then, &self.refused].map(|calls| calls.xchg(0, Relaxed))
    }
}

impl Family for ServedFamily {
    const PROTOCOL: u32 = FREE_PROTOCOL;

    const COMMANDS: &'static [Command<Self>] = &[];

    type Net = Calls;

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<Calls>> {
        Ok(Calls {
            handler: Atomic::<u32>::new(0),
            then: Atomic::<u32>::new(0),
            refused: Atomic::<u32>::new(0),
        })
    }

    fn refused(net: &Calls) {
        net.refused.fetch_add(1, Relaxed);
    }
}

attributes! {
    /// Ways in which a request ends.
    struct Ending {
        is_refused(1): Flag;
        has_reply(2): Flag;
    }
}

fn end_as_asked<'a>(
    call: &mut Call<'a, ServedFamily, Ending>,
) -> Result<Answer<'a, ServedFamily, Ending>> {
    call.request.net().handler.fetch_add(1, Relaxed);

    if call.attrs.is_refused() {
        return Err(call.ext_ack.refuse(EBUSY, c"as it was asked for"));
    }
    let answer = match call.attrs.has_reply() {
        true => call.request.reply(16, ())?,
        false => call.request.done(),
    };
    Ok(answer.then(|call| {
        call.request.net().then.fetch_add(1, Relaxed);
    }))
}

/// A request with these flags and attributes.
fn request(nlmsg_flags: u16, attrs: &[(u16, &[u8])]) -> Result<KVec<u8>> {
    let header = Nlmsghdr {
        nlmsg_flags,
        ..HEADER
    };

    message_with(header, &row(attrs)?)
}

/// Serves `request` by the handler `F`; returns the calls.
fn serve<F: Handler<ServedFamily, Ending>>(request: &[u8], _handler: F) -> Result<[u32; 3]> {
    let registered = Registered::<ServedFamily>::new()?;

    registered
        .datagram(request)?
        // SAFETY: `_handler` is a value of `F`.
        .first(|request| unsafe { serve_by::<ServedFamily, Ending, F>(request) })?;
    Ok(registered.net()?.take())
}

#[kunit_tests(netlink_serve)]
mod suite {
    use super::*;

    #[test]
    fn what_follows_an_answer_is_called_if_the_answer_arrives() -> Result {
        assert_eq!(serve(&request(0, &[])?, end_as_asked)?, [1, 1, 0]);
        // The sender's socket is gone.
        let reply = request(0, &[(2, b"")])?;
        assert_eq!(serve(&reply, end_as_asked)?, [1, 0, 1]);
        Ok(())
    }

    #[test]
    fn an_error_of_the_handler_refuses_the_request() -> Result {
        for flags in [0, NLM_F_ACK, NLM_F_DUMP] {
            let refused = request(flags, &[(1, b"")])?;
            assert_eq!(serve(&refused, end_as_asked)?, [1, 0, 1]);
        }
        Ok(())
    }

    #[test]
    fn a_handler_is_not_called_for_attributes_that_it_does_not_take() -> Result {
        for attrs in [&[(3, &b""[..])][..], &[(1, b"1")], &[(2, b""), (2, b"")]] {
            assert_eq!(serve(&request(0, attrs)?, end_as_asked)?, [0, 0, 1]);
        }
        Ok(())
    }

    #[test]
    fn an_ack_is_due_if_it_is_asked_for_and_the_request_is_no_dump() -> Result {
        let registered = Registered::<ServedFamily>::new()?;
        for (flags, is_due) in [
            (0, false),
            (NLM_F_ACK, true),
            (NLM_F_DUMP, false),
            (NLM_F_ACK | NLM_F_DUMP, false),
            // A bit of `NLM_F_DUMP` makes none.
            (NLM_F_ACK | 0x100, true),
            (NLM_F_ACK | 0x200, true),
        ] {
            let incoming = registered.datagram(&request(flags, &[])?)?;
            assert_eq!(incoming.first(is_ack_due)?, is_due);
        }
        Ok(())
    }
}
