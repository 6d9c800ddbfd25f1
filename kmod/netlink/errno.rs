// SPDX-License-Identifier: GPL-2.0

//! Error codes: those that the `kernel` crate of Linux 6.12 does not name, and what C returns.

use kernel::{
    bindings,
    error::Error,
    ffi::c_int,
    prelude::*, //
};

/// As `kernel::error::to_result()`, but for the call: this is on the way of each reply.
#[inline]
pub(super) fn to_result(err: c_int) -> Result {
    match err {
        0.. => Ok(()),
        _ => Err(Error::from_errno(err)),
    }
}

/// Message too long.
pub(super) fn emsgsize() -> Error {
    Error::from_errno(-(bindings::EMSGSIZE as c_int))
}

/// Connection refused.
#[inline]
pub(super) fn econnrefused() -> Error {
    Error::from_errno(-(bindings::ECONNREFUSED as c_int))
}

/// Operation not supported.
pub(super) fn eopnotsupp() -> Error {
    Error::from_errno(-(bindings::EOPNOTSUPP as c_int))
}

#[cfg(nl_kunit)]
mod tests;
