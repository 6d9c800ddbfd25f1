// SPDX-License-Identifier: GPL-2.0

use super::*;
use crate::netlink::{
    put,
    tests::HEADER, //
};
use core::slice;

/// Value of a byte that was not written.
const POISON: u8 = 0xa5;

/// A buffer of which `writer` may write a part, and all else is [`POISON`].
pub(in crate::netlink) struct Buffer {
    pub(in crate::netlink) writer: SkbWriter,
    skb: SkBuff,
}

impl Buffer {
    /// Makes one of which `capacity` bytes may be written.
    pub(in crate::netlink) fn new(capacity: usize) -> Result<Self> {
        // SAFETY: The function takes any size that does not overflow an `int` with its header.
        let skb = unsafe { ffi::nl_helper_nlmsg_new(capacity, bindings::GFP_KERNEL) };
        // INVARIANT: The buffer is owned from here on.
        let skb = SkBuff {
            skb: NonNull::new(skb).ok_or(ENOMEM)?,
            len: 0,
        };
        poison(&skb);

        Ok(Self {
            // SAFETY: The buffer is new, so it is linear, empty and ours, and it was made for more.
            writer: unsafe { SkbWriter::new(skb.skb, 0, capacity) },
            skb,
        })
    }

    /// Returns what was written.
    pub(in crate::netlink) fn written(&self) -> &[u8] {
        memory(&self.skb).get(..self.writer.len).unwrap_or_default()
    }

    /// Says whether nothing behind what was written was touched.
    pub(in crate::netlink) fn is_clean(&self) -> bool {
        let mut rest = memory(&self.skb).iter().skip(self.writer.len);

        rest.all(|byte| *byte == POISON)
    }
}

/// Overwrites all of the memory.
fn poison(skb: &SkBuff) {
    let raw = raw(skb);
    // SAFETY: By the type invariants the buffer is empty and ours, and so is all of its tailroom,
    // which begins at its data.
    unsafe { ptr::write_bytes(raw.data, POISON, ffi::nl_helper_tailroom(raw)) };
}

/// Returns all that is between the start of the data and the end of the memory, for a buffer that
/// was poisoned.
fn memory(skb: &SkBuff) -> &[u8] {
    let raw = raw(skb);
    // SAFETY: So many bytes are there, ours, and written by somebody, at least by `poison`.
    unsafe { slice::from_raw_parts(raw.data, raw.len as usize + ffi::nl_helper_tailroom(raw)) }
}

fn raw(skb: &SkBuff) -> &bindings::sk_buff {
    // SAFETY: By the type invariants the buffer is ours.
    unsafe { skb.skb.as_ref() }
}

/// Returns the message that is written in `skb`.
pub(in crate::netlink) fn message(skb: &SkBuff) -> &[u8] {
    // SAFETY: By the type invariants so many bytes are initialised, and ours.
    unsafe { slice::from_raw_parts(raw(skb).data.add(HEADROOM), skb.len as usize) }
}

/// A reference to a buffer that outlives the test's own.
struct Reference(NonNull<bindings::sk_buff>);

impl Reference {
    /// Takes a reference (`skb_get()`).
    fn new(skb: &SkBuff) -> Self {
        // SAFETY: By the type invariants nobody else knows of the buffer, nor of its references.
        unsafe { (*skb.skb.as_ptr()).users.refs.counter += 1 };
        Self(skb.skb)
    }

    /// Says whether it is the last one.
    fn is_last(&self) -> bool {
        // SAFETY: The buffer is alive as long as its reference.
        unsafe { self.0.as_ref() }.users.refs.counter == 1
    }
}

impl Drop for Reference {
    fn drop(&mut self) {
        // SAFETY: The reference is ours.
        unsafe { ffi::nl_helper_nlmsg_free(self.0.as_ptr()) };
    }
}

#[kunit_tests(netlink_skb)]
mod suite {
    use super::*;

    #[test]
    fn append_fills_the_capacity_and_not_a_byte_more() -> Result {
        let mut buffer = Buffer::new(100)?;

        buffer.writer.append(&[1; 60])?;
        buffer.writer.append(&[2; 40])?;
        assert_eq!(buffer.writer.append(&[3]), Err(emsgsize()));
        assert_eq!(buffer.writer.append(&[]), Ok(()));

        assert_eq!(buffer.writer.len(), 100);
        assert_eq!(buffer.written()[..60], [1; 60]);
        assert_eq!(buffer.written()[60..], [2; 40]);
        assert!(memory(&buffer.skb).len() > 100);
        assert!(buffer.is_clean());
        Ok(())
    }

    #[test]
    fn append_writes_all_or_nothing() -> Result {
        let mut buffer = Buffer::new(100)?;
        buffer.writer.append(&[1; 90])?;

        assert_eq!(buffer.writer.append(&[2; 11]), Err(emsgsize()));
        assert_eq!(buffer.writer.append(&[2; 4096]), Err(emsgsize()));
        assert_eq!(buffer.writer.len(), 90);
        assert!(buffer.is_clean());
        assert_eq!(buffer.writer.append(&[2; 10]), Ok(()));
        Ok(())
    }

    #[test]
    fn a_message_has_its_header_its_payload_and_zeroes() -> Result {
        for len in 0..=9 {
            let mut buffer = Buffer::new(100)?;
            buffer
                .writer
                .put_message(HEADER, &[], &put::raw(&[1; 9][..len]))?;

            let header = Nlmsghdr {
                nlmsg_len: 16 + len as u32,
                ..HEADER
            };
            let padding = len.wrapping_neg() % 4;
            assert_eq!(buffer.written()[..16], header.to_bytes());
            assert_eq!(buffer.written()[16..16 + len], [1; 9][..len]);
            assert_eq!(buffer.written()[16 + len..], [0; 3][..padding]);
            assert!(buffer.is_clean());
        }
        Ok(())
    }

    #[test]
    fn messages_follow_each_other() -> Result {
        let mut buffer = Buffer::new(100)?;
        buffer.writer.put_message(HEADER, &[], &put::raw(&[1]))?;
        buffer.writer.put_message(HEADER, &[], &put::raw(&[2; 4]))?;

        let written = buffer.written();
        assert_eq!(written[..4], 17_u32.to_ne_bytes());
        assert_eq!(written[16..20], [1, 0, 0, 0]);
        assert_eq!(written[20..24], 20_u32.to_ne_bytes());
        assert_eq!(written[36..], [2; 4]);
        Ok(())
    }

    #[test]
    fn a_message_without_room_is_taken_back_whole() -> Result {
        // Ends before its header, before its payload, in it, and before its padding.
        for room in [15, 16, 20, 21, 23] {
            let mut buffer = Buffer::new(20 + room)?;
            buffer.writer.put_message(HEADER, &[], &put::raw(&[1; 4]))?;
            let result =
                buffer
                    .writer
                    .put_message(HEADER, &[], &(put::raw(&[2; 4]), put::raw(&[3])));

            assert_eq!(result, Err(emsgsize()));
            assert_eq!(buffer.writer.len(), 20);
            buffer.writer.append(&[4; 40][..room])?;
            assert_eq!(buffer.written()[16..20], [1; 4]);
            assert_eq!(buffer.written()[20..], [4; 40][..room]);
            assert!(buffer.is_clean());
        }
        Ok(())
    }

    #[test]
    fn commit_makes_what_was_written_the_bytes_of_the_buffer() -> Result {
        for len in [0, 1, 99, 100] {
            let Buffer { mut writer, skb } = Buffer::new(100)?;
            writer.append(&[1; 100][..len])?;
            assert_eq!(raw(&skb).len, 0);
            writer.commit();

            assert_eq!(raw(&skb).len as usize, len);
            assert_eq!(memory(&skb)[..len], [1; 100][..len]);
            assert!(memory(&skb)[len..].iter().all(|byte| *byte == POISON));
        }
        Ok(())
    }

    #[test]
    fn a_buffer_holds_its_message_and_the_padding() -> Result {
        for payload in [0, 1, 2, 3, 4, 5, 1000, 10_000] {
            let value = KVec::from_elem(1, payload, GFP_KERNEL)?;
            let skb = SkBuff::new(HEADER, &put::raw(&value), bindings::GFP_KERNEL)?;

            let nlmsg_len = (NLMSG_HDRLEN + payload) as u32;
            assert_eq!(message(&skb).len(), nlmsg_total_size(payload));
            assert_eq!(message(&skb)[..4], nlmsg_len.to_ne_bytes());
            assert_eq!(message(&skb)[NLMSG_HDRLEN..][..payload], value[..]);
            assert_eq!(raw(&skb).len, 0);
        }
        Ok(())
    }

    #[test]
    fn a_payload_that_an_int_cannot_count_is_refused() {
        for size in [i32::MAX as usize, u32::MAX as usize, usize::MAX] {
            let skb = SkBuff::new(HEADER, &Huge(size), bindings::GFP_KERNEL);
            assert_eq!(skb.map(drop), Err(emsgsize()));
        }
    }

    #[test]
    fn the_core_has_nothing_to_trim() -> Result {
        for payload in (0..20_000).step_by(260) {
            let value = KVec::from_elem(1, payload, GFP_KERNEL)?;
            let skb = SkBuff::new(HEADER, &put::raw(&value), bindings::GFP_KERNEL)?;

            // A buffer that `netlink_trim()` copies has more room left than half its size.
            let room = raw(&skb).end - raw(&skb).tail - skb.len;
            assert!(2 * room < raw(&skb).truesize);
        }
        Ok(())
    }

    #[test]
    fn a_buffer_that_is_dropped_is_freed() -> Result {
        let skb = SkBuff::new(HEADER, &(), bindings::GFP_KERNEL)?;
        let reference = Reference::new(&skb);
        assert!(!reference.is_last());
        drop(skb);

        assert!(reference.is_last());
        Ok(())
    }

    #[test]
    fn a_buffer_that_is_given_up_is_not_freed() -> Result {
        let skb = SkBuff::new(HEADER, &(), bindings::GFP_KERNEL)?;
        let reference = Reference::new(&skb);
        let (skb, len) = skb.into_raw();
        assert_eq!(len as usize, NLMSG_HDRLEN);
        assert!(!reference.is_last());

        // SAFETY: The buffer was just given up to us.
        unsafe { ffi::nl_helper_nlmsg_free(skb) };
        assert!(reference.is_last());
        Ok(())
    }
}

/// A payload that says to have so many bytes.
struct Huge(usize);

impl Payload for Huge {
    fn size(&self) -> usize {
        self.0
    }

    fn put(&self, _writer: &mut SkbWriter) -> Result {
        Err(EINVAL)
    }
}
