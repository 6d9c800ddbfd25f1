// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A family with every reference resolved and every number known.

use crate::upper;

/// A family.
#[derive(Debug)]
pub struct Family {
    /// Name of the family.
    pub name: String,
    /// Text about the family.
    pub doc: String,
    /// Number of the protocol, where it is a raw one.
    pub protonum: Option<u32>,
    /// Whether it is a family of generic netlink.
    pub is_genl: bool,
    /// Names that only the C header has.
    pub c: CNames,
    /// Constants, enums and flags.
    pub definitions: Vec<Definition>,
    /// Sets of attributes that have numbers of their own.
    pub sets: Vec<Set>,
    /// Name of the enum of messages in C.
    pub message_enum: String,
    /// Messages, in the order of their description.
    pub messages: Vec<Message>,
    /// Multicast groups.
    pub groups: Vec<Group>,
}

/// Names that only the C header has.
#[derive(Debug)]
pub struct CNames {
    /// Name of the header's file.
    pub header: String,
    /// Name of the protocol's number.
    pub protocol: String,
    /// Macro that keeps the header from being read twice.
    pub guard: String,
    /// Name of the enum of multicast groups.
    pub group_enum: String,
    /// Text at the top, each paragraph as one line.
    pub preamble: Vec<String>,
}

/// A constant, or names of numbers.
#[derive(Debug)]
pub enum Definition {
    /// A constant.
    Const(Const),
    /// Names of numbers, or of bits.
    Enum(EnumType),
}

/// A constant.
#[derive(Debug)]
pub struct Const {
    /// Name in the description.
    pub name: String,
    /// Name in C.
    pub c_name: String,
    /// The value.
    pub value: ConstValue,
    /// Text about the constant.
    pub doc: String,
}

/// Value of a constant.
#[derive(Debug, PartialEq, Eq)]
pub enum ConstValue {
    /// A text, without its NUL.
    Text(String),
    /// A number.
    Number(i64),
}

/// Names of numbers, or of bits.
#[derive(Debug)]
pub struct EnumType {
    /// Name in the description.
    pub name: String,
    /// Name of the enum in C.
    pub c_name: String,
    /// Text about the whole.
    pub doc: String,
    /// Whether the numbers are those of bits.
    pub is_flags: bool,
    /// The names with their numbers; of flags, the bits themselves.
    pub entries: Vec<EnumEntry>,
}

/// Name of a number.
#[derive(Debug)]
pub struct EnumEntry {
    /// Name in C.
    pub c_name: String,
    /// The number, or the bit.
    pub value: i64,
    /// Text about the entry.
    pub doc: String,
}

/// A set of attributes with numbers of their own.
#[derive(Debug)]
pub struct Set {
    /// Name in the description.
    pub name: String,
    /// Name of the enum in C.
    pub enum_name: String,
    /// Prefix of the names in C.
    pub prefix: String,
    /// Text about the set.
    pub doc: String,
    /// The attributes, by number.
    pub attrs: Vec<Attr>,
}

/// An attribute.
#[derive(Clone, Debug)]
pub struct Attr {
    /// Name in the description.
    pub name: String,
    /// Name in C.
    pub c_name: String,
    /// `nla_type`.
    pub value: u16,
    /// Form of the value.
    pub kind: AttrKind,
    /// Whether it may be there any number of times.
    pub is_multi: bool,
    /// Checks that the kernel makes.
    pub checks: Vec<Check>,
    /// Text about the attribute.
    pub doc: String,
    /// Line of the description.
    pub line: usize,
}

/// Form of an attribute's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttrKind {
    /// A number that no message carries any more, or not yet.
    Unused,
    /// No bytes: it is there or not.
    Flag,
    /// A string that ends in a NUL.
    String,
    /// Any bytes.
    Binary,
    /// A number.
    Number(Number),
    /// Bits, and which of them say something.
    Bitfield32,
    /// Attributes of the set of this name.
    Nest(String),
    /// A row of nests, each with attributes of the set of this name.
    Array(String),
}

/// Form of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    /// Size in bytes; `None` is 4 or 8, as its sender likes.
    pub size: Option<u8>,
    /// Whether it is in two's complement.
    pub is_signed: bool,
    /// Whether it is big-endian.
    pub is_big_endian: bool,
}

/// A check of an attribute's value.
#[derive(Clone, Debug)]
pub struct Check {
    /// The check.
    pub word: CheckWord,
    /// Bound of the check.
    pub limit: Limit,
}

/// A kind of check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckWord {
    /// Least number.
    Min,
    /// Greatest number.
    Max,
    /// Least length in bytes.
    MinLen,
    /// Greatest length in bytes.
    MaxLen,
    /// The only length in bytes.
    ExactLen,
    /// All bits that may be set.
    Mask,
}

/// Bound of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The number.
    pub value: i128,
    /// The constant that it is called by, with what is added to it.
    pub name: Option<(String, i64)>,
}

/// A type of message.
#[derive(Debug)]
pub struct Message {
    /// Name in the description.
    pub name: String,
    /// Name in C.
    pub c_name: String,
    /// Number: `nlmsg_type`, and `cmd` over generic netlink.
    pub value: u16,
    /// Text about the message.
    pub doc: String,
    /// Whether it takes `CAP_NET_ADMIN` in the network namespace.
    pub is_admin: bool,
    /// The request that one message, or the ACK alone, answers.
    pub single: Option<Exchange>,
    /// The request that is answered entry by entry.
    pub dump: Option<Exchange>,
    /// The notification.
    pub event: Option<Event>,
}

/// A request and its answer.
#[derive(Debug)]
pub struct Exchange {
    /// Attributes of the request.
    pub request: Vec<Member>,
    /// Attributes of the answer; `None` where that is the ACK alone.
    pub reply: Option<Vec<Member>>,
}

/// A notification.
#[derive(Debug)]
pub struct Event {
    /// Attributes of the notification.
    pub attrs: Vec<Member>,
    /// Number of the multicast group in [`Family::groups`].
    pub group: usize,
}

/// An attribute of a message, or of a nest.
#[derive(Clone, Debug)]
pub struct Member {
    /// The attribute.
    pub attr: Attr,
    /// Whether it is always there.
    pub is_always: bool,
    /// Attributes inside, where it is a nest or an array of nests.
    pub inside: Vec<Member>,
}

/// A multicast group.
#[derive(Debug)]
pub struct Group {
    /// Name in the description.
    pub name: String,
    /// Name of the number in C.
    pub c_name: String,
    /// Number of the group.
    pub value: u32,
    /// Capability that joining takes.
    pub access: Access,
    /// Text about the group.
    pub doc: String,
}

/// Capability that it takes to join a multicast group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// No capability.
    Anybody,
    /// `CAP_NET_ADMIN` in the network namespace.
    NetAdmin,
    /// `CAP_SYS_ADMIN` in the network namespace.
    SysAdmin,
}

impl Family {
    /// Returns the prefix of constants in C.
    pub fn prefix(&self) -> String {
        upper(&self.name) + "_"
    }

    /// Returns the constant `name`.
    pub fn constant(&self, name: &str) -> Option<&Const> {
        self.definitions
            .iter()
            .find_map(|definition| match definition {
                Definition::Const(constant) if constant.name == name => Some(constant),
                _ => None,
            })
    }

    /// Returns the enum or the flags `name`.
    pub fn enum_type(&self, name: &str) -> Option<&EnumType> {
        self.definitions
            .iter()
            .find_map(|definition| match definition {
                Definition::Enum(enum_type) if enum_type.name == name => Some(enum_type),
                _ => None,
            })
    }
}

impl Message {
    /// Says whether the only answer is one, and carries what an entry of the dump does.
    pub fn has_one_reply(&self) -> bool {
        let reply = |exchange: &Option<Exchange>| {
            let members = exchange.as_ref()?.reply.as_ref()?;
            let facts = members.iter();
            let facts = facts.map(|member| (member.attr.c_name.clone(), member.is_always));
            Some(facts.collect::<Vec<_>>())
        };
        let single = reply(&self.single);

        single.is_some() && single == reply(&self.dump)
    }

    /// Returns the end of the name of what an entry of the dump carries: that of the only answer, where
    /// both are alike.
    pub fn entry_suffix(&self) -> &'static str {
        match self.has_one_reply() {
            true => "Reply",
            false => "Entry",
        }
    }
}

impl Number {
    /// Returns the type of the values in Rust.
    pub fn rust_type(self) -> String {
        let sign = if self.is_signed { 'i' } else { 'u' };

        format!("{sign}{}", self.size.map_or(64, |size| 8 * size))
    }

    /// Returns the least and the greatest number.
    pub fn range(self) -> (i128, i128) {
        let bits = self.size.map_or(64, |size| 8 * u32::from(size));

        match self.is_signed {
            true => (-(1 << (bits - 1)), (1 << (bits - 1)) - 1),
            false => (0, (1 << bits) - 1),
        }
    }
}

impl AttrKind {
    /// Returns what stands under `type`, or what it means.
    pub fn describe(&self) -> String {
        match self {
            AttrKind::Unused => "unused".into(),
            AttrKind::Flag => "flag".into(),
            AttrKind::String => "string".into(),
            AttrKind::Binary => "binary".into(),
            AttrKind::Number(number) => number.describe(),
            AttrKind::Bitfield32 => "bitfield32".into(),
            AttrKind::Nest(set) => format!("nest of {set}"),
            AttrKind::Array(set) => format!("array of nests of {set}"),
        }
    }

    /// Returns the name of the set inside, where there is one.
    pub fn inside(&self) -> Option<&str> {
        match self {
            AttrKind::Nest(set) | AttrKind::Array(set) => Some(set),
            _ => None,
        }
    }
}

impl Number {
    fn describe(self) -> String {
        let sign = if self.is_signed { 's' } else { 'u' };
        let order = if self.is_big_endian {
            "big-endian "
        } else {
            ""
        };

        match self.size {
            Some(size) => format!("{order}{sign}{}", 8 * size),
            None if self.is_signed => "sint".into(),
            None => "uint".into(),
        }
    }
}

impl CheckWord {
    /// Returns the word that the description has for the check.
    pub fn name(self) -> &'static str {
        match self {
            CheckWord::Min => "min",
            CheckWord::Max => "max",
            CheckWord::MinLen => "min-len",
            CheckWord::MaxLen => "max-len",
            CheckWord::ExactLen => "exact-len",
            CheckWord::Mask => "flags-mask",
        }
    }
}
