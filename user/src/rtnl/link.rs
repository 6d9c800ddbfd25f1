// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Links: `struct ifinfomsg` and `IFLA_*`.
//!
//! C headers: `include/uapi/linux/rtnetlink.h`, `if_link.h` and `if.h`.

mod af;
mod bond;
mod bridge;
#[cfg(test)]
mod captures;
pub(super) mod facts;
mod hardware;
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
pub(super) use stats::describe_both as describe_stats;

use crate::kind::Payload;
use crate::names::uapi::*;
use crate::object::attrs::{i32, name, u32, u8, Index, Taker};
use crate::object::fields::{flag_items, Fields, Nest, Value};
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
        let header = Ifinfomsg::from_bytes(object.bytes()).ok_or(wire::Error::Truncated)?;

        Ok(Self {
            payload: object.bytes(),
            header,
            attrs: object.attrs(),
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
        self.attrs
            .get(IFLA_IFNAME)
            .and_then(|attr| name(attr.value()))
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
        self.attrs.get(IFLA_ADDRESS).map(|attr| attr.value())
    }

    /// Returns the bytes of the address by which all hosts on the link are reached (`IFLA_BROADCAST`); those of the other
    /// end where `IFF_POINTOPOINT` is set in [`Ifinfomsg::flags`].
    pub fn broadcast(&self) -> Option<&'a [u8]> {
        self.attrs.get(IFLA_BROADCAST).map(|attr| attr.value())
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
        self.attrs
            .get(IFLA_OPERSTATE)
            .and_then(|attr| u8(attr.value()))
    }

    /// Returns the index of the link that it is a port of.
    pub fn master(&self) -> Option<u32> {
        self.u32(IFLA_MASTER)
    }

    /// Returns the index of the link below it, or of its other end, if that is in the same network namespace.
    pub fn lower(&self) -> Option<u32> {
        let lower = self.u32(IFLA_LINK);
        lower.filter(|index| *index != 0 && !self.is_on_one_elsewhere())
    }

    /// Returns the group that it is in.
    pub fn group(&self) -> Option<u32> {
        self.u32(IFLA_GROUP)
    }

    /// Says whether the link below it, or its other end, is in another network namespace.
    pub fn is_on_one_elsewhere(&self) -> bool {
        self.attrs.get(IFLA_LINK_NETNSID).is_some()
    }

    /// Returns the largest packet that it takes, in bytes.
    pub fn mtu(&self) -> Option<u32> {
        self.u32(IFLA_MTU)
    }

    /// Returns the kind of device that it is: `bridge`; `None` for hardware.
    pub fn kind(&self) -> Option<&'a [u8]> {
        self.attrs
            .get(IFLA_LINKINFO)
            .and_then(|attr| info::kind(attr.value()))
    }

    /// Returns the kind of the link that it is a port of.
    pub fn slave_kind(&self) -> Option<&'a [u8]> {
        self.attrs
            .get(IFLA_LINKINFO)
            .and_then(|attr| info::slave_kind(attr.value()))
    }

    /// Returns the attributes.
    pub fn attrs(&self) -> &Index<'a> {
        &self.attrs
    }

    fn u32(&self, kind: u16) -> Option<u32> {
        self.attrs.get(kind).and_then(|attr| u32(attr.value()))
    }
}

type LinkAttrs<'i, 'a> = Taker<'i, 'a>;

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
    fn describe_lower(attrs: &mut LinkAttrs<'_, '_>, names: &mut Names, out: &mut dyn Fields) {
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
    fn describe_permaddr(&self, attrs: &mut LinkAttrs<'_, '_>, out: &mut dyn Fields) {
        if let Some(permanent) = attrs.take(IFLA_PERM_ADDRESS, Some) {
            if Some(permanent) != self.address() {
                out.field("permaddr", self.shown(permanent));
            }
        }
    }

    fn describe_hardware(&self, attrs: &mut LinkAttrs<'_, '_>, out: &mut dyn Fields) {
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
    known(IFLA_MTU, "mtu", Format::U32),
    known(IFLA_XDP, "xdp", Format::As(xdp::tell)),
    known(IFLA_QDISC, "qdisc", Format::Name),
    known(IFLA_MASTER, "master", Format::Link),
    known(IFLA_EVENT, "event", Format::NonZero(&Format::Word(EVENTS))),
    known(IFLA_NEW_NETNSID, "new_netnsid", Format::I32),
    known(IFLA_NEW_IFINDEX, "new_ifindex", Format::I32),
    known(
        IFLA_PROTO_DOWN,
        "proto_down",
        Format::NonZero(&Format::Bool),
    ),
    known(
        IFLA_PROTO_DOWN_REASON,
        "proto_down_reason",
        Format::As(describe_reasons),
    ),
];

/// Alias and alternative names of a link.
static NAMES: &[Known] = &[
    known(IFLA_IFALIAS, "ifalias", Format::Name),
    known(IFLA_PROP_LIST, "altnames", Format::As(describe_altnames)),
];

static DETAILS: &[Known] = &[
    known(IFLA_LINKMODE, "linkmode", Format::Word(LINKMODES)),
    known(IFLA_TXQLEN, "txqlen", Format::NonZero(&Format::U32)),
    known(IFLA_TARGET_NETNSID, "target_netnsid", Format::I32),
    known(IFLA_PROMISCUITY, "promiscuity", Format::U32),
    known(IFLA_ALLMULTI, "allmulti", Format::U32),
    known(IFLA_MIN_MTU, "min_mtu", Format::U32),
    known(IFLA_MAX_MTU, "max_mtu", Format::U32),
    known(
        IFLA_NETNS_IMMUTABLE,
        "netns-immutable",
        Format::NonZero(&Format::Bool),
    ),
    known(IFLA_NUM_TX_QUEUES, "num_tx_queues", Format::U32),
    known(IFLA_NUM_RX_QUEUES, "num_rx_queues", Format::U32),
    known(IFLA_GSO_MAX_SIZE, "gso_max_size", Format::U32),
    known(IFLA_GSO_MAX_SEGS, "gso_max_segs", Format::U32),
    known(IFLA_TSO_MAX_SIZE, "tso_max_size", Format::U32),
    known(IFLA_TSO_MAX_SEGS, "tso_max_segs", Format::U32),
    known(IFLA_GRO_MAX_SIZE, "gro_max_size", Format::U32),
    known(IFLA_GSO_IPV4_MAX_SIZE, "gso_ipv4_max_size", Format::U32),
    known(IFLA_GRO_IPV4_MAX_SIZE, "gro_ipv4_max_size", Format::U32),
    known(
        IFLA_MAX_PACING_OFFLOAD_HORIZON,
        "max_pacing_offload_horizon",
        Format::Uint,
    ),
    known(IFLA_HEADROOM, "headroom", Format::U16),
    known(IFLA_TAILROOM, "tailroom", Format::U16),
    known(IFLA_PHYS_PORT_NAME, "phys_port_name", Format::Name),
    known(IFLA_PHYS_PORT_ID, "phys_port_id", Format::Bytes),
    known(IFLA_PHYS_SWITCH_ID, "phys_switch_id", Format::Bytes),
    known(IFLA_PARENT_DEV_BUS_NAME, "parentbus", Format::Name),
    known(IFLA_PARENT_DEV_NAME, "parentdev", Format::Name),
    // `IFLA_DEVLINK_PORT` and `IFLA_DPLL_PIN` are sent empty where there is none.
    known(
        IFLA_DEVLINK_PORT,
        "devlink_port",
        Format::NonZero(&Format::Nested(DEVLINK_PORT)),
    ),
    known(
        IFLA_DPLL_PIN,
        "dpll_pin",
        Format::NonZero(&Format::Nested(DPLL_PIN)),
    ),
    known(IFLA_NUM_VF, "num_vf", Format::U32),
    known(IFLA_CARRIER, "carrier", Format::Bool),
    known(IFLA_CARRIER_UP_COUNT, "carrier_up_count", Format::U32),
    known(IFLA_CARRIER_DOWN_COUNT, "carrier_down_count", Format::U32),
    known(IFLA_MAP, "map", Format::As(describe_map)),
];

/// `DEVLINK_ATTR_*`, `include/uapi/linux/devlink.h`.
static DEVLINK_PORT: &[Known] = &[
    known(DEVLINK_ATTR_BUS_NAME, "bus_name", Format::Name),
    known(DEVLINK_ATTR_DEV_NAME, "dev_name", Format::Name),
    known(DEVLINK_ATTR_PORT_INDEX, "port_index", Format::U32),
];

/// `DPLL_A_PIN_*`, `include/uapi/linux/dpll.h`.
static DPLL_PIN: &[Known] = &[known(DPLL_A_PIN_ID, "id", Format::U32)];

/// Tells why a protocol holds the link down, a bit for each reason.
fn describe_reasons(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
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
fn describe_altnames(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let names = || {
        Attrs::new(value).map(|attr| match attr {
            Ok(attr) if attr.kind() == IFLA_ALT_IFNAME => name(attr.value()),
            _ => None,
        })
    };
    names().all(|name| name.is_some()).then_some(())?;

    out.open(key, Nest::Array);
    names()
        .flatten()
        .for_each(|name| out.item(Value::Name(name)));
    out.close();
    Some(())
}

/// Tells what an ISA card was set to, `struct rtnl_link_ifmap`.
fn describe_map(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
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
    use super::captures::*;
    use super::*;
    use crate::object::described::{assert_told_whatever_the_bytes, description};
    use crate::wire::{put_attr, put_str};
    use serde_json::{json, Value as Json};

    fn tell(payload: &[u8]) -> Option<Json> {
        Link::from_payload(payload)
            .ok()
            .map(|link| description(&link))
    }

    /// Asserts that `link` has `data`, among others.
    fn assert_has(link: &[u8], key: &str, data: Json) {
        let told = tell(link).unwrap();
        let told = &told["linkinfo"][key];
        for (key, value) in data.as_object().unwrap() {
            assert_eq!(&told[key], value, "{key} of {told}");
        }
        assert_eq!(told.get("unknown"), None);
    }

    /// Returns a link with the attribute of type `kind`.
    fn with(flags: u32, kind: u16, value: &[u8]) -> Vec<u8> {
        let mut payload = vec![0; IFINFOMSG];
        payload[8..12].copy_from_slice(&flags.to_ne_bytes());
        put_attr(&mut payload, kind, value).unwrap();
        payload
    }

    #[test]
    fn any_bytes_are_told() {
        assert_told_whatever_the_bytes(ALL, tell);
    }

    #[test]
    fn a_link_is_read() {
        let link = Link::from_payload(&LO).unwrap();

        assert_eq!(link.header().index, 1);
        assert_eq!(link.name(), Some(b"lo".as_slice()));
        assert!(link.is_up());
        assert_eq!((link.mtu(), link.group()), (Some(65536), Some(0)));
        assert_eq!((link.master(), link.kind()), (None, None));
        assert_eq!(link.address(), Some(&[0; 6][..]));
        assert_eq!(link.broadcast(), Some(&[0; 6][..]));
        let port = Link::from_payload(&PORT).unwrap();
        assert_eq!(port.kind(), Some(b"veth".as_slice()));
        assert_eq!(port.slave_kind(), Some(b"bridge".as_slice()));
    }

    #[test]
    fn a_link_is_called_by_each_of_its_names() {
        let long = b"a-name-of-more-than-fifteen-bytes";
        let mut list = Vec::new();
        for name in [&b"other"[..], long] {
            put_str(&mut list, IFLA_ALT_IFNAME, name).unwrap();
        }
        let mut payload = with(0, IFLA_IFNAME, b"eth0\0");
        put_attr(&mut payload, IFLA_PROP_LIST, &list).unwrap();
        let link = Link::from_payload(&payload).unwrap();

        assert_eq!(
            { link.names() }.collect::<Vec<_>>(),
            [b"eth0", &b"other"[..], long]
        );
        assert_eq!(
            { Link::from_payload(&LO).unwrap().names() }.collect::<Vec<_>>(),
            [b"lo"]
        );
    }

    #[test]
    fn a_link_is_told_as_by_ip() {
        let told = tell(&LO).unwrap();

        for (key, value) in [
            ("ifname", json!("lo")),
            ("operstate", json!("UNKNOWN")),
            ("flags", json!(["LOOPBACK", "UP", "LOWER_UP"])),
            ("link_type", json!("loopback")),
            ("address", json!("00:00:00:00:00:00")),
            ("group", json!("default")),
            ("linkmode", json!("DEFAULT")),
            ("txqlen", json!(1000)),
            ("netns-immutable", json!(true)),
            ("inet6_addr_gen_mode", json!("eui64")),
            ("master", Json::Null),
        ] {
            assert_eq!(told[key], value, "{key}");
        }
        // Statistics were not asked for.
        assert_eq!(told["carrier_changes"], 0);
        assert_eq!(told["af_spec"]["inet"]["conf"]["forwarding"], 0);
    }

    #[test]
    fn counters_are_where_the_kernel_has_them() {
        let counters: Vec<u8> = (100u64..125).flat_map(u64::to_ne_bytes).collect();
        let told = tell(&with(0, 23, &counters)).unwrap();

        assert_eq!(
            told["stats64"],
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
        let told = tell(&with(UP | 0x2, 4, &[0; 4])).unwrap();
        assert_eq!(told["flags"], json!(["NO-CARRIER", "BROADCAST", "UP"]));

        let told = tell(&with(UP | RUNNING | 0x8000_0000, 4, &[0; 4])).unwrap();
        assert_eq!(told["flags"], json!(["UP", "0x80000000"]));
    }

    #[test]
    fn a_lower_link_may_be_none_or_elsewhere() {
        let none = with(0, IFLA_LINK, &[0; 4]);
        assert_eq!(tell(&none).unwrap()["link"], Json::Null);
        assert!(tell(&none).unwrap().get("link").is_some());

        let mut elsewhere = with(0, IFLA_LINK, &7u32.to_ne_bytes());
        put_attr(&mut elsewhere, IFLA_LINK_NETNSID, &(-1i32).to_ne_bytes()).unwrap();
        let told = tell(&elsewhere).unwrap();
        assert_eq!(
            (&told["link_index"], &told["link_netnsid"]),
            (&json!(7), &json!(-1))
        );
        assert_eq!(told.get("link"), None);
    }

    #[test]
    fn what_a_tunnel_is_on_elsewhere_has_no_name_here() {
        let mut data = Vec::new();
        put_attr(&mut data, 1, &7u32.to_ne_bytes()).unwrap();
        for kind in ["gre", "gretap", "erspan", "ipip", "sit"] {
            let mut info = Vec::new();
            put_attr(&mut info, IFLA_INFO_KIND, kind.as_bytes()).unwrap();
            put_attr(&mut info, 2, &data).unwrap();
            let mut link = with(0, IFLA_LINKINFO, &info);
            assert_has(&link, "info_data", json!({"link": "if7"}));

            put_attr(&mut link, IFLA_LINK_NETNSID, &3u32.to_ne_bytes()).unwrap();
            assert_has(&link, "info_data", json!({"link_index": 7}));
            let told = tell(&link).unwrap();
            assert_eq!(told["linkinfo"]["info_data"].get("link"), None, "{kind}");
        }
    }

    #[test]
    fn a_key_of_zero_is_one() {
        let mut keyed = GRE;
        let at = |attr: &[u8]| keyed.windows(attr.len()).position(|part| part == attr);
        let [input, output] = [[8, 0, 4, 0], [8, 0, 5, 0]].map(|attr| at(&attr).unwrap() + 4);
        for key in [input, output] {
            keyed[key..key + 4].fill(0);
        }
        assert_has(
            &keyed,
            "info_data",
            json!({"ikey": "0.0.0.0", "okey": "0.0.0.0"}),
        );

        // `IFLA_GRE_IFLAGS`: without `GRE_KEY`.
        let flags = keyed.windows(4).position(|part| part == [6, 0, 2, 0]);
        keyed[flags.unwrap() + 4] = 0;
        let told = tell(&keyed).unwrap();
        assert_eq!(told["linkinfo"]["info_data"].get("ikey"), None);
        assert_has(&keyed, "info_data", json!({"okey": "0.0.0.0"}));
    }

    #[test]
    fn addresses_of_tunnels_are_those_of_ip() {
        let mut tunnel = with(POINTOPOINT, IFLA_ADDRESS, &[10, 0, 0, 1]);
        put_attr(&mut tunnel, IFLA_BROADCAST, &[10, 0, 0, 2]).unwrap();
        tunnel[2..4].copy_from_slice(&768u16.to_ne_bytes());
        let told = tell(&tunnel).unwrap();

        assert_eq!(
            (&told["link_type"], &told["address"]),
            (&json!("ipip"), &json!("10.0.0.1"))
        );
        assert_eq!(told["broadcast"], "10.0.0.2");
        assert_eq!(told["link_pointtopoint"], true);
    }

    #[test]
    fn programs_of_xdp_are_told_by_id() {
        // IFLA_XDP_ATTACHED: XDP_ATTACHED_SKB, IFLA_XDP_PROG_ID and IFLA_XDP_SKB_PROG_ID: 9
        let xdp = [
            5, 0, 2, 0, 2, 0, 0, 0, 8, 0, 4, 0, 9, 0, 0, 0, 8, 0, 6, 0, 9, 0, 0, 0,
        ];
        let told = tell(&with(0, 43, &xdp)).unwrap();

        let attached = json!([{"mode": 2, "prog": {"id": 9}}]);
        assert_eq!(
            told["xdp"],
            json!({"mode": 2, "prog": {"id": 9}, "attached": attached})
        );
    }

    #[test]
    fn a_bridge_and_its_ports_are_told_as_by_ip() {
        assert_has(
            &BRIDGE,
            "info_data",
            json!({
                "forward_delay": 1500, "priority": 32768, "vlan_filtering": 1,
                "vlan_protocol": "802.1ad", "vlan_default_pvid": 3, "root_port": 0,
                "hello_timer": 0.0, "group_fwd_mask": "0", "group_addr": "01:80:c2:00:00:08",
                "no_linklocal_learn": 0, "mcast_snooping": 1, "mcast_hash_max": 4096,
            }),
        );
        assert_has(
            &PORT,
            "info_slave_data",
            json!({
                "priority": 32, "cost": 7, "hairpin": true, "guard": true, "root_block": false,
                "id": "0x8001", "no": "0x1", "group_fwd_mask": "0x4004",
                "group_fwd_mask_str": "lacp,lldp", "isolated": true, "mrp_in_open": false,
            }),
        );
        // Zeros in front of a byte of the address are left out.
        let id = [0x80, 0, 0, 0x16, 0x3e, 0xff, 1, 0xa0];
        let mut data = Vec::new();
        put_attr(&mut data, 11, &id).unwrap();
        let mut info = Vec::new();
        put_attr(&mut info, IFLA_INFO_KIND, b"bridge\0").unwrap();
        put_attr(&mut info, 2, &data).unwrap();
        let bridge = with(0, IFLA_LINKINFO, &info);
        assert_has(
            &bridge,
            "info_data",
            json!({"bridge_id": "8000.0:16:3e:ff:1:a0"}),
        );
    }

    #[test]
    fn bonds_and_their_ports_are_told_as_by_ip() {
        assert_has(
            &BOND,
            "info_data",
            json!({
                "mode": "802.3ad", "miimon": 100, "arp_validate": null, "ad_select": "stable",
                "xmit_hash_policy": "layer2", "ad_lacp_rate": "slow", "coupled_control": true,
                "ad_actor_system": "00:00:00:00:00:00",
            }),
        );
        let told = tell(&BOND).unwrap();
        assert_eq!(told["linkinfo"]["info_data"]["ad_info"]["num_ports"], 1);
        assert_has(
            &BOND_PORT,
            "info_slave_data",
            json!({
                "state": "ACTIVE", "mii_status": "UP", "prio": 0, "ad_actor_oper_port_state": 77,
                "ad_actor_oper_port_state_str": ["active", "aggregating", "in_sync", "defaulted"],
            }),
        );
        assert_has(
            &ARP_BOND,
            "info_data",
            json!({
                "arp_ip_target": ["10.0.0.1", "10.0.0.2"], "arp_validate": "all",
                "arp_interval": 100,
            }),
        );
    }

    #[test]
    fn links_on_top_of_others_are_told_as_by_ip() {
        assert_has(
            &VLAN,
            "info_data",
            json!({
                "protocol": "802.1Q", "id": 5, "flags": ["REORDER_HDR", "GVRP"],
                "ingress_qos": [{"from": 2, "to": 5}],
                "egress_qos": [{"from": 1, "to": 2}, {"from": 3, "to": 4}],
            }),
        );
        assert_has(
            &MACVLAN,
            "info_data",
            json!({
                "mode": "source", "bcqueuelen": 1000, "macaddr_count": 2,
                "macaddr_data": ["02:00:00:00:00:02", "02:00:00:00:00:01"],
            }),
        );
        assert_has(&IPVLAN, "info_data", json!({"mode": "l3", "vepa": true}));
        assert_has(&VRF_PORT, "info_slave_data", json!({"table": 77}));
    }

    #[test]
    fn links_to_programs_are_told_as_by_ip() {
        assert_has(
            &TAP,
            "info_data",
            json!({
                "type": "tap", "pi": true, "vnet_hdr": false, "multi_queue": true,
                "numqueues": 0, "persist": true,
            }),
        );
        assert_has(
            &TUN,
            "info_data",
            json!({"type": "tun", "pi": false, "user": "nobody"}),
        );
    }

    #[test]
    fn tunnels_are_told_as_by_ip() {
        assert_has(
            &VXLAN,
            "info_data",
            json!({
                "id": 42, "group": "239.1.1.1", "port_range": {"low": 1000, "high": 2000},
                "port": 4789, "tos": "0x10", "ttl": 5, "ageing": 100, "limit": 7, "df": "unset",
                "learning": true, "udp_csum": true, "external": false,
            }),
        );
        assert_has(
            &GENEVE,
            "info_data",
            json!({
                "id": 6, "remote6": "2001:db8::7", "ttl": 9, "tos": "0x3", "df": "set",
                "port": 6081, "udp_zero_csum6_tx": true,
                "port_range": {"low": 1, "high": 65535},
            }),
        );
        assert_has(
            &GRE,
            "info_data",
            json!({
                "remote": "10.0.0.1", "local": "10.0.0.2", "ttl": 64, "pmtudisc": true,
                "ikey": "0.0.0.5", "okey": "0.0.0.5",
            }),
        );
        assert_has(
            &SIT,
            "info_data",
            json!({"proto": "any", "remote": "10.0.0.5", "local": "10.0.0.6", "ttl": 0}),
        );
    }
}
