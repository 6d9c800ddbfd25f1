// SPDX-License-Identifier: GPL-2.0

//! The registration, which makes a protocol exist.

use super::{
    net::{
        self,
        Sockets,
        States, //
    },
    Family, //
};
use core::{
    marker::PhantomData,
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

/// The registration of a family, until it is dropped.
///
/// The family serves every network namespace, those to come included. It may be called before
/// [`Registration::new`] returns, so registering comes last of all that can fail in a module's
/// init. Every open socket of the protocol holds a reference to the module.
///
/// It belongs into the module's own state, which is dropped when the module is unloaded: one that
/// was leaked by then would leave the kernel with callbacks that are gone.
pub struct Registration<T: Family> {
    // In the order in which they go: nobody may call for a state that is gone.
    _sockets: Sockets<T>,
    _notifier: Notifier<T>,
    _states: States<T>,
    _place: Place,
}

impl<T: Family> Registration<T> {
    /// Registers the family.
    ///
    /// # Errors
    ///
    /// - `EBUSY` when the protocol belongs to somebody else, or there was no memory for its first
    ///   socket (the kernel does not tell them apart), or the module has a family already.
    /// - `ENOMEM`, and what [`Family::new_net`] fails with.
    pub fn new() -> Result<Self> {
        let place = Place::take()?;
        // SAFETY: The slots belong to the place, which was free.
        let states = unsafe { States::register()? };
        // SAFETY: The states are registered, and by the order of the fields go later.
        let notifier = unsafe { Notifier::register()? };
        // SAFETY: As above.
        let sockets = unsafe { Sockets::register()? };

        Ok(Self {
            _sockets: sockets,
            _notifier: notifier,
            _states: states,
            _place: place,
        })
    }
}

/// The module's one place for a family, see `helpers.c`.
struct Place(());

static IS_TAKEN: AtomicBool = AtomicBool::new(false);

impl Place {
    fn take() -> Result<Self> {
        match IS_TAKEN.swap(true, Ordering::Acquire) {
            true => Err(EBUSY),
            false => Ok(Self(())),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        IS_TAKEN.store(false, Ordering::Release);
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
