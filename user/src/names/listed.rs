// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Names of a protocol that is no part of the kernel, as its client lists them.

/// A type of message.
#[derive(Debug)]
pub struct MessageSpec {
    /// `nlmsg_type`, or the command of generic netlink.
    pub nlmsg_type: u16,
    /// Name of the type in C.
    pub name: &'static str,
    /// Size of the fixed header before the attributes, in bytes.
    pub header: usize,
    /// Whether a request of this type can be a dump: then two bits of its flags are `NLM_F_DUMP`,
    /// which else mean something else.
    pub is_get: bool,
    /// Prefix of the names of attributes in C, which errors leave out.
    pub attr_prefix: &'static str,
    /// The attributes that it may carry.
    pub attrs: &'static [AttrSpec],
}

/// A type of attribute.
#[derive(Debug, PartialEq, Eq)]
pub struct AttrSpec {
    /// `nla_type`, without flag bits.
    pub nla_type: u16,
    /// Name of the type in C.
    pub name: &'static str,
    /// How its value is shown.
    pub format: AttrFormat,
}

/// Format of an attribute's value.
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
}

impl AttrSpec {
    /// Returns what `attrs` knows of attributes of type `nla_type`.
    pub fn find(attrs: &'static [AttrSpec], nla_type: u16) -> Option<&'static AttrSpec> {
        attrs.iter().find(|a| a.nla_type == nla_type)
    }
}
