// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The system calls that can carry a datagram, and where their arguments have it.

use libc::c_long;

/// Direction of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the command.
    Sent,
    /// To the command.
    Received,
}

/// Meaning of the arguments of a system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CallForm {
    /// Descriptor, buffer, length, flags, address, its length.
    Buffer(Direction),
    /// Descriptor, buffer, length.
    Plain(Direction),
    /// Descriptor, `iovec`s, their count.
    Vector(Direction),
    /// Descriptor, `msghdr`, flags.
    Message(Direction),
    /// Descriptor, `mmsghdr`s, their count, flags.
    Messages(Direction),
    /// Descriptors among the arguments: one that the kernel writes to, one that it reads. What goes
    /// from one to the other is in no memory of the command.
    Copied { to: usize, from: usize },
    /// Number of a socket call, and a pointer to its arguments: `socketcall(2)`.
    Socketcall,
    /// A ring, set up or entered: `io_uring(7)`.
    IoUring,
    /// Reads and writes that go on meanwhile: `io_submit(2)`.
    Aio,
}

use CallForm::{Aio, Buffer, Copied, IoUring, Message, Messages, Plain, Socketcall, Vector};
use Direction::{Received, Sent};

/// A system call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Syscall {
    pub number: c_long,
    pub name: &'static str,
    pub form: CallForm,
}

/// How programs of one kind call the kernel.
#[derive(Debug)]
pub(super) struct Abi {
    /// `AUDIT_ARCH_*`, as a seccomp filter and ptrace have it.
    pub arch: u32,
    /// Size of a pointer and of a C `long`, in bytes.
    pub word: usize,
    pub syscalls: &'static [Syscall],
}

/// Set in the numbers of those calls of x86-64 whose pointers have 32 bits.
pub(super) const X32: u32 = 0x4000_0000;

const IS_64_BIT: u32 = 0x8000_0000;
const IS_LITTLE_ENDIAN: u32 = 0x4000_0000;

/// `AUDIT_ARCH_*` of this program: the machine as ELF has it, and two bits; 0 where it is not known.
const NATIVE: u32 = {
    let machine = match std::env::consts::ARCH.as_bytes() {
        b"x86_64" => 62,
        b"x86" => 3,
        b"aarch64" => 183,
        b"arm" => 40,
        b"riscv64" | b"riscv32" => 243,
        b"s390x" => 22,
        b"powerpc64" => 21,
        b"loongarch64" => 258,
        _ => 0,
    };
    let width = cfg!(target_pointer_width = "64") as u32 * IS_64_BIT;
    let order = cfg!(target_endian = "little") as u32 * IS_LITTLE_ENDIAN;
    if machine == 0 {
        0
    } else {
        machine | width | order
    }
};

/// Makes the table of system calls of this architecture and, on x86-64, that of i386 programs: each call with the constant
/// that is its number here, and the numbers that it has there.
macro_rules! syscalls {
    ($($(#[$meta:meta])* $number:ident, $($i386:literal)|+ = $name:literal: $form:expr,)*) => {
        static SYSCALLS: &[Syscall] = &[
            $($(#[$meta])* Syscall { number: libc::$number, name: $name, form: $form },)*
        ];

        #[cfg(target_arch = "x86_64")]
        static I386: &[Syscall] = &[
            $($(Syscall { number: $i386, name: $name, form: $form },)+)*
        ];
    };
}

// `pwrite` and `pwritev`, which fail with `ESPIPE` on sockets, are left out; `pwritev2` with offset -1 is `writev`.
// Numbers of i386 are from `arch/x86/entry/syscalls/syscall_32.tbl`.
syscalls! {
    SYS_sendmsg, 370 = "sendmsg": Message(Sent),
    SYS_recvmsg, 372 = "recvmsg": Message(Received),
    SYS_sendto, 369 = "sendto": Buffer(Sent),
    SYS_recvfrom, 371 = "recvfrom": Buffer(Received),
    SYS_sendmmsg, 345 = "sendmmsg": Messages(Sent),
    SYS_recvmmsg, 337 = "recvmmsg": Messages(Received),
    #[cfg(all(target_pointer_width = "32", not(target_arch = "riscv32")))]
    SYS_recvmmsg_time64, 417 = "recvmmsg": Messages(Received),
    SYS_write, 4 = "write": Plain(Sent),
    SYS_read, 3 = "read": Plain(Received),
    SYS_writev, 146 = "writev": Vector(Sent),
    SYS_readv, 145 = "readv": Vector(Received),
    SYS_pwritev2, 379 = "pwritev2": Vector(Sent),
    SYS_preadv2, 378 = "preadv2": Vector(Received),
    SYS_sendfile, 187 | 239 = "sendfile": Copied { to: 0, from: 1 },
    SYS_splice, 313 = "splice": Copied { to: 2, from: 0 },
    SYS_io_uring_setup, 425 = "io_uring_setup": IoUring,
    SYS_io_uring_enter, 426 = "io_uring_enter": IoUring,
    SYS_io_submit, 248 = "io_submit": Aio,
    #[cfg(any(target_arch = "s390x", target_arch = "powerpc64", target_arch = "x86"))]
    SYS_socketcall, 102 = "socketcall": Socketcall,
}

/// Architectures whose calls are followed: the tracer's own, and on x86-64 also i386.
pub(super) static ABIS: &[Abi] = &[
    Abi {
        arch: NATIVE,
        word: size_of::<usize>(),
        syscalls: SYSCALLS,
    },
    #[cfg(target_arch = "x86_64")]
    Abi {
        arch: 3 | IS_LITTLE_ENDIAN,
        word: 4,
        syscalls: I386,
    },
];

impl Abi {
    /// Returns that of this program, if it is known.
    pub fn native() -> Option<&'static Self> {
        Self::find(NATIVE)
    }

    /// Returns that of `arch`, if it is followed.
    pub fn find(arch: u32) -> Option<&'static Self> {
        ABIS.iter().find(|abi| abi.arch == arch && arch != 0)
    }

    /// Returns the call with this number, if it can carry a datagram.
    pub fn syscall(&self, number: u64) -> Option<Syscall> {
        let number = c_long::try_from(number).ok()?;

        self.syscalls
            .iter()
            .find(|call| call.number == number)
            .copied()
    }
}

/// Returns what the calls of `socketcall(2)` are that can carry a datagram, and how many arguments
/// each has.
pub(super) fn of_socketcall(number: u64) -> Option<(Syscall, usize)> {
    let (name, form, count) = match number {
        9 => ("send", Buffer(Sent), 4),
        10 => ("recv", Buffer(Received), 4),
        11 => ("sendto", Buffer(Sent), 6),
        12 => ("recvfrom", Buffer(Received), 6),
        16 => ("sendmsg", Message(Sent), 3),
        17 => ("recvmsg", Message(Received), 3),
        19 => ("recvmmsg", Messages(Received), 5),
        20 => ("sendmmsg", Messages(Sent), 4),
        _ => return None,
    };
    let call = Syscall {
        number: 0,
        name,
        form,
    };
    Some((call, count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_call_is_found_by_its_number_and_has_one_alone() {
        for abi in ABIS {
            for call in abi.syscalls {
                let found = abi.syscall(call.number as u64).unwrap();
                assert_eq!((found.name, found.form), (call.name, call.form));
            }
        }
        assert!(ABIS[0].syscall(libc::SYS_getpid as u64).is_none());
        assert!(ABIS[0].syscall(u64::MAX).is_none());
    }

    #[test]
    fn this_architecture_is_followed() {
        assert_eq!(
            Abi::find(NATIVE).map(|abi| abi.word),
            Some(size_of::<usize>())
        );
        assert!(Abi::find(0).is_none());
    }
}
