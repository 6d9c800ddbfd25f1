// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Bridges and their ports: `IFLA_BR_*`, `IFLA_BRPORT_*`.
//!
//! Times are hundredths of a second (`USER_HZ`).
//!
//! C headers: `include/uapi/linux/if_link.h` and `if_bridge.h`.

use super::vlan::protocol;
use crate::names::uapi::*;
use crate::object::attrs::{u16, u32, Index};
use crate::object::schema::Format::{
    As, Bool, Clock, Hex, Ip, Link, Lladdr, Word, U16, U32, U64, U8,
};
use crate::object::schema::{self, hex, known, Known};
use crate::object::{Fields, Names, Nest, Value};

/// Attributes of a bridge.
pub static BRIDGE: &[Known] = &[
    known(IFLA_BR_FORWARD_DELAY, "forward_delay", U32),
    known(IFLA_BR_HELLO_TIME, "hello_time", U32),
    known(IFLA_BR_MAX_AGE, "max_age", U32),
    known(IFLA_BR_AGEING_TIME, "ageing_time", U32),
    known(IFLA_BR_STP_STATE, "stp_state", U32),
    known(
        IFLA_BR_STP_MODE,
        "stp_mode",
        Word(&[(0, "auto"), (1, "user"), (2, "kernel")]),
    ),
    known(IFLA_BR_PRIORITY, "priority", U16),
    known(IFLA_BR_VLAN_FILTERING, "vlan_filtering", U8),
    known(IFLA_BR_VLAN_PROTOCOL, "vlan_protocol", As(protocol)),
    known(IFLA_BR_BRIDGE_ID, "bridge_id", As(id)),
    known(IFLA_BR_ROOT_ID, "root_id", As(id)),
    known(IFLA_BR_ROOT_PORT, "root_port", U16),
    known(IFLA_BR_ROOT_PATH_COST, "root_path_cost", U32),
    known(IFLA_BR_TOPOLOGY_CHANGE, "topology_change", U8),
    known(
        IFLA_BR_TOPOLOGY_CHANGE_DETECTED,
        "topology_change_detected",
        U8,
    ),
    known(IFLA_BR_HELLO_TIMER, "hello_timer", Clock),
    known(IFLA_BR_TCN_TIMER, "tcn_timer", Clock),
    known(
        IFLA_BR_TOPOLOGY_CHANGE_TIMER,
        "topology_change_timer",
        Clock,
    ),
    known(IFLA_BR_GC_TIMER, "gc_timer", Clock),
    known(IFLA_BR_FDB_N_LEARNED, "fdb_n_learned", U32),
    known(IFLA_BR_FDB_MAX_LEARNED, "fdb_max_learned", U32),
    known(IFLA_BR_VLAN_DEFAULT_PVID, "vlan_default_pvid", U16),
    known(IFLA_BR_VLAN_STATS_ENABLED, "vlan_stats_enabled", U8),
    known(IFLA_BR_VLAN_STATS_PER_PORT, "vlan_stats_per_port", U8),
    known(IFLA_BR_GROUP_FWD_MASK, "group_fwd_mask", Hex),
    known(IFLA_BR_GROUP_ADDR, "group_addr", Lladdr),
    known(IFLA_BR_MCAST_SNOOPING, "mcast_snooping", U8),
    known(IFLA_BR_MULTI_BOOLOPT, "", As(options)),
    known(IFLA_BR_MCAST_ROUTER, "mcast_router", U8),
    known(IFLA_BR_MCAST_QUERY_USE_IFADDR, "mcast_query_use_ifaddr", U8),
    known(IFLA_BR_MCAST_QUERIER, "mcast_querier", U8),
    known(
        IFLA_BR_MCAST_QUERIER_STATE,
        "mcast_querier_state",
        As(queriers),
    ),
    known(IFLA_BR_MCAST_HASH_ELASTICITY, "mcast_hash_elasticity", U32),
    known(IFLA_BR_MCAST_HASH_MAX, "mcast_hash_max", U32),
    known(IFLA_BR_MCAST_LAST_MEMBER_CNT, "mcast_last_member_cnt", U32),
    known(
        IFLA_BR_MCAST_STARTUP_QUERY_CNT,
        "mcast_startup_query_cnt",
        U32,
    ),
    known(
        IFLA_BR_MCAST_LAST_MEMBER_INTVL,
        "mcast_last_member_intvl",
        U64,
    ),
    known(
        IFLA_BR_MCAST_MEMBERSHIP_INTVL,
        "mcast_membership_intvl",
        U64,
    ),
    known(IFLA_BR_MCAST_QUERIER_INTVL, "mcast_querier_intvl", U64),
    known(IFLA_BR_MCAST_QUERY_INTVL, "mcast_query_intvl", U64),
    known(
        IFLA_BR_MCAST_QUERY_RESPONSE_INTVL,
        "mcast_query_response_intvl",
        U64,
    ),
    known(
        IFLA_BR_MCAST_STARTUP_QUERY_INTVL,
        "mcast_startup_query_intvl",
        U64,
    ),
    known(IFLA_BR_MCAST_STATS_ENABLED, "mcast_stats_enabled", U8),
    known(IFLA_BR_MCAST_IGMP_VERSION, "mcast_igmp_version", U8),
    known(IFLA_BR_MCAST_MLD_VERSION, "mcast_mld_version", U8),
    known(IFLA_BR_NF_CALL_IPTABLES, "nf_call_iptables", U8),
    known(IFLA_BR_NF_CALL_IP6TABLES, "nf_call_ip6tables", U8),
    known(IFLA_BR_NF_CALL_ARPTABLES, "nf_call_arptables", U8),
];

/// Attributes of a port of a bridge.
pub static PORT: &[Known] = &[
    known(IFLA_BRPORT_STATE, "state", Word(STATES)),
    known(IFLA_BRPORT_PRIORITY, "priority", U16),
    known(IFLA_BRPORT_COST, "cost", U32),
    known(IFLA_BRPORT_MODE, "hairpin", Bool),
    known(IFLA_BRPORT_GUARD, "guard", Bool),
    known(IFLA_BRPORT_PROTECT, "root_block", Bool),
    known(IFLA_BRPORT_FAST_LEAVE, "fastleave", Bool),
    known(IFLA_BRPORT_LEARNING, "learning", Bool),
    known(IFLA_BRPORT_UNICAST_FLOOD, "flood", Bool),
    known(IFLA_BRPORT_ID, "id", Hex),
    known(IFLA_BRPORT_NO, "no", Hex),
    known(IFLA_BRPORT_DESIGNATED_PORT, "designated_port", U16),
    known(IFLA_BRPORT_DESIGNATED_COST, "designated_cost", U16),
    known(IFLA_BRPORT_BRIDGE_ID, "bridge_id", As(id)),
    known(IFLA_BRPORT_ROOT_ID, "root_id", As(id)),
    known(IFLA_BRPORT_HOLD_TIMER, "hold_timer", Clock),
    known(IFLA_BRPORT_MESSAGE_AGE_TIMER, "message_age_timer", Clock),
    known(
        IFLA_BRPORT_FORWARD_DELAY_TIMER,
        "forward_delay_timer",
        Clock,
    ),
    known(IFLA_BRPORT_TOPOLOGY_CHANGE_ACK, "topology_change_ack", U8),
    known(IFLA_BRPORT_CONFIG_PENDING, "config_pending", U8),
    known(IFLA_BRPORT_PROXYARP, "proxy_arp", Bool),
    known(IFLA_BRPORT_PROXYARP_WIFI, "proxy_arp_wifi", Bool),
    known(IFLA_BRPORT_MULTICAST_ROUTER, "multicast_router", U8),
    known(IFLA_BRPORT_MCAST_FLOOD, "mcast_flood", Bool),
    known(IFLA_BRPORT_BCAST_FLOOD, "bcast_flood", Bool),
    known(IFLA_BRPORT_MCAST_TO_UCAST, "mcast_to_unicast", Bool),
    known(IFLA_BRPORT_NEIGH_SUPPRESS, "neigh_suppress", Bool),
    known(IFLA_BRPORT_NEIGH_VLAN_SUPPRESS, "neigh_vlan_suppress", Bool),
    known(IFLA_BRPORT_NEIGH_FORWARD_GRAT, "neigh_forward_grat", Bool),
    known(IFLA_BRPORT_GROUP_FWD_MASK, "group_fwd_mask", As(fwd_mask)),
    known(IFLA_BRPORT_VLAN_TUNNEL, "vlan_tunnel", Bool),
    known(IFLA_BRPORT_ISOLATED, "isolated", Bool),
    known(IFLA_BRPORT_LOCKED, "locked", Bool),
    known(IFLA_BRPORT_MAB, "mab", Bool),
    known(IFLA_BRPORT_BACKUP_PORT, "backup_port", Link),
    known(IFLA_BRPORT_BACKUP_NHID, "backup_nhid", U32),
    known(IFLA_BRPORT_LEARNING_SYNC, "learning_sync", Bool),
    known(IFLA_BRPORT_MRP_RING_OPEN, "mrp_ring_open", Bool),
    known(IFLA_BRPORT_MRP_IN_OPEN, "mrp_in_open", Bool),
    known(
        IFLA_BRPORT_MCAST_EHT_HOSTS_LIMIT,
        "mcast_eht_hosts_limit",
        U32,
    ),
    known(IFLA_BRPORT_MCAST_EHT_HOSTS_CNT, "mcast_eht_hosts_cnt", U32),
    known(IFLA_BRPORT_MCAST_N_GROUPS, "mcast_n_groups", U32),
    known(IFLA_BRPORT_MCAST_MAX_GROUPS, "mcast_max_groups", U32),
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
fn id(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let [p0, p1, a, b, c, d, e, f] = *<&[u8; 8]>::try_from(value).ok()?;
    let id = format!("{p0:02x}{p1:02x}.{a:x}:{b:x}:{c:x}:{d:x}:{e:x}:{f:x}");

    out.field(key, Value::Word(&id));
    Some(())
}

/// Tells `struct br_boolopt_multi`: values, and which of them the kernel knows.
fn options(_: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
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
fn queriers(key: &str, value: &[u8], names: &mut Names, out: &mut dyn Fields) -> Option<()> {
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
    known(BRIDGE_QUERIER_IP_ADDRESS, "mcast_querier_ipv4_addr", Ip),
    known(BRIDGE_QUERIER_IP_PORT, "mcast_querier_ipv4_port", U32),
    known(
        BRIDGE_QUERIER_IP_OTHER_TIMER,
        "mcast_querier_ipv4_other_timer",
        Clock,
    ),
];

/// `BRIDGE_QUERIER_IPV6_*`.
static QUERIER6: &[Known] = &[
    known(BRIDGE_QUERIER_IPV6_ADDRESS, "mcast_querier_ipv6_addr", Ip),
    known(BRIDGE_QUERIER_IPV6_PORT, "mcast_querier_ipv6_port", U32),
    known(
        BRIDGE_QUERIER_IPV6_OTHER_TIMER,
        "mcast_querier_ipv6_other_timer",
        Clock,
    ),
];

/// Tells which groups of link-local addresses are forwarded, as a number and by name.
fn fwd_mask(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
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
