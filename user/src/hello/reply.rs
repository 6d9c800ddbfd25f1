// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A hello and its reply.

use super::fields::{bad_reply, too_long, ReplyAttrs};
use super::spec::{DATA, GREETING, HELLO, TEXT};
use crate::netlink::{Error, Request};
use crate::uapi::{NLHELLO_DATA_MAX, NLHELLO_TEXT_MAX};
use crate::wire::{put_attr, put_str, Message};
use std::time::Duration;

pub(super) const OP: &str = "say hello";

/// Attributes of a hello; both are optional.
///
/// Nothing is checked here but what the encoding itself cannot hold: limits are the kernel's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hello<'a> {
    /// Text of the hello (`HELLO_A_TEXT`), without a NUL.
    pub text: Option<&'a [u8]>,
    /// Bytes to be sent back (`HELLO_A_DATA`).
    pub data: Option<&'a [u8]>,
}

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

impl Hello<'_> {
    /// Builds the request.
    pub(super) fn request(&self, op: &'static str) -> Result<Request, Error> {
        let mut attrs = Vec::new();
        if let Some(text) = self.text {
            put_str(&mut attrs, TEXT, text).map_err(|_| too_long(op, TEXT, NLHELLO_TEXT_MAX))?;
        }
        if let Some(data) = self.data {
            put_attr(&mut attrs, DATA, data).map_err(|_| too_long(op, DATA, NLHELLO_DATA_MAX))?;
        }
        Request::new(op, HELLO, attrs)
    }
}

impl<'a> Reply<'a> {
    /// Reads a reply that must carry the data `sent` back.
    pub(super) fn read(
        message: &Message<'a>,
        sent: Option<&[u8]>,
        time: Duration,
    ) -> Result<Self, Error> {
        let fields = ReplyAttrs::new(OP, HELLO, message)?;
        if fields.bytes_if_any(DATA)? != sent {
            return Err(bad_reply(OP, "it carries other data than was sent"));
        }

        Ok(Self {
            seq: message.header().nlmsg_seq,
            bytes: message.header().nlmsg_len,
            greeting: fields.str(GREETING)?,
            time,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::netlink::Errno;
    use crate::wire::NLA_MAX_VALUE;

    /// Returns a reply that carries `data`, as the kernel makes it.
    fn reply_with(data: Option<&[u8]>) -> Request {
        let mut attrs = Vec::new();
        put_str(&mut attrs, GREETING, b"Hi").unwrap();
        if let Some(data) = data {
            put_attr(&mut attrs, DATA, data).unwrap();
        }
        Request::new(OP, HELLO, attrs).unwrap()
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
