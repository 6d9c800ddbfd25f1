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
    let machine = if cfg!(target_arch = "x86_64") {
        62
    } else if cfg!(target_arch = "x86") {
        3
    } else if cfg!(target_arch = "aarch64") {
        183
    } else if cfg!(target_arch = "arm") {
        40
    } else if cfg!(any(target_arch = "riscv64", target_arch = "riscv32")) {
        243
    } else if cfg!(target_arch = "s390x") {
        22
    } else if cfg!(target_arch = "powerpc64") {
        21
    } else if cfg!(target_arch = "loongarch64") {
        258
    } else {
        0
    };
    let width = if cfg!(target_pointer_width = "64") {
        IS_64_BIT
    } else {
        0
    };
    let order = if cfg!(target_endian = "little") {
        IS_LITTLE_ENDIAN
    } else {
        0
    };
    if machine == 0 {
        0
    } else {
        machine | width | order
    }
};

/// Makes a table of system calls from their names.
macro_rules! syscalls {
    ($($(#[$meta:meta])* $number:ident = $name:literal: $form:expr,)*) => {
        &[
            $($(#[$meta])* Syscall {
                number: libc::$number,
                name: $name,
                form: $form,
            },)*
        ]
    };
}

/// System calls of this architecture. `pwrite` and `pwritev`, which fail with `ESPIPE` on sockets, are left
/// out; `pwritev2` with offset -1 is `writev`.
static SYSCALLS: &[Syscall] = syscalls! {
    SYS_sendmsg = "sendmsg": Message(Sent),
    SYS_recvmsg = "recvmsg": Message(Received),
    SYS_sendto = "sendto": Buffer(Sent),
    SYS_recvfrom = "recvfrom": Buffer(Received),
    SYS_sendmmsg = "sendmmsg": Messages(Sent),
    SYS_recvmmsg = "recvmmsg": Messages(Received),
    #[cfg(all(target_pointer_width = "32", not(target_arch = "riscv32")))]
    SYS_recvmmsg_time64 = "recvmmsg": Messages(Received),
    SYS_write = "write": Plain(Sent),
    SYS_read = "read": Plain(Received),
    SYS_writev = "writev": Vector(Sent),
    SYS_readv = "readv": Vector(Received),
    SYS_pwritev2 = "pwritev2": Vector(Sent),
    SYS_preadv2 = "preadv2": Vector(Received),
    SYS_sendfile = "sendfile": Copied { to: 0, from: 1 },
    SYS_splice = "splice": Copied { to: 2, from: 0 },
    SYS_io_uring_setup = "io_uring_setup": IoUring,
    SYS_io_uring_enter = "io_uring_enter": IoUring,
    SYS_io_submit = "io_submit": Aio,
    #[cfg(any(target_arch = "s390x", target_arch = "powerpc64", target_arch = "x86"))]
    SYS_socketcall = "socketcall": Socketcall,
};

/// System calls of i386 programs on x86-64: `arch/x86/entry/syscalls/syscall_32.tbl`.
#[cfg(target_arch = "x86_64")]
static I386: &[Syscall] = {
    const fn call(number: c_long, name: &'static str, form: CallForm) -> Syscall {
        Syscall { number, name, form }
    }
    &[
        call(370, "sendmsg", Message(Sent)),
        call(372, "recvmsg", Message(Received)),
        call(369, "sendto", Buffer(Sent)),
        call(371, "recvfrom", Buffer(Received)),
        call(345, "sendmmsg", Messages(Sent)),
        call(337, "recvmmsg", Messages(Received)),
        call(417, "recvmmsg", Messages(Received)),
        call(4, "write", Plain(Sent)),
        call(3, "read", Plain(Received)),
        call(146, "writev", Vector(Sent)),
        call(145, "readv", Vector(Received)),
        call(379, "pwritev2", Vector(Sent)),
        call(378, "preadv2", Vector(Received)),
        call(187, "sendfile", Copied { to: 0, from: 1 }),
        call(239, "sendfile", Copied { to: 0, from: 1 }),
        call(313, "splice", Copied { to: 2, from: 0 }),
        call(425, "io_uring_setup", IoUring),
        call(426, "io_uring_enter", IoUring),
        call(248, "io_submit", Aio),
        call(102, "socketcall", Socketcall),
    ]
};

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
