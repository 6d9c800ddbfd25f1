// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Changes chosen by words.

use super::{Words, OP};
use crate::commands::choice::{ChosenWord, Purpose};
use nlhello::kind::{note_recent, Choice};
use nlhello::monitor::{Action, Event, Kind, Kinds, Payload, Scope};
use nlhello::netlink::Error;
use nlhello::nlmon::Device;
use nlhello::rtnl::{Link, LinkNames};
use std::borrow::Cow;
use std::collections::VecDeque;
use std::ffi::OsString;

/// Changes that are wanted, by kind and by words.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    kinds: Kinds,
    whats: Vec<Action>,
    choice: Choice,
    /// The links that `nlhello sniff` has made, or had.
    sniffers: VecDeque<u32>,
}

/// Returns the index of `link` if it is one that `nlhello sniff` has made.
fn sniffer(link: &Link<'_>) -> Option<u32> {
    let is_named = link.name()?.starts_with(Device::PREFIX.as_bytes());
    let is_sniffer = is_named && link.kind() == Some(Device::KIND.as_bytes());

    is_sniffer.then(|| link.header().index)
}

impl EventFilter {
    /// Reads which changes are asked for.
    pub fn read(family: u8, words: &[OsString]) -> Result<Self, Error> {
        let (mut filter, said) = Self::read_words(family, words)?;
        filter.choose(&said, |_| false)?;
        Ok(filter)
    }

    /// Reads which changes were asked for when a record was made.
    ///
    /// Words that are of other kinds than those that were asked for were taken then: nothing is told with them.
    pub fn read_recorded(family: u8, words: &[OsString]) -> Result<Self, Error> {
        let (mut filter, said) = Self::read_words(family, words)?;
        filter.choose(&said, |said| said.is_known())?;
        Ok(filter)
    }

    /// Fails if events are asked for that the kernel does not send.
    pub fn check_received(&self) -> Result<(), Error> {
        let unreceived = |kind: Kind| Some((kind, kind.why_unreceived()?));

        match self.kinds.iter().find_map(unreceived) {
            None => Ok(()),
            Some((kind, reason)) => Err(Error::usage(OP, format!("'{}': {reason}", kind.name()))
                .hint("with --recheck SECS they are read again and again")),
        }
    }

    fn read_words(family: u8, words: &[OsString]) -> Result<(Self, Vec<ChosenWord<'_>>), Error> {
        let mut words = Words::new(OP, words);
        let mut filter = Self {
            choice: Choice::of_family(family),
            ..Self::default()
        };
        let mut said = Vec::new();

        while let Some(word) = words.word() {
            match std::str::from_utf8(word).unwrap_or_default() {
                "new" => filter.whats.push(Action::New),
                "change" => filter.whats.push(Action::Change),
                "del" => filter.whats.push(Action::Del),
                text => match Kind::of_name(text) {
                    Some(kind) => filter.kinds = filter.kinds | kind.into(),
                    None => said.push(ChosenWord::read(word, &mut words, Kind::ALL)?),
                },
            }
        }
        if filter.kinds.is_empty() {
            let all = Kind::ALL.iter().copied();
            filter.kinds = all.filter(|kind| kind.is_usual_to_watch()).collect();
        }
        Ok((filter, said))
    }

    /// Chooses what was `said`; a word that none of the kinds knows excludes all of them if it `may_exclude`.
    fn choose(
        &mut self,
        said: &[ChosenWord<'_>],
        may_exclude: impl Fn(&ChosenWord<'_>) -> bool,
    ) -> Result<(), Error> {
        let kinds: Vec<_> = self.kinds.iter().collect();
        let mut links = LinkNames::new();

        said.iter().try_for_each(|said| {
            said.choose(&kinds, Purpose::Watch, &mut self.choice, &mut links)
                .or_else(|error| may_exclude(said).then_some(()).ok_or(error))
        })
    }

    /// Returns a filter for objects of one kind, that are chosen.
    pub fn of(kind: Kind, choice: Choice) -> Self {
        Self {
            kinds: kind.into(),
            choice,
            ..Self::default()
        }
    }

    /// Says whether it depends on the names of links which changes are wanted.
    pub fn follows_links(&self) -> bool {
        self.choice.follows_links()
    }

    /// Notes which of all these `links` have the names that are asked for.
    pub fn find_links<'l>(&mut self, links: impl Iterator<Item = Cow<'l, [u8]>>) {
        self.choice.forget_links();
        for link in links {
            if let Ok(link) = Link::from_payload(&link) {
                self.choice.learn_link(&link);
            }
        }
    }

    /// Returns the kinds that are wanted.
    pub fn kinds(&self) -> Kinds {
        self.kinds
    }

    /// Returns where all objects are that are wanted.
    pub fn scope(&self) -> Scope {
        self.choice.scope()
    }

    /// Notes that there is this `link`, which may have a name that is asked for.
    pub fn learn_link(&mut self, link: &Link<'_>) {
        if let Some(index) = sniffer(link) {
            note_recent(&mut self.sniffers, index);
        }
        self.choice.learn_link(link);
    }

    /// Says whether the change is wanted: what it was counts as much as what it is now, or else it
    /// would seem to be there still.
    pub fn wants(&self, event: &Event<'_>) -> bool {
        let is_wanted = |object| self.choice.wants(object);

        self.kinds.has(event.kind())
            && (self.whats.is_empty() || self.whats.contains(&event.what))
            && (is_wanted(event.body) || event.old.is_some_and(is_wanted))
    }

    /// Says whether the change is of a link that `nlhello sniff` has made, or on one: who watches is not
    /// told of who else does, unless the link is asked for by its name.
    pub fn hides(&self, event: &Event<'_>) -> bool {
        let link = || Link::of(event.object).ok();
        let is_of = |index: &u32| match event.kind() {
            Kind::Link => link().and_then(|link| sniffer(&link)) == Some(*index),
            _ => event.body.is_on(*index),
        };

        !self.choice.names_link() && self.sniffers.iter().any(is_of)
    }

    /// Says whether an object is wanted that is like this.
    pub fn wants_object(&self, object: &Payload<'_>) -> bool {
        self.choice.wants(object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    /// All kinds of which it is kept what there is.
    const KEPT: &str = "link addr route neigh rule nexthop fdb";

    fn filter(line: &str) -> Result<EventFilter, Error> {
        let words: Vec<_> = line.split_whitespace().map(OsString::from).collect();
        EventFilter::read(0, &words)
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
            let filter = filter(&format!("{KEPT} {line}")).unwrap();
            let wants = filter.wants_object(&Payload::new(kind, body));
            assert_eq!(wants, is_wanted, "{line}: {kind:?}");
        }
    }

    #[test]
    fn words_that_mean_nothing_are_refused() {
        let lines = "state sleeping, state, proto nobody, within 10.0.0.0/33, within, 10.0.0.0/33, all, eth0, \
                     link eth0, via inet6 10.0.0.1, metric -1";
        for line in lines.split(", ") {
            assert!(filter(line).unwrap_err().is_usage, "{line}");
        }
    }

    #[test]
    fn a_word_that_no_event_is_chosen_by_is_refused_with_the_reason() {
        for (line, reason) in [
            ("neigh unused", "'unused': how many use a neighbour changes"),
            (
                "neigh master va",
                "'master': an event of a neighbour does not",
            ),
            ("route cache", "'cache': the kernel does not tell"),
            ("nexthop vrf va", "'vrf': an event of a next hop does not"),
            ("addr up", "'up' is no word of addr"),
            ("neigh rule metric 7", "'metric' is no word of neigh, rule"),
            ("link state stale", "'state': 'stale' is no state of a link"),
        ] {
            let error = filter(line).unwrap_err();
            assert!(error.message.starts_with(reason), "{line}: {error}");
        }
        assert!(filter("link neigh master va").is_ok());
        assert!(filter("link neigh state stale").is_ok());
    }

    const IFNAME: [u8; 8] = [6, 0, 3, 0, b'a', 0, 0, 0];

    #[test]
    fn what_was_on_a_link_is_wanted_after_the_next_one_has_its_name() {
        let mut filter = filter("neigh dev a").unwrap();
        for index in [7, 8] {
            let link = [&[0, 0, 0, 0, index][..], &[0; 11], &IFNAME].concat();
            filter.learn_link(&Link::from_payload(&link).unwrap());
        }
        let wants = |index| {
            let neigh = [2, 0, 0, 0, index, 0, 0, 0, 0, 0, 0, 0];
            let neigh = Payload::new(Kind::Neigh, &neigh);
            filter.wants(&Event::alone(Action::Del, &neigh, 0))
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
        let mut filter = EventFilter::default();
        let hides = |filter: &EventFilter, kind: Kind, bytes: &[u8]| {
            filter.hides(&Event::alone(Action::New, &Payload::new(kind, bytes), 0))
        };
        for (number, link) in links.iter().enumerate() {
            filter.learn_link(&Link::from_payload(link).unwrap());
            assert_eq!(hides(&filter, Kind::Link, link), number == 0);
            let neigh = neigh(7 + number as u8);
            assert_eq!(hides(&filter, Kind::Neigh, &neigh), number == 0);
        }
        filter.choice = super::tests::filter("dev nlhello3").unwrap().choice;
        assert!(!hides(&filter, Kind::Link, &links[0]));
    }
}
