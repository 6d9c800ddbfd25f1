// SPDX-License-Identifier: GPL-2.0

//! Says hello over netlink.
//!
//! The module is a [`netlink::Family`] and its registration: [`family`] is the protocol,
//! [`netlink`] the layer below it, [`wire`] the bytes, [`uapi`] the numbers.

pub mod family;
pub mod netlink;
pub mod uapi;
pub mod wire;

use kernel::prelude::*;

module! {
    type: HelloModule,
    name: "hello",
    description: "Says hello over netlink, in Rust",
    license: "GPL",
    alias: ["net-pf-16-proto-31"],
}

struct HelloModule {
    _registration: netlink::Registration<family::Hello>,
}

impl kernel::Module for HelloModule {
    fn init(_module: &'static ThisModule) -> Result<Self> {
        // Last of all that can fail: from here on users hold on to the module.
        let registration = netlink::Registration::new()?;

        pr_info!("netlink protocol {} is ready\n", uapi::NETLINK_USER);
        Ok(Self {
            _registration: registration,
        })
    }
}

impl Drop for HelloModule {
    fn drop(&mut self) {
        pr_info!("netlink protocol {} closes\n", uapi::NETLINK_USER);
    }
}
