// SPDX-License-Identifier: GPL-2.0

//! The registration, which makes a protocol exist.

use super::{
    atomic::{
        Atomic,
        Relaxed, //
    },
    genl_family::GenlFamily,
    net::{
        Sockets,
        States, //
    },
    protocol::Protocol,
    slot,
    Family,
    Transport, //
};
use core::{
    marker::PhantomData,
    ptr::NonNull, //
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

/// Declares a module that serves a family, or several, from its init to its exit.
///
/// `type` is the [`Family`], or `types` a list of them; the rest is for `module!` of the `kernel` crate,
/// in the same order.
///
/// A family serves every network namespace that it is to be in, those to come included. It may be
/// called before the module's init returns. Every open socket of its protocol holds a reference to the
/// module, so nobody is served any more when its exit runs.
///
/// Nobody holds a registration: the module does, in a place of its own.
///
/// In the kernel's own image (`obj-y`) families are served from `device_initcall` on, and nothing
/// ends them. An image has room for one such module: the names of `helpers.c` are those of each.
///
/// # Errors
///
/// Loading the module fails with
///
/// - `EBUSY` when the protocol of the first family belongs to somebody else, or there was no memory
///   for its first socket (the kernel does not tell them apart);
/// - `ENOMEM`, and what [`Family::new_net`] of any family fails with.
///
/// Once the first family has users, the module cannot fail any more. Another family whose protocol
/// belongs to somebody else, or whose first socket there is no memory for, is left out, and the log
/// says so.
#[macro_export]
macro_rules! module_family {
    (type: $family:ty, $($module:tt)*) => {
        $crate::module_family! { types: [$family], $($module)* }
    };
    (types: [$($family:ty),+ $(,)?], $($module:tt)*) => {
        type FamilyModule = $crate::netlink::Families<$crate::family_list!($($family),+)>;

        $(
            // SAFETY: The module below has this family in its list.
            unsafe impl $crate::netlink::ModuleFamily for $family {}
        )+

        ::kernel::prelude::module! {
            type: FamilyModule,
            $($module)*
        }
    };
}

/// Returns the [`FamilyList`] of these families.
#[doc(hidden)]
#[macro_export]
macro_rules! family_list {
    () => { () };
    ($first:ty $(, $rest:ty)*) => { ($first, $crate::family_list!($($rest),*)) };
}

/// A family that [`module_family!`](crate::module_family) declares.
///
/// # Safety
///
/// The module that `module!` declares is a [`Families`] with the family in its list.
#[doc(hidden)]
pub unsafe trait ModuleFamily: Family {}

/// The families of a module: one and a list of the others, or `()`.
#[doc(hidden)]
pub trait FamilyList {
    /// Registrations of the families.
    type Registrations: Send + Sync;

    /// Protocols of the families, a bit each, checked when the module is compiled.
    const PROTOCOLS: u32;

    /// Prepares all of them.
    ///
    /// # Safety
    ///
    /// As for [`Registration::prepare`].
    unsafe fn prepare() -> Result<Self::Registrations>;

    /// Serves all of them, as [`Registration::open`] does.
    ///
    /// # Safety
    ///
    /// As for [`Registration::open`].
    unsafe fn open(registrations: &mut Self::Registrations, has_users: bool) -> Result;
}

impl FamilyList for () {
    type Registrations = ();

    const PROTOCOLS: u32 = 0;

    unsafe fn prepare() -> Result {
        Ok(())
    }

    unsafe fn open((): &mut (), _has_users: bool) -> Result {
        Ok(())
    }
}

impl<First: ModuleFamily, Rest: FamilyList> FamilyList for (First, Rest) {
    type Registrations = (Registration<First>, Rest::Registrations);

    const PROTOCOLS: u32 = {
        let first = Protocol::<First>::BIT;
        assert!(Rest::PROTOCOLS & first == 0, "two families of one protocol");
        Rest::PROTOCOLS | first
    };

    unsafe fn prepare() -> Result<Self::Registrations> {
        // A constant that nothing reads is not checked.
        let _: u32 = Self::PROTOCOLS;

        // SAFETY: As the caller vouches; by `PROTOCOLS` no two have one protocol.
        unsafe { Ok((Registration::prepare()?, Rest::prepare()?)) }
    }

    unsafe fn open((first, rest): &mut Self::Registrations, has_users: bool) -> Result {
        // SAFETY: As the caller vouches: with users it does not fail.
        unsafe {
            first.open(has_users)?;
            Rest::open(rest, true)
        }
    }
}

/// Whether the module has had its registrations. Never unset: one that fails is the end of its init.
static IS_INITIALISED: Atomic<bool> = Atomic::<bool>::new(false);

/// The module: all of its families are served, until it is dropped.
#[doc(hidden)]
pub struct Families<L: FamilyList> {
    _registrations: L::Registrations,
}

impl<L: FamilyList> kernel::Module for Families<L> {
    /// Registers the families; fails with `EBUSY` wherever the kernel does not call it.
    fn init(_module: &'static ThisModule) -> Result<Self> {
        if IS_INITIALISED.xchg(true, Relaxed) {
            return Err(EBUSY);
        }
        // SAFETY: By the contract of `ModuleFamily` these families are in the list of the module, whose
        // init comes before all else that could call this. So this is that init, which drops the result
        // in the module's exit and does nothing else.
        let registrations = unsafe {
            let mut registrations = L::prepare()?;
            L::open(&mut registrations, false)?;
            registrations
        };

        Ok(Self {
            _registrations: registrations,
        })
    }
}

/// A family that is served, or is about to be, until it is dropped.
///
/// What goes first stands first: nobody may call for a state that is gone.
#[doc(hidden)]
pub struct Registration<T: Family> {
    callbacks: Option<Callbacks<T>>,
    states: Option<States<T>>,
}

/// Callbacks of the family, in the order in which they are dropped.
struct Callbacks<T: Family> {
    genl: Option<GenlFamily<T>>,
    sockets: Option<Sockets<T>>,
    _notifier: Notifier<T>,
}

impl<T: Family> Callbacks<T> {
    /// Registers them: the notifier of closed sockets first, before there is a socket. If that fails,
    /// no user has called: a family that is on its raw protocol by then is left out of generic netlink
    /// instead.
    ///
    /// # Safety
    ///
    /// As for [`Notifier::register`], [`Sockets::register`] and [`GenlFamily::register`].
    unsafe fn register() -> Result<Self> {
        // SAFETY: The caller vouches for it.
        unsafe {
            let mut callbacks = Self {
                genl: None,
                sockets: None,
                _notifier: Notifier::register()?,
            };

            if Protocol::<T>::IS_RAW {
                callbacks.sockets = Some(Sockets::register()?);
            }
            match GenlFamily::register() {
                Ok(genl) => callbacks.genl = genl,
                Err(error) if !Protocol::<T>::IS_RAW => return Err(error),
                Err(error) => report_left_out(GenlFamily::<T>::name(), error),
            }
            Ok(callbacks)
        }
    }

    /// Says in the log `what` happens to those that are there.
    fn report(&self, what: &str) {
        let protocol = self.sockets.as_ref().map(|_| T::PROTOCOL);
        let genl = self.genl.as_ref().map(|_| GenlFamily::<T>::name());

        report(protocol, genl, what);
    }
}

/// Says in the log `what` happens to the netlink protocol and the family of generic netlink.
fn report(protocol: Option<u32>, genl: Option<&str>, what: &str) {
    if let Some(protocol) = protocol {
        pr_info!("netlink protocol {protocol} {what}\n");
    }
    if let Some(name) = genl {
        pr_info!("generic netlink family {name} {what}\n");
    }
}

/// Says in the log that a family is not in generic netlink.
#[cold]
fn report_left_out(name: &str, error: Error) {
    let errno = error.to_errno();

    pr_err!("generic netlink family {name} is left out: error {errno}\n");
}

impl<T: Family> Registration<T> {
    /// Makes the states of the family: it has no users yet.
    ///
    /// # Safety
    ///
    /// The module's init must call this, for no other family of the same protocol, and drop the
    /// result if it fails, which the module's exit must do else.
    unsafe fn prepare() -> Result<Self> {
        // SAFETY: The slots are the module's own, and by the caller's word no other family of it has
        // those of this protocol.
        let states = unsafe { States::register()? };

        Ok(Self {
            callbacks: None,
            states: Some(states),
        })
    }

    /// Serves the family. If that fails, no user has had a socket of it; unless the module `has_users`
    /// of another one, so that it must not fail: then the family is left out.
    ///
    /// # Safety
    ///
    /// The module's init must call this, and not fail any more if it succeeds.
    unsafe fn open(&mut self, has_users: bool) -> Result {
        // SAFETY: The states are registered, and by the order of the fields go later. When the
        // module's exit drops what calls them, nobody holds a reference to the module, as every open
        // socket and dump does of a protocol that is its own.
        match unsafe { Callbacks::register() } {
            Ok(callbacks) => {
                callbacks.report("is ready");
                self.callbacks = Some(callbacks);
            }
            Err(error) if !has_users => return Err(error),
            Err(error) => {
                // Sockets of the protocol are those of somebody else.
                self.states = None;
                let errno = error.to_errno();
                pr_err!(
                    "netlink protocol {} is left out: error {errno}\n",
                    T::PROTOCOL
                );
            }
        }
        Ok(())
    }
}

impl<T: Family> Drop for Registration<T> {
    fn drop(&mut self) {
        if let Some(callbacks) = &self.callbacks {
            callbacks.report("closes");
        }
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
            // its namespace. The core calls while the notifier is registered, and so are the states
            // by the contract of `register`.
            unsafe {
                let notify = &*data.cast::<bindings::netlink_notify>();
                if let Some(transport) = Transport::of::<T>(notify.protocol) {
                    if let Some(net) = slot::state::<T>(notify.net) {
                        T::closed(net, transport, notify.portid);
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

#[cfg(nl_kunit)]
mod tests;
