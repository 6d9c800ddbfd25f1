// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Description of a netlink protocol.

use crate::names::{FamilyInfo, MessageInfo, MessageSpec, GENL_ID_CTRL};
use crate::wire::Message;

/// Description of a netlink protocol: its number, and the messages that [`names`](crate::names) does not have.
#[derive(Debug)]
pub struct Spec {
    /// Third argument of `socket(2)`, `NETLINK_*`.
    pub protocol: libc::c_int,
    /// The way out when the kernel has no such protocol.
    pub unregistered_hint: &'static str,
    /// The messages from `NLMSG_MIN_TYPE` up that [`names`](crate::names) does not have: none, if the
    /// protocol is the kernel's own. In generic netlink they are those of one family.
    pub messages: &'static [MessageSpec],
}

impl Spec {
    /// Returns what is known of `message`.
    pub fn message(&self, message: &Message<'_>) -> Option<MessageInfo> {
        let (header, payload) = (message.header(), message.payload());
        let (nlmsg_type, flags) = (header.nlmsg_type, header.nlmsg_flags);
        let command = || payload.first().copied().map(u16::from);

        match (self.protocol, nlmsg_type) {
            (libc::NETLINK_GENERIC, GENL_ID_CTRL) => {
                FamilyInfo::of_name(b"nlctrl")?.message(command()?, flags, payload)
            }
            (libc::NETLINK_GENERIC, _) => self.listed(command()?).map(MessageInfo::in_generic),
            (protocol, _) => self
                .listed(nlmsg_type)
                .or_else(|| FamilyInfo::of_protocol(protocol)?.message(nlmsg_type, flags, payload)),
        }
    }

    /// Returns what is listed of the messages of this type, or of this command of generic netlink.
    pub fn listed(&self, number: u16) -> Option<MessageInfo> {
        let mut messages = self.messages.iter();

        messages
            .find(|known| known.nlmsg_type == number)
            .map(MessageInfo::from)
    }
}
