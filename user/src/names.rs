// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The kernel's names for the numbers of netlink: messages, attributes, enums, flags, structs.
//!
//! All of it stands in one table, which `make names` takes from the kernel's own descriptions
//! (`Documentation/netlink/specs`) and headers (`include/uapi/linux`). Looking something up allocates
//! nothing and reads only what is looked at. [`uapi`] has the same numbers as constants.

mod format;
mod listed;
mod record;
mod row;
#[rustfmt::skip]
mod table;
#[cfg(test)]
mod tests;
pub mod uapi;

pub use format::{Member, Number, NumberWords, Struct, SubMessages, ValueFormat};
pub use listed::{AttrFormat, AttrSpec, MessageSpec};
pub use row::AttrRow;

use crate::wire::{NLMSG_ERROR, NLM_F_DUMP, NLM_F_REQUEST};
use format::slice;
use record::WHOLE;
use std::fmt;

/// Size of `struct genlmsghdr`, in bytes.
pub const GENLMSGHDR: usize = 4;

/// Type of the messages of generic netlink's controller, a family itself
/// (`include/uapi/linux/genetlink.h`).
pub const GENL_ID_CTRL: u16 = 16;

/// Number of any protocol, in a row that is of all of them.
const ANY_PROTOCOL: u16 = u16::MAX;

/// A name as C has it, in two parts: what all of its kind begin with, and the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name {
    /// Prefix that the names of its kind share; may be empty.
    pub prefix: &'static str,
    /// The rest.
    pub rest: &'static str,
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.prefix)?;
        f.write_str(self.rest)
    }
}

/// Description of a type of message.
#[derive(Clone, Copy, Debug)]
pub struct MessageInfo {
    /// Name of the type in C.
    pub name: &'static str,
    /// The fixed header before the attributes, if its fields are known.
    pub header: Option<Struct>,
    /// Where the attributes begin behind `struct nlmsghdr`, in bytes: after that header, and
    /// before it `struct genlmsghdr` in generic netlink.
    pub header_size: usize,
    /// The attributes that it may carry.
    pub attrs: AttrSet,
    /// Action of a request of this type, which decides what the upper byte of its flags means.
    pub verb: Operation,
}

/// Action of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// The request asks for an object, maybe for all (`NLM_F_DUMP`).
    Get,
    /// The request makes or changes an object.
    New,
    /// The request removes an object.
    Del,
    /// Something else.
    Other,
}

/// The messages of a family of generic netlink, or of another protocol.
#[derive(Clone, Copy, Debug)]
pub struct FamilyInfo(&'static record::Family);

/// A set of attributes: types that belong together.
#[derive(Clone, Copy, Debug)]
pub struct AttrSet(Attrs);

#[derive(Clone, Copy, Debug)]
enum Attrs {
    Kernel(&'static record::Set),
    Listed(&'static str, &'static [AttrSpec]),
}

/// Description of a type of attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttrInfo {
    /// Name of the type.
    pub name: Name,
    /// Format of its value.
    pub format: ValueFormat,
}

impl FamilyInfo {
    /// Returns the messages of `protocol`, `NETLINK_*`; those of generic netlink are of families.
    pub fn of_protocol(protocol: i32) -> Option<Self> {
        let protocol = u16::try_from(protocol)
            .ok()
            .filter(|protocol| *protocol != ANY_PROTOCOL)?;

        Self::find("", protocol)
    }

    /// Returns the family of generic netlink that is called `name`.
    pub fn of_name(name: &[u8]) -> Option<Self> {
        let name = std::str::from_utf8(name)
            .ok()
            .filter(|name| !name.is_empty())?;

        Self::find(name, libc::NETLINK_GENERIC as u16)
    }

    fn find(name: &str, protocol: u16) -> Option<Self> {
        table::FAMILIES
            .iter()
            .find(|family| family.protocol == protocol && text(family.name) == name)
            .map(Self)
    }

    /// Returns the name that the family has in generic netlink.
    pub fn name(self) -> &'static str {
        text(self.0.name)
    }

    /// Returns what is known of the message `number`, which is `nlmsg_type`, or the command of generic
    /// netlink. Its `nlmsg_flags` say whether it is a request, and a dump; the first byte of `payload`
    /// says the address family, where messages of one number differ by that.
    pub fn message(self, number: u16, nlmsg_flags: u16, payload: &[u8]) -> Option<MessageInfo> {
        let family = payload.first().copied().unwrap_or_default();
        let messages = slice(&table::MESSAGES, self.0.first, self.0.count);
        let first = messages.partition_point(|message| message.number < number);

        messages[first..]
            .iter()
            .take_while(|message| message.number == number)
            .find(|message| message.is_so(nlmsg_flags, family))
            .map(|message| MessageInfo::of_record(message, self.header_size()))
    }

    /// Returns the size of the header that all messages of the family have, in bytes.
    fn header_size(self) -> usize {
        match i32::from(self.0.protocol) {
            libc::NETLINK_GENERIC => GENLMSGHDR,
            _ => 0,
        }
    }
}

impl record::Message {
    /// Says whether messages with these flags and this first byte are so.
    fn is_so(&self, nlmsg_flags: u16, family: u8) -> bool {
        let wanted = match nlmsg_flags & NLM_F_REQUEST {
            0 => record::REPLY,
            _ => record::REQUEST,
        };
        let is_dump = nlmsg_flags & NLM_F_DUMP == NLM_F_DUMP;

        self.flags & wanted != 0
            && (is_dump || self.flags & record::DUMP == 0)
            && [0, family.into()].contains(&(self.flags >> record::FAMILY))
    }
}

impl MessageInfo {
    /// Says whether its payload is neither a header nor attributes, but something that only the
    /// protocol knows.
    pub fn is_opaque(&self) -> bool {
        self.header_size == 0 && self.attrs.is_empty()
    }

    /// Returns the same for generic netlink, of what is known of the message without its header there.
    #[must_use]
    pub fn in_generic(self) -> Self {
        Self {
            header_size: GENLMSGHDR + self.header_size,
            ..self
        }
    }

    fn of_record(message: &record::Message, before: usize) -> Self {
        let header = message.header.checked_sub(1).map(Struct::of_index);
        let set = message.set.checked_sub(1).map(AttrSet::of_index);

        Self {
            name: text(message.name),
            header,
            header_size: before + header.map_or(0, Struct::size),
            attrs: set.unwrap_or(AttrSet::EMPTY),
            verb: match message.flags {
                flags if flags & record::GET != 0 => Operation::Get,
                flags if flags & record::NEW != 0 => Operation::New,
                flags if flags & record::DEL != 0 => Operation::Del,
                _ => Operation::Other,
            },
        }
    }
}

impl From<&'static MessageSpec> for MessageInfo {
    fn from(spec: &'static MessageSpec) -> Self {
        Self {
            name: spec.name,
            header: None,
            header_size: spec.header,
            attrs: AttrSet::of_list(spec.attr_prefix, spec.attrs),
            verb: match spec.is_get {
                true => Operation::Get,
                false => Operation::Other,
            },
        }
    }
}

impl AttrSet {
    /// The set without attributes.
    pub const EMPTY: Self = Self::of_list("", &[]);

    fn of_index(index: u16) -> Self {
        Self(Attrs::Kernel(&table::SETS[usize::from(index)]))
    }

    /// Returns the set of the attributes in `attrs`, whose names begin with `prefix`.
    pub const fn of_list(prefix: &'static str, attrs: &'static [AttrSpec]) -> Self {
        Self(Attrs::Listed(prefix, attrs))
    }

    /// Returns what the names of its attributes begin with.
    pub fn prefix(self) -> &'static str {
        match self.0 {
            Attrs::Kernel(set) => text(set.prefix),
            Attrs::Listed(prefix, _) => prefix,
        }
    }

    /// Says whether no attribute of it is known.
    pub fn is_empty(self) -> bool {
        match self.0 {
            Attrs::Kernel(set) => set.count == 0,
            Attrs::Listed(_, attrs) => attrs.is_empty(),
        }
    }

    /// Returns what is known of attributes of type `nla_type`.
    pub fn find(self, nla_type: u16) -> Option<AttrInfo> {
        match self.0 {
            Attrs::Kernel(set) => find_attr(set, nla_type),
            Attrs::Listed(_, attrs) => AttrSpec::find(attrs, nla_type).map(AttrInfo::of_spec),
        }
    }

    /// Returns the types of its attributes and what is known of each.
    pub fn all(self) -> Vec<(u16, AttrInfo)> {
        match self.0 {
            Attrs::Kernel(set) => slice(&table::ATTRS, set.first, set.count)
                .iter()
                .map(|attr| (attr.nla_type & !WHOLE, AttrInfo::of_record(set, attr)))
                .collect(),
            Attrs::Listed(_, attrs) => attrs
                .iter()
                .map(|attr| (attr.nla_type, AttrInfo::of_spec(attr)))
                .collect(),
        }
    }
}

impl PartialEq for AttrSet {
    fn eq(&self, other: &Self) -> bool {
        match (self.0, other.0) {
            (Attrs::Kernel(a), Attrs::Kernel(b)) => std::ptr::eq(a, b),
            (Attrs::Listed(_, a), Attrs::Listed(_, b)) => std::ptr::eq(a, b),
            _ => false,
        }
    }
}

impl Eq for AttrSet {}

impl AttrInfo {
    fn of_record(set: &record::Set, attr: &record::Attr) -> Self {
        let prefix = match attr.nla_type & WHOLE {
            0 => text(set.prefix),
            _ => "",
        };

        Self {
            name: Name {
                prefix,
                rest: text(attr.name),
            },
            format: ValueFormat::new(attr.kind, attr.aux, attr.arg),
        }
    }

    fn of_spec(attr: &'static AttrSpec) -> Self {
        Self {
            name: Name {
                prefix: "",
                rest: attr.name,
            },
            format: attr.format.into(),
        }
    }
}

fn find_attr(set: &record::Set, nla_type: u16) -> Option<AttrInfo> {
    let attrs = slice(&table::ATTRS, set.first, set.count);
    let first = attrs.first()?.nla_type & !WHOLE;
    let is_it = |attr: &&record::Attr| attr.nla_type & !WHOLE == nla_type;
    // Most sets have no holes.
    let near = nla_type
        .checked_sub(first)
        .and_then(|at| attrs.get(usize::from(at)));
    let found = near.filter(is_it).or_else(|| {
        let at = attrs.binary_search_by_key(&nla_type, |attr| attr.nla_type & !WHOLE);
        at.ok().map(|at| &attrs[at])
    })?;

    Some(AttrInfo::of_record(set, found))
}

/// Returns the name of a control message, `NLMSG_*`.
pub fn control(nlmsg_type: u16) -> Option<&'static str> {
    let family = FamilyInfo::find("", ANY_PROTOCOL)?;

    family
        .message(nlmsg_type, 0, &[])
        .map(|message| message.name)
}

/// Says whether there are messages that are called `name` in C.
pub fn is_message(name: &str) -> bool {
    let mut messages = table::MESSAGES.iter();

    messages.any(|message| text(message.name) == name)
}

/// Returns the attributes of an extended ACK, `NLMSGERR_ATTR_*`.
pub fn ext_ack() -> AttrSet {
    let family = FamilyInfo::find("", ANY_PROTOCOL);
    let error = family.and_then(|family| family.message(NLMSG_ERROR, 0, &[]));

    error.map_or(AttrSet::EMPTY, |error| error.attrs)
}

/// The names of the table, as [`record::pool`] lays them out.
static POOL: &str = match std::str::from_utf8(&record::pool::<{ table::POOL_SIZE }>(table::NAMES)) {
    Ok(pool) => pool,
    Err(_) => panic!("names are ASCII"),
};

/// Returns the name in the pool that `at` stands for.
#[inline]
fn text(at: u16) -> &'static str {
    let at = 2 * usize::from(at);
    let len = usize::from(POOL.as_bytes()[at]);

    &POOL[at + 1..][..len]
}
