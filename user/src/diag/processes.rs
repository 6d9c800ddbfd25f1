// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Processes that hold a socket: those with a descriptor that leads to its inode. The kernel tells no
//! other way, and a port id that is the number of a process proves nothing.

use crate::netlink::comm;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// A process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// Process id.
    pub pid: u32,
    /// Name of the process (`/proc/PID/comm`), up to 15 bytes that it chose itself.
    pub comm: Vec<u8>,
}

impl Process {
    /// Returns the process with the number `pid` if it holds the socket with this `inode`.
    pub fn with_socket(pid: u32, inode: u32) -> Option<Self> {
        let mut found = Processes::find_in(&[pid], &HashSet::from([inode]));

        found.found.remove(&inode)?.pop()
    }
}

/// Processes that held some sockets at one moment.
#[derive(Debug, Default)]
pub struct Processes {
    found: HashMap<u32, Vec<Process>>,
    /// How many processes did not let us look into their descriptors.
    hidden: usize,
}

impl Processes {
    /// Looks through all processes for those that hold sockets with one of these `inodes`.
    pub fn find(inodes: &HashSet<u32>) -> Self {
        if inodes.is_empty() {
            return Self::default();
        }
        let entries = fs::read_dir("/proc").into_iter().flatten();
        let mut pids: Vec<u32> = entries
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .collect();
        pids.sort_unstable();
        Self::find_in(&pids, inodes)
    }

    fn find_in(pids: &[u32], inodes: &HashSet<u32>) -> Self {
        let mut found = Self::default();
        pids.iter().for_each(|pid| found.look_into(*pid, inodes));
        found
    }

    /// Returns those that hold the socket with this `inode`, by their numbers.
    pub fn of(&self, inode: u32) -> &[Process] {
        self.found.get(&inode).map_or(&[], Vec::as_slice)
    }

    /// Returns how many processes could not be looked into, for want of a right
    /// (`PTRACE_MODE_READ_FSCREDS`, `ptrace(2)`).
    pub fn hidden(&self) -> usize {
        self.hidden
    }

    fn look_into(&mut self, pid: u32, inodes: &HashSet<u32>) {
        let fds = match fs::read_dir(format!("/proc/{pid}/fd")) {
            Ok(fds) => fds,
            Err(error) => {
                self.hidden += usize::from(error.kind() == ErrorKind::PermissionDenied);
                return;
            }
        };
        let held: HashSet<u32> = fds
            .filter_map(|fd| inode_of(&fd.ok()?.path()))
            .filter(|inode| inodes.contains(inode))
            .collect();
        if held.is_empty() {
            return;
        }
        let comm = comm(pid).unwrap_or_default();
        for inode in held {
            let process = Process {
                pid,
                comm: comm.clone(),
            };
            self.found.entry(inode).or_default().push(process);
        }
    }
}

/// Returns the inode of the socket that this link in `/proc/PID/fd` leads to, if it is one.
fn inode_of(link: &Path) -> Option<u32> {
    let target = fs::read_link(link).ok()?;
    let inode = target
        .to_str()?
        .strip_prefix("socket:[")?
        .strip_suffix(']')?;

    inode.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixDatagram;

    #[test]
    fn who_holds_a_socket_is_found_once_however_often_it_is_held() {
        let socket = UnixDatagram::unbound().unwrap();
        let _again = socket.try_clone().unwrap();
        let link = format!("/proc/self/fd/{}", socket.as_raw_fd());
        let inode = inode_of(Path::new(&link)).unwrap();
        let processes = Processes::find(&HashSet::from([inode]));
        let [process] = processes.of(inode) else {
            panic!("{processes:?}");
        };
        let comm = fs::read("/proc/self/comm").unwrap();

        assert_eq!(process.pid, std::process::id());
        assert_eq!([&process.comm[..], b"\n"].concat(), comm);
        assert_eq!(processes.of(0), []);
    }

    #[test]
    fn what_is_no_socket_has_no_inode() {
        assert_eq!(inode_of(Path::new("/proc/self/exe")), None);
        assert_eq!(inode_of(Path::new("/nosuch/link")), None);
    }
}
