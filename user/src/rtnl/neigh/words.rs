// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Words by which neighbours are chosen.

use super::facts::NDM_FLAGS;
use super::{state_of, Ndmsg, Neigh, EXT_LEARNED, NOARP, NONE, PROXY};
use crate::kind::word::{ask_attr, attr_is_in, attr_or_0_is, put, Test};
use crate::kind::{Argument, Operand, Payload, Word};
use crate::names::uapi::{NDA_DST, NDA_IFINDEX, NDA_MASTER, NDA_PROTOCOL};

const STATE: Argument = Argument::new("state of a neighbour", |name, _| {
    state_of(name).map(|state| Operand::AnyOf(state.into()))
});

/// Stands for no link where the kernel takes one of which others are ports.
const NO_MASTER: i32 = -1;

const OF_MASTER: &str = "an event of a neighbour does not say what its link is a port of";

pub(crate) static WORDS: &[Word] = &[
    Word::new(&["dev"], Test::OnLink)
        .with(&Argument::LINK)
        .asked(ask_attr::<NDA_IFINDEX>),
    // A neighbour does not say what the master of its link is: the kernel has the last word.
    Word::is(&["master"], |_, _| true)
        .with(&Argument::LINK)
        .asked(ask_attr::<NDA_MASTER>)
        .unreceived(OF_MASTER),
    Word::is(&["vrf"], |_, _| true)
        .with(&Argument::VRF)
        .asked(ask_attr::<NDA_MASTER>)
        .unreceived(OF_MASTER),
    Word::is(&["nomaster"], |_, _| true)
        .asked(|_, request| put(request, NDA_MASTER, &NO_MASTER.to_ne_bytes()))
        .unreceived(OF_MASTER),
    Word::is(&["nud", "state"], |neigh, states| {
        is(neigh, |neigh| states.is(neigh.state()))
    })
    .with(&STATE),
    Word::is(&["proxy"], |neigh, _| is_proxy(neigh))
        .asked(|_, request| request[NDM_FLAGS] |= PROXY),
    Word::is(&["unused"], |neigh, _| {
        is(neigh, |neigh| neigh.users().is_none_or(|users| users == 0))
    })
    .unreceived("how many use a neighbour changes without an event"),
    Word::is(&["proto", "protocol"], attr_or_0_is::<NDA_PROTOCOL>).with(&Argument::PROTOCOL),
    Word::is(&["to", "within"], attr_is_in::<NDA_DST>)
        .with(&Argument::PREFIX)
        .bare()
        .place(),
];

/// Neighbours of `NUD_NONE` and `NUD_NOARP` alone are left out, unless they have `NTF_EXT_LEARNED` or `NTF_PROXY`;
/// proxies are left out too.
pub(crate) static USUAL: &[Word] = &[
    Word::is(&["nud"], |neigh, _| says_something(neigh)),
    Word::is(&["proxy"], |neigh, _| !is_proxy(neigh)),
];

/// Says whether a list without words has `neigh`.
#[inline]
pub(crate) fn is_usual(neigh: &Payload<'_>) -> bool {
    says_something(neigh) && !is_proxy(neigh)
}

#[inline]
fn says_something(neigh: &Payload<'_>) -> bool {
    Ndmsg::from_bytes(neigh.bytes()).is_some_and(|header| {
        header.known_state() & !(NOARP | NONE) != 0 || header.flags & (PROXY | EXT_LEARNED) != 0
    })
}

fn is(neigh: &Payload<'_>, test: impl FnOnce(&Neigh<'_>) -> bool) -> bool {
    Neigh::of(neigh).is_ok_and(|neigh| test(&neigh))
}

#[inline]
fn is_proxy(neigh: &Payload<'_>) -> bool {
    Ndmsg::from_bytes(neigh.bytes()).is_some_and(|header| header.flags & PROXY != 0)
}
