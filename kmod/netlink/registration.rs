// SPDX-License-Identifier: GPL-2.0

//! The registration, which makes a protocol exist.

use super::{
    net::{
        self,
        Sockets,
        Namespaces, //
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

/// Declares a module that serves a family from its init to its exit.
///
/// `type` is the [`Family`]; the rest is for `module!` of the `kernel` crate, in the same order.
///
/// The family serves every network namespace, those to come included. It may be called before the
/// module's init returns. Every open socket of the protocol holds a reference to the module, so
/// nobody is served any more when its exit runs.
///
/// Nobody holds the registration: the module does, in a place of its own. A module has one family.
///
/// # Errors
///
/// Loading the module fails with
///
/// - `EBUSY` when the protocol belongs to somebody else, or there was no memory for its first
///   socket (the kernel does not tell them apart);
/// - `ENOMEM`, and what [`Family::new_net`] fails with.
#[macro_export]
macro_rules! module_family {
    (type: $family:ty, $($module:tt)*) => {
        type FamilyModule = $crate::netlink::Registration<$family>;

        // SAFETY: The module below is a registration of this family.
        unsafe impl $crate::netlink::ModuleFamily for $family {}

        kernel::prelude::module! {
            type: FamilyModule,
            $($module)*
        }
    };
}

/// The family that [`module_family!`](crate::module_family) declares.
///
/// # Safety
///
/// The module that `module!` declares is a [`Registration`] of the family.
#[doc(hidden)]
pub unsafe trait ModuleFamily: Family {}

/// A family that is served, until it is dropped.
///
/// What goes first stands first: nobody may call for a state that is gone.
#[doc(hidden)]
pub struct Registration<T: Family> {
    _sockets: Sockets<T>,
    _notifier: Notifier<T>,
    _namespaces: Namespaces<T>,
}

/// Says whether the module has had its registration. Never unset: one that fails is the end of the
/// module's init.
static IS_TAKEN: AtomicBool = AtomicBool::new(false);

impl<T: Family> Registration<T> {
    /// Registers the family. If that fails, no user has had a socket of it.
    ///
    /// # Safety
    ///
    /// The module's init must call this, and fail only if it fails. The module's exit must drop the
    /// result.
    unsafe fn new() -> Result<Self> {
        if IS_TAKEN.swap(true, Ordering::Relaxed) {
            return Err(EBUSY);
        }
        // SAFETY: Nobody came here before.
        let namespaces = unsafe { Namespaces::register()? };
        // SAFETY: The states are registered, and by the order of the fields go later.
        let notifier = unsafe { Notifier::register()? };
        // SAFETY: As above. When the module's exit drops them, nobody holds a reference to it, as
        // every open socket and dump of the protocol would.
        let sockets = unsafe { Sockets::register()? };

        Ok(Self {
            _sockets: sockets,
            _notifier: notifier,
            _namespaces: namespaces,
        })
    }
}

impl<T: ModuleFamily> kernel::Module for Registration<T> {
    /// Registers the family; fails with `EBUSY` wherever the kernel does not call it.
    fn init(_module: &'static ThisModule) -> Result<Self> {
        // SAFETY: By the contract of `ModuleFamily` the result is the module's state, which its
        // exit drops, and nothing else is done in its init. Whoever calls this comes after that.
        let registration = unsafe { Self::new()? };

        pr_info!("netlink protocol {} is ready\n", T::PROTOCOL);
        Ok(registration)
    }
}

impl<T: Family> Drop for Registration<T> {
    fn drop(&mut self) {
        pr_info!("netlink protocol {} closes\n", T::PROTOCOL);
    }
}

/// Tells the family of the sockets that are closed.
///
/// # Invariants
///
/// The block is a box and is registered, and the [`Namespaces`] of `T` are registered for longer.
struct Notifier<T: Family> {
    block: NonNull<bindings::notifier_block>,
    _family: PhantomData<fn(T)>,
}

impl<T: Family> Notifier<T> {
    /// Registers it.
    ///
    /// # Safety
    ///
    /// The [`Namespaces`] of `T` must be registered, for longer than the result.
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
            // its namespace. The core calls while the notifier is registered, and so are the states
            // by the contract of `register`.
            unsafe {
                let notify = &*data.cast::<bindings::netlink_notify>();
                if notify.protocol == Sockets::<T>::UNIT {
                    if let Some(namespace) = net::namespace::<T>(notify.net) {
                        T::closed(&namespace.state, notify.portid);
                    }
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
