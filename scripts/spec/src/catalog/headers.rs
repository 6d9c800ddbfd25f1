// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Enums, sets and messages that the overlay takes from headers.

use super::{AttrEntry, Catalog, MessageEntry, SetEntry, StructEntry, WordsEntry};
use crate::header::{Header, KernelHeaders};
use crate::overlay::{EnumFrom, MessagesFrom, Overlay, SetFrom};
use crate::{upper, Result, SourceError};

impl Catalog {
    /// Takes the enums, structs, sets and choices that stand in the overlay.
    pub(super) fn take_overlay(
        &mut self,
        overlay: &Overlay,
        headers: &mut KernelHeaders,
    ) -> Result<()> {
        for (name, from) in &overlay.enums {
            let words = read_enum(from, headers).map_err(|error| error.within(name))?;
            self.enums.insert(own_key(name), words);
        }
        for (name, members) in &overlay.structs {
            let members = members
                .iter()
                .map(|(member, text)| self.parse_member(member, text, "overlay"))
                .collect::<Result<_>>()
                .map_err(|error| error.within(name))?;
            let found = StructEntry {
                name: name.clone(),
                members,
            };
            self.structs.insert(own_key(name), found);
        }
        for (name, from) in &overlay.sets {
            let set = self
                .read_header_set(from, headers)
                .map_err(|error| error.within(name))?;
            self.sets.insert(own_key(name), set);
        }
        for (name, formats) in overlay
            .choices
            .iter()
            .filter(|(name, _)| !name.contains('/'))
        {
            let choice = self
                .read_choice(formats, "overlay")
                .map_err(|error| error.within(name))?;
            self.choices.insert(format!("overlay/{name}"), choice);
        }
        Ok(())
    }

    /// Reads a set: the attributes and their numbers are those of an enum of a header, and each has
    /// a format in the overlay.
    fn read_header_set(&self, from: &SetFrom, headers: &mut KernelHeaders) -> Result<SetEntry> {
        let numbers: Vec<_> = match from.numbers.is_empty() {
            true => headers
                .get(&from.header)?
                .enum_with(&from.first)?
                .entries
                .clone(),
            false => {
                let whole = |(name, value): &(String, i64)| {
                    (format!("{}{}", from.prefix, upper(name)), *value)
                };
                from.numbers.iter().map(whole).collect()
            }
        };
        let mut attrs = Vec::new();
        for (name, value) in &numbers {
            let Some(short) = name
                .strip_prefix(&from.prefix)
                .filter(|short| is_name(short) || from.names(short))
            else {
                continue;
            };
            // Number 0 is mostly that of no attribute, and a number that was already there is an alias.
            let is_needed = *value != 0
                && !attrs
                    .iter()
                    .any(|attr: &AttrEntry| i64::from(attr.value) == *value);
            let format = match from.format(short) {
                Some(text) => self
                    .parse_format(text, "overlay")
                    .map_err(|error| error.within(name))?,
                None if is_needed => return Err(SourceError::new(format!("{name} has no format"))),
                None => continue,
            };
            attrs.push(AttrEntry {
                value: u16::try_from(*value)
                    .map_err(|error| SourceError::new(error.to_string()))?,
                name: short.to_owned(),
                is_whole: false,
                format,
            });
        }
        let is_there = |name: &str| attrs.iter().any(|attr| attr.name == upper(name));
        let unknown = from
            .attrs
            .iter()
            .find(|(name, _)| name != "*" && !is_there(name));

        match unknown {
            Some((name, _)) => Err(SourceError::new(format!("the header has no {name}"))),
            None => Ok(SetEntry::new(from.prefix.clone(), attrs)),
        }
    }

    /// Returns the messages of `protocol` that stand in the overlay.
    pub(super) fn overlay_messages(
        &self,
        protocol: u16,
        overlay: &Overlay,
        headers: &mut KernelHeaders,
    ) -> Result<Vec<MessageEntry>> {
        let mut messages: Vec<MessageEntry> = Vec::new();
        for from in overlay
            .messages
            .iter()
            .filter(|from| from.protocol == protocol)
        {
            let numbers = headers.get(&from.header)?;
            for (name, text) in &from.messages {
                let is_known = |value| messages.iter().any(|m| i64::from(m.value) == value);
                let found = find_numbers(from, name, numbers, is_known)?;
                for (name, value) in found {
                    messages.push(read_message(from, name, value, text)?);
                }
            }
        }
        Ok(messages)
    }
}

/// Returns the names and numbers in a header that `name` stands for: itself, or all that are not known
/// yet and begin so.
fn find_numbers<'a>(
    from: &MessagesFrom,
    name: &'a str,
    numbers: &'a Header,
    is_known: impl Fn(i64) -> bool,
) -> Result<Vec<(&'a str, i64)>> {
    let Some(prefix) = name.strip_suffix('*') else {
        let found = numbers.with_prefix(name).find(|(found, _)| *found == name);
        return match found {
            Some(found) => Ok(vec![found]),
            None => Err(SourceError::new(format!("{} has no {name}", from.header))),
        };
    };

    Ok(numbers
        .with_prefix(prefix)
        .filter(|(name, value)| from.has(prefix, name, *value) && !is_known(*value))
        .collect())
}

fn read_message(from: &MessagesFrom, name: &str, value: i64, text: &str) -> Result<MessageEntry> {
    let mut parts = text.split_whitespace();
    let key = |part: Option<&str>| part.filter(|part| *part != "-").map(own_key);

    Ok(MessageEntry {
        value: u16::try_from(value).map_err(|error| SourceError::new(error.to_string()))?,
        name: name.to_owned(),
        header: key(parts.next()),
        set: key(parts.next()),
        is_request: from.is_request,
        is_reply: from.is_reply,
        is_get: from.is_get || name.contains("_GET"),
        is_dump: from.is_dump,
        family: from.family,
    })
}

/// Returns the key of what is called `name` in the overlay; what has a key already stands in the place
/// of what a spec says.
fn own_key(name: &str) -> String {
    match name.contains('/') {
        true => name.to_owned(),
        false => format!("overlay/{name}"),
    }
}

fn read_enum(from: &EnumFrom, headers: &mut KernelHeaders) -> Result<WordsEntry> {
    let header = headers.get(&from.header)?;
    let names: Vec<(&str, i64)> = match &from.first {
        Some(first) => header
            .enum_with(first)?
            .entries
            .iter()
            .map(|(name, value)| (name.as_str(), *value))
            .collect(),
        None => header.with_prefix(&from.prefix).collect(),
    };
    let entries = names.into_iter().filter_map(|(name, value)| {
        let short = name.strip_prefix(&from.prefix)?;
        let value = match from.is_bits {
            true => 1u32.checked_shl(value.try_into().ok()?)?,
            false => u32::try_from(value).ok()?,
        };
        let is_wanted = is_name(short)
            && !from
                .without
                .iter()
                .any(|other| short.starts_with(other.as_str()));
        is_wanted.then(|| (value, short.to_owned()))
    });
    let words = WordsEntry::new(
        from.prefix.clone(),
        from.is_flags || from.is_bits,
        entries.collect(),
    );

    match words.entries.is_empty() {
        true => Err(SourceError::new(format!(
            "{} has no {}*",
            from.header, from.prefix
        ))),
        false => Ok(words),
    }
}

/// Says whether `short` names something, and is no limit.
fn is_name(short: &str) -> bool {
    !matches!(short, "MAX" | "CNT" | "") && !short.starts_with("__")
}
