// SPDX-License-Identifier: GPL-2.0

//! [`crate::wire`] as the kernel's compiler made it; the client's tests try it with random bytes.

use super::*;
use crate::wire::{
    align,
    nla_total_size,
    nla_total_size_str,
    nlmsg_total_size,
    padding,
    put_attr,
    put_message,
    put_str,
    Attrs,
    Error as WireError,
    Message,
    Messages,
    Nlmsghdr,
    NLA_MAX_VALUE, //
};

/// Returns what is behind the first item, and how many items there are.
fn first<T, E>(mut items: impl Iterator<Item = Result<T, E>>) -> (Option<Result<T, E>>, usize) {
    let first = items.next();
    let count = items.count() + usize::from(first.is_some());

    (first, count)
}

/// A message of 20 bytes that says it has `nlmsg_len`.
fn says(nlmsg_len: u32) -> Result<KVec<u8>> {
    let mut bytes = KVec::new();
    let header = Nlmsghdr {
        nlmsg_len,
        ..HEADER
    };

    bytes.append(&header.to_bytes())?;
    bytes.append(b"1234")?;
    Ok(bytes)
}

#[kunit_tests(netlink_wire)]
mod suite {
    use super::*;
    use crate::wire;
    use core::mem::size_of;

    #[test]
    fn the_numbers_are_the_kernels_own() {
        assert_eq!(wire::NLMSG_HDRLEN, size_of::<bindings::nlmsghdr>());
        assert_eq!(wire::NLA_HDRLEN, size_of::<bindings::nlattr>());
        assert_eq!(wire::ALIGNTO, bindings::NLMSG_ALIGNTO as usize);
        assert_eq!(wire::ALIGNTO, bindings::NLA_ALIGNTO as usize);
        assert_eq!(u32::from(wire::NLA_F_NESTED), bindings::NLA_F_NESTED);
        assert_eq!(u32::from(wire::NLMSG_MIN_TYPE), bindings::NLMSG_MIN_TYPE);
        assert_eq!(u32::from(wire::NLMSG_DONE), bindings::NLMSG_DONE);
        assert_eq!(u32::from(wire::NLM_F_REQUEST), bindings::NLM_F_REQUEST);
        assert_eq!(u32::from(wire::NLM_F_MULTI), bindings::NLM_F_MULTI);
        assert_eq!(u32::from(wire::NLM_F_ACK), bindings::NLM_F_ACK);
        assert_eq!(u32::from(wire::NLM_F_ECHO), bindings::NLM_F_ECHO);
        assert_eq!(u32::from(wire::NLM_F_DUMP_INTR), bindings::NLM_F_DUMP_INTR);
        assert_eq!(
            u32::from(wire::NLM_F_DUMP_FILTERED),
            bindings::NLM_F_DUMP_FILTERED
        );
        assert_eq!(u32::from(wire::NLM_F_DUMP), bindings::NLM_F_DUMP);
    }

    #[test]
    fn a_header_is_laid_out_as_in_c() {
        let bytes = HEADER.to_bytes();
        // SAFETY: Any bytes are a header, and there are enough.
        let c = unsafe { bytes.as_ptr().cast::<bindings::nlmsghdr>().read_unaligned() };

        assert_eq!(c.nlmsg_len, HEADER.nlmsg_len);
        assert_eq!(c.nlmsg_type, HEADER.nlmsg_type);
        assert_eq!(c.nlmsg_flags, HEADER.nlmsg_flags);
        assert_eq!(c.nlmsg_seq, HEADER.nlmsg_seq);
        assert_eq!(c.nlmsg_pid, HEADER.nlmsg_pid);
        assert_eq!(Nlmsghdr::from_bytes(&bytes), Some(HEADER));
    }

    #[test]
    fn sizes_are_rounded_up_and_do_not_wrap() {
        for len in 0..=9 {
            assert_eq!(align(len), len.div_ceil(4) * 4);
            assert_eq!(padding(len).len(), align(len) - len);
            assert!(padding(len).iter().all(|byte| *byte == 0));
        }
        assert_eq!(align(usize::MAX), usize::MAX - 3);
        assert_eq!(nlmsg_total_size(usize::MAX), usize::MAX - 3);
        assert_eq!(nla_total_size(usize::MAX), usize::MAX - 3);
        assert_eq!(nla_total_size_str(usize::MAX), usize::MAX - 3);
    }

    #[test]
    fn a_message_is_read_as_it_was_written() -> Result {
        for len in 0..=9 {
            let payload = KVec::from_elem(0xa5, len, GFP_KERNEL)?;
            let mut bytes = KVec::new();
            put_message(&mut bytes, HEADER, &payload)?;

            let (message, count) = first(Messages::new(&bytes));
            let message = message.ok_or(ENODATA)?.map_err(|_| EINVAL)?;
            assert_eq!(bytes.len(), nlmsg_total_size(len));
            assert_eq!(count, 1);
            assert_eq!(message.header().nlmsg_len as usize, 16 + len);
            assert_eq!(message.header().nlmsg_seq, HEADER.nlmsg_seq);
            assert_eq!(message.payload(), &payload[..]);
            assert_eq!(
                message.attrs(1).rest(),
                payload.get(4..).unwrap_or_default()
            );
        }
        Ok(())
    }

    #[test]
    fn an_attribute_is_read_as_it_was_written() -> Result {
        for len in [0, 1, 2, 3, 4, 5, NLA_MAX_VALUE] {
            let value = KVec::from_elem(0xa5, len, GFP_KERNEL)?;
            let mut bytes = KVec::new();
            put_attr(&mut bytes, 7, &value)?;

            let (attr, count) = first(Attrs::new(&bytes));
            let attr = attr.ok_or(ENODATA)?.map_err(|_| EINVAL)?;
            assert_eq!(bytes.len(), nla_total_size(len));
            assert_eq!(count, 1);
            assert_eq!(attr.kind(), 7);
            assert_eq!(attr.value(), &value[..]);
        }
        Ok(())
    }

    #[test]
    fn a_string_is_read_as_it_was_written() -> Result {
        let text = b"12345";
        for len in 0..=text.len() {
            let text = text.get(..len).unwrap_or_default();
            let mut bytes = KVec::new();
            put_str(&mut bytes, 7, text)?;

            let (attr, count) = first(Attrs::new(&bytes));
            let attr = attr.ok_or(ENODATA)?.map_err(|_| EINVAL)?;
            assert_eq!(bytes.len(), nla_total_size_str(len));
            assert_eq!(count, 1);
            assert_eq!(attr.str(), Ok(text));
        }
        Ok(())
    }

    #[test]
    fn what_nla_len_cannot_count_is_not_written() -> Result {
        let value = KVec::from_elem(0, NLA_MAX_VALUE + 1, GFP_KERNEL)?;
        let mut bytes = KVec::new();

        assert_eq!(put_attr(&mut bytes, 7, &value), Err(emsgsize()));
        assert_eq!(put_str(&mut bytes, 7, &value[1..]), Err(emsgsize()));
        assert!(bytes.is_empty());
        Ok(())
    }

    #[test]
    fn a_header_that_is_cut_off_is_the_last_item() {
        let header = HEADER.to_bytes();
        for len in 1..header.len() {
            let (message, count) = first(Messages::new(&header[..len]));
            assert_eq!(message, Some(Err(WireError::Truncated)));
            assert_eq!(count, 1);
        }
        assert_eq!(first(Messages::new(&[])), (None, 0));
    }

    #[test]
    fn a_message_that_is_no_message_is_the_last_item() -> Result {
        for nlmsg_len in [0, 1, 4, 15, 21, 24, 0x8000_0000, u32::MAX] {
            let bytes = says(nlmsg_len)?;
            let (message, count) = first(Messages::new(&bytes));
            assert_eq!(message, Some(Err(WireError::BadLength)));
            assert_eq!(count, 1);
        }
        Ok(())
    }

    #[test]
    fn messages_follow_one_another_and_the_last_padding_may_be_missing() -> Result {
        let mut bytes = KVec::new();
        for payload in [&b"1"[..], b"", b"12345"] {
            put_message(&mut bytes, HEADER, payload)?;
        }
        let cut = &bytes[..bytes.len() - 3];

        for bytes in [&bytes[..], cut] {
            let mut messages = Messages::new(bytes).map(|message| message.map(|m| m.payload()));
            assert_eq!(messages.next(), Some(Ok(&b"1"[..])));
            assert_eq!(messages.next(), Some(Ok(&b""[..])));
            assert_eq!(messages.next(), Some(Ok(&b"12345"[..])));
            assert_eq!(messages.next(), None);
        }
        Ok(())
    }

    #[test]
    fn an_attribute_that_is_none_is_the_last_item() -> Result {
        for nla_len in [0, 1, 2, 3, 9, u16::MAX] {
            let bytes = attr(nla_len, 7, b"1234")?;
            let (attr, count) = first(Attrs::new(&bytes));
            assert_eq!(attr, Some(Err(WireError::BadLength)));
            assert_eq!(count, 1);
        }
        for len in 1..4 {
            let (attr, count) = first(Attrs::new(&[0; 3][..len]));
            assert_eq!(attr, Some(Err(WireError::TrailingBytes)));
            assert_eq!(count, 1);
        }
        assert_eq!(first(Attrs::new(&[])), (None, 0));
        Ok(())
    }

    #[test]
    fn what_is_behind_the_fixed_header_of_a_short_message_is_nothing() -> Result {
        let bytes = says(20)?;
        let message = Message::from_bytes(&bytes).map_err(|_| EINVAL)?;

        for skip in [4, 5, 100, usize::MAX] {
            assert!(message.attrs(skip).rest().is_empty());
        }
        Ok(())
    }

    #[test]
    fn values_of_another_size_are_no_numbers_and_no_strings() -> Result {
        let value = b"12345678\0";
        for len in 0..=value.len() {
            let message = message(&[(7, &value[..len])])?;
            let (attr, _) = first(Attrs::new(&message[NLMSG_HDRLEN..]));
            let attr = attr.ok_or(ENODATA)?.map_err(|_| EINVAL)?;

            assert_eq!(attr.u32().is_ok(), len == 4);
            assert_eq!(attr.u64().is_ok(), len == 8);
            assert_eq!(attr.str().is_ok(), len == 9);
        }
        Ok(())
    }
}
