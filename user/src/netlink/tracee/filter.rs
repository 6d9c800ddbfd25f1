// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The seccomp filter that stops a command at the calls that are followed, and at no other.

use super::super::bpf::{end, jump, load};
use super::super::errno::check;
use super::calls::{Abi, ABIS, X32};
use libc::{sock_filter, BPF_JEQ, BPF_JSET, SECCOMP_RET_ALLOW, SECCOMP_RET_TRACE};
use std::{io, ptr};

/// Data of `SECCOMP_RET_TRACE` for a call of an architecture without a table.
pub(super) const FOREIGN: u32 = 1;

// Where the filter finds them in `struct seccomp_data`.
const NUMBER: u32 = 0;
const ARCH: u32 = 4;

/// Returns the program: what [`install`] takes.
pub(super) fn program() -> Vec<sock_filter> {
    let mut program = vec![load(ARCH)];
    for abi in ABIS {
        let section = section(abi);
        // Each of them is far shorter than 255.
        program.push(jump(BPF_JEQ, abi.arch, 0, section.len() as u8));
        program.extend(section);
    }
    program.push(end(SECCOMP_RET_TRACE | FOREIGN));
    program
}

/// Returns the part for the programs of `abi`: it ends in a verdict, whatever the call.
fn section(abi: &Abi) -> Vec<sock_filter> {
    let count = abi.syscalls.len();
    let mut section = vec![load(NUMBER)];

    if cfg!(target_arch = "x86_64") && abi.word == 8 {
        section.push(jump(BPF_JSET, X32, 0, 1));
        section.push(end(SECCOMP_RET_TRACE | FOREIGN));
    }
    for (at, call) in abi.syscalls.iter().enumerate() {
        section.push(jump(BPF_JEQ, call.number as u32, (count - at) as u8, 0));
    }
    section.push(end(SECCOMP_RET_ALLOW));
    section.push(end(SECCOMP_RET_TRACE));
    section
}

/// Has this process, and all that it starts, stop at the calls that `program` picks; for good, and
/// with no way to gain rights, which is what lets anybody do it.
///
/// It is called between fork and exec, so it allocates nothing.
///
/// # Errors
///
/// `EINVAL` on kernels without `CONFIG_SECCOMP_FILTER`.
pub(super) fn install(program: &[sock_filter]) -> io::Result<()> {
    let fprog = libc::sock_fprog {
        len: program.len() as u16,
        filter: program.as_ptr().cast_mut(),
    };
    // SAFETY: the call takes numbers.
    check(unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) })?;
    // SAFETY: `fprog` outlives the call, and points to as many live instructions as it says; the
    // kernel copies them and writes to none. The filter is no defence: the command need not be slowed
    // down as one that is confined.
    check(unsafe {
        libc::syscall(
            libc::SYS_seccomp,
            libc::SECCOMP_SET_MODE_FILTER,
            libc::SECCOMP_FILTER_FLAG_SPEC_ALLOW,
            ptr::from_ref(&fprog),
        )
    })
    .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::netlink::bpf::tests::verdict;

    /// Returns the verdict on the call `number` of a program of `arch`.
    fn of_call(arch: u32, number: u32) -> u32 {
        verdict(&program(), |at| if at == ARCH { arch } else { number })
    }

    #[test]
    fn those_calls_stop_it_that_can_carry_a_datagram() {
        for abi in ABIS {
            for number in 0..1000 {
                let is_followed = abi.syscalls.iter().any(|call| call.number == number);
                let expected = match is_followed {
                    true => SECCOMP_RET_TRACE,
                    false => SECCOMP_RET_ALLOW,
                };
                assert_eq!(of_call(abi.arch, number as u32), expected, "{number}");
            }
        }
    }

    #[test]
    fn calls_of_other_kinds_of_programs_stop_it_too_to_be_told() {
        let foreign = SECCOMP_RET_TRACE | FOREIGN;

        assert_eq!(of_call(0x1234_5678, 1), foreign);
        if cfg!(target_arch = "x86_64") {
            assert_eq!(of_call(ABIS[0].arch, X32 | 1), foreign);
        }
    }
}
