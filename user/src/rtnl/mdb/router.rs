// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A port behind which a router of groups is: its index and `MDBA_ROUTER_PATTR_*`.

use super::BrPortMsg;
use crate::names::uapi::*;
use crate::object::attrs::{u32, Index};
use crate::object::fields::{Fields, Value};
use crate::object::schema::Format::{Clock, Word, U16};
use crate::object::schema::{self, known, Known};
use crate::object::{Names, Object};

/// A port behind which a router of groups is: it gets all of them.
#[derive(Clone, Debug)]
pub struct RouterPort<'a> {
    bridge: BrPortMsg,
    ifindex: u32,
    attrs: Index<'a>,
}

impl<'a> RouterPort<'a> {
    /// Reads `MDBA_ROUTER_PORT`.
    pub(super) fn from_value(bridge: BrPortMsg, value: &'a [u8]) -> Option<Self> {
        let (ifindex, attrs) = value.split_at_checked(4)?;

        Some(Self {
            bridge,
            ifindex: u32(ifindex)?,
            attrs: Index::new(attrs),
        })
    }

    /// Returns which bridge it is of.
    pub fn bridge(&self) -> &BrPortMsg {
        &self.bridge
    }

    /// Returns the index of the port.
    pub fn ifindex(&self) -> u32 {
        self.ifindex
    }

    /// Tells all that is known of it but the bridge.
    pub(super) fn describe_in_bridge(&self, names: &mut Names, out: &mut dyn Fields) {
        let mut attrs = self.attrs.taker();

        out.field("port", names.link(self.ifindex));
        out.details();
        schema::describe_known(&mut attrs, ATTRS, names, out);
        attrs.finish(out);
    }
}

impl Object for RouterPort<'_> {
    fn describe_head(&self, names: &mut Names, out: &mut dyn Fields) {
        self.bridge.describe(names, out);
    }

    fn describe_rest(&self, names: &mut Names, out: &mut dyn Fields) {
        out.field("router", Value::Bool(true));
        self.describe_in_bridge(names, out);
        self.bridge.describe_index(out);
    }
}

/// `MDBA_ROUTER_PATTR_*`.
static ATTRS: &[Known] = &[
    known(MDBA_ROUTER_PATTR_TYPE, "type", Word(TYPES)),
    known(MDBA_ROUTER_PATTR_TIMER, "timer", Clock),
    known(MDBA_ROUTER_PATTR_INET_TIMER, "inet_timer", Clock),
    known(MDBA_ROUTER_PATTR_INET6_TIMER, "inet6_timer", Clock),
    known(MDBA_ROUTER_PATTR_VID, "vid", U16),
];

/// `MDB_RTR_TYPE_*`, as `bridge` calls them; it has no word for the first.
const TYPES: &[(u8, &str)] = &[(0, "disabled"), (1, "temp"), (2, "permanent"), (3, "temp")];
