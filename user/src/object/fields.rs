// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Description of an object: fields, each a key and a value.
//!
//! An object of the kernel is described once, to whoever implements [`Fields`]: a writer of JSON, of
//! text, or what compares two of them. Keys and their nesting are those of `ip -j -d`, or else the
//! kernel's own lower-case names.

use std::net::IpAddr;

/// A single value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// There, without a value.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number.
    Number(u64),
    /// A number that may be negative.
    Signed(i64),
    /// A number of hundredths, shown with two decimals.
    Hundredths(u64),
    /// A number, shown in hexadecimal: `0x1f`.
    Hex(u64),
    /// A number that stands where a name would.
    Nameless(u64),
    /// A word of ours: printable, nothing to escape.
    Word(&'a str),
    /// A word of ours for a condition, good or bad: `UP`.
    State(&'a str),
    /// Bytes that somebody chose as a name.
    Name(&'a [u8]),
    /// The name of a network device.
    Dev(&'a [u8]),
    /// An address.
    Ip(IpAddr),
    /// A prefix: an address and how many of its bits count.
    Prefix(IpAddr, u8),
    /// An address of the link layer: `00:16:3e:01:02:03`.
    Lladdr(&'a [u8]),
    /// Bytes without a meaning known here, in hexadecimal: `00ff`.
    Bytes(&'a [u8]),
}

/// A value of fields or items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nest {
    /// Keys and values.
    Object,
    /// Values without keys.
    Array,
}

/// Takes the fields of an object, in the order in which they are to be shown.
///
/// Each [`open`](Fields::open) and [`open_item`](Fields::open_item) has a [`close`](Fields::close).
pub trait Fields {
    /// Takes a field.
    fn field(&mut self, key: &str, value: Value<'_>);

    /// Takes a value of the array that is open.
    fn item(&mut self, value: Value<'_>);

    /// Begins a field that holds more than a value.
    fn open(&mut self, key: &str, nest: Nest);

    /// Begins a value of the array that is open, that holds more than a value.
    fn open_item(&mut self, nest: Nest);

    /// Ends what was begun last.
    fn close(&mut self);

    /// Takes an address and how many of its bits count, each with its key; in a table they are one
    /// column of `width` characters.
    fn prefix(&mut self, address: (&str, IpAddr), len: (&str, u8), width: usize) {
        let _ = width;
        self.field(address.0, Value::Ip(address.1));
        self.field(len.0, Value::Number(len.1.into()));
    }

    /// Says that all that follows in the object that is open is for those who want to know more;
    /// returns whether any of it is taken.
    fn details(&mut self) -> bool {
        true
    }

    /// Takes a field that many objects have, by which people tell them apart; in a table it takes
    /// `width` characters.
    fn column(&mut self, key: &str, value: Value<'_>, width: usize) {
        let _ = width;
        self.field(key, value);
    }
}

/// Takes an array of the names of those `flags` that are set; what has no name is one more, in
/// hexadecimal.
pub fn flags(out: &mut dyn Fields, key: &str, flags: u32, names: &[(u32, &str)]) {
    out.open(key, Nest::Array);
    flag_items(out, flags, names);
    out.close();
}

/// Takes the items of such an array.
pub fn flag_items(out: &mut dyn Fields, flags: u32, names: &[(u32, &str)]) {
    let mut rest = flags;
    for (bit, name) in names {
        if flags & bit != 0 {
            out.item(Value::Word(name));
            rest &= !bit;
        }
    }
    if rest != 0 {
        out.item(Value::Hex(rest.into()));
    }
}

/// Takes a field with `value` for each of those `flags` that are set and have a name; returns those
/// that have none.
pub fn flag_fields(
    out: &mut dyn Fields,
    flags: u32,
    names: &[(u32, &str)],
    value: Value<'_>,
) -> u32 {
    names.iter().fold(flags, |rest, (bit, name)| {
        if flags & bit != 0 {
            out.field(name, value);
        }
        rest & !bit
    })
}

/// Takes an array of objects, each told by `describe`; `None` when one of them makes no sense, and then nothing is told.
pub fn objects<T, I: Iterator<Item = Option<T>>>(
    out: &mut dyn Fields,
    key: &str,
    all: impl Fn() -> I,
    mut describe: impl FnMut(T, &mut dyn Fields),
) -> Option<()> {
    all().all(|one| one.is_some()).then_some(())?;

    out.open(key, Nest::Array);
    for one in all().flatten() {
        out.open_item(Nest::Object);
        describe(one, out);
        out.close();
    }
    out.close();
    Some(())
}

/// Takes an array of values; `None` when one of them makes no sense, and then nothing is told.
pub fn items<'v, I: Iterator<Item = Option<Value<'v>>>>(
    out: &mut dyn Fields,
    key: &str,
    all: impl Fn() -> I,
) -> Option<()> {
    all().all(|one| one.is_some()).then_some(())?;

    out.open(key, Nest::Array);
    all().flatten().for_each(|one| out.item(one));
    out.close();
    Some(())
}
