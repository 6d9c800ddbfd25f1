// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Addresses with a length.

use crate::netlink::Error;
use crate::rtnl::prefix::{self, host_len};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// An address, and how many of its bits are those of its network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subnet {
    /// The address.
    pub address: IpAddr,
    /// How many bits count.
    pub len: u8,
}

impl Subnet {
    /// Every address of a family: `0.0.0.0/0` or `::/0`.
    pub fn any(family: u8) -> Self {
        let address = match libc::c_int::from(family) {
            libc::AF_INET6 => Ipv6Addr::UNSPECIFIED.into(),
            _ => Ipv4Addr::UNSPECIFIED.into(),
        };

        Self { address, len: 0 }
    }

    /// Returns the address family, `AF_INET` or `AF_INET6`.
    pub fn family(&self) -> u8 {
        family(self.address)
    }

    /// Returns the address with all bits set that are not the network's, for IPv4; a network of one
    /// or two addresses has none to spare for that (RFC 3021).
    pub fn broadcast(&self) -> Option<IpAddr> {
        match self.address {
            IpAddr::V4(v4) if self.len <= 30 => {
                let host = u32::MAX.checked_shr(self.len.into()).unwrap_or(0);
                Some(Ipv4Addr::from(u32::from(v4) | host).into())
            }
            _ => None,
        }
    }
}

/// Returns the family of an address, `AF_INET` or `AF_INET6`.
pub fn family(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => libc::AF_INET as u8,
        IpAddr::V6(_) => libc::AF_INET6 as u8,
    }
}

/// A single address: all of its bits count.
impl From<IpAddr> for Subnet {
    fn from(address: IpAddr) -> Self {
        let len = host_len(address);

        Self { address, len }
    }
}

/// Reads `ADDRESS/LENGTH`, or an address alone.
impl FromStr for Subnet {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        prefix::read(text)
            .map(|(address, len)| Self { address, len })
            .ok_or_else(|| Error::usage("read an address", format!("'{text}' is none")))
    }
}

/// Text from which the subnet is read.
impl fmt::Display for Subnet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.len == host_len(self.address) {
            true => write!(f, "{}", self.address),
            false => write!(f, "{}/{}", self.address, self.len),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subnet_is_shown_as_it_is_read() {
        for text in ["10.0.0.0/8", "10.1.2.3", "::/0", "2001:db8::1", "0.0.0.0/0"] {
            assert_eq!(text.parse::<Subnet>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_subnet_is_not_read() {
        for text in " / 10/8 10.0.0.0/33 ::/129 1.2.3.4/ 1.2.3.4/-1 a".split(' ') {
            assert!(text.parse::<Subnet>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_broadcast_address_has_all_bits_that_do_not_count() {
        for (text, expected) in [
            ("192.168.1.5/24", "192.168.1.255"),
            ("10.0.0.1/30", "10.0.0.3"),
            ("0.0.0.0/0", "255.255.255.255"),
        ] {
            let subnet: Subnet = text.parse().unwrap();
            assert_eq!(subnet.broadcast(), expected.parse().ok(), "{text}");
        }
        for text in ["10.0.0.1/31", "10.0.0.1", "::1/64"] {
            assert_eq!(text.parse::<Subnet>().unwrap().broadcast(), None, "{text}");
        }
    }
}
