// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Changes of links.
//!
//! C header: `include/uapi/linux/if_link.h`.

use super::{LinkKind, RequestPayload, Verb};
use crate::netlink::{Error, Request};
use crate::rtnl::link_names::name_kind;
use std::os::fd::{AsRawFd, BorrowedFd};

const OPS: [&str; 5] = ["link add", "link add", "link add", "link set", "link del"];

/// A link, or what is to become of it.
#[derive(Clone, Debug)]
pub struct LinkChange<'a> {
    /// The link. One that is to be made has a name.
    pub target: Target<'a>,
    /// Up or down.
    pub up: Option<bool>,
    /// Largest packet, in bytes.
    pub mtu: Option<u32>,
    /// New name of the link; the target has to be an index then.
    pub name: Option<&'a [u8]>,
    /// Link-layer address.
    pub address: Option<&'a [u8]>,
    /// Index of the bridge, bond or VRF that it becomes a port of; 0 is none.
    pub master: Option<u32>,
    /// The network namespace that it goes to, which has to stay open until the request is sent.
    pub netns: Option<BorrowedFd<'a>>,
    /// Alias of the link (`IFLA_IFALIAS`); empty removes it.
    pub alias: Option<&'a [u8]>,
    /// How many packets can wait to be sent.
    pub txqueuelen: Option<u32>,
    /// Index of the link that it stands on.
    pub link: Option<u32>,
    /// Kind of a link that is to be made.
    pub kind: Option<LinkKind<'a>>,
}

/// Link that a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// The one with this index, called so in errors.
    Index(u32, &'a [u8]),
    /// The one with this name, or alternative name.
    Name(&'a [u8]),
}

impl<'a> LinkChange<'a> {
    /// Returns a change of `target` that changes nothing yet.
    pub fn new(target: Target<'a>) -> Self {
        Self {
            target,
            up: None,
            mtu: None,
            name: None,
            address: None,
            master: None,
            netns: None,
            alias: None,
            txqueuelen: None,
            link: None,
            kind: None,
        }
    }

    /// Returns what doing `verb` is called in errors.
    pub fn op(verb: Verb) -> &'static str {
        verb.op(OPS)
    }

    /// Returns the request that does `verb` with it. Links have no other verbs than
    /// [`Verb::Add`], [`Verb::Change`] and [`Verb::Del`].
    ///
    /// # Errors
    ///
    /// `EMSGSIZE` when a value is longer than its length can say.
    pub fn request(&self, verb: Verb) -> Result<Request, Error> {
        let (nlmsg_type, flags) = match verb {
            Verb::Change => (libc::RTM_SETLINK, 0),
            Verb::Del => (libc::RTM_DELLINK, 0),
            _ => (libc::RTM_NEWLINK, verb.flags()),
        };
        let mut payload = RequestPayload::new(&self.header());
        self.put_names(verb, &mut payload);
        payload.put_u32(libc::IFLA_MTU, self.mtu);
        if let Some(address) = self.address {
            payload.put(libc::IFLA_ADDRESS, address);
        }
        payload.put_u32(libc::IFLA_LINK, self.link);
        payload.put_u32(libc::IFLA_MASTER, self.master);
        payload.put_u32(libc::IFLA_TXQLEN, self.txqueuelen);
        payload.put_if(
            libc::IFLA_NET_NS_FD,
            self.netns.map(|netns| netns.as_raw_fd().to_ne_bytes()),
        );
        if let Some(kind) = &self.kind {
            kind.put(&mut payload);
        }
        let request = payload.request(Self::op(verb), nlmsg_type, flags)?;
        Ok(request.about(String::from_utf8_lossy(self.target.name())))
    }

    fn put_names(&self, verb: Verb, payload: &mut RequestPayload) {
        if let Target::Name(name) = self.target {
            // A link that is made with an alternative name alone gets a name of the kernel's choice.
            let kind = match verb {
                Verb::Change | Verb::Del => name_kind(name),
                _ => libc::IFLA_IFNAME,
            };
            payload.put_str(kind, Some(name));
        }
        payload.put_str(libc::IFLA_IFNAME, self.name);
        // The kernel takes all of its bytes, a NUL too.
        if let Some(alias) = self.alias {
            payload.put(libc::IFLA_IFALIAS, alias);
        }
    }

    /// Returns a `struct ifinfomsg`.
    fn header(&self) -> [u8; 16] {
        let index = match self.target {
            Target::Index(index, _) => index,
            Target::Name(_) => 0,
        };
        let up = libc::IFF_UP as u32;
        let (flags, change) = match self.up {
            Some(true) => (up, up),
            Some(false) => (0, up),
            None => (0, 0),
        };
        ifinfomsg(index, flags, change)
    }
}

impl<'a> Target<'a> {
    fn name(&self) -> &'a [u8] {
        match self {
            Self::Index(_, name) | Self::Name(name) => name,
        }
    }
}

fn ifinfomsg(index: u32, flags: u32, change: u32) -> [u8; 16] {
    let mut header = [0; 16];
    for (field, value) in header[4..].chunks_exact_mut(4).zip([index, flags, change]) {
        field.copy_from_slice(&value.to_ne_bytes());
    }
    header
}
