// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Messages of Linux 6.18 about sockets with groups, without, and connected.

use super::*;
use crate::object::described::{assert_told_whatever_the_bytes, description};
use serde_json::json;

/// `struct netlink_diag_msg` and attributes of a socket that is a member of groups 1, 32, 33 and 39.
const MEMBER: [u8; 88] = [
    0x10, 3, 0, 7, 0x67, 0x12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // family to destination
    0x63, 0x79, 0x11, 0, 0x0d, 0, 0, 0, 0, 0, 0, 0, // inode, cookie
    12, 0, 1, 0, 0x01, 0, 0, 0x80, 0x41, 0, 0, 0, // NETLINK_DIAG_GROUPS
    40, 0, 0, 0, 0, 0, 0, 0, 0, 0x40, 3, 0, 0, 0, 0, 0, 0, 0x40, 3, 0, // NETLINK_DIAG_MEMINFO
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // the rest of it
    8, 0, 4, 0, 2, 0, 0, 0, // NETLINK_DIAG_FLAGS
];

/// `struct netlink_diag_msg` and attributes of a connected socket of protocol 2 without groups.
const CONNECTED_TO_KERNEL: [u8; 76] = [
    0x10, 2, 2, 1, 0x4d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // family to destination
    0x64, 0x79, 0x11, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, // inode, cookie
    40, 0, 0, 0, 0, 0, 0, 0, 0, 0x40, 3, 0, 0, 0, 0, 0, 0, 0x40, 3, 0, // NETLINK_DIAG_MEMINFO
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // the rest of it
    8, 0, 4, 0, 0, 0, 0, 0, // NETLINK_DIAG_FLAGS
];

/// Where in `MEMBER` the memory in its queue and its drops are.
const RMEM_AT: usize = 44;
const DROPS_AT: usize = 76;

fn described(socket: &NetlinkSocket, processes: &[Process]) -> serde_json::Value {
    description(&DescribedSocket {
        socket,
        groups: &GroupNames::default(),
        processes,
    })
}

#[test]
#[cfg(target_endian = "little")]
fn all_that_the_kernel_tells_of_a_socket_is_told() {
    let mut payload = MEMBER;
    payload[RMEM_AT..RMEM_AT + 4].copy_from_slice(&4352u32.to_ne_bytes());
    payload[DROPS_AT..DROPS_AT + 4].copy_from_slice(&7u32.to_ne_bytes());
    let process = Process {
        pid: 12,
        comm: b"a b".to_vec(),
    };
    let socket = NetlinkSocket::from_payload(&payload).unwrap();

    assert_eq!(
        described(&socket, &[process]),
        json!({
            "protocol": "route",
            "portid": 4711,
            "processes": [{"pid": 12, "comm": "a b"}],
            "type": "raw",
            "state": "unconnected",
            "groups": ["link", "nexthop", "brvlan", "ipv6_acaddr"],
            "rmem_alloc": 4352,
            "rcvbuf": 212_992,
            "drops": 7,
            "wmem_alloc": 0,
            "sndbuf": 212_992,
            "flags": ["pktinfo"],
            "inode": 1_145_187,
            "cookie": 13,
        })
    );
}

#[test]
#[cfg(target_endian = "little")]
fn a_connected_socket_is_told_with_its_other_end() {
    let described = described(
        &NetlinkSocket::from_payload(&CONNECTED_TO_KERNEL).unwrap(),
        &[],
    );

    assert_eq!(described["protocol"], "usersock");
    assert_eq!(described["state"], "connected");
    assert_eq!([&described["dst_portid"], &described["dst_group"]], [0, 0]);
    assert_eq!(described["groups"], json!([]));
}

#[test]
fn a_line_of_the_file_is_told_without_what_it_does_not_have() {
    let line = "00000000a9945c14 0   4711       80000001 4352     0        1     2        7        1145187 ";
    let socket = NetlinkSocket::from_line(line).unwrap();

    assert_eq!(
        described(&socket, &[]),
        json!({
            "protocol": "route",
            "portid": 4711,
            "processes": [],
            "groups": ["link", "nexthop"],
            "rmem_alloc": 4352,
            "drops": 7,
            "wmem_alloc": 0,
            "flags": ["cb_running"],
            "inode": 1_145_187,
        })
    );
}

#[test]
fn what_is_no_line_of_a_socket_is_none() {
    for line in [
        "",
        "sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode",
        "0 0 4711 80000001 0 0 0 2 0",
        "0 256 4711 80000001 0 0 0 2 0 9",
        "0 0 4711 wrong 0 0 0 2 0 9",
    ] {
        assert_eq!(NetlinkSocket::from_line(line), None, "{line}");
    }
    // The kernel's counters are signed there.
    let negative = NetlinkSocket::from_line("0 0 1 00000000 -1 -1 0 2 0 9").unwrap();
    assert_eq!((negative.rmem_alloc, negative.wmem_alloc), (0, 0));
}

#[test]
fn only_a_socket_without_port_id_and_groups_is_the_kernels() {
    let is_kernels = |portid, groups| {
        let line = format!("0 0 {portid} {groups} 0 0 0 2 0 9");
        NetlinkSocket::from_line(&line).unwrap().is_kernels()
    };

    assert!(is_kernels(0, "00000000"));
    assert!(!is_kernels(0, "00000010"), "joined before it was bound");
    assert!(!is_kernels(7, "00000000"));
}

#[test]
fn whatever_the_bytes_are_they_are_told_or_refused() {
    let short = NetlinkSocket::from_payload(&MEMBER[..27]);
    assert_eq!(short, Err(wire::Error::Truncated));
    assert_told_whatever_the_bytes(&[&MEMBER, &CONNECTED_TO_KERNEL], |payload| {
        let socket = NetlinkSocket::from_payload(payload).ok()?;
        Some(described(&socket, &[]))
    });
}
