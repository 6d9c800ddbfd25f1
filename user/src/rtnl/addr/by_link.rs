// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Links, each with its addresses.
//!
//! The kernel tells of all links and of all addresses, those of IPv4 first. Addresses are the fewer
//! bytes, so they are held; links are read in place.

use super::{Addr, Addrs};
use crate::netlink::{Error, Request};
use crate::rtnl::{Client, Fields, Link, Links, Names, Nest, Object, Query};
use crate::wire::{self, Message};
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::time::Duration;

/// Addresses, each held as the bytes that the kernel sent.
#[derive(Clone, Debug)]
pub struct AddrsByLink {
    /// Those that are wanted of each link that has any.
    links: HashMap<u32, Vec<Box<[u8]>>>,
    /// Whether a link without addresses is wanted.
    bare: bool,
    interrupted: bool,
}

impl AddrsByLink {
    /// Reads the addresses that `query` asks for.
    ///
    /// # Errors
    ///
    /// Those of [`Client::list`] and [`Listing::next_object`](crate::rtnl::Listing::next_object).
    pub fn read(client: &mut Client, query: &Addrs, timeout: Duration) -> Result<Self, Error> {
        let mut held = Self::new(query);
        let of_its_links = Addrs {
            family: query.family,
            index: query.index,
            ..Addrs::default()
        };
        let mut listing = client.list(of_its_links, timeout)?;
        listing.try_for_each(|addr| {
            held.take(query, addr);
            ControlFlow::<()>::Continue(())
        })?;
        held.interrupted = listing.is_interrupted();
        Ok(held)
    }

    fn new(query: &Addrs) -> Self {
        Self {
            links: HashMap::new(),
            bare: query.family == 0 && query.to.is_none(),
            interrupted: false,
        }
    }

    fn take(&mut self, query: &Addrs, addr: &Addr<'_>) {
        let held = self.links.entry(addr.header.index).or_default();

        if query.matches(addr) {
            held.push(addr.payload.into());
        }
    }

    /// Says whether the addresses changed while they were read; see
    /// [`Table::is_interrupted`](crate::netlink::Table::is_interrupted).
    pub fn is_interrupted(&self) -> bool {
        self.interrupted
    }

    /// Returns the addresses of the link with this index; `None` where the link is not wanted: it
    /// has addresses, but others.
    fn of(&self, index: u32) -> Option<&[Box<[u8]>]> {
        match self.links.get(&index) {
            Some(held) => (!held.is_empty()).then_some(held),
            None => self.bare.then_some(&[]),
        }
    }
}

/// A link and its addresses.
#[derive(Clone, Debug)]
pub struct Interface<'a, 'g> {
    link: Link<'a>,
    addrs: &'g [Box<[u8]>],
}

impl<'a, 'g> Interface<'a, 'g> {
    /// Returns the link.
    pub fn link(&self) -> &Link<'a> {
        &self.link
    }

    /// Returns its addresses.
    pub fn addrs(&self) -> impl Iterator<Item = Addr<'g>> {
        // They were read before, so each can be read.
        self.addrs
            .iter()
            .flat_map(|payload| Addr::from_payload(payload))
    }
}

impl Object for Interface<'_, '_> {
    fn describe_head(&self, names: &mut Names, out: &mut dyn Fields) {
        self.link.describe_head(names, out);
    }

    fn describe_rest(&self, names: &mut Names, out: &mut dyn Fields) {
        self.link.describe_rest(names, out);
        out.open("addr_info", Nest::Array);
        for addr in self.addrs() {
            out.open_item(Nest::Object);
            addr.describe_in_link(names, out);
            out.close();
        }
        out.close();
    }
}

/// A question for links that have the addresses that are wanted.
#[derive(Clone, Debug)]
pub struct Interfaces<'g> {
    /// Which links.
    pub links: Links,
    /// The addresses.
    pub addrs: &'g AddrsByLink,
}

impl<'g> Query for Interfaces<'g> {
    type Object<'a> = Interface<'a, 'g>;

    fn op(&self) -> &'static str {
        self.links.op()
    }

    fn request(&self) -> Result<Request, Error> {
        self.links.request()
    }

    fn select<'a>(&self, message: &Message<'a>) -> Result<Option<Interface<'a, 'g>>, wire::Error> {
        let link = self.links.select(message)?;
        Ok(link.and_then(|link| self.join(link)))
    }
}

impl<'g> Interfaces<'g> {
    /// Asks for the one link that goes by [`links.name`](Links::name); `None` if it is not as it
    /// should be or has none of the addresses.
    ///
    /// # Errors
    ///
    /// As [`Links::get`].
    pub fn get<'c>(
        &self,
        client: &'c mut Client,
        timeout: Duration,
    ) -> Result<Option<Interface<'c, 'g>>, Error> {
        let link = self.links.get(client, timeout)?;
        Ok(link.and_then(|link| self.join(link)))
    }

    fn join<'a>(&self, link: Link<'a>) -> Option<Interface<'a, 'g>> {
        let addrs = self.addrs.of(link.header().index)?;

        Some(Interface { link, addrs })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtnl::Prefix;

    /// 192.0.2.1/32, of global scope, of the link 7.
    const ADDR: [u8; 16] = [2, 32, 128, 0, 7, 0, 0, 0, 8, 0, 2, 0, 192, 0, 2, 1];

    /// Returns how many addresses of the links 7 and 8 are held for `query`.
    fn held(query: &Addrs) -> [Option<usize>; 2] {
        let mut addrs = AddrsByLink::new(query);
        addrs.take(query, &Addr::from_payload(&ADDR).unwrap());

        [7, 8].map(|index| addrs.of(index).map(<[_]>::len))
    }

    #[test]
    fn links_are_there_with_their_addresses_or_without_any() {
        assert_eq!(held(&Addrs::default()), [Some(1), Some(0)]);
    }

    #[test]
    fn a_link_that_has_other_addresses_is_not_wanted() {
        let link_local = Addrs {
            scope: Some(253),
            ..Addrs::default()
        };
        assert_eq!(held(&link_local), [None, Some(0)]);
    }

    #[test]
    fn a_link_without_addresses_is_of_no_family_and_in_no_network() {
        let v4 = Addrs {
            family: 2,
            ..Addrs::default()
        };
        assert_eq!(held(&v4), [Some(1), None]);

        let network = Addrs {
            to: Prefix::parse("192.0.2.0/24"),
            ..Addrs::default()
        };
        assert_eq!(held(&network), [Some(1), None]);
    }
}
