// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Bonds and their ports: `IFLA_BOND_*`, `IFLA_BOND_SLAVE_*`.
//!
//! C headers: `include/uapi/linux/if_link.h` and `if_bonding.h`.

use crate::rtnl::attrs::{u16, u32, u8};
use crate::rtnl::fields::flags;
use crate::rtnl::schema::{known, word, Format, Known};
use crate::rtnl::{Fields, Names, Value};

/// Attributes of a bond.
pub static BOND: &[Known] = &[
    known(1, "mode", Format::Word(MODES)),
    known(2, "active_slave", Format::NonZero(&Format::Link)),
    known(3, "miimon", Format::U32),
    known(4, "updelay", Format::U32),
    known(5, "downdelay", Format::U32),
    known(28, "peer_notify_delay", Format::U32),
    known(6, "use_carrier", Format::U8),
    known(7, "arp_interval", Format::U32),
    known(30, "arp_missed_max", Format::U8),
    known(8, "arp_ip_target", Format::Items(&Format::Ip)),
    known(31, "ns_ip6_target", Format::Items(&Format::Ip)),
    known(9, "arp_validate", Format::As(tell_validate)),
    known(
        10,
        "arp_all_targets",
        Format::Word(&[(0, "any"), (1, "all")]),
    ),
    known(11, "primary", Format::NonZero(&Format::Link)),
    known(12, "primary_reselect", Format::Word(RESELECT)),
    known(13, "fail_over_mac", Format::Word(FAIL_OVER_MAC)),
    known(14, "xmit_hash_policy", Format::Word(HASH_POLICIES)),
    known(15, "resend_igmp", Format::U32),
    known(16, "num_peer_notif", Format::U8),
    known(17, "all_slaves_active", Format::U8),
    known(18, "min_links", Format::U32),
    known(19, "lp_interval", Format::U32),
    known(20, "packets_per_slave", Format::U32),
    known(29, "ad_lacp_active", Format::Word(&[(0, "off"), (1, "on")])),
    known(
        21,
        "ad_lacp_rate",
        Format::Word(&[(0, "slow"), (1, "fast")]),
    ),
    known(32, "coupled_control", Format::Bool),
    known(33, "broadcast_neighbor", Format::Bool),
    known(34, "lacp_strict", Format::Bool),
    known(22, "ad_select", Format::Word(AD_SELECT)),
    known(23, "ad_info", Format::Nested(AD_INFO)),
    known(24, "ad_actor_sys_prio", Format::U16),
    known(25, "ad_user_port_key", Format::U16),
    known(26, "ad_actor_system", Format::Lladdr),
    known(27, "tlb_dynamic_lb", Format::U8),
];

/// Attributes of a port of a bond.
pub static SLAVE: &[Known] = &[
    known(1, "state", Format::Word(&[(0, "ACTIVE"), (1, "BACKUP")])),
    known(2, "mii_status", Format::Word(MII_STATUSES)),
    known(3, "link_failure_count", Format::U32),
    known(4, "perm_hwaddr", Format::Lladdr),
    known(5, "queue_id", Format::U16),
    known(9, "prio", Format::I32),
    known(6, "ad_aggregator_id", Format::U16),
    known(7, "ad_actor_oper_port_state", Format::As(tell_actor_state)),
    known(
        8,
        "ad_partner_oper_port_state",
        Format::As(tell_partner_state),
    ),
    known(11, "churn_actor_state", Format::Word(CHURN)),
    known(12, "churn_partner_state", Format::Word(CHURN)),
    known(10, "actor_port_prio", Format::U16),
];

/// `IFLA_BOND_AD_INFO_*`.
static AD_INFO: &[Known] = &[
    known(1, "aggregator", Format::U16),
    known(2, "num_ports", Format::U16),
    known(3, "actor_key", Format::U16),
    known(4, "partner_key", Format::U16),
    known(5, "partner_mac", Format::Lladdr),
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
fn tell_validate(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    match u32(value)? {
        0 => out.field(key, Value::Null),
        number => out.field(key, word(VALIDATE, number)),
    }
    Some(())
}

fn tell_actor_state(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
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

fn tell_partner_state(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
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
