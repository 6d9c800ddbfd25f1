// SPDX-License-Identifier: GPL-2.0

//! Socket buffers that messages are written into.

use super::{
    errno::emsgsize,
    ffi, //
};
use crate::wire::{
    self,
    nla_total_size,
    nla_total_size_str,
    nlmsg_total_size,
    Nlmsghdr,
    Sink,
    NLA_F_NESTED,
    NLMSG_HDRLEN, //
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
    ffi::{
        c_int,
        c_uint, //
    },
    prelude::*, //
};

/// The room in a socket buffer, where messages are written.
///
/// # Invariants
///
/// - `skb` is a linear, empty buffer that nobody else reads or writes while this exists.
/// - `start` points to where its bytes will begin, and to room for `capacity` of them, of which the
///   first `len` are initialised.
pub(super) struct Tail {
    skb: NonNull<bindings::sk_buff>,
    start: NonNull<u8>,
    len: usize,
    capacity: usize,
}

impl Tail {
    /// Writes into `skb`, which stays empty until [`Tail::commit`].
    ///
    /// # Safety
    ///
    /// `skb` must be linear and empty, with `capacity` bytes of tailroom, and nobody else's while
    /// the result exists.
    #[inline]
    pub(super) unsafe fn new(skb: NonNull<bindings::sk_buff>, capacity: usize) -> Self {
        // SAFETY: The caller vouches for the buffer; its data is never null.
        let start = unsafe { NonNull::new_unchecked((*skb.as_ptr()).data) };

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

    /// Starts a message: holds the place of its header. Returns where that is.
    #[inline]
    pub(super) fn begin(&mut self) -> Result<usize> {
        let start = self.len;

        self.append(&[0; NLMSG_HDRLEN])?;
        Ok(start)
    }

    /// Ends the message that began at `start`: pads it and writes `header`, with its length.
    #[inline]
    pub(super) fn end(&mut self, start: usize, header: Nlmsghdr) -> Result {
        let len = self.len - start;
        let header = Nlmsghdr {
            nlmsg_len: u32::try_from(len).map_err(|_| emsgsize())?,
            ..header
        };

        for zero in wire::padding(len) {
            self.append(slice::from_ref(zero))?;
        }
        self.overwrite(start, &header.to_bytes())
    }

    /// Starts a nest: writes the header of an attribute that holds others. Returns where that is.
    fn begin_nest(&mut self, nla_type: u16) -> Result<usize> {
        let start = self.len;

        Writer(self).put(nla_type | NLA_F_NESTED, &[])?;
        Ok(start)
    }

    /// Ends the nest that began at `start`: pads it and writes its length.
    fn end_nest(&mut self, start: usize) -> Result {
        let len = self.len - start;
        let nla_len = u16::try_from(len).map_err(|_| emsgsize())?;

        self.append(wire::padding(len))?;
        self.overwrite(start, &nla_len.to_ne_bytes())
    }

    /// Writes `bytes` over what was written at `start`.
    #[inline]
    fn overwrite(&mut self, start: usize, bytes: &[u8]) -> Result {
        self.bytes_mut()
            .get_mut(start..start + bytes.len())
            .ok_or_else(emsgsize)?
            .copy_from_slice(bytes);
        Ok(())
    }

    /// Fails unless there is room for `len` bytes more.
    #[inline]
    fn require(&self, len: usize) -> Result {
        match self.len.saturating_add(len) <= self.capacity {
            true => Ok(()),
            false => Err(emsgsize()),
        }
    }

    /// Takes back what was written from `len` on.
    pub(super) fn truncate(&mut self, len: usize) {
        // INVARIANT: Less is initialised, not more.
        self.len = self.len.min(len);
    }

    /// Makes what was written the bytes of the buffer.
    pub(super) fn commit(self) {
        // SAFETY: By the type invariants the buffer is ours, and so many bytes of its tailroom are
        // initialised; they fit `c_uint`, as `skb->len` is one.
        unsafe { ffi::nl_helper_put(self.skb.as_ptr(), self.len as c_uint) };
    }

    /// Returns what was written.
    fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: By the type invariants these bytes are initialised, and nobody else's.
        unsafe { slice::from_raw_parts_mut(self.start.as_ptr(), self.len) }
    }

    /// Appends all of `bytes`, or nothing.
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

/// A socket buffer with one message, which nobody else knows of yet.
///
/// # Invariants
///
/// The buffer of `tail` came from `nlmsg_new()` and is owned.
pub(super) struct SkBuff {
    tail: Tail,
}

impl SkBuff {
    /// Allocates a buffer for exactly one message with `payload` bytes, padding included (the core
    /// would copy a much larger one to trim it), and starts that message.
    #[inline]
    pub(super) fn new(payload: usize) -> Result<Self> {
        // C counts in `int`.
        let size = nlmsg_total_size(payload);
        c_int::try_from(size).map_err(|_| emsgsize())?;

        // SAFETY: The function takes any size that does not overflow an `int` with its header.
        let skb = unsafe { ffi::nl_helper_nlmsg_new(payload) };
        let skb = NonNull::new(skb).ok_or(ENOMEM)?;
        // SAFETY: The buffer is new, so it is linear, empty and ours, and was made for this much.
        let tail = unsafe { Tail::new(skb, size) };
        // INVARIANT: It is owned from here on.
        let mut skb = Self { tail };

        skb.tail.begin()?;
        Ok(skb)
    }

    /// Returns the end of the message.
    #[inline]
    pub(super) fn writer(&mut self) -> Writer<'_> {
        Writer(&mut self.tail)
    }

    /// Ends the message with its `header`, and gives the buffer up to C: so many bytes of its
    /// tailroom are written, and not yet the buffer's.
    #[inline]
    pub(super) fn into_raw(mut self, header: Nlmsghdr) -> Result<(*mut bindings::sk_buff, c_uint)> {
        self.tail.end(0, header)?;

        let tail = &ManuallyDrop::new(self).tail;
        Ok((tail.skb.as_ptr(), tail.len as c_uint))
    }
}

impl Drop for SkBuff {
    fn drop(&mut self) {
        // SAFETY: By the type invariants the buffer is ours, and `drop` runs once.
        unsafe { ffi::nl_helper_nlmsg_free(self.tail.skb.as_ptr()) };
    }
}

/// The end of a message under construction, or of a nest in it.
pub struct Writer<'a>(&'a mut Tail);

impl<'a> Writer<'a> {
    /// Writes to `tail`, where a message was begun.
    pub(super) fn new(tail: &'a mut Tail) -> Self {
        Self(tail)
    }
}

/// Adding attributes to a message under construction, or to a nest in it.
///
/// # Errors
///
/// All of it fails with `EMSGSIZE` where the message has no room, or `nla_len` cannot count the
/// attribute. The message stays as it was then.
pub trait PutAttrs: Sized {
    /// Returns the place where the next attribute goes.
    fn writer(&mut self) -> Writer<'_>;

    /// Adds an attribute.
    #[inline]
    fn put(&mut self, nla_type: u16, value: &[u8]) -> Result {
        self.writer().0.require(nla_total_size(value.len()))?;
        wire::put_attr(self, nla_type, value)
    }

    /// Adds a string attribute: `text` and the NUL that ends it.
    #[inline]
    fn put_str(&mut self, nla_type: u16, text: &[u8]) -> Result {
        self.writer().0.require(nla_total_size_str(text.len()))?;
        wire::put_str(self, nla_type, text)
    }

    /// Adds a number.
    #[inline]
    fn put_u32(&mut self, nla_type: u16, value: u32) -> Result {
        self.put(nla_type, &value.to_ne_bytes())
    }

    /// Adds a number.
    #[inline]
    fn put_u64(&mut self, nla_type: u16, value: u64) -> Result {
        self.put(nla_type, &value.to_ne_bytes())
    }

    /// Adds a nest: an attribute that holds those which `put` adds.
    ///
    /// It takes `nla_total_size()` of the room that they take.
    fn put_nested(&mut self, nla_type: u16, put: impl FnOnce(&mut Writer<'_>) -> Result) -> Result {
        let Writer(tail) = self.writer();
        let start = tail.begin_nest(nla_type)?;

        put(&mut Writer(&mut *tail))
            .and_then(|()| tail.end_nest(start))
            .inspect_err(|_| tail.truncate(start))
    }

    /// Adds bytes that are no attribute.
    #[inline]
    fn put_raw(&mut self, bytes: &[u8]) -> Result {
        self.append(bytes)
    }
}

impl<P: PutAttrs> Sink for P {
    type Error = Error;

    fn too_long() -> Error {
        emsgsize()
    }

    #[inline]
    fn append(&mut self, bytes: &[u8]) -> Result {
        self.writer().0.append(bytes)
    }
}

impl PutAttrs for Writer<'_> {
    fn writer(&mut self) -> Writer<'_> {
        Writer(&mut *self.0)
    }
}

#[cfg(nl_kunit)]
pub(super) mod tests;
