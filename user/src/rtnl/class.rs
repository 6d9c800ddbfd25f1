// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Classes, the parts of a qdisc: `struct tcmsg` and `TCA_*`.
//!
//! C headers: `include/uapi/linux/rtnetlink.h` and `pkt_sched.h`.

use super::tc::{classid, describe_class, Tc, Tcmsg};
use crate::kind::{describe, Facts, MessageTypes};
use crate::names::uapi::*;
use crate::object::fields::{Fields, Value};
use crate::object::{Names, Object};
use crate::wire;

/// A class.
#[derive(Clone, Debug)]
pub struct Class<'a>(Tc<'a>);

impl<'a> Class<'a> {
    /// Reads the payload of an `RTM_NEWTCLASS` or `RTM_DELTCLASS` message.
    ///
    /// # Errors
    ///
    /// [`wire::Error::Truncated`] when it is shorter than `struct tcmsg`.
    pub fn from_payload(payload: &'a [u8]) -> Result<Self, wire::Error> {
        Tc::from_payload(payload).map(Self)
    }

    /// Returns the fixed part.
    pub fn header(&self) -> &Tcmsg {
        &self.0.header
    }

    /// Returns what its qdisc is: `htb`.
    pub fn kind(&self) -> Option<&'a [u8]> {
        self.0.kind()
    }
}

impl Object for Class<'_> {
    fn describe_head(&self, _: &mut Names, out: &mut dyn Fields) {
        self.0.describe_kind("class", out);
    }

    fn describe_rest(&self, names: &mut Names, out: &mut dyn Fields) {
        let mut attrs = self.0.taker();
        let header = self.header();

        self.0.describe_place(&classid(header.handle), names, out);
        if header.info != 0 {
            let leaf = format!("{:x}:", header.info >> 16);
            out.field("leaf", Value::Word(&leaf));
        }
        describe_class(&mut attrs, self.kind(), names, out);
        attrs.finish(out);
    }
}

/// Facts of classes: `struct tcmsg`.
pub(crate) const FACTS: Facts = Facts {
    name: "class",
    types: &[MessageTypes::new(RTM_NEWTCLASS, RTM_DELTCLASS)],
    groups: &[RTNLGRP_TC],
    describe: |object, names, out| describe(Class::from_payload(object.bytes()), names, out),
    link: |object| Some(Class::from_payload(object.bytes()).ok()?.header().ifindex),
    family: |_| None,
    ..Facts::DEFAULT
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::with;
    use crate::rtnl::captures::{assert_has, captured};
    use crate::rtnl::Kind;
    use serde_json::json;

    #[test]
    fn rates_that_take_64_bits_are_told() {
        let rate = 1u64 << 33;
        let parms = [
            (TCA_HTB_PARMS, &[0; 44][..]),
            (TCA_HTB_RATE64, &rate.to_ne_bytes()),
        ];
        let attrs = [(TCA_KIND, &b"htb\0"[..]), (TCA_OPTIONS, &with(&[], &parms))];
        let payload = with(&captured("class")[0][..20], &attrs);

        assert_has(
            Kind::Class,
            &payload,
            json!({"options": {"rate": rate, "ceil": 0}}),
        );
    }
}
