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

pub use memo::Memo;
use nlhello::object::{Fields, Names, Object};
use nlhello::rtnl::LinkNames;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;

/// How much is held before it is written out, in bytes.
const HELD: usize = 64 << 10;

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

/// Writes objects to standard output.
pub struct Records {
    out: File,
    held: Vec<u8>,
    style: RecordStyle,
    any: bool,
    memo: Memo,
}

impl Records {
    /// Takes standard output.
    ///
    /// # Errors
    ///
    /// When it is closed.
    pub fn new(style: RecordStyle) -> io::Result<Self> {
        let out = io::stdout().as_fd().try_clone_to_owned()?;

        Ok(Self {
            out: out.into(),
            held: Vec::with_capacity(2 * HELD),
            style,
            any: false,
            memo: Memo::new(),
        })
    }

    /// Writes `object`; once more where names of links were missing.
    ///
    /// # Errors
    ///
    /// Those of `write(2)`.
    #[inline]
    pub fn write(&mut self, object: &impl Object, links: &mut LinkNames) -> io::Result<()> {
        let start = self.held.len();
        self.hold(object, links.known());
        if links.resolve() {
            self.held.truncate(start);
            self.hold(object, links.known());
        }
        self.any = true;
        match self.held.len() {
            ..HELD => Ok(()),
            _ => self.flush(),
        }
    }

    #[inline]
    fn hold(&mut self, object: &impl Object, names: &mut Names) {
        match self.style {
            RecordStyle::Json => {
                self.held.push(if self.any { b',' } else { b'[' });
                let fields = JsonFields::new(&mut self.held);
                write_object(object, names, fields, &mut self.memo, |_| {});
            }
            RecordStyle::Text { details, color } => {
                let fields = TextFields::new(&mut self.held, details, color);
                write_object(object, names, fields, &mut self.memo, |_| {});
            }
        }
    }

    /// Ends the output: after it, JSON is valid, whatever went wrong before.
    ///
    /// # Errors
    ///
    /// Those of `write(2)`.
    pub fn end(mut self) -> io::Result<()> {
        match (self.style, self.any) {
            (RecordStyle::Json, true) => self.held.extend(b"]\n"),
            (RecordStyle::Json, false) => self.held.extend(b"[]\n"),
            (RecordStyle::Text { .. }, _) => {}
        }
        self.flush()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.write_all(&self.held)?;
        self.held.clear();
        Ok(())
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
