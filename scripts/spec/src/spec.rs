// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A family as its YAML file has it, with the numbers that the file leaves out.
//!
//! The format is described in the kernel's `Documentation/userspace-api/netlink/specs.rst`.

use crate::yaml::{Document, Node};
use crate::{upper, Result, SourceError};
use std::path::Path;

/// A family.
#[derive(Debug)]
pub struct SpecFile {
    /// Name of the family, and of its file.
    pub name: String,
    /// Number of the protocol, `NETLINK_*`; `None` is generic netlink.
    pub protonum: Option<i64>,
    /// Enums and flags.
    pub enums: Vec<EnumDef>,
    /// Structs.
    pub structs: Vec<StructDef>,
    /// Sets of attributes.
    pub sets: Vec<SetDef>,
    /// Formats of attributes of type `sub-message`.
    pub sub_messages: Vec<SubMessageDef>,
    /// Messages.
    pub messages: Vec<MessageDef>,
}

/// Names of numbers.
#[derive(Debug)]
pub struct EnumDef {
    /// Name of the enum in the spec.
    pub name: String,
    /// Prefix of the names in C.
    pub prefix: String,
    /// Whether the numbers are those of bits.
    pub is_flags: bool,
    /// The names without prefix, upper case, each with its number (for flags: of the bit).
    pub entries: Vec<(String, i64)>,
}

/// A struct.
#[derive(Debug)]
pub struct StructDef {
    /// Name of the struct in the spec.
    pub name: String,
    /// Members in order.
    pub members: Vec<ValueDef>,
}

/// A set of attributes.
#[derive(Debug)]
pub struct SetDef {
    /// Name of the set in the spec.
    pub name: String,
    /// Prefix of the names in C.
    pub prefix: String,
    /// The set that it is a part of.
    pub subset_of: Option<String>,
    /// Attributes of the set.
    pub attrs: Vec<ValueDef>,
}

/// An attribute, or a member of a struct.
#[derive(Clone, Debug, Default)]
pub struct ValueDef {
    /// Name of the attribute or member in the spec.
    pub name: String,
    /// Prefix of its name in C, if not that of the set.
    pub prefix: Option<String>,
    /// Number of the attribute.
    pub value: i64,
    /// `type` in the spec.
    pub kind: String,
    /// `sub-type`, for arrays.
    pub sub_type: Option<String>,
    /// Whether it is big-endian.
    pub is_big_endian: bool,
    /// `display-hint`.
    pub hint: Option<String>,
    /// Name of the enum.
    pub enum_name: Option<String>,
    /// Whether the numbers of the enum are those of bits here.
    pub is_flags: bool,
    /// Name of the struct.
    pub struct_name: Option<String>,
    /// Name of the set inside.
    pub nested: Option<String>,
    /// How deep the numbers of `type-value` are stacked.
    pub type_values: usize,
    /// Name of the sub-message, and of the attribute that selects its format.
    pub sub_message: Option<(String, String)>,
    /// Length of a member, in bytes.
    pub len: Option<i64>,
}

/// Formats of an attribute of type `sub-message`.
#[derive(Debug)]
pub struct SubMessageDef {
    /// Name of the sub-message in the spec.
    pub name: String,
    /// Formats of the sub-message.
    pub formats: Vec<FormatDef>,
}

/// A format of a sub-message.
#[derive(Debug)]
pub struct FormatDef {
    /// The value of the selector.
    pub value: String,
    /// Name of the struct before the attributes.
    pub header: Option<String>,
    /// Name of the set.
    pub set: Option<String>,
}

/// A type of message.
#[derive(Clone, Debug)]
pub struct MessageDef {
    /// Number of the message: `nlmsg_type`, or the command of generic netlink.
    pub value: i64,
    /// Name of the message in C.
    pub name: String,
    /// Name of the struct before the attributes.
    pub header: Option<String>,
    /// Name of the set.
    pub set: Option<String>,
    /// Whether it is a request, or what the kernel says.
    pub is_request: bool,
    /// Whether it asks for something, and may ask for all.
    pub is_get: bool,
}

impl SpecFile {
    /// Reads the file at `path`.
    ///
    /// # Errors
    ///
    /// When it is no spec.
    pub fn read(path: &Path) -> Result<Self> {
        let document = Document::read(path)?;

        Self::from_node(document.root()).map_err(|error| error.within(path.display()))
    }

    /// Reads it from the root of a document.
    ///
    /// # Errors
    ///
    /// When a name or a list that each spec has is missing.
    pub fn from_node(root: Node<'_>) -> Result<Self> {
        let name = root.need("name")?;
        let defined = |kinds: &'static [&'static str]| {
            root.list("definitions").filter(move |node| {
                node.text("type")
                    .is_some_and(|kind| kinds.contains(&&*kind))
            })
        };

        Ok(Self {
            protonum: root.number("protonum"),
            enums: defined(&["enum", "flags"])
                .map(|node| EnumDef::read(node, &name))
                .collect::<Result<_>>()?,
            structs: defined(&["struct"])
                .map(StructDef::read)
                .collect::<Result<_>>()?,
            sets: root
                .list("attribute-sets")
                .map(|node| SetDef::read(node, &name))
                .collect::<Result<_>>()?,
            sub_messages: root
                .list("sub-messages")
                .map(SubMessageDef::read)
                .collect::<Result<_>>()?,
            messages: Operations::read(root, &name)?,
            name,
        })
    }
}

impl EnumDef {
    fn read(node: Node<'_>, family: &str) -> Result<Self> {
        let name = node.need("name")?;
        let mut next = node.number("value-start").unwrap_or(0);
        let mut entries = Vec::new();
        for entry in node.list("entries") {
            let word = entry.as_text().map_or_else(|| entry.need("name"), Ok)?;
            let value = entry.number("value").unwrap_or(next);
            next = value + 1;
            entries.push((upper(&word), value));
        }

        Ok(Self {
            prefix: prefix(node).unwrap_or_else(|| upper(&format!("{family}-{name}-"))),
            is_flags: node.text("type").as_deref() == Some("flags"),
            name,
            entries,
        })
    }
}

impl StructDef {
    fn read(node: Node<'_>) -> Result<Self> {
        Ok(Self {
            name: node.need("name")?,
            members: node
                .list("members")
                .map(ValueDef::read)
                .collect::<Result<_>>()?,
        })
    }
}

impl SetDef {
    fn read(node: Node<'_>, family: &str) -> Result<Self> {
        let name = node.need("name")?;
        let mut attrs: Vec<ValueDef> = node
            .list("attributes")
            .map(ValueDef::read)
            .collect::<Result<_>>()?;
        let mut next = 1;
        for (attr, node) in attrs.iter_mut().zip(node.list("attributes")) {
            attr.value = node.number("value").unwrap_or(next);
            next = attr.value + 1;
        }

        Ok(Self {
            prefix: prefix(node).unwrap_or_else(|| match name == family {
                true => upper(&format!("{family}-a-")),
                false => upper(&format!("{family}-a-{name}-")),
            }),
            subset_of: node.text("subset-of"),
            name,
            attrs,
        })
    }
}

impl ValueDef {
    fn read(node: Node<'_>) -> Result<Self> {
        let sub_message = node.text("sub-message").zip(node.text("selector"));

        Ok(Self {
            name: node.need("name")?,
            prefix: prefix(node),
            value: 0,
            kind: node.text("type").unwrap_or_default(),
            sub_type: node.text("sub-type"),
            is_big_endian: node.text("byte-order").as_deref() == Some("big-endian"),
            hint: node.text("display-hint"),
            enum_name: node.text("enum"),
            is_flags: node.is_true("enum-as-flags"),
            struct_name: node.text("struct"),
            nested: node.text("nested-attributes"),
            type_values: node.list("type-value").count(),
            sub_message,
            len: node.number("len"),
        })
    }

    /// Takes what `other` says from it: an attribute of a subset that is special there.
    pub fn refine(&mut self, other: &Self) {
        if !other.kind.is_empty() {
            self.kind.clone_from(&other.kind);
        }
        if other.hint.is_some() {
            self.hint.clone_from(&other.hint);
        }
        if other.nested.is_some() {
            self.nested.clone_from(&other.nested);
        }
    }

    /// Says whether it is more than the name of an attribute of another set.
    pub fn is_refined(&self) -> bool {
        !self.kind.is_empty() || self.hint.is_some() || self.nested.is_some()
    }
}

impl SubMessageDef {
    fn read(node: Node<'_>) -> Result<Self> {
        let format = |node: Node<'_>| -> Result<FormatDef> {
            Ok(FormatDef {
                value: node.need("value")?,
                header: node.text("fixed-header"),
                set: node.text("attribute-set"),
            })
        };

        Ok(Self {
            name: node.need("name")?,
            formats: node.list("formats").map(format).collect::<Result<_>>()?,
        })
    }
}

/// The list of operations, and the numbers that are counted in it.
struct Operations<'a> {
    node: Node<'a>,
    prefix: String,
    /// Whether requests and what the kernel says are counted apart.
    is_directional: bool,
    request: i64,
    reply: i64,
    messages: Vec<MessageDef>,
}

impl<'a> Operations<'a> {
    fn read(root: Node<'a>, family: &str) -> Result<Vec<MessageDef>> {
        let node = root
            .get("operations")
            .ok_or_else(|| SourceError::new("`operations` is missing"))?;
        let mut operations = Self {
            node,
            prefix: prefix(node).unwrap_or_else(|| upper(&format!("{family}-cmd-"))),
            is_directional: node.text("enum-model").as_deref() == Some("directional"),
            request: 1,
            reply: 1,
            messages: Vec::new(),
        };

        for operation in node.list("list") {
            operations.take(operation)?;
        }
        Ok(operations.messages)
    }

    fn take(&mut self, operation: Node<'a>) -> Result<()> {
        let is_event = ["notify", "event"]
            .iter()
            .any(|key| operation.get(key).is_some());
        match (self.is_directional, is_event) {
            (false, _) => self.take_unified(operation, is_event),
            (true, true) => {
                self.reply = operation.number("value").unwrap_or(self.reply);
                self.push(operation, self.reply, false, "")?;
                self.reply += 1;
                Ok(())
            }
            (true, false) => self.take_directional(operation),
        }
    }

    fn take_unified(&mut self, operation: Node<'a>, is_event: bool) -> Result<()> {
        let value = operation.number("value").unwrap_or(self.request);
        self.request = value + 1;

        if !is_event {
            self.push(operation, value, true, "")?;
        }
        self.push(operation, value, false, "")
    }

    fn take_directional(&mut self, operation: Node<'a>) -> Result<()> {
        let mode = operation.get("do").or_else(|| operation.get("dump"));
        let number = |key| mode?.get(key)?.number("value");
        let has_reply = mode.is_some_and(|mode| mode.get("reply").is_some());
        self.request = number("request").unwrap_or(self.request);
        self.reply = number("reply").unwrap_or(self.reply);

        self.push(operation, self.request, true, "")?;
        self.request += 1;
        if has_reply {
            self.push(operation, self.reply, false, "_REPLY")?;
            self.reply += 1;
        }
        Ok(())
    }

    fn push(&mut self, operation: Node<'a>, value: i64, is_request: bool, end: &str) -> Result<()> {
        let described = self.described(operation);
        let name = upper(&operation.need("name")?);

        self.messages.push(MessageDef {
            value,
            name: format!("{}{name}{end}", self.prefix),
            header: described
                .text("fixed-header")
                .or_else(|| self.node.text("fixed-header")),
            set: described.text("attribute-set"),
            is_request,
            is_get: operation.get("dump").is_some(),
        });
        Ok(())
    }

    /// Returns the operation that says what is in `operation`: a notification is like what it
    /// notifies of.
    fn described(&self, operation: Node<'a>) -> Node<'a> {
        let notified = operation.text("notify").and_then(|name| {
            self.node
                .list("list")
                .find(|other| other.text("name").as_ref() == Some(&name))
        });

        notified.unwrap_or(operation)
    }
}

fn prefix(node: Node<'_>) -> Option<String> {
    node.text("name-prefix").map(|prefix| upper(&prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIRECTIONAL: &str = "
name: two-ways
definitions:
  - {name: way, type: flags, value-start: 1, entries: [there, {name: back, value: 4}, again]}
  - {name: hdr, type: struct, members: [{name: one, type: u8}]}
attribute-sets:
  - name: way-attrs
    name-prefix: way-a-
    attributes: [{name: one, type: u32}, {name: five, type: u8, value: 5}, {name: six-b, type: flag}]
  - {name: some, subset-of: way-attrs, attributes: [{name: one}]}
operations:
  enum-model: directional
  fixed-header: hdr
  list:
    - {name: get, attribute-set: way-attrs, do: {request: {value: 3}, reply: {value: 1}}, dump: {reply: {}}}
    - {name: set, attribute-set: way-attrs, do: {request: {}}}
    - {name: get-ntf, notify: get}
";

    fn spec() -> SpecFile {
        SpecFile::from_node(Document::parse(DIRECTIONAL).unwrap().root()).unwrap()
    }

    #[test]
    fn requests_and_replies_are_counted_apart() {
        let messages: Vec<_> = spec()
            .messages
            .into_iter()
            .map(|m| (m.value, m.name, m.is_request, m.is_get, m.set.is_some()))
            .collect();

        assert_eq!(
            messages,
            [
                (3, "TWO_WAYS_CMD_GET".to_owned(), true, true, true),
                (1, "TWO_WAYS_CMD_GET_REPLY".to_owned(), false, true, true),
                (4, "TWO_WAYS_CMD_SET".to_owned(), true, false, true),
                (2, "TWO_WAYS_CMD_GET_NTF".to_owned(), false, false, true),
            ]
        );
    }

    #[test]
    fn attributes_and_bits_count_on_from_the_last() {
        let spec = spec();
        let values: Vec<_> = spec.sets[0].attrs.iter().map(|attr| attr.value).collect();

        assert_eq!(values, [1, 5, 6]);
        assert_eq!(spec.sets[1].subset_of.as_deref(), Some("way-attrs"));
        assert_eq!(spec.enums[0].prefix, "TWO_WAYS_WAY_");
        assert_eq!(
            spec.enums[0].entries,
            [("THERE", 1), ("BACK", 4), ("AGAIN", 5)].map(|(name, bit)| (name.to_owned(), bit))
        );
    }

    #[test]
    fn a_spec_without_operations_is_refused() {
        let document = Document::parse("name: none").unwrap();
        let error = SpecFile::from_node(document.root()).unwrap_err();

        assert_eq!(error.to_string(), "`operations` is missing");
    }
}
