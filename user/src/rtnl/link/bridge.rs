// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Bridges and their ports: `IFLA_BR_*`, `IFLA_BRPORT_*`.
//!
//! Times are hundredths of a second (`USER_HZ`).
//!
//! C headers: `include/uapi/linux/if_link.h` and `if_bridge.h`.

use super::vlan::describe_protocol;
use crate::names::uapi::*;
use crate::object::attrs::{u16, u32, Index};
use crate::object::schema::{self, hex, known, Format, Known};
use crate::object::{Fields, Names, Nest, Value};

/// Attributes of a bridge.
pub static BRIDGE: &[Known] = &[
    known(IFLA_BR_FORWARD_DELAY, "forward_delay", Format::U32),
    known(IFLA_BR_HELLO_TIME, "hello_time", Format::U32),
    known(IFLA_BR_MAX_AGE, "max_age", Format::U32),
    known(IFLA_BR_AGEING_TIME, "ageing_time", Format::U32),
    known(IFLA_BR_STP_STATE, "stp_state", Format::U32),
    known(
        IFLA_BR_STP_MODE,
        "stp_mode",
        Format::Word(&[(0, "auto"), (1, "user"), (2, "kernel")]),
    ),
    known(IFLA_BR_PRIORITY, "priority", Format::U16),
    known(IFLA_BR_VLAN_FILTERING, "vlan_filtering", Format::U8),
    known(
        IFLA_BR_VLAN_PROTOCOL,
        "vlan_protocol",
        Format::As(describe_protocol),
    ),
    known(IFLA_BR_BRIDGE_ID, "bridge_id", Format::As(describe_id)),
    known(IFLA_BR_ROOT_ID, "root_id", Format::As(describe_id)),
    known(IFLA_BR_ROOT_PORT, "root_port", Format::U16),
    known(IFLA_BR_ROOT_PATH_COST, "root_path_cost", Format::U32),
    known(IFLA_BR_TOPOLOGY_CHANGE, "topology_change", Format::U8),
    known(
        IFLA_BR_TOPOLOGY_CHANGE_DETECTED,
        "topology_change_detected",
        Format::U8,
    ),
    known(IFLA_BR_HELLO_TIMER, "hello_timer", Format::Clock),
    known(IFLA_BR_TCN_TIMER, "tcn_timer", Format::Clock),
    known(
        IFLA_BR_TOPOLOGY_CHANGE_TIMER,
        "topology_change_timer",
        Format::Clock,
    ),
    known(IFLA_BR_GC_TIMER, "gc_timer", Format::Clock),
    known(IFLA_BR_FDB_N_LEARNED, "fdb_n_learned", Format::U32),
    known(IFLA_BR_FDB_MAX_LEARNED, "fdb_max_learned", Format::U32),
    known(IFLA_BR_VLAN_DEFAULT_PVID, "vlan_default_pvid", Format::U16),
    known(IFLA_BR_VLAN_STATS_ENABLED, "vlan_stats_enabled", Format::U8),
    known(
        IFLA_BR_VLAN_STATS_PER_PORT,
        "vlan_stats_per_port",
        Format::U8,
    ),
    known(IFLA_BR_GROUP_FWD_MASK, "group_fwd_mask", Format::Hex),
    known(IFLA_BR_GROUP_ADDR, "group_addr", Format::Lladdr),
    known(IFLA_BR_MCAST_SNOOPING, "mcast_snooping", Format::U8),
    known(IFLA_BR_MULTI_BOOLOPT, "", Format::As(describe_options)),
    known(IFLA_BR_MCAST_ROUTER, "mcast_router", Format::U8),
    known(
        IFLA_BR_MCAST_QUERY_USE_IFADDR,
        "mcast_query_use_ifaddr",
        Format::U8,
    ),
    known(IFLA_BR_MCAST_QUERIER, "mcast_querier", Format::U8),
    known(
        IFLA_BR_MCAST_QUERIER_STATE,
        "mcast_querier_state",
        Format::As(describe_queriers),
    ),
    known(
        IFLA_BR_MCAST_HASH_ELASTICITY,
        "mcast_hash_elasticity",
        Format::U32,
    ),
    known(IFLA_BR_MCAST_HASH_MAX, "mcast_hash_max", Format::U32),
    known(
        IFLA_BR_MCAST_LAST_MEMBER_CNT,
        "mcast_last_member_cnt",
        Format::U32,
    ),
    known(
        IFLA_BR_MCAST_STARTUP_QUERY_CNT,
        "mcast_startup_query_cnt",
        Format::U32,
    ),
    known(
        IFLA_BR_MCAST_LAST_MEMBER_INTVL,
        "mcast_last_member_intvl",
        Format::U64,
    ),
    known(
        IFLA_BR_MCAST_MEMBERSHIP_INTVL,
        "mcast_membership_intvl",
        Format::U64,
    ),
    known(
        IFLA_BR_MCAST_QUERIER_INTVL,
        "mcast_querier_intvl",
        Format::U64,
    ),
    known(IFLA_BR_MCAST_QUERY_INTVL, "mcast_query_intvl", Format::U64),
    known(
        IFLA_BR_MCAST_QUERY_RESPONSE_INTVL,
        "mcast_query_response_intvl",
        Format::U64,
    ),
    known(
        IFLA_BR_MCAST_STARTUP_QUERY_INTVL,
        "mcast_startup_query_intvl",
        Format::U64,
    ),
    known(
        IFLA_BR_MCAST_STATS_ENABLED,
        "mcast_stats_enabled",
        Format::U8,
    ),
    known(IFLA_BR_MCAST_IGMP_VERSION, "mcast_igmp_version", Format::U8),
    known(IFLA_BR_MCAST_MLD_VERSION, "mcast_mld_version", Format::U8),
    known(IFLA_BR_NF_CALL_IPTABLES, "nf_call_iptables", Format::U8),
    known(IFLA_BR_NF_CALL_IP6TABLES, "nf_call_ip6tables", Format::U8),
    known(IFLA_BR_NF_CALL_ARPTABLES, "nf_call_arptables", Format::U8),
];

/// Attributes of a port of a bridge.
pub static PORT: &[Known] = &[
    known(IFLA_BRPORT_STATE, "state", Format::Word(STATES)),
    known(IFLA_BRPORT_PRIORITY, "priority", Format::U16),
    known(IFLA_BRPORT_COST, "cost", Format::U32),
    known(IFLA_BRPORT_MODE, "hairpin", Format::Bool),
    known(IFLA_BRPORT_GUARD, "guard", Format::Bool),
    known(IFLA_BRPORT_PROTECT, "root_block", Format::Bool),
    known(IFLA_BRPORT_FAST_LEAVE, "fastleave", Format::Bool),
    known(IFLA_BRPORT_LEARNING, "learning", Format::Bool),
    known(IFLA_BRPORT_UNICAST_FLOOD, "flood", Format::Bool),
    known(IFLA_BRPORT_ID, "id", Format::Hex),
    known(IFLA_BRPORT_NO, "no", Format::Hex),
    known(IFLA_BRPORT_DESIGNATED_PORT, "designated_port", Format::U16),
    known(IFLA_BRPORT_DESIGNATED_COST, "designated_cost", Format::U16),
    known(IFLA_BRPORT_BRIDGE_ID, "bridge_id", Format::As(describe_id)),
    known(IFLA_BRPORT_ROOT_ID, "root_id", Format::As(describe_id)),
    known(IFLA_BRPORT_HOLD_TIMER, "hold_timer", Format::Clock),
    known(
        IFLA_BRPORT_MESSAGE_AGE_TIMER,
        "message_age_timer",
        Format::Clock,
    ),
    known(
        IFLA_BRPORT_FORWARD_DELAY_TIMER,
        "forward_delay_timer",
        Format::Clock,
    ),
    known(
        IFLA_BRPORT_TOPOLOGY_CHANGE_ACK,
        "topology_change_ack",
        Format::U8,
    ),
    known(IFLA_BRPORT_CONFIG_PENDING, "config_pending", Format::U8),
    known(IFLA_BRPORT_PROXYARP, "proxy_arp", Format::Bool),
    known(IFLA_BRPORT_PROXYARP_WIFI, "proxy_arp_wifi", Format::Bool),
    known(IFLA_BRPORT_MULTICAST_ROUTER, "multicast_router", Format::U8),
    known(IFLA_BRPORT_MCAST_FLOOD, "mcast_flood", Format::Bool),
    known(IFLA_BRPORT_BCAST_FLOOD, "bcast_flood", Format::Bool),
    known(IFLA_BRPORT_MCAST_TO_UCAST, "mcast_to_unicast", Format::Bool),
    known(IFLA_BRPORT_NEIGH_SUPPRESS, "neigh_suppress", Format::Bool),
    known(
        IFLA_BRPORT_NEIGH_VLAN_SUPPRESS,
        "neigh_vlan_suppress",
        Format::Bool,
    ),
    known(
        IFLA_BRPORT_NEIGH_FORWARD_GRAT,
        "neigh_forward_grat",
        Format::Bool,
    ),
    known(
        IFLA_BRPORT_GROUP_FWD_MASK,
        "group_fwd_mask",
        Format::As(describe_fwd_mask),
    ),
    known(IFLA_BRPORT_VLAN_TUNNEL, "vlan_tunnel", Format::Bool),
    known(IFLA_BRPORT_ISOLATED, "isolated", Format::Bool),
    known(IFLA_BRPORT_LOCKED, "locked", Format::Bool),
    known(IFLA_BRPORT_MAB, "mab", Format::Bool),
    known(IFLA_BRPORT_BACKUP_PORT, "backup_port", Format::Link),
    known(IFLA_BRPORT_BACKUP_NHID, "backup_nhid", Format::U32),
    known(IFLA_BRPORT_LEARNING_SYNC, "learning_sync", Format::Bool),
    known(IFLA_BRPORT_MRP_RING_OPEN, "mrp_ring_open", Format::Bool),
    known(IFLA_BRPORT_MRP_IN_OPEN, "mrp_in_open", Format::Bool),
    known(
        IFLA_BRPORT_MCAST_EHT_HOSTS_LIMIT,
        "mcast_eht_hosts_limit",
        Format::U32,
    ),
    known(
        IFLA_BRPORT_MCAST_EHT_HOSTS_CNT,
        "mcast_eht_hosts_cnt",
        Format::U32,
    ),
    known(IFLA_BRPORT_MCAST_N_GROUPS, "mcast_n_groups", Format::U32),
    known(
        IFLA_BRPORT_MCAST_MAX_GROUPS,
        "mcast_max_groups",
        Format::U32,
    ),
];

/// `BR_STATE_*`.
const STATES: &[(u8, &str)] = &[
    (0, "disabled"),
    (1, "listening"),
    (2, "learning"),
    (3, "forwarding"),
    (4, "blocking"),
];

/// `BR_BOOLOPT_*`, by bit.
const OPTIONS: [&str; 5] = [
    "no_linklocal_learn",
    "mcast_vlan_snooping",
    "mst_enabled",
    "mdb_offload_fail_notification",
    "fdb_local_vlan_0",
];

/// Tells `struct ifla_bridge_id`: a priority, and the address of the bridge without zeros in front.
fn describe_id(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let [p0, p1, a, b, c, d, e, f] = *<&[u8; 8]>::try_from(value).ok()?;
    let id = format!("{p0:02x}{p1:02x}.{a:x}:{b:x}:{c:x}:{d:x}:{e:x}:{f:x}");

    out.field(key, Value::Word(&id));
    Some(())
}

/// Tells `struct br_boolopt_multi`: values, and which of them the kernel knows.
fn describe_options(_: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let (values, mask) = value.split_at_checked(4)?;
    let [values, mask] = [u32(values)?, u32(mask)?];
    (mask >> OPTIONS.len() == 0).then_some(())?;

    for (bit, key) in OPTIONS.iter().enumerate() {
        if mask >> bit & 1 != 0 {
            out.field(key, Value::Number((values >> bit & 1).into()));
        }
    }
    Some(())
}

/// Tells who asks for the members of multicast groups, of IPv4 and of IPv6.
fn describe_queriers(
    key: &str,
    value: &[u8],
    names: &mut Names,
    out: &mut dyn Fields,
) -> Option<()> {
    let index = Index::new(value);
    let mut attrs = index.taker();

    out.open(&format!("{key}_ipv4"), Nest::Object);
    schema::describe_known(&mut attrs, QUERIER, names, out);
    out.close();
    out.open(&format!("{key}_ipv6"), Nest::Object);
    schema::describe_known(&mut attrs, QUERIER6, names, out);
    attrs.finish(out);
    out.close();
    Some(())
}

/// `BRIDGE_QUERIER_IP_*`.
static QUERIER: &[Known] = &[
    known(
        BRIDGE_QUERIER_IP_ADDRESS,
        "mcast_querier_ipv4_addr",
        Format::Ip,
    ),
    known(
        BRIDGE_QUERIER_IP_PORT,
        "mcast_querier_ipv4_port",
        Format::U32,
    ),
    known(
        BRIDGE_QUERIER_IP_OTHER_TIMER,
        "mcast_querier_ipv4_other_timer",
        Format::Clock,
    ),
];

/// `BRIDGE_QUERIER_IPV6_*`.
static QUERIER6: &[Known] = &[
    known(
        BRIDGE_QUERIER_IPV6_ADDRESS,
        "mcast_querier_ipv6_addr",
        Format::Ip,
    ),
    known(
        BRIDGE_QUERIER_IPV6_PORT,
        "mcast_querier_ipv6_port",
        Format::U32,
    ),
    known(
        BRIDGE_QUERIER_IPV6_OTHER_TIMER,
        "mcast_querier_ipv6_other_timer",
        Format::Clock,
    ),
];

/// Tells which groups of link-local addresses are forwarded, as a number and by name.
fn describe_fwd_mask(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let mask = u16(value)?;

    out.field(key, hex(mask.into()));
    out.field("group_fwd_mask_str", Value::Word(&group_names(mask)));
    Some(())
}

/// Returns the names of the groups in `mask`, with commas between them.
fn group_names(mask: u16) -> String {
    let groups: Vec<_> = (0..u16::BITS)
        .filter(|bit| mask >> bit & 1 != 0)
        .map(|bit| match bit {
            0 => "stp".to_owned(),
            2 => "lacp".to_owned(),
            14 => "lldp".to_owned(),
            _ => format!("{:#x}", 1u16 << bit),
        })
        .collect();

    match groups.is_empty() {
        true => "0x0".to_owned(),
        false => groups.join(","),
    }
}
