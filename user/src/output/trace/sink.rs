// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Parts of a message as they are written, whatever the form.

use nlhello::names::{Name, NumberWords};
use nlhello::wire::{self, Nlmsghdr};
use std::ops::Range;

/// Takes what a message says, in the order in which it says it.
///
/// A value is told by one of the methods from [`Sink::unsigned`] on. It is an attribute's, a field's or
/// an item's: what begins one of these comes before it.
pub trait Sink {
    /// Begins a message.
    fn open_message(&mut self);

    /// Tells the header of the message, or that of the request in an answer; returns where `nlmsg_seq` and
    /// `nlmsg_pid` are.
    fn nlmsghdr(
        &mut self,
        header: &Nlmsghdr,
        name: TypeName<'_>,
        flags: Flags,
    ) -> [Range<usize>; 2];

    /// Ends it.
    fn close_message(&mut self);

    /// Tells of `bytes` that are no message.
    fn broken_message(&mut self, error: wire::Error, bytes: &[u8]);

    /// Begins the fixed header `name` of the message, or of the attribute that was begun.
    fn open_header(&mut self, name: &str);

    /// Ends it.
    fn close_header(&mut self);

    /// Begins an answer with its error number; the header of the request follows, if that is there.
    fn open_errno(&mut self, errno: i32, has_request: bool);

    /// Ends it.
    fn close_errno(&mut self);

    /// Returns what was told so far.
    fn out(&mut self) -> &mut Vec<u8>;

    /// Tells of a payload of which nothing is known.
    fn payload(&mut self, bytes: &[u8]);

    /// Tells of a payload that is a text, bytes of somebody else.
    fn message_text(&mut self, text: &[u8]);

    /// Begins the attributes of the message, or of the attribute or element that was begun.
    fn open_attrs(&mut self);

    /// Ends them.
    fn close_attrs(&mut self);

    /// Begins an attribute; `len` is `nla_len`.
    fn open_attr(&mut self, len: usize, nla_type: u16, name: Option<Name>);

    /// Begins what stands where an attribute could be, and is none.
    fn open_element(&mut self);

    /// Ends the attribute or element.
    fn close_attr(&mut self);

    /// Tells of `bytes` that are no attribute.
    fn broken_attr(&mut self, error: wire::Error, bytes: &[u8]);

    /// Says that the attribute has a value, which follows.
    fn open_value(&mut self);

    /// Tells the value of the attribute as it came.
    fn raw_value(&mut self, bytes: &[u8]);

    /// Begins a value that has no parts; returns how much is told before it.
    fn begin_value(&mut self) -> usize;

    /// Begins fields, as a value.
    fn open_fields(&mut self);

    /// Begins the field `name`.
    fn field(&mut self, name: &str);

    /// Ends the fields.
    fn close_fields(&mut self);

    /// Begins a list, as a value.
    fn open_items(&mut self);

    /// Begins an item of it.
    fn item(&mut self);

    /// Ends the list.
    fn close_items(&mut self);

    /// Tells a number.
    fn unsigned(&mut self, number: u64);

    /// Tells a number that may be negative.
    fn signed(&mut self, number: i64);

    /// Tells a number that people read in hexadecimal.
    fn hex(&mut self, number: u64);

    /// Tells a number that has a name.
    fn word(&mut self, name: Name, number: u64);

    /// Tells bits.
    fn flags(&mut self, bits: u64, words: Option<NumberWords>);

    /// Tells the index of a link, and its name if that is known.
    fn link(&mut self, index: i32, name: Option<&[u8]>);

    /// Tells a text, bytes of somebody else.
    fn text(&mut self, text: &[u8]);

    /// Tells what `push` appends, characters that are safe to show.
    fn plain(&mut self, push: impl FnOnce(&mut Vec<u8>));

    /// Tells bytes.
    fn bytes(&mut self, bytes: &[u8]);
}

/// The name of a type of message.
#[derive(Clone, Copy, Debug)]
pub enum TypeName<'a> {
    /// A name of the kernel's headers.
    Known(&'a str),
    /// Name of a family of generic netlink, which any program may have chosen.
    Family(&'a [u8]),
    /// The type has no known name.
    Unknown,
}

/// The flags of a message by name, what has none in hexadecimal.
///
/// The upper byte means something else in every kind of message: that of an `NLMSG_ERROR` or
/// `NLMSG_DONE` is the same in all protocols, and both bits of a request that asks for something
/// make it a dump.
#[derive(Clone, Copy, Debug)]
pub struct Flags {
    /// `nlmsg_flags`.
    pub bits: u16,
    /// The names of the upper byte.
    pub upper: &'static [(u16, &'static str)],
}

const FLAGS: [(u16, &str); 6] = [
    (libc::NLM_F_REQUEST as u16, "NLM_F_REQUEST"),
    (libc::NLM_F_MULTI as u16, "NLM_F_MULTI"),
    (libc::NLM_F_ACK as u16, "NLM_F_ACK"),
    (libc::NLM_F_ECHO as u16, "NLM_F_ECHO"),
    (libc::NLM_F_DUMP_INTR as u16, "NLM_F_DUMP_INTR"),
    (libc::NLM_F_DUMP_FILTERED as u16, "NLM_F_DUMP_FILTERED"),
];

/// Flags of `NLMSG_ERROR` and `NLMSG_DONE`.
pub const CONTROL_FLAGS: &[(u16, &str)] = &[
    (libc::NLM_F_CAPPED as u16, "NLM_F_CAPPED"),
    (libc::NLM_F_ACK_TLVS as u16, "NLM_F_ACK_TLVS"),
];

/// Flags of a request that asks for objects.
pub const GET_FLAGS: &[(u16, &str)] = &[
    (libc::NLM_F_DUMP as u16, "NLM_F_DUMP"),
    (libc::NLM_F_ROOT as u16, "NLM_F_ROOT"),
    (libc::NLM_F_MATCH as u16, "NLM_F_MATCH"),
    (libc::NLM_F_ATOMIC as u16, "NLM_F_ATOMIC"),
];

/// Flags of a request that makes an object.
pub const NEW_FLAGS: &[(u16, &str)] = &[
    (libc::NLM_F_REPLACE as u16, "NLM_F_REPLACE"),
    (libc::NLM_F_EXCL as u16, "NLM_F_EXCL"),
    (libc::NLM_F_CREATE as u16, "NLM_F_CREATE"),
    (libc::NLM_F_APPEND as u16, "NLM_F_APPEND"),
];

/// Flags of a request that removes an object (`NLM_F_NONREC`, `NLM_F_BULK`).
pub const DEL_FLAGS: &[(u16, &str)] = &[(0x100, "NLM_F_NONREC"), (0x200, "NLM_F_BULK")];

impl Flags {
    /// Calls `visit` for each flag that has a name; returns the bits that have none.
    pub fn each(self, mut visit: impl FnMut(&'static str)) -> u16 {
        let mut rest = self.bits;
        for (flag, name) in FLAGS.iter().chain(self.upper) {
            if rest & flag == *flag {
                visit(name);
                rest &= !flag;
            }
        }
        rest
    }
}

/// Calls `visit` for each bit of `bits` that has a name in `words`; returns those that have none.
pub fn each_bit(bits: u64, words: Option<NumberWords>, mut visit: impl FnMut(Name)) -> u64 {
    let mut rest = bits;
    let Some(words) = words.filter(|_| bits != 0) else {
        return rest;
    };
    for (mask, name) in words.iter() {
        let mask = u64::from(mask);
        if mask != 0 && rest & mask == mask {
            visit(name);
            rest &= !mask;
        }
    }
    rest
}
