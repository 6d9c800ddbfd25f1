// SPDX-License-Identifier: GPL-2.0

use super::*;
use kernel::{
    bindings,
    prelude::*, //
};

const NSEC_PER_SEC: u64 = 1_000_000_000;

/// Returns the time by today's clock, in nanoseconds, to the second.
fn clock() -> u64 {
    // SAFETY: The function may be called from any context.
    let seconds = unsafe { bindings::ktime_get_real_seconds() };

    seconds as u64 * NSEC_PER_SEC
}

#[kunit_tests(netlink_tick)]
mod suite {
    use super::*;

    #[test]
    fn moments_follow_one_another() {
        let before = Tick::now();
        // SAFETY: A test may sleep.
        unsafe { bindings::msleep(50) };

        assert!(before < Tick::now());
        assert!(before.real_ns() < Tick::now().real_ns());
    }

    #[test]
    fn an_hour_ago_was_an_hour_ago() {
        const HOUR: u64 = 3600 * NSEC_PER_SEC;
        // However slow the machine, and what the clock's second leaves out.
        const MINUTE: u64 = 60 * NSEC_PER_SEC;
        // SAFETY: The function may be called from any context.
        let ticks = unsafe { bindings::__msecs_to_jiffies(3_600_000) };
        let hour_ago = Tick(Tick::now().0 - ticks as u64);

        assert!(clock().abs_diff(Tick::now().real_ns()) < MINUTE);
        assert!(clock().abs_diff(hour_ago.real_ns() + HOUR) < MINUTE);
    }
}
