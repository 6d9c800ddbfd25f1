// SPDX-License-Identifier: GPL-2.0

//! The registration, which makes a protocol exist.

use super::{
    ffi,
    net::{
        self,
        Sockets,
        States, //
    },
    Family, //
};
use core::{
    marker::PhantomData,
    mem::ManuallyDrop,
    ptr::NonNull,
    sync::atomic::{
        AtomicBool,
        Ordering, //
    }, //
};
use kernel::{
    bindings,
    ffi::{
        c_int,
        c_ulong,
        c_void, //
    },
    prelude::*, //
};

/// The registration of a family. A module has one in its life.
///
/// The family serves every network namespace, those to come included. It may be called before
/// [`Registration::new`] returns, but for dumps, which are refused with `ECONNREFUSED` until it
/// does. Every open socket of the protocol holds a reference to the module.
///
/// It belongs into the module's own state, which is dropped when the module is unloaded. One that
/// is dropped before, while users may have sockets, is kept instead: the family serves on, the
/// module cannot be unloaded any more, and the log says so.
///
/// Registering comes last of all that can fail in a module's init. An init that fails after it
/// waits, as it takes the registration back, until the sockets that were opened meanwhile are
/// closed and nobody else holds the module either, and meanwhile refuses dumps with `ECONNREFUSED`.
/// So a handler that drops the registration while init still runs waits for itself, for good. A
/// kernel without `CONFIG_MODULE_UNLOAD` counts nobody, so there is no waiting, and no such init may
/// fail while somebody has a socket.
///
/// A registration must not be leaked, as [`core::mem::forget`] does, in a module that can be
/// unloaded: the kernel would be left with callbacks that are gone, and nothing of the layer runs
/// then that could tell. The registrations of the `kernel` crate share this limit.
pub struct Registration<T: Family> {
    served: ManuallyDrop<Served<T>>,
}

/// Says whether the module has had its registration. Never unset: what users still hold of one
/// family, such as a dump, is not for another.
static IS_TAKEN: AtomicBool = AtomicBool::new(false);

impl<T: Family> Registration<T> {
    /// Registers the family.
    ///
    /// # Errors
    ///
    /// - `EBUSY` when the protocol belongs to somebody else, or there was no memory for its first
    ///   socket (the kernel does not tell them apart), or the module has called this before, or its
    ///   init does not run.
    /// - `ENOMEM`, and what [`Family::new_net`] fails with.
    pub fn new() -> Result<Self> {
        // Later, what fails could not wait for its users: the caller may hold the module itself.
        // SAFETY: The function may be called from any context.
        if !unsafe { ffi::nl_helper_is_loading() } || IS_TAKEN.swap(true, Ordering::Relaxed) {
            return Err(EBUSY);
        }
        // SAFETY: Nobody came here before.
        let served = unsafe { Served::register()? };

        Ok(Self {
            served: ManuallyDrop::new(served),
        })
    }
}

impl<T: Family> Drop for Registration<T> {
    fn drop(&mut self) {
        // SAFETY: The function may be called from any context.
        if unsafe { ffi::nl_helper_pin_live() } {
            pr_err!("registration was dropped too early: it stays, and so does the module\n");
        } else {
            // SAFETY: `drop` runs once, and nobody uses the field afterwards.
            unsafe { ManuallyDrop::drop(&mut self.served) };
        }
    }
}

/// What is registered, in the order in which it goes: nobody may call for a state that is gone.
struct Served<T: Family> {
    _dumps: Users,
    _sockets: Sockets<T>,
    _users: Users,
    _notifier: Notifier<T>,
    _states: States<T>,
}

impl<T: Family> Served<T> {
    /// Registers it all. What was registered goes in the same order when the rest fails.
    ///
    /// # Safety
    ///
    /// The module's slots must not be in use.
    unsafe fn register() -> Result<Self> {
        // SAFETY: The caller vouches for the slots.
        let states = unsafe { States::register()? };
        // SAFETY: The states are registered, and by the order of the fields go later.
        let notifier = unsafe { Notifier::register()? };
        let users = Users;
        // SAFETY: As above.
        let sockets = unsafe { Sockets::register()? };

        Ok(Self {
            _dumps: Users,
            _sockets: sockets,
            _users: users,
            _notifier: notifier,
            _states: states,
        })
    }
}

/// What users hold. Dropped, it refuses new dumps and waits until all sockets are closed, which
/// takes what is left of old ones along. So it goes twice: before the kernel's sockets, to which
/// dumps lead back, and after them, when users can open no more and their calls and memberships
/// still lead to the family.
struct Users;

impl Drop for Users {
    fn drop(&mut self) {
        // SAFETY: Whoever drops a registration may sleep.
        unsafe { ffi::nl_helper_wait_for_users() };
    }
}

/// Tells the family of the sockets that are closed.
///
/// # Invariants
///
/// The block is a box and is registered, and the [`States`] of `T` are registered for longer.
struct Notifier<T: Family> {
    block: NonNull<bindings::notifier_block>,
    _family: PhantomData<fn(T)>,
}

impl<T: Family> Notifier<T> {
    /// Registers it.
    ///
    /// # Safety
    ///
    /// The [`States`] of `T` must be registered, for longer than the result.
    unsafe fn register() -> Result<Self> {
        let block = bindings::notifier_block {
            notifier_call: Some(Self::call),
            ..Default::default()
        };
        let block = NonNull::from(KBox::leak(KBox::new(block, GFP_KERNEL)?));

        // SAFETY: The block stays until `drop` unregisters it; it is in no other list.
        unsafe { bindings::netlink_register_notifier(block.as_ptr()) };
        // INVARIANT: Just made and registered; the caller vouches for the states.
        Ok(Self {
            block,
            _family: PhantomData,
        })
    }

    /// Called by the core for the events of all netlink sockets.
    ///
    /// # Safety
    ///
    /// `data` must be what goes with `event`.
    unsafe extern "C" fn call(
        _: *mut bindings::notifier_block,
        event: c_ulong,
        data: *mut c_void,
    ) -> c_int {
        if event == bindings::NETLINK_URELEASE as c_ulong {
            // SAFETY: With this event comes a `struct netlink_notify`, of a socket that still holds
            // its namespace. By the type invariants the namespace holds a state.
            unsafe {
                let notify = &*data.cast::<bindings::netlink_notify>();
                if notify.protocol == Sockets::<T>::UNIT {
                    T::closed(net::state::<T>(notify.net), notify.portid);
                }
            }
        }
        bindings::NOTIFY_DONE as c_int
    }
}

impl<T: Family> Drop for Notifier<T> {
    fn drop(&mut self) {
        // SAFETY: By the type invariants the block is registered and a box; unregistering waits for
        // the calls that are under way.
        unsafe {
            bindings::netlink_unregister_notifier(self.block.as_ptr());
            drop(KBox::from_raw(self.block.as_ptr()));
        }
    }
}

// SAFETY: The block belongs to the core meanwhile, and any thread may take it back.
unsafe impl<T: Family> Send for Notifier<T> {}

// SAFETY: A shared notifier has no methods.
unsafe impl<T: Family> Sync for Notifier<T> {}
