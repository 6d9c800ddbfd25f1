// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Numbers and addresses as characters, without the detour through `fmt`.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr};

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Each byte in decimal, with a dot behind it, and how long that is.
static OCTETS: [([u8; 4], u8); 256] = octets();

const fn octets() -> [([u8; 4], u8); 256] {
    let mut table = [([0; 4], 0); 256];
    let mut byte = 0;
    while byte < 256 {
        let [hundreds, tens, ones] = [byte / 100, byte / 10 % 10, byte % 10];
        let [h, t, o] = [b'0' + hundreds as u8, b'0' + tens as u8, b'0' + ones as u8];
        table[byte] = match byte {
            0..10 => ([o, b'.', 0, 0], 2),
            10..100 => ([t, o, b'.', 0], 3),
            _ => ([h, t, o, b'.'], 4),
        };
        byte += 1;
    }
    table
}

/// The numbers below a hundred, two digits each; some of them again, so that any seven bits are the place of one.
static PAIRS: [[u8; 2]; 128] = pairs();

const fn pairs() -> [[u8; 2]; 128] {
    let mut table = [[0; 2]; 128];
    let mut number = 0;
    while number < 128 {
        table[number] = [b'0' + (number / 10 % 10) as u8, b'0' + (number % 10) as u8];
        number += 1;
    }
    table
}

/// Bytes that make characters of eight digits.
const ASCII: u64 = u64::from_ne_bytes([b'0'; 8]);

/// Appends `number` in decimal.
#[inline]
pub fn push_decimal(out: &mut Vec<u8>, number: u64) {
    match number {
        0..10 => out.push(b'0' + number as u8),
        _ => push_digits(out, number),
    }
}

/// Appends `number`, which is not below 10, in decimal.
fn push_digits(out: &mut Vec<u8>, number: u64) {
    match u32::try_from(number) {
        Ok(number @ 0..100_000_000) => push_up_to_eight(out, number),
        // Programs count their messages from the time on.
        Ok(number @ 1_000_000_000..) => out.extend_from_slice(&ten_digits(number)),
        _ => push_long(out, number),
    }
}

/// Appends `number`, which is below 10^8, in decimal.
#[inline]
fn push_up_to_eight(out: &mut Vec<u8>, number: u32) {
    let digits = eight_digits(number);
    let zeros = (digits.trailing_zeros() / 8).min(7);
    let text = (digits | ASCII) >> (8 * zeros);
    push_short(out, &text.to_le_bytes(), 8 - zeros as usize);
}

#[cold]
fn push_long(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Returns the ten digits of `number`.
#[inline]
fn ten_digits(number: u32) -> [u8; 10] {
    let [a, b] = two_digits(number / 100_000_000);
    let [c, d, e, f] = four_digits(number / 10_000 % 10_000);
    let [g, h, i, j] = four_digits(number % 10_000);
    [a, b, c, d, e, f, g, h, i, j]
}

/// Returns the six digits of `number`, which is below a million.
#[inline]
pub fn six_digits(number: u32) -> [u8; 6] {
    let [a, b] = two_digits(number / 10_000);
    let [c, d, e, f] = four_digits(number % 10_000);
    [a, b, c, d, e, f]
}

/// Returns the four digits of `number`, which is below 10,000.
#[inline]
pub fn four_digits(number: u32) -> [u8; 4] {
    let [a, b] = two_digits(number / 100);
    let [c, d] = two_digits(number % 100);
    [a, b, c, d]
}

/// Returns the three digits of `number`, which is below 1000.
#[inline]
pub fn three_digits(number: u32) -> [u8; 3] {
    let [_, a, b, c] = four_digits(number);
    [a, b, c]
}

/// Returns the two digits of `number`, which is below 100.
#[inline]
fn two_digits(number: u32) -> [u8; 2] {
    PAIRS[number as usize % PAIRS.len()]
}

/// Adds `more` to the number whose decimal digits are `text`; where the sum is longer, returns false and leaves any digits.
#[inline]
pub fn count_on(text: &mut [u8], more: u32) -> bool {
    match text.last_mut() {
        // Most often no other digit changes.
        Some(last) if more <= u32::from(b'9'.saturating_sub(*last)) => {
            *last += more as u8;
            true
        }
        _ => carry(text, more),
    }
}

fn carry(text: &mut [u8], mut more: u32) -> bool {
    for digit in text.iter_mut().rev() {
        let sum = u32::from(*digit - b'0') + more % 10;
        more = more / 10 + u32::from(sum > 9);
        *digit = b'0' + (sum % 10) as u8;
        if more == 0 {
            return true;
        }
    }
    false
}

/// Returns the eight digits of `number`, which is below 10^8, a byte each, the first in the lowest.
#[inline]
fn eight_digits(number: u32) -> u64 {
    // Each step divides all parts of the number at once: by 100, then by 10.
    let number = u64::from(number);
    let halves = (number / 10_000) | ((number % 10_000) << 32);
    let hundreds = ((halves * 5243) >> 19) & 0x0000_007f_0000_007f;
    let quarters = hundreds | ((halves - 100 * hundreds) << 16);
    let tens = ((quarters * 103) >> 10) & 0x000f_000f_000f_000f;
    tens | ((quarters - 10 * tens) << 8)
}

/// Appends `number` in decimal, with its sign if it is negative.
#[inline]
pub fn push_signed(out: &mut Vec<u8>, number: i64) {
    if number < 0 {
        out.push(b'-');
    }
    push_decimal(out, number.unsigned_abs());
}

/// Appends `number`, of hundredths, with two decimals.
pub fn push_hundredths(out: &mut Vec<u8>, number: u64) {
    push_decimal(out, number / 100);
    let [tens, ones] = two_digits((number % 100) as u32);
    out.extend_from_slice(&[b'.', tens, ones]);
}

/// Appends `bytes` in hexadecimal, with `separator` between them if there is one.
pub fn push_hex(out: &mut Vec<u8>, bytes: &[u8], separator: Option<u8>) {
    for (at, byte) in bytes.iter().enumerate() {
        if at > 0 {
            out.extend(separator);
        }
        out.extend_from_slice(&[HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
    }
}

/// Appends `address`.
#[inline]
pub fn push_ip(out: &mut Vec<u8>, address: IpAddr) {
    match address {
        IpAddr::V4(v4) => push_ipv4(out, v4),
        // A vector takes all that is written to it.
        IpAddr::V6(v6) => drop(write!(out, "{v6}")),
    }
}

/// Appends a prefix: an address and how many of its bits count.
#[inline]
pub fn push_prefix(out: &mut Vec<u8>, address: IpAddr, len: u8) {
    push_ip(out, address);
    out.push(b'/');
    let (digits, end) = OCTETS[usize::from(len)];
    push_short(out, &digits, usize::from(end) - 1);
}

#[inline]
fn push_ipv4(out: &mut Vec<u8>, address: Ipv4Addr) {
    let (text, len) = ipv4(address.octets());
    push_short(out, &text, len);
}

/// Returns the text of the IPv4 address that has these `octets`, and its length.
#[inline]
pub fn ipv4(octets: [u8; 4]) -> ([u8; 16], usize) {
    let mut text = [0; 16];
    let mut end = 0;
    for octet in octets {
        let (digits, len) = OCTETS[usize::from(octet)];
        text[end..end + 4].copy_from_slice(&digits);
        end += usize::from(len);
    }
    // The last dot is one too many.
    (text, end - 1)
}

/// Appends the first `len` bytes of `text`: cheaper by a copy of all, whose size is known.
#[inline]
fn push_short<const N: usize>(out: &mut Vec<u8>, text: &[u8; N], len: usize) {
    let end = out.len() + len;
    out.extend_from_slice(text);
    out.truncate(end);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pushed(push: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        push(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn addresses_are_as_the_standard_library_shows_them() {
        for first in 0..=255 {
            let v4 = Ipv4Addr::new(first, 255 - first, first / 2, 9);
            assert_eq!(pushed(|out| push_ip(out, v4.into())), v4.to_string());
        }
        let v6: IpAddr = "2001:db8::1".parse().unwrap();
        assert_eq!(pushed(|out| push_ip(out, v6)), "2001:db8::1");
    }

    #[test]
    fn numbers_are_decimal_hexadecimal_or_have_decimals() {
        let powers = (0..20).flat_map(|power| {
            let number = 10u64.pow(power);
            [number - 1, number, 7 << (3 * power)]
        });
        let others = [
            256,
            12_345_678,
            1_234_567_890,
            u32::MAX.into(),
            1 << 32,
            u64::MAX,
        ];
        for number in powers.chain(others) {
            assert_eq!(pushed(|out| push_decimal(out, number)), number.to_string());
        }
        let lowest = pushed(|out| push_signed(out, i64::MIN));
        assert_eq!(lowest, i64::MIN.to_string());
        assert_eq!(pushed(|out| push_hundredths(out, 1205)), "12.05");
        assert_eq!([52, 999].map(three_digits), [*b"052", *b"999"]);
        assert_eq!([52, 9876].map(four_digits), [*b"0052", *b"9876"]);
        assert_eq!([52, 987_654].map(six_digits), [*b"000052", *b"987654"]);
        for (separator, text) in [(Some(b':'), "00:af:10"), (None, "00af10")] {
            assert_eq!(
                pushed(|out| push_hex(out, &[0, 0xaf, 0x10], separator)),
                text
            );
        }
    }

    #[test]
    fn a_number_is_counted_on_in_place_as_long_as_it_gets_no_longer() {
        let counted = |number: u32, more: u32| {
            let mut text = number.to_string().into_bytes();
            count_on(&mut text, more).then(|| String::from_utf8(text).unwrap())
        };

        for (number, more) in [
            (0, 9),
            (9, 0),
            (120, 9),
            (129, 1),
            (1_999_999_995, 7),
            (4095, 5),
        ] {
            assert_eq!(counted(number, more), Some((number + more).to_string()));
        }
        for (number, more) in [(9, 1), (999, 2), (0, 10), (120, u32::MAX)] {
            assert_eq!(counted(number, more), None);
        }
        assert!(!count_on(&mut [], 0));
    }
}
