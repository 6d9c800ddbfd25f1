// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The reply to a hello.

use super::proto::HelloReply;
use crate::netlink::{bad_reply, Error};
use crate::wire::Message;
use std::time::Duration;

pub(super) const OP: &str = "say hello";

/// Answer of the module to a hello.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply<'a> {
    /// Sequence number of the hello.
    pub seq: u32,
    /// Length of the answer with its header (`nlmsg_len`), in bytes.
    pub bytes: u32,
    /// Greeting of the network namespace (`HELLO_A_GREETING`), without its NUL.
    pub greeting: &'a [u8],
    /// From just before the hello was sent to just after the answer was received; hellos of a
    /// batch are sent together, so each of these includes the serving of those before it.
    pub time: Duration,
}

impl<'a> Reply<'a> {
    /// Reads a reply that must carry the data `sent` back.
    pub(super) fn read(
        message: &Message<'a>,
        sent: Option<&[u8]>,
        time: Duration,
    ) -> Result<Self, Error> {
        let HelloReply { greeting, data } = HelloReply::read(OP, message)?;
        if data != sent {
            return Err(bad_reply(OP, "it carries other data than was sent"));
        }

        Ok(Self {
            seq: message.header().nlmsg_seq,
            bytes: message.header().nlmsg_len,
            greeting,
            time,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Hello;
    use super::*;
    use crate::netlink::{Errno, Request};
    use crate::uapi::{HELLO_A_DATA, HELLO_A_GREETING, HELLO_CMD_HELLO};
    use crate::wire::{put_attr, put_str, NLA_MAX_VALUE};

    /// Returns a reply that carries `data`, as the kernel makes it.
    fn reply_with(data: Option<&[u8]>) -> Request {
        let mut attrs = Vec::new();
        put_str(&mut attrs, HELLO_A_GREETING, b"Hi").unwrap();
        if let Some(data) = data {
            put_attr(&mut attrs, HELLO_A_DATA, data).unwrap();
        }
        Request::new(OP, HELLO_CMD_HELLO, attrs).unwrap()
    }

    #[test]
    fn a_reply_must_carry_the_very_data_that_was_sent() {
        let read = |data, sent| {
            let bytes = reply_with(data);
            let message = Message::from_bytes(bytes.bytes()).unwrap();
            Reply::read(&message, sent, Duration::ZERO).map(|reply| reply.greeting.to_vec())
        };

        for data in [None, Some(&b""[..]), Some(b"data")] {
            assert_eq!(read(data, data), Ok(b"Hi".to_vec()));
        }
        for (data, sent) in [
            (None, Some(&b"data"[..])),
            (Some(&b"data"[..]), None),
            (Some(b"date"), Some(b"data")),
            (Some(b"dat"), Some(b"data")),
        ] {
            let error = read(data, sent).unwrap_err();
            assert_eq!(error.errno, Errno(libc::EBADMSG));
            assert!(error.message.contains("other data"), "{error}");
        }
    }

    #[test]
    fn what_no_attribute_can_hold_is_refused_as_the_kernel_refuses_what_is_too_long() {
        let long = vec![b'x'; NLA_MAX_VALUE + 1];
        for (text, data, refusal) in [
            (Some(&long[..]), None, "TEXT: too long (limit 1024)"),
            (None, Some(&long[..]), "DATA: too long (limit 65000)"),
        ] {
            let error = Hello { text, data }.request(OP).unwrap_err();
            assert_eq!(error.to_string(), format!("say hello: {refusal} (ERANGE)"));
        }
    }
}
