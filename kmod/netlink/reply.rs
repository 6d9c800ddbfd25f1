// SPDX-License-Identifier: GPL-2.0

//! Answers to requests.

use super::{
    skb::{
        SkBuff,
        Writer, //
    },
    Family,
    PutAttrs,
    Request, //
};
use crate::wire::Nlmsghdr;
use kernel::prelude::*;

/// An answer under construction.
///
/// It goes to the sender of its request when it is [sent](Reply::send), and nowhere when it is
/// dropped.
#[must_use = "a reply that is not sent is lost"]
pub struct Reply<'a, T: Family> {
    request: &'a Request<'a, T>,
    skb: SkBuff,
    header: Nlmsghdr,
}

impl<'a, T: Family> Reply<'a, T> {
    /// Starts an answer to `request`, with room for `payload` bytes.
    pub(super) fn new(
        request: &'a Request<'a, T>,
        header: Nlmsghdr,
        payload: usize,
    ) -> Result<Self> {
        Ok(Self {
            request,
            skb: SkBuff::new(payload)?,
            header,
        })
    }

    /// Sends the answer. It is also success when a filter on the sender's socket drops it.
    ///
    /// # Errors
    ///
    /// - `EAGAIN` when the sender's receive buffer is full; its next `recvmsg(2)` fails with
    ///   `ENOBUFS`.
    /// - `ECONNREFUSED` when the sender's socket is gone.
    #[inline]
    pub fn send(self) -> Result {
        self.request.send(self.skb, self.header)
    }
}

impl<T: Family> PutAttrs for Reply<'_, T> {
    #[inline]
    fn writer(&mut self) -> Writer<'_> {
        self.skb.writer()
    }
}
