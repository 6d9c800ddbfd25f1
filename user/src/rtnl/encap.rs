// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Light-weight tunnels: what a route or a next hop puts around a packet.
//!
//! C headers: `include/uapi/linux/lwtunnel.h`, `mpls_iptunnel.h`, `ila.h`, `seg6_iptunnel.h`,
//! `seg6_local.h`, `rpl_iptunnel.h` and `ioam6_iptunnel.h`.

mod ioam6;
mod ip;
mod mpls;
mod segments;

pub use mpls::labels;

use crate::names::uapi::*;
use crate::object::attrs::{name, u16, Index, Taker};
use crate::object::schema::Format::{As, Link, Read, Word, U32};
use crate::object::schema::{self, known, Known};
use crate::object::{Fields, Names, Nest, Value};

/// Tells the tunnel of an object whose attribute of type `kind` says which one it is, that of type
/// `data` what is set up.
pub fn describe(
    attrs: &mut Taker<'_, '_>,
    [kind, data]: [u16; 2],
    names: &mut Names,
    out: &mut dyn Fields,
) {
    let Some(kind) = attrs.take(kind, u16) else {
        return;
    };
    let (name, table) = match KINDS.iter().find(|(known, ..)| *known == kind) {
        Some((_, name, table)) => (Value::Word(name), *table),
        None => (Value::Nameless(kind.into()), NOTHING),
    };

    out.open("encap", Nest::Object);
    out.field("encap_type", name);
    attrs.take(data, |value| {
        schema::describe(value, table, names, out);
        Some(())
    });
    out.close();
}

/// `LWTUNNEL_ENCAP_*`.
static KINDS: &[(u16, &str, &[Known])] = &[
    (1, "mpls", mpls::MPLS),
    (2, "ip", ip::IP),
    (3, "ila", ILA),
    (4, "ip6", ip::IP6),
    (5, "seg6", segments::SEG6),
    (6, "bpf", BPF),
    (7, "seg6local", segments::SEG6_LOCAL),
    (8, "rpl", segments::RPL),
    (9, "ioam6", ioam6::IOAM6),
    (10, "xfrm", XFRM),
];

const NOTHING: &[Known] = &[];

/// `ILA_ATTR_*`.
const ILA: &[Known] = &[
    known(ILA_ATTR_LOCATOR, "locator", As(locator)),
    known(ILA_ATTR_CSUM_MODE, "csum_mode", Word(ILA_CSUM_MODES)),
    known(ILA_ATTR_IDENT_TYPE, "ident_type", Word(ILA_IDENT_TYPES)),
    known(
        ILA_ATTR_HOOK_TYPE,
        "hook_type",
        Word(&[(0, "output"), (1, "input")]),
    ),
];

const ILA_CSUM_MODES: &[(u8, &str)] = &[
    (0, "adj-transport"),
    (1, "neutral-map"),
    (2, "no-action"),
    (3, "neutral-map-auto"),
];

const ILA_IDENT_TYPES: &[(u8, &str)] = &[
    (0, "iid"),
    (1, "luid"),
    (2, "virt-v4"),
    (3, "virt-uni-v6"),
    (4, "virt-multi-v6"),
    (5, "nonlocal-addr"),
    (32, "use-format"),
];

/// `LWT_BPF_*`.
const BPF: &[Known] = &[
    known(LWT_BPF_IN, "in", Read(program)),
    known(LWT_BPF_OUT, "out", Read(program)),
    known(LWT_BPF_XMIT, "xmit", Read(program)),
    known(LWT_BPF_XMIT_HEADROOM, "headroom", U32),
];

/// `LWT_XFRM_*`.
const XFRM: &[Known] = &[
    known(LWT_XFRM_IF_ID, "if_id", U32),
    known(LWT_XFRM_LINK, "link_dev", Link),
];

/// Tells the upper half of an IPv6 address.
fn locator(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let half: [u8; 8] = value.try_into().ok()?;
    let words = half.chunks_exact(2).map(|word| {
        let word = u16::from_be_bytes([word[0], word[1]]);
        format!("{word:x}")
    });
    let words: Vec<_> = words.collect();

    out.field(key, Value::Name(words.join(":").as_bytes()));
    Some(())
}

/// Reads the name of a BPF program, `LWT_BPF_PROG_NAME` or `SEG6_LOCAL_BPF_PROG_NAME`.
fn program(value: &[u8]) -> Option<Value<'_>> {
    let found = Index::new(value).get(LWT_BPF_PROG_NAME);

    let name = found.and_then(|attr| name(attr.value()));
    Some(name.map_or(Value::Word("<unknown>"), Value::Name))
}

#[cfg(test)]
mod tests {
    use crate::fixtures::with;
    use crate::rtnl::captures::described;
    use crate::rtnl::Kind;
    use serde_json::{json, Value as Json};

    type EncapCase<'v> = &'v [(u16, &'v [u8])];

    fn attrs(row: EncapCase<'_>) -> Vec<u8> {
        with(&[], row)
    }

    /// Tells a route of IPv6 with a tunnel of `kind` that `row` sets up.
    fn encap(kind: u16, row: EncapCase<'_>) -> Json {
        let header = [10, 0, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0];
        let rta = [(21, &kind.to_ne_bytes()[..]), (22, &attrs(row))];

        described(Kind::Route, &with(&header, &rta)).unwrap()["encap"].take()
    }

    /// The headers of source routing have the last segment first.
    const SEGMENTS: [u8; 32] = [
        0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, // 2001:db8::2
        0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, // 2001:db8::1
    ];

    #[test]
    fn labels_are_told_outermost_first() {
        let stack = [0, 6, 0x40, 0, 0, 0xc, 0x81, 0]; // 100, 200 with the bottom bit

        assert_eq!(
            encap(1, &[(1, &stack), (2, &[9])]),
            json!({"encap_type": "mpls", "dst": "100/200", "ttl": 9})
        );
        assert_eq!(
            encap(1, &[(1, &stack[..4])])["unknown"],
            json!([{"type": 1, "hex": "00064000"}])
        );
    }

    #[test]
    fn options_of_geneve_are_told_one_by_one() {
        let option = |class: u8, data| attrs(&[(1, &[0, class]), (2, &[7]), (3, data)]);
        let geneve = [option(1, &[1, 2, 3, 4]), option(2, &[])].concat();
        let id = 17_u64.to_be_bytes();
        // Key, and that there are options.
        let row: EncapCase<'_> = &[(1, &id), (6, &[0x08, 4]), (8, &attrs(&[(1, &geneve)]))];

        assert_eq!(
            encap(2, row),
            json!({"encap_type": "ip", "id": 17, "key": true, "geneve_opts": [
                {"class": 1, "type": 7, "data": "01020304"}, {"class": 2, "type": 7, "data": ""},
            ]})
        );
    }

    #[test]
    fn options_of_vxlan_and_erspan_are_told_as_a_list() {
        let vxlan = attrs(&[(2, &attrs(&[(1, &5_u32.to_ne_bytes())]))]);
        let erspan = attrs(&[(3, &attrs(&[(1, &[1]), (2, &[0, 0, 0, 9])]))]);

        assert_eq!(encap(4, &[(8, &vxlan)])["vxlan_opts"], json!([{"gbp": 5}]));
        assert_eq!(
            encap(4, &[(8, &erspan)])["erspan_opts"],
            json!([{"ver": 1, "index": 9}])
        );
    }

    #[test]
    fn segments_are_told_in_the_order_of_travel() {
        let header = [0, 4, 4, 1, 1, 0, 0, 0];
        let srh = [&header[..], &SEGMENTS].concat();
        let tunnel = [&3_u32.to_ne_bytes()[..], &srh].concat();
        let segs = json!(["2001:db8::1", "2001:db8::2"]);

        assert_eq!(
            encap(5, &[(1, &tunnel)]),
            json!({"encap_type": "seg6", "mode": "encap.red", "segs": segs})
        );
        let end_b6 = 9_u32.to_ne_bytes();
        assert_eq!(
            encap(7, &[(1, &end_b6), (2, &srh)]),
            json!({"encap_type": "seg6local", "action": "End.B6", "srh": {"segs": segs}})
        );
        let rpl = [&[0, 4, 3, 2, 0, 0, 0, 0], &SEGMENTS[..]].concat();
        assert_eq!(
            encap(8, &[(1, &rpl)]),
            json!({"encap_type": "rpl", "segs": segs})
        );
    }

    #[test]
    fn the_key_that_signs_a_header_is_at_its_end() {
        let mut tlv = [0; 40];
        tlv[..8].copy_from_slice(&[5, 38, 0, 0, 0, 0, 0, 0x2a]);
        let srh = [&[0, 9, 4, 1, 1, 8, 0, 0], &SEGMENTS[..], &tlv].concat();

        assert_eq!(encap(7, &[(2, &srh)])["srh"]["hmac"], "0x2a");
        // The header ends before the key.
        assert!(encap(7, &[(2, &srh[..79])]).get("srh").is_none());
    }

    #[test]
    fn other_tunnels_are_told() {
        let trace = [0, 1, 0, 3, 0x80, 0, 0, 0];
        let (one, two) = (1_u32.to_ne_bytes(), 2_u32.to_ne_bytes());

        assert_eq!(
            encap(3, &[(1, &[0x88, 0x88, 0, 0x88, 0, 0, 0, 1]), (7, &[2])]),
            json!({"encap_type": "ila", "locator": "8888:88:0:1", "csum_mode": "no-action"})
        );
        assert_eq!(
            encap(6, &[(2, &attrs(&[(2, b"prog\0")])), (3, &[])]),
            json!({"encap_type": "bpf", "out": "prog", "xmit": "<unknown>"})
        );
        assert_eq!(
            encap(9, &[(1, &[1]), (3, &trace), (4, &one), (5, &two)]),
            json!({
                "encap_type": "ioam6", "freqk": 1, "freqn": 2, "mode": "inline",
                "trace": null, "prealloc": null, "type": "800000", "ns": 1, "size": 12,
            })
        );
        assert_eq!(encap(10, &[(1, &two)])["if_id"], 2);
        assert_eq!(
            encap(99, &[(1, &[1])]),
            json!({"encap_type": "99", "unknown": [{"type": 1, "hex": "01"}]})
        );
    }
}
