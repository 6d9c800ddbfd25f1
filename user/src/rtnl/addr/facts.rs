// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Facts of addresses.

use super::words::WORDS;
use super::{Addr, Ifaddrmsg, IFADDRMSG, LIST};
use crate::kind::{describe, header, Facts, Kinds, MessageTypes, Part, Payload, Place, Snapshot};
use crate::names::uapi::*;
use crate::rtnl::Kind;

/// Facts of addresses: `struct ifaddrmsg`.
pub(crate) const FACTS: Facts = Facts {
    name: "addr",
    types: &[MessageTypes::new(RTM_NEWADDR, RTM_DELADDR)],
    groups: &[RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR],
    header: IFADDRMSG,
    describe: |addr, names, out| describe(Addr::of(addr), names, out),
    link: |object| Some(object.link_in_header()),
    place: Place {
        family: true,
        // Where there is another end, the address itself has an attribute of its own.
        address: &[IFA_LOCAL, IFA_ADDRESS],
        ..Place::NOWHERE
    },
    // Routes go with the address that they are from.
    silent: |cause| match cause.is_there {
        true => Kinds::NONE,
        false => Kind::Route.into(),
    },
    // The kernel asks for routers then, or does no more, and notes that of the link (`addrconf_dad_completed()`,
    // `addrconf_ifdown()`).
    unfinished: |cause| match is_of_link(cause.object) {
        true => Kind::Link.into(),
        false => Kinds::NONE,
    },
    words: WORDS,
    list: LIST,
    aliases: &["a"],
    about: "Show addresses: [show] [[dev] DEV] [master DEV|nomaster|vrf NAME] [type KIND] [up] [group GROUP] \
            [scope SCOPE] [[to] PREFIX] [label LABEL] [proto PROTOCOL] [permanent|dynamic] [secondary|primary] \
            [tentative|deprecated|...]",
    is_usual_to_watch: true,
    snapshot: Some(Snapshot {
        get: RTM_GETADDR,
        dumps: |_| vec![header(libc::AF_UNSPEC as u8, IFADDRMSG)],
        part: |_, attr| Part::drop_if(attr == IFA_CACHEINFO),
        identity,
        ..Snapshot::DEFAULT
    }),
    ..Facts::DEFAULT
};

/// Of IPv6 there is one of an address on a link, whatever the other end (`ipv6_get_ifaddr()`); of IPv4 one for each length
/// and other end (`find_matching_ifa()`).
fn identity(addr: &Payload<'_>, key: &mut Vec<u8>) {
    let header = addr.header();
    key.push(header[0]);
    key.extend(addr.link_bytes());
    match i32::from(header[0]) {
        libc::AF_INET6 => {
            let own = addr.attr(IFA_LOCAL).or(addr.attr(IFA_ADDRESS));
            key.extend(own.unwrap_or_default());
        }
        _ => {
            key.push(header[1]);
            addr.put(&[IFA_ADDRESS, IFA_LOCAL], key);
        }
    }
}

/// Says whether it is an address of IPv6 that holds on its link alone.
fn is_of_link(addr: &Payload<'_>) -> bool {
    let header = Ifaddrmsg::from_bytes(addr.bytes());
    header.is_some_and(|header| {
        (header.family, header.scope) == (libc::AF_INET6 as u8, libc::RT_SCOPE_LINK)
    })
}
