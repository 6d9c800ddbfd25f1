// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Attributes of the kernel that no kind describes: each that the kernel's own specs and headers name is tried alone, in
//! every nest.

use super::super::*;
use crate::names::{AttrSet, FamilyInfo, ValueFormat};
use crate::object::{Fields, Names, Nest, Value};
use crate::wire::put_attr;
use std::collections::BTreeSet;

/// How deep in nests attributes are tried.
const DEPTH: usize = 4;

/// Longest value that is tried, in bytes: structs are longer than most.
const LONGEST: usize = 256;

/// Attributes, or with `*` at the end all that begin so, that are told as unknown, each with the reason.
const UNSHOWN: &[(&str, &str)] = &[
    (
        "DEVLINK_ATTR_*",
        "of a port of devlink the kernel puts the bus, the device and the index into a link, and these are told",
    ),
    (
        "FRA_DPORT_MASK",
        "it is told beside FRA_DPORT_RANGE",
    ),
    (
        "FRA_SPORT_MASK",
        "it is told beside FRA_SPORT_RANGE",
    ),
    (
        "RTA_ENCAP",
        "it is told beside RTA_ENCAP_TYPE",
    ),
    (
        "NHA_ENCAP",
        "it is told beside NHA_ENCAP_TYPE",
    ),
    (
        "RTA_SRC",
        "it is told where rtm_src_len says how many of its bits count",
    ),
    (
        "NDA_FDB_EXT_ATTRS",
        "it is told with NFEA_ACTIVITY_NOTIFY in it",
    ),
    (
        "IFLA_PROTO_DOWN_REASON",
        "it is told with IFLA_PROTO_DOWN_REASON_VALUE in it",
    ),
    (
        "IFLA_XDP",
        "it is told with the number of a program in it",
    ),
    (
        "IFLA_AMT_*",
        "no test kernel has links of the kind amt, so nothing holds what is told of them against ip: it is told in hexadecimal",
    ),
    (
        "IFLA_BAREUDP_*",
        "no test kernel has links of the kind bareudp, so nothing holds what is told of them against ip: it is told in hexadecimal",
    ),
    (
        "IFLA_BATADV_*",
        "no test kernel has links of the kind batadv, so nothing holds what is told of them against ip: it is told in hexadecimal",
    ),
    (
        "IFLA_CAN_*",
        "no test kernel has links of the kind can, so nothing holds what is told of them against ip: it is told in hexadecimal",
    ),
    (
        "IFLA_DSA_*",
        "no test kernel has links of the kind dsa, so nothing holds what is told of them against ip: it is told in hexadecimal",
    ),
    (
        "IFLA_GTP_*",
        "no test kernel has links of the kind gtp, so nothing holds what is told of them against ip: it is told in hexadecimal",
    ),
    (
        "IFLA_HSR_*",
        "no test kernel has links of the kind hsr and prp, so nothing holds what is told of them against ip: it is told in hexadecimal",
    ),
    (
        "IFLA_IPOIB_*",
        "no test kernel has links of the kind ipoib, so nothing holds what is told of them against ip: it is told in hexadecimal",
    ),
    (
        "IFLA_MACSEC_*",
        "no test kernel has links of the kind macsec, so nothing holds what is told of them against ip: it is told in hexadecimal",
    ),
    (
        "IFLA_NETKIT_*",
        "no test kernel has links of the kind netkit, so nothing holds what is told of them against ip: it is told in hexadecimal",
    ),
    (
        "IFLA_OVPN_*",
        "no test kernel has links of the kind ovpn, so nothing holds what is told of them against ip: it is told in hexadecimal",
    ),
    (
        "IFLA_PPP_*",
        "no test kernel has links of the kind ppp, so nothing holds what is told of them against ip: it is told in hexadecimal",
    ),
    (
        "IFLA_RMNET_*",
        "no test kernel has links of the kind rmnet, so nothing holds what is told of them against ip: it is told in hexadecimal",
    ),
    (
        "IFLA_VTI_*",
        "no test kernel has links of the kind vti and vti6, so nothing holds what is told of them against ip: it is told in hexadecimal",
    ),
    (
        "IFLA_WWAN_*",
        "no test kernel has links of the kind wwan, so nothing holds what is told of them against ip: it is told in hexadecimal",
    ),
    (
        "IFLA_XFRM_*",
        "no test kernel has links of the kind xfrm, so nothing holds what is told of them against ip: it is told in hexadecimal",
    ),
    (
        "IFLA_BRPORT_FLUSH",
        "it stands in requests only",
    ),
    (
        "IFLA_BR_FDB_FLUSH",
        "it stands in requests only",
    ),
    (
        "IFLA_EXT_MASK",
        "it stands in requests only",
    ),
    (
        "IFLA_NET_NS_FD",
        "it stands in requests only",
    ),
    (
        "IFLA_NET_NS_PID",
        "it stands in requests only",
    ),
    (
        "NDA_NDM_FLAGS_MASK",
        "it stands in requests only",
    ),
    (
        "NDA_NDM_STATE_MASK",
        "it stands in requests only",
    ),
    (
        "NETNSA_FD",
        "it stands in requests only",
    ),
    (
        "NETNSA_PID",
        "it stands in requests only",
    ),
    (
        "NETNSA_TARGET_NSID",
        "it stands in requests only",
    ),
    (
        "NHA_GROUPS",
        "it stands in requests only",
    ),
    (
        "NHA_MASTER",
        "it stands in requests only",
    ),
    (
        "RTA_DPORT",
        "it stands in requests only",
    ),
    (
        "RTA_FLOWLABEL",
        "it stands in requests only",
    ),
    (
        "RTA_IP_PROTO",
        "it stands in requests only",
    ),
    (
        "RTA_SPORT",
        "it stands in requests only",
    ),
    (
        "TCA_DUMP_FLAGS",
        "it stands in requests only",
    ),
    (
        "VETH_INFO_PEER",
        "it stands in requests only",
    ),
    (
        "VXCAN_INFO_PEER",
        "it stands in requests only",
    ),
    (
        "IFLA_COST",
        "no kernel of these years sends it",
    ),
    (
        "IFLA_PRIORITY",
        "no kernel of these years sends it",
    ),
    (
        "IFLA_WEIGHT",
        "no kernel of these years sends it",
    ),
    (
        "RTA_MP_ALGO",
        "no kernel of these years sends it",
    ),
    (
        "RTA_PROTOINFO",
        "no kernel of these years sends it",
    ),
    (
        "RTA_SESSION",
        "no kernel of these years sends it",
    ),
    (
        "TCA_FCNT",
        "no kernel of these years sends it",
    ),
    (
        "NDA_UNSPEC",
        "it is no attribute",
    ),
    (
        "RTAX_UNSPEC",
        "it is no attribute",
    ),
    (
        "IFLA_STATS",
        "counters that are there in a longer form, or that only the driver knows how to read",
    ),
    (
        "IFLA_INFO_XSTATS",
        "counters that are there in a longer form, or that only the driver knows how to read",
    ),
    (
        "IFLA_STATS_AF_SPEC",
        "an event of counters has those of the hardware alone",
    ),
    (
        "IFLA_STATS_LINK_XSTATS",
        "an event of counters has those of the hardware alone",
    ),
    (
        "IFLA_STATS_LINK_XSTATS_SLAVE",
        "an event of counters has those of the hardware alone",
    ),
    (
        "IFLA_VFINFO_LIST",
        "no test kernel has a card with virtual functions to hold it against",
    ),
    (
        "IFLA_VF_PORTS",
        "no test kernel has a card with virtual functions to hold it against",
    ),
    (
        "IFLA_PORT_SELF",
        "no test kernel has a card with virtual functions to hold it against",
    ),
    (
        "IFLA_WIRELESS",
        "an event of a driver of its own, bytes of another interface",
    ),
    (
        "NHA_RES_BUCKET",
        "buckets have messages of their own, which no kind tells",
    ),
    (
        "TCA_RATE",
        "the settings of an estimator, which stands in requests",
    ),
    (
        "TCA_STAB",
        "a table of sizes has no table yet",
    ),
];

/// Notes whether something is told as unknown.
#[derive(Default)]
struct Unknown(bool);

impl Fields for Unknown {
    fn field(&mut self, _: &str, _: Value<'_>) {}
    fn item(&mut self, _: Value<'_>) {}
    fn open(&mut self, key: &str, _: Nest) {
        self.0 |= key == "unknown";
    }
    fn open_item(&mut self, _: Nest) {}
    fn close(&mut self) {}
}

/// Tries the attributes of a kind.
struct Trial<'t> {
    kind: Kind,
    known: &'t mut BTreeSet<String>,
    missing: &'t mut BTreeSet<String>,
    tried: &'t mut usize,
}

/// Function that puts attributes into a row to make an object of it.
type WrapAttrs<'w> = &'w dyn Fn(&[u8]) -> Vec<u8>;

impl Trial<'_> {
    fn is_known(&self, object: &[u8]) -> bool {
        let mut unknown = Unknown::default();
        let is_read = Payload::new(self.kind, object).describe(&mut Names::new(), &mut unknown);
        is_read.is_ok() && !unknown.0
    }

    /// Tries each attribute of `set`, behind the bytes in `before`.
    fn set(&mut self, set: AttrSet, before: &[u8], wrap: WrapAttrs<'_>, depth: usize) {
        for (nla_type, attr) in set.all() {
            if attr.format == ValueFormat::Pad || depth == DEPTH {
                continue;
            }
            *self.tried += 1;
            let row = |value: &[u8]| wrap(&with_attr(before, nla_type, value));
            if !values().any(|value| self.is_known(&row(&value))) {
                self.missing.insert(attr.name.to_string());
                continue;
            }
            self.known.insert(attr.name.to_string());
            match attr.format {
                ValueFormat::Nest(0, inner) => self.set(inner, &[], &row, depth + 1),
                ValueFormat::Select(selector, false, choice) if is_text(set, selector) => {
                    for (text, format) in choice.texts() {
                        let before = with_attr(before, selector, &[text.as_bytes(), &[0]].concat());
                        let row = |value: &[u8]| wrap(&with_attr(&before, nla_type, value));
                        if let ValueFormat::Nest(0, inner) = format {
                            self.set(inner, &[], &row, depth + 1);
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

/// Returns the values that an attribute is tried with: of all lengths, a row of attributes too.
fn values() -> impl Iterator<Item = Vec<u8>> {
    let filled = |fill| (0..LONGEST).map(move |len| vec![fill; len]);
    filled(0).chain(filled(1))
}

fn with_attr(before: &[u8], nla_type: u16, value: &[u8]) -> Vec<u8> {
    let mut row = before.to_vec();
    put_attr(&mut row, nla_type, value).unwrap();
    row
}

fn is_text(set: AttrSet, nla_type: u16) -> bool {
    set.find(nla_type)
        .is_some_and(|attr| attr.format == ValueFormat::Text)
}

/// Returns the attributes that no kind tells, and how many were tried.
fn missing() -> (BTreeSet<String>, usize) {
    let (mut known, mut missing, mut tried) = (BTreeSet::new(), BTreeSet::new(), 0);
    let route = FamilyInfo::of_protocol(libc::NETLINK_ROUTE).unwrap();
    for kind in Kind::ALL
        .iter()
        .copied()
        .filter(|kind| *kind != Kind::Hello)
    {
        let facts = kind.facts();
        let family = match facts.families {
            AddressFamilies::Only([first, ..]) => *first,
            _ => libc::AF_INET as u8,
        };
        for types in facts.types {
            let Some(message) = route.message(types.new, 0, &[family]) else {
                panic!("{kind:?} has a message that nobody knows");
            };
            let mut header = vec![0; message.header_size.next_multiple_of(4)];
            header[0] = family;
            let mut trial = Trial {
                kind,
                known: &mut known,
                missing: &mut missing,
                tried: &mut tried,
            };
            trial.set(message.attrs, &[], &|row| [&header, row].concat(), 0);
        }
    }
    // Types of links and families share some; one that tells it is enough.
    missing.retain(|name| !known.contains(name));
    (missing, tried)
}

#[test]
fn each_attribute_of_the_kernel_is_told_or_left_out_for_a_reason() {
    let (missing, tried) = missing();
    assert!(tried > 500, "{tried}");

    let is_of = |name: &str, entry: &str| match entry.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == entry,
    };
    let without_reason: Vec<_> = missing
        .iter()
        .filter(|name| !UNSHOWN.iter().any(|(entry, _)| is_of(name, entry)))
        .collect();
    assert!(
        without_reason.is_empty(),
        "no table tells {without_reason:#?}"
    );
    for (entry, reason) in UNSHOWN {
        assert!(!reason.is_empty());
        assert!(
            missing.iter().any(|name| is_of(name, entry)),
            "{entry} is told by now"
        );
    }
}
