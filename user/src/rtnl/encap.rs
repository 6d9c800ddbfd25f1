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

use super::attrs::{u16, Index, Taker};
use super::schema::{self, known, Format, Known};
use super::{Fields, Names, Nest, Value};

/// Tells the tunnel of an object whose attribute of type `kind` says which one it is, that of type
/// `data` what is set up.
pub fn describe<const N: usize>(
    attrs: &mut Taker<'_, '_, N>,
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
        Some(schema::describe(value, table, names, out))
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
    known(1, "locator", Format::As(locator)),
    known(7, "csum_mode", Format::Word(ILA_CSUM_MODES)),
    known(8, "ident_type", Format::Word(ILA_IDENT_TYPES)),
    known(9, "hook_type", Format::Word(&[(0, "output"), (1, "input")])),
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
    known(1, "in", Format::As(program)),
    known(2, "out", Format::As(program)),
    known(3, "xmit", Format::As(program)),
    known(4, "headroom", Format::U32),
];

/// `LWT_XFRM_*`.
const XFRM: &[Known] = &[
    known(1, "if_id", Format::U32),
    known(2, "link_dev", Format::Link),
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

/// Tells the name of a BPF program, `LWT_BPF_PROG_NAME` or `SEG6_LOCAL_BPF_PROG_NAME`.
fn program(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    const NAME: u16 = 2;
    let found = Index::<'_, 3>::new(value).get(NAME);

    match found.map(|attr| attr.value()).and_then(super::attrs::name) {
        Some(name) => out.field(key, Value::Name(name)),
        None => out.field(key, Value::Word("<unknown>")),
    }
    Some(())
}
