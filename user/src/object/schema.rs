// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Attributes that are told as they are: a table says which is which.

use super::attrs::{be16, be32, be64, i32, ip, name, u16, u32, u64, u8, uint, Index, Taker};
use super::fields::{items, Fields, Nest, Value};
use super::Names;
use crate::wire::Attrs;

/// Description of a type of attribute.
pub struct Known {
    /// `nla_type`.
    pub kind: u16,
    /// Key of the attribute in JSON.
    pub key: &'static str,
    /// Format of its value.
    pub format: Format,
}

/// Tells a value under a key; `None` when it makes no sense.
pub type DescribeValue = fn(&str, &[u8], &mut Names, &mut dyn Fields) -> Option<()>;

/// Format of an attribute's value.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Format {
    /// A number of one byte.
    U8,
    /// A number of two bytes.
    U16,
    /// A number of four bytes.
    U32,
    /// A number of eight bytes.
    U64,
    /// A number of one, two, four or eight bytes.
    Uint,
    /// A number of one, two, four or eight bytes, shown in hexadecimal.
    Hex,
    /// A number of two, four or eight bytes in network order, shown in hexadecimal.
    HexBe,
    /// A signed number of four bytes.
    I32,
    /// A number of two bytes in network order.
    Be16,
    /// A number of four bytes in network order.
    Be32,
    /// A number of eight bytes in network order.
    Be64,
    /// A time of four or eight bytes, in hundredths of a second (`clock_t`).
    Clock,
    /// A byte: 0 is no.
    Bool,
    /// No value: being there means yes.
    Flag,
    /// No value: being there is told as null.
    Null,
    /// A name of any bytes, up to a NUL.
    Name,
    /// The index of a link.
    Link,
    /// An address of IPv4 or IPv6.
    Ip,
    /// An address of the link layer.
    Lladdr,
    /// Bytes, shown in hexadecimal.
    Bytes,
    /// A number of one, two, four or eight bytes, and the word for it.
    Word(&'static [(u8, &'static str)]),
    /// Attributes.
    Nested(&'static [Known]),
    /// The rows of a table that several have; see [`rows`].
    Rows(&'static [Known]),
    /// Attributes that are items of an array, whatever their type.
    Items(&'static Format),
    /// A value that is left out if all its bytes are zero, by which the kernel says that there is none.
    NonZero(&'static Format),
    /// A value that is left out unless another attribute of the row, a big-endian `u16`, has one of these bits.
    Where(u16, u16, &'static Format),
    /// A value that is left out if another attribute of the row, a `u32`, has one of these bits.
    Unless(u16, u32, &'static Format),
    /// A value that the function reads.
    Read(fn(&[u8]) -> Option<Value<'_>>),
    /// A value of so many bytes.
    Wide(usize, &'static Format),
    /// Something else.
    As(DescribeValue),
}

/// Returns what stands for the rows of another table.
pub const fn rows(table: &'static [Known]) -> Known {
    known(0, "", Format::Rows(table))
}

/// Returns what is known of a type of attribute.
pub const fn known(kind: u16, key: &'static str, format: Format) -> Known {
    Known { kind, key, format }
}

/// Tells the attributes in `bytes` that `table` knows, in the order of the table, and then the others
/// as unknown.
pub fn describe(bytes: &[u8], table: &[Known], names: &mut Names, out: &mut dyn Fields) {
    let index = Index::new(bytes);
    let mut attrs = index.taker();
    describe_known(&mut attrs, table, names, out);
    attrs.finish(out);
}

/// Tells those of `attrs` that `table` knows, in the order of the table.
pub fn describe_known(
    attrs: &mut Taker<'_, '_>,
    table: &[Known],
    names: &mut Names,
    out: &mut dyn Fields,
) {
    for known in table {
        let is_told = match known.format {
            Format::Where(other, bits, _) => {
                attrs.peek(other, be16).is_some_and(|own| own & bits != 0)
            }
            Format::Unless(other, bits, _) => {
                attrs.peek(other, u32).is_none_or(|own| own & bits == 0)
            }
            Format::Rows(table) => {
                describe_known(attrs, table, names, out);
                continue;
            }
            _ => true,
        };
        attrs.take(known.kind, |value| match is_told {
            true => known.describe(value, names, out),
            false => Some(()),
        });
    }
}

impl Taker<'_, '_> {
    /// Tells the attribute of type `kind` under `key`, if there is one that `format` reads as a single value.
    #[inline]
    pub fn describe(&mut self, kind: u16, key: &str, format: Format, out: &mut dyn Fields) {
        if let Some(value) = self.take(kind, |value| format.read(value)) {
            out.field(key, value);
        }
    }
}

impl Known {
    /// Tells a value; `None` when it makes no sense.
    pub(crate) fn describe(
        &self,
        value: &[u8],
        names: &mut Names,
        out: &mut dyn Fields,
    ) -> Option<()> {
        match self.format {
            Format::Nested(table) => {
                out.open(self.key, Nest::Object);
                describe(value, table, names, out);
                out.close();
            }
            Format::As(describe) => describe(self.key, value, names, out)?,
            Format::Items(format) => items(out, self.key, || {
                Attrs::new(value).map(|attr| format.read(attr.ok()?.value()))
            })?,
            Format::NonZero(format) if value.iter().all(|byte| *byte == 0) => {
                format.fits_zero(value)?;
            }
            Format::NonZero(format) => {
                known(self.kind, self.key, *format).describe(value, names, out)?;
            }
            Format::Where(.., format) | Format::Unless(.., format) => {
                known(self.kind, self.key, *format).describe(value, names, out)?;
            }
            Format::Link => names.describe_link(self.key, u32(value)?, out),
            format => out.field(self.key, format.read(value)?),
        }
        Some(())
    }
}

impl Format {
    /// Returns `None` where zeros are not the size of the value.
    fn fits_zero(self, value: &[u8]) -> Option<()> {
        match self {
            Self::Link => u32(value).map(drop),
            Self::Word(_) | Self::Read(_) => (!value.is_empty()).then_some(()),
            Self::Nested(_) | Self::As(_) => Some(()),
            format => format.read(value).map(drop),
        }
    }

    /// Reads a single value.
    #[inline]
    fn read(self, value: &[u8]) -> Option<Value<'_>> {
        match self {
            Self::U8 => u8(value).map(u64::from).map(Value::Number),
            Self::U16 => u16(value).map(u64::from).map(Value::Number),
            Self::U32 => u32(value).map(u64::from).map(Value::Number),
            Self::U64 => u64(value).map(Value::Number),
            Self::Uint => uint(value).map(Value::Number),
            Self::Hex => uint(value).map(hex),
            Self::HexBe => match value.len() {
                2 => be16(value).map(|number| hex(number.into())),
                4 => be32(value).map(|number| hex(number.into())),
                _ => be64(value).map(hex),
            },
            Self::I32 => i32(value).map(i64::from).map(Value::Signed),
            Self::Be16 => be16(value).map(u64::from).map(Value::Number),
            Self::Be32 => be32(value).map(u64::from).map(Value::Number),
            Self::Be64 => be64(value).map(Value::Number),
            Self::Clock => uint(value).map(Value::Hundredths),
            Self::Bool => u8(value).map(|byte| Value::Bool(byte != 0)),
            Self::Flag => Some(Value::Bool(true)),
            Self::Null => Some(Value::Null),
            Self::Name => name(value).map(Value::Name),
            Self::Ip => ip(value).map(Value::Ip),
            Self::Lladdr => Some(Value::Lladdr(value)),
            Self::Bytes => Some(Value::Bytes(value)),
            Self::Word(words) => uint(value).map(|number| word(words, number)),
            Self::Read(read) => read(value),
            Self::Wide(len, format) if value.len() == len => format.read(value),
            Self::Wide(..) | Self::Link | Self::Nested(_) | Self::Rows(_) | Self::Items(_) => None,
            Self::NonZero(_) | Self::Where(..) | Self::Unless(..) | Self::As(_) => None,
        }
    }
}

/// Returns the word for `number`, or the number where there is none.
pub fn word(words: &'static [(u8, &'static str)], number: impl Into<u64>) -> Value<'static> {
    let number = number.into();

    match words.iter().find(|(known, _)| u64::from(*known) == number) {
        Some((_, word)) => Value::Word(word),
        None => Value::Nameless(number),
    }
}

/// Returns `number` in hexadecimal, as C's `%#x` has it: zero without `0x`.
pub fn hex(number: u64) -> Value<'static> {
    match number {
        0 => Value::Nameless(0),
        _ => Value::Hex(number),
    }
}

#[cfg(test)]
mod tests {
    use super::super::described::tree;
    use super::*;
    use crate::fixtures::with;
    use std::convert::Infallible;

    #[test]
    fn values_of_another_size_are_unknown_also_where_they_are_zero() {
        for (format, len) in [
            (Format::NonZero(&Format::Bool), 1),
            (Format::NonZero(&Format::U32), 4),
            (Format::NonZero(&Format::Link), 4),
            (Format::NonZero(&Format::Be16), 2),
            (Format::Wide(1, &Format::Hex), 1),
            (Format::Wide(4, &Format::HexBe), 4),
            (Format::Wide(8, &Format::HexBe), 8),
        ] {
            for other in [0, 1, 2, 3, 4, 8] {
                let bytes = with(&[], &[(7, &[0; 8][..other])]);
                let described = tree(|names, out| {
                    describe(&bytes, &[known(7, "key", format)], names, out);
                    Ok::<_, Infallible>(())
                });
                let is_unknown = described.unwrap().get("unknown").is_some();
                assert_eq!(is_unknown, other != len, "{len} bytes, not {other}");
            }
        }
    }
}
