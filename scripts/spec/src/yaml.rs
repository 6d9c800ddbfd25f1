// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Access to a YAML document by the names of its keys.

use crate::{Result, SourceError};
use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};
use std::path::Path;

/// A node of a document.
#[derive(Clone, Copy, Debug)]
pub struct Node<'a>(&'a MarkedYaml<'static>);

/// A document.
#[derive(Debug)]
pub struct Document(Vec<MarkedYaml<'static>>);

impl Document {
    /// Reads the file at `path`.
    ///
    /// # Errors
    ///
    /// When it cannot be read or is not YAML.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| SourceError::new(error.to_string()).within(path.display()))?;

        Self::parse(&text).map_err(|error| error.within(path.display()))
    }

    /// Parses `text`.
    ///
    /// # Errors
    ///
    /// When it is not YAML, or holds no document.
    pub fn parse(text: &str) -> Result<Self> {
        let documents = MarkedYaml::load_from_str(text)
            .map_err(|error| SourceError::new(error.info()).at(error.marker().line()))?;

        match documents.is_empty() {
            true => Err(SourceError::new("there is no document")),
            false => Ok(Self(documents)),
        }
    }

    /// Returns the node that holds all others.
    pub fn root(&self) -> Node<'_> {
        Node(&self.0[0])
    }
}

impl<'a> Node<'a> {
    /// Returns what stands under `key`.
    pub fn get(self, key: &str) -> Option<Node<'a>> {
        self.0.data.as_mapping_get(key).map(Node)
    }

    /// Returns the line that the node begins in, from 1.
    pub fn line(self) -> usize {
        self.0.span.start.line()
    }

    /// Returns the error for the node that `message` tells of, with the line.
    pub fn error(self, message: impl Into<String>) -> SourceError {
        SourceError::new(message).at(self.line())
    }

    /// Returns the text under `key`; numbers are texts as well.
    pub fn text(self, key: &str) -> Option<String> {
        self.get(key)?.as_text()
    }

    /// Returns the number under `key`.
    pub fn number(self, key: &str) -> Option<i64> {
        self.get(key)?.as_integer()
    }

    /// Returns the number under `key` as the type that it has to fit into.
    ///
    /// # Errors
    ///
    /// When something else stands there.
    pub fn small<T: TryFrom<i64>>(self, key: &str) -> Result<Option<T>> {
        let Some(node) = self.get(key) else {
            return Ok(None);
        };
        let number = node.as_integer().and_then(|number| number.try_into().ok());

        match number {
            Some(number) => Ok(Some(number)),
            None => Err(SourceError::new(format!("`{key}` is no number that fits"))),
        }
    }

    /// Says whether `true` stands under `key`.
    pub fn is_true(self, key: &str) -> bool {
        self.get(key).and_then(|node| node.0.data.as_bool()) == Some(true)
    }

    /// Returns the text under `key`.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn need(self, key: &str) -> Result<String> {
        self.text(key)
            .ok_or_else(|| SourceError::new(format!("`{key}` is missing")))
    }

    /// Returns the nodes of the list under `key`; none where there is no list.
    pub fn list(self, key: &str) -> impl Iterator<Item = Node<'a>> {
        self.get(key).into_iter().flat_map(Node::items)
    }

    /// Returns the nodes of this list; none where it is no list.
    pub fn items(self) -> impl Iterator<Item = Node<'a>> {
        self.0.data.as_vec().into_iter().flatten().map(Node)
    }

    /// Says whether the node is a list.
    pub fn is_list(self) -> bool {
        self.0.data.is_sequence()
    }

    /// Says whether the node is a mapping.
    pub fn is_map(self) -> bool {
        self.0.data.is_mapping()
    }

    /// Says whether the node is a text, and neither a number nor a truth value.
    pub fn is_text(self) -> bool {
        self.0.data.is_string()
    }

    /// Returns the number that the node is.
    pub fn as_integer(self) -> Option<i64> {
        self.0.data.as_integer()
    }

    /// Returns the keys of the mapping under `key` and what stands under each, in their order.
    pub fn map(self, key: &str) -> impl Iterator<Item = (String, Node<'a>)> {
        self.get(key).into_iter().flat_map(Node::entries)
    }

    /// Returns the keys of this mapping and what stands under each, in their order.
    pub fn entries(self) -> impl Iterator<Item = (String, Node<'a>)> {
        self.keys()
            .filter_map(|(key, node)| Some((key.as_text()?, node)))
    }

    /// Returns the nodes of the keys of this mapping and what stands under each, in their order.
    pub fn keys(self) -> impl Iterator<Item = (Node<'a>, Node<'a>)> {
        let map = self.0.data.as_mapping();

        map.into_iter()
            .flatten()
            .map(|(key, node)| (Node(key), Node(node)))
    }

    /// Returns the scalar as text.
    pub fn as_text(self) -> Option<String> {
        match &self.0.data {
            YamlData::Value(Scalar::String(text)) => Some(text.to_string()),
            YamlData::Value(Scalar::Integer(number)) => Some(number.to_string()),
            YamlData::Value(Scalar::Boolean(value)) => Some(value.to_string()),
            YamlData::Value(Scalar::FloatingPoint(value)) => Some(value.to_string()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_keep_their_order_and_aliases_are_what_they_stand_for() {
        let text = "b: &x [one, 2]\na: *x\nc: {z: 1, y: 0x10, on: true}\n";
        let document = Document::parse(text).unwrap();
        let root = document.root();
        let texts: Vec<_> = root.list("a").filter_map(Node::as_text).collect();
        let keys: Vec<_> = root.map("c").map(|(key, _)| key).collect();

        assert_eq!(texts, ["one", "2"]);
        assert_eq!(keys, ["z", "y", "on"]);
        assert_eq!(root.get("c").unwrap().number("y"), Some(16));
        assert!(root.get("c").unwrap().is_true("on"));
    }

    #[test]
    fn what_is_no_yaml_is_an_error() {
        assert!(Document::parse("a: [").is_err());
        assert!(Document::parse("").is_err());
    }
}
