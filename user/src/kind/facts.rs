// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The form in which a kind says what is known of it.

use super::{Kinds, Part, Payload, Place, Together, Word};
use crate::object::{Fields, Names, Object};
use crate::wire::Error;
use std::ops::Range;

/// Facts of a kind of objects.
pub(crate) struct Facts {
    /// Name of the kind, on the command line and in JSON.
    pub name: &'static str,
    /// The messages that tell of it.
    pub types: &'static [MessageTypes],
    /// Families of these messages: kinds can share types.
    pub families: AddressFamilies,
    /// Says whether a message of these types with this payload tells all of an object: of some kinds there are others,
    /// which name it and tell what has happened to it.
    pub is_whole: fn(&[u8]) -> bool,
    /// Messages that say that an object has changed, without telling it: it is read again.
    pub hints: &'static [Hint],
    /// The multicast groups that all of them come to (`RTNLGRP_*`).
    pub groups: &'static [u32],
    /// Why the kernel sends no event of them; empty where it does.
    pub unreceived: &'static str,
    /// Size of the fixed header of those of which attributes are looked for, in bytes.
    pub header: usize,
    /// Tells all that is known of an object.
    pub describe: fn(&Payload<'_>, &mut Names, &mut dyn Fields) -> Result<(), Error>,
    /// Returns the index of the link that an object is on, or goes through, if it is one.
    pub link: fn(&Payload<'_>) -> Option<u32>,
    /// Says whether it is on the link with an index, where there may be several.
    pub is_on: Option<fn(&Payload<'_>, u32) -> bool>,
    /// Returns the address family of an object, whose header begins with this; `None` where it is of none.
    pub family: fn(u8) -> Option<u8>,
    /// The words by which objects are chosen, in lists and events; see [`Kind::word`](crate::rtnl::Kind::word).
    pub words: &'static [Word],
    /// Operation of a list of them, as errors name it: `list routes`; empty where there is none.
    pub list: &'static str,
    /// Other names of the command that lists them, besides [`name`](Facts::name).
    pub aliases: &'static [&'static str],
    /// Help of that command: the objects it shows, and the words it takes.
    pub about: &'static str,
    /// Whether a monitor watches them where no kind is asked for.
    pub is_usual_to_watch: bool,
    /// Families of other kinds whose objects a list has too, unless what is asked for excludes them.
    pub also_listed: &'static [u8],
    /// Words that are true of the objects in a list, unless one of the names of these words is said.
    pub usual: &'static [Word],
    /// Says whether all that is usual is so of an object, its table too, in one step: long lists are mostly asked for
    /// without any words.
    pub is_usual: Option<fn(&Payload<'_>) -> bool>,
    /// The table that is asked for where none is said.
    pub table: Option<u32>,
    /// Parts of its objects that a [`Scope`](crate::monitor::Scope) can be about.
    pub place: Place,
    /// The kinds that have to be heard of too to know how it changes, besides links.
    pub needs: Kinds,
    /// Returns the kinds that change with an event of this one without one of their own.
    pub silent: fn(&Cause<'_>) -> Kinds,
    /// Returns the kinds of which the kernel goes on to change objects after an event of this one, under no lock that
    /// whoever reads them takes: they are read again a little later.
    pub unfinished: fn(&Cause<'_>) -> Kinds,
    /// Says whether the object of an event is up now and was not, or the other way round: what is
    /// [above](Snapshot::below) it is told with that.
    pub turns: fn(&Cause<'_>) -> bool,
    /// Whether the kernel tells of an object before the link that it is on, where it makes both: it is read again a
    /// little later, and told behind the link, which has a name then.
    pub precedes_link: bool,
    /// How it is kept what there is of it, if it is.
    pub snapshot: Option<Snapshot>,
}

impl Facts {
    /// Facts of a kind that names no others.
    pub const DEFAULT: Self = Self {
        name: "",
        types: &[],
        families: AddressFamilies::Any,
        is_whole: |_| true,
        hints: &[],
        groups: &[],
        unreceived: "",
        header: 0,
        describe: |_, _, _| Ok(()),
        link: |_| None,
        is_on: None,
        family: Some,
        words: &[],
        list: "",
        aliases: &[],
        about: "",
        is_usual_to_watch: false,
        also_listed: &[],
        usual: &[],
        is_usual: None,
        table: None,
        place: Place::NOWHERE,
        needs: Kinds::NONE,
        silent: |_| Kinds::NONE,
        unfinished: |_| Kinds::NONE,
        turns: |_| false,
        precedes_link: false,
        snapshot: None,
    };

    /// Returns the type of the message that tells of a new object; 0 where rtnetlink tells of none.
    pub fn type_of_new(&self) -> u16 {
        self.types.first().map_or(0, |types| types.new)
    }

    /// Says whether a message of this type and family says that an object has changed, without telling it.
    pub fn is_hinted(&self, nlmsg_type: u16, family: u8) -> bool {
        let is_it =
            |hint: &Hint| hint.family == family && hint.types.is_there(nlmsg_type).is_some();
        self.hints.iter().any(is_it)
    }

    /// Says whether a message of this type and family tells that an object is there (true) or gone (false);
    /// `None` where it is about another kind.
    pub fn is_emitted(&self, nlmsg_type: u16, family: u8) -> Option<bool> {
        let is_there = |types: &MessageTypes| types.is_there(nlmsg_type);
        let is_there = self.types.iter().find_map(is_there)?;

        self.families.has(family).then_some(is_there)
    }
}

/// The types of the messages that tell of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MessageTypes {
    /// Type of the event that an object is there.
    pub new: u16,
    /// Type of the event that an object is gone; `None` where the kernel never sends one.
    pub del: Option<u16>,
}

impl MessageTypes {
    pub const fn new(new: u16, del: u16) -> Self {
        Self {
            new,
            del: Some(del),
        }
    }

    /// Returns types of a kind for which the kernel never says that an object is gone.
    pub const fn only(new: u16) -> Self {
        Self { new, del: None }
    }

    fn is_there(&self, nlmsg_type: u16) -> Option<bool> {
        match nlmsg_type {
            new if new == self.new => Some(true),
            del if Some(del) == self.del => Some(false),
            _ => None,
        }
    }
}

/// A message that says no more of an object than that it has changed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hint {
    pub types: MessageTypes,
    /// First byte of the header.
    pub family: u8,
}

/// Families of messages: the first byte of every header of rtnetlink.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AddressFamilies {
    Any,
    Only(&'static [u8]),
    Except(&'static [u8]),
}

impl AddressFamilies {
    #[inline]
    pub fn has(self, family: u8) -> bool {
        match self {
            Self::Any => true,
            Self::Only(families) => families.contains(&family),
            Self::Except(families) => !families.contains(&family),
        }
    }
}

/// An event, for what it means for other kinds.
pub(crate) struct Cause<'c> {
    /// Whether the object is there.
    pub is_there: bool,
    /// The object, where it is kept without what changes by itself.
    pub object: &'c Payload<'c>,
    /// The object before, as far as that is known.
    pub old: Option<&'c Payload<'c>>,
}

/// How it is kept what there is of a kind.
pub(crate) struct Snapshot {
    /// The type of the request for all that there is (`RTM_GET*`).
    pub get: u16,
    /// Returns the payloads of the requests that are answered by all that there is together, of one table if it is given
    /// and the kernel can tell.
    pub dumps: fn(Option<u32>) -> Vec<Vec<u8>>,
    /// Families of which a kernel may know nothing: asked for all objects of one it has those of all families
    /// (`rtnetlink_rcv_msg()`, `rtnl_dump_all()`).
    pub optional: &'static [u8],
    /// Leaves out of the header what tells of the message and not of the object.
    pub settle: fn(&mut [u8]),
    /// Says what is done with an attribute; see [`Part`].
    pub part: fn(&[u8], u16) -> Part,
    /// Appends what says which object it is, as the kernel compares it.
    pub identity: fn(&Payload<'_>, &mut Vec<u8>),
    /// Returns the index of the link below an object of which is told with it whether it is up.
    pub below: fn(&Payload<'_>) -> Option<u32>,
    /// Returns a number that people expect objects to be in the order of.
    pub order: fn(&Payload<'_>) -> u32,
    /// The attribute that few objects share, by which bodies are kept: the destination of a route.
    pub own: Option<u16>,
    /// Returns what of its identity an object shares with others that take its place without a word.
    pub rivals: fn(&Payload<'_>) -> Option<Vec<u8>>,
    /// Says whether an event of such an object only repeats that of a rival.
    pub is_echo: fn(&Payload<'_>) -> bool,
    /// Says whether the kernel makes such an object without a word.
    pub is_untold: fn(&Payload<'_>) -> bool,
    /// Facts of objects several of which can have one identity.
    pub siblings: Option<Siblings>,
    /// Attributes that are not described alone; `None` where two objects are compared by all of them.
    pub together: Option<Together>,
}

impl Snapshot {
    /// Facts of a snapshot that names no others.
    pub const DEFAULT: Self = Self {
        get: 0,
        dumps: |_| Vec::new(),
        optional: &[],
        settle: |_| {},
        part: |_, _| Part::Keep,
        identity: |_, _| {},
        below: |_| None,
        order: |object| object.link_in_header(),
        own: None,
        rivals: |_| None,
        is_echo: |_| false,
        is_untold: |_| false,
        siblings: None,
        together: None,
    };
}

/// Facts of objects that can have the identity of others.
pub(crate) struct Siblings {
    /// Where the header tells of the state of the link too.
    pub of_link: Range<usize>,
    /// Returns where a dump, that goes on by counting, counts an object among others.
    pub leaf: fn(&Payload<'_>) -> Option<Vec<u8>>,
    /// Says whether an object is several in one, that come and go alone.
    pub is_group: fn(&Payload<'_>) -> bool,
    /// Says whether an event of one more can be believed to be one more.
    pub is_appended: fn(&Payload<'_>) -> bool,
    /// Says whether others can have the identity of an object.
    pub are_possible: fn(&Payload<'_>) -> bool,
}

/// Tells all that is known of `object`, if it could be read.
pub(crate) fn describe(
    object: Result<impl Object, Error>,
    names: &mut Names,
    out: &mut dyn Fields,
) -> Result<(), Error> {
    let object = object?;
    object.describe_head(names, out);
    object.describe_rest(names, out);
    Ok(())
}
