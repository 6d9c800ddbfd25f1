// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Bridges and their ports: `IFLA_BR_*`, `IFLA_BRPORT_*`.
//!
//! Times are hundredths of a second (`USER_HZ`).
//!
//! C headers: `include/uapi/linux/if_link.h` and `if_bridge.h`.

use super::vlan::tell_protocol;
use crate::rtnl::attrs::{u16, u32, Index};
use crate::rtnl::schema::{self, hex, known, Format, Known};
use crate::rtnl::{Fields, Names, Nest, Value};

/// Attributes of a bridge.
pub static BRIDGE: &[Known] = &[
    known(1, "forward_delay", Format::U32),
    known(2, "hello_time", Format::U32),
    known(3, "max_age", Format::U32),
    known(4, "ageing_time", Format::U32),
    known(5, "stp_state", Format::U32),
    known(
        50,
        "stp_mode",
        Format::Word(&[(0, "auto"), (1, "user"), (2, "kernel")]),
    ),
    known(6, "priority", Format::U16),
    known(7, "vlan_filtering", Format::U8),
    known(8, "vlan_protocol", Format::As(tell_protocol)),
    known(11, "bridge_id", Format::As(tell_id)),
    known(10, "root_id", Format::As(tell_id)),
    known(12, "root_port", Format::U16),
    known(13, "root_path_cost", Format::U32),
    known(14, "topology_change", Format::U8),
    known(15, "topology_change_detected", Format::U8),
    known(16, "hello_timer", Format::Clock),
    known(17, "tcn_timer", Format::Clock),
    known(18, "topology_change_timer", Format::Clock),
    known(19, "gc_timer", Format::Clock),
    known(48, "fdb_n_learned", Format::U32),
    known(49, "fdb_max_learned", Format::U32),
    known(39, "vlan_default_pvid", Format::U16),
    known(41, "vlan_stats_enabled", Format::U8),
    known(45, "vlan_stats_per_port", Format::U8),
    known(9, "group_fwd_mask", Format::Hex),
    known(20, "group_addr", Format::Lladdr),
    known(23, "mcast_snooping", Format::U8),
    known(46, "", Format::As(tell_options)),
    known(22, "mcast_router", Format::U8),
    known(24, "mcast_query_use_ifaddr", Format::U8),
    known(25, "mcast_querier", Format::U8),
    known(47, "mcast_querier_state", Format::As(tell_queriers)),
    known(26, "mcast_hash_elasticity", Format::U32),
    known(27, "mcast_hash_max", Format::U32),
    known(28, "mcast_last_member_cnt", Format::U32),
    known(29, "mcast_startup_query_cnt", Format::U32),
    known(30, "mcast_last_member_intvl", Format::U64),
    known(31, "mcast_membership_intvl", Format::U64),
    known(32, "mcast_querier_intvl", Format::U64),
    known(33, "mcast_query_intvl", Format::U64),
    known(34, "mcast_query_response_intvl", Format::U64),
    known(35, "mcast_startup_query_intvl", Format::U64),
    known(42, "mcast_stats_enabled", Format::U8),
    known(43, "mcast_igmp_version", Format::U8),
    known(44, "mcast_mld_version", Format::U8),
    known(36, "nf_call_iptables", Format::U8),
    known(37, "nf_call_ip6tables", Format::U8),
    known(38, "nf_call_arptables", Format::U8),
];

/// Attributes of a port of a bridge.
pub static PORT: &[Known] = &[
    known(1, "state", Format::Word(STATES)),
    known(2, "priority", Format::U16),
    known(3, "cost", Format::U32),
    known(4, "hairpin", Format::Bool),
    known(5, "guard", Format::Bool),
    known(6, "root_block", Format::Bool),
    known(7, "fastleave", Format::Bool),
    known(8, "learning", Format::Bool),
    known(9, "flood", Format::Bool),
    known(17, "id", Format::Hex),
    known(18, "no", Format::Hex),
    known(15, "designated_port", Format::U16),
    known(16, "designated_cost", Format::U16),
    known(14, "bridge_id", Format::As(tell_id)),
    known(13, "root_id", Format::As(tell_id)),
    known(23, "hold_timer", Format::Clock),
    known(21, "message_age_timer", Format::Clock),
    known(22, "forward_delay_timer", Format::Clock),
    known(19, "topology_change_ack", Format::U8),
    known(20, "config_pending", Format::U8),
    known(10, "proxy_arp", Format::Bool),
    known(12, "proxy_arp_wifi", Format::Bool),
    known(25, "multicast_router", Format::U8),
    known(27, "mcast_flood", Format::Bool),
    known(30, "bcast_flood", Format::Bool),
    known(28, "mcast_to_unicast", Format::Bool),
    known(32, "neigh_suppress", Format::Bool),
    known(43, "neigh_vlan_suppress", Format::Bool),
    known(45, "neigh_forward_grat", Format::Bool),
    known(31, "group_fwd_mask", Format::As(tell_fwd_mask)),
    known(29, "vlan_tunnel", Format::Bool),
    known(33, "isolated", Format::Bool),
    known(39, "locked", Format::Bool),
    known(40, "mab", Format::Bool),
    known(34, "backup_port", Format::Link),
    known(44, "backup_nhid", Format::U32),
    known(11, "learning_sync", Format::Bool),
    known(35, "mrp_ring_open", Format::Bool),
    known(36, "mrp_in_open", Format::Bool),
    known(37, "mcast_eht_hosts_limit", Format::U32),
    known(38, "mcast_eht_hosts_cnt", Format::U32),
    known(41, "mcast_n_groups", Format::U32),
    known(42, "mcast_max_groups", Format::U32),
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
fn tell_id(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let [p0, p1, a, b, c, d, e, f] = *<&[u8; 8]>::try_from(value).ok()?;
    let id = format!("{p0:02x}{p1:02x}.{a:x}:{b:x}:{c:x}:{d:x}:{e:x}:{f:x}");

    out.field(key, Value::Word(&id));
    Some(())
}

/// Tells `struct br_boolopt_multi`: values, and which of them the kernel knows.
fn tell_options(_: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
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
fn tell_queriers(key: &str, value: &[u8], names: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let index = Index::<'_, 16>::new(value);
    let mut attrs = index.taker();

    out.open(&format!("{key}_ipv4"), Nest::Object);
    schema::tell(&mut attrs, QUERIER, names, out);
    out.close();
    out.open(&format!("{key}_ipv6"), Nest::Object);
    schema::tell(&mut attrs, QUERIER6, names, out);
    attrs.finish(out);
    out.close();
    Some(())
}

/// `BRIDGE_QUERIER_IP_*`.
static QUERIER: &[Known] = &[
    known(1, "mcast_querier_ipv4_addr", Format::Ip),
    known(2, "mcast_querier_ipv4_port", Format::U32),
    known(3, "mcast_querier_ipv4_other_timer", Format::Clock),
];

/// `BRIDGE_QUERIER_IPV6_*`.
static QUERIER6: &[Known] = &[
    known(5, "mcast_querier_ipv6_addr", Format::Ip),
    known(6, "mcast_querier_ipv6_port", Format::U32),
    known(7, "mcast_querier_ipv6_other_timer", Format::Clock),
];

/// Tells which groups of link-local addresses are forwarded, as a number and by name.
fn tell_fwd_mask(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
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
