// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Errors of the bytes of a message.

use core::fmt;

/// A reason why bytes are not a netlink message, attribute or value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)] // As wide as a length, in whose place a `Result` keeps it: else lengths are moved byte by byte.
pub enum Error {
    /// Fewer bytes are left than the header takes.
    Truncated,
    /// The length field counts less than its own header, or more than there is.
    BadLength,
    /// Bytes follow the last attribute and are none themselves.
    TrailingBytes,
    /// The value is not of the size that its type has.
    BadSize,
    /// The string has no NUL at its end, or one before it.
    BadString,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::Truncated => "header is truncated",
            Error::BadLength => "length field does not fit the bytes",
            Error::TrailingBytes => "bytes after the last attribute",
            Error::BadSize => "value has the wrong size",
            Error::BadString => "string does not end in its only NUL",
        })
    }
}
