// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Qdiscs, by which a link decides what it sends when: `struct tcmsg` and `TCA_*`.
//!
//! C headers: `include/uapi/linux/rtnetlink.h` and `pkt_sched.h`.

use super::tc::{describe_qdisc, Tc, Tcmsg, ROOT};
use super::Kind;
use crate::kind::{describe, Facts, Kinds, MessageTypes};
use crate::names::uapi::*;
use crate::object::fields::{Fields, Value};
use crate::object::schema::Format::{Bool, Flag, Name, NonZero, U32};
use crate::object::schema::{self, known, Known};
use crate::object::{Names, Object};
use crate::wire;

/// A qdisc.
#[derive(Clone, Debug)]
pub struct Qdisc<'a>(Tc<'a>);

impl<'a> Qdisc<'a> {
    /// Reads the payload of an `RTM_NEWQDISC` or `RTM_DELQDISC` message.
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

    /// Returns what it is: `fq_codel`.
    pub fn kind(&self) -> Option<&'a [u8]> {
        self.0.kind()
    }
}

impl Object for Qdisc<'_> {
    fn describe_head(&self, _: &mut Names, out: &mut dyn Fields) {
        self.0.describe_kind("kind", out);
    }

    fn describe_rest(&self, names: &mut Names, out: &mut dyn Fields) {
        let mut attrs = self.0.taker();
        let header = self.header();
        // A qdisc has no minor number.
        let handle = format!("{:x}:", header.handle >> 16);

        self.0.describe_place(&handle, names, out);
        if header.info != 1 {
            out.field("refcnt", Value::Number(header.info.into()));
        }
        schema::describe_known(&mut attrs, SHARING, names, out);
        describe_qdisc(&mut attrs, self.kind(), names, out);
        attrs.describe(TCA_EXT_WARN_MSG, "warn", Name, out);
        attrs.finish(out);
    }
}

/// Hardware and links that have a part in a qdisc.
static SHARING: &[Known] = &[
    known(TCA_HW_OFFLOAD, "offloaded", NonZero(&Bool)),
    known(TCA_DUMP_INVISIBLE, "invisible", Flag),
    known(TCA_INGRESS_BLOCK, "ingress_block", NonZero(&U32)),
    known(TCA_EGRESS_BLOCK, "egress_block", NonZero(&U32)),
];

/// Facts of qdiscs.
pub(crate) const FACTS: Facts = Facts {
    name: "qdisc",
    types: &[MessageTypes::new(RTM_NEWQDISC, RTM_DELQDISC)],
    groups: &[RTNLGRP_TC],
    describe: |object, names, out| describe(Qdisc::from_payload(object.bytes()), names, out),
    link: |object| Some(Qdisc::from_payload(object.bytes()).ok()?.header().ifindex),
    family: |_| None,
    // A link is told with its queue.
    silent: |cause| match Qdisc::from_payload(cause.object.bytes()) {
        Ok(qdisc) if qdisc.header().parent == ROOT => Kind::Link.into(),
        _ => Kinds::NONE,
    },
    ..Facts::DEFAULT
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::with;
    use crate::rtnl::captures::{assert_has, assert_lacks, captured};
    use serde_json::json;

    /// Returns a qdisc of the link 60001 with these attributes.
    fn qdisc(attrs: &[(u16, &[u8])]) -> Vec<u8> {
        with(&captured("qdisc")[3][..20], attrs)
    }

    #[test]
    fn settings_of_other_kinds_and_of_another_size_are_told_in_hexadecimal() {
        for (kind, options, hex) in [
            ("xfifo", &[7, 0, 0, 0][..], "07000000"),
            ("pfifo", &[1, 2], "0102"),
        ] {
            let payload = qdisc(&[(TCA_KIND, kind.as_bytes()), (TCA_OPTIONS, options)]);
            let expected = json!({"kind": kind, "options": {"hex": hex}});
            assert_has(Kind::Qdisc, &payload, expected);
        }
    }

    #[test]
    fn what_others_have_a_part_in_says_so() {
        let payload = qdisc(&[
            (TCA_HW_OFFLOAD, &[1]),
            (TCA_INGRESS_BLOCK, &7u32.to_ne_bytes()),
            (TCA_EGRESS_BLOCK, &0u32.to_ne_bytes()),
            (TCA_EXT_WARN_MSG, b"beware\0"),
        ]);

        let expected = json!({"offloaded": true, "ingress_block": 7, "warn": "beware"});
        assert_has(Kind::Qdisc, &payload, expected);
        assert_lacks(Kind::Qdisc, &payload, "/egress_block");
    }
}
