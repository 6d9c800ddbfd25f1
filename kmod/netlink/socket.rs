// SPDX-License-Identifier: GPL-2.0

//! The kernel's own socket, which makes a protocol exist.

use super::{
    dispatch,
    ffi,
    request::Datagram,
    Family, //
};
use core::{
    marker::PhantomData,
    ptr::NonNull, //
};
use kernel::{
    bindings,
    ffi::c_int,
    prelude::*, //
};

/// The registration of a family, until it is dropped.
///
/// The family serves the initial network namespace. It may be called before [`Registration::new`]
/// returns, so registering comes last of all that can fail in a module's init. Every open socket of
/// the protocol holds a reference to the module.
///
/// # Invariants
///
/// `sk` came from `netlink_kernel_create()` and is not released.
pub struct Registration<T: Family> {
    sk: NonNull<bindings::sock>,
    _family: PhantomData<fn(T)>,
}

impl<T: Family> Registration<T> {
    /// The number of protocols that netlink can have (`MAX_LINKS`).
    const MAX_LINKS: u32 = 32;

    /// The protocol number, checked when the family is compiled.
    const UNIT: c_int = {
        assert!(
            T::PROTOCOL < Self::MAX_LINKS,
            "protocol number is 32 or more"
        );
        T::PROTOCOL as c_int
    };

    /// Registers the family.
    ///
    /// # Errors
    ///
    /// `EBUSY` when the protocol belongs to somebody else, or there is no memory: the kernel does
    /// not tell them apart.
    pub fn new() -> Result<Self> {
        let mut cfg = bindings::netlink_kernel_cfg {
            input: Some(Self::input),
            ..Default::default()
        };

        // SAFETY: The function copies `cfg`, and `input` is what the core expects of it. It stays
        // in memory while it can be called: open sockets hold a reference to the module, and the
        // socket is released before the module is gone.
        let sk = unsafe { ffi::nl_helper_kernel_create(Self::UNIT, &mut cfg) };

        // INVARIANT: The socket is new.
        Ok(Self {
            sk: NonNull::new(sk).ok_or(EBUSY)?,
            _family: PhantomData,
        })
    }

    /// Called by the core for every datagram to the kernel, in its sender's context.
    ///
    /// # Safety
    ///
    /// `skb` must be what the netlink core hands to an input callback.
    unsafe extern "C" fn input(skb: *mut bindings::sk_buff) {
        // SAFETY: The caller vouches for `skb`, and the datagram is gone when this returns.
        if let Some(datagram) = unsafe { Datagram::from_raw(skb) } {
            dispatch::receive::<T>(datagram);
        }
    }
}

impl<T: Family> Drop for Registration<T> {
    fn drop(&mut self) {
        // SAFETY: By the type invariants the socket is not released yet, and `drop` runs once.
        unsafe { bindings::netlink_kernel_release(self.sk.as_ptr()) };
    }
}

// SAFETY: The socket may be released by any thread.
unsafe impl<T: Family> Send for Registration<T> {}

// SAFETY: A shared registration has no methods.
unsafe impl<T: Family> Sync for Registration<T> {}
