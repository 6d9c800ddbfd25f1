// SPDX-License-Identifier: GPL-2.0

//! The probe family: a command for each thing to try out.

use crate::{
    netlink::{
        Attributes,
        Bind,
        Command,
        Creds,
        Dump,
        Entry,
        ExtAck,
        Family,
        PutAttrs,
        Request,
        Rule,
        Unbind, //
    },
    uapi::*,
    wire::{
        nla_total_size,
        nla_total_size_str, //
    },
};
use core::sync::atomic::{
    AtomicU32,
    Ordering::Relaxed, //
};
use kernel::prelude::*;

/// The probe family.
pub struct Probe;

/// How often sockets joined and left [`PROBE_GROUP_OPEN`] in a network namespace.
pub struct Members {
    joined: AtomicU32,
    left: AtomicU32,
}

const ITEM: Rule = Rule::nested(
    PROBE_A_ITEM,
    &[
        Rule::u32(PROBE_ITEM_ID).required(),
        Rule::string(PROBE_ITEM_NAME, PROBE_NAME_MAX),
        Rule::nested(
            PROBE_ITEM_SIZE,
            &[
                Rule::u32(PROBE_SIZE_WIDTH).required(),
                Rule::u32(PROBE_SIZE_HEIGHT).required(),
            ],
        ),
    ],
);

impl Family for Probe {
    const PROTOCOL: u32 = NETLINK_PROBE;

    const GROUPS: u32 = PROBE_GROUP_CLOSED;

    const BIND: Option<Bind<Self>> = Some(bind);

    const UNBIND: Option<Unbind<Self>> = Some(unbind);

    const COMMANDS: &'static [Command<Self>] = &[
        Command::new(PROBE_CMD_ITEM, &[ITEM.required()], item),
        Command::dump::<Items>(PROBE_CMD_ITEM, &[]),
        Command::new(PROBE_CMD_WARN, &[], warn),
        Command::new(PROBE_CMD_LONG_REPLY, &[], long_reply),
        Command::new(PROBE_CMD_LONG_NEST, &[], long_nest),
        Command::new(
            PROBE_CMD_IS_CAPABLE,
            &[Rule::u32(PROBE_A_CAP).required()],
            is_capable,
        ),
        Command::new(PROBE_CMD_GET_MEMBERS, &[], get_members),
        Command::new(
            PROBE_CMD_NOTIFY,
            &[Rule::u32(PROBE_A_GROUP).required()],
            notify_group,
        ),
        Command::new(PROBE_CMD_GET_CREDS, &[], get_creds),
    ];

    type Net = Members;

    fn new_net() -> Result<Pin<KBox<Members>>> {
        let members = Members {
            joined: AtomicU32::new(0),
            left: AtomicU32::new(0),
        };

        Ok(KBox::pin(members, GFP_KERNEL_ACCOUNT)?)
    }
}

fn bind(net: &Members, group: u32) -> Result {
    match group {
        PROBE_GROUP_OPEN => {
            net.joined.fetch_add(1, Relaxed);
            Ok(())
        }
        _ => Err(EBUSY),
    }
}

fn unbind(net: &Members, group: u32) {
    if group == PROBE_GROUP_OPEN {
        net.left.fetch_add(1, Relaxed);
    }
}

/// What is in a [`PROBE_A_ITEM`].
struct Item<'a> {
    id: u32,
    name: Option<&'a [u8]>,
    size: Option<Size>,
}

/// What is in a [`PROBE_ITEM_SIZE`].
struct Size {
    width: u32,
    height: u32,
}

impl<'a> Item<'a> {
    fn from_attrs(attrs: &Attributes<'a>) -> Option<Self> {
        Some(Self {
            id: attrs.u32(PROBE_ITEM_ID)?,
            name: attrs.str(PROBE_ITEM_NAME),
            size: attrs
                .nested(PROBE_ITEM_SIZE)
                .and_then(|attrs| Size::from_attrs(&attrs)),
        })
    }

    /// Returns the room that the attribute takes.
    fn room(&self) -> usize {
        let name = self.name.map_or(0, |name| nla_total_size_str(name.len()));
        let size = self.size.as_ref().map_or(0, |_| SIZE_ROOM);

        nla_total_size(nla_total_size(4) + name + size)
    }

    fn put(&self, message: &mut impl PutAttrs) -> Result {
        message.put_nested(PROBE_A_ITEM, |item| {
            item.put_u32(PROBE_ITEM_ID, self.id)?;
            if let Some(name) = self.name {
                item.put_str(PROBE_ITEM_NAME, name)?;
            }
            if let Some(size) = &self.size {
                item.put_nested(PROBE_ITEM_SIZE, |nest| size.put(nest))?;
            }
            Ok(())
        })
    }
}

/// Room for a [`PROBE_ITEM_SIZE`].
const SIZE_ROOM: usize = nla_total_size(2 * nla_total_size(4));

impl Size {
    fn from_attrs(attrs: &Attributes<'_>) -> Option<Self> {
        Some(Self {
            width: attrs.u32(PROBE_SIZE_WIDTH)?,
            height: attrs.u32(PROBE_SIZE_HEIGHT)?,
        })
    }

    fn put(&self, nest: &mut impl PutAttrs) -> Result {
        nest.put_u32(PROBE_SIZE_WIDTH, self.width)?;
        nest.put_u32(PROBE_SIZE_HEIGHT, self.height)
    }
}

/// `PROBE_CMD_ITEM` for one item.
fn item<'a>(
    request: &Request<'a, Probe>,
    attrs: &Attributes<'a>,
    ext_ack: &mut ExtAck<'a>,
) -> Result {
    let Some(nest) = attrs.get(PROBE_A_ITEM) else {
        return Err(ext_ack.refuse_missing(PROBE_A_ITEM));
    };
    let Some(item) = attrs
        .nested(PROBE_A_ITEM)
        .and_then(|attrs| Item::from_attrs(&attrs))
    else {
        return Err(ext_ack.refuse_missing_in(&nest, PROBE_ITEM_ID));
    };
    if item.id == 0 && item.name.is_none() {
        return Err(ext_ack.refuse_missing_in(&nest, PROBE_ITEM_NAME));
    }
    let mut reply = request.reply(PROBE_CMD_ITEM, item.room())?;

    item.put(&mut reply)?;
    reply.send()?;
    notify(request, &item)
}

/// `PROBE_CMD_ITEM_NTF`.
fn notify(request: &Request<'_, Probe>, item: &Item<'_>) -> Result {
    if !request.is_heard(PROBE_GROUP_OPEN) {
        return Ok(());
    }
    let mut notification =
        request.notification(PROBE_GROUP_OPEN, PROBE_CMD_ITEM_NTF, item.room())?;

    item.put(&mut notification)?;
    notification.send()
}

/// `PROBE_CMD_ITEM` as a dump: the ids from 1 to 3.
struct Items(u32);

impl Dump for Items {
    type Family = Probe;
    type Item = Item<'static>;

    const NLMSG_TYPE: u16 = PROBE_CMD_ITEM;

    fn start<'a>(
        _request: &Request<'a, Probe>,
        _attrs: &Attributes<'a>,
        _ext_ack: &mut ExtAck<'a>,
    ) -> Result<Self> {
        Ok(Self(0))
    }

    fn next(&mut self, _net: &Members) -> Option<Item<'static>> {
        self.0 += 1;
        (self.0 <= 3).then_some(Item {
            id: self.0,
            name: Some(b"item"),
            size: None,
        })
    }

    fn generation(&self, _net: &Members) -> u32 {
        1
    }

    fn put(item: &Item<'static>, entry: &mut Entry<'_>) -> Result {
        item.put(entry)
    }
}

/// `PROBE_CMD_WARN`.
fn warn(
    _request: &Request<'_, Probe>,
    _attrs: &Attributes<'_>,
    ext_ack: &mut ExtAck<'_>,
) -> Result {
    ext_ack.set_msg(c"done, but do not do it again");
    Ok(())
}

/// `PROBE_CMD_LONG_REPLY`.
fn long_reply(
    request: &Request<'_, Probe>,
    _attrs: &Attributes<'_>,
    _ext_ack: &mut ExtAck<'_>,
) -> Result {
    let mut reply = request.reply(PROBE_CMD_LONG_REPLY, nla_total_size(4))?;

    reply.put_u32(PROBE_A_ANSWER, 1)?;
    reply.put_u32(PROBE_A_ANSWER, 2)?;
    reply.send()
}

/// `PROBE_CMD_LONG_NEST`.
fn long_nest(
    request: &Request<'_, Probe>,
    _attrs: &Attributes<'_>,
    _ext_ack: &mut ExtAck<'_>,
) -> Result {
    static HALF: [u8; 1 << 15] = [0; 1 << 15];
    let nest = nla_total_size(2 * nla_total_size(HALF.len()));
    let mut reply = request.reply(PROBE_CMD_LONG_NEST, nest + nla_total_size(4))?;

    let result = reply.put_nested(PROBE_A_ITEM, |nest| {
        nest.put(PROBE_ITEM_NAME, &HALF)?;
        nest.put(PROBE_ITEM_NAME, &HALF)
    });
    let errno = result.map_or_else(|error| -error.to_errno(), |()| 0);
    reply.put_u32(PROBE_A_ANSWER, errno as u32)?;
    reply.send()
}

/// `PROBE_CMD_IS_CAPABLE`.
fn is_capable<'a>(
    request: &Request<'a, Probe>,
    attrs: &Attributes<'a>,
    ext_ack: &mut ExtAck<'a>,
) -> Result {
    let Some(cap) = attrs.u32(PROBE_A_CAP) else {
        return Err(ext_ack.refuse_missing(PROBE_A_CAP));
    };
    let mut reply = request.reply(PROBE_CMD_IS_CAPABLE, 2 * nla_total_size(4))?;

    reply.put_u32(PROBE_A_ANSWER, request.is_capable(cap).into())?;
    reply.put_u32(
        PROBE_A_EVERYWHERE,
        request.is_capable_everywhere(cap).into(),
    )?;
    reply.send()
}

/// `PROBE_CMD_GET_CREDS`.
fn get_creds(
    request: &Request<'_, Probe>,
    _attrs: &Attributes<'_>,
    _ext_ack: &mut ExtAck<'_>,
) -> Result {
    let Creds { pid, uid, gid } = request.creds();
    let mut reply = request.reply(PROBE_CMD_GET_CREDS, 3 * nla_total_size(4))?;

    reply.put_u32(PROBE_A_PID, pid)?;
    reply.put_u32(PROBE_A_UID, uid)?;
    reply.put_u32(PROBE_A_GID, gid)?;
    reply.send()
}

/// `PROBE_CMD_GET_MEMBERS`.
fn get_members(
    request: &Request<'_, Probe>,
    _attrs: &Attributes<'_>,
    _ext_ack: &mut ExtAck<'_>,
) -> Result {
    let Members { joined, left } = request.net();
    let mut reply = request.reply(PROBE_CMD_GET_MEMBERS, 2 * nla_total_size(4))?;

    reply.put_u32(PROBE_A_JOINED, joined.load(Relaxed))?;
    reply.put_u32(PROBE_A_LEFT, left.load(Relaxed))?;
    reply.send()
}

/// `PROBE_CMD_NOTIFY`.
fn notify_group<'a>(
    request: &Request<'a, Probe>,
    attrs: &Attributes<'a>,
    ext_ack: &mut ExtAck<'a>,
) -> Result {
    let Some(group) = attrs.u32(PROBE_A_GROUP) else {
        return Err(ext_ack.refuse_missing(PROBE_A_GROUP));
    };
    let mut reply = request.reply(PROBE_CMD_NOTIFY, 2 * nla_total_size(4))?;

    let result = request
        .notification(group, PROBE_CMD_ITEM_NTF, 0)
        .and_then(|notification| notification.send());
    let errno = result.map_or_else(|error| -error.to_errno(), |()| 0);
    reply.put_u32(PROBE_A_ANSWER, errno as u32)?;
    reply.put_u32(PROBE_A_IS_HEARD, request.is_heard(group).into())?;
    reply.send()
}
