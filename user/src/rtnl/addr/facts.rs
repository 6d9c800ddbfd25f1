// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What is known of addresses.

use super::{Addr, IFADDRMSG};
use crate::kind::{describe, header, Facts, Kinds, Part, Place, Snapshot, Types};
use crate::names::uapi::*;
use crate::rtnl::Kind;

/// What is known of addresses.
pub(crate) const FACTS: Facts = Facts {
    name: "addr",
    types: &[Types::new(RTM_NEWADDR, RTM_DELADDR)],
    groups: &[RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR],
    describe: |bytes, names, out| Addr::from_payload(bytes).map(|addr| describe(&addr, names, out)),
    link: |bytes| Some(Addr::from_payload(bytes).ok()?.header().index),
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
    snapshot: Some(Snapshot {
        header: IFADDRMSG,
        get: RTM_GETADDR,
        dumps: |_| vec![header(libc::AF_UNSPEC as u8, IFADDRMSG)],
        part: |_, attr| Part::drop_if(attr == IFA_CACHEINFO),
        // `find_matching_ifa()`: family, length, link, both addresses.
        identity: |addr, key| {
            key.extend(&addr.header[..2]);
            key.extend(&addr.header[4..8]);
            addr.put(&[IFA_ADDRESS, IFA_LOCAL], key);
        },
        ..Snapshot::DEFAULT
    }),
    ..Facts::DEFAULT
};
