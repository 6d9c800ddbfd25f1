// SPDX-License-Identifier: GPL-2.0

//! An attribute of an answer has the type that the description of the family says, of all types that
//! there are.

use crate::netlink::{
    kind::Bitfield32,
    Answer,
    Call,
    Command,
    Dump,
    ExtAck,
    Family,
    Group,
    KernelSocket,
    Payload, //
};
use kernel::prelude::*;

#[path = "../../../scripts/spec/tests/family/demo/kmod/family/proto.rs"]
mod proto;
#[path = "../../../scripts/spec/tests/family/demo/kmod/uapi.rs"]
pub mod uapi;

use proto::{
    GetReply,
    GetRequest,
    Got,
    Handlers,
    PartNestReply,
    PutRequest,
    Told, //
};

/// The family.
pub struct Hello;

impl Family for Hello {
    const PROTOCOL: u32 = uapi::NETLINK_DEMO;
    const GROUPS: &'static [Group] = proto::GROUPS;
    const COMMANDS: &'static [Command<Self>] = Self::TABLE;
    type Net = ();

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<()>> {
        Ok(())
    }
}

impl Handlers for Hello {
    fn put<'a>(call: &mut Call<'a, Self, PutRequest>) -> Result<Answer<'a, Self, PutRequest>> {
        let attrs = &call.attrs;
        let id = attrs.part().id();
        let notes = attrs.parts().map_or(0, |parts| parts.count());
        let most = attrs.names().map(<[u8]>::len).max();

        match u64::from(id) + attrs.u64().unwrap_or_default() {
            0 if notes == 0 && most.is_none() => Err(EINVAL),
            _ => Ok(call.request.done()),
        }
    }

    fn get<'a>(call: &mut Call<'a, Self, GetRequest>) -> Result<Answer<'a, Self, GetRequest>> {
        let text = call.attrs.text().unwrap_or_default();
        Told::notify(call.request, || Told { text })?;
        Got::notify(call.request, got)?;

        everything().answer(call.request)
    }

    type GetDump = Everything;

    fn touch<'a>(call: &mut Call<'a, Self>) -> Result<Answer<'a, Self>> {
        Ok(call.request.done())
    }
}

/// A dump of nothing.
pub struct Everything;

impl Dump for Everything {
    type Family = Hello;
    type Attrs = ();
    type Item = ();

    const NLMSG_TYPE: u16 = uapi::DEMO_CMD_GET;

    fn start(_call: &mut Call<'_, Hello>) -> Result<Self> {
        Ok(Self)
    }

    fn next(&mut self, _net: &(), _ext_ack: &mut ExtAck<'_>) -> Result<Option<()>> {
        Ok(None)
    }

    fn generation(&self, _net: &()) -> u32 {
        1
    }

    fn payload(_: &()) -> impl Payload {
        everything()
    }
}

fn everything() -> GetReply<'static> {
    GetReply {
        text: b"Hello",
        bytes: Some(&[1, 2]),
        digest: &[7; 20],
        is_urgent: true,
        #[cfg(wrong)]
        u8: Some(-1_i8), //~ ERROR E0308
        #[cfg(not(wrong))]
        u8: Some(1),
        u16: 2,
        u32: uapi::DEMO_COLOR_BLUE,
        u64: 3,
        s8: -1,
        s16: -2,
        s32: -3,
        s64: -4,
        uint: 5,
        sint: -5,
        be16: 6,
        be32: 7,
        be64: 8,
        set: Bitfield32 {
            value: 1,
            selector: 1,
        },
        bits: 2,
        part: Some(PartNestReply { id: 1, note: None }),
        parts: &[PartNestReply {
            id: 2,
            note: Some(b"in"),
        }],
        names: &[b"a", b"b"],
        few: 300,
    }
}

fn got() -> Got<'static> {
    let GetReply {
        text,
        bytes,
        digest,
        is_urgent,
        u8,
        u16,
        u32,
        u64,
        s8,
        s16,
        s32,
        s64,
        uint,
        sint,
        be16,
        be32,
        be64,
        set,
        bits,
        part,
        parts,
        names,
        few,
    } = everything();

    Got {
        text,
        bytes,
        digest,
        is_urgent,
        u8,
        u16,
        u32,
        u64,
        s8,
        s16,
        s32,
        s64,
        uint,
        sint,
        be16,
        be32,
        be64,
        set,
        bits,
        part,
        parts,
        names,
        few,
    }
}
