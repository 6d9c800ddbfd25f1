// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Attributes that IPv4 and IPv6 have of a link: `IFLA_AF_SPEC`.
//!
//! C headers: `include/uapi/linux/if_link.h`, `ip.h`, `ipv6.h` and `snmp.h`.

use crate::names::uapi::*;
use crate::object::attrs::{i32, u32, u64, Index};
use crate::object::schema::Format::{As, Hex, Ip, Nested, Word, U32};
use crate::object::schema::{self, known, Known};
use crate::object::{Fields, Names, Nest, Value};
use std::sync::LazyLock;

static FAMILIES: &[Known] = &[
    known(libc::AF_INET as u16, "inet", Nested(INET)),
    known(libc::AF_INET6 as u16, "inet6", As(inet6)),
];

/// `IFLA_INET_*`.
static INET: &[Known] = &[known(IFLA_INET_CONF, "conf", As(conf4))];

/// `IFLA_INET6_*`: what can be told in a few words, and the rest.
static INET6: &[Known] = &[
    known(IFLA_INET6_ADDR_GEN_MODE, "addr_gen_mode", Word(MODES)),
    known(IFLA_INET6_FLAGS, "flags", Hex),
];
static INET6_DETAILS: &[Known] = &[
    known(IFLA_INET6_CONF, "conf", As(conf6)),
    known(IFLA_INET6_STATS, "stats", As(counters)),
    known(IFLA_INET6_CACHEINFO, "cacheinfo", As(cacheinfo)),
    known(IFLA_INET6_ICMP6STATS, "icmp6stats", As(counters)),
    known(IFLA_INET6_TOKEN, "token", Ip),
    known(IFLA_INET6_RA_MTU, "ra_mtu", U32),
];

/// `IN6_ADDR_GEN_MODE_*`.
const MODES: &[(u8, &str)] = &[
    (0, "eui64"),
    (1, "none"),
    (2, "stable_secret"),
    (3, "random"),
];

/// Tells how addresses of IPv6 are made, where `ip` has it, and then all that there is by family.
pub fn describe(value: &[u8], names: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let inet6 = Index::new(value).get(libc::AF_INET6 as u16);
    let mode = inet6.and_then(|inet6| Index::new(inet6.value()).get(IFLA_INET6_ADDR_GEN_MODE));
    if let Some(&[mode]) = mode.map(|mode| mode.value()) {
        out.field("inet6_addr_gen_mode", schema::word(MODES, mode));
    }

    out.open("af_spec", Nest::Object);
    schema::describe(value, FAMILIES, names, out);
    out.close();
    Some(())
}

/// Tells what IPv6 knows.
pub fn inet6(key: &str, value: &[u8], names: &mut Names, out: &mut dyn Fields) -> Option<()> {
    let index = Index::new(value);
    let mut attrs = index.taker();

    out.open(key, Nest::Object);
    schema::describe_known(&mut attrs, INET6, names, out);
    out.details();
    schema::describe_known(&mut attrs, INET6_DETAILS, names, out);
    attrs.finish(out);
    out.close();
    Some(())
}

fn conf4(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    describe_conf(key, value, &CONF4, out)
}

fn conf6(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    describe_conf(key, value, &CONF6, out)
}

/// Tells a row of settings, those without a name by their number.
fn describe_conf(key: &str, value: &[u8], names: &[&str], out: &mut dyn Fields) -> Option<()> {
    (value.len() % 4 == 0).then_some(())?;

    out.open(key, Nest::Object);
    for (number, setting) in value.chunks(4).filter_map(i32).enumerate() {
        let setting = Value::Signed(setting.into());
        match names.get(number) {
            Some(name) => out.field(name, setting),
            None => out.field(&number.to_string(), setting),
        }
    }
    out.close();
    Some(())
}

/// Tells counters in the order of `IPSTATS_MIB_*` or `ICMP6_MIB_*`; the first one is how many there
/// are.
fn counters(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    (value.len() % 8 == 0).then_some(())?;

    out.open(key, Nest::Array);
    for counter in value.chunks(8).filter_map(u64) {
        out.item(Value::Number(counter));
    }
    out.close();
    Some(())
}

/// Tells `struct ifla_cacheinfo`; times are milliseconds, `tstamp` is hundredths of a second.
fn cacheinfo(key: &str, value: &[u8], _: &mut Names, out: &mut dyn Fields) -> Option<()> {
    const KEYS: [&str; 4] = ["max_reasm_len", "tstamp", "reachable_time", "retrans_time"];
    (value.len() == 4 * KEYS.len()).then_some(())?;

    out.open(key, Nest::Object);
    for (key, number) in KEYS.iter().zip(value.chunks(4)) {
        out.field(key, Value::Number(u32(number)?.into()));
    }
    out.close();
    Some(())
}

/// `IPV4_DEVCONF_*`, the settings of `/proc/sys/net/ipv4/conf`.
static CONF4: LazyLock<Vec<&str>> = LazyLock::new(|| {
    "forwarding mc_forwarding proxy_arp accept_redirects secure_redirects send_redirects \
     shared_media rp_filter accept_source_route bootp_relay log_martians tag arpfilter \
     medium_id noxfrm nopolicy force_igmp_version arp_announce arp_ignore promote_secondaries \
     arp_accept arp_notify accept_local src_vmark proxy_arp_pvlan route_localnet \
     igmpv2_unsolicited_report_interval igmpv3_unsolicited_report_interval \
     ignore_routes_with_linkdown drop_unicast_in_l2_multicast drop_gratuitous_arp bc_forwarding \
     arp_evict_nocarrier"
        .split(' ')
        .collect()
});

/// `DEVCONF_*`, the settings of `/proc/sys/net/ipv6/conf`.
static CONF6: LazyLock<Vec<&str>> = LazyLock::new(|| {
    "forwarding hoplimit mtu6 accept_ra accept_redirects autoconf dad_transmits rtr_solicits \
     rtr_solicit_interval rtr_solicit_delay use_tempaddr temp_valid_lft temp_prefered_lft \
     regen_max_retry max_desync_factor max_addresses force_mld_version accept_ra_defrtr \
     accept_ra_pinfo accept_ra_rtr_pref rtr_probe_interval accept_ra_rt_info_max_plen proxy_ndp \
     optimistic_dad accept_source_route mc_forwarding disable_ipv6 accept_dad force_tllao \
     ndisc_notify mldv1_unsolicited_report_interval mldv2_unsolicited_report_interval \
     suppress_frag_ndisc accept_ra_from_local use_optimistic accept_ra_mtu stable_secret \
     use_oif_addrs_only accept_ra_min_hop_limit ignore_routes_with_linkdown \
     drop_unicast_in_l2_multicast drop_unsolicited_na keep_addr_on_down \
     rtr_solicit_max_interval seg6_enabled seg6_require_hmac enhanced_dad addr_gen_mode \
     disable_policy accept_ra_rt_info_min_plen ndisc_tclass rpl_seg_enabled ra_defrtr_metric \
     ioam6_enabled ioam6_id ioam6_id_wide ndisc_evict_nocarrier accept_untracked_na \
     accept_ra_min_lft force_forwarding"
        .split(' ')
        .collect()
});
