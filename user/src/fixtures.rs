// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Messages that tests make.

use crate::wire::{put_attr, put_message, Nlmsghdr};

/// Returns a message of this type with these flags, number 0 and from port id 0.
pub fn message(nlmsg_type: u16, nlmsg_flags: u16, payload: &[u8]) -> Vec<u8> {
    let mut message = Vec::new();
    let header = Nlmsghdr {
        nlmsg_type,
        nlmsg_flags,
        ..Nlmsghdr::default()
    };
    put_message(&mut message, header, payload).unwrap();
    message
}

/// Returns `payload`, or a fixed header, with these attributes behind it.
pub fn with(payload: &[u8], attrs: &[(u16, &[u8])]) -> Vec<u8> {
    let mut longer = payload.to_vec();
    for (nla_type, value) in attrs {
        put_attr(&mut longer, *nla_type, value).unwrap();
    }
    longer
}
