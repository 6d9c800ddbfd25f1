// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The messages of demo, made of `uapi/demo.yaml` by `make spec`.

use crate::netlink::{
    AttrFormat, AttrSpec, DumpRequest, Error, MessageSpec, ReplyAttrs, Request, RequestAttrs,
};
use crate::uapi::*;
use crate::wire::{self, Attr, Message};

/// The messages by the names that they have in C.
pub(super) static MESSAGES: &[MessageSpec] = &[
    MessageSpec {
        nlmsg_type: DEMO_CMD_PUT,
        name: "DEMO_CMD_PUT",
        header: 0,
        is_get: false,
        attr_prefix: "DEMO_A_",
        attrs: DEMO_ATTRS,
    },
    MessageSpec {
        nlmsg_type: DEMO_CMD_GET,
        name: "DEMO_CMD_GET",
        header: 0,
        is_get: true,
        attr_prefix: "DEMO_A_",
        attrs: DEMO_ATTRS,
    },
    MessageSpec {
        nlmsg_type: DEMO_CMD_TOUCH,
        name: "DEMO_CMD_TOUCH",
        header: 0,
        is_get: false,
        attr_prefix: "DEMO_A_",
        attrs: DEMO_ATTRS,
    },
    MessageSpec {
        nlmsg_type: DEMO_CMD_TOLD,
        name: "DEMO_CMD_TOLD",
        header: 0,
        is_get: false,
        attr_prefix: "DEMO_A_",
        attrs: DEMO_ATTRS,
    },
    MessageSpec {
        nlmsg_type: DEMO_CMD_GOT,
        name: "DEMO_CMD_GOT",
        header: 0,
        is_get: false,
        attr_prefix: "DEMO_A_",
        attrs: DEMO_ATTRS,
    },
];

/// The attributes of `demo` by the names that they have in C.
static DEMO_ATTRS: &[AttrSpec] = &[
    attr(DEMO_A_TEXT, "DEMO_A_TEXT", AttrFormat::String),
    attr(DEMO_A_BYTES, "DEMO_A_BYTES", AttrFormat::Bytes),
    attr(DEMO_A_DIGEST, "DEMO_A_DIGEST", AttrFormat::Bytes),
    attr(DEMO_A_IS_URGENT, "DEMO_A_IS_URGENT", AttrFormat::Bytes),
    attr(DEMO_A_U8, "DEMO_A_U8", AttrFormat::Bytes),
    attr(DEMO_A_U16, "DEMO_A_U16", AttrFormat::Bytes),
    attr(DEMO_A_U32, "DEMO_A_U32", AttrFormat::U32),
    attr(DEMO_A_U64, "DEMO_A_U64", AttrFormat::U64),
    attr(DEMO_A_S8, "DEMO_A_S8", AttrFormat::Bytes),
    attr(DEMO_A_S16, "DEMO_A_S16", AttrFormat::Bytes),
    attr(DEMO_A_S32, "DEMO_A_S32", AttrFormat::Bytes),
    attr(DEMO_A_S64, "DEMO_A_S64", AttrFormat::Bytes),
    attr(DEMO_A_UINT, "DEMO_A_UINT", AttrFormat::Bytes),
    attr(DEMO_A_SINT, "DEMO_A_SINT", AttrFormat::Bytes),
    attr(DEMO_A_BE16, "DEMO_A_BE16", AttrFormat::Bytes),
    attr(DEMO_A_BE32, "DEMO_A_BE32", AttrFormat::Bytes),
    attr(DEMO_A_BE64, "DEMO_A_BE64", AttrFormat::Bytes),
    attr(DEMO_A_SET, "DEMO_A_SET", AttrFormat::Bytes),
    attr(DEMO_A_BITS, "DEMO_A_BITS", AttrFormat::U32),
    attr(
        DEMO_A_PART,
        "DEMO_A_PART",
        AttrFormat::Nested(0, PART_ATTRS),
    ),
    attr(DEMO_A_PARTS, "DEMO_A_PARTS", AttrFormat::Bytes),
    attr(DEMO_A_NAMES, "DEMO_A_NAMES", AttrFormat::String),
    attr(DEMO_A_OLD, "DEMO_A_OLD", AttrFormat::Bytes),
    attr(DEMO_A_FEW, "DEMO_A_FEW", AttrFormat::Bytes),
];

/// The attributes of `part` by the names that they have in C.
static PART_ATTRS: &[AttrSpec] = &[
    attr(DEMO_A_PART_ID, "DEMO_A_PART_ID", AttrFormat::U32),
    attr(DEMO_A_PART_NOTE, "DEMO_A_PART_NOTE", AttrFormat::String),
];

const fn attr(nla_type: u16, name: &'static str, format: AttrFormat) -> AttrSpec {
    AttrSpec {
        nla_type,
        name,
        format,
    }
}

/// `DEMO_CMD_PUT`: takes everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PutRequest<'a> {
    /// A text.
    pub text: &'a [u8],
    /// `DEMO_A_BYTES`.
    pub bytes: Option<&'a [u8]>,
    /// `DEMO_A_DIGEST`.
    pub digest: Option<&'a [u8]>,
    /// `DEMO_A_IS_URGENT`.
    pub is_urgent: bool,
    /// `DEMO_A_U8`.
    pub u8: Option<u8>,
    /// `DEMO_A_U16`.
    pub u16: Option<u16>,
    /// `DEMO_A_U32`.
    pub u32: Option<u32>,
    /// `DEMO_A_U64`.
    pub u64: Option<u64>,
    /// `DEMO_A_S8`.
    pub s8: Option<i8>,
    /// `DEMO_A_S16`.
    pub s16: Option<i16>,
    /// `DEMO_A_S32`.
    pub s32: Option<i32>,
    /// `DEMO_A_S64`.
    pub s64: Option<i64>,
    /// `DEMO_A_UINT`.
    pub uint: Option<u64>,
    /// `DEMO_A_SINT`.
    pub sint: Option<i64>,
    /// `DEMO_A_BE16`.
    pub be16: Option<u16>,
    /// `DEMO_A_BE32`.
    pub be32: Option<u32>,
    /// `DEMO_A_BE64`.
    pub be64: Option<u64>,
    /// `DEMO_A_SET`.
    pub set: Option<Bitfield32>,
    /// `DEMO_A_BITS`.
    pub bits: Option<u32>,
    /// `DEMO_A_PART`.
    pub part: PartNest<'a>,
    /// `DEMO_A_PARTS`.
    pub parts: Option<&'a [PartNest<'a>]>,
    /// `DEMO_A_NAMES`.
    pub names: &'a [&'a [u8]],
    /// `DEMO_A_FEW`.
    pub few: Option<u16>,
}

impl PutRequest<'_> {
    /// Builds the request, to do `op`.
    ///
    /// # Errors
    ///
    /// `ERANGE` when no attribute can hold a value.
    pub(crate) fn request(&self, op: &'static str) -> Result<Request, Error> {
        let mut attrs = RequestAttrs::new(op);
        self.put(&mut attrs)?;

        Request::change(op, DEMO_CMD_PUT, attrs.into_bytes())
    }

    fn put(&self, attrs: &mut RequestAttrs) -> Result<(), Error> {
        attrs.put_str(DEMO_A_TEXT, "TEXT", DEMO_TEXT_MAX, self.text)?;
        if let Some(bytes) = self.bytes {
            attrs.put(DEMO_A_BYTES, "BYTES", DEMO_TEXT_MAX - 1, bytes)?;
        }
        if let Some(digest) = self.digest {
            attrs.put(DEMO_A_DIGEST, "DIGEST", 20, digest)?;
        }
        if self.is_urgent {
            attrs.put(DEMO_A_IS_URGENT, "IS_URGENT", 0, &[])?;
        }
        if let Some(u8) = self.u8 {
            attrs.put(DEMO_A_U8, "U8", 1, &u8.to_ne_bytes())?;
        }
        if let Some(u16) = self.u16 {
            attrs.put(DEMO_A_U16, "U16", 2, &u16.to_ne_bytes())?;
        }
        if let Some(u32) = self.u32 {
            attrs.put(DEMO_A_U32, "U32", 4, &u32.to_ne_bytes())?;
        }
        if let Some(u64) = self.u64 {
            attrs.put(DEMO_A_U64, "U64", 8, &u64.to_ne_bytes())?;
        }
        if let Some(s8) = self.s8 {
            attrs.put(DEMO_A_S8, "S8", 1, &s8.to_ne_bytes())?;
        }
        if let Some(s16) = self.s16 {
            attrs.put(DEMO_A_S16, "S16", 2, &s16.to_ne_bytes())?;
        }
        if let Some(s32) = self.s32 {
            attrs.put(DEMO_A_S32, "S32", 4, &s32.to_ne_bytes())?;
        }
        if let Some(s64) = self.s64 {
            attrs.put(DEMO_A_S64, "S64", 8, &s64.to_ne_bytes())?;
        }
        if let Some(uint) = self.uint {
            attrs.put(DEMO_A_UINT, "UINT", 8, &uint.to_ne_bytes())?;
        }
        if let Some(sint) = self.sint {
            attrs.put(DEMO_A_SINT, "SINT", 8, &sint.to_ne_bytes())?;
        }
        if let Some(be16) = self.be16 {
            attrs.put(DEMO_A_BE16, "BE16", 2, &be16.to_be_bytes())?;
        }
        if let Some(be32) = self.be32 {
            attrs.put(DEMO_A_BE32, "BE32", 4, &be32.to_be_bytes())?;
        }
        if let Some(be64) = self.be64 {
            attrs.put(DEMO_A_BE64, "BE64", 8, &be64.to_be_bytes())?;
        }
        if let Some(set) = self.set {
            attrs.put(DEMO_A_SET, "SET", 8, &set.to_bytes())?;
        }
        if let Some(bits) = self.bits {
            attrs.put(DEMO_A_BITS, "BITS", 4, &bits.to_ne_bytes())?;
        }
        attrs.put_nest(DEMO_A_PART, "PART", |nest| self.part.put(nest))?;
        if let Some(parts) = self.parts {
            attrs.put_nest(DEMO_A_PARTS, "PARTS", |array| {
                for (item, number) in parts.iter().zip(1..) {
                    array.put_nest(number, "PARTS", |nest| item.put(nest))?;
                }
                Ok(())
            })?;
        }
        for names in self.names {
            attrs.put_str(DEMO_A_NAMES, "NAMES", wire::NLA_MAX_VALUE as u32, names)?;
        }
        if let Some(few) = self.few {
            attrs.put(DEMO_A_FEW, "FEW", 2, &few.to_ne_bytes())?;
        }
        Ok(())
    }
}

/// `DEMO_CMD_GET`: gives everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GetRequest<'a> {
    /// A text.
    pub text: Option<&'a [u8]>,
}

impl GetRequest<'_> {
    /// Builds the request, to do `op`.
    ///
    /// # Errors
    ///
    /// `ERANGE` when no attribute can hold a value.
    pub(crate) fn request(&self, op: &'static str) -> Result<Request, Error> {
        let mut attrs = RequestAttrs::new(op);
        self.put(&mut attrs)?;

        Request::new(op, DEMO_CMD_GET, attrs.into_bytes())
    }

    fn put(&self, attrs: &mut RequestAttrs) -> Result<(), Error> {
        if let Some(text) = self.text {
            attrs.put_str(DEMO_A_TEXT, "TEXT", DEMO_TEXT_MAX, text)?;
        }
        Ok(())
    }
}

/// `DEMO_CMD_GET` with `NLM_F_DUMP`: gives everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GetDumpRequest;

impl GetDumpRequest {
    /// Builds the request, to do `op`.
    ///
    /// # Errors
    ///
    /// `ERANGE` when no attribute can hold a value.
    pub(crate) fn request(&self, op: &'static str) -> Result<DumpRequest, Error> {
        Request::dump(op, DEMO_CMD_GET, Vec::new())
    }
}

/// The answer to a `DEMO_CMD_GET`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetReply<'a> {
    /// A text.
    pub text: &'a [u8],
    /// `DEMO_A_BYTES`.
    pub bytes: Option<&'a [u8]>,
    /// `DEMO_A_DIGEST`.
    pub digest: &'a [u8],
    /// `DEMO_A_IS_URGENT`.
    pub is_urgent: bool,
    /// `DEMO_A_U8`.
    pub u8: Option<u8>,
    /// `DEMO_A_U16`.
    pub u16: u16,
    /// `DEMO_A_U32`.
    pub u32: u32,
    /// `DEMO_A_U64`.
    pub u64: u64,
    /// `DEMO_A_S8`.
    pub s8: i8,
    /// `DEMO_A_S16`.
    pub s16: i16,
    /// `DEMO_A_S32`.
    pub s32: i32,
    /// `DEMO_A_S64`.
    pub s64: i64,
    /// `DEMO_A_UINT`.
    pub uint: u64,
    /// `DEMO_A_SINT`.
    pub sint: i64,
    /// `DEMO_A_BE16`.
    pub be16: u16,
    /// `DEMO_A_BE32`.
    pub be32: u32,
    /// `DEMO_A_BE64`.
    pub be64: u64,
    /// `DEMO_A_SET`.
    pub set: Bitfield32,
    /// `DEMO_A_BITS`.
    pub bits: u32,
    /// `DEMO_A_PART`.
    pub part: Option<PartNestReply<'a>>,
    /// `DEMO_A_PARTS`.
    pub parts: Vec<PartNestReply<'a>>,
    /// `DEMO_A_NAMES`.
    pub names: Vec<&'a [u8]>,
    /// `DEMO_A_FEW`.
    pub few: u16,
}

impl<'a> GetReply<'a> {
    /// Reads `message`, which came for `op`.
    ///
    /// # Errors
    ///
    /// `EBADMSG` when it is another message, or malformed.
    pub(crate) fn read(op: &'static str, message: &Message<'a>) -> Result<Self, Error> {
        let attrs = ReplyAttrs::new(op, DEMO_CMD_GET, message)?;

        Ok(Self {
            text: attrs.get(DEMO_A_TEXT, "TEXT", Attr::str)?,
            bytes: attrs.find(DEMO_A_BYTES, |attr| Ok(attr.value()))?,
            digest: attrs.get(DEMO_A_DIGEST, "DIGEST", |attr| Ok(attr.value()))?,
            is_urgent: attrs.find(DEMO_A_IS_URGENT, |_| Ok(()))?.is_some(),
            u8: attrs.find(DEMO_A_U8, |attr: &Attr<'_>| {
                attr.array().map(u8::from_ne_bytes)
            })?,
            u16: attrs.get(DEMO_A_U16, "U16", |attr: &Attr<'_>| {
                attr.array().map(u16::from_ne_bytes)
            })?,
            u32: attrs.get(DEMO_A_U32, "U32", Attr::u32)?,
            u64: attrs.get(DEMO_A_U64, "U64", Attr::u64)?,
            s8: attrs.get(DEMO_A_S8, "S8", |attr: &Attr<'_>| {
                attr.array().map(i8::from_ne_bytes)
            })?,
            s16: attrs.get(DEMO_A_S16, "S16", |attr: &Attr<'_>| {
                attr.array().map(i16::from_ne_bytes)
            })?,
            s32: attrs.get(DEMO_A_S32, "S32", |attr: &Attr<'_>| {
                attr.array().map(i32::from_ne_bytes)
            })?,
            s64: attrs.get(DEMO_A_S64, "S64", |attr: &Attr<'_>| {
                attr.array().map(i64::from_ne_bytes)
            })?,
            uint: attrs.get(DEMO_A_UINT, "UINT", |attr: &Attr<'_>| match attr.array() {
                Ok(four) => Ok(u32::from_ne_bytes(four).into()),
                Err(_) => attr.array().map(u64::from_ne_bytes),
            })?,
            sint: attrs.get(DEMO_A_SINT, "SINT", |attr: &Attr<'_>| match attr.array() {
                Ok(four) => Ok(i32::from_ne_bytes(four).into()),
                Err(_) => attr.array().map(i64::from_ne_bytes),
            })?,
            be16: attrs.get(DEMO_A_BE16, "BE16", |attr: &Attr<'_>| {
                attr.array().map(u16::from_be_bytes)
            })?,
            be32: attrs.get(DEMO_A_BE32, "BE32", |attr: &Attr<'_>| {
                attr.array().map(u32::from_be_bytes)
            })?,
            be64: attrs.get(DEMO_A_BE64, "BE64", |attr: &Attr<'_>| {
                attr.array().map(u64::from_be_bytes)
            })?,
            set: attrs.get(DEMO_A_SET, "SET", Bitfield32::read)?,
            bits: attrs.get(DEMO_A_BITS, "BITS", Attr::u32)?,
            part: attrs
                .find(DEMO_A_PART, |attr| Ok(*attr))?
                .map(|attr| PartNestReply::read(&attrs.inside(&attr)))
                .transpose()?,
            parts: attrs
                .items(&attrs.get(DEMO_A_PARTS, "PARTS", |attr| Ok(*attr))?)
                .map(|item| PartNestReply::read(&attrs.inside(&item?)))
                .collect::<Result<Vec<_>, _>>()?,
            names: attrs
                .all(DEMO_A_NAMES)
                .map(|attr| attrs.checked((Attr::str)(&attr?)))
                .collect::<Result<_, _>>()?,
            few: attrs.get(DEMO_A_FEW, "FEW", |attr: &Attr<'_>| {
                attr.array().map(u16::from_ne_bytes)
            })?,
        })
    }
}

/// `DEMO_CMD_TOUCH`: takes and gives nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TouchRequest;

impl TouchRequest {
    /// Builds the request, to do `op`.
    ///
    /// # Errors
    ///
    /// `ERANGE` when no attribute can hold a value.
    pub(crate) fn request(&self, op: &'static str) -> Result<Request, Error> {
        Request::change(op, DEMO_CMD_TOUCH, Vec::new())
    }
}

/// `DEMO_CMD_TOLD`, to the group `news`: a text was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told<'a> {
    /// A text.
    pub text: &'a [u8],
}

impl<'a> Told<'a> {
    /// Reads `message`, which came for `op`.
    ///
    /// # Errors
    ///
    /// `EBADMSG` when it is another message, or malformed.
    pub(crate) fn read(op: &'static str, message: &Message<'a>) -> Result<Self, Error> {
        let attrs = ReplyAttrs::new(op, DEMO_CMD_TOLD, message)?;

        Ok(Self {
            text: attrs.get(DEMO_A_TEXT, "TEXT", Attr::str)?,
        })
    }
}

/// `DEMO_CMD_GOT`, to the group `secrets`: everything was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Got<'a> {
    /// A text.
    pub text: &'a [u8],
    /// `DEMO_A_BYTES`.
    pub bytes: Option<&'a [u8]>,
    /// `DEMO_A_DIGEST`.
    pub digest: &'a [u8],
    /// `DEMO_A_IS_URGENT`.
    pub is_urgent: bool,
    /// `DEMO_A_U8`.
    pub u8: Option<u8>,
    /// `DEMO_A_U16`.
    pub u16: u16,
    /// `DEMO_A_U32`.
    pub u32: u32,
    /// `DEMO_A_U64`.
    pub u64: u64,
    /// `DEMO_A_S8`.
    pub s8: i8,
    /// `DEMO_A_S16`.
    pub s16: i16,
    /// `DEMO_A_S32`.
    pub s32: i32,
    /// `DEMO_A_S64`.
    pub s64: i64,
    /// `DEMO_A_UINT`.
    pub uint: u64,
    /// `DEMO_A_SINT`.
    pub sint: i64,
    /// `DEMO_A_BE16`.
    pub be16: u16,
    /// `DEMO_A_BE32`.
    pub be32: u32,
    /// `DEMO_A_BE64`.
    pub be64: u64,
    /// `DEMO_A_SET`.
    pub set: Bitfield32,
    /// `DEMO_A_BITS`.
    pub bits: u32,
    /// `DEMO_A_PART`.
    pub part: Option<PartNestReply<'a>>,
    /// `DEMO_A_PARTS`.
    pub parts: Vec<PartNestReply<'a>>,
    /// `DEMO_A_NAMES`.
    pub names: Vec<&'a [u8]>,
    /// `DEMO_A_FEW`.
    pub few: u16,
}

impl<'a> Got<'a> {
    /// Reads `message`, which came for `op`.
    ///
    /// # Errors
    ///
    /// `EBADMSG` when it is another message, or malformed.
    pub(crate) fn read(op: &'static str, message: &Message<'a>) -> Result<Self, Error> {
        let attrs = ReplyAttrs::new(op, DEMO_CMD_GOT, message)?;

        Ok(Self {
            text: attrs.get(DEMO_A_TEXT, "TEXT", Attr::str)?,
            bytes: attrs.find(DEMO_A_BYTES, |attr| Ok(attr.value()))?,
            digest: attrs.get(DEMO_A_DIGEST, "DIGEST", |attr| Ok(attr.value()))?,
            is_urgent: attrs.find(DEMO_A_IS_URGENT, |_| Ok(()))?.is_some(),
            u8: attrs.find(DEMO_A_U8, |attr: &Attr<'_>| {
                attr.array().map(u8::from_ne_bytes)
            })?,
            u16: attrs.get(DEMO_A_U16, "U16", |attr: &Attr<'_>| {
                attr.array().map(u16::from_ne_bytes)
            })?,
            u32: attrs.get(DEMO_A_U32, "U32", Attr::u32)?,
            u64: attrs.get(DEMO_A_U64, "U64", Attr::u64)?,
            s8: attrs.get(DEMO_A_S8, "S8", |attr: &Attr<'_>| {
                attr.array().map(i8::from_ne_bytes)
            })?,
            s16: attrs.get(DEMO_A_S16, "S16", |attr: &Attr<'_>| {
                attr.array().map(i16::from_ne_bytes)
            })?,
            s32: attrs.get(DEMO_A_S32, "S32", |attr: &Attr<'_>| {
                attr.array().map(i32::from_ne_bytes)
            })?,
            s64: attrs.get(DEMO_A_S64, "S64", |attr: &Attr<'_>| {
                attr.array().map(i64::from_ne_bytes)
            })?,
            uint: attrs.get(DEMO_A_UINT, "UINT", |attr: &Attr<'_>| match attr.array() {
                Ok(four) => Ok(u32::from_ne_bytes(four).into()),
                Err(_) => attr.array().map(u64::from_ne_bytes),
            })?,
            sint: attrs.get(DEMO_A_SINT, "SINT", |attr: &Attr<'_>| match attr.array() {
                Ok(four) => Ok(i32::from_ne_bytes(four).into()),
                Err(_) => attr.array().map(i64::from_ne_bytes),
            })?,
            be16: attrs.get(DEMO_A_BE16, "BE16", |attr: &Attr<'_>| {
                attr.array().map(u16::from_be_bytes)
            })?,
            be32: attrs.get(DEMO_A_BE32, "BE32", |attr: &Attr<'_>| {
                attr.array().map(u32::from_be_bytes)
            })?,
            be64: attrs.get(DEMO_A_BE64, "BE64", |attr: &Attr<'_>| {
                attr.array().map(u64::from_be_bytes)
            })?,
            set: attrs.get(DEMO_A_SET, "SET", Bitfield32::read)?,
            bits: attrs.get(DEMO_A_BITS, "BITS", Attr::u32)?,
            part: attrs
                .find(DEMO_A_PART, |attr| Ok(*attr))?
                .map(|attr| PartNestReply::read(&attrs.inside(&attr)))
                .transpose()?,
            parts: attrs
                .items(&attrs.get(DEMO_A_PARTS, "PARTS", |attr| Ok(*attr))?)
                .map(|item| PartNestReply::read(&attrs.inside(&item?)))
                .collect::<Result<Vec<_>, _>>()?,
            names: attrs
                .all(DEMO_A_NAMES)
                .map(|attr| attrs.checked((Attr::str)(&attr?)))
                .collect::<Result<_, _>>()?,
            few: attrs.get(DEMO_A_FEW, "FEW", |attr: &Attr<'_>| {
                attr.array().map(u16::from_ne_bytes)
            })?,
        })
    }
}

/// A nest of `part` in requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PartNest<'a> {
    /// `DEMO_A_PART_ID`.
    pub id: u32,
    /// `DEMO_A_PART_NOTE`.
    pub note: Option<&'a [u8]>,
}

impl PartNest<'_> {
    fn put(&self, attrs: &mut RequestAttrs) -> Result<(), Error> {
        attrs.put(DEMO_A_PART_ID, "ID", 4, &self.id.to_ne_bytes())?;
        if let Some(note) = self.note {
            attrs.put_str(DEMO_A_PART_NOTE, "NOTE", wire::NLA_MAX_VALUE as u32, note)?;
        }
        Ok(())
    }
}

/// A nest of `part` in answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartNestReply<'a> {
    /// `DEMO_A_PART_ID`.
    pub id: u32,
    /// `DEMO_A_PART_NOTE`.
    pub note: Option<&'a [u8]>,
}

impl<'a> PartNestReply<'a> {
    fn read(attrs: &ReplyAttrs<'a>) -> Result<Self, Error> {
        Ok(Self {
            id: attrs.get(DEMO_A_PART_ID, "ID", Attr::u32)?,
            note: attrs.find(DEMO_A_PART_NOTE, Attr::str)?,
        })
    }
}

/// Bits, and which of them say something (`struct nla_bitfield32`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bitfield32 {
    /// The bits.
    pub value: u32,
    /// Bits that are meant, whether set or cleared.
    pub selector: u32,
}

impl Bitfield32 {
    fn read(attr: &Attr<'_>) -> Result<Self, wire::Error> {
        let [v0, v1, v2, v3, s0, s1, s2, s3] = attr.array()?;

        Ok(Self {
            value: u32::from_ne_bytes([v0, v1, v2, v3]),
            selector: u32::from_ne_bytes([s0, s1, s2, s3]),
        })
    }

    fn to_bytes(self) -> [u8; 8] {
        let [v0, v1, v2, v3] = self.value.to_ne_bytes();
        let [s0, s1, s2, s3] = self.selector.to_ne_bytes();

        [v0, v1, v2, v3, s0, s1, s2, s3]
    }
}
