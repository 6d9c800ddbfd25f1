// SPDX-License-Identifier: GPL-2.0

//! Messages to all who listen.

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

/// A notification under construction, of what a request has done.
///
/// It goes to the group's listeners in the network namespace of its request when it is
/// [sent](Notification::send), and nowhere when it is dropped.
#[must_use = "a notification that is not sent is lost"]
pub struct Notification<'a, T: Family> {
    request: &'a Request<'a, T>,
    group: u32,
    skb: SkBuff,
    header: Nlmsghdr,
}

impl<'a, T: Family> Notification<'a, T> {
    /// Starts a notification for `group`, with room for `payload` bytes.
    pub(super) fn new(
        request: &'a Request<'a, T>,
        group: u32,
        header: Nlmsghdr,
        payload: usize,
    ) -> Result<Self> {
        Ok(Self {
            request,
            group,
            skb: SkBuff::new(payload)?,
            header,
        })
    }

    /// Sends the notification.
    ///
    /// A listener whose receive buffer is full misses it, and its next `recvmsg(2)` fails with
    /// `ENOBUFS`.
    ///
    /// # Errors
    ///
    /// Those of a listener that wants the sender to know (`NETLINK_BROADCAST_ERROR`), and those of
    /// the echo.
    pub fn send(self) -> Result {
        self.request.notify(self.group, self.skb, self.header)
    }
}

impl<T: Family> PutAttrs for Notification<'_, T> {
    #[inline]
    fn writer(&mut self) -> Writer<'_> {
        self.skb.writer()
    }
}
