// SPDX-License-Identifier: GPL-2.0

//! The early family: takes orders, and serves.

use crate::{
    netlink::{
        Attributes,
        Command,
        Dump,
        Entry,
        ExtAck,
        Family,
        PutAttrs,
        Registration,
        Request, //
    },
    uapi::*,
    wire::nla_total_size,
};
use core::sync::atomic::{
    AtomicU16,
    Ordering::{
        Acquire,
        Release, //
    }, //
};
use kernel::{
    new_condvar,
    new_mutex,
    prelude::*, //
};

/// What the users ordered last.
pub static ORDER: Order = Order(AtomicU16::new(0));

/// An `EARLY_CMD_*`, 0 before the first, or [`Order::DONE`].
pub struct Order(AtomicU16);

impl Order {
    const DONE: u16 = u16::MAX;

    fn give(&self, order: u16) {
        self.0.store(order, Release);
    }

    /// Waits for one of `orders`, and returns it.
    pub fn wait_for(&self, orders: &[u16]) -> Result<u16> {
        let nobody_notifies = KBox::pin_init(new_condvar!(), GFP_KERNEL)?;
        let lock = KBox::pin_init(new_mutex!(()), GFP_KERNEL)?;

        loop {
            let order = self.0.load(Acquire);
            if orders.contains(&order) {
                return Ok(order);
            }
            // Sleeps for a tick.
            let _ = nobody_notifies.wait_interruptible_timeout(&mut lock.lock(), 1);
        }
    }

    /// Says that the order was carried out.
    pub fn set_done(&self) {
        self.give(Self::DONE);
    }

    fn is_done(&self) -> bool {
        self.0.load(Acquire) == Self::DONE
    }
}

/// The early family.
pub struct Early;

impl Family for Early {
    const PROTOCOL: u32 = NETLINK_EARLY;

    const COMMANDS: &'static [Command<Self>] = &[
        Command::new(EARLY_CMD_FAIL, &[], order),
        Command::new(EARLY_CMD_LIVE, &[], order),
        Command::new(EARLY_CMD_DROP, &[], order),
        Command::new(EARLY_CMD_IS_DROPPED, &[], is_dropped),
        Command::new(EARLY_CMD_REGISTER, &[], register),
        Command::dump::<Items>(EARLY_CMD_ITEMS, &[]),
    ];

    /// Goes with the state: what serves a freed one does not find it.
    type Net = KBox<u32>;

    fn new_net() -> Result<Pin<KBox<KBox<u32>>>> {
        let items = KBox::new(EARLY_ITEMS, GFP_KERNEL_ACCOUNT)?;

        Ok(KBox::pin(items, GFP_KERNEL_ACCOUNT)?)
    }
}

/// The orders, which are the numbers of their commands.
fn order(request: &Request<'_, Early>, _: &Attributes<'_>, _: &mut ExtAck<'_>) -> Result {
    ORDER.give(request.nlmsg_type());
    Ok(())
}

/// `EARLY_CMD_IS_DROPPED`.
fn is_dropped(request: &Request<'_, Early>, _: &Attributes<'_>, _: &mut ExtAck<'_>) -> Result {
    answer(request, ORDER.is_done().into())
}

/// `EARLY_CMD_REGISTER`.
fn register(request: &Request<'_, Early>, _: &Attributes<'_>, _: &mut ExtAck<'_>) -> Result {
    let errno = Registration::<Another>::new().map_or_else(|error| -error.to_errno(), |_| 0);

    answer(request, errno as u32)
}

fn answer(request: &Request<'_, Early>, answer: u32) -> Result {
    let mut reply = request.reply(request.nlmsg_type(), nla_total_size(4))?;

    reply.put_u32(EARLY_A_ANSWER, answer)?;
    reply.send()
}

/// `EARLY_CMD_ITEMS`: counts to what the state says.
struct Items(u32);

impl Dump for Items {
    type Family = Early;
    type Item = u32;

    const NLMSG_TYPE: u16 = EARLY_CMD_ITEMS;

    fn start<'a>(
        _request: &Request<'a, Early>,
        _attrs: &Attributes<'a>,
        _ext_ack: &mut ExtAck<'a>,
    ) -> Result<Self> {
        Ok(Self(0))
    }

    fn next(&mut self, net: &KBox<u32>) -> Option<u32> {
        self.0 += 1;
        (self.0 <= **net).then_some(self.0)
    }

    fn generation(&self, _net: &KBox<u32>) -> u32 {
        1
    }

    fn put(item: &u32, entry: &mut Entry<'_>) -> Result {
        entry.put_u32(EARLY_A_ANSWER, *item)
    }
}

/// A family that comes second.
struct Another;

impl Family for Another {
    const PROTOCOL: u32 = NETLINK_EARLY - 1;

    const COMMANDS: &'static [Command<Self>] = &[];

    type Net = ();

    fn new_net() -> Result<Pin<KBox<()>>> {
        Ok(KBox::pin((), GFP_KERNEL_ACCOUNT)?)
    }
}
