// SPDX-License-Identifier: Apache-2.0 OR MIT

//! All families together, with what each value is.

mod format;
mod headers;

pub use format::{EntryFormat, EntryNumber};

use crate::header::{read_numbers, HeaderNumbers, KernelHeaders};
use crate::overlay::Overlay;
use crate::spec::{MessageDef, SetDef, SpecFile, StructDef};
use crate::{field, upper, Result, SourceError};
use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::path::Path;

/// `NETLINK_GENERIC`.
pub const GENERIC: u16 = 16;

/// `NETLINK_NETFILTER`.
const NETFILTER: i64 = 12;

/// The families, and what their messages are made of. Keys are `SPEC/NAME`; what stands in the
/// overlay has the key `overlay/NAME`.
#[derive(Debug, Default)]
pub struct Catalog {
    /// The families of generic netlink, and one for each other protocol, without a name.
    pub families: Vec<FamilyEntry>,
    /// Sets of attributes.
    pub sets: BTreeMap<String, SetEntry>,
    /// Enums and flags.
    pub enums: BTreeMap<String, WordsEntry>,
    /// Structs.
    pub structs: BTreeMap<String, StructEntry>,
    /// Formats of attributes that another attribute selects.
    pub choices: BTreeMap<String, ChoiceEntry>,
}

/// A family.
#[derive(Debug)]
pub struct FamilyEntry {
    /// Name of the family in generic netlink, else empty.
    pub name: String,
    /// `NETLINK_*`.
    pub protocol: u16,
    /// Messages of the family, by number.
    pub messages: Vec<MessageEntry>,
}

/// A type of message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageEntry {
    /// `nlmsg_type`, or the command.
    pub value: u16,
    /// Name of the message in C.
    pub name: String,
    /// Key of the struct before the attributes.
    pub header: Option<String>,
    /// Key of the set.
    pub set: Option<String>,
    /// Whether requests are so.
    pub is_request: bool,
    /// Whether what the kernel says is so.
    pub is_reply: bool,
    /// Whether it may ask for all there is.
    pub is_get: bool,
    /// Whether only requests that are dumps are so.
    pub is_dump: bool,
    /// First byte of the payload, `AF_*`, of those that are so; 0 is any.
    pub family: u8,
}

/// A set of attributes.
#[derive(Clone, Debug)]
pub struct SetEntry {
    /// Prefix of the names in C.
    pub prefix: String,
    /// The attributes, by number.
    pub attrs: Vec<AttrEntry>,
}

/// An attribute.
#[derive(Clone, Debug)]
pub struct AttrEntry {
    /// `nla_type`.
    pub value: u16,
    /// Name of the attribute in C without the prefix of the set; with one, where that is another.
    pub name: String,
    /// Whether the name is whole.
    pub is_whole: bool,
    /// Format of its value.
    pub format: EntryFormat,
}

/// Names of numbers.
#[derive(Clone, Debug)]
pub struct WordsEntry {
    /// Prefix of the names in C.
    pub prefix: String,
    /// Whether the numbers are masks of bits.
    pub is_flags: bool,
    /// The names without prefix, by number.
    pub entries: Vec<(u32, String)>,
}

/// A struct.
#[derive(Clone, Debug)]
pub struct StructEntry {
    /// Name of the struct in C.
    pub name: String,
    /// Members of the struct in order.
    pub members: Vec<MemberEntry>,
}

/// A member of a struct.
#[derive(Clone, Debug)]
pub struct MemberEntry {
    /// Name of the member in C.
    pub name: String,
    /// Format of its value.
    pub format: EntryFormat,
    /// Length of the member in bytes, where the format does not say; 0 is all that is left.
    pub len: Option<u16>,
}

/// Formats that another attribute selects from.
#[derive(Clone, Debug, Default)]
pub struct ChoiceEntry {
    /// The value of the selector, and a format that is a nest, a struct, or both.
    pub formats: Vec<(String, EntryFormat)>,
}

impl Catalog {
    /// Reads the kernel's source in `source`, and the overlay at `overlay`.
    ///
    /// # Errors
    ///
    /// When a file cannot be read or a name in it stands for nothing.
    pub fn read(source: &Path, overlay: &Path) -> Result<Self> {
        let mut headers = KernelHeaders::new(source);
        let overlay = Overlay::read(overlay)?;
        let specs = read_specs(
            &source.join("Documentation/netlink/specs"),
            &overlay.without,
        )?;

        let mut catalog = Self::default();
        catalog.take_overlay(&overlay, &mut headers)?;
        for spec in &specs {
            catalog.take_spec(spec);
        }
        catalog.patch(&overlay)?;
        catalog.renumber(source)?;
        catalog.take_messages(&specs, &overlay, &mut headers)?;
        catalog.check()?;
        Ok(catalog)
    }

    fn take_spec(&mut self, spec: &SpecFile) {
        for def in &spec.enums {
            let entries = def.entries.iter().filter_map(|(name, value)| {
                let value = match def.is_flags {
                    true => 1u32.checked_shl((*value).try_into().ok()?)?,
                    false => (*value).try_into().ok()?,
                };
                Some((value, name.clone()))
            });
            let words = WordsEntry::new(def.prefix.clone(), def.is_flags, entries.collect());
            self.enums
                .entry(format!("{}/{}", spec.name, def.name))
                .or_insert(words);
        }
        for def in &spec.structs {
            let found = self.read_struct(spec, def);
            self.structs
                .entry(format!("{}/{}", spec.name, def.name))
                .or_insert(found);
        }
        for def in &spec.sub_messages {
            let formats = def.formats.iter().map(|format| {
                let key = |name: &String| format!("{}/{name}", spec.name);
                let set = format.set.as_ref().map(|name| set_key(spec, name));
                (
                    format.value.clone(),
                    EntryFormat::of_parts(format.header.as_ref().map(key), set),
                )
            });
            let choice = ChoiceEntry {
                formats: formats.collect(),
            };
            self.choices
                .insert(format!("{}/{}", spec.name, def.name), choice);
        }
        for def in &spec.sets {
            if let Some(set) = self.read_set(spec, def) {
                self.sets
                    .entry(format!("{}/{}", spec.name, def.name))
                    .or_insert(set);
            }
        }
    }

    fn read_struct(&mut self, spec: &SpecFile, def: &StructDef) -> StructEntry {
        let members = def.members.iter().map(|member| MemberEntry {
            name: field(&member.name),
            format: self.format_of(member, spec),
            len: member.len.and_then(|len| len.try_into().ok()),
        });
        let members = members.collect();

        StructEntry {
            name: field(&def.name),
            members,
        }
    }

    /// Reads a set; a part of another is one of its own only if attributes differ there.
    fn read_set(&mut self, spec: &SpecFile, def: &SetDef) -> Option<SetEntry> {
        let whole = real_set(spec, def);
        let mut attrs = whole.attrs.clone();
        if !std::ptr::eq(whole, def) {
            if !def.attrs.iter().any(|attr| attr.is_refined()) {
                return None;
            }
            for attr in &mut attrs {
                if let Some(other) = def.attrs.iter().find(|other| other.name == attr.name) {
                    attr.refine(other);
                }
            }
        }
        let attrs = attrs.iter().filter_map(|attr| {
            Some(AttrEntry {
                value: attr.value.try_into().ok()?,
                name: format!(
                    "{}{}",
                    attr.prefix.as_deref().unwrap_or_default(),
                    upper(&attr.name)
                ),
                is_whole: attr.prefix.is_some(),
                format: self.format_of(attr, spec),
            })
        });
        let attrs = attrs.collect();

        Some(SetEntry::new(whole.prefix.clone(), attrs))
    }

    /// Takes what the overlay says of attributes and members that specs leave open.
    fn patch(&mut self, overlay: &Overlay) -> Result<()> {
        for (key, prefix) in &overlay.prefixes {
            let set = self.sets.get_mut(key).map(|set| &mut set.prefix);
            let words = self.enums.get_mut(key).map(|words| &mut words.prefix);
            let found = set.or(words);
            found
                .ok_or_else(|| SourceError::new(format!("there is no set or enum {key}")))?
                .clone_from(prefix);
        }
        for (key, attrs) in &overlay.attributes {
            for (name, text) in attrs {
                let format = self
                    .parse_format(text, scope_of(key))
                    .map_err(|e| e.within(key))?;
                let name = upper(name);
                let set = self.set_mut(key)?;
                let attr = set.attrs.iter_mut().find(|attr| attr.name == name);
                attr.ok_or_else(|| SourceError::new(format!("{key} has no {name}")))?
                    .format = format;
            }
        }
        for (key, members) in &overlay.members {
            for (name, text) in members {
                let member = self
                    .parse_member(name, text, scope_of(key))
                    .map_err(|e| e.within(key))?;
                let found = self.structs.get_mut(key);
                let found =
                    found.ok_or_else(|| SourceError::new(format!("there is no struct {key}")))?;
                let old = found.members.iter_mut().find(|old| old.name == member.name);
                *old.ok_or_else(|| SourceError::new(format!("{key} has no {name}")))? = member;
            }
        }
        for (key, formats) in overlay.choices.iter().filter(|(key, _)| key.contains('/')) {
            let choice = self.read_choice(formats, scope_of(key))?;
            let found = self.choices.get_mut(key);
            let found =
                found.ok_or_else(|| SourceError::new(format!("there is no sub-message {key}")))?;
            found.formats.extend(choice.formats);
        }
        Ok(())
    }

    /// Gives attributes the numbers of the headers in `source`: specs leave out some, and have others
    /// in another order.
    fn renumber(&mut self, source: &Path) -> Result<()> {
        let mut numbers = HeaderNumbers::new();
        read_numbers(&source.join("include/uapi"), &mut numbers)?;

        for set in self.sets.values_mut() {
            set.renumber(&numbers);
        }
        Ok(())
    }

    fn set_mut(&mut self, key: &str) -> Result<&mut SetEntry> {
        self.sets
            .get_mut(key)
            .ok_or_else(|| SourceError::new(format!("there is no set {key}")))
    }

    fn read_choice(&self, formats: &[(String, String)], scope: &str) -> Result<ChoiceEntry> {
        let formats = formats
            .iter()
            .map(|(value, text)| Ok((value.clone(), self.parse_format(text, scope)?)))
            .collect::<Result<_>>()?;

        Ok(ChoiceEntry { formats })
    }

    fn parse_member(&self, name: &str, text: &str, scope: &str) -> Result<MemberEntry> {
        let (format, len) = match text.split_once(" [") {
            Some((format, len)) => (format, len.trim_end_matches(']').parse().ok()),
            None => (text, None),
        };

        Ok(MemberEntry {
            name: field(name),
            format: self
                .parse_format(format, scope)
                .map_err(|error| error.within(name))?,
            len,
        })
    }

    fn take_messages(
        &mut self,
        specs: &[SpecFile],
        overlay: &Overlay,
        headers: &mut KernelHeaders,
    ) -> Result<()> {
        let mut shared: BTreeMap<u16, Vec<MessageEntry>> = BTreeMap::new();
        let mut generic = Vec::new();
        for from in &overlay.messages {
            shared.entry(from.protocol).or_default();
        }
        for spec in specs {
            let names = match overlay.commands.get(&spec.name) {
                Some((header, prefix)) => first_names(headers.get(header)?.with_prefix(prefix)),
                None => BTreeMap::new(),
            };
            let messages = spec
                .messages
                .iter()
                .filter_map(|def| MessageEntry::read(spec, def, &names, overlay));
            match spec.protonum {
                Some(protocol) => shared
                    .entry(protocol.try_into().unwrap_or(u16::MAX))
                    .or_default()
                    .extend(messages),
                None => {
                    let messages = merge(messages.collect());
                    generic.push(FamilyEntry {
                        name: spec.name.clone(),
                        protocol: GENERIC,
                        messages,
                    });
                }
            }
        }
        for (protocol, mut messages) in shared {
            let own = self.overlay_messages(protocol, overlay, headers)?;
            messages.retain(|message| !own.iter().any(|own| own.value == message.value));
            messages.extend(own);
            self.families.push(FamilyEntry {
                name: String::new(),
                protocol,
                messages: merge(messages),
            });
        }
        self.families.extend(generic);
        Ok(())
    }

    /// Says whether every name stands for something.
    fn check(&self) -> Result<()> {
        let formats = self
            .sets
            .iter()
            .flat_map(|(key, set)| set.attrs.iter().map(move |attr| (key, &attr.format)))
            .chain(self.structs.iter().flat_map(|(key, found)| {
                found
                    .members
                    .iter()
                    .map(move |member| (key, &member.format))
            }))
            .chain(self.choices.iter().flat_map(|(key, choice)| {
                choice.formats.iter().map(move |(_, format)| (key, format))
            }));
        for (key, format) in formats {
            self.check_format(format)
                .map_err(|error| error.within(key))?;
        }
        for message in self.families.iter().flat_map(|family| &family.messages) {
            let format = EntryFormat::of_parts(message.header.clone(), message.set.clone());
            self.check_format(&format)
                .map_err(|error| error.within(&message.name))?;
        }
        Ok(())
    }
}

/// Returns the first name of each number: what comes behind it are aliases, and `BASE` is where they
/// begin.
fn first_names<'a>(names: impl Iterator<Item = (&'a str, i64)>) -> BTreeMap<i64, String> {
    let mut first = BTreeMap::new();
    for (name, value) in names.filter(|(name, _)| !name.ends_with("_BASE")) {
        first.entry(value).or_insert_with(|| name.to_owned());
    }
    first
}

impl MessageEntry {
    fn read(
        spec: &SpecFile,
        def: &MessageDef,
        names: &BTreeMap<i64, String>,
        overlay: &Overlay,
    ) -> Option<Self> {
        // nfnetlink has the number of the subsystem above that of the message.
        let number = match spec.protonum {
            Some(NETFILTER) => Some(def.value & 0xff).filter(|_| def.value > 0xff),
            _ => Some(def.value),
        };
        let of_header = number.and_then(|number| names.get(&number));
        let name = of_header.or_else(|| overlay.renames.get(&def.name));

        Some(Self {
            value: def.value.try_into().ok()?,
            name: name.unwrap_or(&def.name).clone(),
            header: def
                .header
                .as_ref()
                .map(|name| format!("{}/{name}", spec.name)),
            set: def.set.as_ref().map(|name| set_key(spec, name)),
            // Elsewhere than in generic netlink, events are of the types that requests are of.
            is_request: def.is_request || spec.protonum.is_some(),
            is_reply: !def.is_request || spec.protonum.is_some(),
            is_get: def.is_get && def.is_request,
            is_dump: false,
            family: 0,
        })
    }
}

impl SetEntry {
    /// Makes one of attributes in any order; of one number the first counts.
    pub fn new(prefix: String, mut attrs: Vec<AttrEntry>) -> Self {
        attrs.sort_by_key(|attr| attr.value);
        attrs.dedup_by_key(|attr| attr.value);
        Self { prefix, attrs }
    }

    /// Returns the name in C of `attr`, one of its own.
    pub fn whole_name(&self, attr: &AttrEntry) -> String {
        match attr.is_whole {
            true => attr.name.clone(),
            false => format!("{}{}", self.prefix, attr.name),
        }
    }

    /// Gives each attribute the number that `numbers` have for its name, if they agree on one.
    fn renumber(&mut self, numbers: &HeaderNumbers) {
        let mut attrs = self.attrs.clone();

        for attr in &mut attrs {
            let known = numbers.get(&self.whole_name(attr));
            let only = known
                .filter(|known| known.len() == 1)
                .and_then(BTreeSet::first);
            if let Some(value) = only.and_then(|number| u16::try_from(*number).ok()) {
                attr.value = value;
            }
        }
        *self = Self::new(mem::take(&mut self.prefix), attrs);
    }
}

impl WordsEntry {
    /// Makes them of names in any order; of one number the first counts.
    pub fn new(prefix: String, is_flags: bool, mut entries: Vec<(u32, String)>) -> Self {
        entries.sort_by_key(|(value, _)| *value);
        entries.dedup_by_key(|(value, _)| *value);
        Self {
            prefix,
            is_flags,
            entries,
        }
    }
}

fn read_specs(folder: &Path, without: &[String]) -> Result<Vec<SpecFile>> {
    let entries = std::fs::read_dir(folder)
        .map_err(|error| SourceError::new(error.to_string()).within(folder.display()))?;
    let mut paths: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "yaml"))
        .filter(|path| {
            !without
                .iter()
                .any(|name| path.file_stem().is_some_and(|stem| stem == name.as_str()))
        })
        .collect();
    paths.sort();

    paths.iter().map(|path| SpecFile::read(path)).collect()
}

/// Returns the set that `def` is a part of, or itself.
fn real_set<'a>(spec: &'a SpecFile, def: &'a SetDef) -> &'a SetDef {
    let whole = def
        .subset_of
        .as_ref()
        .and_then(|name| spec.sets.iter().find(|set| set.name == *name));

    whole.unwrap_or(def)
}

/// Returns the key of the set `name` of `spec`, or of that which it is a plain part of.
fn set_key(spec: &SpecFile, name: &str) -> String {
    let def = spec.sets.iter().find(|set| set.name == name);
    let is_own = def.is_none_or(|def| def.attrs.iter().any(|attr| attr.is_refined()));
    let real = match def {
        Some(def) if !is_own => &real_set(spec, def).name,
        _ => name,
    };

    format!("{}/{real}", spec.name)
}

/// Returns the spec that a key is of.
fn scope_of(key: &str) -> &str {
    key.split('/').next().unwrap_or_default()
}

/// Makes one of those that are the same in both directions, and of those that are the same twice.
fn merge(messages: Vec<MessageEntry>) -> Vec<MessageEntry> {
    let mut merged: Vec<MessageEntry> = Vec::new();
    for message in messages {
        let same = merged.iter_mut().find(|other| {
            other.value == message.value
                && other.family == message.family
                && other.is_dump == message.is_dump
                && (other.is_request == message.is_request
                    || (other.header == message.header
                        && other.set == message.set
                        && other.name == message.name))
        });
        match same {
            Some(other) => {
                other.is_request |= message.is_request;
                other.is_reply |= message.is_reply;
                other.is_get |= message.is_get;
                if other.set.is_none() {
                    other.set = message.set;
                }
            }
            None => merged.push(message),
        }
    }
    // Messages of one family, or dumps alone, stand before those of any: the first that fits is taken.
    merged.sort_by_key(|message| {
        let is_any = (!message.is_dump, message.family == 0);
        (message.value, is_any, message.is_reply)
    });
    merged
}
