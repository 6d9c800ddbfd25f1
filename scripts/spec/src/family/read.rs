// SPDX-License-Identifier: Apache-2.0 OR MIT

//! From the description to the [`Family`].

mod attrs;
mod definitions;
mod keys;
mod messages;

use super::model::{CNames, Family};
use crate::yaml::{Document, Node};
use crate::{upper, Result, SourceError};
use attrs::Scopes;
use keys::{check_keys, need, text_of, texts, Refused};
use std::path::Path;

/// Keys of the family.
const KEYS: &[&str] = &[
    "name",
    "transports",
    "protonum",
    "uapi-header",
    "c",
    "doc",
    "definitions",
    "attribute-sets",
    "operations",
    "mcast-groups",
];

/// Words of the format for a family that the layer does not have.
const REFUSED: Refused = &[
    (
        "protocol",
        "say `transports: [netlink-raw, genetlink]`, or one of them",
    ),
    ("sub-messages", "an attribute has one form alone"),
    ("kernel-policy", "each command has a policy of its own"),
    ("kernel-family", "no C is generated for the kernel"),
    ("c-family-name", "names are made of `name`"),
    ("c-version-name", "names are made of `name`"),
    ("max-by-define", "no maximum is defined"),
    ("cmd-max-name", "no maximum is defined"),
    ("cmd-cnt-name", "no count is defined"),
];

/// Keys of `c`.
const C_KEYS: &[&str] = &["protocol", "guard", "group-enum", "preamble"];

impl Family {
    /// Reads the description at `path`.
    ///
    /// # Errors
    ///
    /// With file and line, what is wrong there and what is allowed.
    pub fn read(path: &Path) -> Result<Self> {
        let document = Document::read(path)?;

        Self::from_node(document.root()).map_err(|error| error.within(path.display()))
    }

    /// Reads the description from the root of a document.
    ///
    /// # Errors
    ///
    /// With the line, what is wrong there and what is allowed.
    pub fn from_node(root: Node<'_>) -> Result<Self> {
        check_keys(root, "family", KEYS, REFUSED)?;
        let name = need(root, "name")?;
        let (is_raw, is_genl) = transports(root)?;
        let mut family = Self {
            doc: need(root, "doc")?,
            protonum: protonum(root, is_raw)?,
            is_genl,
            c: c_names(root, &name)?,
            name,
            definitions: Vec::new(),
            sets: Vec::new(),
            message_enum: String::new(),
            messages: Vec::new(),
            groups: Vec::new(),
        };

        definitions::read(root, &mut family)?;
        let scopes = Scopes::read(root, &mut family)?;
        family.groups = messages::groups(root, &family)?;
        messages::read(root, &scopes, &mut family)?;
        Ok(family)
    }
}

/// Returns whether the family is a raw one, and whether one of generic netlink.
fn transports(root: Node<'_>) -> Result<(bool, bool)> {
    let node = root
        .get("transports")
        .filter(|node| node.is_list())
        .ok_or_else(|| root.error("`transports` is missing: a list of netlink-raw, genetlink"))?;
    let (mut is_raw, mut is_genl) = (false, false);
    for item in node.items() {
        match item.as_text().unwrap_or_default().as_str() {
            "netlink-raw" => is_raw = true,
            "genetlink" => is_genl = true,
            other => {
                return Err(item.error(format!(
                    "`{other}` is no transport; allowed: netlink-raw, genetlink"
                )))
            }
        }
    }
    match is_raw || is_genl {
        true => Ok((is_raw, is_genl)),
        false => Err(node.error("a family has a transport; allowed: netlink-raw, genetlink")),
    }
}

/// Returns the number of a raw protocol.
fn protonum(root: Node<'_>, is_raw: bool) -> Result<Option<u32>> {
    match (is_raw, root.get("protonum")) {
        (false, None) => Ok(None),
        (false, Some(node)) => Err(node.error("`protonum` is of netlink-raw alone")),
        (true, None) => Err(root.error("`protonum` is missing: a number from 0 to 31")),
        (true, Some(node)) => match node.as_integer() {
            Some(number @ (0 | 1 | 3..=31)) => Ok(Some(number as u32)),
            Some(2) => Err(node.error("`protonum` 2 is NETLINK_USERSOCK, the users' own")),
            _ => Err(node.error("`protonum` is a number from 0 to 31")),
        },
    }
}

fn c_names(root: Node<'_>, family: &str) -> Result<CNames> {
    let header = text_of(root, "uapi-header")?.unwrap_or_else(|| format!("{family}.h"));
    let node = root.get("c");
    if let Some(node) = node {
        check_keys(node, "`c`", C_KEYS, &[])?;
    }
    let text = |key, default: String| -> Result<String> {
        let text = node.map(|node| text_of(node, key)).transpose()?;
        Ok(text.flatten().unwrap_or(default))
    };
    let preamble = text("preamble", String::new())?;

    Ok(CNames {
        protocol: text("protocol", format!("NETLINK_{}", upper(family)))?,
        guard: text("guard", format!("_UAPI_LINUX_{}_H", upper(family)))?,
        group_enum: text("group-enum", format!("{family}-group"))?.replace('-', "_"),
        preamble: preamble
            .split("\n\n")
            .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
            .filter(|text| !text.is_empty())
            .collect(),
        header,
    })
}

/// Returns the names in the list under `key`, each with its node.
fn names<'a>(node: Node<'a>, key: &str) -> Result<Vec<(String, Node<'a>)>> {
    match node.get(key) {
        Some(list) => texts(list, key),
        None => Ok(Vec::new()),
    }
}

/// Returns the error for a name that stands for nothing.
fn unknown<'a>(
    node: Node<'_>,
    name: &str,
    what: &str,
    all: impl Iterator<Item = &'a str>,
) -> SourceError {
    let all: Vec<_> = all.collect();

    node.error(format!(
        "there is no {what} `{name}`; allowed: {}",
        all.join(", ")
    ))
}
