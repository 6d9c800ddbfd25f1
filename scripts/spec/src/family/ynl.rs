// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The description in the kernel's pure format, one file a transport: what is our own word is left
//! out, and what a transport's schema does not know.

use super::text::wrap;
use crate::yaml::Node;

/// Longest line of a text.
const WIDTH: usize = 80;

/// A transport, of which each has a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    /// `netlink-raw.yaml`.
    Raw,
    /// `genetlink.yaml`.
    Genl,
    /// `genetlink-legacy.yaml`: all of `genetlink.yaml`, and `bitfield32`.
    GenlLegacy,
}

impl Schema {
    fn protocol(self) -> &'static str {
        match self {
            Schema::Raw => "netlink-raw",
            Schema::Genl => "genetlink",
            Schema::GenlLegacy => "genetlink-legacy",
        }
    }

    /// Says whether the schema has the word `key` for what is at `path`.
    fn has(self, path: &str, key: &str) -> bool {
        match (path, key) {
            ("", "transports" | "c") => false,
            ("", "protonum") => self == Schema::Raw,
            ("definitions", "enum-name" | "name-prefix") => self != Schema::Genl,
            ("mcast-groups/list", "doc") => false,
            ("mcast-groups/list", "value") => self == Schema::Raw,
            ("mcast-groups/list", "c-define-name") => self != Schema::Genl,
            (_, "required" | "optional") => false,
            _ => true,
        }
    }

    /// Returns the words of the mapping `node`, which is at `path`, that the schema has.
    fn words<'a>(self, node: Node<'a>, path: &'a str) -> impl Iterator<Item = (String, Node<'a>)> {
        // No schema has a limit below 0 for a number that is not named.
        let is_limit = path.ends_with("/checks");
        let is_below_0 =
            move |node: Node<'_>| is_limit && node.as_integer().is_some_and(|number| number < 0);

        node.entries()
            .filter(move |(key, node)| self.has(path, key) && !is_below_0(*node))
    }

    /// Returns the word of the schema for a flag.
    fn flag(self, flag: &str) -> &str {
        match (self, flag) {
            (Schema::Genl | Schema::GenlLegacy, "uns-admin-perm") => flag,
            // The schema of raw families has one word for all rights.
            _ => "admin-perm",
        }
    }
}

/// Returns the description that `root` is, for this schema; `source` is its file.
pub fn ynl(root: Node<'_>, schema: Schema, source: &str) -> String {
    let mut out = format!(
        "# SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)\n\
         #\n# Made of {source} by `make spec`.\n---\n"
    );
    for (key, node) in root.entries() {
        if !schema.has("", &key) {
            continue;
        }
        if node.is_map() || node.is_list() || key == "doc" {
            out.push('\n');
        }
        let mut writer = Writer { out, schema };
        writer.entry(&key, node, "", 0);
        out = writer.out;
        if key == "name" {
            out += &format!("protocol: {}\n", schema.protocol());
        }
    }
    out
}

struct Writer {
    out: String,
    schema: Schema,
}

impl Writer {
    /// Writes `key` and what stands under it, in the mapping at `path`.
    fn entry(&mut self, key: &str, node: Node<'_>, path: &str, depth: usize) {
        let indent = "  ".repeat(depth);
        let inside = match path {
            "" => key.to_owned(),
            _ => format!("{path}/{key}"),
        };
        if node.is_list() {
            self.list(key, node, &inside, depth);
        } else if self.schema.words(node, &inside).next().is_some() {
            self.out += &format!("{indent}{key}:\n");
            self.map(node, &inside, depth + 1);
        } else if node.is_map() || node.as_text().is_none() {
            // The schemas ask for a mapping where nothing is to be said.
            self.out += &format!("{indent}{key}: {{}}\n");
        } else {
            let text = scalar(node, key, depth);
            self.out += format!("{indent}{key}: {text}").trim_end();
            self.out.push('\n');
        }
    }

    fn map(&mut self, node: Node<'_>, path: &str, depth: usize) {
        for (key, node) in self.schema.words(node, path) {
            self.entry(&key, node, path, depth);
        }
    }

    fn list(&mut self, key: &str, node: Node<'_>, path: &str, depth: usize) {
        let indent = "  ".repeat(depth);
        if key == "flags" {
            let flags: Vec<_> = node
                .items()
                .filter_map(Node::as_text)
                .map(|flag| self.schema.flag(&flag).to_owned())
                .collect();
            self.out += &format!("{indent}{key}: [{}]\n", flags.join(", "));
            return;
        }
        self.out += &format!("{indent}{key}:\n");
        for item in node.items() {
            if item.is_map() {
                self.out += &format!("{indent}  -\n");
                self.map(item, path, depth + 2);
            } else {
                self.out += &format!("{indent}  - {}\n", scalar(item, key, depth));
            }
        }
    }
}

/// Returns a scalar as YAML reads it back.
fn scalar(node: Node<'_>, key: &str, depth: usize) -> String {
    let text = node.as_text().unwrap_or_default();
    if !node.is_text() {
        return text;
    }
    if key == "doc"
        && (2 * depth + key.len() + 2 + text.chars().count() > WIDTH || !is_plain(&text))
    {
        let indent = "  ".repeat(depth + 1);
        return format!(">-\n{}", wrap(&text, WIDTH, &indent, &indent));
    }
    match is_plain(&text) {
        true => text,
        false => format!("{text:?}"),
    }
}

/// Says whether `text` is one for YAML as it stands.
fn is_plain(text: &str) -> bool {
    let is_other = ["true", "false", "null", "yes", "no", "on", "off", "~", ""]
        .contains(&text.to_lowercase().as_str())
        || text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
    let has_sign = text.contains(": ")
        || text.contains(" #")
        || text.ends_with([':', ' '])
        || text.starts_with(|c: char| " !&*[]{}|>@`\"'%#,?".contains(c))
        || text.contains('\n');

    !is_other && !has_sign
}
