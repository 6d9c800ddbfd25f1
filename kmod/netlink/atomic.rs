// SPDX-License-Identifier: GPL-2.0

//! Atomics of the kernel's memory model, for the layer and its families: those of
//! `kernel::sync::atomic`.
//!
//! Before Linux 7.1 the `kernel` crate has none, or none with a `fetch_sub()` and for pointers. There
//! Rust's own stand behind the same names. `Kbuild` says which it is.

#[cfg(not(nl_kernel_atomic))]
pub use before_7_1::{
    Atomic,
    Relaxed, //
};
#[cfg(nl_kernel_atomic)]
pub use kernel::sync::atomic::{
    Atomic,
    Relaxed, //
};

/// As much of `kernel::sync::atomic` as is used here.
#[cfg(not(nl_kernel_atomic))]
mod before_7_1 {
    use core::sync::atomic::{
        AtomicBool,
        AtomicPtr,
        AtomicU32,
        AtomicU64,
        Ordering, //
    };

    /// The ordering of what nothing else depends on.
    #[derive(Clone, Copy)]
    pub struct Relaxed;

    /// A type that an [`Atomic`] can hold.
    pub trait AtomicType {
        /// Rust's own atomic of the type.
        #[doc(hidden)]
        type Core;
    }

    /// A value that several contexts may read and write at once.
    pub struct Atomic<T: AtomicType>(T::Core);

    /// Wraps Rust's own atomics, each with the type that it holds.
    macro_rules! wrap {
        ($($core:ident: $type:ty;)*) => { $(
            impl AtomicType for $type {
                type Core = $core;
            }

            impl Atomic<$type> {
                /// Makes one that holds `value`.
                pub const fn new(value: $type) -> Self {
                    Self($core::new(value))
                }

                /// Returns the value (`atomic_read()`).
                #[inline]
                pub fn load(&self, _: Relaxed) -> $type {
                    self.0.load(Ordering::Relaxed)
                }

                /// Sets the value (`atomic_set()`).
                #[inline]
                pub fn store(&self, value: $type, _: Relaxed) {
                    self.0.store(value, Ordering::Relaxed);
                }

                /// Sets the value and returns the old one.
                #[inline]
                pub fn xchg(&self, value: $type, _: Relaxed) -> $type {
                    self.0.swap(value, Ordering::Relaxed)
                }

                /// Sets the value to `new` if it is `old`.
                ///
                /// # Errors
                ///
                /// The value, where it is another one.
                #[inline]
                pub fn cmpxchg(&self, old: $type, new: $type, _: Relaxed) -> Result<$type, $type> {
                    self.0
                        .compare_exchange(old, new, Ordering::Relaxed, Ordering::Relaxed)
                }
            }
        )* };
    }

    /// Gives the numbers among them their arithmetic.
    macro_rules! count {
        ($($type:ty)*) => { $(
            impl Atomic<$type> {
                /// Adds `number`, and returns the old value.
                #[inline]
                pub fn fetch_add(&self, number: $type, _: Relaxed) -> $type {
                    self.0.fetch_add(number, Ordering::Relaxed)
                }

                /// Subtracts `number`, and returns the old value.
                #[inline]
                pub fn fetch_sub(&self, number: $type, _: Relaxed) -> $type {
                    self.0.fetch_sub(number, Ordering::Relaxed)
                }
            }
        )* };
    }

    wrap! {
        AtomicBool: bool;
        AtomicU32: u32;
        AtomicU64: u64;
    }

    count! { u32 u64 }

    impl<T> AtomicType for *mut T {
        type Core = AtomicPtr<T>;
    }

    impl<T> Atomic<*mut T> {
        /// Makes one that holds `pointer`.
        pub const fn new(pointer: *mut T) -> Self {
            Self(AtomicPtr::new(pointer))
        }

        /// Returns where the pointer is, for C.
        #[inline]
        pub const fn as_ptr(&self) -> *mut *mut T {
            self.0.as_ptr()
        }

        /// Returns the pointer, which nobody else has now.
        pub fn get_mut(&mut self) -> &mut *mut T {
            self.0.get_mut()
        }
    }
}
