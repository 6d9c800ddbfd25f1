// SPDX-License-Identifier: GPL-2.0

//! Leaks are found by kmemleak, which `scripts/vm` asks at the end.

use super::*;
use crate::netlink::errno::emsgsize;

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
    fn who_reads_a_value_that_is_replaced_still_sees_it_whole() -> Result {
        let value = Rcu::<[u8; 16]>::none();
        value.set([1; 16])?;
        // A section cannot wait for memory.
        let node = Node::new([2; 16])?;

        // SAFETY: Until the section ends the box that it found stays; nothing in it sleeps.
        let (seen, read) = unsafe {
            let old = ffi::nl_helper_rcu_read_begin(value.node.as_ptr().cast());
            value.replace(Some(node));
            let seen = (*old.cast::<Node<[u8; 16]>>()).value;
            let read = value.get();
            ffi::nl_helper_rcu_read_end();
            (seen, read)
        };
        assert_eq!(seen, [1; 16]);
        assert_eq!(read, Some([2; 16]));
        Ok(())
    }

    #[test]
    fn a_reader_ends_its_section() -> Result {
        let value = Rcu::none();
        value.set(1)?;
        value.get();

        // SAFETY: A test may sleep; with an open section this would wait for itself, which
        // lockdep and the scheduler report.
        unsafe { bindings::synchronize_rcu() };
        assert_eq!(value.get(), Some(1));
        Ok(())
    }

    #[test]
    fn as_many_bytes_as_there_is_room_for_are_kept_and_not_one_more() -> Result {
        let bytes = RcuBytes::<16>::none();
        let mut buffer = RcuBuffer::uninit();

        assert_eq!(bytes.read(&mut buffer), None);
        for len in 0..=16 {
            let text = [len as u8; 17];
            bytes.set(&text[..len])?;
            assert_eq!(bytes.read(&mut buffer), Some(&text[..len]));
        }
        assert_eq!(bytes.set(&[0; 17]), Err(emsgsize()));
        assert_eq!(bytes.read(&mut buffer), Some(&[16; 16][..]));
        Ok(())
    }
}
