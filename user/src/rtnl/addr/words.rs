// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Words by which addresses are chosen.

use super::{Addr, FLAGS, PERMANENT, SECONDARY};
use crate::kind::word::{ask_index, attr_or_0_is, byte_is, Test};
use crate::kind::{Argument, Linked, Operand, Payload, Word};
use crate::names::uapi::IFA_PROTO;

/// Where `ifa_scope` is in `struct ifaddrmsg`.
const SCOPE: usize = 3;

const LABEL: Argument = Argument::new("label", |pattern, _| {
    Some(Operand::Link(Linked::like(pattern.as_bytes())))
});

const FLAG: Argument = Argument::new("flag of addresses", |word, _| flag(word));

pub(crate) static WORDS: &[Word] = &[
    Word::is(&["scope"], byte_is::<SCOPE>).with(&Argument::SCOPE),
    Word::is(&["to", "within"], |addr, prefix| {
        is(addr, |addr| prefix.contains(addr.local()))
    })
    .with(&Argument::PREFIX)
    .place(),
    Word::is(&["proto", "protocol"], attr_or_0_is::<IFA_PROTO>).with(&Argument::ADDR_PROTOCOL),
    Word::is(&["label"], |addr, label| {
        is(addr, |addr| is_labelled(addr, label))
    })
    .with(&LABEL),
    Word::is(&[], |addr, flags| is(addr, |addr| flags.is(addr.flags())))
        .with(&FLAG)
        .bare(),
    Word::is(&[], |addr, own| is(addr, |addr| is_exactly(addr, own)))
        .with(&Argument::PREFIX)
        .bare()
        .place(),
    Word::new(&["dev"], Test::OnLink)
        .with(&Argument::LINK)
        .bare()
        .asked(ask_index),
];

fn is(addr: &Payload<'_>, test: impl FnOnce(&Addr<'_>) -> bool) -> bool {
    Addr::of(addr).is_ok_and(|addr| test(&addr))
}

/// Says whether it is the address that is asked for, with the length that was said, if one was.
fn is_exactly(addr: &Addr<'_>, asked: &Operand) -> bool {
    let Operand::Prefix(prefix, has_len) = asked else {
        return false;
    };
    let is_len = !has_len || prefix.len == addr.header().prefixlen;

    is_len && prefix.address.is_some() && prefix.address == addr.local()
}

/// An address without a label is called as its link is.
fn is_labelled(addr: &Addr<'_>, asked: &Operand) -> bool {
    let Operand::Link(like) = asked else {
        return false;
    };
    match addr.label() {
        Some(label) => like.is_called(label),
        None => like.has(addr.header().index),
    }
}

/// Returns the flag that `word` asks for, or with `-` before it the lack of it.
fn flag(word: &str) -> Option<Operand> {
    let (name, is_wanted) = match word.strip_prefix('-') {
        Some(name) => (name, false),
        None => (word, true),
    };
    let (bit, is_wanted) = match name {
        "permanent" => (PERMANENT, is_wanted),
        "dynamic" => (PERMANENT, !is_wanted),
        "secondary" | "temporary" => (SECONDARY, is_wanted),
        "primary" => (SECONDARY, !is_wanted),
        name => (FLAGS.iter().find(|(_, known)| *known == name)?.0, is_wanted),
    };
    let mask = u64::from(bit);
    let set = if is_wanted { mask } else { 0 };
    Some(Operand::Bits { mask, set })
}
