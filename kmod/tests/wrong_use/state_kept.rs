// SPDX-License-Identifier: GPL-2.0

//! The state of a network namespace is there as long as the request.

use crate::netlink::{
    atomic::{
        Atomic,
        Relaxed, //
    },
    Answer,
    Call,
    Command,
    Family,
    KernelSocket, //
};
use kernel::{
    prelude::*,
    workqueue, //
};

/// The family.
pub struct Hello;

impl Family for Hello {
    const PROTOCOL: u32 = 30;
    const COMMANDS: &'static [Command<Self>] = &[Command::new(16, hello)];
    type Net = Atomic<u32>;

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<Atomic<u32>>> {
        Ok(Atomic::<u32>::new(0))
    }
}

fn hello<'a>(call: &mut Call<'a, Hello>) -> Result<Answer<'a, Hello>> {
    let count = call.request.net();
    let number = count.fetch_add(1, Relaxed);

    let say = move || pr_info!("hello {}\n", number);
    #[cfg(wrong)]
    let say = move || pr_info!("hello {}\n", count.load(Relaxed));

    workqueue::system().try_spawn(GFP_KERNEL, say)?; //~ ERROR E0521: borrowed data escapes
    Ok(call.request.done())
}
