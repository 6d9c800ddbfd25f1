// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Neighbours, the hosts on a link and their addresses there: `struct ndmsg` and `NDA_*`.
//!
//! C header: `include/uapi/linux/neighbour.h`.

pub(super) mod facts;
mod words;

use super::DEV_WIDTH;
use crate::kind::Payload;
use crate::names::uapi::*;
use crate::object::attrs::{ip, u32, u32s, u8, Index, Taker};
use crate::object::fields::{flag_fields, flags, Fields, Value};
use crate::object::schema::Format;
use crate::object::{Names, Object};
use crate::wire;
use std::net::IpAddr;

/// Size of `struct ndmsg`, in bytes.
pub(super) const NDMSG: usize = 12;

/// Flag: it answers for the host (`NTF_PROXY`).
const PROXY: u8 = 0x08;
/// Flag: somebody else learned it, and told the kernel (`NTF_EXT_LEARNED`).
const EXT_LEARNED: u8 = 0x10;
/// `NTF_*`, and behind them, as the kernel keeps them, `NTF_EXT_*`.
const FLAGS: &[(u32, &str)] = &[
    (0x80, "router"),
    (0x08, "proxy"),
    (0x100, "managed"),
    (0x10, "extern_learn"),
    (0x20, "offload"),
    (0x400, "extern_valid"),
    (0x01, "use"),
    (0x02, "self"),
    (0x04, "master"),
    (0x40, "sticky"),
    (0x200, "locked"),
];

/// State: there is nothing to find out on such a link (`NUD_NOARP`).
const NOARP: u16 = 0x40;
/// Stands for no state at all, in a question.
const NONE: u16 = 0x100;
/// `NUD_*`.
const STATES: &[(u32, &str)] = &[
    (0x01, "INCOMPLETE"),
    (0x02, "REACHABLE"),
    (0x04, "STALE"),
    (0x08, "DELAY"),
    (0x10, "PROBE"),
    (0x20, "FAILED"),
    (0x40, "NOARP"),
    (0x80, "PERMANENT"),
];

/// The kernel's clock ticks in a second, as it tells them to programs (`USER_HZ`).
const TICKS: u32 = 100;

/// Room for the address in a table.
const WIDTH: usize = 26;

/// Operation of a list of neighbours, as errors name it.
pub const LIST: &str = "list neighbours";

/// A neighbour.
#[derive(Clone, Debug)]
pub struct Neigh<'a> {
    header: Ndmsg,
    attrs: Index<'a>,
}

/// The fixed part of a neighbour, `struct ndmsg`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ndmsg {
    /// `AF_INET`, `AF_INET6` or, for what a bridge forwards, `AF_BRIDGE`.
    pub family: u8,
    /// Index of the link; 0 where it is none in particular.
    pub ifindex: u32,
    /// State of the neighbour (`NUD_*`).
    pub state: u16,
    /// `NTF_*`; more are in an attribute.
    pub flags: u8,
    /// Type of its address (`RTN_*`).
    pub kind: u8,
}

impl Ndmsg {
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let [family, _, _, _, i0, i1, i2, i3, s0, s1, flags, kind] =
            *bytes.first_chunk::<NDMSG>()?;

        Some(Self {
            family,
            ifindex: u32::from_ne_bytes([i0, i1, i2, i3]),
            state: u16::from_ne_bytes([s0, s1]),
            flags,
            kind,
        })
    }

    /// See [`Neigh::state`].
    #[inline]
    fn known_state(&self) -> u16 {
        match self.state {
            0 => NONE,
            state => state,
        }
    }

    pub(super) fn to_bytes(self) -> [u8; NDMSG] {
        let mut bytes = [0; NDMSG];
        bytes[0] = self.family;
        bytes[4..8].copy_from_slice(&self.ifindex.to_ne_bytes());
        bytes[8..10].copy_from_slice(&self.state.to_ne_bytes());
        bytes[10..].copy_from_slice(&[self.flags, self.kind]);
        bytes
    }
}

impl<'a> Neigh<'a> {
    /// Reads the payload of an `RTM_NEWNEIGH` or `RTM_DELNEIGH` message.
    ///
    /// # Errors
    ///
    /// [`wire::Error::Truncated`] when it is shorter than `struct ndmsg`.
    pub fn of(object: &Payload<'a>) -> Result<Self, wire::Error> {
        let (header, attrs) = object.read(Ndmsg::from_bytes)?;

        Ok(Self { header, attrs })
    }

    /// Returns the fixed part.
    pub fn header(&self) -> &Ndmsg {
        &self.header
    }

    /// Returns its address.
    pub fn dst(&self) -> Option<IpAddr> {
        self.attrs.read(NDA_DST, ip)
    }

    /// Returns the bytes of its address of the link layer (`NDA_LLADDR`), as long as those of the link: six of Ethernet,
    /// four or sixteen where the link is a tunnel over IP, none where the link has no addresses. `None` while it is not
    /// resolved (`neigh_fill_info()`: unless its state is one of `NUD_VALID`).
    pub fn lladdr(&self) -> Option<&'a [u8]> {
        self.attrs.read(NDA_LLADDR, Some)
    }

    /// Returns who made it (`RTPROT_*`); 0 where the kernel does not say.
    pub fn protocol(&self) -> u8 {
        self.attrs.read(NDA_PROTOCOL, u8).unwrap_or_default()
    }

    /// Returns its state, as [`state_of`] does: one bit more stands for none.
    pub fn state(&self) -> u16 {
        self.header.known_state()
    }

    /// Returns how many use it, where the kernel says so.
    pub fn users(&self) -> Option<u32> {
        let [.., users] = self.attrs.read(NDA_CACHEINFO, u32s::<4>)?;
        Some(users)
    }
}

impl Object for Neigh<'_> {
    fn describe_head(&self, _: &mut Names, out: &mut dyn Fields) {
        if let Some(dst) = self.dst() {
            out.column("dst", Value::Ip(dst), WIDTH);
        }
    }

    fn describe_rest(&self, names: &mut Names, out: &mut dyn Fields) {
        let mut attrs = self.attrs.taker();
        let header = &self.header;

        attrs.take(NDA_DST, ip);
        if header.ifindex != 0 {
            out.column("dev", names.link(header.ifindex), DEV_WIDTH);
        }
        if let Some(lladdr) = attrs.take(NDA_LLADDR, lladdr) {
            out.field("lladdr", lladdr);
        }
        if header.state != 0 {
            flags(out, "state", header.state.into(), STATES);
        }
        let rest = flag_fields(out, all_flags(header, &mut attrs), FLAGS, Value::Null);
        if rest != 0 {
            out.field("flags", Value::Hex(rest.into()));
        }
        if let Some(protocol) = attrs.take(NDA_PROTOCOL, u8).filter(|number| *number != 0) {
            out.field("protocol", names.numbers().protocols.name(protocol.into()));
        }
        out.details();
        describe_use(&mut attrs, out);
        attrs.describe(NDA_PROBES, "probes", Format::U32, out);
        attrs.finish(out);
    }
}

/// Returns the flags of both words.
pub(super) fn all_flags(header: &Ndmsg, attrs: &mut Taker<'_, '_>) -> u32 {
    // The kernel, too, has no room for more.
    let more = attrs.take(NDA_FLAGS_EXT, |value| u32(value)?.checked_mul(1 << 8));

    u32::from(header.flags) | more.unwrap_or_default()
}

/// Tells how many use it, and how many seconds ago it was used, confirmed and updated: `struct
/// nda_cacheinfo`.
pub(super) fn describe_use(attrs: &mut Taker<'_, '_>, out: &mut dyn Fields) {
    let Some([confirmed, used, updated, refcnt]) = attrs.take(NDA_CACHEINFO, u32s::<4>) else {
        return;
    };
    if refcnt != 0 {
        out.field("refcnt", Value::Number(refcnt.into()));
    }
    for (key, ticks) in [
        ("used", used),
        ("confirmed", confirmed),
        ("updated", updated),
    ] {
        out.field(key, Value::Number((ticks / TICKS).into()));
    }
}

/// On a tunnel, the address of the link layer is one of IP.
fn lladdr(value: &[u8]) -> Option<Value<'_>> {
    Some(ip(value).map_or(Value::Lladdr(value), Value::Ip))
}

/// Returns the state of this name, a bit for each.
pub fn state_of(name: &str) -> Option<u16> {
    match name {
        "all" => Some(u16::MAX),
        "none" => Some(NONE),
        _ => STATES
            .iter()
            .find(|(_, known)| known.eq_ignore_ascii_case(name))
            .and_then(|(state, _)| (*state).try_into().ok()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::with;
    use crate::rtnl::captures::{assert_has, capture, changed};
    use crate::rtnl::Kind;
    use serde_json::json;

    #[test]
    fn on_a_tunnel_both_addresses_are_of_ip() {
        let [stale, ..] = capture::<3>("neigh-ip");
        let neigh = with(&stale[..20], &[(NDA_LLADDR, &[192, 0, 2, 1])]);

        assert_has(Kind::Neigh, &neigh, json!({"lladdr": "192.0.2.1"}));
    }

    #[test]
    fn flags_without_a_name_are_told() {
        let [_, managed, _] = capture("neigh-ip");
        let unknown = json!([{"type": 15, "hex": "01800080"}]);

        let odd = changed(managed, &[(53, 0x80)]);
        assert_has(Kind::Neigh, &odd, json!({"flags": "0x800000"}));
        let odd = changed(&odd, &[(55, 0x80)]);
        assert_has(Kind::Neigh, &odd, json!({"unknown": unknown}));
    }
}
