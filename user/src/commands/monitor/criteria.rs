// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What is asked of an object besides its kind, its link and its table.

use super::Words;
use nlhello::monitor::Kind;
use nlhello::netlink::Error;
use nlhello::rtnl::{fdb, link, neigh, Addr, Entry, Link, Names, Neigh, Nexthop, Prefix};
use nlhello::rtnl::{route, Route, Rule};
use std::net::IpAddr;

/// What is asked of an object; what is `None` may be anything. Where a kind knows no such thing, no
/// object of it is wanted.
#[derive(Clone, Debug, Default)]
pub struct Criteria {
    up: Option<bool>,
    of_type: Option<String>,
    protocol: Option<Protocol>,
    state: Option<States>,
    within: Option<Prefix>,
    to: Option<Prefix>,
    exactly: Option<Exactly>,
    via: Option<IpAddr>,
    id: Option<u32>,
    priority: Option<u32>,
}

/// Who made it: addresses have other names for that than all else.
#[derive(Clone, Copy, Debug)]
struct Protocol {
    /// `IFAPROT_*`.
    of_addrs: Option<u8>,
    /// `RTPROT_*`.
    of_others: Option<u8>,
}

/// States, any of which will do; 0 is none.
#[derive(Clone, Copy, Debug, Default)]
struct States {
    /// A bit for each `IF_OPER_*`.
    of_links: u8,
    /// See [`neigh::state_of`].
    of_neighs: u16,
    /// See [`fdb::state_of`].
    of_fdb: u16,
}

/// An address or prefix without a keyword: just this one.
#[derive(Clone, Copy, Debug)]
struct Exactly {
    prefix: Prefix,
    /// Whether a length was said: an address may have any, if not.
    has_len: bool,
}

impl Criteria {
    /// Reads what `word` asks for, with the words behind it; says whether it asks for anything.
    pub fn read(
        &mut self,
        word: &str,
        words: &mut Words<'_>,
        names: &mut Names,
    ) -> Result<bool, Error> {
        match word {
            "up" => self.up = Some(true),
            "down" => self.up = Some(false),
            "type" => self.of_type = Some(words.read(word, "type", |kind| Some(kind.to_owned()))?),
            "proto" | "protocol" => self.protocol = Some(protocol(words, names)?),
            "state" | "nud" => {
                let state = words.read(word, "state of a link or a neighbour", States::parse)?;
                self.state = Some(self.state.unwrap_or_default().or(state));
            }
            "within" => self.within = Some(words.read(word, "prefix", Prefix::parse)?),
            "to" => self.to = Some(words.read(word, "prefix", Prefix::parse)?),
            "via" => self.via = Some(words.address(word)?),
            "id" => self.id = Some(words.number(word)?),
            "pref" | "priority" => self.priority = Some(words.number(word)?),
            word => match Exactly::parse(word) {
                Some(exactly) => self.exactly = Some(exactly),
                None => return Ok(false),
            },
        }
        Ok(true)
    }

    /// Returns a prefix that all addresses and destinations are within that are wanted, if there is one.
    pub fn within(&self) -> Option<Prefix> {
        let exactly = self.exactly.map(|exactly| exactly.prefix);

        exactly.or(self.to).or(self.within)
    }

    /// Says whether the object of this `kind` with this `body` is as it should be.
    pub fn wants(&self, kind: Kind, body: &[u8]) -> bool {
        is_any_or(self.up, |up| is_up(kind, body) == Some(up))
            && is_any_or(self.of_type.as_deref(), |name| is_of_type(kind, body, name))
            && is_any_or(self.protocol, |protocol| protocol.made(kind, body))
            && is_any_or(self.state, |states| states.has(kind, body))
            && is_any_or(self.within, |prefix| is_within(kind, body, prefix))
            && is_any_or(self.to, |prefix| goes_to(kind, body, prefix))
            && is_any_or(self.exactly, |exactly| exactly.is(kind, body))
            && is_any_or(self.via, |via| via_of(kind, body) == Some(via))
            && is_any_or(self.id, |id| id_of(kind, body) == Some(id))
            && is_any_or(self.priority, |own| priority_of(kind, body) == Some(own))
    }
}

fn is_any_or<T>(wanted: Option<T>, is_so: impl FnOnce(T) -> bool) -> bool {
    wanted.is_none_or(is_so)
}

fn protocol(words: &mut Words<'_>, names: &mut Names) -> Result<Protocol, Error> {
    words.read("proto", "protocol", |value| {
        let numbers = names.numbers();
        let [of_addrs, of_others] = [&numbers.addr_protocols, &numbers.protocols].map(|known| {
            known
                .number(value)
                .and_then(|number| number.try_into().ok())
        });

        (of_addrs.is_some() || of_others.is_some()).then_some(Protocol {
            of_addrs,
            of_others,
        })
    })
}

impl Protocol {
    fn made(self, kind: Kind, body: &[u8]) -> bool {
        let (made, wanted) = match kind {
            Kind::Addr => (protocol_of_addr(body), self.of_addrs),
            Kind::Route => (
                Route::from_payload(body).map(|r| r.header().protocol).ok(),
                self.of_others,
            ),
            Kind::Nexthop => (
                Nexthop::from_payload(body)
                    .map(|hop| hop.header().protocol)
                    .ok(),
                self.of_others,
            ),
            Kind::Neigh => (
                Neigh::from_payload(body).map(|neigh| neigh.protocol()).ok(),
                self.of_others,
            ),
            Kind::Rule => (
                Rule::from_payload(body).ok().and_then(|r| r.protocol()),
                self.of_others,
            ),
            _ => (None, None),
        };
        made.is_some() && made == wanted
    }
}

fn protocol_of_addr(body: &[u8]) -> Option<u8> {
    Addr::from_payload(body).map(|addr| addr.protocol()).ok()
}

impl States {
    /// Reads a state by the word that `ip` or `bridge` has for it.
    fn parse(word: &str) -> Option<Self> {
        let of_links = link::operstate_of(word).map(|state| 1 << state);
        let of_neighs = neigh::state_of(word);
        let of_fdb = fdb::state_of(word);

        (of_links.is_some() || of_neighs.is_some() || of_fdb.is_some()).then_some(Self {
            of_links: of_links.unwrap_or_default(),
            of_neighs: of_neighs.unwrap_or_default(),
            of_fdb: of_fdb.unwrap_or_default(),
        })
    }

    fn or(self, other: Self) -> Self {
        Self {
            of_links: self.of_links | other.of_links,
            of_neighs: self.of_neighs | other.of_neighs,
            of_fdb: self.of_fdb | other.of_fdb,
        }
    }

    fn has(self, kind: Kind, body: &[u8]) -> bool {
        let of_links = |state| 1u8.checked_shl(u32::from(state)).unwrap_or_default();

        match kind {
            Kind::Link => Link::from_payload(body)
                .ok()
                .and_then(|link| link.operstate())
                .is_some_and(|state| self.of_links & of_links(state) != 0),
            Kind::Neigh => Neigh::from_payload(body).is_ok_and(|neigh| neigh.is_in(self.of_neighs)),
            Kind::Fdb => {
                Entry::from_payload(body).is_ok_and(|entry| entry.header().state & self.of_fdb != 0)
            }
            _ => false,
        }
    }
}

impl Exactly {
    /// Reads an address, a prefix or `default`.
    fn parse(word: &str) -> Option<Self> {
        match word {
            // They are the same to `ip`, but these say more of tables and states than of places.
            "all" | "any" => None,
            word => Prefix::parse(word).map(|prefix| Self {
                prefix,
                has_len: word.contains('/'),
            }),
        }
    }

    fn is(self, kind: Kind, body: &[u8]) -> bool {
        let Self { prefix, has_len } = self;

        match kind {
            Kind::Addr => Addr::from_payload(body).is_ok_and(|addr| {
                let is_len = !has_len || prefix.len == addr.header().prefixlen;
                is_len && prefix.address.is_some() && prefix.address == addr.local()
            }),
            Kind::Route => {
                Route::from_payload(body).is_ok_and(|route| is_same(prefix, route.prefix()))
            }
            Kind::Rule => Rule::from_payload(body)
                .ok()
                .and_then(|rule| rule.dst())
                .is_some_and(|dst| is_same(prefix, dst)),
            kind => is_within(kind, body, prefix),
        }
    }
}

fn is_same(one: Prefix, other: Prefix) -> bool {
    one.holds(other) && other.holds(one)
}

/// Says whether the object is at an address in `prefix`, or about addresses in it alone: an address, a
/// neighbour, the gateway of a next hop, the destination of a route, one of both sides of a rule.
fn is_within(kind: Kind, body: &[u8], prefix: Prefix) -> bool {
    let contains = |address: Option<IpAddr>| address.is_some_and(|own| prefix.contains(own));
    let holds = |other: Option<Prefix>| other.is_some_and(|other| prefix.holds(other));

    match kind {
        Kind::Addr => Addr::from_payload(body).is_ok_and(|addr| contains(addr.local())),
        Kind::Neigh => Neigh::from_payload(body).is_ok_and(|neigh| contains(neigh.dst())),
        Kind::Nexthop => Nexthop::from_payload(body).is_ok_and(|hop| contains(hop.gateway())),
        Kind::Route => Route::from_payload(body).is_ok_and(|route| prefix.holds(route.prefix())),
        Kind::Rule => {
            Rule::from_payload(body).is_ok_and(|rule| holds(rule.src()) || holds(rule.dst()))
        }
        _ => false,
    }
}

/// What `to` is to the show commands: a route to just that prefix, a rule for packets to there, an
/// address in it.
fn goes_to(kind: Kind, body: &[u8], prefix: Prefix) -> bool {
    match kind {
        Kind::Route => Route::from_payload(body).is_ok_and(|route| is_same(prefix, route.prefix())),
        Kind::Rule => Rule::from_payload(body)
            .ok()
            .and_then(|rule| rule.dst())
            .is_some_and(|dst| prefix.holds(dst)),
        kind => is_within(kind, body, prefix),
    }
}

fn is_up(kind: Kind, body: &[u8]) -> Option<bool> {
    match kind {
        Kind::Link => Link::from_payload(body).map(|link| link.is_up()).ok(),
        _ => None,
    }
}

/// Links are of types such as `veth`, routes such as `blackhole`.
fn is_of_type(kind: Kind, body: &[u8], name: &str) -> bool {
    match kind {
        Kind::Link => {
            Link::from_payload(body).is_ok_and(|link| link.kind() == Some(name.as_bytes()))
        }
        Kind::Route => Route::from_payload(body)
            .is_ok_and(|route| route::type_of(name) == Some(route.header().kind)),
        _ => false,
    }
}

fn via_of(kind: Kind, body: &[u8]) -> Option<IpAddr> {
    match kind {
        Kind::Route => Route::from_payload(body).ok()?.via(),
        Kind::Nexthop => Nexthop::from_payload(body).ok()?.gateway(),
        _ => None,
    }
}

fn id_of(kind: Kind, body: &[u8]) -> Option<u32> {
    match kind {
        Kind::Nexthop => Nexthop::from_payload(body).map(|hop| hop.id()).ok(),
        _ => None,
    }
}

fn priority_of(kind: Kind, body: &[u8]) -> Option<u32> {
    match kind {
        Kind::Rule => Rule::from_payload(body).map(|rule| rule.priority()).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsString;

    /// A route to 10.1.0.0/16, in table main, made by `kernel`.
    const ROUTE: [u8; 20] = [
        2, 16, 0, 0, 254, 2, 0, 1, 0, 0, 0, 0, 8, 0, 1, 0, 10, 1, 0, 0,
    ];
    /// The default route, made by `static`.
    const DEFAULT: [u8; 12] = [2, 0, 0, 0, 254, 4, 0, 1, 0, 0, 0, 0];
    /// 10.1.0.1/24, made by `kernel_lo`.
    const ADDR: [u8; 24] = [
        2, 24, 0, 0, 7, 0, 0, 0, 8, 0, 2, 0, 10, 1, 0, 1, 5, 0, 11, 0, 1, 0, 0, 0,
    ];
    /// 10.1.0.9, `REACHABLE`.
    const NEIGH: [u8; 20] = [2, 0, 0, 0, 7, 0, 0, 0, 2, 0, 0, 1, 8, 0, 1, 0, 10, 1, 0, 9];
    /// Up and `LOWERLAYERDOWN`.
    const LINK: [u8; 24] = [
        0, 0, 1, 0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 5, 0, 16, 0, 3, 0, 0, 0,
    ];
    /// For packets from 10.2.0.0/16, at 100.
    const RULE: [u8; 28] = [
        2, 0, 16, 0, 254, 0, 0, 1, 0, 0, 0, 0, 8, 0, 2, 0, 10, 2, 0, 0, 8, 0, 6, 0, 100, 0, 0, 0,
    ];

    fn criteria(line: &str) -> Result<Criteria, Error> {
        let all: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let (mut words, mut names) = (Words::new("test", &all), Names::closed());
        let mut criteria = Criteria::default();
        while let Some(word) = words.keyword() {
            if !criteria.read(word, &mut words, &mut names)? {
                return Err(words.unknown(word));
            }
        }
        Ok(criteria)
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn an_object_is_chosen_by_what_its_kind_knows() {
        for (line, kind, body, is_wanted) in [
            ("within 10.0.0.0/8", Kind::Route, &ROUTE[..], true),
            ("within 10.0.0.0/8", Kind::Route, &DEFAULT, false),
            ("within 10.1.0.0/17", Kind::Route, &ROUTE, false),
            ("within default", Kind::Route, &DEFAULT, true),
            ("within ::/0", Kind::Route, &DEFAULT, false),
            ("within 10.0.0.0/8", Kind::Addr, &ADDR, true),
            ("within 10.1.0.2/32", Kind::Addr, &ADDR, false),
            ("within 10.0.0.0/8", Kind::Neigh, &NEIGH, true),
            ("within 10.0.0.0/8", Kind::Rule, &RULE, true),
            ("within 10.1.0.0/16", Kind::Rule, &RULE, false),
            ("within 0.0.0.0/0", Kind::Link, &LINK, false),
            ("10.1.0.0/16", Kind::Route, &ROUTE, true),
            ("10.0.0.0/8", Kind::Route, &ROUTE, false),
            ("default", Kind::Route, &DEFAULT, true),
            ("default", Kind::Route, &ROUTE, false),
            ("0.0.0.0/0", Kind::Route, &DEFAULT, true),
            ("::/0", Kind::Route, &DEFAULT, false),
            ("10.1.0.1", Kind::Addr, &ADDR, true),
            ("10.1.0.1/24", Kind::Addr, &ADDR, true),
            ("10.1.0.1/32", Kind::Addr, &ADDR, false),
            ("10.1.0.0/24", Kind::Addr, &ADDR, false),
            ("to 10.1.0.0/24", Kind::Addr, &ADDR, true),
            ("to 10.0.0.0/8", Kind::Route, &ROUTE, false),
            ("10.1.0.9", Kind::Neigh, &NEIGH, true),
            ("state reachable", Kind::Neigh, &NEIGH, true),
            ("nud stale state reachable", Kind::Neigh, &NEIGH, true),
            ("state stale", Kind::Neigh, &NEIGH, false),
            ("state lowerlayerdown", Kind::Link, &LINK, true),
            ("state UP", Kind::Link, &LINK, false),
            ("type unicast", Kind::Route, &ROUTE, true),
            ("type blackhole", Kind::Route, &ROUTE, false),
            ("type veth", Kind::Link, &LINK, false),
            ("up", Kind::Link, &LINK, true),
            ("down", Kind::Link, &LINK, false),
            ("up", Kind::Route, &ROUTE, false),
            ("proto kernel", Kind::Route, &ROUTE, true),
            ("proto 4", Kind::Route, &DEFAULT, true),
            ("proto kernel", Kind::Route, &DEFAULT, false),
            ("proto kernel_lo", Kind::Addr, &ADDR, true),
            ("proto 1", Kind::Addr, &ADDR, true),
            ("proto kernel_lo", Kind::Route, &ROUTE, false),
            ("proto kernel", Kind::Link, &LINK, false),
            ("pref 100", Kind::Rule, &RULE, true),
            ("pref 101", Kind::Rule, &RULE, false),
        ] {
            let wants = criteria(line).unwrap().wants(kind, body);
            assert_eq!(wants, is_wanted, "{line}: {kind:?}");
        }
    }

    #[test]
    fn words_that_mean_nothing_are_refused() {
        for line in [
            "state sleeping",
            "state",
            "proto nobody",
            "within 10.0.0.0/33",
            "within",
            "10.0.0.0/33",
            "all",
            "eth0",
        ] {
            assert!(criteria(line).is_err(), "{line}");
        }
    }
}
