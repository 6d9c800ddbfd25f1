// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The parser that the kernel module shares: any bytes are read without a panic and without a step
//! outside, and what was written is read back.

use nlhello::wire::{
    align, nla_total_size, nlmsg_total_size, put_attr, put_message, put_str, Attr, Attrs, Error,
    Message, Messages, Nlmsghdr, NLA_HDRLEN, NLA_MAX_VALUE, NLMSG_HDRLEN,
};
use proptest::collection::vec;
use proptest::prelude::*;
use std::ops::Range;

/// Bytes that are often, but not always, a row of messages or attributes.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>(), 0..256),
        (
            vec((any::<u16>(), vec(any::<u8>(), 0..24)), 0..6),
            vec(any::<u8>(), 0..8)
        )
            .prop_map(|(attrs, garbage)| [attrs_of(&attrs), garbage].concat()),
        (
            vec(message(), 0..4),
            vec(any::<u8>(), 0..24),
            any::<prop::sample::Index>(),
            any::<u8>()
        )
            .prop_map(|(messages, garbage, place, value)| {
                let mut bytes = [messages_of(&messages), garbage].concat();
                if !bytes.is_empty() {
                    let place = place.index(bytes.len());
                    bytes[place] = value;
                }
                bytes
            }),
    ]
}

fn header() -> impl Strategy<Value = Nlmsghdr> {
    any::<(u32, u16, u16, u32, u32)>().prop_map(
        |(nlmsg_len, nlmsg_type, nlmsg_flags, nlmsg_seq, nlmsg_pid)| Nlmsghdr {
            nlmsg_len,
            nlmsg_type,
            nlmsg_flags,
            nlmsg_seq,
            nlmsg_pid,
        },
    )
}

fn message() -> impl Strategy<Value = (Nlmsghdr, Vec<u8>)> {
    (header(), vec(any::<u8>(), 0..64))
}

fn attrs_of(attrs: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (nla_type, value) in attrs {
        put_attr(&mut bytes, *nla_type, value).unwrap();
    }
    bytes
}

fn messages_of(messages: &[(Nlmsghdr, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (header, payload) in messages {
        put_message(&mut bytes, *header, payload).unwrap();
    }
    bytes
}

/// Returns where `part` lies in `whole`, which it must; nothing at all lies anywhere.
fn place(whole: &[u8], part: &[u8]) -> Range<usize> {
    if part.is_empty() {
        return 0..0;
    }
    let start = (part.as_ptr() as usize)
        .checked_sub(whole.as_ptr() as usize)
        .expect("starts before the input");
    let end = start + part.len();
    assert!(end <= whole.len(), "ends after the input");
    start..end
}

fn check_attr(input: &[u8], attr: &Attr<'_>) {
    place(input, attr.bytes());
    let value = place(input, attr.value());
    assert_eq!(value.len() + NLA_HDRLEN, attr.bytes().len());
    if let Ok(text) = attr.str() {
        place(input, text);
        assert!(!text.contains(&0));
        assert_eq!(attr.value().last(), Some(&0));
    }
    assert_eq!(attr.u32().is_ok(), attr.value().len() == 4);
}

/// Reads all there is, as deep as it goes, and checks that attributes follow one another.
fn check_attrs(input: &[u8], attrs: Attrs<'_>, depth: usize) {
    let mut end = place(input, attrs.rest()).start;
    let mut attrs = attrs;
    while let Some(attr) = attrs.next() {
        place(input, attrs.rest());
        match attr {
            Ok(attr) => {
                check_attr(input, &attr);
                assert_eq!(place(input, attr.bytes()).start, end);
                end = align(place(input, attr.bytes()).end);
                if depth > 0 {
                    check_attrs(input, attr.nested(), depth - 1);
                }
            }
            Err(_) => assert!(attrs.next().is_none(), "goes on after an error"),
        }
    }
}

proptest! {
    // Inputs that fail are shown; no file is left behind for them.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reading_messages_from_any_bytes_stays_inside_them(input in bytes()) {
        let mut end = 0;
        let mut messages = Messages::new(&input);
        while let Some(message) = messages.next() {
            let Ok(message) = message else {
                prop_assert!(messages.next().is_none(), "goes on after an error");
                break;
            };
            prop_assert_eq!(place(&input, message.bytes()).start, end);
            prop_assert_eq!(place(&input, message.payload()).len() + NLMSG_HDRLEN, message.bytes().len());
            prop_assert_eq!(message.bytes().len(), message.header().nlmsg_len as usize);
            end = align(place(&input, message.bytes()).end);
        }
    }

    #[test]
    fn reading_attributes_from_any_bytes_stays_inside_them(input in bytes(), skip in 0usize..300) {
        check_attrs(&input, Attrs::new(&input), 3);
        if let Ok(message) = Message::from_bytes(&input) {
            check_attrs(&input, message.attrs(skip), 3);
        }
    }

    #[test]
    fn a_header_written_is_the_header_read(header in header()) {
        prop_assert_eq!(Nlmsghdr::from_bytes(&header.to_bytes()), Some(header));
    }

    #[test]
    fn messages_written_are_the_messages_read(messages in vec(message(), 0..8)) {
        let bytes = messages_of(&messages);
        let read: Vec<_> = Messages::new(&bytes).map(Result::unwrap).collect();

        prop_assert_eq!(read.len(), messages.len());
        for (read, (header, payload)) in read.iter().zip(&messages) {
            let nlmsg_len = (NLMSG_HDRLEN + payload.len()) as u32;
            prop_assert_eq!(*read.header(), Nlmsghdr { nlmsg_len, ..*header });
            prop_assert_eq!(read.payload(), payload.as_slice());
        }
    }

    #[test]
    fn attributes_written_are_the_attributes_read(
        attrs in vec((any::<u16>(), vec(any::<u8>(), 0..64)), 0..8)
    ) {
        let bytes = attrs_of(&attrs);
        let read: Vec<_> = Attrs::new(&bytes).map(Result::unwrap).collect();

        prop_assert_eq!(read.len(), attrs.len());
        for (read, (nla_type, value)) in read.iter().zip(&attrs) {
            prop_assert_eq!(read.kind(), nla_type & 0x3fff);
            prop_assert_eq!(read.is_nested(), nla_type & 0x8000 != 0);
            prop_assert_eq!(read.is_net_byteorder(), nla_type & 0x4000 != 0);
            prop_assert_eq!(read.value(), value.as_slice());
        }
    }

    #[test]
    fn a_string_written_is_the_string_read(text in vec(1u8.., 0..64)) {
        let mut bytes = Vec::new();
        put_str(&mut bytes, 1, &text).unwrap();

        prop_assert_eq!(bytes.len(), nla_total_size(text.len() + 1));
        prop_assert_eq!(Attr::from_bytes(&bytes).unwrap().str(), Ok(text.as_slice()));
    }

    #[test]
    fn what_is_written_takes_the_room_that_was_computed(value in vec(any::<u8>(), 0..64)) {
        let (mut attr, mut message) = (Vec::new(), Vec::new());
        put_attr(&mut attr, 1, &value).unwrap();
        put_message(&mut message, Nlmsghdr::default(), &value).unwrap();

        prop_assert_eq!(attr.len(), nla_total_size(value.len()));
        prop_assert_eq!(message.len(), nlmsg_total_size(value.len()));
    }
}

#[test]
fn nested_attributes_are_read_from_the_value() {
    let inner = attrs_of(&[(1, b"one".to_vec()), (2, b"two!".to_vec())]);
    let outer = attrs_of(&[(0x8000 | 7, inner), (3, vec![])]);
    let mut attrs = Attrs::new(&outer);

    let nest = attrs.next().unwrap().unwrap();
    assert!(nest.is_nested());
    assert_eq!(nest.kind(), 7);
    let values: Vec<_> = nest.nested().map(|attr| attr.unwrap().value()).collect();
    assert_eq!(values, [b"one".as_slice(), b"two!"]);
    assert_eq!(attrs.next().unwrap().unwrap().kind(), 3);
    assert_eq!(attrs.next(), None);
}

/// A message of 16 bytes and `payload`, whose header says `nlmsg_len`.
fn message_claiming(nlmsg_len: u32, payload: &[u8]) -> Vec<u8> {
    let header = Nlmsghdr {
        nlmsg_len,
        ..Nlmsghdr::default()
    };
    [&header.to_bytes(), payload].concat()
}

#[test]
fn messages_of_broken_length_are_refused() {
    for len in 1..NLMSG_HDRLEN {
        let short = vec![0; len];
        assert_eq!(
            Message::from_bytes(&short),
            Err(Error::Truncated),
            "{len} bytes"
        );
    }
    for nlmsg_len in [0, 1, 15, 21, 1 << 16, u32::MAX] {
        let bytes = message_claiming(nlmsg_len, b"1234");
        assert_eq!(
            Message::from_bytes(&bytes),
            Err(Error::BadLength),
            "{nlmsg_len}"
        );
    }
    for nlmsg_len in [16, 17, 20] {
        let bytes = message_claiming(nlmsg_len, b"1234");
        let payload = &b"1234"[..nlmsg_len as usize - NLMSG_HDRLEN];
        assert_eq!(Message::from_bytes(&bytes).unwrap().payload(), payload);
    }
}

#[test]
fn attributes_of_broken_length_are_refused() {
    for len in 1..NLA_HDRLEN {
        let short = vec![0; len];
        assert_eq!(
            Attr::from_bytes(&short),
            Err(Error::TrailingBytes),
            "{len} bytes"
        );
    }
    for nla_len in [0u16, 1, 3, 9, u16::MAX] {
        let bytes = [&nla_len.to_ne_bytes()[..], &[1, 0, 1, 2, 3, 4]].concat();
        assert_eq!(Attr::from_bytes(&bytes), Err(Error::BadLength), "{nla_len}");
    }
}

#[test]
fn the_last_padding_may_be_missing() {
    let attr = attrs_of(&[(1, b"12345".to_vec())]);
    let message = messages_of(&[(Nlmsghdr::default(), b"12345".to_vec())]);
    let (attr, message) = (&attr[..NLA_HDRLEN + 5], &message[..NLMSG_HDRLEN + 5]);

    assert_eq!(
        Attrs::new(attr).map(|attr| attr.unwrap().value()).next(),
        Some(&b"12345"[..])
    );
    assert_eq!(Attrs::new(attr).count(), 1);
    assert_eq!(
        Messages::new(message).map(|m| m.unwrap().payload()).next(),
        Some(&b"12345"[..])
    );
    assert_eq!(Messages::new(message).count(), 1);
}

#[test]
fn a_string_ends_in_its_only_nul() {
    for (value, text) in [
        (&b"abc\0"[..], Ok(&b"abc"[..])),
        (b"\0", Ok(b"")),
        (b"", Err(Error::BadString)),
        (b"abc", Err(Error::BadString)),
        (b"a\0c\0", Err(Error::BadString)),
        (b"abc\0\0", Err(Error::BadString)),
    ] {
        let bytes = attrs_of(&[(1, value.to_vec())]);
        assert_eq!(Attr::from_bytes(&bytes).unwrap().str(), text, "{value:?}");
    }
}

#[test]
fn a_value_that_its_length_field_cannot_count_is_not_written() {
    let value = vec![0; NLA_MAX_VALUE + 1];
    let mut bytes = Vec::new();

    assert!(put_attr(&mut bytes, 1, &value).is_err());
    assert!(put_str(&mut bytes, 1, &value[..NLA_MAX_VALUE]).is_err());
    assert_eq!(bytes, b"");
    assert!(put_attr(&mut bytes, 1, &value[..NLA_MAX_VALUE]).is_ok());
}
