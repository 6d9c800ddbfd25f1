// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Words by which objects of a kind are chosen: each kind lists its own, in the manner of `ip`.

use super::{Argument, Payload};
use crate::object::attrs::{ip, name, uint};
use crate::rtnl::{Kind, Prefix};
use crate::wire::put_attr;
use std::net::IpAddr;

/// A word, what stands behind it, and what is so of the objects that it asks for.
#[derive(Debug)]
pub struct Word {
    /// Names of the word, the usual one first; some are two words.
    pub(crate) names: &'static [&'static str],
    /// Argument behind the word, if it has one.
    pub(crate) argument: Option<&'static Argument>,
    /// Whether the argument may stand without the word.
    pub(crate) is_bare: bool,
    /// Condition on an object, with the argument.
    pub(crate) test: Test,
    /// Puts the same into a request for a list, which holds a header, where the kernel can choose by it.
    pub(crate) ask: Option<fn(&Operand, &mut Vec<u8>)>,
    /// Whether an object that is at another place than the prefix behind the word never comes there.
    pub(crate) is_place: bool,
    /// Why no event can be chosen by it; empty where one can.
    pub(crate) unreceived: &'static str,
}

/// Condition on an object.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Test {
    /// The object is on the link, or goes through it.
    OnLink,
    /// The function says so of the payload.
    Is(fn(&Payload<'_>, &Operand) -> bool),
}

/// The link that an object is on: a word of every kind that has none of this name.
static DEV: Word = Word::new(&["dev"], Test::OnLink).with(&Argument::LINK);

impl Word {
    /// Returns a word without an argument.
    pub(crate) const fn new(names: &'static [&'static str], test: Test) -> Self {
        Self {
            names,
            argument: None,
            is_bare: false,
            test,
            ask: None,
            is_place: false,
            unreceived: "",
        }
    }

    /// Returns a word without an argument, with a function as its test.
    pub(crate) const fn is(
        names: &'static [&'static str],
        test: fn(&Payload<'_>, &Operand) -> bool,
    ) -> Self {
        Self::new(names, Test::Is(test))
    }

    /// Gives it an argument.
    pub(crate) const fn with(mut self, argument: &'static Argument) -> Self {
        self.argument = Some(argument);
        self
    }

    /// Lets the argument stand alone.
    pub(crate) const fn bare(mut self) -> Self {
        self.is_bare = true;
        self
    }

    /// Lets `ask` put it into a request.
    pub(crate) const fn asked(mut self, ask: fn(&Operand, &mut Vec<u8>)) -> Self {
        self.ask = Some(ask);
        self
    }

    /// Says that an object stays in the prefix, or out of it, as long as it lives.
    pub(crate) const fn place(mut self) -> Self {
        self.is_place = true;
        self
    }

    /// Says why it is of no use for events.
    pub(crate) const fn unreceived(mut self, reason: &'static str) -> Self {
        self.unreceived = reason;
        self
    }

    /// Returns what it is called, the usual name first; of one whose argument stands alone always, nothing.
    pub fn names(&self) -> &'static [&'static str] {
        self.names
    }

    /// Says whether `name` is one of its names.
    pub fn is_called(&self, name: &str) -> bool {
        self.names.contains(&name)
    }

    /// Returns what stands behind it.
    pub fn argument(&self) -> Option<&'static Argument> {
        self.argument
    }

    /// Returns why no event can be chosen by it, if none can.
    pub fn why_unreceived(&self) -> Option<&'static str> {
        Some(self.unreceived).filter(|reason| !reason.is_empty())
    }
}

impl Kind {
    /// Returns the words by which its objects can be chosen, besides `dev`, which all kinds know.
    pub fn words(self) -> &'static [Word] {
        self.facts().words
    }

    /// Returns its word that is called `name`.
    pub fn word(self, name: &str) -> Option<&'static Word> {
        let mut all = self.words().iter().chain([&DEV]);
        all.find(|word| word.is_called(name))
    }

    /// Returns its words whose argument may stand alone.
    pub fn bare_words(self) -> impl Iterator<Item = &'static Word> {
        self.words().iter().filter(|word| word.is_bare)
    }
}

/// Argument of a word, as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operand {
    /// The word has no argument.
    None,
    /// Any argument will do.
    Any,
    /// A number.
    Number(u64),
    /// Any of the bits; said again, more of them.
    AnyOf(u64),
    /// The bits `mask` as they are in `set`; said again, of more bits.
    Bits {
        /// Bits that are compared.
        mask: u64,
        /// Bits of the mask that are to be set.
        set: u64,
    },
    /// Bytes, such as a name.
    Name(Vec<u8>),
    /// A prefix, and whether its length was said.
    Prefix(Prefix, bool),
    /// Links of a name, by a number of each; see [`Linked`](super::Linked).
    Link(super::Linked),
}

impl Operand {
    /// Says whether `number` is what is asked for.
    pub fn is(&self, number: impl Into<u64>) -> bool {
        let number = number.into();

        match self {
            Self::Number(own) => *own == number,
            Self::AnyOf(bits) => bits & number != 0,
            Self::Bits { mask, set } => number & mask == *set,
            Self::Link(link) => link.has(number as u32),
            Self::None | Self::Any | Self::Name(_) | Self::Prefix(..) => false,
        }
    }

    /// Says whether `name` is what is asked for.
    pub fn is_name(&self, name: Option<&[u8]>) -> bool {
        matches!(self, Self::Name(own) if Some(&own[..]) == name)
    }

    /// Says whether `address` is in the prefix that is asked for.
    pub fn contains(&self, address: Option<IpAddr>) -> bool {
        address.is_some_and(|address| self.holds(Some(Prefix::of_host(address))))
    }

    /// Says whether `prefix` is in the one that is asked for.
    pub fn holds(&self, prefix: Option<Prefix>) -> bool {
        self.on_prefix(prefix, Prefix::holds)
    }

    /// Says whether the prefix that is asked for is in `prefix`.
    pub fn is_in(&self, prefix: Option<Prefix>) -> bool {
        self.on_prefix(prefix, |own, prefix| prefix.holds(own))
    }

    /// Says whether `prefix` is the one that is asked for.
    pub fn is_prefix(&self, prefix: Option<Prefix>) -> bool {
        self.holds(prefix) && self.is_in(prefix)
    }

    fn on_prefix(&self, prefix: Option<Prefix>, test: fn(Prefix, Prefix) -> bool) -> bool {
        matches!((self, prefix), (Self::Prefix(own, _), Some(prefix)) if test(*own, prefix))
    }

    /// Returns the number that a request has for it: of a link, if there is one.
    fn number(&self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Link(link) => link.first().map(u64::from),
            _ => None,
        }
    }

    /// Takes what was said before into account.
    pub(super) fn after(self, former: &Self) -> Self {
        match (former, self) {
            (Self::AnyOf(former), Self::AnyOf(bits)) => Self::AnyOf(former | bits),
            (
                Self::Bits {
                    mask: known,
                    set: former,
                },
                Self::Bits { mask, set },
            ) => Self::Bits {
                mask: known | mask,
                set: former & !mask | set,
            },
            (_, own) => own,
        }
    }
}

/// Tests whether the attribute `ATTR` is the number that is asked for.
pub(crate) fn attr_is<const ATTR: u16>(object: &Payload<'_>, asked: &Operand) -> bool {
    let number = object.attr(ATTR).and_then(uint);
    number.is_some_and(|number| asked.is(number))
}

/// Tests as [`attr_is`] does, where no attribute is the number 0.
pub(crate) fn attr_or_0_is<const ATTR: u16>(object: &Payload<'_>, asked: &Operand) -> bool {
    asked.is(object.attr(ATTR).and_then(uint).unwrap_or_default())
}

/// Tests whether there is an attribute `ATTR`.
pub(crate) fn has_attr<const ATTR: u16>(object: &Payload<'_>, _: &Operand) -> bool {
    object.attr(ATTR).is_some()
}

/// Tests whether the attribute `ATTR` is an address in the prefix that is asked for.
pub(crate) fn attr_is_in<const ATTR: u16>(object: &Payload<'_>, asked: &Operand) -> bool {
    asked.contains(object.attr(ATTR).and_then(ip))
}

/// Tests whether the attribute `ATTR` is the name that is asked for.
pub(crate) fn attr_is_name<const ATTR: u16>(object: &Payload<'_>, asked: &Operand) -> bool {
    asked.is_name(object.attr(ATTR).and_then(name))
}

/// Tests whether the byte `AT` of the header is the number that is asked for.
pub(crate) fn byte_is<const AT: usize>(object: &Payload<'_>, asked: &Operand) -> bool {
    let byte = object.bytes().get(AT);
    byte.is_some_and(|byte| asked.is(*byte))
}

/// Asks by the attribute `ATTR`, a number of four bytes.
pub(crate) fn ask_attr<const ATTR: u16>(asked: &Operand, request: &mut Vec<u8>) {
    if let Some(number) = asked.number() {
        put(request, ATTR, &(number as u32).to_ne_bytes());
    }
}

/// Asks by the attribute `ATTR`, which has no value.
pub(crate) fn ask_flag<const ATTR: u16>(_: &Operand, request: &mut Vec<u8>) {
    put(request, ATTR, &[]);
}

/// Asks by the byte `AT` of the header.
#[allow(clippy::ptr_arg)] // All that ask are called in the same way.
pub(crate) fn ask_byte<const AT: usize>(asked: &Operand, request: &mut Vec<u8>) {
    if let Some(number) = asked.number() {
        request[AT] = number as u8;
    }
}

/// Asks by the index of the link in the header, where it is at the usual place.
#[allow(clippy::ptr_arg)] // All that ask are called in the same way.
pub(crate) fn ask_index(asked: &Operand, request: &mut Vec<u8>) {
    if let Some(number) = asked.number() {
        request[super::payload::LINK].copy_from_slice(&(number as u32).to_ne_bytes());
    }
}

/// Appends an attribute.
pub(crate) fn put(request: &mut Vec<u8>, attr: u16, value: &[u8]) {
    // A vector takes all that is written to it; what is asked for is short.
    let _ = put_attr(request, attr, value);
}
