// SPDX-License-Identifier: GPL-2.0

use super::*;
use kernel::{
    bindings,
    prelude::*, //
};

/// Returns the time of the last tick by today's clock, in nanoseconds.
fn clock() -> u64 {
    // SAFETY: The function may be called from any context.
    let now = unsafe { bindings::ktime_get_coarse_with_offset(bindings::tk_offsets_TK_OFFS_REAL) };

    now as u64
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
    fn a_moment_lies_between_the_ticks_around_it_and_stays_there() {
        let before = clock();
        let tick = Tick::now();
        let after = clock();
        let real_ns = tick.real_ns();
        assert!(before <= real_ns && real_ns <= after);

        for _ in 0..10 {
            // SAFETY: A test may sleep.
            unsafe { bindings::msleep(5) };
            assert_eq!(tick.real_ns(), real_ns);
        }
    }

    #[test]
    fn what_was_earlier_was_earlier_by_as_much() {
        let boot = Tick(0);
        let now = Tick::now();

        assert_eq!(boot.real_ns(), now.real_ns() - now.0);
    }
}
