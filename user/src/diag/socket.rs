// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A socket as the kernel tells of it, in a message of `NETLINK_SOCK_DIAG` or a line of
//! `/proc/net/netlink`.

use super::{GroupNames, Process};
use crate::names::uapi::{
    NDIAG_FLAG_BROADCAST_ERROR, NDIAG_FLAG_CAP_ACK, NDIAG_FLAG_CB_RUNNING,
    NDIAG_FLAG_LISTEN_ALL_NSID, NDIAG_FLAG_NO_ENOBUFS, NDIAG_FLAG_PKTINFO, NETLINK_DIAG_FLAGS,
    NETLINK_DIAG_GROUPS, NETLINK_DIAG_MEMINFO, SK_MEMINFO_DROPS, SK_MEMINFO_RCVBUF,
    SK_MEMINFO_RMEM_ALLOC, SK_MEMINFO_SNDBUF, SK_MEMINFO_WMEM_ALLOC,
};
use crate::netlink::{protocol_name, SocketLine};
use crate::object::attrs::{u32, Index};
use crate::object::fields::flags;
use crate::object::schema::word;
use crate::object::{Fields, Names, Nest, Object, Value};
use crate::wire;
use std::mem;

/// Size of `struct netlink_diag_msg`, in bytes.
const NETLINK_DIAG_MSG: usize = 28;

/// `NDIAG_FLAG_*`, in lower case.
const FLAGS: &[(u32, &str)] = &[
    (NDIAG_FLAG_CB_RUNNING, "cb_running"),
    (NDIAG_FLAG_PKTINFO, "pktinfo"),
    (NDIAG_FLAG_BROADCAST_ERROR, "broadcast_error"),
    (NDIAG_FLAG_NO_ENOBUFS, "no_enobufs"),
    (NDIAG_FLAG_LISTEN_ALL_NSID, "listen_all_nsid"),
    (NDIAG_FLAG_CAP_ACK, "cap_ack"),
];

/// Types of sockets (`SOCK_*`).
const TYPES: &[(u8, &str)] = &[(2, "dgram"), (3, "raw")];

/// `NETLINK_CONNECTED` of `net/netlink/af_netlink.c`.
const CONNECTED: u8 = 1;

/// States of netlink sockets. One that was never connected still has the state that every socket begins
/// with (`TCP_CLOSE`), not `NETLINK_UNCONNECTED`.
const STATES: &[(u8, &str)] = &[
    (0, "unconnected"),
    (CONNECTED, "connected"),
    (7, "unconnected"),
];

/// A netlink socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetlinkSocket {
    /// `NETLINK_*`.
    pub protocol: u8,
    /// Port id of the socket; 0 is the kernel's own socket, or one that is not bound.
    pub portid: u32,
    /// Inode of the socket, which links in `/proc/*/fd` lead to; 0 while it is being closed.
    pub inode: u32,
    /// The multicast groups that it is a member of, in ascending order.
    pub groups: Vec<u32>,
    /// Memory of the datagrams that wait to be received, in bytes.
    pub rmem_alloc: u32,
    /// Memory of the datagrams that it sent and that nobody received yet, in bytes.
    pub wmem_alloc: u32,
    /// How many datagrams were dropped for want of room since it was opened.
    pub drops: u32,
    /// `NDIAG_FLAG_*`; without [`NetlinkSocket::details`], `NDIAG_FLAG_CB_RUNNING` alone.
    pub flags: u32,
    /// Values that only `NETLINK_SOCK_DIAG` has.
    pub details: Option<Details>,
}

/// Values of a socket that only `NETLINK_SOCK_DIAG` has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Details {
    /// A number that no other socket has had since the machine started.
    pub cookie: u64,
    /// `SOCK_RAW` or `SOCK_DGRAM`, which are the same to netlink.
    pub kind: u8,
    /// 1 if it is connected (`NETLINK_CONNECTED`), else 0 or 7.
    pub state: u8,
    /// The port id and the group that it is connected to.
    pub dst: (u32, u32),
    /// Limits of the memory of datagrams to receive and to send, in bytes.
    pub rcvbuf: u32,
    /// The limit of those that it sent.
    pub sndbuf: u32,
}

impl NetlinkSocket {
    /// Reads the payload of a message of type `SOCK_DIAG_BY_FAMILY` about a netlink socket.
    ///
    /// # Errors
    ///
    /// [`wire::Error::Truncated`] when it is shorter than `struct netlink_diag_msg`.
    pub fn from_payload(payload: &[u8]) -> Result<Self, wire::Error> {
        let header = payload
            .first_chunk::<NETLINK_DIAG_MSG>()
            .ok_or(wire::Error::Truncated)?;
        let number = |at: usize| header.get(at..at + 4).and_then(u32).unwrap_or_default();
        let attrs = Index::new(&payload[NETLINK_DIAG_MSG..]);
        let value = |kind| attrs.get(kind).map_or(&[][..], |attr| attr.value());
        let memory = |at: usize| value(NETLINK_DIAG_MEMINFO).chunks_exact(4).nth(at);
        let memory = |at| memory(at).and_then(u32).unwrap_or_default();

        Ok(Self {
            protocol: header[2],
            portid: number(4),
            inode: number(16),
            groups: members(value(NETLINK_DIAG_GROUPS)),
            rmem_alloc: memory(SK_MEMINFO_RMEM_ALLOC),
            wmem_alloc: memory(SK_MEMINFO_WMEM_ALLOC),
            drops: memory(SK_MEMINFO_DROPS),
            flags: u32(value(NETLINK_DIAG_FLAGS)).unwrap_or_default(),
            details: Some(Details {
                cookie: u64::from(number(24)) << 32 | u64::from(number(20)),
                kind: header[1],
                state: header[3],
                dst: (number(8), number(12)),
                rcvbuf: memory(SK_MEMINFO_RCVBUF),
                sndbuf: memory(SK_MEMINFO_SNDBUF),
            }),
        })
    }

    /// Reads a line of `/proc/net/netlink`; `None` for what is none, as the first line.
    pub fn from_line(line: &str) -> Option<Self> {
        SocketLine::read(line).map(Self::from)
    }

    /// Returns a number that tells it from all others of its time: its cookie, or else its inode.
    pub fn id(&self) -> u64 {
        let cookie = self.details.map(|details| details.cookie);

        cookie.unwrap_or(self.inode.into())
    }

    /// Says whether it is the kernel's own. One of a process that is not bound yet has no port id
    /// either, and is only listed if it has joined a group, which the kernel's never does.
    pub fn is_kernels(&self) -> bool {
        self.portid == 0 && self.groups.is_empty()
    }

    /// Returns the names of the flags that are set; what has no name is left out.
    pub fn flag_names(&self) -> impl Iterator<Item = &'static str> + '_ {
        let set = FLAGS.iter().filter(|(bit, _)| self.flags & bit != 0);
        set.map(|(_, name)| *name)
    }
}

impl From<SocketLine> for NetlinkSocket {
    fn from(line: SocketLine) -> Self {
        Self {
            protocol: line.protocol,
            portid: line.portid,
            // The kernel takes inodes of sockets from a counter of 32 bits (`get_next_ino()`).
            inode: line.inode as u32,
            groups: (0..32)
                .filter(|bit| line.groups >> bit & 1 == 1)
                .map(|bit| bit + 1)
                .collect(),
            rmem_alloc: line.rmem_alloc,
            wmem_alloc: line.wmem_alloc,
            drops: line.drops,
            flags: u32::from(line.is_dumping) * NDIAG_FLAG_CB_RUNNING,
            details: None,
        }
    }
}

impl Details {
    /// Returns the name of its type, or its number.
    pub fn type_name(&self) -> Value<'static> {
        word(TYPES, self.kind)
    }

    /// Returns the name of its state, or its number.
    pub fn state_name(&self) -> Value<'static> {
        word(STATES, self.state)
    }
}

/// Returns the groups in a bitmap of the kernel, an array of `unsigned long`.
fn members(bitmap: &[u8]) -> Vec<u32> {
    const LONG: usize = mem::size_of::<libc::c_ulong>();
    let bytes = bitmap.chunks(LONG).flat_map(|long| {
        let mut long = long.to_vec();
        if cfg!(target_endian = "big") {
            long.reverse();
        }
        long
    });
    let bits = bytes.flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1 == 1));

    (1..)
        .zip(bits)
        .filter_map(|(group, is_set)| is_set.then_some(group))
        .collect()
}

/// A socket with the names of what it has, and who holds it.
#[derive(Clone, Copy)]
pub struct DescribedSocket<'a> {
    /// The socket.
    pub socket: &'a NetlinkSocket,
    /// Names of its multicast groups.
    pub groups: &'a GroupNames,
    /// The processes that hold it, as far as they are known.
    pub processes: &'a [Process],
}

impl<'a> DescribedSocket<'a> {
    /// Returns the name of its protocol, or the number.
    pub fn protocol(&self) -> Value<'static> {
        let protocol = self.socket.protocol.into();

        match protocol_name(protocol) {
            Some(name) => Value::Word(name),
            None => Value::Nameless(protocol.into()),
        }
    }

    /// Returns the names of its groups, or the numbers of those without one.
    pub fn group_names(&self) -> impl Iterator<Item = Value<'a>> + 'a {
        let (socket, names) = (self.socket, self.groups);
        let groups = socket.groups.iter();

        groups.map(move |group| names.name(socket.protocol, *group))
    }

    fn describe_processes(&self, out: &mut dyn Fields) {
        if self.socket.is_kernels() {
            out.field("kernel", Value::Bool(true));
        }
        out.open("processes", Nest::Array);
        for process in self.processes {
            out.open_item(Nest::Object);
            out.field("pid", Value::Number(process.pid.into()));
            out.field("comm", Value::Name(&process.comm));
            out.close();
        }
        out.close();
    }

    fn describe_memory(&self, out: &mut dyn Fields) {
        let (socket, details) = (self.socket, self.socket.details);
        for (key, number) in [
            ("rmem_alloc", Some(socket.rmem_alloc)),
            ("rcvbuf", details.map(|details| details.rcvbuf)),
            ("drops", Some(socket.drops)),
            ("wmem_alloc", Some(socket.wmem_alloc)),
            ("sndbuf", details.map(|details| details.sndbuf)),
        ] {
            if let Some(number) = number {
                out.field(key, Value::Number(number.into()));
            }
        }
    }
}

impl Object for DescribedSocket<'_> {
    fn describe_head(&self, _: &mut Names, out: &mut dyn Fields) {
        out.field("protocol", self.protocol());
        out.field("portid", Value::Number(self.socket.portid.into()));
    }

    fn describe_rest(&self, _: &mut Names, out: &mut dyn Fields) {
        self.describe_processes(out);
        if let Some(details) = &self.socket.details {
            out.field("type", details.type_name());
            out.field("state", details.state_name());
            if details.state == CONNECTED {
                out.field("dst_portid", Value::Number(details.dst.0.into()));
                out.field("dst_group", Value::Number(details.dst.1.into()));
            }
        }
        out.open("groups", Nest::Array);
        self.group_names().for_each(|name| out.item(name));
        out.close();
        self.describe_memory(out);
        flags(out, "flags", self.socket.flags, FLAGS);
        out.field("inode", Value::Number(self.socket.inode.into()));
        if let Some(details) = &self.socket.details {
            out.field("cookie", Value::Number(details.cookie));
        }
    }
}

#[cfg(test)]
mod tests;
