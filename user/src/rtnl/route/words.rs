// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Words by which routes are chosen.

use super::facts::RTM_FLAGS;
use super::{is_in, type_of, Route, BROADCAST, CLONED, LOCAL, MAIN};
use crate::kind::word::{ask_attr, ask_byte, attr_is, attr_is_in, attr_or_0_is, byte_is, Test};
use crate::kind::{Argument, Operand, Payload, Word};
use crate::names::uapi::*;
use crate::object::attrs::u32;

/// Where the fields are in `struct rtmsg`.
const TOS: usize = 3;
const PROTOCOL: usize = 5;
const SCOPE: usize = 6;
const TYPE: usize = 7;

const KIND: Argument = Argument::new("type of route", |name, _| {
    type_of(name).map(|kind| Operand::Number(kind.into()))
});

pub(crate) static WORDS: &[Word] = &[
    Word::new(&["dev", "oif"], Test::OnLink)
        .with(&Argument::LINK)
        .asked(ask_attr::<RTA_OIF>),
    TABLE,
    // Routes to addresses of this host are not among those of a VRF, as `ip route` lists them.
    Word::is(&["vrf"], |route, table| {
        let is_own = |kind: &u8| matches!(*kind, LOCAL | BROADCAST);
        is_in(route, |own| table.is(own)) && !route.bytes().get(TYPE).is_some_and(is_own)
    })
    .with(&Argument::VRF_TABLE)
    .asked(ask_attr::<RTA_TABLE>),
    Word::is(&["proto", "protocol"], byte_is::<PROTOCOL>)
        .with(&Argument::PROTOCOL)
        .asked(ask_byte::<PROTOCOL>),
    Word::is(&["scope"], byte_is::<SCOPE>).with(&Argument::SCOPE),
    // The kernel is not asked: it goes by the type of the route alone, and tells that of its next hop.
    Word::is(&["type"], byte_is::<TYPE>).with(&KIND),
    Word::is(&["via"], |route, via| {
        is(route, |route| via.contains(route.via()))
    })
    .with(&Argument::VIA),
    Word::is(&["src"], attr_is_in::<RTA_PREFSRC>).with(&Argument::PREFIX),
    Word::is(&["iif"], attr_is::<RTA_IIF>).with(&Argument::LINK),
    Word::is(&["mark"], attr_or_0_is::<RTA_MARK>).with(&Argument::U32),
    Word::is(&["metric"], attr_or_0_is::<RTA_PRIORITY>).with(&Argument::U32),
    Word::is(&["nhid"], attr_is::<RTA_NH_ID>).with(&Argument::U32),
    Word::is(&["tos", "dsfield"], byte_is::<TOS>).with(&Argument::TOS),
    Word::is(&["root", "to root", "within"], |route, prefix| {
        is(route, |route| prefix.holds(Some(route.prefix())))
    })
    .with(&Argument::PREFIX)
    .place(),
    Word::is(&["match", "to match"], |route, prefix| {
        is(route, |route| prefix.is_in(Some(route.prefix())))
    })
    .with(&Argument::DST),
    Word::is(&["to", "exact", "to exact"], |route, prefix| {
        is(route, |route| prefix.is_prefix(Some(route.prefix())))
    })
    .with(&Argument::DST)
    .bare()
    .place(),
    Word::is(&["cache", "cached", "cloned", "table cache"], |route, _| {
        is_cloned(route)
    })
    .asked(|_, request| request[RTM_FLAGS].copy_from_slice(&CLONED.to_ne_bytes()))
    .unreceived("the kernel does not tell how what it remembers of routes changes"),
];

const TABLE: Word = Word::is(&["table"], |route, table| is_in(route, |own| table.is(own)))
    .with(&Argument::TABLE)
    .asked(ask_attr::<RTA_TABLE>);

/// Routes that the kernel has cloned for one destination are listed only where `cache` is said.
pub(crate) static USUAL: &[Word] = &[Word::is(&["cache"], |route, _| !is_cloned(route))];

/// Says whether a list without words has `route`.
#[inline]
pub(crate) fn is_usual(route: &Payload<'_>) -> bool {
    is_in(route, |table| table == MAIN) && !is_cloned(route)
}

/// Words that choose multicast routes.
pub(crate) static MROUTE_WORDS: &[Word] = &[Word::is(&["table"], |route, table| {
    is(route, |route| table.is(route.table()))
})
.with(&Argument::TABLE)];

fn is(route: &Payload<'_>, test: impl FnOnce(&Route<'_>) -> bool) -> bool {
    Route::of(route).is_ok_and(|route| test(&route))
}

#[inline]
fn is_cloned(route: &Payload<'_>) -> bool {
    let flags = route.bytes().get(RTM_FLAGS).and_then(u32);
    flags.is_some_and(|flags| flags & CLONED != 0)
}
