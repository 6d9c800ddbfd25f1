// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Netlink sockets, and the threads that have them, by `/proc`.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;

/// Room for what is read at once, in bytes, and the size of a page and of the longest line.
const ROOM: usize = 8 << 10;
const PAGE: usize = 4096;
const LINE: usize = 256;

/// A line of `/proc/net/netlink`: `sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode`
/// (`netlink_native_seq_show()`, `net/netlink/af_netlink.c`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SocketLine {
    /// `NETLINK_*`.
    pub protocol: u8,
    /// Port id; 0 is the kernel's own socket, or one that is not bound.
    pub portid: u32,
    /// The first 32 multicast groups that it is a member of, the lowest bit for group 1.
    pub groups: u32,
    /// Memory of the datagrams that wait to be received, in bytes.
    pub rmem_alloc: u32,
    /// Memory of the datagrams that it sent and that nobody received yet, in bytes.
    pub wmem_alloc: u32,
    /// Whether a dump is going on.
    pub is_dumping: bool,
    /// How many datagrams were dropped for want of room since it was opened.
    pub drops: u32,
    /// Inode of the socket, which links in `/proc/*/fd` lead to; 0 while it is being closed.
    pub inode: u64,
}

impl SocketLine {
    /// The file with the sockets of the network namespace of the thread that reads it.
    pub const OWN: &'static str = "/proc/thread-self/net/netlink";

    /// Returns the socket of `protocol` with this `portid` in the network namespace of this thread; `None`
    /// as well where that cannot be read.
    pub fn find(protocol: i32, portid: u32) -> Option<Self> {
        let is_it = |line: &Self| (i32::from(line.protocol), line.portid) == (protocol, portid);

        Self::read_all(Self::OWN).ok()?.into_iter().find(is_it)
    }

    /// Reads a line; `None` for what is none, as the first one of the file.
    pub fn read(line: &str) -> Option<Self> {
        let words: Vec<_> = line.split_ascii_whitespace().collect();
        let [_, protocol, portid, groups, rmem, wmem, dump, _, drops, inode, ..] = words[..] else {
            return None;
        };
        // The file shows memory as signed numbers.
        let memory = |digits: &str| digits.parse::<i32>().ok()?.max(0).try_into().ok();

        Some(Self {
            protocol: protocol.parse().ok()?,
            portid: portid.parse().ok()?,
            groups: u32::from_str_radix(groups, 16).ok()?,
            rmem_alloc: memory(rmem)?,
            wmem_alloc: memory(wmem)?,
            is_dumping: dump != "0",
            drops: drops.parse().ok()?,
            inode: inode.parse().ok()?,
        })
    }

    /// Reads the lines of the file at `path`, which has the sockets of one network namespace: that of the
    /// process or thread whose folder it is in.
    ///
    /// # Errors
    ///
    /// Those of `open(2)` and `read(2)`.
    pub fn read_all(path: &str) -> io::Result<Vec<Self>> {
        Self::read_again(&File::open(path)?)
    }

    /// Reads the lines of such a file as they are now, from its first one on, wherever it was read to.
    ///
    /// # Errors
    ///
    /// Errors of `read(2)`.
    pub fn read_again(file: &File) -> io::Result<Vec<Self>> {
        let mut text = Vec::new();
        let mut len = 0;
        loop {
            text.resize(len + ROOM, 0);
            let count = file.read_at(&mut text[len..], len as u64)?;
            len += count;
            // For each call the kernel goes through the sockets from the first one on, so none is made to find the
            // end: it fills a page as long as there are lines (`seq_read_iter()`, `fs/seq_file.c`).
            if count < PAGE - LINE {
                break;
            }
        }
        let text = String::from_utf8_lossy(&text[..len]);

        Ok(text.lines().filter_map(Self::read).collect())
    }
}

// Bits of a set of capabilities, `include/uapi/linux/capability.h`.
pub const CAP_NET_ADMIN: u32 = 12;
pub const CAP_SYS_ADMIN: u32 = 21;

/// The file with the users of this process's user namespace as its parent knows them, `user_namespaces(7)`.
const UID_MAP: &str = "/proc/self/uid_map";

/// Says whether this thread has `capability` for every namespace: in the first user namespace, the only one that has all
/// users. It is taken not to have it where that cannot be read.
pub fn is_capable(capability: u32) -> bool {
    let status = fs::read_to_string("/proc/thread-self/status").unwrap_or_default();
    let users = fs::read_to_string(UID_MAP).unwrap_or_default();

    has_capability(&status, capability) && has_all_users(&users)
}

/// Says whether the effective set in the text of `/proc/PID/status` has `capability`.
fn has_capability(status: &str, capability: u32) -> bool {
    let set = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let set = set.and_then(|digits| u64::from_str_radix(digits.trim(), 16).ok());

    set.is_some_and(|set| set >> capability & 1 != 0)
}

fn has_all_users(map: &str) -> bool {
    map.split_ascii_whitespace().eq(["0", "0", "4294967295"])
}

/// Returns the name of a process or thread (`/proc/ID/comm`): up to 15 bytes that it chose itself.
///
/// # Errors
///
/// Those of `open(2)` and `read(2)`.
pub fn comm(id: u32) -> io::Result<Vec<u8>> {
    let mut comm = fs::read(format!("/proc/{id}/comm"))?;

    comm.truncate(comm.strip_suffix(b"\n").unwrap_or(&comm).len());
    Ok(comm)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::netlink::Socket;

    #[test]
    fn a_line_is_read_word_for_word() {
        let line =
            "00000000b4f9 16  4711       80000440 4352     -8       1     2        5        8899";

        assert_eq!(
            SocketLine::read(line),
            Some(SocketLine {
                protocol: 16,
                portid: 4711,
                groups: 0x8000_0440,
                rmem_alloc: 4352,
                wmem_alloc: 0,
                is_dumping: true,
                drops: 5,
                inode: 8899,
            })
        );
    }

    #[test]
    fn all_sockets_are_read_however_many_pages_they_take() {
        let sockets: Vec<_> = (0..3 * PAGE / 80)
            .map(|_| Socket::open(libc::NETLINK_ROUTE).unwrap())
            .collect();
        let lines = SocketLine::read_all(SocketLine::OWN).unwrap();

        for socket in &sockets {
            assert!(lines.iter().any(|line| line.portid == socket.portid()));
        }
    }

    #[test]
    fn who_is_capable_has_the_right_where_all_users_are() {
        let status = "Name:\tsh\nCapEff:\t0000000000001000\nCapBnd:\t000001ffffffffff\n";

        assert!(has_capability(status, CAP_NET_ADMIN));
        assert!(!has_capability(status, CAP_NET_ADMIN + 1));
        assert!(!has_capability("", CAP_NET_ADMIN));
        assert!(has_all_users("         0          0 4294967295\n"));
        assert!(!has_all_users("         0       1000          1\n"));
        assert!(!has_all_users(""));
    }

    #[test]
    fn a_name_has_no_line_end() {
        let comm = comm(std::process::id()).unwrap();

        assert!((1..16).contains(&comm.len()) && !comm.ends_with(b"\n"));
        assert!(super::comm(u32::MAX).is_err());
    }
}
