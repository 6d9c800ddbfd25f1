// SPDX-License-Identifier: GPL-2.0

//! The process that sent a message.

/// Who sent a message, as the kernel recorded it (`struct scm_creds`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Creds {
    /// Process, as its own PID namespace numbers it.
    pub pid: u32,
    /// User, as the user namespace that owns the network namespace numbers it; the overflow id
    /// (65534) where it does not.
    pub uid: u32,
    /// Group, numbered likewise.
    pub gid: u32,
}
