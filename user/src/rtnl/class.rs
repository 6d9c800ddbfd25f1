// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Classes, the parts of a qdisc: `struct tcmsg` and `TCA_*`.
//!
//! C headers: `include/uapi/linux/rtnetlink.h` and `pkt_sched.h`.

use super::tc::{classid, describe_class, Tc, Tcmsg};
use crate::kind::{describe, Facts, MessageTypes};
use crate::names::uapi::{RTM_DELTCLASS, RTM_NEWTCLASS, RTNLGRP_TC};
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
    describe: |object, names, out| {
        Class::from_payload(object.bytes()).map(|class| describe(&class, names, out))
    },
    link: |object| Some(Class::from_payload(object.bytes()).ok()?.header().ifindex),
    family: |_| None,
    ..Facts::DEFAULT
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::described::{assert_told_whatever_the_bytes, description, payloads};
    use serde_json::{json, Value as Json};

    const CAPTURE: &[u8] = include_bytes!("../../tests/fixtures/class.bin");

    fn tell(payload: &[u8]) -> Option<Json> {
        Class::from_payload(payload).ok().map(|it| description(&it))
    }

    #[test]
    fn classes_are_told_with_what_they_may_send() {
        let told: Vec<_> = payloads(CAPTURE)
            .iter()
            .filter_map(|one| tell(one))
            .collect();

        assert_eq!(
            told[0],
            json!({
                "class": "htb", "handle": "1:10", "dev": "if60001", "root": true,
                "options": {
                    "prio": 3, "rate": 1250000, "ceil": 2500000, "buffer": 20000,
                    "cbuffer": 10000, "quantum": 125000, "level": 0, "overhead": 0, "mpu": 0,
                },
            })
        );
        // `tc class change`: the rate, and no ceil any more.
        assert_eq!(told[2]["options"]["rate"], 1375000);
        assert_eq!(told[2]["options"]["ceil"], 1375000);
    }

    #[test]
    fn a_class_within_another_says_which_and_which_qdisc_it_has() {
        let told: Vec<_> = payloads(CAPTURE)
            .iter()
            .filter_map(|one| tell(one))
            .collect();

        assert_eq!(
            (&told[1]["handle"], &told[1]["parent"], told[1].get("leaf")),
            (&json!("1:abc"), &json!("1:10"), None)
        );
        assert_eq!(told[3]["leaf"], "8002:");
    }

    #[test]
    fn rates_that_take_64_bits_are_told() {
        let mut payload = payloads(CAPTURE)[0][..20].to_vec();
        let mut options = Vec::new();
        crate::wire::put_attr(&mut options, 1, &[0; 44]).unwrap();
        crate::wire::put_attr(&mut options, 6, &(1u64 << 33).to_ne_bytes()).unwrap();
        crate::wire::put_attr(&mut payload, 1, b"htb\0").unwrap();
        crate::wire::put_attr(&mut payload, 2, &options).unwrap();
        let told = tell(&payload).unwrap();

        assert_eq!(told["options"]["rate"], 1u64 << 33);
        assert_eq!(told["options"]["ceil"], 0);
    }

    #[test]
    fn a_class_is_read() {
        let class = Class::from_payload(payloads(CAPTURE)[1]).unwrap();

        assert_eq!(class.kind(), Some(b"htb".as_slice()));
        assert_eq!(class.header().handle, 0x1_0abc);
    }

    #[test]
    fn no_bytes_make_it_panic() {
        assert_told_whatever_the_bytes(payloads(CAPTURE), tell);
    }
}
