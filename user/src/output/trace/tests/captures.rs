// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Messages that a kernel sent (`user/tests/fixtures/`): each of their attributes is decoded.

use super::{decoded, TraceForm};
use serde_json::Value;
use std::collections::BTreeSet;

/// Attributes that are bytes: what they mean is not the kernel's to say, or nobody's.
const OPAQUE: &[&str] = &[];

/// A test for each capture: its name, its protocol, and the bytes.
macro_rules! captures {
    ($($name:ident $protocol:ident $file:literal,)+) => {$(
        #[test]
        fn $name() {
            let bytes = include_bytes!(concat!("../../../../tests/fixtures/", $file, ".bin"));
            assert_decoded($file, libc::$protocol, bytes);
        }
    )+};
}

captures! {
    links NETLINK_ROUTE "link",
    changes_of_links NETLINK_ROUTE "link-events",
    addresses NETLINK_ROUTE "addr",
    changes_of_addresses NETLINK_ROUTE "addr-events",
    routes NETLINK_ROUTE "route",
    changes_of_routes NETLINK_ROUTE "route-events",
    neighbours NETLINK_ROUTE "neigh",
    changes_of_neighbours NETLINK_ROUTE "neigh-events",
    rules NETLINK_ROUTE "rule",
    changes_of_rules NETLINK_ROUTE "rule-events",
    next_hops NETLINK_ROUTE "nexthop",
    changes_of_next_hops NETLINK_ROUTE "nexthop-events",
    forwarding_entries NETLINK_ROUTE "fdb",
    changes_of_forwarding_entries NETLINK_ROUTE "fdb-events",
    who_listens_to_groups NETLINK_ROUTE "mdb",
    addresses_of_groups NETLINK_ROUTE "maddr",
    routes_to_groups NETLINK_ROUTE "mroute",
    settings NETLINK_ROUTE "netconf",
    ids_of_namespaces NETLINK_ROUTE "nsid",
    prefixes NETLINK_ROUTE "prefix",
    options_of_advertisements NETLINK_ROUTE "nduseropt",
    queueing_disciplines NETLINK_ROUTE "qdisc",
    classes NETLINK_ROUTE "class",
    filters NETLINK_ROUTE "filter",
    counters NETLINK_ROUTE "stats",
    changes_of_counters NETLINK_ROUTE "stats-events",
    links_as_ipv6_has_them NETLINK_ROUTE "ifinfo6",
    hellos NETLINK_USERSOCK_31 "hello",
}

/// Has the numbers of protocols, that of the hello family too.
mod libc {
    pub const NETLINK_ROUTE: i32 = ::libc::NETLINK_ROUTE;
    pub const NETLINK_USERSOCK_31: i32 = 31;
}

#[derive(Default)]
struct Count {
    all: usize,
    messages: usize,
    opaque: BTreeSet<String>,
    unknown: BTreeSet<String>,
}

fn assert_decoded(kind: &str, protocol: i32, bytes: &[u8]) {
    let mut count = Count::default();
    for line in decoded(TraceForm::Json, protocol, bytes).lines() {
        let written: Value = serde_json::from_str(line).unwrap();
        assert!(written["nlmsghdr"]["type"].is_string(), "{line}");
        assert!(written.get("error").is_none(), "{line}");
        count.messages += 1;
        count.take("", &written);
    }

    println!(
        "{kind}: {} messages, {} of {} attributes decoded, {} opaque",
        count.messages,
        count.all - count.opaque.len() - count.unknown.len(),
        count.all,
        count.opaque.len()
    );
    assert!(count.messages > 0 && count.all > 0);
    assert_eq!(count.unknown, BTreeSet::new(), "{kind}");
}

impl Count {
    fn take(&mut self, place: &str, written: &Value) {
        for attr in written["attrs"].as_array().into_iter().flatten() {
            self.all += usize::from(attr.get("nla_type").is_some());
            let name = attr["type"].as_str().unwrap_or_default();
            let place = format!("{place}/{name}({})", attr["nla_type"]);
            if attr.get("hex").is_some() || attr.get("error").is_some() {
                match OPAQUE.contains(&name) {
                    true => self.opaque.insert(place.clone()),
                    false => self.unknown.insert(format!("{place} {}", attr["hex"])),
                };
            }
            if has_rest(attr) {
                self.unknown.insert(format!("{place} {attr}"));
            }
            self.take(&place, attr);
        }
    }
}

/// Says whether a struct was longer than it is known to be.
fn has_rest(written: &Value) -> bool {
    match written {
        Value::Object(members) => members
            .iter()
            .any(|(key, value)| key == "..." || key != "attrs" && has_rest(value)),
        Value::Array(items) => items.iter().any(has_rest),
        _ => false,
    }
}
