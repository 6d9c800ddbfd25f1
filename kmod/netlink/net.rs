// SPDX-License-Identifier: GPL-2.0

//! Network namespaces: each holds the family's state and a socket of the family's own.

use super::{
    atomic::{
        Atomic,
        Relaxed, //
    },
    dispatch,
    errno::econnrefused,
    ffi::{
        self,
        NetSlot, //
    },
    group::{
        self,
        GroupConfig, //
    },
    protocol::{
        Protocol,
        MAX_LINKS, //
    },
    request::Datagram,
    slot::state,
    Family,
    KernelSocket, //
};
use core::{
    marker::PhantomData,
    pin::Pin, //
};
use kernel::{
    bindings,
    error::to_result,
    ffi::c_int,
    prelude::*, //
};

/// Socket and state of the family `T` in a network namespace.
type SlotContents<T> = (KernelSocket<T>, Pin<KBox<<T as Family>::Net>>);

/// States of the family `T` in the network namespaces, until it is dropped.
///
/// # Invariants
///
/// The slot of each network namespace that `T` is in, from its beginning to its end, holds a socket
/// and a state of `T`, those of all others hold null, and nobody but `T` uses the slots of its
/// protocol.
pub(super) struct States<T: Family>(PhantomData<fn(T)>);

impl<T: Family> States<T> {
    /// Makes the states, and the sockets, which are not open.
    ///
    /// # Safety
    ///
    /// The slots of the protocol must not be in use.
    pub(super) unsafe fn register() -> Result<Self> {
        let unit = Protocol::<T>::UNIT;
        // SAFETY: The callbacks are what the core expects. They are called until the result is
        // dropped, which the module's exit does at the latest, so they are in memory. The caller
        // vouches for the slots.
        to_result(unsafe { ffi::nl_helper_register_states(unit, Self::init, Self::exit) })?;

        // INVARIANT: From here on `init` and `exit` see to it.
        Ok(Self(PhantomData))
    }

    /// Called by the core for each network namespace that is there or comes.
    ///
    /// # Safety
    ///
    /// `net` must be a network namespace that is being set up.
    unsafe extern "C" fn init(net: *mut bindings::net) -> c_int {
        // SAFETY: The caller vouches for `net`.
        if !T::NETNS_OK && !unsafe { ffi::nl_helper_is_init_net(net) } {
            return 0;
        }
        let (socket, state) = match Self::new_slot() {
            Ok(slot) => slot,
            Err(error) => return error.to_errno(),
        };

        // SAFETY: The core has made the slot by now, and nobody knows of it yet. Pinned data stays
        // where it is: `exit` drops it in place.
        unsafe {
            ffi::nl_helper_net(net, Protocol::<T>::UNIT).write(NetSlot {
                socket: socket.into_raw(),
                state: KBox::into_raw(Pin::into_inner_unchecked(state)).cast(),
            });
        }
        0
    }

    /// Makes what a network namespace holds.
    fn new_slot() -> Result<SlotContents<T>> {
        let socket = KernelSocket::new()?;
        let state = KBox::pin_init(T::new_net(&socket)?, GFP_KERNEL_ACCOUNT)?;

        Ok((socket, state))
    }

    /// Called by the core for each network namespace that goes, or for all of them at the end.
    ///
    /// # Safety
    ///
    /// `init` must have succeeded for `net`, and nobody may use its state any more.
    unsafe extern "C" fn exit(net: *mut bindings::net) {
        // SAFETY: By the caller's word this is what `init` left there, if anything, and it is given
        // up here.
        unsafe {
            let slot = ffi::nl_helper_net(net, Protocol::<T>::UNIT).read();
            if !slot.state.is_null() {
                drop(Pin::new_unchecked(KBox::<T::Net>::from_raw(
                    slot.state.cast(),
                )));
                drop(KernelSocket::<T>::from_raw(slot.socket));
            }
        }
    }
}

impl<T: Family> Drop for States<T> {
    fn drop(&mut self) {
        // SAFETY: By the type invariants they are registered, and `drop` runs once.
        unsafe { ffi::nl_helper_unregister_states(Protocol::<T>::UNIT) };
    }
}

/// For each protocol, whether all network namespaces that were there when the module was loaded have had
/// their turn. One that comes in the instant before it is set counts as one of them.
static IS_REGISTERED: [Atomic<bool>; MAX_LINKS] = [NOT_YET; MAX_LINKS];

/// First value in [`IS_REGISTERED`]. Not in place, as Rust 1.78 has no `const` blocks.
#[allow(clippy::declare_interior_mutable_const)] // Only for its copies.
const NOT_YET: Atomic<bool> = Atomic::<bool>::new(false);

/// The sockets of the family `T`, one in each network namespace, until it is dropped.
///
/// # Invariants
///
/// They are registered, and so are the [`States`] of `T`, for longer.
pub(super) struct Sockets<T: Family>(PhantomData<fn(T)>);

impl<T: Family> Sockets<T> {
    /// The groups, checked when the family is compiled.
    const GROUPS: GroupConfig = group::config(T::GROUPS);

    /// Says whether those that were there when the module was loaded are open.
    fn is_registered() -> &'static Atomic<bool> {
        &IS_REGISTERED[Protocol::<T>::UNIT as usize]
    }

    /// Opens the sockets: from here on the family is called. If that fails, it was not.
    ///
    /// # Safety
    ///
    /// The [`States`] of `T` must be registered, for longer than the result, and no user may have a
    /// socket or a dump of the protocol when the result is dropped.
    pub(super) unsafe fn register() -> Result<Self> {
        // SAFETY: The callbacks are what the core expects, and are called until the result is
        // dropped. The caller vouches for the states that they use, and that the core has no
        // socket or dump then that would call what is gone.
        to_result(unsafe {
            ffi::nl_helper_register_sockets(Protocol::<T>::UNIT, Self::init, Self::exit)
        })?;
        Self::is_registered().store(true, Relaxed);

        // INVARIANT: Just registered; the caller vouches for the states.
        Ok(Self(PhantomData))
    }

    /// Called by the core for each network namespace that is there or comes.
    ///
    /// # Safety
    ///
    /// `net` must be a network namespace that is being set up.
    unsafe extern "C" fn init(net: *mut bindings::net) -> c_int {
        let mut cfg = bindings::netlink_kernel_cfg {
            groups: Self::GROUPS.last,
            flags: Self::GROUPS.flags,
            input: Some(Self::input),
            // The core has 32 groups where a family asks for fewer.
            bind: Some(Self::bind),
            // Null where the family has none, so that the core does not even call.
            unbind: T::UNBIND.and(Some(Self::unbind)),
            ..Default::default()
        };

        // SAFETY: The slot holds a socket, or null, which the function takes. The function copies `cfg`, and
        // the callbacks are what the core expects of it. Users call them through their sockets, each
        // of which holds a reference to the module: its exit, which takes the callbacks and the
        // states away, comes after the last of them.
        let err = unsafe { ffi::nl_helper_socket_open(net, Protocol::<T>::UNIT, &mut cfg) };

        // A module that is being loaded has users by the time of the second namespace, so it does
        // not fail any more: whoever sends from this one gets `ECONNREFUSED`. Afterwards there is
        // no such namespace then.
        if err == ENOMEM.to_errno() && !Self::is_registered().load(Relaxed) {
            return 0;
        }
        err
    }

    /// Called by the core for each network namespace that goes, or for all of them at the end.
    ///
    /// # Safety
    ///
    /// `init` must have succeeded for `net`, where no dump may be under way: it holds a buffer of
    /// the kernel's socket.
    unsafe extern "C" fn exit(net: *mut bindings::net) {
        // SAFETY: By the caller's word `init` was called, and may have left the socket closed, which
        // the function takes; the slot holds it until the state's `exit`.
        unsafe { ffi::nl_helper_socket_close(net, Protocol::<T>::UNIT) };
    }

    /// Called by the core for every datagram to the kernel, in its sender's context.
    ///
    /// # Safety
    ///
    /// `skb` must be what the netlink core hands to an input callback.
    unsafe extern "C" fn input(skb: *mut bindings::sk_buff) {
        // SAFETY: The caller vouches for `skb`, and the datagram that is borrowed from it is gone
        // when this returns. The core calls while the sockets are registered, and so are the states
        // by the contract of `register`; and only where the kernel has a socket, which `init` opens
        // where `T` is.
        if let Some(datagram) = unsafe { Datagram::<T>::from_raw(skb) } {
            dispatch::receive(datagram);
        }
    }

    /// Called by the core before a user's socket joins `group`, in the context of whoever asks for
    /// that; anything but 0 keeps it from that.
    ///
    /// # Safety
    ///
    /// `net` must be the network namespace of an open socket of the protocol.
    unsafe extern "C" fn bind(net: *mut bindings::net, group: c_int) -> c_int {
        // SAFETY: The socket holds its namespace, and what `join` asks for are capabilities. The core
        // calls while the sockets are registered, and so are the states by the contract of `register`.
        let (state, has) = unsafe {
            let has = |cap| ffi::nl_helper_ns_capable(net, cap as c_int);
            (state::<T>(net), has)
        };

        Self::join(state, group as u32, has).map_or_else(|error| error.to_errno(), |()| 0)
    }

    /// Decides whether a socket may join `group` where the family has `state`, and whoever asks `has` a
    /// capability or not.
    fn join(state: Option<&T::Net>, group: u32, has: impl Fn(u32) -> bool) -> Result {
        // As for whoever sends from there, whatever it is.
        let state = state.ok_or_else(econnrefused)?;
        let declared = group::find::<T>(group).ok_or(EINVAL)?;

        match declared.cap.into_iter().all(has) {
            true => T::BIND.map_or(Ok(()), |bind| bind(state, group)),
            false => Err(EPERM),
        }
    }

    /// Called by the core after a user's socket left `group`, also at its end.
    ///
    /// # Safety
    ///
    /// As for `bind`.
    unsafe extern "C" fn unbind(net: *mut bindings::net, group: c_int) {
        // SAFETY: As in `bind`.
        let net = unsafe { state::<T>(net) };

        // A group that the family does not have has no members.
        if group::find::<T>(group as u32).is_none() {
            return;
        }
        if let (Some(unbind), Some(net)) = (T::UNBIND, net) {
            unbind(net, group as u32);
        }
    }
}

impl<T: Family> Drop for Sockets<T> {
    fn drop(&mut self) {
        // SAFETY: By the type invariants they are registered, and `drop` runs once.
        unsafe { ffi::nl_helper_unregister_sockets(Protocol::<T>::UNIT) };
    }
}

#[cfg(nl_kunit)]
mod tests;
