// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Ids by which a network namespace knows others: `struct rtgenmsg` and `NETNSA_*`.
//!
//! C headers: `include/uapi/linux/rtnetlink.h` and `net_namespace.h`.

use crate::kind::{describe, Facts, MessageTypes};
use crate::names::uapi::*;
use crate::object::attrs::{i32, Index};
use crate::object::fields::{Fields, Value};
use crate::object::{Names, Object};
use crate::wire;

/// Room for `struct rtgenmsg`, one byte, before the attributes.
const RTGENMSG: usize = wire::align(1);

/// Room for an id in a table.
const WIDTH: usize = 8;

/// An id of a network namespace.
#[derive(Clone, Debug)]
pub struct Nsid<'a> {
    header: Rtgenmsg,
    attrs: Index<'a>,
}

/// The fixed part, `struct rtgenmsg`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rtgenmsg {
    /// `AF_UNSPEC`.
    pub family: u8,
}

impl<'a> Nsid<'a> {
    /// Reads the payload of an `RTM_NEWNSID` or `RTM_DELNSID` message.
    ///
    /// # Errors
    ///
    /// [`wire::Error::Truncated`] when it is shorter than `struct rtgenmsg`.
    pub fn from_payload(payload: &'a [u8]) -> Result<Self, wire::Error> {
        let family = *payload.first().ok_or(wire::Error::Truncated)?;

        Ok(Self {
            header: Rtgenmsg { family },
            attrs: Index::new(payload.get(RTGENMSG..).unwrap_or_default()),
        })
    }

    /// Returns the fixed part.
    pub fn header(&self) -> &Rtgenmsg {
        &self.header
    }

    /// Returns the id; `None` where there is none (`NETNSA_NSID_NOT_ASSIGNED`).
    pub fn id(&self) -> Option<u32> {
        self.attrs.read(NETNSA_NSID, assigned)
    }

    /// Returns the id in the namespace of who asked for those of another one.
    pub fn current(&self) -> Option<u32> {
        self.attrs.read(NETNSA_CURRENT_NSID, assigned)
    }
}

/// Reads an id that is one.
fn assigned(value: &[u8]) -> Option<u32> {
    i32(value).and_then(|id| id.try_into().ok())
}

/// Returns the value of an id, null without one.
fn id(value: &[u8]) -> Option<Value<'static>> {
    i32(value)?;
    Some(assigned(value).map_or(Value::Null, |id| Value::Number(id.into())))
}

impl Object for Nsid<'_> {
    fn describe_head(&self, _: &mut Names, out: &mut dyn Fields) {
        if let Some(id) = self.attrs.taker().take(NETNSA_NSID, id) {
            out.column("nsid", id, WIDTH);
        }
    }

    fn describe_rest(&self, _: &mut Names, out: &mut dyn Fields) {
        let mut attrs = self.attrs.taker();
        attrs.take(NETNSA_NSID, id);

        if let Some(current) = attrs.take(NETNSA_CURRENT_NSID, id) {
            out.field("current-nsid", current);
        }
        attrs.finish(out);
    }
}

/// Facts of ids of network namespaces.
pub(crate) const FACTS: Facts = Facts {
    name: "nsid",
    types: &[MessageTypes::new(RTM_NEWNSID, RTM_DELNSID)],
    groups: &[RTNLGRP_NSID],
    describe: |object, names, out| describe(Nsid::from_payload(object.bytes()), names, out),
    family: |_| None,
    ..Facts::DEFAULT
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::with;
    use crate::rtnl::captures::{captured, described};
    use crate::rtnl::Kind;
    use serde_json::json;

    #[test]
    fn the_id_in_another_namespace_is_told_too_and_null_where_it_is_none() {
        for (current, expected) in [(3, Some(3)), (-1, None)] {
            let current = [(NETNSA_CURRENT_NSID, &i32::to_ne_bytes(current)[..])];
            let payload = with(captured("nsid")[1], &current);
            let nsid = Nsid::from_payload(&payload).unwrap();

            let described = described(Kind::Nsid, &payload);
            assert_eq!(
                described,
                Some(json!({"nsid": 77, "current-nsid": expected}))
            );
            assert_eq!((nsid.id(), nsid.current()), (Some(77), expected));
            assert_eq!(nsid.header().family, 0);
        }
    }
}
