// SPDX-License-Identifier: GPL-2.0

//! Bytes of which there may be fewer than there is room for.

use super::Rcu;
use crate::netlink::errno::emsgsize;
use core::{
    mem::MaybeUninit,
    ptr,
    slice, //
};
use kernel::prelude::*;

/// `N` bytes at most, or none yet, that are read without a lock while they may be replaced.
pub struct RcuBytes<const N: usize>(Rcu<Stored<N>>);

/// Bytes.
///
/// # Invariants
///
/// `len` is at most `N`.
#[derive(Clone, Copy)]
struct Stored<const N: usize> {
    len: usize,
    bytes: [u8; N],
}

/// A place that the bytes of an [`RcuBytes`] are copied to.
pub struct RcuBuffer<const N: usize>(MaybeUninit<[u8; N]>);

impl<const N: usize> RcuBuffer<N> {
    /// Holds nothing yet.
    #[inline]
    pub const fn uninit() -> Self {
        Self(MaybeUninit::uninit())
    }

    /// Copies as many bytes as there are.
    #[inline]
    fn fill(&mut self, stored: &Stored<N>) -> &[u8] {
        let place = self.0.as_mut_ptr().cast::<u8>();

        // SAFETY: By the type invariants of `Stored` both sides have so many bytes, which are
        // initialised by the copy; nobody else knows of this side.
        unsafe {
            ptr::copy_nonoverlapping(stored.bytes.as_ptr(), place, stored.len);
            slice::from_raw_parts(place, stored.len)
        }
    }
}

impl<const N: usize> RcuBytes<N> {
    /// Holds no bytes.
    pub const fn none() -> Self {
        Self(Rcu::none())
    }

    /// Copies the bytes to `buffer`, and returns them.
    #[inline]
    pub fn read<'a>(&self, buffer: &'a mut RcuBuffer<N>) -> Option<&'a [u8]> {
        self.0.read(|stored| buffer.fill(stored))
    }

    /// Replaces the bytes, as [`Rcu::set`] does.
    ///
    /// # Errors
    ///
    /// `EMSGSIZE` for more than `N` of them, and `ENOMEM`; the bytes stay as they are.
    pub fn set(&self, bytes: &[u8]) -> Result {
        let len = bytes.len();
        let mut padded = [0; N];
        padded
            .get_mut(..len)
            .ok_or(emsgsize())?
            .copy_from_slice(bytes);

        // INVARIANT: The copy has shown that `N` bytes have room for so many.
        self.0.set(Stored { len, bytes: padded })
    }
}
