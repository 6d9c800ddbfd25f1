// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The start of a command that is to be followed.

use super::super::errno::check;
use super::{filter, ptrace};
use libc::{c_char, c_int, pid_t};
use std::ffi::{CString, OsString};
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::ptr;

/// A command that has been started, and that runs as soon as it is followed.
pub(super) struct Started {
    pub pid: pid_t,
    /// Error of the child, if the command cannot be run.
    report: UnixStream,
}

/// Why a command was not run.
pub(super) struct NotRun {
    /// Whether the kernel took the filter: then there is no such program, or it cannot be run.
    pub has_filter: bool,
    pub errno: c_int,
}

/// Exit status of the child where it says why.
const UNTOLD: c_int = 127;

/// Arguments of the child, allocated before `fork(2)`: between fork and exec nothing can be allocated.
struct Plan<'a> {
    command: &'a [*const c_char],
    filter: &'a [libc::sock_filter],
    parents: c_int,
    own: c_int,
}

/// Starts `command`, a program of `PATH` or of a path and its arguments, and follows it before it does
/// anything.
///
/// # Errors
///
/// Those of `fork(2)`; `EPERM` where nobody may be followed.
pub(super) fn start(command: &[OsString]) -> io::Result<Started> {
    let words: Result<Vec<_>, _> = command
        .iter()
        .map(|word| CString::new(word.as_bytes()))
        .collect();
    let words = words?;
    let pointers: Vec<_> = words
        .iter()
        .map(|word| word.as_ptr())
        .chain([ptr::null()])
        .collect();
    let filter = filter::program();
    let (report, own) = UnixStream::pair()?;
    let pid = fork(&Plan {
        command: &pointers,
        filter: &filter,
        parents: report.as_raw_fd(),
        own: own.as_raw_fd(),
    })?;
    drop(own);
    // Where this fails the child finds nobody at the other end, and ends.
    ptrace::seize(pid)?;
    (&report).write_all(b"!")?;
    Ok(Started { pid, report })
}

impl Started {
    /// Returns why the command was not run; `None` if it was.
    ///
    /// It waits until the command runs or has ended.
    pub fn failure(&self) -> Option<NotRun> {
        let mut said = [0; 5];
        (&self.report).read_exact(&mut said).ok()?;
        let [has_filter, errno @ ..] = said;
        Some(NotRun {
            has_filter: has_filter != 0,
            errno: c_int::from_ne_bytes(errno),
        })
    }
}

fn fork(plan: &Plan<'_>) -> io::Result<pid_t> {
    // SAFETY: the child calls what is in `become_command` alone.
    match check(unsafe { libc::fork() })? {
        0 => become_command(plan),
        pid => Ok(pid),
    }
}

/// Becomes the command as soon as somebody follows; ends where nobody does, or where it cannot.
///
/// This is the child of a fork of a program that may have threads, so all of it is system calls:
/// nothing is allocated or locked.
fn become_command(plan: &Plan<'_>) -> ! {
    let mut go = [0_u8];
    // SAFETY: the descriptor is ours alone; the buffer outlives the calls.
    let read = unsafe {
        libc::close(plan.parents);
        libc::read(plan.own, go.as_mut_ptr().cast(), 1)
    };
    if read == 1 {
        let (has_filter, error) = match filter::install(plan.filter) {
            Ok(()) => (true, exec(plan.command)),
            Err(error) => (false, error),
        };
        let [a, b, c, d] = error.raw_os_error().unwrap_or(0).to_ne_bytes();
        let said = [has_filter.into(), a, b, c, d];
        // SAFETY: the pointer and the length are those of `said`, which outlives the call.
        unsafe { libc::write(plan.own, said.as_ptr().cast(), said.len()) };
    }
    // SAFETY: the call does not return, and runs nothing that belongs to the parent.
    unsafe { libc::_exit(UNTOLD) }
}

/// Runs the command; returns why it cannot.
fn exec(command: &[*const c_char]) -> io::Error {
    // SAFETY: the call takes numbers. Rust's runtime ignores this signal; commands expect it not to be.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
    // SAFETY: `command` is a row of strings that end in a NUL, and itself ends in a null pointer; all
    // of them outlive the call.
    unsafe { libc::execvp(command[0], command.as_ptr()) };
    io::Error::last_os_error()
}
