// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Words by which entries of forwarding databases are chosen.

use super::{state_of, Ndmsg, PERMANENT};
use crate::kind::word::{ask_attr, ask_index, attr_or_0_is, Test};
use crate::kind::{Argument, Operand, Payload, Word};
use crate::names::uapi::{NDA_MASTER, NDA_VLAN};

const STATE: Argument = Argument::new("state of an entry", |name, _| {
    state_of(name).map(|state| Operand::AnyOf(state.into()))
});

pub(crate) static WORDS: &[Word] = &[
    Word::new(&["dev", "brport"], Test::OnLink)
        .with(&Argument::LINK)
        .asked(ask_index),
    // Addresses of ports themselves do not say what bridge it is: the kernel has the last word.
    Word::is(&["br"], |_, _| true)
        .with(&Argument::LINK)
        .asked(ask_attr::<NDA_MASTER>)
        .unreceived("an event of an address of a port itself does not say what bridge that is of"),
    Word::is(&["vlan"], attr_or_0_is::<NDA_VLAN>).with(&Argument::U16),
    Word::is(&["dynamic"], |entry, _| {
        state_is(entry, |state| state & PERMANENT == 0)
    }),
    // Some states are words of their own, such as `static`.
    Word::is(&["state", "nud"], |entry, states| {
        state_is(entry, |state| states.is(state))
    })
    .with(&STATE)
    .bare(),
];

fn state_is(entry: &Payload<'_>, test: impl FnOnce(u16) -> bool) -> bool {
    Ndmsg::from_bytes(entry.bytes()).is_some_and(|header| test(header.state))
}
