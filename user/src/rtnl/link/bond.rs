// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Bonds and their ports: `IFLA_BOND_*`, `IFLA_BOND_SLAVE_*`.
//!
//! C headers: `include/uapi/linux/if_link.h` and `if_bonding.h`.

use crate::names::uapi::*;
use crate::object::attrs::{u16, u32, u8};
use crate::object::fields::flags;
use crate::object::schema::{known, word, Format, Known};
use crate::object::{Fields, Names, Value};

/// Attributes of a bond.
pub static BOND: &[Known] = &[
    known(IFLA_BOND_MODE, "mode", Format::Word(MODES)),
    known(
        IFLA_BOND_ACTIVE_SLAVE,
        "active_slave",
        Format::NonZero(&Format::Link),
    ),
    known(IFLA_BOND_MIIMON, "miimon", Format::U32),
    known(IFLA_BOND_UPDELAY, "updelay", Format::U32),
    known(IFLA_BOND_DOWNDELAY, "downdelay", Format::U32),
    known(IFLA_BOND_PEER_NOTIF_DELAY, "peer_notify_delay", Format::U32),
    known(IFLA_BOND_USE_CARRIER, "use_carrier", Format::U8),
    known(IFLA_BOND_ARP_INTERVAL, "arp_interval", Format::U32),
    known(IFLA_BOND_MISSED_MAX, "arp_missed_max", Format::U8),
    known(
        IFLA_BOND_ARP_IP_TARGET,
        "arp_ip_target",
        Format::Items(&Format::Ip),
    ),
    known(
        IFLA_BOND_NS_IP6_TARGET,
        "ns_ip6_target",
        Format::Items(&Format::Ip),
    ),
    known(
        IFLA_BOND_ARP_VALIDATE,
        "arp_validate",
        Format::As(describe_validate),
    ),
    known(
        IFLA_BOND_ARP_ALL_TARGETS,
        "arp_all_targets",
        Format::Word(&[(0, "any"), (1, "all")]),
    ),
    known(IFLA_BOND_PRIMARY, "primary", Format::NonZero(&Format::Link)),
    known(
        IFLA_BOND_PRIMARY_RESELECT,
        "primary_reselect",
        Format::Word(RESELECT),
    ),
    known(
        IFLA_BOND_FAIL_OVER_MAC,
        "fail_over_mac",
        Format::Word(FAIL_OVER_MAC),
    ),
    known(
        IFLA_BOND_XMIT_HASH_POLICY,
        "xmit_hash_policy",
        Format::Word(HASH_POLICIES),
    ),
    known(IFLA_BOND_RESEND_IGMP, "resend_igmp", Format::U32),
    known(IFLA_BOND_NUM_PEER_NOTIF, "num_peer_notif", Format::U8),
    known(IFLA_BOND_ALL_SLAVES_ACTIVE, "all_slaves_active", Format::U8),
    known(IFLA_BOND_MIN_LINKS, "min_links", Format::U32),
    known(IFLA_BOND_LP_INTERVAL, "lp_interval", Format::U32),
    known(
        IFLA_BOND_PACKETS_PER_SLAVE,
        "packets_per_slave",
        Format::U32,
    ),
    known(
        IFLA_BOND_AD_LACP_ACTIVE,
        "ad_lacp_active",
        Format::Word(&[(0, "off"), (1, "on")]),
    ),
    known(
        IFLA_BOND_AD_LACP_RATE,
        "ad_lacp_rate",
        Format::Word(&[(0, "slow"), (1, "fast")]),
    ),
    known(IFLA_BOND_COUPLED_CONTROL, "coupled_control", Format::Bool),
    known(
        IFLA_BOND_BROADCAST_NEIGH,
        "broadcast_neighbor",
        Format::Bool,
    ),
    known(IFLA_BOND_LACP_STRICT, "lacp_strict", Format::Bool),
    known(IFLA_BOND_AD_SELECT, "ad_select", Format::Word(AD_SELECT)),
    known(IFLA_BOND_AD_INFO, "ad_info", Format::Nested(AD_INFO)),
    known(
        IFLA_BOND_AD_ACTOR_SYS_PRIO,
        "ad_actor_sys_prio",
        Format::U16,
    ),
    known(IFLA_BOND_AD_USER_PORT_KEY, "ad_user_port_key", Format::U16),
    known(IFLA_BOND_AD_ACTOR_SYSTEM, "ad_actor_system", Format::Lladdr),
    known(IFLA_BOND_TLB_DYNAMIC_LB, "tlb_dynamic_lb", Format::U8),
];

/// Attributes of a port of a bond.
pub static SLAVE: &[Known] = &[
    known(
        IFLA_BOND_SLAVE_STATE,
        "state",
        Format::Word(&[(0, "ACTIVE"), (1, "BACKUP")]),
    ),
    known(
        IFLA_BOND_SLAVE_MII_STATUS,
        "mii_status",
        Format::Word(MII_STATUSES),
    ),
    known(
        IFLA_BOND_SLAVE_LINK_FAILURE_COUNT,
        "link_failure_count",
        Format::U32,
    ),
    known(IFLA_BOND_SLAVE_PERM_HWADDR, "perm_hwaddr", Format::Lladdr),
    known(IFLA_BOND_SLAVE_QUEUE_ID, "queue_id", Format::U16),
    known(IFLA_BOND_SLAVE_PRIO, "prio", Format::I32),
    known(
        IFLA_BOND_SLAVE_AD_AGGREGATOR_ID,
        "ad_aggregator_id",
        Format::U16,
    ),
    known(
        IFLA_BOND_SLAVE_AD_ACTOR_OPER_PORT_STATE,
        "ad_actor_oper_port_state",
        Format::As(describe_actor_state),
    ),
    known(
        IFLA_BOND_SLAVE_AD_PARTNER_OPER_PORT_STATE,
        "ad_partner_oper_port_state",
        Format::As(describe_partner_state),
    ),
    known(
        IFLA_BOND_SLAVE_AD_CHURN_ACTOR_STATE,
        "churn_actor_state",
        Format::Word(CHURN),
    ),
    known(
        IFLA_BOND_SLAVE_AD_CHURN_PARTNER_STATE,
        "churn_partner_state",
        Format::Word(CHURN),
    ),
    known(
        IFLA_BOND_SLAVE_ACTOR_PORT_PRIO,
        "actor_port_prio",
        Format::U16,
    ),
];

/// `IFLA_BOND_AD_INFO_*`.
static AD_INFO: &[Known] = &[
    known(IFLA_BOND_AD_INFO_AGGREGATOR, "aggregator", Format::U16),
    known(IFLA_BOND_AD_INFO_NUM_PORTS, "num_ports", Format::U16),
    known(IFLA_BOND_AD_INFO_ACTOR_KEY, "actor_key", Format::U16),
    known(IFLA_BOND_AD_INFO_PARTNER_KEY, "partner_key", Format::U16),
    known(IFLA_BOND_AD_INFO_PARTNER_MAC, "partner_mac", Format::Lladdr),
];

/// `BOND_MODE_*`.
const MODES: &[(u8, &str)] = &[
    (0, "balance-rr"),
    (1, "active-backup"),
    (2, "balance-xor"),
    (3, "broadcast"),
    (4, "802.3ad"),
    (5, "balance-tlb"),
    (6, "balance-alb"),
];

/// `BOND_ARP_VALIDATE_*` and `BOND_ARP_FILTER*`, `include/net/bonding.h`.
const VALIDATE: &[(u8, &str)] = &[
    (1, "active"),
    (2, "backup"),
    (3, "all"),
    (4, "filter"),
    (5, "filter_active"),
    (6, "filter_backup"),
];

/// `BOND_PRI_RESELECT_*`, `include/net/bonding.h`.
const RESELECT: &[(u8, &str)] = &[(0, "always"), (1, "better"), (2, "failure")];

/// `BOND_FOM_*`, `include/net/bonding.h`.
const FAIL_OVER_MAC: &[(u8, &str)] = &[(0, "none"), (1, "active"), (2, "follow")];

/// `BOND_XMIT_POLICY_*`.
const HASH_POLICIES: &[(u8, &str)] = &[
    (0, "layer2"),
    (1, "layer3+4"),
    (2, "layer2+3"),
    (3, "encap2+3"),
    (4, "encap3+4"),
    (5, "vlan+srcmac"),
];

/// `enum ad_link_speed`'s neighbour `BOND_AD_*`, `include/net/bond_3ad.h`.
const AD_SELECT: &[(u8, &str)] = &[
    (0, "stable"),
    (1, "bandwidth"),
    (2, "count"),
    (3, "actor_port_prio"),
];

/// `BOND_LINK_*`.
const MII_STATUSES: &[(u8, &str)] = &[(0, "UP"), (1, "GOING_DOWN"), (2, "DOWN"), (3, "GOING_BACK")];

/// `AD_CHURN_MONITOR` and those behind it, `include/net/bond_3ad.h`.
const CHURN: &[(u8, &str)] = &[(0, "MONITOR"), (1, "CHURN"), (2, "NO_CHURN")];

/// `LACP_STATE_*`.
const PORT_STATES: &[(u32, &str)] = &[
    (0x1, "active"),
    (0x2, "short_timeout"),
    (0x4, "aggregating"),
    (0x8, "in_sync"),
    (0x10, "collecting"),
    (0x20, "distributing"),
    (0x40, "defaulted"),
    (0x80, "expired"),
];

/// Tells what of ARP is validated; nothing is null, as `ip` has it.
fn describe_validate(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    match u32(value)? {
        0 => out.field(key, Value::Null),
        number => out.field(key, word(VALIDATE, number)),
    }
    Some(())
}

fn describe_actor_state(
    key: &str,
    value: &[u8],
    _: &mut Names,
    out: &mut dyn Fields,
) -> Option<()> {
    let state = u8(value)?;

    out.field(key, Value::Number(state.into()));
    flags(
        out,
        "ad_actor_oper_port_state_str",
        state.into(),
        PORT_STATES,
    );
    Some(())
}

fn describe_partner_state(
    key: &str,
    value: &[u8],
    _: &mut Names,
    out: &mut dyn Fields,
) -> Option<()> {
    let state = u16(value)?;

    out.field(key, Value::Number(state.into()));
    flags(
        out,
        "ad_partner_oper_port_state_str",
        state.into(),
        PORT_STATES,
    );
    Some(())
}
