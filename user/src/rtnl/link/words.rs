// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Words by which links are chosen.

use super::{operstate_of, Link};
use crate::kind::word::{ask_attr, attr_is, put};
use crate::kind::{Argument, Operand, Payload, Word};
use crate::names::uapi::{IFLA_GROUP, IFLA_INFO_KIND, IFLA_LINKINFO, IFLA_MASTER};
use crate::wire::put_str;

/// Stands for no link where the kernel takes one of which others are ports.
const NO_MASTER: i32 = -1;

/// Ends the name of a kind where the ports of such links are meant: `bridge_slave`.
const SLAVE: &[u8] = b"_slave";

const STATE: Argument = Argument::new("state of a link", |name, _| {
    operstate_of(name).map(|state| Operand::AnyOf(1 << state))
});

pub(crate) static WORDS: &[Word] = &[
    Word::is(&["master"], attr_is::<IFLA_MASTER>)
        .with(&Argument::LINK)
        .asked(ask_attr::<IFLA_MASTER>),
    Word::is(&["vrf"], attr_is::<IFLA_MASTER>)
        .with(&Argument::VRF)
        .asked(ask_attr::<IFLA_MASTER>),
    Word::is(&["nomaster"], |link, _| {
        is(link, |link| link.master().is_none())
    })
    .asked(|_, request| put(request, IFLA_MASTER, &NO_MASTER.to_ne_bytes())),
    Word::is(&["type"], |link, kind| is(link, |link| is_of(link, kind)))
        .with(&Argument::NAME)
        .asked(ask_kind),
    Word::is(&["group"], attr_is::<IFLA_GROUP>).with(&Argument::GROUP),
    Word::is(&["up"], |link, _| is(link, |link| link.is_up())),
    Word::is(&["down"], |link, _| is(link, |link| !link.is_up())),
    Word::is(&["state"], |link, states| {
        is(link, |link| {
            let state = link
                .operstate()
                .and_then(|state| 1u64.checked_shl(state.into()));
            state.is_some_and(|state| states.is(state))
        })
    })
    .with(&STATE),
    Word::is(&["dev"], |link, name| {
        is(link, |link| link.names().any(|own| name.is_name(Some(own))))
    })
    .with(&Argument::NAME)
    .bare(),
];

fn is(link: &Payload<'_>, test: impl FnOnce(&Link<'_>) -> bool) -> bool {
    Link::of(link).is_ok_and(|link| test(&link))
}

fn is_of(link: &Link<'_>, kind: &Operand) -> bool {
    let port = || Some([link.slave_kind()?, SLAVE].concat());

    kind.is_name(link.kind()) || kind.is_name(port().as_deref())
}

/// The kernel knows nothing of ports.
fn ask_kind(kind: &Operand, request: &mut Vec<u8>) {
    match kind {
        Operand::Name(kind) if !kind.ends_with(SLAVE) => {
            let mut link_info = Vec::new();
            // A vector takes all that is written to it.
            let _ = put_str(&mut link_info, IFLA_INFO_KIND, kind);
            put(request, IFLA_LINKINFO, &link_info);
        }
        _ => {}
    }
}
