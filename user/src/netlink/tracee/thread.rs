// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Thread and process names, and the rights that a thread lacks.

use crate::netlink::comm;
use libc::{c_ulong, pid_t};
use std::ffi::CString;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::{mem, ptr};

/// A thread of the command, or of what it has started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    /// Number of its process.
    pub pid: pid_t,
    /// Number of the thread: the same for the first one of a process.
    pub tid: pid_t,
    /// Name of the thread when it was seen first, or when its program began: up to 15 bytes.
    pub comm: Vec<u8>,
}

/// Rights that a program would have given to the process, had it not been followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rights {
    /// User of the program, which is set-user-ID.
    pub uid: Option<u32>,
    /// Group of the program, which is set-group-ID.
    pub gid: Option<u32>,
    /// Whether it has capabilities of its own: `capabilities(7)`.
    pub capabilities: bool,
}

impl Thread {
    /// Returns the thread `tid`, as `/proc` has it.
    pub(super) fn of(tid: pid_t) -> Self {
        let status = fs::read_to_string(format!("/proc/{tid}/status")).unwrap_or_default();

        Self {
            pid: number(&status, "Tgid:", 0).map_or(tid, |pid| pid as pid_t),
            tid,
            comm: comm(tid as u32).unwrap_or_default(),
        }
    }
}

impl Rights {
    /// Returns those that the program that `pid` has just begun would have given it.
    pub(super) fn forgone(pid: pid_t) -> Self {
        Self::of_program(pid).unwrap_or_default()
    }

    fn of_program(pid: pid_t) -> Option<Self> {
        let program = format!("/proc/{pid}/exe");
        let file = fs::metadata(&program).ok()?;
        let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        // The second numbers are the effective ones.
        let (uid, gid) = (number(&status, "Uid:", 1)?, number(&status, "Gid:", 1)?);
        let path = CString::new(program).ok()?;
        let is_set = |bits: u32| file.mode() & bits == bits;

        (!is_nosuid(&path)).then(|| Self {
            uid: Some(file.uid()).filter(|owner| is_set(libc::S_ISUID) && *owner != uid),
            gid: Some(file.gid())
                .filter(|owner| is_set(libc::S_ISGID | libc::S_IXGRP) && *owner != gid),
            // Root has them anyway.
            capabilities: uid != 0 && has_capabilities(&path),
        })
    }

    /// Says whether there are any.
    pub(super) fn any(self) -> bool {
        self != Self::default()
    }
}

/// Returns the number of a line of `/proc/PID/status` with this `name`, or one of those behind it.
fn number(status: &str, name: &str, at: usize) -> Option<u32> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;

    line.split_ascii_whitespace().nth(at)?.parse().ok()
}

/// Says whether programs of this file system give no rights.
fn is_nosuid(path: &CString) -> bool {
    // SAFETY: the struct holds integers only.
    let mut found: libc::statvfs = unsafe { mem::zeroed() };
    // SAFETY: `path` ends in a NUL, and both outlive the call.
    let result = unsafe { libc::statvfs(path.as_ptr(), &mut found) };

    result == 0 && found.f_flag as c_ulong & libc::ST_NOSUID as c_ulong != 0
}

fn has_capabilities(path: &CString) -> bool {
    let name = c"security.capability";
    // SAFETY: both names end in a NUL; nothing is written where the size is 0.
    let len = unsafe { libc::getxattr(path.as_ptr(), name.as_ptr(), ptr::null_mut(), 0) };

    len > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_is_known_by_its_process_and_name() {
        let pid = std::process::id() as pid_t;
        // SAFETY: the call takes nothing.
        let tid = unsafe { libc::gettid() };
        let thread = Thread::of(tid);

        assert_eq!((thread.pid, thread.tid), (pid, tid));
        assert!((1..16).contains(&thread.comm.len()));
        assert_eq!(Thread::of(pid_t::MAX).pid, pid_t::MAX);
    }

    #[test]
    fn a_program_without_rights_of_its_own_gives_none() {
        assert!(!Rights::forgone(std::process::id() as pid_t).any());
        assert!(!Rights::forgone(pid_t::MAX).any());
    }

    #[test]
    fn numbers_are_found_by_name_and_place() {
        let status = "Name:\tx\nTgid:\t7\nUid:\t1\t2\t3\t4\n";

        assert_eq!(number(status, "Tgid:", 0), Some(7));
        assert_eq!(number(status, "Uid:", 1), Some(2));
        assert_eq!(number(status, "Uid:", 9), None);
        assert_eq!(number(status, "Gid:", 0), None);
    }
}
