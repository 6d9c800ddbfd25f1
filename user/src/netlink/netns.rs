// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Network namespaces.

use super::Error;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

const OP: &str = "enter network namespace";

/// Where `ip netns add` puts its namespaces.
const NAMED: &str = "/run/netns";

/// A network namespace, by the file that stands for it.
#[derive(Debug)]
pub struct Netns {
    path: PathBuf,
    file: File,
}

impl Netns {
    /// Opens the namespace `name` of `ip netns`, or the one that the file `name` stands for if
    /// there is a slash in it: `/proc/1/ns/net`.
    ///
    /// # Errors
    ///
    /// Those of `open(2)`; the message names the file.
    pub fn open(name: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path_of(name.as_ref());
        // A pipe of that name must not make us wait for its other end.
        let file = OpenOptions::new()
            .read(true)
            .custom_flags(libc::O_NONBLOCK)
            .open(&path)
            .map_err(|error| failed(&path, &error))?;

        Ok(Self { path, file })
    }

    /// Moves the calling thread there, and with it the sockets that it opens from now on and the
    /// threads that it starts. There is no way back but another `Netns`.
    ///
    /// # Errors
    ///
    /// `EPERM` without `CAP_SYS_ADMIN` here and there, `EINVAL` when the file is no network
    /// namespace; the message names the file.
    pub fn enter(&self) -> Result<(), Error> {
        // SAFETY: `setns` reads and writes no memory of ours; `file` keeps the descriptor open. It
        // moves this thread alone, and a socket stays where it was opened, so nothing that exists
        // already, in whatever thread, is another one after it.
        let result = unsafe { libc::setns(self.file.as_raw_fd(), libc::CLONE_NEWNET) };

        if result < 0 {
            return Err(failed(&self.path, &io::Error::last_os_error()));
        }
        Ok(())
    }
}

/// A name with a slash is a path, as in a shell.
fn path_of(name: &Path) -> PathBuf {
    match name.as_os_str().as_encoded_bytes().contains(&b'/') {
        true => name.to_owned(),
        false => Path::new(NAMED).join(name),
    }
}

fn failed(path: &Path, error: &io::Error) -> Error {
    let found = Error::from_io(OP, error);
    let words = match found.errno.0 {
        libc::EINVAL => "not a network namespace",
        _ => &found.message,
    };
    let message = format!("{}: {words}", path.display());

    match found.errno.0 {
        libc::ENOENT => found
            .message(message)
            .hint("ip netns list shows those with a name"),
        libc::EPERM | libc::EACCES => found
            .message(message)
            .hint("try as root: it takes CAP_SYS_ADMIN"),
        _ => found.message(message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_of_ip_netns_and_a_slash_makes_it_a_path() {
        for (name, path) in [
            ("blue", "/run/netns/blue"),
            ("./blue", "./blue"),
            ("/proc/1/ns/net", "/proc/1/ns/net"),
        ] {
            assert_eq!(path_of(Path::new(name)), Path::new(path));
        }
    }

    #[test]
    fn a_name_that_is_not_there_is_an_error_with_its_file_and_the_way_out() {
        let error = Netns::open("no-such-namespace").unwrap_err();

        assert_eq!(
            error.to_string(),
            "enter network namespace: /run/netns/no-such-namespace: No such file or directory \
             (ENOENT): ip netns list shows those with a name"
        );
    }

    #[test]
    fn a_file_of_another_kind_is_named() {
        for path in ["/dev/null", "/", "/proc/self/ns/uts"] {
            let error = Netns::open(path).unwrap().enter().unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("enter network namespace: {path}: not a network namespace (EINVAL)")
            );
        }
    }
}
