// SPDX-License-Identifier: GPL-2.0

//! Generic netlink: what a family is called there.

use core::ffi::CStr;

/// Room for a name and its NUL, in bytes (`GENL_NAMSIZ`).
const GENL_NAMSIZ: usize = 16;

/// Place of a family in generic netlink, see [`Family::GENL`](super::Family::GENL).
#[derive(Clone, Copy)]
pub struct Genl {
    pub(super) name: &'static CStr,
    pub(super) version: u8,
}

impl Genl {
    /// The name by which `CTRL_CMD_GETFAMILY` finds the family, at most 15 bytes, and the version
    /// that answers carry.
    ///
    /// # Panics
    ///
    /// When the name is empty or longer. A `const` family does not compile then.
    #[inline]
    pub const fn new(name: &'static CStr, version: u8) -> Self {
        check_name(name);
        Self { name, version }
    }
}

/// Checks that `name` can be one of a family or a group.
///
/// # Panics
///
/// When it is empty, or longer than 15 bytes.
#[inline]
pub(super) const fn check_name(name: &CStr) {
    let size = name.to_bytes_with_nul().len();

    assert!(size > 1, "name is empty");
    assert!(size <= GENL_NAMSIZ, "name is longer than 15 bytes");
}
