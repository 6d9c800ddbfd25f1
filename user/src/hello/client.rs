// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Saying hello.

use super::spec::{DATA, GREETING, HELLO, SPEC, TEXT};
use crate::netlink::{deadline, Answer, Connection, Error, Request, Tap};
use crate::wire::{self, put_attr, put_str, Message};
use std::io;
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

const OP: &str = "say hello";

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
    /// From just before the hello was sent to just after the answer was received.
    pub time: Duration,
}

/// How a wait for a reply ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// The kernel answered.
    Reply(Reply<'a>),
    /// The deadline passed first.
    TimedOut,
    /// The other descriptor became readable first.
    Woken,
}

/// A socket of the hello family, and one hello to say on it again and again.
pub struct Client {
    connection: Connection,
    request: Request,
    data: Option<Vec<u8>>,
    sent: Instant,
}

impl Client {
    /// Opens a socket and builds the request.
    ///
    /// # Errors
    ///
    /// `EPROTONOSUPPORT` when hello.ko is not loaded; `EMSGSIZE` when a value is longer than
    /// [`wire::NLA_MAX_VALUE`].
    pub fn open(hello: &Hello<'_>) -> Result<Self, Error> {
        let request = request(hello)?;
        let connection = Connection::open(OP, &SPEC)?;

        Ok(Self {
            connection,
            request,
            data: hello.data.map(<[u8]>::to_vec),
            sent: Instant::now(),
        })
    }

    /// Lets `tap` see what is sent and received from now on.
    pub fn set_tap(&mut self, tap: Option<Box<dyn Tap>>) {
        self.connection.set_tap(tap);
    }

    /// Says hello number `seq`.
    ///
    /// # Errors
    ///
    /// As [`Connection::send`].
    pub fn send(&mut self, seq: u32) -> Result<(), Error> {
        self.request.set_seq(seq);
        self.sent = self.connection.send(&self.request)?;
        Ok(())
    }

    /// Waits for the reply to the last hello, until `timeout` has passed since it was sent or until
    /// `wake` is readable.
    ///
    /// # Errors
    ///
    /// The kernel's refusal; `EBADMSG` when the reply has no greeting, or other data than was sent;
    /// others of [`Connection::receive`].
    pub fn receive(
        &mut self,
        timeout: Duration,
        wake: Option<BorrowedFd<'_>>,
    ) -> Result<Outcome<'_>, Error> {
        let deadline = deadline(self.sent, timeout);
        let answer = self.connection.receive(&self.request, deadline, wake)?;

        Ok(match answer {
            Answer::Message(message, received) => {
                let time = received.duration_since(self.sent);
                Outcome::Reply(reply(&message, self.data.as_deref(), time)?)
            }
            Answer::TimedOut => Outcome::TimedOut,
            Answer::Woken => Outcome::Woken,
        })
    }

    /// Says hello once, and waits up to `timeout` for the reply.
    ///
    /// # Errors
    ///
    /// `ETIMEDOUT` when there is none; else as [`Client::send`] and [`Client::receive`].
    pub fn hello(&mut self, timeout: Duration) -> Result<Reply<'_>, Error> {
        self.send(1)?;
        match self.receive(timeout, None)? {
            Outcome::Reply(reply) => Ok(reply),
            Outcome::TimedOut | Outcome::Woken => {
                let message = format!("no reply within {} s", timeout.as_secs_f64());
                Err(Error::new(OP, libc::ETIMEDOUT).message(message))
            }
        }
    }
}

fn request(hello: &Hello<'_>) -> Result<Request, Error> {
    let attrs = attrs(hello).map_err(|error| Error::from_io(OP, &error))?;

    Request::new(OP, HELLO, attrs)
}

fn attrs(hello: &Hello<'_>) -> io::Result<Vec<u8>> {
    let mut attrs = Vec::new();
    if let Some(text) = hello.text {
        put_str(&mut attrs, TEXT, text)?;
    }
    if let Some(data) = hello.data {
        put_attr(&mut attrs, DATA, data)?;
    }
    Ok(attrs)
}

/// Reads a reply that must carry `sent` back.
fn reply<'a>(
    message: &Message<'a>,
    sent: Option<&[u8]>,
    time: Duration,
) -> Result<Reply<'a>, Error> {
    if message.header().nlmsg_type != HELLO {
        return Err(bad_reply("it is of another type"));
    }
    let (greeting, data) =
        greeting_and_data(message).map_err(|error| bad_reply(error.to_string()))?;
    if data != sent {
        return Err(bad_reply("it carries other data than was sent"));
    }

    Ok(Reply {
        seq: message.header().nlmsg_seq,
        bytes: message.header().nlmsg_len,
        greeting: greeting.ok_or_else(|| bad_reply("it has no greeting"))?,
        time,
    })
}

type Parts<'a> = (Option<&'a [u8]>, Option<&'a [u8]>);

fn greeting_and_data<'a>(message: &Message<'a>) -> Result<Parts<'a>, wire::Error> {
    let (mut greeting, mut data) = (None, None);
    for attr in message.attrs(0) {
        let attr = attr?;
        match attr.kind() {
            GREETING => greeting = Some(attr.str()?),
            DATA => data = Some(attr.value()),
            // A newer module may say more.
            _ => {}
        }
    }
    Ok((greeting, data))
}

fn bad_reply(why: impl AsRef<str>) -> Error {
    Error::new(OP, libc::EBADMSG).message(format!("malformed reply: {}", why.as_ref()))
}
