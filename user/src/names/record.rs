// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The records that [`table`](super::table) is made of: numbers only, so nothing has to be relocated
//! when the program starts, and what nobody looks up is never in memory.
//!
//! A name is half of the place in the pool where a byte has its length and the name follows. An index
//! that may be missing is one too high, and 0 is none.

/// Code of a [format](super::ValueFormat), where that is described: of an attribute's value, of a member of a struct, or of
/// a choice. Each that takes more names the meaning of `aux` and `arg`; without, both are 0. `aux` of a number is its size
/// in bytes ([`NUMBER_SIZE`]), 0 is as long as it is, and the bits [`BIG_ENDIAN`], [`SIGNED`] and [`HEX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatCode {
    Binary,
    Pad,
    Flag,
    Text,
    /// `arg` is the enum that has names for the number, if any.
    Number,
    /// `arg` is the enum.
    Flags,
    Ifindex,
    Mac,
    Ip,
    FamilyAddr,
    Lladdr,
    Uuid,
    Labels,
    Sockaddr,
    MdbAddr,
    /// `arg` is the enum that has names for their places, if any.
    Numbers,
    /// `arg` is the enum that has names for the numbers, if any.
    List,
    Addresses,
    /// `arg` is the struct.
    Struct,
    /// `arg` is the struct.
    Structs,
    /// `arg` is the set.
    Nest,
    /// `aux` is the depth, `arg` the set.
    Nests,
    /// `aux` is the struct, `arg` the set.
    Message,
    /// `aux` is the struct, `arg` the set.
    Nexthops,
    /// `arg` is the choice, `aux` the attribute that selects, with [`OUTSIDE`] in the set around.
    Select,
    /// `arg` is the choice.
    ByFamily,
    /// `arg` is the choice.
    ByProtocol,
    /// `arg` is the enum that has names for the bits, if any.
    Bitfield,
    Nothing,
}

/// Bits of `aux` that have the size of a number.
pub(super) const NUMBER_SIZE: u8 = 0xf;
/// Bit of `aux`: the number is big-endian.
pub(super) const BIG_ENDIAN: u8 = 0x10;
/// Bit of `aux`: the number may be negative.
pub(super) const SIGNED: u8 = 0x20;
/// Bit of `aux`: people read the number in hexadecimal.
pub(super) const HEX: u8 = 0x40;
/// Bit of `aux`: the selector is in the set around this one.
pub(super) const OUTSIDE: u8 = 0x80;
/// Bit of the type of an attribute: its name does not begin as the others of the set do.
pub(super) const WHOLE: u16 = 0x8000;

/// Bit of the flags of a message: requests are so.
pub(super) const REQUEST: u16 = 1;
/// Bit of the flags of a message: what the kernel says is so.
pub(super) const REPLY: u16 = 2;
/// Bit of the flags of a message: it asks, maybe for all.
pub(super) const GET: u16 = 4;
/// Bit of the flags of a message: it makes something.
pub(super) const NEW: u16 = 8;
/// Bit of the flags of a message: it removes something.
pub(super) const DEL: u16 = 16;
/// Bit of the flags of a message: only requests that are dumps are so.
pub(super) const DUMP: u16 = 32;
/// Where in the flags of a message the first byte of its payload stands, `AF_*`; 0 there is any.
pub(super) const FAMILY: u32 = 8;

/// Defines a record, and the short function that makes one.
macro_rules! records {
    ($($(#[$meta:meta])* $record:ident = $short:ident($($field:ident: $type:ty),*);)*) => {
        $(
            $(#[$meta])*
            #[derive(Debug)]
            pub(super) struct $record { $(pub(super) $field: $type),* }

            pub(super) const fn $short($($field: $type),*) -> $record {
                $record { $($field),* }
            }
        )*
    };
}

records! {
    /// A family of generic netlink, or the messages of another protocol: then without a name.
    Family = y(name: u16, protocol: u16, first: u16, count: u16);
    /// A message; those of a family stand in the order of their numbers, and of one number what is
    /// true of a few before what is true of all.
    Message = g(number: u16, name: u16, header: u16, set: u16, flags: u16);
    /// A set of attributes.
    Set = s(prefix: u16, first: u16, count: u16);
    /// An attribute; those of a set stand in the order of their types.
    Attr = a(nla_type: u16, name: u16, kind: FormatCode, aux: u8, arg: u16);
    /// A struct.
    Struct = t(name: u16, first: u16, count: u16, size: u16);
    /// A member; the size 0 is all that is left.
    Member = m(name: u16, at: u16, size: u16, kind: FormatCode, aux: u8, arg: u16);
    /// Names of numbers.
    Enum = e(prefix: u16, first: u16, count: u16);
    /// The name of a number; those of an enum stand in the order of their numbers.
    Word = w(number: u32, name: u16);
    /// A choice: `count` rows of [`Choosable`] from `first` on.
    Choice = c(first: u16, count: u16);
    /// A row of a choice: the value of the selector, a name or a number, and the format.
    Choosable = o(value: u16, kind: FormatCode, aux: u8, arg: u16);
}

/// Returns an attribute whose value is a number without names.
pub(super) const fn n(nla_type: u16, name: u16, aux: u8) -> Attr {
    a(nla_type, name, FormatCode::Number, aux, 0)
}

/// Returns a member that is a number without names.
pub(super) const fn i(name: u16, at: u16, aux: u8) -> Member {
    let size = (aux & NUMBER_SIZE) as u16;

    m(name, at, size, FormatCode::Number, aux, 0)
}

/// Returns the pool of `names`, which one blank or line break divides: each behind a byte that has its length, from
/// an even place on.
pub(super) const fn pool<const SIZE: usize>(names: &str) -> [u8; SIZE] {
    let names = names.as_bytes();
    let mut pool = [0u8; SIZE];
    let (mut start, mut len, mut at) = (0, 0_usize, 0);
    while at < names.len() {
        if matches!(names[at], b' ' | b'\n') {
            pool[start] = len as u8;
            start += (1 + len).next_multiple_of(2);
            len = 0;
        } else {
            len += 1;
            pool[start + len] = names[at];
        }
        at += 1;
    }
    pool[start] = len as u8;
    pool
}
