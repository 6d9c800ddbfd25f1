// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The one error of this crate: what was tried, what the kernel said, the way out.

use super::blame::blamed;
use super::proc;
use super::{Ack, Errno, Request, Spec};
use crate::wire;
use std::time::Duration;
use std::{error, fmt, io};

/// Why an operation failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The operation that failed: `say hello`.
    pub op: &'static str,
    /// Object of the operation, where that is not clear: `10.0.0.0/8`.
    pub object: Option<String>,
    /// The error number that stands for the reason.
    pub errno: Errno,
    /// The kernel's own words if it gave any, else the client's.
    pub message: String,
    /// Name of the attribute of the request that is to blame, refused or missing, without the
    /// [prefix](super::MessageSpec::attr_prefix).
    pub attr: Option<String>,
    /// Where in the request the trouble is, if the kernel refused it.
    pub blamed: Option<Box<BlamedPlace>>,
    /// The way out, where there is a usual one.
    pub hint: Option<&'static str>,
    /// Whether what was asked for makes no sense, so that nothing was tried.
    pub is_usage: bool,
}

/// Where in a request the trouble is, as a refusal of the kernel says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BlamedPlace {
    /// Bytes from the start of the request's header.
    pub offset: Option<u32>,
    /// Type of the attribute that is missing.
    pub miss_type: Option<u32>,
    /// Where the nest is that it is missing from, if from any: bytes from the start of the request's header.
    pub miss_nest: Option<u32>,
}

impl Error {
    /// Returns the error for `op` with the words that the C library has for `errno`.
    pub fn new(op: &'static str, errno: i32) -> Self {
        let errno = Errno(errno);

        Self {
            op,
            object: None,
            errno,
            message: errno.description(),
            attr: None,
            blamed: None,
            hint: None,
            is_usage: false,
        }
    }

    /// Returns a usage error: the words given for `op` make no sense.
    pub fn usage(op: &'static str, message: impl Into<String>) -> Self {
        Self {
            is_usage: true,
            ..Self::new(op, libc::EINVAL).message(message)
        }
    }

    /// Replaces the words.
    pub fn message(self, message: impl Into<String>) -> Self {
        let message = message.into();

        Self { message, ..self }
    }

    /// Says what it was tried on.
    pub fn object(self, object: impl Into<String>) -> Self {
        let object = Some(object.into());

        Self { object, ..self }
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

    /// Adds the usual way out to what only root may do, and this process may not: whoever may is refused for another
    /// reason.
    pub(super) fn or_privilege(self) -> Self {
        match self.errno.0 {
            libc::EPERM if !proc::is_capable(proc::CAP_NET_ADMIN) => {
                self.hint("try as root: it takes CAP_NET_ADMIN")
            }
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
            blamed: Some(Box::new(BlamedPlace {
                offset: ext_ack.offset,
                miss_type: ext_ack.miss_type,
                miss_nest: ext_ack.miss_nest,
            })),
            object: request.object().map(str::to_owned),
            message,
            ..found
        }
        .or_privilege()
    }
}

/// `OP OBJECT: ATTR: MESSAGE (ERRNO): HINT`, without what there is none of.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.op)?;
        if let Some(object) = &self.object {
            write!(f, " {object}")?;
        }
        write!(f, ": ")?;
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
