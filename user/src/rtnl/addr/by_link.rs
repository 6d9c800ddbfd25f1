// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Links, each with its addresses.
//!
//! The kernel tells of all links and of all addresses, those of IPv4 first. Addresses are the fewer
//! bytes, so they are held; links are read in place.

use super::Addr;
use crate::kind::Payload;
use crate::netlink::{DumpRequest, Error, Spec};
use crate::object::{Client, Fields, ListQuery, Names, Nest, Object, Query};
use crate::rtnl::{Addrs, Kind, Link, LinkNamed, Links, SPEC};
use crate::wire::{self, Message};
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::time::Duration;

/// Addresses, each held as the bytes that the kernel sent.
#[derive(Clone, Debug)]
pub struct AddrsByLink {
    /// The addresses that are wanted, of each link that has any.
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
    /// Those of [`Client::list`] and [`Listing::next_object`](crate::object::Listing::next_object).
    pub fn read(client: &mut Client, query: &Addrs, timeout: Duration) -> Result<Self, Error> {
        let mut held = Self::new(query);
        let of_its_links = Addrs::from(query.choice.only(Kind::Addr, "dev"));
        let mut listing = client.list(of_its_links, timeout)?;
        listing.try_for_each(|addr| {
            held.take(query, addr);
            ControlFlow::<()>::Continue(())
        })?;
        held.interrupted = listing.is_interrupted();
        Ok(held)
    }

    /// A link without addresses is of no family and in no network, and none of its addresses has a label.
    fn new(query: &Addrs) -> Self {
        let is_labelled = query.choice.has(Kind::Addr, "label");
        Self {
            links: HashMap::new(),
            bare: query.choice.family == 0 && !query.choice.has_place() && !is_labelled,
            interrupted: false,
        }
    }

    fn take(&mut self, query: &Addrs, addr: &Addr<'_>) {
        let held = self.links.entry(addr.header.index).or_default();

        if query.choice.wants(&Payload::new(Kind::Addr, addr.payload)) {
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
        // Payloads were read once already, so each is an address.
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
    /// Links to list.
    pub links: Links,
    /// The addresses.
    pub addrs: &'g AddrsByLink,
}

impl<'g> Query for Interfaces<'g> {
    const SPEC: &'static Spec = &SPEC;
    type Object<'a> = Interface<'a, 'g>;

    fn op(&self) -> &'static str {
        self.links.op()
    }

    fn select<'a>(&self, message: &Message<'a>) -> Result<Option<Interface<'a, 'g>>, wire::Error> {
        let link = self.links.select(message)?;
        Ok(link.and_then(|link| self.join(link)))
    }
}

impl<'g> ListQuery for Interfaces<'g> {
    fn request(&self) -> Result<DumpRequest, Error> {
        self.links.request()
    }
}

impl<'g> Interfaces<'g> {
    /// Asks for the link that goes by `name`; `None` if it is not as it should be or has none of the addresses.
    ///
    /// # Errors
    ///
    /// As [`LinkNamed::get`].
    pub fn get<'c>(
        &self,
        name: &[u8],
        client: &'c mut Client,
        timeout: Duration,
    ) -> Result<Option<Interface<'c, 'g>>, Error> {
        let stats = self.links.stats;
        let link = LinkNamed { name, stats }.get(client, timeout)?;
        let is_wanted = self
            .links
            .choice
            .wants(&Payload::new(Kind::Link, link.payload()));
        Ok(self.join(link).filter(|_| is_wanted))
    }

    fn join<'a>(&self, link: Link<'a>) -> Option<Interface<'a, 'g>> {
        let addrs = self.addrs.of(link.header().index)?;

        Some(Interface { link, addrs })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::{Choice, Word};
    use crate::object::Numbers;

    /// 192.0.2.1/32, of global scope, of the link 7.
    const ADDR: [u8; 16] = [2, 32, 128, 0, 7, 0, 0, 0, 8, 0, 2, 0, 192, 0, 2, 1];

    /// Returns how many addresses of the links 7 and 8 are held for the word `name` and its argument, or that alone.
    fn held(name: &str, argument: &str) -> [Option<usize>; 2] {
        if let Some(choice) = Choice::default().with(Kind::Addr, name, argument) {
            return held_of(choice);
        }
        let mut choice = Choice::default();
        let read = |word: &Word| word.argument()?.read(argument, &Numbers::default());
        let bare = { Kind::Addr.bare_words() }.find_map(|word| Some((word, read(word)?)));
        let (word, operand) = bare.unwrap();
        choice.add(Kind::Addr, word, operand);
        held_of(choice)
    }

    fn held_of(choice: Choice) -> [Option<usize>; 2] {
        let query = Addrs::from(choice);
        let mut addrs = AddrsByLink::new(&query);
        addrs.take(&query, &Addr::from_payload(&ADDR).unwrap());

        [7, 8].map(|index| addrs.of(index).map(<[_]>::len))
    }

    #[test]
    fn links_are_there_with_their_addresses_or_without_any() {
        assert_eq!(held_of(Choice::default()), [Some(1), Some(0)]);
    }

    #[test]
    fn a_link_that_has_other_addresses_is_not_wanted() {
        assert_eq!(held("scope", "link"), [None, Some(0)]);
        assert_eq!(held("", "tentative"), [None, Some(0)]);
    }

    #[test]
    fn a_link_without_addresses_is_of_no_family_in_no_network_and_has_no_label() {
        assert_eq!(held_of(Choice::of_family(2)), [Some(1), None]);
        assert_eq!(held("to", "192.0.2.0/24"), [Some(1), None]);
        assert_eq!(held("", "192.0.2.1"), [Some(1), None]);
        assert_eq!(held("label", "*"), [None, None]);
    }
}
