// SPDX-License-Identifier: GPL-2.0

//! A value that is read all the time and hardly ever replaced.

use super::ffi;
use core::{
    marker::PhantomData,
    ptr,
    sync::atomic::{
        AtomicPtr,
        Ordering, //
    }, //
};
use kernel::prelude::*;

/// A value, or none yet, that is read without a lock while it may be replaced.
///
/// C header: [`include/linux/rcupdate.h`](srctree/include/linux/rcupdate.h)
///
/// # Invariants
///
/// `value` is null, or a box that is freed a grace period after it was replaced.
pub struct Rcu<T: Copy + Send + Sync> {
    value: AtomicPtr<T>,
    _owns: PhantomData<T>,
}

impl<T: Copy + Send + Sync> Rcu<T> {
    /// Holds no value.
    pub const fn none() -> Self {
        // INVARIANT: It is null.
        Self {
            value: AtomicPtr::new(ptr::null_mut()),
            _owns: PhantomData,
        }
    }

    /// Returns a copy of the value.
    #[inline]
    pub fn get(&self) -> Option<T> {
        // SAFETY: By the type invariants the box is not freed before the section ends, and nobody
        // writes to a value that is published. Nothing in the section sleeps.
        unsafe {
            ffi::nl_helper_rcu_read_lock();
            let value = self.value.load(Ordering::Acquire).as_ref().copied();
            ffi::nl_helper_rcu_read_unlock();
            value
        }
    }

    /// Replaces the value, and waits until nobody reads the old one. The new one is charged to
    /// whoever sets it.
    ///
    /// # Errors
    ///
    /// `ENOMEM`; the value stays as it is.
    pub fn set(&self, value: T) -> Result {
        let value = KBox::into_raw(KBox::new(value, GFP_KERNEL_ACCOUNT)?);
        // INVARIANT: It is a box, and the old one is freed after a grace period.
        let old = self.value.swap(value, Ordering::AcqRel);

        // SAFETY: By the type invariants it was null or a box, which only this call took out; after
        // the grace period nobody reads it.
        unsafe {
            ffi::nl_helper_synchronize_rcu();
            drop_box(old);
        }
        Ok(())
    }
}

impl<T: Copy + Send + Sync> Drop for Rcu<T> {
    fn drop(&mut self) {
        // SAFETY: By the type invariants this is null or a box, and with `&mut self` nobody reads
        // it.
        unsafe { drop_box(*self.value.get_mut()) };
    }
}

/// Frees a box.
///
/// # Safety
///
/// `value` must be null, or come from [`KBox::into_raw`] and not be used again.
unsafe fn drop_box<T>(value: *mut T) {
    if !value.is_null() {
        // SAFETY: The caller vouches for it.
        drop(unsafe { KBox::from_raw(value) });
    }
}

#[cfg(nl_kunit)]
mod tests;
