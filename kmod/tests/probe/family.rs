// SPDX-License-Identifier: GPL-2.0

//! The probe family: a command for each thing to try out.

use crate::{
    attributes,
    kinds,
    netlink::{
        put,
        Answer,
        Bind,
        Call,
        Command,
        Creds,
        Dump,
        Family,
        Payload,
        Unbind, //
    },
    uapi::*, //
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

attributes! {
    /// What a `PROBE_CMD_ITEM` for one item carries.
    struct OneItem {
        item(PROBE_A_ITEM): NestOf<Item>;
    }

    /// What is in a [`PROBE_A_ITEM`].
    struct Item {
        id(PROBE_ITEM_ID): U32;
        name(PROBE_ITEM_NAME): Option<NulString> where max_len = PROBE_NAME_MAX;
        size(PROBE_ITEM_SIZE): Option<NestOf<Size>>;
    }

    /// What is in a [`PROBE_ITEM_SIZE`].
    struct Size {
        width(PROBE_SIZE_WIDTH): U32;
        height(PROBE_SIZE_HEIGHT): U32;
    }

    /// What a `PROBE_CMD_IS_CAPABLE` carries.
    struct IsCapable {
        cap(PROBE_A_CAP): U32;
    }

    /// What a `PROBE_CMD_NOTIFY` carries.
    struct Notify {
        group(PROBE_A_GROUP): U32;
    }
}

impl Family for Probe {
    const PROTOCOL: u32 = NETLINK_PROBE;

    const GROUPS: u32 = PROBE_GROUP_CLOSED;

    const BIND: Option<Bind<Self>> = Some(bind);

    const UNBIND: Option<Unbind<Self>> = Some(unbind);

    const COMMANDS: &'static [Command<Self>] = &[
        Command::new(PROBE_CMD_ITEM, item),
        Command::dump::<Items>(PROBE_CMD_ITEM),
        Command::new(PROBE_CMD_WARN, warn),
        Command::new(PROBE_CMD_LONG_NEST, long_nest),
        Command::new(PROBE_CMD_IS_CAPABLE, is_capable),
        Command::new(PROBE_CMD_GET_MEMBERS, get_members),
        Command::new(PROBE_CMD_NOTIFY, notify_group),
        Command::new(PROBE_CMD_GET_CREDS, get_creds),
        Command::new(PROBE_CMD_KINDS, kinds::kinds),
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

/// Returns `item` as a [`PROBE_A_ITEM`].
fn item_attr<'a>(item: &ItemView<'a>) -> impl Payload + 'a {
    put::nested(
        PROBE_A_ITEM,
        (
            put::u32(PROBE_ITEM_ID, item.id()),
            item.name().map(|name| put::str(PROBE_ITEM_NAME, name)),
            item.size().map(|size| size_attr(&size)),
        ),
    )
}

/// Returns `size` as a [`PROBE_ITEM_SIZE`].
fn size_attr(size: &SizeView<'_>) -> impl Payload {
    put::nested(
        PROBE_ITEM_SIZE,
        (
            put::u32(PROBE_SIZE_WIDTH, size.width()),
            put::u32(PROBE_SIZE_HEIGHT, size.height()),
        ),
    )
}

/// `PROBE_CMD_ITEM` for one item.
fn item<'a>(call: &mut Call<'a, Probe, OneItem>) -> Result<Answer<'a, Probe, OneItem>> {
    let Call {
        request,
        attrs,
        ext_ack,
    } = call;
    let item = attrs.item();
    if item.id() == 0 && item.name().is_none() {
        return Err(ext_ack.refuse_missing_in(attrs.item_attr(), PROBE_ITEM_NAME));
    }

    let answer = request.reply(PROBE_CMD_ITEM, item_attr(&item))?;
    Ok(answer.then(item_answered))
}

/// `PROBE_CMD_ITEM_NTF`.
fn item_answered(call: &Call<'_, Probe, OneItem>) {
    let item = call.attrs.item();

    // What listeners miss is not the sender's business.
    let _ = call
        .request
        .notify(PROBE_GROUP_OPEN, PROBE_CMD_ITEM_NTF, || item_attr(&item));
}

/// `PROBE_CMD_ITEM` as a dump: the ids from 1 to 3.
struct Items(u32);

impl Dump for Items {
    type Family = Probe;
    type Attrs = ();
    type Item = u32;

    const NLMSG_TYPE: u16 = PROBE_CMD_ITEM;

    fn start(_call: &mut Call<'_, Probe>) -> Result<Self> {
        Ok(Self(0))
    }

    fn next(&mut self, _net: &Members) -> Option<u32> {
        self.0 += 1;
        (self.0 <= 3).then_some(self.0)
    }

    fn generation(&self, _net: &Members) -> u32 {
        1
    }

    fn payload(id: &u32) -> impl Payload {
        put::nested(
            PROBE_A_ITEM,
            (
                put::u32(PROBE_ITEM_ID, *id),
                put::str(PROBE_ITEM_NAME, b"item"),
            ),
        )
    }
}

/// `PROBE_CMD_WARN`.
fn warn<'a>(call: &mut Call<'a, Probe>) -> Result<Answer<'a, Probe>> {
    call.ext_ack.set_msg(c"done, but do not do it again");
    Ok(call.request.done())
}

/// `PROBE_CMD_LONG_NEST`.
fn long_nest<'a>(call: &mut Call<'a, Probe>) -> Result<Answer<'a, Probe>> {
    static HALF: [u8; 1 << 15] = [0; 1 << 15];
    let nest = || {
        put::nested(
            PROBE_A_ITEM,
            (
                put::bytes(PROBE_ITEM_NAME, &HALF),
                put::bytes(PROBE_ITEM_NAME, &HALF),
            ),
        )
    };
    let result: Result<Answer<'_, Probe>> = call.request.reply(PROBE_CMD_LONG_NEST, nest());
    let errno = result.map_or_else(|error| -error.to_errno(), |_| 0);

    call.request
        .reply(PROBE_CMD_LONG_NEST, put::u32(PROBE_A_ANSWER, errno as u32))
}

/// `PROBE_CMD_IS_CAPABLE`.
fn is_capable<'a>(call: &mut Call<'a, Probe, IsCapable>) -> Result<Answer<'a, Probe, IsCapable>> {
    let cap = call.attrs.cap();
    let here = call.request.is_capable(cap);
    let everywhere = call.request.is_capable_everywhere(cap);

    call.request.reply(
        PROBE_CMD_IS_CAPABLE,
        (
            put::u32(PROBE_A_ANSWER, here.into()),
            put::u32(PROBE_A_EVERYWHERE, everywhere.into()),
        ),
    )
}

/// `PROBE_CMD_GET_CREDS`.
fn get_creds<'a>(call: &mut Call<'a, Probe>) -> Result<Answer<'a, Probe>> {
    let Creds { pid, uid, gid } = call.request.creds();

    call.request.reply(
        PROBE_CMD_GET_CREDS,
        (
            put::u32(PROBE_A_PID, pid),
            put::u32(PROBE_A_UID, uid),
            put::u32(PROBE_A_GID, gid),
        ),
    )
}

/// `PROBE_CMD_GET_MEMBERS`.
fn get_members<'a>(call: &mut Call<'a, Probe>) -> Result<Answer<'a, Probe>> {
    let Members { joined, left } = call.request.net();

    call.request.reply(
        PROBE_CMD_GET_MEMBERS,
        (
            put::u32(PROBE_A_JOINED, joined.load(Relaxed)),
            put::u32(PROBE_A_LEFT, left.load(Relaxed)),
        ),
    )
}

/// `PROBE_CMD_NOTIFY`.
fn notify_group<'a>(call: &mut Call<'a, Probe, Notify>) -> Result<Answer<'a, Probe, Notify>> {
    let Call { request, attrs, .. } = call;
    let group = attrs.group();
    let result = request.notify(group, PROBE_CMD_ITEM_NTF, || ());
    let errno = result.map_or_else(|error| -error.to_errno(), |()| 0);

    request.reply(
        PROBE_CMD_NOTIFY,
        (
            put::u32(PROBE_A_ANSWER, errno as u32),
            put::u32(PROBE_A_IS_HEARD, request.is_heard(group).into()),
        ),
    )
}
