// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Objects of the kernel, many of them, fast: into one buffer, from it to standard output.

#[cfg(test)]
mod captures;
pub(super) mod digits;
mod json;
pub(super) mod memo;
mod text;
mod tree;

pub(super) use json::push_escaped;
pub use json::JsonFields;
pub use text::TextFields;
pub use tree::Tree;

use super::buffer::Buffer;
pub use memo::Memo;
use nlhello::object::{Fields, Names, Object};
use nlhello::rtnl::LinkNames;
use std::fs::File;
use std::io;
use std::os::fd::AsFd;

/// How objects are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordStyle {
    /// A JSON array of the objects.
    Json,
    /// A line of text for each object.
    Text {
        /// Whether to tell all that is known.
        details: bool,
        /// Whether to use color.
        color: bool,
    },
}

/// Writes objects to standard output. Where that fails, the error is that of `write(2)`.
pub struct Records {
    out: Buffer<File>,
    style: RecordStyle,
    any: bool,
    memo: Memo,
}

impl Records {
    /// Takes standard output; fails when it is closed.
    pub fn new(style: RecordStyle) -> io::Result<Self> {
        let out = io::stdout().as_fd().try_clone_to_owned()?;

        Ok(Self {
            out: Buffer::new(out.into()),
            style,
            any: false,
            memo: Memo::new(),
        })
    }

    /// Writes `object`; once more where names of links were missing.
    #[inline]
    pub fn write(&mut self, object: &impl Object, links: &mut LinkNames) -> io::Result<()> {
        let start = self.out.text().len();
        self.hold(object, links.known());
        if links.resolve() {
            self.out.text().truncate(start);
            self.hold(object, links.known());
        }
        self.any = true;
        self.out.spill()
    }

    #[inline]
    fn hold(&mut self, object: &impl Object, names: &mut Names) {
        let held = self.out.text();
        match self.style {
            RecordStyle::Json => {
                held.push(if self.any { b',' } else { b'[' });
                let fields = JsonFields::new(held);
                write_object(object, names, fields, &mut self.memo, |_| {});
            }
            RecordStyle::Text { details, color } => {
                let fields = TextFields::new(held, details, color);
                write_object(object, names, fields, &mut self.memo, |_| {});
            }
        }
    }

    /// Ends the output: after it, JSON is valid, whatever went wrong before.
    pub fn end(mut self) -> io::Result<()> {
        self.out
            .text()
            .extend_from_slice(match (self.style, self.any) {
                (RecordStyle::Json, true) => b"]\n",
                (RecordStyle::Json, false) => b"[]\n",
                (RecordStyle::Text { .. }, _) => b"",
            });
        self.out.flush()
    }
}

/// A writer of fields that knows where they go, and how to end.
pub trait Writer: Fields {
    /// Returns where they go.
    fn out(&mut self) -> &mut Vec<u8>;
    /// Ends the object.
    fn end(&mut self);
}

/// Most routes differ from many others in their head only: the rest is copied where the bytes that it
/// was made of are the same, with what `tail`, which has to go by these bytes too, puts behind it.
#[inline]
pub fn write_object<W: Writer>(
    object: &impl Object,
    names: &mut Names,
    mut fields: W,
    memo: &mut Memo,
    tail: impl FnOnce(&mut Vec<u8>),
) {
    object.describe_head(names, &mut fields);
    let rest = object.rest();
    if let Some(text) = rest.and_then(|rest| memo.get(rest)) {
        return fields.out().extend_from_slice(text);
    }
    let (start, missing) = (fields.out().len(), names.count_missing());
    object.describe_rest(names, &mut fields);
    fields.end();
    tail(fields.out());
    // A link that was missing may have its name the next time.
    if let Some(rest) = rest.filter(|_| names.count_missing() == missing) {
        memo.put(rest, &fields.out()[start..]);
    }
}
