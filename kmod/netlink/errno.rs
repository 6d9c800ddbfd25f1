// SPDX-License-Identifier: GPL-2.0

//! Error codes that the `kernel` crate of Linux 6.12 does not name.

use kernel::{
    bindings,
    error::Error,
    ffi::c_int, //
};

/// Message too long.
pub(super) fn emsgsize() -> Error {
    Error::from_errno(-(bindings::EMSGSIZE as c_int))
}

/// Operation not supported.
pub(super) fn eopnotsupp() -> Error {
    Error::from_errno(-(bindings::EOPNOTSUPP as c_int))
}
