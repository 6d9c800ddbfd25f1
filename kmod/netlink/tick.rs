// SPDX-License-Identifier: GPL-2.0

//! Moments that cost little to note.

use super::ffi;

/// A moment, to the tick of the kernel's timer (1 to 10 ms): the last tick before it.
///
/// It is noted as `CLOCK_BOOTTIME`, which nobody sets and which counts the time asleep; what
/// time that was by today's clock is worked out when somebody asks.
///
/// C header: [`include/linux/timekeeping.h`](srctree/include/linux/timekeeping.h)
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tick(u64);

impl Tick {
    /// Returns this moment.
    #[inline]
    pub fn now() -> Self {
        // SAFETY: The function may be called anywhere but in an NMI, which interrupts whoever sets
        // the clock. Nothing of the `kernel` crate calls Rust there without `unsafe`.
        Self(unsafe { ffi::nl_helper_tick() })
    }

    /// Returns when it was, by today's clock: `CLOCK_REALTIME`, in nanoseconds. The same each time,
    /// unless the clock is set.
    pub fn real_ns(self) -> u64 {
        // SAFETY: As in `now`.
        unsafe { ffi::nl_helper_tick_real_ns(self.0) }
    }
}

#[cfg(nl_kunit)]
mod tests;
