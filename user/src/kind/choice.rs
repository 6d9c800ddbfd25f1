// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Conditions on objects.

use super::word::Test;
use super::{header, AddressFamilies, Kinds, Linked, Operand, Payload, Word};
use crate::monitor::Scope;
use crate::object::Numbers;
use crate::rtnl::{Kind, Link, Prefix};
use std::net::IpAddr;

/// Conditions on objects of any kinds, all of which an object has to meet.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// `AF_INET` or `AF_INET6`; 0 is any.
    pub family: u8,
    conditions: Vec<Condition>,
    /// Kinds of which something was asked that they know nothing of.
    others: Kinds,
    /// The kind of which nothing is asked but what is usual in a list.
    usual_of: Option<Kind>,
}

/// A condition on objects of a kind.
#[derive(Clone, Debug)]
struct Condition {
    kind: Kind,
    word: &'static Word,
    operand: Operand,
}

impl Choice {
    /// Returns the choice of all objects of a family (`AF_*`); 0 is any.
    pub fn of_family(family: u8) -> Self {
        Self {
            family,
            ..Self::default()
        }
    }

    /// Asks of objects of `kind` what the word called `name` says, with `argument` behind it if the word takes one.
    ///
    /// Returns `None` where there is no such word of the kind, or the argument is none.
    #[must_use]
    pub fn with(mut self, kind: Kind, name: &str, argument: &str) -> Option<Self> {
        let word = kind.word(name)?;
        let operand = match word.argument() {
            Some(known) => known.read(argument, &Numbers::default())?,
            None => Operand::None,
        };
        self.add(kind, word, operand);
        Some(self)
    }

    /// Asks of objects of `kind` what `word` says.
    pub fn add(&mut self, kind: Kind, word: &'static Word, operand: Operand) {
        self.usual_of = None;
        let is_same = |former: &Condition| former.kind == kind && std::ptr::eq(former.word, word);
        let former = self.conditions.iter().position(is_same);
        let former = former.map(|at| self.conditions.remove(at).operand);
        let operand = match former {
            Some(former) => operand.after(&former),
            None => operand,
        };
        self.conditions.push(Condition {
            kind,
            word,
            operand,
        });
    }

    /// Wants no objects of `kind`.
    pub fn exclude(&mut self, kind: Kind) {
        self.usual_of = None;
        self.others = self.others | kind.into();
    }

    /// Asks for routes of the main table alone, unless a table was asked for.
    pub fn add_table(&mut self, kind: Kind) {
        let is_said = ["table", "vrf"].iter().any(|name| self.has(kind, name));
        if let (Some(table), Some(word), false) = (kind.facts().table, kind.word("table"), is_said)
        {
            self.add(kind, word, Operand::Number(table.into()));
        }
    }

    /// Asks of objects of `kind` what is usual in a list, unless something else was asked for.
    pub fn add_usual(&mut self, kind: Kind) {
        let is_all = self.conditions.is_empty() && self.others.is_empty();
        self.add_table(kind);
        for word in kind.facts().usual {
            if !word.names.iter().any(|name| self.has(kind, name)) {
                self.add(kind, word, Operand::None);
            }
        }
        self.usual_of = Some(kind).filter(|_| is_all);
    }

    /// Says whether something is asked of `kind` by the word called `name`.
    pub fn has(&self, kind: Kind, name: &str) -> bool {
        self.operand(kind, name).is_some()
    }

    /// Returns what is asked of `kind` by the word called `name`.
    pub fn operand(&self, kind: Kind, name: &str) -> Option<&Operand> {
        let mut all = self.conditions.iter();
        all.find(|own| own.is_of(kind, name))
            .map(|own| &own.operand)
    }

    /// Says whether objects are chosen by where they are.
    pub fn has_place(&self) -> bool {
        self.within().is_some()
    }

    /// Returns the choice that asks of objects of `kind` only what is asked by the word called `name`.
    #[must_use]
    pub fn only(&self, kind: Kind, name: &str) -> Self {
        let mut choice = Self {
            usual_of: None,
            ..self.clone()
        };
        choice.conditions.retain(|own| own.is_of(kind, name));
        choice
    }

    /// Says whether objects are chosen by the name of the link that they are, or are on.
    pub fn names_link(&self) -> bool {
        self.conditions.iter().any(|own| own.word.is_called("dev"))
    }

    /// Says whether it depends on the names of links which objects are wanted.
    pub fn follows_links(&self) -> bool {
        let is_link = |own: &Condition| matches!(own.operand, Operand::Link(_));
        self.names_link() || self.conditions.iter().any(is_link)
    }

    /// Forgets which links have the names that are asked for.
    pub fn forget_links(&mut self) {
        self.linked().for_each(Linked::forget);
    }

    /// Notes that there is this `link`, which may have a name that is asked for.
    pub fn learn_link(&mut self, link: &Link<'_>) {
        self.linked().for_each(|linked| {
            linked.learn(link);
        });
    }

    /// Returns the links that are asked for by their names.
    pub fn linked(&mut self) -> impl Iterator<Item = &mut Linked> {
        self.conditions
            .iter_mut()
            .filter_map(|own| match &mut own.operand {
                Operand::Link(linked) => Some(linked),
                _ => None,
            })
    }

    /// Returns where all objects are that are wanted.
    pub fn scope(&self) -> Scope {
        let within = self.within();
        let family = match within.and_then(|prefix| prefix.address) {
            Some(IpAddr::V4(_)) if self.family == 0 => libc::AF_INET as u8,
            Some(IpAddr::V6(_)) if self.family == 0 => libc::AF_INET6 as u8,
            _ => self.family,
        };

        Scope {
            family,
            table: self.table(),
            within,
        }
    }

    fn table(&self) -> Option<u32> {
        self.conditions.iter().find_map(|own| match own.operand {
            Operand::Number(table) if own.word.is_called("table") => table.try_into().ok(),
            _ => None,
        })
    }

    /// Returns the longest prefix that all addresses and destinations are within that are wanted, if there is one.
    fn within(&self) -> Option<Prefix> {
        let prefixes = self.conditions.iter().filter_map(|own| match own.operand {
            Operand::Prefix(prefix, _) if own.word.is_place => Some(prefix),
            _ => None,
        });
        prefixes.max_by_key(|prefix| prefix.len)
    }

    /// Says whether the object is wanted.
    #[inline]
    pub fn wants(&self, object: &Payload<'_>) -> bool {
        let kind = object.kind();
        self.wants_family(object)
            && match kind.facts().is_usual {
                Some(is_usual) if self.usual_of == Some(kind) => is_usual(object),
                _ => self.is_as_asked(object),
            }
    }

    /// As [`wants`](Self::wants), word for word, of any family.
    pub(super) fn is_as_asked(&self, object: &Payload<'_>) -> bool {
        let kind = object.kind();
        let mut conditions = self.conditions.iter().filter(|own| own.kind == kind);
        !self.others.has(kind) && conditions.all(|own| own.is_so(object))
    }

    /// Links are of no family, next hops may be.
    #[inline]
    fn wants_family(&self, object: &Payload<'_>) -> bool {
        self.family == 0 || object.family().is_none_or(|family| family == self.family)
    }

    /// Returns the payload of a request for all objects of `kind` that are wanted, as far as the kernel can choose.
    pub(crate) fn request(&self, kind: Kind) -> Vec<u8> {
        let facts = kind.facts();
        let family = match facts.families {
            AddressFamilies::Only([family]) => *family,
            _ => self.family,
        };
        let mut request = header(family, facts.header);
        for own in self.conditions.iter().filter(|own| own.kind == kind) {
            if let Some(ask) = own.word.ask {
                ask(&own.operand, &mut request);
            }
        }
        request
    }
}

impl Condition {
    /// Says whether it is asked of `kind` by the word called `name`.
    fn is_of(&self, kind: Kind, name: &str) -> bool {
        self.kind == kind && self.word.is_called(name)
    }

    #[inline]
    fn is_so(&self, object: &Payload<'_>) -> bool {
        match (&self.operand, self.word.test) {
            (Operand::Any, _) => true,
            (operand, Test::Is(test)) => test(object, operand),
            (Operand::Link(linked), Test::OnLink) => {
                linked.numbers().any(|index| object.is_on(index))
            }
            (_, Test::OnLink) => false,
        }
    }
}
