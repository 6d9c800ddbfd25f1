// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Names for the numbers that objects refer to.

use super::attrs::{name, u32, Index};
use super::link::{Link, IFINFOMSG};
use super::numbers::Numbers;
use super::SPEC;
use super::{Fields, Value};
use crate::netlink::{Connection, Error, Request};
use crate::wire::put_str;
use std::collections::{HashMap, HashSet, VecDeque};
use std::ops::Range;
use std::time::Duration;

const NAME: &str = "name a link";
const FIND: &str = "find a link";

/// Where `ifi_index` is in it.
const INDEX: Range<usize> = 4..8;

/// Where `ifi_flags` is in it.
const FLAGS: Range<usize> = 8..12;

/// Type of an alternative name, `include/uapi/linux/if_link.h`.
pub(super) const IFLA_ALT_IFNAME: u16 = 53;

/// How many links that are gone are called by their names still: what was on them is told later.
const GONE: usize = 1024;

/// How long the kernel may take to tell a name.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Names of links, asked for when they are first needed, and those that `iproute2` reads from its
/// files.
#[derive(Default)]
pub struct Names {
    /// Opened at the first question.
    connection: Option<Connection>,
    links: HashMap<u32, Vec<u8>>,
    /// Which of `links` are down.
    down: HashSet<u32>,
    /// Which of `links` are gone, the first one first.
    gone: VecDeque<u32>,
    /// Links that were told last to be above one that is down.
    above_down: HashSet<u32>,
    numbers: Numbers,
    /// Whether links are called by what was learned only.
    is_closed: bool,
    /// Whether what is told now is of links in another network namespace, which have no names here.
    are_elsewhere: bool,
    /// Whether what is told now is as it was told last.
    is_past: bool,
}

impl Names {
    /// Returns no names yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns no names yet, and never asks for those of links: one that was not
    /// [learned](Names::learn) of is called by its index, `if7`.
    pub fn closed() -> Self {
        Self {
            is_closed: true,
            ..Self::default()
        }
    }

    /// Returns the name of the link with this index; as `ip`, `if7` for one that is not there.
    #[inline]
    pub fn link(&mut self, index: u32) -> Value<'_> {
        if !self.links.contains_key(&index) {
            self.look_up(index);
        }
        Value::Dev(self.links.get(&index).map_or(b"", Vec::as_slice))
    }

    /// Tells the link with this `index` under `key`; under `key_index` by that alone, where it is in another network
    /// namespace.
    pub fn tell_link(&mut self, key: &str, index: u32, out: &mut dyn Fields) {
        match self.are_elsewhere {
            true => out.field(&format!("{key}_index"), Value::Number(index.into())),
            false => out.field(key, self.link(index)),
        }
    }

    /// Lets `tell` tell of links in another network namespace, if they are there.
    pub fn elsewhere<T>(&mut self, are_there: bool, tell: impl FnOnce(&mut Self) -> T) -> T {
        let outside = std::mem::replace(&mut self.are_elsewhere, are_there);
        let told = tell(self);
        self.are_elsewhere = outside;
        told
    }

    /// Lets `tell` tell of objects as they were told last, if that `is_past`.
    pub fn as_told<T>(&mut self, is_past: bool, tell: impl FnOnce(&mut Self) -> T) -> T {
        let outside = std::mem::replace(&mut self.is_past, is_past);
        let told = tell(self);
        self.is_past = outside;
        told
    }

    /// Says whether `link` is above one that is down, or was when it was [told last](Names::as_told).
    pub fn is_above_down(&mut self, link: &Link<'_>) -> bool {
        match self.is_past {
            true => self.above_down.contains(&link.header().index),
            false => link.lower().is_some_and(|lower| self.is_down(lower)),
        }
    }

    /// Says whether `link` was told last to be above one that is down, and is not, or the other way round.
    pub fn has_turned(&mut self, link: &Link<'_>) -> bool {
        let was = self.above_down.contains(&link.header().index);
        self.is_above_down(link) != was
    }

    /// Notes that `link` was told, or that it is known without that.
    pub fn settle(&mut self, link: &Link<'_>) {
        let index = link.header().index;
        match self.is_above_down(link) {
            true => self.above_down.insert(index),
            false => self.above_down.remove(&index),
        };
    }

    /// Says whether there is a link with this index that is down.
    pub fn is_down(&mut self, index: u32) -> bool {
        self.link(index);
        self.down.contains(&index)
    }

    /// Notes that the link with this index is called `name` from now on, and is up or not.
    pub fn learn(&mut self, index: u32, name: &[u8], is_up: bool) {
        self.links.insert(index, name.to_vec());
        self.gone.retain(|gone| *gone != index);
        match is_up {
            true => self.down.remove(&index),
            false => self.down.insert(index),
        };
    }

    /// Notes that the link with this index is gone: its name is forgotten when many more are. It is not down.
    pub fn lose(&mut self, index: u32) {
        self.down.remove(&index);
        self.gone.retain(|gone| *gone != index);
        self.gone.push_back(index);
        if self.gone.len() > GONE {
            let first = self.gone.pop_front().unwrap_or_default();
            self.links.remove(&first);
            self.above_down.remove(&first);
        }
    }

    #[cold]
    fn look_up(&mut self, index: u32) {
        let found = match self.is_closed {
            true => None,
            false => self.ask(index).ok(),
        };
        let name = found.unwrap_or_else(|| format!("if{index}").into_bytes());
        self.links.insert(index, name);
    }

    fn ask(&mut self, index: u32) -> Result<Vec<u8>, Error> {
        let mut payload = vec![0; IFINFOMSG];
        payload[INDEX].copy_from_slice(&index.to_ne_bytes());
        let mut request = Request::new(NAME, libc::RTM_GETLINK, payload)?;
        let (message, _) = self.connection(NAME)?.ask(&mut request, TIMEOUT)?;
        let attrs = message.payload().get(IFINFOMSG..).unwrap_or_default();
        let flags = message.payload().get(FLAGS).and_then(u32);
        let found = Index::<'_, 8>::new(attrs)
            .get(libc::IFLA_IFNAME)
            .and_then(|attr| name(attr.value()))
            .map(<[u8]>::to_vec);

        if flags.is_some_and(|flags| flags & libc::IFF_UP as u32 == 0) {
            self.down.insert(index);
        }
        found.ok_or_else(|| Error::new(NAME, libc::ENODEV))
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
        let mut request = Request::new(FIND, libc::RTM_GETLINK, payload)?;
        let (message, _) = self
            .connection(FIND)?
            .ask(&mut request, TIMEOUT)
            .map_err(|error| error.message(no_such_link(name)))?;

        Link::from_payload(message.payload()).map_err(|error| Error::malformed(FIND, error))
    }

    fn connection(&mut self, op: &'static str) -> Result<&mut Connection, Error> {
        match &mut self.connection {
            Some(connection) => Ok(connection),
            none => Ok(none.insert(Connection::open(op, &SPEC)?)),
        }
    }

    /// Returns the tables of names for numbers.
    #[inline]
    pub fn numbers(&mut self) -> &mut Numbers {
        &mut self.numbers
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::put_attr;

    #[test]
    fn a_link_that_is_gone_is_called_by_its_name_until_many_more_are() {
        let mut names = Names::closed();
        for index in [1, 2] {
            names.learn(index, b"a", false);
            names.lose(index);
        }
        // It came back, as a link does that was in another namespace.
        names.learn(2, b"a", true);
        for index in 3..3 + GONE as u32 {
            assert_eq!(names.link(1), Value::Dev(b"a"));
            names.learn(index, b"b", true);
            names.lose(index);
        }

        assert_eq!(names.link(1), Value::Dev(b"if1"));
        assert_eq!(names.link(2), Value::Dev(b"a"));
    }

    #[test]
    fn a_link_is_above_one_that_is_down_as_it_is_and_as_it_was_told() {
        let mut payload = vec![0; IFINFOMSG];
        payload[INDEX].copy_from_slice(&8u32.to_ne_bytes());
        put_attr(&mut payload, libc::IFLA_LINK, &7u32.to_ne_bytes()).unwrap();
        let link = Link::from_payload(&payload).unwrap();
        let mut names = Names::closed();
        let told = |names: &mut Names| names.as_told(true, |names| names.is_above_down(&link));

        for (is_up, was) in [(true, false), (false, false), (true, true)] {
            names.learn(7, b"a", is_up);
            assert_eq!(names.is_above_down(&link), !is_up);
            assert_eq!(told(&mut names), was);
            assert_eq!(names.has_turned(&link), is_up == was);
            names.settle(&link);
            assert!(!names.has_turned(&link));
        }
        names.learn(7, b"a", false);
        names.lose(7);
        assert!(!names.is_above_down(&link));
    }
}
