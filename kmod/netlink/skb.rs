// SPDX-License-Identifier: GPL-2.0

//! Socket buffers, and what is written into them.

use super::{
    errno::emsgsize,
    ffi,
    genlmsghdr::GENL_HDRLEN, //
};
use crate::wire::{
    self,
    nlmsg_total_size,
    Nlmsghdr,
    Sink,
    NLMSG_HDRLEN, //
};
use core::{
    mem::ManuallyDrop,
    ptr::{
        self,
        NonNull, //
    }, //
};
use kernel::{
    bindings,
    ffi::{
        c_int,
        c_uint, //
    },
    prelude::*, //
};

/// A writer of messages into the tailroom of a socket buffer.
///
/// # Invariants
///
/// - `skb` is a linear, empty buffer that nobody else reads or writes while this exists.
/// - `start` points to where its bytes will begin, and to room for `capacity` of them, of which the
///   first `len` are initialised.
pub struct SkbWriter {
    skb: NonNull<bindings::sk_buff>,
    start: NonNull<u8>,
    len: usize,
    capacity: usize,
}

impl SkbWriter {
    /// Writes into `skb`, which stays empty until [`SkbWriter::commit`], behind `headroom` bytes.
    ///
    /// # Safety
    ///
    /// `skb` must be linear and empty, with `headroom` and `capacity` bytes of tailroom, and nobody else's
    /// while the result exists.
    #[inline]
    pub(super) unsafe fn new(
        skb: NonNull<bindings::sk_buff>,
        headroom: usize,
        capacity: usize,
    ) -> Self {
        // SAFETY: The caller vouches for the buffer; its data is never null.
        let start = unsafe { NonNull::new_unchecked((*skb.as_ptr()).data.add(headroom)) };

        // INVARIANT: The tailroom of an empty buffer begins at its data; none is initialised yet.
        Self {
            skb,
            start,
            len: 0,
            capacity,
        }
    }

    /// Returns how many bytes were written.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Appends a message, or nothing: `header` with its length, `second`, the header of generic netlink
    /// if it has one, `payload`, and padding.
    pub(super) fn put_message(
        &mut self,
        header: Nlmsghdr,
        second: &[u8],
        payload: &impl Payload,
    ) -> Result {
        self.put_message_of_size(header, second, payload, payload.size())
    }

    /// Appends a message whose payload has `size` bytes, which may cost something to count.
    #[inline]
    fn put_message_of_size(
        &mut self,
        header: Nlmsghdr,
        second: &[u8],
        payload: &impl Payload,
        size: usize,
    ) -> Result {
        let start = self.len;
        let len = (NLMSG_HDRLEN + second.len()).saturating_add(size);
        let header = Nlmsghdr {
            nlmsg_len: u32::try_from(len).map_err(|_| emsgsize())?,
            ..header
        };

        self.append(&header.to_bytes())
            .and_then(|()| self.append_second(second))
            .and_then(|()| payload.put(self))
            .and_then(|()| self.pad(len))
            .inspect_err(|_| self.truncate(start))
    }

    /// Appends a second header, if there is one.
    #[inline]
    fn append_second(&mut self, second: &[u8]) -> Result {
        match second {
            [] => Ok(()),
            _ => self.append(second),
        }
    }

    /// Appends the zeroes that `len` bytes are padded with.
    #[inline]
    fn pad(&mut self, len: usize) -> Result {
        // Attributes need none, and to copy nothing takes a call.
        match wire::padding(len) {
            [] => Ok(()),
            zeroes => self.append(zeroes),
        }
    }

    /// Takes back what was written from `len` on.
    fn truncate(&mut self, len: usize) {
        // INVARIANT: Less is initialised, not more.
        self.len = self.len.min(len);
    }

    /// Makes what was written the bytes of the buffer.
    pub(super) fn commit(self) {
        // SAFETY: By the type invariants the buffer is ours, and so many bytes of its tailroom are
        // initialised; they fit `c_uint`, as `skb->len` is one.
        unsafe { ffi::nl_helper_put(self.skb.as_ptr(), self.len as c_uint) };
    }
}

impl Sink for SkbWriter {
    type Error = Error;

    fn too_long() -> Error {
        emsgsize()
    }

    #[inline]
    fn append(&mut self, bytes: &[u8]) -> Result {
        let len = self.len.saturating_add(bytes.len());
        if len > self.capacity {
            return Err(emsgsize());
        }

        // SAFETY: By the type invariants, and as just checked, so many bytes at this place are ours
        // to write; they cannot overlap a slice that the caller holds.
        unsafe {
            let end = self.start.as_ptr().add(self.len);
            ptr::copy_nonoverlapping(bytes.as_ptr(), end, bytes.len());
        }
        // INVARIANT: So much is initialised now.
        self.len = len;
        Ok(())
    }
}

/// Payload of a message: attributes, or bytes that are none.
///
/// The functions of [`put`](super::put) make one. A tuple holds one after the other, an [`Option`] one or
/// nothing, and `()` is nothing; a type of a family's own is one by
/// [`ToPayload`](super::put::ToPayload). Nobody else can implement it, so the length is always that
/// of what is written.
pub trait Payload {
    /// Returns how many bytes it has, the padding of its attributes included.
    fn size(&self) -> usize;

    /// Appends it to `writer`.
    ///
    /// # Errors
    ///
    /// `EMSGSIZE` when there is no room, or `nla_len` cannot count an attribute; a part may be
    /// written by then.
    #[doc(hidden)]
    fn put(&self, writer: &mut SkbWriter) -> Result;
}

/// A socket buffer with one message, which nobody else knows of yet.
///
/// # Invariants
///
/// `skb` came from `nlmsg_new()` and is owned; it is empty, and of its tailroom `len` bytes are
/// initialised, behind [`HEADROOM`].
pub(super) struct SkBuff {
    skb: NonNull<bindings::sk_buff>,
    len: c_uint,
}

/// Room before a message, in bytes: over generic netlink it takes a second header.
const HEADROOM: usize = GENL_HDRLEN;

/// The largest message, in bytes: C counts in `int`.
const MAX_SIZE: usize = c_int::MAX as usize - HEADROOM;

impl SkBuff {
    /// Allocates a buffer for exactly one message (the core would copy a much larger one to trim
    /// it), with [`HEADROOM`] before it, and writes it: `header` with its length, and `payload`.
    #[inline]
    pub(super) fn new(
        header: Nlmsghdr,
        payload: &impl Payload,
        flags: bindings::gfp_t,
    ) -> Result<Self> {
        let payload_size = payload.size();
        let size = nlmsg_total_size(payload_size);
        if size > MAX_SIZE {
            return Err(emsgsize());
        }

        // SAFETY: The function takes any size that does not overflow an `int` with its header.
        let skb = unsafe { ffi::nl_helper_nlmsg_new(payload_size + HEADROOM, flags) };
        // INVARIANT: The buffer is owned from here on, and nothing is written yet.
        let mut skb = Self {
            skb: NonNull::new(skb).ok_or(ENOMEM)?,
            len: 0,
        };
        // SAFETY: The buffer is new, so it is linear, empty and ours, and was made for this much.
        let mut writer = unsafe { SkbWriter::new(skb.skb, HEADROOM, size) };

        writer.put_message_of_size(header, &[], payload, payload_size)?;
        // INVARIANT: So much was just written, no more than `size`.
        skb.len = writer.len as c_uint;
        Ok(skb)
    }

    /// Gives the buffer up to C: behind [`HEADROOM`], so many bytes of its tailroom are written, and not
    /// yet the buffer's.
    #[inline]
    pub(super) fn into_raw(self) -> (*mut bindings::sk_buff, c_uint) {
        let this = ManuallyDrop::new(self);

        (this.skb.as_ptr(), this.len)
    }
}

impl Drop for SkBuff {
    fn drop(&mut self) {
        // SAFETY: By the type invariants the buffer is ours, and `drop` runs once.
        unsafe { ffi::nl_helper_nlmsg_free(self.skb.as_ptr()) };
    }
}

#[cfg(nl_kunit)]
pub(super) mod tests;
