// SPDX-License-Identifier: GPL-2.0

//! Two families: one that is in the first network namespace alone, and one that is in all.

use crate::{
    netlink::{
        atomic::{
            Atomic,
            Relaxed, //
        },
        put,
        Answer,
        Bind,
        Call,
        Command,
        Family,
        Group,
        KernelSocket,
        Transport,
        Unbind, //
    },
    uapi::*, //
};
use kernel::prelude::*;

/// The family of the first network namespace.
pub struct First;

/// How many sockets joined the group, left it, and were closed.
pub struct Counts {
    joined: Atomic<u32>,
    left: Atomic<u32>,
    closed: Atomic<u32>,
}

impl Family for First {
    const PROTOCOL: u32 = NETLINK_FIRST;

    const GROUPS: &'static [Group] = &[Group::new(1).nonroot()];

    const BIND: Option<Bind<Self>> = Some(|net, _group| {
        net.joined.fetch_add(1, Relaxed);
        Ok(())
    });

    const UNBIND: Option<Unbind<Self>> = Some(|net, _group| {
        net.left.fetch_add(1, Relaxed);
    });

    /// Answers with the three counts, each as an attribute of a number, from 1 on.
    const COMMANDS: &'static [Command<Self>] = &[Command::new(16, get)];

    const NETNS_OK: bool = false;

    type Net = Counts;

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<Counts>> {
        Ok(Counts {
            joined: Atomic::<u32>::new(0),
            left: Atomic::<u32>::new(0),
            closed: Atomic::<u32>::new(0),
        })
    }

    fn closed(net: &Counts, _transport: Transport, _portid: u32) {
        net.closed.fetch_add(1, Relaxed);
    }
}

/// The other family.
pub struct Second;

impl Family for Second {
    const PROTOCOL: u32 = NETLINK_SECOND;

    /// Answers with how many requests there were before, as the attribute 1.
    const COMMANDS: &'static [Command<Self>] = &[Command::new(16, count)];

    type Net = Atomic<u32>;

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<Atomic<u32>>> {
        Ok(Atomic::<u32>::new(0))
    }
}

fn count<'a>(call: &mut Call<'a, Second>) -> Result<Answer<'a, Second>> {
    let before = call.request.net().fetch_add(1, Relaxed);

    call.request.reply(16, put::u32(1, before))
}

fn get<'a>(call: &mut Call<'a, First>) -> Result<Answer<'a, First>> {
    let net = call.request.net();

    call.request.reply(
        16,
        (
            put::u32(1, net.joined.load(Relaxed)),
            put::u32(2, net.left.load(Relaxed)),
            put::u32(3, net.closed.load(Relaxed)),
        ),
    )
}
