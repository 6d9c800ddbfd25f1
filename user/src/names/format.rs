// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Formats of values, with their parts.

use super::listed::AttrFormat;
use super::record::{self, FormatCode, BIG_ENDIAN, HEX, NUMBER_SIZE, OUTSIDE, SIGNED};
use super::{table, text, AttrSet, Name};

/// Format of the value of an attribute or of a member of a struct.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValueFormat {
    /// Bytes of a meaning of their own.
    Binary,
    /// Room for what follows.
    Pad,
    /// Being there is what it says.
    Flag,
    /// A text.
    Text,
    /// A number.
    Number(Number),
    /// Bits.
    Flags(Number),
    /// The index of a link.
    Ifindex,
    /// A hardware address.
    Mac,
    /// An IP address.
    Ip,
    /// An IPv4 or IPv6 address in 16 bytes: the family of the struct around it says which.
    FamilyAddr,
    /// A hardware address or that of a tunnel.
    Lladdr,
    /// A UUID.
    Uuid,
    /// A stack of MPLS labels.
    Labels,
    /// A socket address.
    Sockaddr,
    /// The group of a bridge's multicast entry, `br_mdb_entry.addr`.
    MdbAddr,
    /// A row of numbers, whose places may have names.
    Numbers(Number),
    /// Attributes that only count, each with a number.
    List(Number),
    /// Attributes that only count, each with an address.
    Addresses,
    /// A struct.
    Struct(Struct),
    /// Structs one behind the other.
    Structs(Struct),
    /// Attributes, behind so many bytes of a header.
    Nest(usize, AttrSet),
    /// Attributes that only count, so many deep, then those of the set.
    Nests(u8, AttrSet),
    /// A struct, and attributes behind it.
    Message(Struct, AttrSet),
    /// Rows that begin with their length: a struct, and attributes behind it.
    Nexthops(Struct, AttrSet),
    /// Format that the attribute of this type selects; `true` is that of the set around.
    Select(u16, bool, SubMessages),
    /// Format that the family of the message selects.
    ByFamily(SubMessages),
    /// Format that the IP protocol selects that was asked for.
    ByProtocol(SubMessages),
    /// Bits and which of them count, `struct nla_bitfield32`.
    Bitfield(Option<NumberWords>),
    /// No value.
    Nothing,
}

/// Size, byte order and notation of a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Number {
    /// Size of the number in bytes; 0 is as long as it is.
    pub size: u8,
    /// Whether it is big-endian.
    pub is_big_endian: bool,
    /// Whether it may be negative.
    pub is_signed: bool,
    /// Whether people read it in hexadecimal.
    pub is_hex: bool,
    /// Names for it.
    pub words: Option<NumberWords>,
}

/// Names of numbers: an enum, or flags.
#[derive(Clone, Copy, Debug)]
pub struct NumberWords(&'static record::Enum);

/// A struct.
#[derive(Clone, Copy, Debug)]
pub struct Struct(&'static record::Struct);

/// Formats that another attribute selects from.
#[derive(Clone, Copy, Debug)]
pub struct SubMessages(&'static record::Choice);

/// A member of a struct.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Name of the member in C.
    pub name: &'static str,
    /// Where it is, in bytes.
    pub at: usize,
    /// Size of the member in bytes; 0 is all that is left.
    pub size: usize,
    /// Format of its value.
    pub format: ValueFormat,
}

/// Records are the same if they are one.
macro_rules! compare_by_place {
    ($($name:ident),*) => {
        $(
            impl PartialEq for $name {
                fn eq(&self, other: &Self) -> bool {
                    std::ptr::eq(self.0, other.0)
                }
            }

            impl Eq for $name {}
        )*
    };
}

compare_by_place!(NumberWords, Struct, SubMessages);

impl ValueFormat {
    pub(super) fn new(kind: FormatCode, aux: u8, arg: u16) -> Self {
        let record = |index| Struct(&table::STRUCTS[usize::from(index)]);
        let set = || AttrSet::of_index(arg);

        match kind {
            FormatCode::Binary => Self::Binary,
            FormatCode::Pad => Self::Pad,
            FormatCode::Flag => Self::Flag,
            FormatCode::Text => Self::Text,
            FormatCode::Number => Self::Number(Number::new(aux, arg)),
            FormatCode::Flags => Self::Flags(Number::new(aux, arg)),
            FormatCode::Ifindex => Self::Ifindex,
            FormatCode::Mac => Self::Mac,
            FormatCode::Ip => Self::Ip,
            FormatCode::FamilyAddr => Self::FamilyAddr,
            FormatCode::Lladdr => Self::Lladdr,
            FormatCode::Uuid => Self::Uuid,
            FormatCode::Labels => Self::Labels,
            FormatCode::Sockaddr => Self::Sockaddr,
            FormatCode::MdbAddr => Self::MdbAddr,
            FormatCode::Numbers => Self::Numbers(Number::new(aux, arg)),
            FormatCode::List => Self::List(Number::new(aux, arg)),
            FormatCode::Addresses => Self::Addresses,
            FormatCode::Struct => Self::Struct(record(arg)),
            FormatCode::Structs => Self::Structs(record(arg)),
            FormatCode::Nest => Self::Nest(0, set()),
            FormatCode::Nests => Self::Nests(aux, set()),
            FormatCode::Message => Self::Message(record(aux.into()), set()),
            FormatCode::Nexthops => Self::Nexthops(record(aux.into()), set()),
            FormatCode::Select => {
                let nla_type = u16::from(aux & !OUTSIDE);
                Self::Select(nla_type, aux & OUTSIDE != 0, SubMessages::of_index(arg))
            }
            FormatCode::ByFamily => Self::ByFamily(SubMessages::of_index(arg)),
            FormatCode::ByProtocol => Self::ByProtocol(SubMessages::of_index(arg)),
            FormatCode::Bitfield => Self::Bitfield(NumberWords::of_index(arg)),
            FormatCode::Nothing => Self::Nothing,
        }
    }

    /// Returns where in the value attributes begin, and what is known of them, if it holds a plain row
    /// of some.
    pub fn nest(self) -> Option<(usize, AttrSet)> {
        match self {
            Self::Nest(header, set) => Some((header, set)),
            Self::Message(header, set) => Some((header.size().next_multiple_of(4), set)),
            _ => None,
        }
    }
}

impl From<AttrFormat> for ValueFormat {
    fn from(format: AttrFormat) -> Self {
        let number = |size| {
            Self::Number(Number {
                size,
                ..Number::default()
            })
        };

        match format {
            AttrFormat::String => Self::Text,
            AttrFormat::Bytes => Self::Binary,
            AttrFormat::U32 => number(4),
            AttrFormat::U64 => number(8),
            AttrFormat::Nested(header, known) => Self::Nest(header, AttrSet::of_list("", known)),
        }
    }
}

impl Number {
    fn new(aux: u8, arg: u16) -> Self {
        Self {
            size: aux & NUMBER_SIZE,
            is_big_endian: aux & BIG_ENDIAN != 0,
            is_signed: aux & SIGNED != 0,
            is_hex: aux & HEX != 0,
            words: NumberWords::of_index(arg),
        }
    }

    /// Reads it from `value`, which must be as long as it is; one below 0 as its two's complement in
    /// 64 bits.
    #[inline]
    pub fn read(self, value: &[u8]) -> Option<u64> {
        if self.size != 0 && value.len() != usize::from(self.size) {
            return None;
        }
        // Most are of four bytes.
        let number = match (value, self.is_big_endian) {
            (&[a, b, c, d], false) => u32::from_ne_bytes([a, b, c, d]).into(),
            (&[a, b, c, d], true) => u32::from_be_bytes([a, b, c, d]).into(),
            (&[byte], _) => byte.into(),
            (&[a, b], false) => u16::from_ne_bytes([a, b]).into(),
            (&[a, b], true) => u16::from_be_bytes([a, b]).into(),
            (_, false) => u64::from_ne_bytes(value.try_into().ok()?),
            (_, true) => u64::from_be_bytes(value.try_into().ok()?),
        };
        if !self.is_signed {
            return Some(number);
        }
        let unused = 64 - 8 * value.len() as u32;

        Some((((number << unused) as i64) >> unused) as u64)
    }
}

impl NumberWords {
    fn of_index(index: u16) -> Option<Self> {
        let index = usize::from(index).checked_sub(1)?;

        Some(Self(&table::ENUMS[index]))
    }

    /// Returns the name of `number`.
    pub fn find(self, number: u64) -> Option<Name> {
        let number = u32::try_from(number).ok()?;
        let words = self.words();
        let at = match words.get(number as usize) {
            // Most enums count from 0.
            Some(word) if word.number == number => number as usize,
            _ => words
                .binary_search_by_key(&number, |word| word.number)
                .ok()?,
        };

        Some(self.name(&words[at]))
    }

    /// Returns the ends of the names of 0, 1, 2, and so on without an end; `None` for each that has none.
    pub fn places(self) -> impl Iterator<Item = Option<&'static str>> {
        let mut words = self.words().iter().peekable();

        (0..).map(move |number| {
            let word = words.next_if(|word| word.number == number);
            word.map(|word| text(word.name))
        })
    }

    /// Returns the numbers and their names, in the order of the numbers.
    pub fn iter(self) -> impl Iterator<Item = (u32, Name)> {
        self.words()
            .iter()
            .map(move |word| (word.number, self.name(word)))
    }

    fn words(self) -> &'static [record::Word] {
        slice(&table::WORDS, self.0.first, self.0.count)
    }

    fn name(self, word: &record::Word) -> Name {
        Name {
            prefix: text(self.0.prefix),
            rest: text(word.name),
        }
    }
}

impl Struct {
    pub(super) fn of_index(index: u16) -> Self {
        Self(&table::STRUCTS[usize::from(index)])
    }

    /// Returns its name in C.
    pub fn name(self) -> &'static str {
        text(self.0.name)
    }

    /// Returns its size, in bytes.
    pub fn size(self) -> usize {
        self.0.size.into()
    }

    /// Says whether it is as long as what it is read from: its last member is all that is left.
    pub fn is_open(self) -> bool {
        slice(&table::MEMBERS, self.0.first, self.0.count)
            .last()
            .is_some_and(|member| member.size == 0)
    }

    /// Returns the family of the addresses in it, `AF_*`: that of its own member, or else of a struct in
    /// it; `None` where there is none, or it is 0.
    pub fn family(self, bytes: &[u8]) -> Option<u8> {
        let value = |member: Member| bytes.get(member.at..member.at + member.size);
        let own = |member: Member| match member.format {
            ValueFormat::Number(number) if member.is_family() => {
                u8::try_from(number.read(value(member)?)?).ok()
            }
            _ => None,
        };
        let inner = |member: Member| match member.format {
            ValueFormat::Struct(inner) => inner.family(value(member)?),
            _ => None,
        };

        self.members()
            .find_map(own)
            .filter(|family| *family != 0)
            .or_else(|| self.members().find_map(inner))
    }

    /// Returns its members in order.
    pub fn members(self) -> impl Iterator<Item = Member> {
        slice(&table::MEMBERS, self.0.first, self.0.count)
            .iter()
            .map(|member| Member {
                name: text(member.name),
                at: member.at.into(),
                size: member.size.into(),
                format: ValueFormat::new(member.kind, member.aux, member.arg),
            })
    }
}

impl Member {
    /// Says whether it is the family of the addresses in its struct, `AF_*`.
    pub fn is_family(&self) -> bool {
        self.name.ends_with("family")
    }
}

impl SubMessages {
    fn of_index(index: u16) -> Self {
        Self(&table::CHOICES[usize::from(index)])
    }

    /// Returns what the text `value` of the selector stands for.
    pub fn by_text(self, value: &[u8]) -> Option<ValueFormat> {
        self.find(|known| text(known).as_bytes() == value)
    }

    /// Returns what the number `value` of the selector stands for.
    pub fn by_number(self, value: u64) -> Option<ValueFormat> {
        self.find(|known| u64::from(known) == value)
    }

    /// Returns the texts that select, and what each does, where the selector is a text.
    pub fn texts(self) -> impl Iterator<Item = (&'static str, ValueFormat)> {
        let options = slice(&table::OPTIONS, self.0.first, self.0.count);

        options
            .iter()
            .map(|known| text(known.value))
            .zip(self.all())
    }

    /// Returns all that may be selected.
    pub fn all(self) -> impl Iterator<Item = ValueFormat> {
        slice(&table::OPTIONS, self.0.first, self.0.count)
            .iter()
            .map(|known| ValueFormat::new(known.kind, known.aux, known.arg))
    }

    fn find(self, is_it: impl Fn(u16) -> bool) -> Option<ValueFormat> {
        let found = slice(&table::OPTIONS, self.0.first, self.0.count)
            .iter()
            .find(|known| is_it(known.value))?;

        Some(ValueFormat::new(found.kind, found.aux, found.arg))
    }
}

pub(super) fn slice<T>(all: &'static [T], first: u16, count: u16) -> &'static [T] {
    &all[first.into()..][..count.into()]
}
