// SPDX-License-Identifier: GPL-2.0

//! Drops its registration early: while init runs, or in a worker of the kernel's while it serves.
//! Its users say which and when.

pub mod family;
pub mod netlink;
pub mod uapi;
pub mod wire;

use family::{
    Early,
    ORDER, //
};
use kernel::{
    prelude::*,
    workqueue, //
};
use netlink::Registration;
use uapi::{
    EARLY_CMD_DROP,
    EARLY_CMD_FAIL,
    EARLY_CMD_LIVE, //
};

module! {
    type: EarlyModule,
    name: "early",
    description: "Drops its registration early",
    license: "GPL",
}

struct EarlyModule;

impl kernel::Module for EarlyModule {
    fn init(_module: &'static ThisModule) -> Result<Self> {
        let registration = Registration::<Early>::new()?;

        if ORDER.wait_for(&[EARLY_CMD_FAIL, EARLY_CMD_LIVE])? == EARLY_CMD_FAIL {
            return Err(EINVAL);
        }
        workqueue::system_unbound().try_spawn(GFP_KERNEL, move || drop_on_order(registration))?;
        Ok(Self)
    }
}

fn drop_on_order(registration: Registration<Early>) {
    if ORDER.wait_for(&[EARLY_CMD_DROP]).is_ok() {
        drop(registration);
        ORDER.set_done();
    }
}
