// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Options of router advertisements that the kernel leaves to programs: `struct nduseroptmsg`, the
//! options as they came, and `NDUSEROPT_*`.
//!
//! C header: `include/uapi/linux/rtnetlink.h`; the options are those of RFC 4861 and RFC 8106.

mod domain;

use super::DEV_WIDTH;
use crate::kind::{describe, Facts, MessageTypes};
use crate::names::uapi::{NDUSEROPT_SRCADDR, RTM_NEWNDUSEROPT, RTNLGRP_ND_USEROPT};
use crate::object::attrs::{be32, ip, Index};
use crate::object::fields::{Fields, Nest, Value};
use crate::object::schema::Format;
use crate::object::{Names, Object};
use crate::wire;
use std::net::{IpAddr, Ipv6Addr};

/// Size of `struct nduseroptmsg`, in bytes.
const NDUSEROPTMSG: usize = 16;

/// Lengths of options count this many bytes.
const UNIT: usize = 8;
/// Servers of names (`ND_OPT_RDNSS`).
const RDNSS: u8 = 25;
/// Domains that names are looked up in (`ND_OPT_DNSSL`).
const DNSSL: u8 = 31;

/// Options of an advertisement.
#[derive(Clone, Debug)]
pub struct NdUserOpt<'a> {
    header: Nduseroptmsg,
    options: &'a [u8],
    attrs: Index<'a>,
}

/// The fixed part, `struct nduseroptmsg`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Nduseroptmsg {
    /// `AF_INET6`.
    pub family: u8,
    /// How many bytes of options follow.
    pub opts_len: u16,
    /// Index of the link that they came through.
    pub ifindex: u32,
    /// ICMPv6 type of the message that had the options: 134 is a router advertisement.
    pub icmp_type: u8,
    /// ICMPv6 code of the message.
    pub icmp_code: u8,
}

impl Nduseroptmsg {
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let [family, _, l0, l1, i0, i1, i2, i3, icmp_type, icmp_code, ..] =
            *bytes.first_chunk::<NDUSEROPTMSG>()?;

        Some(Self {
            family,
            opts_len: u16::from_ne_bytes([l0, l1]),
            ifindex: u32::from_ne_bytes([i0, i1, i2, i3]),
            icmp_type,
            icmp_code,
        })
    }
}

impl<'a> NdUserOpt<'a> {
    /// Reads the payload of an `RTM_NEWNDUSEROPT` message.
    ///
    /// # Errors
    ///
    /// [`wire::Error::Truncated`] when it is shorter than `struct nduseroptmsg` or than that says.
    pub fn from_payload(payload: &'a [u8]) -> Result<Self, wire::Error> {
        let header = Nduseroptmsg::from_bytes(payload).ok_or(wire::Error::Truncated)?;
        let (options, attrs) = payload[NDUSEROPTMSG..]
            .split_at_checked(header.opts_len.into())
            .ok_or(wire::Error::Truncated)?;

        Ok(Self {
            header,
            options,
            attrs: Index::new(attrs),
        })
    }

    /// Returns the fixed part.
    pub fn header(&self) -> &Nduseroptmsg {
        &self.header
    }

    /// Returns the options: types and what follows the length.
    pub fn options(&self) -> impl Iterator<Item = NdOption<'a>> {
        Options(self.options).map_while(Result::ok)
    }

    /// Returns the address of who sent them.
    pub fn source(&self) -> Option<IpAddr> {
        self.attrs.read(NDUSEROPT_SRCADDR, ip)
    }
}

/// An option: its type, and what follows its length.
pub type NdOption<'a> = (u8, &'a [u8]);

/// Splits a row of options; what is none is the last item, an error with the bytes.
struct Options<'a>(&'a [u8]);

impl<'a> Iterator for Options<'a> {
    type Item = Result<NdOption<'a>, &'a [u8]>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        match split_option(self.0) {
            Some((option, rest)) => {
                self.0 = rest;
                Some(Ok(option))
            }
            None => Some(Err(std::mem::take(&mut self.0))),
        }
    }
}

fn split_option(bytes: &[u8]) -> Option<(NdOption<'_>, &[u8])> {
    let [kind, units, ..] = *bytes else {
        return None;
    };
    let (option, rest) = bytes.split_at_checked(usize::from(units) * UNIT)?;

    Some(((kind, option.get(2..)?), rest))
}

impl Object for NdUserOpt<'_> {
    fn describe_head(&self, names: &mut Names, out: &mut dyn Fields) {
        out.column("dev", names.link(self.header.ifindex), DEV_WIDTH);
    }

    fn describe_rest(&self, _: &mut Names, out: &mut dyn Fields) {
        let mut attrs = self.attrs.taker();

        attrs.describe(NDUSEROPT_SRCADDR, "source", Format::Ip, out);
        out.open("options", Nest::Array);
        for option in Options(self.options) {
            out.open_item(Nest::Object);
            match option {
                Ok((kind, body)) => describe_option(kind, body, out),
                Err(rest) => describe_unknown(Value::Null, rest, out),
            }
            out.close();
        }
        out.close();
        out.details();
        out.field("icmp_type", Value::Number(self.header.icmp_type.into()));
        out.field("icmp_code", Value::Number(self.header.icmp_code.into()));
        attrs.finish(out);
    }
}

/// Tells an option; `body` is what follows its length.
fn describe_option(kind: u8, body: &[u8], out: &mut dyn Fields) {
    let known = match kind {
        RDNSS => describe_servers(body, out),
        DNSSL => describe_domains(body, out),
        _ => None,
    };
    if known.is_none() {
        describe_unknown(Value::Number(kind.into()), body, out);
    }
}

fn describe_unknown(kind: Value<'_>, bytes: &[u8], out: &mut dyn Fields) {
    out.field("type", kind);
    out.field("hex", Value::Bytes(bytes));
}

/// Tells the servers of names; `None` when that makes no sense, and then nothing.
fn describe_servers(body: &[u8], out: &mut dyn Fields) -> Option<()> {
    let (lifetime, servers) = split_lifetime(body)?;
    (servers.len() % 16 == 0).then_some(())?;

    out.field("type", Value::Word("rdnss"));
    out.open("servers", Nest::Array);
    for server in servers.chunks(16).filter_map(v6) {
        out.item(Value::Ip(server.into()));
    }
    out.close();
    out.field("lifetime", Value::Number(lifetime.into()));
    Some(())
}

/// Tells the domains; `None` when that makes no sense, and then nothing.
fn describe_domains(body: &[u8], out: &mut dyn Fields) -> Option<()> {
    let (lifetime, domains) = split_lifetime(body)?;
    let domains = domain::list(domains)?;

    out.field("type", Value::Word("dnssl"));
    out.open("domains", Nest::Array);
    for domain in &domains {
        out.item(Value::Name(domain));
    }
    out.close();
    out.field("lifetime", Value::Number(lifetime.into()));
    Some(())
}

/// Splits off how long it is true, in seconds, which follows two bytes without a meaning.
fn split_lifetime(body: &[u8]) -> Option<(u32, &[u8])> {
    let (lifetime, rest) = body.get(2..)?.split_at_checked(4)?;

    Some((be32(lifetime)?, rest))
}

fn v6(bytes: &[u8]) -> Option<Ipv6Addr> {
    <[u8; 16]>::try_from(bytes).ok().map(Ipv6Addr::from)
}

/// Facts of options of router advertisements.
pub(crate) const FACTS: Facts = Facts {
    name: "nduseropt",
    types: &[MessageTypes::only(RTM_NEWNDUSEROPT)],
    groups: &[RTNLGRP_ND_USEROPT],
    describe: |object, names, out| describe(NdUserOpt::from_payload(object.bytes()), names, out),
    link: |object| {
        let read = NdUserOpt::from_payload(object.bytes()).ok()?;
        Some(read.header.ifindex)
    },
    ..Facts::DEFAULT
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtnl::captures::{captured, described};
    use crate::rtnl::Kind;
    use serde_json::{json, Value as Json};

    /// Returns what is told of these options.
    fn options(options: &[u8]) -> Json {
        let mut payload = captured("nduseropt")[0][..NDUSEROPTMSG].to_vec();
        payload[2..4].copy_from_slice(&u16::try_from(options.len()).unwrap().to_ne_bytes());
        payload.extend_from_slice(options);
        described(Kind::Nduseropt, &payload).unwrap()["options"].take()
    }

    #[test]
    fn options_that_make_no_sense_are_told_in_hexadecimal() {
        // Half an address, and a label that goes beyond the end.
        let half = [RDNSS, 2, 0, 0, 0, 0, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8];
        let long = [DNSSL, 2, 0, 0, 0, 0, 0, 9, 9, b'a', 0, 0, 0, 0, 0, 0];

        for (bytes, kind, hex) in [
            (half, RDNSS, "0000000000090102030405060708"),
            (long, DNSSL, "0000000000090961000000000000"),
        ] {
            assert_eq!(options(&bytes), json!([{"type": kind, "hex": hex}]));
        }
    }

    #[test]
    fn what_is_no_option_is_told_and_ends_the_row() {
        // Options without a length, and longer than the row.
        for bad in [[1, 0, 0, 0, 0, 0, 0, 0], [1, 2, 0, 0, 0, 0, 0, 0]] {
            let good = [9, 1, 1, 2, 3, 4, 5, 6];
            let described = options(&[good, bad].concat());

            assert_eq!(described[0], json!({"type": 9, "hex": "010203040506"}));
            assert_eq!(described[1]["type"], Json::Null);
            assert_eq!(described.as_array().unwrap().len(), 2);
        }
    }

    #[test]
    fn fewer_bytes_than_it_says_are_refused() {
        let whole = captured("nduseropt")[2];
        let is_told =
            |len: usize| described(Kind::Nduseropt, &whole[..NDUSEROPTMSG + len]).is_some();

        assert!(!is_told(39) && is_told(40));
    }
}
