// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Formats of values.

use super::{set_key, Catalog};
use crate::spec::{SpecFile, ValueDef};
use crate::{Result, SourceError};

/// Format of the value of an attribute or of a member; names are keys of the [`Catalog`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryFormat {
    /// Bytes of a meaning of their own.
    Binary,
    /// Padding without a meaning.
    Pad,
    /// An attribute without a value, whose presence means yes.
    Flag,
    /// A text.
    Text,
    /// A number.
    Number(EntryNumber),
    /// The index of a link.
    Ifindex,
    /// A hardware address.
    Mac,
    /// An IPv4 address.
    Ipv4,
    /// An IPv6 address.
    Ipv6,
    /// An address of either, as long as it is; of the family of the header.
    Ip,
    /// An IPv4 or IPv6 address in 16 bytes: the family of the struct around it says which.
    FamilyAddr,
    /// The address of a link: hardware or tunnel, as long as it is.
    Lladdr,
    /// A UUID.
    Uuid,
    /// A stack of MPLS labels.
    Labels,
    /// A socket address, as long as it is.
    Sockaddr,
    /// The group of a bridge's multicast entry: an address and the protocol that it is of.
    MdbAddr,
    /// A row of numbers; the enum names their places.
    Numbers(EntryNumber),
    /// A struct.
    Struct(String),
    /// Structs, one behind the other.
    Structs(String),
    /// Attributes.
    Nest(String),
    /// Attributes whose numbers only count, so many deep, which hold those of the set.
    Nests(String, u8),
    /// Attributes whose numbers only count, which hold a number each.
    List(EntryNumber),
    /// Attributes whose numbers only count, which hold an address each.
    Addresses,
    /// A struct and attributes behind it.
    Message(String, String),
    /// Rows of a struct that begins with its length, and attributes behind it.
    Nexthops(String, String),
    /// Format selected by the attribute of that name, which is beside it or further out.
    Select(String, String),
    /// Format selected by the family of the message.
    ByFamily(String),
    /// Format selected by the IP protocol that was asked for.
    ByProtocol(String),
    /// A number of bits and a mask.
    Bitfield(Option<String>),
    /// No value: a choice without a format.
    Nothing,
}

/// A number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntryNumber {
    /// Size of the number in bytes; 0 is as long as the attribute is.
    pub width: u8,
    /// Whether it may be negative.
    pub is_signed: bool,
    /// Whether it is big-endian.
    pub is_big_endian: bool,
    /// Whether people read it in hexadecimal.
    pub is_hex: bool,
    /// Names for it.
    pub words: Option<String>,
    /// Whether the names are those of bits.
    pub is_flags: bool,
}

impl EntryNumber {
    /// Reads the type of a number: `u32`, `sint`.
    pub fn of_type(kind: &str) -> Option<Self> {
        let (is_signed, bits) = match kind.split_at_checked(1)? {
            ("u", "int") => (false, 0),
            ("s", "int") => (true, 0),
            ("u", bits) => (false, bits.parse().ok()?),
            ("s", bits) => (true, bits.parse().ok()?),
            _ => return None,
        };

        matches!(bits, 0 | 8 | 16 | 32 | 64).then(|| Self {
            width: bits / 8,
            is_signed,
            ..Self::default()
        })
    }
}

impl EntryFormat {
    /// Returns the format of a message or sub-message with a struct `header` and a `set`.
    pub fn of_parts(header: Option<String>, set: Option<String>) -> Self {
        match (header, set) {
            (Some(header), Some(set)) => Self::Message(header, set),
            (Some(header), None) => Self::Struct(header),
            (None, Some(set)) => Self::Nest(set),
            (None, None) => Self::Nothing,
        }
    }

    /// Says whether nothing is known of the value.
    pub fn is_opaque(&self) -> bool {
        matches!(self, Self::Binary)
    }
}

impl Catalog {
    /// Returns what `value` of `spec` is.
    pub(super) fn format_of(&mut self, value: &ValueDef, spec: &SpecFile) -> EntryFormat {
        let key = |name: &String| format!("{}/{name}", spec.name);
        if let Some(number) = EntryNumber::of_type(&value.kind) {
            return self.number_of(number, value, spec);
        }
        match value.kind.as_str() {
            "string" => EntryFormat::Text,
            "flag" => EntryFormat::Flag,
            "pad" => EntryFormat::Pad,
            "bitfield32" => EntryFormat::Bitfield(self.flags_key(value, spec)),
            "nest" => value.nested.as_ref().map_or(EntryFormat::Binary, |name| {
                EntryFormat::Nest(set_key(spec, name))
            }),
            "nest-type-value" => value.nested.as_ref().map_or(EntryFormat::Binary, |name| {
                EntryFormat::Nests(set_key(spec, name), value.type_values as u8)
            }),
            "indexed-array" => list_of(value, spec),
            "sub-message" => match &value.sub_message {
                Some((name, selector)) => EntryFormat::Select(selector.clone(), key(name)),
                None => EntryFormat::Binary,
            },
            "binary" => binary_of(value, spec),
            _ => EntryFormat::Binary,
        }
    }

    fn number_of(
        &mut self,
        mut number: EntryNumber,
        value: &ValueDef,
        spec: &SpecFile,
    ) -> EntryFormat {
        number.is_big_endian = value.is_big_endian;
        match value.hint.as_deref() {
            Some("ipv4") => return EntryFormat::Ipv4,
            Some("hex") => number.is_hex = true,
            _ => {}
        }
        if let Some(name) = &value.enum_name {
            let key = format!("{}/{name}", spec.name);
            let is_flags = self.enums.get(&key).is_some_and(|words| words.is_flags);
            number.words = match value.is_flags {
                true => self.flags_key(value, spec),
                // Some specs take the names of a set for an enum.
                false => Some(key).filter(|key| self.enums.contains_key(key)),
            };
            number.is_flags = is_flags || value.is_flags;
        }
        EntryFormat::Number(number)
    }

    /// Returns the key of the flags that `value` has; those of a plain enum are made of it.
    fn flags_key(&mut self, value: &ValueDef, spec: &SpecFile) -> Option<String> {
        let key = format!("{}/{}", spec.name, value.enum_name.as_ref()?);
        let words = self.enums.get(&key)?;
        if words.is_flags {
            return Some(key);
        }
        let entries = words
            .entries
            .iter()
            .filter_map(|(bit, name)| Some((1u32.checked_shl(*bit)?, name.clone())));
        let flags = super::WordsEntry::new(words.prefix.clone(), true, entries.collect());
        let key = format!("{key} as flags");
        self.enums.insert(key.clone(), flags);
        Some(key)
    }

    /// Parses the words that the overlay has for a format; names are those of the spec `scope` or of
    /// the overlay.
    pub(super) fn parse_format(&self, text: &str, scope: &str) -> Result<EntryFormat> {
        let words: Vec<_> = text.split_whitespace().collect();
        let key = |name: &str| self.key(name, scope);
        let format = match words.as_slice() {
            ["binary"] => EntryFormat::Binary,
            ["pad"] => EntryFormat::Pad,
            ["flag"] => EntryFormat::Flag,
            ["string"] => EntryFormat::Text,
            ["ifindex"] => EntryFormat::Ifindex,
            ["mac"] => EntryFormat::Mac,
            ["ipv4"] => EntryFormat::Ipv4,
            ["ipv6"] => EntryFormat::Ipv6,
            ["ip"] => EntryFormat::Ip,
            ["family-addr"] => EntryFormat::FamilyAddr,
            ["lladdr"] => EntryFormat::Lladdr,
            ["uuid"] => EntryFormat::Uuid,
            ["labels"] => EntryFormat::Labels,
            ["sockaddr"] => EntryFormat::Sockaddr,
            ["mdb-addr"] => EntryFormat::MdbAddr,
            ["addresses"] => EntryFormat::Addresses,
            ["nothing"] => EntryFormat::Nothing,
            ["numbers", kind, rest @ ..] => {
                EntryFormat::Numbers(self.parse_number(kind, rest, scope)?)
            }
            ["list", kind, rest @ ..] => EntryFormat::List(self.parse_number(kind, rest, scope)?),
            ["struct", name] => EntryFormat::Struct(key(name)),
            ["structs", name] => EntryFormat::Structs(key(name)),
            ["nest", name] => EntryFormat::Nest(key(name)),
            ["nests", name] => EntryFormat::Nests(key(name), 1),
            ["message", header, set] => EntryFormat::Message(key(header), key(set)),
            ["nexthops", header, set] => EntryFormat::Nexthops(key(header), key(set)),
            ["select", selector, choice] => {
                EntryFormat::Select((*selector).to_owned(), key(choice))
            }
            ["family", choice] => EntryFormat::ByFamily(key(choice)),
            ["protocol", choice] => EntryFormat::ByProtocol(key(choice)),
            ["bitfield"] => EntryFormat::Bitfield(None),
            ["bitfield", name] => EntryFormat::Bitfield(Some(key(name))),
            [kind, rest @ ..] => EntryFormat::Number(self.parse_number(kind, rest, scope)?),
            [] => return Err(SourceError::new("a format is empty")),
        };

        Ok(format)
    }

    fn parse_number(&self, kind: &str, words: &[&str], scope: &str) -> Result<EntryNumber> {
        let mut number = EntryNumber::of_type(kind)
            .ok_or_else(|| SourceError::new(format!("`{kind}` is no format")))?;
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match *word {
                "be" => number.is_big_endian = true,
                "hex" => number.is_hex = true,
                "enum" | "by" => number.words = words.next().map(|name| self.key(name, scope)),
                "flags" => {
                    number.words = words.next().map(|name| self.key(name, scope));
                    number.is_flags = true;
                }
                other => {
                    return Err(SourceError::new(format!(
                        "`{other}` says nothing of a number"
                    )))
                }
            }
        }
        Ok(number)
    }

    /// Returns the key of what is called `name` in the spec `scope`, or else in the overlay.
    fn key(&self, name: &str, scope: &str) -> String {
        if name.contains('/') {
            return name.to_owned();
        }
        let own = format!("{scope}/{name}");
        let is_own = self.sets.contains_key(&own)
            || self.enums.contains_key(&own)
            || self.structs.contains_key(&own)
            || self.choices.contains_key(&own);

        match is_own {
            true => own,
            false => format!("overlay/{name}"),
        }
    }

    /// Says whether every name in `format` stands for something.
    pub(super) fn check_format(&self, format: &EntryFormat) -> Result<()> {
        let need = |has: bool, what: &str, key: &str| match has {
            true => Ok(()),
            false => Err(SourceError::new(format!("there is no {what} {key}"))),
        };
        let set = |key: &String| need(self.sets.contains_key(key), "set", key);
        let record = |key: &String| need(self.structs.contains_key(key), "struct", key);
        let choice = |key: &String| need(self.choices.contains_key(key), "choice", key);
        let words = |key: &Option<String>| match key {
            Some(key) => need(self.enums.contains_key(key), "enum", key),
            None => Ok(()),
        };

        match format {
            EntryFormat::Number(number)
            | EntryFormat::Numbers(number)
            | EntryFormat::List(number) => words(&number.words),
            EntryFormat::Bitfield(name) => words(name),
            EntryFormat::Struct(name) | EntryFormat::Structs(name) => record(name),
            EntryFormat::Nest(name) | EntryFormat::Nests(name, _) => set(name),
            EntryFormat::Message(header, name) | EntryFormat::Nexthops(header, name) => {
                record(header).and(set(name))
            }
            EntryFormat::Select(_, name)
            | EntryFormat::ByFamily(name)
            | EntryFormat::ByProtocol(name) => choice(name),
            _ => Ok(()),
        }
    }
}

/// Returns what the attributes of an `indexed-array` hold.
fn list_of(value: &ValueDef, spec: &SpecFile) -> EntryFormat {
    let sub_type = value.sub_type.as_deref().unwrap_or_default();
    let is_address = matches!(value.hint.as_deref(), Some("ipv4" | "ipv6" | "ipv4-or-v6"));

    match (
        sub_type,
        &value.nested,
        is_address,
        EntryNumber::of_type(sub_type),
    ) {
        ("nest", Some(name), ..) => EntryFormat::Nests(set_key(spec, name), 1),
        (_, _, true, _) => EntryFormat::Addresses,
        (_, _, _, Some(mut number)) => {
            number.is_big_endian = value.is_big_endian;
            EntryFormat::List(number)
        }
        _ => EntryFormat::Binary,
    }
}

fn binary_of(value: &ValueDef, spec: &SpecFile) -> EntryFormat {
    if let Some(name) = &value.struct_name {
        return EntryFormat::Struct(format!("{}/{name}", spec.name));
    }
    match value.hint.as_deref() {
        Some("mac") => return EntryFormat::Mac,
        Some("ipv4") => return EntryFormat::Ipv4,
        Some("ipv6") => return EntryFormat::Ipv6,
        Some("ipv4-or-v6") => return EntryFormat::Ip,
        Some("uuid") => return EntryFormat::Uuid,
        _ => {}
    }

    match value.sub_type.as_deref().and_then(EntryNumber::of_type) {
        Some(mut number) => {
            number.is_big_endian = value.is_big_endian;
            EntryFormat::Numbers(number)
        }
        None => EntryFormat::Binary,
    }
}
