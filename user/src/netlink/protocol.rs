// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The protocols of netlink and their names.

use crate::uapi::NETLINK_USER;
use libc::c_int;
use std::fmt;
use std::str::FromStr;

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

/// Prefix of the names in C.
const PREFIX: &str = "NETLINK_";

/// A netlink protocol, third argument of `socket(2)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Protocol(pub c_int);

impl Protocol {
    /// Returns its name in lower case and without `NETLINK_`: `route`.
    pub fn name(self) -> Option<&'static str> {
        self.0.try_into().ok().and_then(protocol_name)
    }

    /// Says whether its datagrams are rows of messages with a `struct nlmsghdr`.
    pub fn has_messages(self) -> bool {
        self.0 != libc::NETLINK_KOBJECT_UEVENT
    }
}

/// Name of the protocol in C: `NETLINK_ROUTE`; `NETLINK_23` where there is none.
impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PREFIX)?;
        match self.name() {
            Some(name) => f.write_str(&name.to_ascii_uppercase()),
            None => write!(f, "{}", self.0),
        }
    }
}

/// The name with or without `NETLINK_`, in upper or lower case, or the number.
impl FromStr for Protocol {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let word = text.strip_prefix(PREFIX).unwrap_or(text);

        protocol_number(&word.to_ascii_lowercase())
            .map(|number| Self(number.into()))
            .ok_or_else(|| "no netlink protocol: a number, or a name such as route".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_protocol_is_read_as_it_is_shown_and_as_it_is_called() {
        for (number, name) in NAMES {
            assert_eq!(protocol_name((*number).into()), Some(*name));
            assert_eq!(protocol_number(name), Some(*number));
            assert_eq!(protocol_number(&number.to_string()), Some(*number));
            let protocol = Protocol((*number).into());
            let shown = protocol.to_string();
            assert_eq!(shown, format!("NETLINK_{}", name.to_uppercase()));
            for text in [&shown, *name, &name.to_uppercase(), &number.to_string()] {
                assert_eq!(text.parse(), Ok(protocol), "{text}");
            }
        }
    }

    #[test]
    fn a_number_may_have_no_name_and_what_is_neither_is_no_protocol() {
        assert_eq!(protocol_name(17), None);
        assert_eq!(protocol_name(256), None, "not protocol 0");
        assert_eq!(protocol_number("17"), Some(17));
        assert_eq!(protocol_number("ROUTE"), None);
        assert_eq!(Protocol(23).to_string(), "NETLINK_23");
        assert_eq!("23".parse(), Ok(Protocol(23)));
        for wrong in ["32", "-1", "", "rout", "routes", "NETLINK_"] {
            assert_eq!(protocol_number(wrong), None, "{wrong}");
            assert!(wrong.parse::<Protocol>().is_err(), "{wrong}");
        }
    }
}
