// SPDX-License-Identifier: GPL-2.0

//! What came in: datagrams and the requests inside them.

use super::{
    ffi,
    skb::SkBuff,
    ExtAck,
    Reply, //
};
use crate::wire::{
    Message,
    Messages,
    Nlmsghdr, //
};
use core::{
    marker::PhantomData,
    ptr::NonNull,
    slice, //
};
use kernel::{
    bindings,
    prelude::*, //
};

/// A datagram that the input callback was handed, borrowed for `'a`.
///
/// # Invariants
///
/// - `skb` is a linear buffer that the netlink core handed to an input callback which has not
///   returned, and stays so for `'a`; nobody writes to its bytes meanwhile.
/// - The sender's port id is not 0.
#[derive(Clone, Copy)]
pub(super) struct Datagram<'a> {
    skb: NonNull<bindings::sk_buff>,
    _bytes: PhantomData<&'a [u8]>,
}

impl<'a> Datagram<'a> {
    /// Borrows `skb`; `None` when it is not what a user sends.
    ///
    /// # Safety
    ///
    /// `skb` must be what the netlink core handed to an input callback, which does not return
    /// during `'a`.
    pub(super) unsafe fn from_raw(skb: *mut bindings::sk_buff) -> Option<Self> {
        let skb = NonNull::new(skb)?;
        // SAFETY: The caller vouches for `skb`.
        let is_linear = unsafe { ffi::nl_helper_is_linear(skb.as_ptr()) };
        // INVARIANT: Both are checked below; the core lends the buffer for the callback, whose
        // bytes other listeners may share, and so nobody may write to them.
        let datagram = Self {
            skb,
            _bytes: PhantomData,
        };

        // Port 0 is the kernel's own: an answer to it would come back in here.
        (is_linear && datagram.portid() != 0).then_some(datagram)
    }

    /// Returns all bytes.
    fn bytes(self) -> &'a [u8] {
        // SAFETY: By the type invariants the buffer is linear, so `len` bytes lie at `data`, and
        // nobody writes to them during `'a`.
        unsafe {
            let skb = self.skb.as_ref();
            slice::from_raw_parts(skb.data, skb.len as usize)
        }
    }

    /// Returns the messages, in order.
    pub(super) fn messages(self) -> Messages<'a> {
        Messages::new(self.bytes())
    }

    /// Returns the port id that the kernel recorded for the sender.
    fn portid(self) -> u32 {
        // SAFETY: By the type invariants the core handed the buffer over, with its `NETLINK_CB`.
        unsafe { ffi::nl_helper_portid(self.skb.as_ptr()) }
    }
}

/// One message of a datagram, and the way back to who sent it.
///
/// # Invariants
///
/// `message` lies inside `datagram`.
pub struct Request<'a> {
    datagram: Datagram<'a>,
    message: Message<'a>,
}

impl<'a> Request<'a> {
    /// Takes `message` out of `datagram`, where it lies.
    pub(super) fn new(datagram: Datagram<'a>, message: Message<'a>) -> Self {
        // INVARIANT: The only caller iterates over `datagram.messages()`.
        Self { datagram, message }
    }

    /// Returns what the sender asks for, `nlmsg_type`.
    #[inline]
    pub fn nlmsg_type(&self) -> u16 {
        self.message.header().nlmsg_type
    }

    /// Returns the `NLM_F_*` flags.
    #[inline]
    pub fn nlmsg_flags(&self) -> u16 {
        self.message.header().nlmsg_flags
    }

    /// Says whether all bits of `flags` are set.
    #[inline]
    pub fn has(&self, flags: u16) -> bool {
        self.nlmsg_flags() & flags == flags
    }

    /// Returns what follows the header.
    #[inline]
    pub fn payload(&self) -> &'a [u8] {
        self.message.payload()
    }

    /// Returns the sender's port id, from the socket and not from the message.
    #[inline]
    pub fn portid(&self) -> u32 {
        self.datagram.portid()
    }

    /// Starts an answer of type `nlmsg_type`, with room for `payload` bytes.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub fn reply(&self, nlmsg_type: u16, payload: usize) -> Result<Reply<'_>> {
        let header = Nlmsghdr {
            nlmsg_len: 0,
            nlmsg_type,
            nlmsg_flags: 0,
            nlmsg_seq: self.message.header().nlmsg_seq,
            nlmsg_pid: self.portid(),
        };

        Reply::new(self, header, payload)
    }

    /// Hands `reply` to the sender's socket, without waiting for room there.
    pub(super) fn send(&self, reply: SkBuff) -> Result {
        // SAFETY: By the type invariants of `Datagram` the request's buffer is alive and has the
        // socket that received it; `into_raw` gives up the reply, which the function frees.
        let err = unsafe { ffi::nl_helper_reply(self.datagram.skb.as_ptr(), reply.into_raw()) };

        kernel::error::to_result(err)
    }

    /// Sends the `NLMSG_ERROR` that says how the request ended.
    pub(super) fn ack(&self, result: Result, ext_ack: &ExtAck<'_>) {
        let nlh = self.message.bytes().as_ptr().cast_mut().cast();
        let err = result.map_or_else(|error| error.to_errno(), |()| 0);
        let raw = ext_ack.to_raw(self.message.bytes());

        // SAFETY: By the type invariants `nlh` is a whole message in the buffer, which is alive;
        // messages start at multiples of 4 from the aligned `skb->data`, and the function only
        // reads there. `raw` points to texts and bytes that `ext_ack` and the message keep alive.
        unsafe { bindings::netlink_ack(self.datagram.skb.as_ptr(), nlh, err, &raw) };
    }
}
