// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Facts of rules.

use super::words::WORDS;
use super::{Rule, FIB_RULE_HDR, LIST};
use crate::kind::{describe, header, AddressFamilies, Facts, MessageTypes, Place, Snapshot};
use crate::names::uapi::*;
use crate::rtnl::Kind;
use std::ops::Range;

/// Where `flags` is in `struct fib_rule_hdr`, at its end.
const RULE_FLAGS: Range<usize> = 8..12;
/// Where `table` is.
const RULE_TABLE: usize = 4;

/// Facts of rules: `struct fib_rule_hdr`.
pub(crate) const FACTS: Facts = Facts {
    name: "rule",
    types: &[MessageTypes::new(RTM_NEWRULE, RTM_DELRULE)],
    // Rules of the multicast families (128, 129) are no part of these.
    families: AddressFamilies::Only(&[libc::AF_INET as u8, libc::AF_INET6 as u8]),
    groups: &[RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE],
    header: FIB_RULE_HDR,
    describe: |rule, names, out| describe(Rule::of(rule), names, out),
    // Rules have two sides, so they may be about any address.
    place: Place {
        family: true,
        table: Some((RULE_TABLE, FRA_TABLE)),
        ..Place::NOWHERE
    },
    // A rule may lead to another, and there may be one more of the same.
    silent: |_| Kind::Rule.into(),
    words: WORDS,
    list: LIST,
    about: "Show rules: [show] [table TABLE] [pref N] [from PREFIX] [to PREFIX] [iif DEV] [oif DEV] [fwmark N] \
            [proto PROTOCOL] [tos TOS] [ipproto PROTOCOL] [l3mdev] [not]",
    is_usual_to_watch: true,
    snapshot: Some(Snapshot {
        get: RTM_GETRULE,
        dumps: |_| vec![header(libc::AF_UNSPEC as u8, FIB_RULE_HDR)],
        // `rule_exists()`: all of it, but what the kernel notes of links.
        identity: |rule, key| {
            key.extend(&rule.header()[..RULE_FLAGS.start]);
            key.extend(rule.row());
        },
        order: |rule| rule.number(FRA_PRIORITY),
        ..Snapshot::DEFAULT
    }),
    ..Facts::DEFAULT
};
