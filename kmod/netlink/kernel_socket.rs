// SPDX-License-Identifier: GPL-2.0

//! The kernel's own socket in a network namespace, for what is sent outside of a request.

use super::{
    errno::to_result,
    ffi,
    gfp::gfp,
    group,
    skb::SkBuff,
    Family,
    Payload, //
};
use crate::wire::Nlmsghdr;
use core::{
    marker::PhantomData,
    mem::ManuallyDrop, //
};
use kernel::{
    alloc::Flags,
    ffi::{
        c_uint,
        c_void, //
    },
    prelude::*, //
};

/// The family's socket in a network namespace, by which the kernel sends when nobody asks: from a
/// work item, a timer, another part of the module.
///
/// This is a handle, which may be cloned, moved to another thread, and kept wherever one likes. The
/// socket opens after [`Family::new_net`], a moment after its first request may have come, and closes
/// when its network namespace or the module goes: before and after that nothing is sent, and calls fail
/// with `ENOTCONN`. To close waits for the calls that are under way, and for no others.
///
/// A handle keeps neither the namespace nor the module. Work items and timers that the module started
/// have to be over when it is unloaded, whether they send or not: their code goes with it. The `kernel`
/// crate's `Queue::try_spawn` neither keeps the module nor can be waited for, so a module that uses it
/// must not be unloaded while an item of it is queued. No type of this layer can see to that.
///
/// `flags` are those of the caller's context: `GFP_KERNEL` where that may sleep, else `GFP_ATOMIC`. In
/// a hard interrupt nothing is sent, and calls fail with `EOPNOTSUPP`.
///
/// # Invariants
///
/// `raw` is a `struct nl_helper_socket`, of which this owns a reference.
pub struct KernelSocket<T: Family> {
    raw: *mut c_void,
    _family: PhantomData<fn(T)>,
}

impl<T: Family> KernelSocket<T> {
    /// Makes a socket that is not open.
    pub(super) fn new() -> Result<Self> {
        // SAFETY: The function may be called wherever one may sleep.
        let raw = unsafe { ffi::nl_helper_socket_new() };

        if raw.is_null() {
            return Err(ENOMEM);
        }
        // INVARIANT: Just made.
        Ok(Self {
            raw,
            _family: PhantomData,
        })
    }

    /// Takes over `raw`.
    ///
    /// # Safety
    ///
    /// It must be a `struct nl_helper_socket` of `T`, of which the caller gives up a reference.
    pub(super) unsafe fn from_raw(raw: *mut c_void) -> Self {
        // INVARIANT: The caller vouches for it.
        Self {
            raw,
            _family: PhantomData,
        }
    }

    /// Gives up the `struct nl_helper_socket`, and the reference to it.
    pub(super) fn into_raw(self) -> *mut c_void {
        ManuallyDrop::new(self).raw
    }

    /// Notifies the listeners of `group` in the network namespace: a message of type `nlmsg_type`
    /// that holds what `payload` returns. Makes none where nobody in any network namespace listens.
    ///
    /// A listener whose receive buffer is full misses it, and its next `recvmsg(2)` fails with
    /// `ENOBUFS`.
    ///
    /// # Errors
    ///
    /// `EINVAL` for a group that the family does not have, `ENOTCONN`, `ENOMEM`, `EMSGSIZE` where an
    /// `int` cannot count the message or `nla_len` an attribute, and those of a listener that wants
    /// the sender to know (`NETLINK_BROADCAST_ERROR`).
    pub fn multicast<P: Payload>(
        &self,
        group: u32,
        nlmsg_type: u16,
        payload: impl FnOnce() -> P,
        flags: Flags,
    ) -> Result {
        group::find::<T>(group).ok_or(EINVAL)?;
        if !self.has_listeners(group)? {
            return Ok(());
        }
        let header = Nlmsghdr {
            nlmsg_type,
            ..Nlmsghdr::default()
        };

        self.send(header, &payload(), Destination::Group(group), flags)
    }

    /// Sends a message of type `nlmsg_type` that holds `payload` to the socket that has the port id
    /// `portid` in the network namespace, without waiting for room there. `nlmsg_seq` is that of the
    /// request which it answers, 0 if there is none.
    ///
    /// Another socket may have the port id by now.
    ///
    /// # Errors
    ///
    /// `EINVAL` for port id 0, the kernel's own, `ENOTCONN`, `ECONNREFUSED` where no socket has the
    /// port id, `EAGAIN` where its receive buffer is full, and `ENOMEM` and `EMSGSIZE` as for
    /// [`KernelSocket::multicast`].
    pub fn unicast(
        &self,
        portid: u32,
        nlmsg_seq: u32,
        nlmsg_type: u16,
        payload: impl Payload,
        flags: Flags,
    ) -> Result {
        if portid == 0 {
            return Err(EINVAL);
        }
        let header = Nlmsghdr {
            nlmsg_type,
            nlmsg_seq,
            nlmsg_pid: portid,
            ..Nlmsghdr::default()
        };

        self.send(header, &payload, Destination::Port(portid), flags)
    }

    /// Says whether anybody in any network namespace listens to `group`.
    fn has_listeners(&self, group: u32) -> Result<bool> {
        // SAFETY: By the type invariants this is such a socket; the function looks whether it is
        // open.
        let has = unsafe { ffi::nl_helper_socket_has_listeners(self.raw, group as c_uint) };

        to_result(has).map(|()| has > 0)
    }

    /// Sends one message.
    fn send(
        &self,
        header: Nlmsghdr,
        payload: &impl Payload,
        to: Destination,
        flags: Flags,
    ) -> Result {
        let flags = gfp(flags);
        let (skb, len) = SkBuff::new(header, payload, flags)?.into_raw();
        let (portid, group) = match to {
            Destination::Group(group) => (0, group as c_uint),
            Destination::Port(portid) => (portid, 0),
        };

        // SAFETY: As in `has_listeners`; `into_raw` gave up the buffer, which the function frees.
        to_result(unsafe { ffi::nl_helper_socket_send(self.raw, skb, len, portid, group, flags) })
    }
}

/// Where a message goes.
enum Destination {
    /// To the listeners of a group.
    Group(u32),
    /// To the socket that has this port id.
    Port(u32),
}

impl<T: Family> Clone for KernelSocket<T> {
    fn clone(&self) -> Self {
        // SAFETY: By the type invariants this is such a socket.
        unsafe { ffi::nl_helper_socket_get(self.raw) };
        // INVARIANT: The reference was just taken.
        Self {
            raw: self.raw,
            _family: PhantomData,
        }
    }
}

impl<T: Family> Drop for KernelSocket<T> {
    fn drop(&mut self) {
        // SAFETY: By the type invariants the reference is ours, and `drop` runs once. As long as the
        // socket is open, its network namespace has another one.
        unsafe { ffi::nl_helper_socket_put(self.raw) };
    }
}

// SAFETY: The socket belongs to no thread.
unsafe impl<T: Family> Send for KernelSocket<T> {}

// SAFETY: The functions on it may be called at once, on all CPUs.
unsafe impl<T: Family> Sync for KernelSocket<T> {}

#[cfg(nl_kunit)]
mod tests;
