// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Arguments: what stands behind words that choose objects.

use super::{Linked, Operand};
use crate::object::{Numbering, Numbers};
use crate::rtnl::{Link, Prefix};
use std::net::IpAddr;

/// An argument of a word: what should stand behind it, and how that is read.
#[derive(Debug)]
pub struct Argument {
    /// Kind of value that is expected, as errors name it.
    pub(crate) noun: &'static str,
    /// Reads it; `None` where it is no such thing.
    pub(crate) read: fn(&str, &Numbers) -> Option<Operand>,
    /// Words that have one more behind them.
    pub(crate) leads: &'static [&'static str],
}

impl Argument {
    /// A number of 16 or 32 bits, decimal or, with `0x` before it, hexadecimal.
    pub(crate) const U16: Self = Self::new(RANGE, |text, _| numbered::<u16>(text));
    pub(crate) const U32: Self = Self::new(RANGE, |text, _| numbered::<u32>(text));

    /// A link by its name.
    pub(crate) const LINK: Self = Self::new("link", |name, _| link(name, index));
    /// A VRF by its name.
    pub const VRF: Self = Self::new("VRF", |name, _| {
        link(name, |link| link.vrf_table().and(index(link)))
    });
    /// A VRF by its name, for its table.
    pub(crate) const VRF_TABLE: Self =
        Self::new("VRF", |name, _| link(name, |link| link.vrf_table()));

    /// Any name.
    pub(crate) const NAME: Self = Self::new("name", |name, _| {
        Some(Operand::Name(name.as_bytes().to_vec()))
    });

    /// A prefix, or an address; `all` and `any` are every one.
    pub(crate) const PREFIX: Self = Self::new("prefix", |text, _| prefix(text));
    /// A prefix of which that of all addresses is one more: `all` and `any` are `default`.
    pub(crate) const DST: Self = Self::new("prefix", |text, _| one_prefix(text));
    /// The address of a next hop, or a prefix that it is in, maybe with its family before it.
    pub(crate) const VIA: Self = Self {
        noun: "address",
        read: |text, _| via(text),
        leads: &["inet", "inet6"],
    };

    /// A table of routes.
    pub(crate) const TABLE: Self =
        Self::new("table", |text, numbers| or_all(text, &numbers.tables));
    /// A scope of addresses or routes.
    pub(crate) const SCOPE: Self = Self::new("scope", |text, numbers| {
        or_all(text, &numbers.scopes).filter(is_byte)
    });
    /// A routing protocol (`RTPROT_*`).
    pub(crate) const PROTOCOL: Self = Self::new("routing protocol", |text, numbers| {
        or_all(text, &numbers.protocols).filter(is_byte)
    });
    /// Origin of an address (`IFAPROT_*`).
    pub(crate) const ADDR_PROTOCOL: Self = Self::new("origin of addresses", |text, numbers| {
        or_all(text, &numbers.addr_protocols).filter(is_byte)
    });
    /// A type of service.
    pub(crate) const TOS: Self = Self::new("type of service", |text, numbers| {
        named(text, &numbers.dsfields).filter(is_byte)
    });
    /// A group of links.
    pub(crate) const GROUP: Self = Self::new("group of links", |text, numbers| {
        named(text, &numbers.groups)
    });

    /// Returns one that `read` reads.
    pub(crate) const fn new(
        noun: &'static str,
        read: fn(&str, &Numbers) -> Option<Operand>,
    ) -> Self {
        Self {
            noun,
            read,
            leads: &[],
        }
    }

    /// Returns what it should be.
    pub fn noun(&self) -> &'static str {
        self.noun
    }

    /// Says whether one more word belongs to it where it begins with `word`.
    pub fn is_lead(&self, word: &str) -> bool {
        self.leads.contains(&word)
    }

    /// Returns what `text` asks for; `None` where it is no such thing.
    pub fn read(&self, text: &str, numbers: &Numbers) -> Option<Operand> {
        (self.read)(text, numbers)
    }
}

const RANGE: &str = "number of its range";

/// Reads a decimal or, with `0x` before it, hexadecimal number.
pub fn number<T: TryFrom<u64>>(text: &str) -> Option<T> {
    let number = match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok()?,
        None => text.parse().ok()?,
    };
    number.try_into().ok()
}

fn numbered<T: TryFrom<u64> + Into<u64>>(text: &str) -> Option<Operand> {
    number::<T>(text).map(|number| Operand::Number(number.into()))
}

fn named(text: &str, numbering: &Numbering) -> Option<Operand> {
    numbering
        .number(text)
        .map(|number| Operand::Number(number.into()))
}

fn or_all(text: &str, numbering: &Numbering) -> Option<Operand> {
    match text {
        "all" => Some(Operand::Any),
        text => named(text, numbering),
    }
}

fn is_byte(operand: &Operand) -> bool {
    !matches!(operand, Operand::Number(number) if *number > u8::MAX.into())
}

fn prefix(text: &str) -> Option<Operand> {
    match text {
        "all" | "any" => Some(Operand::Any),
        text => one_prefix(text),
    }
}

fn one_prefix(text: &str) -> Option<Operand> {
    Prefix::parse(text).map(|prefix| Operand::Prefix(prefix, text.contains('/')))
}

fn via(text: &str) -> Option<Operand> {
    let (family, address) = text.split_once(' ').unwrap_or(("", text));
    let operand = prefix(address)?;
    let is_of_family = match &operand {
        Operand::Prefix(Prefix { address, .. }, _) => match address {
            Some(IpAddr::V4(_)) => family != "inet6",
            Some(IpAddr::V6(_)) => family != "inet",
            None => false,
        },
        _ => false,
    };
    is_of_family.then_some(operand)
}

fn link(name: &str, number: fn(&Link<'_>) -> Option<u32>) -> Option<Operand> {
    Some(Operand::Link(Linked::called(name.as_bytes(), number)))
}

fn index(link: &Link<'_>) -> Option<u32> {
    Some(link.header().index)
}
