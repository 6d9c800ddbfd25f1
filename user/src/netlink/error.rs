// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The one error of this crate: what was tried, what the kernel said, the way out.

use super::{Ack, AttrSpec, Errno, ExtAck, Request, Spec};
use crate::wire::{self, Attrs, Message, NLMSG_HDRLEN};
use std::time::Duration;
use std::{error, fmt, io};

/// Why an operation failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What was tried: `say hello`.
    pub op: &'static str,
    /// The error number that stands for the reason.
    pub errno: Errno,
    /// The kernel's own words if it gave any, else the client's.
    pub message: String,
    /// Name of the attribute of the request that is to blame, refused or missing, without the
    /// [prefix](Spec::attr_prefix).
    pub attr: Option<String>,
    /// The way out, where there is a usual one.
    pub hint: Option<&'static str>,
}

impl Error {
    /// Returns the error for `op` with the words that the C library has for `errno`.
    pub fn new(op: &'static str, errno: i32) -> Self {
        let errno = Errno(errno);

        Self {
            op,
            errno,
            message: errno.description(),
            attr: None,
            hint: None,
        }
    }

    /// Replaces the words.
    pub fn message(self, message: impl Into<String>) -> Self {
        let message = message.into();

        Self { message, ..self }
    }

    /// Adds the way out.
    pub fn hint(self, hint: &'static str) -> Self {
        let hint = Some(hint);

        Self { hint, ..self }
    }

    /// Returns the error for `op` that a system call or the standard library gave.
    pub fn from_io(op: &'static str, error: &io::Error) -> Self {
        match error.raw_os_error() {
            Some(errno) => Self::new(op, errno),
            None => Self::new(op, libc::EIO).message(error.to_string()),
        }
    }

    /// Adds the usual way out to what only root may do.
    pub(super) fn or_privilege(self) -> Self {
        match self.errno.0 {
            libc::EPERM => self.hint("try as root: it takes CAP_NET_ADMIN"),
            _ => self,
        }
    }

    /// Returns the error for `op` that nothing answered within `timeout`.
    pub fn timed_out(op: &'static str, timeout: Duration) -> Self {
        let message = format!("no reply within {} s", timeout.as_secs_f64());

        Self::new(op, libc::ETIMEDOUT).message(message)
    }

    /// Says whether the kernel was short of memory just now: no reason to stop asking.
    pub fn is_overrun(&self) -> bool {
        matches!(self.errno.0, libc::ENOBUFS | libc::ENOMEM)
    }

    /// Returns the error for a socket of `spec` that could not be opened.
    pub(super) fn open(op: &'static str, spec: &Spec, error: &io::Error) -> Self {
        let found = Self::from_io(op, error);

        match found.errno.0 {
            libc::EPROTONOSUPPORT => found
                .message(format!("protocol {} is not registered", spec.protocol))
                .hint(spec.unregistered_hint),
            _ => found,
        }
    }

    /// Returns the error for a request that could not be sent.
    pub(super) fn send(op: &'static str, spec: &Spec, error: &io::Error) -> Self {
        let found = Self::from_io(op, error);

        match found.errno.0 {
            libc::ECONNREFUSED => found
                .message(format!(
                    "protocol {} has no kernel socket in this network namespace",
                    spec.protocol
                ))
                .hint("try the first one: nsenter --net=/proc/1/ns/net"),
            libc::EMSGSIZE => found.message("request is larger than the socket's send buffer"),
            _ => found,
        }
    }

    /// Returns the error for an answer to `op` that could not be received.
    pub(super) fn receive(op: &'static str, error: &io::Error) -> Self {
        let found = Self::from_io(op, error);

        match found.errno.0 {
            libc::ENOBUFS => found.message("the kernel dropped messages to us for want of room"),
            _ => found,
        }
    }

    /// Returns the error for an answer to `op` that is larger than the receive buffer.
    pub(super) fn truncated(op: &'static str) -> Self {
        Self::new(op, libc::EMSGSIZE).message("answer is larger than the receive buffer")
    }

    /// Returns the error for an answer to `op` that makes no sense.
    pub(crate) fn malformed(op: &'static str, error: wire::Error) -> Self {
        Self::new(op, libc::EBADMSG).message(format!("malformed answer: {error}"))
    }

    /// Returns the error for a `request` that the kernel refused with `ack`.
    ///
    /// The refusal stands even where its extended part cannot be read.
    pub(super) fn refused(spec: &Spec, request: &Request, ack: &Ack<'_>) -> Self {
        let found = Self::new(request.op(), ack.errno);
        let ext_ack = ack.ext_ack().unwrap_or_default();
        let message = match (ext_ack.message, ext_ack.miss_type) {
            (Some(words), _) => String::from_utf8_lossy(words).into_owned(),
            (None, Some(_)) => "attribute is missing".to_owned(),
            (None, None) => found.message,
        };

        Self {
            attr: blamed(spec, request.bytes(), &ext_ack),
            message,
            ..found
        }
        .or_privilege()
    }
}

/// Names the attribute of the message `request` that `ext_ack` is about.
fn blamed(spec: &Spec, request: &[u8], ext_ack: &ExtAck<'_>) -> Option<String> {
    let message = Message::from_bytes(request).ok()?;
    let known = spec.message(message.header().nlmsg_type)?;
    let missing = ext_ack.miss_type.and_then(|kind| u16::try_from(kind).ok());
    let refused = || attr_at(message, known.header, ext_ack.offset?.try_into().ok()?);

    missing
        .or_else(refused)
        .map(|nla_type| attr_name(spec, known.attrs, nla_type))
}

/// Returns the type of the attribute of `message` that the byte at `offset` belongs to.
fn attr_at(message: Message<'_>, header: usize, offset: usize) -> Option<u16> {
    let mut start = NLMSG_HDRLEN + wire::align(header);
    for attr in Attrs::new(message.bytes().get(start..)?).flatten() {
        let end = start + wire::align(attr.bytes().len());
        if (start..end).contains(&offset) {
            return Some(attr.kind());
        }
        start = end;
    }
    None
}

fn attr_name(spec: &Spec, attrs: &'static [AttrSpec], nla_type: u16) -> String {
    match AttrSpec::find(attrs, nla_type).map(|attr| attr.name) {
        Some(name) => name
            .strip_prefix(spec.attr_prefix)
            .unwrap_or(name)
            .to_owned(),
        None => format!("attribute {nla_type}"),
    }
}

/// `OP: ATTR: MESSAGE (ERRNO): HINT`, without the attribute and the hint where there is none.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.op)?;
        if let Some(attr) = &self.attr {
            write!(f, "{attr}: ")?;
        }
        write!(f, "{} ({})", self.message, self.errno)?;
        match self.hint {
            Some(hint) => write!(f, ": {hint}"),
            None => Ok(()),
        }
    }
}

impl error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hello::SPEC;
    use crate::wire::put_str;

    /// Returns what `ext_ack` blames in a hello with an empty text and an attribute 99.
    fn blamed_in_hello(ext_ack: ExtAck<'_>) -> Option<String> {
        let mut attrs = Vec::new();
        put_str(&mut attrs, 1, b"").unwrap();
        put_str(&mut attrs, 99, b"").unwrap();
        let request = Request::new("test", 16, attrs).unwrap();

        blamed(&SPEC, request.bytes(), &ext_ack)
    }

    fn at(offset: u32) -> ExtAck<'static> {
        ExtAck {
            offset: Some(offset),
            ..ExtAck::default()
        }
    }

    fn missing(miss_type: u32) -> ExtAck<'static> {
        ExtAck {
            miss_type: Some(miss_type),
            ..ExtAck::default()
        }
    }

    #[test]
    fn an_offset_blames_the_attribute_that_it_lies_in() {
        for (offset, name) in [
            (0, None),
            (15, None),
            (16, Some("TEXT")),
            (23, Some("TEXT")),
            (24, Some("attribute 99")),
            (32, None),
            (u32::MAX, None),
        ] {
            assert_eq!(blamed_in_hello(at(offset)).as_deref(), name, "{offset}");
        }
    }

    #[test]
    fn a_missing_type_blames_the_attribute_that_is_not_there() {
        assert_eq!(blamed_in_hello(missing(2)).as_deref(), Some("DATA"));
        assert_eq!(blamed_in_hello(missing(1 << 16)), None);
    }

    #[test]
    fn an_error_shows_what_was_tried_why_it_failed_and_the_way_out() {
        let mut error = Error::new("say hello", libc::EINVAL)
            .message("too loud")
            .hint("whisper");
        error.attr = Some("TEXT".to_owned());

        assert_eq!(
            error.to_string(),
            "say hello: TEXT: too loud (EINVAL): whisper"
        );
    }
}
