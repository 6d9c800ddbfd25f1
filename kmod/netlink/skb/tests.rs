// SPDX-License-Identifier: GPL-2.0

use super::*;
use crate::wire::{
    align,
    nla_total_size,
    padding,
    NLA_MAX_VALUE, //
};

/// What a byte is that nobody wrote.
const POISON: u8 = 0xa5;

const HEADER: Nlmsghdr = Nlmsghdr {
    nlmsg_len: 0,
    nlmsg_type: 0x1234,
    nlmsg_flags: 0x5678,
    nlmsg_seq: 0x9abc_def0,
    nlmsg_pid: 0x0fed_cba9,
};

/// A buffer of which `capacity` bytes may be written, and all are [`POISON`].
pub(in crate::netlink) fn poisoned(capacity: usize) -> Result<SkBuff> {
    // SAFETY: The function takes any size that does not overflow an `int` with its header.
    let skb = NonNull::new(unsafe { ffi::nl_helper_nlmsg_new(capacity) }).ok_or(ENOMEM)?;
    // SAFETY: The buffer is new, so it is linear, empty and ours, and it was made for more.
    let tail = unsafe { Tail::new(skb, capacity) };
    // INVARIANT: It is owned from here on.
    let mut skb = SkBuff { tail };

    poison(&mut skb);
    Ok(skb)
}

/// Overwrites all that nobody wrote, up to the end of the memory.
fn poison(skb: &mut SkBuff) {
    let start = skb.tail.start.as_ptr();
    // SAFETY: By the type invariants the buffer is empty and ours, and so is all of its tailroom,
    // which begins at `start`.
    unsafe {
        let room = ffi::nl_helper_tailroom(raw(skb));
        ptr::write_bytes(start.add(skb.tail.len), POISON, room - skb.tail.len);
    }
}

/// Returns all that is between the start of the data and the end of the memory, for a buffer that
/// was poisoned.
fn memory(skb: &SkBuff) -> &[u8] {
    let raw = raw(skb);
    // SAFETY: So many bytes are there, ours, and written by somebody, at least by `poison`.
    unsafe { slice::from_raw_parts(raw.data, raw.len as usize + ffi::nl_helper_tailroom(raw)) }
}

/// Returns what was written.
pub(in crate::netlink) fn written(skb: &SkBuff) -> &[u8] {
    memory(skb).get(..skb.tail.len).unwrap_or_default()
}

/// Returns where to write.
pub(in crate::netlink) fn tail(skb: &mut SkBuff) -> &mut Tail {
    &mut skb.tail
}

/// Says whether nothing behind what was written was touched.
pub(in crate::netlink) fn is_clean(skb: &SkBuff) -> bool {
    let mut rest = memory(skb).iter().skip(skb.tail.len);

    rest.all(|byte| *byte == POISON)
}

fn raw(skb: &SkBuff) -> &bindings::sk_buff {
    // SAFETY: By the type invariants the buffer is ours.
    unsafe { skb.tail.skb.as_ref() }
}

/// Ends the message, and takes the buffer back from C.
fn finished(skb: SkBuff) -> Result<SkBuff> {
    let (skb, len) = skb.into_raw(HEADER)?;
    let skb = NonNull::new(skb).ok_or(EFAULT)?;
    // SAFETY: It was just given up to us.
    let start = unsafe { skb.as_ref() }.data;

    // INVARIANT: The buffer is owned and empty, and so much of its room was written.
    Ok(SkBuff {
        tail: Tail {
            skb,
            start: NonNull::new(start).ok_or(EFAULT)?,
            len: len as usize,
            capacity: len as usize,
        },
    })
}

/// The header of an attribute, `struct nlattr`.
fn attr_header(nla_len: u16, nla_type: u16) -> [u8; 4] {
    let [l0, l1] = nla_len.to_ne_bytes();
    let [t0, t1] = nla_type.to_ne_bytes();

    [l0, l1, t0, t1]
}

/// Another reference to a buffer, which outlives it.
struct Reference(NonNull<bindings::sk_buff>);

impl Reference {
    /// Takes a reference (`skb_get()`).
    fn new(skb: &SkBuff) -> Self {
        // SAFETY: By the type invariants nobody else knows of the buffer, nor of its references.
        unsafe { (*skb.tail.skb.as_ptr()).users.refs.counter += 1 };
        Self(skb.tail.skb)
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
        let mut skb = poisoned(100)?;

        skb.tail.append(&[1; 60])?;
        skb.tail.append(&[2; 40])?;
        assert_eq!(skb.tail.append(&[3]), Err(emsgsize()));
        assert_eq!(skb.tail.append(&[]), Ok(()));

        assert_eq!(skb.tail.len(), 100);
        assert_eq!(written(&skb)[..60], [1; 60]);
        assert_eq!(written(&skb)[60..], [2; 40]);
        assert!(memory(&skb).len() > 100);
        assert!(is_clean(&skb));
        Ok(())
    }

    #[test]
    fn append_writes_all_or_nothing() -> Result {
        let mut skb = poisoned(100)?;
        skb.tail.append(&[1; 90])?;

        assert_eq!(skb.tail.append(&[2; 11]), Err(emsgsize()));
        assert_eq!(skb.tail.append(&[2; 4096]), Err(emsgsize()));
        assert_eq!(skb.tail.len(), 90);
        assert!(is_clean(&skb));
        assert_eq!(skb.tail.append(&[2; 10]), Ok(()));
        Ok(())
    }

    #[test]
    fn a_message_has_its_header_its_payload_and_zeroes() -> Result {
        for len in 0..=9 {
            let mut skb = poisoned(100)?;
            assert_eq!(skb.tail.begin(), Ok(0));
            skb.tail.append(&[1; 9][..len])?;
            skb.tail.end(0, HEADER)?;

            let header = Nlmsghdr {
                nlmsg_len: 16 + len as u32,
                ..HEADER
            };
            let padding = len.wrapping_neg() % 4;
            assert_eq!(written(&skb)[..16], header.to_bytes());
            assert_eq!(written(&skb)[16..16 + len], [1; 9][..len]);
            assert_eq!(written(&skb)[16 + len..], [0; 3][..padding]);
            assert!(is_clean(&skb));
        }
        Ok(())
    }

    #[test]
    fn a_header_is_written_where_its_message_began() -> Result {
        let mut skb = poisoned(100)?;
        let first = skb.tail.begin()?;
        skb.tail.append(&[1])?;
        skb.tail.end(first, HEADER)?;
        let second = skb.tail.begin()?;
        skb.tail.append(&[2; 4])?;
        skb.tail.end(second, HEADER)?;

        assert_eq!(second, 20);
        assert_eq!(written(&skb)[..4], 17_u32.to_ne_bytes());
        assert_eq!(written(&skb)[16..20], [1, 0, 0, 0]);
        assert_eq!(written(&skb)[20..24], 20_u32.to_ne_bytes());
        assert_eq!(written(&skb)[36..], [2; 4]);
        Ok(())
    }

    #[test]
    fn a_header_or_padding_without_room_is_refused() -> Result {
        let mut skb = poisoned(NLMSG_HDRLEN - 1)?;
        assert_eq!(skb.tail.begin(), Err(emsgsize()));
        assert!(is_clean(&skb));

        let mut skb = poisoned(NLMSG_HDRLEN + 1)?;
        skb.tail.begin()?;
        skb.tail.append(&[1])?;
        assert_eq!(skb.tail.end(0, HEADER), Err(emsgsize()));
        assert!(is_clean(&skb));
        Ok(())
    }

    #[test]
    fn what_is_taken_back_may_be_written_again() -> Result {
        let mut skb = poisoned(100)?;
        skb.tail.append(&[1; 100])?;
        skb.tail.truncate(60);
        assert_eq!(skb.tail.len(), 60);
        assert_eq!(skb.tail.append(&[2; 41]), Err(emsgsize()));
        skb.tail.append(&[2; 40])?;
        assert_eq!(written(&skb)[..60], [1; 60]);
        assert_eq!(written(&skb)[60..], [2; 40]);

        skb.tail.truncate(101);
        assert_eq!(skb.tail.len(), 100);
        Ok(())
    }

    #[test]
    fn commit_makes_what_was_written_the_bytes_of_the_buffer() -> Result {
        for len in [0, 1, 99, 100] {
            let skb = poisoned(100)?;
            // SAFETY: The buffer is as `poisoned` made it, and its own tail is not used any more.
            let mut tail = unsafe { Tail::new(skb.tail.skb, 100) };
            tail.append(&[1; 100][..len])?;
            assert_eq!(raw(&skb).len, 0);
            tail.commit();

            assert_eq!(raw(&skb).len as usize, len);
            assert_eq!(memory(&skb)[..len], [1; 100][..len]);
            assert!(memory(&skb)[len..].iter().all(|byte| *byte == POISON));
        }
        Ok(())
    }

    #[test]
    fn a_buffer_has_room_for_its_payload_and_the_padding() -> Result {
        for payload in [0, 1, 2, 3, 4, 5, 1000, 10_000] {
            let mut skb = SkBuff::new(payload)?;
            let value = KVec::from_elem(1, align(payload), GFP_KERNEL)?;

            skb.tail.append(&value)?;
            assert_eq!(skb.tail.append(&[2]), Err(emsgsize()));
            let skb = finished(skb)?;
            assert_eq!(skb.tail.len, nlmsg_total_size(payload));
        }
        Ok(())
    }

    #[test]
    fn a_short_message_is_as_long_as_what_was_written() -> Result {
        let mut skb = SkBuff::new(1000)?;
        poison(&mut skb);
        skb.tail.append(&[1; 5])?;
        let skb = finished(skb)?;

        assert_eq!(skb.tail.len, 24);
        assert_eq!(memory(&skb)[..4], 21_u32.to_ne_bytes());
        assert_eq!(memory(&skb)[16..24], [1, 1, 1, 1, 1, 0, 0, 0]);
        assert!(is_clean(&skb));
        Ok(())
    }

    #[test]
    fn no_byte_of_a_message_is_left_as_it_was() -> Result {
        let mut skb = SkBuff::new(100)?;
        poison(&mut skb);
        let mut writer = skb.writer();
        writer.put(1, b"a")?;
        writer.put_str(2, b"bc")?;
        writer.put_u32(3, 0x0101_0101)?;
        writer.put_u64(4, 0x0202_0202_0202_0202)?;
        writer.put_raw(b"d")?;
        let skb = finished(skb)?;
        let mut expected = KVec::new();
        expected.extend_from_slice(&attr_header(5, 1), GFP_KERNEL)?;
        expected.extend_from_slice(b"a\0\0\0", GFP_KERNEL)?;
        expected.extend_from_slice(&attr_header(7, 2), GFP_KERNEL)?;
        expected.extend_from_slice(b"bc\0\0", GFP_KERNEL)?;
        expected.extend_from_slice(&attr_header(8, 3), GFP_KERNEL)?;
        expected.extend_from_slice(&[1; 4], GFP_KERNEL)?;
        expected.extend_from_slice(&attr_header(12, 4), GFP_KERNEL)?;
        expected.extend_from_slice(&[2; 8], GFP_KERNEL)?;
        expected.extend_from_slice(b"d\0\0\0", GFP_KERNEL)?;

        assert_eq!(written(&skb)[NLMSG_HDRLEN..], expected[..]);
        Ok(())
    }

    #[test]
    fn an_attribute_that_does_not_fit_is_refused() -> Result {
        let value = KVec::from_elem(1, NLA_MAX_VALUE + 1, GFP_KERNEL)?;
        let mut skb = SkBuff::new(2 * NLA_MAX_VALUE)?;
        assert_eq!(skb.writer().put(1, &value), Err(emsgsize()));
        assert_eq!(skb.writer().put(1, &value[1..]), Ok(()));
        assert_eq!(skb.writer().put(1, &value[1..]), Err(emsgsize()));

        let mut skb = SkBuff::new(8)?;
        assert_eq!(skb.writer().put_u64(1, 0), Err(emsgsize()));
        let mut skb = SkBuff::new(8)?;
        assert_eq!(skb.writer().put_str(1, b"1234"), Err(emsgsize()));
        Ok(())
    }

    #[test]
    fn an_attribute_without_room_is_taken_back_whole() -> Result {
        // Ends before the attribute, before its value, and before its padding.
        for room in [3, 4, 8, 9, 11] {
            let mut skb = poisoned(8 + room)?;
            skb.writer().put(1, &[1; 4])?;
            assert_eq!(skb.writer().put(2, &[2; 5]), Err(emsgsize()));
            assert_eq!(skb.tail.len(), 8);
            assert_eq!(skb.writer().put_str(2, &[2; 5]), Err(emsgsize()));
            assert_eq!(skb.tail.len(), 8);
            assert_eq!(skb.writer().put_u64(2, 0), Err(emsgsize()));
            assert_eq!(skb.tail.len(), 8);
        }
        Ok(())
    }

    #[test]
    fn a_nest_counts_what_it_holds() -> Result {
        let mut skb = poisoned(100)?;
        skb.writer().put_u32(1, 0)?;
        skb.writer().put_nested(2, |nest| {
            nest.put_u32(3, 0x0303_0303)?;
            nest.put_nested(4, |_| Ok(()))?;
            nest.put_nested(5, |nest| nest.put(6, &[6; 4]))
        })?;
        skb.writer().put(7, &[7; 4])?;

        let written = written(&skb);
        assert_eq!(written[8..12], attr_header(28, 2 | NLA_F_NESTED));
        assert_eq!(written[12..16], attr_header(8, 3));
        assert_eq!(written[16..20], [3; 4]);
        assert_eq!(written[20..24], attr_header(4, 4 | NLA_F_NESTED));
        assert_eq!(written[24..28], attr_header(12, 5 | NLA_F_NESTED));
        assert_eq!(written[28..32], attr_header(8, 6));
        assert_eq!(written[32..36], [6; 4]);
        assert_eq!(written[36..40], attr_header(8, 7));
        assert_eq!(written[40..], [7; 4]);
        assert!(is_clean(&skb));
        Ok(())
    }

    #[test]
    fn a_nest_is_padded_with_zeroes_that_it_does_not_count() -> Result {
        for len in 0..=9 {
            let mut skb = poisoned(nla_total_size(len))?;
            let bytes = &[1; 9][..len];
            skb.writer().put_nested(1, |nest| nest.put_raw(bytes))?;

            let header = attr_header(4 + len as u16, 1 | NLA_F_NESTED);
            assert_eq!(written(&skb)[..4], header);
            assert_eq!(written(&skb)[4..4 + len], *bytes);
            assert_eq!(written(&skb)[4 + len..], *padding(len));
            assert_eq!(skb.tail.len(), nla_total_size(len));
            assert!(is_clean(&skb));
        }
        Ok(())
    }

    #[test]
    fn a_nest_without_room_is_taken_back_whole() -> Result {
        // Ends before the nest's header, before an attribute, before its value, before another
        // attribute, and before bytes that are none.
        for room in [3, 4, 8, 12, 16] {
            let mut skb = poisoned(8 + room)?;
            skb.writer().put(1, &[1; 4])?;
            let result = skb.writer().put_nested(2, |nest| {
                nest.put(3, &[3; 4])?;
                nest.put(4, &[])?;
                nest.put_raw(&[5])
            });
            assert_eq!(result, Err(emsgsize()));
            assert_eq!(skb.tail.len(), 8);

            let rest = &[6; 16][..room];
            skb.writer().put_raw(rest)?;
            assert_eq!(written(&skb)[..4], attr_header(8, 1));
            assert_eq!(written(&skb)[4..8], [1; 4]);
            assert_eq!(written(&skb)[8..], *rest);
            assert!(is_clean(&skb));
        }
        Ok(())
    }

    #[test]
    fn a_nest_without_room_for_its_padding_is_taken_back_whole() -> Result {
        for len in 1..4 {
            let mut skb = poisoned(7)?;
            let bytes = &[1; 3][..len];
            let result = skb.writer().put_nested(1, |nest| nest.put_raw(bytes));
            assert_eq!(result, Err(emsgsize()));
            assert_eq!(skb.tail.len(), 0);
            assert!(memory(&skb)[7..].iter().all(|byte| *byte == POISON));
        }
        Ok(())
    }

    #[test]
    fn a_nest_that_somebody_gave_up_is_taken_back_whole() -> Result {
        let mut skb = poisoned(100)?;
        let result = skb.writer().put_nested(1, |nest| {
            nest.put_u32(2, 0)?;
            Err(EPERM)
        });

        assert_eq!(result, Err(EPERM));
        assert_eq!(skb.tail.len(), 0);
        Ok(())
    }

    #[test]
    fn a_nest_stays_where_one_in_it_is_taken_back() -> Result {
        let mut skb = poisoned(100)?;
        skb.writer().put_nested(1, |nest| {
            nest.put(2, &[2; 4])?;
            assert_eq!(
                nest.put_nested(3, |nest| nest.put(4, &[4; 100])),
                Err(emsgsize())
            );
            nest.put(5, &[5; 4])
        })?;

        assert_eq!(written(&skb)[..4], attr_header(20, 1 | NLA_F_NESTED));
        assert_eq!(written(&skb)[4..8], attr_header(8, 2));
        assert_eq!(written(&skb)[12..16], attr_header(8, 5));
        assert_eq!(written(&skb)[16..], [5; 4]);
        Ok(())
    }

    #[test]
    fn a_nest_that_nla_len_cannot_count_is_taken_back_whole() -> Result {
        let value = KVec::from_elem(1, NLA_MAX_VALUE + 1, GFP_KERNEL)?;
        let mut skb = poisoned(2 * NLA_MAX_VALUE)?;
        let result = skb.writer().put_nested(1, |nest| nest.put_raw(&value));
        assert_eq!(result, Err(emsgsize()));
        let result = skb.writer().put_nested(1, |nest| {
            nest.put(2, &value[..40_000])?;
            nest.put(3, &value[..40_000])
        });
        assert_eq!(result, Err(emsgsize()));
        assert_eq!(skb.tail.len(), 0);

        skb.writer()
            .put_nested(1, |nest| nest.put_raw(&value[1..]))?;
        assert_eq!(written(&skb)[..4], attr_header(u16::MAX, 1 | NLA_F_NESTED));
        assert_eq!(skb.tail.len(), 65_536);
        Ok(())
    }

    #[test]
    fn a_payload_that_an_int_cannot_count_is_refused() {
        for payload in [i32::MAX as usize, u32::MAX as usize, usize::MAX] {
            assert_eq!(SkBuff::new(payload).map(drop), Err(emsgsize()));
        }
    }

    #[test]
    fn the_core_has_nothing_to_trim() -> Result {
        for payload in (0..20_000).step_by(260) {
            let mut skb = SkBuff::new(payload)?;
            skb.tail.append(&KVec::from_elem(1, payload, GFP_KERNEL)?)?;
            let skb = finished(skb)?;

            // What `netlink_trim()` copies has more room left than half its size.
            let room = raw(&skb).end - raw(&skb).tail - skb.tail.len as u32;
            assert!(2 * room < raw(&skb).truesize);
        }
        Ok(())
    }

    #[test]
    fn a_buffer_that_is_dropped_is_freed() -> Result {
        let skb = SkBuff::new(100)?;
        let reference = Reference::new(&skb);
        assert!(!reference.is_last());
        drop(skb);

        assert!(reference.is_last());
        Ok(())
    }

    #[test]
    fn a_buffer_that_is_given_up_is_not_freed() -> Result {
        let skb = SkBuff::new(100)?;
        let reference = Reference::new(&skb);
        let skb = finished(skb)?;
        assert!(!reference.is_last());
        drop(skb);

        assert!(reference.is_last());
        Ok(())
    }

    #[test]
    fn a_message_that_cannot_be_ended_is_freed() -> Result {
        let mut skb = poisoned(NLMSG_HDRLEN + 1)?;
        skb.tail.begin()?;
        skb.tail.append(&[1])?;
        let reference = Reference::new(&skb);

        assert!(skb.into_raw(HEADER).is_err());
        assert!(reference.is_last());
        Ok(())
    }
}
