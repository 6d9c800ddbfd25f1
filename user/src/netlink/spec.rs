// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Description of a netlink protocol.

use crate::names::{self, FamilyInfo, MessageSpec, GENL_ID_CTRL};
use crate::wire::Message;

/// Description of a netlink protocol: its number, and the messages that [`names`] does not have.
#[derive(Debug)]
pub struct Spec {
    /// Third argument of `socket(2)`, `NETLINK_*`.
    pub protocol: libc::c_int,
    /// The way out when the kernel has no such protocol.
    pub unregistered_hint: &'static str,
    /// The messages from `NLMSG_MIN_TYPE` up that [`names`] does not have: none, if the
    /// protocol is the kernel's own.
    pub messages: &'static [MessageSpec],
}

impl Spec {
    /// Returns what is known of `message`.
    pub fn message(&self, message: &Message<'_>) -> Option<names::MessageInfo> {
        let header = message.header();
        let known = self
            .messages
            .iter()
            .find(|known| known.nlmsg_type == header.nlmsg_type);
        if let Some(known) = known {
            return Some(known.into());
        }
        let (flags, payload) = (header.nlmsg_flags, message.payload());

        match (self.protocol, header.nlmsg_type) {
            (libc::NETLINK_GENERIC, GENL_ID_CTRL) => {
                let command = *payload.first()?;
                FamilyInfo::of_name(b"nlctrl")?.message(command.into(), flags, payload)
            }
            (libc::NETLINK_GENERIC, _) => None,
            (protocol, nlmsg_type) => {
                FamilyInfo::of_protocol(protocol)?.message(nlmsg_type, flags, payload)
            }
        }
    }
}
