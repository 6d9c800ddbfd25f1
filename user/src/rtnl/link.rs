// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Links: `struct ifinfomsg` and `IFLA_*`.
//!
//! C headers: `include/uapi/linux/rtnetlink.h`, `if_link.h` and `if.h`.

mod af;
mod bond;
mod bridge;
pub(super) mod facts;
mod hardware;
mod hsr;
pub(super) mod ifinfo6;
mod info;
mod query;
mod stats;
mod tun;
mod tunnel;
mod vlan;
mod vxlan;
mod words;
mod xdp;

pub use ifinfo6::Ifinfo6;
pub(super) use query::ask;
pub use query::{LinkNamed, GET, LIST};
pub(super) use stats::{describe_both as describe_stats, describe_counters};

use crate::kind::Payload;
use crate::names::uapi::*;
use crate::object::attrs::{i32, name, u32, u8, Index, Taker};
use crate::object::fields::{flag_items, items, Fields, Nest, Value};
use crate::object::schema::Format::{
    As, Bool, Bytes, Name, Nested, NonZero, Uint, Word, I32, U16, U32,
};
use crate::object::schema::{self, known, Format, Known};
use crate::object::{Names, Object};
use crate::wire::{self, Attrs};

/// Size of `struct ifinfomsg`, in bytes.
pub const IFINFOMSG: usize = 16;

const UP: u32 = 0x1;
const POINTOPOINT: u32 = 0x10;
const RUNNING: u32 = 0x40;

/// A link: a network device.
#[derive(Clone, Debug)]
pub struct Link<'a> {
    payload: &'a [u8],
    header: Ifinfomsg,
    attrs: Index<'a>,
}

/// The fixed part of a link, `struct ifinfomsg`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ifinfomsg {
    /// `AF_UNSPEC`, or the family that tells of the link: `AF_BRIDGE`.
    pub family: u8,
    /// Hardware type of the link (`ARPHRD_*`).
    pub kind: u16,
    /// Index of the link.
    pub index: u32,
    /// `IFF_*`.
    pub flags: u32,
    /// Bits of `flags` that have changed.
    pub change: u32,
}

impl Ifinfomsg {
    /// Returns the bytes of one that says no more than the index.
    pub(crate) fn with_index(index: u32) -> [u8; IFINFOMSG] {
        let mut bytes = [0; IFINFOMSG];
        bytes[4..8].copy_from_slice(&index.to_ne_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let [family, _, k0, k1, i0, i1, i2, i3, f0, f1, f2, f3, c0, c1, c2, c3] =
            *bytes.first_chunk::<IFINFOMSG>()?;

        Some(Self {
            family,
            kind: u16::from_ne_bytes([k0, k1]),
            index: u32::from_ne_bytes([i0, i1, i2, i3]),
            flags: u32::from_ne_bytes([f0, f1, f2, f3]),
            change: u32::from_ne_bytes([c0, c1, c2, c3]),
        })
    }
}

impl<'a> Link<'a> {
    /// Reads the payload of an `RTM_NEWLINK` or `RTM_DELLINK` message.
    ///
    /// # Errors
    ///
    /// [`wire::Error::Truncated`] when it is shorter than `struct ifinfomsg`.
    pub fn of(object: &Payload<'a>) -> Result<Self, wire::Error> {
        let (header, attrs) = object.read(Ifinfomsg::from_bytes)?;
        let payload = object.bytes();

        Ok(Self {
            payload,
            header,
            attrs,
        })
    }

    /// Returns the payload that it was read from.
    pub fn payload(&self) -> &'a [u8] {
        self.payload
    }

    /// Returns the fixed part.
    pub fn header(&self) -> &Ifinfomsg {
        &self.header
    }

    /// Returns its name.
    pub fn name(&self) -> Option<&'a [u8]> {
        self.attrs.read(IFLA_IFNAME, name)
    }

    /// Returns all the names that it goes by: the usual one, and the alternative ones.
    pub fn names(&self) -> impl Iterator<Item = &'a [u8]> {
        let more = self.attrs.get(IFLA_PROP_LIST);
        let more = Attrs::new(more.map(|attr| attr.value()).unwrap_or_default());
        let more = more
            .map_while(Result::ok)
            .filter(|attr| attr.kind() == IFLA_ALT_IFNAME);

        self.name()
            .into_iter()
            .chain(more.filter_map(|attr| name(attr.value())))
    }

    /// Returns the bytes of its address of the link layer (`IFLA_ADDRESS`, `dev->dev_addr`): six of an Ethernet device,
    /// those of its own end of a tunnel over IP. `None` where the link has none, as `nlmon` and `wg`.
    pub fn address(&self) -> Option<&'a [u8]> {
        self.attrs.read(IFLA_ADDRESS, Some)
    }

    /// Returns the bytes of the address by which all hosts on the link are reached (`IFLA_BROADCAST`); those of the other
    /// end where `IFF_POINTOPOINT` is set in [`Ifinfomsg::flags`].
    pub fn broadcast(&self) -> Option<&'a [u8]> {
        self.attrs.read(IFLA_BROADCAST, Some)
    }

    /// Returns the table of a VRF; `None` of other links.
    pub fn vrf_table(&self) -> Option<u32> {
        let is_vrf = self.kind() == Some(b"vrf");
        let info = self.attrs.get(IFLA_LINKINFO).filter(|_| is_vrf)?;
        info::vrf_table(info.value())
    }

    /// Says whether it is up, as far as its administrator is concerned.
    pub fn is_up(&self) -> bool {
        self.header.flags & UP != 0
    }

    /// Returns whether it works, and if not, why (`IF_OPER_*`); see [`operstate_of`].
    pub fn operstate(&self) -> Option<u8> {
        self.attrs.read(IFLA_OPERSTATE, u8)
    }

    /// Returns the index of the link that it is a port of.
    pub fn master(&self) -> Option<u32> {
        self.attrs.read(IFLA_MASTER, u32)
    }

    /// Returns the index of the link below it, or of its other end, if that is in the same network namespace.
    pub fn lower(&self) -> Option<u32> {
        let lower = self.attrs.read(IFLA_LINK, u32);
        lower.filter(|index| *index != 0 && !self.is_on_one_elsewhere())
    }

    /// Returns the group that it is in.
    pub fn group(&self) -> Option<u32> {
        self.attrs.read(IFLA_GROUP, u32)
    }

    /// Says whether the link below it, or its other end, is in another network namespace.
    pub fn is_on_one_elsewhere(&self) -> bool {
        self.attrs.get(IFLA_LINK_NETNSID).is_some()
    }

    /// Returns the largest packet that it takes, in bytes.
    pub fn mtu(&self) -> Option<u32> {
        self.attrs.read(IFLA_MTU, u32)
    }

    /// Returns the kind of device that it is: `bridge`; `None` for hardware.
    pub fn kind(&self) -> Option<&'a [u8]> {
        self.attrs.read(IFLA_LINKINFO, info::kind)
    }

    /// Returns the kind of the link that it is a port of.
    pub fn slave_kind(&self) -> Option<&'a [u8]> {
        self.attrs.read(IFLA_LINKINFO, info::slave_kind)
    }

    /// Returns the attributes.
    pub fn attrs(&self) -> &Index<'a> {
        &self.attrs
    }
}

impl Object for Link<'_> {
    fn describe_head(&self, _: &mut Names, out: &mut dyn Fields) {
        let mut attrs = self.attrs.taker();

        out.column("ifindex", Value::Number(self.header.index.into()), 4);
        let name = attrs.take(IFLA_IFNAME, name).unwrap_or_default();
        out.column("ifname", Value::Dev(name), 15);
        if let Some(state) = attrs.take(IFLA_OPERSTATE, u8) {
            match OPERSTATES.get(usize::from(state)) {
                Some(word) => out.column("operstate", Value::State(word), 7),
                None => out.field("operstate_index", Value::Number(state.into())),
            }
        }
        if let Some(address) = attrs.take(IFLA_ADDRESS, Some) {
            out.column("address", self.shown(address), 17);
        }
    }

    fn describe_rest(&self, names: &mut Names, out: &mut dyn Fields) {
        let mut attrs = self.attrs.taker();
        // The head of the line has these attributes.
        attrs.take(IFLA_IFNAME, name);
        attrs.take(IFLA_OPERSTATE, u8);
        attrs.take(IFLA_ADDRESS, Some);

        Self::describe_lower(&mut attrs, names, out);
        self.describe_flags(names.is_above_down(self.header.index, self.lower()), out);
        schema::describe_known(&mut attrs, FIRST, names, out);
        let is_elsewhere = self.is_on_one_elsewhere();
        attrs.take(IFLA_LINKINFO, |info| {
            info::describe(info, is_elsewhere, names, out)
        });
        schema::describe_known(&mut attrs, NAMES, names, out);
        self.describe_permaddr(&mut attrs, out);
        // The names of groups are in files.
        if !out.details() {
            return;
        }
        self.describe_hardware(&mut attrs, out);
        if let Some(group) = attrs.take(IFLA_GROUP, u32) {
            out.field("group", names.numbers().groups.name(group));
        }
        schema::describe_known(&mut attrs, DETAILS, names, out);
        attrs.take(IFLA_AF_SPEC, |value| af::describe(value, names, out));
        stats::describe(&mut attrs, out);
        attrs.finish(out);
    }
}

impl Link<'_> {
    /// Tells the lower link.
    fn describe_lower(attrs: &mut Taker<'_, '_>, names: &mut Names, out: &mut dyn Fields) {
        let lower = attrs.take(IFLA_LINK, u32);
        // The index is then one of another network namespace.
        let netnsid = attrs.take(IFLA_LINK_NETNSID, i32);
        match lower {
            None => {}
            Some(0) => out.field("link", Value::Null),
            Some(index) if netnsid.is_some() => {
                out.field("link_index", Value::Number(index.into()));
            }
            Some(index) => out.field("link", names.link(index)),
        }
        if let Some(id) = netnsid {
            out.field("link_netnsid", Value::Signed(id.into()));
        }
    }

    /// Tells the flags, and with them, as `ip` does, whether the lower link is down.
    fn describe_flags(&self, is_above_down: bool, out: &mut dyn Fields) {
        let flags = self.header.flags;

        out.open("flags", Nest::Array);
        if flags & (UP | RUNNING) == UP {
            out.item(Value::Word("NO-CARRIER"));
        }
        flag_items(out, flags & !RUNNING, FLAGS);
        if is_above_down {
            out.item(Value::Word("M-DOWN"));
        }
        out.close();
    }

    /// Tells the address that it came with, if it has another one now.
    fn describe_permaddr(&self, attrs: &mut Taker<'_, '_>, out: &mut dyn Fields) {
        if let Some(permanent) = attrs.take(IFLA_PERM_ADDRESS, Some) {
            if Some(permanent) != self.address() {
                out.field("permaddr", self.shown(permanent));
            }
        }
    }

    fn describe_hardware(&self, attrs: &mut Taker<'_, '_>, out: &mut dyn Fields) {
        match hardware::name(self.header.kind) {
            Some(name) => out.field("link_type", Value::Word(name)),
            None => out.field("link_type", Value::Word(&format!("[{}]", self.header.kind))),
        }
        if let Some(broadcast) = attrs.take(IFLA_BROADCAST, Some) {
            if self.header.flags & POINTOPOINT != 0 {
                out.field("link_pointtopoint", Value::Bool(true));
            }
            out.field("broadcast", self.shown(broadcast));
        }
    }

    /// Returns an address of its link layer as it is shown: that of a tunnel over IP as one of IP.
    fn shown<'v>(&self, bytes: &'v [u8]) -> Value<'v> {
        hardware::address(self.header.kind, bytes)
    }
}

/// Attributes that are shown without `-d`, besides the columns.
static FIRST: &[Known] = &[
    known(IFLA_MTU, "mtu", U32),
    known(IFLA_XDP, "xdp", As(xdp::describe)),
    known(IFLA_QDISC, "qdisc", Name),
    known(IFLA_MASTER, "master", Format::Link),
    known(IFLA_EVENT, "event", NonZero(&Word(EVENTS))),
    known(IFLA_NEW_NETNSID, "new_netnsid", I32),
    known(IFLA_NEW_IFINDEX, "new_ifindex", I32),
    known(IFLA_PROTO_DOWN, "proto_down", NonZero(&Bool)),
    known(IFLA_PROTO_DOWN_REASON, "proto_down_reason", As(reasons)),
];

/// Alias and alternative names of a link.
static NAMES: &[Known] = &[
    known(IFLA_IFALIAS, "ifalias", Name),
    known(IFLA_PROP_LIST, "altnames", As(altnames)),
];

static DETAILS: &[Known] = &[
    known(IFLA_LINKMODE, "linkmode", Word(LINKMODES)),
    known(IFLA_TXQLEN, "txqlen", NonZero(&U32)),
    known(IFLA_TARGET_NETNSID, "target_netnsid", I32),
    known(IFLA_PROMISCUITY, "promiscuity", U32),
    known(IFLA_ALLMULTI, "allmulti", U32),
    known(IFLA_MIN_MTU, "min_mtu", U32),
    known(IFLA_MAX_MTU, "max_mtu", U32),
    known(IFLA_NETNS_IMMUTABLE, "netns-immutable", NonZero(&Bool)),
    known(IFLA_NUM_TX_QUEUES, "num_tx_queues", U32),
    known(IFLA_NUM_RX_QUEUES, "num_rx_queues", U32),
    known(IFLA_GSO_MAX_SIZE, "gso_max_size", U32),
    known(IFLA_GSO_MAX_SEGS, "gso_max_segs", U32),
    known(IFLA_TSO_MAX_SIZE, "tso_max_size", U32),
    known(IFLA_TSO_MAX_SEGS, "tso_max_segs", U32),
    known(IFLA_GRO_MAX_SIZE, "gro_max_size", U32),
    known(IFLA_GSO_IPV4_MAX_SIZE, "gso_ipv4_max_size", U32),
    known(IFLA_GRO_IPV4_MAX_SIZE, "gro_ipv4_max_size", U32),
    known(
        IFLA_MAX_PACING_OFFLOAD_HORIZON,
        "max_pacing_offload_horizon",
        Uint,
    ),
    known(IFLA_HEADROOM, "headroom", U16),
    known(IFLA_TAILROOM, "tailroom", U16),
    known(IFLA_PHYS_PORT_NAME, "phys_port_name", Name),
    known(IFLA_PHYS_PORT_ID, "phys_port_id", Bytes),
    known(IFLA_PHYS_SWITCH_ID, "phys_switch_id", Bytes),
    known(IFLA_PARENT_DEV_BUS_NAME, "parentbus", Name),
    known(IFLA_PARENT_DEV_NAME, "parentdev", Name),
    // `IFLA_DEVLINK_PORT` and `IFLA_DPLL_PIN` are sent empty where there is none.
    known(
        IFLA_DEVLINK_PORT,
        "devlink_port",
        NonZero(&Nested(DEVLINK_PORT)),
    ),
    known(IFLA_DPLL_PIN, "dpll_pin", NonZero(&Nested(DPLL_PIN))),
    known(IFLA_NUM_VF, "num_vf", U32),
    known(IFLA_CARRIER, "carrier", Bool),
    known(IFLA_CARRIER_UP_COUNT, "carrier_up_count", U32),
    known(IFLA_CARRIER_DOWN_COUNT, "carrier_down_count", U32),
    known(IFLA_MAP, "map", As(map)),
];

/// `DEVLINK_ATTR_*`, `include/uapi/linux/devlink.h`.
static DEVLINK_PORT: &[Known] = &[
    known(DEVLINK_ATTR_BUS_NAME, "bus_name", Name),
    known(DEVLINK_ATTR_DEV_NAME, "dev_name", Name),
    known(DEVLINK_ATTR_PORT_INDEX, "port_index", U32),
];

/// `DPLL_A_PIN_*`, `include/uapi/linux/dpll.h`.
static DPLL_PIN: &[Known] = &[known(DPLL_A_PIN_ID, "id", U32)];

/// Tells why a protocol holds the link down, a bit for each reason.
fn reasons(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let mut attrs = Attrs::new(value);
    let reasons = attrs
        .next()?
        .ok()
        .filter(|attr| attr.kind() == IFLA_PROTO_DOWN_REASON_VALUE)?;
    let reasons = u32(reasons.value()).filter(|_| attrs.rest().is_empty())?;

    out.open(key, Nest::Array);
    for bit in (0..u32::BITS).filter(|bit| reasons >> bit & 1 != 0) {
        out.item(Value::Nameless(bit.into()));
    }
    out.close();
    Some(())
}

/// Tells the other names that a link goes by.
fn altnames(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    items(out, key, || {
        Attrs::new(value).map(|attr| {
            let attr = attr.ok().filter(|attr| attr.kind() == IFLA_ALT_IFNAME)?;
            name(attr.value()).map(Value::Name)
        })
    })
}

/// Tells what an ISA card was set to, `struct rtnl_link_ifmap`.
fn map(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let (longs, rest) = value.split_first_chunk::<24>()?;
    let [irq0, irq1, dma, port, ..] = *rest else {
        return None;
    };

    out.open(key, Nest::Object);
    for (key, long) in ["mem_start", "mem_end", "base_addr"]
        .iter()
        .zip(longs.chunks(8))
    {
        out.field(key, Value::Number(crate::object::attrs::u64(long)?));
    }
    out.field(
        "irq",
        Value::Number(u16::from_ne_bytes([irq0, irq1]).into()),
    );
    out.field("dma", Value::Number(dma.into()));
    out.field("port", Value::Number(port.into()));
    out.close();
    Some(())
}

/// `IF_OPER_*`, by number.
const OPERSTATES: [&str; 7] = [
    "UNKNOWN",
    "NOTPRESENT",
    "DOWN",
    "LOWERLAYERDOWN",
    "TESTING",
    "DORMANT",
    "UP",
];

/// Returns the `IF_OPER_*` of this name, as `ip` has it, in any case.
pub fn operstate_of(name: &str) -> Option<u8> {
    OPERSTATES
        .iter()
        .position(|known| known.eq_ignore_ascii_case(name))
        .and_then(|state| state.try_into().ok())
}

/// `IF_LINK_MODE_*`.
const LINKMODES: &[(u8, &str)] = &[(0, "DEFAULT"), (1, "DORMANT"), (2, "TESTING")];

/// `IFF_*`, all but `IFF_RUNNING`.
const FLAGS: &[(u32, &str)] = &[
    (0x8, "LOOPBACK"),
    (0x2, "BROADCAST"),
    (POINTOPOINT, "POINTOPOINT"),
    (0x1000, "MULTICAST"),
    (0x80, "NOARP"),
    (0x200, "ALLMULTI"),
    (0x100, "PROMISC"),
    (0x400, "MASTER"),
    (0x800, "SLAVE"),
    (0x4, "DEBUG"),
    (0x8000, "DYNAMIC"),
    (0x4000, "AUTOMEDIA"),
    (0x2000, "PORTSEL"),
    (0x20, "NOTRAILERS"),
    (UP, "UP"),
    (0x1_0000, "LOWER_UP"),
    (0x2_0000, "DORMANT"),
    (0x4_0000, "ECHO"),
];

/// `IFLA_EVENT_*`.
const EVENTS: &[(u8, &str)] = &[
    (1, "REBOOT"),
    (2, "FEATURE CHANGE"),
    (3, "BONDING FAILOVER"),
    (4, "NOTIFY PEERS"),
    (5, "RESEND IGMP"),
    (6, "BONDING OPTION"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::with;
    use crate::rtnl::captures::{assert_has, assert_lacks, captured, described};
    use crate::rtnl::Kind;
    use serde_json::{json, Value as Json};

    /// Asserts that `expected` is told of `link`.
    fn assert_described(link: &[u8], expected: Json) {
        assert_has(Kind::Link, link, expected);
    }

    /// Returns a link with these flags and attributes.
    fn link(flags: u32, attrs: &[(u16, &[u8])]) -> Vec<u8> {
        let mut header = [0; IFINFOMSG];
        header[8..12].copy_from_slice(&flags.to_ne_bytes());
        with(&header, attrs)
    }

    /// Returns a link of this kind with these attributes of it.
    fn link_of(kind: &str, data: &[(u16, &[u8])]) -> Vec<u8> {
        let data = with(&[], data);
        let info = [(IFLA_INFO_KIND, kind.as_bytes()), (IFLA_INFO_DATA, &data)];
        link(0, &[(IFLA_LINKINFO, &with(&[], &info))])
    }

    #[test]
    fn a_link_is_called_by_each_of_its_names() {
        let names = [&b"eth0"[..], b"other", b"a-name-of-more-than-fifteen-bytes"];
        let list = names.map(|name| (IFLA_ALT_IFNAME, name));
        let list = with(&[], &list[1..]);
        let payload = link(0, &[(IFLA_IFNAME, b"eth0\0"), (IFLA_PROP_LIST, &list)]);
        let lo = captured("link-ip")[0];

        for (payload, names) in [(&payload[..], &names[..]), (lo, &[b"lo"])] {
            let link = Link::from_payload(payload).unwrap();
            assert_eq!({ link.names() }.collect::<Vec<_>>(), names);
        }
    }

    #[test]
    fn counters_are_where_the_kernel_has_them() {
        let counters: Vec<u8> = (100u64..125).flat_map(u64::to_ne_bytes).collect();
        let described = described(Kind::Link, &link(0, &[(IFLA_STATS64, &counters)])).unwrap();

        assert_eq!(
            described["stats64"],
            json!({
                "rx": {
                    "packets": 100, "bytes": 102, "errors": 104, "dropped": 106, "multicast": 108,
                    "length_errors": 110, "over_errors": 111, "crc_errors": 112,
                    "frame_errors": 113, "fifo_errors": 114, "missed_errors": 115,
                    "compressed": 121, "nohandler": 123, "otherhost": 124,
                },
                "tx": {
                    "packets": 101, "bytes": 103, "errors": 105, "dropped": 107,
                    "collisions": 109, "aborted_errors": 116, "carrier_errors": 117,
                    "fifo_errors": 118, "heartbeat_errors": 119, "window_errors": 120,
                    "compressed": 122,
                },
            })
        );
    }

    #[test]
    fn a_link_that_is_up_without_a_carrier_says_so_first() {
        for (flags, expected) in [
            (UP | 0x2, ["NO-CARRIER", "BROADCAST", "UP"].as_slice()),
            (UP | RUNNING | 0x8000_0000, &["UP", "0x80000000"]),
        ] {
            assert_described(&link(flags, &[]), json!({"flags": expected}));
        }
    }

    #[test]
    fn a_lower_link_may_be_none_or_elsewhere() {
        assert_described(&link(0, &[(IFLA_LINK, &[0; 4])]), json!({"link": null}));

        let lower = (IFLA_LINK, &7u32.to_ne_bytes()[..]);
        let elsewhere = link(0, &[lower, (IFLA_LINK_NETNSID, &(-1i32).to_ne_bytes())]);
        assert_described(&elsewhere, json!({"link_index": 7, "link_netnsid": -1}));
        assert_lacks(Kind::Link, &elsewhere, "/link");
    }

    #[test]
    fn what_a_tunnel_is_on_elsewhere_has_no_name_here() {
        for kind in ["gre", "gretap", "erspan", "ipip", "sit"] {
            let link = link_of(kind, &[(1, &7u32.to_ne_bytes())]);
            assert_described(&link, json!({"linkinfo": {"info_data": {"link": "if7"}}}));

            let link = with(&link, &[(IFLA_LINK_NETNSID, &3u32.to_ne_bytes())]);
            let expected = json!({"info_data": {"link_index": 7}});
            assert_described(&link, json!({"linkinfo": expected}));
            assert_lacks(Kind::Link, &link, "/linkinfo/info_data/link");
        }
    }

    #[test]
    fn a_key_of_zero_is_one() {
        let keyed = |flags: [u8; 2]| {
            let flags = (IFLA_GRE_IFLAGS, &flags[..]);
            let keys = [(IFLA_GRE_IKEY, &[0; 4][..]), (IFLA_GRE_OKEY, &[0; 4])];
            link_of(
                "gre",
                &[flags, (IFLA_GRE_OFLAGS, &[0x20, 0]), keys[0], keys[1]],
            )
        };
        let expected = json!({"ikey": "0.0.0.0", "okey": "0.0.0.0"});
        assert_described(
            &keyed([0x20, 0]),
            json!({"linkinfo": {"info_data": expected}}),
        );

        // `IFLA_GRE_IFLAGS`: without `GRE_KEY`.
        let expected = json!({"info_data": {"okey": "0.0.0.0"}});
        assert_described(&keyed([0, 0]), json!({"linkinfo": expected}));
        assert_lacks(Kind::Link, &keyed([0, 0]), "/linkinfo/info_data/ikey");
    }

    #[test]
    fn addresses_of_tunnels_are_those_of_ip() {
        let ends = [
            (IFLA_ADDRESS, &[10, 0, 0, 1][..]),
            (IFLA_BROADCAST, &[10, 0, 0, 2]),
        ];
        let mut tunnel = link(POINTOPOINT, &ends);
        tunnel[2..4].copy_from_slice(&768u16.to_ne_bytes());

        assert_described(
            &tunnel,
            json!({
                "link_type": "ipip", "address": "10.0.0.1", "broadcast": "10.0.0.2",
                "link_pointtopoint": true,
            }),
        );
    }

    #[test]
    fn programs_of_xdp_are_told_by_id() {
        let id = 9u32.to_ne_bytes();
        let xdp = [
            (IFLA_XDP_ATTACHED, &[2][..]),
            (IFLA_XDP_PROG_ID, &id),
            (IFLA_XDP_SKB_PROG_ID, &id),
        ];
        let described = described(Kind::Link, &link(0, &[(IFLA_XDP, &with(&[], &xdp))])).unwrap();

        let attached = json!([{"mode": 2, "prog": {"id": 9}}]);
        assert_eq!(
            described["xdp"],
            json!({"mode": 2, "prog": {"id": 9}, "attached": attached})
        );
    }

    #[test]
    fn an_id_of_a_bridge_is_told_without_zeros_in_front_of_a_byte_of_the_address() {
        let id = [0x80, 0, 0, 0x16, 0x3e, 0xff, 1, 0xa0];
        let expected = json!({"info_data": {"bridge_id": "8000.0:16:3e:ff:1:a0"}});

        let bridge = link_of("bridge", &[(IFLA_BR_BRIDGE_ID, &id)]);
        assert_described(&bridge, json!({"linkinfo": expected}));
    }
}
