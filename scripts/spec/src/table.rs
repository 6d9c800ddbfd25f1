// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The catalog as records of fixed size and one pool of names: what the client carries.
//!
//! What a record means is documented where it is read, in `user/src/names/record.rs`. Only what the
//! messages lead to is packed.

use crate::catalog::{Catalog, EntryFormat, EntryNumber, MessageEntry};
use crate::{Result, SourceError};
use std::collections::{BTreeMap, HashMap};

/// Bits of `aux` that have the size of a number.
pub const NUMBER_SIZE: u8 = 0xf;
/// Bit of `aux`: the number is big-endian.
const BIG_ENDIAN: u8 = 0x10;
/// Bit of `aux`: the number may be negative.
const SIGNED: u8 = 0x20;
/// Bit of `aux`: people read the number in hexadecimal.
const HEX: u8 = 0x40;
/// Bit of `aux`: the selector is one set further out.
const OUTSIDE: u8 = 0x80;

/// The records, as they are written.
#[derive(Debug, Default)]
pub struct TableWriter {
    /// Names, each behind a byte that is its length, from even places on.
    pub pool: Vec<u8>,
    /// Families.
    pub families: Vec<[u16; 4]>,
    /// Messages.
    pub messages: Vec<[u16; 5]>,
    /// Sets.
    pub sets: Vec<[u16; 3]>,
    /// Attributes.
    pub attrs: Vec<TableValue<2>>,
    /// Structs.
    pub structs: Vec<[u16; 4]>,
    /// Members of structs.
    pub members: Vec<TableValue<3>>,
    /// Enums and flags.
    pub enums: Vec<[u16; 3]>,
    /// Names of numbers.
    pub words: Vec<(u32, u16)>,
    /// Choices.
    pub choices: Vec<[u16; 2]>,
    /// Rows of the choices: the value of the selector, and the format.
    pub options: Vec<TableValue<1>>,
    names: HashMap<String, u16>,
}

/// A record with a format: numbers of its own, the kind, and two arguments.
#[derive(Clone, Debug)]
pub struct TableValue<const N: usize> {
    /// Numbers of its own.
    pub numbers: [u16; N],
    /// Name of the kind.
    pub kind: &'static str,
    /// First argument.
    pub aux: u8,
    /// Second argument.
    pub arg: u16,
}

impl<const N: usize> TableValue<N> {
    /// Says whether the value is a number without names.
    pub fn has_number_alone(&self) -> bool {
        self.kind == "Number" && self.arg == 0
    }
}

/// The numbers of records, by key.
#[derive(Debug, Default)]
struct Indices {
    keys: Vec<String>,
    numbers: BTreeMap<String, u16>,
}

impl Indices {
    fn of(&mut self, key: &str) -> Result<u16> {
        if let Some(number) = self.numbers.get(key) {
            return Ok(*number);
        }
        let number = to_u16(self.keys.len())?;
        self.keys.push(key.to_owned());
        self.numbers.insert(key.to_owned(), number);
        Ok(number)
    }
}

/// Packs a catalog.
struct Packer<'a> {
    catalog: &'a Catalog,
    table: TableWriter,
    sets: Indices,
    structs: Indices,
    enums: Indices,
    choices: Indices,
    /// Of each choice, whether its selector is a number, and the names that it has.
    selectors: BTreeMap<String, Option<EntryNumber>>,
}

impl TableWriter {
    /// Packs what `catalog` knows.
    ///
    /// # Errors
    ///
    /// When something is more than its field can count.
    pub fn pack(catalog: &Catalog) -> Result<Self> {
        let mut packer = Packer {
            catalog,
            table: Self::default(),
            sets: Indices::default(),
            structs: Indices::default(),
            enums: Indices::default(),
            choices: Indices::default(),
            selectors: BTreeMap::new(),
        };
        packer.families()?;
        packer.rest()?;
        Ok(packer.table)
    }

    /// Returns its size in the client, in bytes.
    pub fn size(&self) -> usize {
        self.pool.len()
            + 8 * self.families.len()
            + 10 * self.messages.len()
            + 6 * self.sets.len()
            + 8 * self.attrs.len()
            + 8 * self.structs.len()
            + 10 * self.members.len()
            + 6 * self.enums.len()
            + 8 * self.words.len()
            + 4 * self.choices.len()
            + 6 * self.options.len()
    }

    /// Returns where `name` stands in the pool, adding it if it is new.
    fn name(&mut self, name: &str) -> Result<u16> {
        if let Some(at) = self.names.get(name) {
            return Ok(*at);
        }
        // A name begins at an even place, so that 16 bits reach twice as far.
        if self.pool.len() % 2 != 0 {
            self.pool.push(0);
        }
        let at = to_u16(self.pool.len() / 2)?;
        // The pool is text, so the length has to be a character of one byte.
        let len = u8::try_from(name.len())
            .ok()
            .filter(|len| *len < 0x80 && name.is_ascii());
        let len =
            len.ok_or_else(|| SourceError::new(format!("{name} does not go into the pool")))?;
        self.pool.push(len);
        self.pool.extend_from_slice(name.as_bytes());
        self.names.insert(name.to_owned(), at);
        Ok(at)
    }
}

impl Packer<'_> {
    fn families(&mut self) -> Result<()> {
        for family in &self.catalog.families {
            let first = to_u16(self.table.messages.len())?;
            for message in &family.messages {
                self.message(message)?;
            }
            let name = self.table.name(&family.name)?;
            let count = to_u16(family.messages.len())?;
            self.table
                .families
                .push([name, family.protocol, first, count]);
        }
        Ok(())
    }

    fn message(&mut self, message: &MessageEntry) -> Result<()> {
        let short = message.name.split_once('_').map_or("", |(_, short)| short);
        let is = |word: &str| short.starts_with(word) || short.contains(&format!("_{word}"));
        let flags = u16::from(message.is_request)
            | u16::from(message.is_reply) << 1
            | u16::from(message.is_get) << 2
            | u16::from(is("NEW")) << 3
            | u16::from(is("DEL")) << 4
            | u16::from(message.is_dump) << 5
            | u16::from(message.family) << 8;
        let header = match &message.header {
            Some(key) => self.structs.of(key)? + 1,
            None => 0,
        };
        let set = match &message.set {
            Some(key) => self.sets.of(key)? + 1,
            None => 0,
        };
        let name = self.table.name(&message.name)?;

        self.table
            .messages
            .push([message.value, name, header, set, flags]);
        Ok(())
    }

    /// Packs what the messages lead to; what that leads to is found on the way.
    fn rest(&mut self) -> Result<()> {
        let (mut sets, mut structs, mut choices) = (0, 0, 0);
        loop {
            if let Some(key) = self.sets.keys.get(sets).cloned() {
                sets += 1;
                self.set(&key)?;
            } else if let Some(key) = self.structs.keys.get(structs).cloned() {
                structs += 1;
                self.record(&key)?;
            } else if let Some(key) = self.choices.keys.get(choices).cloned() {
                choices += 1;
                self.choice(&key)?;
            } else {
                break;
            }
        }
        for key in self.enums.keys.clone() {
            self.enumeration(&key)?;
        }
        Ok(())
    }

    fn set(&mut self, key: &str) -> Result<()> {
        let set = &self.catalog.sets[key];
        let first = to_u16(self.table.attrs.len())?;
        for attr in &set.attrs {
            let name = self.table.name(&attr.name)?;
            let (kind, aux, arg) = self.format(&attr.format, key)?;
            let whole = if attr.is_whole { 0x8000 } else { 0 };
            if attr.value >= 0x4000 {
                return Err(SourceError::new(format!(
                    "{key}: {} has no room",
                    attr.name
                )));
            }
            self.table.attrs.push(TableValue {
                numbers: [attr.value | whole, name],
                kind,
                aux,
                arg,
            });
        }
        let prefix = self.table.name(&set.prefix)?;

        self.table
            .sets
            .push([prefix, first, to_u16(set.attrs.len())?]);
        Ok(())
    }

    fn record(&mut self, key: &str) -> Result<()> {
        let record = &self.catalog.structs[key];
        let first = to_u16(self.table.members.len())?;
        let mut at = 0usize;
        let mut members = Vec::new();
        for member in &record.members {
            let (size, alignment) = self.layout(&member.format, member.len);
            at = at.div_ceil(alignment) * alignment;
            if !matches!(member.format, EntryFormat::Pad) {
                let name = self.table.name(&member.name)?;
                let (kind, aux, arg) = self.format(&member.format, key)?;
                members.push(TableValue {
                    numbers: [name, to_u16(at)?, to_u16(size)?],
                    kind,
                    aux,
                    arg,
                });
            }
            at += size;
        }
        let (_, alignment) = self.layout(&EntryFormat::Struct(key.to_owned()), None);
        let size = at.div_ceil(alignment) * alignment;
        let name = self.table.name(&record.name)?;
        let count = to_u16(members.len())?;

        self.table.members.extend(members);
        self.table.structs.push([name, first, count, to_u16(size)?]);
        Ok(())
    }

    /// Returns the size and the alignment of a member, in bytes; the size 0 is all that is left.
    fn layout(&self, format: &EntryFormat, len: Option<u16>) -> (usize, usize) {
        let (size, alignment) = match format {
            EntryFormat::Number(number) => (number.width.into(), number.width.max(1).into()),
            EntryFormat::Ifindex => (4, 4),
            EntryFormat::Mac => (6, 1),
            EntryFormat::Ipv4 => (4, 4),
            EntryFormat::Ipv6 => (16, 4),
            EntryFormat::FamilyAddr => (16, 4),
            EntryFormat::MdbAddr => (20, 4),
            EntryFormat::Numbers(number) => (0, number.width.max(1).into()),
            EntryFormat::Struct(key) | EntryFormat::Structs(key) => self.struct_layout(key),
            _ => (0, 1),
        };
        let size = match (len, format) {
            (Some(len), _) => len.into(),
            (None, EntryFormat::Structs(_)) => 0,
            (None, _) => size,
        };

        (size, alignment)
    }

    fn struct_layout(&self, key: &str) -> (usize, usize) {
        let (mut at, mut most) = (0usize, 1);
        for member in &self.catalog.structs[key].members {
            let (size, alignment) = self.layout(&member.format, member.len);
            at = at.div_ceil(alignment) * alignment + size;
            most = most.max(alignment);
        }
        (at.div_ceil(most) * most, most)
    }

    fn choice(&mut self, key: &str) -> Result<()> {
        let first = to_u16(self.table.options.len())?;
        let choice = &self.catalog.choices[key];
        for (value, format) in &choice.formats {
            let value = self.option(key, value)?;
            let (kind, aux, arg) = self.format(format, key)?;
            self.table.options.push(TableValue {
                numbers: [value],
                kind,
                aux,
                arg,
            });
        }
        let count = to_u16(choice.formats.len())?;

        self.table.choices.push([first, count]);
        Ok(())
    }

    /// Returns what selects an option: a name, or a number where the selector is one.
    fn option(&mut self, key: &str, value: &str) -> Result<u16> {
        let Some(Some(number)) = self.selectors.get(key) else {
            return self.table.name(value);
        };
        if let Ok(number) = value.parse() {
            return Ok(number);
        }
        let words = number
            .words
            .as_ref()
            .and_then(|key| self.catalog.enums.get(key));
        let found = words.and_then(|words| {
            let wanted = crate::upper(value);
            words.entries.iter().find(|(_, name)| *name == wanted)
        });

        match found {
            Some((number, _)) => to_u16(*number as usize),
            None => Err(SourceError::new(format!("{key}: {value} is no number"))),
        }
    }

    fn enumeration(&mut self, key: &str) -> Result<()> {
        let words = &self.catalog.enums[key];
        let first = to_u16(self.table.words.len())?;
        for (value, name) in &words.entries {
            let name = self.table.name(name)?;
            self.table.words.push((*value, name));
        }
        let prefix = self.table.name(&words.prefix)?;

        self.table
            .enums
            .push([prefix, first, to_u16(words.entries.len())?]);
        Ok(())
    }

    /// Returns the kind of `format`, which stands in `place`, and its arguments.
    fn format(&mut self, format: &EntryFormat, place: &str) -> Result<(&'static str, u8, u16)> {
        Ok(match format {
            EntryFormat::Binary => ("Binary", 0, 0),
            EntryFormat::Pad => ("Pad", 0, 0),
            EntryFormat::Flag => ("Flag", 0, 0),
            EntryFormat::Text => ("Text", 0, 0),
            EntryFormat::Number(number) => {
                self.number(number, if number.is_flags { "Flags" } else { "Number" })?
            }
            EntryFormat::Ifindex => ("Ifindex", 4, 0),
            EntryFormat::Mac => ("Mac", 0, 0),
            EntryFormat::Ipv4 | EntryFormat::Ipv6 | EntryFormat::Ip => ("Ip", 0, 0),
            EntryFormat::FamilyAddr => ("FamilyAddr", 0, 0),
            EntryFormat::Lladdr => ("Lladdr", 0, 0),
            EntryFormat::Uuid => ("Uuid", 0, 0),
            EntryFormat::Labels => ("Labels", 0, 0),
            EntryFormat::Sockaddr => ("Sockaddr", 0, 0),
            EntryFormat::MdbAddr => ("MdbAddr", 0, 0),
            EntryFormat::Numbers(number) => self.number(number, "Numbers")?,
            EntryFormat::List(number) => self.number(number, "List")?,
            EntryFormat::Addresses => ("Addresses", 0, 0),
            EntryFormat::Struct(key) => ("Struct", 0, self.structs.of(key)?),
            EntryFormat::Structs(key) => ("Structs", 0, self.structs.of(key)?),
            EntryFormat::Nest(key) => ("Nest", 0, self.sets.of(key)?),
            EntryFormat::Nests(key, depth) => ("Nests", *depth, self.sets.of(key)?),
            EntryFormat::Message(header, set) => {
                ("Message", self.small(header)?, self.sets.of(set)?)
            }
            EntryFormat::Nexthops(header, set) => {
                ("Nexthops", self.small(header)?, self.sets.of(set)?)
            }
            EntryFormat::Select(selector, key) => self.select(selector, key, place)?,
            EntryFormat::ByFamily(key) => ("ByFamily", 0, self.number_choice(key)?),
            EntryFormat::ByProtocol(key) => ("ByProtocol", 0, self.number_choice(key)?),
            EntryFormat::Bitfield(None) => ("Bitfield", 0, 0),
            EntryFormat::Bitfield(Some(key)) => ("Bitfield", 0, self.enums.of(key)? + 1),
            EntryFormat::Nothing => ("Nothing", 0, 0),
        })
    }

    fn number(
        &mut self,
        number: &EntryNumber,
        kind: &'static str,
    ) -> Result<(&'static str, u8, u16)> {
        let bit = |is: bool, bit| if is { bit } else { 0 };
        let aux = number.width
            | bit(number.is_big_endian, BIG_ENDIAN)
            | bit(number.is_signed, SIGNED)
            | bit(number.is_hex, HEX);
        let words = match &number.words {
            Some(key) => self.enums.of(key)? + 1,
            None => 0,
        };

        Ok((kind, aux, words))
    }

    /// Returns the number of a choice that a number selects from.
    fn number_choice(&mut self, key: &str) -> Result<u16> {
        self.selectors
            .insert(key.to_owned(), Some(EntryNumber::default()));
        self.choices.of(key)
    }

    /// Returns the number of a struct that has to fit into `aux`.
    fn small(&mut self, key: &str) -> Result<u8> {
        let number = self.structs.of(key)?;

        number
            .try_into()
            .map_err(|_| SourceError::new(format!("{key} is struct {number}")))
    }

    /// Finds the selector beside the attribute, or else in a set that holds its set.
    fn select(
        &mut self,
        selector: &str,
        key: &str,
        place: &str,
    ) -> Result<(&'static str, u8, u16)> {
        let name = crate::upper(selector);
        let beside = self
            .catalog
            .sets
            .get(place)
            .and_then(|set| set.attrs.iter().find(|attr| attr.name == name));
        let (attr, outside) = match beside {
            Some(attr) => (attr, 0),
            None => {
                let outer = self.catalog.sets.values().filter(|set| {
                    set.attrs
                        .iter()
                        .any(|attr| matches!(&attr.format, EntryFormat::Nest(key) if key == place))
                });
                let found = outer
                    .flat_map(|set| &set.attrs)
                    .find(|attr| attr.name == name);
                (
                    found.ok_or_else(|| SourceError::new(format!("{place} has no {selector}")))?,
                    OUTSIDE,
                )
            }
        };
        let number = match &attr.format {
            EntryFormat::Number(number) => Some(number.clone()),
            _ => None,
        };
        let nla_type = u8::try_from(attr.value)
            .ok()
            .filter(|nla_type| nla_type & OUTSIDE == 0);
        let nla_type =
            nla_type.ok_or_else(|| SourceError::new(format!("{selector} has no room")))?;

        self.selectors.insert(key.to_owned(), number);
        Ok(("Select", nla_type | outside, self.choices.of(key)?))
    }
}

fn to_u16(number: usize) -> Result<u16> {
    number
        .try_into()
        .map_err(|_| SourceError::new(format!("{number} is more than a record counts")))
}
