// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Words by which rules are chosen.

use super::{Rule, INVERT};
use crate::kind::word::{attr_is, attr_is_name, attr_or_0_is, byte_is, has_attr};
use crate::kind::{Argument, Operand, Payload, Word};
use crate::names::uapi::*;
use crate::rtnl::{ip_protocol, Prefix};

/// Where `tos` is in `struct fib_rule_hdr`.
const TOS: usize = 3;

const IP_PROTOCOL: Argument = Argument::new("protocol of IP", |name, _| {
    ip_protocol::number(name).map(|number| Operand::Number(number.into()))
});

pub(crate) static WORDS: &[Word] = &[
    Word::is(&["table", "lookup"], |rule, table| {
        is(rule, |rule| table.is(rule.table()))
    })
    .with(&Argument::TABLE),
    Word::is(
        &["pref", "priority", "preference", "order"],
        attr_or_0_is::<FRA_PRIORITY>,
    )
    .with(&Argument::U32),
    Word::is(&["from"], |rule, prefix| {
        is(rule, |rule| prefix.holds(Some(or_any(rule, rule.src()))))
    })
    .with(&Argument::PREFIX),
    Word::is(&["to"], |rule, prefix| {
        is(rule, |rule| prefix.holds(Some(or_any(rule, rule.dst()))))
    })
    .with(&Argument::PREFIX)
    .place(),
    Word::is(&["within"], |rule, prefix| {
        is(rule, |rule| {
            prefix.holds(rule.src()) || prefix.holds(rule.dst())
        })
    })
    .with(&Argument::PREFIX)
    .place(),
    Word::is(&["iif", "dev"], attr_is_name::<FRA_IIFNAME>).with(&Argument::NAME),
    Word::is(&["oif"], attr_is_name::<FRA_OIFNAME>).with(&Argument::NAME),
    Word::is(&["fwmark"], attr_is::<FRA_FWMARK>).with(&Argument::U32),
    Word::is(&["proto", "protocol"], attr_is::<FRA_PROTOCOL>).with(&Argument::PROTOCOL),
    Word::is(&["tos", "dsfield"], byte_is::<TOS>).with(&Argument::TOS),
    Word::is(&["ipproto"], attr_is::<FRA_IP_PROTO>).with(&IP_PROTOCOL),
    Word::is(&["l3mdev"], has_attr::<FRA_L3MDEV>),
    Word::is(&["not"], |rule, _| {
        is(rule, |rule| rule.header().flags & INVERT != 0)
    }),
    Word::is(&[], |rule, prefix| {
        is(rule, |rule| prefix.is_prefix(rule.dst()))
    })
    .with(&Argument::PREFIX)
    .bare()
    .place(),
];

fn is(rule: &Payload<'_>, test: impl FnOnce(&Rule<'_>) -> bool) -> bool {
    Rule::of(rule).is_ok_and(|rule| test(&rule))
}

/// Returns the prefix of one side of `rule`, which is any address where it says nothing.
fn or_any(rule: &Rule<'_>, prefix: Option<Prefix>) -> Prefix {
    prefix.unwrap_or(Prefix {
        address: Prefix::any_of(rule.header().family),
        len: 0,
    })
}
