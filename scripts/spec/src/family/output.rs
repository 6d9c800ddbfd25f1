// SPDX-License-Identifier: Apache-2.0 OR MIT

//! All that is made of a description, and where it belongs.

use super::model::{AttrKind, Family};
use super::ynl::{ynl, Schema};
use super::{client, header, kernel, numbers, tables};
use crate::yaml::Document;
use crate::{Result, SourceError};
use std::fs;
use std::path::{Path, PathBuf};

/// A file that is made.
#[derive(Debug)]
pub struct Output {
    /// Path from the root of the tree.
    pub path: PathBuf,
    /// Text of the file.
    pub text: String,
}

/// Returns all that is made of the description `kmod/uapi/NAME.yaml` in the tree at `root`.
///
/// # Errors
///
/// Errors of the description, and those of making an output.
pub fn outputs(root: &Path, source: &Path) -> Result<Vec<Output>> {
    let path = root.join(source);
    let document = Document::read(&path)?;
    let family =
        Family::from_node(document.root()).map_err(|error| error.within(path.display()))?;
    let file = source.file_name().unwrap_or_default().to_string_lossy();
    let output = |path: String, text: String| Output {
        path: path.into(),
        text,
    };
    let mut outputs = vec![
        output(
            format!("kmod/uapi/{}", family.c.header),
            header::header(&family),
        ),
        output("kmod/uapi.rs".into(), numbers::numbers(&family, &file)?),
        output(
            "kmod/family/proto.rs".into(),
            kernel::kernel(&family, &file)?,
        ),
        output(
            format!("user/src/{}/proto.rs", stem(source)),
            client::client(&family, &file)?,
        ),
    ];
    for (is_there, end, schema) in [
        (family.protonum.is_some(), "", Schema::Raw),
        (
            family.is_genl,
            if family.protonum.is_some() {
                "-genl"
            } else {
                ""
            },
            genl_schema(&family),
        ),
    ] {
        if is_there {
            let text = ynl(document.root(), schema, &source.to_string_lossy());
            outputs.push(output(format!("docs/{}{end}.yaml", family.name), text));
        }
    }
    outputs.extend(tables_of(root, &family)?);
    Ok(outputs)
}

/// Returns the name of a description's file, without its end: that of the client's folder.
fn stem(source: &Path) -> String {
    let stem = source.file_stem().unwrap_or_default();

    stem.to_string_lossy().into_owned()
}

/// Returns the schema for generic netlink that has all types of the family.
fn genl_schema(family: &Family) -> Schema {
    let mut attrs = family.sets.iter().flat_map(|set| &set.attrs);

    match attrs.any(|attr| attr.kind == AttrKind::Bitfield32) {
        true => Schema::GenlLegacy,
        false => Schema::Genl,
    }
}

/// Returns the document of the protocol with its tables, where the tree has one.
fn tables_of(root: &Path, family: &Family) -> Result<Option<Output>> {
    let path = PathBuf::from("docs/protocol.md");
    let Ok(document) = fs::read_to_string(root.join(&path)) else {
        return Ok(None);
    };
    let text = tables::replace(&document, family).map_err(|error| error.within(path.display()))?;

    Ok(Some(Output { path, text }))
}

impl Output {
    /// Writes the file into the tree at `root`.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn write(&self, root: &Path) -> Result<()> {
        let path = root.join(&self.path);
        let folder = path.parent().unwrap_or(root);
        let written = fs::create_dir_all(folder).and_then(|()| fs::write(&path, &self.text));

        written.map_err(|error| SourceError::new(error.to_string()).within(path.display()))
    }

    /// Checks that the file in the tree at `root` is this one.
    ///
    /// # Errors
    ///
    /// With the first line that differs.
    pub fn check(&self, root: &Path) -> Result<()> {
        let path = root.join(&self.path);
        let there = fs::read_to_string(&path).unwrap_or_default();
        if there == self.text {
            return Ok(());
        }
        let mut lines = there.lines().zip(self.text.lines());
        let line = 1 + lines.by_ref().take_while(|(old, new)| old == new).count();
        let [old, new] =
            [&there, &self.text].map(|text| text.lines().nth(line - 1).unwrap_or("nothing"));

        Err(SourceError::new(format!(
            "{old:?} stands there, {new:?} is made: run `make spec`"
        ))
        .at(line)
        .within(path.display()))
    }
}
