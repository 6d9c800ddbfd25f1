// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Prefixes of addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Addresses that begin with the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prefix {
    /// An address of the prefix; `None` is any, of any family.
    pub address: Option<IpAddr>,
    /// How many bits count.
    pub len: u8,
}

impl Prefix {
    /// Reads `10.0.0.0/8`, an address alone, or `default`.
    pub fn parse(text: &str) -> Option<Self> {
        if matches!(text, "default" | "any" | "all") {
            return Some(Self {
                address: None,
                len: 0,
            });
        }
        let (address, len) = read(text)?;

        Some(Self {
            address: Some(address),
            len,
        })
    }

    /// Returns that of one address alone.
    pub fn of_host(address: IpAddr) -> Self {
        Self {
            address: Some(address),
            len: host_len(address),
        }
    }

    /// Returns the address that stands for any of this family (`AF_*`); `None` where there is none.
    pub fn any_of(family: u8) -> Option<IpAddr> {
        match i32::from(family) {
            libc::AF_INET => Some(Ipv4Addr::UNSPECIFIED.into()),
            libc::AF_INET6 => Some(Ipv6Addr::UNSPECIFIED.into()),
            _ => None,
        }
    }

    /// Says whether `address` is in it.
    pub fn contains(self, address: IpAddr) -> bool {
        self.holds(Self::of_host(address))
    }

    /// Says whether all of `other` is in it.
    pub fn holds(self, other: Self) -> bool {
        let is_same = match (self.address, other.address) {
            (Some(own), Some(other)) => {
                same_bits(own, other).is_some_and(|count| count >= self.len)
            }
            (None, _) => self.len == 0,
            // Addresses of an unknown family lie in prefixes of length 0 alone.
            (Some(_), None) => self.len == 0 && other.len == 0,
        };
        is_same && self.len <= other.len
    }
}

/// Reads an address and how many of its bits count: all, unless a slash and a number say otherwise.
pub fn read(text: &str) -> Option<(IpAddr, u8)> {
    let (address, len) = match text.split_once('/') {
        Some((address, len)) => (address, Some(len)),
        None => (text, None),
    };
    let address = address.parse().ok()?;
    let host = host_len(address);
    let len = match len {
        Some(len) => len.parse().ok().filter(|len| *len <= host)?,
        None => host,
    };

    Some((address, len))
}

/// Returns how many bits an address like this one has.
pub fn host_len(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

/// Returns how many bits from the first on are the same; `None` for different families.
fn same_bits(one: IpAddr, other: IpAddr) -> Option<u8> {
    let zeros = match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => (one.to_bits() ^ other.to_bits()).leading_zeros(),
        (IpAddr::V6(one), IpAddr::V6(other)) => (one.to_bits() ^ other.to_bits()).leading_zeros(),
        _ => return None,
    };
    u8::try_from(zeros).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix(text: &str) -> Prefix {
        Prefix::parse(text).unwrap()
    }

    #[test]
    fn a_prefix_holds_what_begins_with_its_bits() {
        for (one, other, holds) in [
            ("10.0.0.0/8", "10.255.0.0/16", true),
            ("10.0.0.0/8", "10.0.0.0/8", true),
            ("10.0.0.0/8", "10.0.0.0/7", false),
            ("10.0.0.0/8", "11.0.0.0/8", false),
            ("0.0.0.0/0", "192.0.2.1", true),
            ("0.0.0.0/0", "2001:db8::/32", false),
            ("default", "2001:db8::/32", true),
            ("0.0.0.0/0", "default", true),
            ("10.0.0.0/8", "default", false),
            ("2001:db8::/33", "2001:db8:7fff::/48", true),
            ("2001:db8::/33", "2001:db8:8000::/48", false),
        ] {
            assert_eq!(prefix(one).holds(prefix(other)), holds, "{one} {other}");
        }
    }

    #[test]
    fn what_is_no_prefix_is_refused() {
        for text in " /8 10.0.0.0/33 ::/129 10.0.0.0/ ten 10.0.0.0/-1".split(' ') {
            assert_eq!(Prefix::parse(text), None, "{text}");
        }
    }
}
