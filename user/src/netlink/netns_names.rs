// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Names of network namespaces, and when they come and go.
//!
//! `ip netns add` makes a file and then mounts the namespace on it: of the file `inotify(7)` tells,
//! of the mount only the table of mounts, which can be polled; see `proc_pid_mounts(5)`. A name may
//! be a symbolic link to a file of `/proc` as well, and that is told by `inotify` alone.

use super::errno::check;
use super::poll::Awaited;
use super::{Error, Netns, NetnsId};
use std::collections::BTreeMap;
use std::ffi::{CStr, OsString};
use std::fs::{self, DirEntry, File};
use std::io::{self, ErrorKind, Read};
use std::os::fd::{AsFd, AsRawFd, FromRawFd};
use std::path::PathBuf;

const OP: &str = "watch the names of network namespaces";

/// Where the names are; most often the same folder.
const FOLDERS: [(&str, &CStr); 2] = [
    ("/run/netns", c"/run/netns"),
    ("/var/run/netns", c"/var/run/netns"),
];

/// Where the first of these folders will be.
const PARENT: &CStr = c"/run";

const MOUNTS: &str = "/proc/self/mountinfo";

const CHANGES: u32 = libc::IN_CREATE | libc::IN_DELETE | libc::IN_MOVE | libc::IN_ONLYDIR;

/// A name of a network namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetnsName {
    /// Name, as `ip netns` lists it.
    pub name: OsString,
    /// The file that stands for the namespace.
    pub path: PathBuf,
    /// Identity of the namespace, which may have other names.
    pub id: NetnsId,
}

impl NetnsName {
    /// Says whether it is still the name of that namespace.
    pub fn holds(&self) -> bool {
        fs::metadata(&self.path).is_ok_and(|metadata| NetnsId::from(&metadata) == self.id)
    }
}

/// Watches the names of network namespaces that the mount namespace of this process has.
pub struct NetnsNames {
    /// The `inotify(7)` instance that watches the folders.
    folders: File,
    mounts: File,
    /// Any network namespace, whose `st_dev` all others share.
    any: NetnsId,
}

impl NetnsNames {
    /// Begins to watch.
    ///
    /// # Errors
    ///
    /// Those of `inotify_init1(2)`: `EMFILE` where this user watches too much already; those of
    /// `open(2)`: it takes `/proc`.
    pub fn watch() -> Result<Self, Error> {
        let any = Netns::own()?.id()?;
        let mounts = File::open(MOUNTS).map_err(|error| failed(&error))?;
        let folders = inotify().map_err(|error| failed(&error))?;

        Ok(Self {
            folders,
            mounts,
            any,
        })
    }

    /// Returns what to wait for: until then, [`NetnsNames::list`] returns the same.
    pub fn awaited(&self) -> [Awaited<'_>; 2] {
        [
            Awaited::Readable(self.folders.as_fd()),
            Awaited::Changed(self.mounts.as_fd()),
        ]
    }

    /// Returns the names that there are, in their order. What has a name but is no namespace, or none
    /// yet, is left out, as is what we may not look at.
    ///
    /// # Errors
    ///
    /// Those of `inotify_add_watch(2)` and of reading the folders.
    pub fn list(&self) -> Result<Vec<NetnsName>, Error> {
        // First this, then the look: what changes meanwhile is told again.
        self.renew().map_err(|error| failed(&error))?;
        let mut names = BTreeMap::new();
        for (folder, _) in FOLDERS {
            for entry in entries(folder).map_err(|error| failed(&error))? {
                if let Some(name) = self.name(&entry) {
                    names.entry(name.name.clone()).or_insert(name);
                }
            }
        }
        Ok(names.into_values().collect())
    }

    fn name(&self, entry: &DirEntry) -> Option<NetnsName> {
        let path = entry.path();
        // The file is not opened: that alone would keep the namespace there.
        let id = NetnsId::from(&fs::metadata(&path).ok()?);

        id.is_akin(self.any).then(|| NetnsName {
            name: entry.file_name(),
            path,
            id,
        })
    }

    /// Forgets what was told, and watches the folders that are there now.
    fn renew(&self) -> io::Result<()> {
        let mut events = [0; 4096];
        while let Ok(1..) = (&self.folders).read(&mut events) {}
        let mut is_any = false;
        for (_, path) in FOLDERS {
            match watch(&self.folders, path, CHANGES) {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                result => {
                    result?;
                    is_any = true;
                }
            }
        }
        if !is_any {
            let created = libc::IN_CREATE | libc::IN_MOVED_TO | libc::IN_ONESHOT;
            watch(&self.folders, PARENT, created)?;
            // The folder may have been made between both calls.
            let _ = watch(&self.folders, FOLDERS[0].1, CHANGES);
        }
        Ok(())
    }
}

/// Returns what is in `folder`, if it is there.
fn entries(folder: &str) -> io::Result<impl Iterator<Item = DirEntry>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        result => Some(result?),
    };
    Ok(entries.into_iter().flatten().map_while(Result::ok))
}

fn inotify() -> io::Result<File> {
    // SAFETY: the call takes no memory of ours.
    let fd = check(unsafe { libc::inotify_init1(libc::IN_NONBLOCK | libc::IN_CLOEXEC) })?;
    // SAFETY: the call has just opened `fd`, and nothing else knows of it.
    Ok(unsafe { File::from_raw_fd(fd) })
}

/// Lets `inotify` tell of `mask` at `path`; again is the same as once.
fn watch(inotify: &File, path: &CStr, mask: u32) -> io::Result<()> {
    // SAFETY: `path` ends in a NUL and outlives the call; `inotify` keeps the descriptor open.
    let watched = unsafe { libc::inotify_add_watch(inotify.as_raw_fd(), path.as_ptr(), mask) };
    check(watched).map(drop)
}

fn failed(error: &io::Error) -> Error {
    Error::from_io(OP, error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::netlink::wait_any;
    use std::time::{Duration, Instant};

    #[test]
    fn where_no_name_comes_or_goes_nothing_is_told() {
        let folder = std::env::temp_dir().join(format!("netns-names-{}", std::process::id()));
        let names = NetnsNames::watch().unwrap();
        names.list().unwrap();
        fs::create_dir(&folder).unwrap();
        fs::remove_dir(&folder).unwrap();
        let deadline = Instant::now() + Duration::from_millis(20);

        assert_eq!(wait_any(&names.awaited(), deadline).unwrap(), [false; 2]);
    }

    #[test]
    fn what_has_a_name_and_is_no_namespace_is_none() {
        let names = NetnsNames::watch().unwrap();
        let [own, other] = ["/proc/self/ns", "/proc/self"].map(|folder| {
            let found = entries(folder)
                .unwrap()
                .filter_map(|entry| names.name(&entry));
            found.map(|name| name.name).collect::<Vec<_>>()
        });

        assert!(own.contains(&"net".into()), "{own:?}");
        assert_eq!(other, Vec::<OsString>::new());
        assert_eq!(entries("/no/such/folder").unwrap().count(), 0);
    }
}
