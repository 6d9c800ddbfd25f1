// SPDX-License-Identifier: GPL-2.0

//! Counters that no two CPUs share a cache line for.

use super::ffi;
use core::{
    marker::PhantomData,
    mem::size_of,
    ptr::NonNull, //
};
use kernel::{
    ffi::c_void,
    prelude::*, //
};

/// Names of counters: an enum whose variants count from 0.
pub trait Counter: Copy + 'static {
    /// The number of variants, from 1 to 2,048.
    const COUNT: usize;

    /// Returns the variant's place, below [`Counter::COUNT`].
    fn index(self) -> usize;
}

/// Counters, one for each variant of `T`.
///
/// # Invariants
///
/// `cells` is per-CPU memory for `T::COUNT` numbers, and is owned.
pub struct Counters<T: Counter> {
    cells: NonNull<c_void>,
    _counter: PhantomData<T>,
}

impl<T: Counter> Counters<T> {
    /// The most counters: half of what the per-CPU allocator gives away at once
    /// (`PCPU_MIN_UNIT_SIZE`), as they are not all that is in there.
    const MAX_COUNT: usize = (32 << 10) / size_of::<u64>() / 2;

    /// The number of counters, checked when the family is compiled.
    const COUNT: usize = {
        assert!(
            T::COUNT > 0 && T::COUNT <= Self::MAX_COUNT,
            "no counter, or more than 2048"
        );
        T::COUNT
    };

    /// Makes counters at 0, charged to whoever asks for it.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub fn new() -> Result<Self> {
        // SAFETY: The function takes any number whose memory the allocator can have.
        let cells = unsafe { ffi::nl_helper_counters_new(Self::COUNT) };

        // INVARIANT: Just made.
        Ok(Self {
            cells: NonNull::new(cells).ok_or(ENOMEM)?,
            _counter: PhantomData,
        })
    }

    /// Counts one.
    #[inline]
    pub fn count(&self, counter: T) {
        let index = counter.index();

        if index < T::COUNT {
            // SAFETY: By the type invariants, and as just checked, there is such a cell.
            unsafe { ffi::nl_helper_counters_inc(self.cells.as_ptr(), index) };
        }
    }

    /// Returns the sum over all CPUs; counts of the same time may be in it or not.
    pub fn sum(&self, counter: T) -> u64 {
        let index = counter.index();

        if index >= T::COUNT {
            return 0;
        }
        // SAFETY: By the type invariants, and as just checked, there is such a cell.
        unsafe { ffi::nl_helper_counters_sum(self.cells.as_ptr(), index) }
    }
}

impl<T: Counter> Drop for Counters<T> {
    fn drop(&mut self) {
        // SAFETY: By the type invariants they are owned, and `drop` runs once.
        unsafe { ffi::nl_helper_counters_free(self.cells.as_ptr()) };
    }
}

// SAFETY: The cells belong to no thread, and each CPU only ever writes its own.
unsafe impl<T: Counter> Send for Counters<T> {}

// SAFETY: The cells belong to no thread; a sum reads a count that another CPU writes whole, or again
// (`u64_stats_sync`).
unsafe impl<T: Counter> Sync for Counters<T> {}

#[cfg(nl_kunit)]
mod tests;
