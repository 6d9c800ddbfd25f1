// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Network namespaces.

use super::errno::check;
use super::{proc, Error};
use std::fmt;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread;

const OP: &str = "enter network namespace";

/// Where `ip netns add` puts its namespaces.
const NAMED: &str = "/run/netns";

/// Where the calling thread is.
const OWN: &str = "/proc/thread-self/ns/net";

/// A network namespace, by the file that stands for it.
#[derive(Debug)]
pub struct Netns {
    path: PathBuf,
    file: File,
}

/// Identity of a network namespace, whatever its names are: `st_dev` and `st_ino` of its files.
///
/// One that is gone may leave it to a later one; while a socket or an open file of it is held, it is
/// not gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NetnsId {
    dev: u64,
    ino: u64,
}

impl NetnsId {
    /// Says whether both are on the file system that all namespaces are on.
    pub(super) fn is_akin(self, other: Self) -> bool {
        self.dev == other.dev
    }
}

impl From<&Metadata> for NetnsId {
    fn from(metadata: &Metadata) -> Self {
        Self {
            dev: metadata.dev(),
            ino: metadata.ino(),
        }
    }
}

impl Netns {
    /// Opens the namespace that the calling thread is in.
    ///
    /// # Errors
    ///
    /// Those of `open(2)`: it takes `/proc`.
    pub fn own() -> Result<Self, Error> {
        Self::open(OWN)
    }

    /// Opens the namespace `name` of `ip netns`, or the one that the process with this number is in,
    /// or the one that the file `name` stands for if there is a slash in it: `/proc/1/ns/net`.
    ///
    /// # Errors
    ///
    /// Those of `open(2)`; the message names the file.
    pub fn open(name: impl AsRef<Path>) -> Result<Self, Error> {
        let name = name.as_ref();
        let path = path_of(name);
        let error = match open(&path) {
            Ok(file) => return Ok(Self { path, file }),
            Err(error) => error,
        };
        let process = path_of_process(name).filter(|_| error.kind() == ErrorKind::NotFound);
        let Some(process) = process else {
            return Err(failed(&path.display(), &error));
        };
        let tried = format!("{}, {}", path.display(), process.display());
        match open(&process) {
            Ok(file) => Ok(Self {
                path: process,
                file,
            }),
            Err(error) => Err(failed(&tried, &error)),
        }
    }

    /// Moves the calling thread there, and with it the sockets that it opens from now on and the
    /// threads that it starts. There is no way back but another `Netns`.
    ///
    /// Who may not do that here may where the namespace belongs to a user namespace of theirs: then
    /// the thread, which must be the only one, moves there as well.
    ///
    /// # Errors
    ///
    /// `EPERM` without `CAP_SYS_ADMIN` here and there, `EINVAL` when the file is no network
    /// namespace; the message names the file.
    pub fn enter(&self) -> Result<(), Error> {
        let error = match move_to(&self.file, libc::CLONE_NEWNET) {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        let tried = self.path.display();
        if error.raw_os_error() != Some(libc::EPERM) {
            return Err(failed(&tried, &error));
        }
        owner(&self.file)
            .and_then(|owner| move_to(&owner, libc::CLONE_NEWUSER))
            .map_err(|_| failed(&format!("{tried}, also by its user namespace"), &error))?;

        move_to(&self.file, libc::CLONE_NEWNET).map_err(|error| failed(&tried, &error))
    }

    /// Returns what tells it from all others.
    ///
    /// # Errors
    ///
    /// Those of `fstat(2)`.
    pub fn id(&self) -> Result<NetnsId, Error> {
        match self.file.metadata() {
            Ok(metadata) => Ok((&metadata).into()),
            Err(error) => Err(failed(&self.path.display(), &error)),
        }
    }

    /// Does `work` there, on a thread of its own: the calling one stays where it is.
    ///
    /// # Errors
    ///
    /// Those of [`Netns::enter`], of `work`, and `EAGAIN` where there can be no more threads.
    pub fn visit<T: Send>(
        &self,
        work: impl FnOnce() -> Result<T, Error> + Send,
    ) -> Result<T, Error> {
        thread::scope(|scope| {
            thread::Builder::new()
                .spawn_scoped(scope, || self.enter().and_then(|()| work()))
                .map_err(|error| failed(&self.path.display(), &error))?
                .join()
                .unwrap_or_else(|panic| resume_unwind(panic))
        })
    }
}

impl AsFd for Netns {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        // A pipe of that name must not make us wait for its other end.
        .custom_flags(libc::O_NONBLOCK)
        .open(path)
}

/// Moves the calling thread to the namespace of type `nstype` that `file` stands for.
fn move_to(file: &File, nstype: libc::c_int) -> io::Result<()> {
    // SAFETY: `setns` reads and writes no memory of ours; `file` keeps the descriptor open. It moves
    // this thread alone, and a socket stays where it was opened, so nothing that exists already, in
    // whatever thread, is another one after it. To a user namespace only the thread of a process
    // that has no other moves: its credentials are nobody else's.
    check(unsafe { libc::setns(file.as_raw_fd(), nstype) }).map(drop)
}

/// Opens the user namespace that the namespace `file` belongs to; see `ioctl_ns(2)`.
fn owner(file: &File) -> io::Result<File> {
    // SAFETY: `NS_GET_USERNS` takes no argument; `file` keeps the descriptor open.
    let fd = check(unsafe { libc::ioctl(file.as_raw_fd(), libc::NS_GET_USERNS) })?;
    // SAFETY: the call has just opened `fd`, and nothing else knows of it.
    Ok(unsafe { File::from_raw_fd(fd) })
}

/// A name with a slash is a path, as in a shell.
fn path_of(name: &Path) -> PathBuf {
    match name.as_os_str().as_encoded_bytes().contains(&b'/') {
        true => name.to_owned(),
        false => Path::new(NAMED).join(name),
    }
}

/// Returns the file of the namespace that the process `name` is in, if that is a number.
fn path_of_process(name: &Path) -> Option<PathBuf> {
    let pid: u32 = name.to_str()?.parse().ok()?;

    Some(format!("/proc/{pid}/ns/net").into())
}

fn failed(tried: &dyn fmt::Display, error: &io::Error) -> Error {
    let found = Error::from_io(OP, error);
    let words = match found.errno.0 {
        libc::EINVAL => "not a network namespace",
        _ => &found.message,
    };
    let found = Error {
        message: format!("{tried}: {words}"),
        ..found
    };

    match found.errno.0 {
        libc::ENOENT => found.hint("ip netns list shows those with a name"),
        libc::EPERM | libc::EACCES if !proc::is_capable(proc::CAP_SYS_ADMIN) => {
            found.hint("try as root: it takes CAP_SYS_ADMIN")
        }
        _ => found,
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
    fn whoever_opens_it_and_by_whatever_name_its_id_is_the_same() {
        let [own, again] = [OWN, "/proc/self/ns/net"].map(|path| Netns::open(path).unwrap());
        let other = Netns::open("/proc/self/ns/uts").unwrap();

        assert_eq!(own.id().unwrap(), again.id().unwrap());
        assert_eq!(own.id().unwrap(), Netns::own().unwrap().id().unwrap());
        assert_ne!(own.id().unwrap(), other.id().unwrap());
        assert!(own.id().unwrap().is_akin(other.id().unwrap()));
    }

    #[test]
    fn a_number_that_is_no_name_is_a_process() {
        let own = std::process::id().to_string();
        let netns = Netns::open(&own).unwrap();
        assert_eq!(netns.path, Path::new(&format!("/proc/{own}/ns/net")));

        let error = Netns::open("4294967295").unwrap_err();
        assert!(
            error
                .message
                .starts_with("/run/netns/4294967295, /proc/4294967295/ns/net: No such file"),
            "{error}"
        );
    }
}
