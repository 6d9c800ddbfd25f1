// SPDX-License-Identifier: GPL-2.0

//! Moments that cost nothing to note.

use super::ffi;

/// A moment, to the tick of the kernel's timer (1 to 10 ms).
///
/// To note it is to read a counter; what time that was is worked out when somebody asks.
///
/// C header: [`include/linux/jiffies.h`](srctree/include/linux/jiffies.h)
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tick(u64);

impl Tick {
    /// Returns this moment.
    #[inline]
    pub fn now() -> Self {
        // SAFETY: The function may be called from any context.
        Self(unsafe { ffi::nl_helper_ticks() })
    }

    /// Returns when it was, by today's clock: `CLOCK_REALTIME`, in nanoseconds.
    pub fn real_ns(self) -> u64 {
        // SAFETY: The function may be called from any context.
        unsafe { ffi::nl_helper_ticks_real_ns(self.0) }
    }
}

#[cfg(nl_kunit)]
mod tests;
