// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Names for the numbers of a protocol.

use crate::wire::{self, Attrs};

/// What the client knows of a netlink protocol.
#[derive(Debug)]
pub struct Spec {
    /// Third argument of `socket(2)`, `NETLINK_*`.
    pub protocol: libc::c_int,
    /// The way out when the kernel has no such protocol.
    pub unregistered_hint: &'static str,
    /// The messages from `NLMSG_MIN_TYPE` up.
    pub messages: &'static [MessageSpec],
}

/// One type of message.
#[derive(Debug)]
pub struct MessageSpec {
    /// `nlmsg_type`.
    pub nlmsg_type: u16,
    /// Its name in C.
    pub name: &'static str,
    /// Size of the fixed header before the attributes, in bytes.
    pub header: usize,
    /// Whether a request of this type can be a dump: then two bits of its flags are `NLM_F_DUMP`,
    /// which else mean something else.
    pub is_get: bool,
    /// What the names of attributes begin with in C, and errors leave out.
    pub attr_prefix: &'static str,
    /// The attributes that it may carry.
    pub attrs: &'static [AttrSpec],
}

/// One type of attribute.
#[derive(Debug, PartialEq, Eq)]
pub struct AttrSpec {
    /// `nla_type`, without flag bits.
    pub nla_type: u16,
    /// Its name in C.
    pub name: &'static str,
    /// How its value is shown.
    pub format: AttrFormat,
}

/// What the value of an attribute is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttrFormat {
    /// A string that ends in a NUL.
    String,
    /// Bytes of any meaning.
    Bytes,
    /// A `u32` in host byte order.
    U32,
    /// A `u64` in host byte order.
    U64,
    /// Attributes, behind a fixed header of so many bytes.
    Nested(usize, &'static [AttrSpec]),
    /// Of the format of this name; the name is beside it, a string of this type.
    Named(u16, &'static [(&'static str, AttrFormat)]),
}

impl AttrFormat {
    /// Returns where in the value attributes begin and what is known of them, if it holds any;
    /// `beside` are those around it.
    pub fn nest(self, beside: Attrs<'_>) -> Option<(usize, &'static [AttrSpec])> {
        match self {
            Self::Nested(header, known) => Some((wire::align(header), known)),
            Self::Named(kind, formats) => {
                let name = beside.flatten().find(|attr| attr.kind() == kind)?;
                let (_, format) = formats
                    .iter()
                    .find(|(known, _)| name.str() == Ok(known.as_bytes()))?;
                format.nest(Attrs::new(&[]))
            }
            _ => None,
        }
    }
}

impl Spec {
    /// Returns what is known of messages of type `nlmsg_type`.
    pub fn message(&self, nlmsg_type: u16) -> Option<&'static MessageSpec> {
        self.messages.iter().find(|m| m.nlmsg_type == nlmsg_type)
    }
}

impl AttrSpec {
    /// Returns what `attrs` knows of attributes of type `nla_type`.
    pub fn find(attrs: &'static [AttrSpec], nla_type: u16) -> Option<&'static AttrSpec> {
        attrs.iter().find(|a| a.nla_type == nla_type)
    }
}
