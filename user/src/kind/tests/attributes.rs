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

/// Reasons for which attributes are told as unknown, each with those, or with `*` at the end all that begin so.
const UNSHOWN: &[(&str, &str)] = &[
    (
        "a link has the bus, the device and the index of its port of devlink, and these are told",
        "DEVLINK_ATTR_*",
    ),
    (
        "it is told beside the type or the range that says how it is read",
        "FRA_DPORT_MASK FRA_SPORT_MASK RTA_ENCAP NHA_ENCAP",
    ),
    (
        "it is told where rtm_src_len says how many of its bits count",
        "RTA_SRC",
    ),
    (
        "it is told with NFEA_ACTIVITY_NOTIFY, IFLA_PROTO_DOWN_REASON_VALUE or a program in it",
        "NDA_FDB_EXT_ATTRS IFLA_PROTO_DOWN_REASON IFLA_XDP",
    ),
    (
        "no test kernel has links of the kind, so nothing holds what is described of them against ip: \
         it is described in hexadecimal",
        "IFLA_AMT_* IFLA_BAREUDP_* IFLA_BATADV_* IFLA_CAN_* IFLA_DSA_* IFLA_GTP_* IFLA_HSR_* \
         IFLA_IPOIB_* IFLA_MACSEC_* IFLA_NETKIT_* IFLA_OVPN_* IFLA_PPP_* IFLA_RMNET_* \
         IFLA_VTI_* IFLA_WWAN_* IFLA_XFRM_*",
    ),
    (
        "it stands in requests only",
        "IFLA_BRPORT_FLUSH IFLA_BR_FDB_FLUSH IFLA_EXT_MASK IFLA_NET_NS_FD IFLA_NET_NS_PID \
         NDA_NDM_FLAGS_MASK NDA_NDM_STATE_MASK NETNSA_FD NETNSA_PID NETNSA_TARGET_NSID \
         NHA_GROUPS NHA_MASTER RTA_DPORT RTA_FLOWLABEL RTA_IP_PROTO RTA_SPORT TCA_DUMP_FLAGS \
         VETH_INFO_PEER VXCAN_INFO_PEER",
    ),
    (
        "no kernel of these years sends it",
        "IFLA_COST IFLA_PRIORITY IFLA_WEIGHT RTA_MP_ALGO RTA_PROTOINFO RTA_SESSION TCA_FCNT",
    ),
    ("it is no attribute", "NDA_UNSPEC RTAX_UNSPEC"),
    (
        "counters that are there in a longer form, or that only the driver knows how to read",
        "IFLA_STATS IFLA_INFO_XSTATS",
    ),
    (
        "an event of counters has those of the hardware alone",
        "IFLA_STATS_AF_SPEC IFLA_STATS_LINK_XSTATS IFLA_STATS_LINK_XSTATS_SLAVE",
    ),
    (
        "no test kernel has a card with virtual functions to hold it against",
        "IFLA_VFINFO_LIST IFLA_VF_PORTS IFLA_PORT_SELF",
    ),
    (
        "an event of a driver of its own, bytes of another interface",
        "IFLA_WIRELESS",
    ),
    (
        "buckets have messages of their own, which no kind tells",
        "NHA_RES_BUCKET",
    ),
    (
        "the settings of an estimator, which stands in requests",
        "TCA_RATE",
    ),
    ("a table of sizes has no table yet", "TCA_STAB"),
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

    let entries = || UNSHOWN.iter().flat_map(|(_, names)| names.split(' '));
    let is_of = |name: &str, entry: &str| match entry.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == entry,
    };
    let without_reason: Vec<_> = missing
        .iter()
        .filter(|name| !entries().any(|entry| is_of(name, entry)))
        .collect();
    assert!(
        without_reason.is_empty(),
        "no table tells {without_reason:#?}"
    );
    assert!(UNSHOWN.iter().all(|(reason, _)| !reason.is_empty()));
    for entry in entries() {
        assert!(
            missing.iter().any(|name| is_of(name, entry)),
            "{entry} is told by now"
        );
    }
}
