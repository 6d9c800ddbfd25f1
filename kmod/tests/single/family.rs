// SPDX-License-Identifier: GPL-2.0

//! The single family: has a state for one network namespace, and nothing to say.

use crate::netlink::{
    atomic::{
        Atomic,
        Relaxed, //
    },
    Command,
    Family,
    KernelSocket, //
};
use kernel::prelude::*;

/// The single family.
pub struct Single;

/// The only state.
pub struct SingleState(());

/// Says whether there is a state.
static IS_THERE: Atomic<bool> = Atomic::<bool>::new(false);

impl SingleState {
    fn new() -> Result<Self> {
        match IS_THERE.xchg(true, Relaxed) {
            true => Err(ENOSPC),
            false => Ok(Self(())),
        }
    }
}

impl Drop for SingleState {
    fn drop(&mut self) {
        IS_THERE.store(false, Relaxed);
    }
}

impl Family for Single {
    const PROTOCOL: u32 = 28;

    const COMMANDS: &'static [Command<Self>] = &[];

    type Net = SingleState;

    fn new_net(_: &KernelSocket<Self>) -> Result<impl PinInit<SingleState>> {
        SingleState::new()
    }
}
