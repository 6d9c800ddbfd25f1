// SPDX-License-Identifier: GPL-2.0

//! Answers to requests.

use super::{
    skb::SkBuff,
    Request, //
};
use crate::wire::{
    self,
    Nlmsghdr,
    Sink,
    NLMSG_HDRLEN, //
};
use kernel::prelude::*;

/// An answer under construction.
///
/// It goes to the sender of its request when it is [sent](Reply::send), and nowhere when it is
/// dropped.
#[must_use = "a reply that is not sent is lost"]
pub struct Reply<'a> {
    request: &'a Request<'a>,
    skb: SkBuff,
    header: Nlmsghdr,
}

impl<'a> Reply<'a> {
    /// Starts an answer to `request`, with room for `payload` bytes.
    pub(super) fn new(request: &'a Request<'a>, header: Nlmsghdr, payload: usize) -> Result<Self> {
        let mut skb = SkBuff::new(payload)?;

        // Holds the place until the length is known.
        skb.append(&[0; NLMSG_HDRLEN])?;
        Ok(Self {
            request,
            skb,
            header,
        })
    }

    /// Adds an attribute.
    ///
    /// # Errors
    ///
    /// `EMSGSIZE` where the answer has no room for it.
    pub fn put(&mut self, nla_type: u16, value: &[u8]) -> Result {
        wire::put_attr(&mut self.skb, nla_type, value)
    }

    /// Adds bytes that are no attribute.
    ///
    /// # Errors
    ///
    /// `EMSGSIZE` where the answer has no room for them.
    pub fn put_raw(&mut self, bytes: &[u8]) -> Result {
        self.skb.append(bytes)
    }

    /// Sends the answer.
    ///
    /// # Errors
    ///
    /// - `EAGAIN` when the sender's receive buffer is full; its next `recvmsg(2)` fails with
    ///   `ENOBUFS`.
    /// - `ECONNREFUSED` when the sender's socket is gone.
    pub fn send(mut self) -> Result {
        let len = self.skb.bytes_mut().len();

        self.skb.append(wire::padding(len))?;
        self.header.nlmsg_len = len as u32;
        if let Some(place) = self.skb.bytes_mut().get_mut(..NLMSG_HDRLEN) {
            place.copy_from_slice(&self.header.to_bytes());
        }
        self.request.send(self.skb)
    }
}
