// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Names of the protocols of netlink.

use crate::uapi::NETLINK_USER;

/// How many protocols there can be (`MAX_LINKS`).
pub const PROTOCOLS: usize = 32;

/// `NETLINK_*` of `include/uapi/linux/netlink.h`, in lower case and without the prefix.
const NAMES: &[(u8, &str)] = &[
    (0, "route"),
    (1, "unused"),
    (2, "usersock"),
    (3, "firewall"),
    (4, "sock_diag"),
    (5, "nflog"),
    (6, "xfrm"),
    (7, "selinux"),
    (8, "iscsi"),
    (9, "audit"),
    (10, "fib_lookup"),
    (11, "connector"),
    (12, "netfilter"),
    (13, "ip6_fw"),
    (14, "dnrtmsg"),
    (15, "kobject_uevent"),
    (16, "generic"),
    (18, "scsitransport"),
    (19, "ecryptfs"),
    (20, "rdma"),
    (21, "crypto"),
    (22, "smc"),
    (NETLINK_USER as u8, "user"),
];

/// Returns what `protocol` is called in `include/uapi/linux/netlink.h`, in lower case: `route`; `None`
/// where that has no name for it. Protocol 31, of the hello family, is `user`.
pub fn protocol_name(protocol: u16) -> Option<&'static str> {
    let name = NAMES
        .iter()
        .find(|(known, _)| u16::from(*known) == protocol);

    name.map(|(_, name)| *name)
}

/// Returns the protocol that `word`, a name or a number, stands for; `None` where it stands for none.
pub fn protocol_number(word: &str) -> Option<u8> {
    let named = NAMES.iter().find(|(_, name)| *name == word);
    let number = || word.parse().ok().filter(|n| usize::from(*n) < PROTOCOLS);

    named.map(|(number, _)| *number).or_else(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_protocol_is_found_by_its_name_and_by_its_number() {
        for (number, name) in NAMES {
            assert_eq!(protocol_name((*number).into()), Some(*name));
            assert_eq!(protocol_number(name), Some(*number));
            assert_eq!(protocol_number(&number.to_string()), Some(*number));
        }
        assert_eq!(protocol_name(17), None);
        assert_eq!(protocol_name(256), None, "not protocol 0");
        assert_eq!(protocol_number("17"), Some(17));
        for wrong in ["32", "-1", "", "rout", "ROUTE"] {
            assert_eq!(protocol_number(wrong), None, "{wrong}");
        }
    }
}
