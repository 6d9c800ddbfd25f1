// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Which changes.

use super::criteria::Criteria;
use super::{Words, OP};
use nlhello::monitor::{Event, Kind, Kinds, Scope, What};
use nlhello::netlink::Error;
use nlhello::nlmon::Device;
use nlhello::rtnl::{route, Link, Names, Route, Rule};
use std::borrow::Cow;
use std::collections::VecDeque;
use std::ffi::OsString;
use std::net::IpAddr;

/// The kinds that are told if none is asked for.
const DEFAULT: [Kind; 6] = [
    Kind::Link,
    Kind::Addr,
    Kind::Route,
    Kind::Neigh,
    Kind::Rule,
    Kind::Prefix,
];

/// Which changes are wanted; what is `None` may be anything.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    kinds: Kinds,
    whats: Vec<What>,
    family: u8,
    table: Option<u32>,
    dev: Option<Dev>,
    criteria: Criteria,
    /// The links that `nlhello sniff` has made, or had.
    sniffers: VecDeque<u32>,
}

/// How many links that had a name are remembered.
const FORMER: usize = 1024;

/// Links by one of their names, and the indexes of those that have it or had it: what was on one that is gone
/// may be told after the next one has come.
#[derive(Clone, Debug)]
struct Dev {
    name: Vec<u8>,
    indexes: VecDeque<u32>,
}

impl Dev {
    /// Returns the index of `link` if that is one of its names.
    fn index_of(&self, link: &[u8]) -> Option<u32> {
        let link = Link::from_payload(link).ok()?;
        link.is_called(&self.name).then(|| link.header().index)
    }
}

fn learn_index(indexes: &mut VecDeque<u32>, index: u32) {
    if indexes.contains(&index) {
        return;
    }
    if indexes.len() == FORMER {
        indexes.pop_front();
    }
    indexes.push_back(index);
}

/// Returns the index of `link` if it is one that `nlhello sniff` has made.
fn sniffer(link: &[u8]) -> Option<u32> {
    let link = Link::from_payload(link).ok()?;
    let is_sniffer = link.kind() == Some(Device::KIND.as_bytes())
        && link
            .name()
            .is_some_and(|name| name.starts_with(Device::PREFIX.as_bytes()));

    is_sniffer.then(|| link.header().index)
}

impl Filter {
    /// Reads which changes are asked for.
    pub fn read(family: u8, words: &[OsString]) -> Result<Self, Error> {
        let mut words = Words::new(OP, words);
        let mut names = Names::new();
        let mut filter = Self {
            family,
            ..Self::default()
        };

        while let Some(word) = words.keyword() {
            match word {
                "new" => filter.whats.push(What::New),
                "change" => filter.whats.push(What::Change),
                "del" => filter.whats.push(What::Del),
                word => match Kind::of_name(word) {
                    Some(kind) => filter.kinds = filter.kinds | kind.into(),
                    None if filter.read_choice(word, &mut words, &mut names)? => {}
                    None => return Err(words.unknown(word)),
                },
            }
        }
        if filter.kinds.is_empty() {
            filter.kinds = DEFAULT.into_iter().collect();
        }
        Ok(filter)
    }

    /// Returns a filter for objects of one `kind` and `family`.
    pub fn of(kind: Kind, family: u8) -> Self {
        Self {
            kinds: kind.into(),
            family,
            table: (kind == Kind::Route).then_some(route::MAIN),
            ..Self::default()
        }
    }

    /// Reads which objects `word` asks for, with the words behind it; says whether it asks for any.
    pub fn read_choice(
        &mut self,
        word: &str,
        words: &mut Words<'_>,
        names: &mut Names,
    ) -> Result<bool, Error> {
        match word {
            "table" => self.table = words.table(names)?,
            "dev" => self.set_dev(words.value("dev")?),
            word => return self.criteria.read(word, words, names),
        }
        Ok(true)
    }

    /// Wants objects of the link called `name` only.
    pub fn set_dev(&mut self, name: &[u8]) {
        self.dev = Some(Dev {
            name: name.to_vec(),
            indexes: VecDeque::new(),
        });
    }

    /// Says whether a link is asked for by its name.
    pub fn has_dev(&self) -> bool {
        self.dev.is_some()
    }

    /// Notes which of all these `links` has the name that is asked for, if any has.
    pub fn find_dev<'l>(&mut self, mut links: impl Iterator<Item = Cow<'l, [u8]>>) {
        let Some(dev) = &mut self.dev else {
            return;
        };
        let index = links.find_map(|link| dev.index_of(&link));
        dev.indexes = index.into_iter().collect();
    }

    /// Returns the kinds that are wanted.
    pub fn kinds(&self) -> Kinds {
        self.kinds
    }

    /// Returns where all objects are that are wanted.
    pub fn scope(&self) -> Scope {
        let within = self.criteria.within();
        let family = match within.and_then(|prefix| prefix.address) {
            Some(IpAddr::V4(_)) if self.family == 0 => libc::AF_INET as u8,
            Some(IpAddr::V6(_)) if self.family == 0 => libc::AF_INET6 as u8,
            _ => self.family,
        };

        Scope {
            family,
            table: self.table,
            within,
        }
    }

    /// Notes which link has the name that is asked for.
    pub fn learn(&mut self, event: &Event<'_>) {
        if event.kind == Kind::Link && event.what != What::Del {
            self.learn_link(event.object);
        }
    }

    /// Notes that there is this `link`, which may have the name that is asked for.
    pub fn learn_link(&mut self, link: &[u8]) {
        if let Some(index) = sniffer(link) {
            learn_index(&mut self.sniffers, index);
        }
        if let Some(dev) = &mut self.dev {
            if let Some(index) = dev.index_of(link) {
                learn_index(&mut dev.indexes, index);
            }
        }
    }

    /// Says whether the change is wanted: what it was counts as much as what it is now, or else it
    /// would seem to be there still.
    pub fn wants(&self, event: &Event<'_>) -> bool {
        let is_wanted = |body| self.wants_object(event.kind, body);

        self.kinds.has(event.kind)
            && (self.whats.is_empty() || self.whats.contains(&event.what))
            && (is_wanted(event.body) || event.old.is_some_and(is_wanted))
    }

    /// Says whether the change is of a link that `nlhello sniff` has made, or on one: who watches is not
    /// told of who else does, unless the link is asked for by its name.
    pub fn hides(&self, event: &Event<'_>) -> bool {
        let is_of = |index: &u32| match event.kind {
            Kind::Link => sniffer(event.object) == Some(*index),
            kind => kind.is_on(event.body, *index),
        };

        self.dev.is_none() && self.sniffers.iter().any(is_of)
    }

    /// Says whether an object is wanted that is like this.
    pub fn wants_object(&self, kind: Kind, body: &[u8]) -> bool {
        self.wants_family(kind, body)
            && self.wants_table(kind, body)
            && self.wants_dev(kind, body)
            && self.criteria.wants(kind, body)
    }

    /// Links are of no family, next hops may be.
    fn wants_family(&self, kind: Kind, body: &[u8]) -> bool {
        self.family == 0
            || kind
                .family_of(body)
                .is_none_or(|family| family == self.family)
    }

    fn wants_table(&self, kind: Kind, body: &[u8]) -> bool {
        let Some(table) = self.table else {
            return true;
        };
        match kind {
            Kind::Route | Kind::Mroute => {
                Route::from_payload(body).is_ok_and(|route| route.table() == table)
            }
            Kind::Rule => Rule::from_payload(body).is_ok_and(|rule| rule.table() == table),
            _ => false,
        }
    }

    fn wants_dev(&self, kind: Kind, body: &[u8]) -> bool {
        match &self.dev {
            None => true,
            Some(dev) if kind == Kind::Link => dev.index_of(body).is_some(),
            Some(Dev { indexes, .. }) => indexes.iter().any(|index| kind.is_on(body, *index)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nlhello::monitor::Origin;

    const IFNAME: [u8; 8] = [6, 0, 3, 0, b'a', 0, 0, 0];

    fn event(kind: Kind, what: What, object: &[u8]) -> Event<'_> {
        Event {
            kind,
            what,
            object,
            body: object,
            old: None,
            origin: Origin::Event,
            by: 0,
        }
    }

    #[test]
    fn what_was_on_a_link_is_wanted_after_the_next_one_has_its_name() {
        let mut filter = Filter::of(Kind::Neigh, 0);
        filter.set_dev(b"a");
        for index in [7, 8] {
            let link = [&[0, 0, 0, 0, index][..], &[0; 11], &IFNAME].concat();
            filter.learn(&event(Kind::Link, What::New, &link));
        }
        let wants = |index| {
            let neigh = [2, 0, 0, 0, index, 0, 0, 0, 0, 0, 0, 0];
            filter.wants(&event(Kind::Neigh, What::Del, &neigh))
        };

        assert_eq!([7, 8, 9].map(wants), [true, true, false]);
    }

    /// Returns a link with this index, name and kind.
    fn link(index: u8, name: &[u8; 8], kind: &[u8; 5]) -> Vec<u8> {
        let info = [&[9, 0, 1, 0][..], kind, &[0; 3]].concat();
        let header = [&[0, 0, 0, 0, index, 0, 0, 0][..], &[0; 8]].concat();
        [&header[..], &[12, 0, 3, 0], name, &[16, 0, 18, 0], &info].concat()
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn what_sniff_has_made_is_hidden_with_all_that_is_on_it() {
        let links = [
            link(7, b"nlhello3", b"nlmon"),
            link(8, b"nlhello4", b"dummy"),
            link(9, b"nlmonit0", b"nlmon"),
        ];
        let neigh = |index| [2, 0, 0, 0, index, 0, 0, 0, 0, 0, 0, 0];
        let mut filter = Filter::default();
        for (number, link) in links.iter().enumerate() {
            let (new, is_first) = (event(Kind::Link, What::New, link), number == 0);
            filter.learn(&new);
            assert_eq!(filter.hides(&new), is_first);
            let neigh = neigh(7 + number as u8);
            assert_eq!(
                filter.hides(&event(Kind::Neigh, What::New, &neigh)),
                is_first
            );
        }
        filter.set_dev(b"nlhello3");
        assert!(!filter.hides(&event(Kind::Link, What::New, &links[0])));
    }
}
