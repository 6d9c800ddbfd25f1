// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `ptrace(2)` and `wait(2)`, as far as they are used.

use super::super::errno::check;
use libc::{c_int, c_ulong, c_void, pid_t};
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::{io, ptr};

/// Type of the first argument of `ptrace(2)`, in which C libraries differ.
#[cfg(target_env = "gnu")]
type PtraceRequest = libc::c_uint;
#[cfg(not(target_env = "gnu"))]
type PtraceRequest = c_int;

const GET_SYSCALL_INFO: PtraceRequest = 0x420e;

/// A stop at a system call is told by the upper bit of the signal.
const SYSCALL: c_int = libc::SIGTRAP | 0x80;

/// All that the command starts is followed; a stop at a system call is not mistaken for a signal; and
/// all of it ends when the tracer is killed, for with nobody at the other end of the filter each of
/// its calls would fail with `ENOSYS` for ever.
const OPTIONS: c_int = libc::PTRACE_O_TRACESYSGOOD
    | libc::PTRACE_O_TRACEFORK
    | libc::PTRACE_O_TRACEVFORK
    | libc::PTRACE_O_TRACECLONE
    | libc::PTRACE_O_TRACEEXEC
    | libc::PTRACE_O_TRACESECCOMP
    | libc::PTRACE_O_EXITKILL;

/// Why a task has stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The task has ended.
    Ended(ExitStatus),
    /// The filter has picked the system call that it is about to make.
    Call,
    /// The system call is done that [`Resume::ToReturn`] was for.
    Return,
    /// The task has executed another program.
    Exec,
    /// The task is in a group-stop, as all its process, because of this signal.
    Group(c_int),
    /// The task is about to receive this signal.
    Signal(c_int),
    /// The task has started another task.
    Started,
    /// The task was just started, or goes on after a group-stop.
    Other,
}

impl Stop {
    fn of(status: c_int) -> Self {
        if !libc::WIFSTOPPED(status) {
            return Self::Ended(ExitStatus::from_raw(status));
        }
        match (status >> 16, libc::WSTOPSIG(status)) {
            (0, SYSCALL) => Self::Return,
            (0, signal) => Self::Signal(signal),
            (libc::PTRACE_EVENT_SECCOMP, _) => Self::Call,
            (libc::PTRACE_EVENT_EXEC, _) => Self::Exec,
            (libc::PTRACE_EVENT_FORK | libc::PTRACE_EVENT_VFORK | libc::PTRACE_EVENT_CLONE, _) => {
                Self::Started
            }
            (
                libc::PTRACE_EVENT_STOP,
                signal @ (libc::SIGSTOP | libc::SIGTSTP | libc::SIGTTIN | libc::SIGTTOU),
            ) => Self::Group(signal),
            _ => Self::Other,
        }
    }
}

/// How a task goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resume {
    /// To its next stop, receiving this signal; 0 is none.
    With(c_int),
    /// To the end of the system call that it is in.
    ToReturn,
    /// Not at all, until its process is let go on.
    Listening,
}

/// Arguments or result of a task's system call: `struct ptrace_syscall_info`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SyscallInfo {
    _op: u8,
    _pad: [u8; 3],
    /// `AUDIT_ARCH_*`.
    pub arch: u32,
    _instruction_pointer: u64,
    _stack_pointer: u64,
    /// Number, six arguments and what the filter said; or result and whether it is an error.
    words: [u64; 8],
}

impl SyscallInfo {
    /// Returns the number of the call that is about to be made.
    pub fn number(&self) -> u64 {
        self.words[0]
    }

    /// Returns its arguments.
    pub fn args(&self) -> [u64; 6] {
        let [_, args @ .., _] = self.words;
        args
    }

    /// Returns what the filter has to say of it.
    pub fn filter_data(&self) -> u32 {
        let [a, b, c, d, ..] = self.words[7].to_ne_bytes();
        u32::from_ne_bytes([a, b, c, d])
    }

    /// Returns what the call returned, or its error number, which may be one of the kernel's own.
    pub fn result(&self) -> Result<u64, i32> {
        let [is_error, ..] = self.words[1].to_ne_bytes();
        match is_error {
            0 => Ok(self.words[0]),
            // Error numbers are small and negative here.
            _ => Err((self.words[0] as i64).wrapping_neg() as i32),
        }
    }
}

/// Traces `pid`, and all that it will start.
///
/// # Errors
///
/// `EPERM` where that is not permitted, or where somebody else traces it.
pub(super) fn seize(pid: pid_t) -> io::Result<()> {
    // SAFETY: the call takes numbers, and nothing of this process is changed.
    check(unsafe { libc::ptrace(libc::PTRACE_SEIZE, pid, 0 as c_ulong, OPTIONS as c_ulong) })
        .map(drop)
}

/// Lets a stopped task go on. One that was killed meanwhile is not there any more: that is told by
/// [`wait`].
pub(super) fn resume(tid: pid_t, how: Resume) {
    let (request, signal) = match how {
        Resume::With(signal) => (libc::PTRACE_CONT, signal),
        Resume::ToReturn => (libc::PTRACE_SYSCALL, 0),
        Resume::Listening => (libc::PTRACE_LISTEN, 0),
    };
    // SAFETY: the call takes numbers, and nothing of this process is changed.
    let _ = check(unsafe { libc::ptrace(request, tid, 0 as c_ulong, signal as c_ulong) });
}

/// Returns what is known of the system call that `tid` has stopped at.
///
/// # Errors
///
/// `ESRCH` when it was killed meanwhile, `EIO` on kernels before 5.3.
pub(super) fn syscall_info(tid: pid_t) -> io::Result<SyscallInfo> {
    let mut info = SyscallInfo::default();
    // SAFETY: the size and the pointer are those of `info`, which is borrowed exclusively, outlives
    // the call, and takes any bytes.
    check(unsafe {
        libc::ptrace(
            GET_SYSCALL_INFO,
            tid,
            size_of::<SyscallInfo>() as c_ulong,
            ptr::from_mut(&mut info).cast::<c_void>(),
        )
    })?;
    Ok(info)
}

/// Returns the number that the stop of `tid` comes with: after an exec, which thread it was of; of
/// [`Stop::Started`], which task.
///
/// # Errors
///
/// `ESRCH` when it was killed meanwhile.
pub(super) fn event_message(tid: pid_t) -> io::Result<c_ulong> {
    let mut message: c_ulong = 0;
    // SAFETY: the pointer is to `message`, which outlives the call and is what is written.
    check(unsafe {
        libc::ptrace(
            libc::PTRACE_GETEVENTMSG,
            tid,
            0 as c_ulong,
            ptr::from_mut(&mut message),
        )
    })?;
    Ok(message)
}

/// Waits until any task stops or ends; returns which.
///
/// # Errors
///
/// `EINTR` when a signal came, `ECHILD` when there is none any more.
pub(super) fn wait() -> io::Result<(pid_t, Stop)> {
    let (tid, status) = wait4(-1, 0)?;
    Ok((tid, Stop::of(status)))
}

/// Returns why `tid` has stopped; `None` if it has not.
pub(super) fn stop_of(tid: pid_t) -> Option<Stop> {
    match wait4(tid, libc::WNOHANG) {
        Ok((stopped, status)) if stopped == tid => Some(Stop::of(status)),
        _ => None,
    }
}

fn wait4(pid: pid_t, options: c_int) -> io::Result<(pid_t, c_int)> {
    let mut status = 0;
    // SAFETY: the pointer is to `status`, which outlives the call; nobody asks for the usage.
    let pid = unsafe { libc::wait4(pid, &mut status, options | libc::__WALL, ptr::null_mut()) };
    Ok((check(pid)?, status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_is_known_by_its_status() {
        let stopped = |signal: c_int, event: c_int| Stop::of(0x7f | signal << 8 | event << 16);

        assert_eq!(Stop::of(3 << 8), Stop::Ended(ExitStatus::from_raw(3 << 8)));
        assert_eq!(stopped(libc::SIGTRAP | 0x80, 0), Stop::Return);
        assert_eq!(stopped(libc::SIGTRAP, 0), Stop::Signal(libc::SIGTRAP));
        assert_eq!(stopped(libc::SIGSTOP, 0), Stop::Signal(libc::SIGSTOP));
        assert_eq!(stopped(libc::SIGSTOP, 128), Stop::Group(libc::SIGSTOP));
        assert_eq!(stopped(libc::SIGTRAP, 128), Stop::Other);
        assert_eq!(stopped(libc::SIGTRAP, 7), Stop::Call);
        assert_eq!(stopped(libc::SIGTRAP, 4), Stop::Exec);
        for event in 1..=3 {
            assert_eq!(stopped(libc::SIGTRAP, event), Stop::Started);
        }
    }

    #[test]
    fn a_result_is_a_number_or_an_error() {
        let info = |rval: i64, is_error: u8| {
            let mut info = SyscallInfo::default();
            info.words[0] = rval as u64;
            info.words[1] = u64::from_ne_bytes([is_error, 0, 0, 0, 0, 0, 0, 0]);
            info
        };

        assert_eq!(info(36, 0).result(), Ok(36));
        assert_eq!(info(-1, 1).result(), Err(1));
        assert_eq!(info(-512, 1).result(), Err(512));
    }
}
