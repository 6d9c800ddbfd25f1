// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Integers, the words for them, and bytes that are shown as an address.

use super::family::{nearest_first, ByteOrder, DisplayHint, EnumUse, Scalar, SpecFamily, Width};
use super::value::{Hex, SpecValue};
use std::borrow::Cow;
use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An integer of any type: two's complement in 8 bytes, whose last byte's sign was extended if the type is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ScalarNumber {
    bits: u64,
    is_signed: bool,
}

impl ScalarNumber {
    fn value(self) -> SpecValue<'static> {
        match self.is_signed {
            true => SpecValue::Signed(self.bits as i64),
            false => SpecValue::Unsigned(self.bits),
        }
    }
}

impl Scalar {
    /// Reads the integer that `bytes` are; `None` where it has another size.
    pub(super) fn number(&self, bytes: &[u8]) -> Option<ScalarNumber> {
        let is_fit = match self.width {
            Width::Bytes(size) => bytes.len() == size,
            Width::Auto => matches!(bytes.len(), 4 | 8),
        };
        if !is_fit {
            return None;
        }
        let unsigned = match is_big(self.order) {
            true => bytes
                .iter()
                .fold(0, |bits, byte| bits << 8 | u64::from(*byte)),
            false => bytes
                .iter()
                .rfold(0, |bits, byte| bits << 8 | u64::from(*byte)),
        };
        // The bits above those of the type.
        let above = 64 - 8 * bytes.len() as u32;
        let bits = match self.is_signed {
            true => ((unsigned << above) as i64 >> above) as u64,
            false => unsigned,
        };

        Some(ScalarNumber {
            bits,
            is_signed: self.is_signed,
        })
    }

    /// Returns the bytes of `number`.
    ///
    /// # Errors
    ///
    /// What numbers there can be, where it is none of them.
    pub(super) fn bytes(&self, number: i128) -> Result<Vec<u8>, String> {
        let (low, high) = self.range();
        if !(low..=high).contains(&number) {
            return Err(format!("{number} is no number from {low} to {high}"));
        }
        let size = match self.width {
            Width::Bytes(size) => size,
            Width::Auto => self.auto_size(number),
        };
        // In range, so that the low bytes are the number.
        let mut bytes = number.to_le_bytes()[..size].to_vec();

        if is_big(self.order) {
            bytes.reverse();
        }
        Ok(bytes)
    }

    /// Returns the size in an array, in bytes.
    pub(super) fn size(&self) -> usize {
        match self.width {
            Width::Bytes(size) => size,
            Width::Auto => 8,
        }
    }

    fn range(&self) -> (i128, i128) {
        let bits = 8 * self.size();

        match self.is_signed {
            true => (-(1 << (bits - 1)), (1 << (bits - 1)) - 1),
            false => (0, (1 << bits) - 1),
        }
    }

    fn auto_size(&self, number: i128) -> usize {
        let is_short = match self.is_signed {
            true => i32::try_from(number).is_ok(),
            false => u32::try_from(number).is_ok(),
        };

        if is_short {
            4
        } else {
            8
        }
    }
}

fn is_big(order: ByteOrder) -> bool {
    match order {
        ByteOrder::Native => cfg!(target_endian = "big"),
        ByteOrder::Big => true,
        ByteOrder::Little => false,
    }
}

impl SpecFamily {
    /// Reads a value of an integer type; `None` where it has another size.
    pub(super) fn scalar_value(&self, scalar: &Scalar, bytes: &[u8]) -> Option<SpecValue<'_>> {
        let number = scalar.number(bytes)?;

        Some(match (scalar.words, scalar.hint) {
            (Some(words), _) => self.word_value(words, number),
            (None, Some(hint)) => {
                shown_number(hint, number).map_or_else(|| number.value(), SpecValue::from)
            }
            (None, None) => number.value(),
        })
    }

    /// Returns the word for `number`, or the words for its bits.
    fn word_value(&self, words: EnumUse, number: ScalarNumber) -> SpecValue<'_> {
        if !words.is_flags {
            return self.word_or_number(words, number.bits as i64);
        }
        let bits = (0..64).filter(|bit| number.bits >> bit & 1 != 0);
        let mut bits: Vec<_> = bits.map(|bit| self.word_or_number(words, bit)).collect();

        bits.sort_by(|one, other| match (one, other) {
            (SpecValue::Text(one), SpecValue::Text(other)) => one.cmp(other),
            _ => std::cmp::Ordering::Equal,
        });
        SpecValue::List(bits)
    }

    fn word_or_number(&self, words: EnumUse, number: i64) -> SpecValue<'_> {
        match self.word(words, number) {
            Some(word) => word.into(),
            None => format!("Unknown({number})").into(),
        }
    }

    /// Reads the bits of `struct nla_bitfield32` or of another number of 4 bytes.
    pub(super) fn bits_value(&self, words: Option<EnumUse>, bits: u32) -> SpecValue<'_> {
        let number = ScalarNumber {
            bits: bits.into(),
            is_signed: false,
        };

        words.map_or_else(|| number.value(), |words| self.word_value(words, number))
    }

    /// Returns the number that `value` stands for: a number, a word of an enum, words for bits, an address.
    ///
    /// # Errors
    ///
    /// What there can be instead.
    pub(super) fn number_of(
        &self,
        words: Option<EnumUse>,
        hint: Option<DisplayHint>,
        value: &SpecValue<'_>,
    ) -> Result<i128, String> {
        match value {
            SpecValue::Unsigned(number) => Ok((*number).into()),
            SpecValue::Signed(number) => Ok((*number).into()),
            SpecValue::Bool(value) => Ok((*value).into()),
            SpecValue::Text(text) => self.number_of_text(words, hint, text),
            SpecValue::List(values) => match words {
                Some(words) if words.is_flags => self.bits_of(words, values),
                _ => Err("it takes one value, not a list".to_owned()),
            },
            _ => Err(format!("it takes a number, not {}", value.kind())),
        }
    }

    fn number_of_text(
        &self,
        words: Option<EnumUse>,
        hint: Option<DisplayHint>,
        text: &str,
    ) -> Result<i128, String> {
        if let Some(number) = parse_number(text) {
            return Ok(number);
        }
        match (words, hint) {
            (Some(words), _) if words.is_flags => text
                .split(',')
                .filter(|word| !word.is_empty())
                .try_fold(0, |bits, word| Ok(bits | 1 << self.bit(words, word)?)),
            (Some(words), _) => self.word_number(words, text).map(i128::from),
            (None, Some(hint)) => parse_shown_number(hint, text)
                .ok_or_else(|| format!("`{text}` is no number and no {}", hint_name(hint))),
            (None, None) => Err(format!("`{text}` is no number")),
        }
    }

    fn bits_of(&self, words: EnumUse, values: &[SpecValue<'_>]) -> Result<i128, String> {
        values.iter().try_fold(0, |bits, value| match value {
            SpecValue::Text(word) => Ok(bits | 1 << self.bit(words, word)?),
            _ => Err(format!("it takes words for bits, not {}", value.kind())),
        })
    }

    /// Returns the number of the bit that `word` is for.
    fn bit(&self, words: EnumUse, word: &str) -> Result<u32, String> {
        let bit = self.word_number(words, word)?;

        match u32::try_from(bit) {
            Ok(bit @ 0..=63) => Ok(bit),
            _ => Err(format!("the spec gives `{word}` no bit from 0 to 63")),
        }
    }

    fn word_number(&self, words: EnumUse, word: &str) -> Result<i64, String> {
        let known = &self.enums[words.index];
        let mut entries = known.entries.iter();

        entries
            .find(|(name, _)| name == word)
            .map(|(_, number)| *number)
            .ok_or_else(|| {
                let allowed = nearest_first(word, known.entries.iter().map(|(name, _)| &**name));
                format!("{} has no `{word}`; it has {allowed}", known.name)
            })
    }
}

/// Reads a number as people write it: decimal, or `0x10`.
pub(super) fn parse_number(text: &str) -> Option<i128> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let number = match digits.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => digits.parse(),
    };

    number.ok().map(|number| sign * i128::from(number))
}

/// Returns how the bytes are shown; `None` where they are not what the hint says.
pub(super) fn shown_bytes(hint: DisplayHint, bytes: &[u8]) -> Option<String> {
    match hint {
        DisplayHint::Mac => Some(separated(bytes, ':')),
        DisplayHint::Hex => Some(separated(bytes, ' ')),
        DisplayHint::Ip => match bytes.len() {
            4 => Some(Ipv4Addr::from(<[u8; 4]>::try_from(bytes).ok()?).to_string()),
            16 => Some(Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?).to_string()),
            _ => None,
        },
        DisplayHint::Uuid => {
            let _: [u8; 16] = bytes.try_into().ok()?;
            let (parts, hex) = (
                [0..8, 8..12, 12..16, 16..20, 20..32],
                Hex(bytes).to_string(),
            );
            Some(parts.map(|part| hex[part].to_owned()).join("-"))
        }
    }
}

fn separated(bytes: &[u8], separator: char) -> String {
    let mut text = String::with_capacity(3 * bytes.len());
    for (at, byte) in bytes.iter().enumerate() {
        if at > 0 {
            text.push(separator);
        }
        // A string takes all that is written to it.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Returns how a number is shown; `None` where the hint is not one for numbers.
fn shown_number(hint: DisplayHint, number: ScalarNumber) -> Option<String> {
    match (hint, u32::try_from(number.bits)) {
        (DisplayHint::Hex, _) => Some(format!("0x{:x}", number.bits)),
        (DisplayHint::Ip, Ok(address)) => Some(Ipv4Addr::from(address).to_string()),
        _ => None,
    }
}

fn parse_shown_number(hint: DisplayHint, text: &str) -> Option<i128> {
    match hint {
        DisplayHint::Ip => text
            .parse()
            .ok()
            .map(|address: Ipv4Addr| u32::from(address).into()),
        DisplayHint::Hex => u64::from_str_radix(text, 16).ok().map(i128::from),
        DisplayHint::Mac | DisplayHint::Uuid => None,
    }
}

/// Reads bytes from how they are shown.
///
/// # Errors
///
/// What they should look like.
pub(super) fn parse_bytes(hint: Option<DisplayHint>, text: &str) -> Result<Vec<u8>, String> {
    let bytes = match hint {
        Some(DisplayHint::Ip) => text.parse().ok().map(|address| match address {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        }),
        Some(DisplayHint::Mac) => parse_hex(text, ':'),
        Some(DisplayHint::Uuid) => parse_hex(text, '-').filter(|bytes| bytes.len() == 16),
        Some(DisplayHint::Hex) | None => parse_hex(text, ' '),
    };
    let what = hint.map_or("row of hexadecimal digits, two a byte", hint_name);

    bytes.ok_or_else(|| format!("`{text}` is no {what}"))
}

/// Reads pairs of hexadecimal digits, between which there may be separators.
fn parse_hex(text: &str, separator: char) -> Option<Vec<u8>> {
    let digits: Cow<'_, str> = match separator {
        // A byte of a hardware address may have one digit.
        ':' if text.contains(':') => {
            let parts = text.split(':');
            return parts.map(|part| parse_byte(part, 1..=2)).collect();
        }
        _ if text.contains(separator) => text.replace(separator, "").into(),
        _ => text.into(),
    };
    let pairs = digits.as_bytes().chunks(2);

    pairs
        .map(|pair| parse_byte(std::str::from_utf8(pair).ok()?, 2..=2))
        .collect()
}

fn parse_byte(digits: &str, len: std::ops::RangeInclusive<usize>) -> Option<u8> {
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());

    (is_hex && len.contains(&digits.len())).then(|| u8::from_str_radix(digits, 16).ok())?
}

fn hint_name(hint: DisplayHint) -> &'static str {
    match hint {
        DisplayHint::Mac => "hardware address",
        DisplayHint::Hex => "row of hexadecimal digits, two a byte",
        DisplayHint::Ip => "IP address",
        DisplayHint::Uuid => "UUID",
    }
}
