// SPDX-License-Identifier: GPL-2.0

//! Leaks are found by kmemleak, which `scripts/vm` asks at the end.

use super::*;
use core::ptr;
use kernel::{
    bindings,
    ffi::c_int, //
};

#[derive(Clone, Copy)]
enum TestCounter {
    First,
    Second,
    // Breaks its word.
    Beyond,
}

impl Counter for TestCounter {
    const COUNT: usize = 2;

    fn index(self) -> usize {
        self as usize
    }
}

/// Counts one `Second` where it is called.
///
/// # Safety
///
/// `counters` must point to [`Counters`] of `TestCounter`.
unsafe extern "C" fn count_second(counters: *mut c_void) {
    // SAFETY: The caller vouches for it.
    unsafe { &*counters.cast::<Counters<TestCounter>>() }.count(TestCounter::Second);
}

/// Counts one `Second` on `cpu`, if that is online.
fn count_on(cpu: c_int, counters: &Counters<TestCounter>) -> bool {
    let counters = ptr::from_ref(counters).cast_mut().cast();

    // SAFETY: `count_second` may run in any context and gets what it wants, and with `wait` is done
    // when this returns.
    unsafe { bindings::smp_call_function_single(cpu, Some(count_second), counters, true) == 0 }
}

#[kunit_tests(netlink_counters)]
mod suite {
    use super::*;

    #[test]
    fn counters_start_at_0_whatever_was_there() -> Result {
        for _ in 0..64 {
            let counters = Counters::<TestCounter>::new()?;
            assert_eq!(counters.sum(TestCounter::First), 0);
            assert_eq!(counters.sum(TestCounter::Second), 0);
            counters.count(TestCounter::First);
            counters.count(TestCounter::Second);
        }
        Ok(())
    }

    #[test]
    fn each_kind_is_counted_for_itself() -> Result {
        let counters = Counters::new()?;
        for _ in 0..3 {
            counters.count(TestCounter::First);
        }
        counters.count(TestCounter::Second);

        assert_eq!(counters.sum(TestCounter::First), 3);
        assert_eq!(counters.sum(TestCounter::Second), 1);
        Ok(())
    }

    #[test]
    fn a_sum_is_that_of_all_cpus() -> Result {
        let counters = Counters::new()?;
        // SAFETY: The number of CPUs does not change any more.
        let cpus = unsafe { bindings::nr_cpu_ids } as c_int;
        let mut counted = 0;
        for cpu in 0..cpus {
            for _ in 0..=cpu {
                counted += u64::from(count_on(cpu, &counters));
            }
        }

        assert!(counted > 0);
        assert_eq!(counters.sum(TestCounter::Second), counted);
        assert_eq!(counters.sum(TestCounter::First), 0);
        Ok(())
    }

    #[test]
    fn what_no_cell_is_for_is_not_counted() -> Result {
        // Neighbours in the per-CPU memory, where nothing else sees a step outside.
        let mut neighbours = KVec::with_capacity(16, GFP_KERNEL)?;
        for _ in 0..16 {
            neighbours.push(Counters::new()?, GFP_KERNEL)?;
        }
        for counters in &neighbours {
            counters.count(TestCounter::Beyond);
        }

        for counters in &neighbours {
            assert_eq!(counters.sum(TestCounter::First), 0);
            assert_eq!(counters.sum(TestCounter::Second), 0);
            assert_eq!(counters.sum(TestCounter::Beyond), 0);
        }
        Ok(())
    }
}
