// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Questions for the objects of a kind that are chosen.

use super::{Addr, FdbEntry, Kind, Link, Neigh, Nexthop, Route, Rule};
use crate::kind::{Choice, Payload};
use crate::netlink::{DumpRequest, Error, Request, Spec};
use crate::object::{Fields, ListQuery, Names, Object, Query};
use crate::rtnl::SPEC;
use crate::wire::{self, Message};
use std::marker::PhantomData;

/// A kind of objects that the kernel lists, as the view over one of them.
pub trait Listed {
    /// The kind.
    const KIND: Kind;
    /// The view.
    type View<'a>: Object;

    /// Reads an object.
    ///
    /// # Errors
    ///
    /// [`wire::Error::Truncated`] when the payload is shorter than its header.
    fn view<'a>(object: &Payload<'a>) -> Result<Self::View<'a>, wire::Error>;

    /// Puts into a request what is asked for of each object: statistics, or none.
    fn ask(_request: &mut Vec<u8>, _has_stats: bool) {}

    /// Says whether `error` only means that there is none that `choice` wants.
    fn is_none(_choice: &Choice, _error: &Error) -> bool {
        false
    }
}

/// A question for the objects of a kind that are chosen.
#[derive(Clone, Debug)]
pub struct List<V> {
    /// Objects that are wanted.
    pub choice: Choice,
    /// Whether statistics are wanted.
    pub stats: bool,
    view: PhantomData<V>,
}

/// A question for links.
pub type Links = List<Link<'static>>;
/// A question for addresses.
pub type Addrs = List<Addr<'static>>;
/// A question for routes.
pub type Routes = List<Route<'static>>;
/// A question for neighbours.
pub type Neighs = List<Neigh<'static>>;
/// A question for rules.
pub type Rules = List<Rule<'static>>;
/// A question for next hops.
pub type Nexthops = List<Nexthop<'static>>;
/// A question for entries of forwarding databases.
pub type Fdb = List<FdbEntry<'static>>;

impl<V> List<V> {
    /// Asks for statistics too, or not.
    #[must_use]
    pub fn with_stats(mut self, stats: bool) -> Self {
        self.stats = stats;
        self
    }
}

impl<V> Default for List<V> {
    fn default() -> Self {
        Choice::default().into()
    }
}

impl<V> From<Choice> for List<V> {
    fn from(choice: Choice) -> Self {
        Self {
            choice,
            stats: false,
            view: PhantomData,
        }
    }
}

impl<V: Listed> Query for List<V> {
    const SPEC: &'static Spec = &SPEC;
    type Object<'a> = V::View<'a>;

    fn op(&self) -> &'static str {
        V::KIND.facts().list
    }

    /// Older kernels send more than is asked for, and all send routes of other kinds too.
    #[inline]
    fn select<'a>(&self, message: &Message<'a>) -> Result<Option<V::View<'a>>, wire::Error> {
        if !V::KIND.is_in(message) {
            return Ok(None);
        }
        let object = Payload::new(V::KIND, message.payload());
        let view = V::view(&object)?;
        Ok(self.choice.wants(&object).then_some(view))
    }
}

impl<V: Listed> ListQuery for List<V> {
    /// Asks for no more than is wanted where the kernel can tell.
    fn request(&self) -> Result<DumpRequest, Error> {
        let mut payload = self.choice.request(V::KIND);
        V::ask(&mut payload, self.stats);

        dump(V::KIND, payload)
    }

    fn is_none(&self, error: &Error) -> bool {
        V::is_none(&self.choice, error)
    }
}

impl Kind {
    /// Says whether there is a list of its objects.
    pub fn is_listed(self) -> bool {
        !self.facts().list.is_empty()
    }

    /// Returns what a question for a list of its objects is for; empty where there is none.
    pub fn list_op(self) -> &'static str {
        self.facts().list
    }

    /// Says whether `message` tells that there is an object of it. Of a kind that is known where it is compiled, no facts are
    /// looked up.
    #[inline(always)]
    fn is_in(self, message: &Message<'_>) -> bool {
        let (facts, family) = (self.facts(), message.payload().first());
        let is_new = message.header().nlmsg_type == facts.type_of_new();

        // A message without a family is too short for any header.
        is_new
            && family.is_none_or(|family| {
                facts.families.has(*family) || facts.also_listed.contains(family)
            })
    }
}

fn dump(kind: Kind, payload: Vec<u8>) -> Result<DumpRequest, Error> {
    let get = kind.snapshot().map_or(0, |snapshot| snapshot.get);

    Request::dump(kind.facts().list, get, payload)
}

/// A question for the objects of any kind that is [listed](Kind::is_listed), as far as they are chosen.
#[derive(Clone, Debug)]
pub struct Any {
    /// The kind.
    pub kind: Kind,
    /// Objects that are wanted.
    pub choice: Choice,
}

/// An object of any kind.
#[derive(Clone, Debug)]
pub struct AnyObject<'a>(Payload<'a>);

impl Query for Any {
    const SPEC: &'static Spec = &SPEC;
    type Object<'a> = AnyObject<'a>;

    fn op(&self) -> &'static str {
        self.kind.facts().list
    }

    fn select<'a>(&self, message: &Message<'a>) -> Result<Option<AnyObject<'a>>, wire::Error> {
        let object = Payload::new(self.kind, message.payload());
        if object.is_cut_off() {
            return Err(wire::Error::Truncated);
        }
        let is_wanted = self.kind.is_in(message) && self.choice.wants(&object);
        Ok(is_wanted.then_some(AnyObject(object)))
    }
}

impl ListQuery for Any {
    fn request(&self) -> Result<DumpRequest, Error> {
        dump(self.kind, self.choice.request(self.kind))
    }
}

impl Object for AnyObject<'_> {
    fn describe_head(&self, _: &mut Names, _: &mut dyn Fields) {}

    /// Tells all of it: the head is the first that a kind tells.
    fn describe_rest(&self, names: &mut Names, out: &mut dyn Fields) {
        // A payload of a list is at least as long as its header.
        let _ = self.0.describe(names, out);
    }
}

/// Tells of kinds that are listed: the view, and the kind.
macro_rules! listed {
    ($($view:ident $kind:ident $({ $more:item })?;)*) => {
        $(
            impl<'a> $view<'a> {
                /// Reads the payload of a message that tells of one.
                ///
                /// # Errors
                ///
                /// [`wire::Error::Truncated`] when it is shorter than its header.
                pub fn from_payload(payload: &'a [u8]) -> Result<Self, wire::Error> {
                    Self::of(&Payload::new(Kind::$kind, payload))
                }
            }

            impl Listed for $view<'static> {
                const KIND: Kind = Kind::$kind;
                type View<'a> = $view<'a>;

                #[inline]
                fn view<'a>(object: &Payload<'a>) -> Result<$view<'a>, wire::Error> {
                    $view::of(object)
                }

                $($more)?
            }
        )*
    };
}

listed! {
    Link Link {
        fn ask(request: &mut Vec<u8>, has_stats: bool) {
            super::link::ask(request, has_stats);
        }
    };
    Addr Addr;
    Nexthop Nexthop;
    Route Route {
        fn is_none(choice: &Choice, error: &Error) -> bool {
            super::route::is_none(choice, error)
        }
    };
    Neigh Neigh;
    Rule Rule;
    FdbEntry Fdb;
}
