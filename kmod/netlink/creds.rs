// SPDX-License-Identifier: GPL-2.0

//! Sender of a message.

/// Sender of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Creds {
    /// Process, as the first PID namespace numbers it (`task_tgid_nr()`): the one that is in `sendmsg(2)`
    /// now, whatever it claims to be with `SCM_CREDENTIALS`.
    pub pid: u32,
    /// User, as the user namespace that owns the network namespace numbers it; the overflow id
    /// (65534) where it does not. One that the process is or may claim to be (`struct scm_creds`).
    pub uid: u32,
    /// Group, likewise.
    pub gid: u32,
}
