// SPDX-License-Identifier: Apache-2.0 OR MIT

//! When a client in the background has done all that there is to do: the kernel says what it sleeps in.

use crate::lab::*;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::Child;
use std::thread::sleep;
use std::time::Duration;

/// A wait for longer than this, in seconds, has no end: whatever a monitor still has to do, it does
/// within seconds.
const NO_END: i64 = 3600;

/// Events of a change come after its request where the kernel leaves them to a worker: carriers and
/// duplicate addresses. Workers have this time, twice.
const WORKERS: Duration = Duration::from_millis(250);

/// Waits until `child` is idle, or has ended.
pub fn wait_until_idle(child: &Child) {
    wait_until("idle", || is_idle(child) || has_ended(child));
}

/// Waits until `child` is idle, and nothing more is written into `file`, its output.
pub fn wait_until_quiet(child: &Child, file: &Path) {
    let len = || fs::metadata(file).unwrap().len();
    let mut last = u64::MAX;
    wait_until("quiet", || {
        wait_until_idle(child);
        let before = std::mem::replace(&mut last, len());
        before == last || {
            sleep(WORKERS);
            false
        }
    });
}

/// Says whether `child` has taken in all events that there are, and has nothing to do until the next: it
/// is in ppoll(2) with a timeout that nobody lives to see. A process that an event has woken is not, from
/// the moment on that the event is queued: see proc_pid_syscall(5).
pub fn is_idle(child: &Child) -> bool {
    let pid = child.id();
    let syscall = fs::read_to_string(format!("/proc/{pid}/syscall")).unwrap();
    let words: Vec<_> = syscall.split_whitespace().collect();
    let [number, _fds, _nfds, timeout, ..] = words[..] else {
        return false;
    };
    number.parse() == Ok(libc::SYS_ppoll) && seconds_at(pid, timeout) > Some(NO_END)
}

/// Returns how many times `child` has waited, a line of words.
pub fn waits(child: &Child) -> String {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let waits = |line: &&str| line.starts_with("voluntary_ctxt_switches");
    status.lines().find(waits).unwrap().to_owned()
}

/// Says whether `child` is a zombie: what it is waited for by is the test's.
fn has_ended(child: &Child) -> bool {
    let stat = fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap();
    stat.contains(") Z ")
}

/// Returns `tv_sec` of the `struct timespec` at this address, in hexadecimal, of the process.
fn seconds_at(pid: u32, address: &str) -> Option<i64> {
    let address = u64::from_str_radix(address.strip_prefix("0x")?, 16).ok()?;
    let mut seconds = [0; 8];
    // The process may have gone on, and the address be no timeout any more.
    let memory = File::open(format!("/proc/{pid}/mem")).ok()?;
    memory.read_exact_at(&mut seconds, address).ok()?;
    Some(i64::from_ne_bytes(seconds))
}
