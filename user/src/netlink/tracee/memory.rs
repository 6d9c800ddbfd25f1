// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The memory of another process.

use super::super::errno::check;
use libc::{c_ulong, c_void, iovec, pid_t};
use std::io;

/// Most pieces that are read at once, and that the kernel takes of one call: `UIO_MAXIOV`.
pub(super) const PIECES_MAX: usize = 1024;

/// Returns a piece of the memory of another process: nothing here looks behind the pointer.
pub(super) fn piece(address: u64, len: usize) -> iovec {
    iovec {
        // An address of a 32-bit process fits; one that does not is none, and is refused.
        iov_base: usize::try_from(address).unwrap_or(usize::MAX) as *mut c_void,
        iov_len: len,
    }
}

/// Copies `pieces` of the memory of `tid` one behind the other into `into`, as far as both reach and
/// the memory is there; returns how many bytes that is.
///
/// # Errors
///
/// `EFAULT` when nothing is there, `EPERM` when nobody may look, `ESRCH` when it has ended.
pub(super) fn read(tid: pid_t, pieces: &[iovec], into: &mut [u8]) -> io::Result<usize> {
    let local = iovec {
        iov_base: into.as_mut_ptr().cast(),
        iov_len: into.len(),
    };
    // SAFETY: the kernel writes to `local` alone, which is exclusively borrowed and as long as it
    // says; `pieces` are only of meaning in the other process.
    check(unsafe {
        libc::process_vm_readv(
            tid,
            &local,
            1,
            pieces.as_ptr(),
            pieces.len().min(PIECES_MAX) as c_ulong,
            0,
        )
    })
    .map(|len| len as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> pid_t {
        std::process::id() as pid_t
    }

    #[test]
    fn pieces_are_read_in_order_up_to_the_room() {
        let text = *b"Hello from kernel";
        let at = |offset| text.as_ptr() as u64 + offset;
        let pieces = [piece(at(6), 4), piece(at(0), 5)];
        let mut room = [0; 16];

        assert_eq!(read(own(), &pieces, &mut room).unwrap(), 9);
        assert_eq!(&room[..9], b"fromHello");
        assert_eq!(read(own(), &pieces, &mut room[..6]).unwrap(), 6);
    }

    #[test]
    fn what_is_not_there_is_an_error_and_no_fault() {
        let mut room = [0; 4];
        for address in [0, 8, u64::MAX] {
            assert!(read(own(), &[piece(address, 4)], &mut room).is_err());
        }
    }
}
