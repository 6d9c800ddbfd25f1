// SPDX-License-Identifier: GPL-2.0

//! Values that are read all the time and hardly ever replaced.

mod bytes;

pub use bytes::{
    RcuBuffer,
    RcuBytes, //
};

use super::{
    atomic::Atomic,
    ffi, //
};
use core::{
    marker::PhantomData,
    mem::size_of,
    ptr, //
};
use kernel::{
    bindings,
    prelude::*,
    types::Opaque, //
};

/// A value, or none yet, that is read without a lock while it may be replaced.
///
/// C header: [`include/linux/rcupdate.h`](srctree/include/linux/rcupdate.h)
///
/// # Invariants
///
/// `node` is null, or a box that is freed a grace period after it was replaced. While it is shared,
/// nothing but C's functions for RCU reads or writes it. What is freed is not dropped, and need not be:
/// what is `Copy` has no drop glue.
pub struct Rcu<T: Copy + Send + Sync> {
    node: Atomic<*mut Node<T>>,
    _owns: PhantomData<T>,
}

/// A value, and what the kernel needs to free it later.
#[repr(C)] // `rcu` comes first: `nl_helper_rcu_replace()` finds it there.
struct Node<T> {
    rcu: Opaque<bindings::callback_head>,
    value: T,
}

impl<T> Node<T> {
    /// Makes a node, charged to whoever asks for it.
    fn new(value: T) -> Result<KBox<Self>> {
        let node = Self {
            rcu: Opaque::uninit(),
            value,
        };

        Ok(KBox::new(node, GFP_KERNEL_ACCOUNT)?)
    }
}

impl<T: Copy + Send + Sync> Rcu<T> {
    /// A value is copied over the kernel's stack.
    const FITS: () = assert!(size_of::<T>() <= 1024, "value has more than 1024 bytes");

    /// Holds no value.
    pub const fn none() -> Self {
        let () = Self::FITS;

        // INVARIANT: The pointer is null.
        Self {
            node: Atomic::<*mut Node<T>>::new(ptr::null_mut()),
            _owns: PhantomData,
        }
    }

    /// Returns a copy of the value.
    #[inline]
    pub fn get(&self) -> Option<T> {
        self.read(|value| *value)
    }

    /// Returns what `read`, which must not sleep, makes of the value, if there is one.
    #[inline]
    fn read<R>(&self, read: impl FnOnce(&T) -> R) -> Option<R> {
        // SAFETY: By the type invariants the box is not freed before the section ends, and nobody
        // writes to a value that is published (to `rcu`, C may). Nothing in the section sleeps. Where
        // there is no box, no section has begun that would have to end.
        unsafe {
            let node = ffi::nl_helper_rcu_read_begin(self.node.as_ptr().cast());
            let result = read(&node.cast::<Node<T>>().as_ref()?.value);
            ffi::nl_helper_rcu_read_end();
            Some(result)
        }
    }

    /// Replaces the value. The old one is freed when nobody reads it any more, which is not waited
    /// for. The new one is charged to whoever sets it.
    ///
    /// # Errors
    ///
    /// `ENOMEM`; the value stays as it is.
    pub fn set(&self, value: T) -> Result {
        self.replace(Some(Node::new(value)?));
        Ok(())
    }

    /// Publishes `node`, or that there is none.
    fn replace(&self, node: Option<KBox<Node<T>>>) {
        let node = node.map_or(ptr::null_mut(), KBox::into_raw);

        // SAFETY: By the type invariants what is replaced is null or a box, which `kmalloc()` made; both
        // begin with `rcu`.
        // INVARIANT: The pointer is null or a box, and the old one is freed after a grace period.
        unsafe { ffi::nl_helper_rcu_replace(self.node.as_ptr().cast(), node.cast()) };
    }
}

impl<T: Copy + Send + Sync> Drop for Rcu<T> {
    fn drop(&mut self) {
        self.replace(None);
    }
}

#[cfg(nl_kunit)]
mod tests;
