// SPDX-License-Identifier: GPL-2.0

//! The messages of demo, made of `uapi/demo.yaml` by `make spec`.
//!
//! A request is read by a view, of which each method looks for its attribute. An answer, or a
//! notification, is a struct: no attribute of it can be forgotten, and its length follows.

use crate::{
    attributes,
    netlink::{
        kind::Bitfield32,
        put,
        Answer,
        Call,
        Command,
        Dump,
        Family,
        Group,
        Payload,
        Request, //
    },
    uapi::*, //
};
use kernel::prelude::*;

/// The multicast groups.
pub(super) const GROUPS: &[Group] = &[
    Group::new(DEMO_GROUP_NEWS).name(c"news").nonroot(),
    Group::new(DEMO_GROUP_SECRETS)
        .name(c"secrets")
        .cap_sys_admin(),
];

attributes! {
    /// Attributes of a `DEMO_CMD_PUT`.
    pub(super) struct PutRequest {
        /// A text.
        text(DEMO_A_TEXT): NulString where max_len = DEMO_TEXT_MAX;
        /// `bytes`.
        bytes(DEMO_A_BYTES): Option<Binary> where min_len = 2, max_len = DEMO_TEXT_MAX - 1;
        /// `digest`.
        digest(DEMO_A_DIGEST): Option<Binary> where exact_len = 20;
        /// `is-urgent`.
        is_urgent(DEMO_A_IS_URGENT): Flag;
        /// `u8`.
        u8(DEMO_A_U8): Option<U8> where min = 1, max = 9;
        /// `u16`.
        u16(DEMO_A_U16): Option<U16> where max = 32767;
        /// `u32`.
        u32(DEMO_A_U32): Option<U32> where min = DEMO_COLOR_RED, max = DEMO_COLOR_BLUE;
        /// `u64`.
        u64(DEMO_A_U64): Option<U64> where mask = 0x3;
        /// `s8`.
        s8(DEMO_A_S8): Option<S8> where min = -3, max = 3;
        /// `s16`.
        s16(DEMO_A_S16): Option<S16>;
        /// `s32`.
        s32(DEMO_A_S32): Option<S32>;
        /// `s64`.
        s64(DEMO_A_S64): Option<S64> where min = -1;
        /// `uint`.
        uint(DEMO_A_UINT): Option<Uint> where mask = 0x3;
        /// `sint`.
        sint(DEMO_A_SINT): Option<Sint>;
        /// `be16`.
        be16(DEMO_A_BE16): Option<Be16>;
        /// `be32`.
        be32(DEMO_A_BE32): Option<Be32> where max = 513;
        /// `be64`.
        be64(DEMO_A_BE64): Option<Be64>;
        /// `set`.
        set(DEMO_A_SET): Option<Bitfield32> where mask = 0x3;
        /// `bits`.
        bits(DEMO_A_BITS): Option<U32> where mask = 0xe;
        /// `part`.
        part(DEMO_A_PART): NestOf<PartNest>;
        /// `parts`.
        parts(DEMO_A_PARTS): Option<ArrayOf<PartNest>>;
        /// `names`.
        names(DEMO_A_NAMES): Multi<NulString>;
        /// `few`.
        few(DEMO_A_FEW): Option<U16>;
    }

    /// Attributes in a nest of `part`.
    pub(super) struct PartNest {
        /// `id`.
        id(DEMO_A_PART_ID): U32;
        /// `note`.
        note(DEMO_A_PART_NOTE): Option<NulString>;
    }

    /// Attributes of a `DEMO_CMD_GET`.
    pub(super) struct GetRequest {
        /// A text.
        text(DEMO_A_TEXT): Option<NulString> where max_len = DEMO_TEXT_MAX;
    }
}

/// The answer to a `DEMO_CMD_GET`.
#[derive(Clone, Copy)]
pub(super) struct GetReply<'v> {
    /// A text.
    pub(super) text: &'v [u8],
    /// `bytes`.
    pub(super) bytes: Option<&'v [u8]>,
    /// `digest`.
    pub(super) digest: &'v [u8],
    /// `is-urgent`.
    pub(super) is_urgent: bool,
    /// `u8`.
    pub(super) u8: Option<u8>,
    /// `u16`.
    pub(super) u16: u16,
    /// `u32`.
    pub(super) u32: u32,
    /// `u64`.
    pub(super) u64: u64,
    /// `s8`.
    pub(super) s8: i8,
    /// `s16`.
    pub(super) s16: i16,
    /// `s32`.
    pub(super) s32: i32,
    /// `s64`.
    pub(super) s64: i64,
    /// `uint`.
    pub(super) uint: u64,
    /// `sint`.
    pub(super) sint: i64,
    /// `be16`.
    pub(super) be16: u16,
    /// `be32`.
    pub(super) be32: u32,
    /// `be64`.
    pub(super) be64: u64,
    /// `set`.
    pub(super) set: Bitfield32,
    /// `bits`.
    pub(super) bits: u32,
    /// `part`.
    pub(super) part: Option<PartNestReply<'v>>,
    /// `parts`.
    pub(super) parts: &'v [PartNestReply<'v>],
    /// `names`.
    pub(super) names: &'v [&'v [u8]],
    /// `few`.
    pub(super) few: u16,
}

impl put::ToPayload for GetReply<'_> {
    #[inline(always)] // So that the optimizer sees through it.
    fn payload(&self) -> impl Payload {
        (
            (
                put::str(DEMO_A_TEXT, self.text),
                self.bytes.map(|bytes| put::bytes(DEMO_A_BYTES, bytes)),
                put::bytes(DEMO_A_DIGEST, self.digest),
                put::flag(DEMO_A_IS_URGENT, self.is_urgent),
                self.u8.map(|u8| put::u8(DEMO_A_U8, u8)),
                put::u16(DEMO_A_U16, self.u16),
                put::u32(DEMO_A_U32, self.u32),
                put::u64(DEMO_A_U64, self.u64),
                put::s8(DEMO_A_S8, self.s8),
                put::s16(DEMO_A_S16, self.s16),
                put::s32(DEMO_A_S32, self.s32),
                put::s64(DEMO_A_S64, self.s64),
            ),
            (
                put::uint(DEMO_A_UINT, self.uint),
                put::sint(DEMO_A_SINT, self.sint),
                put::be16(DEMO_A_BE16, self.be16),
                put::be32(DEMO_A_BE32, self.be32),
                put::be64(DEMO_A_BE64, self.be64),
                put::bitfield32(DEMO_A_SET, self.set),
                put::u32(DEMO_A_BITS, self.bits),
                self.part.map(|part| put::nested(DEMO_A_PART, part)),
                put::array(DEMO_A_PARTS, self.parts),
                put::each(self.names, |names| put::str(DEMO_A_NAMES, names)),
                put::u16(DEMO_A_FEW, self.few),
            ),
        )
    }
}

impl GetReply<'_> {
    /// Answers `request`; fails as [`Request::reply`] does.
    #[inline(always)] // Once for each command.
    pub(super) fn answer<'a, T: Family>(
        self,
        request: &Request<'a, T>,
    ) -> Result<Answer<'a, T, GetRequest>> {
        request.reply(DEMO_CMD_GET, self)
    }
}

/// `DEMO_CMD_TOLD`, to the group `news`: a text was told.
#[derive(Clone, Copy)]
pub(super) struct Told<'v> {
    /// A text.
    pub(super) text: &'v [u8],
}

impl put::ToPayload for Told<'_> {
    #[inline(always)] // So that the optimizer sees through it.
    fn payload(&self) -> impl Payload {
        put::str(DEMO_A_TEXT, self.text)
    }
}

impl Told<'_> {
    /// Notifies the listeners, in the network namespace of `request`, of what `event` returns;
    /// fails as [`Request::notify`] does.
    #[inline(always)] // Once for each notification.
    pub(super) fn notify<T: Family>(
        request: &Request<'_, T>,
        event: impl FnOnce() -> Self,
    ) -> Result {
        request.notify(DEMO_GROUP_NEWS, DEMO_CMD_TOLD, event)
    }
}

/// `DEMO_CMD_GOT`, to the group `secrets`: everything was given.
#[derive(Clone, Copy)]
pub(super) struct Got<'v> {
    /// A text.
    pub(super) text: &'v [u8],
    /// `bytes`.
    pub(super) bytes: Option<&'v [u8]>,
    /// `digest`.
    pub(super) digest: &'v [u8],
    /// `is-urgent`.
    pub(super) is_urgent: bool,
    /// `u8`.
    pub(super) u8: Option<u8>,
    /// `u16`.
    pub(super) u16: u16,
    /// `u32`.
    pub(super) u32: u32,
    /// `u64`.
    pub(super) u64: u64,
    /// `s8`.
    pub(super) s8: i8,
    /// `s16`.
    pub(super) s16: i16,
    /// `s32`.
    pub(super) s32: i32,
    /// `s64`.
    pub(super) s64: i64,
    /// `uint`.
    pub(super) uint: u64,
    /// `sint`.
    pub(super) sint: i64,
    /// `be16`.
    pub(super) be16: u16,
    /// `be32`.
    pub(super) be32: u32,
    /// `be64`.
    pub(super) be64: u64,
    /// `set`.
    pub(super) set: Bitfield32,
    /// `bits`.
    pub(super) bits: u32,
    /// `part`.
    pub(super) part: Option<PartNestReply<'v>>,
    /// `parts`.
    pub(super) parts: &'v [PartNestReply<'v>],
    /// `names`.
    pub(super) names: &'v [&'v [u8]],
    /// `few`.
    pub(super) few: u16,
}

impl put::ToPayload for Got<'_> {
    #[inline(always)] // So that the optimizer sees through it.
    fn payload(&self) -> impl Payload {
        (
            (
                put::str(DEMO_A_TEXT, self.text),
                self.bytes.map(|bytes| put::bytes(DEMO_A_BYTES, bytes)),
                put::bytes(DEMO_A_DIGEST, self.digest),
                put::flag(DEMO_A_IS_URGENT, self.is_urgent),
                self.u8.map(|u8| put::u8(DEMO_A_U8, u8)),
                put::u16(DEMO_A_U16, self.u16),
                put::u32(DEMO_A_U32, self.u32),
                put::u64(DEMO_A_U64, self.u64),
                put::s8(DEMO_A_S8, self.s8),
                put::s16(DEMO_A_S16, self.s16),
                put::s32(DEMO_A_S32, self.s32),
                put::s64(DEMO_A_S64, self.s64),
            ),
            (
                put::uint(DEMO_A_UINT, self.uint),
                put::sint(DEMO_A_SINT, self.sint),
                put::be16(DEMO_A_BE16, self.be16),
                put::be32(DEMO_A_BE32, self.be32),
                put::be64(DEMO_A_BE64, self.be64),
                put::bitfield32(DEMO_A_SET, self.set),
                put::u32(DEMO_A_BITS, self.bits),
                self.part.map(|part| put::nested(DEMO_A_PART, part)),
                put::array(DEMO_A_PARTS, self.parts),
                put::each(self.names, |names| put::str(DEMO_A_NAMES, names)),
                put::u16(DEMO_A_FEW, self.few),
            ),
        )
    }
}

impl Got<'_> {
    /// Notifies the listeners, in the network namespace of `request`, of what `event` returns;
    /// fails as [`Request::notify`] does.
    #[inline(always)] // Once for each notification.
    pub(super) fn notify<T: Family>(
        request: &Request<'_, T>,
        event: impl FnOnce() -> Self,
    ) -> Result {
        request.notify(DEMO_GROUP_SECRETS, DEMO_CMD_GOT, event)
    }
}

/// A nest of `part` in answers.
#[derive(Clone, Copy)]
pub(super) struct PartNestReply<'v> {
    /// `id`.
    pub(super) id: u32,
    /// `note`.
    pub(super) note: Option<&'v [u8]>,
}

impl put::ToPayload for PartNestReply<'_> {
    #[inline(always)] // So that the optimizer sees through it.
    fn payload(&self) -> impl Payload {
        (
            put::u32(DEMO_A_PART_ID, self.id),
            self.note.map(|note| put::str(DEMO_A_PART_NOTE, note)),
        )
    }
}

/// The handlers of a family, one for each command.
pub(super) trait Handlers: Family {
    /// [`Family::COMMANDS`].
    const TABLE: &'static [Command<Self>] = &[
        Command::new(DEMO_CMD_PUT, Self::put).uns_admin_perm(),
        Command::new(DEMO_CMD_GET, Self::get),
        Command::dump::<Self::GetDump>(DEMO_CMD_GET),
        Command::new(DEMO_CMD_TOUCH, Self::touch),
    ];

    /// `DEMO_CMD_PUT`: takes everything.
    ///
    /// Answered by the ACK alone.
    fn put<'a>(call: &mut Call<'a, Self, PutRequest>) -> Result<Answer<'a, Self, PutRequest>>;

    /// `DEMO_CMD_GET`: gives everything.
    ///
    /// Answered by a [`GetReply`].
    fn get<'a>(call: &mut Call<'a, Self, GetRequest>) -> Result<Answer<'a, Self, GetRequest>>;

    /// `DEMO_CMD_GET` with `NLM_F_DUMP`; an entry is a [`GetReply`].
    type GetDump: Dump<Family = Self, Attrs = ()>;

    /// `DEMO_CMD_TOUCH`: takes and gives nothing.
    ///
    /// Answered by the ACK alone.
    fn touch<'a>(call: &mut Call<'a, Self>) -> Result<Answer<'a, Self>>;
}
