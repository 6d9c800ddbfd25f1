// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Bonds and their ports: `IFLA_BOND_*`, `IFLA_BOND_SLAVE_*`.
//!
//! C headers: `include/uapi/linux/if_link.h` and `if_bonding.h`.

use crate::names::uapi::*;
use crate::object::attrs::{u16, u32, u8};
use crate::object::fields::flags;
use crate::object::schema::Format::{
    As, Bool, Ip, Items, Link, Lladdr, Nested, NonZero, Read, Word, I32, U16, U32, U8,
};
use crate::object::schema::{known, word, Known};
use crate::object::{Fields, Names, Value};

/// Attributes of a bond.
pub static BOND: &[Known] = &[
    known(IFLA_BOND_MODE, "mode", Word(MODES)),
    known(IFLA_BOND_ACTIVE_SLAVE, "active_slave", NonZero(&Link)),
    known(IFLA_BOND_MIIMON, "miimon", U32),
    known(IFLA_BOND_UPDELAY, "updelay", U32),
    known(IFLA_BOND_DOWNDELAY, "downdelay", U32),
    known(IFLA_BOND_PEER_NOTIF_DELAY, "peer_notify_delay", U32),
    known(IFLA_BOND_USE_CARRIER, "use_carrier", U8),
    known(IFLA_BOND_ARP_INTERVAL, "arp_interval", U32),
    known(IFLA_BOND_MISSED_MAX, "arp_missed_max", U8),
    known(IFLA_BOND_ARP_IP_TARGET, "arp_ip_target", Items(&Ip)),
    known(IFLA_BOND_NS_IP6_TARGET, "ns_ip6_target", Items(&Ip)),
    known(IFLA_BOND_ARP_VALIDATE, "arp_validate", Read(validate)),
    known(
        IFLA_BOND_ARP_ALL_TARGETS,
        "arp_all_targets",
        Word(&[(0, "any"), (1, "all")]),
    ),
    known(IFLA_BOND_PRIMARY, "primary", NonZero(&Link)),
    known(
        IFLA_BOND_PRIMARY_RESELECT,
        "primary_reselect",
        Word(RESELECT),
    ),
    known(
        IFLA_BOND_FAIL_OVER_MAC,
        "fail_over_mac",
        Word(FAIL_OVER_MAC),
    ),
    known(
        IFLA_BOND_XMIT_HASH_POLICY,
        "xmit_hash_policy",
        Word(HASH_POLICIES),
    ),
    known(IFLA_BOND_RESEND_IGMP, "resend_igmp", U32),
    known(IFLA_BOND_NUM_PEER_NOTIF, "num_peer_notif", U8),
    known(IFLA_BOND_ALL_SLAVES_ACTIVE, "all_slaves_active", U8),
    known(IFLA_BOND_MIN_LINKS, "min_links", U32),
    known(IFLA_BOND_LP_INTERVAL, "lp_interval", U32),
    known(IFLA_BOND_PACKETS_PER_SLAVE, "packets_per_slave", U32),
    known(
        IFLA_BOND_AD_LACP_ACTIVE,
        "ad_lacp_active",
        Word(&[(0, "off"), (1, "on")]),
    ),
    known(
        IFLA_BOND_AD_LACP_RATE,
        "ad_lacp_rate",
        Word(&[(0, "slow"), (1, "fast")]),
    ),
    known(IFLA_BOND_COUPLED_CONTROL, "coupled_control", Bool),
    known(IFLA_BOND_BROADCAST_NEIGH, "broadcast_neighbor", Bool),
    known(IFLA_BOND_LACP_STRICT, "lacp_strict", Bool),
    known(IFLA_BOND_AD_SELECT, "ad_select", Word(AD_SELECT)),
    known(IFLA_BOND_AD_INFO, "ad_info", Nested(AD_INFO)),
    known(IFLA_BOND_AD_ACTOR_SYS_PRIO, "ad_actor_sys_prio", U16),
    known(IFLA_BOND_AD_USER_PORT_KEY, "ad_user_port_key", U16),
    known(IFLA_BOND_AD_ACTOR_SYSTEM, "ad_actor_system", Lladdr),
    known(IFLA_BOND_TLB_DYNAMIC_LB, "tlb_dynamic_lb", U8),
];

/// Attributes of a port of a bond.
pub static SLAVE: &[Known] = &[
    known(
        IFLA_BOND_SLAVE_STATE,
        "state",
        Word(&[(0, "ACTIVE"), (1, "BACKUP")]),
    ),
    known(IFLA_BOND_SLAVE_MII_STATUS, "mii_status", Word(MII_STATUSES)),
    known(
        IFLA_BOND_SLAVE_LINK_FAILURE_COUNT,
        "link_failure_count",
        U32,
    ),
    known(IFLA_BOND_SLAVE_PERM_HWADDR, "perm_hwaddr", Lladdr),
    known(IFLA_BOND_SLAVE_QUEUE_ID, "queue_id", U16),
    known(IFLA_BOND_SLAVE_PRIO, "prio", I32),
    known(IFLA_BOND_SLAVE_AD_AGGREGATOR_ID, "ad_aggregator_id", U16),
    known(
        IFLA_BOND_SLAVE_AD_ACTOR_OPER_PORT_STATE,
        "ad_actor_oper_port_state",
        As(actor_state),
    ),
    known(
        IFLA_BOND_SLAVE_AD_PARTNER_OPER_PORT_STATE,
        "ad_partner_oper_port_state",
        As(partner_state),
    ),
    known(
        IFLA_BOND_SLAVE_AD_CHURN_ACTOR_STATE,
        "churn_actor_state",
        Word(CHURN),
    ),
    known(
        IFLA_BOND_SLAVE_AD_CHURN_PARTNER_STATE,
        "churn_partner_state",
        Word(CHURN),
    ),
    known(IFLA_BOND_SLAVE_ACTOR_PORT_PRIO, "actor_port_prio", U16),
];

/// `IFLA_BOND_AD_INFO_*`.
static AD_INFO: &[Known] = &[
    known(IFLA_BOND_AD_INFO_AGGREGATOR, "aggregator", U16),
    known(IFLA_BOND_AD_INFO_NUM_PORTS, "num_ports", U16),
    known(IFLA_BOND_AD_INFO_ACTOR_KEY, "actor_key", U16),
    known(IFLA_BOND_AD_INFO_PARTNER_KEY, "partner_key", U16),
    known(IFLA_BOND_AD_INFO_PARTNER_MAC, "partner_mac", Lladdr),
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

/// Reads what of ARP is validated; nothing is null, as `ip` has it.
fn validate(value: &[u8]) -> Option<Value<'_>> {
    match u32(value)? {
        0 => Some(Value::Null),
        number => Some(word(VALIDATE, number)),
    }
}

fn actor_state(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    port_state(key, u8(value)?.into(), "ad_actor_oper_port_state_str", out)
}

fn partner_state(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    port_state(
        key,
        u16(value)?.into(),
        "ad_partner_oper_port_state_str",
        out,
    )
}

/// Tells the state of a port as a number, and its bits by name.
fn port_state(key: &str, state: u32, names_key: &str, out: &mut dyn Fields) -> Option<()> {
    out.field(key, Value::Number(state.into()));
    flags(out, names_key, state, PORT_STATES);
    Some(())
}
