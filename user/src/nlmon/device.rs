// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The link that shows all of netlink.

use super::SNIFF;
use crate::netlink::Error;
use crate::object::Client;
use crate::rtnl::change::{LinkChange, LinkKind, Target, Verb};
use crate::rtnl::{LinkNames, SPEC};
use std::time::Duration;

/// How many may be there at once.
const MOST: u32 = 1000;

/// How long the kernel may take for a change.
const TIMEOUT: Duration = Duration::from_secs(5);

const TAKES: &str =
    "it takes CAP_NET_ADMIN and CAP_NET_RAW: try as root, or in a namespace of your \
                     own (unshare -Urn); nlhello sniff -- COMMAND takes neither";

const NO_NLMON: &str =
    "it takes CONFIG_NLMON (modprobe nlmon, where it is a module); nlhello sniff \
                        -- COMMAND does without";

/// A link of the kind `nlmon`, which is removed when this is dropped.
///
/// What is killed with SIGKILL leaves it behind: its alias says whose it was.
pub struct Device {
    client: Client,
    name: String,
    index: u32,
}

impl Device {
    /// The kind of link.
    pub const KIND: &'static str = "nlmon";

    /// Prefix of the name; a number follows.
    pub const PREFIX: &'static str = "nlhello";

    /// Makes one and brings it up, called `nlhello0` or as the first number says that is free.
    ///
    /// # Errors
    ///
    /// `EPERM` without `CAP_NET_ADMIN`; `EOPNOTSUPP` where the kernel has no such kind.
    pub fn make() -> Result<Self, Error> {
        let mut client = Client::open(SNIFF, &SPEC)?;
        let name = add(&mut client)?;
        let mut device = Self {
            client,
            name,
            index: 0,
        };
        device.index = LinkNames::new().index(device.name.as_bytes())?;
        device.bring_up()?;
        Ok(device)
    }

    /// Returns its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns its index.
    pub fn index(&self) -> u32 {
        self.index
    }

    /// Says whose it is, and brings it up.
    fn bring_up(&mut self) -> Result<(), Error> {
        let alias = format!(
            "made by nlhello sniff, process {}, which removes it at its end",
            std::process::id()
        );
        let link = LinkChange {
            up: Some(true),
            alias: Some(alias.as_bytes()),
            ..LinkChange::new(self.target())
        };
        let mut request = link.request(Verb::Change)?;
        self.client.change(&mut request, TIMEOUT)
    }

    fn target(&self) -> Target<'_> {
        let name = self.name.as_bytes();

        match self.index {
            0 => Target::Name(name),
            index => Target::Index(index, name),
        }
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        let request = LinkChange::new(self.target()).request(Verb::Del);
        // The device may be gone already.
        let _ = request.and_then(|mut request| self.client.change(&mut request, TIMEOUT));
    }
}

/// Makes a link with the first name that is free; returns the name.
fn add(client: &mut Client) -> Result<String, Error> {
    let mut number = 0;
    loop {
        let name = format!("{}{number}", Device::PREFIX);
        let link = LinkChange {
            kind: Some(LinkKind::Plain(Device::KIND)),
            ..LinkChange::new(Target::Name(name.as_bytes()))
        };
        match client.change(&mut link.request(Verb::Add)?, TIMEOUT) {
            Ok(()) => return Ok(name),
            Err(error) if error.errno.0 == libc::EEXIST && number < MOST => number += 1,
            Err(error) => return Err(explained(error)),
        }
    }
}

/// Adds the way out.
fn explained(error: Error) -> Error {
    match error.errno.0 {
        libc::EPERM => error.hint(TAKES),
        libc::EOPNOTSUPP => error
            .message("this kernel makes no links of kind nlmon")
            .hint(NO_NLMON),
        _ => error,
    }
}
