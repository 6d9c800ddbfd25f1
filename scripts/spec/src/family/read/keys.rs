// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Strict access to mappings: a word that nobody reads is refused.

use crate::yaml::Node;
use crate::Result;

/// Words of the format that are refused, each with what to do or to know.
pub type Refused = &'static [(&'static str, &'static str)];

/// Checks that `node`, of which `what` is the name, is a mapping of no keys but those that are `allowed`.
pub fn check_keys(node: Node<'_>, what: &str, allowed: &[&str], refused: Refused) -> Result<()> {
    if !node.is_map() {
        return Err(node.error(format!("{what} is a mapping with: {}", allowed.join(", "))));
    }
    for (key, _) in node.keys() {
        let name = key.as_text().unwrap_or_default();
        if let Some((_, why)) = refused.iter().find(|(word, _)| *word == name) {
            return Err(key.error(format!("`{name}` of {what} is not supported: {why}")));
        }
        if !allowed.contains(&&*name) {
            let allowed = allowed.join(", ");
            return Err(key.error(format!("{what} has no `{name}`; allowed: {allowed}")));
        }
    }
    Ok(())
}

/// Returns the text under `key`, with its lines as one where it is a doc.
pub fn text_of(node: Node<'_>, key: &str) -> Result<Option<String>> {
    let Some(value) = node.get(key) else {
        return Ok(None);
    };

    match value.as_text() {
        Some(text) => Ok(Some(text.trim_end().to_owned())),
        None => Err(value.error(format!("`{key}` is a text"))),
    }
}

/// Returns the text under `key`, which has to be there.
pub fn need(node: Node<'_>, key: &str) -> Result<String> {
    text_of(node, key)?.ok_or_else(|| node.error(format!("`{key}` is missing: a text")))
}

/// Returns what stands under `key`, or else `node`, for an error to say where.
pub fn place<'a>(node: Node<'a>, key: &str) -> Node<'a> {
    node.get(key).unwrap_or(node)
}

/// Returns the number under `key`, which has to be from `min` to `max`.
pub fn number(node: Node<'_>, key: &str, min: i64, max: i64) -> Result<Option<i64>> {
    let Some(value) = node.get(key) else {
        return Ok(None);
    };

    match value.as_integer() {
        Some(number) if (min..=max).contains(&number) => Ok(Some(number)),
        _ => Err(value.error(format!("`{key}` is a number from {min} to {max}"))),
    }
}

/// Returns whether `true` stands under `key`.
pub fn is_true(node: Node<'_>, key: &str) -> Result<bool> {
    match node.get(key) {
        None => Ok(false),
        Some(value) => match value.as_text().as_deref() {
            Some("true") => Ok(true),
            Some("false") => Ok(false),
            _ => Err(value.error(format!("`{key}` is true or false"))),
        },
    }
}

/// Returns the texts of `list`, which stands under `key`, each with its node.
pub fn texts<'a>(list: Node<'a>, key: &str) -> Result<Vec<(String, Node<'a>)>> {
    if !list.is_list() {
        return Err(list.error(format!("`{key}` is a list")));
    }
    list.items()
        .map(|item| match item.as_text() {
            Some(text) => Ok((text, item)),
            None => Err(item.error(format!("`{key}` is a list of names"))),
        })
        .collect()
}

/// Returns the mappings of the list under `key`; none where there is none.
pub fn maps<'a>(node: Node<'a>, key: &str) -> Result<Vec<Node<'a>>> {
    match node.get(key) {
        None => Ok(Vec::new()),
        Some(list) if list.is_list() => Ok(list.items().collect()),
        Some(other) => Err(other.error(format!("`{key}` is a list"))),
    }
}
