// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Forwarding databases, where bridges and VXLANs send frames for an address: `struct ndmsg` of the
//! family `AF_BRIDGE`, and `NDA_*`.
//!
//! C header: `include/uapi/linux/neighbour.h`.

pub(super) mod facts;
mod words;

use super::neigh::{all_flags, describe_use, Ndmsg, NDMSG};
use super::DEV_WIDTH;
use crate::kind::Payload;
use crate::names::uapi::*;
use crate::object::attrs::{i32, u16, u32, u8, Index, Taker};
use crate::object::fields::{flags, Fields, Value};
use crate::object::schema::{self, hex, known, Format, Known};
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

/// Operation of a list of forwarding entries, as errors name it.
pub const LIST: &str = "list forwarding entries";

/// An entry of a forwarding database.
#[derive(Clone, Debug)]
pub struct FdbEntry<'a> {
    header: Ndmsg,
    attrs: Index<'a>,
}

/// Where a VXLAN sends frames.
static REMOTE: &[Known] = &[
    known(NDA_NH_ID, "nhid", Format::U32),
    known(NDA_PORT, "port", Format::Be16),
    known(NDA_VNI, "vni", Format::U32),
    known(NDA_SRC_VNI, "src_vni", Format::U32),
];

impl<'a> FdbEntry<'a> {
    /// Reads the payload of an `RTM_NEWNEIGH` or `RTM_DELNEIGH` message of `AF_BRIDGE`.
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

    /// Returns the address that frames are for.
    pub fn mac(&self) -> Option<&'a [u8]> {
        self.attrs.read(NDA_LLADDR, Some)
    }

    /// Returns the VLAN that it is for; 0 is none.
    pub fn vlan(&self) -> u16 {
        self.attrs.read(NDA_VLAN, u16).unwrap_or_default()
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
        schema::describe_known(&mut attrs, REMOTE, names, out);
        describe_via(&mut attrs, names, out);
        attrs.describe(NDA_DST, "dst", Format::Ip, out);
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

/// Tells the link that the frames go out by: by its index where it is in another namespace, whose id is -1 where it
/// has none here.
fn describe_via(attrs: &mut Taker<'_, '_>, names: &mut Names, out: &mut dyn Fields) {
    let via = attrs.take(NDA_IFINDEX, u32);

    match (attrs.take(NDA_LINK_NETNSID, i32), via) {
        (Some(netnsid), via) => {
            out.field("linkNetNsId", Value::Signed(netnsid.into()));
            if let Some(via) = via {
                out.field("viaIfIndex", Value::Number(via.into()));
            }
        }
        (None, Some(via)) => out.field("viaIf", names.link(via)),
        (None, None) => {}
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
    use crate::fixtures::with;
    use crate::kind::Payload;
    use crate::rtnl::captures::{assert_has, assert_lacks, capture, changed};
    use crate::rtnl::Kind;
    use serde_json::json;

    #[test]
    fn a_link_of_another_namespace_has_no_name() {
        let [_, vxlan, _] = capture("fdb-ip");

        for netnsid in [5, -1] {
            let via = with(vxlan, &[(NDA_LINK_NETNSID, &i32::to_ne_bytes(netnsid))]);
            let expected = json!({"linkNetNsId": netnsid, "viaIfIndex": 70001});
            assert_has(Kind::Fdb, &via, expected);
            assert_lacks(Kind::Fdb, &via, "/viaIf");
        }
    }

    #[test]
    fn what_is_told_of_activity_is_known_as_a_whole_or_not_at_all() {
        let [bridge, ..] = capture::<3>("fdb-ip");
        let odd = changed(bridge, &[(68, 4)]);
        let unknown = json!([{"type": 14, "hex": "0500010004000000"}]);

        assert_has(Kind::Fdb, &odd, json!({"unknown": unknown}));
        assert_lacks(Kind::Fdb, &odd, "/activity_notify");
    }

    #[test]
    fn a_state_without_a_word_is_told_as_a_number() {
        let [_, _, dynamic] = capture("fdb-ip");

        assert_has(
            Kind::Fdb,
            &changed(dynamic, &[(8, 0x10)]),
            json!({"state": "0x10"}),
        );
    }

    #[test]
    fn an_entry_of_a_bridge_itself_has_an_echo_as_one_of_the_link() {
        const BRIDGE: u32 = 12;
        let of = |flags: u8, attrs: &[(u16, &[u8])]| {
            let link = [&[libc::AF_BRIDGE as u8, 0, 0, 0][..], &BRIDGE.to_ne_bytes()].concat();
            with(&[&link[..], &[0x80, 0, flags, 0]].concat(), attrs)
        };
        let (mac, master, port) = (
            &[2, 0, 0, 0, 3, 6][..],
            BRIDGE.to_ne_bytes(),
            7u32.to_ne_bytes(),
        );
        let own = of(0, &[(NDA_LLADDR, mac), (NDA_MASTER, &master)]);
        let ports = of(0, &[(NDA_LLADDR, mac), (NDA_MASTER, &port)]);
        let echo = of(SELF, &[(NDA_LLADDR, mac)]);
        let snapshot = Kind::Fdb.facts().snapshot.as_ref().unwrap();

        let known = [&own, &ports, &echo].map(|bytes| {
            let entry = Payload::new(Kind::Fdb, bytes);
            ((snapshot.rivals)(&entry), (snapshot.is_echo)(&entry))
        });
        let place = [&BRIDGE.to_ne_bytes()[..], mac].concat();
        assert_eq!(
            known,
            [
                (Some(place.clone()), false),
                (None, false),
                (Some(place), true)
            ]
        );
    }
}
