// SPDX-License-Identifier: GPL-2.0

//! Socket buffers that are about to be sent.

use super::{
    errno::emsgsize,
    ffi, //
};
use crate::wire::{
    nlmsg_total_size,
    Sink, //
};
use core::{
    mem::ManuallyDrop,
    ptr::{
        self,
        NonNull, //
    },
    slice, //
};
use kernel::{
    bindings,
    prelude::*, //
};

/// A linear socket buffer that nobody else knows of yet.
///
/// # Invariants
///
/// `skb` came from `nlmsg_new()`, is owned, and has at least `room` bytes of tailroom.
pub(super) struct SkBuff {
    skb: NonNull<bindings::sk_buff>,
    room: usize,
}

impl SkBuff {
    /// Allocates a buffer for exactly one message with `payload` bytes, padding included: the
    /// core would copy a much larger one to trim it.
    pub(super) fn new(payload: usize) -> Result<Self> {
        // SAFETY: The function takes any size.
        let skb = unsafe { ffi::nl_helper_nlmsg_new(payload) };

        // INVARIANT: The buffer is new, empty, and made for this much.
        Ok(Self {
            skb: NonNull::new(skb).ok_or(ENOMEM)?,
            room: nlmsg_total_size(payload),
        })
    }

    /// Returns what was appended so far.
    pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: By the type invariants the buffer is linear and ours: `len` bytes lie at `data`,
        // all of them written by `append`, and nobody else reads or writes them.
        unsafe {
            let skb = self.skb.as_mut();
            slice::from_raw_parts_mut(skb.data, skb.len as usize)
        }
    }

    /// Gives the buffer up to C.
    pub(super) fn into_raw(self) -> *mut bindings::sk_buff {
        ManuallyDrop::new(self).skb.as_ptr()
    }
}

impl Sink for SkBuff {
    type Error = Error;

    fn too_long() -> Error {
        emsgsize()
    }

    fn append(&mut self, bytes: &[u8]) -> Result {
        let room = self
            .room
            .checked_sub(bytes.len())
            .ok_or_else(Self::too_long)?;

        // SAFETY: By the type invariants the buffer is ours and has the room that was just checked,
        // so `skb_put()` does not overrun it and returns a pointer to that many bytes, which
        // cannot overlap a slice that the caller holds. `room` fits `c_uint`: `skb->len` is one.
        unsafe {
            let tail = bindings::skb_put(self.skb.as_ptr(), bytes.len() as kernel::ffi::c_uint);
            ptr::copy_nonoverlapping(bytes.as_ptr(), tail.cast(), bytes.len());
        }
        // INVARIANT: So much less is left.
        self.room = room;
        Ok(())
    }
}

impl Drop for SkBuff {
    fn drop(&mut self) {
        // SAFETY: By the type invariants the buffer is ours, and `drop` runs once.
        unsafe { ffi::nl_helper_nlmsg_free(self.skb.as_ptr()) };
    }
}
