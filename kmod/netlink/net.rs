// SPDX-License-Identifier: GPL-2.0

//! Network namespaces: each holds the family's state and a socket of the family's own.

use super::{
    dispatch,
    ffi::{
        self,
        NetSlot, //
    },
    group,
    request::Datagram,
    Family, //
};
use core::{
    marker::PhantomData,
    pin::Pin,
    sync::atomic::{
        AtomicBool,
        Ordering, //
    }, //
};
use kernel::{
    bindings,
    error::to_result,
    ffi::c_int,
    prelude::*, //
};

/// What the network namespaces hold of the family `T`, until it is dropped.
///
/// # Invariants
///
/// Each network namespace, from its beginning to its end, holds a state of `T`, and nobody but the
/// family `T` uses the module's slots.
pub(super) struct States<T: Family>(PhantomData<fn(T)>);

impl<T: Family> States<T> {
    /// Makes the states.
    ///
    /// # Safety
    ///
    /// The module's slots must not be in use.
    pub(super) unsafe fn register() -> Result<Self> {
        // SAFETY: The callbacks are what the core expects. They are called until the result is
        // dropped, which the module's exit does at the latest, so they are in memory. The caller
        // vouches for the slots.
        to_result(unsafe { ffi::nl_helper_register_state(Self::init, Self::exit) })?;

        // INVARIANT: From here on `init` and `exit` see to it.
        Ok(Self(PhantomData))
    }

    /// Called by the core for each network namespace that is there or comes.
    ///
    /// # Safety
    ///
    /// `net` must be a network namespace that is being set up.
    unsafe extern "C" fn init(net: *mut bindings::net) -> c_int {
        let state = match KBox::pin_init(T::new_net(), GFP_KERNEL_ACCOUNT) {
            Ok(state) => state,
            Err(error) => return error.to_errno(),
        };

        // SAFETY: The core has made the slot by now, and nobody knows of it yet. Pinned data stays
        // where it is: `exit` drops it in place.
        unsafe {
            let state = KBox::into_raw(Pin::into_inner_unchecked(state));
            (*ffi::nl_helper_net(net)).state = state.cast();
        }
        0
    }

    /// Called by the core for each network namespace that goes, or for all of them at the end.
    ///
    /// # Safety
    ///
    /// `init` must have succeeded for `net`, and nobody may use its state any more.
    unsafe extern "C" fn exit(net: *mut bindings::net) {
        // SAFETY: By the caller's word this is what `init` left there, and it is given up here.
        unsafe {
            let state = (*ffi::nl_helper_net(net)).state;
            drop(Pin::new_unchecked(KBox::<T::Net>::from_raw(state.cast())));
        }
    }
}

impl<T: Family> Drop for States<T> {
    fn drop(&mut self) {
        // SAFETY: By the type invariants they are registered, and `drop` runs once.
        unsafe { ffi::nl_helper_unregister_state() };
    }
}

/// Returns the state of the family `T` in `net`.
///
/// # Safety
///
/// The [`States`] of `T` must be registered, and `net` must stay for `'a`.
pub(super) unsafe fn state<'a, T: Family>(net: *const bindings::net) -> &'a T::Net {
    // SAFETY: The caller vouches for it.
    unsafe { state_in::<T>(ffi::nl_helper_net(net)) }
}

/// Returns the state of the family `T` in `slot`.
///
/// # Safety
///
/// The [`States`] of `T` must be registered, and `slot` must be what a network namespace holds that
/// stays for `'a`.
pub(super) unsafe fn state_in<'a, T: Family>(slot: *const NetSlot) -> &'a T::Net {
    // SAFETY: By the caller's word and the invariants of `States` the slot holds a box of `T::Net`,
    // which is only ever shared.
    unsafe { &*(*slot).state.cast::<T::Net>() }
}

/// Says whether the network namespaces that were there when the module was loaded have had their
/// turn. One that comes in the instant before this is set counts as one of them.
static IS_REGISTERED: AtomicBool = AtomicBool::new(false);

/// The sockets of the family `T`, one in each network namespace, until it is dropped.
///
/// # Invariants
///
/// They are registered, and so are the [`States`] of `T`, for longer.
pub(super) struct Sockets<T: Family>(PhantomData<fn(T)>);

impl<T: Family> Sockets<T> {
    /// The number of protocols that netlink can have (`MAX_LINKS`).
    const MAX_LINKS: u32 = 32;

    /// The protocol number, checked, with the table of commands, when the family is compiled.
    pub(super) const UNIT: c_int = {
        assert!(
            T::PROTOCOL < Self::MAX_LINKS,
            "protocol number is 32 or more"
        );
        super::check_commands(T::COMMANDS);
        T::PROTOCOL as c_int
    };

    /// The groups, checked when the family is compiled.
    const GROUPS: group::Summary = group::sum_up(T::GROUPS);

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
        to_result(unsafe { ffi::nl_helper_register_socket(Self::init, Self::exit) })?;
        IS_REGISTERED.store(true, Ordering::Relaxed);

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

        // SAFETY: The function copies `cfg`, and the callbacks are what the core expects of it.
        // Users call them through their sockets, each of which holds a reference to the module: its
        // exit, which takes the callbacks and the states away, comes after the last of them.
        let sk = unsafe { ffi::nl_helper_kernel_create(net, Self::UNIT, &mut cfg) };

        if sk.is_null() {
            // SAFETY: The caller vouches for `net`.
            return unsafe { Self::without_socket(net) };
        }
        // SAFETY: The slot is there since the state's `init`, and this is the only writer.
        unsafe { (*ffi::nl_helper_net(net)).sk = sk };
        0
    }

    /// Returns what `init` returns where there is no socket in `net`, whose slot says so by then.
    ///
    /// # Safety
    ///
    /// `net` must be a network namespace.
    unsafe fn without_socket(net: *const bindings::net) -> c_int {
        // SAFETY: The caller vouches for it.
        if unsafe { ffi::nl_helper_is_init_net(net) } {
            // It is the first to get one, so there are no users yet. The core does not say why.
            EBUSY.to_errno()
        } else if IS_REGISTERED.load(Ordering::Relaxed) {
            // There is no such namespace then. Nobody else can have the protocol: ours is in the
            // first one.
            ENOMEM.to_errno()
        } else {
            // The module is being loaded and has users by now, so it does not fail any more.
            // Whoever sends from this namespace gets `ECONNREFUSED`.
            0
        }
    }

    /// Called by the core for each network namespace that goes, or for all of them at the end.
    ///
    /// # Safety
    ///
    /// `init` must have succeeded for `net`, where no dump may be under way: it holds a buffer of
    /// the kernel's socket.
    unsafe extern "C" fn exit(net: *mut bindings::net) {
        // SAFETY: By the caller's word this is what `init` left there, maybe null, which the
        // function takes, and it is given up here.
        unsafe { bindings::netlink_kernel_release((*ffi::nl_helper_net(net)).sk) };
    }

    /// Called by the core for every datagram to the kernel, in its sender's context.
    ///
    /// # Safety
    ///
    /// `skb` must be what the netlink core hands to an input callback.
    unsafe extern "C" fn input(skb: *mut bindings::sk_buff) {
        // SAFETY: The caller vouches for `skb`, and the datagram that is borrowed from it is gone
        // when this returns. The core calls while the sockets are registered, and so are the states
        // by the contract of `register`.
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
        // SAFETY: The caller vouches for `net`.
        match unsafe { Self::join(net, group as u32) } {
            Ok(()) => 0,
            Err(error) => error.to_errno(),
        }
    }

    /// Decides whether a socket may join `group`.
    ///
    /// # Safety
    ///
    /// As for `bind`.
    unsafe fn join(net: *mut bindings::net, group: u32) -> Result {
        let declared = group::find::<T>(group).ok_or(EINVAL)?;
        // SAFETY: The socket holds its namespace. The core calls while the sockets are registered,
        // and so are the states by the contract of `register`.
        let net = unsafe {
            declared.check_right(net)?;
            state::<T>(net)
        };

        T::BIND.map_or(Ok(()), |bind| bind(net, group))
    }

    /// Called by the core after a user's socket left `group`, also at its end.
    ///
    /// # Safety
    ///
    /// As for `bind`.
    unsafe extern "C" fn unbind(net: *mut bindings::net, group: c_int) {
        // SAFETY: As in `join`.
        let net = unsafe { state::<T>(net) };

        // What the family does not have, nobody has joined.
        if let (Some(unbind), Some(_)) = (T::UNBIND, group::find::<T>(group as u32)) {
            unbind(net, group as u32);
        }
    }
}

impl<T: Family> Drop for Sockets<T> {
    fn drop(&mut self) {
        // SAFETY: By the type invariants they are registered, and `drop` runs once.
        unsafe { ffi::nl_helper_unregister_socket() };
    }
}
