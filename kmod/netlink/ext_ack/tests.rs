// SPDX-License-Identifier: GPL-2.0

use super::*;
use crate::{
    netlink::tests::{
        message,
        message_of,
        ReceivedAck,
        FIRST,
        SECOND, //
    },
    wire::Attrs, //
};

/// Returns the attributes of `message`, of which none is broken.
fn attrs(message: &[u8]) -> impl Iterator<Item = Attr<'_>> {
    Attrs::new(message.get(NLMSG_HDRLEN..).unwrap_or_default()).flatten()
}

/// Copies the message to another place.
fn copy_of(message: &[u8]) -> Result<KVec<u8>> {
    message_of(message.get(NLMSG_HDRLEN..).unwrap_or_default())
}

/// The refusal of a request that lacks the attribute 77.
fn lacking() -> ReceivedAck {
    ReceivedAck::error(EINVAL, "required attribute is missing").missing(77)
}

/// Returns the text that is formatted from `parts`, each by itself.
fn formatted(parts: &[&str]) -> [u8; TEXT_SIZE] {
    let mut text = Text::new(format_args!(""));

    for part in parts {
        let _ = text.write_str(part);
    }
    text.bytes
}

#[kunit_tests(netlink_ext_ack)]
mod suite {
    use super::*;

    #[test]
    fn there_is_nothing_to_say_at_first() {
        let ack = ReceivedAck::read(Ok(()), &ExtAck::new(), &[]);

        assert!(ack == ReceivedAck::success());
    }

    #[test]
    fn a_handler_may_say_something_without_refusing() {
        let mut ext_ack = ExtAck::new();
        ext_ack.set_msg(c"mind the gap");

        assert!(ReceivedAck::read(Ok(()), &ext_ack, &[]) == ReceivedAck::warning("mind the gap"));
    }

    #[test]
    fn a_refusal_returns_the_error_that_it_was_given() -> Result {
        let message = message(&[(1, b"1234")])?;
        let attr = attrs(&message).next().ok_or(ENODATA)?;
        let mut ext_ack = ExtAck::new();

        assert_eq!(ext_ack.refuse(EPERM, c""), EPERM);
        assert_eq!(ext_ack.refuse_attr(ERANGE, attr, c""), ERANGE);
        assert_eq!(ext_ack.refuse_at(EBUSY, &message, format_args!("")), EBUSY);
        assert_eq!(ext_ack.refuse_missing(1), EINVAL);
        assert_eq!(ext_ack.refuse_missing_in(attr, 1), EINVAL);
        let args = format_args!("");
        assert_eq!(ext_ack.refuse_attr_fmt(ENOMEM, attr, args), ENOMEM);
        Ok(())
    }

    #[test]
    fn an_attribute_is_reported_by_its_offset() -> Result {
        let message = message(&[(1, b"1234"), (2, b"1234")])?;
        let mut ext_ack = ExtAck::new();

        for (attr, offset) in attrs(&message).zip([FIRST, SECOND]) {
            let error = ext_ack.refuse_attr(EINVAL, attr, c"no");
            let ack = ReceivedAck::read(Err(error), &ext_ack, &message);
            assert!(ack == ReceivedAck::error(EINVAL, "no").at(offset));

            let error = ext_ack.refuse_attr_fmt(EINVAL, attr, format_args!("no {}", 1));
            let ack = ReceivedAck::read(Err(error), &ext_ack, &message);
            assert!(ack == ReceivedAck::error(EINVAL, "no 1").at(offset));
        }
        Ok(())
    }

    #[test]
    fn a_place_outside_the_payload_is_left_out() -> Result {
        let message = message(&[(1, b"1234")])?;
        let other = copy_of(&message)?;
        let end = message.len();

        for (place, offset) in [
            (&message[..], None),
            (&message[FIRST - 1..], None),
            (&message[FIRST..], Some(FIRST)),
            (&message[end - 1..], Some(end - 1)),
            (&message[end..], None),
            (&other[FIRST..], None),
        ] {
            let mut ext_ack = ExtAck::new();
            let error = ext_ack.refuse_at(EINVAL, place, format_args!("no"));
            let expected = ReceivedAck::error(EINVAL, "no");
            let expected = match offset {
                Some(offset) => expected.at(offset),
                None => expected,
            };
            assert!(ReceivedAck::read(Err(error), &ext_ack, &message) == expected);
        }
        Ok(())
    }

    #[test]
    fn a_message_without_a_payload_has_no_place_to_tell() -> Result {
        let message = message(&[(1, b"1234")])?;
        let mut ext_ack = ExtAck::new();
        let error = ext_ack.refuse_at(EINVAL, &message[FIRST..], format_args!("no"));

        for len in [0, 1, NLMSG_HDRLEN - 1, NLMSG_HDRLEN] {
            let ack = ReceivedAck::read(Err(error), &ext_ack, &message[..len]);
            assert!(ack == ReceivedAck::error(EINVAL, "no"));
        }
        Ok(())
    }

    #[test]
    fn a_missing_attribute_is_reported_by_its_type() {
        let mut ext_ack = ExtAck::new();
        let error = ext_ack.refuse_missing(77);
        let ack = ReceivedAck::read(Err(error), &ext_ack, &[]);

        assert!(ack == lacking());
    }

    #[test]
    fn a_nest_is_reported_beside_what_it_lacks() -> Result {
        let message = message(&[(1, b"1234"), (2, b"1234")])?;
        let mut ext_ack = ExtAck::new();

        for (nest, offset) in attrs(&message).zip([FIRST, SECOND]) {
            let error = ext_ack.refuse_missing_in(nest, 77);
            let ack = ReceivedAck::read(Err(error), &ext_ack, &message);
            assert!(ack == lacking().inside(offset));
        }
        Ok(())
    }

    #[test]
    fn an_attribute_that_is_not_there_has_no_place() {
        let mut ext_ack = ExtAck::new();

        let error = ext_ack.refuse_attr(EINVAL, None, c"no");
        let ack = ReceivedAck::read(Err(error), &ext_ack, &[]);
        assert!(ack == ReceivedAck::error(EINVAL, "no"));
        let error = ext_ack.refuse_missing_in(None, 77);
        assert!(ReceivedAck::read(Err(error), &ext_ack, &[]) == lacking());
    }

    #[test]
    fn no_bytes_are_no_nest() {
        let mut ext_ack = ExtAck::new();
        let error = ext_ack.refuse_missing_at(&[], 77);

        assert!(ext_ack.miss_nest.is_none());
        assert!(ReceivedAck::read(Err(error), &ext_ack, &[]) == lacking());
    }

    #[test]
    fn a_nest_outside_the_payload_is_left_out() -> Result {
        let message = message(&[(1, b"1234")])?;
        let other = copy_of(&message)?;
        let end = message.len();

        for (place, offset) in [
            (&message[..], None),
            (&message[FIRST - 1..], None),
            (&message[FIRST..], Some(FIRST)),
            (&message[end - 1..], Some(end - 1)),
            (&message[end..], None),
            (&other[FIRST..], None),
        ] {
            let mut ext_ack = ExtAck::new();
            let error = ext_ack.refuse_missing_at(place, 77);
            let expected = match offset {
                Some(offset) => lacking().inside(offset),
                None => lacking(),
            };
            assert!(ReceivedAck::read(Err(error), &ext_ack, &message) == expected);
        }
        Ok(())
    }

    #[test]
    fn a_refusal_leaves_nothing_of_the_one_before() -> Result {
        let message = message(&[(1, b"1234")])?;
        let attr = attrs(&message).next().ok_or(ENODATA)?;
        let mut ext_ack = ExtAck::new();

        ext_ack.refuse_attr_fmt(ERANGE, attr, format_args!("a longer text"));
        let error = ext_ack.refuse_missing(77);
        let ack = ReceivedAck::read(Err(error), &ext_ack, &message);
        assert!(ack == lacking());

        let error = ext_ack.refuse_attr(EINVAL, attr, c"no");
        let ack = ReceivedAck::read(Err(error), &ext_ack, &message);
        assert!(ack == ReceivedAck::error(EINVAL, "no").at(FIRST));

        ext_ack.refuse_missing(77);
        let error = ext_ack.refuse_attr_fmt(EINVAL, attr, format_args!("no"));
        let ack = ReceivedAck::read(Err(error), &ext_ack, &message);
        assert!(ack == ReceivedAck::error(EINVAL, "no").at(FIRST));

        let error = ext_ack.refuse(EINVAL, c"no");
        let ack = ReceivedAck::read(Err(error), &ext_ack, &message);
        assert!(ack == ReceivedAck::error(EINVAL, "no"));

        ext_ack.refuse_missing_in(attr, 78);
        let error = ext_ack.refuse_missing(77);
        let ack = ReceivedAck::read(Err(error), &ext_ack, &message);
        assert!(ack == lacking());
        Ok(())
    }

    #[test]
    fn a_formatted_text_is_cut_after_79_bytes() {
        let mut long = [b'x'; TEXT_SIZE];
        let text = Text::new(format_args!("{:x<79}", ""));
        let longer = Text::new(format_args!("{:x<80}", ""));
        let longest = Text::new(format_args!("{:x<1000}", ""));
        long[79] = 0;

        assert_eq!(TEXT_SIZE, bindings::NETLINK_MAX_FMTMSG_LEN as usize);
        assert_eq!(text.bytes, long);
        assert_eq!(longer.bytes, long);
        assert_eq!(longest.bytes, long);
    }

    #[test]
    fn a_text_of_many_parts_is_cut_where_it_is_full() {
        let text = formatted(&["0123456789"; 9]);
        let full = formatted(&["0123456789"; 8]);

        assert_eq!(&text[..20], b"01234567890123456789");
        assert_eq!(&text[70..], b"012345678\0");
        assert_eq!(text, full);
    }

    #[test]
    fn an_empty_text_is_no_more_than_its_nul() {
        assert_eq!(formatted(&[]), [0; TEXT_SIZE]);
        assert_eq!(formatted(&["", ""]), [0; TEXT_SIZE]);
    }
}
