// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Error numbers and their names.

use std::fmt;
use std::io;

/// An error number of the kernel, positive; see `errno(3)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Errno(pub i32);

/// Makes `Errno::name` from the names that libc has for this architecture.
macro_rules! names {
    ($($name:ident),*) => {
        impl Errno {
            /// Returns the name that C has for it: `ENOENT`.
            pub fn name(self) -> Option<&'static str> {
                match self.0 {
                    $(libc::$name => Some(stringify!($name)),)*
                    _ => None,
                }
            }
        }
    };
}

names! {
    EPERM, ENOENT, ESRCH, EINTR, EIO, ENXIO, E2BIG, ENOEXEC, EBADF, ECHILD, EAGAIN, ENOMEM, EACCES,
    EFAULT, ENOTBLK, EBUSY, EEXIST, EXDEV, ENODEV, ENOTDIR, EISDIR, EINVAL, ENFILE, EMFILE, ENOTTY,
    ETXTBSY, EFBIG, ENOSPC, ESPIPE, EROFS, EMLINK, EPIPE, EDOM, ERANGE, EDEADLK, ENAMETOOLONG,
    ENOLCK, ENOSYS, ENOTEMPTY, ELOOP, ENOMSG, EIDRM, ECHRNG, EL2NSYNC, EL3HLT, EL3RST, ELNRNG,
    EUNATCH, ENOCSI, EL2HLT, EBADE, EBADR, EXFULL, ENOANO, EBADRQC, EBADSLT, EBFONT, ENOSTR,
    ENODATA, ETIME, ENOSR, ENONET, ENOPKG, EREMOTE, ENOLINK, EADV, ESRMNT, ECOMM, EPROTO,
    EMULTIHOP, EDOTDOT, EBADMSG, EOVERFLOW, ENOTUNIQ, EBADFD, EREMCHG, ELIBACC, ELIBBAD, ELIBSCN,
    ELIBMAX, ELIBEXEC, EILSEQ, ERESTART, ESTRPIPE, EUSERS, ENOTSOCK, EDESTADDRREQ, EMSGSIZE,
    EPROTOTYPE, ENOPROTOOPT, EPROTONOSUPPORT, ESOCKTNOSUPPORT, EOPNOTSUPP, EPFNOSUPPORT,
    EAFNOSUPPORT, EADDRINUSE, EADDRNOTAVAIL, ENETDOWN, ENETUNREACH, ENETRESET, ECONNABORTED,
    ECONNRESET, ENOBUFS, EISCONN, ENOTCONN, ESHUTDOWN, ETOOMANYREFS, ETIMEDOUT, ECONNREFUSED,
    EHOSTDOWN, EHOSTUNREACH, EALREADY, EINPROGRESS, ESTALE, EUCLEAN, ENOTNAM, ENAVAIL, EISNAM,
    EREMOTEIO, EDQUOT, ENOMEDIUM, EMEDIUMTYPE, ECANCELED, ENOKEY, EKEYEXPIRED, EKEYREVOKED,
    EKEYREJECTED, EOWNERDEAD, ENOTRECOVERABLE, ERFKILL, EHWPOISON
}

/// Returns the result of a system call, or the error that it left in `errno(3)` if it is negative.
pub(super) fn check<T: PartialOrd + Default>(result: T) -> io::Result<T> {
    match result < T::default() {
        true => Err(io::Error::last_os_error()),
        false => Ok(result),
    }
}

impl Errno {
    /// Returns the C library's words for it, those of `strerror(3)`.
    pub fn description(self) -> String {
        let text = io::Error::from_raw_os_error(self.0).to_string();
        // The standard library appends ` (os error N)`.
        match text.rsplit_once(" (os error") {
            Some((words, _)) => words.to_owned(),
            None => text,
        }
    }
}

/// The name, or the number where there is none.
impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "errno {}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_its_name_if_it_is_known_and_words() {
        for (errno, name, words) in [
            (
                libc::EPROTONOSUPPORT,
                "EPROTONOSUPPORT",
                "Protocol not supported",
            ),
            (libc::EINVAL, "EINVAL", "Invalid argument"),
            (524, "errno 524", "Unknown error 524"),
        ] {
            assert_eq!(Errno(errno).to_string(), name);
            assert_eq!(Errno(errno).description(), words);
        }
    }
}
