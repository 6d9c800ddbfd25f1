// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The protocols of netlink and their names.

use libc::c_int;
use std::fmt;
use std::str::FromStr;

/// A netlink protocol, third argument of `socket(2)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Protocol(pub c_int);

const PREFIX: &str = "NETLINK_";

/// Names of `linux/netlink.h`, without their prefix.
const NAMES: &[(c_int, &str)] = &[
    (libc::NETLINK_ROUTE, "ROUTE"),
    (libc::NETLINK_USERSOCK, "USERSOCK"),
    (libc::NETLINK_FIREWALL, "FIREWALL"),
    (libc::NETLINK_SOCK_DIAG, "SOCK_DIAG"),
    (libc::NETLINK_NFLOG, "NFLOG"),
    (libc::NETLINK_XFRM, "XFRM"),
    (libc::NETLINK_SELINUX, "SELINUX"),
    (libc::NETLINK_ISCSI, "ISCSI"),
    (libc::NETLINK_AUDIT, "AUDIT"),
    (libc::NETLINK_FIB_LOOKUP, "FIB_LOOKUP"),
    (libc::NETLINK_CONNECTOR, "CONNECTOR"),
    (libc::NETLINK_NETFILTER, "NETFILTER"),
    (libc::NETLINK_IP6_FW, "IP6_FW"),
    (libc::NETLINK_DNRTMSG, "DNRTMSG"),
    (libc::NETLINK_KOBJECT_UEVENT, "KOBJECT_UEVENT"),
    (libc::NETLINK_GENERIC, "GENERIC"),
    (libc::NETLINK_SCSITRANSPORT, "SCSITRANSPORT"),
    (libc::NETLINK_ECRYPTFS, "ECRYPTFS"),
    (libc::NETLINK_RDMA, "RDMA"),
    (libc::NETLINK_CRYPTO, "CRYPTO"),
    (22, "SMC"),
    (crate::uapi::NETLINK_USER as c_int, "USER"),
];

impl Protocol {
    /// Returns the name that C has for it, without `NETLINK_`.
    pub fn name(self) -> Option<&'static str> {
        let known = NAMES.iter().find(|(number, _)| *number == self.0);

        known.map(|(_, name)| *name)
    }

    /// Says whether its datagrams are rows of messages with a `struct nlmsghdr`.
    pub fn has_messages(self) -> bool {
        self.0 != libc::NETLINK_KOBJECT_UEVENT
    }
}

/// `NETLINK_ROUTE`, or `NETLINK_23` where there is no name.
impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{PREFIX}{name}"),
            None => write!(f, "{PREFIX}{}", self.0),
        }
    }
}

/// The name with or without `NETLINK_`, in upper or lower case, or the number.
impl FromStr for Protocol {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let upper = text.to_ascii_uppercase();
        let word = upper.strip_prefix(PREFIX).unwrap_or(&upper);
        let known = NAMES.iter().find(|(_, name)| *name == word);

        known
            .map(|(number, _)| *number)
            .or_else(|| word.parse::<u8>().ok().map(c_int::from))
            .map(Self)
            .ok_or_else(|| "no netlink protocol: a number, or a name such as route".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_protocol_is_read_as_it_is_shown_and_as_it_is_called() {
        for (number, name) in NAMES {
            let shown = Protocol(*number).to_string();
            assert_eq!(shown, format!("NETLINK_{name}"));
            for text in [shown, name.to_lowercase(), number.to_string()] {
                assert_eq!(text.parse(), Ok(Protocol(*number)), "{text}");
            }
        }
        assert_eq!(Protocol(23).to_string(), "NETLINK_23");
        assert_eq!("23".parse(), Ok(Protocol(23)));
        for bad in ["", "routes", "-1", "256", "NETLINK_"] {
            assert!(bad.parse::<Protocol>().is_err(), "{bad}");
        }
    }
}
