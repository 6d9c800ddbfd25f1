// SPDX-License-Identifier: GPL-2.0

//! Registers when its init is over, as it is unloaded, and says in the log how that ended.

pub mod family;
pub mod netlink;
pub mod wire;

use family::Late;
use kernel::prelude::*;
use netlink::Registration;

module! {
    type: LateModule,
    name: "late",
    description: "Registers when its init is over",
    license: "GPL",
}

struct LateModule;

impl kernel::Module for LateModule {
    fn init(_module: &'static ThisModule) -> Result<Self> {
        Ok(Self)
    }
}

impl Drop for LateModule {
    fn drop(&mut self) {
        let errno = Registration::<Late>::new().map_or_else(|error| -error.to_errno(), |_| 0);

        pr_info!("registering ended with {errno}\n");
    }
}
