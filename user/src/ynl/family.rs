// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A family as its spec has it, every name resolved.

use crate::netlink::Error;
use std::fmt::Write;

/// [`Error::op`] of what a spec or the values for it have wrong.
pub(super) const OP: &str = "call";

/// A netlink family: its messages, and all that they are made of.
#[derive(Clone, Debug)]
pub struct SpecFamily {
    /// Name of the family, which generic netlink finds it by.
    pub name: String,
    /// How its messages are carried.
    pub transport: SpecTransport,
    /// Requests and notifications.
    pub operations: Vec<SpecOperation>,
    /// Multicast groups.
    pub groups: Vec<SpecGroup>,
    pub(super) enums: Vec<SpecEnum>,
    pub(super) structs: Vec<SpecStruct>,
    pub(super) sets: Vec<SpecSet>,
    pub(super) sub_messages: Vec<SubMessage>,
}

/// How messages of a family are carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpecTransport {
    /// As messages of generic netlink, with this version.
    Generic(u8),
    /// As messages of a protocol of its own, `NETLINK_*`.
    Raw(u8),
}

/// An operation: a request and its answer, or a notification.
#[derive(Clone, Debug)]
pub struct SpecOperation {
    /// Name of the operation.
    pub name: String,
    /// Number of the request, if it is one: `nlmsg_type`, or the command of generic netlink.
    pub request: Option<u16>,
    /// Number of what the kernel sends, if it sends anything.
    pub reply: Option<u16>,
    /// Modes that the operation has.
    pub modes: Modes,
    /// Names of the attributes that a request takes, as the spec lists them.
    pub attrs: Vec<String>,
    /// Struct in front of the attributes.
    pub(super) header: Option<usize>,
    /// Set of the attributes.
    pub(super) set: Option<usize>,
}

/// Modes of an operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Modes {
    /// Whether it can be asked for one object, or change one (`do`).
    pub has_do: bool,
    /// Whether it can be asked for all objects (`dump`, `NLM_F_DUMP`).
    pub has_dump: bool,
    /// Whether the kernel sends it by itself (`event`, `notify`).
    pub is_event: bool,
}

/// A multicast group.
#[derive(Clone, Debug)]
pub struct SpecGroup {
    /// Name of the group.
    pub name: String,
    /// Number of the group; generic netlink asks the kernel for it.
    pub number: Option<u32>,
}

/// Words for numbers, or for bits.
#[derive(Clone, Debug)]
pub(super) struct SpecEnum {
    pub(super) name: String,
    pub(super) entries: Vec<(String, i64)>,
}

/// A struct in C.
#[derive(Clone, Debug)]
pub(super) struct SpecStruct {
    pub(super) members: Vec<SpecMember>,
    /// Size in bytes.
    pub(super) size: usize,
}

/// A member of a struct.
#[derive(Clone, Debug)]
pub(super) struct SpecMember {
    pub(super) name: String,
    pub(super) form: MemberForm,
    /// Size in bytes.
    pub(super) size: usize,
}

/// Type of a member of a struct.
#[derive(Clone, Debug)]
pub(super) enum MemberForm {
    Pad,
    Scalar(Scalar),
    Bytes(Option<DisplayHint>),
    Struct(usize),
}

/// A set of attributes: a space of numbers.
#[derive(Clone, Debug)]
pub(super) struct SpecSet {
    pub(super) name: String,
    pub(super) attrs: Vec<SpecAttr>,
    /// For each `nla_type` the place of its attribute in `attrs`, plus one; 0 is none.
    pub(super) by_type: Vec<u16>,
}

/// An attribute.
#[derive(Clone, Debug)]
pub(super) struct SpecAttr {
    pub(super) name: String,
    pub(super) nla_type: u16,
    /// Whether there may be several.
    pub(super) is_multi: bool,
    pub(super) form: AttrForm,
}

/// Type of an attribute.
#[derive(Clone, Debug)]
pub(super) enum AttrForm {
    /// A number that nobody sends any more.
    Unused,
    /// Padding, which aligns the next attribute.
    Pad,
    Flag,
    String,
    Scalar(Scalar),
    Bytes(Option<DisplayHint>),
    Struct(usize),
    /// Numbers one behind the other.
    Numbers(Scalar),
    Nest(usize),
    /// Attributes whose types count them.
    Indexed(Element),
    /// `struct nla_bitfield32`: bits, and which of them are meant.
    Bitfield32(Option<EnumUse>),
    /// Attributes of a set that another attribute selects.
    SubMessage {
        sub_message: usize,
        selector: String,
    },
    /// Nests in each other whose types are values with these names, and in the last one a set.
    TypeValue {
        names: Vec<String>,
        set: usize,
    },
}

/// Element of an indexed array.
#[derive(Clone, Debug)]
pub(super) enum Element {
    Nest(usize),
    Bytes(Option<DisplayHint>),
    Scalar(Scalar),
    String,
}

/// An integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scalar {
    pub(super) width: Width,
    pub(super) is_signed: bool,
    pub(super) order: ByteOrder,
    pub(super) words: Option<EnumUse>,
    pub(super) hint: Option<DisplayHint>,
}

/// Size of an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Width {
    Bytes(usize),
    /// 4 bytes if that is enough, else 8 (`uint`, `sint`).
    Auto,
}

/// Byte order of an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ByteOrder {
    Native,
    Big,
    Little,
}

/// An enum as the words of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct EnumUse {
    pub(super) index: usize,
    /// Whether the numbers of the enum are those of bits.
    pub(super) is_flags: bool,
}

/// How a value is shown (`display-hint`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DisplayHint {
    Mac,
    Hex,
    Ip,
    Uuid,
}

/// Formats of an attribute that another one selects.
#[derive(Clone, Debug)]
pub(super) struct SubMessage {
    pub(super) name: String,
    pub(super) formats: Vec<SubFormat>,
}

/// A format of a sub-message.
#[derive(Clone, Debug)]
pub(super) struct SubFormat {
    /// Value of the selector.
    pub(super) value: String,
    /// Struct in front of the attributes.
    pub(super) header: Option<usize>,
    /// Set of the attributes.
    pub(super) set: Option<usize>,
}

impl SpecFamily {
    /// Returns the operation called `name`.
    ///
    /// # Errors
    ///
    /// A usage error that lists the operations, where there is none.
    pub fn operation(&self, name: &str) -> Result<&SpecOperation, Error> {
        let mut operations = self.operations.iter();

        operations
            .find(|operation| operation.name == name)
            .ok_or_else(|| {
                let names = self.operations.iter().map(|known| &*known.name);
                self.unknown("command", name, names)
            })
    }

    /// Returns the multicast group called `name`.
    ///
    /// # Errors
    ///
    /// A usage error that lists the groups, where there is none.
    pub fn group(&self, name: &str) -> Result<&SpecGroup, Error> {
        let mut groups = self.groups.iter();

        groups.find(|group| group.name == name).ok_or_else(|| {
            let names = self.groups.iter().map(|known| &*known.name);
            self.unknown("multicast group", name, names)
        })
    }

    /// Returns the operation that the kernel's message number `number` is of.
    pub fn of_reply(&self, number: u16) -> Option<&SpecOperation> {
        // Where an answer and a notification share a number, the last one counts.
        let mut operations = self.operations.iter().rev();

        operations.find(|operation| operation.reply == Some(number))
    }

    fn unknown<'n>(&self, what: &str, name: &str, names: impl Iterator<Item = &'n str>) -> Error {
        let allowed = nearest_first(name, names);

        Error::usage(
            OP,
            format!("{} has no {what} `{name}`; it has {allowed}", self.name),
        )
    }

    /// Returns the size of a struct, 0 for none.
    pub(super) fn size_of(&self, index: Option<usize>) -> usize {
        index.map_or(0, |index| self.structs[index].size)
    }

    /// Returns the word for `number`.
    pub(super) fn word(&self, words: EnumUse, number: i64) -> Option<&str> {
        let mut entries = self.enums[words.index].entries.iter();

        entries
            .find(|(_, value)| *value == number)
            .map(|(word, _)| &**word)
    }
}

impl SpecSet {
    /// Returns the attribute of type `nla_type`.
    #[inline]
    pub(super) fn of_type(&self, nla_type: u16) -> Option<&SpecAttr> {
        let place = *self.by_type.get(usize::from(nla_type))?;

        self.attrs.get(usize::from(place).checked_sub(1)?)
    }

    /// Returns the attribute called `name`.
    pub(super) fn called(&self, name: &str) -> Option<&SpecAttr> {
        self.attrs.iter().find(|attr| attr.name == name)
    }
}

impl SubMessage {
    /// Returns the format that `value` selects.
    pub(super) fn format(&self, value: &str) -> Option<&SubFormat> {
        self.formats.iter().find(|format| format.value == value)
    }
}

/// Lists `names`, those first that are most like `name`; in their order where that is empty.
pub(super) fn nearest_first<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> String {
    let mut names: Vec<_> = names.collect();
    if !name.is_empty() {
        names.sort_by_cached_key(|known| strsim::damerau_levenshtein(name, known));
    }

    let mut list = String::new();
    for (at, known) in names.iter().enumerate() {
        let comma = if at > 0 { ", " } else { "" };
        // A string takes all that is written to it.
        let _ = write!(list, "{comma}{known}");
    }
    match list.is_empty() {
        true => "none".to_owned(),
        false => list,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_most_alike_come_first() {
        let names = ["mtu", "address", "ifname", "if-index"];

        assert_eq!(
            nearest_first("ifnam", names.into_iter()),
            "ifname, mtu, if-index, address"
        );
        assert_eq!(nearest_first("", names.into_iter().take(2)), "mtu, address");
        assert_eq!(nearest_first("x", [].into_iter()), "none");
    }
}
