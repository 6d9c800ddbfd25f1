// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Attributes and objects that the lines of a monitor do not add up to: those that run by themselves, and those that nobody
//! can know, as docs/monitor.md lists them.

use super::explain::{Difference, Differs};
use serde_json::Value;
use std::collections::BTreeSet;

/// Keys of a kind that run by themselves, wherever they are: no line has to be told for them.
const RUNS: &[(&str, &[&str])] = &[
    (
        "link",
        &[
            "stats",
            "stats64",
            "carrier_changes",
            "carrier_up_count",
            "carrier_down_count",
            // Where a link went that is gone from here, and what has happened: only those messages say so.
            "event",
            "new_netnsid",
            "new_ifindex",
            // Timers of bridges and of their ports.
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
            // Number of the next frame of an HSR link.
            "seq_nr",
            // Room that a tunnel needs: a packet can make it more.
            "headroom",
            "tailroom",
            // Settings and counters of IPv4 and IPv6, which have events of their own (`netconf`, `ifinfo6`).
            "inet",
            "conf",
            "mcast",
            "ra_mtu",
            "cacheinfo",
            "icmp6stats",
        ],
    ),
    (
        "addr",
        &["valid_life_time", "preferred_life_time", "cstamp", "tstamp"],
    ),
    (
        "neigh",
        &["used", "confirmed", "updated", "probes", "refcnt"],
    ),
    ("fdb", &["used", "confirmed", "updated", "refcnt"]),
    // Why a route was removed: only the event of that says so.
    ("route", &["expires", "used", "age", "users", "del_reason"]),
    ("nexthop", &["unbalanced_time", "group_stats"]),
];

/// Attributes or objects of a kind that nobody can know.
struct LeftOut {
    kind: &'static str,
    what: What,
    /// Sentence on it in the table of the docs, with the functions of the kernel that send nothing.
    words: &'static str,
    functions: &'static str,
}

/// Keys that are left out of an object, or objects that are left out.
enum What {
    /// Keys of objects that are like this: they may be other than they were told to be, after steps with one of these
    /// words in them.
    Keys(
        &'static [&'static str],
        fn(&Value) -> bool,
        &'static [&'static str],
    ),
    /// Keys that may be other than they were told to be after steps with this in them, of a link that is down.
    Shared(&'static [&'static str], &'static str),
    /// Objects that are like this: they may be there without having been told, and the other way round.
    Objects(fn(&Value) -> bool),
    /// Objects that are like this: they may be there without having been told.
    NotEmitted(fn(&Value) -> bool),
}

use What::{Keys, NotEmitted, Objects, Shared};

const LEFT_OUT: &[LeftOut] = &[
    LeftOut {
        kind: "link",
        what: Keys(&["ifalias", "altnames", "group", "linkmode", "linkinfo", "addr_gen_mode", "inet6_addr_gen_mode", "proto_down", "proto_down_reason"], is_down, &["ip link", "ip tunnel", "ip tuntap", "bridge link"]),
        words: "of a link that is down: `alias`, `altname`, `group`, what is behind `type KIND`, also as a port, how it makes addresses (`addrgenmode`)",
        functions: "`netdev_state_change()`, unless the link is up",
    },
    LeftOut {
        kind: "link",
        what: Keys(&["address", "broadcast", "mtu", "max_mtu", "min_mtu", "tso_max_size", "tso_max_segs", "link", "flags.M-DOWN"], is_down, &[" type "]),
        words: "of a link that is down: `alias`, `altname`, `group`, what is behind `type KIND`, also as a port, how it makes addresses (`addrgenmode`)",
        functions: "`netdev_state_change()`, unless the link is up",
    },
    LeftOut {
        kind: "link",
        what: Shared(&["info_data", "flags.NOARP"], " type ipvlan "),
        words: "what an `ipvlan` that is down shares with others: its mode and its flags, theirs too",
        functions: "`netdev_state_change()`, unless the link is up",
    },
    LeftOut {
        kind: "link",
        what: Keys(&["carrier", "operstate"], is_down, ANY),
        words: "of a link that is down: `carrier`, `operstate`, which a worker finds out",
        functions: "`linkwatch_do_dev()`, unless the link is up",
    },
    LeftOut {
        kind: "link",
        what: Keys(&["gso_max_size", "gso_max_segs", "gso_ipv4_max_size", "gro_max_size", "gro_ipv4_max_size"], always, ANY),
        words: "of a link, up or down: `gso_max_size`, `gso_max_segs`, `gro_max_size` and those for IPv4",
        functions: "`do_setlink()`",
    },
    LeftOut {
        kind: "link",
        what: Keys(&["promiscuity", "allmulti"], always, ANY),
        words: "of a link: `promiscuity`, `allmulti`, where they count from one to two or back",
        functions: "`__dev_set_promiscuity()`, `__dev_set_allmulti()`",
    },
    LeftOut {
        kind: "link",
        what: Keys(&["addr_gen_mode", "inet6_addr_gen_mode"], always, &["sysctl net.ipv6.conf."]),
        words: "of a link: `inet6_addr_gen_mode` by `sysctl`",
        functions: "`addrconf_sysctl_addr_gen_mode()`",
    },
    LeftOut {
        kind: "link",
        what: Keys(&["ad_info", "ad_aggregator_id", "ad_actor_oper_port_state", "ad_actor_oper_port_state_str", "ad_partner_oper_port_state", "ad_partner_oper_port_state_str", "churn_actor_state", "churn_partner_state"], always, ANY),
        words: "of a bond and its ports: the state of LACP, the partner, `churn_actor_state` and its like",
        functions: "`bond_3ad_state_machine_handler()`",
    },
    LeftOut {
        kind: "link",
        what: Keys(&["root_id", "bridge_id", "root_port", "root_path_cost", "designated_cost", "designated_port", "topology_change", "topology_change_detected", "topology_change_ack", "config_pending"], always, &[" stp_state "]),
        words: "of a bridge that speaks STP, and of its ports: what it hears and what its timers end (`root_id`, `root_port`, `root_path_cost`, `topology_change`, and `ageing_time` with that), until there is an event of the link",
        functions: "`br_received_config_bpdu()`, `br_topology_change_timer_expired()`",
    },
    LeftOut {
        kind: "link",
        what: Keys(&["mcast_eht_hosts_cnt"], always, ANY),
        words: "of a port of a bridge: how many hosts listen to groups (`mcast_eht_hosts_cnt`)",
        functions: "`br_multicast_eht_handle()`",
    },
    LeftOut {
        kind: "link",
        what: Keys(&["num_vf", "unknown"], has_functions, ANY),
        words: "of a link with virtual functions: how many, and what each is set to (`num_vf`, `ip link set DEV vf N`), which `show` tells",
        functions: "`rtmsg_ifinfo_build_skb()`, which asks for none",
    },
    LeftOut {
        kind: "link",
        what: Keys(&["link_netnsid"], always, &["netns"]),
        words: "to which namespace the other end of a link went that had been in another one, without `--all-netns`",
        functions: "`dev_change_net_namespace()`, here",
    },
    LeftOut {
        kind: "link",
        what: Keys(&["af_spec.inet6.flags"], always, &["ra "]),
        words: "of a link: that it heard a router, where that sends nothing that is told, or routes are not watched (`flags` of `inet6`)",
        functions: "`ndisc_router_discovery()`",
    },
    LeftOut {
        kind: "route",
        what: Keys(&["metrics", "pref"], is_by_router, &["ra "]),
        words: "of a default route by a router that sends neither a prefix nor a timer with it: the hop limit, the preference; the preference of its other routes",
        functions: "`ndisc_router_discovery()`, `rt6_route_rcv()`",
    },
    LeftOut {
        kind: "route",
        what: Keys(&["flags.rt_trap", "flags.rt_offload", "flags.rt_offload_failed"], always, ANY),
        words: "of a route: whether hardware forwards it (`rt_offload`, `rt_trap`), unless `net.ipv4.fib_notify_on_flag_change` and that of IPv6 say so",
        functions: "`fib_alias_hw_flags_set()`, `fib6_info_hw_flags_set()`",
    },
    LeftOut {
        kind: "addr",
        what: Objects(|addr| addr["tentative"] == true),
        words: "an address that IPv6 tests for a duplicate, until it has",
        functions: "`ipv6_add_addr()`",
    },
    LeftOut {
        kind: "neigh",
        what: Keys(&["protocol"], always, &["ip neigh"]),
        words: "of a neighbour: `protocol` alone",
        functions: "`neigh_add()`, where `__neigh_update()` finds no other change",
    },
    LeftOut {
        kind: "neigh",
        what: Objects(|neigh| is_looked_for(&neigh["state"])),
        words: "a neighbour that is looked for (`INCOMPLETE`), until it answers or fails; of one that is `STALE`: that it is in `DELAY`",
        functions: "`__neigh_event_send()`",
    },
    LeftOut {
        kind: "neigh",
        what: Keys(&["state"], |neigh| has_any(&neigh["state"], &["DELAY"]), ANY),
        words: "a neighbour that is looked for (`INCOMPLETE`), until it answers or fails; of one that is `STALE`: that it is in `DELAY`",
        functions: "`__neigh_event_send()`",
    },
    LeftOut {
        kind: "neigh",
        what: Objects(|neigh| neigh["state"].is_null()),
        words: "a neighbour that was refused and is left without a state",
        functions: "`neigh_add()`, which makes it before `__neigh_update()` refuses it",
    },
    LeftOut {
        kind: "neigh",
        what: NotEmitted(|neigh| has_any(&neigh["state"], &["FAILED"])),
        words: "a neighbour that is made as one that failed (`FAILED`)",
        functions: "`__neigh_update()`, unless it was valid or is",
    },
    LeftOut {
        kind: "neigh",
        what: Objects(|neigh| has_any(&neigh["state"], &["NOARP"])),
        words: "neighbours that need no resolution (`NOARP`)",
        functions: "`arp_constructor()`, `ndisc_constructor()`",
    },
    LeftOut {
        kind: "neigh",
        what: Objects(is_proxy),
        words: "neighbours that the host answers for (proxies)",
        functions: "`pneigh_lookup()`, `pneigh_delete()`",
    },
    LeftOut {
        kind: "fdb",
        what: Objects(is_group_of_link),
        words: "groups that links have joined (`33:33:...` in `fdb`)",
        functions: "`__dev_mc_add()`, `__dev_mc_del()`",
    },
    LeftOut {
        kind: "fdb",
        what: Keys(&["state"], |entry| entry["state"] == "stale", ANY),
        words: "an entry of a bridge that is stale before it is removed (`state`)",
        functions: "`fdb_to_nud()`, which looks at the clock",
    },
];

/// The step that was made last.
#[derive(Clone, Copy)]
pub struct Step<'s> {
    pub words: &'s str,
    /// Whether it was done to a link that is down.
    pub is_of_down: bool,
}

/// After whatever step.
const ANY: &[&str] = &[""];

fn always(_: &Value) -> bool {
    true
}

fn is_down(link: &Value) -> bool {
    !has_any(&link["flags"], &["UP"])
}

fn has_functions(link: &Value) -> bool {
    link["num_vf"].is_number()
}

/// Says whether `list` has one of these words.
fn has_any(list: &Value, words: &[&str]) -> bool {
    let list = list.as_array().map_or(&[][..], Vec::as_slice);
    list.iter()
        .any(|item| words.iter().any(|word| item == word))
}

fn is_by_router(route: &Value) -> bool {
    route["protocol"] == "ra"
}

/// Says whether a neighbour in this state is looked for.
pub fn is_looked_for(state: &Value) -> bool {
    state.is_null() || has_any(state, &["NONE", "INCOMPLETE"])
}

fn is_proxy(neigh: &Value) -> bool {
    neigh["proxy"].is_string() || neigh["proxy"] == true || has_any(&neigh["flags"], &["proxy"])
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
    for (_, keys) in RUNS.iter().filter(|(of, _)| *of == kind) {
        remove(object, keys);
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
pub fn allows(kind: &str, difference: &Difference, step: Step<'_>) -> bool {
    let Difference { object, how, .. } = difference;
    of_kind(kind).any(|row| match (&row.what, how) {
        (Keys(keys, is_it, steps), Differs::At(path)) => {
            let is_after = steps.iter().any(|words| step.words.contains(words));
            keys.iter().any(|key| is_at(key, path)) && is_it(object) && is_after
        }
        (Shared(keys, words), Differs::At(path)) => {
            let is_after = step.is_of_down && step.words.contains(words);
            keys.iter().any(|key| is_at(key, path)) && is_after
        }
        (NotEmitted(is_it), Differs::OnlyThere) => is_it(object),
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
const HEAD: &str = "| what changes | of which this sends nothing |\n|---|---|\n";

#[test]
fn what_nobody_can_know_is_what_the_docs_list() {
    let line = |row: &LeftOut| format!("| {} | {} |", row.words, row.functions);
    let (_, table) = DOCS.split_once(HEAD).unwrap();
    let rows = table.lines().take_while(|line| line.starts_with('|'));
    let listed: BTreeSet<_> = rows.map(str::to_owned).collect();

    assert_eq!(LEFT_OUT.iter().map(line).collect::<BTreeSet<_>>(), listed);
}
