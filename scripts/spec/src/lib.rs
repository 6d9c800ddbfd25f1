// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Netlink families as the kernel's source describes them.
//!
//! [`spec`] reads `Documentation/netlink/specs/*.yaml`, [`header`] the numbers of
//! `include/uapi/linux`, [`overlay`] what neither says. A [`Catalog`] is all of it with every
//! reference resolved, and [`table`] packs that into the records that the client looks names up in.
//!
//! Only facts are carried over: names, numbers, nesting and sizes. No text of the specs is.
//!
//! [`family`] is the other way round: from the description of a family of one's own it writes all
//! that says the same in C, Rust and the kernel's format.

#![warn(missing_docs)]
#![forbid(unsafe_code)]

pub mod catalog;
pub mod emit;
pub mod family;
pub mod header;
pub mod overlay;
pub mod spec;
pub mod table;
pub mod yaml;

pub use catalog::Catalog;

use std::fmt;

/// An error in a source, in one line.
#[derive(Debug)]
pub struct SourceError {
    message: String,
    line: Option<usize>,
}

/// The result of reading a source.
pub type Result<T> = std::result::Result<T, SourceError>;

impl SourceError {
    /// Returns the error that `message` tells of.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            line: None,
        }
    }

    /// Says in which line of its file it happened.
    pub fn at(self, line: usize) -> Self {
        Self {
            line: Some(line),
            ..self
        }
    }

    /// Says in front of it where it happened.
    pub fn within(self, place: impl fmt::Display) -> Self {
        match self.line {
            Some(line) => Self::new(format!("{place}:{line}: {}", self.message)),
            None => Self::new(format!("{place}: {}", self.message)),
        }
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{line}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for SourceError {}

/// Returns a name of a spec as C has it: upper case, with underscores.
pub fn upper(name: &str) -> String {
    name.to_uppercase().replace(['-', '/', ' '], "_")
}

/// Returns the name of a field of a spec as C has it: underscores, the case as it was.
pub fn field(name: &str) -> String {
    name.replace(['-', '/', ' '], "_")
}
