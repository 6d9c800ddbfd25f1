// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Forwarding databases, where bridges and VXLANs send frames for an address: `struct ndmsg` of the
//! family `AF_BRIDGE`, and `NDA_*`.
//!
//! C header: `include/uapi/linux/neighbour.h`.

pub(super) mod facts;
mod words;

use super::neigh::{
    all_flags, describe_use, Ndmsg, NDA_DST, NDA_IFINDEX, NDA_LLADDR, NDA_MASTER, NDMSG,
};
use crate::kind::Payload;
use crate::names::uapi::{
    NDA_FDB_EXT_ATTRS, NDA_LINK_NETNSID, NDA_NH_ID, NDA_PORT, NDA_SRC_VNI, NDA_VLAN, NDA_VNI,
    NFEA_ACTIVITY_NOTIFY,
};
use crate::object::attrs::{be16, i32, ip, u16, u32, u8, Index, Taker};
use crate::object::fields::{flags, Fields, Value};
use crate::object::schema::hex;
use crate::object::{Names, Object};
use crate::wire::{self, Attrs};

/// In `NFEA_ACTIVITY_NOTIFY`: `FDB_NOTIFY_BIT`, `FDB_NOTIFY_INACTIVE_BIT`.
const NOTIFY: u8 = 1;
const INACTIVE: u8 = 2;

/// Flag: it is of the link itself, not of the bridge that it is a port of (`NTF_SELF`).
const SELF: u8 = 0x02;
/// `NTF_*`, and behind them, as the kernel keeps them, `NTF_EXT_*`.
const FLAGS: &[(u32, &str)] = &[
    (0x02, "self"),
    (0x80, "router"),
    (0x10, "extern_learn"),
    (0x20, "offload"),
    (0x04, "master"),
    (0x40, "sticky"),
    (0x200, "locked"),
];

/// State: seen not long ago (`NUD_REACHABLE`).
const REACHABLE: u16 = 0x02;
/// State: an address of the link itself (`NUD_PERMANENT`).
const PERMANENT: u16 = 0x80;
/// State: set by somebody, it does not run out (`NUD_NOARP`).
const STATIC: u16 = 0x40;
/// `NUD_*`, as `bridge` calls them; the first that is set counts.
const STATES: &[(u16, &str)] = &[
    (PERMANENT, "permanent"),
    (STATIC, "static"),
    (0x04, "stale"),
    (REACHABLE, ""),
];

/// Room for an address in a table.
const WIDTH: usize = 17;
/// Room for the name of a link.
const DEV_WIDTH: usize = 16;

/// Operation of a list of forwarding entries, as errors name it.
pub const LIST: &str = "list forwarding entries";

/// An entry of a forwarding database.
#[derive(Clone, Debug)]
pub struct FdbEntry<'a> {
    header: Ndmsg,
    attrs: Index<'a>,
}

impl<'a> FdbEntry<'a> {
    /// Reads the payload of an `RTM_NEWNEIGH` or `RTM_DELNEIGH` message of `AF_BRIDGE`.
    ///
    /// # Errors
    ///
    /// [`wire::Error::Truncated`] when it is shorter than `struct ndmsg`.
    pub fn of(object: &Payload<'a>) -> Result<Self, wire::Error> {
        let header = Ndmsg::from_bytes(object.bytes()).ok_or(wire::Error::Truncated)?;

        Ok(Self {
            header,
            attrs: object.attrs(),
        })
    }

    /// Returns the fixed part.
    pub fn header(&self) -> &Ndmsg {
        &self.header
    }

    /// Returns the address that frames are for.
    pub fn mac(&self) -> Option<&'a [u8]> {
        self.attrs.get(NDA_LLADDR).map(|attr| attr.value())
    }

    /// Returns the VLAN that it is for; 0 is none.
    pub fn vlan(&self) -> u16 {
        self.attrs
            .get(NDA_VLAN)
            .and_then(|attr| u16(attr.value()))
            .unwrap_or_default()
    }

    /// `bridge` has no word for the usual state: that is a detail.
    fn describe_state(&self, out: &mut dyn Fields) {
        let state = self.header.state;
        let word = STATES.iter().find(|(known, _)| state & known != 0);

        match word {
            Some((REACHABLE, word)) => {
                out.details();
                out.field("state", Value::Word(word));
            }
            Some((_, word)) => out.field("state", Value::Word(word)),
            None => out.field("state", hex(state.into())),
        }
        out.details();
    }
}

impl Object for FdbEntry<'_> {
    fn describe_head(&self, _: &mut Names, out: &mut dyn Fields) {
        if let Some(mac) = self.mac() {
            out.column("mac", Value::Lladdr(mac), WIDTH);
        }
    }

    fn describe_rest(&self, names: &mut Names, out: &mut dyn Fields) {
        let mut attrs = self.attrs.taker();
        let header = &self.header;

        attrs.take(NDA_LLADDR, Some);
        if header.ifindex != 0 {
            out.column("ifname", names.link(header.ifindex), DEV_WIDTH);
        }
        if let Some(vlan) = attrs.take(NDA_VLAN, u16).filter(|vlan| *vlan != 0) {
            out.field("vlan", Value::Number(vlan.into()));
        }
        describe_remote(&mut attrs, names, out);
        if let Some(master) = attrs.take(NDA_MASTER, u32) {
            out.field("master", names.link(master));
        }
        flags(out, "flags", all_flags(header, &mut attrs), FLAGS);
        self.describe_state(out);
        if let Some(activity) = attrs.take(NDA_FDB_EXT_ATTRS, activity) {
            for (bit, key) in [(NOTIFY, "activity_notify"), (INACTIVE, "inactive")] {
                if activity & bit != 0 {
                    out.field(key, Value::Bool(true));
                }
            }
        }
        describe_use(&mut attrs, out);
        attrs.finish(out);
    }
}

/// Tells where a VXLAN sends the frames.
fn describe_remote(attrs: &mut Taker<'_, '_>, names: &mut Names, out: &mut dyn Fields) {
    for (key, value) in [
        ("nhid", attrs.take(NDA_NH_ID, u32)),
        ("port", attrs.take(NDA_PORT, be16).map(u32::from)),
        ("vni", attrs.take(NDA_VNI, u32)),
        ("src_vni", attrs.take(NDA_SRC_VNI, u32)),
    ] {
        number(key, value, out);
    }
    describe_via(attrs, names, out);
    if let Some(dst) = attrs.take(NDA_DST, ip) {
        out.field("dst", Value::Ip(dst));
    }
}

/// Tells the link that the frames go out by: by its index where it is in another namespace, whose id is -1 where it
/// has none here.
fn describe_via(attrs: &mut Taker<'_, '_>, names: &mut Names, out: &mut dyn Fields) {
    let via = attrs.take(NDA_IFINDEX, u32);

    match (attrs.take(NDA_LINK_NETNSID, i32), via) {
        (Some(netnsid), via) => {
            out.field("linkNetNsId", Value::Signed(netnsid.into()));
            number("viaIfIndex", via, out);
        }
        (None, Some(via)) => out.field("viaIf", names.link(via)),
        (None, None) => {}
    }
}

fn number(key: &str, value: Option<u32>, out: &mut dyn Fields) {
    if let Some(value) = value {
        out.field(key, Value::Number(value.into()));
    }
}

/// Reads what is told of activity, when nothing else is.
fn activity(value: &[u8]) -> Option<u8> {
    let mut attrs = Attrs::new(value);
    let attr = attrs.next()?.ok()?;
    let is_alone = attr.kind() == NFEA_ACTIVITY_NOTIFY && attrs.next().is_none();

    u8(attr.value()).filter(|bits| is_alone && bits & !(NOTIFY | INACTIVE) == 0)
}

/// Returns the state of this name, a bit for each.
pub fn state_of(name: &str) -> Option<u16> {
    match name {
        "all" => Some(u16::MAX),
        "reachable" | "dynamic" => Some(REACHABLE),
        _ => STATES
            .iter()
            .find_map(|(state, known)| (*known == name).then_some(*state)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::described::{assert_told_whatever_the_bytes, description};
    use crate::rtnl::chosen::assert_chosen;
    use crate::rtnl::Kind;
    use serde_json::{json, Value as Json};

    /// `RTM_NEWNEIGH` of Linux 6.18 after `bridge fdb add 02:00:00:00:01:07 dev vb master static sticky
    /// activity_notify inactive`.
    const BRIDGE: [u8; 72] = [
        7, 0, 0, 0, 114, 17, 1, 0, 64, 0, 64, 0, // ndmsg: if70002, NUD_NOARP, NTF_STICKY
        10, 0, 2, 0, 2, 0, 0, 0, 1, 7, 0, 0, // NDA_LLADDR
        8, 0, 9, 0, 115, 17, 1, 0, // NDA_MASTER: if70003
        8, 0, 15, 0, 0, 0, 0, 0, // NDA_FLAGS_EXT
        20, 0, 3, 0, 0, 0, 0, 0, 222, 0, 0, 0, 222, 0, 0, 0, 0, 0, 0, 0, // NDA_CACHEINFO
        12, 0, 14, 128, 5, 0, 1, 0, 3, 0, 0, 0, // NDA_FDB_EXT_ATTRS: NFEA_ACTIVITY_NOTIFY
    ];

    /// After `bridge fdb append 02:00:00:00:02:01 dev vx dst 10.1.0.8 port 4790 vni 43 via va`.
    const VXLAN: [u8; 76] = [
        7, 0, 0, 0, 116, 17, 1, 0, 192, 0, 2,
        1, // ndmsg: if70004, static, permanent, NTF_SELF
        10, 0, 2, 0, 2, 0, 0, 0, 2, 1, 0, 0, // NDA_LLADDR
        8, 0, 1, 0, 10, 1, 0, 8, // NDA_DST
        6, 0, 6, 0, 18, 182, 0, 0, // NDA_PORT
        8, 0, 7, 0, 43, 0, 0, 0, // NDA_VNI
        8, 0, 8, 0, 113, 17, 1, 0, // NDA_IFINDEX: if70001
        20, 0, 3, 0, 0, 0, 0, 0, 222, 0, 0, 0, 222, 0, 0, 0, 0, 0, 0, 0, // NDA_CACHEINFO
    ];

    /// After `bridge fdb add 02:00:00:00:01:02 dev vb master dynamic`.
    const DYNAMIC: [u8; 60] = [
        7, 0, 0, 0, 114, 17, 1, 0, 2, 0, 0, 0, // ndmsg: if70002, NUD_REACHABLE
        10, 0, 2, 0, 2, 0, 0, 0, 1, 2, 0, 0, // NDA_LLADDR
        8, 0, 9, 0, 115, 17, 1, 0, // NDA_MASTER: if70003
        8, 0, 15, 0, 0, 0, 0, 0, // NDA_FLAGS_EXT
        20, 0, 3, 0, 0, 0, 0, 0, 221, 0, 0, 0, 221, 0, 0, 0, 0, 0, 0, 0, // NDA_CACHEINFO
    ];

    fn tell(payload: &[u8]) -> Option<Json> {
        FdbEntry::from_payload(payload)
            .ok()
            .map(|entry| description(&entry))
    }

    #[test]
    fn entries_are_told_as_bridge_does() {
        let bridge = json!({
            "mac": "02:00:00:00:01:07", "ifname": "if70002", "activity_notify": true,
            "inactive": true, "used": 2, "updated": 2, "confirmed": 0, "flags": ["sticky"],
            "master": "if70003", "state": "static",
        });
        let vxlan = json!({
            "mac": "02:00:00:00:02:01", "ifname": "if70004", "dst": "10.1.0.8", "port": 4790,
            "vni": 43, "viaIf": "if70001", "used": 2, "updated": 2, "confirmed": 0,
            "flags": ["self"], "state": "permanent",
        });
        let dynamic = json!({
            "mac": "02:00:00:00:01:02", "ifname": "if70002", "used": 2, "updated": 2,
            "confirmed": 0, "flags": [], "master": "if70003", "state": "",
        });

        assert_eq!(tell(&BRIDGE), Some(bridge));
        assert_eq!(tell(&VXLAN), Some(vxlan));
        assert_eq!(tell(&DYNAMIC), Some(dynamic));
    }

    #[test]
    fn a_link_of_another_namespace_has_no_name() {
        let netnsid = [8, 0, 10, 0, 5, 0, 0, 0];
        let told = tell(&[&VXLAN[..], &netnsid].concat()).unwrap();

        assert_eq!(
            (&told["linkNetNsId"], &told["viaIfIndex"]),
            (&json!(5), &json!(70001))
        );
        assert_eq!(told.get("viaIf"), None);

        let without_id = [8, 0, 10, 0, 255, 255, 255, 255];
        let told = tell(&[&VXLAN[..], &without_id].concat()).unwrap();
        assert_eq!(told["linkNetNsId"], -1);
    }

    #[test]
    fn what_is_told_of_activity_is_known_as_a_whole_or_not_at_all() {
        let mut odd = BRIDGE;
        odd[68] = 4;
        let told = tell(&odd).unwrap();

        assert_eq!(
            told["unknown"],
            json!([{"type": 14, "hex": "0500010004000000"}])
        );
        assert_eq!(told.get("activity_notify"), None);
    }

    #[test]
    fn a_state_without_a_word_is_told_as_a_number() {
        let mut odd = DYNAMIC;
        odd[8] = 0x10;
        assert_eq!(tell(&odd).unwrap()["state"], "0x10");
    }

    #[test]
    fn no_bytes_make_it_panic() {
        assert_told_whatever_the_bytes(&[&BRIDGE, &VXLAN, &DYNAMIC], tell);
    }

    #[test]
    fn entries_are_chosen_by_their_words() {
        let vlan = [6, 0, 5, 0, 10, 0, 0, 0];
        let entry = [&BRIDGE[..], &vlan].concat();

        assert_chosen(
            Kind::Fdb,
            &entry,
            &[
                ("dev 70002 vlan 10 state static dynamic", true),
                ("static", true),
                ("brport 1", false),
                ("vlan 1", false),
                ("state permanent", false),
                ("state permanent static", true),
            ],
        );
    }

    #[test]
    fn an_address_of_a_link_itself_is_not_dynamic() {
        assert_chosen(Kind::Fdb, &VXLAN, &[("", true), ("dynamic", false)]);
    }
}
