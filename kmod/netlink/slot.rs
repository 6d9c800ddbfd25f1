// SPDX-License-Identifier: GPL-2.0

//! The slot that a family has in each network namespace, and the state in it.

use super::{
    ffi::{
        self,
        NetSlot, //
    },
    protocol::Protocol,
    Family, //
};
use kernel::bindings;

/// Returns the state of the family `T` in `net`, `None` where that is not.
///
/// # Safety
///
/// The [`States`](super::net::States) of `T` must be registered, and `net` must stay for `'a`.
pub(super) unsafe fn state<'a, T: Family>(net: *const bindings::net) -> Option<&'a T::Net> {
    // SAFETY: By the caller's word and the invariants of `States` the slot holds null or a box of
    // `T::Net`, which is only ever shared.
    unsafe {
        let slot = ffi::nl_helper_net(net, Protocol::<T>::UNIT);
        (*slot).state.cast::<T::Net>().as_ref()
    }
}

/// Returns the state of the family `T` in `slot`.
///
/// # Safety
///
/// The [`States`](super::net::States) of `T` must be registered, and `slot` must be that of a network
/// namespace which `T` is in and which stays for `'a`.
pub(super) unsafe fn state_in<'a, T: Family>(slot: *const NetSlot) -> &'a T::Net {
    // SAFETY: By the caller's word and the invariants of `States` the slot holds a box of `T::Net`,
    // which is only ever shared.
    unsafe { &*(*slot).state.cast::<T::Net>() }
}
