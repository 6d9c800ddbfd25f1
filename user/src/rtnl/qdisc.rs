// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Qdiscs, by which a link decides what it sends when: `struct tcmsg` and `TCA_*`.
//!
//! C headers: `include/uapi/linux/rtnetlink.h` and `pkt_sched.h`.

use super::tc::{describe_qdisc, Tc, TcAttrs, Tcmsg, ROOT};
use super::Kind;
use crate::kind::{describe, Facts, Kinds, MessageTypes};
use crate::names::uapi::{
    RTM_DELQDISC, RTM_NEWQDISC, RTNLGRP_TC, TCA_DUMP_INVISIBLE, TCA_EGRESS_BLOCK, TCA_EXT_WARN_MSG,
    TCA_HW_OFFLOAD, TCA_INGRESS_BLOCK,
};
use crate::object::attrs::{name, u32, u8};
use crate::object::fields::{Fields, Value};
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
        describe_sharing(&mut attrs, out);
        describe_qdisc(&mut attrs, self.kind(), names, out);
        if let Some(warning) = attrs.take(TCA_EXT_WARN_MSG, name) {
            out.field("warn", Value::Name(warning));
        }
        attrs.finish(out);
    }
}

/// Tells who else has a part in it: hardware, and other links.
fn describe_sharing(attrs: &mut TcAttrs<'_, '_>, out: &mut dyn Fields) {
    if attrs.take(TCA_HW_OFFLOAD, u8).is_some_and(|byte| byte != 0) {
        out.field("offloaded", Value::Bool(true));
    }
    if attrs.take(TCA_DUMP_INVISIBLE, Some).is_some() {
        out.field("invisible", Value::Bool(true));
    }
    for (kind, key) in [
        (TCA_INGRESS_BLOCK, "ingress_block"),
        (TCA_EGRESS_BLOCK, "egress_block"),
    ] {
        if let Some(block) = attrs.take(kind, u32).filter(|block| *block != 0) {
            out.field(key, Value::Number(block.into()));
        }
    }
}

/// Facts of qdiscs.
pub(crate) const FACTS: Facts = Facts {
    name: "qdisc",
    types: &[MessageTypes::new(RTM_NEWQDISC, RTM_DELQDISC)],
    groups: &[RTNLGRP_TC],
    describe: |object, names, out| {
        Qdisc::from_payload(object.bytes()).map(|qdisc| describe(&qdisc, names, out))
    },
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
    use crate::object::described::{assert_told_whatever_the_bytes, description, payloads};
    use crate::wire::put_attr;
    use serde_json::{json, Value as Json};

    const CAPTURE: &[u8] = include_bytes!("../../tests/fixtures/qdisc.bin");

    fn tell(payload: &[u8]) -> Option<Json> {
        Qdisc::from_payload(payload).ok().map(|it| description(&it))
    }

    #[test]
    fn qdiscs_are_told_as_tc_does() {
        let told: Vec<_> = payloads(CAPTURE)
            .iter()
            .filter_map(|one| tell(one))
            .collect();
        let htb = json!({
            "kind": "htb", "handle": "1:", "dev": "if60001", "root": true,
            "options": {"r2q": 10, "default": "0x10", "ver": "3.17", "direct_qlen": 1000},
        });
        let fq_codel = json!({
            "kind": "fq_codel", "handle": "8001:", "dev": "if60001", "parent": "1:10",
            "options": {
                "limit": 99, "flows": 1024, "quantum": 1514, "target": 4999,
                "interval": 99999, "memory_limit": 33554432, "ecn": true, "drop_batch": 64,
            },
        });
        let pfifo = |limit| {
            json!({
                "kind": "pfifo", "handle": "8002:", "dev": "if60001", "parent": "1:abc",
                "options": {"limit": limit},
            })
        };
        let noqueue = json!({
            "kind": "noqueue", "handle": "0:", "dev": "if60001", "root": true, "refcnt": 2,
        });

        assert_eq!(
            told,
            [noqueue, htb.clone(), fq_codel, pfifo(7), pfifo(8), htb]
        );
    }

    #[test]
    fn settings_of_other_kinds_are_told_in_hexadecimal() {
        let mut odd = payloads(CAPTURE)[3].to_vec();
        let at = odd.windows(5).position(|bytes| bytes == b"pfifo").unwrap();
        odd[at] = b'x';
        let told = tell(&odd).unwrap();

        assert_eq!(told["kind"], "xfifo");
        assert_eq!(told["options"], json!({"hex": "07000000"}));
    }

    #[test]
    fn settings_of_another_size_are_told_in_hexadecimal() {
        let mut payload = payloads(CAPTURE)[3][..20].to_vec();
        put_attr(&mut payload, 1, b"pfifo\0").unwrap();
        put_attr(&mut payload, 2, &[1, 2]).unwrap();

        assert_eq!(tell(&payload).unwrap()["options"], json!({"hex": "0102"}));
    }

    #[test]
    fn what_others_have_a_part_in_says_so() {
        let mut payload = payloads(CAPTURE)[3][..20].to_vec();
        put_attr(&mut payload, TCA_HW_OFFLOAD, &[1]).unwrap();
        put_attr(&mut payload, TCA_INGRESS_BLOCK, &7u32.to_ne_bytes()).unwrap();
        put_attr(&mut payload, TCA_EGRESS_BLOCK, &0u32.to_ne_bytes()).unwrap();
        put_attr(&mut payload, TCA_EXT_WARN_MSG, b"beware\0").unwrap();
        let told = tell(&payload).unwrap();

        assert_eq!(told["offloaded"], true);
        assert_eq!(told["ingress_block"], 7);
        assert_eq!(told.get("egress_block"), None);
        assert_eq!(told["warn"], "beware");
    }

    #[test]
    fn a_qdisc_is_read() {
        let qdisc = Qdisc::from_payload(payloads(CAPTURE)[2]).unwrap();
        let header = qdisc.header();

        assert_eq!(qdisc.kind(), Some(b"fq_codel".as_slice()));
        assert_eq!((header.handle, header.parent), (0x8001_0000, 0x1_0010));
        assert_eq!(header.ifindex, 60001);
    }

    #[test]
    fn no_bytes_make_it_panic() {
        assert_told_whatever_the_bytes(payloads(CAPTURE), tell);
    }
}
