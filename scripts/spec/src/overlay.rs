// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Facts that neither specs nor headers have, by hand: `overlay.yaml`, which describes itself.

use crate::yaml::{Document, Node};
use crate::{upper, Result, SourceError};
use std::collections::BTreeMap;
use std::path::Path;

/// Keys, and what stands under each, in their order.
pub type Pairs<T> = Vec<(String, T)>;

/// The overlay.
#[derive(Debug, Default)]
pub struct Overlay {
    /// Enums and flags, of headers.
    pub enums: Pairs<EnumFrom>,
    /// Structs: their members and the formats of those.
    pub structs: Pairs<Pairs<String>>,
    /// Sets of attributes, of headers.
    pub sets: Pairs<SetFrom>,
    /// Choices: values and formats; those of a spec's key are added there.
    pub choices: Pairs<Pairs<String>>,
    /// Messages, of headers.
    pub messages: Vec<MessagesFrom>,
    /// Formats of attributes of specs.
    pub attributes: Pairs<Pairs<String>>,
    /// Formats of members of structs of specs.
    pub members: Pairs<Pairs<String>>,
    /// Prefix in C of the names of a spec's set.
    pub prefixes: Pairs<String>,
    /// Where a spec's commands have their names from: a header, and what they begin with.
    pub commands: BTreeMap<String, (String, String)>,
    /// Commands that are called otherwise in C than the spec makes one think.
    pub renames: BTreeMap<String, String>,
    /// Specs that are left out.
    pub without: Vec<String>,
    /// Constants that programs may use: a header and their prefix, and their Rust type.
    pub constants: Vec<ConstantsFrom>,
}

/// An enum of a header.
#[derive(Debug)]
pub struct EnumFrom {
    /// The header.
    pub header: String,
    /// Prefix of the names.
    pub prefix: String,
    /// An enumerator, where the prefix alone would find too many.
    pub first: Option<String>,
    /// Beginnings, behind the prefix, of names that do not belong to it.
    pub without: Vec<String>,
    /// Whether the numbers are masks.
    pub is_flags: bool,
    /// Whether the numbers are those of bits.
    pub is_bits: bool,
}

/// A set of a header.
#[derive(Debug)]
pub struct SetFrom {
    /// The header.
    pub header: String,
    /// Prefix of the names.
    pub prefix: String,
    /// An attribute of it.
    pub first: String,
    /// Numbers that no header has an enum of.
    pub numbers: Pairs<i64>,
    /// The attributes and their formats.
    pub attrs: Pairs<String>,
}

/// Messages of a header.
#[derive(Debug)]
pub struct MessagesFrom {
    /// `NETLINK_*`.
    pub protocol: u16,
    /// The header.
    pub header: String,
    /// Whether requests are so.
    pub is_request: bool,
    /// Whether what the kernel says is so.
    pub is_reply: bool,
    /// Whether only requests that are dumps are so.
    pub is_dump: bool,
    /// Whether they ask for something, though their names do not say so.
    pub is_get: bool,
    /// First byte of those that are so, `AF_*`; 0 is any.
    pub family: u8,
    /// Names of the messages in C, and of each the struct and the set; `NAME*` stands for all others that begin so.
    pub messages: Pairs<String>,
    /// Least number of those that `NAME*` stands for.
    pub least: i64,
    /// Beginnings, behind those of `NAME*`, of names that do not belong to it.
    pub without: Vec<String>,
}

/// Constants of a header.
#[derive(Debug)]
pub struct ConstantsFrom {
    /// The header.
    pub header: String,
    /// Prefix of the names.
    pub prefix: String,
    /// Type of the constants in Rust.
    pub rust_type: String,
}

impl Overlay {
    /// Reads the file at `path`.
    ///
    /// # Errors
    ///
    /// When it is no overlay.
    pub fn read(path: &Path) -> Result<Self> {
        let document = Document::read(path)?;

        Self::from_node(document.root()).map_err(|error| error.within(path.display()))
    }

    fn from_node(root: Node<'_>) -> Result<Self> {
        let mut overlay = Self {
            enums: pairs(root, "enums", EnumFrom::read)?,
            structs: pairs(root, "structs", |node| texts(node.entries()))?,
            sets: pairs(root, "sets", SetFrom::read)?,
            choices: pairs(root, "choices", |node| texts(node.entries()))?,
            messages: Vec::new(),
            attributes: pairs(root, "attributes", |node| texts(node.entries()))?,
            members: pairs(root, "members", |node| texts(node.entries()))?,
            prefixes: texts(root.map("prefixes"))?,
            commands: BTreeMap::new(),
            without: root.list("without").filter_map(Node::as_text).collect(),
            renames: texts(root.map("renames"))?.into_iter().collect(),
            constants: Vec::new(),
        };
        for node in root.list("messages") {
            overlay.messages.push(MessagesFrom::read(node)?);
        }
        for (spec, text) in texts(root.map("commands"))? {
            let [header, prefix] = words(&text)?;
            overlay.commands.insert(spec, (header, prefix));
        }
        for node in root.list("constants") {
            let [header, prefix, rust_type] = words(&node.as_text().unwrap_or_default())?;
            overlay.constants.push(ConstantsFrom {
                header,
                prefix,
                rust_type,
            });
        }
        Ok(overlay)
    }
}

impl EnumFrom {
    fn read(node: Node<'_>) -> Result<Self> {
        let kind = node.text("kind");

        Ok(Self {
            header: node.need("header")?,
            prefix: node.need("prefix")?,
            first: node.text("first"),
            without: node.list("without").filter_map(Node::as_text).collect(),
            is_flags: kind.as_deref() == Some("flags"),
            is_bits: kind.as_deref() == Some("bits"),
        })
    }
}

impl SetFrom {
    /// Returns the format of the attribute that is called `short` in C, without the prefix; `*` is
    /// that of all others.
    pub fn format(&self, short: &str) -> Option<&str> {
        let named = |wanted: &str| self.attrs.iter().find(|(name, _)| upper(name) == wanted);

        named(short)
            .or_else(|| named("*").filter(|_| short != "UNSPEC"))
            .map(|(_, text)| text.as_str())
    }

    /// Says whether the attribute `short` has a format of its own.
    pub fn names(&self, short: &str) -> bool {
        self.attrs.iter().any(|(name, _)| upper(name) == short)
    }

    fn read(node: Node<'_>) -> Result<Self> {
        let prefix = node.need("prefix")?;

        Ok(Self {
            header: node.text("header").unwrap_or_default(),
            first: match node.text("first") {
                Some(first) => first,
                None => format!("{prefix}UNSPEC"),
            },
            numbers: node
                .map("numbers")
                .filter_map(|(name, node)| Some((name, node.as_text()?.parse().ok()?)))
                .collect(),
            prefix,
            attrs: texts(node.map("of"))?,
        })
    }
}

impl MessagesFrom {
    fn read(node: Node<'_>) -> Result<Self> {
        let only = node.text("only");
        let only = only.as_deref();
        if !matches!(only, None | Some("requests" | "replies" | "dumps")) {
            return Err(SourceError::new(
                "`only` is none of requests, replies, dumps",
            ));
        }

        Ok(Self {
            is_request: only != Some("replies"),
            is_reply: !matches!(only, Some("requests" | "dumps")),
            is_dump: only == Some("dumps"),
            is_get: node.is_true("get"),
            family: node.small("family")?.unwrap_or_default(),
            protocol: node
                .small("protocol")?
                .ok_or_else(|| SourceError::new("`protocol` is missing"))?,
            header: node.need("header")?,
            messages: texts(node.map("of"))?,
            least: node.number("least").unwrap_or_default(),
            without: node.list("without").filter_map(Node::as_text).collect(),
        })
    }

    /// Says whether `name`, which begins with `prefix` and has the number `value`, is one of `PREFIX*`.
    pub fn has(&self, prefix: &str, name: &str, value: i64) -> bool {
        let short = name.strip_prefix(prefix).unwrap_or_default();
        let is_wanted = |without: &String| !short.starts_with(without.as_str());

        (self.least..=u16::MAX.into()).contains(&value)
            && !name.ends_with("_MAX")
            && self.without.iter().all(is_wanted)
    }
}

fn pairs<T>(root: Node<'_>, key: &str, read: impl Fn(Node<'_>) -> Result<T>) -> Result<Pairs<T>> {
    root.map(key)
        .map(|(name, node)| {
            let value = read(node).map_err(|error| error.within(&name))?;
            Ok((name, value))
        })
        .collect()
}

fn texts<'a>(entries: impl Iterator<Item = (String, Node<'a>)>) -> Result<Pairs<String>> {
    entries
        .map(|(name, node)| match node.as_text() {
            Some(text) => Ok((name, text)),
            None => Err(SourceError::new(format!("`{name}` is no text"))),
        })
        .collect()
}

fn words<const N: usize>(text: &str) -> Result<[String; N]> {
    let words: Vec<_> = text.split_whitespace().map(str::to_owned).collect();

    words
        .try_into()
        .map_err(|_| SourceError::new(format!("`{text}` is not of {N} words")))
}
