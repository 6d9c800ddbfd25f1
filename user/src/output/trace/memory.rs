// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Facts from earlier messages: names of links, numbers of families, and what was asked.

use hashbrown::HashMap;
use nlhello::names::{uapi, FamilyInfo, GENLMSGHDR, GENL_ID_CTRL};
use nlhello::rtnl::link::IFINFOMSG;
use nlhello::wire::{Attrs, Message, NLM_F_REQUEST};

/// Most links and most families that are remembered.
const MOST: usize = 4096;

/// Longest name of a link or of a family, in bytes.
const NAME_MAX: usize = 32;

/// Size of `struct inet_diag_req_v2`, in bytes.
const INET_DIAG_REQ_V2: usize = 56;

/// Facts remembered of a network namespace.
#[derive(Default)]
pub struct Memory {
    links: HashMap<i32, Box<[u8]>>,
    families: HashMap<u16, KnownFamily>,
    /// How often names of links and families changed.
    renames: u64,
    learned: u64,
    /// `nlmsg_seq` of the last question for sockets, and the IP protocol that it was about.
    sockets: Option<(u32, u16)>,
}

/// A family of generic netlink.
pub struct KnownFamily {
    /// Name of the family.
    pub name: Box<[u8]>,
    /// Description of its messages.
    pub family: Option<FamilyInfo>,
}

impl Memory {
    /// Returns the name of the link `index`.
    #[inline]
    pub fn link(&self, index: i32) -> Option<&[u8]> {
        match self.links.is_empty() {
            true => None,
            false => self.links.get(&index).map(|name| &**name),
        }
    }

    /// Returns a number that is another one as soon as a link has another name.
    pub fn renames(&self) -> u64 {
        self.renames
    }

    /// Returns a number that is another one as soon as another family is known.
    pub fn families(&self) -> u64 {
        self.learned
    }

    /// Returns what is known of the family whose messages are of type `nlmsg_type`.
    pub fn family(&self, nlmsg_type: u16) -> Option<&KnownFamily> {
        self.families.get(&nlmsg_type)
    }

    /// Returns the IP protocol whose sockets the question `nlmsg_seq` was about, if that was the last.
    pub fn ip_protocol(&self, nlmsg_seq: u32) -> Option<u16> {
        self.sockets
            .filter(|(seq, _)| *seq == nlmsg_seq)
            .map(|(_, ip_protocol)| ip_protocol)
    }

    /// Learns what `message` of `protocol` says of links and of families, if it is no request, which
    /// may be refused, and what a request asks.
    #[inline]
    pub fn learn(&mut self, protocol: i32, message: &Message<'_>) {
        let header = message.header();
        let is_request = header.nlmsg_flags & NLM_F_REQUEST != 0;
        match (protocol, header.nlmsg_type) {
            (libc::NETLINK_ROUTE, uapi::RTM_NEWLINK) if !is_request => {
                self.learn_link(message);
            }
            (libc::NETLINK_GENERIC, GENL_ID_CTRL) if !is_request => {
                self.learn_family(message);
            }
            (libc::NETLINK_SOCK_DIAG, _) if is_request => {
                self.sockets = asked(message).map(|asked| (header.nlmsg_seq, asked));
            }
            _ => {}
        }
    }

    #[cold]
    fn learn_link(&mut self, message: &Message<'_>) -> Option<()> {
        let index = i32::from_ne_bytes(*message.payload().get(4..)?.first_chunk()?);
        let name = text(message.attrs(IFINFOMSG), uapi::IFLA_IFNAME)?;
        if index == 0 || self.link(index) == Some(name) || is_elsewhere(message) {
            return None;
        }
        if self.links.len() >= MOST {
            self.links.clear();
        }

        self.links.insert(index, name.into());
        self.renames += 1;
        Some(())
    }

    #[cold]
    fn learn_family(&mut self, message: &Message<'_>) -> Option<()> {
        if *message.payload().first()? != uapi::CTRL_CMD_NEWFAMILY {
            return None;
        }
        let attrs = message.attrs(GENLMSGHDR);
        let id = attrs
            .clone()
            .flatten()
            .find(|attr| attr.kind() == uapi::CTRL_ATTR_FAMILY_ID)?;
        let id = u16::from_ne_bytes(id.value().try_into().ok()?);
        let name = text(attrs, uapi::CTRL_ATTR_FAMILY_NAME)?;
        if self.families.len() >= MOST {
            self.families.clear();
        }

        let known = KnownFamily {
            name: name.into(),
            family: FamilyInfo::of_name(name),
        };
        self.families.insert(id, known);
        self.learned += 1;
        Some(())
    }
}

/// Says whether `message` tells of a link of another network namespace, as who asks for that is answered.
fn is_elsewhere(message: &Message<'_>) -> bool {
    let mut attrs = message.attrs(IFINFOMSG).flatten();

    attrs.any(|attr| attr.kind() == uapi::IFLA_TARGET_NETNSID)
}

/// Returns the IP protocol that a question for sockets is about. One that is too large for the field
/// of the header has an attribute.
#[cold]
fn asked(message: &Message<'_>) -> Option<u16> {
    let in_header = u16::from(*message.payload().get(1)?);
    let mut attrs = message.attrs(INET_DIAG_REQ_V2).flatten();
    let Some(attr) = attrs.find(|attr| attr.kind() == uapi::INET_DIAG_REQ_PROTOCOL) else {
        return Some(in_header);
    };

    u32::from_ne_bytes(attr.value().try_into().ok()?)
        .try_into()
        .ok()
}

/// Returns the text of the attribute `nla_type`, if it has one of a sensible length.
fn text<'a>(mut attrs: Attrs<'a>, nla_type: u16) -> Option<&'a [u8]> {
    let attr = attrs.find_map(|attr| attr.ok().filter(|attr| attr.kind() == nla_type))?;
    let text = attr.value().split(|byte| *byte == 0).next()?;

    (1..=NAME_MAX).contains(&text.len()).then_some(text)
}
