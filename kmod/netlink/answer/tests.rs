// SPDX-License-Identifier: GPL-2.0

use super::*;
use crate::{
    netlink::{
        errno::econnrefused,
        put,
        request::tests::{
            Registered,
            SENDER, //
        },
        skb::tests::message,
        tests::{
            message_with,
            FreeFamily,
            CLOSED,
            HEADER,
            OPEN, //
        }, //
    },
    wire::NLMSG_HDRLEN, //
};
use core::cell::Cell;

/// [`HEADER`] with these flags.
fn header(nlmsg_flags: u16) -> Nlmsghdr {
    Nlmsghdr {
        nlmsg_flags,
        ..HEADER
    }
}

#[kunit_tests(netlink_answer)]
mod suite {
    use super::*;

    #[test]
    fn a_reply_repeats_the_number_and_goes_to_the_port_that_sent_the_request() -> Result {
        let registered = Registered::<FreeFamily>::new()?;
        let incoming = registered.datagram(&message_with(HEADER, b"abc")?)?;
        let expected = Nlmsghdr {
            nlmsg_len: NLMSG_HDRLEN as u32 + 4,
            nlmsg_type: 99,
            nlmsg_flags: 0,
            nlmsg_seq: HEADER.nlmsg_seq,
            nlmsg_pid: SENDER,
        };

        let is_as_expected = incoming.first(|request| -> Result<bool> {
            let answer: Answer<'_, _> = request.reply(99, put::raw(b"defg"))?;
            let skb = answer.message.ok_or(ENODATA)?;
            let (header, payload) = message(&skb).split_at(NLMSG_HDRLEN);

            Ok(header == expected.to_bytes() && payload == b"defg" && answer.then.is_none())
        })?;
        assert_eq!(is_as_expected, Ok(true));
        Ok(())
    }

    #[test]
    fn an_answer_without_a_message_has_none() -> Result {
        let registered = Registered::<FreeFamily>::new()?;
        let incoming = registered.datagram(&message_with(HEADER, b"")?)?;
        let has = incoming.first(|request| {
            let answer: Answer<'_, _> = request.done();
            let answer = answer.then(|_| ());

            (answer.message.is_some(), answer.then.is_some())
        })?;

        assert_eq!(has, (false, true));
        Ok(())
    }

    #[test]
    fn a_reply_to_a_socket_that_is_gone_is_refused() -> Result {
        let registered = Registered::<FreeFamily>::new()?;
        let incoming = registered.datagram(&message_with(HEADER, b"")?)?;
        let result = incoming.first(|request| -> Result {
            let answer: Answer<'_, _> = request.reply(99, ())?;
            request.send(answer.message.ok_or(ENODATA)?)
        })?;

        assert_eq!(result, Err(econnrefused()));
        Ok(())
    }

    #[test]
    fn a_notification_is_made_for_receivers_alone() -> Result {
        let registered = Registered::<FreeFamily>::new()?;
        // Without members of the group, the echo alone has a receiver; its socket is gone.
        for (flags, group, has_receivers, result) in [
            (0, OPEN, false, Ok(())),
            (0, CLOSED + 1, false, Err(EINVAL)),
            (0, 0, false, Err(EINVAL)),
            (NLM_F_ECHO, OPEN, true, Err(econnrefused())),
            (NLM_F_ECHO, CLOSED + 1, false, Err(EINVAL)),
            (NLM_F_ECHO, 0, false, Err(EINVAL)),
        ] {
            let incoming = registered.datagram(&message_with(header(flags), b"")?)?;
            let made = Cell::new(false);
            let notified =
                incoming.first(|request| request.notify(group, 99, || made.set(true)))?;

            assert_eq!(notified, result);
            assert_eq!(made.get(), has_receivers);
            let has = incoming.first(|request| request.has_receivers(group))?;
            assert_eq!(has, has_receivers);
        }
        Ok(())
    }
}
