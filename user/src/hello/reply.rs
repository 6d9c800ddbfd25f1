// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A hello and its reply.

use super::fields::{bad_reply, Fields};
use super::spec::{DATA, GREETING, HELLO, TEXT};
use crate::netlink::{Error, Request};
use crate::wire::{put_attr, put_str, Message};
use std::io;
use std::time::Duration;

pub(super) const OP: &str = "say hello";

/// What a hello carries; both are optional.
///
/// Nothing is checked here but what the encoding itself cannot hold: limits are the kernel's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hello<'a> {
    /// What to say (`HELLO_A_TEXT`), without a NUL.
    pub text: Option<&'a [u8]>,
    /// Bytes to be sent back (`HELLO_A_DATA`).
    pub data: Option<&'a [u8]>,
}

/// What the kernel answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply<'a> {
    /// Sequence number of the hello.
    pub seq: u32,
    /// Length of the answer with its header (`nlmsg_len`), in bytes.
    pub bytes: u32,
    /// What the kernel says (`HELLO_A_GREETING`), without its NUL.
    pub greeting: &'a [u8],
    /// From just before the hello was sent to just after the answer was received; hellos of a
    /// batch are sent together, so each of these includes the serving of those before it.
    pub time: Duration,
}

impl Hello<'_> {
    /// Builds the request.
    pub(super) fn request(&self, op: &'static str) -> Result<Request, Error> {
        let attrs = self.attrs().map_err(|error| Error::from_io(op, &error))?;

        Request::new(op, HELLO, attrs)
    }

    fn attrs(&self) -> io::Result<Vec<u8>> {
        let mut attrs = Vec::new();
        if let Some(text) = self.text {
            put_str(&mut attrs, TEXT, text)?;
        }
        if let Some(data) = self.data {
            put_attr(&mut attrs, DATA, data)?;
        }
        Ok(attrs)
    }
}

impl<'a> Reply<'a> {
    /// Reads a reply that must carry the data `sent` back.
    pub(super) fn read(
        message: &Message<'a>,
        sent: Option<&[u8]>,
        time: Duration,
    ) -> Result<Self, Error> {
        let fields = Fields::new(OP, HELLO, message)?;
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
