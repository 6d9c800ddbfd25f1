// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The protocol of a socket.

use crate::netlink::{protocol_name, protocol_number};
use libc::c_int;
use std::fmt;
use std::str::FromStr;

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
        for (number, name, shown) in [
            (0, "route", "NETLINK_ROUTE"),
            (16, "generic", "NETLINK_GENERIC"),
            (31, "user", "NETLINK_USER"),
        ] {
            assert_eq!(Protocol(number).to_string(), shown);
            for text in [shown, name, &name.to_uppercase(), &number.to_string()] {
                assert_eq!(text.parse(), Ok(Protocol(number)), "{text}");
            }
        }
        assert_eq!(Protocol(23).to_string(), "NETLINK_23");
        assert_eq!("23".parse(), Ok(Protocol(23)));
        for bad in ["", "routes", "-1", "32", "NETLINK_"] {
            assert!(bad.parse::<Protocol>().is_err(), "{bad}");
        }
    }
}
