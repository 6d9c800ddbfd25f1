// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What the lines of a monitor do not add up to: the one list of it, from which that of docs/monitor.md is made.

use super::explain::Difference;
use serde_json::Value;

/// What of a kind nobody can know, or what runs by itself.
struct LeftOut {
    kind: &'static str,
    what: What,
    /// The same for whoever reads the docs.
    words: &'static str,
    why: &'static str,
    /// The function of the kernel that changes it and sends nothing.
    function: &'static str,
}

/// What is left out of an object, or which objects.
enum What {
    /// Keys that run by themselves, wherever they are: no line has to be told for them.
    Runs(&'static [&'static str]),
    /// Keys of objects that are like this: they may be other than they were told to be, after steps with one of these
    /// words in them.
    Keys(
        &'static [&'static str],
        fn(&Value) -> bool,
        &'static [&'static str],
    ),
    /// Objects that are like this: they may be there without having been told, and the other way round.
    Objects(fn(&Value) -> bool),
}

use What::{Keys, Objects, Runs};

const LEFT_OUT: &[LeftOut] = &[
    LeftOut {
        kind: "link",
        what: Runs(&[
            "stats",
            "stats64",
            "carrier_changes",
            "carrier_up_count",
            "carrier_down_count",
        ]),
        words: "counters",
        why: "each packet, each change of the carrier",
        function: "dev_get_stats()",
    },
    LeftOut {
        kind: "link",
        what: Runs(&[
            "hello_timer",
            "tcn_timer",
            "topology_change_timer",
            "gc_timer",
            "mcast_querier_state_ipv4",
            "mcast_querier_state_ipv6",
            "fdb_n_learned",
            "message_age_timer",
            "forward_delay_timer",
            "hold_timer",
        ]),
        words: "timers of bridges and of their ports, the number of addresses that were learned",
        why: "the clock",
        function: "br_timer_value()",
    },
    LeftOut {
        kind: "link",
        what: Runs(&["inet", "conf", "mcast", "ra_mtu", "cacheinfo", "icmp6stats"]),
        words: "settings of IPv4 and IPv6, and their counters",
        why: "`sysctl`; events of their own tell it (`netconf`, `ifinfo6`)",
        function: "inet_netconf_notify_devconf()",
    },
    LeftOut {
        kind: "link",
        what: Keys(&["promiscuity", "allmulti"], always, ANY),
        words: "how many want all packets (`promiscuity`, `allmulti`)",
        why: "only the first and the last change a flag, and that is told",
        function: "__dev_set_promiscuity()",
    },
    LeftOut {
        kind: "link",
        what: Keys(
            &["mcast_n_groups", "mcast_eht_hosts_cnt"],
            always,
            ANY,
        ),
        words: "how many groups were joined behind a port (`mcast_n_groups`)",
        why: "hosts; `mdb` tells it",
        function: "br_multicast_port_ngroups_inc()",
    },
    LeftOut {
        kind: "link",
        what: Keys(&["headroom", "tailroom"], always, ANY),
        words: "room that a tunnel needs (`headroom`)",
        why: "the first packet that needs more, commands",
        function: "ip_tunnel_adj_headroom()",
    },
    LeftOut {
        kind: "link",
        what: Keys(
            &["addr_gen_mode", "inet6_addr_gen_mode"],
            always,
            &["sysctl net.ipv6.conf."],
        ),
        words: "how IPv6 makes addresses (`inet6_addr_gen_mode`)",
        why: "`sysctl`",
        function: "addrconf_sysctl_addr_gen_mode()",
    },
    LeftOut {
        kind: "link",
        what: Keys(&["af_spec.inet6.flags"], always, ANY),
        words: "what IPv6 does on it (`af_spec.inet6.flags`)",
        why: "it goes up or down, hears of a router; `ifinfo6` tells some of it",
        function: "addrconf_notify()",
    },
    LeftOut {
        kind: "link",
        what: Keys(
            &[
                "gso_max_size",
                "gso_max_segs",
                "gso_ipv4_max_size",
                "gro_max_size",
                "gro_ipv4_max_size",
            ],
            always,
            ANY,
        ),
        words: "sizes of `gso` and `gro`",
        why: "commands, and the link below",
        function: "netif_set_gso_max_size()",
    },
    LeftOut {
        kind: "link",
        what: Keys(
            &[
                "ifalias",
                "altnames",
                "group",
                "linkmode",
                "linkinfo",
                "addr_gen_mode",
                "inet6_addr_gen_mode",
                "proto_down",
                "proto_down_reason",
            ],
            is_down,
            &["ip link", "ip tunnel"],
        ),
        words: "of one that is down: alias, alternative names, group, modes, `protodown`, what `ip link set type` sets",
        why: "commands",
        function: "netdev_state_change()",
    },
    LeftOut {
        kind: "link",
        what: Keys(
            &["mtu", "max_mtu", "min_mtu", "tso_max_size", "tso_max_segs"],
            is_down,
            &[" type "],
        ),
        words: "of one that is down: what `ip link set type` makes of `mtu`, `tso_max_size` and such",
        why: "commands",
        function: "netdev_state_change()",
    },
    LeftOut {
        kind: "addr",
        what: Runs(&[
            "valid_life_time",
            "preferred_life_time",
            "cstamp",
            "tstamp",
        ]),
        words: "lifetimes",
        why: "the clock",
        function: "put_cacheinfo()",
    },
    LeftOut {
        kind: "addr",
        what: Objects(|addr| addr["tentative"] == true),
        words: "addresses that IPv6 tests for a duplicate, until it has",
        why: "told once they may be used",
        function: "addrconf_dad_start()",
    },
    LeftOut {
        kind: "neigh",
        what: Runs(&["used", "confirmed", "updated", "probes", "refcnt"]),
        words: "times and counters",
        why: "the clock, each packet",
        function: "neigh_event_send()",
    },
    LeftOut {
        kind: "neigh",
        what: Keys(&["state"], |neigh| {
            has_any(&neigh["state"], &["REACHABLE", "STALE", "DELAY", "PROBE"])
        }, ANY),
        words: "which of reachable, stale, delay and probe the state is",
        why: "the clock; some of it is told",
        function: "neigh_timer_handler()",
    },
    LeftOut {
        kind: "neigh",
        what: Objects(|neigh| has_any(&neigh["state"], &["NOARP"])),
        words: "neighbours that need no resolution (`NOARP`)",
        why: "made with the first packet, dropped when nobody needs them",
        function: "__neigh_create()",
    },
    LeftOut {
        kind: "neigh",
        what: Objects(|neigh| has_any(&neigh["state"], &["INCOMPLETE"])),
        words: "neighbours that are asked for the first time (`INCOMPLETE`)",
        why: "told once they answer, or do not",
        function: "__neigh_event_send()",
    },
    LeftOut {
        kind: "neigh",
        what: Objects(|neigh| neigh["state"].is_null() || has_any(&neigh["state"], &["NONE"])),
        words: "neighbours of which nothing is known (`NONE`)",
        why: "made by whoever asks for one",
        function: "__neigh_create()",
    },
    LeftOut {
        kind: "neigh",
        what: Objects(|neigh| neigh["proxy"].is_string() || neigh["proxy"] == true || has_any(&neigh["flags"], &["proxy"])),
        words: "neighbours that the host answers for (proxies)",
        why: "commands",
        function: "pneigh_lookup()",
    },
    LeftOut {
        kind: "fdb",
        what: Runs(&["used", "confirmed", "updated", "refcnt"]),
        words: "times",
        why: "each packet",
        function: "br_fdb_update()",
    },
    LeftOut {
        kind: "fdb",
        what: Objects(is_group_of_link),
        words: "groups that links have joined (`33:33:...`)",
        why: "addresses and protocols come and go",
        function: "dev_mc_add()",
    },
    LeftOut {
        kind: "route",
        what: Runs(&["expires", "used", "age", "users"]),
        words: "how long they will be there",
        why: "the clock",
        function: "rtnl_put_cacheinfo()",
    },
    LeftOut {
        kind: "route",
        what: Keys(&["flags", "nexthops"], always, &["sysctl net.ipv4.conf."]),
        words: "whether a route without a carrier is `dead`",
        why: "`ignore_routes_with_linkdown`; `netconf` tells it",
        function: "devinet_conf_proc()",
    },
    LeftOut {
        kind: "nexthop",
        what: Keys(&["flags"], always, &["sysctl net.ipv4.conf."]),
        words: "the same of a next hop",
        why: "the same",
        function: "devinet_conf_proc()",
    },
    LeftOut {
        kind: "nexthop",
        what: Runs(&["unbalanced_time", "group_stats"]),
        words: "since when a resilient group is unbalanced, and counters",
        why: "the clock, each packet",
        function: "nla_put_nh_group_res()",
    },
];

/// After whatever step.
const ANY: &[&str] = &[""];

fn always(_: &Value) -> bool {
    true
}

fn is_down(link: &Value) -> bool {
    !has_any(&link["flags"], &["UP"])
}

/// Says whether `list` has one of these words.
fn has_any(list: &Value, words: &[&str]) -> bool {
    let list = list.as_array().map_or(&[][..], Vec::as_slice);
    list.iter()
        .any(|item| words.iter().any(|word| item == word))
}

/// Says whether it is an entry of a link itself for a group.
fn is_group_of_link(entry: &Value) -> bool {
    let first = entry["mac"].as_str().and_then(|mac| mac.get(..2));
    let is_group = first.and_then(|byte| u8::from_str_radix(byte, 16).ok());
    let leads = entry.get("dst").or(entry.get("nhid"));

    is_group.is_some_and(|byte| byte & 1 != 0)
        && entry["state"] == "permanent"
        && has_any(&entry["flags"], &["self"])
        && leads.is_none()
}

fn of_kind(kind: &str) -> impl Iterator<Item = &'static LeftOut> + '_ {
    LEFT_OUT.iter().filter(move |row| row.kind == kind)
}

/// Removes from an object of `kind` what runs by itself, and what says no more than if it were not there.
pub fn stop(kind: &str, object: &mut Value) {
    for row in of_kind(kind) {
        if let Runs(keys) = row.what {
            remove(object, keys);
        }
    }
    remove_empty(object);
}

/// Returns what is to be compared of an object of `kind`, if that is anything.
pub fn compared(kind: &str, object: &Value) -> Option<Value> {
    let mut kept = object.clone();
    for row in of_kind(kind) {
        match row.what {
            Objects(is_it) if is_it(object) => return None,
            Keys(keys, is_it, _) if is_it(object) => remove(&mut kept, keys),
            _ => {}
        }
    }
    Some(kept)
}

/// Says whether nobody tells of a difference between an object of `kind` that is there and what was told, after this step.
pub fn allows(kind: &str, difference: &Difference, step: &str) -> bool {
    let Some(path) = &difference.path else {
        return false;
    };
    let has = |keys: &[&str]| keys.iter().any(|key| is_at(key, path));
    of_kind(kind).any(|row| match row.what {
        Keys(keys, is_it, steps) => {
            let is_after = steps.iter().any(|words| step.contains(words));
            has(keys) && is_it(&difference.object) && is_after
        }
        _ => false,
    })
}

/// Says whether a path of keys is that of a key, or below it: one that is found anywhere, or, with dots, from the object on.
fn is_at(key: &str, path: &str) -> bool {
    let below = path.strip_prefix(key);
    let is_there = below.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    is_there || !key.contains('.') && path.split('.').any(|part| part == key)
}

/// Removes these keys, wherever they are, or, with dots, where they are.
fn remove(value: &mut Value, keys: &[&str]) {
    for path in keys.iter().filter(|key| key.contains('.')) {
        let pointer = format!("/{}", path.replace('.', "/"));
        if let Some(value) = value.pointer_mut(&pointer) {
            *value = Value::Null;
        }
    }
    remove_anywhere(value, keys);
    remove_empty(value);
}

fn remove_anywhere(value: &mut Value, keys: &[&str]) {
    match value {
        Value::Object(object) => {
            object.retain(|key, _| !keys.contains(&key.as_str()));
            object
                .values_mut()
                .for_each(|value| remove_anywhere(value, keys));
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| remove_anywhere(item, keys)),
        _ => {}
    }
}

/// A key that is null, or an empty list, counts as none.
fn remove_empty(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.values_mut().for_each(remove_empty);
            object.retain(|_, value| !value.is_null() && value != &Value::Array(Vec::new()));
        }
        Value::Array(items) => items.iter_mut().for_each(remove_empty),
        _ => {}
    }
}

const DOCS: &str = include_str!("../../../../../docs/monitor.md");
const HEAD: &str =
    "| kind | what nobody is told | what changes it | in the kernel |\n|---|---|---|---|\n";

#[test]
fn what_nobody_is_told_is_listed_in_the_docs() {
    let row = |row: &LeftOut| {
        format!(
            "| {} | {} | {} | `{}` |\n",
            row.kind, row.words, row.why, row.function
        )
    };
    let table = HEAD.to_owned() + &LEFT_OUT.iter().map(row).collect::<String>() + "\n";

    assert!(
        DOCS.contains(&table),
        "docs/monitor.md is to have this table:\n{table}"
    );
}
