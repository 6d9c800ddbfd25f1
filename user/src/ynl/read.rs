// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Reads a family from its YAML file.
//!
//! The format is described in the kernel's `Documentation/userspace-api/netlink/specs.rst`.

use super::family::{
    nearest_first, AttrForm, ByteOrder, DisplayHint, Element, EnumUse, MemberForm, Modes, Scalar,
    SpecAttr, SpecEnum, SpecFamily, SpecGroup, SpecMember, SpecOperation, SpecSet, SpecStruct,
    SpecTransport, SubFormat, SubMessage, Width,
};
use super::yaml::{Yaml, YamlError};
use crate::netlink::Error;
use std::collections::HashMap;
use std::path::Path;

/// [`Error::op`] of a spec that cannot be read.
const READ: &str = "read a spec";

/// Largest size of a struct, in bytes: one attribute cannot carry more.
const STRUCT_MAX: usize = u16::MAX as usize;

type Result<T> = std::result::Result<T, YamlError>;

impl SpecFamily {
    /// Reads the spec at `path`.
    ///
    /// # Errors
    ///
    /// Those of `open(2)` and `read(2)`; `EINVAL` with the file and the line of what is wrong in it.
    pub fn read(path: &Path) -> std::result::Result<Self, Error> {
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| Error::from_io(READ, &error).object(&*file))?;

        Self::parse(&text).map_err(|error| {
            Error::new(READ, libc::EINVAL)
                .object(format!("{file}:{}", error.line))
                .message(error.message)
        })
    }

    /// Reads the spec in `text`.
    ///
    /// # Errors
    ///
    /// When it is not YAML, or no spec; says in which line.
    pub fn parse(text: &str) -> Result<Self> {
        SpecReader::new(&Yaml::parse(text)?)?.family()
    }
}

/// A document, and where its parts of each kind are.
struct SpecReader<'y> {
    root: &'y Yaml,
    constants: HashMap<&'y str, i64>,
    enums: NamedNodes<'y>,
    structs: NamedNodes<'y>,
    sets: NamedNodes<'y>,
    sub_messages: NamedNodes<'y>,
}

/// Nodes that are called by their names.
struct NamedNodes<'y> {
    /// Kind of the nodes, for an error.
    what: &'static str,
    nodes: Vec<&'y Yaml>,
    places: HashMap<&'y str, usize>,
}

impl<'y> NamedNodes<'y> {
    fn new(what: &'static str, nodes: impl Iterator<Item = &'y Yaml>) -> Result<Self> {
        let mut names = Self {
            what,
            nodes: nodes.collect(),
            places: HashMap::new(),
        };
        for (place, node) in names.nodes.iter().enumerate() {
            names.places.insert(node.need("name")?, place);
        }
        Ok(names)
    }

    /// Returns the place of the node that is called by what stands in `node` under `key`.
    fn find(&self, node: &Yaml, key: &str) -> Result<usize> {
        node.need(key)?;
        let place = self.find_any(node, key)?;

        place.ok_or_else(|| node.error(format!("`{key}` is missing")))
    }

    /// Returns that place, if there is such a key.
    fn find_any(&self, node: &Yaml, key: &str) -> Result<Option<usize>> {
        let Some((value, name)) = node
            .get(key)
            .and_then(|value| Some((value, value.scalar()?)))
        else {
            return Ok(None);
        };

        match self.places.get(name) {
            Some(place) => Ok(Some(*place)),
            None => {
                let allowed = nearest_first(name, self.places.keys().copied());
                Err(value.error(format!("no {} `{name}`; there is {allowed}", self.what)))
            }
        }
    }
}

impl<'y> SpecReader<'y> {
    fn new(root: &'y Yaml) -> Result<Self> {
        let defined = |kinds: &'static [&'static str]| {
            let definitions = root.list("definitions").iter();
            definitions.filter(move |node| node.text("type").is_some_and(|t| kinds.contains(&t)))
        };
        let mut constants = HashMap::new();
        for node in defined(&["const"]) {
            if let Ok(Some(value)) = node.number("value") {
                constants.insert(node.need("name")?, value);
            }
        }

        Ok(Self {
            root,
            constants,
            enums: NamedNodes::new("enum", defined(&["enum", "flags"]))?,
            structs: NamedNodes::new("struct", defined(&["struct"]))?,
            sets: NamedNodes::new("attribute set", root.list("attribute-sets").iter())?,
            sub_messages: NamedNodes::new("sub-message", root.list("sub-messages").iter())?,
        })
    }

    fn family(&self) -> Result<SpecFamily> {
        Ok(SpecFamily {
            name: self.root.need("name")?.to_owned(),
            transport: self.transport()?,
            operations: self.operations()?,
            groups: self.groups()?,
            enums: each(&self.enums.nodes, read_enum)?,
            structs: self.all_structs()?,
            sets: each(&self.sets.nodes, |node| self.set(node))?,
            sub_messages: each(&self.sub_messages.nodes, |node| self.sub_message(node))?,
        })
    }

    fn transport(&self) -> Result<SpecTransport> {
        match self.root.text("protocol") {
            Some("netlink-raw") => match self.root.number("protonum")? {
                Some(number @ 0..=31) => Ok(SpecTransport::Raw(number)),
                _ => Err(self.root.error("`protonum` is no number from 0 to 31")),
            },
            None | Some("genetlink" | "genetlink-c" | "genetlink-legacy") => Ok(
                SpecTransport::Generic(self.root.number("version")?.unwrap_or(1)),
            ),
            Some(other) => Err(self.root.error(format!(
                "unknown protocol `{other}`; there is genetlink, genetlink-c, genetlink-legacy, netlink-raw"
            ))),
        }
    }

    fn groups(&self) -> Result<Vec<SpecGroup>> {
        let groups = self
            .root
            .get("mcast-groups")
            .map_or(&[][..], |groups| groups.list("list"));

        each(groups, |node| {
            Ok(SpecGroup {
                name: node.need("name")?.to_owned(),
                number: node.number("value")?,
            })
        })
    }

    /// Reads the structs: those inside others first, for their sizes.
    fn all_structs(&self) -> Result<Vec<SpecStruct>> {
        let mut read = vec![None; self.structs.nodes.len()];
        for place in 0..read.len() {
            self.read_struct(place, &mut read, self.structs.nodes.len())?;
        }
        Ok(read.into_iter().flatten().collect())
    }

    /// Reads the struct at `place`, unless that was done; returns its size.
    fn read_struct(
        &self,
        place: usize,
        read: &mut [Option<SpecStruct>],
        depth: usize,
    ) -> Result<usize> {
        if let Some(known) = &read[place] {
            return Ok(known.size);
        }
        let node = self.structs.nodes[place];
        let deeper = depth
            .checked_sub(1)
            .ok_or_else(|| node.error("the struct is inside itself"))?;
        let mut members = Vec::new();
        for member in node.list("members") {
            members.push(self.member(member, read, deeper)?);
        }
        let size = members.iter().map(|member| member.size).sum();

        if size > STRUCT_MAX {
            return Err(node.error(format!("the struct has more than {STRUCT_MAX} bytes")));
        }
        read[place] = Some(SpecStruct { members, size });
        Ok(size)
    }

    fn member(
        &self,
        node: &Yaml,
        read: &mut [Option<SpecStruct>],
        depth: usize,
    ) -> Result<SpecMember> {
        let kind = node.need("type")?;
        let (form, size) = match kind {
            "pad" => (MemberForm::Pad, self.len(node)?),
            "binary" => match self.structs.find_any(node, "struct")? {
                Some(place) => (
                    MemberForm::Struct(place),
                    self.read_struct(place, read, depth)?,
                ),
                None => (MemberForm::Bytes(hint(node)), self.len(node)?),
            },
            _ => match self.scalar(&Refined(node, node), kind)? {
                Some(scalar) => match scalar.width {
                    Width::Bytes(size) => (MemberForm::Scalar(scalar), size),
                    Width::Auto => return Err(unsupported(node, "a member", kind)),
                },
                None => return Err(unsupported(node, "a member", kind)),
            },
        };

        Ok(SpecMember {
            name: node.need("name")?.to_owned(),
            form,
            size,
        })
    }

    /// Reads the length of a member: a number, or the name of a constant.
    fn len(&self, node: &Yaml) -> Result<usize> {
        let named = node.text("len").and_then(|name| self.constants.get(name));
        let len = match named {
            Some(len) => usize::try_from(*len).ok(),
            None => node.number("len")?,
        };

        len.filter(|len| *len <= STRUCT_MAX)
            .ok_or_else(|| node.error("`len` is missing or too large"))
    }

    /// Reads an integer; `None` where `kind` is another type.
    fn scalar(&self, attr: &Refined<'_>, kind: &str) -> Result<Option<Scalar>> {
        let (width, is_signed) = match kind {
            "u8" => (Width::Bytes(1), false),
            "u16" => (Width::Bytes(2), false),
            "u32" => (Width::Bytes(4), false),
            "u64" => (Width::Bytes(8), false),
            "s8" => (Width::Bytes(1), true),
            "s16" => (Width::Bytes(2), true),
            "s32" => (Width::Bytes(4), true),
            "s64" => (Width::Bytes(8), true),
            "uint" => (Width::Auto, false),
            "sint" => (Width::Auto, true),
            _ => return Ok(None),
        };

        Ok(Some(Scalar {
            width,
            is_signed,
            order: byte_order(attr.of("byte-order"))?,
            words: self.words(attr)?,
            hint: hint(attr.of("display-hint")),
        }))
    }

    /// Reads which enum has the words for a value.
    fn words(&self, attr: &Refined<'_>) -> Result<Option<EnumUse>> {
        let Some(index) = self.enums.find_any(attr.of("enum"), "enum")? else {
            return Ok(None);
        };
        let is_flags = self.enums.nodes[index].text("type") == Some("flags");
        let as_flags = attr.of("enum-as-flags").is_true("enum-as-flags");

        Ok(Some(EnumUse {
            index,
            is_flags: is_flags || as_flags,
        }))
    }

    fn set(&self, node: &Yaml) -> Result<SpecSet> {
        let attrs = match node.text("subset-of") {
            Some(_) => self.subset(node)?,
            None => self.whole_set(node)?,
        };
        let last = attrs.iter().map(|attr| usize::from(attr.nla_type)).max();
        let mut by_type = vec![0; last.map_or(0, |last| last + 1)];
        for (place, attr) in (1..).zip(&attrs) {
            by_type[usize::from(attr.nla_type)] = place;
        }

        Ok(SpecSet {
            name: node.need("name")?.to_owned(),
            attrs,
            by_type,
        })
    }

    fn whole_set(&self, node: &Yaml) -> Result<Vec<SpecAttr>> {
        let numbered = numbered(node)?;

        each(&numbered, |(number, node)| {
            self.attr(*number, &Refined(node, node))
        })
    }

    /// Reads attributes that are those of another set, some of them special here.
    fn subset(&self, node: &Yaml) -> Result<Vec<SpecAttr>> {
        let whole = numbered(self.sets.nodes[self.sets.find(node, "subset-of")?])?;

        each(node.list("attributes"), |attr| {
            let name = attr.need("name")?;
            let mut known = whole.iter();
            match known.find(|(_, known)| known.text("name") == Some(name)) {
                Some((number, known)) => self.attr(*number, &Refined(attr, known)),
                None => {
                    let allowed = whole.iter().filter_map(|(_, known)| known.text("name"));
                    let allowed = nearest_first(name, allowed);
                    Err(attr.error(format!("no attribute `{name}`; there is {allowed}")))
                }
            }
        })
    }

    fn attr(&self, nla_type: u16, attr: &Refined<'_>) -> Result<SpecAttr> {
        Ok(SpecAttr {
            name: attr.0.need("name")?.to_owned(),
            nla_type,
            is_multi: attr.of("multi-attr").is_true("multi-attr"),
            form: self.attr_form(attr)?,
        })
    }

    fn attr_form(&self, attr: &Refined<'_>) -> Result<AttrForm> {
        let kind = attr.need("type")?;

        Ok(match kind {
            "unused" => AttrForm::Unused,
            "pad" => AttrForm::Pad,
            "flag" => AttrForm::Flag,
            "string" => AttrForm::String,
            "binary" => self.binary(attr)?,
            "nest" => AttrForm::Nest(self.nested(attr)?),
            "indexed-array" | "array-nest" => AttrForm::Indexed(self.element(attr)?),
            "bitfield32" => AttrForm::Bitfield32(self.words(attr)?),
            "sub-message" => AttrForm::SubMessage {
                sub_message: self
                    .sub_messages
                    .find(attr.of("sub-message"), "sub-message")?,
                selector: attr.need("selector")?.to_owned(),
            },
            "nest-type-value" => AttrForm::TypeValue {
                names: each(attr.of("type-value").list("type-value"), |name| {
                    Ok(name.scalar().unwrap_or_default().to_owned())
                })?,
                set: self.nested(attr)?,
            },
            _ => match self.scalar(attr, kind)? {
                Some(scalar) => AttrForm::Scalar(scalar),
                None => return Err(unsupported(attr.0, "an attribute", kind)),
            },
        })
    }

    fn nested(&self, attr: &Refined<'_>) -> Result<usize> {
        self.sets
            .find(attr.of("nested-attributes"), "nested-attributes")
    }

    fn binary(&self, attr: &Refined<'_>) -> Result<AttrForm> {
        if let Some(place) = self.structs.find_any(attr.of("struct"), "struct")? {
            return Ok(AttrForm::Struct(place));
        }
        let hint = hint(attr.of("display-hint"));
        let Some(kind) = attr.of("sub-type").text("sub-type") else {
            return Ok(AttrForm::Bytes(hint));
        };

        match self.scalar(attr, kind)? {
            Some(scalar) if scalar.width != Width::Auto => Ok(AttrForm::Numbers(scalar)),
            _ => Err(unsupported(attr.0, "an array", kind)),
        }
    }

    fn element(&self, attr: &Refined<'_>) -> Result<Element> {
        let kind = attr.of("sub-type").text("sub-type").unwrap_or("nest");

        Ok(match kind {
            "nest" => Element::Nest(self.nested(attr)?),
            "binary" => Element::Bytes(hint(attr.of("display-hint"))),
            "string" => Element::String,
            _ => match self.scalar(attr, kind)? {
                Some(scalar) => Element::Scalar(scalar),
                None => return Err(unsupported(attr.0, "an array", kind)),
            },
        })
    }

    fn sub_message(&self, node: &Yaml) -> Result<SubMessage> {
        let formats = each(node.list("formats"), |format| {
            Ok(SubFormat {
                value: format.need("value")?.to_owned(),
                header: self.structs.find_any(format, "fixed-header")?,
                set: self.sets.find_any(format, "attribute-set")?,
            })
        })?;

        Ok(SubMessage {
            name: node.need("name")?.to_owned(),
            formats,
        })
    }

    fn operations(&self) -> Result<Vec<SpecOperation>> {
        let node = self
            .root
            .get("operations")
            .ok_or_else(|| self.root.error("`operations` is missing"))?;
        let is_directional = match node.text("enum-model") {
            None | Some("unified") => false,
            Some("directional") => true,
            Some(other) => {
                return Err(node.error(format!(
                    "unknown enum model `{other}`; there is unified, directional"
                )))
            }
        };
        let mut numbers = OperationNumbers {
            is_directional,
            request: 1,
            reply: 1,
        };

        each(node.list("list"), |operation| {
            self.operation(node, operation, &mut numbers)
        })
    }

    fn operation(
        &self,
        operations: &Yaml,
        node: &Yaml,
        numbers: &mut OperationNumbers,
    ) -> Result<SpecOperation> {
        let modes = Modes {
            has_do: node.get("do").is_some(),
            has_dump: node.get("dump").is_some(),
            is_event: node.get("notify").is_some() || node.get("event").is_some(),
        };
        let (request, reply) = numbers.count(node, modes)?;
        let notified = node.text("notify");
        let described = notified.and_then(|name| {
            let mut all = operations.list("list").iter();
            all.find(|other| other.text("name") == Some(name))
        });
        let described = described.unwrap_or(node);
        let set = Refined(node, described).of("attribute-set");
        let header = Refined(node, Refined(described, operations).of("fixed-header"));
        let header = header.of("fixed-header");

        Ok(SpecOperation {
            name: node.need("name")?.to_owned(),
            request,
            reply,
            modes,
            attrs: requested(node),
            header: self.structs.find_any(header, "fixed-header")?,
            set: self.sets.find_any(set, "attribute-set")?,
        })
    }
}

/// An attribute of a set, and what the set says of it that this one is a part of.
struct Refined<'y>(&'y Yaml, &'y Yaml);

impl<'y> Refined<'y> {
    /// Returns the node that has `key`: the special one, if both do.
    fn of(&self, key: &str) -> &'y Yaml {
        match self.0.get(key) {
            Some(_) => self.0,
            None => self.1,
        }
    }

    fn need(&self, key: &str) -> Result<&'y str> {
        self.of(key).need(key)
    }
}

/// Counters of messages.
struct OperationNumbers {
    /// Whether requests and what the kernel sends are counted apart.
    is_directional: bool,
    request: u16,
    reply: u16,
}

impl OperationNumbers {
    /// Returns the numbers of an operation: of its request, and of what the kernel sends.
    fn count(&mut self, node: &Yaml, modes: Modes) -> Result<(Option<u16>, Option<u16>)> {
        match (self.is_directional, modes.is_event) {
            (false, _) => {
                let number = node.number("value")?.unwrap_or(self.request);
                self.request = number.saturating_add(1);
                Ok((Some(number), Some(number)))
            }
            (true, true) => {
                let number = node.number("value")?.unwrap_or(self.reply);
                self.reply = number.saturating_add(1);
                Ok((None, Some(number)))
            }
            (true, false) => self.count_both(node),
        }
    }

    fn count_both(&mut self, node: &Yaml) -> Result<(Option<u16>, Option<u16>)> {
        let mode = node.get("do").or_else(|| node.get("dump")).unwrap_or(node);
        let reply = mode.get("reply");
        if let Some(number) = mode
            .get("request")
            .map_or(Ok(None), |way| way.number("value"))?
        {
            self.request = number;
        }
        if let Some(number) = reply.map_or(Ok(None), |way| way.number("value"))? {
            self.reply = number;
        }
        let numbers = (Some(self.request), reply.map(|_| self.reply));

        self.request = self.request.saturating_add(1);
        self.reply = self.reply.saturating_add(u16::from(reply.is_some()));
        Ok(numbers)
    }
}

/// Returns the names of the attributes that a request takes.
fn requested(node: &Yaml) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for request in ["do", "dump"]
        .iter()
        .filter_map(|mode| node.get(mode)?.get("request"))
    {
        for name in request.list("attributes").iter().filter_map(Yaml::scalar) {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
    }
    names
}

/// Returns the attributes of a set with their numbers: each that the spec says, or one more than the last.
fn numbered(node: &Yaml) -> Result<Vec<(u16, &Yaml)>> {
    let mut next = 1u16;

    each(node.list("attributes"), |attr| {
        let number = attr.number("value")?.unwrap_or(next);
        next = number.saturating_add(1);
        Ok((number, attr))
    })
}

fn read_enum(node: &&Yaml) -> Result<SpecEnum> {
    let mut next = node.number("value-start")?.unwrap_or(0);
    let entries = each(node.list("entries"), |entry| {
        let word = entry.scalar().map_or_else(|| entry.need("name"), Ok)?;
        let number = entry.number("value")?.unwrap_or(next);
        next = i64::saturating_add(number, 1);
        Ok((word.to_owned(), number))
    })?;

    Ok(SpecEnum {
        name: node.need("name")?.to_owned(),
        entries,
    })
}

fn byte_order(node: &Yaml) -> Result<ByteOrder> {
    match node.text("byte-order") {
        None => Ok(ByteOrder::Native),
        Some("big-endian") => Ok(ByteOrder::Big),
        Some("little-endian") => Ok(ByteOrder::Little),
        Some(other) => Err(node.error(format!(
            "unknown byte order `{other}`; there is big-endian, little-endian"
        ))),
    }
}

fn hint(node: &Yaml) -> Option<DisplayHint> {
    match node.text("display-hint")? {
        "mac" => Some(DisplayHint::Mac),
        "hex" => Some(DisplayHint::Hex),
        "ipv4" | "ipv6" | "ipv4-or-v6" => Some(DisplayHint::Ip),
        "uuid" => Some(DisplayHint::Uuid),
        // A newer format may have more hints; a value is shown without one as well.
        _ => None,
    }
}

fn unsupported(node: &Yaml, what: &str, kind: &str) -> YamlError {
    node.error(format!("type `{kind}` of {what} is not supported"))
}

fn each<'n, N, T>(nodes: &'n [N], read: impl FnMut(&'n N) -> Result<T>) -> Result<Vec<T>> {
    nodes.iter().map(read).collect()
}
