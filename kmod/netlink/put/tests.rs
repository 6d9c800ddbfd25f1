// SPDX-License-Identifier: GPL-2.0

use super::*;
use crate::{
    netlink::{
        errno::emsgsize,
        skb::tests::Buffer, //
    },
    wire::{
        padding,
        NLA_MAX_VALUE, //
    },
};

/// The header of an attribute, `struct nlattr`.
fn attr_header(nla_len: u16, nla_type: u16) -> [u8; 4] {
    let [l0, l1] = nla_len.to_ne_bytes();
    let [t0, t1] = nla_type.to_ne_bytes();

    [l0, l1, t0, t1]
}

/// Writes `payload` into a buffer with exactly the room for it.
fn written(payload: &impl Payload) -> Result<Buffer> {
    let mut buffer = Buffer::new(payload.size())?;

    payload.put(&mut buffer.writer)?;
    Ok(buffer)
}

/// Says whether `buffer` is full, and nothing behind it was touched.
fn is_full(buffer: &mut Buffer) -> bool {
    buffer.is_clean() && buffer.writer.append(&[0]).is_err()
}

/// Says whether `payload` is the attribute 1 with `value`, and takes the room for that.
fn is_value(payload: &impl Payload, value: &[u8]) -> Result<bool> {
    let mut buffer = written(payload)?;
    let header = attr_header(4 + value.len() as u16, 1);
    let is_right = buffer.written()[..4] == header
        && buffer.written()[4..4 + value.len()] == *value
        && buffer.written()[4 + value.len()..] == *padding(value.len());

    Ok(is_right && is_full(&mut buffer))
}

/// Two attributes by their names.
#[derive(Clone, Copy)]
struct Named {
    number: u32,
    texts: &'static [&'static [u8]],
}

impl ToPayload for Named {
    fn payload(&self) -> impl Payload {
        (
            u32(1, self.number),
            each(self.texts, |text: &[u8]| str(2, text)),
        )
    }
}

#[kunit_tests(netlink_put)]
mod suite {
    use super::*;

    #[test]
    fn no_byte_is_left_as_it_was() -> Result {
        let mut buffer = written(&(
            bytes(1, b"a"),
            str(2, b"bc"),
            u32(3, 0x0101_0101),
            u64(4, 0x0202_0202_0202_0202),
            raw(b"d"),
        ))?;
        let mut expected = KVec::new();
        expected.extend_from_slice(&attr_header(5, 1), GFP_KERNEL)?;
        expected.extend_from_slice(b"a\0\0\0", GFP_KERNEL)?;
        expected.extend_from_slice(&attr_header(7, 2), GFP_KERNEL)?;
        expected.extend_from_slice(b"bc\0\0", GFP_KERNEL)?;
        expected.extend_from_slice(&attr_header(8, 3), GFP_KERNEL)?;
        expected.extend_from_slice(&[1; 4], GFP_KERNEL)?;
        expected.extend_from_slice(&attr_header(12, 4), GFP_KERNEL)?;
        expected.extend_from_slice(&[2; 8], GFP_KERNEL)?;
        expected.extend_from_slice(b"d", GFP_KERNEL)?;

        assert_eq!(buffer.written(), &expected[..]);
        assert!(is_full(&mut buffer));
        Ok(())
    }

    #[test]
    fn numbers_are_as_wide_as_their_type_in_its_byte_order() -> Result {
        assert!(is_value(&u8(1, 0xfe), &[0xfe])?);
        assert!(is_value(&u16(1, 0xfedc), &0xfedc_u16.to_ne_bytes())?);
        assert!(is_value(&be16(1, 0x0102), &[1, 2])?);
        assert!(is_value(&be32(1, 0x0102_0304), &[1, 2, 3, 4])?);
        let eight = be64(1, 0x0102_0304_0506_0708);
        assert!(is_value(&eight, &[1, 2, 3, 4, 5, 6, 7, 8])?);
        assert!(is_value(&s8(1, -2), &[0xfe])?);
        assert!(is_value(&s16(1, -2), &(-2_i16).to_ne_bytes())?);
        assert!(is_value(&s32(1, -2), &(-2_i32).to_ne_bytes())?);
        assert!(is_value(&s64(1, -2), &(-2_i64).to_ne_bytes())?);
        Ok(())
    }

    #[test]
    fn a_number_of_4_or_8_bytes_has_4_where_they_do() -> Result {
        let (least, most) = (i32::MIN, i32::MAX);

        assert!(is_value(&uint(1, 7), &7_u32.to_ne_bytes())?);
        assert!(is_value(&uint(1, 1 << 32), &(1_u64 << 32).to_ne_bytes())?);
        assert!(is_value(&sint(1, least.into()), &least.to_ne_bytes())?);
        assert!(is_value(&sint(1, most.into()), &most.to_ne_bytes())?);
        let wide = i64::from(least) - 1;
        assert!(is_value(&sint(1, wide), &wide.to_ne_bytes())?);
        Ok(())
    }

    #[test]
    fn a_flag_is_there_or_not_and_bits_have_their_selector() -> Result {
        assert!(is_value(&flag(1, true), &[])?);
        assert_eq!(flag(1, false).size(), 0);

        let bits = Bitfield32 {
            value: 0x0101_0101,
            selector: 0x0202_0202,
        };
        assert!(is_value(&bitfield32(1, bits), &[1, 1, 1, 1, 2, 2, 2, 2])?);
        Ok(())
    }

    #[test]
    fn an_array_has_a_nest_for_each_item_by_numbers_from_1() -> Result {
        let mut buffer = written(&array(7, &[u8(3, 1), u8(3, 2)]))?;

        let written = buffer.written();
        assert_eq!(written[..4], attr_header(28, 7 | NLA_F_NESTED));
        assert_eq!(written[4..8], attr_header(12, 1 | NLA_F_NESTED));
        assert_eq!(written[8..12], attr_header(5, 3));
        assert_eq!(written[12..16], [1, 0, 0, 0]);
        assert_eq!(written[16..20], attr_header(12, 2 | NLA_F_NESTED));
        assert_eq!(written[20..24], attr_header(5, 3));
        assert_eq!(written[24..], [2, 0, 0, 0]);
        assert!(is_full(&mut buffer));
        Ok(())
    }

    #[test]
    fn what_has_names_takes_what_is_written_for_it() -> Result {
        let named = Named {
            number: 0x0101_0101,
            texts: &[b"abc", b"d"],
        };
        let mut buffer = written(&nested(3, named))?;

        let written = buffer.written();
        assert_eq!(written[..4], attr_header(28, 3 | NLA_F_NESTED));
        assert_eq!(written[4..8], attr_header(8, 1));
        assert_eq!(written[8..12], [1; 4]);
        assert_eq!(written[12..16], attr_header(8, 2));
        assert_eq!(written[16..20], *b"abc\0");
        assert_eq!(written[20..24], attr_header(6, 2));
        assert_eq!(written[24..], *b"d\0\0\0");
        assert!(is_full(&mut buffer));
        Ok(())
    }

    #[test]
    fn bytes_and_strings_take_their_size_whatever_their_length() -> Result {
        for len in 0..=9 {
            let text = &[b'x'; 9][..len];

            assert!(is_full(&mut written(&bytes(1, text))?));
            assert!(is_full(&mut written(&str(1, text))?));
            let mut nested = written(&nested(1, bytes(2, text)))?;
            assert!(is_full(&mut nested));
        }
        Ok(())
    }

    #[test]
    fn what_is_not_there_takes_no_room() -> Result {
        let nothing = ((), None::<Integer<4>>, (None::<Str<'_>>, ()));
        assert_eq!(nothing.size(), 0);
        assert_eq!(written(&nothing)?.written().len(), 0);

        let some = written(&(Some(u32(1, 2)), None::<Integer<4>>))?;
        assert_eq!(some.written()[..4], attr_header(8, 1));
        assert_eq!(some.written()[4..], 2_u32.to_ne_bytes());
        Ok(())
    }

    #[test]
    fn an_attribute_that_nla_len_cannot_count_is_refused() -> Result {
        let value = KVec::from_elem(1, NLA_MAX_VALUE + 1, GFP_KERNEL)?;

        assert_eq!(written(&bytes(1, &value)).map(drop), Err(emsgsize()));
        assert_eq!(written(&str(1, &value[1..])).map(drop), Err(emsgsize()));
        assert!(is_full(&mut written(&bytes(1, &value[1..]))?));
        assert!(is_full(&mut written(&str(1, &value[2..]))?));
        Ok(())
    }

    #[test]
    fn a_nest_counts_what_it_holds() -> Result {
        let buffer = written(&(
            u32(1, 0),
            nested(
                2,
                (
                    u32(3, 0x0303_0303),
                    nested(4, ()),
                    nested(5, bytes(6, &[6; 4])),
                ),
            ),
            bytes(7, &[7; 4]),
        ))?;

        let written = buffer.written();
        assert_eq!(written[8..12], attr_header(28, 2 | NLA_F_NESTED));
        assert_eq!(written[12..16], attr_header(8, 3));
        assert_eq!(written[16..20], [3; 4]);
        assert_eq!(written[20..24], attr_header(4, 4 | NLA_F_NESTED));
        assert_eq!(written[24..28], attr_header(12, 5 | NLA_F_NESTED));
        assert_eq!(written[28..32], attr_header(8, 6));
        assert_eq!(written[32..36], [6; 4]);
        assert_eq!(written[36..40], attr_header(8, 7));
        assert_eq!(written[40..], [7; 4]);
        Ok(())
    }

    #[test]
    fn a_nest_is_padded_with_zeroes_that_it_does_not_count() -> Result {
        for len in 0..=9 {
            let inside = &[1; 9][..len];
            let mut buffer = written(&nested(1, raw(inside)))?;

            let header = attr_header(4 + len as u16, 1 | NLA_F_NESTED);
            assert_eq!(buffer.written()[..4], header);
            assert_eq!(buffer.written()[4..4 + len], *inside);
            assert_eq!(buffer.written()[4 + len..], *padding(len));
            assert!(is_full(&mut buffer));
        }
        Ok(())
    }

    #[test]
    fn a_nest_that_nla_len_cannot_count_is_refused() -> Result {
        let value = KVec::from_elem(1, NLA_MAX_VALUE + 1, GFP_KERNEL)?;
        let halves = (bytes(2, &value[..40_000]), bytes(3, &value[..40_000]));
        assert_eq!(written(&nested(1, raw(&value))).map(drop), Err(emsgsize()));
        assert_eq!(written(&nested(1, halves)).map(drop), Err(emsgsize()));

        let buffer = written(&nested(1, raw(&value[1..])))?;
        assert_eq!(
            buffer.written()[..4],
            attr_header(u16::MAX, 1 | NLA_F_NESTED)
        );
        assert_eq!(buffer.written().len(), 65_536);
        Ok(())
    }
}
