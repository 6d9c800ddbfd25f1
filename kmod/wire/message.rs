// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Messages: `struct nlmsghdr` and what follows it.

use super::{
    after,
    align,
    concat,
    Attrs,
    Error,
    NLMSG_HDRLEN, //
};

/// The header of every message, `struct nlmsghdr`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Nlmsghdr {
    /// Length of the message with this header and without its padding, in bytes.
    pub nlmsg_len: u32,
    /// Type of the payload: a control type below [`NLMSG_MIN_TYPE`](super::NLMSG_MIN_TYPE), else
    /// the protocol's.
    pub nlmsg_type: u16,
    /// `NLM_F_*` flags.
    pub nlmsg_flags: u16,
    /// Number that an answer repeats.
    pub nlmsg_seq: u32,
    /// Port id that the sender claims. Never believe it: the socket knows better.
    pub nlmsg_pid: u32,
}

impl Nlmsghdr {
    /// Reads the header at the start of `bytes`; `None` when they are too few.
    #[inline]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (header, _) = bytes.split_first_chunk::<NLMSG_HDRLEN>()?;
        let (nlmsg_len, rest) = header.split_first_chunk()?;
        let (nlmsg_type, rest) = rest.split_first_chunk()?;
        let (nlmsg_flags, rest) = rest.split_first_chunk()?;
        let (nlmsg_seq, rest) = rest.split_first_chunk()?;
        let (nlmsg_pid, _) = rest.split_first_chunk()?;

        Some(Self {
            nlmsg_len: u32::from_ne_bytes(*nlmsg_len),
            nlmsg_type: u16::from_ne_bytes(*nlmsg_type),
            nlmsg_flags: u16::from_ne_bytes(*nlmsg_flags),
            nlmsg_seq: u32::from_ne_bytes(*nlmsg_seq),
            nlmsg_pid: u32::from_ne_bytes(*nlmsg_pid),
        })
    }

    /// Returns the header as it goes over the socket.
    #[inline]
    pub fn to_bytes(self) -> [u8; NLMSG_HDRLEN] {
        let [t0, t1] = self.nlmsg_type.to_ne_bytes();
        let [f0, f1] = self.nlmsg_flags.to_ne_bytes();
        // Words, for the compiler to write whole: single bytes it writes one by one.
        let words = [
            self.nlmsg_len.to_ne_bytes(),
            [t0, t1, f0, f1],
            self.nlmsg_seq.to_ne_bytes(),
            self.nlmsg_pid.to_ne_bytes(),
        ];

        concat(words)
    }
}

/// A message inside a datagram.
///
/// # Invariants
///
/// `bytes` holds so many bytes as the header has and the payload, `header.nlmsg_len` bytes in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    header: Nlmsghdr,
    bytes: &'a [u8],
}

impl<'a> Message<'a> {
    /// Reads the message at the start of `bytes`.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`] when not even a header is there, [`Error::BadLength`] when `nlmsg_len`
    /// is below [`NLMSG_HDRLEN`] or beyond the end of `bytes` (`nlmsg_ok()`).
    #[inline]
    pub fn from_bytes(bytes: &'a [u8]) -> Result<Self, Error> {
        let header = Nlmsghdr::from_bytes(bytes).ok_or(Error::Truncated)?;
        let len = header.nlmsg_len as usize;
        if len < NLMSG_HDRLEN {
            return Err(Error::BadLength);
        }
        let bytes = bytes.get(..len).ok_or(Error::BadLength)?;

        // INVARIANT: `bytes` was just cut to `nlmsg_len`, which covers the header.
        Ok(Self { header, bytes })
    }

    /// Returns the header.
    #[inline]
    pub fn header(&self) -> &Nlmsghdr {
        &self.header
    }

    /// Returns the header and the payload as they came.
    #[inline]
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Returns a message of generic netlink as a raw protocol would have it: its type is the command,
    /// and `struct genlmsghdr` is not there; `None` where that is missing. The header as it came is not
    /// among its [`bytes`](Message::bytes).
    pub fn of_command(&self) -> Option<Self> {
        let (genlmsghdr, _) = self.payload().split_first_chunk::<4>()?;
        let [command, ..] = *genlmsghdr;
        let header = Nlmsghdr {
            nlmsg_len: self.header.nlmsg_len - genlmsghdr.len() as u32,
            nlmsg_type: command.into(),
            ..self.header
        };

        // INVARIANT: Both are as much shorter.
        Some(Self {
            header,
            bytes: self.bytes.get(genlmsghdr.len()..)?,
        })
    }

    /// Returns what follows the header, without the message's padding.
    #[inline]
    pub fn payload(&self) -> &'a [u8] {
        self.bytes.get(NLMSG_HDRLEN..).unwrap_or_default()
    }

    /// Returns the attributes that follow a fixed header of `skip` bytes.
    #[inline]
    pub fn attrs(&self, skip: usize) -> Attrs<'a> {
        Attrs::new(self.payload().get(align(skip)..).unwrap_or_default())
    }
}

/// The messages of a datagram, in order.
///
/// A broken header says nothing of where the next message starts, so an error is the last item.
#[derive(Clone, Debug)]
pub struct Messages<'a> {
    rest: &'a [u8],
}

impl<'a> Messages<'a> {
    /// Starts at the first byte of `datagram`.
    #[inline]
    pub fn new(datagram: &'a [u8]) -> Self {
        Self { rest: datagram }
    }

    /// Returns the bytes behind the messages that were taken so far.
    #[inline]
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

impl<'a> Iterator for Messages<'a> {
    type Item = Result<Message<'a>, Error>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let message = Message::from_bytes(self.rest);
        self.rest = match &message {
            Ok(message) => after(self.rest, message.bytes.len()),
            Err(_) => &[],
        };
        Some(message)
    }
}
