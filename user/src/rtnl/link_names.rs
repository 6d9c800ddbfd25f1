// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Names of links, as the kernel has them.

use super::link::{Link, IFINFOMSG};
use super::SPEC;
use crate::names::uapi::IFLA_ALT_IFNAME;
use crate::netlink::{Connection, Error, Request};
use crate::object::Names;
use crate::wire::put_str;
use std::ops::Range;
use std::time::Duration;

const NAME: &str = "name a link";
const FIND: &str = "find a link";

/// Where `ifi_index` is in `struct ifinfomsg`.
const INDEX: Range<usize> = 4..8;

/// How long the kernel may take to tell a name.
const TIMEOUT: Duration = Duration::from_secs(5);

/// [`Names`], and the socket that asks the kernel for those that are missing.
#[derive(Default)]
pub struct LinkNames {
    known: Names,
    /// Opened at the first question.
    connection: Option<Connection>,
}

impl LinkNames {
    /// Returns no names yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the names that are known.
    #[inline]
    pub fn known(&mut self) -> &mut Names {
        &mut self.known
    }

    /// Asks for the links that are missing; says whether what was written with the names so far is to be written again.
    #[inline]
    pub fn resolve(&mut self) -> bool {
        self.known.count_missing() > 0 && self.learn_missing()
    }

    /// A link that cannot be asked for stays what it is called now.
    #[cold]
    fn learn_missing(&mut self) -> bool {
        let missing = self.known.take_missing();
        let learned = missing.iter().filter(|index| self.learn(**index).is_ok());

        learned.count() > 0
    }

    fn learn(&mut self, index: u32) -> Result<(), Error> {
        let mut payload = vec![0; IFINFOMSG];
        payload[INDEX].copy_from_slice(&index.to_ne_bytes());
        let link = self.ask(NAME, payload)?;
        let (name, is_up) = (link.name().unwrap_or_default().to_vec(), link.is_up());

        self.known.learn(index, &name, is_up);
        Ok(())
    }

    /// Returns the index of the link called `name`, by one of its names.
    ///
    /// # Errors
    ///
    /// `ENODEV` when there is none.
    pub fn index(&mut self, name: &[u8]) -> Result<u32, Error> {
        self.find(name).map(|link| link.header().index)
    }

    /// Returns the link called `name`, by one of its names.
    ///
    /// # Errors
    ///
    /// `ENODEV` when there is none.
    pub fn find(&mut self, name: &[u8]) -> Result<Link<'_>, Error> {
        let mut payload = vec![0; IFINFOMSG];
        put_str(&mut payload, name_kind(name), name)
            .map_err(|error| Error::from_io(FIND, &error))?;

        self.ask(FIND, payload)
            .map_err(|error| error.message(no_such_link(name)))
    }

    /// Asks for the one link that `payload` is about, to do `op`.
    fn ask(&mut self, op: &'static str, payload: Vec<u8>) -> Result<Link<'_>, Error> {
        let mut request = Request::new(op, libc::RTM_GETLINK, payload)?;
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(Connection::open(op, &SPEC)?),
        };
        let (message, _) = connection.ask(&mut request, TIMEOUT)?;

        Link::from_payload(message.payload()).map_err(|error| Error::malformed(op, error))
    }
}

/// Returns the type of the attribute that asks for a link by `name`: longer names are alternative
/// ones only.
pub(super) fn name_kind(name: &[u8]) -> u16 {
    match name.len() {
        ..libc::IFNAMSIZ => libc::IFLA_IFNAME,
        _ => IFLA_ALT_IFNAME,
    }
}

/// Returns what to say where there is no link called `name`.
pub(super) fn no_such_link(name: &[u8]) -> String {
    format!("there is no link {}", String::from_utf8_lossy(name))
}
