// SPDX-License-Identifier: GPL-2.0

//! That nothing leaks is for kmemleak to say, which `scripts/vm` asks at the end.

use super::*;
use kernel::bindings;

#[kunit_tests(netlink_rcu)]
mod suite {
    use super::*;

    #[test]
    fn there_is_none_at_first() {
        assert_eq!(Rcu::<u64>::none().get(), None);
    }

    #[test]
    fn the_last_value_that_was_set_is_read() -> Result {
        let value = Rcu::none();
        // As many as make kmemleak see them.
        for number in 0..16 {
            value.set([number; 16])?;
            assert_eq!(value.get(), Some([number; 16]));
            assert_eq!(value.get(), Some([number; 16]));
        }
        Ok(())
    }

    #[test]
    fn replacing_a_value_waits_for_a_grace_period() -> Result {
        let value = Rcu::none();
        value.set(1)?;
        // SAFETY: The function may be called from any context.
        let cookie = unsafe { bindings::get_state_synchronize_rcu() };
        value.set(2)?;

        // SAFETY: As above.
        assert!(unsafe { bindings::poll_state_synchronize_rcu(cookie) });
        Ok(())
    }

    #[test]
    fn a_reader_ends_its_section() -> Result {
        let value = Rcu::none();
        value.set(1)?;
        value.get();

        // SAFETY: A test may sleep; with an open section this would wait for itself, which
        // lockdep and the scheduler report.
        unsafe { ffi::nl_helper_synchronize_rcu() };
        assert_eq!(value.get(), Some(1));
        Ok(())
    }
}
